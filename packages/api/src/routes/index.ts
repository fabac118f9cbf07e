import { accountRoutes } from './accounts.ts';
import { actionRoutes } from './actions.ts';
import { auditRoutes } from './audit.ts';
import { billingRoutes } from './billing.ts';
import { certificateRoutes } from './certificates.ts';
import { contractorRoutes } from './contractors.ts';
import { contractRoutes } from './contracts.ts';
import { deviceRoutes } from './devices.ts';
import { directoryRoutes } from './directory.ts';
import { androidRoutes, windowsRoutes } from './platforms.ts';
import { safetyRoutes } from './safety.ts';
import { termsRoutes } from './terms.ts';

export {
  accountRoutes,
  actionRoutes,
  androidRoutes,
  auditRoutes,
  billingRoutes,
  certificateRoutes,
  contractorRoutes,
  contractRoutes,
  deviceRoutes,
  directoryRoutes,
  safetyRoutes,
  termsRoutes,
  windowsRoutes,
};

/** Every route of the HTTP interface, by name. The server refuses to start unless each has exactly one handler. */
export const routes = {
  ...accountRoutes,
  ...contractorRoutes,
  ...termsRoutes,
  ...contractRoutes,
  ...billingRoutes,
  ...directoryRoutes,
  ...deviceRoutes,
  ...actionRoutes,
  ...safetyRoutes,
  ...certificateRoutes,
  ...windowsRoutes,
  ...androidRoutes,
  ...auditRoutes,
};
export type RouteName = keyof typeof routes;
