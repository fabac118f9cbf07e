import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { ACTION_TYPES, type Action, type ActionType, OPEN_ACTION_STATES } from '@tsukasa/api';
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

/** `--param key=value` (true and false as such), or `--plist FILE` or `--syncml FILE` for a raw command. */
export async function actionParams(c: Context): Promise<{ params?: Record<string, unknown> }> {
  for (const form of ['plist', 'syncml'] as const) {
    const file = flag(c, form);
    if (file !== undefined) return { params: { [form]: await readFile(file, 'utf8') } };
  }
  const given = c.flags['param'];
  if (!Array.isArray(given)) return {};
  const entries = given.map((each): [string, unknown] => {
    const at = each.indexOf('=');
    if (at < 1) throw usage(`--param takes key=value, not ${each}`);
    const value = each.slice(at + 1);
    return [each.slice(0, at), value === 'true' ? true : value === 'false' ? false : value];
  });
  return { params: Object.fromEntries(entries) };
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
