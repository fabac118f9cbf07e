import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { codes } from './codes.ts';

const ROOMS = fileURLToPath(new URL('../../../server/src/rooms/', import.meta.url));
const PACKAGES = fileURLToPath(new URL('../../../packages/', import.meta.url));

/** Sources that tell people something by codes, without their tests. */
function sources(root: string, pattern: string): readonly string[] {
  return globSync(pattern, { cwd: root })
    .filter((file) => !/\.test\.ts$|(^|\/)testing/.test(file))
    .map((file) => readFileSync(`${root}${file}`, 'utf8'));
}
function found(texts: readonly string[], ...patterns: readonly RegExp[]): readonly string[] {
  const all = texts.flatMap((text) =>
    patterns.flatMap((pattern) => [...text.matchAll(pattern)].map(([, code]) => code ?? '')),
  );
  return [...new Set(all)].sort();
}
const unworded = (all: readonly string[], ...kinds: readonly (keyof typeof codes)[]) =>
  all.filter((code) => !kinds.some((kind) => codes[kind].has(code)));

/** Codes of notes, refusals and failures as the rooms write them: `{ code: 'x' }`, `note('x')`, `refused('x')`. */
const CODE = /\bcode: '([a-z_]+(?:\.[a-z_]+)*)'/g;
const NOTE = /\b(?:note|effect|warning|refused|gate)\('([a-z_]+(?:\.[a-z_]+)*)'/g;
/** What the catalogue supports has words of its own; the last is a column of the export. */
const OTHER = new Set(['os.version', 'os.family', 'usage_mode.not_supported', 'person']);

for (const room of ['apple', 'windows', 'android', 'actions', 'devices']) {
  test(`every note, refusal and failure of the room ${room} has words`, () => {
    const texts = sources(ROOMS, `${room}/**/*.ts`);
    assert.ok(texts.length > 0, 'there is such a room');
    const told = found(texts, CODE, NOTE).filter((code) => !OTHER.has(code));
    assert.deepEqual(unworded(told, 'note', 'failure', 'wake', 'detail'), []);
  });

  test(`every event and audited act of the room ${room} has words`, () => {
    const texts = sources(ROOMS, `${room}/**/*.ts`);
    const events = found(texts, /\bkind: '([a-z_]+\.[a-z_.]+)'/g);
    assert.deepEqual(unworded(events, 'event'), []);
    const acts = found(texts, /\baction: '([a-z_]+\.[a-z_.]+)'/g);
    assert.deepEqual(unworded(acts, 'audit'), []);
  });
}

test('every code that the Windows dialect lists has words', () => {
  const lists = sources(ROOMS, 'windows/codes.ts').join('\n');
  const listed = (names: string) =>
    found(
      [...lists.matchAll(new RegExp(`export const (?:${names}) = \\[([^\\]]*)\\]`, 'g'))].map(([, list]) => list ?? ''),
      /'([^']+)'/g,
    );
  assert.deepEqual(unworded(listed('REFUSAL_CODES|EFFECT_CODES|WARNING_CODES|RESULT_NOTES'), 'note'), []);
  assert.deepEqual(unworded(listed('FAILURE_CODES'), 'failure'), []);
  assert.deepEqual(unworded(listed('CHANNEL_CODES'), 'note', 'wake'), []);
  assert.deepEqual(unworded(listed('EVENT_CODES'), 'event'), []);
});

test('every fact that Windows PCs tell of themselves has words', () => {
  const texts = sources(PACKAGES, 'windows-mdm/src/{device-status,inventory}.ts');
  assert.equal(texts.length, 2);
  assert.deepEqual(unworded(found(texts, /\b(?:text|add|state|note)\('([a-z_0-9]+)'/g), 'detail'), []);
  const groups = found(texts, /\bgroup: '([a-z]+)'/g, /collector\('([a-z]+)'\)/g);
  assert.deepEqual(unworded(groups, 'detailGroup'), []);
});

test('every fact that Android devices tell of themselves has words', () => {
  const texts = sources(ROOMS, 'android/{report-details,compliance}.ts');
  assert.equal(texts.length, 2);
  const facts = found(
    texts,
    /\bfact\('[a-z]+', '([a-z_]+)'/g,
    /\bone\('([a-z_]+)'/g,
    /\bgroup: '[a-z]+', code: '([a-z_]+)'/g,
  );
  assert.deepEqual(unworded(facts, 'detail'), []);
  const groups = found(texts, /\bfact\('([a-z]+)'/g, /\bgroup: '([a-z]+)'/g);
  assert.deepEqual(unworded(groups, 'detailGroup'), []);
});

test('both languages say something, and name the same parameters', () => {
  const params = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();
  for (const [kind, words] of Object.entries(codes)) {
    for (const [code, { ja, en }] of words) {
      assert.ok(ja !== '' && en !== '', `${kind} ${code}`);
      assert.deepEqual(params(ja), params(en), `${kind} ${code}`);
    }
  }
});
