import type { KeyObject } from 'node:crypto';
import { createPrivateKey } from 'node:crypto';
import type { Certificate } from './certificate.ts';
import { parseCertificate } from './certificate.ts';
import { CmsError } from './errors.ts';

/** Most certificates one PEM text may carry. */
const MAX_CERTIFICATES = 256;

/** Every certificate of a PEM text, in order; other blocks and text between are skipped. None at all is `malformed`. */
export function parsePemCertificates(text: string): Certificate[] {
  const certificates: Certificate[] = [];
  for (const block of pemBlocks(text, 'CERTIFICATE')) {
    if (certificates.length >= MAX_CERTIFICATES) throw new CmsError('too_large', 'too many certificates');
    certificates.push(parseCertificate(block));
  }
  if (certificates.length === 0) throw new CmsError('malformed', 'no certificate in PEM');
  return certificates;
}

/** DER of every PEM block with this label. Throws `malformed` for a block without its end. */
export function* pemBlocks(text: string, label: string): Generator<Buffer> {
  const begin = `-----BEGIN ${label}-----`;
  const end = `-----END ${label}-----`;
  let at = text.indexOf(begin);
  while (at >= 0) {
    const from = at + begin.length;
    const to = text.indexOf(end, from);
    if (to < 0) throw new CmsError('malformed', 'PEM block without end');
    yield Buffer.from(text.slice(from, to), 'base64');
    at = text.indexOf(begin, to + end.length);
  }
}

/**
 * Private key of a PEM text: RSA or EC, as PKCS#8, PKCS#1 or SEC 1. A passphrase-protected key is `unsupported`, because
 * the server could not open it again unattended; anything else unreadable is `malformed`.
 */
export function parsePrivateKey(pem: string): KeyObject {
  if (pem.includes('-----BEGIN ENCRYPTED PRIVATE KEY-----') || pem.includes('Proc-Type: 4,ENCRYPTED')) {
    throw new CmsError('unsupported', 'private key is protected by a passphrase; remove it first');
  }
  const key = openPrivateKey(pem);
  if (key.asymmetricKeyType !== 'rsa' && key.asymmetricKeyType !== 'ec') {
    throw new CmsError('unsupported', 'private key is neither RSA nor EC');
  }
  return key;
}

function openPrivateKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    // The cause is left out: OpenSSL's message may quote the input, and this one is a key.
    throw new CmsError('malformed', 'private key cannot be read');
  }
}

/** PEM text of DER bytes, 64 columns, with a final newline. */
export function toPem(label: string, der: Uint8Array): string {
  const lines = Buffer.from(der)
    .toString('base64')
    .replace(/.{64}(?=.)/g, '$&\n');
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
}
