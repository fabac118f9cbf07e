import { type Static, Type } from 'typebox';
import { Closed, Instant, Nullable, Text, Uuid } from './common.ts';

export const PushCertificate = Type.Object({
  state: Type.Enum(['missing', 'requested', 'ok', 'expiring', 'expired']),
  topic: Nullable(Type.String()),
  subject: Nullable(Type.String()),
  serial: Nullable(Type.String()),
  notBefore: Nullable(Instant),
  notAfter: Nullable(Instant),
  daysLeft: Nullable(Type.Integer()),
  /** A key was made here and its request waits for the certificate. */
  request: Nullable(Type.Object({ csr: Type.String({ description: 'PEM' }), createdAt: Instant })),
  enrolledDevices: Type.Integer({ description: 'Enrollments that depend on the topic.' }),
});
export type PushCertificate = Static<typeof PushCertificate>;

/** `privateKey` is left out when the certificate answers a request made here. `force` accepts another topic. */
export const PushCertificateUpload = Type.Object(
  {
    certificate: Text(50_000),
    privateKey: Type.Optional(Text(50_000)),
    force: Type.Optional(Type.Boolean({ default: false })),
  },
  Closed,
);
export const PushCertificateRequest = Type.Object({ csr: Type.String(), createdAt: Instant });

export const IssuedCertificate = Type.Object({
  serial: Type.String(),
  subject: Type.String(),
  state: Type.Enum(['reserved', 'issued', 'revoked']),
  sha256: Nullable(Type.String()),
  deviceId: Nullable(Uuid),
  issuedAt: Nullable(Instant),
  notAfter: Nullable(Instant),
  revokedAt: Nullable(Instant),
  revocationReason: Nullable(Type.String()),
});
export const Revocation = Type.Object({ reason: Text(1000) }, Closed);
