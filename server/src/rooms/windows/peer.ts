import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import { certificateHeader, IdentityRefusal } from '../certificates/index.ts';
import { EnrollmentRefusal } from './enrollment-refusal.ts';

export type PeerDeps = {
  /** Lower-case name of the header in which a trusted proxy hands over the certificate. */
  readonly clientCertHeader: string | undefined;
  readonly trusts: (address: string) => boolean;
};

/**
 * The certificate that the client showed on its TLS connection, if it showed one: here, or to a trusted proxy that hands it
 * over. Throws `EnrollmentRefusal` when the proxy hands over what cannot be read.
 */
export function peerCertificate({ socket, headers }: IncomingMessage, deps: PeerDeps): Buffer | undefined {
  if (socket instanceof TLSSocket) {
    const shown = socket.getPeerCertificate().raw;
    if (shown !== undefined) return shown;
  }
  const { clientCertHeader, trusts } = deps;
  const header = clientCertHeader === undefined ? undefined : headers[clientCertHeader];
  // A proxy that asks for a certificate and gets none sends the header empty.
  if (header === undefined || header === '' || !trusts(socket.remoteAddress ?? '')) return undefined;
  try {
    return certificateHeader(header);
  } catch (error) {
    if (!(error instanceof IdentityRefusal)) throw error;
    throw new EnrollmentRefusal('renewal.bad_signature', { detail: 'header' });
  }
}
