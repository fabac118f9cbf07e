import type { ErrorChainItem } from './connect.ts';

/** Causes a console can explain. A closed set; `other` has only the device's own words. */
export const ERROR_CAUSES = [
  'unsupported_command',
  'invalid_in_lost_mode',
  'not_awaiting_configuration',
  'duplicate_install',
  'license_not_found',
  'profile_refused',
  'profile_invalid',
  'other',
] as const;
export type ErrorCause = (typeof ERROR_CAUSES)[number];

type Known = { readonly domain: RegExp; readonly from: number; readonly to: number; readonly cause: ErrorCause };

// Fact sheet 3.3. Apple calls codes internal, so this only ever adds an explanation and never decides anything.
const KNOWN: readonly Known[] = [
  { domain: /^MCMDMErrorDomain$/, from: 12021, to: 12021, cause: 'unsupported_command' },
  { domain: /^MCMDMErrorDomain$/, from: 12078, to: 12078, cause: 'invalid_in_lost_mode' },
  { domain: /^MDMDeviceEnrollment$/, from: 101, to: 101, cause: 'not_awaiting_configuration' },
  { domain: /^ASD/, from: 506, to: 506, cause: 'duplicate_install' },
  { domain: /^(?!MC)/, from: 9610, to: 9610, cause: 'license_not_found' },
  { domain: /^MCInstallationErrorDomain$/, from: 4000, to: 4999, cause: 'profile_refused' },
  { domain: /^MCProfileErrorDomain$/, from: 1000, to: 1999, cause: 'profile_invalid' },
];

/** The cause of a failed command: the first link of the chain that is known, the top error first. */
export function causeOf(chain: readonly ErrorChainItem[]): ErrorCause {
  for (const { domain, code } of chain) {
    if (domain === undefined || code === undefined) continue;
    const known = KNOWN.find((entry) => entry.domain.test(domain) && code >= entry.from && code <= entry.to);
    if (known !== undefined) return known.cause;
  }
  return 'other';
}
