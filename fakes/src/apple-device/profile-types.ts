import { isDict, type PlistDict, type PlistValue } from '@tsukasa/apple-mdm';

/** Types of property lists that the keys below have. */
type KeyType = 'boolean' | 'string' | 'strings' | 'integer' | 'data' | 'date' | 'dictionary' | 'texts';
type KeyTypes = Readonly<Record<string, KeyType>>;

/** Optional keys of a whole profile (Apple's `TopLevel`). */
export const PROFILE_KEYS: KeyTypes = {
  PayloadDescription: 'string',
  PayloadDisplayName: 'string',
  PayloadOrganization: 'string',
  PayloadRemovalDisallowed: 'boolean',
  HasRemovalPasscode: 'boolean',
  IsEncrypted: 'boolean',
  PayloadScope: 'string',
  RemovalDate: 'date',
  PayloadExpirationDate: 'date',
  ConsentText: 'texts',
};

/** Optional keys of any payload. */
export const PAYLOAD_KEYS: KeyTypes = {
  PayloadDescription: 'string',
  PayloadDisplayName: 'string',
  PayloadOrganization: 'string',
};

/** Optional keys of `com.apple.mdm`. */
export const MDM_KEYS: KeyTypes = {
  SignMessage: 'boolean',
  CheckOutWhenRemoved: 'boolean',
  UseDevelopmentAPNS: 'boolean',
  PinningRevocationCheckRequired: 'boolean',
  PromptUserToAllowBootstrapTokenForAuthentication: 'boolean',
  ServerCapabilities: 'strings',
  ServerURLPinningCertificateUUIDs: 'strings',
  CheckInURLPinningCertificateUUIDs: 'strings',
  AssignedManagedAppleID: 'string',
  EnrollmentMode: 'string',
  RequiredAppIDForMDM: 'integer',
};

/** Optional keys of the content of `com.apple.security.scep`. */
export const SCEP_KEYS: KeyTypes = {
  Name: 'string',
  Challenge: 'string',
  Keysize: 'integer',
  'Key Type': 'string',
  'Key Usage': 'integer',
  CAFingerprint: 'data',
  Retries: 'integer',
  RetryDelay: 'integer',
  SubjectAltName: 'dictionary',
  KeyIsExtractable: 'boolean',
  AllowAllAppsAccess: 'boolean',
};

/** What of a dictionary has another type than it must have. Keys of others are passed over, as devices do. */
export function typeProblems(dict: PlistDict, types: KeyTypes, place: string): readonly string[] {
  return Object.entries(types).flatMap(([key, type]) => {
    const value = dict[key];
    return value === undefined || isOf(type, value) ? [] : [`${place}: ${key} must be ${type}`];
  });
}

function isOf(type: KeyType, value: PlistValue): boolean {
  switch (type) {
    case 'boolean':
      return typeof value === 'boolean';
    case 'string':
      return typeof value === 'string';
    case 'strings':
      return Array.isArray(value) && value.every((item) => typeof item === 'string');
    case 'integer':
      return typeof value === 'number' || typeof value === 'bigint';
    case 'data':
      return Buffer.isBuffer(value);
    case 'date':
      return value instanceof Temporal.Instant;
    case 'dictionary':
      return isDict(value);
    case 'texts':
      return isDict(value) && Object.values(value).every((text) => typeof text === 'string');
  }
}
