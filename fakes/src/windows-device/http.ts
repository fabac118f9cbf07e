import { Agent } from 'node:https';
import { toPem } from '@tsukasa/cms';
import { exchange, type HttpAnswer } from '../apple-device/http.ts';
import type { IdentityHeader } from '../apple-device/index.ts';
import type { WindowsIdentity } from './identity.ts';
import { insist } from './mistakes.ts';

export { ConnectionFailed, fetchFollowing, type HttpAnswer } from '../apple-device/http.ts';

/** How a PC reaches a server. */
export type Reach = {
  /** PEM of the roots it trusts, in place of the system's. */
  readonly ca?: readonly string[];
  readonly timeoutMs?: number;
  /** Takes servers without TLS that are not this machine: for test networks only. */
  readonly allowHttp?: boolean;
  /** As if a TLS proxy passed on the certificate in a header. */
  readonly identityHeader?: IdentityHeader;
};

export type Post = {
  readonly url: string;
  readonly body: Buffer;
  readonly contentType: string;
  readonly userAgent: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Shown in the handshake, and in the header of a proxy. */
  readonly identity?: WindowsIdentity;
  readonly dropAnswer?: boolean;
};

/** A POST as Windows makes it. Throws `ConnectionFailed`; any status is an answer. */
export function post(reach: Reach, asked: Post): Promise<HttpAnswer> {
  insistOnUrl(reach, asked.url, 'the address of the server');
  return exchange({
    method: 'POST',
    url: asked.url,
    body: asked.body,
    headers: {
      'content-type': asked.contentType,
      'user-agent': asked.userAgent,
      ...asked.headers,
      ...certificateHeader(reach, asked.identity),
    },
    ...agentFor(reach, asked),
    ...(reach.ca === undefined ? {} : { ca: reach.ca }),
    ...(reach.timeoutMs === undefined ? {} : { timeoutMs: reach.timeoutMs }),
    ...(asked.dropAnswer === true ? { dropAnswer: true } : {}),
  });
}

/** Windows talks to `https` only; what tests run on this machine may do without. */
export function insistOnUrl({ allowHttp }: Reach, url: string, where: string): URL {
  insist(URL.canParse(url), where, 'is no URL');
  const parsed = new URL(url);
  const here = ['localhost', '127.0.0.1', '[::1]'].includes(parsed.hostname);
  insist(
    parsed.protocol === 'https:' || (parsed.protocol === 'http:' && (here || allowHttp === true)),
    where,
    'is not https',
  );
  return parsed;
}

const agents = new WeakMap<WindowsIdentity, Agent>();

function agentFor(reach: Reach, { url, identity }: Post): { readonly agent?: Agent } {
  if (identity === undefined || !url.startsWith('https:')) return {};
  const agent =
    agents.get(identity) ??
    new Agent({
      keepAlive: true,
      maxSockets: 1,
      cert: toPem('CERTIFICATE', identity.certificate.der),
      key: identity.privateKey.export({ type: 'pkcs8', format: 'pem' }),
      ...(reach.ca === undefined ? {} : { ca: [...reach.ca] }),
    });
  agents.set(identity, agent);
  return { agent };
}

/** Ends the connections that showed this certificate. */
export function closeConnections(identity: WindowsIdentity): void {
  agents.get(identity)?.destroy();
  agents.delete(identity);
}

function certificateHeader({ identityHeader }: Reach, identity: WindowsIdentity | undefined): Record<string, string> {
  if (identityHeader === undefined || identity === undefined) return {};
  const { der } = identity.certificate;
  const value =
    identityHeader.format === 'pem' ? encodeURIComponent(toPem('CERTIFICATE', der)) : `:${der.toString('base64')}:`;
  return { [identityHeader.name.toLowerCase()]: value };
}

/** The client reads `Content-Length` only: what is chunked, or ends with the connection, is no answer to it. */
export function insistOnLength({ headers, body }: HttpAnswer, where: string): void {
  insist(headers['transfer-encoding'] === undefined, where, 'is chunked');
  insist(headers['content-encoding'] === undefined, where, 'is compressed');
  insist(headers['content-length'] === String(body.length), where, 'has no Content-Length');
}
