import { type AnyRoute, createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { ADJUSTMENT_STATES } from '@tsukasa/api';
import { readInvoiceSearch } from '../features/billing/search.ts';
import { oneOf, present, textOf } from './search.ts';

/** A contractor's pages of invoices, below its own route. */
export function billingRoutes<P extends AnyRoute>(parent: P) {
  const getParentRoute = () => parent;
  return [
    createRoute({
      getParentRoute,
      path: '/invoices',
      validateSearch: (search): { tab?: 'statement' } => present({ tab: oneOf(search['tab'], ['statement'] as const) }),
      component: lazyRouteComponent(() => import('../features/billing/invoices-pages.tsx'), 'OwnInvoicesPage'),
    }),
    createRoute({
      getParentRoute,
      path: '/invoices/$invoiceId',
      component: lazyRouteComponent(() => import('../features/billing/invoice-view.tsx'), 'OwnInvoicePage'),
    }),
  ] as const;
}

/** The provider's pages of billing. */
export function providerBillingRoutes<P extends AnyRoute>(parent: P) {
  const getParentRoute = () => parent;
  return [
    createRoute({
      getParentRoute,
      path: '/provider/closings',
      component: lazyRouteComponent(() => import('../features/billing/closings-page.tsx'), 'ClosingsPage'),
    }),
    createRoute({
      getParentRoute,
      path: '/provider/closings/$month',
      validateSearch: (search): { q?: string } => present({ q: textOf(search['q']) }),
      component: lazyRouteComponent(() => import('../features/billing/closing-page.tsx'), 'ClosingPage'),
    }),
    createRoute({
      getParentRoute,
      path: '/provider/invoices',
      validateSearch: readInvoiceSearch,
      component: lazyRouteComponent(() => import('../features/billing/invoices-pages.tsx'), 'ProviderInvoicesPage'),
    }),
    createRoute({
      getParentRoute,
      path: '/provider/invoices/$customerId/$invoiceId',
      component: lazyRouteComponent(() => import('../features/billing/invoice-view.tsx'), 'ProviderInvoicePage'),
    }),
    createRoute({
      getParentRoute,
      path: '/provider/adjustments',
      validateSearch: (search) => present({ state: oneOf(search['state'], ADJUSTMENT_STATES) }),
      component: lazyRouteComponent(() => import('../features/billing/adjustments-page.tsx'), 'AdjustmentsPage'),
    }),
    createRoute({
      getParentRoute,
      path: '/provider/forecast',
      validateSearch: (search): { months?: number } => {
        const months = Number(textOf(search['months']));
        return present({ months: [3, 6, 12, 24].find((one) => one === months) });
      },
      component: lazyRouteComponent(() => import('../features/billing/forecast-page.tsx'), 'ForecastPage'),
    }),
    createRoute({
      getParentRoute,
      path: '/provider/billing-settings',
      component: lazyRouteComponent(
        () => import('../features/billing/billing-settings-page.tsx'),
        'BillingSettingsPage',
      ),
    }),
  ] as const;
}
