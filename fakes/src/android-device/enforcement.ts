import { isObject, type Message } from '../android-management/validate.ts';

const DAY_MS = 86_400_000;
/** Android Device Policy enforces these without any rule: blocked at once, wiped after ten days. */
const ALWAYS = [
  'passwordPolicies',
  'encryptionPolicy',
  'keyguardDisabled',
  'permittedInputMethods',
  'permittedAccessibilityServices',
  'minimumApiLevel',
];

/** When a device is blocked and wiped for a setting it does not keep; epoch milliseconds, absent: never. */
export type Deadlines = { readonly blockAt?: number; readonly wipeAt?: number };

/**
 * The earliest deadlines of all settings that are not kept. `since` says from when on each is not; it goes on counting
 * while the device is away.
 */
export function deadlines(policy: Message, since: ReadonlyMap<string, number>): Deadlines {
  const rules = [...since].flatMap(([setting, from]) => ruleOf(policy, setting, from));
  const earliest = (times: readonly (number | undefined)[]) =>
    times.filter((time) => time !== undefined).sort((a, b) => a - b)[0];
  const blockAt = earliest(rules.map((rule) => rule.blockAt));
  const wipeAt = earliest(rules.map((rule) => rule.wipeAt));
  return { ...(blockAt === undefined ? {} : { blockAt }), ...(wipeAt === undefined ? {} : { wipeAt }) };
}

function ruleOf(policy: Message, setting: string, from: number): readonly Deadlines[] {
  const list = policy['policyEnforcementRules'];
  const rules = Array.isArray(list) ? list.filter(isObject) : [];
  const own = rules.find((rule) => rule['settingName'] === setting);
  if (own === undefined) return ALWAYS.includes(setting) ? [{ blockAt: from, wipeAt: from + 10 * DAY_MS }] : [];
  const days = (action: unknown, name: string) => (isObject(action) ? Number(action[name] ?? 0) : 0);
  return [
    {
      blockAt: from + days(own['blockAction'], 'blockAfterDays') * DAY_MS,
      wipeAt: from + days(own['wipeAction'], 'wipeAfterDays') * DAY_MS,
    },
  ];
}

/** Keeps for how long each setting has not been kept. */
export function notice(
  since: ReadonlyMap<string, number>,
  details: readonly Message[],
  now: number,
): ReadonlyMap<string, number> {
  // What the device cannot apply at all is no fault of its user; only what was not done is enforced.
  const broken = details
    .filter(
      (detail) =>
        ['USER_ACTION', 'APP_INSTALLED'].includes(String(detail['nonComplianceReason'])) ||
        detail['settingName'] === 'minimumApiLevel',
    )
    .map((detail) => String(detail['settingName']));
  return new Map(broken.map((setting) => [setting, since.get(setting) ?? now]));
}
