import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { clauseText, explain, REASON_CODES } from './index.ts';
import { WORDS } from './words.ts';

const SOURCES = readdirSync(new URL('.', import.meta.url), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !name.startsWith('words'))
  .map((name) => readFileSync(new URL(name, import.meta.url), 'utf8'));
const placeholders = (text: string) => [...text.matchAll(/\{([a-zA-Z]+)\}/g)].map((match) => match[1]).sort();

// The type `ReasonCode` lets no code without words be written; here: no words without code, and both languages alike.
for (const code of REASON_CODES) {
  test(`${code}: has words in both languages with the same values, and is used`, () => {
    const { ja, en } = WORDS[code];
    assert.match(ja, /[\p{scx=Hira}\p{scx=Kana}\p{sc=Han}]/u);
    assert.doesNotMatch(en, /[\p{scx=Hira}\p{sc=Han}]/u);
    const [inJa, inEn] = [placeholders(ja), placeholders(en)].map((names) => [...new Set(names)]);
    assert.deepEqual(inJa, inEn);
    const used = SOURCES.some((source) => source.includes(`'${code}'`));
    assert.ok(used || code.startsWith('entitlement.'), `${code} is used nowhere`);
  });
}

test('every clause that the code cites is in the terms', () => {
  const cited = new Set(
    SOURCES.flatMap((source) => [...source.matchAll(/'((?:art|sch|sup|civil)-[0-9a-z-]+)'/g)]).map(
      (match) => match[1] ?? '',
    ),
  );
  assert.ok(cited.size > 15);
  for (const clause of cited) assert.ok(clauseText(clause) !== undefined, clause);
});

for (const { reason, ja, en } of [
  {
    reason: {
      code: 'price.fixed',
      params: { subject: 'operation-proxy', fee: 'initial', unitAmount: 20_000, per: 'contract' },
    },
    ja: 'オペレーション代行オプションの初期費用は、別紙1により1契約あたり20,000円です。',
    en: 'Schedule 1 sets the initial fee of the operation-proxy option at 20,000 yen for the contract.',
  },
  { reason: { code: 'not.known', params: {} }, ja: 'not.known', en: 'not.known' },
  {
    reason: { code: 'day.form', params: { field: 'on', value: '{on}' } },
    ja: 'onは「{on}」ではなく、2026-04-01のような年-月-日で指定してください。',
    en: 'on takes a day like 2026-04-01, not "{on}".',
  },
  {
    reason: { code: 'application.unknown', params: { application: 'service' } },
    ja: '申込serviceは記録されていません。',
    en: 'There is no application service.',
  },
]) {
  test(`${reason.code} is worded`, () => {
    assert.equal(explain(reason, 'ja'), ja);
    assert.equal(explain(reason, 'en'), en);
  });
}
