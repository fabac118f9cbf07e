import { reassemble } from './chunks.ts';
import type { Command, CommandOutcome, ItemStatus, SimpleCommand } from './model.ts';
import type { WireItem } from './syncml.ts';

/** A status of a device about one of our commands, or about the nth command of an Atomic (`child`). */
export type SaidStatus = {
  readonly child: number;
  readonly status: number;
  readonly originalError: string | undefined;
  readonly targets: readonly string[];
};

/** What a device said to one command in one message. */
export type AnswerPiece = {
  readonly statuses: readonly SaidStatus[];
  readonly results: readonly WireItem[];
};

/**
 * Joins everything that was said to one command into its outcome; `undefined` when it has no status of its own. An item
 * without a status of its own has the command's. Throws `ChunkError`.
 */
export function outcomeOf(command: Command, pieces: readonly AnswerPiece[]): CommandOutcome | undefined {
  const statuses = pieces.flatMap((piece) => piece.statuses);
  const results = reassemble(pieces.flatMap((piece) => piece.results));
  if (command.verb !== 'Atomic') {
    const said = saidTo(command, statuses, 0);
    return said && { ...said, results };
  }
  const own = statuses.filter(({ child }) => child === 0);
  if (own.length === 0) return undefined;
  return {
    ...summary(own),
    items: [],
    results,
    // What the device passed over in silence was not run (215) when the whole failed, and went like the whole otherwise.
    commands: command.commands.map((one, index) => {
      const said = saidTo(one, statuses, index + 1);
      return { ...(said ?? silent(one, summary(own).status)), results: [] };
    }),
  };
}

type Said = Omit<CommandOutcome, 'results'>;

function saidTo(command: SimpleCommand, all: readonly SaidStatus[], child: number): Said | undefined {
  const statuses = all.filter((status) => status.child === child);
  if (statuses.length === 0) return undefined;
  const whole = summary(statuses);
  const general = statuses.find(({ targets }) => targets.length === 0);
  const items = command.items.map(({ target }): ItemStatus => {
    const own = statuses.find(({ targets }) => targets.includes(target)) ?? general;
    return { target, status: own?.status ?? whole.status, originalError: own?.originalError };
  });
  return { ...whole, items };
}

/** Of several statuses the first bad one counts: all of the command went well only if each item did. */
function summary(statuses: readonly SaidStatus[]): Pick<CommandOutcome, 'status' | 'originalError'> {
  const worst = statuses.find(({ status }) => !isGood(status)) ?? statuses[0];
  return { status: worst?.status ?? 0, originalError: worst?.originalError };
}

function silent(command: SimpleCommand, whole: number): Said {
  const status = isGood(whole) ? whole : 215;
  const items = command.items.map(({ target }) => ({ target, status, originalError: undefined }));
  return { status, originalError: undefined, items };
}

/** 2xx except those by which a device says that it did not do it (fact sheet 4.5: 213 to 216), and 304. */
export function isGood(status: number): boolean {
  return status === 304 || (status >= 200 && status < 213) || (status > 216 && status < 300);
}
