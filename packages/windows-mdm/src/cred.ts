import { createHash, timingSafeEqual } from 'node:crypto';

/** `Cred/Meta/Type` of the digest scheme (OMA DM security, fact sheet 4.8). */
export const AUTH_MD5 = 'syncml:auth-md5';

/** MD5 of `name:secret`, 16 bytes: all that is needed to check a digest, and as good as the password. */
export function credentialHash(name: string, secret: string): Buffer {
  return createHash('md5').update(`${name}:${secret}`, 'utf8').digest();
}

/** What a device sends: MD5 over base64(hash) `:` nonce. The nonce in bytes, not in base64. */
export function credentialDigest(hash: Uint8Array, nonce: Uint8Array): Buffer {
  return createHash('md5')
    .update(`${Buffer.from(hash).toString('base64')}:`, 'latin1')
    .update(nonce)
    .digest();
}

/** Compares in constant time. `presented` is the `Data` of the `Cred`, in base64. */
export function verifyDigest(hash: Uint8Array, nonce: Uint8Array, presented: string): boolean {
  const given = Buffer.from(presented, 'base64');
  const wanted = credentialDigest(hash, nonce);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

/**
 * Name of the node below `./SyncML/DMAcc` for a provider: the CryptoAPI id of SHA-256, then the hash of PROVIDER-ID in
 * UTF-16LE (fact sheet 4.8). Derived, so that another product's value never fits.
 */
export function accountUid(providerId: string): string {
  return `0x0000800c${createHash('sha256').update(providerId, 'utf16le').digest('hex').toUpperCase()}`;
}
