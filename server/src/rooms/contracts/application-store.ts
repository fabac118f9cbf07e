import type { ApplicationContent } from '@tsukasa/api';
import { sql } from 'kysely';
import { json, type Tx, tables } from '../../base/db.ts';
import type { Actor } from '../../base/http/context.ts';
import type { ContractorId } from '../../base/ids.ts';
import type { ApplicationId, ContractId, DocumentId } from './model.ts';
import type { ContractTables } from './tables.ts';

const over = (tx: Tx) => tables<ContractTables>(tx);

export type ApplicationState = ContractTables['contract_applications']['state'];
/** An application as it came in; what became of it stands in the contract's history. */
export type ApplicationRecord = {
  readonly contractorId: ContractorId;
  readonly applicationId: ApplicationId;
  readonly contractId: ContractId;
  readonly content: ApplicationContent;
  readonly channel: 'console' | 'provider';
  readonly arrivedOn: Temporal.PlainDate;
  readonly documentId: DocumentId | undefined;
  readonly note: string;
  readonly recordedAt: Temporal.Instant;
  readonly actor: Actor;
  readonly state: ApplicationState;
};

const COLUMNS = [
  'contractor_id',
  'application_id',
  'contract_id',
  'content',
  'channel',
  'arrived_on',
  'document_id',
  'note',
  'recorded_at',
  'actor_kind',
  'actor_id',
  'actor_name',
  'state',
] as const;
type Row = Pick<ContractTables['contract_applications'], Exclude<(typeof COLUMNS)[number], 'content'>> & {
  content: unknown;
};

function recordOf(row: Row): ApplicationRecord {
  return {
    contractorId: row.contractor_id,
    applicationId: row.application_id,
    contractId: row.contract_id,
    content: row.content as ApplicationContent, // checked against its schema before it was stored
    channel: row.channel,
    arrivedOn: row.arrived_on,
    documentId: row.document_id ?? undefined,
    note: row.note,
    recordedAt: row.recorded_at,
    actor: { kind: row.actor_kind as Actor['kind'], id: row.actor_id, name: row.actor_name },
    state: row.state,
  };
}

export async function insertApplication(tx: Tx, application: ApplicationRecord): Promise<void> {
  await over(tx)
    .insertInto('contract_applications')
    .values({
      contractor_id: application.contractorId,
      application_id: application.applicationId,
      contract_id: application.contractId,
      content: json(application.content),
      channel: application.channel,
      arrived_on: application.arrivedOn,
      document_id: application.documentId ?? null,
      note: application.note,
      recorded_at: application.recordedAt,
      actor_kind: application.actor.kind,
      actor_id: application.actor.id,
      actor_name: application.actor.name,
      state: application.state,
    })
    .execute();
}

export async function findApplication(
  tx: Tx,
  contractorId: ContractorId,
  applicationId: ApplicationId,
): Promise<ApplicationRecord | undefined> {
  const row = await over(tx)
    .selectFrom('contract_applications')
    .select(COLUMNS)
    .where('contractor_id', '=', contractorId)
    .where('application_id', '=', applicationId)
    .executeTakeFirst();
  return row && recordOf(row);
}

/** Newest first. */
export async function applicationsOf(tx: Tx, contractorId: ContractorId): Promise<ApplicationRecord[]> {
  const rows = await over(tx)
    .selectFrom('contract_applications')
    .select(COLUMNS)
    .where('contractor_id', '=', contractorId)
    .orderBy('recorded_at', 'desc')
    .orderBy('application_id', 'desc')
    .execute();
  return rows.map(recordOf);
}

export async function setState(
  tx: Tx,
  contractorId: ContractorId,
  applicationId: ApplicationId,
  state: ApplicationState,
): Promise<void> {
  await over(tx)
    .updateTable('contract_applications')
    .set({ state })
    .where('contractor_id', '=', contractorId)
    .where('application_id', '=', applicationId)
    .execute();
}

export type InboxFilter = { readonly state: ApplicationState | undefined; readonly words: readonly string[] };

/** Applications of all contractors, newest first, in the provider's scope; names as in `listBook`. */
export async function listInbox(
  tx: Tx,
  { state, words }: InboxFilter,
  page: { readonly after: { readonly at: string; readonly id: string } | undefined; readonly limit: number },
): Promise<{ readonly applications: readonly ApplicationRecord[]; readonly total: number }> {
  const from = sql`from contract_applications a join contractors c using (contractor_id)
    left join customer_profiles p using (contractor_id)`;
  const conditions = words.map((word) => sql`strpos(c.search_key || ' ' || coalesce(p.search_key, ''), ${word}) > 0`);
  if (state !== undefined) conditions.push(sql`a.state = ${state}`);
  const where = conditions.length === 0 ? sql`true` : sql.join(conditions, sql` and `);
  const counted = await sql<{ total: number }>`select count(*) as total ${from} where ${where}`.execute(tx);
  const after =
    page.after === undefined
      ? sql`true`
      : sql`(a.recorded_at, a.application_id) < (${page.after.at}::timestamptz, ${page.after.id}::uuid)`;
  const columns = sql.join(COLUMNS.map((column) => sql.ref(`a.${column}`)));
  const { rows } = await sql<Row>`select ${columns} ${from} where ${where} and ${after}
    order by a.recorded_at desc, a.application_id desc limit ${page.limit}`.execute(tx);
  return { applications: rows.map(recordOf), total: counted.rows[0]?.total ?? 0 };
}
