import type { ManagementMode, UsageMode } from '@tsukasa/api';
import type { Id } from '../../base/ids.ts';
import type { DeviceFacts } from '../devices/index.ts';

export type AndroidCommandId = Id<'AndroidCommand'>;

/**
 * How Android manages a device: the whole of a company-owned one, its work side, or the work profile of a person's own one
 * (fact sheet 4.1).
 */
export type AndroidMode = 'fully_managed' | 'company_profile' | 'personal_profile';

export function modeOf(device: Pick<DeviceFacts, 'usageMode' | 'managementMode'>): AndroidMode {
  if (device.usageMode === 'personally-owned') return 'personal_profile';
  return device.managementMode === 'work-profile' ? 'company_profile' : 'fully_managed';
}

/** Which modes an invitation may name, the default first. */
export const MODES: Readonly<Record<UsageMode, readonly ManagementMode[]>> = {
  'company-owned': ['fully-managed', 'dedicated', 'work-profile'],
  'personally-owned': ['work-profile'],
};

/** What an enrollment token says of private use (fact sheet 2.2). */
export function personalUsageOf(mode: ManagementMode): string {
  switch (mode) {
    case 'work-profile':
      return 'PERSONAL_USAGE_ALLOWED';
    case 'dedicated':
      return 'PERSONAL_USAGE_DISALLOWED_USERLESS';
    default:
      return 'PERSONAL_USAGE_DISALLOWED';
  }
}

const DEVICE_NAME = /^(enterprises\/[A-Za-z0-9_-]{1,100})\/devices\/[A-Za-z0-9_-]{1,200}$/;

/** The enterprise in the name of something that it holds; undefined for any other text. */
export function enterpriseOfName(name: string | undefined): string | undefined {
  return /^(enterprises\/[A-Za-z0-9_-]{1,100})(\/|$)/.exec(name ?? '')?.[1];
}

/** True for a device's name: no name of a resource is built from a part that may be empty (fact sheet, pitfall 15). */
export const isDeviceName = (name: string): boolean => DEVICE_NAME.test(name);

/** The device in the name of one of its operations. */
export function deviceOfOperation(name: string): string | undefined {
  const match = /^(.{1,320})\/operations\/[^/]{1,200}$/.exec(name);
  return match?.[1] !== undefined && isDeviceName(match[1]) ? match[1] : undefined;
}

/** An Android version as its API level; undefined when neither is known. */
export function apiLevelOf({ apiLevel, osVersion }: Pick<DeviceFacts, 'apiLevel' | 'osVersion'>): number | undefined {
  if (apiLevel !== undefined) return apiLevel;
  const major = /^(\d{1,2})(?:\.(\d))?/.exec(osVersion ?? '');
  if (major === null) return undefined;
  const [version, minor] = [Number(major[1]), Number(major[2] ?? 0)];
  if (version >= 13) return version + 20;
  const older: Readonly<Record<number, number>> = { 12: 31, 11: 30, 10: 29, 9: 28, 6: 23 };
  if (version === 8) return 26 + minor;
  if (version === 7) return 24 + minor;
  return older[version];
}

/** Android versions by API level, to name what an action needs. */
export function versionOfLevel(level: number): string {
  if (level >= 33) return String(level - 20);
  return (
    { 32: '12', 31: '12', 30: '11', 29: '10', 28: '9', 27: '8.1', 26: '8', 25: '7.1', 24: '7', 23: '6' }[level] ?? '5'
  );
}
