import { hash as digest, type KeyObject } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import {
  type Certificate,
  CmsError,
  parseCertificate,
  parsePemCertificates,
  publicKeyFromCertificate,
  verifyDetached,
  verifyIssuedBy,
} from '@tsukasa/cms';
import type { ContractorId } from '../../base/ids.ts';
import type { IdentityCache, KnownCertificate } from './identity-cache.ts';

/** How long an authority's certificates are believed to be all of a contractor's; a new authority is rare. */
const AUTHORITIES_MS = 60_000;
const MOST_AUTHORITIES = 2_000;
/** Largest certificate that is looked at, in bytes of DER; ours have about 1 KB. */
const LARGEST_CERTIFICATE = 8 * 1024;
/** Largest signature in a header, in base64 characters; the header limit of the listener is 32 KiB. */
const LARGEST_SIGNATURE = 24 * 1024;

/** Why what a request came with says nothing about who sent it. */
export const IDENTITY_PROBLEMS = [
  'no_identity',
  'bad_certificate',
  'bad_signature',
  'identities_differ',
  'foreign_certificate',
] as const;
export type IdentityProblem = (typeof IDENTITY_PROBLEMS)[number];

/** `detail` names a place or a code, never a value; `subject` is the certificate's SHA-256 when there is one. */
export class IdentityRefusal extends Error {
  readonly problem: IdentityProblem;
  readonly detail: string | undefined;
  readonly subject: string | undefined;

  constructor(problem: IdentityProblem, options: { readonly detail?: string; readonly subject?: string } = {}) {
    super(`identity: ${problem}`);
    this.name = 'IdentityRefusal';
    this.problem = problem;
    this.detail = options.detail;
    this.subject = options.subject;
  }
}

export type IdentifierDeps<Binding> = {
  readonly cache: IdentityCache<Binding>;
  /** Lower-case names of the headers that may hold a detached CMS over the body; the first that is there counts. */
  readonly signatureHeaders?: readonly string[];
  /** Lower-case name of the header in which a trusted proxy hands over the certificate. */
  readonly clientCertHeader: string | undefined;
  readonly trusts: (address: string) => boolean;
  /** Certificates of all authorities of a contractor; none when there is no such contractor. */
  readonly authorities: (contractorId: ContractorId) => Promise<readonly Certificate[]>;
  readonly findBinding: (contractorId: ContractorId, hash: string) => Promise<Binding | undefined>;
};

const COLON = 58;
const SIGNATURE_HEADERS = ['mdm-signature'] as const;

type Seen = { readonly der: Buffer; readonly hash: string };
/** The certificate that a request came with. `transport`: shown by the connection, which nobody can repeat. */
export type Presented = Seen & { readonly how: 'transport' | 'signature' };
type Authorities = { readonly until: number; readonly certificates: Promise<readonly Certificate[]> };

/** Says who sent a request, from the certificate it was sent with. */
export class Identifier<Binding> {
  readonly #deps: IdentifierDeps<Binding>;
  readonly #authorities = new Map<ContractorId, Authorities>();
  /** A TLS connection keeps its certificate. */
  readonly #bySocket = new WeakMap<TLSSocket, Seen>();

  constructor(deps: IdentifierDeps<Binding>) {
    this.#deps = deps;
  }

  /**
   * The certificate that this request came with: the header of a trusted proxy or the TLS connection, and the signature over
   * `body`; when there are both and the signature is right they must name the same one. Without waiting when it is known already. Throws
   * `IdentityRefusal`.
   */
  identify(
    request: IncomingMessage,
    body: Buffer,
    contractorId: ContractorId,
  ): KnownCertificate<Binding> | Promise<KnownCertificate<Binding>> {
    const presented = this.presented(request, body);
    if (presented === undefined) throw new IdentityRefusal('no_identity');
    return this.known(presented, contractorId);
  }

  /** As `identify`, before asking whose it is; `undefined` when the request shows none. */
  presented(request: IncomingMessage, body: Buffer): Presented | undefined {
    const transported = this.#fromTransport(request);
    const name = (this.#deps.signatureHeaders ?? SIGNATURE_HEADERS).find((one) => request.headers[one] !== undefined);
    const signature = name && request.headers[name];
    const signed = signature === undefined ? undefined : this.#signer(signature, body, transported);
    if (transported && signed && transported.hash !== signed.hash) {
      throw new IdentityRefusal('identities_differ', { subject: transported.hash });
    }
    if (transported !== undefined) return { ...transported, how: 'transport' };
    return signed && { ...signed, how: 'signature' };
  }

  /** What is known of a certificate; it must be one of this contractor's. Throws `IdentityRefusal`. */
  known(
    presented: Presented,
    contractorId: ContractorId,
  ): KnownCertificate<Binding> | Promise<KnownCertificate<Binding>> {
    const known = this.#deps.cache.find(presented.hash);
    if (known?.binding === undefined) return this.#learn(presented, contractorId, known);
    if (known.contractorId !== contractorId) {
      throw new IdentityRefusal('foreign_certificate', { subject: presented.hash });
    }
    return known;
  }

  #fromTransport(request: IncomingMessage): Seen | undefined {
    const { clientCertHeader, trusts } = this.#deps;
    if (clientCertHeader !== undefined && trusts(request.socket.remoteAddress ?? '')) {
      // A TLS connection from the proxy shows the proxy's own certificate, if any.
      const header = request.headers[clientCertHeader];
      return header === undefined || header === '' ? undefined : this.#fromHeader(header);
    }
    return request.socket instanceof TLSSocket ? this.#fromTls(request.socket) : undefined;
  }

  /** What is known already needs no second look at how it was written. */
  #fromHeader(header: string | string[]): Seen {
    if (typeof header === 'string' && header.charCodeAt(0) === COLON) {
      const der = Buffer.from(header, 'base64');
      const hash = digest('sha256', der, 'hex');
      if (this.#deps.cache.find(hash) !== undefined) return { der, hash };
    }
    return seenOf(certificateHeader(header));
  }

  #fromTls(socket: TLSSocket): Seen | undefined {
    const before = this.#bySocket.get(socket);
    if (before !== undefined) return before;
    const der = socket.getPeerX509Certificate()?.raw;
    if (der === undefined) return undefined;
    const seen = seenOf(der);
    this.#bySocket.set(socket, seen);
    return seen;
  }

  /** What the connection shows is a proof by itself: a signature beside it that cannot be verified takes nothing from it. */
  #signer(signature: string | string[], body: Buffer, transported: Seen | undefined): Seen | undefined {
    try {
      return this.#fromSignature(signature, body);
    } catch (error) {
      if (transported === undefined || !(error instanceof IdentityRefusal)) throw error;
      return undefined;
    }
  }

  #fromSignature(header: string | string[], body: Buffer): Seen {
    if (typeof header !== 'string' || header.length > LARGEST_SIGNATURE) {
      throw new IdentityRefusal('bad_signature', { detail: 'size' });
    }
    try {
      const { certificate } = verifyDetached(Buffer.from(header, 'base64'), body, {
        publicKey: (der) => this.#key(der),
      });
      return seenOf(certificate);
    } catch (error) {
      if (!(error instanceof CmsError)) throw error;
      throw new IdentityRefusal('bad_signature', { detail: error.code });
    }
  }

  #key(der: Buffer): KeyObject {
    const known = this.#deps.cache.find(digest('sha256', der, 'hex'));
    if (known === undefined) return publicKeyFromCertificate(der);
    known.publicKey ??= publicKeyFromCertificate(der);
    return known.publicKey;
  }

  async #learn(
    seen: Seen,
    contractorId: ContractorId,
    known: KnownCertificate<Binding> | undefined,
  ): Promise<KnownCertificate<Binding>> {
    const certificate = known ?? this.#deps.cache.add(await this.#verified(seen, contractorId));
    if (certificate.contractorId !== contractorId) {
      throw new IdentityRefusal('foreign_certificate', { subject: seen.hash });
    }
    certificate.binding ??= await this.#deps.findBinding(contractorId, seen.hash);
    return certificate;
  }

  async #verified({ der, hash }: Seen, contractorId: ContractorId): Promise<KnownCertificate<Binding>> {
    const certificate = parsed(der);
    const authorities = await this.#authoritiesOf(contractorId);
    if (!authorities.some((authority) => isIssuedBy(certificate, authority))) {
      throw new IdentityRefusal('foreign_certificate', { subject: hash });
    }
    const { notBefore, notAfter, serialHex } = certificate;
    return {
      contractorId,
      hash,
      serial: serialHex,
      notBefore,
      notAfter,
      publicKey: undefined,
      binding: undefined,
      contactAt: 0,
    };
  }

  #authoritiesOf(contractorId: ContractorId): Promise<readonly Certificate[]> {
    const found = this.#authorities.get(contractorId);
    if (found !== undefined && found.until > performance.now()) return found.certificates;
    const certificates = this.#deps.authorities(contractorId);
    this.#authorities.delete(contractorId);
    this.#authorities.set(contractorId, { until: performance.now() + AUTHORITIES_MS, certificates });
    for (const oldest of this.#authorities.keys()) {
      if (this.#authorities.size <= MOST_AUTHORITIES) break;
      this.#authorities.delete(oldest);
    }
    const forget = () => this.#authorities.delete(contractorId);
    // A failure, and a contractor without authority (it may get one any moment), are not remembered.
    certificates.then((all) => all.length === 0 && forget(), forget);
    return certificates;
  }
}

function seenOf(der: Buffer): Seen {
  if (der.length > LARGEST_CERTIFICATE) throw new IdentityRefusal('bad_certificate', { detail: 'size' });
  return { der, hash: digest('sha256', der, 'hex') };
}

function parsed(der: Buffer): Certificate {
  try {
    return parseCertificate(der);
  } catch (error) {
    if (!(error instanceof CmsError)) throw error;
    throw new IdentityRefusal('bad_certificate', { detail: error.code });
  }
}

function isIssuedBy(certificate: Certificate, authority: Certificate): boolean {
  try {
    return verifyIssuedBy(certificate, authority);
  } catch (error) {
    if (error instanceof CmsError) return false; // decision: an algorithm we do not know was not our authority's
    throw error;
  }
}

/** RFC 9440 `:base64:`, or PEM as URL-escaped by nginx (`$ssl_client_escaped_cert`). Throws `IdentityRefusal`. */
export function certificateHeader(header: string | string[]): Buffer {
  if (typeof header !== 'string') throw new IdentityRefusal('bad_certificate', { detail: 'several' });
  const structured = /^:([A-Za-z0-9+/]+={0,2}):$/.exec(header);
  if (structured?.[1] !== undefined) return Buffer.from(structured[1], 'base64');
  try {
    const [certificate] = parsePemCertificates(decodeURIComponent(header));
    if (certificate !== undefined) return certificate.der;
  } catch (error) {
    if (!(error instanceof CmsError || error instanceof URIError)) throw error;
  }
  throw new IdentityRefusal('bad_certificate', { detail: 'format' });
}
