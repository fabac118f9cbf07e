import { createHash } from 'node:crypto';
import type { PolicyBody } from './google/requests.ts';

/** What a device gets when its token names no other policy (fact sheet 2.7). */
export const DEFAULT_POLICY = 'default';

/** Topics of the messages we want; upgrades of the enterprise come in any case. */
export const NOTIFICATION_TYPES = ['ENROLLMENT', 'STATUS_REPORT', 'COMMAND', 'USAGE_LOGS'] as const;

/** Settings that Android Device Policy enforces by itself, wiping after ten days, unless told otherwise (fact sheet 3.5). */
const ENFORCED_BY_ITSELF = [
  'passwordPolicies',
  'encryptionPolicy',
  'keyguardDisabled',
  'permittedInputMethods',
  'permittedAccessibilityServices',
  'minimumApiLevel',
];
/** A rule must name both days. Ten years: as good as never. Our choice. */
const NEVER_DAYS = 3650;

/** Turns reporting on and does nothing else: nothing is uninstalled, blocked or wiped by it. */
export function defaultPolicy(): PolicyBody {
  return {
    statusReportingSettings: {
      applicationReportsEnabled: true,
      deviceSettingsEnabled: true,
      softwareInfoEnabled: true,
      memoryInfoEnabled: true,
      networkInfoEnabled: true,
      displayInfoEnabled: true,
      powerManagementEventsEnabled: true,
      hardwareStatusEnabled: true,
      systemPropertiesEnabled: true,
      commonCriteriaModeEnabled: true,
    },
    // The other value uninstalls every app that the policy does not name.
    playStoreMode: 'BLACKLIST',
    policyEnforcementRules: ENFORCED_BY_ITSELF.map((settingName) => ({
      settingName,
      blockAction: { blockAfterDays: NEVER_DAYS - 1 },
      wipeAction: { wipeAfterDays: NEVER_DAYS },
    })),
  };
}

/** Changes when anything that we set at Google for an enterprise does. */
export function setupHash(pubsubTopic: string | undefined): string {
  const wanted = { policy: defaultPolicy(), notifications: NOTIFICATION_TYPES, pubsubTopic: pubsubTopic ?? null };
  return createHash('sha256').update(JSON.stringify(wanted)).digest('hex');
}
