import type { Message } from '../android-management/validate.ts';
import { LOCK_STRENGTHS, type LockStrength } from './phone.ts';

const NEEDED: Readonly<Record<string, LockStrength>> = {
  BIOMETRIC_WEAK: 'low',
  SOMETHING: 'low',
  NUMERIC: 'low',
  NUMERIC_COMPLEX: 'medium',
  ALPHABETIC: 'medium',
  ALPHANUMERIC: 'medium',
  COMPLEX: 'high',
  COMPLEXITY_LOW: 'low',
  COMPLEXITY_MEDIUM: 'medium',
  COMPLEXITY_HIGH: 'high',
};

/** To which band a personally-owned device of Android 12 maps an old quality of the whole device. */
const BANDS: Readonly<Record<string, string>> = {
  BIOMETRIC_WEAK: 'COMPLEXITY_LOW',
  SOMETHING: 'COMPLEXITY_LOW',
  NUMERIC: 'COMPLEXITY_MEDIUM',
  NUMERIC_COMPLEX: 'COMPLEXITY_MEDIUM',
  ALPHABETIC: 'COMPLEXITY_HIGH',
  ALPHANUMERIC: 'COMPLEXITY_HIGH',
  COMPLEX: 'COMPLEXITY_HIGH',
};

/** The password rules of a policy, old field or new. */
export function passwordRules(policy: Message): readonly Message[] {
  const list = policy['passwordPolicies'];
  if (Array.isArray(list) && list.length > 0) return list as readonly Message[];
  const single = policy['passwordRequirements'];
  return single === undefined ? [] : [single as Message];
}

/** What took effect, as `appliedPasswordPolicies` reports it. */
export function appliedPasswordRules(policy: Message, mode: 'F' | 'C' | 'P', apiLevel: number): readonly Message[] {
  return passwordRules(policy).map((rule) => {
    const scope = rule['passwordScope'] ?? (mode === 'F' ? 'SCOPE_DEVICE' : 'SCOPE_PROFILE');
    const band = BANDS[String(rule['passwordQuality'])];
    if (mode !== 'P' || apiLevel < 31 || scope !== 'SCOPE_DEVICE' || band === undefined)
      return { ...rule, passwordScope: scope };
    return { passwordScope: scope, passwordQuality: band };
  });
}

/** The strongest that the rules ask for. */
export function neededStrength(policy: Message, mode: 'F' | 'C' | 'P', apiLevel: number): LockStrength {
  const needed = appliedPasswordRules(policy, mode, apiLevel).map(
    (rule) => NEEDED[String(rule['passwordQuality'])] ?? 'none',
  );
  return LOCK_STRENGTHS.findLast((strength) => needed.includes(strength)) ?? 'none';
}

export function isAtLeast(actual: LockStrength, needed: LockStrength): boolean {
  return LOCK_STRENGTHS.indexOf(actual) >= LOCK_STRENGTHS.indexOf(needed);
}
