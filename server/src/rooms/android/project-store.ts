import { type Tx, tables } from '../../base/db.ts';
import type { ContractorId } from '../../base/ids.ts';
import type { Secrets } from '../../base/secrets.ts';
import type { Scope } from './google/budget.ts';
import { parseServiceAccountKey, type ServiceAccountKey } from './google/key-file.ts';
import type { AndroidTables, ProjectColumns } from './tables.ts';

export const INSTALLATION: Scope = 'installation';
/** Google's own number for a project that says nothing else, in requests per minute (fact sheet 1.5). */
export const USUAL_RATE = 600;

/** A project with its key open. */
export type Project = {
  readonly scope: Scope;
  readonly projectId: string;
  readonly key: ServiceAccountKey;
  readonly pubsubTopic: string | undefined;
  readonly requestsPerMinute: number;
};
export type ProjectRow = Omit<ProjectColumns, 'sealed_key'>;
export type ProjectOf = 'installation' | 'contractor';

const at = (tx: Tx) => tables<AndroidTables>(tx);
const SHOWN = [
  'project_id',
  'client_email',
  'key_id',
  'pubsub_topic',
  'push_service_account',
  'push_audience',
  'requests_per_minute',
  'saved_at',
  'saved_by',
] as const satisfies readonly (keyof ProjectRow)[];

/** What a sealed key is bound to. */
export const keyPurpose = (scope: Scope) => ({ use: 'android.service_account_key', row: scope });

export const scopeOf = (of: ProjectOf, contractorId: ContractorId): Scope =>
  of === 'installation' ? INSTALLATION : contractorId;

export function findOwnProject(tx: Tx, contractorId: ContractorId): Promise<ProjectRow | undefined> {
  return at(tx)
    .selectFrom('google_projects')
    .select(SHOWN)
    .where('contractor_id', '=', contractorId)
    .executeTakeFirst();
}

export function findInstallationProject(tx: Tx): Promise<ProjectRow | undefined> {
  return at(tx).selectFrom('google_installation_project').select(SHOWN).executeTakeFirst();
}

/** The project that a contractor uses from now on: its own, else the installation's. */
export async function findProject(
  tx: Tx,
  contractorId: ContractorId,
): Promise<{ readonly of: ProjectOf; readonly row: ProjectRow } | undefined> {
  const own = await findOwnProject(tx, contractorId);
  if (own !== undefined) return { of: 'contractor', row: own };
  const shared = await findInstallationProject(tx);
  return shared && { of: 'installation', row: shared };
}

/** The project with its key, to call Google; `tx` is bound to the contractor. Undefined when it was removed. */
export async function openProject(
  tx: Tx,
  secrets: Secrets,
  of: ProjectOf,
  contractorId: ContractorId,
): Promise<Project | undefined> {
  const scope = scopeOf(of, contractorId);
  const row =
    of === 'installation'
      ? await at(tx)
          .selectFrom('google_installation_project')
          .select([...SHOWN, 'sealed_key'])
          .executeTakeFirst()
      : await at(tx)
          .selectFrom('google_projects')
          .select([...SHOWN, 'sealed_key'])
          .where('contractor_id', '=', contractorId)
          .executeTakeFirst();
  if (row === undefined) return undefined;
  const purpose = keyPurpose(scope);
  const file =
    of === 'installation'
      ? secrets.open(purpose, row.sealed_key)
      : await secrets.openFor(tx, contractorId, purpose, row.sealed_key);
  return {
    scope,
    projectId: row.project_id,
    key: parseServiceAccountKey(file.toString()),
    pubsubTopic: row.pubsub_topic ?? undefined,
    requestsPerMinute: row.requests_per_minute,
  };
}

export async function saveOwnProject(tx: Tx, contractorId: ContractorId, columns: ProjectColumns): Promise<void> {
  await at(tx)
    .insertInto('google_projects')
    .values({ ...columns, contractor_id: contractorId })
    .onConflict((conflict) => conflict.column('contractor_id').doUpdateSet(columns))
    .execute();
}

export async function saveInstallationProject(tx: Tx, columns: ProjectColumns): Promise<void> {
  await at(tx)
    .insertInto('google_installation_project')
    .values(columns)
    .onConflict((conflict) => conflict.column('one').doUpdateSet(columns))
    .execute();
}

export async function deleteOwnProject(tx: Tx, contractorId: ContractorId): Promise<void> {
  await at(tx).deleteFrom('google_projects').where('contractor_id', '=', contractorId).execute();
  await at(tx).deleteFrom('google_usage').where('scope', '=', contractorId).execute();
}

export async function deleteInstallationProject(tx: Tx): Promise<void> {
  await at(tx).deleteFrom('google_installation_project').execute();
  await at(tx).deleteFrom('google_usage').where('scope', '=', INSTALLATION).execute();
}

export type UsageRow = Omit<AndroidTables['google_usage'], 'this_minute' | 'last_minute'> & {
  readonly this_minute: number;
  readonly last_minute: number;
};

export function findUsage(tx: Tx, scope: Scope): Promise<UsageRow | undefined> {
  return at(tx).selectFrom('google_usage').selectAll().where('scope', '=', scope).executeTakeFirst();
}

/** Messages that were refused since, at the project's push endpoint. */
export async function countRefusals(tx: Tx, scope: Scope, since: Temporal.Instant): Promise<number> {
  const row = await at(tx)
    .selectFrom('google_refusals')
    .select((eb) => eb.fn.sum<string>('count').as('count'))
    .where('scope', '=', scope)
    .where('hour', '>=', since)
    .executeTakeFirst();
  return Number(row?.count ?? 0);
}
