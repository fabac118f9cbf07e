import assert from 'node:assert/strict';
import type { KeyObject } from 'node:crypto';
import { test } from 'node:test';
import { buildSignedData } from '@tsukasa/cms';
import { testDatabase } from '../../base/testing.ts';
import type { EscrowAnswer } from './escrow.ts';
import { type MeaningPc, meaningBench } from './testing-meaning.ts';

const database = await testDatabase();
const bench = await meaningBench(database);
const contractorId = await bench.newContractor();

const OLD = '3F2504E0-4F89-11D3-9A0C-0305E82C3301';
const NEW = '7D444840-9DC0-11D1-B245-5FFDCE74FAD2';
const password = (n: number) => Array.from({ length: 8 }, (_, i) => String((n + i) * 11).padStart(6, '0')).join('-');
const volume = (protectorId: string, recoveryPassword: string) => ({ volume: 'C:', protectorId, recoveryPassword });

type Sent = { readonly status: number; readonly body: EscrowAnswer & { readonly error?: string } };

async function upload(
  pc: MeaningPc,
  volumes: readonly object[],
  change: {
    readonly deviceId?: string;
    readonly madeAt?: string;
    readonly signature?: 'none' | { readonly certificate: Buffer; readonly privateKey: KeyObject };
    readonly tamper?: boolean;
    readonly text?: string;
  } = {},
): Promise<Sent> {
  const { pc: keys } = pc.session;
  const { deviceId = keys.devId, madeAt = bench.clock.now().toString(), signature, tamper = false } = change;
  const text = change.text ?? JSON.stringify({ deviceId, madeAt, volumes });
  assert.ok(keys.provisioned);
  const signer =
    typeof signature === 'object' ? signature : { certificate: keys.provisioned.certificate, privateKey: keys.key };
  const signed = buildSignedData({ content: Buffer.from(text), detached: true, ...signer }).toString('base64');
  const response = await fetch(`${bench.url}/ManagementServer/${contractorId}/RecoveryKeys`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(signature === 'none' ? {} : { 'mdm-signature': signed }) },
    body: tamper ? `${text} ` : text,
  });
  return { status: response.status, body: (await response.json()) as Sent['body'] };
}

async function enrolled(): Promise<MeaningPc> {
  const pc = await bench.enroll(contractorId);
  await pc.drain();
  bench.clock.advance('PT1S');
  return pc;
}

async function keysOf(pc: MeaningPc) {
  const params = { contractorId, deviceId: await bench.deviceIdOf(pc) };
  const input = { params, query: undefined, body: undefined };
  return (await bench.windows.handlers.listRecoveryKeys(input, bench.context(contractorId))).items;
}

test('keys come into custody sealed, and are read with a reason that the trail keeps', async () => {
  const pc = await enrolled();
  const answer = await upload(pc, [volume(`{${OLD.toLowerCase()}}`, password(100))]);
  assert.deepEqual([answer.status, answer.body], [200, { stored: [OLD], rotate: [] }]);
  const [key] = await keysOf(pc);
  assert.ok(key);
  assert.deepEqual([key.volume, key.protectorId, key.state, key.lastReadAt], ['C:', OLD, 'current', null]);
  const [row] = await database.query<{ clear: boolean }>(
    "select encode(sealed_password, 'escape') like '%' || $2 || '%' as clear from windows_recovery_keys where recovery_key_id = $1",
    [key.recoveryKeyId, password(100)],
  );
  assert.equal(row?.clear, false);
  const params = { contractorId, deviceId: key.deviceId, recoveryKeyId: key.recoveryKeyId };
  const input = { params, query: undefined, body: { reason: 'the screen asks for it' } };
  const read = await bench.windows.handlers.readRecoveryKey(input, bench.context(contractorId));
  assert.deepEqual(read, { protectorId: OLD, recoveryPassword: password(100) });
  const trail = await database.query<{ action: string; reason: string; details: object }>(
    "select action, reason, details from audit_entries where contractor_id = $1 and action = 'recovery_key.read'",
    [contractorId],
  );
  assert.equal(trail[0]?.reason, 'the screen asks for it');
  assert.equal(JSON.stringify(trail).includes(password(100)), false);
  assert.equal((await keysOf(pc))[0]?.lastReadBy, '管理者');
});

test('a key is another device’s or another contractor’s to nobody', async () => {
  const [pc, other] = [await enrolled(), await enrolled()];
  await upload(pc, [volume(OLD, password(100))]);
  const [key] = await keysOf(pc);
  assert.ok(key);
  const body = { reason: 'x' };
  const elsewhere = { contractorId, deviceId: await bench.deviceIdOf(other), recoveryKeyId: key.recoveryKeyId };
  await assert.rejects(
    bench.windows.handlers.readRecoveryKey({ params: elsewhere, query: undefined, body }, bench.context(contractorId)),
    { code: 'not_found' },
  );
  const foreign = await bench.newContractor();
  const theirs = { contractorId: foreign, deviceId: key.deviceId, recoveryKeyId: key.recoveryKeyId };
  await assert.rejects(
    bench.windows.handlers.readRecoveryKey({ params: theirs, query: undefined, body }, bench.context(foreign)),
    { code: 'not_found' },
  );
});

test('a rotation: told, replaced, removed, done; the old key stays readable', async () => {
  const pc = await enrolled();
  await upload(pc, [volume(OLD, password(100))]);
  const actionId = await bench.ask(pc, { type: 'rotate_recovery_key' });
  assert.equal((await bench.action(pc, actionId)).state, 'queued');
  bench.clock.advance('PT1M');
  const told = await upload(pc, [volume(OLD, password(100))]);
  assert.deepEqual(told.body.rotate, [{ volume: 'C:', protectorId: OLD, replacedBy: null }]);
  assert.equal((await bench.action(pc, actionId)).state, 'sent');
  bench.clock.advance('PT1S');
  const both = await upload(pc, [volume(OLD, password(100)), volume(NEW, password(200))]);
  assert.deepEqual(both.body.rotate, [{ volume: 'C:', protectorId: OLD, replacedBy: NEW }]);
  bench.clock.advance('PT1S');
  assert.deepEqual((await upload(pc, [volume(NEW, password(200))])).body, { stored: [NEW], rotate: [] });
  assert.equal((await bench.action(pc, actionId)).state, 'done');
  assert.deepEqual(
    (await keysOf(pc)).map(({ protectorId, state }) => [protectorId, state]),
    [
      [NEW, 'current'],
      [OLD, 'superseded'],
    ],
  );
});

test('without a key in custody and without a directory nothing can rotate', async () => {
  const pc = await enrolled();
  await assert.rejects(bench.ask(pc, { type: 'rotate_recovery_key' }), { reason: 'windows.rotation_not_possible' });
});

test('a rotation of a disk that is not encrypted any more has failed', async () => {
  const pc = await enrolled();
  await upload(pc, [volume(OLD, password(100))]);
  const actionId = await bench.ask(pc, { type: 'rotate_recovery_key' });
  bench.clock.advance('PT1S');
  await upload(pc, []);
  const action = await bench.action(pc, actionId);
  assert.deepEqual([action.state, action.failure?.code], ['failed', 'windows.rotation_failed']);
});

test('what is not proven, not true or not new is refused, and changes nothing', async () => {
  const [pc, other] = [await enrolled(), await enrolled()];
  const good = [volume(OLD, password(100))];
  const { provisioned, key } = other.session.pc;
  assert.ok(provisioned);
  const refusals = [
    { sent: await upload(pc, good, { signature: 'none' }), status: 401, error: 'no_identity' },
    { sent: await upload(pc, good, { tamper: true }), status: 403, error: 'unknown_certificate' },
    {
      sent: await upload(pc, good, { signature: { certificate: provisioned.certificate, privateKey: key } }),
      status: 403,
      error: 'other_device',
    },
    { sent: await upload(pc, [volume(OLD, '123456')]), status: 422, error: 'not_a_recovery_password' },
    { sent: await upload(pc, [volume('nonsense', password(1))]), status: 400, error: 'malformed' },
    { sent: await upload(pc, [...good, ...good]), status: 400, error: 'malformed' },
    { sent: await upload(pc, good, { madeAt: '2001-01-01T00:00:00Z' }), status: 422, error: 'clock' },
    { sent: await upload(pc, good, { text: '{"half' }), status: 400, error: 'malformed' },
    { sent: await upload(pc, good, { text: ' '.repeat(70_000) }), status: 413, error: 'too_large' },
  ];
  for (const { sent, status, error } of refusals) assert.deepEqual([sent.status, sent.body.error], [status, error]);
  assert.deepEqual(await keysOf(pc), []);
  const madeAt = bench.clock.now().toString();
  assert.equal((await upload(pc, good, { madeAt })).status, 200);
  assert.deepEqual((await upload(pc, [], { madeAt })).body.error, 'replayed');
  assert.equal((await keysOf(pc))[0]?.state, 'current');
  assert.ok((await bench.events(contractorId)).includes('windows.recovery_key_refused'));
});

test('a PC that left hands over nothing any more', async () => {
  const pc = await enrolled();
  await database.query(
    'update windows_identities set revoked_at = now() where enrollment_id in (select enrollment_id from windows_enrollments where dev_id = $1)',
    [pc.session.pc.devId],
  );
  assert.equal((await upload(pc, [volume(OLD, password(1))])).body.error, 'unknown_certificate');
});
