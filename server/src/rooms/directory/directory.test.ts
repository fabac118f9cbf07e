import assert from 'node:assert/strict';
import { test } from 'node:test';
import { directoryRoutes } from '@tsukasa/api';
import type { PersonDevices, PersonFacts, PersonId } from './index.ts';
import { personHandlers } from './index.ts';
import { checkingAnswers, refusal, requestBy, testGround } from './testing.ts';

const ground = await testGround();
const told: PersonFacts[] = [];
const counts = new Map<PersonId, number>();
const devices: PersonDevices = {
  countByPerson: async () => counts,
  personChanged: async (_tx, _contractorId, person) => {
    told.push(person);
  },
};
const handlers = checkingAnswers(directoryRoutes, personHandlers({ ...ground, devices }));

async function office() {
  const contractorId = await ground.newContractor();
  const context = requestBy('contractor_administrator', contractorId);
  const params = { contractorId };
  const add = (body: { name: string; kana?: string; employeeNumber?: string | null; department?: string | null }) =>
    handlers.createPerson({ params, query: undefined, body }, context);
  const find = async (query: { q?: string; archived?: boolean; groupId?: string; cursor?: string; limit?: number }) =>
    handlers.listPersons({ params, query, body: undefined }, context);
  return { contractorId, context, params, add, find };
}

test('a person is found by kana of either kind, by part of a number, and by two words at once', async () => {
  const { add, find } = await office();
  await add({ name: '髙橋 花子', kana: 'タカハシ ハナコ', employeeNumber: 'E-0042', department: '営業部' });
  await add({ name: '山田 太郎', kana: 'ヤマダ タロウ', department: '営業部' });
  const names = async (q: string) => (await find({ q })).items.map((person) => person.name);
  assert.deepEqual(await names('たかはし'), ['髙橋 花子']);
  assert.deepEqual(await names('高橋'), ['髙橋 花子']);
  assert.deepEqual(await names('e0042'), ['髙橋 花子']);
  assert.deepEqual(await names('営業　やまだ'), ['山田 太郎']);
  assert.deepEqual(await names('営業'), ['髙橋 花子', '山田 太郎'], 'in the order of their kana');
  assert.deepEqual(await names('%'), []);
});

test('pages follow each other without gap or repetition', async () => {
  const { add, find } = await office();
  for (let n = 0; n < 7; n++) await add({ name: `人 ${n % 3}` });
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await find({ limit: 2, ...(cursor === undefined ? {} : { cursor }) });
    assert.equal(page.total, 7);
    seen.push(...page.items.map((person) => person.personId));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  assert.equal(new Set(seen).size, 7);
  await assert.rejects(find({ cursor: 'bm9uZQ' }), refusal('invalid', 'request.cursor'));
});

test('an employee number belongs to one person in service', async () => {
  const { contractorId, context, params, add } = await office();
  const first = await add({ name: '一', employeeNumber: '7' });
  await assert.rejects(add({ name: '二', employeeNumber: '7' }), refusal('conflict', 'person.number_taken'));
  await handlers.archivePerson(
    { params: { ...params, personId: first.personId }, query: undefined, body: undefined },
    context,
  );
  await add({ name: '二', employeeNumber: '7' });
  assert.deepEqual(
    (await ground.audited(contractorId)).map((entry) => entry.action),
    ['person.created', 'person.archived', 'person.created'],
    'what was refused left no trace',
  );
});

test('a change tells the devices, and is audited by field names', async () => {
  const { contractorId, context, params, add } = await office();
  const person = await add({ name: '佐藤', kana: 'サトウ' });
  const where = { ...params, personId: person.personId };
  const change = (body: { name?: string; note?: string; employeeNumber?: string | null }) =>
    handlers.changePerson({ params: where, query: undefined, body }, context);
  told.length = 0;
  await change({ note: '夜勤' });
  assert.equal(told.length, 0, 'a note is none of their words');
  const changed = await change({ name: '斎藤', employeeNumber: '12' });
  assert.equal(changed.employeeNumber, '12');
  assert.deepEqual(told, [
    { personId: person.personId, name: '斎藤', kana: 'サトウ', department: undefined, archived: false },
  ]);
  await change({ name: '斎藤' });
  const entries = (await ground.audited(contractorId)).filter((entry) => entry.action === 'person.changed');
  assert.deepEqual(
    entries.map((entry) => entry.details.fields),
    [['note'], ['name', 'employee_number']],
    'a change that changes nothing is none',
  );
});

test('archiving keeps the person out of the list and cannot be followed by a change', async () => {
  const { contractorId, context, params, add, find } = await office();
  const person = await add({ name: '退職者' });
  const where = { ...params, personId: person.personId };
  const archive = () => handlers.archivePerson({ params: where, query: undefined, body: undefined }, context);
  await archive();
  await archive();
  assert.equal((await find({})).total, 0);
  assert.equal((await find({ archived: true })).items[0]?.personId, person.personId);
  await assert.rejects(
    handlers.changePerson({ params: where, query: undefined, body: { name: 'x' } }, context),
    refusal('conflict', 'person.archived'),
  );
  assert.equal((await ground.audited(contractorId)).filter((e) => e.action === 'person.archived').length, 1);
});

test('groups: unique names, members counted in service only, deleted with their memberships', async () => {
  const { context, params, add, find, contractorId } = await office();
  const [one, two] = [await add({ name: '一' }), await add({ name: '二' })];
  const create = (name: string) => handlers.createGroup({ params, query: undefined, body: { name } }, context);
  const group = await create('営業');
  await assert.rejects(create('営業'), refusal('conflict', 'group.name_taken'));
  const other = await create('開発');
  await assert.rejects(
    handlers.changeGroup(
      { params: { ...params, groupId: other.groupId }, query: undefined, body: { name: '営業' } },
      context,
    ),
    refusal('conflict', 'group.name_taken'),
  );
  const put = (personId: string) =>
    handlers.addGroupMember(
      { params: { ...params, groupId: group.groupId, personId }, query: undefined, body: undefined },
      context,
    );
  await put(one.personId);
  await put(one.personId);
  await put(two.personId);
  await handlers.archivePerson(
    { params: { ...params, personId: two.personId }, query: undefined, body: undefined },
    context,
  );
  const listed = await handlers.listGroups({ params, query: undefined, body: undefined }, context);
  assert.deepEqual(
    listed.items.map((each) => [each.name, each.memberCount]),
    [
      ['営業', 1],
      ['開発', 0],
    ],
  );
  assert.deepEqual((await find({ groupId: group.groupId })).items[0]?.groups, [
    { groupId: group.groupId, name: '営業' },
  ]);
  await handlers.deleteGroup(
    { params: { ...params, groupId: group.groupId }, query: undefined, body: undefined },
    context,
  );
  assert.deepEqual((await find({})).items[0]?.groups, []);
  const added = (await ground.audited(contractorId)).filter((entry) => entry.action === 'group.member_added');
  assert.equal(added.length, 2);
});

test('another contractor sees and touches nothing of it', async () => {
  const { add, params } = await office();
  const person = await add({ name: '秘密' });
  const stranger = await office();
  assert.equal((await stranger.find({ q: '秘密' })).total, 0);
  const where = { ...stranger.params, personId: person.personId };
  await assert.rejects(
    handlers.getPerson({ params: where, query: undefined, body: undefined }, stranger.context),
    refusal('not_found'),
  );
  await assert.rejects(
    handlers.changePerson({ params: where, query: undefined, body: { name: 'x' } }, stranger.context),
    refusal('not_found'),
  );
  const [row] = await ground.query<{ name: string }>('select name from persons where person_id = $1', [
    person.personId,
  ]);
  assert.equal(row?.name, '秘密');
  assert.notEqual(params.contractorId, stranger.params.contractorId);
});
