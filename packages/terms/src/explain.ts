import type { ClauseId, Reason } from './model.ts';
import { nameOf } from './names.ts';
import { WORDS } from './words.ts';

export type Language = 'ja' | 'en';

/**
 * The words of a reason or an error. A code without words (from a newer version, or another program) is shown as it is.
 * The clause is not part of the words; see `clauseLabel`.
 */
export function explain(reason: Pick<Reason, 'code' | 'params'>, language: Language): string {
  const template = Object.hasOwn(WORDS, reason.code) ? WORDS[reason.code as keyof typeof WORDS][language] : undefined;
  if (template === undefined) return reason.code;
  return template.replace(/\{([a-zA-Z]+)\}/g, (_, name: string) => {
    const value = reason.params && Object.hasOwn(reason.params, name) ? reason.params[name] : undefined;
    return value === undefined ? '' : wordOf(name, value, language);
  });
}

const AMOUNTS: readonly string[] = ['unitAmount'];
const PLAIN: readonly string[] = ['value', 'cause', 'name', 'field', 'application', 'document', 'version', 'family'];

function wordOf(name: string, value: string | number, language: Language): string {
  if (typeof value === 'number') {
    if (['seq', 'next', 'corrects', 'asked', 'notice', 'first', 'last'].includes(name)) return String(value);
    const text = new Intl.NumberFormat('en').format(value);
    if (!AMOUNTS.includes(name)) return text;
    return language === 'ja' ? `${text}円` : `${text} yen`;
  }
  if (PLAIN.includes(name)) return value;
  return dayWords(nameOf(value, language), language);
}

function dayWords(value: string, language: Language): string {
  const parts = /^([0-9]{4})-([0-9]{2})(?:-([0-9]{2}))?$/.exec(value);
  if (parts === null || language === 'en') return value;
  const [, year, month, day] = parts;
  return `${year}年${Number(month)}月${day === undefined ? '' : `${Number(day)}日`}`;
}

/** How a clause is cited: 第10条第1項, Art. 10-1. Unknown ids are shown as they are. */
export function clauseLabel(clause: ClauseId, language: Language): string {
  if (clause === 'civil-140') return language === 'ja' ? '民法第140条' : 'Civil Code, Art. 140';
  const article = /^art-([0-9]+)(?:-([0-9]+))?(?:-([0-9]+))?$/.exec(clause);
  if (article !== null) {
    const [, art, paragraph, item] = article;
    if (language === 'en') return `Art. ${[art, paragraph, item].filter((part) => part !== undefined).join('-')}`;
    return `第${art}条${paragraph ? `第${paragraph}項` : ''}${item ? `第${item}号` : ''}`;
  }
  const schedule = /^sch-1(?:-([0-9]))?(?:-([0-9]))?(-note(?:-([0-9]))?)?$/.exec(clause);
  if (schedule !== null) {
    const [, part, sub, note, number] = schedule;
    const place = [part, sub]
      .filter((each) => each !== undefined)
      .map((each, index) => (index === 0 ? each : `(${each})`));
    const noteJa = note ? `備考${number ? `(${number})` : ''}` : '';
    const noteEn = note ? `, note${number ? ` ${number}` : ''}` : '';
    return language === 'ja' ? `別紙1 ${place.join('')}${noteJa}`.trim() : `Sch. 1 ${place.join(' ')}${noteEn}`.trim();
  }
  const supplement = /^sup-([0-9]{4}-[0-9]{2}-[0-9]{2})(?:-([0-9]+))?$/.exec(clause);
  if (supplement === null) return clause;
  const [, date = '', number] = supplement;
  if (language === 'en') return `Sup. ${date}${number ? ` (${number})` : ''}`;
  return `附則（${dayWords(date, 'ja')}）${number ? `第${number}項` : ''}`;
}
