import { createHash, generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { type Certificate, spkiOf } from '@tsukasa/cms';
import type pg from 'pg';
import { issueIdentity, makeAuthority } from '../harness/identities.ts';

/** One simulated PC as the generator needs it. */
export type FleetPc = {
  readonly devId: string;
  /** DER, base64. */
  readonly certificate: string;
  readonly enrollmentId: string;
  readonly deviceId: string;
};
export type Fleet = { readonly contractorId: string; readonly devices: readonly FleetPc[] };

/** Makes an authority, certificates and all rows of an enrolled fleet, past the server: enrollment is not measured. */
export async function makeFleet(client: pg.Client, count: number): Promise<Fleet> {
  const contractorId = randomUUID();
  const authority = makeAuthority();
  const spki = spkiOf(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey);
  const devices: FleetPc[] = [];
  for (let n = 1; n <= count; n++) {
    devices.push({
      devId: randomBytes(16).toString('hex').toUpperCase(),
      certificate: issueIdentity(authority, spki, n).der.toString('base64'),
      enrollmentId: randomUUID(),
      deviceId: randomUUID(),
    });
    if (n % 500 === 0) await new Promise((done) => setImmediate(done));
  }
  await insertFleet(client, contractorId, authority.authority, devices);
  return { contractorId, devices };
}

async function insertFleet(
  client: pg.Client,
  contractorId: string,
  authority: Certificate,
  devices: readonly FleetPc[],
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
    await client.query(
      `with given as (select * from unnest($2::uuid[], $3::uuid[], $4::text[], $5::bytea[]) as g(device_id, enrollment_id, dev_id, hash)),
       d as (
         insert into devices (contractor_id, device_id, platform, usage_mode, management_state, hardware_id, created_at, updated_at)
         select $1::uuid, device_id, 'windows', 'company-owned', 'managed', dev_id, now(), now() from given),
       e as (
         insert into windows_enrollments (contractor_id, enrollment_id, device_id, dev_id, kind, state, md5_name, sealed_md5,
           md5_nonce, poll, requested_at, enrolled_at)
         select $1::uuid, enrollment_id, device_id, dev_id, 'full', 'enrolled', 'bench', '\\x00', '\\x00', '{}', now(), now()
         from given)
       insert into windows_identities (contractor_id, certificate_sha256, enrollment_id, spki_sha256, serial, not_after,
         issued_at, first_used_at)
       select $1::uuid, hash, enrollment_id, hash, encode(hash, 'hex'), now() + interval '700 days', now(), now() from given`,
      [
        contractorId,
        some.map((pc) => pc.deviceId),
        some.map((pc) => pc.enrollmentId),
        some.map((pc) => pc.devId),
        some.map((pc) => createHash('sha256').update(Buffer.from(pc.certificate, 'base64')).digest()),
      ],
    );
  }
  await client.query('analyze');
}

const REQUEST = {
  verb: 'Replace',
  items: [{ target: './Vendor/MSFT/Policy/Config/Camera/AllowCamera', format: 'int' }],
};
const PAYLOAD = { verb: 'Replace', items: [{ ...REQUEST.items[0], data: '1' }] };

/** Finished commands of every PC; foreign keys are not checked row by row. */
export async function insertHistory(client: pg.Client, { contractorId }: Fleet, each: number): Promise<void> {
  await client.query('set session_replication_role = replica');
  await client.query(
    `insert into windows_commands (contractor_id, enrollment_id, command_id, purpose, verb, request, size, created_at, expires_at,
       sent_at, attempts, finished_at, ended)
     select $1::uuid, e.enrollment_id, lpad(to_hex(n), 32, '0')::uuid, 'upkeep', 'Replace', $3::jsonb, 300,
       now() - interval '1 day', now(), now() - interval '1 day', 1, now() - interval '1 day', 'answered'
     from windows_enrollments e, generate_series(1, $2::integer) n where e.contractor_id = $1`,
    [contractorId, each, JSON.stringify(REQUEST)],
  );
  await client.query('set session_replication_role = origin');
  await client.query('vacuum analyze windows_commands');
  await client.query('checkpoint');
}

/** So many open commands for each PC; what was open before is ended. */
export async function insertCommands(client: pg.Client, { contractorId }: Fleet, each: number): Promise<void> {
  await client.query(
    `update windows_commands set finished_at = now(), ended = 'superseded', payload = null where finished_at is null`,
  );
  await client.query(
    `insert into windows_commands (contractor_id, enrollment_id, command_id, purpose, verb, request, payload, size, created_at,
       expires_at)
     select $1::uuid, e.enrollment_id, gen_random_uuid(), 'upkeep', 'Replace', $3::jsonb, convert_to($4, 'UTF8'), 400, now(),
       now() + interval '1 day'
     from windows_enrollments e, generate_series(1, $2::integer) n where e.contractor_id = $1`,
    [contractorId, each, JSON.stringify(REQUEST), JSON.stringify(PAYLOAD)],
  );
  await client.query('vacuum analyze windows_commands');
}

export async function saveFleet(file: string, fleet: Fleet): Promise<void> {
  await writeFile(file, JSON.stringify(fleet));
}

export async function loadFleet(file: string): Promise<Fleet> {
  return JSON.parse(await readFile(file, 'utf8')) as Fleet;
}
