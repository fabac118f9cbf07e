import type { FieldViolation } from '../errors.ts';
import type { Message } from '../validate.ts';
import { checkApplications } from './applications.ts';
import { checkUserFacing } from './enterprise.ts';
import { checkNetworks } from './networks.ts';
import { checkOpenNetwork } from './onc.ts';
import { checkUpdates } from './updates.ts';
import { listOf, messageOf, rule } from './words.ts';

const MAX_COMPLIANCE_RULES = 100;

/** Everything a policy must keep beside its schema; one violation per broken rule. */
export function checkPolicy(policy: Message): readonly FieldViolation[] {
  return [
    ...enforcement(policy),
    ...passwords(policy),
    ...checkApplications(policy),
    ...checkNetworks(policy),
    ...checkOpenNetwork(policy['openNetworkConfiguration']),
    ...checkUpdates(policy),
    ...display(policy),
    ...personal(policy),
    ...messages(policy),
    ...rule(
      listOf(policy, 'complianceRules').length <= MAX_COMPLIANCE_RULES,
      'complianceRules',
      'has more than 100 rules',
    ),
    ...wipeFlags(policy),
  ];
}

/** Both actions, and the block before the wipe. */
function enforcement(policy: Message): readonly FieldViolation[] {
  return listOf(policy, 'policyEnforcementRules').flatMap((one, index) => {
    const field = `policyEnforcementRules[${index}]`;
    const block = messageOf(one, 'blockAction');
    const wipe = messageOf(one, 'wipeAction');
    if (block === undefined || wipe === undefined) return rule(false, field, 'needs a block action and a wipe action');
    const blockAfter = Number(block['blockAfterDays'] ?? 0);
    const wipeAfter = Number(wipe['wipeAfterDays'] ?? 0);
    return [
      ...rule(blockAfter < wipeAfter, field, 'must block before it wipes'),
      ...rule(blockAfter >= 0, field, 'must not count days below 0'),
      ...rule(typeof one['settingName'] === 'string' && one['settingName'] !== '', field, 'names no setting'),
    ];
  });
}

const BANDS = ['COMPLEXITY_LOW', 'COMPLEXITY_MEDIUM', 'COMPLEXITY_HIGH'];

function passwords(policy: Message): readonly FieldViolation[] {
  const list = listOf(policy, 'passwordPolicies');
  const scopes = list.map((one) => one['passwordScope'] ?? 'SCOPE_UNSPECIFIED');
  const old = messageOf(policy, 'passwordRequirements');
  return [
    ...rule(new Set(scopes).size === scopes.length, 'passwordPolicies', 'has two entries of one scope'),
    ...list.flatMap((one, index) =>
      rule(
        isUnset(one['unifiedLockSettings']) || one['passwordScope'] === 'SCOPE_PROFILE',
        `passwordPolicies[${index}].unifiedLockSettings`,
        'is only for the scope of the profile',
      ),
    ),
    ...(old === undefined
      ? []
      : [
          ...rule(
            !BANDS.includes(String(old['passwordQuality'])),
            'passwordRequirements.passwordQuality',
            'has no bands',
          ),
          ...rule(
            isUnset(old['requirePasswordUnlock']),
            'passwordRequirements.requirePasswordUnlock',
            'is not allowed here',
          ),
          ...rule(
            isUnset(old['unifiedLockSettings']),
            'passwordRequirements.unifiedLockSettings',
            'is not allowed here',
          ),
        ]),
  ];
}

function isUnset(value: unknown): boolean {
  return value === undefined || (typeof value === 'string' && value.endsWith('UNSPECIFIED'));
}

function display(policy: Message): readonly FieldViolation[] {
  const settings = messageOf(policy, 'displaySettings') ?? {};
  const brightness = messageOf(settings, 'screenBrightnessSettings') ?? {};
  const timeout = messageOf(settings, 'screenTimeoutSettings') ?? {};
  const level = Number(brightness['screenBrightness'] ?? 0);
  const fixed = ['BRIGHTNESS_FIXED', 'BRIGHTNESS_AUTOMATIC'].includes(String(brightness['screenBrightnessMode']));
  const at = 'displaySettings.screenBrightnessSettings.screenBrightness';
  const enforced = timeout['screenTimeoutMode'] === 'SCREEN_TIMEOUT_ENFORCED';
  const seconds = Number(String(timeout['screenTimeout'] ?? '0s').slice(0, -1));
  const timeoutAt = 'displaySettings.screenTimeoutSettings.screenTimeout';
  return [
    ...rule(level >= 0 && level <= 255, at, 'must be 1 to 255'),
    ...rule(level === 0 || fixed, at, 'is only for a fixed or automatic brightness'),
    ...rule(!enforced || seconds > 0, timeoutAt, 'is required and positive when enforced'),
    ...rule(enforced || timeout['screenTimeout'] === undefined, timeoutAt, 'is only for an enforced timeout'),
  ];
}

function personal(policy: Message): readonly FieldViolation[] {
  const days = Number(messageOf(policy, 'personalUsagePolicies')?.['maxDaysWithWorkOff'] ?? 0);
  const profiles = messageOf(policy, 'crossProfilePolicies') ?? {};
  const exemptions = profiles['exemptionsToShowWorkContactsInPersonalProfile'];
  return [
    ...rule(days === 0 || days >= 3, 'personalUsagePolicies.maxDaysWithWorkOff', 'must be 0 or at least 3'),
    ...rule(
      exemptions === undefined || !isUnset(profiles['showWorkContactsInPersonalProfile']),
      'crossProfilePolicies.exemptionsToShowWorkContactsInPersonalProfile',
      'needs an explicit value of showWorkContactsInPersonalProfile',
    ),
    ...rule(
      policy['appFunctions'] !== 'APP_FUNCTIONS_DISALLOWED' ||
        profiles['crossProfileAppFunctions'] !== 'CROSS_PROFILE_APP_FUNCTIONS_ALLOWED',
      'crossProfilePolicies.crossProfileAppFunctions',
      'contradicts appFunctions',
    ),
  ];
}

function messages(policy: Message): readonly FieldViolation[] {
  return ['shortSupportMessage', 'longSupportMessage', 'deviceOwnerLockScreenInfo'].flatMap((name) =>
    checkUserFacing(policy[name], name),
  );
}

function wipeFlags(policy: Message): readonly FieldViolation[] {
  const flags = policy['wipeDataFlags'];
  return rule(!Array.isArray(flags) || new Set(flags).size === flags.length, 'wipeDataFlags', 'has a flag twice');
}
