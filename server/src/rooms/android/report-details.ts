import type { DeviceDetail, Note } from '@tsukasa/api';
import { booleanOf, field, instantOf, isRecord, type Json, listOf, numberOf, textOf } from './json.ts';

type Value = DeviceDetail['value'];

/** One fact of a report: where it stands, and where it is shown. */
type Fact = {
  readonly group: string;
  readonly code: string;
  readonly path: readonly string[];
  readonly read: (value: unknown) => Value | undefined;
  /** What an absent value means where its section is there: false (proto3 JSON). */
  readonly absentIsFalse?: boolean;
};

const text = (value: unknown) => textOf(value, 500);
/** `SECURITY_UPDATE_AVAILABLE` and the like: kept as Google spells them, also those that are new. */
const word = text;
const bytes = numberOf;
const numbers = (value: unknown) => {
  const found = listOf(value).flatMap((entry) => numberOf(entry) ?? []);
  return found.length === 0 ? undefined : found.slice(0, 20).map(String);
};

const fact = (group: string, code: string, path: string, read: Fact['read'], absentIsFalse = false): Fact => ({
  group,
  code,
  path: path.split('.'),
  read,
  absentIsFalse,
});

const FACTS: readonly Fact[] = [
  fact('management', 'management_mode', 'managementMode', word),
  fact('management', 'ownership', 'ownership', word),
  fact('management', 'state', 'state', word),
  fact('management', 'applied_state', 'appliedState', word),
  fact('management', 'policy', 'policyName', text),
  fact('management', 'applied_policy', 'appliedPolicyName', text),
  fact('management', 'applied_policy_version', 'appliedPolicyVersion', text),
  fact('management', 'last_policy_sync', 'lastPolicySyncTime', text),
  fact('management', 'last_status_report', 'lastStatusReportTime', text),
  fact('management', 'user', 'userName', text),
  fact('management', 'google_device_name', 'name', text),
  fact('hardware', 'brand', 'hardwareInfo.brand', text),
  fact('hardware', 'hardware', 'hardwareInfo.hardware', text),
  fact('hardware', 'baseband_version', 'hardwareInfo.deviceBasebandVersion', text),
  fact('hardware', 'enterprise_specific_id', 'hardwareInfo.enterpriseSpecificId', text),
  fact('hardware', 'battery_shutdown_temperatures', 'hardwareInfo.batteryShutdownTemperatures', numbers),
  fact('hardware', 'battery_throttling_temperatures', 'hardwareInfo.batteryThrottlingTemperatures', numbers),
  fact('hardware', 'cpu_shutdown_temperatures', 'hardwareInfo.cpuShutdownTemperatures', numbers),
  fact('hardware', 'cpu_throttling_temperatures', 'hardwareInfo.cpuThrottlingTemperatures', numbers),
  fact('hardware', 'gpu_shutdown_temperatures', 'hardwareInfo.gpuShutdownTemperatures', numbers),
  fact('hardware', 'gpu_throttling_temperatures', 'hardwareInfo.gpuThrottlingTemperatures', numbers),
  fact('hardware', 'skin_shutdown_temperatures', 'hardwareInfo.skinShutdownTemperatures', numbers),
  fact('hardware', 'skin_throttling_temperatures', 'hardwareInfo.skinThrottlingTemperatures', numbers),
  fact('software', 'build_time', 'softwareInfo.androidBuildTime', text),
  fact('software', 'bootloader', 'softwareInfo.bootloaderVersion', text),
  fact('software', 'kernel', 'softwareInfo.deviceKernelVersion', text),
  fact('software', 'build_signature', 'softwareInfo.deviceBuildSignature', text),
  fact('software', 'language', 'softwareInfo.primaryLanguageCode', text),
  fact('software', 'device_policy_version', 'softwareInfo.androidDevicePolicyVersionName', text),
  fact('software', 'update_status', 'softwareInfo.systemUpdateInfo.updateStatus', word),
  fact('software', 'update_received', 'softwareInfo.systemUpdateInfo.updateReceivedTime', text),
  fact('memory', 'total_ram', 'memoryInfo.totalRam', bytes),
  fact('memory', 'total_internal_storage', 'memoryInfo.totalInternalStorage', bytes),
  fact('security', 'device_secure', 'deviceSettings.isDeviceSecure', booleanOf, true),
  fact('security', 'encrypted', 'deviceSettings.isEncrypted', booleanOf, true),
  fact('security', 'encryption_status', 'deviceSettings.encryptionStatus', word),
  fact('security', 'usb_debugging', 'deviceSettings.adbEnabled', booleanOf, true),
  fact('security', 'developer_settings', 'deviceSettings.developmentSettingsEnabled', booleanOf, true),
  fact('security', 'unknown_sources', 'deviceSettings.unknownSourcesEnabled', booleanOf, true),
  fact('security', 'verify_apps', 'deviceSettings.verifyAppsEnabled', booleanOf, true),
  fact('security', 'posture', 'securityPosture.devicePosture', word),
  fact('security', 'common_criteria_mode', 'commonCriteriaModeInfo.commonCriteriaModeStatus', word),
  fact('security', 'policy_signature', 'commonCriteriaModeInfo.policySignatureVerificationStatus', word),
  fact('network', 'operator', 'networkInfo.networkOperatorName', text),
];

/** Facts in Android's own terms, beyond the columns that all platforms share; bounded whatever a report holds. */
export function platformDetails(body: Json, reportedAt: Temporal.Instant | undefined): readonly DeviceDetail[] {
  const at = reportedAt?.toString() ?? null;
  const plain = FACTS.flatMap((one): DeviceDetail[] => {
    const value = one.read(field(body, ...one.path)) ?? (isFalse(body, one) ? false : undefined);
    return value === undefined ? [] : [{ group: one.group, code: one.code, value, at }];
  });
  return [...plain, ...postures(body, at), ...sims(body, at), ...chips(body, at), ...storages(body), ...power(body)]
    .concat(displays(body, at), temperatures(body), passwords(body, at), defaults(body, at), properties(body, at))
    .slice(0, 500);
}

const isFalse = (body: Json, { absentIsFalse, path }: Fact) =>
  absentIsFalse === true && isRecord(field(body, ...path.slice(0, -1)));

function postures(body: Json, at: string | null): DeviceDetail[] {
  return listOf(field(body, 'securityPosture', 'postureDetails'))
    .slice(0, 20)
    .flatMap((entry) => {
      const risk = textOf(field(entry, 'securityRisk'), 100);
      if (risk === undefined) return [];
      const advice = listOf(field(entry, 'advice')).flatMap((one) => textOf(field(one, 'defaultMessage'), 500) ?? []);
      const meaning: Note = {
        code: 'android.security_risk',
        params: { risk, advice: advice.join(' ').slice(0, 1000) },
      };
      return [{ group: 'security', code: 'risk', of: risk, value: risk, meaning, at }];
    });
}

function sims(body: Json, at: string | null): DeviceDetail[] {
  return listOf(field(body, 'networkInfo', 'telephonyInfos'))
    .slice(0, 10)
    .flatMap((sim, index) => {
      const of = textOf(field(sim, 'iccId'), 50) ?? String(index + 1);
      const one = (code: string, name: string): DeviceDetail[] => {
        const value = textOf(field(sim, name), 200);
        return value === undefined ? [] : [{ group: 'network', code, of, value, at }];
      };
      return [
        ...one('sim_phone_number', 'phoneNumber'),
        ...one('sim_carrier', 'carrierName'),
        ...one('sim_activation', 'activationState'),
        ...one('sim_config_mode', 'configMode'),
      ];
    });
}

function chips(body: Json, at: string | null): DeviceDetail[] {
  return listOf(field(body, 'hardwareInfo', 'euiccChipInfo'))
    .slice(0, 10)
    .flatMap((chip) => {
      const eid = textOf(field(chip, 'eid'), 100);
      return eid === undefined ? [] : [{ group: 'hardware', code: 'eid', of: eid, value: eid, at }];
    });
}

/** The newest measurement of each kind; a `DETECTED` one gives the total, the others what is free. */
function storages(body: Json): DeviceDetail[] {
  return newestByType(body, 'memoryEvents').flatMap(({ type, event, at }) => {
    const value = numberOf(field(event, 'byteCount'));
    return value === undefined ? [] : [{ group: 'memory', code: type.toLowerCase(), value, at }];
  });
}

function power(body: Json): DeviceDetail[] {
  return newestByType(body, 'powerManagementEvents').map(({ type, event, at }) => {
    const level = numberOf(field(event, 'batteryLevel'));
    return { group: 'power', code: type.toLowerCase(), value: level ?? at, at };
  });
}

function newestByType(body: Json, section: string) {
  const newest = new Map<string, { readonly type: string; readonly event: unknown; readonly at: string }>();
  for (const event of listOf(field(body, section)).slice(-2000)) {
    const type = textOf(field(event, 'eventType'), 60);
    const at = instantOf(field(event, 'createTime'))?.toString();
    if (type === undefined || at === undefined) continue;
    const other = newest.get(type);
    if (other === undefined || Temporal.Instant.compare(other.at, at) <= 0) newest.set(type, { type, event, at });
  }
  return [...newest.values()].slice(0, 20);
}

function displays(body: Json, at: string | null): DeviceDetail[] {
  return listOf(field(body, 'displays'))
    .slice(0, 10)
    .flatMap((display, index) => {
      const of = textOf(field(display, 'name'), 100) ?? String(numberOf(field(display, 'displayId')) ?? index);
      const [width, height] = [numberOf(field(display, 'width')), numberOf(field(display, 'height'))];
      const size: DeviceDetail[] =
        width === undefined || height === undefined
          ? []
          : [{ group: 'display', code: 'size', of, value: `${width} × ${height}`, at }];
      const numeric = (code: string, name: string): DeviceDetail[] => {
        const value = numberOf(field(display, name));
        return value === undefined ? [] : [{ group: 'display', code, of, value, at }];
      };
      const state = textOf(field(display, 'state'), 60);
      const shown: DeviceDetail[] =
        state === undefined ? [] : [{ group: 'display', code: 'state', of, value: state, at }];
      return [...size, ...numeric('density', 'density'), ...numeric('refresh_rate', 'refreshRate'), ...shown];
    });
}

/** The newest sample only. */
function temperatures(body: Json): DeviceDetail[] {
  let newest: { readonly sample: unknown; readonly at: Temporal.Instant } | undefined;
  for (const sample of listOf(field(body, 'hardwareStatusSamples')).slice(-2000)) {
    const at = instantOf(field(sample, 'createTime'));
    if (at === undefined) continue;
    if (newest === undefined || Temporal.Instant.compare(at, newest.at) > 0) newest = { sample, at };
  }
  if (newest === undefined) return [];
  const { sample, at } = newest;
  const SAMPLES = {
    battery_temperatures: 'batteryTemperatures',
    cpu_temperatures: 'cpuTemperatures',
    gpu_temperatures: 'gpuTemperatures',
    skin_temperatures: 'skinTemperatures',
    cpu_usages: 'cpuUsages',
    fan_speeds: 'fanSpeeds',
  };
  return Object.entries(SAMPLES).flatMap(([code, name]) => {
    const value = numbers(field(sample, name));
    return value === undefined ? [] : [{ group: 'hardware', code, value, at: at.toString() }];
  });
}

function passwords(body: Json, at: string | null): DeviceDetail[] {
  return listOf(field(body, 'appliedPasswordPolicies'))
    .slice(0, 4)
    .flatMap((policy) => {
      const quality = textOf(field(policy, 'passwordQuality'), 60);
      const of = textOf(field(policy, 'passwordScope'), 60) ?? '';
      return quality === undefined ? [] : [{ group: 'security', code: 'password_quality', of, value: quality, at }];
    });
}

function defaults(body: Json, at: string | null): DeviceDetail[] {
  return listOf(field(body, 'defaultApplicationInfo'))
    .slice(0, 20)
    .flatMap((entry) => {
      const of = textOf(field(entry, 'defaultApplicationType'), 60);
      const value = textOf(field(entry, 'packageName'), 255);
      return of === undefined || value === undefined ? [] : [{ group: 'software', code: 'default_app', of, value, at }];
    });
}

function properties(body: Json, at: string | null): DeviceDetail[] {
  const found = field(body, 'systemProperties');
  if (!isRecord(found)) return [];
  return Object.entries(found)
    .slice(0, 200)
    .flatMap(([name, value]) => {
      const told = textOf(value, 200);
      const of = textOf(name, 100);
      return told === undefined || of === undefined
        ? []
        : [{ group: 'properties', code: 'property', of, value: told, at }];
    });
}
