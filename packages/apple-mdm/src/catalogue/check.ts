import { isDict, type PlistDict, type PlistValue, Real, valueAt } from '../plist-value.ts';
import { type CatalogueCommand, COMMANDS, findCommand } from './index.ts';
import type { KeyFact, KeyType } from './model.ts';
import { commandRules, rulesOf } from './rules.ts';
import {
  type CommandTarget,
  commandReasons,
  keyReasons,
  type Problem,
  type ProblemCode,
  type ProblemParams,
} from './target.ts';

/** Answer of `checkCommand`: every problem found, not only the first. */
export type CommandCheck = { readonly ok: true } | { readonly ok: false; readonly problems: readonly Problem[] };

/** Problems named before the rest is left out: a caller's mistake, not a report to archive. */
const MOST_PROBLEMS = 100;

// Keys every command may have beside its own.
const COMMON_KEYS: readonly KeyFact[] = [
  { name: 'RequestType', type: 'string', required: true },
  { name: 'RequestRequiresNetworkTether', type: 'boolean' },
];

/**
 * Checks a command (the dictionary under `Command`) against the catalogue and a target: known request type and keys,
 * types, required keys, lists and ranges, OS versions, supervision, access rights, channel and enrolment. Never throws.
 */
export function checkCommand(command: PlistDict, target: CommandTarget): CommandCheck {
  const requestType = valueAt(command, 'RequestType');
  if (typeof requestType !== 'string') return failed([problem('RequestType', 'no_request_type')]);
  const fact = findCommand(requestType);
  if (fact === undefined) return failed([problem('RequestType', 'unknown_command')]);
  const reasons = commandProblems(fact, target);
  if (reasons.length > 0) return failed(reasons);
  const problems: Problem[] = [];
  checkKeys(command, [...COMMON_KEYS, ...(fact.keys ?? [])], target, '', problems);
  problems.push(...commandRules(requestType, command, target));
  return problems.length === 0 ? { ok: true } : failed(problems.slice(0, MOST_PROBLEMS));
}

/** The commands whose conditions a target meets, in order of request type; their keys may have conditions of their own. */
export function listCommands(target: CommandTarget): readonly CatalogueCommand[] {
  return COMMANDS.filter((fact) => commandProblems(fact, target).length === 0);
}

/** The choices of `DEVICE_QUERIES` or `SETTINGS_ITEMS` whose conditions a target meets. */
export function listChoices(choices: readonly KeyFact[], target: CommandTarget): readonly KeyFact[] {
  return choices.filter((choice) => keyReasons(choice.os, target).length === 0);
}

function commandProblems(fact: CatalogueCommand, target: CommandTarget): readonly Problem[] {
  const reasons = [...commandReasons(fact.os, target), ...rulesOf(fact.requestType, target)];
  return reasons.map(({ code, params }) => problem('', code, params));
}

function failed(problems: readonly Problem[]): CommandCheck {
  return { ok: false, problems };
}

function problem(path: string, code: ProblemCode, params: ProblemParams = {}): Problem {
  return { path, code, params };
}

function checkKeys(
  dict: PlistDict,
  facts: readonly KeyFact[],
  target: CommandTarget,
  path: string,
  problems: Problem[],
): void {
  const prefix = path === '' ? '' : `${path}.`;
  const byName = new Map(facts.map((fact) => [fact.name, fact]));
  for (const name of Object.keys(dict)) {
    const value = dict[name];
    if (value === undefined || problems.length >= MOST_PROBLEMS) continue;
    const fact = byName.get(name);
    if (fact === undefined) problems.push(problem(`${prefix}${name}`, 'unknown_key'));
    else checkValue(value, fact, target, `${prefix}${name}`, problems);
  }
  for (const fact of facts) {
    if (fact.required !== true || valueAt(dict, fact.name) !== undefined) continue;
    if (keyReasons(fact.os, target).length === 0) problems.push(problem(`${prefix}${fact.name}`, 'missing_key'));
  }
}

function checkValue(value: PlistValue, fact: KeyFact, target: CommandTarget, path: string, problems: Problem[]): void {
  const reasons = keyReasons(fact.os, target);
  if (reasons.length > 0) {
    problems.push(...reasons.map(({ code, params }) => problem(path, code, params)));
    return;
  }
  if (!isOfType(value, fact.type)) {
    problems.push(problem(path, 'wrong_type', { expected: fact.type }));
    return;
  }
  checkContent(value, fact, target, path, problems);
}

function checkContent(
  value: PlistValue,
  fact: KeyFact,
  target: CommandTarget,
  path: string,
  problems: Problem[],
): void {
  if (typeof value === 'string' || typeof value === 'number' || value instanceof Real) {
    checkScalar(value instanceof Real ? value.value : value, fact, target, path, problems);
  } else if (Array.isArray(value)) {
    checkItems(value, fact, target, path, problems);
  } else if (isDict(value)) {
    if (fact.keys !== undefined) checkKeys(value, fact.keys, target, path, problems);
    else if (fact.anyKey !== undefined) checkFreeKeys(value, fact.anyKey, target, path, problems);
  }
}

function checkScalar(
  value: string | number,
  fact: KeyFact,
  target: CommandTarget,
  path: string,
  problems: Problem[],
): void {
  if (fact.values !== undefined && !fact.values.includes(value)) {
    problems.push(problem(path, 'not_in_list', { allowed: fact.values }));
  }
  if (typeof value === 'number' && (value < (fact.min ?? value) || value > (fact.max ?? value))) {
    problems.push(problem(path, 'out_of_range', bounds(fact)));
  }
  if (typeof value === 'string' && fact.choices !== undefined) checkChoice(value, fact.choices, target, path, problems);
}

function bounds(fact: KeyFact): ProblemParams {
  return { ...(fact.min === undefined ? {} : { min: fact.min }), ...(fact.max === undefined ? {} : { max: fact.max }) };
}

function checkChoice(
  value: string,
  choices: readonly KeyFact[],
  target: CommandTarget,
  path: string,
  problems: Problem[],
): void {
  const choice = choices.find(({ name }) => name === value);
  if (choice === undefined) problems.push(problem(path, 'not_in_list', { allowed: choices.map(({ name }) => name) }));
  else problems.push(...keyReasons(choice.os, target).map(({ code, params }) => problem(path, code, params)));
}

function checkItems(
  items: readonly PlistValue[],
  fact: KeyFact,
  target: CommandTarget,
  path: string,
  problems: Problem[],
): void {
  for (const [index, item] of items.entries()) {
    if (problems.length >= MOST_PROBLEMS) return;
    const place = `${path}[${index}]`;
    if (fact.choices !== undefined) checkAlternative(item, fact.choices, target, place, problems);
    else if (fact.item !== undefined) checkValue(item, fact.item, target, place, problems);
  }
}

/** An element of `Settings`: its `Item` says which dictionary it is. */
function checkAlternative(
  item: PlistValue,
  choices: readonly KeyFact[],
  target: CommandTarget,
  path: string,
  problems: Problem[],
): void {
  const name = isDict(item) ? valueAt(item, 'Item') : undefined;
  if (name === undefined) {
    problems.push(
      isDict(item) ? problem(`${path}.Item`, 'missing_key') : problem(path, 'wrong_type', { expected: 'dictionary' }),
    );
    return;
  }
  const choice = choices.find((candidate) => candidate.name === name);
  if (choice === undefined) {
    problems.push(problem(`${path}.Item`, 'not_in_list', { allowed: choices.map((candidate) => candidate.name) }));
  } else checkValue(item, choice, target, path, problems);
}

function checkFreeKeys(dict: PlistDict, fact: KeyFact, target: CommandTarget, path: string, problems: Problem[]): void {
  for (const [name, value] of Object.entries(dict)) {
    if (value !== undefined && problems.length < MOST_PROBLEMS)
      checkValue(value, fact, target, `${path}.${name}`, problems);
  }
}

function isOfType(value: PlistValue, type: KeyType): boolean {
  switch (type) {
    case 'any':
      return true;
    case 'string':
      return typeof value === 'string';
    case 'boolean':
      return typeof value === 'boolean';
    case 'integer':
      return typeof value === 'bigint' || Number.isSafeInteger(value);
    case 'real':
      return value instanceof Real || Number.isSafeInteger(value);
    case 'date':
      return value instanceof Temporal.Instant;
    case 'data':
      return Buffer.isBuffer(value);
    case 'array':
      return Array.isArray(value);
    case 'dictionary':
      return isDict(value);
  }
}
