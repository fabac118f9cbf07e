import type { contractorRoutes } from '@tsukasa/api';
import type { Handlers } from '../../base/http/context.ts';
import { parseUuid } from '../../base/ids.ts';
import { dashboard, providerStatus, type ReportsDeps } from './service.ts';

export type { ListedContractor, ReportsDeps } from './service.ts';

/** The dashboard of a contractor and the provider's overview over HTTP; the other contractor routes are the accounts'. */
export function reportHandlers(
  deps: ReportsDeps,
): Handlers<Pick<typeof contractorRoutes, 'getDashboard' | 'getProviderStatus'>> {
  return {
    getDashboard: ({ params }) => dashboard(deps, parseUuid<'Contractor'>(params.contractorId, 'contractorId')),
    getProviderStatus: () => providerStatus(deps),
  };
}
