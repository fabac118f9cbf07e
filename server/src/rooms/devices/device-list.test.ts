import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEVICE_SORTS, type DeviceQuery, type DeviceSummary } from '@tsukasa/api';
import fc from 'fast-check';
import { searchKey } from '../../base/search-key.ts';
import { refusal, requestBy } from '../directory/testing.ts';
import { countDevices, resolveSearch, selectDevices } from './device-list.ts';
import { countFleet, type DeviceId } from './index.ts';
import { deviceSearchKey } from './observed.ts';
import { devicesGround } from './testing.ts';

const ground = await devicesGround();
const { db, handlers, clock } = ground;
const FLEET = 10_000;

/** Inserts a fleet as the owner: through the door it would take minutes. */
async function fleetOf(size: number) {
  const contractorId = await ground.newContractor();
  const families = ['株式会社', '営業部', '開発部', 'ｱｯﾌﾟﾙ', null];
  const pick = <T>(list: readonly T[], n: number): T => list[n % list.length] as T;
  const rows = Array.from({ length: size }, (_, n) => {
    const row = {
      name: n % 17 === 0 ? null : `${pick(['山田', '髙橋', 'iPhone', 'サーバー'], n)}の端末 ${n % 500}`,
      label: n % 5 === 0 ? `${n}号機` : '',
      serial_number: n % 19 === 0 ? null : `C${String((n * 7919) % 1_000_003).padStart(8, '0')}`,
      phone_number: n % 3 === 0 ? `+8190${String(10_000_000 + n)}` : null,
      imei: null,
      model: null,
      model_name: pick(['iPhone', 'iPad', 'MacBook Air', null], n),
      product_name: null,
      person_name: pick(['佐藤 花子', '田中 一郎', null], n),
      person_kana: pick(['サトウ ハナコ', '', null], n),
      person_department: pick(families, n),
    };
    return {
      ...row,
      id: `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`,
      key: deviceSearchKey(row),
      os_family: pick(['iOS', 'iPadOS', 'macOS', null], n),
      os_version: pick(['17.5.1', '18.0', '18.1', '9.3', null], n),
      os_version_sort: pick([[17, 5, 1], [18, 0], [18, 1], [9, 3], null], n),
      state: pick(['managed', 'managed', 'managed', 'enrolling', 'unmanaged'], n),
      supervised: pick([true, false, null], n),
      battery: pick([0.5, 0.123, 1, 0, null], n),
      available: pick([1_000_000_000, 64_000_000_000, null], n),
      contact:
        n % 4 === 0
          ? null
          : clock
              .now()
              .subtract({ minutes: (n * 37) % 20_000 })
              .toString(),
    };
  });
  await ground.query(
    `insert into devices (contractor_id, device_id, platform, usage_mode, management_state, hardware_id, name, label,
       serial_number, phone_number, model_name, person_name, person_kana, person_department, os_family, os_version,
       os_version_sort, supervised, battery_level, capacity_bytes, available_bytes, passcode_present, encrypted, lost_mode,
       search_key, created_at, enrolled_at, last_observed_at, updated_at)
     select $1, r.id, 'apple', 'company-owned', r.state, r.id, r.name, r.label, r.serial_number, r.phone_number,
       r.model_name, r.person_name, r.person_kana, r.person_department, r.os_family, r.os_version, r.os_version_sort,
       r.supervised, r.battery, 128000000000, r.available, r.supervised, r.supervised, false, r.key, now(),
       $3::timestamptz, $3::timestamptz, now()
     from jsonb_to_recordset($2::jsonb) as r(id uuid, state text, name text, label text, serial_number text,
       phone_number text, model_name text, person_name text, person_kana text, person_department text, os_family text,
       os_version text, os_version_sort integer[], supervised boolean, battery real, available bigint, key text)`,
    [contractorId, JSON.stringify(rows), clock.now().toString()],
  );
  await ground.query(
    `insert into device_contacts (contractor_id, device_id, last_contact_at)
     select $1, r.id, r.contact from jsonb_to_recordset($2::jsonb) as r(id uuid, contact timestamptz) where r.contact is not null`,
    [contractorId, JSON.stringify(rows)],
  );
  const context = requestBy('contractor_administrator', contractorId);
  const list = (query: DeviceQuery) =>
    handlers.listDevices({ params: { contractorId }, query, body: undefined }, context);
  return { contractorId, context, list, rows };
}

const small = await fleetOf(200);
const large = await fleetOf(FLEET);
await ground.query('vacuum analyze devices');
await ground.query('vacuum analyze device_contacts');

async function walk(query: DeviceQuery): Promise<DeviceSummary[]> {
  const all: DeviceSummary[] = [];
  let cursor: string | undefined;
  do {
    const page = await small.list({ ...query, limit: 37, ...(cursor === undefined ? {} : { cursor }) });
    all.push(...page.items);
    assert.ok(all.length <= 200, 'the pages never end');
    if (page.nextCursor === null) assert.equal(page.total, all.length);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return all;
}

const filters = fc.record(
  {
    state: fc.subarray(['managed', 'enrolling', 'unmanaged'] as const, { minLength: 1 }),
    osFamily: fc.subarray(['iOS', 'macOS'] as const, { minLength: 1 }),
    supervised: fc.boolean(),
    osVersion: fc.constantFrom('18.*', '18.0', '1.*', '%'),
  },
  { requiredKeys: [] },
);

for (const sort of DEVICE_SORTS) {
  test(`by ${sort}: pages in both orders hold every match once, values in order, rows without one last`, async () => {
    await fc.assert(
      fc.asyncProperty(filters, fc.constantFrom('asc', 'desc'), async (filter, order) => {
        const found = await walk({ ...filter, sort, order });
        assert.equal(new Set(found.map((device) => device.deviceId)).size, found.length);
        const matching = small.rows.filter(
          (row) =>
            (filter.state === undefined || filter.state.some((state) => state === row.state)) &&
            (filter.osFamily === undefined || filter.osFamily.some((family) => family === row.os_family)) &&
            (filter.supervised === undefined || row.supervised === filter.supervised) &&
            versionMatches(row.os_version, filter.osVersion),
        );
        assert.equal(found.length, matching.length);
        const missing = found.map((device) => sortedBy(device, sort) === null);
        assert.deepEqual(
          missing,
          [...missing].sort((a, b) => Number(a) - Number(b)),
        );
      }),
      { numRuns: 4 },
    );
  });
}

function versionMatches(version: string | null, wanted: string | undefined): boolean {
  if (wanted === undefined) return true;
  if (!wanted.endsWith('.*')) return version === wanted;
  const prefix = wanted.slice(0, -2);
  return version === prefix || (version?.startsWith(`${prefix}.`) ?? false);
}

const sortedBy = (device: DeviceSummary, sort: (typeof DEVICE_SORTS)[number]) =>
  sort === 'person' ? (device.person?.name ?? null) : device[sort];

test('versions sort as numbers, names as in Japanese', async () => {
  const versions = (await walk({ sort: 'osVersion' })).map((device) => device.osVersion);
  assert.deepEqual([...new Set(versions)], ['9.3', '17.5.1', '18.0', '18.1', null]);
  const names = (await walk({ sort: 'name' })).flatMap((device) => device.name ?? []);
  assert.deepEqual(names, [...names].sort(new Intl.Collator('ja', { numeric: true }).compare));
});

test('every word typed is contained in the key of every device found, and in no other', async () => {
  const words = fc.constantFrom(
    '髙橋',
    'たんまつ',
    '端末 1',
    'サト 営業',
    '0901',
    'C0',
    '%',
    '_',
    "';--",
    '佐藤　号機',
    'アップル',
  );
  await fc.assert(
    fc.asyncProperty(words, async (q) => {
      const keys = q.split(/\s+/u).map((word) => searchKey(word));
      const expected = small.rows.filter((row) => keys.every((key) => row.key.includes(key) && key !== ''));
      const found = await walk({ q });
      assert.deepEqual(new Set(found.map((device) => device.deviceId)), new Set(expected.map((row) => row.id)));
    }),
    { numRuns: 12 },
  );
});

test('a cursor of another order, or a made-up one, is refused', async () => {
  const page = await small.list({ sort: 'name', limit: 2 });
  const cursor = page.nextCursor ?? '';
  await assert.rejects(small.list({ sort: 'osVersion', cursor }), refusal('invalid', 'request.cursor'));
  await assert.rejects(small.list({ sort: 'name', order: 'desc', cursor }), refusal('invalid', 'request.cursor'));
  const forge = (value: unknown, sort: string) =>
    Buffer.from(JSON.stringify([sort, 'asc', value, small.rows[0]?.id])).toString('base64url');
  for (const [sort, value] of [
    ['lastContactAt', '2026-02-31 00:00:00+00'],
    ['lastContactAt', 'infinity'],
    ['batteryLevel', '1e99'],
    ['availableBytes', '99999999999999999999'],
    ['osVersion', '{1,null}'],
    ['name', 'a\u0000'],
    ['name', { evil: 1 }],
  ] as const) {
    await assert.rejects(small.list({ sort, cursor: forge(value, sort) }), refusal('invalid', 'request.cursor'), sort);
  }
  await fc.assert(
    fc.asyncProperty(fc.string(), fc.constantFrom(...DEVICE_SORTS), async (value, sort) => {
      // Anything that is accepted must also be understood by the database.
      await small.list({ sort, cursor: forge(value, sort) }).catch(refusal('invalid', 'request.cursor'));
    }),
    { numRuns: 30 },
  );
});

test('attention: the list and the dashboard count alike', async () => {
  ground.dead.clear();
  ground.dead.add(small.rows[0]?.id as DeviceId).add(small.rows[3]?.id as DeviceId);
  const counts = await db.asContractor(small.contractorId, (tx) => countFleet(ground.deps, tx, small.contractorId));
  for (const { kind, count } of counts.attention) {
    const listed = await small.list({ attention: [kind] });
    assert.equal(listed.total, count, kind);
  }
  assert.equal(counts.attention.find(({ kind }) => kind === 'push_token_dead')?.count, 1, 'the other is not managed');
  assert.ok((counts.attention.find(({ kind }) => kind === 'silent')?.count ?? 0) > 0);
  assert.ok((counts.attention.find(({ kind }) => kind === 'low_storage')?.count ?? 0) > 0);
  const { managed, enrolling, unmanaged } = counts.devices;
  assert.equal(managed + enrolling + unmanaged, 200);
  const sum = (list: readonly { count: number }[]) => list.reduce((total, { count }) => total + count, 0);
  assert.deepEqual([sum(counts.contacts), sum(counts.byOs), sum(counts.byUsageMode)], [managed, managed, managed]);
});

test('members of a group, and one person', async () => {
  const none = await small.list({ groupId: '00000000-0000-7000-8000-000000000000' });
  assert.deepEqual([none.items, none.total], [[], 0]);
});

const median = (times: number[]) => times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;

test(`${FLEET} devices: any page takes well under 100 ms, and reads no other contractor's rows`, async (t) => {
  for (const query of [
    {},
    { q: 'たなか 端末' },
    { sort: 'person', order: 'desc' },
    { sort: 'lastContactAt', attention: ['silent', 'low_storage'] },
  ] as const satisfies readonly DeviceQuery[]) {
    const times: number[] = [];
    for (let n = 0; n < 7; n++) {
      const start = performance.now();
      await large.list({ ...query });
      times.push(performance.now() - start);
    }
    t.diagnostic(`${JSON.stringify(query)}: ${median(times).toFixed(1)} ms`);
    // The machine may be busy with other tests: a plan gone wrong takes seconds.
    assert.ok(median(times) < 400);
  }
  const plan = await db.asContractor(large.contractorId, async (tx) => {
    const search = await resolveSearch(ground.deps, tx, large.contractorId, {});
    const rows = await selectDevices(tx, search, undefined, 51);
    assert.equal(rows.length, 51);
    assert.equal(await countDevices(tx, search), FLEET);
    return search;
  });
  assert.equal(plan.sort, 'name');
});

test('the dashboard counts the large fleet quickly', async (t) => {
  const times: number[] = [];
  for (let n = 0; n < 5; n++) {
    const start = performance.now();
    await db.asContractor(large.contractorId, (tx) => countFleet(ground.deps, tx, large.contractorId));
    times.push(performance.now() - start);
  }
  t.diagnostic(`${median(times).toFixed(1)} ms`);
  assert.ok(median(times) < 400);
});

test('the export holds the same devices in the same order, chosen columns, both languages', async () => {
  const exported = (query: Record<string, unknown>) =>
    handlers.exportDevices(
      { params: { contractorId: small.contractorId }, query: { ...query }, body: undefined },
      small.context,
    );
  const text = await exported({ state: ['managed'], sort: 'serialNumber', columns: 'deviceId,person', language: 'en' });
  const listed = await walk({ state: ['managed'], sort: 'serialNumber' });
  assert.deepEqual(text.split('\r\n'), [
    '\uFEFFDevice ID,Person',
    ...listed.map((device) => `${device.deviceId},${device.person?.name ?? ''}`),
    '',
  ]);
  assert.match(await exported({ columns: 'name' }), /^\uFEFF端末名\r\n/);
  await assert.rejects(exported({ columns: 'password' }), refusal('invalid', 'request.validation'));
  const entries = (await ground.audited(small.contractorId)).filter((entry) => entry.action === 'devices.exported');
  assert.equal(entries.length, 2);
});

test(`an export of ${FLEET} devices goes through all batches`, async (t) => {
  const start = performance.now();
  const text = await handlers.exportDevices(
    { params: { contractorId: large.contractorId }, query: { sort: 'batteryLevel' }, body: undefined },
    large.context,
  );
  t.diagnostic(`${(performance.now() - start).toFixed(0)} ms`);
  assert.equal(text.split('\r\n').length, FLEET + 2);
});
