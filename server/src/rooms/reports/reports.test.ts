import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contractorRoutes, type Platform } from '@tsukasa/api';
import type { ContractorId } from '../../base/ids.ts';
import {
  type DeviceChannel,
  markManaged,
  observe,
  recordContacts,
  recordEvent,
  registerDevice,
  reviewSupport,
} from '../devices/index.ts';
import { testSupport } from '../devices/testing.ts';
import { checkingAnswers, requestBy, testGround } from '../directory/testing.ts';
import { reportHandlers } from './index.ts';
import { pushCertificate } from './service.ts';

const ground = await testGround();
const { db, clock } = ground;
const support = testSupport();
const expiries = new Map<ContractorId, Temporal.Instant>();
const channels = new Map<Platform, DeviceChannel>();
const listed: { contractorId: ContractorId; name: string; state: string; silentAfter: string }[] = [];
const { getDashboard, getProviderStatus } = contractorRoutes;
const handlers = checkingAnswers(
  { getDashboard, getProviderStatus },
  reportHandlers({
    ...ground,
    version: '0.1.0',
    startedAt: clock.now(),
    channels,
    contractorSettings: async () => ({ silentAfter: 'P3D' }),
    listContractors: async () => listed,
    countActions: async () => ({ open: 2, failed: 1, done: 5 }),
    pushCertificateNotAfter: async (_tx, contractorId) => expiries.get(contractorId),
  }),
);

async function fleet(name: string, sizes: { managed: number; silent: number; enrolling: number }) {
  const contractorId = await ground.newContractor(name);
  const now = clock.now();
  const total = sizes.managed + sizes.silent + sizes.enrolling;
  for (let n = 0; n < total; n++) {
    const deviceId = await db.asContractor(contractorId, async (tx) => {
      const hardwareId = `${name} ${n}`;
      const made = await registerDevice(
        tx,
        {
          contractorId,
          platform: 'apple',
          hardwareId,
          usageMode: 'company-owned',
          values: { osFamily: 'iOS', osVersion: '18.1' },
          now,
        },
        support,
      );
      if (n < sizes.managed + sizes.silent) await markManaged(tx, contractorId, made.deviceId, now);
      const values = { passcodePresent: n % 2 === 0 };
      const said = { section: 'security_info', at: now, source: 'test', values };
      await observe(tx, contractorId, made.deviceId, said, { support, now });
      return made.deviceId;
    });
    const at = n < sizes.managed ? now.subtract({ minutes: 5 }) : now.subtract({ hours: 24 * 5 });
    await recordContacts(db, [{ contractorId, deviceId, at }]);
  }
  listed.push({ contractorId, name, state: 'active', silentAfter: 'P3D' });
  return contractorId;
}

test('the dashboard says what is wrong, and how much of it', async () => {
  const contractorId = await fleet('甲', { managed: 2, silent: 1, enrolling: 1 });
  expiries.set(contractorId, clock.now().add({ hours: 24 * 20 + 1 }));
  await db.asContractor(contractorId, (tx) =>
    recordEvent(tx, contractorId, { kind: 'push.expiring', severity: 'alarm', dedupe: '', now: clock.now() }),
  );
  const shown = await handlers.getDashboard(
    { params: { contractorId }, query: undefined, body: undefined },
    requestBy('auditor', contractorId),
  );
  assert.deepEqual(shown.devices, { managed: 3, enrolling: 1, unmanaged: 0 });
  const attention = Object.fromEntries(shown.attention.map(({ kind, count }) => [kind, count]));
  assert.deepEqual([attention.silent, attention.no_passcode, attention.never_observed], [1, 1, 0]);
  assert.deepEqual(
    shown.contacts.map(({ count }) => count),
    [2, 0, 1, 0, 0],
  );
  assert.deepEqual(shown.byOs, [{ osFamily: 'iOS', osVersion: '18.1', count: 3 }]);
  assert.deepEqual(shown.actions, { open: 2, failed24h: 1, done24h: 5 });
  assert.deepEqual([shown.pushCertificate.state, shown.pushCertificate.daysLeft], ['expiring', 20]);
  assert.deepEqual(shown.openEvents, { alarm: 1, warning: 0 });
  assert.equal(attention.out_of_support, 0);
  support.unsupported.set('18.1', { code: 'os.version', what: 'os', supported: 'iOS 19+' });
  await reviewSupport({ db, clock, support });
  support.unsupported.clear();
  const later = await handlers.getDashboard(
    { params: { contractorId }, query: undefined, body: undefined },
    requestBy('auditor', contractorId),
  );
  const [out] = later.attention.filter(({ kind }) => kind === 'out_of_support');
  assert.deepEqual([out?.count, later.openEvents.warning], [3, 4]);
});

test('the provider sees every contractor, also one without devices', async () => {
  const other = await fleet('乙', { managed: 1, silent: 2, enrolling: 0 });
  const empty = await fleet('丙', { managed: 0, silent: 0, enrolling: 0 });
  const shown = await handlers.getProviderStatus(
    { params: undefined, query: undefined, body: undefined },
    requestBy('provider_administrator', other),
  );
  const of = (id: ContractorId) => shown.contractors.find(({ contractorId }) => contractorId === id);
  assert.deepEqual([of(other)?.managedDevices, of(other)?.silentDevices, of(other)?.openAlarms], [3, 2, 0]);
  assert.deepEqual([of(empty)?.managedDevices, of(empty)?.pushCertificateNotAfter], [0, null]);
  assert.equal(shown.contractors.find(({ name }) => name === '甲')?.openAlarms, 1);
});

const now = Temporal.Instant.from('2026-04-01T00:00:00Z');
for (const [days, state] of [
  [-1, 'expired'],
  [0, 'expired'],
  [60, 'expiring'],
  [61, 'ok'],
] as const) {
  test(`a push certificate with ${days} days left is ${state}`, () => {
    const shown = pushCertificate(now.add({ hours: 24 * days }), now);
    assert.deepEqual([shown.state, shown.daysLeft], [state, days]);
  });
}
test('none is missing', () => assert.equal(pushCertificate(undefined, now).state, 'missing'));
