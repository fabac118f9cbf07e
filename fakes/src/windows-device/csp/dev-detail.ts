import { createHash } from 'node:crypto';
import { GET, GET_BOOL, GET_INT, localTime, NodeRefused, type Pc, type Rule } from './rule.ts';

const MICROSOFT = './DevDetail/Ext/Microsoft';

/** `DevInfo` and `DevDetail`: what the PC is. */
export const DEV_DETAIL: readonly Rule[] = [
  { path: './DevInfo/DevId', ...GET, read: ({ blueprint }) => blueprint.deviceId },
  { path: './DevInfo/Man', ...GET, read: ({ blueprint }) => blueprint.hardware.manufacturer },
  { path: './DevInfo/Mod', ...GET, read: ({ blueprint }) => blueprint.hardware.model },
  { path: './DevInfo/DmV', ...GET, read: () => '1.3' },
  { path: './DevInfo/Lang', ...GET, read: ({ blueprint }) => blueprint.language },
  { path: './DevDetail/URI/MaxDepth', ...GET_INT, read: () => 0 },
  { path: './DevDetail/URI/MaxTotLen', ...GET_INT, read: () => 0 },
  { path: './DevDetail/URI/MaxSegLen', ...GET_INT, read: () => 0 },
  { path: './DevDetail/DevTyp', ...GET, read: ({ blueprint }) => blueprint.hardware.model },
  { path: './DevDetail/OEM', ...GET, read: ({ blueprint }) => blueprint.hardware.oem },
  { path: './DevDetail/FwV', ...GET, read: ({ blueprint }) => blueprint.hardware.firmware },
  { path: './DevDetail/HwV', ...GET, read: ({ blueprint }) => blueprint.hardware.firmware },
  { path: './DevDetail/SwV', ...GET, read: ({ blueprint }) => blueprint.osVersion },
  { path: './DevDetail/LrgObj', ...GET_BOOL, read: () => false },
  { path: './DevDetail/Ext/DeviceHardwareData', ...GET, builds: ['15063'], read: hardwareData },
  { path: './DevDetail/Ext/WLANMACAddress', ...GET, read: ({ blueprint }) => blueprint.macs.wifi },
  { path: './DevDetail/Ext/VoLTEServiceSetting', ...GET, read: () => undefined },
  { path: './DevDetail/Ext/WlanIPv4Address', ...GET, read: (pc) => wireless(pc, pc.blueprint.address) },
  { path: './DevDetail/Ext/WlanIPv6Address', ...GET, read: (pc) => wireless(pc, 'fe80::1c5a:8f3e:77b0:12%12') },
  { path: './DevDetail/Ext/WlanDnsSuffix', ...GET, read: (pc) => wireless(pc, 'corp.example.jp') },
  { path: './DevDetail/Ext/WlanSubnetMask', ...GET, read: (pc) => wireless(pc, '255.255.255.0') },
  { path: `${MICROSOFT}/MobileID`, ...GET, read: ({ blueprint }) => blueprint.imei },
  { path: `${MICROSOFT}/CommercializationOperator`, ...GET, read: () => undefined },
  { path: `${MICROSOFT}/Resolution`, ...GET, read: () => '1920x1080' },
  { path: `${MICROSOFT}/ProcessorType`, ...GET_INT, read: ({ blueprint }) => (blueprint.hardware.arm ? 0 : 8664) },
  // PROCESSOR_ARCHITECTURE_ARM64 and _AMD64.
  {
    path: `${MICROSOFT}/ProcessorArchitecture`,
    ...GET_INT,
    read: ({ blueprint }) => (blueprint.hardware.arm ? 12 : 9),
  },
  { path: `${MICROSOFT}/OSPlatform`, ...GET, read: ({ blueprint }) => blueprint.edition.productName },
  { path: `${MICROSOFT}/LocalTime`, ...GET, read: ({ now }) => localTime(now) },
  { path: `${MICROSOFT}/SystemSKU`, ...GET, read: ({ blueprint }) => blueprint.hardware.model },
  { path: `${MICROSOFT}/TotalStorage`, ...GET_INT, read: ({ blueprint }) => blueprint.storageGigabytes * 953 },
  { path: `${MICROSOFT}/FreeStorage`, ...GET_INT, read: ({ blueprint }) => blueprint.freeGigabytes * 953 },
  { path: `${MICROSOFT}/TotalRAM`, ...GET_INT, read: ({ blueprint }) => blueprint.memoryGigabytes * 1024 - 192 },
  {
    path: `${MICROSOFT}/SMBIOSSerialNumber`,
    ...GET,
    builds: ['17763'],
    read: ({ blueprint }) => blueprint.serialNumber,
  },
  { path: `${MICROSOFT}/SMBIOSVersion`, ...GET, builds: ['22000', '19041.1387'], read: () => '3.4' },
  { path: `${MICROSOFT}/DeviceName`, format: 'chr', verbs: 'GR', read: ({ state }) => state.name },
  {
    path: `${MICROSOFT}/DNSComputerName`,
    format: 'chr',
    verbs: 'GR',
    builds: ['19041'],
    read: ({ state }) => state.pendingName ?? state.name,
    written: rename,
  },
];

function wireless({ blueprint }: Pc, value: string): string | undefined {
  return blueprint.macs.wifi === undefined ? undefined : value;
}

/** Four kilobytes that always are the same for one PC, like the hash that Autopilot wants. */
function hardwareData({ blueprint }: Pc): string {
  const blocks = Array.from({ length: 96 }, (_, index) =>
    createHash('sha256').update(`${blueprint.hardwareId} ${index}`).digest(),
  );
  return Buffer.concat(blocks).toString('base64');
}

/** Takes `%SERIAL%` and `%RAND:n%`; the name holds from the next start. Fifteen characters at most, not digits alone. */
function rename({ blueprint, state, random }: Pc, _names: unknown, wanted: string): void {
  const name = wanted
    .replace(/%SERIAL%/g, blueprint.serialNumber)
    .replace(/%RAND:(\d{1,2})%/g, (_all, count: string) => random.digits(Number(count)));
  const length = [...name].length;
  const legal = length >= 1 && length <= 15 && !/[\s%.\\/:*?"<>|{}|~!@#$^&'()]/.test(name) && !/^\d+$/.test(name);
  if (!legal) throw new NodeRefused(500, '0x8007007b');
  state.pendingName = name;
}
