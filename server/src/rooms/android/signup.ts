import { DomainError } from '../../base/errors.ts';
import type { Actor, RequestContext } from '../../base/http/context.ts';
import type { ContractorId } from '../../base/ids.ts';
import type { Parts } from './deps.ts';
import { enterprisesOf, keepSetup } from './enterprise.ts';
import {
  boundNames,
  contractorOfState,
  type EnterpriseRow,
  findEnterprise,
  hashOfState,
  isStateOf,
  newSignupState,
  projectOfRow,
  putSignup,
  updateEnterprise,
} from './enterprise-store.ts';
import { explain, GoogleError } from './google/index.ts';
import { createEnterprise, createSignupUrl } from './google/requests.ts';
import { field, type Json, textOf } from './json.ts';
import { enterpriseOfName } from './model.ts';
import { findProject, openProject, type Project } from './project-store.ts';

export const CALLBACK = '/android/callback/';

export type SignupRequest = {
  readonly adminEmail?: string | undefined;
  readonly allowedDomains?: readonly string[] | undefined;
};

const urlPurpose = (contractorId: ContractorId) => ({ use: 'android.signup_url', row: contractorId });

/** The address of the running sign-up's wizard. It is a secret: whoever finishes it binds the enterprise. */
export function openSignupUrl(
  { secrets }: Pick<Parts, 'secrets'>,
  tx: Parameters<Parts['secrets']['openFor']>[0],
  contractorId: ContractorId,
  sealed: Buffer,
): Promise<string> {
  return secrets.openFor(tx, contractorId, urlPurpose(contractorId), sealed).then(String);
}

/** Google's service refuses to come back to an address without TLS; a stand-in under another address may not mind. */
export function needsTls({ config }: Pick<Parts, 'config'>): boolean {
  return config.publicUrl.startsWith('http:') && config.google.amapiOrigin.startsWith('https:');
}

/**
 * Begins a sign-up; one that runs is given up for it. Throws `precondition_failed` (`android.no_project`,
 * `android.public_url_not_https`, or what Google refuses), `conflict` (`android.already_bound`).
 */
export async function startSignup(
  parts: Parts,
  contractorId: ContractorId,
  request: SignupRequest,
  context: RequestContext,
): Promise<void> {
  const { db, clock, secrets, google, config } = parts;
  const { of, project } = await db.asContractor(contractorId, async (tx) => {
    const row = await findEnterprise(tx, contractorId);
    if (row !== undefined && row.state !== 'signing_up') throw alreadyBound();
    const found = await findProject(tx, contractorId);
    const opened = found && (await openProject(tx, secrets, found.of, contractorId));
    if (found === undefined || opened === undefined) throw noProject();
    return { of: found.of, project: opened };
  });
  if (needsTls(parts)) {
    throw new DomainError('precondition_failed', 'the public address has no TLS', {
      reason: 'android.public_url_not_https',
      params: { publicUrl: config.publicUrl },
    });
  }
  const state = newSignupState(contractorId);
  const asked = createSignupUrl({
    projectId: project.projectId,
    callbackUrl: `${config.publicUrl}${CALLBACK}${state}`,
    adminEmail: request.adminEmail,
    allowedDomains: request.allowedDomains === undefined ? undefined : [...request.allowedDomains],
  });
  const now = clock.now();
  const answer = await google.call(project, 'action', asked).catch((error: unknown) => {
    throw explain(error, now);
  });
  const [name, url] = [textOf(field(answer, 'name')), textOf(field(answer, 'url'), 4000)];
  if (name === undefined || url === undefined || !/^https?:\/\//.test(url) || !URL.canParse(url)) throw unreadable();
  await db.asContractor(contractorId, async (tx) => {
    const sealed = await secrets.sealFor(tx, contractorId, urlPurpose(contractorId), Buffer.from(url));
    const begun = await putSignup(tx, contractorId, {
      project_scope: of,
      project_id: project.projectId,
      signup_hash: hashOfState(state),
      signup_name: name,
      sealed_signup_url: sealed,
      signup_started_at: now,
      signup_started_by: context.actor.name,
    });
    if (!begun) throw alreadyBound();
    await parts.recordAudit(tx, contractorId, {
      at: now,
      actor: context.actor,
      action: 'android.signup_started',
      target: { kind: 'android_enterprise', id: contractorId, name: project.projectId },
      details: { projectOf: of },
      requestId: context.requestId,
      sourceIp: context.sourceIp,
    });
  });
}

const noProject = () => new DomainError('precondition_failed', 'no Google project', { reason: 'android.no_project' });
const alreadyBound = () => new DomainError('conflict', 'an enterprise is bound', { reason: 'android.already_bound' });
const unreadable = () =>
  new DomainError('unavailable', 'the answer of Google cannot be used', { reason: 'google.unavailable' });

/** What a call-back led to; `over`: not of a sign-up that runs. */
export type CallbackResult =
  | { readonly result: 'bound' | 'busy'; readonly contractorId: ContractorId }
  | { readonly result: 'failed'; readonly contractorId: ContractorId; readonly message: string }
  | { readonly result: 'over' };

/** Longer than a request to Google takes. */
const COMPLETING_MINUTES = 2;
/** A sign-up that nobody finished within a day is over. Google's own limit is not documented. */
const SIGNUP_HOURS = 24;

/**
 * The browser comes back from Google's wizard. Whoever holds the address completes the sign-up: it is unguessable. A
 * repeated call-back finds the enterprise bound, or another one at work, and makes no second enterprise.
 */
export async function completeSignup(
  parts: Parts,
  state: string,
  enterpriseToken: string | undefined,
): Promise<CallbackResult> {
  const contractorId = contractorOfState(state);
  if (contractorId === undefined) return { result: 'over' };
  const claim = await claimCompletion(parts, contractorId, state, enterpriseToken !== undefined);
  if (claim === undefined) return { result: 'over' };
  if (claim === 'bound' || claim === 'busy') return { result: claim, contractorId };
  if (enterpriseToken === undefined) return { result: 'over' };
  const displayName = await displayNameOf(parts, contractorId);
  let answer: Json;
  try {
    answer = await create(parts, contractorId, claim, displayName, enterpriseToken);
  } catch (error) {
    if (!(error instanceof GoogleError)) throw error;
    await release(parts, contractorId, state);
    return { result: 'failed', contractorId, message: error.message };
  }
  await bind(parts, contractorId, state, answer);
  await keepSetup(parts, contractorId, 'action');
  return { result: 'bound', contractorId };
}

type Claim = { readonly project: Project; readonly signupName: string; readonly row: EnterpriseRow };

async function claimCompletion(
  { db, clock, secrets }: Parts,
  contractorId: ContractorId,
  state: string,
  hasToken: boolean,
): Promise<Claim | 'bound' | 'busy' | undefined> {
  const now = clock.now();
  return db.asContractor(contractorId, async (tx) => {
    const row = await findEnterprise(tx, contractorId, 'for update');
    if (row === undefined || !isStateOf(row, state)) return undefined;
    if (row.state !== 'signing_up') return 'bound';
    if (row.signup_started_at === null || row.signup_name === null || !hasToken) return undefined;
    if (Temporal.Instant.compare(row.signup_started_at.add({ hours: SIGNUP_HOURS }), now) < 0) return undefined;
    const busyUntil = row.completing_at?.add({ minutes: COMPLETING_MINUTES });
    if (busyUntil !== undefined && Temporal.Instant.compare(busyUntil, now) > 0) return 'busy';
    const project = await openProject(tx, secrets, projectOfRow(row), contractorId);
    if (project === undefined) return undefined;
    await updateEnterprise(tx, contractorId, { completing_at: now });
    return { project, signupName: row.signup_name, row };
  });
}

/** What the enterprise is called on devices, at most 100 characters. */
function displayNameOf({ db, contractor }: Parts, contractorId: ContractorId): Promise<string> {
  return db.asContractor(contractorId, async (tx) => {
    const { name } = await contractor(tx, contractorId);
    return name.slice(0, 100).toWellFormed();
  });
}

/**
 * When the answer is lost the enterprise may exist all the same: then it is looked for among those of the project that were
 * not there before. Two contractors may have the same name, and one that was given up keeps its own.
 */
async function create(
  parts: Parts,
  contractorId: ContractorId,
  { project, signupName, row }: Claim,
  displayName: string,
  enterpriseToken: string,
): Promise<Json> {
  const { google } = parts;
  const made = async (before: readonly string[]) => {
    const [found, ...more] = await strangers(parts, project, displayName, before);
    return found === undefined || more.length > 0 ? undefined : { ...found, enterpriseDisplayName: displayName };
  };
  const known = row.others_before;
  const earlier = known === null ? undefined : await made(known);
  if (earlier !== undefined) return earlier;
  const before = known ?? (await noteOthers(parts, contractorId, project));
  const request = createEnterprise({
    projectId: project.projectId,
    signupUrlName: signupName,
    enterpriseToken,
    displayName,
  });
  try {
    return await google.call(project, 'urgent', request);
  } catch (error) {
    if (!(error instanceof GoogleError) || error.kind !== 'passing') throw error;
    const found = await made(before);
    if (found === undefined) throw error;
    return found;
  }
}

/** Keeps what the project has before anything is made, also for whoever goes on after a crash. */
async function noteOthers({ google, db }: Parts, contractorId: ContractorId, project: Project): Promise<string[]> {
  const before = (await enterprisesOf(google, project, 'action')).map(({ name }) => name);
  await db.asContractor(contractorId, (tx) => updateEnterprise(tx, contractorId, { others_before: before }));
  return before;
}

/** Enterprises of the project with this name that were not there before, and that nobody here is bound to. */
async function strangers(
  { google, db }: Parts,
  project: Project,
  displayName: string,
  before: readonly string[],
): Promise<readonly { readonly name: string }[]> {
  const listed = await enterprisesOf(google, project, 'action');
  const known = await db.jobs(boundNames);
  return listed.filter(
    ({ name, displayName: shown }) => shown === displayName && !known.has(name) && !before.includes(name),
  );
}

/** The sign-up may be tried again at once. */
function release({ db }: Parts, contractorId: ContractorId, state: string): Promise<void> {
  return db.asContractor(contractorId, async (tx) => {
    const row = await findEnterprise(tx, contractorId, 'for update');
    if (row?.state !== 'signing_up' || !isStateOf(row, state)) return;
    await updateEnterprise(tx, contractorId, { completing_at: null });
  });
}

async function bind(parts: Parts, contractorId: ContractorId, state: string, answer: Json): Promise<void> {
  const { db, clock, recordAudit } = parts;
  const name = textOf(field(answer, 'name'));
  if (name === undefined || enterpriseOfName(name) !== name) throw unreadable();
  const now = clock.now();
  await db.asContractor(contractorId, async (tx) => {
    const row = await findEnterprise(tx, contractorId, 'for update');
    if (row?.state !== 'signing_up' || !isStateOf(row, state)) return;
    const by: Actor = { kind: 'user', id: 'android-signup', name: row.signup_started_by ?? '' };
    await updateEnterprise(tx, contractorId, {
      state: 'bound',
      enterprise_name: name,
      display_name: textOf(field(answer, 'enterpriseDisplayName')) ?? null,
      enterprise_type: textOf(field(answer, 'enterpriseType')) ?? null,
      bound_at: now,
      bound_by: by.name,
      sealed_signup_url: null,
      completing_at: null,
      others_before: null,
      reconcile_at: now.add({ minutes: 5 }),
    });
    await recordAudit(tx, contractorId, {
      at: now,
      actor: by,
      action: 'android.enterprise_bound',
      target: { kind: 'android_enterprise', id: name, name: textOf(field(answer, 'enterpriseDisplayName')) ?? name },
      details: { projectId: row.project_id },
    });
  });
}
