import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { EnrollmentInvitationRequest } from '@tsukasa/api';
import { buildName, issueCertificate, spkiOf, toPem } from '@tsukasa/cms';
import { FakeWns, SessionRefused, sharedKeys, WindowsDevice, type WindowsDeviceChoice } from '@tsukasa/fakes';
import { follow } from './actions.ts';
import type { Answer } from './api-client.ts';
import { type Contractor, useStage } from './harness.ts';
import { approveAll } from './people.ts';
import { freePort, temporaryFolder } from './server.ts';
import { until } from './wait.ts';

// PCs at the program's own TLS listener: what proves them is the certificate of their connection, and nothing else.

const folder = await temporaryFolder('windows');
after(() => folder.remove());
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const now = () => Temporal.Now.instant().epochMilliseconds;
const { der } = issueCertificate({
  issuer: 'self',
  issuerKey: privateKey,
  subject: buildName([['CN', 'localhost']]),
  spki: spkiOf(privateKey),
  serial: Buffer.from([1]),
  notBefore: now() - 3_600_000,
  notAfter: now() + 86_400_000,
  subjectAltNames: [{ type: 'dNSName', value: 'localhost' }],
});
const ca = [toPem('CERTIFICATE', der)];
const wns = await FakeWns.start();
after(() => wns.close());
const app = wns.apps.register();
const [certFile, keyFile, secretFile] = ['tls.crt', 'tls.key', 'wns.secret'].map((name) => join(folder.path, name)) as [
  string,
  string,
  string,
];
await writeFile(certFile, ca);
await writeFile(keyFile, privateKey.export({ format: 'pem', type: 'pkcs8' }));
await writeFile(secretFile, app.secret);
const port = await freePort();
const publicUrl = `https://localhost:${port}`;
const keys = sharedKeys(2);

let contractor: Contractor;
const stage = useStage(
  async (opened) => {
    contractor = await opened.contractor('青葉商事');
  },
  {
    env: {
      TSUKASA_PUBLIC_URL: publicUrl,
      TSUKASA_TLS_PORT: String(port),
      TSUKASA_TLS_CERT_FILE: certFile,
      TSUKASA_TLS_KEY_FILE: keyFile,
      TSUKASA_WNS_ORIGIN: wns.origin,
      TSUKASA_WNS_PFN: app.pfn,
      TSUKASA_WNS_SID: app.sid,
      TSUKASA_WNS_SECRET_FILE: secretFile,
    },
  },
);

function make(seed: string, more: Partial<WindowsDeviceChoice> = {}): WindowsDevice {
  const choice = { edition: 'pro', build: 26100, tpm: true, recoveryEnvironment: true, encrypted: true } as const;
  const pc = new WindowsDevice({ seed, ...choice, keys, push: wns, ca, signs: 'never', ...more });
  stage().onLeave(() => pc.close());
  return pc;
}

function invite(request: Partial<EnrollmentInvitationRequest> = {}): Promise<string> {
  return stage().invite(contractor.contractorId, { platform: 'windows', ...request });
}

type Listed = Answer<'listDevices'>['items'][number];

async function listed({ blueprint }: WindowsDevice): Promise<readonly Listed[]> {
  const { contractorId } = contractor;
  const { items } = await stage().provider.call('listDevices', { params: { contractorId }, query: { limit: 200 } });
  return items.filter(({ serialNumber }) => serialNumber === blueprint.serialNumber);
}

/** Holds sessions until the server has nothing more to ask, and gives the device as the server knows it. */
async function settle(pc: WindowsDevice): Promise<Listed> {
  return until('the PC is known and can be woken', 60_000, async () => {
    await pc.connectOnce();
    const [device] = await listed(pc);
    if (device?.managementState !== 'managed' || device.osVersion === null) return undefined;
    const params = { contractorId: contractor.contractorId, deviceId: device.deviceId };
    const { channel } = await stage().provider.call('getDevice', { params });
    return channel.canWake ? device : undefined;
  });
}

/** One that came in by its invitation's link, and has told everything. */
async function enrolled(seed: string, more: Partial<WindowsDeviceChoice> = {}) {
  const pc = make(seed, more);
  await pc.enrollFromLink(await invite());
  return { pc, device: await settle(pc) };
}

test('by the certificate of its connection alone a PC enrolls, is woken, does what it is asked and says so', async (t) => {
  const { contractorId } = contractor;
  const { pc, device } = await enrolled('woken');
  assert.match(pc.account?.address ?? '', /^https:/);
  const params = { contractorId, deviceId: device.deviceId };
  const { actionId } = await stage().provider.call('askAction', { params, body: { type: 'refresh' } });
  await pc.nextPush(AbortSignal.timeout(10_000));
  assert.equal(pc.pushed, true, 'nobody woke it');
  const session = await pc.connectOnce();
  assert.equal(session.challenges, 0);
  const action = await until('the action is done', 30_000, async () => {
    const shown = await stage().provider.call('getAction', { params: { contractorId, actionId } });
    if (shown.state !== 'done') await pc.connectOnce();
    return shown.state === 'done' ? shown : undefined;
  });
  const steps = ['queued', 'woken', 'fetched', 'answered'].map((name) => {
    const at = action.steps.find(({ step }) => step === name)?.at;
    assert.ok(at, name);
    return Temporal.Instant.from(at).epochMilliseconds;
  });
  assert.deepEqual(
    steps,
    [...steps].sort((a, b) => a - b),
  );
  t.diagnostic(`from queued: ${steps.map((at) => `${at - (steps[0] ?? 0)} ms`).join(', ')}`);
});

test('a PC without its certificate is nobody, even with its secret’s name', async () => {
  const { pc } = await enrolled('bare');
  const session = pc.connectOnce({ showsCertificate: false, wrongSecret: true });
  await assert.rejects(session, (error) => error instanceof SessionRefused && error.status === 401);
  assert.equal((await pc.connectOnce()).challenges, 0);
});

test('recovery keys come into custody over TLS, and are read with a reason', async () => {
  const { contractorId } = contractor;
  const { pc, device } = await enrolled('escrow');
  await pc.handOverRecoveryKeys();
  const params = { contractorId, deviceId: device.deviceId };
  const { items } = await stage().provider.call('listRecoveryKeys', { params });
  assert.deepEqual(
    items.map(({ volume, state }) => `${volume} ${state}`).sort(),
    pc.state.volumes.flatMap(({ letter, encrypted }) => (encrypted ? [`${letter} current`] : [])).sort(),
  );
});

test('a wipe waits for a second person; the wiped PC enrolls again and is the same device', async () => {
  const { contractorId } = contractor;
  const { pc, device } = await enrolled('wiped');
  const params = { contractorId, deviceId: device.deviceId };
  const body = { type: 'erase' as const, params: { wipeMethod: 'doWipe' }, reason: 'given to somebody else' };
  const asked = await stage().provider.call('askAction', { params, body });
  assert.equal(asked.state, 'awaiting_approval');
  await pc.connectOnce();
  assert.equal(pc.state.phase, 'enrolled', 'wiped before anybody agreed');
  assert.ok((await approveAll(stage().provider, contractorId)) > 0);
  await pc.nextPush(AbortSignal.timeout(10_000));
  await pc.connectOnce();
  assert.equal(pc.state.phase, 'wiped');
  const action = await follow(stage().provider, contractorId, asked.actionId);
  assert.deepEqual([action.state, action.result?.['note']], ['done', 'windows.wipe_begins']);
  await pc.enrollFromLink(await invite());
  const again = await settle(pc);
  assert.equal(again.deviceId, device.deviceId);
  assert.equal((await listed(pc)).length, 1);
});

test('from its revocation on a certificate opens nothing, and other PCs go on', async () => {
  const { contractorId } = contractor;
  const [{ pc, device }, neighbour] = [await enrolled('revoked'), await enrolled('neighbour')];
  const params = { contractorId, deviceId: device.deviceId };
  const { items } = await stage().provider.call('listIdentities', { params });
  const serial = items[0]?.serial;
  assert.ok(serial);
  const body = { reason: 'key_compromise' } as const;
  await stage().provider.call('revokeIdentity', { params: { contractorId, serial }, body });
  await assert.rejects(pc.connectOnce(), (error) => error instanceof SessionRefused && error.status === 401);
  assert.equal((await neighbour.pc.connectOnce()).challenges, 0);
});

test('a PC that wants a web sign-in gets the page, and comes in by what is typed there', async () => {
  const code = (await invite()).split('/').at(-1) ?? '';
  const pc = make('federated');
  const how = { discoveryUrl: `${publicUrl}/EnrollmentServer/Discovery.svc`, userName: 'sato@example.jp' };
  await pc.enroll({ ...how, password: code, offers: ['Federated'] });
  await settle(pc);
  const stranger = make('stranger');
  await assert.rejects(stranger.enroll({ ...how, password: 'guessed', offers: ['Federated'] }));
});
