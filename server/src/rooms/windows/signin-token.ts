import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { sql } from 'kysely';
import { type Tx, tables } from '../../base/db.ts';
import { type ContractorId, type Id, newId } from '../../base/ids.ts';
import type { Secrets } from '../../base/secrets.ts';
import type { InvitationId } from '../devices/index.ts';
import type { WindowsEnrollmentTables } from './enrollment-tables.ts';

/** How long a sign-in is good: a person reads the screens of Windows in between. */
const TOKEN_MINUTES = 30;
/** Used tokens are remembered this much longer than anybody could present them. */
const KEPT_HOURS = 24;
const UUID_BYTES = 16;
const TIME_BYTES = 6;
const MAC_BYTES = 32;
const BODY_BYTES = 3 * UUID_BYTES + TIME_BYTES;

/** What the sign-in page hands to Windows: whoever presents it was let in by this invitation (fact sheet 1.5). */
export type SigninToken = {
  readonly contractorId: ContractorId;
  readonly invitationId: InvitationId;
  readonly tokenId: Id<'SigninToken'>;
  readonly expiresAt: Temporal.Instant;
};

/** Makes and reads sign-in tokens: signed by this installation for this purpose alone, kept nowhere until they are used. */
export class SigninTokens {
  readonly #key: Buffer;

  constructor(secrets: Pick<Secrets, 'derive'>) {
    this.#key = secrets.derive('windows.signin-token');
  }

  /** 115 characters of base64url. */
  make(contractorId: ContractorId, invitationId: InvitationId, now: Temporal.Instant): string {
    const time = Buffer.alloc(TIME_BYTES);
    time.writeUIntBE(now.add({ minutes: TOKEN_MINUTES }).epochMilliseconds, 0, TIME_BYTES);
    const body = Buffer.concat([...[contractorId, invitationId, newId()].map(bytesOf), time]);
    return Buffer.concat([body, this.#mac(body)]).toString('base64url');
  }

  /** Undefined for anything that we did not make. Whether it has expired is the caller's to look at. */
  read(token: string): SigninToken | undefined {
    const bytes = Buffer.from(token, 'base64url');
    if (bytes.length !== BODY_BYTES + MAC_BYTES || bytes.toString('base64url') !== token) return undefined;
    const body = bytes.subarray(0, BODY_BYTES);
    if (!timingSafeEqual(this.#mac(body), bytes.subarray(BODY_BYTES))) return undefined;
    const id = (index: number) => uuidOf(body.subarray(index * UUID_BYTES, (index + 1) * UUID_BYTES));
    return {
      contractorId: id(0) as ContractorId,
      invitationId: id(1) as InvitationId,
      tokenId: id(2) as Id<'SigninToken'>,
      expiresAt: Temporal.Instant.fromEpochMilliseconds(body.readUIntBE(3 * UUID_BYTES, TIME_BYTES)),
    };
  }

  #mac(body: Uint8Array): Buffer {
    return createHmac('sha256', this.#key).update(body).digest();
  }
}

const bytesOf = (id: string): Buffer => Buffer.from(id.replaceAll('-', ''), 'hex');

function uuidOf(bytes: Buffer): string {
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Uses a token for one key of one client. False when another has used it: it was copied. The same one may come again. */
export async function useToken(
  tx: Tx,
  token: SigninToken,
  { spkiHash, devId }: { readonly spkiHash: Buffer; readonly devId: string },
  now: Temporal.Instant,
): Promise<boolean> {
  const { contractorId, tokenId, invitationId, expiresAt } = token;
  const usedBy = createHash('sha256').update(spkiHash).update(devId).digest();
  const at = tables<WindowsEnrollmentTables>(tx);
  await at
    .insertInto('windows_signin_tokens')
    .values({
      contractor_id: contractorId,
      token_id: tokenId,
      invitation_id: invitationId,
      used_by_sha256: usedBy,
      used_at: now,
      expires_at: expiresAt,
    })
    .onConflict((conflict) => conflict.columns(['contractor_id', 'token_id']).doNothing())
    .execute();
  const row = await at
    .selectFrom('windows_signin_tokens')
    .select('used_by_sha256')
    .where('contractor_id', '=', contractorId)
    .where('token_id', '=', tokenId)
    .executeTakeFirst();
  return row?.used_by_sha256.equals(usedBy) === true;
}

/** Deletes tokens that nobody could present any more; over all contractors, as the jobs role. */
export async function forgetTokens(tx: Tx, now: Temporal.Instant): Promise<void> {
  await sql`delete from windows_signin_tokens where expires_at < ${now.subtract({ hours: KEPT_HOURS })}`.execute(tx);
}
