import { ACTIONS } from './actions.ts';
import { APPS } from './apps.ts';
import { CERTIFICATES } from './certificates.ts';
import { DEV_DETAIL } from './dev-detail.ts';
import { DEVICE_STATUS } from './device-status.ts';
import { DM_CLIENT } from './dm-client.ts';
import { POLICIES } from './policy.ts';
import type { Rule } from './rule.ts';
import { SECURITY } from './security.ts';

/** Every node that a simulated PC knows. The facts are those of the published DDF, of the editions it lists. */
export const RULES: readonly Rule[] = [
  ...DEV_DETAIL,
  ...DEVICE_STATUS,
  ...SECURITY,
  ...ACTIONS,
  ...DM_CLIENT,
  ...CERTIFICATES,
  ...APPS,
  ...POLICIES,
];
