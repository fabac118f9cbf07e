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
import type { Binding } from './model.ts';
import { Refusal } from './refusal.ts';

/** How long an authority's certificates are believed to be all of a contractor's; a new authority is rare. */
const AUTHORITIES_MS = 60_000;
const MOST_AUTHORITIES = 2_000;
/** Largest certificate that is looked at, in bytes of DER; ours have about 1 KB. */
const LARGEST_CERTIFICATE = 8 * 1024;
/** Largest `Mdm-Signature`, in base64 characters; the header limit of the listener is 32 KiB. */
const LARGEST_SIGNATURE = 24 * 1024;

export type IdentifierDeps = {
  readonly cache: IdentityCache;
  /** Lower-case name of the header in which a trusted proxy hands over the certificate. */
  readonly clientCertHeader: string | undefined;
  readonly trusts: (address: string) => boolean;
  /** Certificates of all authorities of a contractor; none when there is no such contractor. */
  readonly authorities: (contractorId: ContractorId) => Promise<readonly Certificate[]>;
  readonly findBinding: (contractorId: ContractorId, hash: string) => Promise<Binding | undefined>;
};

const COLON = 58;

type Seen = { readonly der: Buffer; readonly hash: string };
type Authorities = { readonly until: number; readonly certificates: Promise<readonly Certificate[]> };

/** Says who sent a request, from the certificate it was sent with (fact sheet 2.7). */
export class Identifier {
  readonly #deps: IdentifierDeps;
  readonly #authorities = new Map<ContractorId, Authorities>();
  /** A TLS connection keeps its certificate. */
  readonly #bySocket = new WeakMap<TLSSocket, Seen>();

  constructor(deps: IdentifierDeps) {
    this.#deps = deps;
  }

  /**
   * The certificate that this request came with: the header of a trusted proxy or the TLS connection, and the signature over
   * `body`; when there are both they must name the same one. Without waiting when it is known already. Throws `Refusal`.
   */
  identify(
    request: IncomingMessage,
    body: Buffer,
    contractorId: ContractorId,
  ): KnownCertificate | Promise<KnownCertificate> {
    const transported = this.#fromTransport(request);
    const signature = request.headers['mdm-signature'];
    const signed = signature === undefined ? undefined : this.#fromSignature(signature, body);
    if (transported && signed && transported.hash !== signed.hash) {
      throw new Refusal('channel.identities_differ', { subject: transported.hash });
    }
    const seen = signed ?? transported;
    if (seen === undefined) throw new Refusal('channel.no_identity');
    const known = this.#deps.cache.find(seen.hash);
    if (known?.binding === undefined) return this.#learn(seen, contractorId, known);
    if (known.contractorId !== contractorId) throw new Refusal('channel.foreign_certificate', { subject: seen.hash });
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

  #fromSignature(header: string | string[], body: Buffer): Seen {
    if (typeof header !== 'string' || header.length > LARGEST_SIGNATURE) {
      throw new Refusal('channel.bad_signature', { detail: 'size' });
    }
    try {
      const { certificate } = verifyDetached(Buffer.from(header, 'base64'), body, {
        publicKey: (der) => this.#key(der),
      });
      return seenOf(certificate);
    } catch (error) {
      if (!(error instanceof CmsError)) throw error;
      throw new Refusal('channel.bad_signature', { detail: error.code });
    }
  }

  #key(der: Buffer): KeyObject {
    const known = this.#deps.cache.find(digest('sha256', der, 'hex'));
    if (known === undefined) return publicKeyFromCertificate(der);
    known.publicKey ??= publicKeyFromCertificate(der);
    return known.publicKey;
  }

  async #learn(seen: Seen, contractorId: ContractorId, known: KnownCertificate | undefined): Promise<KnownCertificate> {
    const certificate = known ?? this.#deps.cache.add(await this.#verified(seen, contractorId));
    if (certificate.contractorId !== contractorId) {
      throw new Refusal('channel.foreign_certificate', { subject: seen.hash });
    }
    certificate.binding ??= await this.#deps.findBinding(contractorId, seen.hash);
    return certificate;
  }

  async #verified({ der, hash }: Seen, contractorId: ContractorId): Promise<KnownCertificate> {
    const certificate = parsed(der);
    const authorities = await this.#authoritiesOf(contractorId);
    if (!authorities.some((authority) => isIssuedBy(certificate, authority))) {
      throw new Refusal('channel.foreign_certificate', { subject: hash });
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
  if (der.length > LARGEST_CERTIFICATE) throw new Refusal('channel.bad_certificate', { detail: 'size' });
  return { der, hash: digest('sha256', der, 'hex') };
}

function parsed(der: Buffer): Certificate {
  try {
    return parseCertificate(der);
  } catch (error) {
    if (!(error instanceof CmsError)) throw error;
    throw new Refusal('channel.bad_certificate', { detail: error.code });
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

/** RFC 9440 `:base64:`, or PEM as URL-escaped by nginx (`$ssl_client_escaped_cert`). Throws `Refusal`. */
export function certificateHeader(header: string | string[]): Buffer {
  if (typeof header !== 'string') throw new Refusal('channel.bad_certificate', { detail: 'several' });
  const structured = /^:([A-Za-z0-9+/]+={0,2}):$/.exec(header);
  if (structured?.[1] !== undefined) return Buffer.from(structured[1], 'base64');
  try {
    const [certificate] = parsePemCertificates(decodeURIComponent(header));
    if (certificate !== undefined) return certificate.der;
  } catch (error) {
    if (!(error instanceof CmsError || error instanceof URIError)) throw error;
  }
  throw new Refusal('channel.bad_certificate', { detail: 'format' });
}
