/** The door of the room: certificate authorities, SCEP, issued certificates and revocation, push certificates. */

export type { IdentityOrder, ReservedIdentity } from './identity.ts';
export { IdentityCache, type KnownCertificate } from './identity-cache.ts';
export { joinBindings, joinRevocations } from './join.ts';
export { certificateMessages } from './messages.ts';
export type {
  Authority,
  ChallengeRequest,
  IdentityBinding,
  IdentityBindings,
  Issued,
  IssuedState,
  PushIdentity,
  PushTopicUse,
  RevocationListener,
} from './model.ts';
export { certificateHeader, Identifier, IdentityRefusal } from './presented.ts';
export type { Certificates, CertificatesDeps, IdentityRequest } from './room.ts';
export { createCertificates } from './room.ts';
