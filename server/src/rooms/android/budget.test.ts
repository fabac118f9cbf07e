import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ContractorId, newId } from '../../base/ids.ts';
import { testDatabase } from '../../base/testing.ts';
import { claimDue, dueScopes } from './command-store.ts';
import { blockRequests, takeRequests } from './google/budget.ts';
import { INSTALLATION } from './project-store.ts';

const { db, query } = await testDatabase();
const NOW = Temporal.Instant.from('2026-11-26T12:00:00Z');
const take = (wanted: number, now = NOW, scope = 'x') =>
  db.jobs((tx) => takeRequests(tx, scope, { wanted, lane: 'urgent', perMinute: 600, now }));

test('copies of the server share one budget', async () => {
  const grants = await Promise.all(Array.from({ length: 10 }, () => take(20)));
  assert.equal(
    grants.reduce((sum, { granted }) => sum + granted, 0),
    60,
  );
});

test('after a refusal nothing goes out before its time', async () => {
  const until = NOW.add({ seconds: 90 });
  await take(1, NOW, 'y');
  await db.jobs((tx) => blockRequests(tx, 'y', until));
  assert.deepEqual(await take(5, NOW.add({ seconds: 89 }), 'y'), { granted: 0, retryAt: until });
  assert.ok((await take(5, NOW.add({ seconds: 100 }), 'y')).granted > 0);
});

/** A contractor with an enterprise and commands that wait, one per device. */
async function contractorWith(commands: number, lane: number): Promise<ContractorId> {
  const id = newId<'Contractor'>();
  await query("insert into contractors (contractor_id, name, created_at, updated_at) values ($1, 'x', now(), now())", [
    id,
  ]);
  await query(
    `insert into android_enterprises (contractor_id, state, project_scope, project_id, enterprise_name)
     values ($1, 'bound', 'installation', 'p', 'enterprises/' || $2)`,
    [id, id.slice(-8)],
  );
  await query(
    `with made as (
       insert into devices (contractor_id, device_id, platform, usage_mode, management_state, hardware_id, created_at, updated_at)
       select $1, gen_random_uuid(), 'android', 'company-owned', 'managed', 'h' || n, $3, $3 from generate_series(1, $2::integer) n
       returning device_id, hardware_id)
     insert into android_devices (contractor_id, device_name, device_id, state, hardware_id, reported_at, enrolled_at)
     select $1, 'enterprises/e/devices/' || hardware_id, device_id, 'enrolled', hardware_id, $3, $3 from made`,
    [id, commands, NOW.toString()],
  );
  await query(
    `insert into android_commands (contractor_id, command_id, device_id, device_name, kind, command_type, lane, created_at,
       expires_at, step, due_at)
     select contractor_id, gen_random_uuid(), device_id, device_name, 'issue', 'LOCK', $2, $3, $3::timestamptz + interval '1 day', 'send', $3
     from android_devices where contractor_id = $1`,
    [id, lane, NOW.toString()],
  );
  return id;
}

test('ten thousand commands of one contractor do not keep another waiting, and what is urgent goes first', async () => {
  const large = await contractorWith(10_000, 1);
  const small = await contractorWith(10, 1);
  const urgent = await contractorWith(3, 0);
  const scopes = await db.jobs((tx) => dueScopes(tx, NOW, 50_000));
  assert.deepEqual(scopes, [{ scope: INSTALLATION, urgent: 3, action: 10_010, background: 0 }]);
  const claim = (limit: number, lanes: readonly number[]) =>
    db.jobs((tx) => claimDue(tx, INSTALLATION, { lanes, limit, now: NOW, until: NOW.add({ minutes: 2 }) }));
  const first = await claim(5, [0, 1]);
  assert.equal(first.filter((row) => row.contractor_id === urgent).length, 3);
  const next = await claim(20, [1]);
  const of = (id: ContractorId) => [...first, ...next].filter((row) => row.contractor_id === id).length;
  assert.equal(of(small), 10, 'in turns: half of what goes out is theirs');
  assert.equal(of(large), 12);
  const again = await claim(10, [0]);
  assert.deepEqual(again, [], 'what was taken is not taken twice');
});
