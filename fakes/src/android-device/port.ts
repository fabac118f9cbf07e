import type { Message } from '../android-management/validate.ts';

/** The three ways an Android device is managed, as `managementMode` and `ownership` name them, and the dedicated one. */
export const ANDROID_MODES = ['fully_managed', 'dedicated', 'work_profile_company', 'work_profile_personal'] as const;
export type AndroidMode = (typeof ANDROID_MODES)[number];

/** Where enrolling starts: the setup of a factory-new device, or a device in use. */
export type EnrollmentPath = 'company' | 'personal';

/** What a device says of itself when it shows a token. */
export type Registration = {
  readonly token: string;
  readonly path: EnrollmentPath;
  readonly serialNumber: string;
  readonly apiLevel: number;
  /** `hardwareInfo`, which may have to show the organisation's id in place of the serial number. */
  readonly describe: (enterpriseSpecificId: string) => Message;
  /** Called when the service has something for the device. */
  readonly wake: () => void;
};

/** Why a device may not enroll; in words for its screen. */
export class EnrollmentRefused extends Error {}

export type Registered = {
  readonly deviceName: string;
  readonly mode: AndroidMode;
  /** Stable for organisation and hardware; what a personally-owned device of Android 12 shows as its serial number. */
  readonly enterpriseSpecificId: string;
};

export type FetchedPolicy = {
  readonly name: string;
  readonly version: string;
  readonly policy: Message;
  /** The device as it should be: ACTIVE or DISABLED. */
  readonly state: string;
};

export type FetchedCommand = { readonly operation: string; readonly command: Message };

/** How a command ended on the device: a result field of the command, or why it could not be done. */
export type CommandOutcome = { readonly status?: Message; readonly errorCode?: string };

/** What the service does for devices: the part that Google keeps between Android Device Policy and itself. */
export interface DeviceCloud {
  /** Throws `EnrollmentRefused`. */
  register(registration: Registration): Registered;
  /** Undefined: the device is no longer managed, or has no policy that exists. */
  fetchPolicy(deviceName: string): FetchedPolicy | undefined;
  isManaged(deviceName: string): boolean;
  fetchCommands(deviceName: string): readonly FetchedCommand[];
  finish(deviceName: string, operation: string, outcome: CommandOutcome): void;
  report(deviceName: string, report: Message): void;
  /** The device has left management and could still say so. */
  leave(deviceName: string, report: Message): void;
  log(deviceName: string, events: readonly Message[]): void;
  /** What managed Google Play does with a package on this device. */
  playOutcome(deviceName: string, packageName: string, apiLevel: number): PlayOutcome;
}

export type PlayOutcome =
  | { readonly failure: string }
  | { readonly versionCode: number; readonly versionName: string; readonly title: string };
