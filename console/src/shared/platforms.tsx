import { Group } from '@mantine/core';
import { IconBrandAndroid, IconBrandApple, IconBrandWindows } from '@tabler/icons-react';
import type { Device, Permission, Platform } from '@tsukasa/api';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { DeviceTab } from '../app/device-tabs.ts';

/** Values of the device page that only some platforms have; one that a device gave all the same is always shown. */
export type PlatformField =
  | 'productName'
  | 'model'
  | 'manufacturer'
  | 'osEdition'
  | 'securityPatchLevel'
  | 'apiLevel'
  | 'domainName'
  | 'supervised'
  | 'activationLock'
  | 'lostMode'
  | 'policyCompliant'
  | 'passcodePresent'
  | 'passcodeCompliant'
  | 'firewallEnabled'
  | 'antivirusActive'
  | 'antivirusCurrent'
  | 'secureBoot'
  | 'tpmVersion';

type Face = {
  readonly icon: typeof IconBrandApple;
  readonly fields: ReadonlySet<PlatformField>;
  /** Parts of the device page that the platform has something for. */
  readonly tabs: ReadonlySet<DeviceTab>;
  /** Parameters of actions that only this platform has; a form over many devices shows those of the platforms chosen. */
  readonly params: readonly string[];
  /** Where the contractor sets up what the platform needs before devices can be invited. */
  readonly setup: { readonly to: SetupPage; readonly needs: Permission } | undefined;
  /** How an expert's command is written; absent where the platform has no such thing. */
  readonly raw: 'plist' | 'syncml' | undefined;
};
type SetupPage = '/c/$contractorId/push-certificate' | '/c/$contractorId/android';

const COMMON_TABS = ['overview', 'actions', 'apps', 'history'] as const;
/** What the console knows of each platform by itself; everything else it learns from the server, device by device. */
export const PLATFORM: Readonly<Record<Platform, Face>> = {
  apple: {
    icon: IconBrandApple,
    fields: new Set([
      'productName',
      'model',
      'supervised',
      'activationLock',
      'lostMode',
      'passcodePresent',
      'passcodeCompliant',
    ]),
    tabs: new Set([...COMMON_TABS, 'profiles', 'certificates', 'identities', 'raw']),
    params: [
      'message',
      'phoneNumber',
      'footnote',
      'pin',
      'notifyUser',
      'preserveDataPlan',
      'disallowProximitySetup',
      'obliterationBehavior',
      'returnToService',
    ],
    setup: { to: '/c/$contractorId/push-certificate', needs: 'push_certificate.manage' },
    raw: 'plist',
  },
  windows: {
    icon: IconBrandWindows,
    fields: new Set([
      'manufacturer',
      'model',
      'osEdition',
      'domainName',
      'firewallEnabled',
      'antivirusActive',
      'antivirusCurrent',
      'secureBoot',
      'tpmVersion',
    ]),
    tabs: new Set([...COMMON_TABS, 'certificates', 'identities', 'recoveryKeys', 'raw']),
    params: ['wipeMethod'],
    setup: undefined,
    raw: 'syncml',
  },
  android: {
    icon: IconBrandAndroid,
    fields: new Set([
      'manufacturer',
      'model',
      'securityPatchLevel',
      'apiLevel',
      'lostMode',
      'policyCompliant',
      'passcodePresent',
    ]),
    tabs: new Set([...COMMON_TABS]),
    params: [
      'message',
      'phoneNumber',
      'email',
      'streetAddress',
      'preserveResetProtection',
      'wipeExternalStorage',
      'wipeEsims',
      'wipeMessage',
      'passcode',
      'lockNow',
      'requireEntry',
      'packageNames',
    ],
    setup: { to: '/c/$contractorId/android', needs: 'platforms.manage' },
    raw: undefined,
  },
};

/** Operating systems whose devices are woken with the contractor's push certificate. */
export const PUSH_WAKES: ReadonlySet<string> = new Set(['iOS', 'iPadOS', 'macOS', 'tvOS', 'visionOS', 'watchOS']);

/** A Mac has what no other device of its platform has: a firewall, approval by its user, its own silicon. */
export const isMac = ({ osFamily }: Pick<Device, 'osFamily'>): boolean => osFamily === 'macOS';

/** Whether the device page shows a value: the platform has such a thing, or this device gave one. */
export function hasField(device: Device, field: PlatformField): boolean {
  return PLATFORM[device.platform].fields.has(field) || device[field] !== null;
}

/** The platform's mark and name. */
export function PlatformName({ platform, children }: { platform: Platform; children?: ReactNode }) {
  const { t } = useTranslation();
  return (
    <Group component="span" gap={6} wrap="nowrap" display="inline-flex">
      <PlatformIcon platform={platform} labelled={false} />
      <span>{children ?? t(`platform.${platform}`)}</span>
    </Group>
  );
}

/** The mark alone; it says its name unless it stands beside it. */
export function PlatformIcon({ platform, labelled = true }: { platform: Platform; labelled?: boolean }) {
  const { t } = useTranslation();
  const Icon = PLATFORM[platform].icon;
  const name = t(`platform.${platform}`);
  return (
    <Icon
      size={16}
      stroke={1.7}
      style={{ flex: 'none' }}
      {...(labelled ? { role: 'img', 'aria-label': name } : { 'aria-hidden': true })}
    />
  );
}
