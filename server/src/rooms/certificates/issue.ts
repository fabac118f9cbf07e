import { hash } from 'node:crypto';
import { buildName, parseCertificate } from '@tsukasa/cms';
import type { Clock } from '../../base/clock.ts';
import { type Db, type Tx, tables } from '../../base/db.ts';
import type { ContractorId, Id } from '../../base/ids.ts';
import { newSerial, organization } from './authority.ts';
import { claimChallenge, concludeChallenge, markServing } from './challenge.ts';
import { recordIdentity, reserveSerial, signIdentity } from './identity.ts';
import { findCertificate } from './issued-store.ts';
import type { Authority } from './model.ts';
import type { Refusal } from './refusals.ts';
import type { CertificateTables } from './tables.ts';

export type Issuance = { readonly certificate: Buffer } | { readonly refused: Refusal };

type Deps = {
  readonly db: Db;
  readonly clock: Clock;
  readonly lifetime: Temporal.Duration;
};

type Order = {
  readonly contractorId: ContractorId;
  readonly contractorName: string;
  readonly authority: Authority;
  /** Of the key to certify, its possession proved. */
  readonly spki: Buffer;
};

/** Certificates that one certificate may be renewed into; a client that asks more often is broken or hostile. */
const MAX_RENEWALS = 10;

/**
 * A first certificate for a challenge. The serial number is committed before the signature is made; the signature leaves
 * this function only when its record is committed too. The same key asking again gets the same certificate.
 */
export async function issueForChallenge(deps: Deps, order: Order & { readonly challenge: string }): Promise<Issuance> {
  const { contractorId, authority } = order;
  const keyHash = hash('sha256', order.spki, 'buffer');
  const claimed = await deps.db.asContractor(contractorId, async (tx) => {
    const now = deps.clock.now();
    const claim = await claimChallenge(tx, contractorId, { ...order, keyHash, now });
    if ('refused' in claim || 'serving' in claim) return claim;
    if ('issued' in claim) return reissued(tx, contractorId, claim.issued);
    await reserveSerial(tx, contractorId, { ...claim, authority, now });
    await markServing(tx, contractorId, { ...order, keyHash, serial: claim.serial });
    return { serving: claim.serial };
  });
  if (!('serving' in claimed)) return claimed;
  const serial = claimed.serving;
  const certificate = sign(deps, order, serial);
  return deps.db.asContractor(contractorId, async (tx) => {
    const now = deps.clock.now();
    const conclusion = await concludeChallenge(tx, contractorId, { challenge: order.challenge, serial, keyHash, now });
    if (conclusion === 'lost') return { refused: 'scep.challenge_reused' };
    if (conclusion === 'already') return reissued(tx, contractorId, serial);
    return record(tx, contractorId, authority, serial, certificate, now);
  });
}

/** A certificate that follows `renewed`, for the same enrollment. The same key asking again gets the same certificate. */
export async function issueRenewal(
  deps: Deps,
  order: Order & { readonly renewed: string; readonly enrollmentId: Id<'Enrollment'> },
): Promise<Issuance> {
  const { contractorId, authority, renewed } = order;
  const serial = newSerial().toString('hex');
  const reserved = await deps.db.asContractor(contractorId, async (tx) => {
    const followers = await lockFollowers(tx, contractorId, renewed);
    const same = followers.find((der) => parseCertificate(der).spki.equals(order.spki));
    if (same) return { certificate: same };
    if (followers.length >= MAX_RENEWALS) return { refused: 'scep.too_many_renewals' as const };
    const { enrollmentId } = order;
    await reserveSerial(tx, contractorId, { authority, serial, enrollmentId, renews: renewed, now: deps.clock.now() });
    return undefined;
  });
  if (reserved) return reserved;
  const certificate = sign(deps, order, serial);
  return deps.db.asContractor(contractorId, (tx) =>
    record(tx, contractorId, authority, serial, certificate, deps.clock.now()),
  );
}

/** Issued certificates that follow `renewed`; renewals of one certificate are served one after another. */
async function lockFollowers(tx: Tx, contractorId: ContractorId, renewed: string): Promise<readonly Buffer[]> {
  const issued = tables<CertificateTables>(tx);
  await issued
    .selectFrom('issued_certificates')
    .select('serial')
    .where('contractor_id', '=', contractorId)
    .where('serial', '=', renewed)
    .forUpdate()
    .execute();
  const rows = await issued
    .selectFrom('issued_certificates')
    .select('certificate')
    .where('contractor_id', '=', contractorId)
    .where('renews', '=', renewed)
    .where('state', '=', 'issued')
    .limit(MAX_RENEWALS)
    .execute();
  return rows.flatMap(({ certificate }) => certificate ?? []);
}

async function reissued(tx: Tx, contractorId: ContractorId, serial: string): Promise<Issuance> {
  const certificate = await findCertificate(tx, contractorId, serial);
  return certificate ? { certificate } : { refused: 'scep.revoked_certificate' };
}

function sign(deps: Deps, order: Order, serial: string): Buffer {
  const { authority, spki, contractorName } = order;
  const subject = buildName([...organization(contractorName), ['CN', serial]]);
  return signIdentity({ authority, serial }, { spki, subject, lifetime: deps.lifetime, now: deps.clock.now() });
}

async function record(
  tx: Tx,
  contractorId: ContractorId,
  authority: Authority,
  serial: string,
  der: Buffer,
  now: Temporal.Instant,
): Promise<Issuance> {
  const recorded = await recordIdentity(tx, contractorId, { authority, serial }, der, now);
  return recorded ? { certificate: der } : { refused: 'scep.revoked_certificate' };
}
