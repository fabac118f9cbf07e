import { STATUS_ITEMS } from './catalogue/index.ts';
import { DdmError, DECLARATION_KINDS, type DeclarationKind } from './ddm.ts';
import { isJsonObject, type JsonObject, type JsonValue, jsonObject, jsonText } from './json.ts';

/** Bounds of a status report. Our choice: Apple names none; application lists are the largest honest part. */
export const STATUS_LIMITS = { bytes: 8 * 1024 * 1024, depth: 32, items: 2000, errors: 500, text: 2000 } as const;

/** A reason code with its details. Codes starting with `Info.` are no errors; unknown ones are kept. */
export type StatusReason = { readonly code: string; readonly description?: string; readonly details?: JsonObject };

/** A status report. `items` has dotted names; a report that is not full holds only what changed. */
export type StatusReport = {
  readonly fullReport: boolean;
  readonly items: ReadonlyMap<string, JsonValue>;
  readonly errors: readonly { readonly statusItem: string; readonly reasons: readonly StatusReason[] }[];
  readonly raw: JsonObject;
};

const KNOWN_ITEMS = new Set(STATUS_ITEMS.map(({ name }) => name));

/** Reads the `Data` of a `status` check-in. Throws only `DdmError`; what is not as described stays in `raw` alone. */
export function parseStatusReport(bytes: Uint8Array): StatusReport {
  if (bytes.length > STATUS_LIMITS.bytes) throw new DdmError('too_large');
  refuseDeepNesting(bytes);
  const raw = clean(parseJson(bytes));
  if (!isJsonObject(raw)) throw new DdmError('not_an_object');
  const items = new Map<string, JsonValue>();
  if (isJsonObject(raw.StatusItems)) flatten(raw.StatusItems, '', items);
  return { fullReport: raw.FullReport === true, items, errors: statusErrors(raw.Errors), raw };
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    throw new DdmError('syntax'); // the original message quotes the input
  }
}

/** Counts brackets outside strings before anything recursive sees the text. */
function refuseDeepNesting(bytes: Uint8Array): void {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (inString) {
      if (byte === 0x5c) i++;
      else if (byte === 0x22) inString = false;
    } else if (byte === 0x22) inString = true;
    else if (byte === 0x7b || byte === 0x5b) {
      if (++depth > STATUS_LIMITS.depth) throw new DdmError('too_deep');
    } else if (byte === 0x7d || byte === 0x5d) depth--;
  }
}

function clean(value: unknown): JsonValue {
  if (typeof value === 'string') return jsonText(value);
  if (typeof value === 'boolean' || value === null) return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : null; // 1e999 reads as infinity
  if (Array.isArray(value)) return value.map(clean);
  if (typeof value !== 'object') return null;
  return jsonObject(Object.entries(value).map(([key, member]) => [key, clean(member)]));
}

/** Nested objects become dotted names, down to an item of the catalogue or to a value that is no object. */
function flatten(object: JsonObject, prefix: string, items: Map<string, JsonValue>): void {
  for (const [key, value] of Object.entries(object)) {
    if (items.size >= STATUS_LIMITS.items) return;
    const name = prefix === '' ? key : `${prefix}.${key}`;
    if (isJsonObject(value) && !KNOWN_ITEMS.has(name) && Object.keys(value).length > 0) flatten(value, name, items);
    else items.set(name, value);
  }
}

function statusErrors(value: JsonValue | undefined): StatusReport['errors'] {
  return objects(value)
    .slice(0, STATUS_LIMITS.errors)
    .map((entry) => ({ statusItem: text(entry.StatusItem) ?? '', reasons: statusReasons(entry.Reasons) }));
}

/** Reads reasons, whose keys are capitalised in `Errors` and not in `management.declarations`. Never throws. */
export function statusReasons(value: JsonValue | undefined): readonly StatusReason[] {
  return objects(value).map((entry) => {
    const description = text(entry.Description ?? entry.description);
    const details = entry.Details ?? entry.details;
    return {
      code: text(entry.Code ?? entry.code) ?? '',
      ...(description === undefined ? {} : { description }),
      ...(isJsonObject(details) ? { details } : {}),
    };
  });
}

/** One line of `management.declarations`. `valid` is `unknown` for any word but the three of the specification. */
export type DeclarationStatus = {
  readonly kind: DeclarationKind;
  readonly identifier: string;
  readonly serverToken: string;
  readonly active: boolean;
  readonly valid: 'unknown' | 'valid' | 'invalid';
  readonly removed: boolean;
  readonly reasons: readonly StatusReason[];
};

const LISTS: { readonly [K in DeclarationKind]: string } = {
  activation: 'activations',
  configuration: 'configurations',
  asset: 'assets',
  management: 'management',
};

/** Reads the value of `management.declarations`. Lines without an identifier are left out. Never throws. */
export function declarationStatuses(value: JsonValue | undefined): readonly DeclarationStatus[] {
  if (!isJsonObject(value)) return [];
  return DECLARATION_KINDS.flatMap((kind) =>
    objects(value[LISTS[kind]]).flatMap((line) => declarationStatus(kind, line)),
  );
}

function declarationStatus(kind: DeclarationKind, line: JsonObject): readonly DeclarationStatus[] {
  const identifier = text(line.identifier);
  if (identifier === undefined || identifier === '') return [];
  return [
    {
      kind,
      identifier,
      serverToken: text(line['server-token']) ?? '',
      active: line.active === true,
      valid: line.valid === 'valid' || line.valid === 'invalid' ? line.valid : 'unknown',
      removed: line._removed === true,
      reasons: statusReasons(line.reasons),
    },
  ];
}

/** How far a declaration is on a device (fact sheet 6.4). */
export type DeploymentState = 'deployed' | 'pending' | 'failed';

/** The state of the declaration whose current token is `serverToken`, from its line or from the lack of one. */
export function deploymentState(status: DeclarationStatus | undefined, serverToken: string): DeploymentState {
  if (status === undefined || status.removed || status.serverToken !== serverToken) return 'pending';
  if (status.active && status.valid === 'valid') return 'deployed';
  return !status.active && status.valid === 'invalid' ? 'failed' : 'pending';
}

function objects(value: JsonValue | undefined): readonly JsonObject[] {
  if (!Array.isArray(value)) return [];
  const members: readonly JsonValue[] = value;
  return members.filter(isJsonObject);
}

function text(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' ? value.slice(0, STATUS_LIMITS.text) : undefined;
}
