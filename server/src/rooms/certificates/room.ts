import type { certificateRoutes } from '@tsukasa/api';
import type { Certificate } from '@tsukasa/cms';
import type { Clock } from '../../base/clock.ts';
import type { Db, Tx } from '../../base/db.ts';
import type { DeviceHandler } from '../../base/http/app.ts';
import type { Handlers, RecordAudit } from '../../base/http/context.ts';
import type { ContractorId, Id } from '../../base/ids.ts';
import type { Jobs } from '../../base/jobs.ts';
import type { Log } from '../../base/log.ts';
import type { Secrets } from '../../base/secrets.ts';
import { Authorities, newSerial } from './authority.ts';
import { createChallenge } from './challenge.ts';
import { type IdentityOrder, type ReservedIdentity, recordIdentity, reserveSerial, signIdentity } from './identity.ts';
import { findBySerial, findBySha256, findCertificate } from './issued-store.ts';
import type {
  Authority,
  ChallengeRequest,
  IdentityBindings,
  Issued,
  PushIdentity,
  PushTopicUse,
  RevocationListener,
} from './model.ts';
import { registerCertificateJobs } from './push-alarms.ts';
import { PushCertificates } from './push-certificate.ts';
import { type RevocationRequest, revoke } from './revocation.ts';
import { certificateHandlers } from './routes.ts';
import { createScepHandler } from './scep-http.ts';

export type CertificatesDeps = {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  readonly secrets: Secrets;
  readonly recordAudit: RecordAudit;
  /** Name of a contractor, undefined when there is none; `tx` is bound to it. */
  readonly contractorName: (tx: Tx, contractorId: ContractorId) => Promise<string | undefined>;
  readonly bindings: IdentityBindings;
  readonly revocations: RevocationListener;
  readonly topicUse: PushTopicUse;
  /** Proxies that are believed about the address of a SCEP client. Default none. */
  readonly trustProxy?: readonly string[];
  /** How long an identity is valid. Default 730 days. */
  readonly identityLifetime?: Temporal.Duration;
};

export interface Certificates {
  /** Plain node:http handler of `/scep/{contractorId}`; false, having touched nothing, for any other path. */
  readonly scepHandler: DeviceHandler;
  readonly handlers: Handlers<typeof certificateRoutes>;
  /** A one-time SCEP challenge, 48 hex characters; only its hash is kept. */
  createChallenge(tx: Tx, contractorId: ContractorId, request: ChallengeRequest): Promise<string>;
  /** The contractor's authority, made at first use. */
  authorityOf(tx: Tx, contractorId: ContractorId, now: Temporal.Instant): Promise<Authority>;
  /** Certificates of all authorities of the contractor, retired ones too: what an identity may chain to. */
  authorityCertificates(tx: Tx, contractorId: ContractorId): Promise<readonly Certificate[]>;
  /** By the SHA-256 of the DER. */
  findIssued(tx: Tx, contractorId: ContractorId, sha256: Uint8Array): Promise<Issued | undefined>;
  /** By the serial number, lower-case hex. */
  findSerial(tx: Tx, contractorId: ContractorId, serial: string): Promise<Issued | undefined>;
  /** DER of an issued certificate that is not revoked. */
  findCertificate(tx: Tx, contractorId: ContractorId, serial: string): Promise<Buffer | undefined>;
  /** Certifying without SCEP, first step: a serial number on record. Commit it before the second step. */
  reserveIdentity(tx: Tx, contractorId: ContractorId, request: IdentityRequest): Promise<ReservedIdentity>;
  /** Second step: the certificate, DER, for a key whose possession the caller has proved. It must not leave the server yet. */
  signIdentity(reserved: ReservedIdentity, order: IdentityOrder): Buffer;
  /** Third step: puts it on record; from the commit on it may be handed out. False when it was revoked in between. */
  recordIdentity(
    tx: Tx,
    contractorId: ContractorId,
    reserved: ReservedIdentity,
    der: Buffer,
    now: Temporal.Instant,
  ): Promise<boolean>;
  /** Revokes and tells the listener, in this transaction; audited. Repeating it changes nothing. Throws `not_found`. */
  revoke(tx: Tx, contractorId: ContractorId, request: RevocationRequest): Promise<Issued>;
  /** The current push certificate, expired or not; the opened key is cached until it is replaced. */
  currentPushCertificate(tx: Tx, contractorId: ContractorId): Promise<PushIdentity | undefined>;
  /**
   * The push certificate that was last current for this topic. After a forced change of topic the old one still wakes the
   * devices that enrolled with it, until it expires.
   */
  pushCertificateFor(tx: Tx, contractorId: ContractorId, topic: string): Promise<PushIdentity | undefined>;
  /** The alarms of expiring push certificates, and tidying up. Before the jobs start. */
  registerJobs(jobs: Jobs): void;
}

/** For whom an identity is: a first enrollment by invitation, or the renewal of an enrollment's. */
export type IdentityRequest = {
  readonly invitationId?: Id<'Invitation'> | undefined;
  readonly enrollmentId?: Id<'Enrollment'> | undefined;
  readonly renews?: string | undefined;
  readonly now: Temporal.Instant;
};

/** Two years: Apple's clients do not renew by themselves, and the server that renews them needs time for the offline ones. */
const IDENTITY_LIFETIME = Temporal.Duration.from({ hours: 730 * 24 });

export function createCertificates(deps: CertificatesDeps): Certificates {
  const authorities = new Authorities(deps);
  const push = new PushCertificates(deps);
  const lifetime = deps.identityLifetime ?? IDENTITY_LIFETIME;
  return {
    scepHandler: createScepHandler({ ...deps, authorities, lifetime }),
    handlers: certificateHandlers({ ...deps, push }),
    createChallenge,
    authorityOf: (tx, contractorId, now) => authorities.current(tx, contractorId, now),
    authorityCertificates: (tx, contractorId) => authorities.certificates(tx, contractorId),
    findIssued: findBySha256,
    findSerial: findBySerial,
    findCertificate,
    reserveIdentity: async (tx, contractorId, request) => {
      const authority = await authorities.current(tx, contractorId, request.now);
      const reserved = { authority, serial: newSerial().toString('hex') };
      await reserveSerial(tx, contractorId, { ...request, ...reserved });
      return reserved;
    },
    signIdentity,
    recordIdentity,
    revoke: (tx, contractorId, request) => revoke(deps, tx, contractorId, request),
    currentPushCertificate: (tx, contractorId) => push.current(tx, contractorId),
    pushCertificateFor: (tx, contractorId, topic) => push.forTopic(tx, contractorId, topic),
    registerJobs: (jobs) => registerCertificateJobs(deps, jobs),
  };
}
