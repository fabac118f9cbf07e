import type { Command, Item, Verb } from './model.ts';
import {
  BUSINESS_EDITIONS,
  isBuildEnough,
  isEditionAllowed,
  matches,
  NOT_HOME,
  type NodeFact,
  type WindowsTarget,
} from './node-rules.ts';

const FIRST = ['10586'] as const;
const GET = ['Get'] as const;
const SET = ['Add', 'Delete', 'Get', 'Replace'] as const;
const EXEC = ['Exec'] as const;

type Extra = Omit<NodeFact, 'uri' | 'format' | 'verbs' | 'builds'>;

function node(
  uri: string,
  format: NodeFact['format'],
  verbs: readonly Verb[],
  builds: readonly string[],
  extra: Extra = {},
): NodeFact {
  return { uri, format, verbs, builds, ...extra };
}

function below(
  parent: string,
  names: readonly string[],
  format: NodeFact['format'],
  builds: readonly string[],
  extra: Extra = {},
): readonly NodeFact[] {
  return names.map((name) => node(`${parent}/${name}`, format, GET, builds, extra));
}

const STATUS = './Vendor/MSFT/DeviceStatus';
const DETAIL = './DevDetail/Ext/Microsoft';
const MSI = './Device/Vendor/MSFT/EnterpriseDesktopAppManagement/MSI';
const MSIX = './Device/Vendor/MSFT/EnterpriseModernAppManagement/AppManagement';
const STORE = './Vendor/MSFT/CertificateStore';
const PROVIDER = './Device/Vendor/MSFT/DMClient/Provider/{ProviderID}';
const WIPE = './Device/Vendor/MSFT/RemoteWipe';
const BITLOCKER = './Device/Vendor/MSFT/BitLocker';
const DEFENDER = './Device/Vendor/MSFT/Defender/Health';
const FIND = './Vendor/MSFT/RemoteFind';
const RENEW = './Device/Vendor/MSFT/CertificateStore/MY/WSTEP/Renew';

const business: Extra = { editions: BUSINESS_EDITIONS };
const TPM_DETAILS = ['22000', '19041.1387'] as const;

/** Every node that this server reads, sets or runs by itself (fact sheet 5; DDF v2). Raw commands may name others. */
export const NODES: readonly NodeFact[] = [
  ...below('./DevInfo', ['DevId', 'Man', 'Mod', 'DmV', 'Lang'], 'chr', FIRST),
  ...below('./DevDetail', ['SwV', 'HwV', 'FwV', 'OEM', 'DevTyp'], 'chr', FIRST),
  ...below(DETAIL, ['OSPlatform', 'Resolution', 'LocalTime', 'DeviceName'], 'chr', FIRST),
  ...below(DETAIL, ['ProcessorType', 'ProcessorArchitecture', 'TotalRAM', 'TotalStorage', 'FreeStorage'], 'int', FIRST),
  node(`${DETAIL}/SMBIOSSerialNumber`, 'chr', GET, ['17763']),
  node(`${DETAIL}/SMBIOSVersion`, 'chr', GET, ['22000', '19041.1387']),
  node(`${DETAIL}/DNSComputerName`, 'chr', ['Get', 'Replace'], ['19041']),
  ...below('./DevDetail/Ext', ['WLANMACAddress', 'WlanIPv4Address', 'WlanIPv6Address'], 'chr', FIRST),

  node(`${STATUS}/SecureBootState`, 'int', GET, FIRST),
  node(`${STATUS}/Compliance/EncryptionCompliance`, 'bool', GET, FIRST),
  node(`${STATUS}/NetworkIdentifiers`, 'node', GET, FIRST),
  ...below(`${STATUS}/NetworkIdentifiers/{MacAddress}`, ['IPAddressV4', 'IPAddressV6'], 'chr', FIRST),
  node(`${STATUS}/NetworkIdentifiers/{MacAddress}/IsConnected`, 'bool', GET, FIRST),
  node(`${STATUS}/NetworkIdentifiers/{MacAddress}/Type`, 'int', GET, FIRST),
  node(`${STATUS}/TPM/SpecificationVersion`, 'chr', GET, ['15063']),
  ...below(`${STATUS}/TPM`, ['ManufacturerIdTxt', 'ManufacturerVersion'], 'chr', TPM_DETAILS),
  node(`${STATUS}/OS/Edition`, 'chr', GET, ['15063']),
  node(`${STATUS}/OS/Mode`, 'int', GET, ['17134']),
  ...below(`${STATUS}/Antivirus`, ['Status', 'SignatureStatus'], 'int', ['15063']),
  ...below(`${STATUS}/Antispyware`, ['Status', 'SignatureStatus'], 'int', ['15063']),
  node(`${STATUS}/Firewall/Status`, 'int', GET, ['15063']),
  node(`${STATUS}/UAC/Status`, 'int', GET, ['15063']),
  ...below(`${STATUS}/Battery`, ['Status', 'EstimatedChargeRemaining', 'EstimatedRuntime'], 'int', ['15063']),
  node(`${STATUS}/DomainName`, 'chr', GET, ['17134']),
  node(`${STATUS}/DMA/BootDMAProtectionStatus`, 'int', GET, ['22000']),

  node(`${BITLOCKER}/Status/DeviceEncryptionStatus`, 'int', GET, ['18362'], business),
  node(`${BITLOCKER}/Status/RotateRecoveryPasswordsStatus`, 'int', GET, ['18363'], business),
  node(`${BITLOCKER}/Status/RotateRecoveryPasswordsRequestID`, 'chr', GET, ['18363'], business),
  node(`${BITLOCKER}/RotateRecoveryPasswords`, 'chr', EXEC, ['18363'], business),

  ...below(DEFENDER, ['ComputerState'], 'int', FIRST),
  node(`${DEFENDER}/ProductStatus`, 'int', GET, ['17763']),
  ...below(
    DEFENDER,
    ['DefenderEnabled', 'RtpEnabled', 'NisEnabled', 'SignatureOutOfDate', 'RebootRequired'],
    'bool',
    FIRST,
  ),
  ...below(DEFENDER, ['QuickScanOverdue', 'FullScanOverdue', 'FullScanRequired'], 'bool', FIRST),
  ...below(DEFENDER, ['DefenderVersion', 'EngineVersion', 'SignatureVersion'], 'chr', FIRST),
  ...below(DEFENDER, ['QuickScanTime', 'FullScanTime'], 'chr', FIRST),
  node(`${DEFENDER}/TamperProtectionEnabled`, 'bool', GET, ['18362']),
  node(`${DEFENDER}/IsVirtualMachine`, 'bool', GET, ['18362']),

  node(MSI, 'node', GET, FIRST, business),
  ...below(`${MSI}/{ProductID}`, ['Name', 'Version', 'Publisher', 'InstallDate'], 'chr', FIRST, business),
  ...below(MSIX, ['AppStore', 'nonStore'], 'node', FIRST),

  ...below(STORE, ['ROOT/System', 'CA/System', 'MY/System', 'MY/User'], 'node', FIRST),
  ...['ROOT/System', 'CA/System', 'MY/System', 'MY/User'].map((store) =>
    node(`${STORE}/${store}/{CertHash}/EncodedCertificate`, 'b64', ['Add', 'Get', 'Replace'], FIRST),
  ),
  ...below(RENEW, ['Status', 'ErrorCode'], 'int', FIRST),
  node(`${RENEW}/RenewNow`, 'null', EXEC, FIRST),

  ...['NumberOfFirstRetries', 'IntervalForFirstSetOfRetries', 'NumberOfSecondRetries', 'IntervalForSecondSetOfRetries']
    .concat('NumberOfRemainingScheduledRetries', 'IntervalForRemainingScheduledRetries')
    .map((name) => node(`${PROVIDER}/Poll/${name}`, 'int', SET, ['10240'])),
  ...['PollOnLogin', 'AllUsersPollOnFirstLogin'].map((name) =>
    node(`${PROVIDER}/Poll/${name}`, 'bool', SET, ['10240']),
  ),
  node(`${PROVIDER}/Push/PFN`, 'chr', SET, ['10240']),
  node(`${PROVIDER}/Push/ChannelURI`, 'chr', GET, ['10240'], { secret: true }),
  node(`${PROVIDER}/Push/Status`, 'int', GET, ['10240']),
  node(`${PROVIDER}/MaxSyncApplicationVersion`, 'chr', GET, ['10240']),
  node(`${PROVIDER}/SyncApplicationVersion`, 'chr', ['Get', 'Replace'], ['10240']),
  node(`${PROVIDER}/RequireMessageSigning`, 'bool', ['Get', 'Replace'], ['10240']),
  node(`${PROVIDER}/EnrollmentType`, 'chr', GET, ['14393']),
  node(`${PROVIDER}/Unenroll`, 'chr', EXEC, ['10240']),

  node('./Device/Vendor/MSFT/Reboot/RebootNow', 'null', EXEC, ['14393']),
  // The DDF lists PCs too, but they answer 405 (fact sheet 5.2): it came from phones, and HoloLens is what is left of them.
  node('./Device/Vendor/MSFT/RemoteLock/Lock', 'null', EXEC, FIRST, { editions: [0x87, 0x88] }),
  node(`${WIPE}/doWipe`, 'chr', EXEC, FIRST),
  node(`${WIPE}/doWipePersistProvisionedData`, 'chr', EXEC, FIRST),
  node(`${WIPE}/doWipeProtected`, 'chr', EXEC, ['15063']),
  node(`${WIPE}/doWipePersistUserData`, 'chr', EXEC, ['16299']),
  ...['doWipeCloud', 'doWipeCloudPersistUserData', 'doWipeCloudPersistProvisionedData'].map((name) =>
    node(`${WIPE}/${name}`, 'chr', EXEC, ['22621']),
  ),
  ...['DesiredAccuracy', 'Timeout', 'MaximumAge'].map((name) =>
    node(`${FIND}/${name}`, 'int', ['Get', 'Replace'], FIRST, { editions: NOT_HOME }),
  ),
  ...below(`${FIND}/Location`, ['Latitude', 'Longitude', 'Altitude'], 'chr', FIRST, { editions: NOT_HOME }),
  ...below(`${FIND}/Location`, ['Accuracy', 'AltitudeAccuracy', 'Age'], 'int', FIRST, { editions: NOT_HOME }),
];

/** The node a LocURI addresses; its query (`?list=StructData`) does not count. Undefined: not in our catalogue. */
export function findNode(uri: string): NodeFact | undefined {
  const path = pathOf(uri);
  return NODES.find(({ uri: template }) => matches(pathOf(template), path));
}

/** A LocURI without its query, with the device's tree named in one way: `./Device/Vendor/MSFT` is `./Vendor/MSFT`. */
export function pathOf(uri: string): string {
  const [path = ''] = uri.split('?', 1);
  return path.startsWith('./Device/') ? `./${path.slice('./Device/'.length)}` : path;
}

/** Why a node will refuse a command. Fixed codes; the console words them. */
export const NODE_PROBLEMS = [
  'verb', // the node does not know the verb
  'format', // the item's format is not the node's
  'build_too_old',
  'edition', // the node is not in the device's edition
] as const;
export type NodeProblemCode = (typeof NODE_PROBLEMS)[number];
export type NodeProblem = {
  readonly code: NodeProblemCode;
  readonly target: string;
  /** Of `build_too_old`: where the node begins. */
  readonly needs?: readonly string[];
};

/**
 * Checks a command against the catalogue and the device. Nodes that the catalogue does not have pass. What is wrong with a
 * command whatever the node is `commandProblem`'s.
 */
export function checkAgainstNodes(command: Command, target: WindowsTarget): readonly NodeProblem[] {
  const simple = command.verb === 'Atomic' ? command.commands : [command];
  return simple.flatMap(({ verb, items }) =>
    items.flatMap((item) => {
      const found = findNode(item.target);
      const problem = found && problemOf(found, verb, item, target);
      return problem === undefined ? [] : [{ ...problem, target: item.target }];
    }),
  );
}

function problemOf(
  found: NodeFact,
  verb: Verb,
  item: Item,
  target: WindowsTarget,
): Omit<NodeProblem, 'target'> | undefined {
  if (!found.verbs.includes(verb)) return { code: 'verb' };
  if (!isFormatRight(found, verb, item)) return { code: 'format' };
  if (!isBuildEnough(found.builds, target)) return { code: 'build_too_old', needs: found.builds };
  return isEditionAllowed(found, target) ? undefined : { code: 'edition' };
}

/** A value needs its format said (absent means `chr`); what carries no value needs none. */
function isFormatRight(found: NodeFact, verb: Verb, item: Item): boolean {
  if (verb === 'Get' || verb === 'Delete') return item.format === undefined;
  return (item.format ?? 'chr') === found.format;
}
