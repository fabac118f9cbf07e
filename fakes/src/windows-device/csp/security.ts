import { newProtector } from '../state.ts';
import { GET, GET_BOOL, GET_INT, HRESULT, leaves, NodeRefused, oneOf, type Pc, type Rule, range } from './rule.ts';

const BITLOCKER = './Device/Vendor/MSFT/BitLocker';
const DEFENDER = './Device/Vendor/MSFT/Defender';
const STORE = './Device/Vendor/MSFT/Firewall/MdmStore';

const SET = { verbs: 'ADGR', notOn: ['home'] } as const;
const DRIVE_POLICIES = [
  'EncryptionMethodByDriveType',
  'SystemDrivesRequireStartupAuthentication',
  'SystemDrivesMinimumPINLength',
  'SystemDrivesRecoveryOptions',
  'SystemDrivesRecoveryMessage',
  'FixedDrivesRecoveryOptions',
  'FixedDrivesRequireEncryption',
  'RemovableDrivesRequireEncryption',
];
const PROFILES = ['DomainProfile', 'PrivateProfile', 'PublicProfile'] as const;

/** BitLocker, Defender and the firewall. */
export const SECURITY: readonly Rule[] = [
  {
    path: `${BITLOCKER}/RequireDeviceEncryption`,
    format: 'int',
    ...SET,
    builds: ['15063'],
    initial: '0',
    upsert: true,
    allowed: oneOf(0, 1),
    written: requireEncryption,
  },
  {
    path: `${BITLOCKER}/AllowWarningForOtherDiskEncryption`,
    format: 'int',
    ...SET,
    builds: ['15063'],
    initial: '1',
    upsert: true,
    allowed: oneOf(0, 1),
  },
  {
    path: `${BITLOCKER}/AllowStandardUserEncryption`,
    format: 'int',
    ...SET,
    builds: ['17763'],
    initial: '0',
    upsert: true,
    allowed: oneOf(0, 1),
    written: (pc) => {
      if (pc.state.values.get(`${BITLOCKER}/AllowWarningForOtherDiskEncryption`)?.data !== '0')
        throw new NodeRefused(500);
    },
  },
  {
    path: `${BITLOCKER}/ConfigureRecoveryPasswordRotation`,
    format: 'int',
    ...SET,
    builds: ['18363'],
    initial: '0',
    upsert: true,
    allowed: range(0, 2),
  },
  ...leaves(BITLOCKER, DRIVE_POLICIES, () => ({
    format: 'chr',
    ...SET,
    builds: ['15063'],
    upsert: true,
    allowed: (value) => /^\s*<(enabled|disabled)\s*\/>/.test(value),
  })),
  {
    path: `${BITLOCKER}/RotateRecoveryPasswords`,
    format: 'chr',
    verbs: 'E',
    notOn: ['home'],
    builds: ['18363'],
    exec: rotate,
  },
  {
    path: `${BITLOCKER}/Status/DeviceEncryptionStatus`,
    ...GET_INT,
    notOn: ['home'],
    builds: ['18362'],
    read: encryptionStatus,
  },
  {
    path: `${BITLOCKER}/Status/RotateRecoveryPasswordsStatus`,
    ...GET_INT,
    notOn: ['home'],
    builds: ['18363'],
    read: ({ state }) => state.rotation,
  },
  {
    path: `${BITLOCKER}/Status/RotateRecoveryPasswordsRequestID`,
    ...GET,
    notOn: ['home'],
    builds: ['18363'],
    read: () => '',
  },

  {
    path: `${DEFENDER}/Health/ProductStatus`,
    ...GET_INT,
    builds: ['17763'],
    read: (pc) => (outdated(pc) ? 96 : 524_288),
  },
  { path: `${DEFENDER}/Health/ComputerState`, ...GET_INT, read: () => 0 },
  { path: `${DEFENDER}/Health/DefenderEnabled`, ...GET_BOOL, read: () => true },
  { path: `${DEFENDER}/Health/RtpEnabled`, ...GET_BOOL, read: () => true },
  { path: `${DEFENDER}/Health/NisEnabled`, ...GET_BOOL, read: () => true },
  {
    path: `${DEFENDER}/Health/QuickScanOverdue`,
    ...GET_BOOL,
    read: ({ state, now }) => now - state.scannedAt > 14 * 86_400_000,
  },
  { path: `${DEFENDER}/Health/FullScanOverdue`, ...GET_BOOL, read: () => false },
  { path: `${DEFENDER}/Health/SignatureOutOfDate`, ...GET_BOOL, read: outdated },
  { path: `${DEFENDER}/Health/RebootRequired`, ...GET_BOOL, read: () => false },
  { path: `${DEFENDER}/Health/FullScanRequired`, ...GET_BOOL, read: () => false },
  { path: `${DEFENDER}/Health/EngineVersion`, ...GET, read: () => '1.1.25100.9002' },
  { path: `${DEFENDER}/Health/SignatureVersion`, ...GET, read: signatureVersion },
  { path: `${DEFENDER}/Health/DefenderVersion`, ...GET, read: () => '4.18.25100.9008' },
  { path: `${DEFENDER}/Health/QuickScanTime`, ...GET, read: ({ state }) => iso(state.scannedAt) },
  { path: `${DEFENDER}/Health/FullScanTime`, ...GET, read: () => '' },
  { path: `${DEFENDER}/Health/QuickScanSigVersion`, ...GET, read: signatureVersion },
  { path: `${DEFENDER}/Health/FullScanSigVersion`, ...GET, read: () => '' },
  {
    path: `${DEFENDER}/Health/TamperProtectionEnabled`,
    ...GET_BOOL,
    builds: ['18362'],
    read: ({ blueprint }) => blueprint.build >= 22000,
  },
  {
    path: `${DEFENDER}/Health/IsVirtualMachine`,
    ...GET_BOOL,
    builds: ['18362'],
    read: ({ blueprint }) => blueprint.hardware.virtual === true,
  },
  { path: `${DEFENDER}/Detections`, format: 'node', verbs: 'G', names: () => [] },
  ...leaves(
    `${DEFENDER}/Detections/{ThreatId}`,
    ['Name', 'URL', 'InitialDetectionTime', 'LastThreatStatusChangeTime'],
    () => GET,
  ),
  ...leaves(
    `${DEFENDER}/Detections/{ThreatId}`,
    ['Severity', 'Category', 'CurrentStatus', 'NumberOfDetections', 'ExecutionStatus'],
    () => GET_INT,
  ),
  { path: `${DEFENDER}/Scan`, format: 'chr', verbs: 'E', exec: scan },
  { path: `${DEFENDER}/UpdateSignature`, format: 'chr', verbs: 'E', exec: updateSignatures },
  { path: `${DEFENDER}/OfflineScan`, format: 'chr', verbs: 'E', builds: ['17134'], exec: offlineScan },

  ...PROFILES.flatMap((profile) => [
    {
      path: `${STORE}/${profile}/EnableFirewall`,
      format: 'bool',
      verbs: profile === 'DomainProfile' ? 'R' : 'ADGR',
      builds: ['16299'],
      initial: 'true',
      upsert: true,
    } as const,
    {
      path: `${STORE}/${profile}/DefaultInboundAction`,
      format: 'int',
      verbs: 'ADGR',
      builds: ['16299'],
      initial: '1',
      upsert: true,
      allowed: oneOf(0, 1),
    } as const,
    {
      path: `${STORE}/${profile}/DefaultOutboundAction`,
      format: 'int',
      verbs: 'ADGR',
      builds: ['16299'],
      initial: '0',
      upsert: true,
      allowed: oneOf(0, 1),
    } as const,
    {
      path: `${STORE}/${profile}/DisableInboundNotifications`,
      format: 'bool',
      verbs: 'ADGR',
      builds: ['16299'],
      initial: 'false',
      upsert: true,
    } as const,
    {
      path: `${STORE}/${profile}/AllowLocalPolicyMerge`,
      format: 'bool',
      verbs: 'ADGR',
      builds: ['16299'],
      initial: 'true',
      upsert: true,
    } as const,
  ]),
];

/** Encrypts what it can: only with a TPM and a recovery environment, and silently only on joined devices. */
function requireEncryption(pc: Pc, _names: unknown, value: string): void {
  const { blueprint, state, random } = pc;
  const silent = state.entraJoined && state.values.get(`${BITLOCKER}/AllowWarningForOtherDiskEncryption`)?.data === '0';
  if (value !== '1' || blueprint.tpm === undefined || !blueprint.recoveryEnvironment || !silent) return;
  state.volumes = state.volumes.map((volume) =>
    volume.encrypted ? volume : { ...volume, encrypted: true, ...newProtector(random) },
  );
}

/** Bit mask of why what the policy asks for is not so; 0 when nothing is asked for. */
function encryptionStatus({ blueprint, state }: Pc): number {
  if (state.values.get(`${BITLOCKER}/RequireDeviceEncryption`)?.data !== '1') return 0;
  const open = state.volumes.filter(({ encrypted }) => !encrypted);
  if (open.length === 0) return 0;
  const consentMissing = state.values.get(`${BITLOCKER}/AllowWarningForOtherDiskEncryption`)?.data !== '0';
  return (
    (consentMissing ? 1 : 0) |
    (open.some(({ letter }) => letter === 'C:') ? 1 << 2 : 0) |
    (open.some(({ letter }) => letter !== 'C:') ? 1 << 9 : 0) |
    (blueprint.recoveryEnvironment ? 0 : 1 << 12) |
    (blueprint.tpm === undefined ? 1 << 13 : 0)
  );
}

/** Only a joined device that must back up to the directory rotates (fact sheet 5.2). */
function rotate({ state, random }: Pc): undefined {
  const configured = state.values.get(`${BITLOCKER}/ConfigureRecoveryPasswordRotation`)?.data ?? '0';
  if (!state.entraJoined || configured === '0') throw new NodeRefused(500, HRESULT.notSupported);
  state.volumes = state.volumes.map((volume) => (volume.encrypted ? { ...volume, ...newProtector(random) } : volume));
  state.rotation = 2;
}

function outdated({ state, now }: Pc): boolean {
  return now - state.signaturesAt > 7 * 86_400_000;
}

/** Signatures count up about every two hours. */
function signatureVersion({ state }: Pc): string {
  return `1.441.${Math.floor(state.signaturesAt / 7_200_000) % 2000}.0`;
}

function scan({ state, now }: Pc, _names: unknown, data: string): undefined {
  if (data !== '1' && data !== '2') throw new NodeRefused(500, HRESULT.invalidArgument);
  state.scannedAt = now;
}

function updateSignatures({ state, now }: Pc): undefined {
  state.signaturesAt = now;
}

function offlineScan({ aftermath }: Pc): undefined {
  aftermath.push({ kind: 'restart' });
}

function iso(at: number): string {
  return Temporal.Instant.fromEpochMilliseconds(at).toString();
}
