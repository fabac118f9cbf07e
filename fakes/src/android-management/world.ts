import { randomBytes } from 'node:crypto';
import { type PlayApplication, seededCatalogue } from './catalogue.ts';
import type { StandInClock } from './clock.ts';
import type { Discovery } from './discovery.ts';
import { notAuthorized, notFound } from './errors.ts';
import { present } from './present.ts';
import type { PubSub } from './pubsub.ts';
import type { Message } from './validate.ts';

/** A Google Cloud project with its service account. */
export type Project = {
  readonly projectId: string;
  readonly clientEmail: string;
  readonly keyId: string;
  /** PEM. */
  readonly publicKey: string;
  /** How many devices it may have; Google gives a new project none. */
  deviceQuota: number;
  requestsPerMinute: number;
  /** Epoch milliseconds of the requests within the last minute. */
  recent: number[];
};

export type Signup = {
  readonly name: string;
  readonly projectId: string;
  readonly callbackUrl: string;
  readonly adminEmail: string | undefined;
  readonly allowedDomains: readonly string[];
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  enterpriseToken: string | undefined;
  enterpriseType: EnterpriseType;
  domain: string | undefined;
  used: boolean;
};

export type EnterpriseType = 'MANAGED_GOOGLE_DOMAIN' | 'MANAGED_GOOGLE_PLAY_ACCOUNTS_ENTERPRISE';

export type TokenRecord = {
  readonly name: string;
  readonly value: string;
  readonly qrCode: string;
  readonly request: Message;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  uses: number;
};

export type OperationRecord = {
  readonly name: string;
  readonly command: Message;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly expiresAt: number;
  delivered: boolean;
  done: boolean;
  result: Message;
  error: { readonly code: number; readonly message: string } | undefined;
};

/** What Google knows of a device. */
export type DeviceRecord = {
  readonly name: string;
  readonly serialNumber: string;
  /** Fields of the service: name, mode, enrollment. */
  readonly identity: Message;
  /** The last report. */
  reported: Message;
  policyName: string;
  state: 'ACTIVE' | 'DISABLED';
  disabledReason: Message | undefined;
  lastStatusReportTime: string | undefined;
  lastPolicySyncTime: string | undefined;
  readonly operations: Map<string, OperationRecord>;
  readonly wake: () => void;
};

/** A policy with every version that was ever accepted, the newest last. */
export type PolicyRecord = { readonly name: string; readonly versions: Message[] };

export type Enterprise = {
  readonly id: string;
  readonly name: string;
  readonly projectId: string;
  type: EnterpriseType;
  resource: Message;
  deleted: boolean;
  readonly policies: Map<string, PolicyRecord>;
  readonly tokens: Map<string, TokenRecord>;
  readonly devices: Map<string, DeviceRecord>;
  /** Devices whose record is gone, which may still hear of it. */
  readonly tombstones: Map<string, DeviceRecord>;
  readonly webApps: Map<string, Message>;
  readonly migrationTokens: Map<string, Message>;
};

/** Everything the stand-in knows. */
export class World {
  readonly discovery: Discovery;
  readonly clock: StandInClock;
  readonly pubsub: PubSub;
  readonly projects = new Map<string, Project>();
  readonly signups = new Map<string, Signup>();
  readonly enterprises = new Map<string, Enterprise>();
  readonly provisioning = new Map<string, Message>();
  readonly catalogue: Map<string, PlayApplication> = seededCatalogue();
  /** Sign-ups may come back to this machine without TLS. */
  readonly httpCallbacks: boolean;
  readonly #random: () => number;

  /** `random` gives numbers from 0 to below 1; names are drawn from it. */
  constructor(
    discovery: Discovery,
    clock: StandInClock,
    pubsub: PubSub,
    options: { readonly random?: (() => number) | undefined; readonly httpCallbacks?: boolean | undefined } = {},
  ) {
    const { random, httpCallbacks } = options;
    this.httpCallbacks = httpCallbacks ?? false;
    this.discovery = discovery;
    this.clock = clock;
    this.pubsub = pubsub;
    this.#random = random ?? (() => randomBytes(4).readUInt32LE() / 2 ** 32);
  }

  /** An enterprise that this project may manage. Throws 403, also for one that was deleted or never was. */
  enterprise(id: string, project: Project): Enterprise {
    const found = this.enterprises.get(id);
    if (found === undefined || found.deleted || found.projectId !== project.projectId) throw notAuthorized();
    return found;
  }

  /** Publishes a message to the enterprise's topic, when it asked for that kind. */
  notify({ resource, deleted }: Enterprise, type: string, schema: string, message: Message): void {
    const { pubsubTopic: topic, enabledNotificationTypes: types } = resource;
    if (deleted || typeof topic !== 'string' || !Array.isArray(types) || !types.includes(type)) return;
    this.pubsub.publish(topic, type, present(this.discovery, schema, message));
  }

  /** Letters and digits that nobody has yet. */
  draw(length: number, alphabet: string): string {
    return Array.from({ length }, () => alphabet[Math.floor(this.#random() * alphabet.length)]).join('');
  }

  /** How many devices the project has over all its enterprises. */
  devicesOf(projectId: string): number {
    return [...this.enterprises.values()]
      .filter((enterprise) => enterprise.projectId === projectId && !enterprise.deleted)
      .reduce((sum, { devices }) => sum + devices.size, 0);
  }
}

export const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
export const DIGITS = '0123456789';
export const HEX = '0123456789abcdef';

/** The parts of a resource name: `enterprises/LC1/devices/ab` is `['LC1', 'ab']`. */
export function idsOf(name: string): readonly [string, string, string] {
  const [, first = '', , second = '', , third = ''] = name.split('/');
  return [first, second, third];
}

/** An entry of a map, or 404 with its name. */
export function entry<T>(map: ReadonlyMap<string, T>, id: string, name: string): T {
  const found = map.get(id);
  if (found === undefined) throw notFound(name);
  return found;
}

/** A part of a list; order is that of creation. Page tokens say where to go on, and are opaque to callers. */
export function page<T>(
  items: readonly T[],
  query: Readonly<Record<string, unknown>>,
  sizes: { readonly usual: number; readonly most: number },
): { readonly items: readonly T[]; readonly nextPageToken?: string } {
  const asked = typeof query['pageSize'] === 'number' && query['pageSize'] > 0 ? query['pageSize'] : sizes.usual;
  const size = Math.min(asked, sizes.most);
  const token = typeof query['pageToken'] === 'string' ? query['pageToken'] : '';
  const from = token === '' ? 0 : Number(Buffer.from(token, 'base64url').toString('utf8').replace(/^at /, ''));
  if (!Number.isInteger(from) || from < 0) return { items: [] };
  const end = from + size;
  const next = end < items.length ? { nextPageToken: Buffer.from(`at ${end}`).toString('base64url') } : {};
  return { items: items.slice(from, end), ...next };
}
