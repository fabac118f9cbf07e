import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type AuditEntryInput, SYSTEM } from '../../base/http/context.ts';
import { type ContractorId, newId, PROVIDER_ID } from '../../base/ids.ts';
import { testDatabase } from '../../base/testing.ts';
import { auditHandlers, recordAudit, verifyChain } from './index.ts';
import { canonicalDetails, hashOf } from './model.ts';
import { entriesAfter } from './store.ts';

const { db, query } = await testDatabase();
const AT = Temporal.Instant.from('2026-04-01T09:00:00.123456789Z');

function input(changes: Partial<AuditEntryInput> = {}): AuditEntryInput {
  return {
    at: AT,
    actor: { kind: 'user', id: 'u1', name: '山田' },
    action: 'thing.changed',
    target: { kind: 'thing', id: 't1', name: 'Thing' },
    details: { b: 1, a: ['x', null] },
    ...changes,
  };
}

async function write(contractorId: ContractorId, ...inputs: readonly AuditEntryInput[]): Promise<void> {
  for (const one of inputs) await db.asContractor(contractorId, (tx) => recordAudit(tx, contractorId, one));
}

async function chain(length: number): Promise<ContractorId> {
  const contractorId = newId<'Contractor'>();
  const entries = Array.from({ length }, (_, at) => input({ action: `thing.step${at + 1}` }));
  await write(contractorId, ...entries);
  return contractorId;
}

test('an empty chain is right and has no head', async () => {
  assert.deepEqual(await verifyChain(db, newId()), { ok: true, entries: 0, head: null, problem: null });
});

test('an untouched chain is right, of a contractor and of the provider', async () => {
  const contractorId = await chain(5);
  const verified = await verifyChain(db, contractorId);
  assert.equal(verified.ok, true);
  assert.equal(verified.entries, 5);
  assert.equal(verified.head?.seq, 5);
  await write(PROVIDER_ID, input({ actor: SYSTEM }));
  assert.equal((await verifyChain(db, PROVIDER_ID)).ok, true);
});

const where = 'where contractor_id = $1';
const swap = `update audit_entries set seq = case seq when 3 then -4 else -3 end ${where} and seq in (3, 4)`;
const TAMPERING = [
  {
    name: 'a changed text',
    by: [`update audit_entries set target_name = 'Other' ${where} and seq = 3`],
    problem: { kind: 'changed', seq: 3 },
  },
  {
    name: 'a changed detail',
    by: [`update audit_entries set details = '{"a": ["y", null], "b": 1}' ${where} and seq = 2`],
    problem: { kind: 'changed', seq: 2 },
  },
  {
    name: 'a time moved by one microsecond',
    by: [`update audit_entries set at = at + interval '1 microsecond' ${where} and seq = 5`],
    problem: { kind: 'changed', seq: 5 },
  },
  {
    name: 'a removed reason that was never there made empty',
    by: [`update audit_entries set reason = '' ${where} and seq = 1`],
    problem: { kind: 'changed', seq: 1 },
  },
  {
    name: 'another hash',
    by: [`update audit_entries set hash = sha256(hash) ${where} and seq = 3`],
    problem: { kind: 'changed', seq: 3 },
  },
  {
    name: 'a deleted first entry',
    by: [`delete from audit_entries ${where} and seq = 1`],
    problem: { kind: 'missing', seq: 1 },
  },
  {
    name: 'a deleted entry',
    by: [`delete from audit_entries ${where} and seq = 3`],
    problem: { kind: 'missing', seq: 3 },
  },
  {
    name: 'a deleted last entry',
    by: [`delete from audit_entries ${where} and seq = 5`],
    problem: { kind: 'missing', seq: 5 },
  },
  {
    name: 'a deleted entry whose gap was closed',
    by: [
      `delete from audit_entries ${where} and seq = 3`,
      `update audit_entries set seq = seq - 1 ${where} and seq > 3`,
      `update audit_heads set seq = 4 ${where}`,
    ],
    problem: { kind: 'missing', seq: 3 },
  },
  {
    name: 'two exchanged entries',
    by: [swap, `update audit_entries set seq = -seq ${where} and seq < 0`],
    problem: { kind: 'reordered', seq: 3 },
  },
  {
    name: 'an entry slipped in before the first',
    by: [
      `insert into audit_entries select contractor_id, -7, at, actor_kind, actor_id, actor_name, action, target_kind, target_id,
        target_name, reason, details, request_id, source_ip, previous_hash, hash from audit_entries ${where} and seq = 1`,
    ],
    problem: { kind: 'missing', seq: 1 },
  },
  {
    name: 'a head of another hash',
    by: [`update audit_heads set hash = sha256(hash) ${where}`],
    problem: { kind: 'head_mismatch', seq: 5 },
  },
  {
    name: 'a head put back',
    by: [`update audit_heads set seq = 4 ${where}`],
    problem: { kind: 'head_mismatch', seq: 5 },
  },
  { name: 'a lost head', by: [`delete from audit_heads ${where}`], problem: { kind: 'head_mismatch', seq: 5 } },
];

for (const { name, by, problem } of TAMPERING) {
  test(`${name} is found`, async () => {
    const contractorId = await chain(5);
    for (const statement of by) await query(statement, [contractorId]);
    const verified = await verifyChain(db, contractorId);
    assert.equal(verified.ok, false);
    assert.deepEqual(verified.problem, problem);
  });
}

test('an entry changed together with its own hash is found by the one after it', async () => {
  const contractorId = await chain(4);
  const [link] = await db.asContractor(contractorId, (tx) => entriesAfter(tx, contractorId, 1, 1));
  assert.ok(link);
  const hash = hashOf({ ...link.entry, actorName: 'Somebody else' }, link.previousHash);
  await query(`update audit_entries set actor_name = 'Somebody else', hash = $2 ${where} and seq = 2`, [
    contractorId,
    hash,
  ]);
  assert.deepEqual((await verifyChain(db, contractorId)).problem, { kind: 'changed', seq: 2 });
});

test('a chain longer than one batch is walked to its end', async () => {
  const contractorId = newId<'Contractor'>();
  await db.asContractor(contractorId, async (tx) => {
    for (let at = 0; at < 1001; at += 1) await recordAudit(tx, contractorId, input());
  });
  assert.equal((await verifyChain(db, contractorId)).entries, 1001);
  await query(`update audit_entries set action = 'forged' ${where} and seq = 1001`, [contractorId]);
  assert.deepEqual((await verifyChain(db, contractorId)).problem, { kind: 'changed', seq: 1001 });
});

test('entries of another contractor do not belong to the chain, and are not seen', async () => {
  const contractorId = await chain(3);
  const other = await chain(3);
  await query(`delete from audit_entries ${where}`, [other]);
  assert.equal((await verifyChain(db, contractorId)).ok, true);
  await assert.rejects(db.asContractor(other, (tx) => recordAudit(tx, contractorId, input())));
});

test('the server may add entries, and neither change nor delete them', async () => {
  const rights = await query<{ privilege_type: string }>(
    `select privilege_type from information_schema.role_table_grants
     where table_name = 'audit_entries' and grantee in ('tsukasa_app', 'tsukasa_jobs', 'tsukasa_device')`,
  );
  assert.deepEqual([...new Set(rights.map((row) => row.privilege_type))].sort(), ['INSERT', 'SELECT']);
});

test('parallel writers make one chain', async () => {
  const contractorId = newId<'Contractor'>();
  await Promise.all(Array.from({ length: 40 }, (_, at) => write(contractorId, input({ action: `thing.p${at}` }))));
  const verified = await verifyChain(db, contractorId);
  assert.deepEqual([verified.ok, verified.entries], [true, 40]);
});

test('a rolled back use case leaves no entry and no gap', async () => {
  const contractorId = await chain(2);
  const failure = new Error('rolled back');
  await assert.rejects(
    db.asContractor(contractorId, async (tx) => {
      await recordAudit(tx, contractorId, input());
      throw failure;
    }),
    failure,
  );
  await write(contractorId, input());
  assert.deepEqual((await verifyChain(db, contractorId)).head?.seq, 3);
});

test('whatever is recorded verifies as the database gives it back', async () => {
  const contractorId = newId<'Contractor'>();
  const text = fc.string({ unit: 'binary', maxLength: 20 });
  const entry = fc.record({
    at: fc.bigInt({ min: 0n, max: 4_000_000_000_000_000_000n }).map((ns) => new Temporal.Instant(ns)),
    actor: fc.record({ kind: fc.constantFrom('user', 'token', 'system', 'device'), id: text, name: text }),
    action: text,
    target: fc.record({ kind: text, id: text, name: text }),
    reason: fc.option(text, { nil: undefined }),
    details: fc.dictionary(text, fc.jsonValue({ maxDepth: 3 })),
    requestId: fc.option(text, { nil: undefined }),
    sourceIp: fc.option(text, { nil: undefined }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(entry, { minLength: 1, maxLength: 5 }), async (entries) => {
      await write(contractorId, ...entries);
      assert.equal((await verifyChain(db, contractorId)).ok, true);
    }),
    { numRuns: 30 },
  );
});

test('details are the same whatever the order of their keys, and keep lone surrogates and NUL out', () => {
  const one = canonicalDetails({ b: 1, a: { y: -0, x: '\ud800\0' } });
  assert.equal(JSON.stringify(one), '{"a":{"x":"\ufffd\ufffd","y":0},"b":1}');
  assert.deepEqual(canonicalDetails(undefined), {});
});

test('the list is newest first, filtered, in pages', async () => {
  const contractorId = await chain(7);
  await write(contractorId, input({ action: 'other.done', target: { kind: 'other', id: 'o1', name: 'O' } }));
  const handlers = auditHandlers({ db });
  const context = { actor: SYSTEM } as unknown as Parameters<typeof handlers.listAudit>[1];
  const page = (q: Parameters<typeof handlers.listAudit>[0]['query']) =>
    handlers.listAudit({ params: { contractorId }, query: q, body: undefined }, context);
  const first = await page({ limit: 3, targetKind: 'thing' });
  assert.deepEqual(
    first.items.map((item) => item.seq),
    [7, 6, 5],
  );
  const second = await page({ limit: 5, targetKind: 'thing', cursor: first.nextCursor ?? '' });
  assert.deepEqual(
    second.items.map((item) => item.seq),
    [4, 3, 2, 1],
  );
  assert.equal(second.nextCursor, null);
  assert.deepEqual(
    (await page({ action: 'other.done', actorId: 'u1', targetId: 'o1' })).items.map((item) => item.seq),
    [8],
  );
  assert.equal((await page({ actorId: 'nobody' })).items.length, 0);
  assert.equal(first.items[0]?.at, '2026-04-01T09:00:00.123456Z');
  await assert.rejects(async () => page({ cursor: 'bm8' }), { code: 'invalid' });
});
