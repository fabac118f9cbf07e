import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { sql } from 'kysely';
import { json, type Tx, tables } from '../../base/db.ts';
import { type ContractorId, parseUuid } from '../../base/ids.ts';
import type { ProjectOf } from './project-store.ts';
import type { AndroidTables } from './tables.ts';

export type EnterpriseRow = AndroidTables['android_enterprises'];
/** An enterprise that can be spoken to. */
export type Bound = EnterpriseRow & { readonly enterprise_name: string };

const at = (tx: Tx) => tables<AndroidTables>(tx);

export async function findEnterprise(
  tx: Tx,
  contractorId: ContractorId,
  lock?: 'for update',
): Promise<EnterpriseRow | undefined> {
  const query = at(tx).selectFrom('android_enterprises').selectAll().where('contractor_id', '=', contractorId);
  return (lock === undefined ? query : query.forUpdate()).executeTakeFirst();
}

/** The enterprise if it is bound and not lost. */
export async function findBound(tx: Tx, contractorId: ContractorId): Promise<Bound | undefined> {
  const row = await findEnterprise(tx, contractorId);
  return row?.state === 'bound' && row.enterprise_name !== null ? (row as Bound) : undefined;
}

const STATE_BYTES = 40;

/** What the call-back's address carries: whose it is in clear, so that the look-up can be bound to it, and 192 random bits. */
export function newSignupState(contractorId: ContractorId): string {
  const owner = Buffer.from(contractorId.replaceAll('-', ''), 'hex');
  return Buffer.concat([owner, randomBytes(STATE_BYTES - owner.byteLength)]).toString('base64url');
}

/** Whose a state is, by its form alone; undefined when it is none. */
export function contractorOfState(state: string): ContractorId | undefined {
  const bytes = Buffer.from(state, 'base64url');
  if (bytes.byteLength !== STATE_BYTES || bytes.toString('base64url') !== state) return undefined;
  const hex = bytes.toString('hex', 0, 16);
  const uuid = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  return parseUuid<'Contractor'>(uuid, 'contractorId');
}

export const hashOfState = (state: string): Buffer => createHash('sha256').update(state).digest();

export function isStateOf(row: EnterpriseRow, state: string): boolean {
  return row.signup_hash !== null && timingSafeEqual(row.signup_hash, hashOfState(state));
}

export type Signup = Pick<
  EnterpriseRow,
  | 'project_scope'
  | 'project_id'
  | 'signup_hash'
  | 'signup_name'
  | 'sealed_signup_url'
  | 'signup_started_at'
  | 'signup_started_by'
>;

/** A sign-up that begins, or begins again; false when the enterprise is bound by now. */
export async function putSignup(tx: Tx, contractorId: ContractorId, signup: Signup): Promise<boolean> {
  const result = await at(tx)
    .insertInto('android_enterprises')
    .values({ ...signup, contractor_id: contractorId, state: 'signing_up' })
    .onConflict((conflict) =>
      conflict
        .column('contractor_id')
        .doUpdateSet({ ...signup, completing_at: null, others_before: null })
        .where('android_enterprises.state', '=', 'signing_up'),
    )
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export async function updateEnterprise(
  tx: Tx,
  contractorId: ContractorId,
  set: Partial<Omit<EnterpriseRow, 'contractor_id' | 'reconcile_found' | 'reconcile_problem'>>,
): Promise<void> {
  await at(tx).updateTable('android_enterprises').set(set).where('contractor_id', '=', contractorId).execute();
}

export type Reconciled = {
  readonly at: Temporal.Instant;
  readonly nextAt: Temporal.Instant;
  readonly found?: Readonly<Record<string, number>>;
  readonly problem?: Readonly<Record<string, unknown>>;
};

/** How a comparison with Google's list ended; a failed one leaves the findings of the one before. */
export async function recordReconciled(tx: Tx, contractorId: ContractorId, ended: Reconciled): Promise<void> {
  const { at: reconciledAt, nextAt, found, problem } = ended;
  await at(tx)
    .updateTable('android_enterprises')
    .set({
      reconcile_at: nextAt,
      reconcile_problem: problem === undefined ? null : json(problem),
      ...(found === undefined ? {} : { reconciled_at: reconciledAt, reconcile_found: json(found) }),
    })
    .where('contractor_id', '=', contractorId)
    .execute();
}

export async function deleteEnterpriseRow(tx: Tx, contractorId: ContractorId): Promise<void> {
  await at(tx).deleteFrom('android_enterprises').where('contractor_id', '=', contractorId).execute();
}

/** How many enterprises, of all contractors, depend on the installation's project. As the jobs role. */
export async function countBoundToInstallation(tx: Tx): Promise<number> {
  const row = await at(tx)
    .selectFrom('android_enterprises')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('project_scope', '=', 'installation')
    .executeTakeFirst();
  return Number(row?.count ?? 0);
}

/** The names of all enterprises that a contractor is bound to. As the jobs role. */
export async function boundNames(tx: Tx): Promise<ReadonlySet<string>> {
  const rows = await at(tx)
    .selectFrom('android_enterprises')
    .select('enterprise_name')
    .where('enterprise_name', 'is not', null)
    .execute();
  return new Set(rows.flatMap((row) => (row.enterprise_name === null ? [] : [row.enterprise_name])));
}

/** The installation's project was saved: its enterprises are looked after now. As the jobs role. */
export async function reconcileInstallation(tx: Tx, now: Temporal.Instant): Promise<void> {
  await at(tx)
    .updateTable('android_enterprises')
    .set({ reconcile_at: now })
    .where('project_scope', '=', 'installation')
    .where('state', '<>', 'signing_up')
    .execute();
}

/** Enterprises whose comparison is due, the one that waits longest first. As the jobs role. */
export async function dueReconciliations(
  tx: Tx,
  now: Temporal.Instant,
  limit: number,
): Promise<readonly ContractorId[]> {
  const rows = await at(tx)
    .selectFrom('android_enterprises')
    .select('contractor_id')
    .where('reconcile_at', '<=', now)
    .where('state', '<>', 'signing_up')
    .orderBy('reconcile_at')
    .limit(limit)
    .execute();
  return rows.map((row) => row.contractor_id as ContractorId);
}

/** Takes a due comparison, so that no other copy does it; false when somebody has it. */
export async function claimReconciliation(
  tx: Tx,
  contractorId: ContractorId,
  now: Temporal.Instant,
  until: Temporal.Instant,
): Promise<boolean> {
  const result = await sql`update android_enterprises set reconcile_at = ${until}
    where contractor_id = ${contractorId} and reconcile_at <= ${now}`.execute(tx);
  return (result.numAffectedRows ?? 0n) > 0n;
}

/** Whose project a bound enterprise uses. */
export const projectOfRow = (row: Pick<EnterpriseRow, 'project_scope'>): ProjectOf => row.project_scope;
