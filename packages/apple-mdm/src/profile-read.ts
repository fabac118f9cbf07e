import { type PlistReadOptions, readPlistDict } from './plist.ts';
import {
  arrayAt,
  dictAt,
  integerAt,
  isDict,
  optionalArray,
  optionalBoolean,
  optionalData,
  optionalInteger,
  optionalString,
  type PlistDict,
  PlistError,
  stringAt,
} from './plist-value.ts';

/** A profile as a device sees it. Payloads that are no dictionaries are refused. */
export type ParsedProfile = {
  readonly identifier: string;
  readonly uuid: string;
  readonly displayName?: string;
  readonly payloads: readonly PlistDict[];
  readonly raw: PlistDict;
};

/** Reads an unsigned, unencrypted profile; throws `PlistError`. */
export function parseProfile(bytes: Uint8Array, options: PlistReadOptions = {}): ParsedProfile {
  const raw = readPlistDict(bytes, options);
  if (stringAt(raw, 'PayloadType') !== 'Configuration') throw new PlistError('out_of_bounds', -1, 'PayloadType');
  const displayName = optionalString(raw, 'PayloadDisplayName');
  const payloads = arrayAt(raw, 'PayloadContent');
  if (!payloads.every(isDict)) throw new PlistError('wrong_type', -1, 'PayloadContent');
  return {
    identifier: stringAt(raw, 'PayloadIdentifier', { min: 1, max: 512 }),
    uuid: stringAt(raw, 'PayloadUUID', { min: 1, max: 128 }),
    ...(displayName === undefined ? {} : { displayName }),
    payloads: payloads.filter(isDict),
    raw,
  };
}

/** The payloads of one type, in file order. */
export function payloadsOfType(profile: ParsedProfile, payloadType: string): readonly PlistDict[] {
  return profile.payloads.filter((payload) => payload.PayloadType === payloadType);
}

/** What a simulated device needs of an enrolment profile. */
export type EnrollmentInstructions = {
  readonly serverUrl: string;
  readonly checkInUrl: string;
  readonly topic: string;
  readonly accessRights: number;
  readonly signMessage: boolean;
  readonly checkOutWhenRemoved: boolean;
  readonly serverCapabilities: readonly string[];
  readonly scep: {
    readonly url: string;
    readonly challenge: string;
    readonly name?: string;
    readonly subject: readonly (readonly (readonly string[])[])[];
    readonly keySize: number;
    readonly keyUsage: number;
    readonly caFingerprint?: Buffer;
  };
  readonly rootCertificates: readonly Buffer[];
};

/** Reads the MDM payload, the SCEP payload it names and the root certificates; throws `PlistError`. */
export function parseEnrollmentProfile(bytes: Uint8Array): EnrollmentInstructions {
  const profile = parseProfile(bytes);
  const [mdm, ...others] = payloadsOfType(profile, 'com.apple.mdm');
  if (mdm === undefined || others.length > 0) throw new PlistError('out_of_bounds', -1, 'com.apple.mdm');
  const serverUrl = stringAt(mdm, 'ServerURL');
  const identity = stringAt(mdm, 'IdentityCertificateUUID');
  const scep = payloadsOfType(profile, 'com.apple.security.scep').find(({ PayloadUUID }) => PayloadUUID === identity);
  if (scep === undefined) throw new PlistError('missing_key', -1, 'IdentityCertificateUUID');
  return {
    serverUrl,
    checkInUrl: optionalString(mdm, 'CheckInURL') ?? serverUrl,
    topic: stringAt(mdm, 'Topic'),
    accessRights: integerAt(mdm, 'AccessRights'),
    signMessage: optionalBoolean(mdm, 'SignMessage') ?? false,
    checkOutWhenRemoved: optionalBoolean(mdm, 'CheckOutWhenRemoved') ?? false,
    serverCapabilities: (optionalArray(mdm, 'ServerCapabilities') ?? []).filter((word) => typeof word === 'string'),
    scep: scepInstructions(dictAt(scep, 'PayloadContent')),
    rootCertificates: payloadsOfType(profile, 'com.apple.security.root').flatMap(
      (root) => optionalData(root, 'PayloadContent') ?? [],
    ),
  };
}

function scepInstructions(content: PlistDict): EnrollmentInstructions['scep'] {
  const name = optionalString(content, 'Name');
  const caFingerprint = optionalData(content, 'CAFingerprint');
  return {
    url: stringAt(content, 'URL'),
    challenge: stringAt(content, 'Challenge'),
    ...(name === undefined ? {} : { name }),
    subject: subjectParts(content),
    keySize: optionalInteger(content, 'Keysize') ?? 1024,
    keyUsage: optionalInteger(content, 'Key Usage') ?? 0,
    ...(caFingerprint === undefined ? {} : { caFingerprint }),
  };
}

function subjectParts(content: PlistDict): readonly (readonly (readonly string[])[])[] {
  return (optionalArray(content, 'Subject') ?? []).map((part) => {
    if (!Array.isArray(part)) throw new PlistError('wrong_type', -1, 'Subject');
    return part.map((pair) => {
      if (!Array.isArray(pair) || pair.length !== 2) throw new PlistError('wrong_type', -1, 'Subject');
      return pair.filter((text) => typeof text === 'string');
    });
  });
}
