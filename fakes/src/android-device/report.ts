import { createHash } from 'node:crypto';
import { isObject, type Message } from '../android-management/validate.ts';
import type { AndroidBlueprint } from './blueprint.ts';
import { nonCompliance } from './compliance.ts';
import { RELEASES } from './hardware.ts';
import { appliedPasswordRules } from './passwords.ts';
import { modeLetter, type Phone } from './phone.ts';

const GIB = 2 ** 30;
/** Events that a report still carries. */
const RECENT_EVENTS = 20;

/** What the device says of itself in a status report: only the sections that its policy asks for. */
export function statusReport(phone: Phone, now: string): Message {
  const { applied } = phone;
  const settings = applied?.policy['statusReportingSettings'];
  const asks = (name: string) => isObject(settings) && settings[name] === true;
  const personal = phone.mode === 'work_profile_personal';
  const details = applied === undefined ? [] : nonCompliance(phone, applied);
  const mode = modeLetter(phone.mode);
  return {
    apiLevel: phone.blueprint.apiLevel,
    appliedState: appliedState(phone),
    hardwareInfo: hardwareInfo(phone.blueprint, phone.mode === 'work_profile_personal', phone.enterpriseSpecificId),
    securityPosture: securityPosture(phone),
    ...(applied === undefined
      ? {}
      : {
          appliedPolicyName: applied.name,
          appliedPolicyVersion: applied.version,
          policyCompliant: details.length === 0,
          nonComplianceDetails: details,
          appliedPasswordPolicies: appliedPasswordRules(applied.policy, mode, phone.blueprint.apiLevel),
        }),
    ...(asks('softwareInfoEnabled') ? { softwareInfo: softwareInfo(phone.blueprint, phone.updateAvailable, now) } : {}),
    ...(asks('deviceSettingsEnabled') ? { deviceSettings: deviceSettings(phone) } : {}),
    ...(asks('memoryInfoEnabled') ? memory(phone.blueprint, now) : {}),
    ...(asks('networkInfoEnabled') ? { networkInfo: networkInfo(phone) } : {}),
    ...(asks('displayInfoEnabled') && !personal ? { displays: displays(phone.blueprint) } : {}),
    ...(asks('powerManagementEventsEnabled') && !personal
      ? { powerManagementEvents: phone.powerEvents.slice(-RECENT_EVENTS) }
      : {}),
    ...(asks('hardwareStatusEnabled') && !personal ? { hardwareStatusSamples: [hardwareStatus(phone, now)] } : {}),
    ...(asks('systemPropertiesEnabled') ? { systemProperties: systemProperties(phone.blueprint) } : {}),
    ...(asks('commonCriteriaModeEnabled') && !personal ? { commonCriteriaModeInfo: commonCriteria(phone) } : {}),
    ...(asks('applicationReportsEnabled') ? { applicationReports: applicationReports(phone) } : {}),
  };
}

function appliedState(phone: Phone): string {
  if (phone.state === 'GONE') return 'DELETED';
  if (phone.state === 'PROVISIONING') return 'PROVISIONING';
  if (phone.lost !== undefined) return 'LOST';
  return phone.disabled ? 'DISABLED' : 'ACTIVE';
}

/** A personally-owned device from Android 12 on shows no number of its own. */
export function hardwareInfo(blueprint: AndroidBlueprint, personal: boolean, enterpriseSpecificId: string): Message {
  const { model, apiLevel } = blueprint;
  const masked = personal && apiLevel >= 31;
  return {
    brand: model.brand,
    manufacturer: model.manufacturer,
    model: model.model,
    hardware: model.hardware,
    serialNumber: masked ? enterpriseSpecificId : blueprint.serialNumber,
    ...(masked ? { enterpriseSpecificId } : {}),
    ...(model.cellular ? { deviceBasebandVersion: `MPSS.${model.hardware}.1-${apiLevel}` } : {}),
    ...(blueprint.eid !== undefined && !personal && apiLevel >= 33 ? { euiccChipInfo: [{ eid: blueprint.eid }] } : {}),
    ...(personal
      ? {}
      : {
          batteryShutdownTemperatures: [60],
          batteryThrottlingTemperatures: [45],
          cpuThrottlingTemperatures: [95],
          skinThrottlingTemperatures: [40],
        }),
  };
}

export function softwareInfo(blueprint: AndroidBlueprint, updateAvailable: boolean, now: string): Message {
  const { apiLevel, androidVersion, policyAppVersion } = blueprint;
  const { patch, build, kernel } = RELEASES[apiLevel];
  const number = createHash('sha256').update(`${blueprint.model.model} ${apiLevel}`).digest('hex');
  return {
    androidVersion,
    androidBuildNumber: `${build}.${patch.replaceAll('-', '').slice(2)}.${number.slice(0, 3).toUpperCase()}`,
    androidBuildTime: `${patch}T00:00:00Z`,
    securityPatchLevel: patch,
    bootloaderVersion: `${blueprint.model.hardware}-${number.slice(0, 6)}`,
    deviceKernelVersion: kernel,
    deviceBuildSignature: number,
    primaryLanguageCode: blueprint.language,
    androidDevicePolicyVersionCode: policyAppVersion,
    androidDevicePolicyVersionName: `${String(policyAppVersion).slice(0, 3)}.${String(policyAppVersion).slice(3, 5)}`,
    systemUpdateInfo: updateAvailable
      ? { updateStatus: 'SECURITY_UPDATE_AVAILABLE', updateReceivedTime: now }
      : { updateStatus: 'UP_TO_DATE' },
  };
}

function deviceSettings(phone: Phone): Message {
  return {
    isDeviceSecure: phone.lock !== 'none',
    isEncrypted: true,
    encryptionStatus: phone.lock === 'none' ? 'ACTIVE_DEFAULT_KEY' : 'ACTIVE_PER_USER',
    adbEnabled: phone.adbEnabled,
    developmentSettingsEnabled: phone.developerSettings,
    unknownSourcesEnabled: phone.unknownSources,
    verifyAppsEnabled: phone.verifyApps,
  };
}

function memory({ model, storageGigabytes, freeShare }: AndroidBlueprint, createTime: string): Message {
  const free = (share: number, gigabytes: number) => String(Math.round(share * gigabytes * GIB));
  return {
    memoryInfo: {
      totalRam: String(Math.round(model.ramGigabytes * 0.93 * GIB)),
      totalInternalStorage: String(Math.round(storageGigabytes * 0.87 * GIB)),
    },
    memoryEvents: [
      { eventType: 'RAM_MEASURED', byteCount: free(0.4, model.ramGigabytes), createTime },
      { eventType: 'INTERNAL_STORAGE_MEASURED', byteCount: free(freeShare, storageGigabytes * 0.87), createTime },
    ],
  };
}

/** A phone number only where the company owns the whole device; no IMEI on a personally-owned one from Android 12 on. */
function networkInfo({ blueprint, mode }: Phone): Message {
  const { imei, meid, carrier, phoneNumber, iccId, wifiMac, apiLevel } = blueprint;
  const personal = mode === 'work_profile_personal';
  const whole = mode === 'fully_managed' || mode === 'dedicated';
  return {
    ...(personal ? {} : { wifiMacAddress: wifiMac }),
    ...(imei === undefined || meid === undefined || (personal && apiLevel >= 31) ? {} : { imei, meid }),
    ...(whole && carrier !== undefined
      ? { telephonyInfos: [{ phoneNumber, carrierName: carrier, iccId, activationState: 'ACTIVATED' }] }
      : {}),
  };
}

function displays({ model }: AndroidBlueprint): readonly Message[] {
  const [width, height, density, refreshRate] = model.display;
  return [{ name: 'Built-in Screen', displayId: 0, width, height, density, refreshRate, state: 'ON' }];
}

function hardwareStatus(phone: Phone, createTime: string): Message {
  return {
    createTime,
    batteryTemperatures: [phone.charging ? 33.5 : 29],
    cpuTemperatures: [41.5],
    skinTemperatures: [31],
    cpuUsages: [0.12],
  };
}

function systemProperties({ model, androidVersion }: AndroidBlueprint): Message {
  return { 'ro.product.model': model.model, 'ro.build.version.release': androidVersion };
}

function commonCriteria({ applied, blueprint }: Phone): Message {
  const overrides = applied?.policy['advancedSecurityOverrides'];
  const wanted = isObject(overrides) && overrides['commonCriteriaMode'] === 'COMMON_CRITERIA_MODE_ENABLED';
  const enabled = wanted && blueprint.apiLevel >= 30;
  return {
    commonCriteriaModeStatus: enabled ? 'COMMON_CRITERIA_MODE_ENABLED' : 'COMMON_CRITERIA_MODE_DISABLED',
    policySignatureVerificationStatus: enabled
      ? 'POLICY_SIGNATURE_VERIFICATION_SUCCEEDED'
      : 'POLICY_SIGNATURE_VERIFICATION_DISABLED',
  };
}

function securityPosture({ posture }: Phone): Message {
  if (posture === 'SECURE') return { devicePosture: posture };
  const securityRisk = posture === 'AT_RISK' ? 'UNKNOWN_OS' : 'COMPROMISED_OS';
  return { devicePosture: posture, postureDetails: [{ securityRisk }] };
}

function applicationReports(phone: Phone): readonly Message[] {
  return [...phone.apps.values()]
    .filter(({ managed }) => managed)
    .map(({ packageName, title, versionCode, versionName, source }) => ({
      packageName,
      displayName: title,
      versionCode,
      versionName,
      state: 'INSTALLED',
      applicationSource: source,
      ...(source === 'INSTALLED_FROM_PLAY_STORE' ? { installerPackageName: 'com.android.vending' } : {}),
      packageSha256Hash: createHash('sha256').update(`${packageName} ${versionCode}`).digest('base64'),
      userFacingType: packageName.startsWith('com.google.android.gms') ? 'NOT_USER_FACING' : 'USER_FACING',
      events: phone.appEvents.get(packageName) ?? [],
    }));
}
