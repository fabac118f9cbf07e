import { isValidAccessRights } from './access-rights.ts';
import { type PlistDict, PlistError, type PlistValue } from './plist-value.ts';
import { writePlist } from './plist-write.ts';

/** MIME type a profile is served with. */
export const PROFILE_CONTENT_TYPE = 'application/x-apple-aspen-config';
/** Values of `ServerCapabilities` (fact sheet 1.1). */
export const SERVER_CAPABILITIES = [
  'com.apple.mdm.per-user-connections',
  'com.apple.mdm.bootstraptoken',
  'com.apple.mdm.token',
] as const;
export type ServerCapability = (typeof SERVER_CAPABILITIES)[number];

/** Bits of a SCEP payload's `Key Usage`. Apple writes this key and `Key Type` with a space. */
export const KEY_USAGE = { sign: 1, encrypt: 4, both: 5 } as const;

/** One relative distinguished name: pairs of a short name (C L ST O OU CN) or dotted OID and its value. */
export type SubjectPart = readonly (readonly [string, string])[];

/** The SCEP payload: how the device gets its identity. The key is RSA 2048; Apple's default of 1024 is never asked for. */
export type ScepPayloadParams = {
  readonly uuid: string;
  readonly url: string;
  readonly challenge: string;
  readonly subject: readonly SubjectPart[];
  readonly name?: string;
  /** Default `KEY_USAGE.both`. */
  readonly keyUsage?: (typeof KEY_USAGE)[keyof typeof KEY_USAGE];
  /** SHA-1 of the CA certificate's DER, for a SCEP URL without TLS. Apple is known to take SHA-1 and MD5. */
  readonly caFingerprint?: Uint8Array;
  readonly retries?: number;
  readonly retryDelaySeconds?: number;
};

/** The MDM payload. `serverUrl` and `checkInUrl` are fixed for the life of the enrolment, whole string with query. */
export type MdmPayloadParams = {
  readonly uuid: string;
  readonly serverUrl: string;
  readonly checkInUrl: string;
  readonly topic: string;
  readonly accessRights: number;
  readonly signMessage: boolean;
  readonly checkOutWhenRemoved: boolean;
  readonly serverCapabilities: readonly ServerCapability[];
  readonly accountDriven?: { readonly assignedManagedAppleId: string; readonly mode: 'BYOD' | 'ADDE' };
};

/** Everything an enrolment profile is made of; nothing is drawn or read inside, so the same input gives the same bytes. */
export type EnrollmentProfileParams = {
  /** Reverse-DNS. Payload identifiers are made from it; a renewal must keep it, or a second profile is installed. */
  readonly identifier: string;
  readonly uuid: string;
  readonly organization: string;
  readonly displayName: string;
  readonly description?: string;
  /** Shown before installation, by language; `default` serves every other language. */
  readonly consentText?: { readonly default: string; readonly ja?: string; readonly en?: string };
  readonly removalDisallowed?: boolean;
  readonly rootCertificate?: { readonly uuid: string; readonly der: Uint8Array; readonly displayName?: string };
  readonly scep: ScepPayloadParams;
  readonly mdm: MdmPayloadParams;
  /** Takes http server URLs of any host. Gives away the enrolment to whoever is on the path: development only. */
  readonly allowHttp?: boolean;
};

/** The profile as a dictionary; throws `PlistError` `out_of_bounds` naming the key a device would refuse. */
export function enrollmentProfile(params: EnrollmentProfileParams): PlistDict {
  refuseUnless(/^[A-Za-z0-9][A-Za-z0-9.-]{0,200}$/.test(params.identifier), 'PayloadIdentifier');
  const payloads = [scepPayload(params), mdmPayload(params)];
  if (params.rootCertificate !== undefined) payloads.unshift(rootPayload(params, params.rootCertificate));
  return {
    ...envelope(params, 'Configuration', params.identifier, params.uuid, params.displayName),
    ...(params.description === undefined ? {} : { PayloadDescription: params.description }),
    ...(params.consentText === undefined ? {} : { ConsentText: { ...params.consentText } }),
    ...(params.removalDisallowed === undefined ? {} : { PayloadRemovalDisallowed: params.removalDisallowed }),
    PayloadScope: 'System',
    PayloadContent: payloads,
  };
}

/** The profile's bytes, unsigned; see `enrollmentProfile`. */
export function buildEnrollmentProfile(params: EnrollmentProfileParams): Buffer {
  return writePlist(enrollmentProfile(params));
}

function envelope(
  params: EnrollmentProfileParams,
  type: string,
  identifier: string,
  uuid: string,
  name: string,
): PlistDict {
  refuseUnless(/^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$/.test(uuid), 'PayloadUUID');
  return {
    PayloadType: type,
    PayloadVersion: 1,
    PayloadIdentifier: identifier,
    PayloadUUID: uuid,
    PayloadDisplayName: name,
    PayloadOrganization: params.organization,
  };
}

function scepPayload(params: EnrollmentProfileParams): PlistDict {
  const { scep } = params;
  refuseUnless(isUrl(scep.url, true), 'URL'); // SCEP protects its own messages, so plain HTTP is legal here
  refuseUnless(scep.challenge !== '', 'Challenge');
  refuseUnless(scep.subject.length > 0, 'Subject');
  const content: { [key: string]: PlistValue } = {
    URL: scep.url,
    Challenge: scep.challenge,
    Subject: scep.subject.map((part) => part.map((pair) => [...pair])),
    Keysize: 2048,
    'Key Type': 'RSA',
    'Key Usage': scep.keyUsage ?? KEY_USAGE.both,
    KeyIsExtractable: false,
    AllowAllAppsAccess: false,
  };
  if (scep.name !== undefined) content.Name = scep.name;
  if (scep.caFingerprint !== undefined) content.CAFingerprint = Buffer.from(scep.caFingerprint);
  if (scep.retries !== undefined) content.Retries = scep.retries;
  if (scep.retryDelaySeconds !== undefined) content.RetryDelay = scep.retryDelaySeconds;
  const identifier = `${params.identifier}.scep`;
  return { ...envelope(params, 'com.apple.security.scep', identifier, scep.uuid, 'SCEP'), PayloadContent: content };
}

function mdmPayload(params: EnrollmentProfileParams): PlistDict {
  const { mdm } = params;
  refuseUnless(isUrl(mdm.serverUrl, params.allowHttp === true), 'ServerURL');
  refuseUnless(isUrl(mdm.checkInUrl, params.allowHttp === true), 'CheckInURL');
  refuseUnless(/^com\.apple\.mgmt\..+/.test(mdm.topic), 'Topic');
  refuseUnless(isValidAccessRights(mdm.accessRights), 'AccessRights');
  const account = mdm.accountDriven;
  return {
    ...envelope(params, 'com.apple.mdm', `${params.identifier}.mdm`, mdm.uuid, 'MDM'),
    IdentityCertificateUUID: params.scep.uuid,
    ServerURL: mdm.serverUrl,
    CheckInURL: mdm.checkInUrl,
    Topic: mdm.topic,
    AccessRights: mdm.accessRights,
    SignMessage: mdm.signMessage,
    CheckOutWhenRemoved: mdm.checkOutWhenRemoved,
    ServerCapabilities: [...mdm.serverCapabilities],
    ...(account === undefined
      ? {}
      : { AssignedManagedAppleID: account.assignedManagedAppleId, EnrollmentMode: account.mode }),
  };
}

function rootPayload(
  params: EnrollmentProfileParams,
  root: NonNullable<EnrollmentProfileParams['rootCertificate']>,
): PlistDict {
  const name = root.displayName ?? 'Root certificate';
  return {
    ...envelope(params, 'com.apple.security.root', `${params.identifier}.root`, root.uuid, name),
    PayloadContent: Buffer.from(root.der),
  };
}

function refuseUnless(condition: boolean, key: string): void {
  if (!condition) throw new PlistError('out_of_bounds', -1, key);
}

/** Plain HTTP to this very machine is always taken: nobody is on that path, and demonstrations need it. */
function isUrl(text: string, allowHttp: boolean): boolean {
  const url = URL.parse(text);
  if (url === null) return false;
  if (url.protocol === 'https:') return true;
  return url.protocol === 'http:' && (allowHttp || ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname));
}
