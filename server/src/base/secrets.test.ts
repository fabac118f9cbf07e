import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { fixedClock } from './clock.ts';
import { type ContractorId, newId } from './ids.ts';
import { createSecrets, loadMasterKey, openBytes, SealError, sealBytes, sealedKeyId } from './secrets.ts';
import { TEST_MASTER_KEY, testDatabase } from './testing.ts';

const { db, query } = await testDatabase();
const clock = fixedClock();
const purpose = { use: 'test.secret', row: 'row-1' };

async function newContractor(): Promise<ContractorId> {
  const id = newId<'Contractor'>();
  await query('insert into contractors (contractor_id, name, created_at, updated_at) values ($1, $2, now(), now())', [
    id,
    'x',
  ]);
  return id;
}

test('what was sealed opens again, for the same owner, use and row only', () => {
  const key = Buffer.alloc(32, 1);
  fc.assert(
    fc.property(fc.uint8Array(), (plain) => {
      const sealed = sealBytes(key, 3, 'a', purpose, plain);
      assert.equal(sealedKeyId(sealed), 3);
      assert.deepEqual(openBytes(key, 'a', purpose, sealed), Buffer.from(plain));
      assert.throws(() => openBytes(key, 'b', purpose, sealed), SealError);
      assert.throws(() => openBytes(key, 'a', { ...purpose, row: 'row-2' }, sealed), SealError);
      assert.throws(() => openBytes(key, 'a', { ...purpose, use: 'other' }, sealed), SealError);
      assert.throws(() => openBytes(Buffer.alloc(32, 2), 'a', purpose, sealed), SealError);
    }),
    { numRuns: 30 },
  );
});

test('a changed byte anywhere is noticed, and random bytes are refused', () => {
  const key = Buffer.alloc(32, 1);
  const sealed = sealBytes(key, 1, 'a', purpose, Buffer.from('secret'));
  for (let at = 0; at < sealed.byteLength; at++) {
    const changed = Buffer.from(sealed);
    changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
    assert.throws(() => openBytes(key, 'a', purpose, changed), SealError);
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) =>
      assert.throws(() => openBytes(key, 'a', purpose, bytes), SealError),
    ),
  );
});

test('a contractor gets one key, also when ten transactions need it first', async () => {
  const contractorId = await newContractor();
  const copies = Array.from({ length: 10 }, () => createSecrets(TEST_MASTER_KEY, clock));
  const sealed = await Promise.all(
    copies.map((secrets) =>
      db.asContractor(contractorId, (tx) => secrets.sealFor(tx, contractorId, purpose, Buffer.from('x'))),
    ),
  );
  const rows = await query('select key_id from contractor_keys where contractor_id = $1', [contractorId]);
  assert.equal(rows.length, 1);
  const reader = createSecrets(TEST_MASTER_KEY, clock);
  for (const one of sealed) {
    const opened = await db.asContractor(contractorId, (tx) => reader.openFor(tx, contractorId, purpose, one));
    assert.equal(opened.toString(), 'x');
  }
});

test('a key made in a transaction that failed is not used afterwards', async () => {
  const contractorId = await newContractor();
  const secrets = createSecrets(TEST_MASTER_KEY, clock);
  const failing = db.asContractor(contractorId, async (tx) => {
    const lost = await secrets.sealFor(tx, contractorId, purpose, Buffer.from('lost'));
    assert.equal((await secrets.openFor(tx, contractorId, purpose, lost)).toString(), 'lost');
    throw new Error('no');
  });
  await assert.rejects(failing, /no/);
  const kept = await db.asContractor(contractorId, (tx) =>
    secrets.sealFor(tx, contractorId, purpose, Buffer.from('kept')),
  );
  const fresh = createSecrets(TEST_MASTER_KEY, clock);
  const opened = await db.asContractor(contractorId, (tx) => fresh.openFor(tx, contractorId, purpose, kept));
  assert.equal(opened.toString(), 'kept');
});

test('one contractor cannot open what was sealed for another', async () => {
  const [mine, theirs] = [await newContractor(), await newContractor()];
  const secrets = createSecrets(TEST_MASTER_KEY, clock);
  const sealed = await db.asContractor(theirs, (tx) => secrets.sealFor(tx, theirs, purpose, Buffer.from('x')));
  await db.asContractor(mine, (tx) => secrets.sealFor(tx, mine, purpose, Buffer.from('x')));
  await assert.rejects(() => db.asContractor(mine, (tx) => secrets.openFor(tx, mine, purpose, sealed)), SealError);
});

test('the master key file is made once, for its owner only', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'tsukasa-keys-'));
  const file = join(dir, 'keys', 'master.key');
  try {
    await assert.rejects(() => loadMasterKey(file, { create: false }), { code: 'ENOENT' });
    const keys = await Promise.all(Array.from({ length: 8 }, () => loadMasterKey(file, { create: true })));
    assert.equal(new Set(keys.map((key) => key.fingerprint())).size, 1);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    assert.equal(Buffer.from((await readFile(file, 'utf8')).trim(), 'base64').byteLength, 32);
  } finally {
    await rm(dir, { recursive: true });
  }
});
