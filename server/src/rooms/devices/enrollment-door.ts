import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Platform } from '@tsukasa/api';
import type { Clock } from '../../base/clock.ts';
import type { Db } from '../../base/db.ts';
import { DomainError } from '../../base/errors.ts';
import type { DeviceHandler } from '../../base/http/app.ts';
import type { Log } from '../../base/log.ts';
import { type LinkProblem, sendProblem } from './enrollment-frame.ts';
import { contractorOfCode, findInvitation } from './invitations.ts';
import type { EnrollmentPage, EnrollmentVisit, PageLanguage } from './model.ts';

const PREFIX = '/enroll/';

export type EnrollmentDoorDeps = {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  readonly publicUrl: string;
  readonly pages: ReadonlyMap<Platform, EnrollmentPage>;
};

/**
 * `GET /enroll/{code}` and what is below it: finds the invitation and hands the visit to its platform's page. Links that let
 * nobody in are answered here. False, having touched nothing, for any other path.
 */
export function createEnrollmentDoor(deps: EnrollmentDoorDeps): DeviceHandler {
  return (request, response) => {
    if (request.url?.startsWith(PREFIX) !== true) return false;
    void serve(deps, request, response).catch((error: unknown) => failed(deps, error, response));
    return true;
  };
}

function failed({ log }: EnrollmentDoorDeps, error: unknown, response: ServerResponse): void {
  const away = error instanceof DomainError && error.code === 'unavailable';
  if (!away) log.error('enrollment.page_failed', { error });
  if (!response.headersSent) response.writeHead(away ? 503 : 500, { 'content-type': 'text/plain' });
  response.end(away ? 'Please try again in a moment.\n' : 'The server failed.\n');
}

async function serve(deps: EnrollmentDoorDeps, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD', 'content-length': '0' }).end();
    return;
  }
  const { code, rest, language } = wantedOf(request);
  const readsPages = request.headers.accept?.includes('text/html') === true;
  const spoken = language ?? acceptedLanguage(request);
  const refuse = (problem: LinkProblem) => sendProblem(request, response, problem, spoken ?? 'en', readsPages);
  const found = await find(deps, code);
  if (typeof found === 'string') return refuse(found);
  const page = deps.pages.get(found.invitation.platform);
  if (page === undefined) return refuse('not_ready');
  const visit = { ...found, rest, language: spoken, readsPages };
  if ((await page.serve(request, response, visit)) === 'not_ready') refuse('not_ready');
}

async function find(
  { db, clock, publicUrl }: EnrollmentDoorDeps,
  code: string,
): Promise<Pick<EnrollmentVisit, 'contractorId' | 'invitation'> | LinkProblem> {
  const contractorId = contractorOfCode(code);
  if (contractorId === undefined) return 'unknown';
  const found = await db.asContractor(contractorId, (tx) => findInvitation(tx, contractorId, code, clock.now()));
  if (found === undefined) return 'unknown';
  if (found.problem !== undefined) return found.problem;
  return { contractorId, invitation: { ...found.invitation, code, url: `${publicUrl}${PREFIX}${code}` } };
}

type Wanted = { readonly code: string; readonly rest: string; readonly language: PageLanguage | undefined };

function wantedOf(request: IncomingMessage): Wanted {
  const [path = '', query = ''] = (request.url ?? '').slice(PREFIX.length).split('?', 2);
  const match = /^([A-Za-z0-9._~-]{1,200})(?:\/([A-Za-z0-9._/-]{0,200}?))?\/?$/.exec(path);
  const lang = new URLSearchParams(query).get('lang');
  const language = lang === 'ja' || lang === 'en' ? lang : undefined;
  return { code: match?.[1] ?? '', rest: match?.[2] ?? '', language };
}

/** The first of our languages that the client names. */
export function acceptedLanguage(request: IncomingMessage): PageLanguage | undefined {
  for (const part of (request.headers['accept-language'] ?? '').split(',').slice(0, 20)) {
    const tag = part.trim().slice(0, 2).toLowerCase();
    if (tag === 'ja' || tag === 'en') return tag;
  }
  return undefined;
}
