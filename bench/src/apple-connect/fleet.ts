import { createHash, generateKeyPairSync, randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { type Certificate, spkiOf } from '@tsukasa/cms';
import type pg from 'pg';
import { issueIdentity, makeAuthority } from '../harness/identities.ts';

/** One simulated device as the generator needs it. */
export type FleetDevice = {
  readonly udid: string;
  /** DER, base64. */
  readonly certificate: string;
  readonly enrollmentId: string;
  readonly deviceId: string;
};
export type Fleet = {
  readonly contractorId: string;
  /** PEM. One key for all: what is measured does not depend on it, and making 30,000 would take an hour. */
  readonly privateKey: string;
  readonly devices: readonly FleetDevice[];
};

/** Makes an authority, certificates and all rows of an enrolled fleet, past the server: SCEP for 30,000 is not measured. */
export async function makeFleet(client: pg.Client, count: number): Promise<Fleet> {
  const contractorId = randomUUID();
  const authority = makeAuthority();
  const deviceKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const spki = spkiOf(deviceKey);
  const devices: FleetDevice[] = [];
  for (let n = 1; n <= count; n++) {
    devices.push({
      udid: randomUUID().toUpperCase(),
      certificate: issueIdentity(authority, spki, n).der.toString('base64'),
      enrollmentId: randomUUID(),
      deviceId: randomUUID(),
    });
    if (n % 500 === 0) await new Promise((done) => setImmediate(done));
  }
  devices.sort((a, b) => (a.enrollmentId < b.enrollmentId ? -1 : 1));
  await insertFleet(client, contractorId, authority.authority, devices);
  return { contractorId, privateKey: deviceKey.export({ format: 'pem', type: 'pkcs8' }).toString(), devices };
}

async function insertFleet(
  client: pg.Client,
  contractorId: string,
  authority: Certificate,
  devices: readonly FleetDevice[],
): Promise<void> {
  await client.query(
    `insert into contractors (contractor_id, name, created_at, updated_at) values ($1, 'Bench', now(), now())`,
    [contractorId],
  );
  await client.query(
    `insert into contract_heads (contractor_id, chain_seq, hash, version, service_days) values ($1, 0, '\\x00', 0, '{(,)}')`,
    [contractorId],
  );
  await client.query(
    `insert into certificate_authorities (contractor_id, authority_id, certificate, sealed_key, not_before, not_after, created_at, retired_at)
     values ($1, $2, $3, '', now() - interval '1 day', now() + interval '10 years', now(), now())`,
    [contractorId, randomUUID(), authority.der],
  );
  for (let at = 0; at < devices.length; at += 2000) {
    const some = devices.slice(at, at + 2000);
    const columns = [
      some.map((d) => d.deviceId),
      some.map((d) => d.enrollmentId),
      some.map((d) => d.udid),
      some.map(hashOf),
    ];
    await client.query(
      `with given as (select * from unnest($2::uuid[], $3::uuid[], $4::text[], $5::bytea[]) as g(device_id, enrollment_id, udid, hash)),
       d as (
         insert into devices (contractor_id, device_id, platform, usage_mode, management_state, hardware_id, created_at, updated_at)
         select $1::uuid, device_id, 'apple', 'company-owned', 'managed', udid, now(), now() from given),
       e as (
         insert into apple_enrollments (contractor_id, enrollment_id, device_id, udid, kind, state, access_rights, topic,
           authenticated_at, enrolled_at, push_token, push_magic, token_updates)
         select $1::uuid, enrollment_id, device_id, udid, 'device', 'enrolled', 8191, 'com.apple.mgmt.bench', now(), now(),
           '\\x00'::bytea, 'magic', 1 from given),
       w as (insert into apple_wakeups (contractor_id, enrollment_id) select $1::uuid, enrollment_id from given)
       insert into apple_identities (contractor_id, certificate_sha256, enrollment_id, udid, serial, not_after, first_used_at)
       select $1::uuid, hash, enrollment_id, udid, encode(hash, 'hex'), now() + interval '700 days', now() from given`,
      [contractorId, ...columns],
    );
  }
  await client.query('analyze');
}

function hashOf({ certificate }: FleetDevice): Buffer {
  return createHash('sha256').update(Buffer.from(certificate, 'base64')).digest();
}

/** Finished commands of every device, in the order of the primary key; foreign keys are not checked row by row. */
export async function insertHistory(client: pg.Client, { contractorId }: Fleet, each: number): Promise<void> {
  // As dense as it becomes when pages are used again; finished rows are not touched any more.
  await client.query('alter table apple_commands set (fillfactor = 95)');
  await client.query('set session_replication_role = replica');
  await client.query(
    `insert into apple_commands (contractor_id, enrollment_id, command_id, purpose, request_type, created_at, expires_at,
       sent_at, attempts, finished_at, outcome)
     select $1::uuid, e.enrollment_id, lpad(to_hex(n), 32, '0')::uuid, 'observation', 'SecurityInfo', now() - interval '1 day', now(),
       now() - interval '1 day', 1, now() - interval '1 day', 'acknowledged'
     from (select enrollment_id from apple_enrollments where contractor_id = $1 order by enrollment_id) e,
       generate_series(1, $2::integer) n`,
    [contractorId, each],
  );
  await client.query('set session_replication_role = origin');
  await client.query('alter table apple_commands set (fillfactor = 50)');
  await client.query('vacuum analyze apple_commands');
  await client.query('checkpoint');
}

/** One open command for each of the first `count` devices; ids by device. */
export async function insertCommands(
  client: pg.Client,
  { contractorId, devices }: Fleet,
  count: number,
): Promise<readonly string[]> {
  await client.query(
    `update apple_commands set finished_at = now(), outcome = 'abandoned', payload = null where finished_at is null`,
  );
  const some = devices.slice(0, count);
  const ids = some.map(() => randomUUID());
  const [before = '', after = ''] = COMMAND.split('UUID');
  await client.query(
    `insert into apple_commands (contractor_id, enrollment_id, command_id, purpose, request_type, payload, created_at, expires_at)
     select $1::uuid, enrollment_id, command_id, 'declarative', 'DeclarativeManagement',
       convert_to($4::text || command_id::text || $5::text, 'UTF8'), now(), now() + interval '1 day'
     from unnest($2::uuid[], $3::uuid[]) as g(enrollment_id, command_id)`,
    [contractorId, some.map((device) => device.enrollmentId), ids, before, after],
  );
  return ids;
}

const COMMAND = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>Command</key>
	<dict>
		<key>RequestType</key>
		<string>DeclarativeManagement</string>
	</dict>
	<key>CommandUUID</key>
	<string>UUID</string>
</dict>
</plist>
`;

export async function saveFleet(file: string, fleet: Fleet): Promise<void> {
  await writeFile(file, JSON.stringify(fleet));
}

export async function loadFleet(file: string): Promise<Fleet> {
  return JSON.parse(await readFile(file, 'utf8')) as Fleet;
}
