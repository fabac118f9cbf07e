import type { Message } from '../android-management/validate.ts';
import type { AndroidBlueprint } from './blueprint.ts';
import type { AndroidMode, FetchedPolicy } from './port.ts';

/** What a screen lock is worth, in the bands of Android 12. */
export const LOCK_STRENGTHS = ['none', 'low', 'medium', 'high'] as const;
export type LockStrength = (typeof LOCK_STRENGTHS)[number];

export type InstalledApp = {
  readonly packageName: string;
  readonly title: string;
  readonly versionCode: number;
  readonly versionName: string;
  readonly source: 'SYSTEM_APP_FACTORY_VERSION' | 'SYSTEM_APP_UPDATED_VERSION' | 'INSTALLED_FROM_PLAY_STORE';
  /** In the work profile, or of the company on a fully managed device: what a policy governs and a report names. */
  readonly managed: boolean;
};

export type LostMode = { readonly message: Message; readonly since: string };

/** What changes on a device while it is used. */
export type Phone = {
  readonly blueprint: AndroidBlueprint;
  readonly mode: AndroidMode;
  readonly deviceName: string;
  readonly enterpriseSpecificId: string;
  online: boolean;
  battery: number;
  charging: boolean;
  adbEnabled: boolean;
  developerSettings: boolean;
  unknownSources: boolean;
  verifyApps: boolean;
  posture: 'SECURE' | 'AT_RISK' | 'POTENTIALLY_COMPROMISED';
  updateAvailable: boolean;
  lock: LockStrength;
  /** Android can set a password only after its user has unlocked once since the reset token was made. */
  resetToken: boolean;
  locked: boolean;
  keyAliases: readonly string[];
  locationOn: boolean;
  position: { readonly latitude: number; readonly longitude: number };
  lost: LostMode | undefined;
  lastPasswordReset: number | undefined;
  leftLostModeByUser: number | undefined;
  disabled: boolean;
  state: 'PROVISIONING' | 'ACTIVE' | 'GONE';
  apps: Map<string, InstalledApp>;
  /** Installations that do not work, by package: `INSUFFICIENT_STORAGE` and so on. */
  failingApps: Map<string, string>;
  /** Installations under way. */
  installing: Set<string>;
  applied: FetchedPolicy | undefined;
  powerEvents: Message[];
  appEvents: Map<string, Message[]>;
};

/** The mode as the rules about settings name it: fully managed, company-owned work profile, personally-owned one. */
export function modeLetter(mode: AndroidMode): 'F' | 'C' | 'P' {
  if (mode === 'work_profile_company') return 'C';
  return mode === 'work_profile_personal' ? 'P' : 'F';
}

const SYSTEM_APPS: readonly (readonly [string, string])[] = [
  ['com.android.vending', 'Google Play Store'],
  ['com.google.android.gms', 'Google Play services'],
  ['com.android.chrome', 'Chrome'],
  ['com.google.android.contacts', 'Contacts'],
  ['com.google.android.apps.work.clouddpc', 'Android Device Policy'],
];

/** A device after its setup, with what it has from the factory. */
export function makePhone(
  blueprint: AndroidBlueprint,
  managed: { readonly mode: AndroidMode; readonly deviceName: string; readonly enterpriseSpecificId: string },
  habits: { readonly lock: LockStrength; readonly battery: number; readonly position: Phone['position'] },
): Phone {
  const apps = SYSTEM_APPS.map(([packageName, title], index): InstalledApp => {
    const versionCode = packageName.endsWith('clouddpc') ? blueprint.policyAppVersion : 1_000_000 + 1000 * index;
    const versionName = `${Math.floor(versionCode / 10_000)}.${index}`;
    return { packageName, title, versionCode, versionName, source: 'SYSTEM_APP_UPDATED_VERSION', managed: true };
  });
  return {
    blueprint,
    ...managed,
    online: true,
    battery: habits.battery,
    charging: false,
    adbEnabled: false,
    developerSettings: false,
    unknownSources: false,
    verifyApps: true,
    posture: 'SECURE',
    updateAvailable: false,
    lock: habits.lock,
    resetToken: true,
    locked: false,
    keyAliases: [],
    locationOn: true,
    position: habits.position,
    lost: undefined,
    lastPasswordReset: undefined,
    leftLostModeByUser: undefined,
    disabled: false,
    state: 'PROVISIONING',
    apps: new Map(apps.map((app) => [app.packageName, app])),
    failingApps: new Map(),
    installing: new Set(),
    applied: undefined,
    powerEvents: [],
    appEvents: new Map(),
  };
}
