import type { certificateRoutes } from '@tsukasa/api';
import type { Certificate } from '@tsukasa/cms';
import type { Clock } from '../../base/clock.ts';
import type { Db, Tx } from '../../base/db.ts';
import type { DeviceHandler } from '../../base/http/app.ts';
import type { Actor, Handlers, RecordAudit } from '../../base/http/context.ts';
import type { ContractorId, Id } from '../../base/ids.ts';
import type { Jobs } from '../../base/jobs.ts';
import type { Log } from '../../base/log.ts';
import type { Secrets } from '../../base/secrets.ts';
import type { Authority, IdentityBindings, Issued, PushIdentity, PushTopicUse, RevocationListener } from './model.ts';

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
  /** How long an identity is valid. Default 730 days. */
  readonly identityLifetime?: Temporal.Duration;
};

/** For whom a one-time challenge is made: a first enrollment by invitation, or the renewal of an enrollment's identity. */
export type ChallengeRequest = {
  readonly invitationId?: Id<'Invitation'> | undefined;
  readonly enrollmentId?: Id<'Enrollment'> | undefined;
  readonly expiresAt: Temporal.Instant;
  readonly now: Temporal.Instant;
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
  /** Revokes and tells the listener, in this transaction; audited. Repeating it changes nothing. Throws `not_found`. */
  revoke(
    tx: Tx,
    contractorId: ContractorId,
    request: {
      readonly serial: string;
      readonly reason: string;
      readonly actor: Actor;
      readonly now: Temporal.Instant;
      readonly requestId?: string | undefined;
      readonly sourceIp?: string | undefined;
    },
  ): Promise<Issued>;
  /** The current push certificate, expired or not; the opened key is cached until it is replaced. */
  currentPushCertificate(tx: Tx, contractorId: ContractorId): Promise<PushIdentity | undefined>;
  /** The newest push certificate of this topic that was not forcibly given up: what a device of that topic is woken with. */
  pushCertificateFor(tx: Tx, contractorId: ContractorId, topic: string): Promise<PushIdentity | undefined>;
  /** The alarms of expiring push certificates. Before the jobs start. */
  registerJobs(jobs: Jobs): void;
}

export function createCertificates(deps: CertificatesDeps): Certificates {
  throw new Error(`being built ${Object.keys(deps).length}`);
}
