import type { Language } from '../app/language.ts';

/**
 * Wordings of the server's own fixed names: notes of actions, reasons of problems, kinds of events, names of audited acts.
 * They are open sets (a newer server may send more), so an unknown one is shown as it is.
 */
type Wording = Readonly<Record<Language, string>>;
const w = (ja: string, en: string): Wording => ({ ja, en });

const note: Readonly<Record<string, Wording>> = {};
const problem: Readonly<Record<string, Wording>> = {};
const event: Readonly<Record<string, Wording>> = {};
const failure: Readonly<Record<string, Wording>> = {};
const wake: Readonly<Record<string, Wording>> = {};
const audit: Readonly<Record<string, Wording>> = {
  'action.asked': w('操作を依頼', 'Action asked'),
};

const asMap = (record: Readonly<Record<string, Wording>>) => new Map(Object.entries(record));
export const codes = {
  note: asMap(note),
  problem: asMap(problem),
  event: asMap(event),
  failure: asMap(failure),
  wake: asMap(wake),
  audit: asMap(audit),
};
export type CodeKind = keyof typeof codes;
