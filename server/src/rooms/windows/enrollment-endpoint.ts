import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type AuthPolicy,
  type Credential,
  type DiscoverRequest,
  ENROLLMENT_BODY_LIMIT,
  messageIdOf,
  parseDiscover,
  parseEnrollmentRequest,
  parseGetPolicies,
  SOAP_CONTENT_TYPE,
  type SoapService,
  writeDiscoverResponse,
  writeEnrollmentResponse,
  writeFault,
  writePolicyResponse,
  XmlError,
} from '@tsukasa/windows-mdm';
import { DomainError } from '../../base/errors.ts';
import { BodyReader, BodyTooLarge, Interrupted, Overloaded } from '../../base/http/bodies.ts';
import { endLingering } from '../../base/http/linger.ts';
import { newId } from '../../base/ids.ts';
import type { Log } from '../../base/log.ts';
import { contractorOfCode, recordChannelEvents } from '../devices/index.ts';
import { isTrustworthy, SIGNIN_PATH } from './addresses.ts';
import { claimOf, invitationOf, notUsable } from './credential.ts';
import { type EnrollDeps, enroll } from './enroll.ts';
import { IDENTITY_LIFETIME, MIN_RSA_BITS, RENEWAL } from './enrollment-model.ts';
import { EnrollmentRefusal, faultOf } from './enrollment-refusal.ts';
import { type PeerDeps, peerCertificate } from './peer.ts';
import { renew } from './renew.ts';

export type EnrollmentEndpointDeps = EnrollDeps & { readonly log: Log; readonly peer: PeerDeps };

const PATH = /^\/EnrollmentServer\/(?:([A-Za-z0-9_-]{43})\/)?(Discovery|Policy|Enrollment)\.svc$/i;
/** Bodies that are being received at one time, in bytes. */
const BODY_BUDGET = 32 * 1024 * 1024;

type Answer = {
  readonly status: number;
  readonly body: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
};
type Asked = { readonly service: SoapService; readonly code: string | undefined };

/**
 * Discovery, policy and enrollment of Windows (MS-MDE2, MS-XCEP, MS-WSTEP) on plain `node:http`. Every answer has a
 * content-length and none is a redirect: Windows copes with neither chunks nor those. What is wrong is said as a SOAP fault
 * with status 500; any other status would hide it from the person.
 */
export class EnrollmentEndpoint {
  readonly #deps: EnrollmentEndpointDeps;
  readonly #bodies = new BodyReader({ limit: ENROLLMENT_BODY_LIMIT, budget: BODY_BUDGET });

  constructor(deps: EnrollmentEndpointDeps) {
    this.#deps = deps;
  }

  /** False, having touched nothing, for any other path. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    const [path = ''] = (request.url ?? '').split('?', 1);
    const match = PATH.exec(path);
    if (match === null) return false;
    const services = { discovery: 'discovery', policy: 'policy', enrollment: 'enrollment' } as const;
    const service = services[(match[2] ?? '').toLowerCase() as keyof typeof services];
    void this.#serve(request, response, { service, code: match[1] });
    return true;
  }

  async #serve(request: IncomingMessage, response: ServerResponse, asked: Asked): Promise<void> {
    const { method } = request;
    if (asked.service === 'discovery' && (method === 'GET' || method === 'HEAD')) {
      // "Are you there, and do I trust your certificate?" (fact sheet 1.1)
      const headers = { 'content-type': 'text/html', 'cache-control': 'no-cache', 'content-length': '0' };
      response.writeHead(200, headers).end();
      return;
    }
    if (method !== 'POST') {
      const allow = asked.service === 'discovery' ? 'GET, HEAD, POST' : 'POST';
      response.writeHead(405, { allow, 'content-length': '0' }).end();
      return;
    }
    const answer = await this.#answer(request, asked);
    if (answer === undefined) response.destroy();
    else send(request, response, answer);
  }

  /** Undefined when there is nobody to answer any more. */
  async #answer(request: IncomingMessage, asked: Asked): Promise<Answer | undefined> {
    const { guard, clock } = this.#deps;
    const source = guard.sourceOf(request);
    let body: Buffer | undefined;
    try {
      const seconds = guard.wait(source, clock.now());
      if (seconds > 0) return this.#tooMany(asked, seconds);
      refuseEncoding(request);
      body = await this.#bodies.read(request);
      return { status: 200, body: await this.#understood(asked, body, request) };
    } catch (error) {
      if (error instanceof Interrupted) return undefined;
      const relatesTo = body && messageIdOf(body);
      return this.#failed(error, asked.service, relatesTo, source);
    }
  }

  async #understood({ service, code }: Asked, body: Buffer, request: IncomingMessage): Promise<Buffer> {
    switch (service) {
      case 'discovery':
        return this.#discover(parseDiscover(body), code);
      case 'policy': {
        const { credential, messageId } = parseGetPolicies(body);
        await this.#checkCredential(credential);
        return writePolicyResponse(KEY_POLICY, messageId);
      }
      case 'enrollment': {
        const asked = parseEnrollmentRequest(body);
        const document =
          asked.request.type === 'issue'
            ? await enroll(this.#deps, asked, asked.request.csr)
            : await renew(this.#deps, asked.request.signedCsr, peerCertificate(request, this.#deps.peer));
        return writeEnrollmentResponse({ document, relatesTo: asked.messageId, now: this.#deps.clock.now() });
      }
    }
  }

  /**
   * Says where to go on. Nothing is looked up: clients come back to this address for years, to renew, long after the
   * invitation in it has ended.
   */
  #discover({ authPolicies, messageId }: DiscoverRequest, code: string | undefined): Buffer {
    const { publicUrl } = this.#deps.config;
    const authPolicy = policyOf(authPolicies, publicUrl);
    if (authPolicy === undefined) {
      throw new EnrollmentRefusal('enrollment.unsupported_sign_in', { detail: authPolicies.join(' ') });
    }
    const named = code !== undefined && contractorOfCode(code) !== undefined ? `/${code}` : '';
    const base = `${publicUrl}/EnrollmentServer`;
    return writeDiscoverResponse(
      {
        authPolicy,
        authenticationServiceUrl: authPolicy === 'Federated' ? `${publicUrl}${SIGNIN_PATH}${named}` : undefined,
        policyServiceUrl: `${base}/Policy.svc`,
        enrollmentServiceUrl: `${base}/Enrollment.svc`,
      },
      messageId,
    );
  }

  /**
   * A wrong credential is told here, where Windows tells the person at once. None at all is let through: a client that renews
   * has none to show, and the policy is no secret.
   */
  async #checkCredential(credential: Credential): Promise<void> {
    if (credential.kind === 'none' || (credential.kind === 'password' && credential.password === '')) return;
    const { clock, db, tokens } = this.#deps;
    const now = clock.now();
    const claim = claimOf(credential, tokens, now);
    const found = await db.asContractor(claim.contractorId, (tx) => invitationOf(tx, claim, now));
    // Used up may be by this very device: only the enrollment itself can tell.
    if (found.problem !== undefined && found.problem !== 'used_up') throw notUsable(claim.contractorId, found);
  }

  #tooMany({ service }: Asked, seconds: number): Answer {
    const { reason, subcode, detail } = faultOf('enrollment.too_many_tries');
    const body = writeFault(service, { subcode, detail, reason, traceId: newId() }, undefined);
    return { status: 500, body, headers: { 'retry-after': String(seconds), connection: 'close' } };
  }

  async #failed(error: unknown, service: SoapService, relatesTo: string | undefined, source: string): Promise<Answer> {
    const traceId = newId();
    const refusal = refusalOf(error);
    if (refusal !== undefined) return this.#refused(refusal, { service, relatesTo, source, traceId });
    const busy = error instanceof Overloaded || (error instanceof DomainError && error.code === 'unavailable');
    if (!busy) this.#deps.log.error('windows.enrollment_failed', { requestId: traceId, error });
    const fault = busy
      ? ({
          subcode: 'EnrollmentServer',
          detail: 'InMaintenance',
          reason: 'The server is busy. Try again soon.',
        } as const)
      : ({ subcode: 'InternalServiceFault', reason: 'The server failed.' } as const);
    return { status: 500, body: writeFault(service, { ...fault, traceId }, relatesTo), headers: closing(error) };
  }

  async #refused(
    refusal: EnrollmentRefusal,
    about: { service: SoapService; relatesTo: string | undefined; source: string; traceId: string },
  ): Promise<Answer> {
    const { service, relatesTo, source, traceId } = about;
    const { guard, clock } = this.#deps;
    guard.failed(source, clock.now(), refusal.subject);
    await this.#note(refusal, traceId, source);
    const { subcode, detail, reason } = faultOf(refusal.kind);
    const body = writeFault(service, { subcode, detail, reason, traceId }, relatesTo);
    return { status: 500, body, headers: closing(refusal) };
  }

  /** An event for administrators. Failing to write it must not change the answer. */
  async #note(refusal: EnrollmentRefusal, traceId: string, sourceIp: string): Promise<void> {
    const { kind, contractorId, deviceId, subject, detail } = refusal;
    const { log, db, clock } = this.#deps;
    if (contractorId === undefined) {
      log.info('windows.enrollment_refused', { reason: kind, requestId: traceId });
      return;
    }
    const details = { traceId, sourceIp, ...(detail === undefined ? {} : { detail }) };
    const { severity } = faultOf(kind);
    try {
      await recordChannelEvents(db, [
        { contractorId, kind, severity, deviceId, dedupe: subject, details, now: clock.now() },
      ]);
    } catch (error) {
      log.warn('windows.event_not_recorded', { contractorId, reason: kind, error });
    }
  }
}

const KEY_POLICY = {
  minimalKeyLength: MIN_RSA_BITS,
  validitySeconds: IDENTITY_LIFETIME.total('seconds'),
  renewalSeconds: RENEWAL.periodDays * 86_400,
} as const;

/**
 * Our sign-in page where the client can show it, because it explains and needs no typing when the link named the invitation;
 * else the password. A page that is not on https would be refused by Windows (a server that tries things out on its own
 * machine has its simulated devices only).
 */
function policyOf(offered: readonly AuthPolicy[], publicUrl: string): AuthPolicy | undefined {
  if (offered.includes('Federated') && isTrustworthy(publicUrl)) return 'Federated';
  return offered.includes('OnPremise') ? 'OnPremise' : undefined;
}

function refuseEncoding(request: IncomingMessage): void {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    throw new EnrollmentRefusal('enrollment.malformed', { detail: 'content-encoding' });
  }
}

function refusalOf(error: unknown): EnrollmentRefusal | undefined {
  if (error instanceof EnrollmentRefusal) return error;
  if (error instanceof BodyTooLarge) return new EnrollmentRefusal('enrollment.too_large');
  if (!(error instanceof XmlError)) return undefined;
  const place = error.element ?? (error.position < 0 ? '' : `at ${error.position}`);
  return new EnrollmentRefusal('enrollment.malformed', { detail: `${error.code} ${place}`.trim() });
}

/** What was not read of a body stands between this answer and the next request. */
function closing(error: unknown): Readonly<Record<string, string>> {
  const unread =
    error instanceof Overloaded || (error instanceof EnrollmentRefusal && error.kind === 'enrollment.too_large');
  return unread ? { connection: 'close' } : {};
}

function send(request: IncomingMessage, response: ServerResponse, { status, body, headers }: Answer): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, {
    'content-type': SOAP_CONTENT_TYPE,
    'content-length': String(body.length),
    'cache-control': 'no-store',
    ...headers,
  });
  if (headers?.['connection'] === 'close') endLingering(request, response, body);
  else response.end(body);
}
