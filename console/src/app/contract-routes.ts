import { type AnyRoute, createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { dayOf, readBookSearch, readInboxSearch } from '../features/contracts/search.ts';
import { SECTIONS } from '../features/terms/entry-draft.ts';
import { oneOf, present, textOf } from './search.ts';

type Raw = Record<string, unknown>;
const readDay = (search: Raw): { on?: string } => present({ on: dayOf(search['on']) });
const readContract = (search: Raw): { contractId?: string } => present({ contractId: textOf(search['contractId']) });

/** A contractor's pages of contracts, below its own route. */
export function contractRoutes<P extends AnyRoute>(parent: P) {
  const getParentRoute = () => parent;
  return [
    createRoute({
      getParentRoute,
      path: '/contract',
      component: lazyRouteComponent(() => import('../features/contracts/overview-page.tsx'), 'OverviewPage'),
    }),
    createRoute({
      getParentRoute,
      path: '/contract/apply',
      validateSearch: readContract,
      component: lazyRouteComponent(() => import('../features/contracts/apply-page.tsx'), 'ApplyPage'),
    }),
    createRoute({
      getParentRoute,
      path: '/contract/$contractId',
      validateSearch: readDay,
      component: lazyRouteComponent(() => import('../features/contracts/contract-pages.tsx'), 'OwnContractPage'),
    }),
  ] as const;
}

/** The provider's pages of contracts and terms. */
export function providerContractRoutes<P extends AnyRoute>(parent: P) {
  const getParentRoute = () => parent;
  return [
    createRoute({
      getParentRoute,
      path: '/provider/customers/$customerId',
      component: lazyRouteComponent(() => import('../features/contracts/customer-page.tsx'), 'CustomerPage'),
    }),
    createRoute({
      getParentRoute,
      path: '/provider/customers/$customerId/apply',
      validateSearch: readContract,
      component: lazyRouteComponent(() => import('../features/contracts/apply-page.tsx'), 'ApplyOnBehalfPage'),
    }),
    createRoute({
      getParentRoute,
      path: '/provider/customers/$customerId/record-contract',
      component: lazyRouteComponent(
        () => import('../features/contracts/record-contract-page.tsx'),
        'RecordContractPage',
      ),
    }),
    createRoute({
      getParentRoute,
      path: '/provider/contracts',
      validateSearch: readBookSearch,
      component: lazyRouteComponent(() => import('../features/contracts/book-page.tsx'), 'BookPage'),
    }),
    createRoute({
      getParentRoute,
      path: '/provider/contracts/$customerId/$contractId',
      validateSearch: readDay,
      component: lazyRouteComponent(() => import('../features/contracts/contract-pages.tsx'), 'ProviderContractPage'),
    }),
    createRoute({
      getParentRoute,
      path: '/provider/applications',
      validateSearch: readInboxSearch,
      component: lazyRouteComponent(() => import('../features/contracts/inbox-page.tsx'), 'InboxPage'),
    }),
    createRoute({
      getParentRoute,
      path: '/provider/applications/$customerId/$applicationId',
      component: lazyRouteComponent(() => import('../features/contracts/application-page.tsx'), 'ApplicationPage'),
    }),
    createRoute({
      getParentRoute,
      path: '/provider/catalogue',
      validateSearch: (search): { tab?: (typeof SECTIONS)[number] } => present({ tab: oneOf(search['tab'], SECTIONS) }),
      component: lazyRouteComponent(() => import('../features/terms/catalogue-page.tsx'), 'CataloguePage'),
    }),
    createRoute({
      getParentRoute,
      path: '/provider/terms',
      component: lazyRouteComponent(() => import('../features/terms/revisions-page.tsx'), 'RevisionsPage'),
    }),
    createRoute({
      getParentRoute,
      path: '/provider/terms/$effectiveOn',
      component: lazyRouteComponent(() => import('../features/terms/revision-page.tsx'), 'RevisionPage'),
    }),
  ] as const;
}
