import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join as joinPath } from 'node:path';
import { after, describe, test } from 'node:test';
import { readPlistDict, writePlist } from '@tsukasa/apple-mdm';
import { follow } from './actions.ts';
import { Client } from './api-client.ts';
import { Balancer } from './balancer.ts';
import { enroll } from './fleet.ts';
import { HandDevice, put, type Reply, signatureOf } from './hand-device.ts';
import { type Contractor, type Stage, useStage } from './harness.ts';
import { join } from './people.ts';
import { Server, temporaryFolder } from './server.ts';
import { until } from './wait.ts';

/**
 * Two copies of the server on one PostgreSQL behind a load balancer. What is decided on the one holds on the other at the
 * next request: there is nothing that a copy would have to be told.
 */
const balancer = await Balancer.start();
after(() => balancer.close());

let second: Server;
let contractor: Contractor;
let link: string;
const stage = useStage(
  async (opened) => {
    second = await startSecond(opened);
    balancer.targets = [opened.url, second.url];
    contractor = await opened.contractor('Two copies');
    link = await opened.invite(contractor.contractorId, { maxUses: 10 });
  },
  { env: { TSUKASA_PUBLIC_URL: balancer.url } },
);

/** Another copy on the database of the first, with a data directory of its own and the same master key. */
async function startSecond(opened: Stage): Promise<Server> {
  const { dataDir, env } = opened.server;
  const [address, password] = await Promise.all([
    readFile(joinPath(dataDir, 'postgres.json'), 'utf8'),
    readFile(joinPath(dataDir, 'keys', 'postgres.password'), 'utf8'),
  ]);
  const { host, port } = JSON.parse(address) as { host: string; port: number };
  const database = new URL(`postgres://tsukasa_owner@localhost:${port}/tsukasa`);
  database.password = encodeURIComponent(password.trim());
  database.searchParams.set('host', host);
  const folder = await temporaryFolder('copy');
  const { TSUKASA_DATA_DIR: _directory, TSUKASA_PORT: _port, ...shared } = env;
  const server = await Server.prepare({
    dataDir: folder.path,
    env: {
      ...shared,
      DATABASE_URL: database.href,
      TSUKASA_MASTER_KEY_FILE: joinPath(dataDir, 'keys', 'master.key'),
    },
  });
  opened.onLeave(async () => {
    await server.stop();
    await folder.remove();
  });
  await server.start();
  return server;
}

/** The same credential on the first and on the second copy. */
function onBoth(credential: ConstructorParameters<typeof Client>[1]): readonly [Client, Client] {
  return [new Client(stage().url, credential), new Client(second.url, credential)];
}

/** Says something on the command channel of one copy, past the balancer. */
function connect(device: HandDevice, copy: string, report: Parameters<typeof writePlist>[0]): Promise<Reply> {
  const body = writePlist(report);
  const { pathname } = new URL(device.instructions.serverUrl);
  return put(new URL(pathname, copy).href, body, signatureOf(body, device.identity));
}

async function deviceIdOf(serialNumber: string): Promise<string> {
  const { contractorId } = contractor;
  return until(`${serialNumber} is listed`, 10_000, async () => {
    const { items } = await stage().provider.call('listDevices', {
      params: { contractorId },
      query: { q: serialNumber },
    });
    return items[0]?.deviceId;
  });
}

describe('two copies on one database', () => {
  test('a certificate revoked through one is refused by the other at the next contact', async () => {
    const { contractorId } = contractor;
    const device = await HandDevice.enrolled(link);
    const deviceId = await deviceIdOf(device.serialNumber);
    for (const copy of [stage().url, second.url]) {
      assert.equal((await connect(device, copy, device.idle())).status, 200, 'both know the certificate by now');
    }
    const { items } = await stage().provider.call('listIdentities', { params: { contractorId, deviceId } });
    const params = { contractorId, serial: items[0]?.serial ?? '' };
    await stage().provider.call('revokeIdentity', { params, body: { reason: 'lost' } });
    for (const copy of [second.url, stage().url]) {
      assert.equal((await connect(device, copy, device.idle())).status, 403);
    }
  });

  test('an action asked on one is delivered and answered through the other, and both tell the same of it', async () => {
    const { contractorId } = contractor;
    const device = await HandDevice.enrolled(link);
    const deviceId = await deviceIdOf(device.serialNumber);
    // What the server asks a new device at first is answered wrongly, which ends it.
    for (let { body } = await connect(device, second.url, device.idle()); body.length > 0; ) {
      ({ body } = await connect(device, second.url, answerTo(device, body, 'Error')));
    }
    const request = {
      params: { contractorId, deviceId },
      body: { type: 'lock' as const, params: { message: 'Found' } },
    };
    const { actionId } = await stage().provider.call('askAction', request);
    const { body } = await connect(device, second.url, device.idle());
    const command = readPlistDict(body)['Command'] as Readonly<Record<string, unknown>>;
    assert.deepEqual([command['RequestType'], command['Message']], ['DeviceLock', 'Found']);
    assert.equal((await connect(device, second.url, answerTo(device, body, 'Acknowledged'))).body.length, 0);
    const done = await follow(stage().provider, contractorId, actionId);
    assert.equal(done.state, 'done');
    const [, other] = onBoth({ token: stage().token });
    assert.deepEqual(await other.call('getAction', { params: { contractorId, actionId } }), done);
  });

  test('a token revoked, a member disabled and a contractor suspended on one are so on the other at once', async () => {
    const { contractorId } = contractor;
    const { provider } = stage();
    const params = { contractorId };
    const body = { name: 'Program', role: 'auditor' as const, expiresInDays: 1 };
    const { token, apiToken } = await provider.call('createApiToken', { params, body });
    const member = await join(new Client(balancer.url, { token: stage().token }), contractorId, 'helpdesk', 'Hanako');
    const program = onBoth({ token });
    const person = onBoth({ cookie: member.cookie });
    for (const client of [...program, ...person]) await client.call('listDevices', { params });

    await provider.call('changeContractor', { params, body: { state: 'suspended' } });
    for (const client of [...program, ...person])
      assert.equal((await client.refusal('listDevices', { params })).status, 403);
    await provider.call('changeContractor', { params, body: { state: 'active' } });
    for (const client of [...program, ...person]) await client.call('listDevices', { params });

    await provider.call('revokeApiToken', { params: { contractorId, tokenId: apiToken.tokenId } });
    for (const client of program) assert.equal((await client.refusal('listDevices', { params })).status, 401);
    const { items } = await provider.call('listMembers', { params });
    const userId = items.find(({ email }) => email === member.email)?.userId ?? '';
    await provider.call('changeMember', { params: { contractorId, userId }, body: { disabled: true } });
    for (const client of person) {
      const { status } = await client.refusal('listDevices', { params });
      assert.ok([401, 403, 404].includes(status), `a disabled member was answered ${status}`);
    }
  });

  test('a key of a request is one key on both', async () => {
    const clients = onBoth({ token: stage().token });
    const request = {
      params: { contractorId: contractor.contractorId },
      body: { name: 'Once' },
      headers: { 'idempotency-key': 'two-copies' },
    };
    const sent = await Promise.all(
      [...clients, ...clients, ...clients].map((client) => client.send('createPerson', request)),
    );
    const statuses = sent.map(({ response }) => response.status);
    assert.ok(
      statuses.every((status) => status === 201 || status === 409),
      statuses.join(),
    );
    const { items } = await stage().provider.call('listPersons', { params: request.params, query: { q: 'Once' } });
    assert.equal(items.length, 1);
  });

  test('one is killed in the middle of it: devices and people are served, and every action ends, by the other', async () => {
    const { contractorId } = contractor;
    const { serialNumber } = await enroll(stage(), link);
    const deviceId = await deviceIdOf(serialNumber);
    const everywhere = new Client(balancer.url, { token: stage().token });
    const asked = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const body = { type: 'lock' as const, params: { message: `${index}` } };
        return (await everywhere.call('askAction', { params: { contractorId, deviceId }, body })).actionId;
      }),
    );
    await second.crash();
    // A job that it was working on is given to the other half a minute later.
    for (const actionId of asked) {
      const { state, failure } = await follow(everywhere, contractorId, actionId, 60_000);
      assert.equal(state, 'done', JSON.stringify(failure));
    }
    const trail = await everywhere.call('verifyAudit', { params: { contractorId } });
    assert.equal(trail.ok, true, JSON.stringify(trail.problem));
  });
});

/** What the device says to the command in `body`. */
function answerTo(device: HandDevice, body: Buffer, status: 'Acknowledged' | 'Error') {
  const commandUuid = String(readPlistDict(body)['CommandUUID']);
  const chain = {
    ErrorCode: 12_021,
    ErrorDomain: 'MCMDMErrorDomain',
    LocalizedDescription: 'No',
    USEnglishDescription: 'No',
  };
  return {
    Status: status,
    UDID: device.udid,
    CommandUUID: commandUuid,
    ...(status === 'Error' ? { ErrorChain: [chain] } : {}),
  };
}
