import { type Platform, type RouteName, routes } from '@tsukasa/api';
import type { Tx } from './base/db.ts';
import type { Foundation } from './base/foundation.ts';
import type { Handlers, RequestContext } from './base/http/context.ts';
import { serveOpenApi } from './base/http/openapi.ts';
import { type Handlers as BoundHandlers, bindRoutes } from './base/http/routes.ts';
import type { ContractorId } from './base/ids.ts';
import type { Compose, Rooms } from './base/server.ts';
import {
  type Authorize,
  accountMessages,
  contractorSettings,
  contractorsAfter,
  createAccounts,
  findContractor,
  firstMember,
  idempotencyPrincipal,
  listFleetSettings,
} from './rooms/accounts/index.ts';
import { type Actions, actionMessages, createActions, type Dialect } from './rooms/actions/index.ts';
import { type Android, androidMessages, createAndroid } from './rooms/android/index.ts';
import { type Apple, appleMessages, createApple } from './rooms/apple/index.ts';
import { auditHandlers, recordAudit } from './rooms/audit/index.ts';
import { type Billing, billingMessages, createBilling, verifyInvoices } from './rooms/billing/index.ts';
import {
  type Certificates,
  certificateMessages,
  createCertificates,
  joinBindings,
  joinRevocations,
} from './rooms/certificates/index.ts';
import { type Contracts, type Customer, contractMessages, createContracts } from './rooms/contracts/index.ts';
import {
  createEnrollmentDoor,
  type DeviceChannel,
  type DeviceSupport,
  deviceHandlers,
  deviceMessages,
  type EnrollmentPage,
  type Entitlement,
  firstEnrollment,
  type InvitationGate,
  personDevices,
  recordEvent,
  registerRetention,
  registerSupportReview,
  reviewSupportSoon,
} from './rooms/devices/index.ts';
import { directoryMessages, personHandlers } from './rooms/directory/index.ts';
import { reportHandlers } from './rooms/reports/index.ts';
import { createWindows, type Windows, windowsMessages } from './rooms/windows/index.ts';

const VERSION = '0.1.0';

/** Builds the rooms on the foundation and joins them. */
export const compose: Compose = async (foundation) => {
  const { config, db, jobs, idempotency } = foundation;
  const deps = { ...foundation, recordAudit, publicUrl: config.publicUrl };
  const accounts = createAccounts({ ...deps, sessionLifetime: config.sessionLifetime });
  const entitlement: Entitlement = { require: (...asked) => contracts.require(...asked) };
  const support: DeviceSupport = { check: (...asked) => contracts.check(...asked) };
  const { apple, windows, android, channels, actions, certificates } = joinDevices(foundation, {
    entitlement,
    support,
  });
  const contracts: Contracts = joinContracts(foundation, { actions, certificates });
  const billing = joinBilling(foundation, contracts);
  const gates = new Map<Platform, InvitationGate>([
    ['apple', apple.gate],
    ['windows', windows.gate],
    ['android', android.gate],
  ]);
  const pages = new Map<Platform, EnrollmentPage>([
    ['apple', apple.page],
    ['windows', windows.page],
    ['android', android.page],
  ]);
  const enrollmentDoor = createEnrollmentDoor({ ...deps, pages });
  accounts.registerJobs(jobs);
  contracts.registerJobs(jobs);
  billing.registerJobs(jobs);
  actions.registerJobs(jobs);
  certificates.registerJobs(jobs);
  windows.registerJobs(jobs);
  android.registerJobs(jobs);
  registerRetention({ ...foundation, retention: config.retention }, jobs);
  registerSupportReview({ ...foundation, support }, jobs);
  const handlers: Handlers<typeof routes> = {
    ...accounts.handlers,
    ...auditHandlers(deps),
    ...contracts.handlers,
    ...billing.handlers,
    ...personHandlers({ ...deps, devices: personDevices }),
    ...deviceHandlers({ ...deps, contractorSettings, channels, gates, entitlement, support, openActions: actions }),
    ...actions.handlers,
    ...certificates.handlers,
    ...windows.handlers,
    ...android.handlers,
    ...reportHandlers({
      ...deps,
      version: VERSION,
      startedAt: foundation.clock.now(),
      channels,
      contractorSettings,
      listContractors: () => db.asProvider(listFleetSettings),
      countActions: actions.count,
      pushCertificateNotAfter: async (tx, id) => (await certificates.currentPushCertificate(tx, id))?.notAfter,
    }),
  };
  const rooms: Rooms = {
    messages: {
      ...accountMessages,
      ...contractMessages,
      ...billingMessages,
      ...directoryMessages,
      ...deviceMessages,
      ...actionMessages,
      ...certificateMessages,
      ...appleMessages,
      ...windowsMessages,
      ...androidMessages,
    },
    deviceHandler: (request, response) =>
      windows.deviceHandler(request, response) ||
      enrollmentDoor(request, response) ||
      apple.deviceHandler(request, response) ||
      android.deviceHandler(request, response) ||
      certificates.scepHandler(request, response),
    bind: (app) => {
      app.route(accounts.authRoute);
      const authorize: Authorize = async (route, request) => {
        const context = await accounts.authorize(route, request);
        await contracts.admit(route, context);
        return context;
      };
      bindRoutes(app, routes, bound(handlers), { authorize, principalOf: idempotencyPrincipal, idempotency });
      serveOpenApi(app, routes, { title: 'Tsukasa', version: VERSION });
    },
    started: async () => {
      apple.start();
      windows.start();
      android.start();
      await contracts.started();
      await db.jobs(reviewSupportSoon);
      const link = await accounts.firstAdministratorLink();
      if (link === undefined) return [];
      return ['最初の提供者管理者を作成する / Create the first provider administrator (24 h, once):', `  ${link}`];
    },
    stop: async () => {
      await Promise.all([apple.stop(), windows.stop(), android.stop()]);
    },
  };
  return rooms;
};

/** The three rooms that need each other: a dialect finishes actions, and issues and answers for certificates. */
function joinDevices(
  foundation: Foundation,
  { entitlement, support }: { readonly entitlement: Entitlement; readonly support: DeviceSupport },
): {
  apple: Apple;
  windows: Windows;
  android: Android;
  channels: ReadonlyMap<Platform, DeviceChannel>;
  actions: Actions;
  certificates: Certificates;
} {
  const { config, metrics } = foundation;
  const contractor = async (tx: Tx, id: ContractorId) => {
    const found = await findContractor(tx, id);
    const { observeEvery, language, helpdeskPhone } = await contractorSettings(tx, id);
    return { name: found?.name ?? '', observeEvery: Temporal.Duration.from(observeEvery), language, helpdeskPhone };
  };
  const apple: Apple = createApple({
    ...foundation,
    config,
    registry: metrics.registry,
    contractor,
    certificates: () => certificates,
    actions: () => actions,
    entitlement,
    support,
  });
  const windows: Windows = createWindows({
    ...foundation,
    config,
    recordAudit,
    registry: metrics.registry,
    contractor,
    certificates: () => certificates,
    actions: () => actions,
    entitlement,
    support,
  });
  const android: Android = createAndroid({
    ...foundation,
    config,
    recordAudit,
    contractor,
    actions: () => actions,
    entitlement,
    support,
  });
  const certificates = createCertificates({
    ...foundation,
    recordAudit,
    trustProxy: config.trustProxy,
    contractorName: async (tx, id) => (await findContractor(tx, id))?.name,
    bindings: joinBindings([apple.bindings, windows.bindings]),
    revocations: joinRevocations([apple.revocations, windows.revocations]),
    topicUse: apple.topicUse,
  });
  const dialects = new Map<Platform, Dialect>([
    ['apple', apple.dialect],
    ['windows', windows.dialect],
    ['android', android.dialect],
  ]);
  const channels = new Map<Platform, DeviceChannel>([
    ['apple', apple.channel],
    ['windows', windows.channel],
    ['android', android.channel],
  ]);
  const actions = createActions({
    ...foundation,
    recordAudit,
    dialects,
    entitlement,
    channels,
    newcomersWait: config.approverWait,
  });
  return { apple, windows, android, channels, actions, certificates };
}

/** Contracts, with what the rooms of devices know and do for them. */
function joinContracts(
  foundation: Foundation,
  { actions, certificates }: { readonly actions: Actions; readonly certificates: Certificates },
): Contracts {
  const { config } = foundation;
  return createContracts({
    ...foundation,
    recordAudit,
    keepAfterContract: config.retention.afterContract,
    findCustomer,
    checkInvoices: verifyInvoices,
    surroundings: {
      probe: async (tx, contractorId, probe) => {
        if (probe === 'push_certificate') {
          return { done: (await certificates.currentPushCertificate(tx, contractorId)) !== undefined };
        }
        const find = probe === 'first_device' ? firstEnrollment : firstMember;
        const at = await find(tx, contractorId);
        return { done: at !== undefined, at };
      },
      tell: async (tx, contractorId, notice) => recordEvent(tx, contractorId, notice),
      serviceEnded: (tx, contractorId, now) => actions.endAll(tx, contractorId, 'contract_ended', now),
      catalogueChanged: reviewSupportSoon,
    },
  });
}

async function findCustomer(tx: Tx, contractorId: ContractorId): Promise<Customer | undefined> {
  const found = await findContractor(tx, contractorId);
  return found && { contractorId, name: found.name, nameKana: found.nameKana };
}

/** Billing, over the book and the histories of contracts. */
function joinBilling(foundation: Foundation, { books }: Contracts): Billing {
  return createBilling({ ...foundation, recordAudit, books, findCustomer, listCustomers: contractorsAfter });
}

/** The rooms' handlers in the form in which the HTTP layer calls them. */
function bound(handlers: Handlers<typeof routes>): BoundHandlers<typeof routes, RequestContext> {
  type Loose = (input: object, context: RequestContext) => Promise<unknown>;
  const names = Object.keys(handlers) as RouteName[];
  const entries = names.map((name) => {
    const handle = handlers[name] as unknown as Loose;
    return [name, ({ caller, ...input }: { caller: RequestContext }) => handle(input, caller)];
  });
  return Object.fromEntries(entries) as BoundHandlers<typeof routes, RequestContext>;
}
