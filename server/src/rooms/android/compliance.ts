import type { DeviceDetail } from '@tsukasa/api';
import { field, type Json, listOf, textOf } from './json.ts';

/** Who can do something about a setting that a device does not fulfil (fact sheet 4.4). */
export type WhoActs = 'user' | 'wait' | 'administrator' | 'nobody';

const BY_REASON: Readonly<Record<string, WhoActs>> = {
  USER_ACTION: 'user',
  PENDING: 'wait',
  APP_INSTALLED: 'wait',
  API_LEVEL: 'nobody',
  MANAGEMENT_MODE: 'nobody',
  DEVICE_INCOMPATIBLE: 'nobody',
  UNSUPPORTED: 'nobody',
  APP_INCOMPATIBLE: 'nobody',
  INVALID_VALUE: 'administrator',
  PROJECT_NOT_PERMITTED: 'administrator',
  APP_SIGNING_CERT_MISMATCH: 'administrator',
};

/** Of an app that is not installed or not updated, it depends on why. */
const BY_INSTALLATION: Readonly<Record<string, WhoActs>> = {
  IN_PROGRESS: 'wait',
  NETWORK_ERROR_UNRELIABLE_CONNECTION: 'wait',
  INSUFFICIENT_STORAGE: 'user',
  PERMISSIONS_NOT_ACCEPTED: 'user',
  NOT_COMPATIBLE_WITH_DEVICE: 'nobody',
  NOT_FOUND: 'administrator',
  NOT_APPROVED: 'administrator',
  NOT_AVAILABLE_IN_COUNTRY: 'administrator',
  NO_LICENSES_REMAINING: 'administrator',
  NOT_ENROLLED: 'administrator',
  USER_INVALID: 'administrator',
};

/** Reasons that nobody knows here are the administrator's to look at: the list grows. */
export function whoActs(reason: string, installation: string | undefined): WhoActs {
  if (reason === 'APP_NOT_INSTALLED' || reason === 'APP_NOT_UPDATED') {
    return installation === undefined ? 'wait' : (BY_INSTALLATION[installation] ?? 'administrator');
  }
  return BY_REASON[reason] ?? 'administrator';
}

const MOST = 100;
const ORDER: readonly WhoActs[] = ['user', 'administrator', 'wait', 'nobody'];

/** What of the policy the device does not fulfil, grouped by who must act. */
export function nonComplianceDetails(body: Json, at: Temporal.Instant | undefined): readonly DeviceDetail[] {
  const details = listOf(field(body, 'nonComplianceDetails'))
    .slice(0, MOST)
    .map((entry) => {
      const reason = textOf(field(entry, 'nonComplianceReason'), 100) ?? 'UNKNOWN';
      const installation = textOf(field(entry, 'installationFailureReason'), 100);
      const specific = textOf(field(entry, 'specificNonComplianceReason'), 100);
      const setting = textOf(field(entry, 'settingName'), 200) ?? '';
      const where = textOf(field(entry, 'packageName'), 255) ?? textOf(field(entry, 'fieldPath'), 300);
      const who = whoActs(reason, installation);
      const params = {
        setting,
        ...(where === undefined ? {} : { where }),
        ...(installation === undefined ? {} : { installation }),
        ...(specific === undefined ? {} : { specific }),
      };
      const of = where === undefined ? setting : `${setting} ${where}`;
      const meaning = { code: `android.noncompliance.${who}`, params };
      const detail: DeviceDetail = {
        group: 'compliance',
        code: 'non_compliance',
        of,
        value: reason,
        meaning,
        at: told(at),
      };
      return { who, detail };
    });
  return details.sort((a, b) => ORDER.indexOf(a.who) - ORDER.indexOf(b.who)).map(({ detail }) => detail);
}

const told = (at: Temporal.Instant | undefined): string | null => at?.toString() ?? null;
