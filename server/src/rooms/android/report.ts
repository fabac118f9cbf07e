import type { DeviceDetail, ManagementMode, UsageMode } from '@tsukasa/api';
import type { ObservedApp, ObservedValues } from '../devices/index.ts';
import { nonComplianceDetails } from './compliance.ts';
import { booleanOf, field, instantOf, isRecord, type Json, latest, listOf, numberOf, textOf } from './json.ts';
import { isDeviceName } from './model.ts';
import { platformDetails } from './report-details.ts';

/** A `Device` as Google tells it (fact sheet 4.1), in our terms. Every part of it may be missing. */
export type DeviceReport = {
  readonly name: string;
  readonly previousNames: readonly string[];
  /** When the device last said something; undefined when the message holds no time at all. */
  readonly saidAt: Temporal.Instant | undefined;
  readonly reportedAt: Temporal.Instant | undefined;
  readonly syncedAt: Temporal.Instant | undefined;
  readonly enrolledAt: Temporal.Instant | undefined;
  readonly appliedState: string | undefined;
  readonly deleted: boolean;
  readonly tokenName: string | undefined;
  readonly tokenData: string | undefined;
  readonly usageMode: UsageMode;
  /** As far as Google tells it: a dedicated device looks like a fully managed one. */
  readonly managementMode: ManagementMode;
  readonly serialNumber: string | undefined;
  readonly enterpriseSpecificId: string | undefined;
  readonly values: ObservedValues;
  /** Undefined: the report has no list. */
  readonly apps: readonly ObservedApp[] | undefined;
  readonly details: readonly DeviceDetail[];
};

/** Reads a `Device`; undefined when it names none. Whatever else is wrong in it is left out. */
export function readDevice(body: unknown): DeviceReport | undefined {
  const name = textOf(field(body, 'name'), 400);
  if (!isRecord(body) || name === undefined || !isDeviceName(name)) return undefined;
  const reportedAt = instantOf(field(body, 'lastStatusReportTime'));
  const syncedAt = instantOf(field(body, 'lastPolicySyncTime'));
  const enrolledAt = instantOf(field(body, 'enrollmentTime'));
  const appliedState = textOf(field(body, 'appliedState'), 100);
  const usageMode = field(body, 'ownership') === 'PERSONALLY_OWNED' ? 'personally-owned' : 'company-owned';
  const profile = field(body, 'managementMode') === 'PROFILE_OWNER' || usageMode === 'personally-owned';
  const hardware = identityOf(body, usageMode);
  const saidAt = latest([reportedAt, syncedAt, enrolledAt]);
  return {
    name,
    previousNames: listOf(field(body, 'previousDeviceNames'))
      .flatMap((entry) => textOf(entry, 400) ?? [])
      .slice(-20),
    saidAt,
    reportedAt,
    syncedAt,
    enrolledAt,
    appliedState,
    deleted: appliedState === 'DELETED' || field(body, 'state') === 'DELETED',
    tokenName: textOf(field(body, 'enrollmentTokenName'), 400),
    tokenData: textOf(field(body, 'enrollmentTokenData')),
    usageMode,
    managementMode: profile ? 'work-profile' : 'fully-managed',
    ...hardware,
    values: valuesOf(body, hardware.serialNumber, appliedState),
    apps: appsOf(body),
    details: [...nonComplianceDetails(body, reportedAt), ...platformDetails(body, reportedAt)],
  };
}

/** On a person's own device the "serial number" of newer versions is an id made for this enterprise (fact sheet 4.1). */
function identityOf(body: Json, usageMode: UsageMode) {
  const enterpriseSpecificId = textOf(field(body, 'hardwareInfo', 'enterpriseSpecificId'), 200);
  const said = textOf(field(body, 'hardwareInfo', 'serialNumber'), 200);
  const real = usageMode === 'company-owned' && said !== enterpriseSpecificId && said?.toLowerCase() !== 'unknown';
  return { enterpriseSpecificId, serialNumber: real ? said : undefined };
}

function valuesOf(body: Json, serialNumber: string | undefined, appliedState: string | undefined): ObservedValues {
  const hardware = (name: string) => textOf(field(body, 'hardwareInfo', name), 200);
  const software = (name: string) => textOf(field(body, 'softwareInfo', name), 200);
  const network = (name: string) => textOf(field(body, 'networkInfo', name), 200);
  const settings = field(body, 'deviceSettings');
  const [manufacturer, model] = [hardware('manufacturer') ?? hardware('brand'), hardware('model')];
  const apiLevel = numberOf(field(body, 'apiLevel'));
  const total = numberOf(field(body, 'memoryInfo', 'totalInternalStorage'));
  const telephony = listOf(field(body, 'networkInfo', 'telephonyInfos'))[0];
  const sim = (name: string) => textOf(field(telephony, name), 100);
  return {
    osFamily: 'Android',
    serialNumber,
    manufacturer,
    model,
    modelName: modelNameOf(manufacturer, model),
    osVersion: software('androidVersion'),
    osBuild: software('androidBuildNumber'),
    securityPatchLevel: software('securityPatchLevel'),
    apiLevel:
      apiLevel !== undefined && Number.isInteger(apiLevel) && apiLevel > 0 && apiLevel < 10_000 ? apiLevel : undefined,
    imei: network('imei'),
    meid: network('meid'),
    wifiMac: network('wifiMacAddress')?.toLowerCase(),
    phoneNumber: sim('phoneNumber'),
    carrier: sim('carrierName') ?? network('networkOperatorName'),
    iccid: sim('iccId'),
    ...securityOf(body, settings),
    lostMode: appliedState === undefined || appliedState === 'PROVISIONING' ? undefined : appliedState === 'LOST',
    batteryLevel: batteryOf(body),
    capacityBytes: total !== undefined && total >= 0 ? total : undefined,
    availableBytes: freeStorageOf(body),
  };
}

function modelNameOf(manufacturer: string | undefined, model: string | undefined): string | undefined {
  if (model === undefined || manufacturer === undefined) return model;
  return model.toLowerCase().startsWith(manufacturer.toLowerCase()) ? model : `${manufacturer} ${model}`;
}

/** In proto3 JSON a false value is absent (fact sheet 1.6): absent means false only where the section itself is there. */
function securityOf(body: Json, settings: unknown): ObservedValues {
  const applied = field(body, 'appliedPolicyVersion') !== undefined || field(body, 'policyCompliant') !== undefined;
  const compliant = applied ? booleanOf(field(body, 'policyCompliant')) === true : undefined;
  if (!isRecord(settings)) return { policyCompliant: compliant };
  const status = textOf(field(settings, 'encryptionStatus'), 100);
  const byStatus = status?.startsWith('ACTIVE') === true;
  return {
    policyCompliant: compliant,
    passcodePresent: booleanOf(field(settings, 'isDeviceSecure')) === true,
    encrypted: booleanOf(field(settings, 'isEncrypted')) === true || byStatus,
  };
}

/** The newest level that was collected, from 0 to 1. */
function batteryOf(body: Json): number | undefined {
  const newest = newestOf(listOf(field(body, 'powerManagementEvents')), 'batteryLevel', () => true);
  return newest === undefined || newest < 0 || newest > 100 ? undefined : newest / 100;
}

function freeStorageOf(body: Json): number | undefined {
  const isFree = (event: unknown) => field(event, 'eventType') === 'INTERNAL_STORAGE_MEASURED';
  const newest = newestOf(listOf(field(body, 'memoryEvents')), 'byteCount', isFree);
  return newest === undefined || newest < 0 ? undefined : newest;
}

function newestOf(events: readonly unknown[], name: string, wanted: (event: unknown) => boolean): number | undefined {
  let newest: { readonly value: number; readonly at: Temporal.Instant } | undefined;
  for (const event of events) {
    const [value, at] = [numberOf(field(event, name)), instantOf(field(event, 'createTime'))];
    if (value === undefined || at === undefined || !wanted(event)) continue;
    // Of one moment the later in the list.
    if (newest === undefined || Temporal.Instant.compare(at, newest.at) >= 0) newest = { value, at };
  }
  return newest?.value;
}

function appsOf(body: Json): readonly ObservedApp[] | undefined {
  if (!Array.isArray(field(body, 'applicationReports'))) return undefined;
  return listOf(field(body, 'applicationReports')).flatMap((report) => {
    const identifier = textOf(field(report, 'packageName'), 255);
    if (identifier === undefined || field(report, 'state') === 'REMOVED') return [];
    const version = numberOf(field(report, 'versionCode'));
    return [
      {
        identifier,
        name: textOf(field(report, 'displayName'), 300),
        version: version === undefined ? undefined : String(version),
        shortVersion: textOf(field(report, 'versionName'), 200),
        details: appDetails(report),
      },
    ];
  });
}

const APP_DETAILS = [
  'applicationSource',
  'installerPackageName',
  'userFacingType',
  'keyedAppStates',
  'signingKeyCerts',
];

function appDetails(report: unknown): Json {
  const told = APP_DETAILS.map((name) => [name, field(report, name)] as const);
  return Object.fromEntries(told.filter(([, value]) => value !== undefined));
}
