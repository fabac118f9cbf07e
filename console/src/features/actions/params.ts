import type { WindowsWipeMethod } from '@tsukasa/api';

export const TEXTS = [
  'message',
  'phoneNumber',
  'email',
  'streetAddress',
  'footnote',
  'name',
  'pin',
  'passcode',
  'wipeMessage',
] as const;
export const FLAGS = [
  'notifyUser',
  'preserveDataPlan',
  'disallowProximitySetup',
  'returnToService',
  'preserveResetProtection',
  'wipeExternalStorage',
  'wipeEsims',
  'lockNow',
  'requireEntry',
] as const;
export type TextParam = (typeof TEXTS)[number];
export type FlagParam = (typeof FLAGS)[number];
/** What the form holds; empty texts, empty lists and unticked boxes are not sent. */
export type ActionValues = { readonly [K in TextParam | 'obliterationBehavior']?: string } & {
  readonly [K in FlagParam]?: boolean;
} & { readonly wipeMethod?: WindowsWipeMethod; readonly packageNames?: readonly string[] };

export const isPackageName = (name: string): boolean =>
  name.length <= 255 && /^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)+$/.test(name);

export function paramsOf(values: ActionValues): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values)
      // Spaces around a passcode are part of it.
      .map(([key, value]) => [key, typeof value === 'string' && key !== 'passcode' ? value.trim() : value] as const)
      .filter(([, value]) => value !== '' && value !== false && value !== undefined)
      .filter(([, value]) => !Array.isArray(value) || value.length > 0),
  );
}

const FORMS: Readonly<Record<string, RegExp>> = { pin: /^[0-9]{6}$/, passcode: /^[\x20-\x7e]{4,64}$/ };
/** The fields that are not right yet. */
export function problemsOf(values: ActionValues, required: readonly string[]): ReadonlySet<string> {
  const params = paramsOf(values);
  const wrong = new Set(required.filter((name) => params[name] === undefined));
  for (const [name, form] of Object.entries(FORMS)) {
    const value = params[name];
    if (typeof value === 'string' && !form.test(value)) wrong.add(name);
  }
  if (values.packageNames?.every(isPackageName) === false) wrong.add('packageNames');
  return wrong;
}
