import {
  type EnrollmentInstructions,
  isDict,
  isValidAccessRights,
  type ParsedProfile,
  type PlistDict,
  PlistError,
  type PlistValue,
  parseEnrollmentProfile,
  parseProfile,
  payloadsOfType,
} from '@tsukasa/apple-mdm';
import { CmsError, parseCertificate, verifyAttached } from '@tsukasa/cms';
import { MDM_KEYS, PAYLOAD_KEYS, PROFILE_KEYS, SCEP_KEYS, typeProblems } from './profile-types.ts';

/** A device would not install this profile; `problems` says all that is wrong with it. */
export class ProfileRefused extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`the profile is refused: ${problems.join('; ')}`);
    this.name = 'ProfileRefused';
    this.problems = problems;
  }
}

/** Plain profile bytes, and who signed them (DER) when they came signed. */
export type OpenedProfile = { readonly bytes: Buffer; readonly signer?: Buffer };

/** Takes off the signature, if there is one, after checking it. Throws `ProfileRefused`. */
export function openProfile(body: Buffer): OpenedProfile {
  if (body[0] !== 0x30) return { bytes: body };
  try {
    const { content, certificate } = verifyAttached(body);
    return { bytes: content, signer: certificate };
  } catch (error) {
    if (error instanceof CmsError) throw new ProfileRefused([`signature: ${error.code}`]);
    throw error;
  }
}

const UUID = /^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$/;

/** Reads any configuration profile as strictly as a device. Throws `ProfileRefused`. */
export function checkProfile(bytes: Buffer): ParsedProfile {
  const profile = reading(() => parseProfile(bytes));
  const problems = [...commonProblems(profile.raw, 'profile'), ...typeProblems(profile.raw, PROFILE_KEYS, 'profile')];
  const scope = profile.raw.PayloadScope;
  if (scope !== undefined && scope !== 'System' && scope !== 'User') problems.push('profile: PayloadScope');
  const seen = new Set([profile.uuid]);
  for (const [index, payload] of profile.payloads.entries()) {
    const place = `payload ${index} (${typeof payload.PayloadType === 'string' ? payload.PayloadType : 'no type'})`;
    problems.push(...commonProblems(payload, place), ...typeProblems(payload, PAYLOAD_KEYS, place));
    const uuid = payload.PayloadUUID;
    if (typeof uuid === 'string' && seen.has(uuid)) problems.push(`${place}: PayloadUUID is not unique`);
    if (typeof uuid === 'string') seen.add(uuid);
  }
  if (profile.payloads.length === 0) problems.push('profile: no payload');
  if (problems.length > 0) throw new ProfileRefused(problems);
  return profile;
}

function reading<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof PlistError) throw new ProfileRefused([error.message]);
    throw error;
  }
}

function commonProblems(dict: PlistDict, place: string): string[] {
  const problems: string[] = [];
  if (typeof dict.PayloadType !== 'string' || dict.PayloadType === '') problems.push(`${place}: PayloadType`);
  if (dict.PayloadVersion !== 1) problems.push(`${place}: PayloadVersion must be 1`);
  if (typeof dict.PayloadIdentifier !== 'string' || dict.PayloadIdentifier === '') {
    problems.push(`${place}: PayloadIdentifier`);
  }
  if (typeof dict.PayloadUUID !== 'string' || !UUID.test(dict.PayloadUUID)) problems.push(`${place}: PayloadUUID`);
  return problems;
}

/** A profile that would enroll this device. */
export type EnrollmentProfile = {
  readonly identifier: string;
  readonly profile: ParsedProfile;
  readonly instructions: EnrollmentInstructions;
  readonly removalDisallowed: boolean;
};

/** Whether a profile holds an MDM payload at all. */
export function hasMdmPayload(profile: ParsedProfile): boolean {
  return payloadsOfType(profile, 'com.apple.mdm').length > 0;
}

/**
 * Reads an enrollment profile (fact sheet 1.1, 1.4): exactly one MDM payload, its identity a SCEP payload of the same
 * profile, https unless the server is this machine. Throws `ProfileRefused` with everything that is wrong.
 */
export function checkEnrollmentProfile(
  bytes: Buffer,
  { allowHttp = false }: { readonly allowHttp?: boolean } = {},
): EnrollmentProfile {
  const profile = checkProfile(bytes);
  const [mdm, ...others] = payloadsOfType(profile, 'com.apple.mdm');
  if (mdm === undefined) throw new ProfileRefused(['no MDM payload']);
  const problems = others.length > 0 ? ['more than one MDM payload'] : [];
  problems.push(...mdmProblems(mdm, allowHttp));
  const identity = profile.payloads.find(({ PayloadUUID }) => PayloadUUID === mdm.IdentityCertificateUUID);
  if (identity === undefined) problems.push('IdentityCertificateUUID names no payload');
  else if (identity.PayloadType !== 'com.apple.security.scep') {
    problems.push('IdentityCertificateUUID names no SCEP payload (this simulator has no other way to an identity)');
  } else problems.push(...scepProblems(identity.PayloadContent));
  for (const root of payloadsOfType(profile, 'com.apple.security.root')) problems.push(...rootProblems(root));
  if (problems.length > 0) throw new ProfileRefused(problems);
  return {
    identifier: profile.identifier,
    profile,
    instructions: reading(() => parseEnrollmentProfile(bytes)),
    removalDisallowed: profile.raw.PayloadRemovalDisallowed === true,
  };
}

function mdmProblems(mdm: PlistDict, allowHttp: boolean): string[] {
  const problems: string[] = [];
  const { IdentityCertificateUUID: identity, Topic: topic, AccessRights: rights } = mdm;
  if (typeof identity !== 'string' || !UUID.test(identity)) problems.push('IdentityCertificateUUID is no UUID');
  if (typeof topic !== 'string' || !/^com\.apple\.mgmt\..+/.test(topic))
    problems.push('Topic must begin com.apple.mgmt.');
  if (!isServerUrl(mdm.ServerURL, allowHttp)) problems.push('ServerURL must be https');
  if (mdm.CheckInURL !== undefined && !isServerUrl(mdm.CheckInURL, allowHttp))
    problems.push('CheckInURL must be https');
  if (typeof rights !== 'number' || !isValidAccessRights(rights)) problems.push('AccessRights is no valid mask');
  problems.push(...typeProblems(mdm, MDM_KEYS, 'MDM'));
  if (mdm.UseDevelopmentAPNS === true) problems.push('UseDevelopmentAPNS: there are no such certificates');
  return problems;
}

function isStrings(value: PlistValue): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function scepProblems(content: PlistValue | undefined): string[] {
  if (!isDict(content)) return ['SCEP: PayloadContent must be a dictionary'];
  const problems: string[] = [];
  if (typeof content.URL !== 'string' || !/^https?:\/\/./.test(content.URL) || !URL.canParse(content.URL)) {
    problems.push('SCEP: URL');
  }
  problems.push(...typeProblems(content, SCEP_KEYS, 'SCEP'));
  if (content['Key Type'] !== undefined && content['Key Type'] !== 'RSA') problems.push('SCEP: Key Type must be RSA');
  const size = content.Keysize;
  if (size !== undefined && size !== 1024 && size !== 2048 && size !== 4096) problems.push('SCEP: Keysize');
  const usage = content['Key Usage'];
  if (usage !== undefined && usage !== 0 && usage !== 1 && usage !== 4 && usage !== 5) problems.push('SCEP: Key Usage');
  const fingerprint = content.CAFingerprint;
  const known = Buffer.isBuffer(fingerprint) && [16, 20, 32].includes(fingerprint.length);
  if (fingerprint !== undefined && !known) problems.push('SCEP: CAFingerprint is no MD5, SHA-1 or SHA-256');
  if (!isSubject(content.Subject)) problems.push('SCEP: Subject must be an array of arrays of pairs');
  return problems;
}

function isSubject(value: PlistValue | undefined): boolean {
  if (value === undefined) return true;
  if (!Array.isArray(value)) return false;
  const parts: readonly PlistValue[] = value;
  return parts.every(
    (part) => Array.isArray(part) && part.every((pair) => isStrings(pair) && Array.isArray(pair) && pair.length === 2),
  );
}

function rootProblems(root: PlistDict): string[] {
  if (!Buffer.isBuffer(root.PayloadContent)) return ['root certificate: PayloadContent must be data'];
  try {
    parseCertificate(root.PayloadContent);
    return [];
  } catch (error) {
    if (error instanceof CmsError) return ['root certificate: not a certificate'];
    throw error;
  }
}

/** Plain HTTP reaches only the device's own machine, as the real system allows for nothing but tests. */
function isServerUrl(value: PlistValue | undefined, allowHttp: boolean): boolean {
  const url = typeof value === 'string' ? URL.parse(value) : null;
  if (url?.protocol === 'https:') return true;
  if (url?.protocol !== 'http:') return false;
  return allowHttp || /^(?:localhost|.*\.localhost|127(?:\.\d+){3}|\[::1\])$/.test(url.hostname);
}

/** Why an installed MDM profile cannot be replaced by this one (fact sheet 1.5); `undefined` when it can. */
export function replacementProblem(old: EnrollmentProfile, next: EnrollmentProfile): string | undefined {
  if (next.identifier !== old.identifier) return 'PayloadIdentifier is another';
  const [was, is] = [old.instructions, next.instructions];
  for (const key of ['topic', 'serverUrl', 'checkInUrl'] as const) if (was[key] !== is[key]) return `${key} is another`;
  if ((is.accessRights & ~was.accessRights) !== 0) return 'AccessRights are added';
  const perUser = 'com.apple.mdm.per-user-connections';
  if (was.serverCapabilities.includes(perUser) !== is.serverCapabilities.includes(perUser)) {
    return 'per-user connections are added or removed';
  }
  return undefined;
}
