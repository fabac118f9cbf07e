import type { JsonObject } from './json.ts';
import { dictsOf, known, Taker } from './observe-read.ts';
import { isDict, type PlistDict, PlistError, valueAt } from './plist-value.ts';

/** Facts about the device. Capacities in gigabytes as reported, battery 0 to 1 (absent when the device says unknown). */
export type DeviceObservation = ReturnType<typeof deviceFacts>;
/** One cellular plan. */
export type SubscriptionObservation = ReturnType<typeof subscription>;
/** Facts about security. `fileVault...` and the like exist on Macs only. */
export type SecurityObservation = ReturnType<typeof securityFacts>;
/** One installed app; sizes in bytes. */
export type AppObservation = ReturnType<typeof app>;
/** One installed profile. */
export type ProfileObservation = ReturnType<typeof profile>;
/** One installed certificate; `data` is DER. */
export type CertificateObservation = {
  readonly commonName?: string;
  readonly isIdentity: boolean;
  readonly data: Buffer;
};
/** Where a device in Lost Mode is; degrees, metres, metres per second. */
export type LocationObservation = ReturnType<typeof locationFacts>;

/** Reads the answer to `DeviceInformation`. Throws `PlistError` `missing_key` when there is no `QueryResponses`. */
export function observeDevice(report: PlistDict): DeviceObservation {
  return deviceFacts(answer(report, 'QueryResponses'));
}

/** Reads the answer to `SecurityInfo`. Throws `PlistError` `missing_key` when there is no `SecurityInfo`. */
export function observeSecurity(report: PlistDict): SecurityObservation {
  return securityFacts(answer(report, 'SecurityInfo'));
}

/** Reads the answer to `InstalledApplicationList`; apps without an identifier are kept, their name tells them apart. */
export function observeApps(report: PlistDict): readonly AppObservation[] {
  return answers(report, 'InstalledApplicationList').map(app);
}

/** Reads the answer to `ProfileList`; entries without identifier or UUID are left out. */
export function observeProfiles(report: PlistDict): readonly ProfileObservation[] {
  return answers(report, 'ProfileList')
    .map(profile)
    .filter(({ identifier, uuid }) => identifier !== '' && uuid !== '');
}

/** Reads the answer to `CertificateList`; entries without data are left out. */
export function observeCertificates(report: PlistDict): readonly CertificateObservation[] {
  return answers(report, 'CertificateList').flatMap((entry) => {
    const from = new Taker(entry);
    const data = from.bytes('Data');
    if (data === undefined) return [];
    const commonName = from.text('CommonName');
    return [
      { ...(commonName === undefined ? {} : { commonName }), isIdentity: from.flag('IsIdentity') ?? false, data },
    ];
  });
}

/** Reads the answer to `DeviceLocation`. Throws `PlistError` `missing_key` without a position on the globe. */
export function observeLocation(report: PlistDict): LocationObservation {
  return locationFacts(report);
}

function answer(report: PlistDict, key: string): PlistDict {
  const value = valueAt(report, key);
  if (!isDict(value)) throw new PlistError('missing_key', -1, key);
  return value;
}

function answers(report: PlistDict, key: string): readonly PlistDict[] {
  const value = valueAt(report, key);
  if (!Array.isArray(value)) throw new PlistError('missing_key', -1, key);
  return dictsOf(value);
}

function deviceFacts(responses: PlistDict) {
  const from = new Taker(responses);
  const subscriptions = from.dicts('ServiceSubscriptions').map(subscription);
  const line = subscriptions.find(({ isDataPreferred }) => isDataPreferred === true) ?? subscriptions[0];
  const identity = {
    udid: from.text('UDID'),
    deviceName: from.text('DeviceName'),
    osVersion: from.text('OSVersion'),
    osVersionExtra: from.text('SupplementalOSVersionExtra'),
    buildVersion: from.text('BuildVersion'),
    supplementalBuildVersion: from.text('SupplementalBuildVersion'),
    productName: from.text('ProductName'),
    modelName: from.text('ModelName'),
    model: from.text('Model'),
    modelNumber: from.text('ModelNumber'),
    serialNumber: from.text('SerialNumber'),
    softwareUpdateDeviceId: from.text('SoftwareUpdateDeviceID'),
    hostName: from.text('HostName'),
    localHostName: from.text('LocalHostName'),
    timeZone: from.text('TimeZone'),
  };
  return known({ ...identity, ...networkFacts(from, line), ...stateFacts(from), subscriptions, raw: from.rest() });
}

function networkFacts(from: Taker, line: SubscriptionObservation | undefined) {
  return {
    imei: from.text('IMEI') ?? line?.imei,
    meid: from.text('MEID') ?? line?.meid,
    iccid: from.text('ICCID') ?? line?.iccid,
    phoneNumber: from.text('PhoneNumber') ?? line?.phoneNumber,
    carrier: from.text('CurrentCarrierNetwork') ?? line?.carrier,
    homeCarrier: from.text('SubscriberCarrierNetwork') ?? line?.homeCarrier,
    wifiMac: from.text('WiFiMAC'),
    bluetoothMac: from.text('BluetoothMAC'),
    ethernetMac: from.text('EthernetMAC'),
  };
}

function stateFacts(from: Taker) {
  return {
    batteryLevel: fraction(from.number('BatteryLevel')),
    hasBattery: from.flag('HasBattery'),
    capacityGb: notNegative(from.number('DeviceCapacity')),
    availableGb: notNegative(from.number('AvailableDeviceCapacity')),
    isSupervised: from.flag('IsSupervised'),
    isSharedIPad: from.flag('IsMultiUser'),
    isAppleSilicon: from.flag('IsAppleSilicon'),
    isActivationLockEnabled: from.flag('IsActivationLockEnabled'),
    isActivationLockSupported: from.flag('IsActivationLockSupported'),
    isLostModeEnabled: from.flag('IsMDMLostModeEnabled'),
    isFindMyEnabled: from.flag('IsDeviceLocatorServiceEnabled'),
    isCloudBackupEnabled: from.flag('IsCloudBackupEnabled'),
    isAwaitingConfiguration: from.flag('AwaitingConfiguration'),
    sipEnabled: from.flag('SystemIntegrityProtectionEnabled'),
    pinRequiredForLock: from.flag('PINRequiredForDeviceLock'),
    pinRequiredForErase: from.flag('PINRequiredForEraseDevice'),
    lastCloudBackup: from.time('LastCloudBackupDate'),
  };
}

function subscription(entry: PlistDict) {
  const from = new Taker(entry);
  return known({
    slot: from.text('Slot'),
    label: from.text('Label'),
    imei: from.text('IMEI'),
    meid: from.text('MEID'),
    iccid: from.text('ICCID'),
    eid: from.text('EID'),
    phoneNumber: from.text('PhoneNumber'),
    carrier: from.text('CurrentCarrierNetwork'),
    homeCarrier: from.text('SubscriberCarrierNetwork'),
    isDataPreferred: from.flag('IsDataPreferred'),
    isVoicePreferred: from.flag('IsVoicePreferred'),
    isRoaming: from.flag('IsRoaming'),
    raw: from.rest(),
  });
}

/** A battery that is not there reports -1. */
function fraction(value: number | undefined): number | undefined {
  return value !== undefined && value >= 0 && value <= 1 ? value : undefined;
}

function notNegative(value: number | undefined): number | undefined {
  return value !== undefined && value >= 0 ? value : undefined;
}

function securityFacts(security: PlistDict) {
  const from = new Taker(security);
  const management = new Taker(from.dict('ManagementStatus') ?? {});
  const firewall = new Taker(from.dict('FirewallSettings') ?? {});
  const boot = new Taker(from.dict('SecureBoot') ?? {});
  const firmware = new Taker(from.dict('FirmwarePasswordStatus') ?? {});
  return known({
    ...passcodeFacts(from),
    ...diskFacts(from),
    sipEnabled: from.flag('SystemIntegrityProtectionEnabled'),
    authenticatedRootVolumeEnabled: from.flag('AuthenticatedRootVolumeEnabled'),
    remoteDesktopEnabled: from.flag('RemoteDesktopEnabled'),
    isRecoveryLockEnabled: from.flag('IsRecoveryLockEnabled'),
    bootstrapTokenAllowed: from.text('BootstrapTokenAllowedForAuthentication'),
    bootstrapTokenRequiredForUpdate: from.flag('BootstrapTokenRequiredForSoftwareUpdate'),
    bootstrapTokenRequiredForKernelExtensions: from.flag('BootstrapTokenRequiredForKernelExtensionApproval'),
    enrolledViaDep: management.flag('EnrolledViaDEP'),
    userApprovedEnrollment: management.flag('UserApprovedEnrollment'),
    isUserEnrollment: management.flag('IsUserEnrollment'),
    isActivationLockManageable: management.flag('IsActivationLockManageable'),
    firewallEnabled: firewall.flag('FirewallEnabled'),
    firewallBlocksAll: firewall.flag('BlockAllIncoming'),
    firewallStealth: firewall.flag('StealthMode'),
    secureBootLevel: boot.text('SecureBootLevel'),
    externalBootLevel: boot.text('ExternalBootLevel'),
    firmwarePasswordExists: firmware.flag('PasswordExists'),
    firmwarePasswordChangePending: firmware.flag('ChangePending'),
    raw: rests({
      '': from,
      ManagementStatus: management,
      FirewallSettings: firewall,
      SecureBoot: boot,
      FirmwarePasswordStatus: firmware,
    }),
  });
}

function passcodeFacts(from: Taker) {
  return {
    hardwareEncryptionCaps: from.number('HardwareEncryptionCaps'),
    passcodePresent: from.flag('PasscodePresent'),
    passcodeCompliant: from.flag('PasscodeCompliant'),
    passcodeCompliantWithProfiles: from.flag('PasscodeCompliantWithProfiles'),
    passcodeGraceSeconds: from.number('PasscodeLockGracePeriod'),
    passcodeGraceEnforcedSeconds: from.number('PasscodeLockGracePeriodEnforced'),
    autoLockSeconds: from.number('AutoLockTime'),
  };
}

function diskFacts(from: Taker) {
  return {
    fileVaultEnabled: from.flag('FDE_Enabled'),
    fileVaultHasPersonalKey: from.flag('FDE_HasPersonalRecoveryKey'),
    fileVaultHasInstitutionalKey: from.flag('FDE_HasInstitutionalRecoveryKey'),
    /** CMS EnvelopedData to the escrow certificate: a secret, kept out of `raw` and not to be stored in plain. */
    fileVaultPersonalKeyCms: from.bytes('FDE_PersonalRecoveryKeyCMS'),
    fileVaultPersonalKeyLabel: from.text('FDE_PersonalRecoveryKeyDeviceKey'),
  };
}

/** What is left of the answer and, under their own names, of the dictionaries inside it. */
function rests(takers: { readonly [name: string]: Taker }): JsonObject {
  const { '': top, ...inner } = takers;
  const left = Object.entries(inner)
    .map(([name, taker]) => [name, taker.rest()] as const)
    .filter(([, rest]) => Object.keys(rest).length > 0);
  return Object.assign(Object.create(null), top?.rest(), Object.fromEntries(left));
}

function app(entry: PlistDict) {
  const from = new Taker(entry);
  return known({
    identifier: from.text('Identifier'),
    name: from.text('Name'),
    version: from.text('Version'),
    shortVersion: from.text('ShortVersion'),
    bundleSize: notNegative(from.number('BundleSize')),
    dynamicSize: notNegative(from.number('DynamicSize')),
    externalVersionIdentifier: from.number('ExternalVersionIdentifier'),
    isAppStoreVendable: from.flag('AppStoreVendable'),
    isDeviceBasedVpp: from.flag('DeviceBasedVPP'),
    isBeta: from.flag('BetaApp'),
    isAdHoc: from.flag('AdHocCodeSigned'),
    isAppClip: from.flag('IsAppClip'),
    isValidated: from.flag('IsValidated'),
    isInstalling: from.flag('Installing'),
    hasUpdate: from.flag('HasUpdateAvailable'),
    source: from.text('Source'),
    raw: from.rest(),
  });
}

function profile(entry: PlistDict) {
  const from = new Taker(entry);
  const content = from.dicts('PayloadContent');
  return known({
    identifier: from.text('PayloadIdentifier') ?? '',
    uuid: from.text('PayloadUUID') ?? '',
    displayName: from.text('PayloadDisplayName'),
    organization: from.text('PayloadOrganization'),
    description: from.text('PayloadDescription'),
    isManaged: from.flag('IsManaged'),
    isEncrypted: from.flag('IsEncrypted') ?? false,
    hasRemovalPasscode: from.flag('HasRemovalPasscode') ?? false,
    removalDisallowed: from.flag('PayloadRemovalDisallowed') ?? false,
    source: from.text('Source'),
    payloadTypes: content.flatMap((payload) => new Taker(payload).text('PayloadType') ?? []),
    raw: from.rest(),
  });
}

function locationFacts(report: PlistDict) {
  const from = new Taker(report);
  const latitude = from.number('Latitude');
  const longitude = from.number('Longitude');
  if (latitude === undefined || Math.abs(latitude) > 90) throw new PlistError('missing_key', -1, 'Latitude');
  if (longitude === undefined || Math.abs(longitude) > 180) throw new PlistError('missing_key', -1, 'Longitude');
  return known({
    latitude,
    longitude,
    horizontalAccuracy: from.number('HorizontalAccuracy'),
    verticalAccuracy: from.number('VerticalAccuracy'),
    altitude: from.number('Altitude'),
    speed: from.number('Speed'),
    course: from.number('Course'),
    at: from.time('Timestamp'),
  });
}
