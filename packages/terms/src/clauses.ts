import { ARTICLES, type Article, type Paragraph } from './clauses/articles.ts';
import { CIVIL_CODE, SCHEDULE } from './clauses/schedule.ts';
import { SUPPLEMENTS, type Supplement } from './clauses/supplements.ts';
import type { ClauseId, Words } from './model.ts';

/** A clause in the terms' own wording (ja) with our translation (en). */
export type Clause = { readonly clause: ClauseId; readonly heading: Words; readonly text: Words };

/** Every clause that a reason may name: whole articles, their paragraphs and items, schedule, supplementary provisions. */
export const CLAUSES: readonly Clause[] = [
  ...ARTICLES.flatMap(articleClauses),
  ...SUPPLEMENTS.flatMap(supplementClauses),
  ...scheduleClauses(),
  CIVIL_CODE,
];
const BY_ID: ReadonlyMap<ClauseId, Clause> = new Map(CLAUSES.map((clause) => [clause.clause, clause]));

/** The wording of a clause; absent for an id that this version of the terms does not have. */
export function clauseText(clause: ClauseId): Clause | undefined {
  return BY_ID.get(clause);
}

function articleClauses({ number, heading, paragraphs }: Article): readonly Clause[] {
  const title = (suffix: Words): Words => ({
    ja: `第${number}条${suffix.ja}（${heading.ja}）`,
    en: `Art. ${number}${suffix.en} (${heading.en})`,
  });
  const whole: Clause = {
    clause: `art-${number}`,
    heading: title({ ja: '', en: '' }),
    text: joined(paragraphs.map((paragraph, index) => numbered(withItems(paragraph), index, paragraphs.length))),
  };
  const parts = paragraphs.flatMap((paragraph, index) => {
    const at = index + 1;
    const own: Clause = {
      clause: `art-${number}-${at}`,
      heading: title({ ja: `第${at}項`, en: `-${at}` }),
      text: withItems(paragraph),
    };
    const items = (paragraph.items ?? []).map(
      (text, item): Clause => ({
        clause: `art-${number}-${at}-${item + 1}`,
        heading: title({ ja: `第${at}項第${item + 1}号`, en: `-${at} (${item + 1})` }),
        text,
      }),
    );
    return [own, ...items];
  });
  return paragraphs.length === 1 && parts.length === 1 ? [whole] : [whole, ...parts];
}

function withItems({ ja, en, items = [] }: Paragraph): Words {
  return joined([{ ja, en }, ...items.map((item, index) => prefixed(item, `(${index + 1}) `))]);
}

/** As in the terms: the first paragraph carries no number. */
function numbered(text: Words, index: number, count: number): Words {
  return count > 1 && index > 0 ? prefixed(text, `${index + 1} `) : text;
}

function supplementClauses({ on, heading, paragraphs }: Supplement): readonly Clause[] {
  const all = paragraphs.length === 1 ? paragraphs : paragraphs.map((text, index) => prefixed(text, `${index + 1} `));
  const whole: Clause = { clause: `sup-${on}`, heading, text: joined(all) };
  if (paragraphs.length === 1) return [whole];
  return [
    whole,
    ...paragraphs.map((text, index): Clause => {
      const title = { ja: `${heading.ja} 第${index + 1}項`, en: `${heading.en}, (${index + 1})` };
      return { clause: `sup-${on}-${index + 1}`, heading: title, text };
    }),
  ];
}

function scheduleClauses(): readonly Clause[] {
  const parts = SCHEDULE.map(({ heading, text }) => ({
    ja: `${heading.ja.replace('別紙1 ', '')}\n${text.ja}`,
    en: `${heading.en.replace('Schedule 1, ', '')}\n${text.en}`,
  }));
  const heading = {
    ja: '別紙1 IIJ Smart Mobile Manager サービスにおける料金等 [第11条関係]',
    en: 'Schedule 1: fees of the service [Art. 11]',
  };
  return [{ clause: 'sch-1', heading, text: joined(parts) }, ...SCHEDULE];
}

function joined(parts: readonly Words[]): Words {
  return { ja: parts.map(({ ja }) => ja).join('\n'), en: parts.map(({ en }) => en).join('\n') };
}

function prefixed({ ja, en }: Words, prefix: string): Words {
  return { ja: prefix + ja, en: prefix + en };
}
