import type { Credential } from '@tsukasa/windows-mdm';
import type { Tx } from '../../base/db.ts';
import type { ContractorId } from '../../base/ids.ts';
import { contractorOfCode, describeInvitation, type FoundInvitation, findInvitation } from '../devices/index.ts';
import { EnrollmentRefusal } from './enrollment-refusal.ts';
import type { SigninToken, SigninTokens } from './signin-token.ts';

/** A credential whose form is right; the invitation behind it is still to be looked up. */
export type Claim = {
  readonly contractorId: ContractorId;
  readonly userName: string;
} & ({ readonly code: string } | { readonly token: SigninToken });

/**
 * What a security header claims. The user name may be anything, the password is the invitation code; a token is what our
 * sign-in page gave, or the code itself for programs that call the enrollment API. Throws `EnrollmentRefusal`.
 */
export function claimOf(credential: Credential, tokens: SigninTokens, now: Temporal.Instant): Claim {
  switch (credential.kind) {
    case 'password':
      if (credential.password === '') throw new EnrollmentRefusal('enrollment.no_credential');
      return codeClaim(credential.password.trim(), credential.userName);
    case 'token':
      return tokenClaim(credential.token.trim(), tokens, now);
    case 'none':
      throw new EnrollmentRefusal('enrollment.no_credential');
    case 'jwt':
    case 'certificate':
      throw new EnrollmentRefusal('enrollment.unsupported_sign_in', { detail: credential.kind });
  }
}

function codeClaim(code: string, userName: string): Claim {
  const contractorId = contractorOfCode(code);
  if (contractorId === undefined) throw new EnrollmentRefusal('enrollment.wrong_code');
  return { contractorId, userName, code };
}

function tokenClaim(text: string, tokens: SigninTokens, now: Temporal.Instant): Claim {
  if (contractorOfCode(text) !== undefined) return codeClaim(text, '');
  const token = tokens.read(text);
  if (token === undefined) throw new EnrollmentRefusal('enrollment.bad_token');
  const { contractorId } = token;
  if (Temporal.Instant.compare(token.expiresAt, now) <= 0) {
    throw new EnrollmentRefusal('enrollment.bad_token', { contractorId, detail: 'expired', subject: token.tokenId });
  }
  return { contractorId, userName: '', token };
}

/** The invitation that a claim names, whatever its state; it must be for Windows. Throws `EnrollmentRefusal`. */
export async function invitationOf(tx: Tx, claim: Claim, now: Temporal.Instant): Promise<FoundInvitation> {
  const { contractorId } = claim;
  const found =
    'code' in claim
      ? await findInvitation(tx, contractorId, claim.code, now)
      : await describeInvitation(tx, contractorId, claim.token.invitationId, now);
  if (found === undefined) throw new EnrollmentRefusal('enrollment.wrong_code', { contractorId });
  const { platform, invitationId: subject } = found.invitation;
  if (platform !== 'windows') throw new EnrollmentRefusal('enrollment.other_platform', { contractorId, subject });
  return found;
}

/** An invitation that lets nobody in, as a refusal. */
export function notUsable(contractorId: ContractorId, { invitation, problem }: FoundInvitation): EnrollmentRefusal {
  const usedUp = problem === 'used_up' || problem === undefined; // undefined: used up a moment ago
  return new EnrollmentRefusal(usedUp ? 'enrollment.invitation_used_up' : 'enrollment.invitation_not_usable', {
    contractorId,
    detail: problem ?? 'used_up',
    subject: invitation.invitationId,
  });
}
