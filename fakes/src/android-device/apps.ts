import type { Message } from '../android-management/validate.ts';
import { applicationsOf, isInstalledByPolicy } from './compliance.ts';
import type { Phone } from './phone.ts';
import type { PlayOutcome } from './port.ts';

/** What the policy has the device install now. */
export function missingApps(phone: Phone): readonly string[] {
  return applicationsOf(phone.applied?.policy ?? {})
    .filter(isInstalledByPolicy)
    .map((application) => String(application['packageName']))
    .filter((name) => !phone.apps.has(name) && !phone.installing.has(name) && !phone.failingApps.has(name));
}

/** Whether the setup waits for an application of the policy. */
export function waitsForSetup(phone: Phone): boolean {
  return applicationsOf(phone.applied?.policy ?? {}).some(
    (application) =>
      application['installType'] === 'REQUIRED_FOR_SETUP' && !phone.apps.has(String(application['packageName'])),
  );
}

/** Removes what the policy blocks, and what it does not list where only listed applications are available. */
export function removeUnwanted(phone: Phone, now: string): void {
  const policy = phone.applied?.policy ?? {};
  const listed = new Map(applicationsOf(policy).map((one) => [String(one['packageName']), one['installType']]));
  const whitelist = policy['playStoreMode'] !== 'BLACKLIST';
  for (const app of phone.apps.values()) {
    if (app.source !== 'INSTALLED_FROM_PLAY_STORE' || !app.managed || policy['uninstallAppsDisabled'] === true)
      continue;
    const type = listed.get(app.packageName);
    if (type === 'BLOCKED' || (type === undefined && whitelist)) removeApp(phone, app.packageName, now);
  }
}

/** Puts an application on the device, or notes why it could not. */
export function settleInstall(phone: Phone, packageName: string, outcome: PlayOutcome, now: string): void {
  phone.installing.delete(packageName);
  if ('failure' in outcome) {
    phone.failingApps.set(packageName, outcome.failure);
    return;
  }
  phone.apps.set(packageName, { packageName, ...outcome, source: 'INSTALLED_FROM_PLAY_STORE', managed: true });
  noteEvent(phone, packageName, { eventType: 'INSTALLED', createTime: now });
}

export function removeApp(phone: Phone, packageName: string, now: string): void {
  if (phone.apps.delete(packageName)) noteEvent(phone, packageName, { eventType: 'REMOVED', createTime: now });
}

function noteEvent(phone: Phone, packageName: string, event: Message): void {
  phone.appEvents.set(packageName, [...(phone.appEvents.get(packageName) ?? []), event].slice(-10));
}
