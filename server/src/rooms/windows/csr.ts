import { hash } from 'node:crypto';
import { CmsError, parseCsr, publicKeyOf, verifyCsr } from '@tsukasa/cms';
import type { ContractorId } from '../../base/ids.ts';
import { MIN_RSA_BITS } from './enrollment-model.ts';
import { EnrollmentRefusal } from './enrollment-refusal.ts';

/** A key whose possession was proved. */
export type ProvedKey = { readonly spki: Buffer; readonly spkiHash: Buffer };

/**
 * The key of a request, its signature verified. Its subject means nothing (Windows puts illegal characters into it).
 * Throws `EnrollmentRefusal`.
 */
export function provedKey(der: Uint8Array, about: { readonly contractorId: ContractorId; readonly subject: string }) {
  let spki: Buffer;
  let bits: number;
  try {
    const csr = parseCsr(der);
    if (!verifyCsr(csr)) throw new CmsError('bad_signature', 'request not signed by its key');
    const key = publicKeyOf(csr);
    bits = key.asymmetricKeyType === 'rsa' ? (key.asymmetricKeyDetails?.modulusLength ?? 0) : 0;
    spki = csr.spki;
  } catch (error) {
    if (!(error instanceof CmsError)) throw error;
    throw new EnrollmentRefusal('enrollment.bad_request', { ...about, detail: error.code });
  }
  if (bits < MIN_RSA_BITS) throw new EnrollmentRefusal('enrollment.weak_key', { ...about, detail: String(bits) });
  return { spki, spkiHash: hash('sha256', spki, 'buffer') } satisfies ProvedKey;
}
