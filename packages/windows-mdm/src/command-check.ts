import { itemsOf, type LocUriProblem, locUriProblem, nodeKey } from './loc-uri.ts';
import type { Command, Item, SimpleCommand } from './model.ts';

/** Commands of one Atomic, and items of one command. Our choice. */
export const COMMAND_LIMITS = { atomic: 200, items: 200 } as const;

export const COMMAND_PROBLEMS = [
  'no_items',
  'too_many_items',
  'empty_atomic',
  'too_many_commands',
  'get_in_atomic',
  'loc_uri',
  'needs_data',
  'takes_no_data',
  'reserved',
] as const;
export type CommandProblem = {
  readonly code: (typeof COMMAND_PROBLEMS)[number];
  readonly target?: string | undefined;
  readonly locUri?: LocUriProblem | undefined;
};

/** What Windows would refuse by its form, whatever the nodes (OMA DM 1.2, fact sheet 4.4); `undefined` when nothing is. */
export function commandProblem(command: Command): CommandProblem | undefined {
  if (command.verb !== 'Atomic') return simpleProblem(command);
  const { commands } = command;
  if (commands.length === 0) return { code: 'empty_atomic' };
  if (commands.length > COMMAND_LIMITS.atomic) return { code: 'too_many_commands' };
  const get = commands.find(({ verb }) => verb === 'Get');
  if (get !== undefined) return { code: 'get_in_atomic', target: get.items[0]?.target };
  return first(commands, simpleProblem);
}

function simpleProblem({ verb, items }: SimpleCommand): CommandProblem | undefined {
  if (items.length === 0) return { code: 'no_items' };
  if (items.length > COMMAND_LIMITS.items) return { code: 'too_many_items' };
  return first(items, (item) => itemProblem(verb, item));
}

function itemProblem(verb: SimpleCommand['verb'], { target, data, format }: Item): CommandProblem | undefined {
  const locUri = locUriProblem(target);
  if (locUri !== undefined) return { code: 'loc_uri', target, locUri };
  if (verb === 'Replace' && data === undefined) return { code: 'needs_data', target };
  if ((verb === 'Get' || verb === 'Delete') && (data !== undefined || format !== undefined)) {
    return { code: 'takes_no_data', target };
  }
  return undefined;
}

/**
 * Nodes that only the action which stands for them may change: it checks, warns, asks a second person and records. Each is
 * a pattern over `nodeKey`.
 */
export const RESERVED = {
  unenroll: [/^vendor\/msft\/dmclient\/(?:provider\/[^/]+\/)?unenroll$/],
  wipe: [/^vendor\/msft\/remotewipe(?:\/|$)/, /^cimv2\/mdm_remotewipe/],
  rotate_recovery_key: [/^vendor\/msft\/bitlocker\/rotaterecoverypasswords/],
  lock: [/^vendor\/msft\/remotelock(?:\/|$)/, /^cimv2\/mdm_remotelock/],
  /** Wake-ups, addresses of the server, credentials and the renewal of the identity: the server's own. */
  channel: [
    /^vendor\/msft\/dmclient\/provider\/[^/]+$/,
    /^vendor\/msft\/dmclient\/provider\/[^/]+\/(?:push|poll|managementserver|requiremessagesigning|entdmid)/,
    /^vendor\/msft\/dmclient\/provider\/[^/]+\/(?:syncapplicationversion|numberofdays|recovery|linkedenrollment)/,
    /^(?:syncml|vendor\/msft)\/dmacc(?:\/|$)/,
    /^vendor\/msft\/certificatestore\/my(?:\/|$)/,
    /^cimv2\/mdm_(?:dmclient|dmacc)/,
  ],
} as const;
export type Reserved = keyof typeof RESERVED;

/**
 * The first reserved node that a command would change; reading is free. A change above such a node counts as well: a
 * Delete of `RemoteWipe`'s parent, or of the whole provider, would do the same harm.
 */
export function reservedProblem(command: Command, allowed: readonly Reserved[] = []): CommandProblem | undefined {
  const changing = command.verb === 'Atomic' ? command.commands : [command];
  const names = (Object.keys(RESERVED) as Reserved[]).filter((name) => !allowed.includes(name));
  const items = changing.filter(({ verb }) => verb !== 'Get').flatMap((one) => itemsOf(one));
  return first(items, ({ target }) => {
    const key = nodeKey(target).replace(/^user\//, '');
    if (names.some((name) => RESERVED[name].some((node) => node.test(key))) || isAbove(key))
      return { code: 'reserved', target };
    return undefined;
  });
}

const ROOTS = ['vendor/msft/dmclient/provider', 'vendor/msft/remotewipe', 'syncml/dmacc', 'vendor/msft/bitlocker'];

function isAbove(key: string): boolean {
  return ROOTS.some((root) => root === key || root.startsWith(`${key}/`));
}

function first<T>(all: readonly T[], problemOf: (one: T) => CommandProblem | undefined): CommandProblem | undefined {
  for (const one of all) {
    const problem = problemOf(one);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
