import { editionNamed, parseWindowsVersion, type WindowsTarget } from '@tsukasa/windows-mdm';
import type { DeviceFacts } from '../devices/index.ts';

/** The device as the catalogue of nodes sees it. What it has not said yet is no obstacle. */
export function targetOf(device: Pick<DeviceFacts, 'osVersion' | 'osEdition'>): WindowsTarget {
  const edition = device.osEdition === undefined ? undefined : editionNamed(device.osEdition);
  return { ...parseWindowsVersion(device.osVersion), edition: edition?.code };
}
