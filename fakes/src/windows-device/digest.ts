import { createHash } from 'node:crypto';

/** `B64(MD5( B64(MD5(name:secret)) ":" nonce ))`, nonce in bytes (OMA DM 1.2 Security, 5.3). */
export function md5Credential(name: string, secret: string, nonce: Buffer): string {
  const inner = createHash('md5').update(`${name}:${secret}`, 'utf8').digest('base64');
  return createHash('md5').update(`${inner}:`, 'utf8').update(nonce).digest('base64');
}

export function basicCredential(name: string, secret: string): string {
  return Buffer.from(`${name}:${secret}`, 'utf8').toString('base64');
}
