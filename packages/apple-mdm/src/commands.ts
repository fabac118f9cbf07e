import { listChoices } from './catalogue/check.ts';
import { DEVICE_QUERIES } from './catalogue/index.ts';
import type { CommandTarget } from './catalogue/target.ts';
import type { PlistDict } from './plist-value.ts';

// Builders give the dictionary under `Command`. They write what they are told; whether it suits a device is
// `checkCommand`'s to say, since only its caller can word the refusal for people.

/**
 * Queries an inventory asks, in the catalogue's spelling. Left out on purpose: those that need a special state or
 * nonce (attestation, EACS preflight, tokens) and those about accounts of persons.
 */
export const INVENTORY_QUERIES = [
  'UDID',
  'DeviceName',
  'OSVersion',
  'SupplementalOSVersionExtra',
  'BuildVersion',
  'SupplementalBuildVersion',
  'ModelName',
  'Model',
  'ModelNumber',
  'ProductName',
  'SerialNumber',
  'IMEI',
  'MEID',
  'IsAppleSilicon',
  'DeviceCapacity',
  'AvailableDeviceCapacity',
  'BatteryLevel',
  'HasBattery',
  'CellularTechnology',
  'IsSupervised',
  'IsMultiUser',
  'IsActivationLockEnabled',
  'IsActivationLockSupported',
  'IsDeviceLocatorServiceEnabled',
  'IsMDMLostModeEnabled',
  'IsCloudBackupEnabled',
  'LastCloudBackupDate',
  'AwaitingConfiguration',
  'HostName',
  'LocalHostName',
  'SystemIntegrityProtectionEnabled',
  'PINRequiredForDeviceLock',
  'PINRequiredForEraseDevice',
  'TimeZone',
  'SoftwareUpdateDeviceID',
  'OrganizationInfo',
  'MDMOptions',
  'ServiceSubscriptions',
  'PhoneNumber',
  'ICCID',
  'CurrentCarrierNetwork',
  'SubscriberCarrierNetwork',
  'WiFiMAC',
  'BluetoothMAC',
  'EthernetMAC',
] as const;

/** `DeviceInformation` with the wanted queries the target can answer; the default is `INVENTORY_QUERIES`. */
export function deviceInformation(target: CommandTarget, wanted: readonly string[] = INVENTORY_QUERIES): PlistDict {
  const answerable = new Set(listChoices(DEVICE_QUERIES, target).map(({ name }) => name));
  return { RequestType: 'DeviceInformation', Queries: wanted.filter((query) => answerable.has(query)) };
}

/** `SecurityInfo`. */
export function securityInfo(): PlistDict {
  return { RequestType: 'SecurityInfo' };
}

/** `InstalledApplicationList`; `managedOnly` keeps a person's private apps out of the answer (iOS 7, macOS 10.15...). */
export function installedApplicationList(
  options: {
    readonly identifiers?: readonly string[];
    readonly managedOnly?: boolean;
    readonly items?: readonly string[];
  } = {},
): PlistDict {
  return {
    RequestType: 'InstalledApplicationList',
    ...(options.identifiers === undefined ? {} : { Identifiers: options.identifiers }),
    ...(options.managedOnly === undefined ? {} : { ManagedAppsOnly: options.managedOnly }),
    ...(options.items === undefined ? {} : { Items: options.items }),
  };
}

/** `ProfileList`. */
export function profileList(options: { readonly managedOnly?: boolean } = {}): PlistDict {
  return { RequestType: 'ProfileList', ...managedOnly(options) };
}

/** `CertificateList`. */
export function certificateList(options: { readonly managedOnly?: boolean } = {}): PlistDict {
  return { RequestType: 'CertificateList', ...managedOnly(options) };
}

function managedOnly(options: { readonly managedOnly?: boolean }): PlistDict {
  return options.managedOnly === undefined ? {} : { ManagedOnly: options.managedOnly };
}

/** `DeviceLock`. A Mac needs `pin`, six digits, and stays locked without it: store it before sending. */
export function deviceLock(
  options: { readonly message?: string; readonly phoneNumber?: string; readonly pin?: string } = {},
): PlistDict {
  return {
    RequestType: 'DeviceLock',
    ...texts({ Message: options.message, PhoneNumber: options.phoneNumber, PIN: options.pin }),
  };
}

/** `ClearPasscode`; `unlockToken` is the newest the device escrowed, in raw bytes. */
export function clearPasscode(unlockToken: Uint8Array): PlistDict {
  return { RequestType: 'ClearPasscode', UnlockToken: Buffer.from(unlockToken) };
}

/** `RestartDevice`; `notifyUser` (Macs only) asks instead of forcing. */
export function restartDevice(options: { readonly notifyUser?: boolean } = {}): PlistDict {
  return {
    RequestType: 'RestartDevice',
    ...(options.notifyUser === undefined ? {} : { NotifyUser: options.notifyUser }),
  };
}

/** `ShutDownDevice`. */
export function shutDownDevice(): PlistDict {
  return { RequestType: 'ShutDownDevice' };
}

/** What a Mac does when it cannot simply erase its contents (fact sheet 8.1). */
export const OBLITERATION_BEHAVIORS = ['Default', 'DoNotObliterate', 'ObliterateWithWarning', 'Always'] as const;

/** `EraseDevice`. Its answer may never arrive; never leave one queued over a new enrolment. */
export function eraseDevice(
  options: {
    readonly pin?: string;
    readonly preserveDataPlan?: boolean;
    readonly disallowProximitySetup?: boolean;
    readonly obliterationBehavior?: (typeof OBLITERATION_BEHAVIORS)[number];
    readonly returnToService?: { readonly wifiProfile?: Uint8Array; readonly mdmProfile?: Uint8Array };
  } = {},
): PlistDict {
  const { preserveDataPlan, disallowProximitySetup, returnToService } = options;
  return {
    RequestType: 'EraseDevice',
    ...texts({ PIN: options.pin, ObliterationBehavior: options.obliterationBehavior }),
    ...(preserveDataPlan === undefined ? {} : { PreserveDataPlan: preserveDataPlan }),
    ...(disallowProximitySetup === undefined ? {} : { DisallowProximitySetup: disallowProximitySetup }),
    ...(returnToService === undefined ? {} : { ReturnToService: returnToServiceDict(returnToService) }),
  };
}

function returnToServiceDict(profiles: {
  readonly wifiProfile?: Uint8Array;
  readonly mdmProfile?: Uint8Array;
}): PlistDict {
  return {
    Enabled: true,
    ...(profiles.wifiProfile === undefined ? {} : { WiFiProfileData: Buffer.from(profiles.wifiProfile) }),
    ...(profiles.mdmProfile === undefined ? {} : { MDMProfileData: Buffer.from(profiles.mdmProfile) }),
  };
}

/** `EnableLostMode`; a message or a phone number is needed. */
export function enableLostMode(options: {
  readonly message?: string;
  readonly phoneNumber?: string;
  readonly footnote?: string;
}): PlistDict {
  return {
    RequestType: 'EnableLostMode',
    ...texts({ Message: options.message, PhoneNumber: options.phoneNumber, Footnote: options.footnote }),
  };
}

/** `DisableLostMode`. */
export function disableLostMode(): PlistDict {
  return { RequestType: 'DisableLostMode' };
}

/** `DeviceLocation`; answered in Lost Mode only. */
export function deviceLocation(): PlistDict {
  return { RequestType: 'DeviceLocation' };
}

/** `PlayLostModeSound`; works in Lost Mode only. */
export function playLostModeSound(): PlistDict {
  return { RequestType: 'PlayLostModeSound' };
}

/** `Settings` with the one item `DeviceName`. */
export function setDeviceName(deviceName: string): PlistDict {
  return { RequestType: 'Settings', Settings: [{ Item: 'DeviceName', DeviceName: deviceName }] };
}

/** `RemoveProfile`; `identifier` is the top-level `PayloadIdentifier`. */
export function removeProfile(identifier: string): PlistDict {
  return { RequestType: 'RemoveProfile', Identifier: identifier };
}

/** `InstallProfile`; `payload` is the profile's bytes, signed or not. */
export function installProfile(payload: Uint8Array): PlistDict {
  return { RequestType: 'InstallProfile', Payload: Buffer.from(payload) };
}

/** `DeclarativeManagement`; with the tokens document a device that is up to date saves a round trip. */
export function declarativeManagement(tokensDocument?: Uint8Array): PlistDict {
  return {
    RequestType: 'DeclarativeManagement',
    ...(tokensDocument === undefined ? {} : { Data: Buffer.from(tokensDocument) }),
  };
}

function texts(values: { readonly [key: string]: string | undefined }): PlistDict {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
