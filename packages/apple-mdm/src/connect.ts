import { parseIds, type WireIds } from './ids.ts';
import { type PlistReadOptions, readPlistDict } from './plist.ts';
import {
  isDict,
  optionalString,
  type PlistDict,
  PlistError,
  type PlistValue,
  stringAt,
  valueAt,
} from './plist-value.ts';
import { writePlist } from './plist-write.ts';

/** Statuses a device may report (fact sheet 3.1); anything else becomes `unknown` and keeps its word in `wireStatus`. */
export const CONNECT_STATUSES = ['Idle', 'Acknowledged', 'Error', 'CommandFormatError', 'NotNow'] as const;
export type ConnectStatus = (typeof CONNECT_STATUSES)[number] | 'unknown';

/** One link of an `ErrorChain`; the first link is the top error. Parts a device left out or mistyped are absent. */
export type ErrorChainItem = {
  readonly domain?: string;
  readonly code?: number;
  readonly localizedDescription?: string;
  readonly usEnglishDescription?: string;
};

/** What a queue needs to know of a report. */
export type ConnectSummary = {
  readonly ids: WireIds;
  readonly status: ConnectStatus;
  readonly wireStatus: string;
  readonly commandUuid?: string;
};

/** A whole report. `raw` is the dictionary as sent: the answer's own keys are interpreted by `observe*`. */
export type ConnectReport = ConnectSummary & {
  readonly requestType?: string;
  readonly errorChain: readonly ErrorChainItem[];
  readonly raw: PlistDict;
};

/** Longest `ErrorChain` kept, in links, and longest text of one link, in characters. Our choice. */
export const ERROR_CHAIN_LIMITS = { links: 16, text: 2000 } as const;
const MAX_COMMAND_UUID = 256;

/** Reads one report of the command channel. Throws only `PlistError`. Control characters in texts become U+FFFD. */
export function parseConnect(bytes: Uint8Array, options: PlistReadOptions = {}): ConnectReport {
  return parseConnectDict(readPlistDict(bytes, { illegalCharacters: 'replace', ...options }));
}

/** As `parseConnect`, for a dictionary already read. */
export function parseConnectDict(raw: PlistDict): ConnectReport {
  const wireStatus = stringAt(raw, 'Status', { max: 64 });
  const commandUuid = optionalString(raw, 'CommandUUID', { max: MAX_COMMAND_UUID });
  const requestType = valueAt(raw, 'RequestType');
  return {
    ids: parseIds(raw),
    status: statusOf(wireStatus),
    wireStatus,
    ...(commandUuid === undefined || commandUuid === '' ? {} : { commandUuid }),
    ...(typeof requestType === 'string' ? { requestType } : {}),
    errorChain: parseErrorChain(valueAt(raw, 'ErrorChain')),
    raw,
  };
}

function statusOf(wire: string): ConnectStatus {
  return CONNECT_STATUSES.find((known) => known === wire) ?? 'unknown';
}

/** Reads an `ErrorChain`; never throws: what is not as described is left out. Also used for the items of `Settings`. */
export function parseErrorChain(value: PlistValue | undefined): readonly ErrorChainItem[] {
  if (!Array.isArray(value)) return [];
  const items: readonly PlistValue[] = value;
  return items.slice(0, ERROR_CHAIN_LIMITS.links).filter(isDict).map(errorChainItem);
}

function errorChainItem(link: PlistDict): ErrorChainItem {
  const code = valueAt(link, 'ErrorCode');
  return {
    ...text('domain', valueAt(link, 'ErrorDomain')),
    ...(typeof code === 'number' ? { code } : {}),
    ...text('localizedDescription', valueAt(link, 'LocalizedDescription')),
    ...text('usEnglishDescription', valueAt(link, 'USEnglishDescription')),
  };
}

function text<K extends string>(key: K, value: PlistValue | undefined): { readonly [k in K]?: string } {
  if (typeof value !== 'string' || value === '') return {};
  return { [key]: value.slice(0, ERROR_CHAIN_LIMITS.text) } as { readonly [k in K]?: string };
}

/** One command for a device: the bytes of the answer to a connect (fact sheet 3.1). Throws `PlistError`. */
export function buildCommand(message: { readonly commandUuid: string; readonly command: PlistDict }): Buffer {
  const { commandUuid, command } = message;
  if (commandUuid === '' || commandUuid.length > MAX_COMMAND_UUID)
    throw new PlistError('out_of_bounds', -1, 'CommandUUID');
  stringAt(command, 'RequestType', { min: 1 });
  return writePlist({ Command: command, CommandUUID: commandUuid });
}

/** Device side: reads an answer made by `buildCommand`. Throws `PlistError`. */
export function parseCommand(bytes: Uint8Array): { readonly commandUuid: string; readonly command: PlistDict } {
  const message = readPlistDict(bytes);
  const command = valueAt(message, 'Command');
  if (!isDict(command)) throw new PlistError('wrong_type', -1, 'Command');
  stringAt(command, 'RequestType', { min: 1 });
  return { commandUuid: stringAt(message, 'CommandUUID', { min: 1, max: MAX_COMMAND_UUID }), command };
}
