import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ContractorId, newId } from '../../base/ids.ts';
import type { DeviceId } from './index.ts';
import { forgetOld } from './retention.ts';
import { devicesGround } from './testing.ts';

const ground = await devicesGround();
const { db, clock, query } = ground;
const DAYS = { changes: 730, events: 365 };
const retention = {
  changes: Temporal.Duration.from({ days: DAYS.changes }),
  events: Temporal.Duration.from({ days: DAYS.events }),
};
const ago = (days: number) =>
  clock
    .now()
    .subtract({ hours: 24 * days })
    .toString();

/** `count` changes of one age. */
const changes = (contractorId: ContractorId, deviceId: DeviceId, days: number, count = 1) =>
  query(
    `insert into device_changes (contractor_id, device_id, change_id, at, source, field)
     select $1, $2, gen_random_uuid(), $3, 'test', $4 from generate_series(1, $5)`,
    [contractorId, deviceId, ago(days), `${days}`, count],
  );

async function event(contractorId: ContractorId, name: string, days: number, severity: string, seen: boolean) {
  await query(
    `insert into device_events (contractor_id, event_id, kind, severity, dedupe_key, first_at, last_at, acknowledged_at)
     values ($1, $2, $3, $4, $3, $5, $5, $6)`,
    [contractorId, newId(), name, severity, ago(days), seen ? clock.now().toString() : null],
  );
}

const fields = (contractorId: ContractorId) =>
  query<{ field: string; count: number }>(
    "select field, count(*)::integer from device_changes where contractor_id = $1 and source = 'test' group by field order by 1",
    [contractorId],
  );

test('changes past their time go, of every device and contractor, more than one batch too; younger ones stay', async () => {
  const [one, other] = [await ground.newContractor(), await ground.newContractor()];
  const [phone, tablet, foreign] = [
    await ground.newDevice(one),
    await ground.newDevice(one),
    await ground.newDevice(other),
  ];
  await changes(one, phone, 731, 4500);
  await changes(one, tablet, 900);
  await changes(one, tablet, 729, 3);
  await changes(other, foreign, 731, 2);
  await changes(other, foreign, 1);
  await forgetOld({ db, clock, retention });
  assert.deepEqual(await fields(one), [{ field: '729', count: 3 }]);
  assert.deepEqual(await fields(other), [{ field: '1', count: 1 }]);
});

test('events past their time go, but no alarm that nobody has acknowledged', async () => {
  const contractorId = await ground.newContractor();
  await event(contractorId, 'old notice', 366, 'notice', false);
  await event(contractorId, 'old warning', 366, 'warning', true);
  await event(contractorId, 'old alarm, acknowledged', 366, 'alarm', true);
  await event(contractorId, 'old alarm, open', 3660, 'alarm', false);
  await event(contractorId, 'young notice', 364, 'notice', true);
  await forgetOld({ db, clock, retention });
  const left = await query<{ kind: string }>('select kind from device_events where contractor_id = $1 order by 1', [
    contractorId,
  ]);
  assert.deepEqual(
    left.map(({ kind }) => kind),
    ['old alarm, open', 'young notice'],
  );
});

test('an event that came again lately is as young as its last time', async () => {
  const contractorId = await ground.newContractor();
  await event(contractorId, 'again', 366, 'notice', true);
  await query('update device_events set last_at = $2 where contractor_id = $1', [contractorId, ago(364)]);
  await forgetOld({ db, clock, retention });
  assert.equal((await query('select 1 from device_events where contractor_id = $1', [contractorId])).length, 1);
});

test('a server that stops leaves the rest for the next day', async () => {
  const contractorId = await ground.newContractor();
  await event(contractorId, 'old', 366, 'notice', true);
  await forgetOld({ db, clock, retention }, AbortSignal.abort());
  assert.equal((await query('select 1 from device_events where contractor_id = $1', [contractorId])).length, 1);
});
