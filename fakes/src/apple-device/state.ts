import type { CommandTarget, JsonObject, PlistDict } from '@tsukasa/apple-mdm';
import type { App } from './apps.ts';
import type { Blueprint } from './blueprint.ts';
import type { Random } from './random.ts';

/** Where a device is in its life. A wiped one is as new but has been here before. */
export type Phase = 'new' | 'enrolled' | 'unenrolled' | 'wiped';

/** A profile as installed. `content` is what was in the file. */
export type InstalledProfile = {
  readonly identifier: string;
  readonly uuid: string;
  readonly managed: boolean;
  readonly content: PlistDict;
  readonly payloads: readonly PlistDict[];
  readonly signer?: Buffer;
};

/** A declaration that the device fetched. */
export type HeldDeclaration = { readonly token: string; readonly body: JsonObject };

/** What changes on a device. The one mutable record of a simulated device; commands and time change it. */
export type DeviceState = {
  phase: Phase;
  name: string;
  hostName: string;
  passcode: boolean;
  /** The screen is locked (iPhone, iPad), or the Mac sleeps in Power Nap: many commands wait. */
  locked: boolean;
  /** A Mac locked by `DeviceLock`: it starts into the PIN prompt and is out of reach. */
  macPin: string | undefined;
  /** `restarting` and `off` by command, `pin` as long as a Mac waits for its PIN. */
  reach: 'here' | 'restarting' | 'off' | 'pin';
  lostMode: { readonly message?: string; readonly phoneNumber?: string; readonly footnote?: string } | undefined;
  lockMessage: string | undefined;
  soundsPlayed: number;
  restarts: number;
  unlockToken: Buffer | undefined;
  bootstrapToken: Buffer | undefined;
  profiles: readonly InstalledProfile[];
  apps: readonly App[];
  certificates: readonly InstalledCertificate[];
  settings: Map<string, PlistDict>;
  bluetooth: boolean;
  dataRoaming: boolean;
  timeZone: string;
  declarationsToken: string | undefined;
  declarations: Map<string, HeldDeclaration>;
  /** Status values as last reported, by dotted name, in JSON. */
  reported: Map<string, string>;
};

export type InstalledCertificate = { readonly commonName: string; readonly der: Buffer; readonly identity: boolean };

/** A device out of its box. */
export function freshState(blueprint: Blueprint, phase: Phase): DeviceState {
  return {
    phase,
    name: blueprint.name,
    hostName: `${blueprint.serialNumber}.local`,
    passcode: blueprint.passcode,
    locked: false,
    macPin: undefined,
    reach: 'here',
    lostMode: undefined,
    lockMessage: undefined,
    soundsPlayed: 0,
    restarts: 0,
    unlockToken: undefined,
    bootstrapToken: undefined,
    profiles: [],
    apps: blueprint.apps,
    certificates: [],
    settings: new Map(),
    bluetooth: true,
    dataRoaming: false,
    timeZone: 'Asia/Tokyo',
    declarationsToken: undefined,
    declarations: new Map(),
    reported: new Map(),
  };
}

/** What a command handler works with. */
export type CommandContext = {
  readonly blueprint: Blueprint;
  readonly state: DeviceState;
  /** How this device looks to the command catalogue: platform, version, supervision, rights. */
  readonly target: CommandTarget;
  readonly enrollmentIdentifier: string;
  readonly random: Random;
  readonly now: Temporal.Instant;
  /** Installs an MDM profile over the present one: new key, new identity, `Authenticate`, `TokenUpdate`. */
  readonly renew: (bytes: Buffer) => Promise<Answer>;
};

/** What happens to the device after its answer was taken. */
export type Aftermath =
  | { readonly kind: 'wipe'; readonly returnTo?: Buffer }
  | { readonly kind: 'unenroll' | 'restart' | 'shut_down' | 'mac_lock' | 'sync_declarations' };

/** A device's answer to one command, before it is put on the wire. */
export type Answer =
  | { readonly status: 'Acknowledged'; readonly body?: PlistDict; readonly aftermath?: Aftermath }
  | {
      readonly status: 'Error' | 'CommandFormatError';
      readonly errors: readonly DeviceError[];
      readonly aftermath?: Aftermath;
    }
  | { readonly status: 'NotNow' };

/** One link of an `ErrorChain`. */
export type DeviceError = { readonly domain: string; readonly code: number; readonly description: string };

/** MCMDMErrorDomain, as Apple's protocol reference lists them and devices send them. */
export const MDM_ERROR = {
  cannotCheckIn: 12002,
  notAuthorized: 12007,
  malformedRequest: 12008,
  replacementMismatch: 12012,
  notManaged: 12013,
  invalidRequestType: 12021,
  /** Seen in the field; the fact sheet has no number for a lost-mode command outside Lost Mode. */
  notInLostMode: 12067,
  invalidInLostMode: 12078,
} as const;

export function failed(
  code: number,
  description: string,
  domain = 'MCMDMErrorDomain',
): Extract<Answer, { status: 'Error' | 'CommandFormatError' }> {
  return { status: 'Error', errors: [{ domain, code, description }] };
}

export const done: Answer = { status: 'Acknowledged' };

export function acknowledged(body: PlistDict): Answer {
  return { status: 'Acknowledged', body };
}

/** Whether a device is an iPhone or iPad. */
export function isPhoneOrPad({ blueprint }: Pick<CommandContext, 'blueprint'>): boolean {
  return blueprint.kind === 'iPhone' || blueprint.kind === 'iPad';
}
