import { Agent } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import { type EnrollmentInstructions, type PlistDict, readPlistDict, writePlist } from '@tsukasa/apple-mdm';
import { buildSignedData, toPem } from '@tsukasa/cms';
import { exchange, type HttpAnswer } from './http.ts';
import type { DeviceIdentity } from './scep.ts';

/** How the device shows its identity beside what the profile wants. */
export type IdentityHeader = { readonly name: string; readonly format: 'rfc9440' | 'pem' };

export type ConnectionOptions = {
  readonly instructions: EnrollmentInstructions;
  readonly identity: DeviceIdentity;
  readonly ca?: readonly string[];
  readonly timeoutMs?: number;
  /** As if a TLS proxy stood between: the certificate travels in this header. */
  readonly identityHeader?: IdentityHeader;
  /** Signs nothing, whatever the profile says. */
  readonly unsigned?: boolean;
  /** Epoch milliseconds. */
  readonly now: () => number;
};

/** Plain connections of all devices of this process share their sockets; TLS ones carry a certificate each. */
const plainAgent = new Agent({ keepAlive: true, maxSockets: 256, maxFreeSockets: 64 });

/** One enrollment's way to its server: every message carries the identity, as the profile asks. */
export class MdmConnection {
  readonly instructions: EnrollmentInstructions;
  readonly identity: DeviceIdentity;
  readonly #options: ConnectionOptions;
  readonly #tlsAgent: TlsAgent | undefined;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(options: ConnectionOptions) {
    this.instructions = options.instructions;
    this.identity = options.identity;
    this.#options = options;
    const tls = [this.instructions.serverUrl, this.instructions.checkInUrl].some((url) => url.startsWith('https:'));
    const pem = toPem('CERTIFICATE', options.identity.certificate.der);
    this.#tlsAgent = tls
      ? new TlsAgent({
          keepAlive: true,
          maxSockets: 1,
          cert: pem,
          key: options.identity.privateKey.export({ type: 'pkcs8', format: 'pem' }),
          ...(options.ca === undefined ? {} : { ca: [...options.ca] }),
        })
      : undefined;
    this.#headers = { 'user-agent': 'MDM-Simulator/1.0', ...certificateHeader(options, pem) };
  }

  /** One check-in message. */
  checkIn(message: PlistDict): Promise<HttpAnswer> {
    return this.#put(this.instructions.checkInUrl, 'application/x-apple-aspen-mdm-checkin', writePlist(message));
  }

  /** One report on the command channel; the answer's body is the next command or empty. */
  report(body: Buffer, { dropAnswer = false }: { readonly dropAnswer?: boolean } = {}): Promise<HttpAnswer> {
    return this.#put(this.instructions.serverUrl, 'application/x-apple-aspen-mdm', body, dropAnswer);
  }

  close(): void {
    this.#tlsAgent?.destroy();
  }

  #put(url: string, contentType: string, body: Buffer, dropAnswer = false): Promise<HttpAnswer> {
    const { timeoutMs, ca } = this.#options;
    return exchange({
      method: 'PUT',
      url,
      body,
      headers: { ...this.#headers, 'content-type': contentType, ...this.#signature(body) },
      agent: url.startsWith('https:') ? (this.#tlsAgent ?? plainAgent) : plainAgent,
      dropAnswer,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(ca === undefined ? {} : { ca }),
    });
  }

  #signature(body: Buffer): Readonly<Record<string, string>> {
    if (!this.instructions.signMessage || this.#options.unsigned === true) return {};
    const { certificate, privateKey } = this.identity;
    const signature = buildSignedData({
      content: body,
      detached: true,
      certificate: certificate.der,
      privateKey,
      signingTime: this.#options.now(),
    });
    return { 'mdm-signature': signature.toString('base64') };
  }
}

function certificateHeader({ identityHeader, identity }: ConnectionOptions, pem: string): Record<string, string> {
  if (identityHeader === undefined) return {};
  const { name, format } = identityHeader;
  const value = format === 'pem' ? encodeURIComponent(pem) : `:${identity.certificate.der.toString('base64')}:`;
  return { [name.toLowerCase()]: value };
}

/** Whether a refusal tells the device that it is not managed here any more (fact sheet 2.5). */
export function saysUnrecognized(answer: HttpAnswer): boolean {
  if (answer.status !== 403) return false;
  const text = answer.body.toString('utf8');
  try {
    const type = answer.headers['content-type'] ?? '';
    const fields: unknown = type.includes('json') ? JSON.parse(text) : readPlistDict(answer.body);
    return (
      typeof fields === 'object' && fields !== null && Reflect.get(fields, 'code') === 'com.apple.unrecognized.device'
    );
  } catch {
    return false; // a 403 without the code is a refusal like any other
  }
}
