import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { type ContractorRole, type Route, type RouteName, routes } from '@tsukasa/api';
import { readConfig } from '../../base/config.ts';
import { createMetrics } from '../../base/http/metrics.ts';
import { type ContractorId, newId } from '../../base/ids.ts';
import { createJobs } from '../../base/jobs.ts';
import { silentLog } from '../../base/log.ts';
import { TEST_MASTER_KEY } from '../../base/testing.ts';
// The whole server, for once: the walk is about every route as it is really joined.
import { compose } from '../../compose.ts';
import { PASSWORD, PUBLIC_URL, testAccounts } from './testing/app.ts';
import { Browser, reasonOf } from './testing/browser.ts';

/**
 * Who may call what: written by hand, and on purpose not derived from the roles' permissions or from what the routes say of
 * themselves. `anyone`: nobody has to be signed in. `session`: any session, also before its second factor. `signed in`: any
 * person or program. Otherwise the roles: P provider's administrator, S sales, B billing and D desk staff of the provider,
 * A contractor's administrator, H helpdesk, R auditor.
 * A route that is missing here does not compile.
 */
const WHO: Readonly<Record<RouteName, string>> = {
  getSession: 'session',
  reauthenticate: 'signed in',
  inspectAccountLink: 'anyone',
  acceptAccountLink: 'anyone',
  listMembers: 'P A R',
  inviteMember: 'P A',
  changeMember: 'P A',
  resetMember: 'P A',
  listApiTokens: 'P A R',
  createApiToken: 'P A',
  revokeApiToken: 'P A',
  listStaff: 'P',
  inviteStaff: 'P',
  changeStaff: 'P',
  resetStaff: 'P',
  listProviderApiTokens: 'P',
  createProviderApiToken: 'P',
  revokeProviderApiToken: 'P',
  listContractors: 'P',
  createContractor: 'P',
  changeContractor: 'P',
  getProviderStatus: 'P',
  getContractor: 'P A H R',
  changeContractorSettings: 'P A',
  getDashboard: 'P A H R',
  listPersons: 'P A H R',
  createPerson: 'P A H',
  getPerson: 'P A H R',
  changePerson: 'P A H',
  archivePerson: 'P A H',
  listGroups: 'P A H R',
  createGroup: 'P A H',
  changeGroup: 'P A H',
  deleteGroup: 'P A H',
  addGroupMember: 'P A H',
  removeGroupMember: 'P A H',
  listDevices: 'P A H R',
  exportDevices: 'P A R',
  getDevice: 'P A H R',
  changeDevice: 'P A H',
  listDeviceApps: 'P A H R',
  listDeviceProfiles: 'P A H R',
  listDeviceCertificates: 'P A H R',
  listDeviceChanges: 'P A H R',
  listDeviceReports: 'P A H R',
  listEnrollmentOptions: 'P A H R',
  listEnrollmentMethods: 'P A H',
  listInvitations: 'P A H R',
  createInvitation: 'P A H',
  getInvitation: 'P A H R',
  revokeInvitation: 'P A H',
  listEvents: 'P A H R',
  acknowledgeEvent: 'P A H',
  assessActions: 'P A H R',
  previewAction: 'P A H R',
  askAction: 'P A H', // what the type of the action needs besides is asked for by the room `actions`
  listDeviceActions: 'P A H R',
  getDeviceAction: 'P A H R',
  listActions: 'P A H R',
  getAction: 'P A H R',
  cancelAction: 'P A H',
  previewBatch: 'P A H', // as askAction: the permission of the type is asked for with the body
  askBatch: 'P A H',
  listBatches: 'P A H R',
  getBatch: 'P A H R',
  listBatchDevices: 'P A H R',
  cancelBatch: 'P A H',
  decideBatch: 'P A',
  releaseBatch: 'P A',
  decideAction: 'P A',
  releaseAction: 'P A',
  listPending: 'P A H R',
  getSafety: 'P A H R',
  changeSafety: 'P A',
  decideSafetyChange: 'P A',
  getProviderSafety: 'P S B D',
  changeProviderSafety: 'P',
  decideProviderSafetyChange: 'P',
  readActionSecret: 'P A',
  listRecoveryKeys: 'P A H R',
  readRecoveryKey: 'P A',
  listRawCommands: 'P A',
  getPushCertificate: 'P A H R',
  putPushCertificate: 'P A',
  requestPushCertificate: 'P A',
  listIdentities: 'P A H R',
  revokeIdentity: 'P A',
  getProviderGoogleProject: 'P S B D',
  putProviderGoogleProject: 'P',
  deleteProviderGoogleProject: 'P',
  getAndroidBinding: 'P D A H R',
  putGoogleProject: 'P A',
  deleteGoogleProject: 'P A',
  startAndroidSignup: 'P A',
  releaseAndroidEnterprise: 'P A',
  reconcileAndroid: 'P A',
  listAudit: 'P A R',
  verifyAudit: 'P A R',
  listProviderAudit: 'P',
  verifyProviderAudit: 'P',
  listClauses: 'signed in',
  getCatalogue: 'signed in',
  changeCatalogue: 'P S',
  listRevisions: 'P S B D',
  putRevisionDraft: 'P S',
  deleteRevisionDraft: 'P S',
  publishRevision: 'P S',
  tryRevision: 'P S B D',
  getContractOverview: 'P A H R S B D',
  getEntitlements: 'P A H R S B D',
  listContracts: 'P A H R S B D',
  getContract: 'P A H R S B D',
  listContractCharges: 'P A H R S B D',
  verifyContracts: 'P A R B',
  listApplications: 'P A H R S B D',
  assessApplication: 'P A H R S B D',
  createApplication: 'P A',
  withdrawApplication: 'P A',
  listLicences: 'P A H R S B D',
  agreeToLicence: 'P A',
  previewCountChange: 'P A H R S B D',
  requestCountChange: 'P A',
  previewNotice: 'P A H R S B D',
  giveNotice: 'P A',
  tickChecklist: 'P A S D',
  listContractBook: 'P S B D',
  listApplicationInbox: 'P S B D',
  getCustomerProfile: 'P S B D',
  putCustomerProfile: 'P S',
  addContractDocument: 'P S',
  getContractDocument: 'P S B D',
  createApplicationOnBehalf: 'P S',
  quoteApplication: 'P S',
  acceptApplication: 'P S',
  refuseApplication: 'P S',
  startBilling: 'P S',
  changePrices: 'P S',
  addOneTimeFee: 'P S',
  previewCountChangeOnBehalf: 'P S B D',
  recordCountChange: 'P S',
  previewNoticeOnBehalf: 'P S B D',
  recordNotice: 'P S',
  withdrawNotice: 'P S',
  correctFact: 'P S',
  recordHistoricalContract: 'P S',
  listInvoices: 'P S B A R',
  getInvoice: 'P S B A R',
  getInvoicePdf: 'P S B A R',
  getInvoiceCsv: 'P S B A R',
  getInvoiceXml: 'P S B A R',
  getStatement: 'P S B A R',
  whatIf: 'P S B D A H R',
  getBillingSettings: 'P S B',
  putBillingSettings: 'P B',
  listClosings: 'P S B',
  previewClosing: 'P S B',
  draftClosing: 'P B',
  getClosing: 'P S B',
  approveClosing: 'P B',
  listAllInvoices: 'P S B',
  recordPayment: 'P B',
  reversePayment: 'P B',
  listAdjustments: 'P S B',
  askAdjustment: 'P B',
  decideAdjustment: 'P B',
  getForecast: 'P S B',
};

/** Of the routes above from before there were contracts: what the provider's sales, billing and desk staff may call. */
const STAFF: Readonly<Record<'S' | 'B' | 'D', readonly RouteName[]>> = {
  S: [
    'listContractors',
    'createContractor',
    'changeContractor',
    'getProviderStatus',
    'getContractor',
    'getDashboard',
    'getSafety',
  ],
  B: [
    'getSafety',
    'listProviderAudit',
    'verifyProviderAudit',
    'listContractors',
    'getProviderStatus',
    'getContractor',
    'getDashboard',
    'listAudit',
    'verifyAudit',
  ],
  D: [
    'listContractors',
    'getProviderStatus',
    'getContractor',
    'getDashboard',
    'listPersons',
    'getPerson',
    'listGroups',
    'listDevices',
    'getDevice',
    'listDeviceApps',
    'listDeviceProfiles',
    'listDeviceCertificates',
    'listDeviceChanges',
    'listDeviceReports',
    'listEnrollmentOptions',
    'listInvitations',
    'getInvitation',
    'listEvents',
    'acknowledgeEvent',
    'assessActions',
    'previewAction',
    'askAction',
    'listDeviceActions',
    'getDeviceAction',
    'listActions',
    'getAction',
    'cancelAction',
    'previewBatch',
    'askBatch',
    'listBatches',
    'getBatch',
    'listBatchDevices',
    'cancelBatch',
    'listPending',
    'getSafety',
    'getPushCertificate',
    'listIdentities',
    'listRecoveryKeys',
  ],
};

/** Routes that a session must have proven itself anew for. */
const FRESH: readonly RouteName[] = [
  'inviteMember',
  'changeMember',
  'resetMember',
  'createApiToken',
  'inviteStaff',
  'changeStaff',
  'resetStaff',
  'createProviderApiToken',
  'readActionSecret',
  'readRecoveryKey',
  'decideBatch',
  'releaseBatch',
  'decideAction',
  'releaseAction',
  'changeSafety',
  'decideSafetyChange',
  'changeProviderSafety',
  'decideProviderSafetyChange',
  'putPushCertificate',
  'revokeIdentity',
  'putProviderGoogleProject',
  'deleteProviderGoogleProject',
  'putGoogleProject',
  'deleteGoogleProject',
  'startAndroidSignup',
  'releaseAndroidEnterprise',
  'changeCatalogue',
  'publishRevision',
  'giveNotice',
  'recordNotice',
  'correctFact',
  'putBillingSettings',
  'approveClosing',
];

type Letter = 'P' | 'A' | 'H' | 'R' | 'S' | 'B' | 'D';
type Caller = { readonly who: string; readonly letter: Letter | 'anonymous' | 'password'; readonly page: Browser };
type Place = 'own' | 'foreign' | 'nonexistent';

const t = await testAccounts();
const places: Readonly<Record<Place, ContractorId>> = {
  own: await t.contractor('Own'),
  foreign: await t.contractor('Foreign'),
  nonexistent: newId(),
};

const rooms = await compose({
  ...t.deps,
  config: readConfig({ TSUKASA_PUBLIC_URL: PUBLIC_URL }),
  masterKey: TEST_MASTER_KEY,
  jobs: createJobs({ db: t.db, log: silentLog, concurrency: 1, alone: false }),
  metrics: createMetrics(),
  idempotency: t.binding.idempotency,
  close: () => Promise.resolve(),
});
after(() => rooms.stop?.());
const app = t.bareApp(rooms.messages);
await rooms.bind(app);

const ROLES: readonly (readonly [Letter, ContractorRole])[] = [
  ['A', 'contractor_administrator'],
  ['H', 'helpdesk'],
  ['R', 'auditor'],
];

/** The same session on the application with all routes. */
function walking(page: Browser): Browser {
  const copy = new Browser(app, PUBLIC_URL);
  for (const [name, value] of page.cookies) copy.cookies.set(name, value);
  return copy;
}

async function passwordOnly(email: string): Promise<Browser> {
  const page = t.browser();
  await page.ok('POST', '/api/auth/sign-in/email', { email, password: PASSWORD });
  return walking(page);
}

async function everybody(): Promise<readonly Caller[]> {
  const callers: Caller[] = [
    { who: 'nobody', letter: 'anonymous', page: new Browser(app, PUBLIC_URL) },
    { who: 'a made-up token', letter: 'anonymous', page: new Browser(app, PUBLIC_URL, `tsp_${'a'.repeat(43)}`) },
    { who: 'provider session', letter: 'P', page: walking((await t.signedIn((await t.staff()).email)).page) },
    { who: 'provider token', letter: 'P', page: new Browser(app, PUBLIC_URL, await t.providerToken()) },
    { who: 'sales token', letter: 'S', page: new Browser(app, PUBLIC_URL, await t.providerToken('provider_sales')) },
    {
      who: 'billing token',
      letter: 'B',
      page: new Browser(app, PUBLIC_URL, await t.providerToken('provider_billing')),
    },
    { who: 'desk token', letter: 'D', page: new Browser(app, PUBLIC_URL, await t.providerToken('provider_desk')) },
    { who: 'provider password only', letter: 'password', page: await passwordOnly((await t.staff()).email) },
  ];
  for (const [letter, role] of ROLES) {
    const { email } = await t.member(places.own, role);
    const half = await t.member(places.own, role);
    callers.push(
      { who: `${role} session`, letter, page: walking((await t.signedIn(email)).page) },
      { who: `${role} token`, letter, page: new Browser(app, PUBLIC_URL, await t.contractorToken(places.own, role)) },
      { who: `${role} password only`, letter: 'password', page: await passwordOnly(half.email) },
    );
  }
  return callers;
}

const callers = await everybody();

const PROVIDER: readonly string[] = ['P', 'S', 'B', 'D'];
const isStaff = (letter: Caller['letter']): letter is 'S' | 'B' | 'D' => letter !== 'P' && PROVIDER.includes(letter);

/** The right answer: `passed`, or status and reason. */
function expected(name: RouteName, letter: Caller['letter'], place: Place): string {
  const who = WHO[name];
  if (who === 'anyone') return 'passed';
  if (letter === 'anonymous') return '401 session.missing';
  if (letter === 'password') return who === 'session' ? 'passed' : '403 session.second_factor_required';
  if (who === 'session' || who === 'signed in') return 'passed';
  const allowed = who.split(' ').includes(letter) || (isStaff(letter) && STAFF[letter].includes(name));
  // The provider's paths name a contractor that only the use case looks for.
  if (allowed && name === 'getCustomerProfile' && place === 'nonexistent') return '404 contractor.unknown';
  if (routes[name].path.startsWith('/api/v1/provider/')) return allowed ? 'passed' : '403 permission.missing';
  if (place === 'nonexistent' || (place === 'foreign' && !PROVIDER.includes(letter))) return '404 contractor.unknown';
  return allowed ? 'passed' : '403 permission.missing';
}

function addressOf(route: Route, contractorId: string): string {
  return route.path.replace(':contractorId', contractorId).replaceAll(/:\w+/g, newId());
}

/** What the check may answer. Whatever else comes back was answered behind it. */
const REFUSALS: readonly string[] = [
  'session.missing',
  'session.second_factor_required',
  'session.reauthentication_required',
  'permission.missing',
  'contractor.unknown',
  'contractor.suspended',
];

async function outcome(page: Browser, route: Route, contractorId: string): Promise<string> {
  const { status, body } = await page.send(route.method, addressOf(route, contractorId));
  const reason = String(reasonOf(body));
  if (REFUSALS.includes(reason) || status >= 500) return `${status} ${reason}`;
  return status === 401 || status === 403 ? `${status} ${reason}` : 'passed';
}

const names = Object.keys(routes) as RouteName[];

for (const { who, letter, page } of callers) {
  for (const place of ['own', 'foreign', 'nonexistent'] as const) {
    test(`${who}, ${place} contractor: every route`, async () => {
      const answers: Record<string, string> = {};
      for (const name of names) answers[name] = await outcome(page, routes[name], places[place]);
      assert.deepEqual(answers, Object.fromEntries(names.map((name) => [name, expected(name, letter, place)])));
    });
  }
}

test('a foreign contractor answers in the very words of one that does not exist', async () => {
  for (const { page, letter } of callers) {
    if (letter !== 'A' && letter !== 'H' && letter !== 'R') continue;
    const words = async (place: Place) => {
      const { body, status } = await page.send('GET', `/api/v1/contractors/${places[place]}`);
      return { ...(body as object), instance: '', status };
    };
    assert.deepEqual(await words('foreign'), await words('nonexistent'));
  }
});

test('an id that is none is no contractor either', async () => {
  for (const { page, letter } of callers) {
    if (letter === 'anonymous' || letter === 'password') continue;
    for (const id of ['x', '00000000-0000-0000-0000-000000000000', "'"]) {
      assert.equal(await outcome(page, routes.getContractor, encodeURIComponent(id)), '404 contractor.unknown');
    }
  }
});

test('five minutes after a session proved itself the dangerous routes ask again; tokens pass', async () => {
  t.clock.advance('PT5M1S');
  for (const { who, letter, page } of callers) {
    if (letter === 'anonymous' || letter === 'password') continue;
    for (const name of names) {
      const right = expected(name, letter, 'own');
      const again = right === 'passed' && FRESH.includes(name) && who.endsWith('session');
      const answer = await outcome(page, routes[name], places.own);
      assert.equal(answer, again ? '401 session.reauthentication_required' : right, `${who} ${name}`);
    }
  }
});
