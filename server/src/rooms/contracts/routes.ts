import type { contractRoutes, termsRoutes } from '@tsukasa/api';
import type { Handlers } from '../../base/http/context.ts';
import { type ContractorId, parseUuid } from '../../base/ids.ts';
import * as applications from './applications.ts';
import * as catalogue from './catalogue.ts';
import * as changes from './changes.ts';
import { tick } from './checklist.ts';
import * as customers from './customers.ts';
import * as documents from './documents.ts';
import * as inbox from './inbox.ts';
import * as licences from './licences.ts';
import * as overview from './overview.ts';
import { tryRevision } from './trial.ts';
import { type VerifyDeps, verifyContracts } from './verify.ts';

export type RouteDeps = VerifyDeps & overview.OverviewDeps;

type Of<K extends string> = { readonly [key in K]: string };
const contractor = ({ contractorId }: Of<'contractorId'>): ContractorId => parseUuid(contractorId, 'contractorId');
const application = ({ applicationId }: Of<'applicationId'>) =>
  parseUuid<'Application'>(applicationId, 'applicationId');
const document = ({ documentId }: Of<'documentId'>) => parseUuid<'ContractDocument'>(documentId, 'documentId');
const place = (params: Of<'contractorId' | 'contractId'>): changes.Place => ({
  contractorId: contractor(params),
  contractId: parseUuid<'Contract'>(params.contractId, 'contractId'),
});

/** The catalogue and the terms over HTTP. */
export function termsHandlers(deps: RouteDeps): Handlers<typeof termsRoutes> {
  return {
    listClauses: async () => ({ items: catalogue.listClauses() }),
    getCatalogue: () => catalogue.getCatalogue(deps),
    changeCatalogue: ({ body }, context) => catalogue.changeCatalogue(deps, body, context),
    listRevisions: async () => ({ items: await catalogue.listRevisions(deps) }),
    putRevisionDraft: ({ params, body }, context) => catalogue.putDraft(deps, params.effectiveOn, body, context),
    deleteRevisionDraft: async ({ params }, context) => {
      await catalogue.deleteDraft(deps, params.effectiveOn, context);
      return undefined;
    },
    publishRevision: ({ params }, context) => catalogue.publishRevision(deps, params.effectiveOn, context),
    tryRevision: ({ params, query }, context) =>
      tryRevision(deps, { effectiveOn: params.effectiveOn, on: query.on }, context),
  };
}

/** Applications, contracts, notices, licences and customers over HTTP. */
export function contractHandlers(deps: RouteDeps): Handlers<typeof contractRoutes> {
  return { ...ownHandlers(deps), ...providerHandlers(deps) };
}

type Own =
  | 'getContractOverview'
  | 'getEntitlements'
  | 'listContracts'
  | 'getContract'
  | 'listContractCharges'
  | 'verifyContracts'
  | 'listApplications'
  | 'assessApplication'
  | 'createApplication'
  | 'withdrawApplication'
  | 'listLicences'
  | 'agreeToLicence'
  | 'previewCountChange'
  | 'requestCountChange'
  | 'previewNotice'
  | 'giveNotice'
  | 'tickChecklist';

function ownHandlers(deps: RouteDeps): Handlers<Pick<typeof contractRoutes, Own>> {
  return {
    getContractOverview: ({ params }, context) => overview.overview(deps, contractor(params), context),
    getEntitlements: ({ params, query }, context) =>
      overview.getEntitlements(deps, contractor(params), query.on, context),
    listContracts: async ({ params, query }, context) => ({
      items: await overview.listContracts(deps, contractor(params), query.on, context),
    }),
    getContract: ({ params, query }, context) => overview.getContract(deps, place(params), query.on, context),
    listContractCharges: ({ params, query }, context) => overview.listCharges(deps, place(params), query, context),
    verifyContracts: ({ params }) => verifyContracts(deps, contractor(params)),
    listApplications: async ({ params }, context) => ({
      items: await applications.listApplications(deps, contractor(params), context),
    }),
    assessApplication: ({ params, body }, context) => applications.assess(deps, contractor(params), body, context),
    createApplication: ({ params, body }, context) =>
      applications.apply(deps, contractor(params), body, { channel: 'console' }, context),
    withdrawApplication: ({ params, body }, context) =>
      applications.withdraw(deps, contractor(params), application(params), body, context),
    listLicences: async ({ params }, context) => ({
      items: await licences.listLicences(deps, contractor(params), context),
    }),
    agreeToLicence: ({ params, body }, context) =>
      licences.agreeToLicence(deps, contractor(params), { document: params.document, ...body }, context),
    previewCountChange: ({ params, body }, context) => changes.previewCount(deps, place(params), body, context),
    requestCountChange: ({ params, body }, context) => changes.changeCount(deps, place(params), body, context),
    previewNotice: ({ params, body }, context) => changes.previewNotice(deps, place(params), body, context),
    giveNotice: ({ params, body }, context) => changes.giveNotice(deps, place(params), body, context),
    tickChecklist: ({ params, body }, context) =>
      tick(deps, place(params), { item: params.item, done: body.done }, context),
  };
}

function providerHandlers(deps: RouteDeps): Handlers<Omit<typeof contractRoutes, Own>> {
  return {
    listContractBook: ({ query }) => inbox.listContractBook(deps, query),
    listApplicationInbox: ({ query }, context) => inbox.listApplicationInbox(deps, query, context),
    getCustomerProfile: ({ params }) => customers.getProfile(deps, contractor(params)),
    putCustomerProfile: ({ params, body }, context) => customers.putProfile(deps, contractor(params), body, context),
    addContractDocument: ({ params, body }, context) => documents.addDocument(deps, contractor(params), body, context),
    getContractDocument: ({ params }) => documents.getDocument(deps, contractor(params), document(params)),
    createApplicationOnBehalf: ({ params, body: { content, ...arrival } }, context) =>
      applications.apply(deps, contractor(params), content, { channel: 'provider', ...arrival }, context),
    quoteApplication: ({ params, body }, context) =>
      applications.quote(deps, contractor(params), application(params), body, context),
    acceptApplication: ({ params, body }, context) =>
      applications.accept(deps, contractor(params), application(params), body, context),
    refuseApplication: ({ params, body }, context) =>
      applications.refuse(deps, contractor(params), application(params), body, context),
    startBilling: ({ params, body }, context) => changes.startBilling(deps, place(params), body, context),
    changePrices: ({ params, body }, context) => changes.changePrices(deps, place(params), body, context),
    addOneTimeFee: ({ params, body }, context) => changes.addOneTimeFee(deps, place(params), body, context),
    previewCountChangeOnBehalf: ({ params, body }, context) => changes.previewCount(deps, place(params), body, context),
    recordCountChange: ({ params, body }, context) => changes.changeCount(deps, place(params), body, context),
    previewNoticeOnBehalf: ({ params, body }, context) => changes.previewNotice(deps, place(params), body, context),
    recordNotice: ({ params, body }, context) => changes.giveNotice(deps, place(params), body, context),
    withdrawNotice: ({ params, body }, context) =>
      changes.withdrawNotice(deps, place(params), { seq: params.seq, reason: body.reason }, context),
    correctFact: ({ params, body }, context) => changes.correctFact(deps, place(params), body, context),
    recordHistoricalContract: ({ params, body }, context) =>
      changes.recordHistorical(deps, contractor(params), body, context),
  };
}
