import { buildCertsOnly, CmsError, MAX_MESSAGE_BYTES, parseCertificate, parseCertsOnly } from '@tsukasa/cms';
import { MEDIA_TYPES } from './constants.ts';
import { inScepTerms, ScepError } from './errors.ts';

/** What this server can do (RFC 8894, 3.5.2); SHA-1 and DES3 keep older clients working. */
export const CA_CAPS = ['AES', 'SHA-256', 'POSTPKIOperation', 'SCEPStandard', 'Renewal', 'SHA-1', 'DES3'] as const;

/** Body of a GetCACaps answer: one capability per line. */
export function buildCaCaps(capabilities: readonly string[] = CA_CAPS): string {
  return capabilities.map((capability) => `${capability}\n`).join('');
}

/** Capabilities of a GetCACaps answer in its order; line ends of any kind, empty lines dropped, unknown ones kept. */
export function parseCaCaps(text: string): readonly string[] {
  return text
    .split(/[\r\n]/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** A GetCACert answer: one certificate as it is, several (RA first, then its CA) as a certs-only message. */
export function buildCaCert(certificates: readonly Uint8Array[]): {
  readonly mediaType: string;
  readonly body: Buffer;
} {
  const [first, ...others] = certificates;
  if (first !== undefined && others.length === 0) return { mediaType: MEDIA_TYPES.caCert, body: Buffer.from(first) };
  return { mediaType: MEDIA_TYPES.caRaCert, body: buildCertsOnly(certificates) };
}

/** DER of the certificates of a GetCACert answer. Throws ScepError. */
export function parseCaCert(mediaType: string, body: Uint8Array): readonly Buffer[] {
  return inScepTerms(undefined, () => {
    if (mediaType === MEDIA_TYPES.caCert) return [parseCertificate(body).der];
    const certificates = parseCertsOnly(body);
    if (certificates.length === 0) throw new CmsError('malformed', 'no certificate');
    return certificates;
  });
}

/**
 * Bytes of the `message` parameter of a GET PKIOperation, percent-decoded or not. Takes standard and URL-safe base64,
 * with or without padding and line breaks, and spaces where a decoder turned `+` into one. Throws ScepError badRequest.
 */
export function decodeGetMessage(message: string): Buffer {
  if (message.length > 2 * MAX_MESSAGE_BYTES) throw new ScepError('badRequest', 'message too large');
  const text = percentDecode(message)
    .replace(/[\r\n]/g, '')
    .replace(/[ -]/g, '+')
    .replaceAll('_', '/');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) throw new ScepError('badRequest', 'message is not base64');
  return Buffer.from(text, 'base64');
}

function percentDecode(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new ScepError('badRequest', 'message is not percent-encoded', { cause });
  }
}
