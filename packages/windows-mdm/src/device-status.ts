import { editionName } from './editions.ts';
import { booleanAt, type Detail, type DetailGroup, macAddress, numberAt, textAt, type Values } from './values.ts';

const DETAIL = './DevDetail/Ext/Microsoft';
const STATUS = './Vendor/MSFT/DeviceStatus';
const BITLOCKER = './Device/Vendor/MSFT/BitLocker/Status';
const HEALTH = './Device/Vendor/MSFT/Defender/Health';

/** What of an observation every platform has; absent: not said; null: said to be none. */
export type Reading = {
  readonly name?: string | null | undefined;
  readonly serialNumber?: string | null | undefined;
  readonly manufacturer?: string | null | undefined;
  readonly model?: string | null | undefined;
  readonly osVersion?: string | undefined;
  readonly osEdition?: string | undefined;
  readonly wifiMac?: string | null | undefined;
  readonly ethernetMac?: string | undefined;
  readonly secureBoot?: boolean | null | undefined;
  readonly tpmVersion?: string | null | undefined;
  readonly antivirusActive?: boolean | null | undefined;
  readonly antivirusCurrent?: boolean | null | undefined;
  readonly firewallEnabled?: boolean | null | undefined;
  readonly encrypted?: boolean | undefined;
  readonly batteryLevel?: number | null | undefined;
  readonly domainName?: string | null | undefined;
  readonly capacityBytes?: number | undefined;
  readonly availableBytes?: number | undefined;
};

export type Said = { readonly reading: Reading; readonly details: readonly Detail[] };

const MEGABYTE = 1024 * 1024;

/** Numbers that makers leave in the firmware of many machines at once (fact sheet 5.1); compared in lower case. */
const PLACEHOLDERS: ReadonlySet<string> = new Set([
  'to be filled by o.e.m.',
  'system serial number',
  'default string',
  'not specified',
  'not applicable',
  'none',
  'n/a',
  'invalid',
  'oem',
  'o.e.m.',
  'serial number',
  '0',
  '00000000',
  '123456789',
  '0123456789',
  '1234567890',
]);

/** A serial number that tells machines apart; null for what stands in its place. */
export function serialNumberOf(text: string | null | undefined): string | null | undefined {
  if (text === undefined || text === null) return text;
  const known = text.trim().toLowerCase();
  return PLACEHOLDERS.has(known) || /^(?:0+|x+|\.+|-+)$/.test(known) ? null : text.trim();
}

/** `./DevInfo` and `./DevDetail`. */
export function readDevDetail(values: Values): Said {
  const version = textAt(values, './DevDetail/SwV');
  const group = collector('system');
  group.text('firmware_version', textAt(values, './DevDetail/FwV'));
  group.text('local_time', textAt(values, `${DETAIL}/LocalTime`));
  group.text('ipv4', textAt(values, './DevDetail/Ext/WlanIPv4Address'), { group: 'network' });
  group.text('ipv6', textAt(values, './DevDetail/Ext/WlanIPv6Address'), { group: 'network' });
  group.text('os_platform', textAt(values, `${DETAIL}/OSPlatform`));
  group.text('hardware_version', textAt(values, './DevDetail/HwV'), { group: 'hardware' });
  group.text('resolution', textAt(values, `${DETAIL}/Resolution`), { group: 'hardware' });
  group.text('smbios_version', textAt(values, `${DETAIL}/SMBIOSVersion`), { group: 'hardware' });
  const memory = numberAt(values, `${DETAIL}/TotalRAM`);
  group.add('memory_megabytes', memory, { group: 'hardware' });
  const architecture = numberAt(values, `${DETAIL}/ProcessorArchitecture`);
  group.add('processor_architecture', architecture, {
    group: 'hardware',
    meaning: meaningOf('windows.architecture', ARCHITECTURES, architecture),
  });
  return {
    reading: {
      name: textAt(values, `${DETAIL}/DNSComputerName`) ?? textAt(values, `${DETAIL}/DeviceName`),
      serialNumber: serialNumberOf(textAt(values, `${DETAIL}/SMBIOSSerialNumber`)),
      manufacturer: textAt(values, './DevInfo/Man'),
      model: textAt(values, './DevInfo/Mod'),
      osVersion: version !== null && /^10\.0\.[0-9.]{1,20}$/.test(version ?? '') ? version : undefined,
      wifiMac: wifiMac(textAt(values, './DevDetail/Ext/WLANMACAddress')),
      capacityBytes: megabytes(numberAt(values, `${DETAIL}/TotalStorage`)),
      availableBytes: megabytes(numberAt(values, `${DETAIL}/FreeStorage`)),
    },
    details: group.details,
  };
}

function wifiMac(text: string | null | undefined): string | null | undefined {
  return text === undefined ? undefined : (macAddress(text) ?? null);
}

function megabytes(value: number | undefined): number | undefined {
  return value === undefined || value < 0 ? undefined : value * MEGABYTE;
}

/** PROCESSOR_ARCHITECTURE_* of Windows. */
const ARCHITECTURES: Readonly<Record<number, string>> = { 0: 'x86', 5: 'arm', 9: 'x64', 12: 'arm64' };

/** Security centre states (fact sheet 5.1), of Antivirus, Antispyware, Firewall and UAC. */
export const MONITORING = {
  0: 'on',
  1: 'off',
  2: 'partly_off',
  3: 'paused',
  4: 'not_applicable',
} as const satisfies Readonly<Record<number, string>>;
export const SIGNATURES = { 0: 'outdated', 1: 'current', 2: 'not_applicable' } as const satisfies Readonly<
  Record<number, string>
>;
export const SECURE_BOOT = { 0: 'unsupported', 1: 'on', 2: 'off' } as const satisfies Readonly<Record<number, string>>;
/** `OS/Mode`: what of S mode is left. */
export const OS_MODES = { 0: 'not_s_mode', 1: 's_mode' } as const satisfies Readonly<Record<number, string>>;
export const DMA_PROTECTION = { 0: 'off', 1: 'on' } as const satisfies Readonly<Record<number, string>>;

/** `./Vendor/MSFT/DeviceStatus`, but for its network. */
export function readDeviceStatus(values: Values): Said {
  const at = (node: string) => numberAt(values, `${STATUS}/${node}`);
  const antivirus = at('Antivirus/Status');
  const signatures = at('Antivirus/SignatureStatus');
  const firewall = at('Firewall/Status');
  const secureBoot = at('SecureBootState');
  const edition = at('OS/Edition');
  const group = collector('security');
  group.state('secure_boot', secureBoot, SECURE_BOOT);
  group.state('antivirus', antivirus, MONITORING);
  group.state('antivirus_signatures', signatures, SIGNATURES);
  group.state('antispyware', at('Antispyware/Status'), MONITORING);
  group.state('antispyware_signatures', at('Antispyware/SignatureStatus'), SIGNATURES);
  group.state('firewall', firewall, MONITORING);
  group.state('user_account_control', at('UAC/Status'), MONITORING);
  group.state('boot_dma_protection', at('DMA/BootDMAProtectionStatus'), DMA_PROTECTION);
  group.text('tpm_manufacturer', textAt(values, `${STATUS}/TPM/ManufacturerIdTxt`));
  group.text('tpm_firmware', textAt(values, `${STATUS}/TPM/ManufacturerVersion`));
  group.state('s_mode', at('OS/Mode'), OS_MODES);
  group.add('edition_number', edition, { group: 'system' });
  group.add('battery_runtime_seconds', atLeastZero(at('Battery/EstimatedRuntime')), { group: 'hardware' });
  return {
    reading: {
      osEdition: edition === undefined ? undefined : editionName(edition),
      secureBoot: secureBoot === undefined ? undefined : secureBoot === 0 ? null : secureBoot === 1,
      tpmVersion: tpmVersion(textAt(values, `${STATUS}/TPM/SpecificationVersion`)),
      antivirusActive: monitoring(antivirus),
      antivirusCurrent: signatures === undefined ? undefined : signatures === 2 ? null : signatures === 1,
      firewallEnabled: monitoring(firewall),
      encrypted: booleanAt(values, `${STATUS}/Compliance/EncryptionCompliance`),
      batteryLevel: batteryLevel(at('Battery/EstimatedChargeRemaining')),
      domainName: textAt(values, `${STATUS}/DomainName`),
    },
    details: group.details,
  };
}

function monitoring(status: number | undefined): boolean | null | undefined {
  if (status === undefined) return undefined;
  return status === 4 ? null : status === 0;
}

/** `2.0, 0, 1.38` and `2.0` are 2.0; no TPM says so in words. */
function tpmVersion(text: string | null | undefined): string | null | undefined {
  if (text === undefined) return undefined;
  return /^[0-9]+\.[0-9]+/.exec(text ?? '')?.[0] ?? null;
}

/** A percentage; 255 and -1 stand for "unknown" and for a machine without a battery. */
function batteryLevel(value: number | undefined): number | null | undefined {
  if (value === undefined) return undefined;
  return value >= 0 && value <= 100 ? value / 100 : null;
}

function atLeastZero(value: number | undefined): number | undefined {
  return value !== undefined && value >= 0 ? value : undefined;
}

/** `NetworkIdentifiers/{MacAddress}/*`. Type: 1 is wired, 2 is wireless. */
export function readNetwork(values: Values): Said {
  const prefix = `${STATUS}/NetworkIdentifiers/`;
  const names = new Set(
    [...values.keys()].filter((uri) => uri.startsWith(prefix)).map((uri) => uri.split('/')[5] ?? ''),
  );
  const group = collector('network');
  let ethernetMac: string | undefined;
  for (const name of names) {
    const of = macAddress(decodeSegment(name));
    if (of === undefined) continue;
    const type = numberAt(values, `${prefix}${name}/Type`);
    const connected = booleanAt(values, `${prefix}${name}/IsConnected`);
    group.state('adapter', type, ADAPTERS, of);
    group.add('connected', connected, { of });
    group.text('ipv4', textAt(values, `${prefix}${name}/IPAddressV4`), { of });
    group.text('ipv6', textAt(values, `${prefix}${name}/IPAddressV6`), { of });
    if (type === 1 && (ethernetMac === undefined || connected === true)) ethernetMac = of;
  }
  return { reading: { ethernetMac }, details: group.details };
}

export const ADAPTERS = { 0: 'unknown', 1: 'wired', 2: 'wireless' } as const satisfies Readonly<Record<number, string>>;

/** A segment of a LocURI as it was before it was percent-encoded; as it is when it was not. */
export function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** Bits of `BitLocker/Status/DeviceEncryptionStatus`, from bit 0; 0 as a whole: encrypted as the policy wants it. */
export const BITLOCKER_CAUSES = [
  'user_did_not_consent',
  'os_volume_other_method',
  'os_volume_unprotected',
  'tpm_only_wanted',
  'tpm_pin_wanted',
  'tpm_startup_key_wanted',
  'tpm_pin_startup_key_wanted',
  'tpm_wanted',
  'recovery_key_backup_failed',
  'fixed_drive_unprotected',
  'fixed_drive_other_method',
  'administrator_wanted',
  'recovery_environment_missing',
  'tpm_not_available',
  'tpm_not_ready',
  'network_not_available',
] as const;
export type BitLockerCause = (typeof BITLOCKER_CAUSES)[number];

/** What a status says; bits that we do not know are left out. */
export function bitLockerCauses(status: number): readonly BitLockerCause[] {
  return BITLOCKER_CAUSES.filter((_, bit) => isSet(status, bit));
}

/** `BitLocker/Status`. */
export function readBitLocker(values: Values): Said {
  const status = numberAt(values, `${BITLOCKER}/DeviceEncryptionStatus`);
  const rotation = numberAt(values, `${BITLOCKER}/RotateRecoveryPasswordsStatus`);
  const group = collector('bitlocker');
  const causes = status === undefined ? [] : bitLockerCauses(status);
  group.add('encryption_status', status, {
    meaning: { code: status === 0 ? 'windows.bitlocker.compliant' : 'windows.bitlocker.not_compliant' },
  });
  for (const cause of causes) {
    group.add('cause', BITLOCKER_CAUSES.indexOf(cause), { of: cause, meaning: { code: `windows.bitlocker.${cause}` } });
  }
  group.state('rotation', rotation, ROTATIONS);
  return { reading: {}, details: group.details };
}

export const ROTATIONS = { 0: 'done', 1: 'pending', 2: 'not_started' } as const satisfies Readonly<
  Record<number, string>
>;

/** Bits of `Defender/Health/ComputerState`; 0 as a whole: clean. */
export const DEFENDER_STATES = [
  'full_scan_pending',
  'restart_pending',
  'manual_steps_pending',
  'offline_scan_pending',
  'critical_failure',
] as const;
/** Bits of `Defender/Health/ProductStatus` that ask for somebody's attention. */
export const DEFENDER_PROBLEMS: Readonly<Record<number, string>> = {
  0: 'service_not_running',
  1: 'no_engine',
  2: 'full_scan_pending',
  3: 'restart_pending',
  4: 'manual_steps_pending',
  5: 'antivirus_signatures_outdated',
  6: 'antispyware_signatures_outdated',
  7: 'no_quick_scan',
  8: 'no_full_scan',
  14: 'expired',
  15: 'offline_scan_required',
  17: 'remediation_failed_critically',
  18: 'remediation_failed',
  20: 'platform_outdated',
  22: 'platform_soon_outdated',
  23: 'end_of_life',
};

/** `Defender/Health`. */
export function readDefender(values: Values): Said {
  const at = (node: string) => `${HEALTH}/${node}`;
  const group = collector('defender');
  const computer = numberAt(values, at('ComputerState'));
  const product = numberAt(values, at('ProductStatus'));
  group.add('computer_state', computer, {
    meaning: { code: computer === 0 ? 'windows.defender.clean' : 'windows.defender.needs_attention' },
  });
  group.add('product_status', product, {
    meaning: { code: problemsIn(product).length === 0 ? 'windows.defender.in_order' : 'windows.defender.has_problems' },
  });
  const states = DEFENDER_STATES.filter((_, bit) => computer !== undefined && isSet(computer, bit));
  for (const name of new Set([...states, ...problemsIn(product)])) {
    group.add('cause', true, { of: name, meaning: { code: `windows.defender.${name}` } });
  }
  group.add('service_running', booleanAt(values, at('DefenderEnabled')));
  group.add('real_time_protection', booleanAt(values, at('RtpEnabled')));
  group.add('network_inspection', booleanAt(values, at('NisEnabled')));
  group.add('tamper_protection', booleanAt(values, at('TamperProtectionEnabled')));
  group.add('virtual_machine', booleanAt(values, at('IsVirtualMachine')));
  group.text('signature_version', textAt(values, at('SignatureVersion')));
  group.text('engine_version', textAt(values, at('EngineVersion')));
  group.text('platform_version', textAt(values, at('DefenderVersion')));
  group.text('last_quick_scan', textAt(values, at('QuickScanTime')));
  group.text('last_full_scan', textAt(values, at('FullScanTime')));
  return { reading: {}, details: group.details };
}

function problemsIn(status: number | undefined): readonly string[] {
  if (status === undefined) return [];
  return Object.entries(DEFENDER_PROBLEMS)
    .filter(([bit]) => isSet(status, Number(bit)))
    .map(([, name]) => name);
}

function isSet(value: number, bit: number): boolean {
  return Math.floor(value / 2 ** bit) % 2 === 1;
}

function meaningOf(
  prefix: string,
  names: Readonly<Record<number, string>>,
  value: number | undefined,
): Detail['meaning'] | undefined {
  const name = value === undefined ? undefined : names[value];
  return name === undefined ? undefined : { code: `${prefix}.${name}` };
}

type Extras = {
  readonly of?: string | undefined;
  readonly group?: DetailGroup;
  readonly meaning?: Detail['meaning'] | undefined;
};

/** Gathers details of one group, leaving out what was not said. */
function collector(own: DetailGroup) {
  const details: Detail[] = [];
  const add = (code: string, value: Detail['value'] | undefined, { of, group = own, meaning }: Extras = {}): void => {
    if (value === undefined) return;
    details.push({ group, code, ...(of === undefined ? {} : { of }), value, ...(meaning && { meaning }) });
  };
  return {
    details,
    add,
    text: (code: string, value: string | null | undefined, extras: Extras = {}): void =>
      add(code, value ?? undefined, extras),
    /** A number that stands for a state: `windows.<code>.<state>` is what it means. */
    state: (code: string, value: number | undefined, names: Readonly<Record<number, string>>, of?: string): void =>
      add(code, value, { of, meaning: meaningOf(`windows.${code}`, names, value) }),
  };
}
