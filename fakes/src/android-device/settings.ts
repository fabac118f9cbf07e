/**
 * Which settings a device can apply: by mode (F fully managed, C company-owned work profile, P personally-owned) and by
 * the least API level, as the fields of Policy document it.
 */
export type SettingRule = {
  /** Path in the policy. */
  readonly path: string;
  readonly modes?: string;
  /** Least API level, for all modes or by letter. */
  readonly api?: number | Readonly<Record<string, number>>;
  /** Only with one of these values; others apply everywhere. */
  readonly values?: readonly unknown[];
};

const A8 = 26;
const A10 = 29;
const A11 = 30;
const A12 = 31;
const A13 = 33;
const A14 = 34;
const A15 = 35;
const A16 = 36;

export const SETTING_RULES: readonly SettingRule[] = [
  { path: 'keyguardDisabled', modes: 'F' },
  { path: 'statusBarDisabled', modes: 'F' },
  { path: 'microphoneAccess', modes: 'F' },
  { path: 'adjustVolumeDisabled', modes: 'F' },
  { path: 'networkResetDisabled', modes: 'F' },
  { path: 'kioskCustomLauncherEnabled', modes: 'F' },
  { path: 'kioskCustomization', modes: 'F' },
  { path: 'backupService', modes: 'F', api: A8 },
  { path: 'systemUpdate', modes: 'FC' },
  { path: 'factoryResetDisabled', modes: 'FC' },
  { path: 'frpAdminEmails', modes: 'FC' },
  { path: 'mountPhysicalMediaDisabled', modes: 'FC' },
  { path: 'setWallpaperDisabled', modes: 'F' },
  { path: 'outgoingCallsDisabled', modes: 'F' },
  { path: 'smsDisabled', modes: 'FC' },
  { path: 'dataRoamingDisabled', modes: 'FC' },
  { path: 'mobileNetworksConfigDisabled', modes: 'FC' },
  { path: 'cellBroadcastsConfigDisabled', modes: 'FC' },
  { path: 'bluetoothDisabled', modes: 'FC' },
  { path: 'bluetoothConfigDisabled', modes: 'FC' },
  { path: 'stayOnPluggedModes', modes: 'F' },
  { path: 'autoDateAndTimeZone', modes: 'FC', api: { C: A11 }, values: ['AUTO_DATE_AND_TIME_ZONE_ENFORCED'] },
  { path: 'locationMode', modes: 'FC', api: { C: A11 }, values: ['LOCATION_ENFORCED', 'LOCATION_DISABLED'] },
  { path: 'personalUsagePolicies', modes: 'C' },
  { path: 'recommendedGlobalProxy', modes: 'F' },
  { path: 'printingPolicy', api: 28 },
  { path: 'assistContentPolicy', api: A15 },
  { path: 'credentialProviderPolicyDefault', api: A14 },
  { path: 'defaultApplicationSettings', api: { F: A14, C: A16, P: A16 } },
  { path: 'preferentialNetworkService', api: A12 },
  { path: 'displaySettings.screenBrightnessSettings', modes: 'FC', api: { F: 28, C: A15 } },
  { path: 'displaySettings.screenTimeoutSettings', modes: 'FC', api: { F: 28, C: A15 } },
  {
    path: 'advancedSecurityOverrides.commonCriteriaMode',
    modes: 'FC',
    api: A11,
    values: ['COMMON_CRITERIA_MODE_ENABLED'],
  },
  { path: 'advancedSecurityOverrides.mtePolicy', modes: 'FC', api: A14, values: ['MTE_ENFORCED'] },
  { path: 'advancedSecurityOverrides.mtePolicy', modes: 'F', api: A14, values: ['MTE_DISABLED'] },
  { path: 'advancedSecurityOverrides.contentProtectionPolicy', api: A15, values: ['CONTENT_PROTECTION_ENFORCED'] },
  {
    path: 'deviceConnectivityManagement.configureWifi',
    modes: 'FC',
    api: A13,
    values: ['DISALLOW_ADD_WIFI_CONFIG'],
  },
  { path: 'deviceConnectivityManagement.configureWifi', modes: 'FC', values: ['DISALLOW_CONFIGURING_WIFI'] },
  { path: 'deviceConnectivityManagement.wifiDirectSettings', modes: 'FC', api: A13, values: ['DISALLOW_WIFI_DIRECT'] },
  {
    path: 'deviceConnectivityManagement.tetheringSettings',
    modes: 'FC',
    api: A13,
    values: ['DISALLOW_WIFI_TETHERING'],
  },
  {
    path: 'deviceConnectivityManagement.usbDataAccess',
    modes: 'FC',
    api: A12,
    values: ['DISALLOW_USB_DATA_TRANSFER'],
  },
  { path: 'deviceConnectivityManagement.wifiSsidPolicy', modes: 'FC', api: A13 },
  { path: 'deviceConnectivityManagement.wifiRoamingPolicy', modes: 'FC', api: A15 },
  { path: 'deviceConnectivityManagement.privateDnsSettings', modes: 'F', api: A10 },
  { path: 'deviceConnectivityManagement.preferentialNetworkServiceSettings', api: A13 },
  { path: 'deviceRadioState.wifiState', modes: 'FC', api: A13, values: ['WIFI_ENABLED', 'WIFI_DISABLED'] },
  { path: 'deviceRadioState.airplaneModeState', modes: 'FC', api: 28, values: ['AIRPLANE_MODE_DISABLED'] },
  { path: 'deviceRadioState.ultraWidebandState', modes: 'FC', api: A14, values: ['ULTRA_WIDEBAND_DISABLED'] },
  { path: 'deviceRadioState.cellularTwoGState', modes: 'FC', api: A14, values: ['CELLULAR_TWO_G_DISABLED'] },
  { path: 'deviceRadioState.minimumWifiSecurityLevel', modes: 'FC', api: A13 },
  {
    path: 'deviceRadioState.userInitiatedAddEsimSettings',
    modes: 'FC',
    values: ['USER_INITIATED_ADD_ESIM_DISALLOWED'],
  },
  { path: 'crossDevicePolicies.nearbyAppStreaming', api: A13 },
  { path: 'crossDevicePolicies.nearbyNotificationStreaming', api: A13 },
  { path: 'crossProfilePolicies', modes: 'CP' },
  { path: 'usageLog.enabledLogTypes', modes: 'FC', api: { C: A12 } },
];

export type Applicability = 'MANAGEMENT_MODE' | 'API_LEVEL' | undefined;

/** Why a device of this mode and level does not apply a value of the setting; undefined when it does. */
export function applicability(rule: SettingRule, value: unknown, mode: string, apiLevel: number): Applicability {
  if (rule.values !== undefined && !rule.values.includes(value)) return undefined;
  if (rule.modes !== undefined && !rule.modes.includes(mode)) return 'MANAGEMENT_MODE';
  const least = typeof rule.api === 'object' ? rule.api[mode] : rule.api;
  return least !== undefined && apiLevel < least ? 'API_LEVEL' : undefined;
}
