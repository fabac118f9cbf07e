import type { IncomingMessage, ServerResponse } from 'node:http';
import { accessRightsFor, PROFILE_CONTENT_TYPE } from '@tsukasa/apple-mdm';
import type { Clock } from '../../base/clock.ts';
import type { Db, Tx } from '../../base/db.ts';
import type { ContractorId } from '../../base/ids.ts';
import type { Certificates } from '../certificates/index.ts';
import { type EnrollmentPage, type EnrollmentVisit, sendPage } from '../devices/index.ts';
import { invitationPage } from './enrollment-page.ts';
import type { ProfileMaker } from './profile-maker.ts';
import type { Language } from './texts.ts';

/** How long the one-time challenge in a fetched profile is good. */
const CHALLENGE_HOURS = 24;

/** What the page shows of a contractor. */
export type PageFacts = { readonly name: string; readonly language: Language; readonly helpdeskPhone: string };

export type EnrollmentDeps = {
  readonly db: Db;
  readonly clock: Clock;
  readonly certificates: () => Certificates;
  readonly profiles: ProfileMaker;
  readonly contractor: (tx: Tx, contractorId: ContractorId) => Promise<PageFacts>;
};

type Ready = { readonly facts: PageFacts; readonly topic: string };

/** `GET /enroll/{code}`: the page for a browser, the profile for every other client; `/enroll/{code}/profile` the profile. */
export function createEnrollmentPage(deps: EnrollmentDeps): EnrollmentPage {
  return {
    serve: async (request, response, visit) => {
      const ready = await readiness(deps, visit.contractorId);
      if (ready === undefined) return 'not_ready';
      if (visit.readsPages && visit.rest !== 'profile') sendInvitation(request, response, visit, ready.facts);
      else await sendProfile(deps, request, response, visit, ready);
      return 'served';
    },
  };
}

/** Undefined without a push certificate: a device could be enrolled and never be spoken to again. */
function readiness(
  { db, certificates, contractor }: EnrollmentDeps,
  contractorId: ContractorId,
): Promise<Ready | undefined> {
  return db.asContractor(contractorId, async (tx) => {
    const push = await certificates().currentPushCertificate(tx, contractorId);
    return push && { facts: await contractor(tx, contractorId), topic: push.topic };
  });
}

function sendInvitation(
  request: IncomingMessage,
  response: ServerResponse,
  { invitation, language: asked }: EnrollmentVisit,
  { name: company, helpdeskPhone, language: usual }: PageFacts,
): void {
  const { usageMode, personName, code } = invitation;
  const language = asked ?? usual;
  const profilePath = `/enroll/${code}/profile`;
  const html = invitationPage({ company, usageMode, personName, helpdeskPhone, profilePath }, language);
  sendPage(request, response, html, language);
}

async function sendProfile(
  deps: EnrollmentDeps,
  request: IncomingMessage,
  response: ServerResponse,
  visit: EnrollmentVisit,
  ready: Ready,
): Promise<void> {
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
  const profile = await makeProfile(deps, visit, ready);
  response.writeHead(200, { ...headers, 'content-length': String(profile.length) }).end(profile);
}

function makeProfile(
  { db, clock, profiles }: EnrollmentDeps,
  { contractorId, invitation }: EnrollmentVisit,
  { facts, topic }: Ready,
): Promise<Buffer> {
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
