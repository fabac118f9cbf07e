import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import type { DeviceSummary } from '@tsukasa/api';
import { AndroidManagementControl } from '@tsukasa/fakes';
import type { Client } from './api-client.ts';
import { Demonstration, type Login } from './demonstration.ts';
import { signIn } from './people.ts';
import { processesBelow } from './server.ts';
import { until } from './wait.ts';

/** What a newcomer is promised. */
const DEVICES = 100;
const SECONDS = 90;

describe('npm run demo', () => {
  let demo: Demonstration;
  let logins: readonly Login[];
  let provider: Client;

  before(async () => {
    demo = await Demonstration.start();
  });
  after(() => demo.remove());

  async function fleet(client: Client): Promise<readonly DeviceSummary[]> {
    const { items } = await client.call('listContractors', { query: {} });
    const pages = items.map(({ contractorId }) =>
      client.call('listDevices', { params: { contractorId }, query: { limit: 200, state: ['managed'] } }),
    );
    return (await Promise.all(pages)).flatMap((page) => page.items);
  }

  test(`shows ${DEVICES} enrolled devices within ${SECONDS} s, to the person whose login it prints`, async () => {
    logins = await demo.logins();
    const [first] = logins;
    assert.ok(first, demo.program.said);
    provider = await signIn(demo.url, first);
    const session = await provider.call('getSession');
    assert.equal(session.providerRole, 'provider_administrator');
    await until(`${DEVICES} devices are there`, 30_000, async () => (await fleet(provider)).length >= DEVICES);
    assert.ok(demo.seconds <= SECONDS, `it took ${demo.seconds.toFixed(1)} s`);
    assert.equal((await fleet(provider)).length, DEVICES);
  });

  test('has two contractors and devices of every kind', async () => {
    const { items } = await provider.call('listContractors', { query: {} });
    assert.equal(items.length, 2);
    const devices = await fleet(provider);
    const families = new Set(devices.map((device) => device.osFamily));
    assert.ok(families.isSupersetOf(new Set(['iOS', 'iPadOS', 'macOS'])), [...families].join());
    assert.ok(devices.some((device) => device.usageMode === 'personally-owned'));
    const owned = devices.filter((device) => device.usageMode === 'company-owned');
    await until('supervision is known', 20_000, async () => {
      const known = new Set((await fleet(provider)).map((device) => device.supervised));
      return known.has(true) && known.has(false);
    });
    assert.ok(owned.length > 0);
  });

  test('has devices of three platforms, each managed, and observed by itself', async () => {
    const count = (devices: readonly DeviceSummary[], platform: string) =>
      devices.filter((device) => device.platform === platform).length;
    const devices = await fleet(provider);
    assert.deepEqual(
      ['apple', 'windows', 'android'].map((platform) => count(devices, platform)),
      [40, 30, 30],
    );
    let unseen = '';
    await until('every device has said what it is', 60_000, async () => {
      const left = (await fleet(provider)).filter((device) => device.osVersion === null || device.modelName === null);
      unseen = left.map(({ platform, name, label }) => `${platform} ${name ?? label}`).join(', ');
      return left.length === 0;
    }).catch((cause: unknown) => {
      throw new Error(`not observed: ${unseen}`, { cause });
    });
    const modes = new Set((await fleet(provider)).map((device) => `${device.usageMode} ${device.managementMode}`));
    assert.deepEqual([...modes].sort(), [
      'company-owned dedicated',
      'company-owned device',
      'company-owned fully-managed',
      'company-owned work-profile',
      'personally-owned device',
      'personally-owned work-profile',
    ]);
  });

  test('plays its scenes: a bulk action over everybody, something for a second person, a lost device with its place', async () => {
    const { items } = await provider.call('listContractors', { query: {} });
    const own = items.find(({ name }) => name === '株式会社青葉商事');
    assert.ok(own);
    const params = { contractorId: own.contractorId };
    await until('an action waits for a second person', 90_000, async () => {
      const { items: pending } = await provider.call('listPending', { params, query: {} });
      return pending.some(({ type }) => type === 'erase');
    });
    await until('the whole fleet was asked', 90_000, async () => {
      const { items: batches } = await provider.call('listBatches', { params, query: {} });
      return batches.some(({ type, total }) => type === 'refresh' && total === 62);
    });
    await until('the lost one has told where it is', 90_000, async () => {
      const query = { q: '営業二課 伊藤' };
      const found = (await provider.call('listDevices', { params, query })).items.find((one) => one.lostMode === true);
      if (found === undefined) return false;
      const device = await provider.call('getDevice', { params: { ...params, deviceId: found.deviceId } });
      return device.location !== null;
    });
    const origin = /--android-origin (\S+)/.exec(demo.program.said)?.[1];
    assert.ok(origin, 'it prints where the stand-in of Google is');
    assert.deepEqual(await new AndroidManagementControl(origin).violations(), []);
  });

  test('lets in an administrator and an auditor, each with their own rights only', async () => {
    const roles = new Set<string>();
    for (const login of logins.slice(1)) {
      const client = await signIn(demo.url, login);
      const session = await client.call('getSession');
      assert.equal(session.providerRole, null, login.email);
      assert.equal(session.contractors.length, 1, login.email);
      for (const { role } of session.contractors) roles.add(role ?? '');
      assert.equal((await client.refusal('listContractors')).status, 403);
    }
    assert.ok(roles.has('contractor_administrator') && roles.has('auditor'), [...roles].join());
  });

  test('ends by Ctrl-C, and leaves nothing', async () => {
    const { code, signal } = await demo.stop();
    // npm ends by the signal, or with what the demonstration ended with.
    assert.ok(code === 0 || code === 130 || signal === 'SIGINT', demo.program.said.slice(-2000));
    await until('no process is left', 10_000, async () => (await processesBelow(demo.folder)).length === 0);
    // Node's own cache of compiled modules, which building the console uses, may lie there too.
    const left = await readdir(demo.folder);
    assert.deepEqual(
      left.filter((name) => name.startsWith('tsukasa-')),
      [],
    );
    await assert.rejects(fetch(demo.url), 'the server answers no more');
  });
});
