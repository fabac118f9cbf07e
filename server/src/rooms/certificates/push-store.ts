import { sql } from 'kysely';
import { type Tx, tables } from '../../base/db.ts';
import type { ContractorId } from '../../base/ids.ts';
import type { CertificateTables } from './tables.ts';

/** Unanswered requests that are kept; a person may have sent an earlier one to Apple. */
const KEPT_REQUESTS = 5;

/** Uploads for one contractor happen one after another, also when there is no row yet to lock. */
export async function lockUploads(tx: Tx, contractorId: ContractorId): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`push_certificate:${contractorId}`}, 0))`.execute(tx);
}

function all(tx: Tx, contractorId: ContractorId) {
  return tables<CertificateTables>(tx)
    .selectFrom('push_certificates')
    .select([
      'push_certificate_id',
      'state',
      'csr',
      'certificate',
      'sealed_key',
      'topic',
      'subject',
      'serial',
      'not_before',
      'not_after',
      'created_at',
    ])
    .where('contractor_id', '=', contractorId);
}

export type PushRow = Awaited<ReturnType<ReturnType<typeof all>['executeTakeFirstOrThrow']>>;

export function findCurrent(tx: Tx, contractorId: ContractorId): Promise<PushRow | undefined> {
  return all(tx, contractorId).where('state', '=', 'current').executeTakeFirst();
}

/** The current one when it has this topic, else the one of this topic that was current last. */
export function findByTopic(tx: Tx, contractorId: ContractorId, topic: string): Promise<PushRow | undefined> {
  return all(tx, contractorId)
    .where('topic', '=', topic)
    .where('state', 'in', ['current', 'superseded'])
    .orderBy('activated_at', 'desc')
    .limit(1)
    .executeTakeFirst();
}

/** Newest first. */
export function listRequests(tx: Tx, contractorId: ContractorId): Promise<PushRow[]> {
  return all(tx, contractorId).where('state', '=', 'requested').orderBy('created_at', 'desc').execute();
}

export async function insertRequest(
  tx: Tx,
  row: Pick<
    CertificateTables['push_certificates'],
    'contractor_id' | 'push_certificate_id' | 'sealed_key' | 'created_at'
  > & { readonly csr: string },
): Promise<void> {
  const push = tables<CertificateTables>(tx);
  await push
    .insertInto('push_certificates')
    .values({ ...row, state: 'requested' })
    .execute();
  const kept = push
    .selectFrom('push_certificates')
    .select('push_certificate_id')
    .where('contractor_id', '=', row.contractor_id)
    .where('state', '=', 'requested')
    .orderBy('created_at', 'desc')
    .limit(KEPT_REQUESTS);
  await push
    .deleteFrom('push_certificates')
    .where('contractor_id', '=', row.contractor_id)
    .where('state', '=', 'requested')
    .where('push_certificate_id', 'not in', kept)
    .execute();
}

export type Activation = {
  readonly contractor_id: ContractorId;
  readonly push_certificate_id: CertificateTables['push_certificates']['push_certificate_id'];
  readonly certificate: string;
  readonly sealed_key: Buffer;
  readonly topic: string;
  readonly subject: string;
  readonly serial: string;
  readonly not_before: Temporal.Instant;
  readonly not_after: Temporal.Instant;
};

/** Makes a certificate the current one, under the id of the request it answers or a new one. */
export async function activate(tx: Tx, row: Activation, now: Temporal.Instant): Promise<void> {
  const push = tables<CertificateTables>(tx);
  await push
    .updateTable('push_certificates')
    .set({ state: 'superseded', superseded_at: now })
    .where('contractor_id', '=', row.contractor_id)
    .where('state', '=', 'current')
    .execute();
  const { contractor_id: _contractor, push_certificate_id: _id, ...columns } = row;
  const made = { ...columns, state: 'current' as const, activated_at: now };
  await push
    .insertInto('push_certificates')
    .values({ ...row, ...made, created_at: now })
    .onConflict((conflict) => conflict.columns(['contractor_id', 'push_certificate_id']).doUpdateSet(made))
    .execute();
}

/** Over all contractors, as the jobs role: current certificates that end before `before`. */
export function listEnding(tx: Tx, before: Temporal.Instant) {
  return tables<CertificateTables>(tx)
    .selectFrom('push_certificates')
    .select(['contractor_id', 'push_certificate_id'])
    .where('state', '=', 'current')
    .where('not_after', '<', before)
    .execute();
}

/** One current certificate, locked, with the alarm last raised for it. */
export function lockCurrent(tx: Tx, contractorId: ContractorId, id: Activation['push_certificate_id']) {
  return tables<CertificateTables>(tx)
    .selectFrom('push_certificates')
    .select(['topic', 'not_after', 'alarmed_days'])
    .where('contractor_id', '=', contractorId)
    .where('push_certificate_id', '=', id)
    .where('state', '=', 'current')
    .forUpdate()
    .executeTakeFirst();
}

export async function markAlarmed(
  tx: Tx,
  contractorId: ContractorId,
  id: Activation['push_certificate_id'],
  days: number,
): Promise<void> {
  await tables<CertificateTables>(tx)
    .updateTable('push_certificates')
    .set({ alarmed_days: days })
    .where('contractor_id', '=', contractorId)
    .where('push_certificate_id', '=', id)
    .execute();
}
