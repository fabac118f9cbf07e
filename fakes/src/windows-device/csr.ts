import { type KeyObject, randomBytes, sign } from 'node:crypto';
import { encode, objectIdentifier, octetString, sequence, spkiOf, TAG } from '@tsukasa/cms';

const EXTENSION_REQUEST = '1.2.840.113549.1.9.14';
const EXTENDED_KEY_USAGE = '2.5.29.37';
const CLIENT_AUTHENTICATION = '1.3.6.1.5.5.7.3.2';
/** Microsoft's own, in the requests of Windows: 32 hex digits and a NUL. */
const MICROSOFT_DEVICE = '1.3.6.1.4.1.311.66.1.0';
const COMMON_NAME = '2.5.4.3';
const SIGNATURES = { sha1: '1.2.840.113549.1.1.5', sha256: '1.2.840.113549.1.1.11' } as const;

export type WindowsCsrOptions = {
  readonly privateKey: KeyObject;
  readonly deviceId: string;
  /** SHA-1 when the policy service did not ask for better. */
  readonly digest: keyof typeof SIGNATURES;
  /** Signed with another key than the one it asks for. */
  readonly forged?: boolean;
};

/**
 * A PKCS#10 request as Windows makes it: the subject a PrintableString with a `!`, which no PrintableString may have, and
 * an extension whose value is no DER at all.
 */
export function buildWindowsCsr({ privateKey, deviceId, digest, forged }: WindowsCsrOptions): Buffer {
  const groups = deviceId.toLowerCase().replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  const subject = `${groups}!${randomBytes(16).toString('hex').toUpperCase()}`;
  const name = sequence(
    encode(
      TAG.set,
      sequence(objectIdentifier(COMMON_NAME), encode(TAG.printableString, Buffer.from(subject, 'latin1'))),
    ),
  );
  const extensions = sequence(
    sequence(objectIdentifier(EXTENDED_KEY_USAGE), octetString(sequence(objectIdentifier(CLIENT_AUTHENTICATION)))),
    sequence(objectIdentifier(MICROSOFT_DEVICE), octetString(Buffer.from(`${deviceId}\0`, 'latin1'))),
  );
  const attribute = sequence(objectIdentifier(EXTENSION_REQUEST), encode(TAG.set, extensions));
  const tbs = sequence(encode(TAG.integer, Buffer.of(0)), name, spkiOf(privateKey), encode(0xa0, attribute));
  const signature = sign(digest, tbs, privateKey);
  if (forged === true) signature.writeUInt8(signature.readUInt8(9) ^ 0x40, 9);
  const algorithm = sequence(objectIdentifier(SIGNATURES[digest]), encode(TAG.null));
  return sequence(tbs, algorithm, encode(TAG.bitString, Buffer.of(0), signature));
}
