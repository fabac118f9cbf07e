import type { KeyObject } from 'node:crypto';
import { topicOf } from '@tsukasa/apple-mdm';
import { type Certificate, CmsError, parsePemCertificates, parsePrivateKey, spkiOf, toPem } from '@tsukasa/cms';
import { DomainError } from '../../base/errors.ts';

/** Our clock and Apple's may differ by this. */
const CLOCK_SKEW_MS = 10 * 60_000;
/** The certificate and its issuers; more are not kept. */
const KEPT_CERTIFICATES = 5;

/** A push certificate that fits its key and is good now. */
export type CheckedPushCertificate = {
  readonly leaf: Certificate;
  readonly topic: string;
  /** The certificate first, then those uploaded with it. */
  readonly pem: string;
  /** The certificate does not say that it is for clients. Apple's do; APNs decides. */
  readonly lacksClientAuth: boolean;
};

function refuse(reason: string, pointer: string, detail: string, params: Readonly<Record<string, string>> = {}): never {
  throw new DomainError('invalid', detail, { reason, params, errors: [{ pointer, detail }] });
}

/** Reads a PEM private key. Throws `invalid`. */
export function parseUploadedKey(pem: string): KeyObject {
  try {
    return parsePrivateKey(pem);
  } catch (error) {
    if (!(error instanceof CmsError)) throw error;
    const encrypted = error.code === 'unsupported' && error.message.includes('passphrase');
    if (encrypted) refuse('push_certificate.key_encrypted', '/privateKey', 'the key is protected by a passphrase');
    refuse('push_certificate.key_unreadable', '/privateKey', 'not an RSA or EC private key in PEM');
  }
}

/** Reads the PEM certificates. Throws `invalid`. */
export function parseUploadedCertificates(pem: string): readonly Certificate[] {
  try {
    return parsePemCertificates(pem);
  } catch (error) {
    if (!(error instanceof CmsError)) throw error;
    refuse('push_certificate.unreadable', '/certificate', 'not a certificate in PEM');
  }
}

/** The certificate that belongs to `key`, checked. Throws `invalid` with a reason for each thing that can be wrong. */
export function checkPushCertificate(
  certificates: readonly Certificate[],
  key: KeyObject,
  now: Temporal.Instant,
): CheckedPushCertificate {
  const spki = spkiOf(key);
  const leaf = certificates.find((certificate) => certificate.spki.equals(spki));
  if (!leaf) refuse('push_certificate.key_mismatch', '/privateKey', 'the key belongs to none of the certificates');
  const topic = readTopic(leaf);
  const at = now.epochMilliseconds;
  if (at > leaf.notAfter) {
    refuse('push_certificate.expired', '/certificate', 'expired', { notAfter: instantOf(leaf.notAfter).toString() });
  }
  if (at < leaf.notBefore - CLOCK_SKEW_MS) {
    const notBefore = instantOf(leaf.notBefore).toString();
    refuse('push_certificate.not_yet_valid', '/certificate', 'not yet valid', { notBefore });
  }
  const others = certificates.filter((certificate) => certificate !== leaf).slice(0, KEPT_CERTIFICATES - 1);
  return {
    leaf,
    topic,
    pem: [leaf, ...others].map(({ der }) => toPem('CERTIFICATE', der)).join(''),
    lacksClientAuth: leaf.extensions.extendedKeyUsage?.includes('clientAuth') === false,
  };
}

function readTopic(leaf: Certificate): string {
  const attributes = leaf.subject.attributes.map(([oid, value]) => ({ oid, value }));
  const topic = topicOf(attributes);
  if (topic !== undefined) return topic;
  const uids = attributes.filter(({ oid }) => oid === '0.9.2342.19200300.100.1.1');
  if (uids.length !== 1) refuse('push_certificate.no_topic', '/certificate', 'the subject has no single UID');
  refuse('push_certificate.foreign_topic', '/certificate', 'the UID is no MDM topic');
}

export function instantOf(epochMilliseconds: number): Temporal.Instant {
  return Temporal.Instant.fromEpochMilliseconds(epochMilliseconds);
}
