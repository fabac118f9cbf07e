import type { Random } from '../apple-device/index.ts';
import type { WindowsBlueprint } from './blueprint.ts';
import type { Reach } from './http.ts';
import type { WindowsIdentity } from './identity.ts';
import { insist } from './mistakes.ts';
import type { EnrollmentType } from './provisioning.ts';
import { callSoap, NS, shuffled, wrapped } from './soap.ts';
import { attributesOf, type Element, escapeXml, fromBase64, getChild, getPath, getText } from './xml.ts';

const STEP = 'enrollment';
const MICROSOFT = 'http://schemas.microsoft.com/5.0.0.0/ConfigurationManager/Enrollment';
const DEVICE_TOKEN = `${MICROSOFT}/DeviceEnrollmentToken`;
const USER_TOKEN = `${MICROSOFT}/DeviceEnrollmentUserToken`;
const PROVISION_DOC = `${MICROSOFT}/DeviceEnrollmentProvisionDoc`;
const BASE64 = `${NS.security}#base64binary`;
const PASSWORD_TEXT = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordText';
/** Clocks may differ by so much. */
const SKEW_MS = 10 * 60_000;

/** How the person proves who they are. */
export type Credential =
  | { readonly kind: 'password'; readonly userName: string; readonly password: string }
  | { readonly kind: 'token'; readonly wresult: string };

/** Content of `wsse:Security`, the same for policy and enrollment. */
export function securityOf(credential: Credential): string {
  if (credential.kind === 'token') {
    const token = Buffer.from(credential.wresult, 'utf8');
    return `<wsse:BinarySecurityToken wsse:ValueType="${USER_TOKEN}" wsse:EncodingType="${BASE64}">${wrapped(token)}</wsse:BinarySecurityToken>`;
  }
  return [
    '<wsse:UsernameToken u:Id="uuid-cc1ccc1f-2fba-4bcf-b063-ffc0cac77917-4">',
    `<wsse:Username>${escapeXml(credential.userName)}</wsse:Username>`,
    `<wsse:Password wsse:Type="${PASSWORD_TEXT}">${escapeXml(credential.password)}</wsse:Password></wsse:UsernameToken>`,
  ].join('');
}

export type TokenRequest = {
  readonly url: string;
  readonly security: string;
  readonly kind: 'Issue' | 'Renew';
  /** DER of the PKCS#10, or at renewal of the CMS around it. */
  readonly request: Buffer;
  readonly blueprint: WindowsBlueprint;
  readonly deviceName: string;
  readonly enrollmentType: EnrollmentType;
  readonly requestVersion: string;
  readonly random: Random;
  readonly now: number;
  /** At renewal: the certificate in use, shown in the handshake. */
  readonly identity?: WindowsIdentity;
};

/** Asks for a certificate. The bytes of the provisioning document. Throws `WindowsEnrollmentRefused` and `ServerMistake`. */
export async function requestToken(reach: Reach, asked: TokenRequest): Promise<Buffer> {
  const { header, body } = await callSoap(reach, {
    step: STEP,
    url: asked.url,
    action: `${NS.wstep}/RST/wstep`,
    answer: `${NS.wstep}/RSTRC/wstep`,
    security: asked.security,
    body: requestOf(asked),
    ...(asked.identity === undefined ? {} : { identity: asked.identity }),
  });
  checkTimestamp(header, asked.now);
  insist(
    body.localName === 'RequestSecurityTokenResponseCollection' && body.namespaceURI === NS.trust,
    STEP,
    'answers something else',
  );
  const response = getChild(body, NS.trust, 'RequestSecurityTokenResponse', STEP);
  insist(getText(response, NS.trust, 'TokenType', STEP) === DEVICE_TOKEN, STEP, 'has another TokenType');
  getChild(response, NS.wstep, 'DispositionMessage', STEP);
  getText(response, NS.wstep, 'RequestID', STEP);
  const token = getPath(
    getChild(response, NS.trust, 'RequestedSecurityToken', STEP),
    NS.security,
    ['BinarySecurityToken'],
    STEP,
  );
  const attributes = attributesOf(token);
  insist(attributes.get('ValueType') === PROVISION_DOC, STEP, 'has a token of another ValueType');
  insist(
    attributes.get('EncodingType')?.toLowerCase() === BASE64.toLowerCase(),
    STEP,
    'has a token of another EncodingType',
  );
  return fromBase64(token.textContent ?? '', STEP);
}

function checkTimestamp(header: Element, now: number): void {
  const security = getChild(header, NS.security, 'Security', STEP);
  insist(security.getAttributeNS(NS.soap, 'mustUnderstand') === '1', STEP, 'has Security without mustUnderstand');
  const timestamp = getChild(security, NS.utility, 'Timestamp', STEP);
  insist(timestamp.getAttributeNS(NS.utility, 'Id') === '_0', STEP, 'has a Timestamp without Id');
  const [created, expires] = ['Created', 'Expires'].map((name) => timeOf(getText(timestamp, NS.utility, name, STEP)));
  insist(created !== undefined && expires !== undefined, STEP, 'has a Timestamp of no time');
  insist(created - SKEW_MS <= now && now <= expires + SKEW_MS, STEP, 'has a Timestamp of another time');
}

function timeOf(text: string): number | undefined {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text)
    ? Temporal.Instant.from(text).epochMilliseconds
    : undefined;
}

function requestOf({ kind, request, random, ...asked }: TokenRequest): string {
  const valueType = `${NS.wstep}#${kind === 'Issue' ? 'PKCS10' : 'PKCS7'}`;
  const items = contextOf(asked).map(
    ([name, value]) => `<ac:ContextItem Name="${name}"><ac:Value>${escapeXml(value)}</ac:Value></ac:ContextItem>`,
  );
  return [
    `<wst:RequestSecurityToken><wst:TokenType>${DEVICE_TOKEN}</wst:TokenType>`,
    `<wst:RequestType>${NS.trust}/${kind}</wst:RequestType>`,
    `<wsse:BinarySecurityToken wsse:ValueType="${valueType}" wsse:EncodingType="${BASE64}">${wrapped(request)}</wsse:BinarySecurityToken>`,
    `<ac:AdditionalContext xmlns="${NS.authorization}">${shuffled(random, items)}</ac:AdditionalContext></wst:RequestSecurityToken>`,
  ].join('');
}

function contextOf(asked: Omit<TokenRequest, 'kind' | 'request' | 'random'>): readonly (readonly [string, string])[] {
  const { blueprint } = asked;
  const macs = [blueprint.macs.ethernet, blueprint.macs.wifi].filter((mac) => mac !== undefined);
  return [
    ['UXInitiated', asked.enrollmentType === 'Full' ? 'true' : 'false'],
    ['HWDevID', blueprint.hardwareId],
    ['Locale', blueprint.language],
    ['TargetedUserLoggedIn', 'true'],
    ['OSEdition', String(blueprint.edition.number)],
    ['DeviceName', asked.deviceName],
    ...macs.map((mac): [string, string] => ['MAC', mac.replace(/(..)(?=.)/g, '$1-')]),
    ...(blueprint.imei === undefined ? [] : [['IMEI', blueprint.imei] as const]),
    ['DeviceID', blueprint.deviceId],
    ['EnrollmentType', asked.enrollmentType],
    ['DeviceType', 'CIMClient_Windows'],
    ['OSVersion', blueprint.osVersion],
    ['ApplicationVersion', blueprint.osVersion],
    ['RequestVersion', asked.requestVersion],
    ['NotInOobe', 'true'],
    ...(blueprint.build >= 22621
      ? [
          ['Manufacturer', blueprint.hardware.manufacturer] as const,
          ['DeviceModel', blueprint.hardware.model] as const,
          ['SerialNumber', blueprint.serialNumber] as const,
        ]
      : []),
  ];
}
