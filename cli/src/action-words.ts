import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ACTION_PARAMS,
  ACTION_TYPES,
  type Action,
  type ActionAssessment,
  type ActionType,
  OPEN_ACTION_STATES,
} from '@tsukasa/api';
import { call } from './client.ts';
import type { Context } from './commands.ts';
import { EXIT, type ExitCode, usage } from './exit.ts';
import { flag, number, ofContractor } from './flags.ts';
import { decisionLines } from './safety-words.ts';

/** Throws usage for a word that is no action. */
export function actionType(value: string | undefined): ActionType {
  const found = ACTION_TYPES.find((type) => type === value);
  if (found === undefined) throw usage(`the action is one of ${ACTION_TYPES.join(', ')}`);
  return found;
}

/**
 * `--param key=value` (a list with commas, true and false where the action takes them), or `--plist FILE` or `--syncml FILE`
 * for a raw command.
 */
export async function actionParams(c: Context, type: ActionType): Promise<{ params?: Record<string, unknown> }> {
  for (const form of ['plist', 'syncml'] as const) {
    const file = flag(c, form);
    if (file !== undefined) return { params: { [form]: await readFile(file, 'utf8') } };
  }
  const given = c.flags['param'];
  if (!Array.isArray(given)) return {};
  const entries = given.map((each): [string, unknown] => {
    const at = each.indexOf('=');
    if (at < 1) throw usage(`--param takes key=value, not ${each}`);
    const name = each.slice(0, at);
    return [name, paramValue(type, name, each.slice(at + 1))];
  });
  return { params: Object.fromEntries(entries) };
}

/** What is no parameter of the action stays a text: the server says so in its own words. */
function paramValue(type: ActionType, name: string, text: string): unknown {
  const fields: Readonly<Record<string, object>> = ACTION_PARAMS[type].properties;
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
  const kind: unknown = field === undefined ? undefined : Reflect.get(field, 'type');
  if (kind === 'array') return text.split(',').map((part) => part.trim());
  if (kind === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

/** The names of an action's parameters, as `--param` takes them. */
export function paramsOf(type: ActionType): readonly string[] {
  return Object.keys(ACTION_PARAMS[type].properties);
}

/** What an action will do on this device, or why it cannot. */
export function describeAssessment(assessment: ActionAssessment): string {
  const { type, possible, refusal, effects, warnings, options, requiredOptions, needsReason, needsSecondPerson } =
    assessment;
  if (!possible) return `${type}: not possible, ${refusal?.code ?? 'unknown'}`;
  const needs = [
    ...(needsReason ? ['--reason'] : []),
    ...(needsSecondPerson ? ['a second person'] : []),
    ...(assessment.permitted ? [] : ['a permission that you do not have']),
  ];
  return [
    `${type}: ${effects.map(({ code }) => code).join(', ')}`,
    ...warnings.map(({ code }) => `  ! ${code}`),
    ...(options.length === 0
      ? []
      : [
          `  --param ${options.map((name) => (requiredOptions.includes(name) ? `${name} (needed)` : name)).join(', ')}`,
        ]),
    ...(needs.length === 0 ? [] : [`  needs ${needs.join(', ')}`]),
  ].join('\n');
}

const OPEN: ReadonlySet<string> = new Set(OPEN_ACTION_STATES);

/** With `--wait [--timeout SECONDS]` follows the action until the device said how it ended. */
export async function finishOrWait(c: Context, asked: Action): Promise<ExitCode> {
  let action = asked;
  if (c.flags['wait']) {
    const until = performance.now() + 1000 * (number(c, 'timeout', 'seconds').seconds ?? 300);
    while (OPEN.has(action.state) && performance.now() < until) {
      await sleep(1000);
      action = await call(c.target, 'getAction', { params: { ...ofContractor(c), actionId: action.actionId } });
    }
  }
  c.print(action, () => describe(action));
  if (!c.flags['wait'] || action.state === 'done') return EXIT.ok;
  return OPEN.has(action.state) ? EXIT.stillWaiting : EXIT.notDone;
}

function describe(action: Action): string {
  const steps = action.steps.map(
    ({ step, at, detail }) => `  ${step.padEnd(9)} ${at ?? (detail === null ? '-' : `- ${detail.code}`)}`,
  );
  const failure = action.failure === null ? [] : [`  ${action.failure.code}`];
  return [`${action.actionId}  ${action.type}: ${action.state}`, ...steps, ...decisionLines(action), ...failure].join(
    '\n',
  );
}

/** Prints an action as it is now. */
export function printAction(c: Context, action: Action): ExitCode {
  c.print(action, () => describe(action));
  return EXIT.ok;
}
