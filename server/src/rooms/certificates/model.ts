import type { KeyObject } from 'node:crypto';
import type { Certificate } from '@tsukasa/cms';
import type { Tx } from '../../base/db.ts';
import type { ContractorId, Id } from '../../base/ids.ts';

export const ISSUED_STATES = ['reserved', 'issued', 'revoked'] as const;
export type IssuedState = (typeof ISSUED_STATES)[number];

/** What this room knows of a certificate with one of our serial numbers. `serial` is lower-case hex. */
export type Issued = {
  readonly serial: string;
  readonly subject: string;
  readonly state: IssuedState;
  /** Of the DER, lower-case hex; absent while the serial number is only reserved. */
  readonly sha256: string | undefined;
  readonly invitationId: Id<'Invitation'> | undefined;
  /** The enrollment it was issued to renew; absent for a first enrollment. */
  readonly enrollmentId: Id<'Enrollment'> | undefined;
  /** Serial of the certificate that a RenewalReq was signed with. */
  readonly renews: string | undefined;
  readonly issuedAt: Temporal.Instant | undefined;
  readonly notAfter: Temporal.Instant | undefined;
  readonly revokedAt: Temporal.Instant | undefined;
  readonly revocationReason: string | undefined;
};

/** For whom a one-time challenge is made: a first enrollment by invitation, or the renewal of an enrollment's identity. */
export type ChallengeRequest = {
  readonly invitationId?: Id<'Invitation'> | undefined;
  readonly enrollmentId?: Id<'Enrollment'> | undefined;
  readonly expiresAt: Temporal.Instant;
  readonly now: Temporal.Instant;
};

/** A contractor's certificate authority, able to sign. */
export type Authority = {
  readonly authorityId: Id<'Authority'>;
  readonly certificate: Certificate;
  readonly privateKey: KeyObject;
};

/** A push certificate, able to open a TLS connection. `id` names this certificate and key for ever. */
export type PushIdentity = {
  readonly id: Id<'PushCertificate'>;
  readonly contractorId: ContractorId;
  readonly topic: string;
  /** PEM: the certificate, then those that were uploaded with it. */
  readonly certificate: string;
  readonly privateKey: KeyObject;
  readonly notAfter: Temporal.Instant;
};

/** To which enrollment of which device a certificate belongs. */
export type IdentityBinding = {
  readonly serial: string;
  readonly enrollmentId: Id<'Enrollment'>;
  readonly deviceId: Id<'Device'>;
  /** False once the enrollment is gone. */
  readonly live: boolean;
};

/** Port, implemented by each dialect: which device uses which certificate. */
export interface IdentityBindings {
  /** Of every enrollment of the device, past ones too, newest first. */
  ofDevice(tx: Tx, contractorId: ContractorId, deviceId: Id<'Device'>): Promise<readonly IdentityBinding[]>;
  ofSerial(tx: Tx, contractorId: ContractorId, serial: string): Promise<IdentityBinding | undefined>;
}

/** Port: told of a revocation in the transaction that makes it, so that the next contact is refused. */
export interface RevocationListener {
  revoked(
    tx: Tx,
    contractorId: ContractorId,
    certificate: { readonly serial: string; readonly sha256: string | undefined; readonly at: Temporal.Instant },
  ): Promise<void>;
}

/** Port: who depends on the push certificate. */
export interface PushTopicUse {
  /** Live enrollments with this topic. */
  count(tx: Tx, contractorId: ContractorId, topic: string): Promise<number>;
  /** Told in the transaction that makes another certificate current: what waited for it may be sent. */
  replaced(tx: Tx, contractorId: ContractorId, now: Temporal.Instant): Promise<void>;
}
