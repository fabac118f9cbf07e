import { type SelectQueryBuilder, sql } from 'kysely';
import { type Tx, tables } from '../../base/db.ts';
import type { ContractorId } from '../../base/ids.ts';
import type { GroupId, PersonId } from './model.ts';
import { containsWords } from './search.ts';

type PersonsTable = {
  contractor_id: string;
  person_id: string;
  name: string;
  kana: string;
  email: string | null;
  employee_number: string | null;
  department: string | null;
  sort_key: string;
  note: string;
  search_key: string;
  created_at: Temporal.Instant;
  updated_at: Temporal.Instant;
  archived_at: Temporal.Instant | null;
};
type GroupsTable = {
  contractor_id: string;
  group_id: string;
  name: string;
  created_at: Temporal.Instant;
  updated_at: Temporal.Instant;
};
type MembersTable = { contractor_id: string; group_id: string; person_id: string; added_at: Temporal.Instant };
type DirectoryTables = { persons: PersonsTable; groups: GroupsTable; group_members: MembersTable };

const PERSON_COLUMNS = [
  'person_id',
  'name',
  'kana',
  'email',
  'employee_number',
  'department',
  'note',
  'created_at',
  'updated_at',
  'archived_at',
  'sort_key',
] as const;

/** A person as stored. Its id is ours: it comes from our own column. */
export type PersonRow = Omit<PersonsTable, 'contractor_id' | 'search_key' | 'person_id'> & { person_id: PersonId };
export type GroupRow = Omit<GroupsTable, 'contractor_id' | 'group_id'> & { group_id: GroupId; member_count: number };

/** What may be written of a person. */
export type PersonFields = Pick<PersonsTable, 'name' | 'kana' | 'email' | 'employee_number' | 'department' | 'note'>;

export type PersonFilter = {
  readonly words: readonly string[];
  readonly groupId: GroupId | undefined;
  readonly archived: boolean;
};

export async function selectPerson(tx: Tx, contractorId: ContractorId, personId: PersonId, lock?: 'for update') {
  let query = tables<DirectoryTables>(tx)
    .selectFrom('persons')
    .select(PERSON_COLUMNS)
    .where('contractor_id', '=', contractorId)
    .where('person_id', '=', personId);
  if (lock !== undefined) query = query.forUpdate();
  return (await query.executeTakeFirst()) as PersonRow | undefined;
}

export async function selectPersonsById(
  tx: Tx,
  contractorId: ContractorId,
  personIds: readonly PersonId[],
): Promise<PersonRow[]> {
  if (personIds.length === 0) return [];
  const rows = await tables<DirectoryTables>(tx)
    .selectFrom('persons')
    .select(PERSON_COLUMNS)
    .where('contractor_id', '=', contractorId)
    .where('person_id', 'in', [...new Set(personIds)])
    .execute();
  return rows as PersonRow[];
}

export async function selectPersons(
  tx: Tx,
  contractorId: ContractorId,
  filter: PersonFilter,
  page: { readonly after: readonly [string, string] | undefined; readonly limit: number },
): Promise<PersonRow[]> {
  let query = matching(tx, contractorId, filter)
    .select(PERSON_COLUMNS)
    .orderBy(sql`sort_key collate ja`)
    .orderBy('person_id')
    .limit(page.limit);
  if (page.after !== undefined) {
    const [key, id] = page.after;
    query = query.where(sql<boolean>`(sort_key collate ja, person_id) > (${key} collate ja, ${id}::uuid)`);
  }
  return (await query.execute()) as PersonRow[];
}

export async function countPersons(tx: Tx, contractorId: ContractorId, filter: PersonFilter): Promise<number> {
  const row = await matching(tx, contractorId, filter)
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return row.count;
}

function matching(
  tx: Tx,
  contractorId: ContractorId,
  { words, groupId, archived }: PersonFilter,
): SelectQueryBuilder<DirectoryTables, 'persons', NonNullable<unknown>> {
  let query = tables<DirectoryTables>(tx)
    .selectFrom('persons')
    .where('contractor_id', '=', contractorId)
    .where('archived_at', archived ? 'is not' : 'is', null)
    .where((eb) => sql<boolean>`${containsWords(eb.ref('search_key'), words)}`);
  if (groupId !== undefined) {
    query = query.where(
      'person_id',
      'in',
      tables<DirectoryTables>(tx)
        .selectFrom('group_members')
        .select('person_id')
        .where('contractor_id', '=', contractorId)
        .where('group_id', '=', groupId),
    );
  }
  return query;
}

export async function insertPerson(
  tx: Tx,
  contractorId: ContractorId,
  person: PersonFields & { readonly person_id: PersonId; readonly search_key: string },
  now: Temporal.Instant,
): Promise<void> {
  await sql`insert into persons
    (contractor_id, person_id, name, kana, email, employee_number, department, note, search_key, created_at, updated_at)
    values (${contractorId}, ${person.person_id}, ${person.name}, ${person.kana}, ${person.email}, ${person.employee_number},
      ${person.department}, ${person.note}, ${person.search_key}, ${now}, ${now})`.execute(tx);
}

export async function updatePerson(
  tx: Tx,
  contractorId: ContractorId,
  personId: PersonId,
  change: Partial<PersonFields> & { readonly search_key?: string; readonly archived_at?: Temporal.Instant },
  now: Temporal.Instant,
): Promise<void> {
  await tables<DirectoryTables>(tx)
    .updateTable('persons')
    .set({ ...change, updated_at: now })
    .where('contractor_id', '=', contractorId)
    .where('person_id', '=', personId)
    .execute();
}

/** Names of the groups that each person is in. */
export async function selectGroupsOf(
  tx: Tx,
  contractorId: ContractorId,
  personIds: readonly PersonId[],
): Promise<{ person_id: string; group_id: string; name: string }[]> {
  if (personIds.length === 0) return [];
  return tables<DirectoryTables>(tx)
    .selectFrom('group_members')
    .innerJoin('groups', (join) =>
      join
        .onRef('groups.contractor_id', '=', 'group_members.contractor_id')
        .onRef('groups.group_id', '=', 'group_members.group_id'),
    )
    .select(['group_members.person_id', 'groups.group_id', 'groups.name'])
    .where('group_members.contractor_id', '=', contractorId)
    .where('group_members.person_id', 'in', [...personIds])
    .orderBy(sql`groups.name collate ja`)
    .execute();
}

export async function selectMemberIds(tx: Tx, contractorId: ContractorId, groupId: GroupId): Promise<PersonId[]> {
  const rows = await tables<DirectoryTables>(tx)
    .selectFrom('group_members')
    .select('person_id')
    .where('contractor_id', '=', contractorId)
    .where('group_id', '=', groupId)
    .execute();
  return rows.map((row) => row.person_id as PersonId);
}

export async function selectGroups(tx: Tx, contractorId: ContractorId, groupId?: GroupId): Promise<GroupRow[]> {
  let query = tables<DirectoryTables>(tx)
    .selectFrom('groups')
    .select(['group_id', 'name', 'created_at', 'updated_at'])
    .select(
      sql<number>`(select count(*) from group_members m join persons p using (contractor_id, person_id)
        where m.contractor_id = groups.contractor_id and m.group_id = groups.group_id and p.archived_at is null)`.as(
        'member_count',
      ),
    )
    .where('contractor_id', '=', contractorId)
    .orderBy(sql`name collate ja`);
  if (groupId !== undefined) query = query.where('group_id', '=', groupId);
  return (await query.execute()) as GroupRow[];
}

export async function insertGroup(
  tx: Tx,
  contractorId: ContractorId,
  group: { readonly groupId: GroupId; readonly name: string },
  now: Temporal.Instant,
): Promise<void> {
  await tables<DirectoryTables>(tx)
    .insertInto('groups')
    .values({
      contractor_id: contractorId,
      group_id: group.groupId,
      name: group.name,
      created_at: now,
      updated_at: now,
    })
    .execute();
}

export async function updateGroup(
  tx: Tx,
  contractorId: ContractorId,
  groupId: GroupId,
  name: string,
  now: Temporal.Instant,
): Promise<void> {
  await tables<DirectoryTables>(tx)
    .updateTable('groups')
    .set({ name, updated_at: now })
    .where('contractor_id', '=', contractorId)
    .where('group_id', '=', groupId)
    .execute();
}

export async function deleteGroup(tx: Tx, contractorId: ContractorId, groupId: GroupId): Promise<boolean> {
  const result = await tables<DirectoryTables>(tx)
    .deleteFrom('groups')
    .where('contractor_id', '=', contractorId)
    .where('group_id', '=', groupId)
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
}

type Membership = { readonly groupId: GroupId; readonly personId: PersonId };

/** False when the person was in the group already. */
export async function insertMember(
  tx: Tx,
  contractorId: ContractorId,
  { groupId, personId }: Membership,
  now: Temporal.Instant,
): Promise<boolean> {
  const result = await tables<DirectoryTables>(tx)
    .insertInto('group_members')
    .values({ contractor_id: contractorId, group_id: groupId, person_id: personId, added_at: now })
    .onConflict((conflict) => conflict.columns(['contractor_id', 'group_id', 'person_id']).doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export async function deleteMember(
  tx: Tx,
  contractorId: ContractorId,
  { groupId, personId }: Membership,
): Promise<boolean> {
  const result = await tables<DirectoryTables>(tx)
    .deleteFrom('group_members')
    .where('contractor_id', '=', contractorId)
    .where('group_id', '=', groupId)
    .where('person_id', '=', personId)
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
}
