import type { Contractor, ContractorSettings } from '@tsukasa/api';
import { sql } from 'kysely';
import { json, type Tx, tables } from '../../base/db.ts';
import type { ContractorId } from '../../base/ids.ts';
import { searchKey } from '../../base/search-key.ts';
import { DEFAULT_SETTINGS } from './model.ts';
import type { AccountTables } from './tables.ts';

type Instant = Temporal.Instant;
const over = (tx: Tx) => tables<AccountTables>(tx);
const COLUMNS = ['contractor_id', 'name', 'name_kana', 'state', 'created_at', 'updated_at'] as const;

type Row = {
  contractor_id: ContractorId;
  name: string;
  name_kana: string;
  state: 'active' | 'suspended';
  created_at: Instant;
  updated_at: Instant;
};

const contractorOf = (row: Row): Contractor => ({
  contractorId: row.contractor_id,
  name: row.name,
  nameKana: row.name_kana,
  state: row.state,
  createdAt: row.created_at.toString(),
  updatedAt: row.updated_at.toString(),
});

export async function findContractor(tx: Tx, contractorId: ContractorId): Promise<Contractor | undefined> {
  const row = await over(tx)
    .selectFrom('contractors')
    .select(COLUMNS)
    .where('contractor_id', '=', contractorId)
    .executeTakeFirst();
  return row && contractorOf(row);
}

export async function lockContractor(tx: Tx, contractorId: ContractorId): Promise<Contractor | undefined> {
  const row = await over(tx)
    .selectFrom('contractors')
    .select(COLUMNS)
    .where('contractor_id', '=', contractorId)
    .forUpdate()
    .executeTakeFirst();
  return row && contractorOf(row);
}

export async function insertContractor(
  tx: Tx,
  contractor: { contractorId: ContractorId; name: string; nameKana: string; now: Instant },
): Promise<void> {
  const { contractorId, name, nameKana, now } = contractor;
  await over(tx)
    .insertInto('contractors')
    .values({
      contractor_id: contractorId,
      name,
      name_kana: nameKana,
      state: 'active',
      settings: json({}),
      search_key: searchKey(name, nameKana),
      created_at: now,
      updated_at: now,
    })
    .execute();
}

export async function updateContractor(
  tx: Tx,
  contractorId: ContractorId,
  to: { name: string; nameKana: string; state: 'active' | 'suspended'; now: Instant },
): Promise<void> {
  const { name, nameKana, state, now } = to;
  await over(tx)
    .updateTable('contractors')
    .set({ name, name_kana: nameKana, state, search_key: searchKey(name, nameKana), updated_at: now })
    .where('contractor_id', '=', contractorId)
    .execute();
}

export type ListPosition = { readonly name: string; readonly contractorId: string };

/** Contractors in the order of their names; `total` counts all that match. */
export async function listContractors(
  tx: Tx,
  list: { q: string | undefined; after: ListPosition | undefined; limit: number },
): Promise<{ readonly items: Contractor[]; readonly total: number }> {
  const key = searchKey(list.q);
  const pattern = `%${key.replaceAll(/[\\%_]/g, '\\$&')}%`;
  let matching = over(tx).selectFrom('contractors');
  if (key !== '') matching = matching.where('search_key', 'like', pattern);
  const { total } = await matching.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
  let page = matching.select(COLUMNS).orderBy(sql`name collate ja`).orderBy('contractor_id').limit(list.limit);
  if (list.after) {
    const { name, contractorId } = list.after;
    page = page.where(sql<boolean>`(name collate ja, contractor_id) > (${name} collate ja, ${contractorId}::uuid)`);
  }
  return { items: (await page.execute()).map(contractorOf), total };
}

/** What the contractor decided, and the defaults for the rest. */
export async function readSettings(tx: Tx, contractorId: ContractorId): Promise<ContractorSettings> {
  const row = await over(tx)
    .selectFrom('contractors')
    .select('settings')
    .where('contractor_id', '=', contractorId)
    .executeTakeFirst();
  return { ...DEFAULT_SETTINGS, ...row?.settings };
}

export async function mergeSettings(
  tx: Tx,
  contractorId: ContractorId,
  change: Partial<ContractorSettings>,
  now: Instant,
): Promise<void> {
  await over(tx)
    .updateTable('contractors')
    .set({
      settings: sql<Partial<ContractorSettings>>`settings || ${JSON.stringify(change)}::jsonb`,
      updated_at: now,
    })
    .where('contractor_id', '=', contractorId)
    .execute();
}

/** Every contractor with the setting by which its devices count as silent, by name; for the provider's overview. */
export async function listFleetSettings(tx: Tx) {
  const rows = await over(tx)
    .selectFrom('contractors')
    .select(['contractor_id', 'name', 'state', 'settings'])
    .orderBy(sql`name collate ja`)
    .execute();
  return rows.map((row) => ({
    contractorId: row.contractor_id,
    name: row.name,
    state: row.state,
    silentAfter: { ...DEFAULT_SETTINGS, ...row.settings }.silentAfter,
  }));
}

/** Contractors in the order of their ids, after one of them: for rooms that go through all, batch by batch. */
export async function contractorsAfter(
  tx: Tx,
  { after, limit }: { readonly after: ContractorId | undefined; readonly limit: number },
): Promise<{ readonly contractorId: ContractorId; readonly name: string; readonly nameKana: string }[]> {
  let query = over(tx)
    .selectFrom('contractors')
    .select(['contractor_id', 'name', 'name_kana'])
    .orderBy('contractor_id')
    .limit(limit);
  if (after !== undefined) query = query.where('contractor_id', '>', after);
  const rows = await query.execute();
  return rows.map((row) => ({ contractorId: row.contractor_id, name: row.name, nameKana: row.name_kana }));
}
