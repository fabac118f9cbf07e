import type { FailInfo } from '@tsukasa/scep';

export type Severity = 'notice' | 'warning' | 'alarm';

/**
 * Why SCEP refuses, as the event an administrator sees, and what the client is told (RFC 8894, 3.2.1.4). failInfo has
 * five values, so most reasons share badRequest, "transaction not permitted".
 */
export const REFUSALS = {
  'scep.malformed': ['badRequest', 'notice'],
  'scep.too_large': ['badRequest', 'notice'],
  'scep.bad_signature': ['badMessageCheck', 'warning'],
  'scep.unreadable_request': ['badMessageCheck', 'warning'],
  'scep.unsupported_algorithm': ['badAlg', 'warning'],
  'scep.weak_key': ['badAlg', 'warning'],
  'scep.unsupported_operation': ['badRequest', 'notice'],
  'scep.challenge_missing': ['badRequest', 'warning'],
  'scep.wrong_challenge': ['badRequest', 'warning'],
  'scep.challenge_expired': ['badRequest', 'warning'],
  'scep.challenge_reused': ['badRequest', 'alarm'],
  'scep.foreign_certificate': ['badMessageCheck', 'warning'],
  'scep.expired_certificate': ['badRequest', 'warning'],
  'scep.revoked_certificate': ['badRequest', 'alarm'],
  'scep.unbound_certificate': ['badRequest', 'warning'],
  'scep.too_many_renewals': ['badRequest', 'warning'],
  'scep.unknown_certificate': ['badCertId', 'notice'],
} as const satisfies Readonly<Record<`scep.${string}`, readonly [FailInfo, Severity]>>;

export type Refusal = keyof typeof REFUSALS;
