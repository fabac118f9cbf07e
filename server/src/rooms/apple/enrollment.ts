import type { IncomingMessage, ServerResponse } from 'node:http';
import { accessRightsFor, PROFILE_CONTENT_TYPE } from '@tsukasa/apple-mdm';
import type { Clock } from '../../base/clock.ts';
import type { Db, Tx } from '../../base/db.ts';
import { DomainError } from '../../base/errors.ts';
import type { ContractorId } from '../../base/ids.ts';
import type { Log } from '../../base/log.ts';
import type { Certificates } from '../certificates/index.ts';
import { contractorOfCode, findInvitation, type Invitation } from '../devices/index.ts';
import { invitationPage, type LinkProblem, PAGE_POLICY, problemPage, problemText } from './enrollment-page.ts';
import type { ProfileMaker } from './profile-maker.ts';
import type { Language } from './texts.ts';

/** How long the one-time challenge in a fetched profile is good. */
const CHALLENGE_HOURS = 24;
const PREFIX = '/enroll/';
const STATUS = { unknown: 404, revoked: 410, expired: 410, used_up: 410, not_ready: 503 } as const satisfies Record<
  LinkProblem,
  number
>;

/** What the page shows of a contractor. */
export type PageFacts = { readonly name: string; readonly language: Language; readonly helpdeskPhone: string };

export type EnrollmentDeps = {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  readonly certificates: () => Certificates;
  readonly profiles: ProfileMaker;
  readonly contractor: (tx: Tx, contractorId: ContractorId) => Promise<PageFacts>;
};

type Wanted = { readonly code: string; readonly profile: boolean; readonly language: Language | undefined };
type Found = {
  readonly facts: PageFacts;
  readonly invitation: Invitation;
  readonly contractorId: ContractorId;
  readonly topic: string;
};

/** `GET /enroll/{code}`: the page for a browser, the profile for every other client; `/enroll/{code}/profile` the profile. */
export class EnrollmentEndpoint {
  readonly #deps: EnrollmentDeps;

  constructor(deps: EnrollmentDeps) {
    this.#deps = deps;
  }

  /** False, having touched nothing, for any other path. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    if (request.url?.startsWith(PREFIX) !== true) return false;
    void this.#serve(request, response).catch((error: unknown) => this.#failed(error, response));
    return true;
  }

  #failed(error: unknown, response: ServerResponse): void {
    const away = error instanceof DomainError && error.code === 'unavailable';
    if (!away) this.#deps.log.error('apple.enrollment_failed', { error });
    if (!response.headersSent) response.writeHead(away ? 503 : 500, { 'content-type': 'text/plain' });
    response.end(away ? 'Please try again in a moment.\n' : 'The server failed.\n');
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD', 'content-length': '0' }).end();
      return;
    }
    const wanted = wantedOf(request);
    const asPage = !wanted.profile && request.headers.accept?.includes('text/html') === true;
    const accepted = acceptedLanguage(request);
    const found = await this.#find(wanted.code);
    if (typeof found === 'string') {
      // A profile is opened from a page, so its problem is shown as one to who reads pages.
      const readsPages = request.headers.accept?.includes('text/html') === true;
      sendProblem(request, response, found, wanted.language ?? accepted ?? 'en', readsPages);
      return;
    }
    const language = wanted.language ?? accepted ?? found.facts.language;
    if (asPage) sendPage(request, response, 200, pageOf(found, wanted.code, language), language);
    else await this.#sendProfile(request, response, found);
  }

  async #find(code: string): Promise<Found | LinkProblem> {
    const contractorId = contractorOfCode(code);
    if (contractorId === undefined) return 'unknown';
    const { db, clock, certificates, contractor } = this.#deps;
    return db.asContractor(contractorId, async (tx) => {
      const found = await findInvitation(tx, contractorId, code, clock.now());
      if (found?.invitation.platform !== 'apple') return 'unknown';
      if (found.problem !== undefined) return found.problem;
      const push = await certificates().currentPushCertificate(tx, contractorId);
      if (push === undefined) return 'not_ready';
      const facts = await contractor(tx, contractorId);
      return { facts, invitation: found.invitation, contractorId, topic: push.topic };
    });
  }

  async #sendProfile(request: IncomingMessage, response: ServerResponse, found: Found): Promise<void> {
    const headers = {
      'content-type': PROFILE_CONTENT_TYPE,
      'content-disposition': 'attachment; filename="tsukasa.mobileconfig"',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    };
    if (request.method === 'HEAD') {
      response.writeHead(200, headers).end(); // looking makes no challenge
      return;
    }
    const profile = await this.#profile(found);
    response.writeHead(200, { ...headers, 'content-length': String(profile.length) }).end(profile);
  }

  #profile({ contractorId, facts, invitation, topic }: Found): Promise<Buffer> {
    const { db, clock, profiles } = this.#deps;
    const now = clock.now();
    const day = now.add({ hours: CHALLENGE_HOURS });
    const { invitationId, usageMode, expiresAt } = invitation;
    return db.asContractor(contractorId, (tx) =>
      profiles.make(tx, {
        contractorId,
        contractorName: facts.name,
        usageMode,
        topic,
        accessRights: accessRightsFor(usageMode),
        facts: profiles.facts(contractorId),
        subject: { invitationId },
        challengeExpiresAt: Temporal.Instant.compare(day, expiresAt) < 0 ? day : expiresAt,
        now,
      }),
    );
  }
}

function wantedOf(request: IncomingMessage): Wanted {
  const [path = '', query = ''] = (request.url ?? '').slice(PREFIX.length).split('?', 2);
  const match = /^([A-Za-z0-9._~-]{1,200})(\/profile)?\/?$/.exec(path);
  const lang = new URLSearchParams(query).get('lang');
  const language = lang === 'ja' || lang === 'en' ? lang : undefined;
  return { code: match?.[1] ?? '', profile: match?.[2] !== undefined, language };
}

/** The first of our languages that the client names. */
function acceptedLanguage(request: IncomingMessage): Language | undefined {
  for (const part of (request.headers['accept-language'] ?? '').split(',').slice(0, 20)) {
    const tag = part.trim().slice(0, 2).toLowerCase();
    if (tag === 'ja' || tag === 'en') return tag;
  }
  return undefined;
}

function pageOf({ facts, invitation }: Found, code: string, language: Language): string {
  const { usageMode, personName } = invitation;
  const { name: company, helpdeskPhone } = facts;
  const profilePath = `${PREFIX}${code}/profile`;
  return invitationPage({ company, usageMode, personName, helpdeskPhone, profilePath }, language);
}

function sendProblem(
  request: IncomingMessage,
  response: ServerResponse,
  problem: LinkProblem,
  language: Language,
  page: boolean,
): void {
  if (page) {
    sendPage(request, response, STATUS[problem], problemPage(problem, language), language);
    return;
  }
  const body = `${problemText(problem, language)}\n`;
  response
    .writeHead(STATUS[problem], { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' })
    .end(request.method === 'HEAD' ? undefined : body);
}

function sendPage(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  html: string,
  language: Language,
): void {
  response
    .writeHead(status, {
      'content-type': 'text/html; charset=utf-8',
      'content-language': language,
      'content-security-policy': PAGE_POLICY,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      vary: 'accept, accept-language',
    })
    .end(request.method === 'HEAD' ? undefined : html);
}
