/** The door of the room: certificate authorities, SCEP, issued certificates and revocation, push certificates. */

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
export type { Certificates, CertificatesDeps } from './room.ts';
export { createCertificates } from './room.ts';
