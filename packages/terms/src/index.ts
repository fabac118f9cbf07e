/**
 * The service terms as pure rules: no database, no clock, no I/O. Every function names its article, every answer carries the
 * clauses and days that led to it as `Reason`s, which `explain` words in both languages.
 */
export type { Admissibility, Application, ContractHistory } from './applications.ts';
export { admissible, MAX_DEVICES } from './applications.ts';
export { BOOK } from './book.ts';
export type { Cancellation, Ending } from './cancellation.ts';
export { cancellation } from './cancellation.ts';
export type { ChargesAnswer, MonthRange } from './charges.ts';
export { charges, lastChargedMonth } from './charges.ts';
export { MAX_AMOUNT } from './check-common.ts';
export { checkFact, checkHistory } from './check-fact.ts';
export type { Clause } from './clauses.ts';
export { CLAUSES, clauseText } from './clauses.ts';
export type { Change, ContractComparison } from './compare.ts';
export { CHANGED, compareBooks } from './compare.ts';
export type { MonthCount } from './counts.ts';
export { countsByMonth } from './counts.ts';
export { MAX_MONTHS, parseDay, parseMonth } from './days.ts';
export type { CheckedDevice, DeviceCheck } from './devices.ts';
export { checkDevice, supportedOs } from './devices.ts';
export type { Entitlements, Period } from './entitlements.ts';
export { entitlementRefusal, entitlements, serviceEnd } from './entitlements.ts';
export { reasonOf, TermsError } from './errors.ts';
export type { Language } from './explain.ts';
export { clauseLabel, explain } from './explain.ts';
export type { Governing } from './governing.ts';
export { governing } from './governing.ts';
export type { EffectiveFact } from './history.ts';
export { effectiveFacts } from './history.ts';
export { checklistFor, licenceHash, licencesNeeded } from './licences.ts';
export * from './model.ts';
export { nameOf } from './names.ts';
export type { RevisionJson } from './parse/book.ts';
export { bookOf, bookToJson, parseBook, parseRevision, revisionToJson } from './parse/book.ts';
export { catalogueToJson, parseCatalogue } from './parse/catalogue.ts';
export { applicationFromFile, contractFromFile } from './parse/contract-file.ts';
export type { FactBodyJson, FactJson } from './parse/fact.ts';
export { factBodyToJson, factFromJson, factToJson, historyFromJson, parseFactBody } from './parse/fact.ts';
export type { NoticePreview } from './previews.ts';
export { noticePreview } from './previews.ts';
export { revisionOn } from './revisions.ts';
export { stateOn } from './state.ts';
export type { ReasonCode } from './words.ts';
export { REASON_CODES } from './words.ts';
