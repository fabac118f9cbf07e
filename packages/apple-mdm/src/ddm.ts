import { STATUS_ITEMS } from './catalogue/index.ts';
import type { EnrollmentClass } from './catalogue/model.ts';
import { type CommandTarget, compareVersions, schemaPlatform } from './catalogue/target.ts';
import { canonicalJson, digest, type JsonObject, type JsonValue } from './json.ts';

/** Kinds of declarations, as written in endpoints. */
export const DECLARATION_KINDS = ['activation', 'configuration', 'asset', 'management'] as const;
export type DeclarationKind = (typeof DECLARATION_KINDS)[number];

/** Why a declaration, an endpoint or a status report was refused. */
export const DDM_ERROR_CODES = [
  'bad_identifier',
  'bad_type',
  'too_large',
  'too_deep',
  'syntax',
  'not_an_object',
] as const;
export type DdmErrorCode = (typeof DDM_ERROR_CODES)[number];

/** The only error of this file and of status reports; the message quotes nothing. */
export class DdmError extends Error {
  readonly code: DdmErrorCode;

  constructor(code: DdmErrorCode) {
    super(`declarative management: ${code}`);
    this.name = 'DdmError';
    this.code = code;
  }
}

/** A declaration as served (fact sheet 6.2). */
export type Declaration = {
  readonly Type: string;
  readonly Identifier: string;
  readonly ServerToken: string;
  readonly Payload: JsonObject;
};

/** Longest identifier or token, in octets (fact sheet 6.2). */
export const MAX_DECLARATION_NAME = 64;

/**
 * Makes a declaration whose `ServerToken` is a hash of its canonical form, so it changes exactly with the meaning.
 * `revision` joins the hash for what lies outside the payload: the bytes behind a profile or asset URL. Throws
 * `DdmError` `bad_identifier`, `bad_type`.
 */
export function declaration(parts: {
  readonly type: string;
  readonly identifier: string;
  readonly payload: JsonObject;
  readonly revision?: string;
}): Declaration {
  const { type, identifier, payload, revision } = parts;
  kindOf(type);
  const octets = Buffer.byteLength(identifier, 'utf8');
  if (octets === 0 || octets > MAX_DECLARATION_NAME) throw new DdmError('bad_identifier');
  const meaning = canonicalJson({ type, identifier, payload, revision: revision ?? null });
  return { Type: type, Identifier: identifier, ServerToken: digest(meaning), Payload: payload };
}

/** The kind of a declaration type; throws `DdmError` `bad_type`. */
export function kindOf(type: string): DeclarationKind {
  const kind = DECLARATION_KINDS.find((candidate) => type.startsWith(`com.apple.${candidate}.`));
  if (kind === undefined) throw new DdmError('bad_type');
  return kind;
}

/** One token for a whole set: changes when any declaration is added, removed or edited, in whatever order they come. */
export function declarationsToken(declarations: readonly Declaration[]): string {
  const pairs = declarations.map(({ Type, Identifier, ServerToken }) => [Type, Identifier, ServerToken]);
  return digest(canonicalJson(pairs.map((pair) => canonicalJson(pair)).sort()));
}

/** The `tokens` document; the time is written in whole seconds, UTC. */
export function tokensDocument(declarations: readonly Declaration[], at: Temporal.Instant): Buffer {
  const Timestamp = at.round({ smallestUnit: 'second', roundingMode: 'floor' }).toString();
  return json({ SyncTokens: { DeclarationsToken: declarationsToken(declarations), Timestamp } });
}

/** The `declaration-items` document; all four arrays are present, each in order of identifier. */
export function declarationItemsDocument(declarations: readonly Declaration[]): Buffer {
  const Declarations = {
    Activations: itemsOf(declarations, 'activation'),
    Assets: itemsOf(declarations, 'asset'),
    Configurations: itemsOf(declarations, 'configuration'),
    Management: itemsOf(declarations, 'management'),
  };
  return json({ Declarations, DeclarationsToken: declarationsToken(declarations) });
}

function itemsOf(declarations: readonly Declaration[], kind: DeclarationKind): readonly JsonObject[] {
  return declarations
    .filter(({ Type }) => kindOf(Type) === kind)
    .map(({ Identifier, ServerToken }) => ({ Identifier, ServerToken }))
    .sort((a, b) => (a.Identifier < b.Identifier ? -1 : 1));
}

/** One declaration as the body of its endpoint. */
export function declarationDocument(one: Declaration): Buffer {
  return json(one);
}

function json(value: JsonValue): Buffer {
  return Buffer.from(canonicalJson(value), 'utf8');
}

/** Content type of every document here. */
export const DDM_CONTENT_TYPE = 'application/json';

/** What a `DeclarativeManagement` check-in asks for. */
export type DdmEndpoint =
  | { readonly name: 'tokens' | 'declaration-items' | 'status' }
  | { readonly name: 'declaration'; readonly kind: DeclarationKind; readonly identifier: string }
  | { readonly name: 'unknown' };

/** Reads the `Endpoint` of a check-in. Only the first two slashes divide: an identifier may hold more. Never throws. */
export function parseEndpoint(endpoint: string): DdmEndpoint {
  if (endpoint === 'tokens' || endpoint === 'declaration-items' || endpoint === 'status') return { name: endpoint };
  const match = /^declaration\/([a-z]+)\/([\s\S]{1,512})$/.exec(endpoint);
  const kind = DECLARATION_KINDS.find((candidate) => candidate === match?.[1]);
  const identifier = match?.[2];
  if (kind === undefined || identifier === undefined) return { name: 'unknown' };
  return { name: 'declaration', kind, identifier };
}

/** Status items worth following on every device; those for tests, for persons' accounts and large lists are left out. */
export const WANTED_STATUS_ITEMS = [
  'device.identifier.serial-number',
  'device.identifier.udid',
  'device.model.family',
  'device.model.identifier',
  'device.model.marketing-name',
  'device.model.number',
  'device.operating-system.build-version',
  'device.operating-system.family',
  'device.operating-system.marketing-name',
  'device.operating-system.supplemental.build-version',
  'device.operating-system.supplemental.extra-version',
  'device.operating-system.version',
  'device.power.battery-health',
  'diskmanagement.filevault.enabled',
  'management.client-capabilities',
  'management.declarations',
  'mdm.app',
  'passcode.is-compliant',
  'passcode.is-present',
  'softwareupdate.beta-enrollment',
  'softwareupdate.device-id',
  'softwareupdate.failure-reason',
  'softwareupdate.install-reason',
  'softwareupdate.install-state',
  'softwareupdate.pending-version',
] as const;

/** The wanted status items a target can report. Without an OS version only the platform and enrolment are looked at. */
export function statusItemsFor(
  target: CommandTarget,
  wanted: readonly string[] = WANTED_STATUS_ITEMS,
): readonly string[] {
  const scope = target.channel === 'user' ? 'user' : 'system';
  return wanted.filter((name) => {
    const gate = STATUS_ITEMS.find((item) => item.name === name)?.os[schemaPlatform(target.platform)];
    if (gate === undefined) return false;
    if (target.osVersion !== undefined && compareVersions(target.osVersion, gate.introduced) < 0) return false;
    if (!gate.enrollments.includes(enrollmentClass(target))) return false;
    // The scopes of iOS say `system` only: the user channel there is Shared iPad's, which reports the same items.
    return target.platform !== 'macOS' || gate.scopes.includes(scope);
  });
}

/** On a Mac any approved enrolment counts as supervised; the schema knows no class `device` there (fact sheet 0). */
function enrollmentClass(target: CommandTarget): EnrollmentClass {
  if (target.enrollment === 'user') return 'user';
  return target.supervised || target.platform === 'macOS' ? 'supervised' : 'device';
}

/** Whether a target speaks declarative management at all; an unknown OS version counts as recent. */
export function supportsDeclarations(target: CommandTarget): boolean {
  return statusItemsFor(target, ['management.declarations']).length > 0;
}

/** The configuration that subscribes to status items. */
export function statusSubscription(identifier: string, items: readonly string[]): Declaration {
  const StatusItems = items.map((Name) => ({ Name }));
  return declaration({
    type: 'com.apple.configuration.management.status-subscriptions',
    identifier,
    payload: { StatusItems },
  });
}

/** The activation that makes configurations take effect, optionally under a predicate. */
export function simpleActivation(
  identifier: string,
  configurations: readonly string[],
  predicate?: string,
): Declaration {
  const payload = {
    StandardConfigurations: configurations,
    ...(predicate === undefined ? {} : { Predicate: predicate }),
  };
  return declaration({ type: 'com.apple.activation.simple', identifier, payload });
}

/** The set every enrolment starts with: follow what the target can report, and the activation for it. */
export function baselineDeclarations(target: CommandTarget, prefix: string): readonly Declaration[] {
  const subscription = statusSubscription(`${prefix}.status`, statusItemsFor(target));
  return [subscription, simpleActivation(`${prefix}.activation`, [subscription.Identifier])];
}
