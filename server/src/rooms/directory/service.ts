import type { Group, Person } from '@tsukasa/api';
import { Type } from 'typebox';
import type { Clock } from '../../base/clock.ts';
import { type Db, isUniqueViolation, type Tx } from '../../base/db.ts';
import { DomainError } from '../../base/errors.ts';
import type { RecordAudit, RequestContext } from '../../base/http/context.ts';
import { defineCursor } from '../../base/http/cursor.ts';
import { type ContractorId, newId } from '../../base/ids.ts';
import { searchKey } from '../../base/search-key.ts';
import type { GroupId, PersonDevices, PersonFacts, PersonId } from './model.ts';
import { searchWords } from './search.ts';
import * as store from './store.ts';

export type DirectoryDeps = {
  readonly db: Db;
  readonly clock: Clock;
  readonly recordAudit: RecordAudit;
  readonly devices: PersonDevices;
};

/** Fields as asked; `undefined` leaves as it is. */
export type PersonInput = {
  readonly name?: string;
  readonly kana?: string;
  readonly email?: string | null;
  readonly employeeNumber?: string | null;
  readonly department?: string | null;
  readonly note?: string;
};

const UUID = Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' });
const personCursor = defineCursor(Type.Tuple([Type.String({ maxLength: 400 }), UUID]));

/** Undefined when this contractor has no such person. */
export async function findPerson(
  tx: Tx,
  contractorId: ContractorId,
  personId: PersonId,
): Promise<PersonFacts | undefined> {
  const row = await store.selectPerson(tx, contractorId, personId);
  return row === undefined ? undefined : facts(row);
}

/** Those of the persons that this contractor has. */
export async function findPersons(
  tx: Tx,
  contractorId: ContractorId,
  personIds: readonly PersonId[],
): Promise<ReadonlyMap<PersonId, PersonFacts>> {
  const rows = await store.selectPersonsById(tx, contractorId, personIds);
  return new Map(rows.map((row) => [row.person_id, facts(row)]));
}

/** Persons of a group, archived ones included; empty for a group that does not exist. */
export function listMemberIds(tx: Tx, contractorId: ContractorId, groupId: GroupId): Promise<readonly PersonId[]> {
  return store.selectMemberIds(tx, contractorId, groupId);
}

export async function listPersons(
  deps: DirectoryDeps,
  contractorId: ContractorId,
  query: {
    readonly q?: string;
    readonly groupId?: GroupId | undefined;
    readonly archived?: boolean;
    readonly cursor?: string;
    readonly limit?: number;
  },
): Promise<{ items: Person[]; nextCursor: string | null; total: number }> {
  const limit = query.limit ?? 50;
  const after = personCursor.decode(query.cursor);
  const filter = { words: searchWords(query.q), groupId: query.groupId, archived: query.archived ?? false };
  return deps.db.asContractor(contractorId, async (tx) => {
    const rows = await store.selectPersons(tx, contractorId, filter, { after, limit: limit + 1 });
    const total = await store.countPersons(tx, contractorId, filter);
    const shown = rows.slice(0, limit);
    const last = rows.length > limit ? shown.at(-1) : undefined;
    return {
      items: await present(deps, tx, contractorId, shown),
      nextCursor: last === undefined ? null : personCursor.encode([last.sort_key, last.person_id]),
      total,
    };
  });
}

/** Throws `not_found`. */
export function getPerson(deps: DirectoryDeps, contractorId: ContractorId, personId: PersonId): Promise<Person> {
  return deps.db.asContractor(contractorId, async (tx) =>
    presentOne(deps, tx, contractorId, await existing(tx, contractorId, personId)),
  );
}

/** Throws `conflict` when another person in service has the employee number. */
export function createPerson(
  deps: DirectoryDeps,
  contractorId: ContractorId,
  input: PersonInput & { readonly name: string },
  context: RequestContext,
): Promise<Person> {
  const now = deps.clock.now();
  const personId = newId<'Person'>(now.epochMilliseconds);
  const fields: store.PersonFields = {
    name: input.name,
    kana: input.kana ?? '',
    email: input.email ?? null,
    employee_number: input.employeeNumber ?? null,
    department: input.department ?? null,
    note: input.note ?? '',
  };
  return uniqueNumber(() =>
    deps.db.asContractor(contractorId, async (tx) => {
      await store.insertPerson(tx, contractorId, { ...fields, person_id: personId, search_key: keyOf(fields) }, now);
      await record(deps, tx, contractorId, context, now, 'person.created', personTarget(personId, fields.name));
      return presentOne(deps, tx, contractorId, await existing(tx, contractorId, personId));
    }),
  );
}

/** Throws `not_found`, `conflict` (the number is taken; the person is archived). */
export function changePerson(
  deps: DirectoryDeps,
  contractorId: ContractorId,
  personId: PersonId,
  input: PersonInput,
  context: RequestContext,
): Promise<Person> {
  const now = deps.clock.now();
  return uniqueNumber(() =>
    deps.db.asContractor(contractorId, async (tx) => {
      const before = await existing(tx, contractorId, personId, 'for update');
      if (before.archived_at !== null) throw archived();
      const change = changed(before, input);
      const fields = Object.keys(change);
      if (fields.length === 0) return presentOne(deps, tx, contractorId, before);
      const after = { ...before, ...change };
      await store.updatePerson(tx, contractorId, personId, { ...change, search_key: keyOf(after) }, now);
      if (fields.some((field) => ['name', 'kana', 'department'].includes(field))) {
        await deps.devices.personChanged(tx, contractorId, facts(after));
      }
      const target = personTarget(personId, after.name);
      await record(deps, tx, contractorId, context, now, 'person.changed', target, { fields });
      return presentOne(deps, tx, contractorId, await existing(tx, contractorId, personId));
    }),
  );
}

/** Takes a person out of service; devices and history keep pointing at it. Doing it again changes nothing. */
export function archivePerson(
  deps: DirectoryDeps,
  contractorId: ContractorId,
  personId: PersonId,
  context: RequestContext,
): Promise<void> {
  const now = deps.clock.now();
  return deps.db.asContractor(contractorId, async (tx) => {
    const person = await existing(tx, contractorId, personId, 'for update');
    if (person.archived_at !== null) return;
    await store.updatePerson(tx, contractorId, personId, { archived_at: now }, now);
    await record(deps, tx, contractorId, context, now, 'person.archived', personTarget(personId, person.name));
  });
}

export function listGroups(deps: DirectoryDeps, contractorId: ContractorId): Promise<Group[]> {
  return deps.db.asContractor(contractorId, async (tx) =>
    (await store.selectGroups(tx, contractorId)).map(presentGroup),
  );
}

/** Throws `conflict` when the name is taken. */
export function createGroup(
  deps: DirectoryDeps,
  contractorId: ContractorId,
  name: string,
  context: RequestContext,
): Promise<Group> {
  const now = deps.clock.now();
  const groupId = newId<'Group'>(now.epochMilliseconds);
  return uniqueName(() =>
    deps.db.asContractor(contractorId, async (tx) => {
      await store.insertGroup(tx, contractorId, { groupId, name }, now);
      await record(deps, tx, contractorId, context, now, 'group.created', groupTarget(groupId, name));
      return presentGroup(await existingGroup(tx, contractorId, groupId));
    }),
  );
}

/** Throws `not_found`, `conflict`. */
export function renameGroup(
  deps: DirectoryDeps,
  contractorId: ContractorId,
  groupId: GroupId,
  name: string,
  context: RequestContext,
): Promise<Group> {
  const now = deps.clock.now();
  return uniqueName(() =>
    deps.db.asContractor(contractorId, async (tx) => {
      const before = await existingGroup(tx, contractorId, groupId);
      if (before.name === name) return presentGroup(before);
      await store.updateGroup(tx, contractorId, groupId, name, now);
      const details = { before: before.name };
      await record(deps, tx, contractorId, context, now, 'group.renamed', groupTarget(groupId, name), details);
      return presentGroup(await existingGroup(tx, contractorId, groupId));
    }),
  );
}

/** Throws `not_found`. */
export function deleteGroup(
  deps: DirectoryDeps,
  contractorId: ContractorId,
  groupId: GroupId,
  context: RequestContext,
): Promise<void> {
  const now = deps.clock.now();
  return deps.db.asContractor(contractorId, async (tx) => {
    const group = await existingGroup(tx, contractorId, groupId);
    if (!(await store.deleteGroup(tx, contractorId, groupId))) throw noGroup();
    const details = { members: group.member_count };
    await record(deps, tx, contractorId, context, now, 'group.deleted', groupTarget(groupId, group.name), details);
  });
}

/** Throws `not_found`, `conflict` for an archived person. Doing it again changes nothing. */
export function addMember(
  deps: DirectoryDeps,
  contractorId: ContractorId,
  membership: { readonly groupId: GroupId; readonly personId: PersonId },
  context: RequestContext,
): Promise<void> {
  const now = deps.clock.now();
  return deps.db.asContractor(contractorId, async (tx) => {
    const group = await existingGroup(tx, contractorId, membership.groupId);
    const person = await existing(tx, contractorId, membership.personId);
    if (person.archived_at !== null) throw archived();
    if (!(await store.insertMember(tx, contractorId, membership, now))) return;
    const details = { personId: person.person_id };
    const target = groupTarget(group.group_id, group.name);
    await record(deps, tx, contractorId, context, now, 'group.member_added', target, details);
  });
}

/** Throws `not_found` for a group that does not exist. */
export function removeMember(
  deps: DirectoryDeps,
  contractorId: ContractorId,
  membership: { readonly groupId: GroupId; readonly personId: PersonId },
  context: RequestContext,
): Promise<void> {
  const now = deps.clock.now();
  return deps.db.asContractor(contractorId, async (tx) => {
    const group = await existingGroup(tx, contractorId, membership.groupId);
    if (!(await store.deleteMember(tx, contractorId, membership))) return;
    const details = { personId: membership.personId };
    const target = groupTarget(group.group_id, group.name);
    await record(deps, tx, contractorId, context, now, 'group.member_removed', target, details);
  });
}

function facts(row: Pick<store.PersonRow, 'person_id' | 'name' | 'kana' | 'department' | 'archived_at'>): PersonFacts {
  return {
    personId: row.person_id,
    name: row.name,
    kana: row.kana,
    department: row.department ?? undefined,
    archived: row.archived_at !== null,
  };
}

function keyOf(fields: store.PersonFields): string {
  return searchKey(fields.name, fields.kana, fields.email, fields.employee_number, fields.department);
}

/** The columns that `input` really changes. */
function changed(before: store.PersonRow, input: PersonInput): Partial<store.PersonFields> {
  const { employeeNumber, ...same } = input;
  const asked: Partial<store.PersonFields> = {
    ...same,
    ...(employeeNumber === undefined ? {} : { employee_number: employeeNumber }),
  };
  const column = (name: string) => before[name as keyof store.PersonFields];
  return Object.fromEntries(Object.entries(asked).filter(([name, value]) => value !== column(name)));
}

async function existing(tx: Tx, contractorId: ContractorId, personId: PersonId, lock?: 'for update') {
  const row = await store.selectPerson(tx, contractorId, personId, lock);
  if (row === undefined) throw new DomainError('not_found', 'no such person', { reason: 'person.not_found' });
  return row;
}

async function existingGroup(tx: Tx, contractorId: ContractorId, groupId: GroupId): Promise<store.GroupRow> {
  const [row] = await store.selectGroups(tx, contractorId, groupId);
  if (row === undefined) throw noGroup();
  return row;
}

const noGroup = () => new DomainError('not_found', 'no such group', { reason: 'group.not_found' });
const archived = () => new DomainError('conflict', 'the person is archived', { reason: 'person.archived' });

async function uniqueNumber<R>(write: () => Promise<R>): Promise<R> {
  try {
    return await write();
  } catch (cause) {
    if (!isUniqueViolation(cause, 'persons_number')) throw cause;
    throw new DomainError('conflict', 'the employee number is taken', { reason: 'person.number_taken', cause });
  }
}

async function uniqueName<R>(write: () => Promise<R>): Promise<R> {
  try {
    return await write();
  } catch (cause) {
    if (!isUniqueViolation(cause, 'groups_name')) throw cause;
    throw new DomainError('conflict', 'the group name is taken', { reason: 'group.name_taken', cause });
  }
}

type Target = { readonly kind: string; readonly id: string; readonly name: string };
const personTarget = (id: PersonId, name: string): Target => ({ kind: 'person', id, name });
const groupTarget = (id: GroupId, name: string): Target => ({ kind: 'group', id, name });

function record(
  deps: DirectoryDeps,
  tx: Tx,
  contractorId: ContractorId,
  { actor, requestId, sourceIp }: RequestContext,
  at: Temporal.Instant,
  action: string,
  target: Target,
  details: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  return deps.recordAudit(tx, contractorId, { at, actor, action, target, details, requestId, sourceIp });
}

async function presentOne(deps: DirectoryDeps, tx: Tx, contractorId: ContractorId, row: store.PersonRow) {
  const [person] = await present(deps, tx, contractorId, [row]);
  if (person === undefined) throw new Error('a person that was read is gone');
  return person;
}

async function present(
  deps: DirectoryDeps,
  tx: Tx,
  contractorId: ContractorId,
  rows: readonly store.PersonRow[],
): Promise<Person[]> {
  const ids = rows.map((row) => row.person_id);
  const groups = Map.groupBy(await store.selectGroupsOf(tx, contractorId, ids), (group) => group.person_id);
  const devices = await deps.devices.countByPerson(tx, contractorId, ids);
  return rows.map((row) => ({
    personId: row.person_id,
    name: row.name,
    kana: row.kana,
    email: row.email,
    employeeNumber: row.employee_number,
    department: row.department,
    note: row.note,
    groups: (groups.get(row.person_id) ?? []).map((group) => ({ groupId: group.group_id, name: group.name })),
    deviceCount: devices.get(row.person_id) ?? 0,
    createdAt: row.created_at.toString(),
    updatedAt: row.updated_at.toString(),
    archivedAt: row.archived_at?.toString() ?? null,
  }));
}

function presentGroup(row: store.GroupRow): Group {
  return {
    groupId: row.group_id,
    name: row.name,
    memberCount: row.member_count,
    createdAt: row.created_at.toString(),
    updatedAt: row.updated_at.toString(),
  };
}
