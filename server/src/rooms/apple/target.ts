import { type CommandTarget, compareVersions, platformOf, type TargetPlatform } from '@tsukasa/apple-mdm';
import type { DeviceFacts } from '../devices/index.ts';

/** What is known of the platform: what the device said it is, else what its model name says. */
export function targetPlatform(
  device: Pick<DeviceFacts, 'osFamily' | 'productName' | 'modelName'>,
): TargetPlatform | undefined {
  return applePlatform(device.osFamily) ?? platformOf(device.productName, device.modelName);
}

/** Undefined for the OS of another platform. */
function applePlatform(family: DeviceFacts['osFamily']): TargetPlatform | undefined {
  return family === 'Windows' || family === 'Android' ? undefined : family;
}

/** The device as the command catalogue sees it. A device that has said nothing yet counts as an unsupervised iPhone. */
export function targetOf(device: DeviceFacts, accessRights: number): CommandTarget {
  const platform = targetPlatform(device) ?? 'iOS';
  return {
    platform,
    ...(device.osVersion === undefined ? {} : { osVersion: device.osVersion }),
    supervised: isSupervised(device, platform),
    enrollment: 'device',
    channel: 'device',
    accessRights,
    ...(device.appleSilicon === undefined ? {} : { appleSilicon: device.appleSilicon }),
  };
}

/** A Mac whose user approved its enrollment counts as supervised from macOS 11 on (fact sheet 0). */
export function isSupervised(device: DeviceFacts, platform = targetPlatform(device)): boolean {
  if (device.supervised === true) return true;
  if (platform !== 'macOS' || device.userApproved !== true) return false;
  return device.osVersion === undefined || compareVersions(device.osVersion, '11') >= 0;
}
