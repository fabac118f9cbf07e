import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { buildName, type Certificate, issueCertificate, spkiOf } from '@tsukasa/cms';

const DAY_MS = 86_400_000;

export type BenchAuthority = { readonly authority: Certificate; readonly authorityKey: KeyObject };

export function makeAuthority(): BenchAuthority {
  const authorityKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const authority = issueCertificate({
    issuer: 'self',
    issuerKey: authorityKey,
    subject: buildName([['CN', 'Bench CA']]),
    spki: spkiOf(authorityKey),
    serial: Buffer.from([1]),
    notBefore: Date.now() - DAY_MS,
    notAfter: Date.now() + 3650 * DAY_MS,
    ca: {},
  });
  return { authority, authorityKey };
}

/** The nth identity certificate of an authority. */
export function issueIdentity({ authority, authorityKey }: BenchAuthority, spki: Buffer, n: number): Certificate {
  const serial = Buffer.alloc(16, 1);
  serial.writeUInt32BE(n, 12);
  return issueCertificate({
    issuer: authority,
    issuerKey: authorityKey,
    subject: buildName([
      ['O', 'Bench'],
      ['CN', `Device identity ${n}`],
    ]),
    spki,
    serial,
    notBefore: Date.now() - DAY_MS,
    notAfter: Date.now() + 700 * DAY_MS,
    keyUsage: ['digitalSignature', 'keyEncipherment'],
    extendedKeyUsage: ['clientAuth'],
  });
}
