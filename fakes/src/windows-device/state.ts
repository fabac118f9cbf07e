import type { Format } from '@tsukasa/windows-mdm';
import type { Random } from '../apple-device/index.ts';
import type { InstalledMsi, InstalledPackage } from './apps.ts';
import type { WindowsBlueprint } from './blueprint.ts';
import { recoveryPassword } from './recovery.ts';

/** Where a PC is in its life. A wiped one is as new but has been here before. */
export type WindowsPhase = 'new' | 'enrolled' | 'unenrolled' | 'wiped';

/** Whose session Windows runs in: the enrolling user's, another's, nobody's. */
export type Login = 'user' | 'others' | 'none';

/** A value that a node keeps. */
export type StoredValue = { readonly format: Format; readonly data: string };

/** A certificate in one of the machine's or the user's stores. `store` as `My/User`, `Root/System`. */
export type StoredCertificate = { readonly store: string; readonly thumbprint: string; readonly der: string };

/** A numerical recovery password, and what BitLocker knows it by: with braces, as `manage-bde` shows it. */
export type Protector = { readonly protectorId: string; readonly recoveryPassword: string };

/** A drive as it is now. */
export type VolumeState = Partial<Protector> & {
  readonly letter: string;
  readonly fixed: boolean;
  /** Drives that are not encrypted have no protector. */
  readonly encrypted: boolean;
  /** A second protector, while it takes the place of the first. */
  readonly successor?: Protector;
};

/** Something that Windows works on after it said 200 (fact sheet 5.5, 6). */
export type Job =
  | { readonly kind: 'msi'; readonly id: string; readonly xml: string; status: number; lastError: number }
  | { readonly kind: 'msix'; readonly id: string; readonly uri: string; status: number; lastError: number }
  | { readonly kind: 'scan' | 'signatures'; readonly id: string; status: number; lastError: number };

/** What changes on a PC: plain values only, so that an Atomic that fails can be taken back as a whole. */
export type WindowsState = {
  phase: WindowsPhase;
  name: string;
  /** Set by the server; it becomes the name at the next start. */
  pendingName: string | undefined;
  login: Login;
  /** By canonical LocURI, decoded. */
  values: Map<string, StoredValue>;
  certificates: readonly StoredCertificate[];
  volumes: readonly VolumeState[];
  msi: readonly InstalledMsi[];
  packages: readonly InstalledPackage[];
  jobs: readonly Job[];
  restarts: number;
  locks: number;
  sessions: number;
  /** The protocol version of sessions: what the server set before the present one began. */
  sessionVersion: string;
  signaturesAt: number;
  scannedAt: number;
  /** Of `BitLocker/Status/RotateRecoveryPasswordsStatus`. */
  rotation: number;
  /** Moment of the last upload of recovery keys, in epoch milliseconds; 0 before the first. */
  handedOverAt: number;
  /** Joined to Entra: then Windows can escrow by itself. */
  entraJoined: boolean;
  renewal: { status: number; errorCode: number; attemptedAt: number | undefined };
  channel: { uri: string; status: number; openedAt: number } | undefined;
};

/** A PC out of its box. */
export function freshWindowsState(
  blueprint: WindowsBlueprint,
  random: Random,
  phase: WindowsPhase,
  now: number,
): WindowsState {
  return {
    phase,
    name: blueprint.name,
    pendingName: undefined,
    login: 'user',
    values: new Map(),
    certificates: [],
    volumes: blueprint.volumes.map((volume) => (volume.encrypted ? { ...volume, ...newProtector(random) } : volume)),
    msi: blueprint.msi,
    packages: blueprint.packages,
    jobs: [],
    restarts: 0,
    locks: 0,
    sessions: 0,
    sessionVersion: '1.0',
    signaturesAt: now - 8 * 3_600_000,
    scannedAt: now - 3 * 86_400_000,
    rotation: 0,
    handedOverAt: 0,
    entraJoined: false,
    renewal: { status: 0, errorCode: 0, attemptedAt: undefined },
    channel: undefined,
  };
}

/** A new numerical recovery password with its protector. */
export function newProtector(random: Random): Protector {
  return { protectorId: `{${random.uuid()}}`, recoveryPassword: recoveryPassword(random) };
}
