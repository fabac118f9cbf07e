import type { IncomingMessage, ServerResponse } from 'node:http';
import { PLIST_CONTENT_TYPE, PlistError, unrecognizedDeviceBody } from '@tsukasa/apple-mdm';
import type { Clock } from '../../base/clock.ts';
import { TooManyWaiting } from '../../base/dispatcher.ts';
import { DomainError, errorCode } from '../../base/errors.ts';
import { type BodyReader, BodyTooLarge, Interrupted, Overloaded } from '../../base/http/bodies.ts';
import { endLingering } from '../../base/http/linger.ts';
import { type ContractorId, isUuid } from '../../base/ids.ts';
import type { Log } from '../../base/log.ts';
import { type Identifier, IdentityRefusal } from '../certificates/index.ts';
import type { Ledger } from '../devices/index.ts';
import type { CheckIn } from './check-in.ts';
import type { Connect } from './connect.ts';
import type { AppleMetrics } from './metrics.ts';
import type { Binding } from './model.ts';
import { REFUSALS, Refusal } from './refusal.ts';
import { type Reply, text } from './reply.ts';

export type EndpointDeps = {
  readonly clock: Clock;
  readonly log: Log;
  readonly ledger: Ledger;
  readonly metrics: AppleMetrics;
  readonly bodies: BodyReader;
  readonly identifier: Identifier<Binding>;
  readonly connect: Connect;
  readonly checkIn: CheckIn;
};

const PREFIX = '/mdm/apple/';
const UUID_LENGTH = 36;
/** Seconds after which a device that was turned away for load may come again; with jitter, or all come at once. */
const COME_AGAIN = { from: 20, spread: 40 };

type Endpoint = 'connect' | 'checkin';

/** `PUT /mdm/apple/{contractorId}/checkin` and `/connect` on plain `node:http`. */
export class DeviceEndpoint {
  readonly #deps: EndpointDeps;

  constructor(deps: EndpointDeps) {
    this.#deps = deps;
  }

  /** False, having touched nothing, for any other path. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    const url = request.url ?? '';
    if (!url.startsWith(PREFIX)) return false;
    const contractorId = url.slice(PREFIX.length, PREFIX.length + UUID_LENGTH);
    const rest = url.slice(PREFIX.length + UUID_LENGTH);
    const endpoint = rest === '/connect' ? 'connect' : rest === '/checkin' ? 'checkin' : undefined;
    if (endpoint === undefined || !isUuid(contractorId)) {
      send(request, response, text(404, 'There is no device endpoint here.'));
      return true;
    }
    if (request.method !== 'PUT') {
      response.setHeader('allow', 'PUT');
      send(
        request,
        response,
        text(405, 'Managed Apple devices speak here. To enroll a device, open the link of an invitation.'),
      );
      return true;
    }
    void this.#serve(endpoint, request, response, contractorId as ContractorId);
    return true;
  }

  async #serve(
    endpoint: Endpoint,
    request: IncomingMessage,
    response: ServerResponse,
    contractorId: ContractorId,
  ): Promise<void> {
    const began = performance.now();
    let reply: Reply | undefined;
    try {
      reply = await this.#reply(endpoint, request, contractorId);
    } catch (error) {
      reply = this.#failed(error, contractorId, response);
    }
    if (reply !== undefined) send(request, response, reply);
    this.#deps.metrics.observeSeconds(endpoint, (performance.now() - began) / 1000);
  }

  async #reply(endpoint: Endpoint, request: IncomingMessage, contractorId: ContractorId): Promise<Reply> {
    const { bodies, identifier, connect, checkIn } = this.#deps;
    const encoding = request.headers['content-encoding'];
    if (encoding !== undefined && encoding !== 'identity') {
      throw new Refusal('channel.malformed', { detail: 'content-encoding' });
    }
    const body = await bodies.read(request);
    const found = identifier.identify(request, body, contractorId);
    const known = found instanceof Promise ? await found : found;
    return endpoint === 'connect' ? connect.handle(known, body) : checkIn.handle(known, body);
  }

  #failed(error: unknown, contractorId: ContractorId, response: ServerResponse): Reply | undefined {
    if (error instanceof Interrupted) {
      response.destroy();
      return undefined;
    }
    if (error instanceof PlistError) {
      const place = error.offset < 0 ? '' : ` at ${error.offset}`;
      const detail = `${error.code}${error.key === undefined ? '' : ` ${error.key}`}${place}`;
      return this.#refused(new Refusal('channel.malformed', { detail }), contractorId, response);
    }
    if (error instanceof BodyTooLarge) return this.#refused(new Refusal('channel.too_large'), contractorId, response);
    if (error instanceof IdentityRefusal) {
      const { problem, detail, subject } = error;
      return this.#refused(new Refusal(`channel.${problem}`, { detail, subject }), contractorId, response);
    }
    if (error instanceof Refusal) return this.#refused(error, contractorId, response);
    if (isOverload(error)) {
      const seconds = COME_AGAIN.from + Math.floor(Math.random() * COME_AGAIN.spread);
      response.setHeader('retry-after', String(seconds));
      return text(503, 'The server is busy; please come again.');
    }
    this.#deps.log.error('apple.request_failed', { contractorId, error });
    return text(500, 'The server failed.');
  }

  #refused(refusal: Refusal, contractorId: ContractorId, response: ServerResponse): Reply {
    const { ledger, clock, metrics } = this.#deps;
    const { kind, detail, deviceId, subject } = refusal;
    const { status, severity } = REFUSALS[kind];
    metrics.refused(kind).inc();
    const details = detail === undefined ? {} : { detail };
    ledger.event({ contractorId, kind, severity, deviceId, dedupe: subject, details, now: clock.now() });
    // What was not read of an oversized body stands between this answer and the next request.
    if (kind === 'channel.too_large') response.setHeader('connection', 'close');
    if (kind === 'channel.gone') {
      return { status, contentType: PLIST_CONTENT_TYPE, body: unrecognizedDeviceBody({ description: kind }) };
    }
    return text(status, detail === undefined ? kind : `${kind}: ${detail}`);
  }
}

function isOverload(error: unknown): boolean {
  if (error instanceof Overloaded || error instanceof TooManyWaiting) return true;
  return error instanceof DomainError ? error.code === 'unavailable' : errorCode(error) === '57014'; // statement timeout
}

function send(request: IncomingMessage, response: ServerResponse, reply: Reply): void {
  if (response.headersSent || response.destroyed) return;
  const { status, contentType, body } = reply;
  if (body === undefined) response.writeHead(status, { 'content-length': '0' });
  else {
    response.writeHead(status, {
      'content-type': contentType ?? 'application/octet-stream',
      'content-length': String(body.length),
      'cache-control': 'no-store',
    });
  }
  if (body !== undefined && response.getHeader('connection') === 'close') endLingering(request, response, body);
  else response.end(body);
}
