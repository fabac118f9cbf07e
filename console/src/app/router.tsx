import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { ACTION_STATES, ACTION_TYPES, BATCH_DEVICE_STATES } from '@tsukasa/api';
import { readDeviceSearch } from '../features/devices/search.ts';
import { Loading } from '../shared/query-states.tsx';
import { billingRoutes, providerBillingRoutes } from './billing-routes.ts';
import { contractRoutes, providerContractRoutes } from './contract-routes.ts';
import { DEVICE_TABS, type DeviceTab } from './device-tabs.ts';
import { Crashed, NotFound, NowhereFound } from './fallbacks.tsx';
import { flagOf, manyOf, oneOf, parseSearch, present, stringifySearch, textOf } from './search.ts';
import { sessionQuery } from './session.ts';
import { Shell } from './shell.tsx';

type Context = { readonly queryClient: QueryClient };
const root = createRootRouteWithContext<Context>()({ component: Outlet, notFoundComponent: NowhereFound });

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search): { next?: string } => present({ next: textOf(search['next']) }),
  component: lazyRouteComponent(() => import('../features/sign-in/sign-in-page.tsx'), 'SignInPage'),
});
const setup = createRoute({
  getParentRoute: () => root,
  path: '/setup',
  component: lazyRouteComponent(() => import('../features/setup/setup-page.tsx'), 'SetupPage'),
});
const secondFactor = createRoute({
  getParentRoute: () => root,
  path: '/second-factor',
  validateSearch: (search): { next?: string } => present({ next: textOf(search['next']) }),
  beforeLoad: async ({ context }) => {
    const session = await context.queryClient.ensureQueryData(sessionQuery);
    if (session === null) throw redirect({ to: '/sign-in' });
    if (session.secondFactor.given) throw redirect({ to: '/' });
  },
  component: lazyRouteComponent(() => import('../features/sign-in/second-factor-page.tsx'), 'SecondFactorPage'),
});

/** Everything below is for people who are signed in with their second factor. */
const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  beforeLoad: async ({ context, location }) => {
    const session = await context.queryClient.ensureQueryData(sessionQuery);
    const next = location.href === '/' ? {} : { next: location.href };
    if (session === null) throw redirect({ to: '/sign-in', search: next });
    if (!session.secondFactor.given) throw redirect({ to: '/second-factor', search: next });
    return { session };
  },
  component: Shell,
});
const home = createRoute({
  getParentRoute: () => inside,
  path: '/',
  beforeLoad: ({ context: { session } }) => {
    if (session.providerRole !== null) throw redirect({ to: '/provider' });
    const [first, second] = session.contractors;
    if (first !== undefined && second === undefined) {
      throw redirect({ to: '/c/$contractorId', params: { contractorId: first.contractorId } });
    }
  },
  component: lazyRouteComponent(() => import('../features/sign-in/home-page.tsx'), 'HomePage'),
});
const account = createRoute({
  getParentRoute: () => inside,
  path: '/account',
  component: lazyRouteComponent(() => import('../features/account/account-page.tsx'), 'AccountPage'),
});

const provider = createRoute({
  getParentRoute: () => inside,
  path: '/provider',
  validateSearch: (search): { q?: string } => present({ q: textOf(search['q']) }),
  component: lazyRouteComponent(() => import('../features/provider/contractors-page.tsx'), 'ContractorsPage'),
});
const staff = createRoute({
  getParentRoute: () => inside,
  path: '/provider/staff',
  component: lazyRouteComponent(() => import('../features/members/staff-page.tsx'), 'StaffPage'),
});
const providerTokens = createRoute({
  getParentRoute: () => inside,
  path: '/provider/api-tokens',
  component: lazyRouteComponent(() => import('../features/api-tokens/tokens-page.tsx'), 'ProviderTokensPage'),
});
export type AuditSearch = { action?: string; actorId?: string; targetKind?: string; targetId?: string };
const readAuditSearch = (search: Record<string, unknown>): AuditSearch =>
  present({
    action: textOf(search['action']),
    actorId: textOf(search['actorId']),
    targetKind: textOf(search['targetKind']),
    targetId: textOf(search['targetId']),
  });
const providerAudit = createRoute({
  getParentRoute: () => inside,
  path: '/provider/audit',
  validateSearch: readAuditSearch,
  component: lazyRouteComponent(() => import('../features/audit/audit-page.tsx'), 'ProviderAuditPage'),
});

const providerAndroid = createRoute({
  getParentRoute: () => inside,
  path: '/provider/android',
  component: lazyRouteComponent(() => import('../features/android/project-page.tsx'), 'ProviderProjectPage'),
});
const providerSafety = createRoute({
  getParentRoute: () => inside,
  path: '/provider/safety',
  component: lazyRouteComponent(() => import('../features/safety/provider-safety-page.tsx'), 'ProviderSafetyPage'),
});

const contractor = createRoute({ getParentRoute: () => inside, path: '/c/$contractorId', component: Outlet });
const contractPages = [...contractRoutes(contractor), ...billingRoutes(contractor)] as const;
const providerPages = [...providerContractRoutes(inside), ...providerBillingRoutes(inside)] as const;
const dashboard = createRoute({
  getParentRoute: () => contractor,
  path: '/',
  component: lazyRouteComponent(() => import('../features/dashboard/dashboard-page.tsx'), 'DashboardPage'),
});
const devices = createRoute({
  getParentRoute: () => contractor,
  path: '/devices',
  validateSearch: readDeviceSearch,
  component: lazyRouteComponent(() => import('../features/devices/devices-page.tsx'), 'DevicesPage'),
});
const device = createRoute({
  getParentRoute: () => contractor,
  path: '/devices/$deviceId',
  validateSearch: (search): { tab?: DeviceTab } => present({ tab: oneOf(search['tab'], DEVICE_TABS) }),
  component: lazyRouteComponent(() => import('../features/device/device-page.tsx'), 'DevicePage'),
});
const actions = createRoute({
  getParentRoute: () => contractor,
  path: '/actions',
  validateSearch: (search) =>
    present({ state: manyOf(search['state'], ACTION_STATES), type: manyOf(search['type'], ACTION_TYPES) }),
  component: lazyRouteComponent(() => import('../features/actions/actions-page.tsx'), 'ActionsPage'),
});
const batches = createRoute({
  getParentRoute: () => contractor,
  path: '/bulk-actions',
  component: lazyRouteComponent(() => import('../features/bulk/batches-page.tsx'), 'BatchesPage'),
});
const batch = createRoute({
  getParentRoute: () => contractor,
  path: '/bulk-actions/$batchId',
  validateSearch: (search) => present({ state: oneOf(search['state'], BATCH_DEVICE_STATES) }),
  component: lazyRouteComponent(() => import('../features/bulk/batch-page.tsx'), 'BatchPage'),
});
const pending = createRoute({
  getParentRoute: () => contractor,
  path: '/pending',
  component: lazyRouteComponent(() => import('../features/bulk/pending-page.tsx'), 'PendingPage'),
});
const android = createRoute({
  getParentRoute: () => contractor,
  path: '/android',
  component: lazyRouteComponent(() => import('../features/android/binding-page.tsx'), 'AndroidPage'),
});
const enrollment = createRoute({
  getParentRoute: () => contractor,
  path: '/enrollment',
  component: lazyRouteComponent(() => import('../features/enrollment/enrollment-page.tsx'), 'EnrollmentPage'),
});
const persons = createRoute({
  getParentRoute: () => contractor,
  path: '/persons',
  validateSearch: (search) =>
    present({
      tab: oneOf(search['tab'], ['groups']),
      q: textOf(search['q']),
      groupId: textOf(search['groupId']),
      archived: flagOf(search['archived']),
    }),
  component: lazyRouteComponent(() => import('../features/persons/persons-page.tsx'), 'PersonsPage'),
});
const members = createRoute({
  getParentRoute: () => contractor,
  path: '/members',
  component: lazyRouteComponent(() => import('../features/members/members-page.tsx'), 'MembersPage'),
});
const tokens = createRoute({
  getParentRoute: () => contractor,
  path: '/api-tokens',
  component: lazyRouteComponent(() => import('../features/api-tokens/tokens-page.tsx'), 'TokensPage'),
});
const pushCertificate = createRoute({
  getParentRoute: () => contractor,
  path: '/push-certificate',
  component: lazyRouteComponent(
    () => import('../features/push-certificate/push-certificate-page.tsx'),
    'PushCertificatePage',
  ),
});
const audit = createRoute({
  getParentRoute: () => contractor,
  path: '/audit',
  validateSearch: readAuditSearch,
  component: lazyRouteComponent(() => import('../features/audit/audit-page.tsx'), 'AuditPage'),
});
const events = createRoute({
  getParentRoute: () => contractor,
  path: '/events',
  validateSearch: (search) => present({ show: oneOf(search['show'], ['all']), deviceId: textOf(search['deviceId']) }),
  component: lazyRouteComponent(() => import('../features/events/events-page.tsx'), 'EventsPage'),
});
const settings = createRoute({
  getParentRoute: () => contractor,
  path: '/settings',
  component: lazyRouteComponent(() => import('../features/settings/settings-page.tsx'), 'SettingsPage'),
});

const routeTree = root.addChildren([
  signIn,
  setup,
  secondFactor,
  inside.addChildren([
    home,
    account,
    provider,
    staff,
    providerTokens,
    providerAudit,
    providerAndroid,
    providerSafety,
    ...providerPages,
    contractor.addChildren([
      dashboard,
      devices,
      device,
      actions,
      batches,
      batch,
      pending,
      enrollment,
      persons,
      members,
      tokens,
      pushCertificate,
      android,
      audit,
      events,
      settings,
      ...contractPages,
    ]),
  ]),
]);

export function createConsoleRouter(queryClient: QueryClient) {
  const router = createRouter({
    routeTree,
    context: { queryClient },
    parseSearch,
    stringifySearch,
    scrollRestoration: true,
    defaultPreload: 'intent',
    defaultPendingComponent: Loading,
    defaultPendingMinMs: 0,
    defaultNotFoundComponent: NotFound,
    defaultErrorComponent: Crashed,
  });
  // When the session ends, the guards above run again and lead to the sign-in page.
  queryClient.getQueryCache().subscribe((event) => {
    if (event.type !== 'updated' || event.action.type !== 'success' || event.query.queryKey[0] !== 'session') return;
    if (event.query.state.data === null && !OUTSIDE.has(router.state.location.pathname)) void router.invalidate();
  });
  return router;
}
const OUTSIDE: ReadonlySet<string> = new Set(['/sign-in', '/setup']);

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createConsoleRouter>;
  }
}
