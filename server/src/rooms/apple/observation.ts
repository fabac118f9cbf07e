import type { UsageMode } from '@tsukasa/api';
import {
  type CommandTarget,
  certificateList,
  checkCommand,
  deviceInformation,
  installedApplicationList,
  type PlistDict,
  profileList,
  securityInfo,
} from '@tsukasa/apple-mdm';

/**
 * What a device is asked about itself: only what it may and can answer. On a person's own device lists are asked for
 * what the company manages only, or not at all where the device cannot tell the two apart.
 */
export function observationCommands(target: CommandTarget, usageMode: UsageMode): readonly PlistDict[] {
  const lists =
    usageMode === 'company-owned'
      ? [installedApplicationList(), profileList(), certificateList()]
      : [
          installedApplicationList({ managedOnly: true }),
          profileList({ managedOnly: true }),
          certificateList({ managedOnly: true }),
        ];
  return [deviceInformation(target), securityInfo(), ...lists].filter((command) => checkCommand(command, target).ok);
}
