import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ARTICLES } from './clauses/articles.ts';
import { SCHEDULE } from './clauses/schedule.ts';
import { SUPPLEMENTS } from './clauses/supplements.ts';
import { CLAUSES, clauseLabel, clauseText } from './index.ts';

/** The document itself; layout (spaces, line ends) does not count. */
const bare = (text: string) => text.replace(/\s/g, '');
const TERMS = bare(readFileSync(new URL('./testdata/terms-2025-04-01.txt', import.meta.url), 'utf8'));

test('every clause of the terms is in their own wording', () => {
  const texts = [
    ...ARTICLES.flatMap(({ heading, paragraphs }) => [
      heading,
      ...paragraphs,
      ...paragraphs.flatMap(({ items = [] }) => items),
    ]),
    ...SUPPLEMENTS.flatMap(({ paragraphs }) => paragraphs),
    ...SCHEDULE.map(({ text }) => text),
  ];
  for (const { ja } of texts) assert.ok(TERMS.includes(bare(ja)), ja);
});

test('the clauses leave nothing of the terms out', () => {
  let rest = TERMS;
  const take = (text: string) => {
    const at = rest.indexOf(bare(text));
    assert.ok(at >= 0, `${text}: not found, or not in the order of the terms`);
    const skipped = rest.slice(0, at);
    // Between clauses stand only titles and numbers.
    assert.ok(
      skipped.length < 90,
      `${skipped.length} characters before "${text.slice(0, 30)}" are missing: ${skipped}`,
    );
    rest = rest.slice(at + bare(text).length);
  };
  for (const { heading, paragraphs } of ARTICLES) {
    take(heading.ja);
    for (const { ja, items = [] } of paragraphs) {
      take(ja);
      for (const item of items) take(item.ja);
    }
  }
  for (const { paragraphs } of SUPPLEMENTS) for (const { ja } of paragraphs) take(ja);
  for (const { text } of SCHEDULE) take(text.ja);
  assert.equal(rest, '');
});

test('every clause has an id of its own, words in both languages, and a label', () => {
  assert.equal(new Set(CLAUSES.map(({ clause }) => clause)).size, CLAUSES.length);
  for (const { clause, heading, text } of CLAUSES) {
    for (const words of [heading, text]) assert.ok(words.ja.length > 0 && words.en.length > 0, clause);
    assert.doesNotMatch(text.en.replaceAll('デバイス管理', ''), /[\p{scx=Hira}\p{scx=Kana}\p{sc=Han}]/u, clause);
    for (const language of ['ja', 'en'] as const) assert.notEqual(clauseLabel(clause, language), clause);
  }
});

for (const { clause, ja, en } of [
  { clause: 'art-10-1', ja: '第10条第1項', en: 'Art. 10-1' },
  { clause: 'art-8-2-1', ja: '第8条第2項第1号', en: 'Art. 8-2-1' },
  { clause: 'sch-1-2-2-note-1', ja: '別紙1 2(2)備考(1)', en: 'Sch. 1 2 (2), note 1' },
  { clause: 'sup-2016-04-01-2', ja: '附則（2016年4月1日）第2項', en: 'Sup. 2016-04-01 (2)' },
  { clause: 'civil-140', ja: '民法第140条', en: 'Civil Code, Art. 140' },
]) {
  test(`${clause} is cited as ${ja} and ${en}`, () => {
    assert.equal(clauseLabel(clause, 'ja'), ja);
    assert.equal(clauseLabel(clause, 'en'), en);
  });
}

test('an article is shown whole as well as paragraph by paragraph', () => {
  const whole = clauseText('art-10')?.text.ja ?? '';
  assert.ok(whole.includes(clauseText('art-10-2')?.text.ja ?? '-'));
  assert.equal(clauseText('art-99'), undefined);
});
