import { createSign, generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type pg from 'pg';

export const SENDER = 'push@bench.iam.gserviceaccount.com';
export const AUDIENCE = 'bench';
const PAIR = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** Where the server fetches the keys with which push messages are signed. */
export async function startKeys(): Promise<{ readonly origin: string; stop(): void }> {
  const body = JSON.stringify({ keys: [{ ...PAIR.publicKey.export({ format: 'jwk' }), kid: 'bench', alg: 'RS256' }] });
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'max-age=86400' }).end(body);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}`, stop: () => void server.close() };
}

/** One token for all messages, as Pub/Sub uses one for many. */
export function makeToken(): string {
  const now = Math.floor(Temporal.Now.instant().epochMilliseconds / 1000);
  const claims = { iss: 'https://accounts.google.com', aud: AUDIENCE, email: SENDER, email_verified: true, iat: now };
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const content = `${part({ alg: 'RS256', kid: 'bench', typ: 'JWT' })}.${part({ ...claims, exp: now + 7200 })}`;
  return `${content}.${createSign('RSA-SHA256').update(content).sign(PAIR.privateKey).toString('base64url')}`;
}

export type Fleet = { readonly contractorId: string; readonly enterprise: string; readonly devices: readonly string[] };

/** All rows of an enrolled fleet, past the server: enrollment is not measured. */
export async function makeFleet(client: pg.Client, count: number): Promise<Fleet> {
  const contractorId = randomUUID();
  const enterprise = 'enterprises/LCbench01';
  await client.query(
    "insert into contractors (contractor_id, name, created_at, updated_at) values ($1, 'Bench', now(), now())",
    [contractorId],
  );
  await client.query(
    `insert into google_installation_project (project_id, client_email, key_id, sealed_key, push_service_account, push_audience,
       requests_per_minute, saved_at, saved_by) values ('bench', 'x@bench.example', 'k', '', $1, $2, 600, now(), 'bench')`,
    [SENDER, AUDIENCE],
  );
  await client.query(
    `insert into android_enterprises (contractor_id, state, project_scope, project_id, enterprise_name, bound_at)
     values ($1, 'bound', 'installation', 'bench', $2, now())`,
    [contractorId, enterprise],
  );
  await client.query(
    `with made as (
       insert into devices (contractor_id, device_id, platform, usage_mode, management_mode, management_state, hardware_id,
         created_at, updated_at)
       select $1, gen_random_uuid(), 'android', 'company-owned', 'fully-managed', 'managed', 'bench' || n, now(), now()
       from generate_series(1, $2::integer) n returning device_id, hardware_id)
     insert into android_devices (contractor_id, device_name, device_id, state, hardware_id, reported_at, enrolled_at)
     select $1, $3 || '/devices/' || hardware_id, device_id, 'enrolled', hardware_id, now() - interval '1 day', now()
     from made`,
    [contractorId, count, enterprise],
  );
  const devices = Array.from({ length: count }, (_, n) => `${enterprise}/devices/bench${n + 1}`);
  return { contractorId, enterprise, devices };
}

const APPS = Array.from({ length: 60 }, (_, n) => ({
  packageName: `jp.example.app${n}`,
  displayName: `アプリ ${n}`,
  versionName: `1.${n}.0`,
  versionCode: 1000 + n,
  state: 'INSTALLED',
  applicationSource: 'INSTALLED_FROM_PLAY_STORE',
}));

/** A status report as a device of the middle class sends it: about 10 KB. */
function report(name: string, turn: number): object {
  const now = Temporal.Now.instant().toString();
  return {
    name,
    managementMode: 'DEVICE_OWNER',
    ownership: 'COMPANY_OWNED',
    state: 'ACTIVE',
    appliedState: 'ACTIVE',
    policyCompliant: true,
    apiLevel: 34,
    appliedPolicyVersion: '1',
    lastStatusReportTime: now,
    lastPolicySyncTime: now,
    hardwareInfo: { brand: 'google', manufacturer: 'Google', model: 'Pixel 7a', serialNumber: name.slice(-12) },
    softwareInfo: { androidVersion: '14', androidBuildNumber: 'UP1A', securityPatchLevel: '2026-11-05' },
    memoryInfo: { totalRam: '8000000000', totalInternalStorage: '128000000000' },
    memoryEvents: [
      { eventType: 'INTERNAL_STORAGE_MEASURED', byteCount: String(50_000_000_000 + turn), createTime: now },
    ],
    powerManagementEvents: [{ eventType: 'BATTERY_LEVEL_COLLECTED', batteryLevel: turn % 100, createTime: now }],
    deviceSettings: { isDeviceSecure: true, isEncrypted: true, encryptionStatus: 'ACTIVE_PER_USER' },
    applicationReports: APPS,
  };
}

/** A whole push request as bytes. */
export function pushRequest(token: string, name: string, turn: number): Buffer {
  const data = Buffer.from(JSON.stringify(report(name, turn))).toString('base64');
  const attributes = { notificationType: 'STATUS_REPORT' };
  const message = { attributes, data, messageId: String(turn), publishTime: Temporal.Now.instant().toString() };
  const body = JSON.stringify({ message, subscription: 'projects/bench/subscriptions/x' });
  const head = [
    'POST /android/pubsub/installation HTTP/1.1',
    'Host: bench',
    'Content-Type: application/json',
    `Authorization: Bearer ${token}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
  ].join('\r\n');
  return Buffer.from(`${head}\r\n\r\n${body}`, 'utf8');
}
