import { GET, GET_BOOL, GET_INT, type Names, type Pc, type Rule } from './rule.ts';

const STATUS = './Device/Vendor/MSFT/DeviceStatus';
const NETWORK = `${STATUS}/NetworkIdentifiers/{MacAddress}`;
const CELLULAR = `${STATUS}/CellularIdentities/{IMEI}`;
const WITH_TPM_NAMES = ['22000', '19041.1387'];

/** `DeviceStatus` and the versions of the configuration service providers. */
export const DEVICE_STATUS: readonly Rule[] = [
  { path: `${STATUS}/SecureBootState`, ...GET_INT, read: ({ blueprint }) => blueprint.secureBoot },
  { path: `${STATUS}/Compliance/EncryptionCompliance`, ...GET_BOOL, read: systemEncrypted },
  { path: `${STATUS}/NetworkIdentifiers`, format: 'node', verbs: 'G', names: macs },
  { path: `${NETWORK}/IPAddressV4`, ...GET, read: (pc, names) => (isConnected(pc, names) ? pc.blueprint.address : '') },
  {
    path: `${NETWORK}/IPAddressV6`,
    ...GET,
    read: (pc, names) => (isConnected(pc, names) ? 'fe80::1c5a:8f3e:77b0:12' : ''),
  },
  { path: `${NETWORK}/IsConnected`, ...GET_BOOL, read: isConnected },
  // 1 wired, 2 wireless, as the documentation counts them.
  {
    path: `${NETWORK}/Type`,
    ...GET_INT,
    read: ({ blueprint }, { MacAddress }) => (MacAddress === blueprint.macs.wifi ? 2 : 1),
  },
  { path: `${STATUS}/CellularIdentities`, format: 'node', verbs: 'G', names: ({ blueprint }) => one(blueprint.imei) },
  { path: `${CELLULAR}/IMSI`, ...GET, read: () => '440100000000000' },
  { path: `${CELLULAR}/ICCID`, ...GET, read: () => '8981100000000000000' },
  { path: `${CELLULAR}/PhoneNumber`, ...GET, read: () => '' },
  { path: `${CELLULAR}/CommercializationOperator`, ...GET, read: () => 'NTT DOCOMO' },
  { path: `${CELLULAR}/RoamingStatus`, ...GET_BOOL, read: () => false },
  { path: `${CELLULAR}/RoamingCompliance`, ...GET_BOOL, read: () => true },
  { path: `${STATUS}/TPM/SpecificationVersion`, ...GET, builds: ['15063'], read: specificationVersion },
  {
    path: `${STATUS}/TPM/ManufacturerId`,
    ...GET,
    builds: WITH_TPM_NAMES,
    read: ({ blueprint }) => blueprint.tpm?.manufacturerId,
  },
  {
    path: `${STATUS}/TPM/ManufacturerIdTxt`,
    ...GET,
    builds: WITH_TPM_NAMES,
    read: ({ blueprint }) => blueprint.tpm?.manufacturer,
  },
  {
    path: `${STATUS}/TPM/ManufacturerVersion`,
    ...GET,
    builds: WITH_TPM_NAMES,
    read: ({ blueprint }) => blueprint.tpm?.version,
  },
  {
    path: `${STATUS}/OS/Edition`,
    ...GET,
    builds: ['15063'],
    read: ({ blueprint }) => String(blueprint.edition.number),
  },
  { path: `${STATUS}/OS/Mode`, ...GET_INT, builds: ['17134'], read: () => 0 },
  { path: `${STATUS}/Antivirus/SignatureStatus`, ...GET_INT, builds: ['15063'], read: signatures },
  { path: `${STATUS}/Antivirus/Status`, ...GET_INT, builds: ['15063'], read: () => 0 },
  { path: `${STATUS}/Antispyware/SignatureStatus`, ...GET_INT, builds: ['15063'], read: signatures },
  { path: `${STATUS}/Antispyware/Status`, ...GET_INT, builds: ['15063'], read: () => 0 },
  { path: `${STATUS}/Firewall/Status`, ...GET_INT, builds: ['15063'], read: firewall },
  { path: `${STATUS}/UAC/Status`, ...GET_INT, builds: ['15063'], read: () => 0 },
  { path: `${STATUS}/Battery/Status`, ...GET_INT, builds: ['15063'], read: batteryStatus },
  { path: `${STATUS}/Battery/EstimatedChargeRemaining`, ...GET_INT, builds: ['15063'], read: charge },
  { path: `${STATUS}/Battery/EstimatedRuntime`, ...GET_INT, builds: ['15063'], read: runtime },
  { path: `${STATUS}/DomainName`, ...GET, builds: ['17134'], read: () => '' },
  { path: `${STATUS}/DeviceGuard/VirtualizationBasedSecurityHwReq`, ...GET_INT, builds: ['17134'], read: () => 0 },
  {
    path: `${STATUS}/DeviceGuard/VirtualizationBasedSecurityStatus`,
    ...GET_INT,
    builds: ['17134'],
    read: virtualization,
  },
  { path: `${STATUS}/DeviceGuard/LsaCfgCredGuardStatus`, ...GET_INT, builds: ['17134'], read: () => 1 },
  { path: `${STATUS}/DMA/BootDMAProtectionStatus`, ...GET_INT, builds: ['22000'], read: () => 0 },
  {
    path: `${STATUS}/CertAttestation/MDMClientCertAttestation`,
    ...GET,
    builds: ['22621', '22000.1165'],
    read: () => '',
  },
  {
    path: './Device/Vendor/MSFT/DeviceManageability/Capabilities/CSPVersions',
    format: 'xml',
    verbs: 'G',
    builds: ['14393'],
    read: cspVersions,
  },
];

function one(value: string | undefined): readonly string[] {
  return value === undefined ? [] : [value];
}

function macs({ blueprint }: Pc): readonly string[] {
  return [...one(blueprint.macs.ethernet), ...one(blueprint.macs.wifi)];
}

/** The wireless adapter where there is one: our PCs hang on no cable when they can do without. */
function isConnected({ blueprint }: Pc, { MacAddress }: Names): boolean {
  return MacAddress === (blueprint.macs.wifi ?? blueprint.macs.ethernet);
}

function systemEncrypted({ state }: Pc): boolean {
  return state.volumes.some(({ letter, encrypted }) => letter === 'C:' && encrypted);
}

function specificationVersion({ blueprint }: Pc): string | undefined {
  return blueprint.tpm?.specification ?? 'Not Supported';
}

/** Out of date after a week without an update. */
function signatures({ state, now }: Pc): number {
  return now - state.signaturesAt > 7 * 86_400_000 ? 0 : 1;
}

function firewall({ state }: Pc): number {
  const off = [...state.values].filter(
    ([path, { data }]) => path.endsWith('Profile/EnableFirewall') && data === 'false',
  );
  return off.length === 0 ? 0 : off.length === 3 ? 1 : 2;
}

/** As Win32_Battery: 1 discharging, 2 on power. Without a battery the documentation names 0. */
function batteryStatus({ blueprint }: Pc): number {
  if (blueprint.battery === undefined) return 0;
  return blueprint.battery.charging ? 2 : 1;
}

function charge({ blueprint }: Pc): number {
  return blueprint.battery?.charge ?? 0;
}

function runtime({ blueprint }: Pc): number {
  const { battery } = blueprint;
  return battery === undefined || battery.charging ? 0 : battery.charge * 240;
}

function virtualization({ blueprint }: Pc): number {
  return blueprint.build >= 22000 && blueprint.tpm !== undefined ? 0 : 2;
}

const CSP_VERSIONS: readonly (readonly [string, string])[] = [
  ['./Device/Vendor/MSFT/BitLocker', '5.0'],
  ['./Device/Vendor/MSFT/Defender', '1.3'],
  ['./Device/Vendor/MSFT/DMClient', '1.7'],
  ['./Device/Vendor/MSFT/Policy', '10.0'],
  ['./Device/Vendor/MSFT/Reboot', '1.0'],
  ['./Device/Vendor/MSFT/RemoteWipe', '1.1'],
  ['./Device/Vendor/MSFT/WiFi', '1.1'],
  ['./Vendor/MSFT/DeviceStatus', '1.5'],
  ['./Vendor/MSFT/RemoteFind', '1.0'],
];

function cspVersions(): string {
  const list = CSP_VERSIONS.map(([node, version]) => `<CSP Node="${node}" Version="${version}"/>`);
  return `<?xml version="1.0" encoding="utf-8"?><DeviceManageability Version="com.microsoft/1.1/MDM/DeviceManageability"><Capabilities><CSPVersions>${list.join('')}</CSPVersions></Capabilities></DeviceManageability>`;
}
