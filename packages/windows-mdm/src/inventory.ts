import {
  decodeSegment,
  readBitLocker,
  readDefender,
  readDevDetail,
  readDeviceStatus,
  readNetwork,
} from './device-status.ts';
import type { ResultItem, SimpleCommand } from './model.ts';
import { isAvailable, type WindowsTarget } from './node-rules.ts';
import { findNode, NODES, pathOf } from './nodes.ts';
import { childNames, type Detail, numberAt, textAt, type Values, valuesOf } from './values.ts';

/**
 * What a device is asked about itself. Of the last four the names are listed first and then asked for one by one, except
 * where Windows gives a whole subtree at once (`msix`).
 */
export const SECTIONS = [
  'device',
  'status',
  'bitlocker',
  'defender',
  'channel',
  'network',
  'msi',
  'msix',
  'certificates',
] as const;
export type Section = (typeof SECTIONS)[number];
/** Sections whose items replace what was known before, as a whole. */
export const LIST_SECTIONS = ['msi', 'msix', 'certificates'] as const satisfies readonly Section[];
export type ListSection = (typeof LIST_SECTIONS)[number];

/** Nothing of these is asked of a person's own device: the programs and connections on it are not the company's. */
export const COMPANY_ONLY: readonly Section[] = ['network', 'msi', 'msix', 'certificates'];

/** `list` answers names, `read` values. */
export type Question = {
  readonly section: Section;
  readonly step: 'list' | 'read';
  readonly command: SimpleCommand;
};

export type Asked = {
  readonly target: WindowsTarget;
  readonly providerId: string;
  readonly personallyOwned: boolean;
};

const STATUS = './Vendor/MSFT/DeviceStatus';
const NETWORK = `${STATUS}/NetworkIdentifiers`;
const MSI = './Device/Vendor/MSFT/EnterpriseDesktopAppManagement/MSI';
const MSIX = './Device/Vendor/MSFT/EnterpriseModernAppManagement/AppManagement';
const STORE = './Vendor/MSFT/CertificateStore';
const STORES = ['MY/System', 'MY/User', 'ROOT/System', 'CA/System'] as const;
/** Windows' own packages (`System`) are left out: they are part of every installation. */
const MSIX_KINDS = ['AppStore', 'nonStore'] as const;

/** Items of one Get, and of everything that follows one list. Our choices. */
export const INVENTORY_LIMITS = {
  itemsPerGet: 50,
  adapters: 16,
  programs: 500,
  certificates: 300,
  packages: 2000,
} as const;

const PLAIN: Readonly<Record<'device' | 'status' | 'bitlocker' | 'defender', (uri: string) => boolean>> = {
  device: (uri) => uri.startsWith('./DevInfo/') || uri.startsWith('./DevDetail/'),
  status: (uri) => uri.startsWith(`${STATUS}/`) && !uri.startsWith(NETWORK),
  bitlocker: (uri) => uri.includes('/BitLocker/Status/'),
  defender: (uri) => uri.includes('/Defender/Health/'),
};

/** The first questions, in order: what tells most first. Only nodes that the device has, as far as it is known. */
export function firstQuestions({ target, providerId, personallyOwned }: Asked): readonly Question[] {
  const plain = (Object.keys(PLAIN) as (keyof typeof PLAIN)[]).flatMap((section) => {
    const nodes = NODES.filter(({ uri, verbs }) => verbs.includes('Get') && PLAIN[section](uri));
    return gets(
      section,
      'read',
      nodes.map(({ uri }) => uri),
      target,
    );
  });
  const channel = gets('channel', 'read', channelNodes(providerId), target);
  if (personallyOwned) return [...plain, ...channel];
  return [
    ...plain,
    ...channel,
    ...gets('network', 'list', [NETWORK], target),
    ...gets('msi', 'list', [MSI], target),
    ...gets(
      'msix',
      'read',
      MSIX_KINDS.map((kind) => `${MSIX}/${kind}?list=StructData`),
      target,
    ),
    ...gets(
      'certificates',
      'list',
      STORES.map((store) => `${STORE}/${store}`),
      target,
    ),
  ];
}

/** What the channel itself says: push, protocol, renewal. */
export function channelNodes(providerId: string): readonly string[] {
  const provider = `./Device/Vendor/MSFT/DMClient/Provider/${encodeURIComponent(providerId)}`;
  const renew = './Device/Vendor/MSFT/CertificateStore/MY/WSTEP/Renew';
  return [
    `${provider}/Push/ChannelURI`,
    `${provider}/Push/Status`,
    `${provider}/MaxSyncApplicationVersion`,
    `${provider}/EnrollmentType`,
    `${renew}/Status`,
    `${renew}/ErrorCode`,
  ];
}

function gets(
  section: Section,
  step: Question['step'],
  uris: readonly string[],
  target: WindowsTarget,
): readonly Question[] {
  const there = uris.filter((uri) => {
    const node = findNode(uri);
    return node === undefined || isAvailable(node, target);
  });
  return chunked(there, INVENTORY_LIMITS.itemsPerGet).map((some) => ({
    section,
    step,
    command: { verb: 'Get', items: some.map((uri) => ({ target: uri })) },
  }));
}

function chunked<T>(all: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
    all.slice(index * size, (index + 1) * size),
  );
}

/** What follows a list: its names' values. Empty when there is nothing to ask: then the section is complete. */
export function followingQuestions(section: Section, results: readonly ResultItem[]): readonly Question[] {
  const children = results.flatMap(({ source, data }) => childNames(data).map((name) => ({ parent: source, name })));
  switch (section) {
    case 'network': {
      const names = children.slice(0, INVENTORY_LIMITS.adapters).map(({ name }) => name);
      return gets(section, 'read', leaves(names, NETWORK, ['Type', 'IsConnected', 'IPAddressV4', 'IPAddressV6']), {});
    }
    case 'msi': {
      const names = children.slice(0, INVENTORY_LIMITS.programs).map(({ name }) => name);
      const products = names.filter((name) => PRODUCT.test(decodeSegment(name)));
      return gets(section, 'read', leaves(products, MSI, ['Name', 'Version', 'Publisher', 'InstallDate']), {});
    }
    case 'certificates': {
      const some = children.slice(0, INVENTORY_LIMITS.certificates).filter(({ name }) => THUMBPRINT.test(name));
      return gets(
        section,
        'read',
        some.map(({ parent, name }) => `${storeOf(parent)}/${name}/EncodedCertificate`),
        {},
      );
    }
    default:
      return [];
  }
}

const PRODUCT = /^\{[0-9A-Fa-f-]{36}\}$/;
const THUMBPRINT = /^[0-9A-Fa-f]{40}$/;

/** Only stores that we asked for: the device names them in its answer. */
function storeOf(source: string): string {
  const path = pathOf(source);
  return STORES.map((store) => `${STORE}/${store}`).find((uri) => uri === path) ?? `${STORE}/${STORES[0]}`;
}

function leaves(names: readonly string[], parent: string, nodes: readonly string[]): readonly string[] {
  return names.flatMap((name) => nodes.map((node) => `${parent}/${segment(name)}/${node}`));
}

/** A child's name as a segment: devices answer it encoded, but not all of them do. */
function segment(name: string): string {
  return encodeURIComponent(decodeSegment(name)).replaceAll('%3A', ':');
}

/** An installed program or package. */
export type InstalledApp = {
  /** Product code of an MSI, package family name of an MSIX. */
  readonly identifier: string;
  readonly kind: 'msi' | 'msix';
  readonly name: string | undefined;
  readonly version: string | undefined;
  readonly publisher: string | undefined;
  readonly installedOn: string | undefined;
};

/** Of `read` answers of `msi`. A product without a name is a component that people do not see. */
export function readMsi(values: Values): readonly InstalledApp[] {
  const products = grouped(values, pathOf(MSI), 1);
  return [...products].flatMap(([key, leaf]) => {
    const name = leaf.get('Name')?.trim() ?? '';
    if (name === '') return [];
    return [{ identifier: decodeSegment(key), kind: 'msi' as const, name, ...common(leaf) }];
  });
}

/** Of `read` answers of `msix`: one entry for each family; frameworks and resources are left out. */
export function readMsix(values: Values): readonly InstalledApp[] {
  const found = new Map<string, InstalledApp>();
  for (const kind of MSIX_KINDS) {
    for (const [key, leaf] of grouped(values, `${pathOf(MSIX)}/${kind}`, 2)) {
      const [family = ''] = key.split('/');
      const identifier = decodeSegment(family);
      if (identifier === '' || isTrue(leaf.get('IsFramework')) || found.size >= INVENTORY_LIMITS.packages) continue;
      found.set(identifier, { identifier, kind: 'msix', name: nonEmpty(leaf.get('Name')), ...common(leaf) });
    }
  }
  return [...found.values()];
}

function isTrue(text: string | undefined): boolean {
  return text?.trim() === '1' || text?.trim().toLowerCase() === 'true';
}

function common(leaf: ReadonlyMap<string, string>) {
  return {
    version: nonEmpty(leaf.get('Version')),
    publisher: nonEmpty(leaf.get('Publisher')),
    installedOn: nonEmpty(leaf.get('InstallDate')),
  };
}

function nonEmpty(text: string | undefined): string | undefined {
  const value = text?.trim();
  return value === '' ? undefined : value;
}

/** The leaves below `parent`, by the `levels` segments between. */
function grouped(values: Values, parent: string, levels: number): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const groups = new Map<string, Map<string, string>>();
  for (const [uri, value] of values) {
    if (!uri.startsWith(`${parent}/`)) continue;
    const rest = uri.slice(parent.length + 1).split('/');
    if (rest.length !== levels + 1) continue;
    const key = rest.slice(0, levels).join('/');
    const group = groups.get(key) ?? new Map<string, string>();
    group.set(rest[levels] ?? '', value);
    groups.set(key, group);
  }
  return groups;
}

/** A certificate as it lies in a store of the device; `der` unread. */
export type StoredCertificate = { readonly store: (typeof STORES)[number]; readonly der: Buffer };

/** Of `read` answers of `certificates`; what is no base64 is left out. */
export function readStoredCertificates(values: Values): readonly StoredCertificate[] {
  return [...values].flatMap(([uri, value]) => {
    const store = STORES.find((each) => uri.startsWith(`${STORE}/${each}/`) && uri.endsWith('/EncodedCertificate'));
    const text = value.replace(/\s/g, '');
    if (store === undefined || !/^[A-Za-z0-9+/]{40,20000}={0,2}$/.test(text)) return [];
    return [{ store, der: Buffer.from(text, 'base64') }];
  });
}

/** What the channel said of itself. `channelUri` is a secret in a small way: who has it can ask WNS to wake the device. */
export type ChannelFacts = {
  readonly channelUri: string | null | undefined;
  readonly pushStatus: number | undefined;
  readonly details: readonly Detail[];
};

/** `Push/Status` (fact sheet 4.9). */
export const PUSH_STATES = {
  0: 'ok',
  1: 'pfn_invalid',
  2: 'sign_in_failed',
  3: 'registration_failed',
  4: 'no_channel_yet',
  5: 'expired',
  6: 'revoke_failed',
  7: 'no_session',
  8: 'unknown',
} as const satisfies Readonly<Record<number, string>>;
/** `WSTEP/Renew/Status` (fact sheet 3.6). */
export const RENEWAL_STATES = {
  0: 'not_started',
  1: 'in_progress',
  2: 'done',
  3: 'failed',
} as const satisfies Readonly<Record<number, string>>;

/** Of `read` answers of `channel`. */
export function readChannel(values: Values, providerId: string): ChannelFacts {
  const [uri = '', push = '', protocol = '', enrollment = '', renewal = '', error = ''] = channelNodes(providerId);
  const pushStatus = numberAt(values, push);
  const details: Detail[] = [];
  const note = (code: string, value: string | number | null | undefined, meaning?: string): void => {
    if (value === null || value === undefined) return;
    details.push({ group: 'channel', code, value, ...(meaning === undefined ? {} : { meaning: { code: meaning } }) });
  };
  note('push_status', pushStatus, meaning('windows.push_status', PUSH_STATES, pushStatus));
  const state = numberAt(values, renewal);
  note('renewal_status', state, meaning('windows.renewal_status', RENEWAL_STATES, state));
  const failure = numberAt(values, error);
  if (failure !== undefined && failure !== 0) note('renewal_error', hresult(failure));
  note('enrollment_type', textAt(values, enrollment));
  note('protocol_version', textAt(values, protocol));
  return { channelUri: textAt(values, uri), pushStatus, details };
}

function meaning(prefix: string, names: Readonly<Record<number, string>>, value: number | undefined) {
  const name = value === undefined ? undefined : names[value];
  return name === undefined ? undefined : `${prefix}.${name}`;
}

/** `0x8018001A` of the signed number that an int node holds. */
export function hresult(value: number): string {
  return `0x${(value >>> 0).toString(16).toUpperCase().padStart(8, '0')}`;
}

/** How a section that is no list is read. */
export function readSection(
  section: 'device' | 'status' | 'bitlocker' | 'defender' | 'network',
  results: readonly ResultItem[],
) {
  const values = valuesOf(results);
  switch (section) {
    case 'device':
      return readDevDetail(values);
    case 'status':
      return readDeviceStatus(values);
    case 'bitlocker':
      return readBitLocker(values);
    case 'defender':
      return readDefender(values);
    case 'network':
      return readNetwork(values);
  }
}
