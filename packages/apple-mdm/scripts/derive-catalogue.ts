// Derives src/catalogue/{commands,checkins,status-items}.ts from a folder of Apple's YAML schema:
//   node scripts/derive-catalogue.ts <schema folder>
// Facts only: no sentence of the schema is copied. Afterwards run the formatter on src/catalogue.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import {
  type CheckinFact,
  type CommandFact,
  ENROLLMENT_CLASSES,
  type Gate,
  type Gates,
  KEY_TYPES,
  type KeyFact,
  type KeyType,
  type ResponseFact,
  SCHEMA_PLATFORMS,
  SHARED_IPAD_MODES,
  STATUS_SCOPES,
  type StatusGate,
  type StatusItemFact,
  type StatusScope,
  USER_ENROLLMENT_MODES,
} from '../src/catalogue/model.ts';

export type Catalogue = {
  readonly commands: readonly CommandFact[];
  readonly responses: readonly ResponseFact[];
  readonly checkins: readonly CheckinFact[];
  readonly statusItems: readonly StatusItemFact[];
};

type Yaml = { readonly [key: string]: unknown };

// Bits of section 1.1 of the fact sheet. Two names of the schema mean the same right; two mean none.
const RIGHTS: { readonly [name: string]: number } = {
  None: 0,
  'n/a': 0,
  'Special Case': 0,
  AllowInspection: 1,
  AllowInstallationRemoval: 2,
  AllowPasscodeRemovalAndLock: 4,
  DeviceLockAndRemovePasscode: 4,
  AllowDeviceErase: 8,
  AllowQueryDeviceInformation: 16,
  AllowQueryNetworkInformation: 32,
  AllowProvisioningInspection: 64,
  AllowProvisioningInstallationRemoval: 128,
  AllowQueryApplications: 256,
  QueryInstalledApps: 256,
  AllowQueryRestrictions: 512,
  AllowQuerySecurity: 1024,
  AllowSettings: 2048,
  AllowAppInstallation: 4096,
};

/** Reads a schema folder. Throws on anything it does not know: a new word in the schema needs a decision, not a default. */
export function deriveCatalogue(folder: string): Catalogue {
  return {
    commands: documents(join(folder, 'mdm/commands')).map(command).sort(by('requestType')),
    responses: documents(join(folder, 'mdm/commands')).map(response).sort(by('requestType')),
    checkins: documents(join(folder, 'mdm/checkin')).map(checkin).sort(by('messageType')),
    statusItems: documents(join(folder, 'declarative/status')).flatMap(statusItem).sort(by('name')),
  };
}

function documents(folder: string): Yaml[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  if (names.length === 0) throw new Error(`no schema files in ${folder}`);
  return names.map((name) => {
    try {
      return parts(parse(readFileSync(join(folder, name), 'utf8')), DOCUMENT_PARTS);
    } catch (cause) {
      throw new Error(`${name} is not as expected`, { cause });
    }
  });
}

// What the schema says about a thing, and what of it is prose: a word that stands in neither list is a fact that the
// catalogue would lose without anybody noticing.
const DOCUMENT_PARTS = [
  'title',
  'description',
  'payload',
  'payloadkeys',
  'responsekeys',
  'reasons',
  'notes',
  'related-status-items',
];
const PAYLOAD_PARTS = ['requesttype', 'statusitemtype', 'declarationtype', 'beta', 'supportedOS', 'content'];
const KEY_PARTS = ['key', 'type', 'presence', 'default', 'rangelist', 'range', 'supportedOS', 'subkeys'];
const KEY_PROSE = ['title', 'content', 'subkeytype'];
const GATE_PARTS = [
  'introduced',
  'deprecated',
  'removed',
  'supervised',
  'requiresdep',
  'accessrights',
  'devicechannel',
  'userchannel',
  'sharedipad',
  'userenrollment',
];

/** A mapping that has no other parts than these. */
function parts(raw: unknown, known: readonly string[]): Yaml {
  const whole = record(raw);
  const unknown = Object.keys(whole).filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`nothing is known of ${unknown.join(', ')}`);
  return whole;
}

function by<K extends string>(key: K): (a: { readonly [k in K]: string }, b: { readonly [k in K]: string }) => number {
  return (a, b) => (a[key] < b[key] ? -1 : a[key] > b[key] ? 1 : 0);
}

function command(document: Yaml): CommandFact {
  const payload = parts(document.payload, PAYLOAD_PARTS);
  return {
    requestType: text(payload.requesttype),
    os: gates(payload.supportedOS) ?? {},
    ...listed('keys', document.payloadkeys),
  };
}

function response(document: Yaml): ResponseFact {
  const payload = parts(document.payload, PAYLOAD_PARTS);
  return { requestType: text(payload.requesttype), keys: records(document.responsekeys).map(key) };
}

function checkin(document: Yaml): CheckinFact {
  const payload = parts(document.payload, PAYLOAD_PARTS);
  return {
    messageType: text(payload.requesttype),
    os: gates(payload.supportedOS) ?? {},
    keys: records(document.payloadkeys).map(key),
    ...listed('response', document.responsekeys),
  };
}

function statusItem(document: Yaml): StatusItemFact[] {
  const payload = parts(document.payload, PAYLOAD_PARTS);
  if (payload.statusitemtype === undefined) return []; // statusreason.yaml describes a part of items
  const name = text(payload.statusitemtype);
  const value = records(document.payloadkeys).find((candidate) => candidate.key === name);
  const os: { [platform: string]: StatusGate } = {};
  for (const [platform, raw] of Object.entries(record(payload.supportedOS))) {
    const gate = parts(raw, ['introduced', 'allowed-enrollments', 'allowed-scopes', 'sharedipad']);
    if (gate.introduced === 'n/a') continue;
    os[oneOf(SCHEMA_PLATFORMS, platform)] = {
      introduced: text(gate.introduced),
      enrollments: list(gate['allowed-enrollments']).map((word) => oneOf(ENROLLMENT_CLASSES, word)),
      scopes: scopes(gate),
      ...(gate.sharedipad === undefined ? {} : { sharedIPad: scopes(parts(gate.sharedipad, ['allowed-scopes'])) }),
    };
  }
  return [{ name, type: keyType(value?.type), os }];
}

function scopes(gate: Yaml): readonly StatusScope[] {
  return list(gate['allowed-scopes']).map((word) => oneOf(STATUS_SCOPES, word));
}

function listed<K extends string>(name: K, raw: unknown): { readonly [k in K]?: readonly KeyFact[] } {
  if (list(raw).length === 0) return {};
  return { [name]: records(raw).map(key) } as unknown as { readonly [k in K]: readonly KeyFact[] };
}

function key(raw: Yaml): KeyFact {
  parts(raw, [...KEY_PARTS, ...KEY_PROSE]);
  const type = keyType(raw.type);
  const range = raw.range === undefined ? {} : parts(raw.range, ['min', 'max']);
  const presence = raw.presence === undefined ? 'optional' : oneOf(['required', 'optional'] as const, raw.presence);
  const os = gates(raw.supportedOS);
  return {
    name: text(raw.key),
    type,
    ...(presence === 'required' ? { required: true as const } : {}),
    ...(raw.default === undefined ? {} : { default: scalar(raw.default) }),
    ...(raw.rangelist === undefined ? {} : { values: list(raw.rangelist).map(stringOrNumber) }),
    ...(range.min === undefined ? {} : { min: numeric(range.min) }),
    ...(range.max === undefined ? {} : { max: numeric(range.max) }),
    ...(os === undefined ? {} : { os }),
    ...inside(type, records(raw.subkeys)),
  };
}

function inside(type: KeyType, subkeys: readonly Yaml[]): Partial<KeyFact> {
  const [first] = subkeys;
  if (first === undefined) return {};
  const facts = subkeys.map(key);
  if (type === 'array') return subkeys.length === 1 ? { item: key(first) } : { choices: facts };
  if (type === 'string') return { choices: facts };
  if (type !== 'dictionary') throw new Error(`subkeys under ${type}`);
  const free = subkeys.find((subkey) => text(subkey.key).startsWith('ANY'));
  if (free === undefined) return { keys: facts };
  if (subkeys.length !== 1) throw new Error('free keys beside named ones');
  return { anyKey: key(free) };
}

function gates(raw: unknown): Gates | undefined {
  if (raw === undefined) return undefined;
  const entries = Object.entries(record(raw)).map(
    ([platform, gate]) => [oneOf(SCHEMA_PLATFORMS, platform), platformGate(record(gate))] as const,
  );
  return Object.fromEntries(entries);
}

function platformGate(raw: Yaml): Gate | 'n/a' {
  parts(raw, GATE_PARTS);
  if (raw.introduced === 'n/a') return 'n/a';
  const shared =
    raw.sharedipad === undefined
      ? undefined
      : sharedIPad(parts(raw.sharedipad, ['mode', 'devicechannel', 'userchannel']));
  return {
    ...version('introduced', raw.introduced),
    ...version('deprecated', raw.deprecated),
    ...version('removed', raw.removed),
    ...(isTrue('supervised', raw) ? { supervised: true as const } : {}),
    ...(isTrue('requiresdep', raw) ? { requiresDep: true as const } : {}),
    ...accessRights(raw.accessrights),
    ...flag('deviceChannel', raw.devicechannel),
    ...flag('userChannel', raw.userchannel),
    ...(shared === undefined ? {} : { sharedIPad: shared }),
    ...(raw.userenrollment === undefined
      ? {}
      : { userEnrollment: oneOf(USER_ENROLLMENT_MODES, parts(raw.userenrollment, ['mode']).mode) }),
  };
}

function sharedIPad(raw: Yaml): NonNullable<Gate['sharedIPad']> {
  return {
    ...(raw.mode === undefined ? {} : { mode: oneOf(SHARED_IPAD_MODES, raw.mode) }),
    ...flag('deviceChannel', raw.devicechannel),
    ...flag('userChannel', raw.userchannel),
  };
}

function accessRights(raw: unknown): { readonly accessRights?: number } {
  if (raw === undefined) return {};
  const bits = RIGHTS[text(raw)];
  if (bits === undefined) throw new Error(`access right ${text(raw)}`);
  return bits === 0 ? {} : { accessRights: bits };
}

function version<K extends string>(name: K, raw: unknown): { readonly [k in K]?: string } {
  if (raw === undefined) return {};
  const value = text(raw);
  if (!/^\d+(\.\d+)*$/.test(value)) throw new Error(`version ${value}`);
  return { [name]: value } as { readonly [k in K]: string };
}

/** A condition that is only worth a word when it is there. */
function isTrue(name: string, raw: Yaml): boolean {
  const value = raw[name];
  if (value !== undefined && typeof value !== 'boolean') throw new Error(`${name}: a boolean was expected`);
  return value === true;
}

function numeric(raw: unknown): number {
  if (typeof raw !== 'number') throw new Error('a number was expected');
  return raw;
}

function flag<K extends string>(name: K, raw: unknown): { readonly [k in K]?: boolean } {
  if (raw !== undefined && typeof raw !== 'boolean') throw new Error(`${name}: a boolean was expected`);
  return typeof raw === 'boolean' ? ({ [name]: raw } as { readonly [k in K]: boolean }) : {};
}

function keyType(raw: unknown): KeyType {
  return oneOf(KEY_TYPES, text(raw).replace(/^<|>$/g, ''));
}

function oneOf<T extends string>(words: readonly T[], raw: unknown): T {
  const found = words.find((word) => word === raw);
  if (found === undefined) throw new Error(`not one of ${words.join(', ')}`);
  return found;
}

function record(raw: unknown): Yaml {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) throw new Error('a mapping was expected');
  return raw as Yaml;
}

function list(raw: unknown): readonly unknown[] {
  if (raw === undefined) return [];
  if (!Array.isArray(raw)) throw new Error('a sequence was expected');
  return raw;
}

function records(raw: unknown): readonly Yaml[] {
  return list(raw).map(record);
}

function text(raw: unknown): string {
  if (typeof raw !== 'string') throw new Error('a string was expected');
  return raw;
}

function stringOrNumber(raw: unknown): string | number {
  if (typeof raw === 'number') return raw;
  return text(raw);
}

function scalar(raw: unknown): string | number | boolean {
  return typeof raw === 'boolean' ? raw : stringOrNumber(raw);
}

function source(name: string, type: string, facts: unknown): string {
  return [
    "// Derived from Apple's device management schema by scripts/derive-catalogue.ts; see NOTICE.md. Do not edit.",
    `import type { ${type} } from './model.ts';`,
    '',
    `/** Facts of the schema of the iOS 18.1 and macOS 15.1 generation, in order of name. */`,
    `export const ${name}: readonly ${type}[] = ${JSON.stringify(facts)};`,
    '',
  ].join('\n');
}

function main(folder: string): void {
  const { commands, responses, checkins, statusItems } = deriveCatalogue(folder);
  const target = fileURLToPath(new URL('../src/catalogue/', import.meta.url));
  writeFileSync(join(target, 'commands.ts'), source('COMMAND_FACTS', 'CommandFact', commands));
  writeFileSync(join(target, 'responses.ts'), source('RESPONSE_FACTS', 'ResponseFact', responses));
  writeFileSync(join(target, 'checkins.ts'), source('CHECKIN_FACTS', 'CheckinFact', checkins));
  writeFileSync(join(target, 'status-items.ts'), source('STATUS_ITEM_FACTS', 'StatusItemFact', statusItems));
}

const [, script, folder] = process.argv;
if (script !== undefined && basename(script) === 'derive-catalogue.ts') {
  if (folder === undefined) throw new Error('usage: derive-catalogue.ts <schema folder>');
  main(folder);
}
