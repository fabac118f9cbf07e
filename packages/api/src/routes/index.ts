import { accountRoutes } from './accounts.ts';
import { actionRoutes } from './actions.ts';
import { auditRoutes } from './audit.ts';
import { certificateRoutes } from './certificates.ts';
import { contractorRoutes } from './contractors.ts';
import { deviceRoutes } from './devices.ts';
import { directoryRoutes } from './directory.ts';

export { accountRoutes, actionRoutes, auditRoutes, certificateRoutes, contractorRoutes, deviceRoutes, directoryRoutes };

/** Every route of the HTTP interface, by name. The server refuses to start unless each has exactly one handler. */
export const routes = {
  ...accountRoutes,
  ...contractorRoutes,
  ...directoryRoutes,
  ...deviceRoutes,
  ...actionRoutes,
  ...certificateRoutes,
  ...auditRoutes,
};
export type RouteName = keyof typeof routes;
