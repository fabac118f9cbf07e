import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import type { ContractorId } from '../../base/ids.ts';
import { newId } from '../../base/ids.ts';
import { refusal, requestBy } from '../directory/testing.ts';
import type { ObservedApp, ObservedValues } from './index.ts';
import {
  type DeviceId,
  findDeviceByHardware,
  getDevice,
  markManaged,
  markUnmanaged,
  observe,
  observeApps,
  observeCertificates,
  observeLocation,
  observeProfiles,
  personDevices,
  recordContacts,
  registerDevice,
} from './index.ts';
import { devicesGround } from './testing.ts';

const ground = await devicesGround();
const { db, clock, handlers } = ground;
const none = { query: undefined, body: undefined } as const;

async function managed(values: ObservedValues = {}) {
  const contractorId = await ground.newContractor();
  const deviceId = await ground.newDevice(contractorId, values);
  await db.asContractor(contractorId, (tx) => markManaged(tx, contractorId, deviceId, clock.now()));
  const context = requestBy('contractor_administrator', contractorId);
  const params = { contractorId, deviceId };
  const show = () => handlers.getDevice({ ...none, params }, context);
  const changes = async () =>
    (await handlers.listDeviceChanges({ params, query: {}, body: undefined }, context)).items.map(
      ({ field, oldValue, newValue }) => ({ field, oldValue, newValue }),
    );
  return { contractorId, deviceId, context, params, show, changes };
}

async function newPerson(contractorId: ContractorId, name: string, kana = ''): Promise<string> {
  const id = newId<'Person'>();
  await ground.query(
    `insert into persons (contractor_id, person_id, name, kana, department, search_key, created_at, updated_at)
     values ($1, $2, $3, $4, '営業部', $3, now(), now())`,
    [contractorId, id, name, kana],
  );
  return id;
}

const say = (contractorId: ContractorId, deviceId: DeviceId, values: ObservedValues, body?: unknown) =>
  db.jobsFor(contractorId, (tx) =>
    observe(
      tx,
      contractorId,
      deviceId,
      { section: 'device_information', source: 'test', at: clock.now(), values, body },
      { support: ground.support, now: clock.now() },
    ),
  );

test('each value shows when it was said, and what changed shows in the history', async () => {
  const { contractorId, deviceId, show, changes } = await managed({ serialNumber: 'C02', name: 'iPhone' });
  const enrolled = clock.now().toString();
  clock.advance('PT1H');
  await say(
    contractorId,
    deviceId,
    { name: '営業の iPhone', osVersion: '18.1.0' },
    { raw: { UDID: 'x', nul: 'a\u0000b' } },
  );
  const device = await show();
  assert.equal(device.name, '営業の iPhone');
  assert.deepEqual(device.observedAt, {
    serialNumber: enrolled,
    name: clock.now().toString(),
    osVersion: clock.now().toString(),
  });
  assert.equal(device.lastObservedAt, clock.now().toString());
  assert.deepEqual(await changes(), [
    { field: 'name', oldValue: 'iPhone', newValue: '営業の iPhone' },
    { field: 'managementState', oldValue: 'enrolling', newValue: 'managed' },
  ]);
});

test('older news changes nothing', async () => {
  const { contractorId, deviceId, show } = await managed();
  await say(contractorId, deviceId, { name: 'neu' }, { n: 2 });
  const old = { section: 'device_information', source: 'test', at: clock.now().subtract({ hours: 1 }) };
  await db.jobsFor(contractorId, (tx) =>
    observe(
      tx,
      contractorId,
      deviceId,
      { ...old, values: { name: 'alt' }, body: { n: 1 } },
      { support: ground.support, now: clock.now() },
    ),
  );
  assert.equal((await show()).name, 'neu');
  const [report] = await ground.query<{ body: { n: number } }>('select body from device_reports where device_id = $1', [
    deviceId,
  ]);
  assert.equal(report?.body.n, 2);
});

test('the same hardware enrolls again as the same device, with its label, person and history', async () => {
  const { contractorId, deviceId, params, context, show } = await managed();
  const personId = await newPerson(contractorId, '佐藤');
  await handlers.changeDevice({ params, query: undefined, body: { label: '3号機', personId } }, context);
  const before = await db.asContractor(contractorId, (tx) => getDevice(tx, contractorId, deviceId));
  await db.asContractor(contractorId, (tx) => markUnmanaged(tx, contractorId, deviceId, 'checked_out', clock.now()));
  assert.notEqual((await show()).unmanagedAt, null);
  const again = await db.asContractor(contractorId, (tx) =>
    registerDevice(
      tx,
      {
        contractorId,
        platform: 'apple',
        hardwareId: before.hardwareId,
        usageMode: 'personally-owned',
        values: {},
        now: clock.now(),
      },
      ground.support,
    ),
  );
  assert.deepEqual(again, { deviceId, isNew: false });
  const device = await show();
  assert.deepEqual(
    [device.label, device.person?.name, device.managementState, device.usageMode],
    ['3号機', '佐藤', 'enrolling', 'personally-owned'],
  );
  const found = await db.asContractor(contractorId, (tx) =>
    findDeviceByHardware(tx, contractorId, 'apple', before.hardwareId),
  );
  assert.equal(found?.deviceId, deviceId);
});

test('two first contacts of one device at once make one device', async () => {
  const contractorId = await ground.newContractor();
  const now = clock.now();
  const register = () =>
    db.asContractor(contractorId, (tx) =>
      registerDevice(
        tx,
        {
          contractorId,
          platform: 'apple',
          hardwareId: 'same',
          usageMode: 'company-owned',
          values: { name: 'x' },
          now,
        },
        ground.support,
      ),
    );
  const both = await Promise.all([register(), register()]);
  assert.equal(both[0].deviceId, both[1].deviceId);
  assert.deepEqual(both.map((each) => each.isNew).sort(), [false, true]);
});

test('label and person are audited, and the person must be in service', async () => {
  const { contractorId, params, context, deviceId } = await managed();
  const personId = await newPerson(contractorId, '田中');
  const change = (body: { label?: string; personId?: string | null }) =>
    handlers.changeDevice({ params, query: undefined, body }, context);
  await change({ personId });
  await change({ personId });
  await change({ personId: null, label: '予備' });
  await assert.rejects(change({ personId: newId() }), refusal('invalid', 'person.not_assignable'));
  const stranger = await newPerson(await ground.newContractor(), '他社');
  await assert.rejects(change({ personId: stranger }), refusal('invalid', 'person.not_assignable'));
  assert.deepEqual(
    (await ground.audited(contractorId)).map((entry) => [entry.action, entry.target_id, entry.details]),
    [
      ['device.changed', deviceId, { person: { before: null, after: personId } }],
      ['device.changed', deviceId, { label: { before: '', after: '予備' }, person: { before: personId, after: null } }],
    ],
  );
});

test('a person who gets another name is found by it on every device', async () => {
  const { contractorId, params, context } = await managed({ name: 'iPad' });
  const personId = await newPerson(contractorId, '佐藤');
  await handlers.changeDevice({ params, query: undefined, body: { personId } }, context);
  await db.asContractor(contractorId, (tx) =>
    personDevices.personChanged(tx, contractorId, {
      personId: personId as never,
      name: '髙橋',
      kana: 'タカハシ',
      department: '総務',
      archived: false,
    }),
  );
  const find = async (q: string) =>
    (await handlers.listDevices({ params, query: { q }, body: undefined }, context)).items.map((d) => d.person?.name);
  assert.deepEqual(await find('たかはし'), ['髙橋']);
  assert.deepEqual(await find('総務 ipad'), ['髙橋']);
  assert.deepEqual(await find('佐藤'), []);
  const count = await db.asContractor(contractorId, (tx) =>
    personDevices.countByPerson(tx, contractorId, [personId as never]),
  );
  assert.deepEqual([...count.values()], [1]);
});

test('an app list replaces the one before; the history tells what came, went and was updated', async () => {
  const { contractorId, deviceId, params, context, show, changes } = await managed();
  const list = (items: readonly ObservedApp[], at = clock.now()) =>
    db.jobsFor(contractorId, (tx) =>
      observeApps(tx, contractorId, deviceId, { at, source: 'test', items, body: items }),
    );
  const apps = () => handlers.listDeviceApps({ ...none, params }, context);
  assert.deepEqual(await apps(), { reportedAt: null, items: [] });
  await list([
    { identifier: 'a', name: 'A', version: '1', managed: true, bundleBytes: 5 },
    { identifier: 'b', name: 'B', version: '1' },
  ]);
  const first = clock.now();
  clock.advance('PT4H');
  await list([
    { identifier: 'a', name: 'A', version: '2', managed: true, bundleBytes: 6 },
    { identifier: 'c', name: 'C', version: '1' },
    { identifier: 'c', name: 'C', version: '1' },
    { identifier: '', name: '名無し\u0000' },
  ]);
  await list([{ identifier: 'late' }], first);
  const shown = await apps();
  assert.equal(shown.reportedAt, clock.now().toString());
  assert.deepEqual(
    shown.items.map((app) => [app.identifier, app.version]),
    [
      ['a', '2'],
      ['c', '1'],
      ['名無し', null],
    ],
  );
  assert.equal((await show()).appCount, 3);
  const told = (await changes()).filter((change) => change.field === 'app');
  assert.equal(told.length, 4);
  const app = (identifier: string, name: string, version: string | null) => ({ identifier, name, version });
  for (const expected of [
    { field: 'app', oldValue: app('b', 'B', '1'), newValue: null },
    { field: 'app', oldValue: app('a', 'A', '1'), newValue: app('a', 'A', '2') },
    { field: 'app', oldValue: null, newValue: app('c', 'C', '1') },
  ]) {
    assert.ok(told.some((change) => isDeepStrictEqual(change, expected)));
  }
  const [row] = await ground.query<{ changed_at: Temporal.Instant }>(
    "select changed_at from device_apps where device_id = $1 and identifier = 'c'",
    [deviceId],
  );
  const again = clock.now();
  clock.advance('PT4H');
  await list([{ identifier: 'c', name: 'C', version: '1' }]);
  const [same] = await ground.query<{ changed_at: Temporal.Instant }>(
    "select changed_at from device_apps where device_id = $1 and identifier = 'c'",
    [deviceId],
  );
  assert.deepEqual(same, row, `not written again since ${again}`);
});

test('profiles and certificates are kept as sets too', async () => {
  const { contractorId, deviceId, params, context, changes } = await managed();
  const profile = { identifier: 'jp.example.wifi', uuid: 'U1', displayName: 'Wi-Fi', payloadTypes: ['com.apple.wifi'] };
  const certificate = {
    sha256: Buffer.alloc(32, 5),
    commonName: '端末証明書',
    identity: true,
    notBefore: Temporal.Instant.from('2026-01-01T00:00:00Z'),
    notAfter: Temporal.Instant.from('2027-01-01T00:00:00Z'),
  };
  for (const round of [0, 1]) {
    clock.advance('PT1H');
    const list = { at: clock.now(), source: 'test' };
    await db.jobsFor(contractorId, async (tx) => {
      await observeProfiles(tx, contractorId, deviceId, { ...list, items: [profile] });
      await observeCertificates(tx, contractorId, deviceId, { ...list, items: round === 0 ? [certificate] : [] });
    });
    const profiles = await handlers.listDeviceProfiles({ ...none, params }, context);
    assert.deepEqual(
      profiles.items.map((each) => each.payloadTypes),
      [['com.apple.wifi']],
    );
    const certificates = await handlers.listDeviceCertificates({ ...none, params }, context);
    assert.deepEqual(
      certificates.items.map((each) => [each.commonName, each.notAfter, each.sha256]),
      round === 0 ? [['端末証明書', '2027-01-01T00:00:00Z', '05'.repeat(32)]] : [],
    );
  }
  assert.deepEqual(
    (await changes()).filter((change) => change.field !== 'managementState'),
    [
      {
        field: 'certificate',
        oldValue: { sha256: '05'.repeat(32), commonName: '端末証明書' },
        newValue: null,
      },
    ],
  );
  const reports = await handlers.listDeviceReports({ ...none, params }, context);
  assert.deepEqual(
    reports.items.map((each) => each.section),
    ['certificates', 'profiles'],
  );
});

test('only the newest place is kept, and only one on earth', async () => {
  const { contractorId, deviceId, show } = await managed();
  const at = clock.now();
  const place = (latitude: number, when: Temporal.Instant) =>
    db.jobsFor(contractorId, (tx) =>
      observeLocation(tx, contractorId, deviceId, { latitude, longitude: 139.7, accuracyMeters: 12, at: when }),
    );
  await place(35.6, at);
  await place(1, at.subtract({ seconds: 1 }));
  await place(Number.NaN, at.add({ seconds: 1 }));
  assert.deepEqual((await show()).location, {
    latitude: 35.6,
    longitude: 139.7,
    accuracyMeters: 12,
    at: at.toString(),
  });
});

test('a contact time never moves backwards, also within one batch', async () => {
  const { contractorId, deviceId, show } = await managed();
  const contact = (minutes: number) => ({ contractorId, deviceId, at: clock.now().add({ minutes }) });
  await recordContacts(db, [contact(1), contact(3), contact(2)]);
  await recordContacts(db, [contact(2)]);
  await recordContacts(db, []);
  assert.equal((await show()).lastContactAt, clock.now().add({ minutes: 3 }).toString());
});

test('history is paged newest first', async () => {
  const { contractorId, deviceId, params, context } = await managed({ name: '0' });
  for (let n = 1; n <= 5; n++) {
    clock.advance('PT1M');
    await say(contractorId, deviceId, { name: String(n) });
  }
  const seen: unknown[] = [];
  let cursor: string | undefined;
  do {
    const query = { limit: 2, ...(cursor === undefined ? {} : { cursor }) };
    const page = await handlers.listDeviceChanges({ params, query, body: undefined }, context);
    seen.push(...page.items.filter((item) => item.field === 'name').map((item) => item.newValue));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  assert.deepEqual(seen, ['5', '4', '3', '2', '1']);
});

test('a device of another contractor is not there', async () => {
  const { deviceId } = await managed();
  const stranger = await managed();
  const where = { contractorId: stranger.contractorId, deviceId };
  for (const read of [
    handlers.getDevice,
    handlers.listDeviceApps,
    handlers.listDeviceProfiles,
    handlers.listDeviceCertificates,
    handlers.listDeviceReports,
  ]) {
    await assert.rejects(read({ ...none, params: where }, stranger.context), refusal('not_found'));
  }
  await assert.rejects(
    handlers.changeDevice({ params: where, query: undefined, body: { label: 'x' } }, stranger.context),
    refusal('not_found'),
  );
});
