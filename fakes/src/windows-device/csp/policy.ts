import { oneOf, type Rule, range } from './rule.ts';

const CONFIG = './Device/Vendor/MSFT/Policy/Config';

type Policy = readonly [path: string, legal: readonly [number, number] | 'text' | 'admx', builds?: readonly string[]];

/** A part of the Policy CSP: what the fact sheet lists, with its bounds. */
const TABLE: readonly Policy[] = [
  ['DeviceLock/DevicePasswordEnabled', [0, 1]],
  ['DeviceLock/MinDevicePasswordLength', [4, 16]],
  ['DeviceLock/MinDevicePasswordComplexCharacters', [1, 4]],
  ['DeviceLock/AlphanumericDevicePasswordRequired', [0, 2]],
  ['DeviceLock/DevicePasswordHistory', [0, 50]],
  ['DeviceLock/DevicePasswordExpiration', [0, 730]],
  ['DeviceLock/MaxDevicePasswordFailedAttempts', [0, 999]],
  ['DeviceLock/MaxInactivityTimeDeviceLock', [0, 999]],
  ['DeviceLock/AllowSimpleDevicePassword', [0, 1]],
  ['Camera/AllowCamera', [0, 1]],
  ['Wifi/AllowAutoConnectToWiFiSenseHotspots', [0, 1]],
  ['Wifi/AllowInternetSharing', [0, 1]],
  ['Bluetooth/AllowAdvertising', [0, 1]],
  ['Bluetooth/AllowDiscoverableMode', [0, 1]],
  ['Bluetooth/AllowPrepairing', [0, 1]],
  ['Bluetooth/LocalDeviceName', 'text'],
  ['Bluetooth/ServicesAllowedList', 'text'],
  ['Storage/RemovableDiskDenyWriteAccess', [0, 1], ['17763']],
  ['Storage/AllowStorageSenseGlobal', [0, 1], ['18362']],
  ['System/AllowTelemetry', [0, 3]],
  ['System/AllowLocation', [0, 2]],
  ['System/AllowStorageCard', [0, 1]],
  ['System/DisableOneDriveFileSync', [0, 1]],
  ['Experience/AllowManualMDMUnenrollment', [0, 1]],
  ['Experience/AllowCortana', [0, 1]],
  ['Experience/AllowScreenCapture', [0, 1]],
  ['Experience/AllowFindMyDevice', [0, 1]],
  ['Experience/AllowSyncMySettings', [0, 1]],
  ['Privacy/LetAppsAccessCamera', [0, 2]],
  ['Privacy/LetAppsAccessLocation', [0, 2]],
  ['Privacy/LetAppsAccessMicrophone', [0, 2]],
  ['Update/AllowAutoUpdate', [0, 5]],
  ['Update/ActiveHoursStart', [0, 23]],
  ['Update/ActiveHoursEnd', [0, 23]],
  ['Update/ActiveHoursMaxRange', [8, 18]],
  ['Update/DeferFeatureUpdatesPeriodInDays', [0, 365]],
  ['Update/DeferQualityUpdatesPeriodInDays', [0, 30]],
  ['Update/TargetReleaseVersion', 'text', ['19041']],
  ['Update/ProductVersion', 'text', ['22000', '19041.1202', '19042.1202', '19043.1202', '19044.1202', '19045']],
  ['Update/ConfigureDeadlineForQualityUpdates', [0, 30]],
  ['Update/ConfigureDeadlineForFeatureUpdates', [0, 30]],
  ['Update/ConfigureDeadlineGracePeriod', [0, 7]],
  ['Update/ConfigureDeadlineNoAutoReboot', [0, 1]],
  ['Defender/AllowRealtimeMonitoring', [0, 1]],
  ['Defender/AllowCloudProtection', [0, 1]],
  ['Defender/PUAProtection', [0, 2]],
  ['Defender/EnableNetworkProtection', [0, 2]],
  ['Defender/EnableControlledFolderAccess', [0, 4]],
  ['Defender/SubmitSamplesConsent', [0, 3]],
  ['Defender/ScheduleScanDay', [0, 8]],
  ['Defender/ScheduleScanTime', [0, 1380]],
  ['Defender/SignatureUpdateInterval', [0, 24]],
  ['Defender/AttackSurfaceReductionRules', 'text'],
  ['Defender/ExcludedPaths', 'text'],
  ['ApplicationManagement/RequirePrivateStoreOnly', [0, 1]],
  ['ApplicationManagement/DisableStoreOriginatedApps', [0, 1]],
  ['ControlPolicyConflict/MDMWinsOverGP', [0, 1], ['17134']],
  ['TimeLanguageSettings/ConfigureTimeZone', 'text', ['18362']],
  ['Power/StandbyTimeoutPluggedIn', 'admx', ['16299']],
  ['Power/DisplayOffTimeoutPluggedIn', 'admx', ['16299']],
  ['RemoteDesktopServices/AllowUsersToConnectRemotely', 'admx'],
];

const SETTABLE = { verbs: 'ADGR', notOn: ['home'], upsert: true } as const;

/** Policies of the device tree. What is ADMX-backed cannot be read back (fact sheet 5.6). */
export const POLICIES: readonly Rule[] = [
  ...TABLE.map(([path, legal, builds]) => policy(`${CONFIG}/${path}`, legal, builds)),
  policy(`${CONFIG}/ApplicationManagement/AllowAllTrustedApps`, 'switch'),
  policy(`${CONFIG}/ApplicationManagement/AllowDeveloperUnlock`, 'switch'),
  policy('./User/Vendor/MSFT/Policy/Config/Experience/AllowWindowsSpotlight', [0, 1]),
  policy('./User/Vendor/MSFT/Policy/Config/Education/DefaultPrinterName', 'text'),
  ...TABLE.filter(([, legal]) => legal !== 'admx').map(
    ([path, legal]): Rule => ({
      path: `./Device/Vendor/MSFT/Policy/Result/${path}`,
      format: legal === 'text' ? 'chr' : 'int',
      verbs: 'G',
      notOn: ['home'],
      read: ({ state }) => state.values.get(`${CONFIG}/${path}`)?.data,
    }),
  ),
];

function policy(path: string, legal: Policy[1] | 'switch', builds?: readonly string[]): Rule {
  const known = builds === undefined ? {} : { builds };
  if (legal === 'text') return { path, format: 'chr', ...SETTABLE, ...known };
  if (legal === 'switch') return { path, format: 'int', ...SETTABLE, ...known, allowed: oneOf(0, 1, 65_535) };
  if (legal === 'admx') {
    const allowed = (value: string) => /^\s*<(enabled|disabled)\s*\/>/.test(value);
    return { path, format: 'chr', ...SETTABLE, ...known, writeOnly: true, allowed };
  }
  return { path, format: 'int', ...SETTABLE, ...known, allowed: range(...legal) };
}
