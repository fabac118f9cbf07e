import type { Format } from '@tsukasa/windows-mdm';
import type { Random } from '../../apple-device/index.ts';
import type { WindowsBlueprint } from '../blueprint.ts';
import type { Account } from '../provisioning.ts';
import type { WindowsState } from '../state.ts';

/** What happens to the PC after the session, or at once where a session cannot go on. */
export type Aftermath =
  | { readonly kind: 'wipe'; readonly how: string }
  | { readonly kind: 'restart' | 'unenroll' | 'lock' | 'renew' };

/** What a node works with. */
export type Pc = {
  readonly blueprint: WindowsBlueprint;
  readonly state: WindowsState;
  readonly account: Account;
  readonly random: Random;
  /** Epoch milliseconds. */
  readonly now: number;
  /** Where the PC is, if location services are on. */
  readonly fix: { readonly latitude: number; readonly longitude: number; readonly accuracy: number } | undefined;
  /** Told to the PC when the commands are done; an Atomic that fails takes it back. */
  readonly aftermath: Aftermath[];
  /** Alerts of the next message. */
  readonly alerts: GenericAlert[];
};

/** An Alert 1226 or 1224 of the PC's own. */
export type GenericAlert = {
  readonly code: '1224' | '1226';
  readonly type: string;
  readonly source?: string;
  readonly format: Format;
  readonly mark?: 'informational';
  readonly data: string;
};

/** Values of the placeholders of a path, by name. */
export type Names = Readonly<Record<string, string>>;

/** A refusal of the node's own: status, and the HRESULT behind it. */
export class NodeRefused extends Error {
  readonly status: number;
  readonly originalError: string | undefined;

  constructor(status: number, originalError?: string) {
    super(`status ${status}`);
    this.status = status;
    this.originalError = originalError;
  }
}

/** One node of the tree as its DDF describes it. `path` is canonical: `./Device/Vendor/MSFT/X/{Name}/Y`. */
export type Rule = {
  readonly path: string;
  readonly format: Format;
  /** Letters of Add, Delete, Exec, Get, Replace. */
  readonly verbs: string;
  /** Builds of which one is enough, as `22000` or `19041.1387`; every build when absent. */
  readonly builds?: readonly string[];
  /** Which editions lack it; none when absent. */
  readonly notOn?: readonly WindowsBlueprint['edition']['family'][];
  /** The name of a placeholder must be one that `names` gives or that was added; children need it added before. */
  readonly explicit?: true;
  /** A value that is legal, when not any of the format is. */
  readonly allowed?: (value: string) => boolean;
  /** A value that is there without being set. */
  readonly initial?: string;
  /** Add and Replace make it whether it exists or not (Policy). */
  readonly upsert?: true;
  /** Reads as nothing although it was set (ADMX-backed policies, passwords). */
  readonly writeOnly?: true;
  /** The value now; it goes before what is stored. `undefined` is 404. */
  readonly read?: (pc: Pc, names: Names) => string | number | boolean | undefined;
  /** Of a node with a placeholder below: the names that are there. */
  readonly names?: (pc: Pc, names: Names) => readonly string[];
  /** After the value was stored, unless it throws `NodeRefused`. */
  readonly written?: (pc: Pc, names: Names, value: string) => void;
  readonly removed?: (pc: Pc, names: Names) => void;
  /** Throws `NodeRefused`; otherwise 200, or 202 when it says so. */
  readonly exec?: (pc: Pc, names: Names, data: string) => number | undefined;
};

/** An integer within bounds, both included. */
export function range(least: number, most: number): (value: string) => boolean {
  return (value) => /^-?\d{1,10}$/.test(value) && Number(value) >= least && Number(value) <= most;
}

export function oneOf(...values: readonly (string | number)[]): (value: string) => boolean {
  return (value) => values.some((one) => String(one) === value);
}

/** Several leaves of one kind below one node. */
export function leaves(
  base: string,
  names: readonly string[],
  rule: (name: string) => Omit<Rule, 'path'>,
): readonly Rule[] {
  return names.map((name) => ({ path: `${base}/${name}`, ...rule(name) }));
}

export const GET = { format: 'chr', verbs: 'G' } as const;
export const GET_INT = { format: 'int', verbs: 'G' } as const;
export const GET_BOOL = { format: 'bool', verbs: 'G' } as const;

/** HRESULTs that the nodes give. */
export const HRESULT = {
  invalidArgument: '0x80070057',
  notFound: '0x80070490',
  notSupported: '0x80070032',
  accessDenied: '0x80070005',
  unexpected: '0x8000ffff',
} as const;

/** Local time of the PC: ours are in Japan. */
export function localTime(now: number): string {
  const local = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO('Asia/Tokyo');
  return local.toString({ fractionalSecondDigits: 7, timeZoneName: 'never' });
}
