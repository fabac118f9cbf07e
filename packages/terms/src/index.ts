/**
 * The service terms as pure rules: no database, no clock, no I/O. Every function names its article, every answer carries the
 * clauses and days that led to it as `Reason`s, which `explain` words in both languages.
 */
export * from './model.ts';
