import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CHUNK_LIMITS, ChunkError, reassemble } from './chunks.ts';
import { accountUid, credentialDigest, credentialHash, verifyDigest } from './cred.ts';
import type { Command } from './model.ts';
import { type AnswerPiece, outcomeOf, type SaidStatus } from './outcome.ts';
import type { WireItem } from './syncml.ts';

const chunk = (source: string, data: string, more: boolean, size?: number): WireItem => ({
  target: undefined,
  source,
  meta: size === undefined ? {} : { size },
  data,
  more,
});

test('a large object cut anywhere is the object again, beside others', () => {
  const parts = fc.array(fc.string({ unit: 'grapheme', maxLength: 30 }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(parts, (pieces) => {
      const whole = pieces.join('');
      const size = Buffer.byteLength(whole);
      const items = pieces.map((part, at) => chunk('./big', part, at < pieces.length - 1, at === 0 ? size : undefined));
      const [before, ...rest] = items;
      assert.ok(before);
      const [small, big] = reassemble([chunk('./small', 'x', false), before, ...rest]);
      assert.equal(small?.data, 'x');
      assert.equal(big?.data, whole);
    }),
  );
});

const BAD_CHUNKS: readonly (readonly [string, readonly WireItem[]])[] = [
  ['size_missing', [chunk('./a', 'x', true), chunk('./a', 'y', false)]],
  ['size_mismatch', [chunk('./a', 'xy', true, 4), chunk('./a', 'z', false)]],
  ['size_mismatch', [chunk('./a', 'xy', true, 3), chunk('./a', 'zz', true)]],
  ['incomplete', [chunk('./a', 'x', true, 4)]],
  ['too_large', [chunk('./a', 'x', true, CHUNK_LIMITS.object + 1)]],
  ['too_many', ['a', 'b', 'c', 'd'].map((name) => chunk(name, 'x', true, 2))],
];
for (const [code, items] of BAD_CHUNKS) {
  test(`a large object that is refused: ${code}, ${items.length} chunks`, () => {
    assert.throws(
      () => reassemble(items),
      (error) => error instanceof ChunkError && error.code === code,
    );
  });
}

const said = (child: number, status: number, targets: readonly string[] = [], originalError?: string): SaidStatus => ({
  child,
  status,
  targets,
  originalError,
});
const piece = (...statuses: SaidStatus[]): AnswerPiece => ({ statuses, results: [] });

test('one status for all items, and one for each', () => {
  const get: Command = { verb: 'Get', items: [{ target: './a' }, { target: './b' }] };
  const all = outcomeOf(get, [{ statuses: [said(0, 200)], results: [chunk('./a', '1', false)] }]);
  assert.deepEqual(
    all?.items.map(({ status }) => status),
    [200, 200],
  );
  assert.equal(all?.results[0]?.data, '1');
  const each = outcomeOf(get, [piece(said(0, 200, ['./a']), said(0, 404, ['./b'], '0x86000002'))]);
  assert.equal(each?.status, 404);
  assert.deepEqual(each?.items, [
    { target: './a', status: 200, originalError: undefined },
    { target: './b', status: 404, originalError: '0x86000002' },
  ]);
});

test('what failed in an Atomic is told apart from what was rolled back and from what was not run', () => {
  const one = (target: string) => ({ verb: 'Replace' as const, items: [{ target, data: '1' }] });
  const atomic: Command = { verb: 'Atomic', commands: [one('./a'), one('./b'), one('./c')] };
  const outcome = outcomeOf(atomic, [piece(said(0, 507), said(1, 216), said(2, 500))]);
  assert.equal(outcome?.status, 507);
  assert.deepEqual(
    outcome?.commands?.map(({ status }) => status),
    [216, 500, 215],
  );
  assert.equal(outcomeOf(atomic, [piece(said(1, 200))]), undefined);
  const good = outcomeOf(atomic, [piece(said(0, 200))]);
  assert.deepEqual(
    good?.commands?.map(({ status }) => status),
    [200, 200, 200],
  );
});

test('statuses and results that come in several messages are joined', () => {
  const get: Command = { verb: 'Get', items: [{ target: './a' }] };
  const first: AnswerPiece = { statuses: [said(0, 200)], results: [chunk('./a', 'xy', true, 4)] };
  const second: AnswerPiece = { statuses: [], results: [chunk('./a', 'zz', false)] };
  assert.equal(outcomeOf(get, [first, second])?.results[0]?.data, 'xyzz');
  assert.throws(() => outcomeOf(get, [first]), ChunkError);
});

test('the digest of the standard’s own example', () => {
  // OMA DM Security 1.2, annex: name Bruce2, secret OhBehave, nonce "Nonce" as text.
  const hash = credentialHash('Bruce2', 'OhBehave');
  assert.equal(credentialDigest(hash, Buffer.from('Nonce')).toString('base64'), 'Zz6EivR3yeaaENcRN6lpAQ==');
});

test('a digest fits its own name, secret and nonce only', () => {
  const hash = credentialHash('u', 's');
  const nonce = Buffer.from([0, 255, 10, 13, 58]);
  const good = credentialDigest(hash, nonce).toString('base64');
  assert.ok(verifyDigest(hash, nonce, good));
  assert.ok(!verifyDigest(hash, Buffer.from([0, 255, 10, 13]), good));
  assert.ok(!verifyDigest(credentialHash('u', 't'), nonce, good));
  for (const bad of ['', 'AAAA', good.slice(0, 8)]) assert.ok(!verifyDigest(hash, nonce, bad));
});

test('the account’s node is named by the hash of the provider', () => {
  assert.match(accountUid('Tsukasa'), /^0x0000800c[0-9A-F]{64}$/);
  assert.notEqual(accountUid('Tsukasa'), accountUid('tsukasa'));
});
