import {
  type CommandTarget,
  canonicalJson,
  compareVersions,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  STATUS_ITEMS,
  statusItemsFor,
} from '@tsukasa/apple-mdm';
import type { Blueprint } from './blueprint.ts';
import type { DeviceState, HeldDeclaration } from './state.ts';

/** Sends one `DeclarativeManagement` check-in; answers the body, `undefined` for a 404. Throws when it failed. */
export type AskServer = (endpoint: string, data?: Buffer) => Promise<Buffer | undefined>;

type Party = { readonly blueprint: Blueprint; readonly state: DeviceState; readonly target: CommandTarget };

const MANIFEST = {
  activation: 'Activations',
  configuration: 'Configurations',
  asset: 'Assets',
  management: 'Management',
} as const;

/**
 * One synchronisation (fact sheet 6): tokens, the manifest when the token is new, the declarations that are new, and a
 * status report of what changed. `data` is the tokens document a command may have brought.
 */
export async function synchronise(party: Party, ask: AskServer, data: Buffer | undefined): Promise<void> {
  const { state } = party;
  const token = tokenOf(data ?? (await ask('tokens')));
  if (token !== state.declarationsToken || token === undefined) {
    const manifest = parse(await ask('declaration-items'));
    await fetchDeclarations(state, manifest, ask);
    state.declarationsToken = text(manifest.DeclarationsToken);
  }
  const report = statusReport(party);
  if (report !== undefined) await ask('status', Buffer.from(JSON.stringify(report)));
}

function parse(body: Buffer | undefined): JsonObject {
  const value: JsonValue = body === undefined ? {} : JSON.parse(body.toString('utf8'));
  if (!isJsonObject(value)) throw new Error('declarative management: the document is no object');
  return value;
}

function text(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function tokenOf(body: Buffer | undefined): string | undefined {
  const tokens = parse(body).SyncTokens;
  return isJsonObject(tokens) ? text(tokens.DeclarationsToken) : undefined;
}

function objects(value: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter((item: JsonValue) => isJsonObject(item)) : [];
}

async function fetchDeclarations(state: DeviceState, manifest: JsonObject, ask: AskServer): Promise<void> {
  const listed = isJsonObject(manifest.Declarations) ? manifest.Declarations : {};
  const held = new Map<string, HeldDeclaration>();
  for (const [kind, list] of Object.entries(MANIFEST)) {
    for (const item of objects(listed[list])) {
      const identifier = text(item.Identifier);
      const token = text(item.ServerToken);
      if (identifier === undefined || token === undefined) throw new Error('declarative management: a nameless item');
      const key = `${kind}/${identifier}`;
      const known = state.declarations.get(key);
      if (known?.token === token) held.set(key, known);
      else {
        const body = await ask(`declaration/${key}`);
        if (body !== undefined) held.set(key, { token, body: checked(parse(body), identifier, token) });
      }
    }
  }
  state.declarations = held;
}

function checked(body: JsonObject, identifier: string, token: string): JsonObject {
  const right = body.Identifier === identifier && body.ServerToken === token && isJsonObject(body.Payload);
  if (!right || typeof body.Type !== 'string') throw new Error('declarative management: not the declaration listed');
  return body;
}

/** Values that are subscribed to and changed since the last report; the first report is a full one. */
function statusReport(party: Party): JsonObject | undefined {
  const { state, target } = party;
  const first = state.reported.size === 0;
  const values = statusValues(party);
  const wanted = new Set([...subscribed(party), 'management.declarations', 'management.client-capabilities']);
  const known = new Set(
    statusItemsFor(
      target,
      STATUS_ITEMS.map(({ name }) => name),
    ),
  );
  const items: Record<string, JsonValue> = {};
  const errors: JsonObject[] = [];
  for (const name of wanted) {
    const value = known.has(name) ? values[name] : undefined;
    if (value === undefined) {
      if (first) errors.push({ StatusItem: name, Reasons: [{ Code: 'Error.UnsupportedStatusValue' }] });
    } else if (state.reported.get(name) !== canonicalJson(value)) {
      state.reported.set(name, canonicalJson(value));
      place(items, name.split('.'), value);
    }
  }
  if (Object.keys(items).length === 0) return undefined;
  const full = first && compareVersions(party.blueprint.osVersion, target.platform === 'macOS' ? '14' : '17') >= 0;
  return { StatusItems: items, Errors: errors, ...(full ? { FullReport: true } : {}) };
}

function subscribed({ state }: Party): readonly string[] {
  return [...state.declarations.values()]
    .filter(({ body }) => body.Type === 'com.apple.configuration.management.status-subscriptions')
    .filter(({ body }) => isActivated(state, body.Identifier))
    .flatMap(({ body }) => (isJsonObject(body.Payload) ? objects(body.Payload.StatusItems) : []))
    .flatMap(({ Name }) => (typeof Name === 'string' ? [Name] : []));
}

function isActivated(state: DeviceState, identifier: JsonValue | undefined): boolean {
  return [...state.declarations.values()].some(({ body }) => {
    const list = isJsonObject(body.Payload) ? body.Payload.StandardConfigurations : undefined;
    return body.Type === 'com.apple.activation.simple' && Array.isArray(list) && list.includes(identifier);
  });
}

function place(items: Record<string, JsonValue>, path: readonly string[], value: JsonValue): void {
  const [name = '', ...rest] = path;
  if (rest.length === 0) {
    items[name] = value;
    return;
  }
  const inner = items[name];
  const next: Record<string, JsonValue> = isJsonObject(inner) ? { ...inner } : {};
  place(next, rest, value);
  items[name] = next;
}

function statusValues({ blueprint, state, target }: Party): Readonly<Record<string, JsonValue>> {
  const { hardware } = blueprint;
  const family = target.platform === 'macOS' ? 'Mac' : hardware.modelName;
  return {
    'device.identifier.serial-number': blueprint.serialNumber,
    'device.identifier.udid': blueprint.udid,
    'device.model.family': family,
    'device.model.identifier': hardware.productName,
    'device.model.marketing-name': hardware.marketingName,
    'device.model.number': `${hardware.model}/A`,
    'device.operating-system.build-version': blueprint.buildVersion,
    'device.operating-system.family': target.platform,
    'device.operating-system.marketing-name': `${target.platform} ${blueprint.osVersion}`,
    'device.operating-system.version': blueprint.osVersion,
    'device.operating-system.supplemental.build-version': blueprint.buildVersion,
    'device.power.battery-health': 'normal',
    'diskmanagement.filevault.enabled': blueprint.encrypted,
    'passcode.is-present': state.passcode,
    'passcode.is-compliant': state.passcode,
    'softwareupdate.device-id': hardware.productName,
    'softwareupdate.install-state': 'none',
    'mdm.app': [],
    'management.declarations': declarationStatus(state),
    'management.client-capabilities': {
      'supported-versions': ['1.0.0'],
      'supported-features': {},
      'supported-payloads': {
        declarations: {
          activations: ['com.apple.activation.simple'],
          assets: [],
          configurations: ['com.apple.configuration.management.status-subscriptions'],
          management: [],
        },
        'status-items': STATUS_ITEMS.map(({ name }) => name),
      },
    },
  };
}

const LISTS = { activation: 'activations', configuration: 'configurations', asset: 'assets', management: 'management' };

function declarationStatus(state: DeviceState): JsonObject {
  const lists = Object.entries(LISTS).map(([kind, list]) => {
    const lines = [...state.declarations]
      .filter(([key]) => key.startsWith(`${kind}/`))
      .map(([key, { token, body }]) => ({
        identifier: key.slice(kind.length + 1),
        'server-token': token,
        active: kind !== 'configuration' || isActivated(state, body.Identifier),
        valid: 'valid',
      }));
    return [list, lines];
  });
  return Object.fromEntries(lists);
}
