import { createPrivateKey, generateKeyPair, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { buildName, type Certificate, issueCertificate, parseCertificate, spkiOf } from '@tsukasa/cms';
import { type Tx, tables } from '../../base/db.ts';
import { DomainError } from '../../base/errors.ts';
import { type ContractorId, type Id, newId } from '../../base/ids.ts';
import type { Purpose, Secrets } from '../../base/secrets.ts';
import { BoundedCache } from './bounded-cache.ts';
import type { Authority } from './model.ts';
import type { CertificateTables } from './tables.ts';

const newKeyPair = promisify(generateKeyPair);

/**
 * RSA, because SCEP's key transport is; 3072 bits, because the authority outlives 2030, until when NIST SP 800-57 calls
 * 2048 enough. It costs milliseconds at enrollment and nothing afterwards: contacts are looked up by hash.
 */
const KEY_BITS = 3072;
/**
 * Devices carry no trust in this certificate (it is fetched once, for SCEP), so a long life exposes nobody, while an
 * authority that ended before its identities would cut off a fleet. Replacing it earlier is `retired_at`.
 */
const LIFETIME_HOURS = 20 * 365 * 24;
/** Devices' clocks run behind. */
export const BACKDATED_MINUTES = 10;
const CACHED_KEYS = 256;
/** Longest organization name of X.520 (ub-organization-name), in characters. */
const MAX_ORGANIZATION = 64;

type Deps = {
  readonly secrets: Secrets;
  readonly contractorName: (tx: Tx, contractorId: ContractorId) => Promise<string | undefined>;
};

/** The certificate authorities of all contractors. */
export class Authorities {
  readonly #deps: Deps;
  readonly #opened = new BoundedCache<Id<'Authority'>, Authority>(CACHED_KEYS);

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** The current authority; makes it at first use. Throws `not_found` for an unknown contractor. */
  async current(tx: Tx, contractorId: ContractorId, now: Temporal.Instant): Promise<Authority> {
    return (await this.#find(tx, contractorId)) ?? (await this.#make(tx, contractorId, now));
  }

  async certificates(tx: Tx, contractorId: ContractorId): Promise<readonly Certificate[]> {
    const rows = await tables<CertificateTables>(tx)
      .selectFrom('certificate_authorities')
      .select('certificate')
      .where('contractor_id', '=', contractorId)
      .orderBy('created_at', 'desc')
      .execute();
    return rows.map(({ certificate }) => parseCertificate(certificate));
  }

  async #find(tx: Tx, contractorId: ContractorId): Promise<Authority | undefined> {
    const row = await tables<CertificateTables>(tx)
      .selectFrom('certificate_authorities')
      .select(['authority_id', 'certificate', 'sealed_key'])
      .where('contractor_id', '=', contractorId)
      .where('retired_at', 'is', null)
      .executeTakeFirst();
    if (!row) return undefined;
    const known = this.#opened.find(row.authority_id);
    if (known) return known;
    const key = await this.#deps.secrets.openFor(tx, contractorId, purposeOf(row.authority_id), row.sealed_key);
    return this.#opened.keep(row.authority_id, {
      authorityId: row.authority_id,
      certificate: parseCertificate(row.certificate),
      privateKey: createPrivateKey({ key, format: 'der', type: 'pkcs8' }),
    });
  }

  /** Two that make it at once: the second waits at the unique index, then reads what the first committed. */
  async #make(tx: Tx, contractorId: ContractorId, now: Temporal.Instant): Promise<Authority> {
    const name = await this.#deps.contractorName(tx, contractorId);
    if (name === undefined) throw new DomainError('not_found', 'no such contractor');
    const authorityId = newId<'Authority'>(now.epochMilliseconds);
    const { privateKey } = await newKeyPair('rsa', { modulusLength: KEY_BITS });
    const certificate = issueCertificate({
      issuer: 'self',
      issuerKey: privateKey,
      subject: buildName([...organization(name), ['CN', `Tsukasa device authority ${authorityId.slice(-12)}`]]),
      spki: spkiOf(privateKey),
      serial: newSerial(),
      notBefore: now.subtract({ minutes: BACKDATED_MINUTES }).epochMilliseconds,
      notAfter: now.add({ hours: LIFETIME_HOURS }).epochMilliseconds,
      ca: { pathLength: 0 },
      // SCEP: the same certificate receives envelopes and signs answers.
      keyUsage: ['keyCertSign', 'cRLSign', 'digitalSignature', 'keyEncipherment'],
    });
    const pkcs8 = privateKey.export({ format: 'der', type: 'pkcs8' });
    await tables<CertificateTables>(tx)
      .insertInto('certificate_authorities')
      .values({
        contractor_id: contractorId,
        authority_id: authorityId,
        certificate: certificate.der,
        sealed_key: await this.#deps.secrets.sealFor(tx, contractorId, purposeOf(authorityId), pkcs8),
        not_before: Temporal.Instant.fromEpochMilliseconds(certificate.notBefore),
        not_after: Temporal.Instant.fromEpochMilliseconds(certificate.notAfter),
        created_at: now,
      })
      .onConflict((conflict) => conflict.column('contractor_id').where('retired_at', 'is', null).doNothing())
      .execute();
    // Read back rather than remembered: the transaction may yet be rolled back, or another one may have been first.
    const made = await this.#find(tx, contractorId);
    if (!made) throw new Error('the authority cannot be read back');
    return made;
  }
}

function purposeOf(authorityId: Id<'Authority'>): Purpose {
  return { use: 'certificate-authority-key', row: authorityId };
}

/** `O=` with the contractor's name, cut to what X.520 allows. */
export function organization(name: string): readonly (readonly ['O', string])[] {
  const cut = [...name].slice(0, MAX_ORGANIZATION).join('');
  return cut === '' ? [] : [['O', cut]];
}

/** 126 random bits in 16 octets: never negative, never with a leading zero, so hex and DER agree. */
export function newSerial(): Buffer {
  const serial = randomBytes(16);
  serial.writeUInt8((serial.readUInt8(0) & 0x3f) | 0x40, 0);
  return serial;
}
