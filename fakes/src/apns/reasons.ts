/**
 * Apple's refusals with their statuses ("Handling notification responses from APNs", error strings for the `reason`
 * key). Those of provider tokens are there to be scripted: push certificates for device management know no tokens.
 */
export const REASON_STATUS = {
  BadCollapseId: 400,
  BadDeviceToken: 400,
  BadExpirationDate: 400,
  BadMessageId: 400,
  BadPriority: 400,
  BadTopic: 400,
  DeviceTokenNotForTopic: 400,
  DuplicateHeaders: 400,
  IdleTimeout: 400,
  InvalidPushType: 400,
  MissingDeviceToken: 400,
  MissingTopic: 400,
  PayloadEmpty: 400,
  TopicDisallowed: 400,
  BadCertificate: 403,
  BadCertificateEnvironment: 403,
  ExpiredProviderToken: 403,
  Forbidden: 403,
  InvalidProviderToken: 403,
  MissingProviderToken: 403,
  BadPath: 404,
  MethodNotAllowed: 405,
  ExpiredToken: 410,
  Unregistered: 410,
  PayloadTooLarge: 413,
  TooManyProviderTokenUpdates: 429,
  TooManyRequests: 429,
  InternalServerError: 500,
  ServiceUnavailable: 503,
  Shutdown: 503,
} as const;
export type ApnsReason = keyof typeof REASON_STATUS;

/** Whether a word is one of Apple's reasons. */
export function isReason(word: string): word is ApnsReason {
  return Object.hasOwn(REASON_STATUS, word);
}

/** Largest body of a push, in bytes. */
export const MAX_PAYLOAD_BYTES = 4096;
