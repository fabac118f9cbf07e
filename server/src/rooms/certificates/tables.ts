import type { ColumnType } from 'kysely';
import type { ContractorId, Id } from '../../base/ids.ts';
import type { IssuedState } from './model.ts';

type Instant = Temporal.Instant;
/** A column that an insert may leave out. */
type Optional<T> = ColumnType<T | null, T | null | undefined, T | null>;

export type CertificateTables = {
  certificate_authorities: {
    contractor_id: ContractorId;
    authority_id: Id<'Authority'>;
    certificate: Buffer;
    sealed_key: Buffer;
    not_before: Instant;
    not_after: Instant;
    created_at: Instant;
    retired_at: Optional<Instant>;
  };
  issued_certificates: {
    contractor_id: ContractorId;
    serial: string;
    authority_id: Id<'Authority'>;
    purpose: 'device-identity';
    state: IssuedState;
    subject: string;
    invitation_id: Id<'Invitation'> | null;
    enrollment_id: Id<'Enrollment'> | null;
    renews: string | null;
    sha256: Optional<Buffer>;
    certificate: Optional<Buffer>;
    reserved_at: Instant;
    issued_at: Optional<Instant>;
    not_after: Optional<Instant>;
    revoked_at: Optional<Instant>;
    revocation_reason: Optional<string>;
  };
  scep_challenges: {
    contractor_id: ContractorId;
    challenge_hash: Buffer;
    invitation_id: Id<'Invitation'> | null;
    enrollment_id: Id<'Enrollment'> | null;
    created_at: Instant;
    expires_at: Instant;
    used_at: Optional<Instant>;
    used_by_key: Optional<Buffer>;
    serial: Optional<string>;
  };
  push_certificates: {
    contractor_id: ContractorId;
    push_certificate_id: Id<'PushCertificate'>;
    state: 'requested' | 'current' | 'superseded';
    csr: Optional<string>;
    certificate: Optional<string>;
    sealed_key: Buffer;
    topic: Optional<string>;
    subject: Optional<string>;
    serial: Optional<string>;
    not_before: Optional<Instant>;
    not_after: Optional<Instant>;
    created_at: Instant;
    activated_at: Optional<Instant>;
    superseded_at: Optional<Instant>;
    alarmed_days: Optional<number>;
  };
};
