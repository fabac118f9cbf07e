import { createPrivateKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import type { PushCertificate } from '@tsukasa/api';
import { buildCsr, buildName, formatName, parseCsr, parsePemCertificates, spkiOf, toPem } from '@tsukasa/cms';
import type { Clock } from '../../base/clock.ts';
import type { Tx } from '../../base/db.ts';
import { DomainError } from '../../base/errors.ts';
import type { Actor, RecordAudit } from '../../base/http/context.ts';
import { type ContractorId, type Id, newId } from '../../base/ids.ts';
import type { Purpose, Secrets } from '../../base/secrets.ts';
import { recordEvent } from '../devices/index.ts';
import { organization } from './authority.ts';
import { BoundedCache } from './bounded-cache.ts';
import type { PushIdentity, PushTopicUse } from './model.ts';
import { ALARM_DAYS, daysLeft } from './push-alarms.ts';
import {
  activate,
  findByTopic,
  findCurrent,
  insertRequest,
  listRequests,
  lockUploads,
  type PushRow,
} from './push-store.ts';
import {
  type CheckedPushCertificate,
  checkPushCertificate,
  instantOf,
  parseUploadedCertificates,
  parseUploadedKey,
} from './push-upload.ts';

const newKeyPair = promisify(generateKeyPair);
/** Apple's portal takes RSA 2048. */
const KEY_BITS = 2048;
const CACHED = 256;

type PushCertificateId = Id<'PushCertificate'>;
type By = { readonly actor: Actor; readonly requestId?: string | undefined; readonly sourceIp?: string | undefined };
type Upload = {
  readonly certificate: string;
  readonly privateKey?: string | undefined;
  readonly force?: boolean | undefined;
};

type Deps = {
  readonly clock: Clock;
  readonly secrets: Secrets;
  readonly recordAudit: RecordAudit;
  readonly topicUse: PushTopicUse;
  readonly contractorName: (tx: Tx, contractorId: ContractorId) => Promise<string | undefined>;
};

/** Push certificates: their keys and requests, uploading, and opening them for a push. */
export class PushCertificates {
  readonly #deps: Deps;
  readonly #opened = new BoundedCache<PushCertificateId, PushIdentity>(CACHED);

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  async describe(tx: Tx, contractorId: ContractorId): Promise<PushCertificate> {
    const current = await findCurrent(tx, contractorId);
    const [request] = await listRequests(tx, contractorId);
    const topic = current?.topic ?? null;
    const days = current?.not_after ? daysLeft(current.not_after, this.#deps.clock.now()) : null;
    return {
      state: stateOf(days, request !== undefined),
      topic,
      subject: current?.subject ?? null,
      serial: current?.serial ?? null,
      notBefore: current?.not_before?.toString() ?? null,
      notAfter: current?.not_after?.toString() ?? null,
      daysLeft: days,
      request: request?.csr ? { csr: request.csr, createdAt: request.created_at.toString() } : null,
      enrolledDevices: topic === null ? 0 : await this.#deps.topicUse.count(tx, contractorId, topic),
    };
  }

  /** Makes a key here, which never leaves, and the request for its certificate. */
  async request(tx: Tx, contractorId: ContractorId, by: By): Promise<{ csr: string; createdAt: string }> {
    const name = await this.#deps.contractorName(tx, contractorId);
    if (name === undefined) throw new DomainError('not_found', 'no such contractor');
    const { privateKey } = await newKeyPair('rsa', { modulusLength: KEY_BITS });
    const now = this.#deps.clock.now();
    const id = newId<'PushCertificate'>(now.epochMilliseconds);
    const subject = buildName([...organization(name), ['CN', `Tsukasa push ${id.slice(-12)}`]]);
    const csr = toPem('CERTIFICATE REQUEST', buildCsr({ subject, privateKey }));
    await insertRequest(tx, {
      contractor_id: contractorId,
      push_certificate_id: id,
      csr,
      sealed_key: await this.#seal(tx, contractorId, id, privateKey),
      created_at: now,
    });
    await this.#audit(tx, contractorId, by, now, { action: 'push_certificate.requested', id, name: '' }, {});
    return { csr, createdAt: now.toString() };
  }

  /**
   * Makes an uploaded certificate the current one. Throws `invalid` with a `push_certificate.*` reason, and `conflict`
   * `push_certificate.topic_changed` for another topic without `force`. The same certificate again changes nothing.
   */
  async upload(tx: Tx, contractorId: ContractorId, upload: Upload, by: By): Promise<void> {
    const now = this.#deps.clock.now();
    await lockUploads(tx, contractorId);
    const { id, key, checked } = await this.#match(tx, contractorId, upload, now);
    const current = await findCurrent(tx, contractorId);
    if (current?.certificate && holdsLeaf(current.certificate, checked)) return;
    const orphaned = await this.#checkTopic(tx, contractorId, current, checked.topic, upload.force === true);
    const { leaf, topic } = checked;
    await activate(
      tx,
      {
        contractor_id: contractorId,
        push_certificate_id: id,
        certificate: checked.pem,
        sealed_key: await this.#seal(tx, contractorId, id, key),
        topic,
        subject: formatName(leaf.subject),
        serial: leaf.serialHex,
        not_before: instantOf(leaf.notBefore),
        not_after: instantOf(leaf.notAfter),
      },
      now,
    );
    await this.#deps.topicUse.replaced(tx, contractorId, now);
    const details = {
      serial: leaf.serialHex,
      notAfter: instantOf(leaf.notAfter).toString(),
      ...(checked.lacksClientAuth && { warning: 'no_client_auth' }),
      ...(orphaned && { previousTopic: orphaned.topic, orphanedDevices: orphaned.devices }),
    };
    const action = current ? 'push_certificate.replaced' : 'push_certificate.uploaded';
    await this.#audit(tx, contractorId, by, now, { action, id, name: topic }, details);
    if (checked.lacksClientAuth) {
      const kind = 'push_certificate.no_client_auth';
      await recordEvent(tx, contractorId, { kind, severity: 'warning', dedupe: id, details: { topic }, now });
    }
  }

  async current(tx: Tx, contractorId: ContractorId): Promise<PushIdentity | undefined> {
    return this.#open(tx, contractorId, await findCurrent(tx, contractorId));
  }

  async forTopic(tx: Tx, contractorId: ContractorId, topic: string): Promise<PushIdentity | undefined> {
    return this.#open(tx, contractorId, await findByTopic(tx, contractorId, topic));
  }

  async #open(tx: Tx, contractorId: ContractorId, row: PushRow | undefined): Promise<PushIdentity | undefined> {
    if (!row?.certificate || row.topic === null || row.not_after === null) return undefined;
    const id = row.push_certificate_id;
    const known = this.#opened.find(id);
    if (known) return known;
    return this.#opened.keep(id, {
      id,
      contractorId,
      topic: row.topic,
      certificate: row.certificate,
      privateKey: await this.#openKey(tx, contractorId, row),
      notAfter: row.not_after,
    });
  }

  /** The uploaded certificate with its key: the one uploaded, or that of a request made here. */
  async #match(
    tx: Tx,
    contractorId: ContractorId,
    upload: Upload,
    now: Temporal.Instant,
  ): Promise<{ id: PushCertificateId; key: KeyObject; checked: CheckedPushCertificate }> {
    const certificates = parseUploadedCertificates(upload.certificate);
    if (upload.privateKey !== undefined) {
      const key = parseUploadedKey(upload.privateKey);
      const checked = checkPushCertificate(certificates, key, now);
      return { id: newId<'PushCertificate'>(now.epochMilliseconds), key, checked };
    }
    const requests = await listRequests(tx, contractorId);
    const asked = requests.find(({ csr }) => certificates.some(({ spki }) => spki.equals(spkiOfRequest(csr))));
    const current = asked ?? (await this.#currentWithKeyOf(tx, contractorId, certificates));
    if (!current) {
      const detail = 'no key made here belongs to this certificate';
      throw new DomainError('invalid', detail, {
        reason: 'push_certificate.key_missing',
        errors: [{ pointer: '/privateKey', detail }],
      });
    }
    const key = await this.#openKey(tx, contractorId, current);
    const id = asked ? asked.push_certificate_id : newId<'PushCertificate'>(now.epochMilliseconds);
    return { id, key, checked: checkPushCertificate(certificates, key, now) };
  }

  /** A certificate renewed with the key in use, as Apple's portal allows. */
  async #currentWithKeyOf(
    tx: Tx,
    contractorId: ContractorId,
    certificates: CheckedCertificates,
  ): Promise<PushRow | undefined> {
    const current = await findCurrent(tx, contractorId);
    if (!current) return undefined;
    const spki = spkiOf(await this.#openKey(tx, contractorId, current));
    return certificates.some((certificate) => certificate.spki.equals(spki)) ? current : undefined;
  }

  async #checkTopic(
    tx: Tx,
    contractorId: ContractorId,
    current: PushRow | undefined,
    newTopic: string,
    force: boolean,
  ): Promise<{ topic: string; devices: number } | undefined> {
    const topic = current?.topic ?? newTopic;
    if (topic === newTopic) return undefined;
    const devices = await this.#deps.topicUse.count(tx, contractorId, topic);
    if (force) return { topic, devices };
    throw new DomainError('conflict', 'the push certificate has another topic', {
      reason: 'push_certificate.topic_changed',
      params: { enrolledDevices: devices, currentTopic: topic, newTopic },
    });
  }

  #seal(tx: Tx, contractorId: ContractorId, id: PushCertificateId, key: KeyObject): Promise<Buffer> {
    return this.#deps.secrets.sealFor(tx, contractorId, purposeOf(id), key.export({ format: 'der', type: 'pkcs8' }));
  }

  async #openKey(tx: Tx, contractorId: ContractorId, row: PushRow): Promise<KeyObject> {
    const purpose = purposeOf(row.push_certificate_id);
    const key = await this.#deps.secrets.openFor(tx, contractorId, purpose, row.sealed_key);
    return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
  }

  #audit(
    tx: Tx,
    contractorId: ContractorId,
    by: By,
    at: Temporal.Instant,
    what: { readonly action: string; readonly id: string; readonly name: string },
    details: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    const { action, id, name } = what;
    return this.#deps.recordAudit(tx, contractorId, {
      at,
      ...by,
      action,
      target: { kind: 'push_certificate', id, name },
      details,
    });
  }
}

type CheckedCertificates = ReturnType<typeof parseUploadedCertificates>;

function purposeOf(id: PushCertificateId): Purpose {
  return { use: 'push-certificate-key', row: id };
}

function stateOf(days: number | null, requested: boolean): PushCertificate['state'] {
  if (days === null) return requested ? 'requested' : 'missing';
  if (days < 0) return 'expired';
  return days <= ALARM_DAYS[0] ? 'expiring' : 'ok';
}

function spkiOfRequest(csr: string | null): Buffer {
  const base64 = (csr ?? '').replace(/-----[A-Z ]+-----/g, '');
  return parseCsr(Buffer.from(base64, 'base64')).spki;
}

function holdsLeaf(pem: string, { leaf }: CheckedPushCertificate): boolean {
  return parsePemCertificates(pem)[0]?.der.equals(leaf.der) === true;
}
