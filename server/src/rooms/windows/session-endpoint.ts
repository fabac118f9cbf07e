import type { IncomingMessage, ServerResponse } from 'node:http';
import { SYNCML_CONTENT_TYPE, SYNCML_MAX_BYTES, XmlError } from '@tsukasa/windows-mdm';
import { TooManyWaiting } from '../../base/dispatcher.ts';
import { DomainError, errorCode } from '../../base/errors.ts';
import { type BodyReader, BodyTooLarge, Interrupted, Overloaded } from '../../base/http/bodies.ts';
import { endLingering } from '../../base/http/linger.ts';
import { type ContractorId, isUuid } from '../../base/ids.ts';
import type { Log } from '../../base/log.ts';
import type { Sessions } from './session.ts';
import type { SessionMetrics } from './session-metrics.ts';
import { SESSION_REFUSALS, SessionRefusal } from './session-refusal.ts';

/** All bodies that are being received at one time. */
export const BODIES = { limit: SYNCML_MAX_BYTES, budget: 128 * 1024 * 1024 } as const;

export type SessionEndpointDeps = {
  readonly log: Log;
  readonly metrics: SessionMetrics;
  readonly bodies: BodyReader;
  readonly sessions: Sessions;
};

type Reply = { readonly status: number; readonly type: string; readonly body: Buffer };

const PATH = /^\/ManagementServer\/([0-9a-f-]{36})\/MDM\.svc(?:\?|$)/i;
/** Seconds after which a device that was turned away for load may come again; with jitter, or all come at once. */
const COME_AGAIN = { from: 20, spread: 40 };

/** Path at which the devices of a contractor speak; the client adds a query of its own, which says nothing we need. */
export function managementPath(contractorId: ContractorId): string {
  return `/ManagementServer/${contractorId}/MDM.svc`;
}

/** `POST /ManagementServer/{contractorId}/MDM.svc` on plain `node:http`. */
export class SessionEndpoint {
  readonly #deps: SessionEndpointDeps;

  constructor(deps: SessionEndpointDeps) {
    this.#deps = deps;
  }

  /** False, having touched nothing, for any other path. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    const contractorId = PATH.exec(request.url ?? '')?.[1]?.toLowerCase();
    if (contractorId === undefined || !isUuid(contractorId)) return false;
    if (request.method !== 'POST') {
      response.setHeader('allow', 'POST');
      send(request, response, text(405, 'Managed Windows devices speak here.'));
      return true;
    }
    void this.#serve(request, response, contractorId as ContractorId);
    return true;
  }

  async #serve(request: IncomingMessage, response: ServerResponse, contractorId: ContractorId): Promise<void> {
    const began = performance.now();
    let reply: Reply | undefined;
    try {
      reply = await this.#reply(request, contractorId);
    } catch (error) {
      reply = this.#failed(error, contractorId, response);
    }
    if (reply !== undefined) send(request, response, reply);
    this.#deps.metrics.observeSeconds((performance.now() - began) / 1000);
  }

  async #reply(request: IncomingMessage, contractorId: ContractorId): Promise<Reply> {
    const [type = ''] = (request.headers['content-type'] ?? '').split(';', 1);
    const encoding = request.headers['content-encoding'] ?? 'identity';
    // WBXML, the other encoding of SyncML, is used only when a server asks for it; we never do.
    if (encoding !== 'identity' || type.trim().toLowerCase() !== SYNCML_CONTENT_TYPE) {
      throw new SessionRefusal('channel.unsupported');
    }
    const body = await this.#deps.bodies.read(request);
    const answer = await this.#deps.sessions.handle(request, contractorId, body);
    return { status: 200, type: `${SYNCML_CONTENT_TYPE}; charset=utf-8`, body: answer };
  }

  #failed(error: unknown, contractorId: ContractorId, response: ServerResponse): Reply | undefined {
    if (error instanceof Interrupted) {
      response.destroy();
      return undefined;
    }
    if (error instanceof BodyTooLarge) {
      // What was not read of the body stands between this answer and the next request.
      response.setHeader('connection', 'close');
      return this.#refused(new SessionRefusal('channel.too_large'), contractorId);
    }
    if (error instanceof XmlError) {
      const place = error.position < 0 ? '' : ` at ${error.position}`;
      const detail = `${error.code}${error.element === undefined ? '' : ` ${error.element}`}${place}`;
      return this.#refused(new SessionRefusal('channel.malformed', { detail }), contractorId);
    }
    if (error instanceof SessionRefusal) return this.#refused(error, contractorId);
    if (isOverload(error)) {
      const seconds = COME_AGAIN.from + Math.floor(Math.random() * COME_AGAIN.spread);
      response.setHeader('retry-after', String(seconds));
      return text(503, 'The server is busy; please come again.');
    }
    this.#deps.log.error('windows.request_failed', { contractorId, error });
    return text(500, 'The server failed.');
  }

  #refused(refusal: SessionRefusal, contractorId: ContractorId): Reply {
    this.#deps.sessions.refused(contractorId, refusal);
    const rule = SESSION_REFUSALS[refusal.kind];
    const { kind, detail } = refusal;
    return text('http' in rule ? rule.http : 400, detail === undefined ? kind : `${kind}: ${detail}`);
  }
}

function isOverload(error: unknown): boolean {
  if (error instanceof Overloaded || error instanceof TooManyWaiting) return true;
  return error instanceof DomainError ? error.code === 'unavailable' : errorCode(error) === '57014'; // statement timeout
}

function text(status: number, words: string): Reply {
  return { status, type: 'text/plain; charset=utf-8', body: Buffer.from(`${words}\n`, 'utf8') };
}

/** With its length, never in chunks: Windows does not read those (fact sheet 0). */
function send(request: IncomingMessage, response: ServerResponse, { status, type, body }: Reply): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, {
    'content-type': type,
    'content-length': String(body.length),
    'cache-control': 'no-store',
  });
  if (response.getHeader('connection') === 'close') endLingering(request, response, body);
  else response.end(body);
}
