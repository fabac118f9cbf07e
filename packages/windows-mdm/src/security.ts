import { NS } from './soap.ts';
import { childText, findChild, type XmlElement, XmlError } from './xml.ts';

const TOKEN_TYPES = 'http://schemas.microsoft.com/5.0.0.0/ConfigurationManager/Enrollment/';
export const DEVICE_ENROLLMENT_TOKEN = `${TOKEN_TYPES}DeviceEnrollmentToken`;
export const USER_TOKEN = `${TOKEN_TYPES}DeviceEnrollmentUserToken`;
export const PROVISION_DOC = `${TOKEN_TYPES}DeviceEnrollmentProvisionDoc`;
export const BASE64_BINARY = `${NS.security}#base64binary`;
const JWT = 'urn:ietf:params:oauth:token-type:jwt';

/**
 * Who a message says it comes from. What counts is this header, not the AuthPolicy that discovery answered: programmatic
 * enrollment sends a user token whatever that was. `jwt` (Entra) and `certificate` (bulk enrollment by X.509) are told
 * apart so that they can be refused by name.
 */
export type Credential =
  | { readonly kind: 'none' }
  | { readonly kind: 'password'; readonly userName: string; readonly password: string }
  /** The text that the sign-in page gave as `wresult`, or that a program gave to the enrollment API. */
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'jwt' }
  | { readonly kind: 'certificate' };

/** Longest user name, password or token in characters, our choice; ours have below 500. */
const LONGEST = 4096;

/** Reads `wsse:Security` (MS-XCEP, MS-WSTEP). Throws `XmlError`; it never quotes what it read. */
export function parseSecurity(security: XmlElement | undefined): Credential {
  if (security === undefined) return { kind: 'none' };
  if (findChild(security, 'Signature') !== undefined) return { kind: 'certificate' };
  const binary = findChild(security, 'BinarySecurityToken');
  if (binary !== undefined) return parseBinary(binary);
  const user = findChild(security, 'UsernameToken');
  if (user === undefined) return { kind: 'none' };
  const userName = bounded(childText(user, 'Username') ?? '', 'Username');
  // Not trimmed by `childText`: no password of ours has white space, but what was sent is what is compared.
  const password = bounded(findChild(user, 'Password')?.text ?? '', 'Password');
  return { kind: 'password', userName, password };
}

function parseBinary(token: XmlElement): Credential {
  const type = token.attributes['ValueType'] ?? '';
  if (type === JWT) return { kind: 'jwt' };
  if (type !== USER_TOKEN) throw new XmlError('bad_value', -1, 'ValueType');
  const bytes = base64Of(token);
  if (bytes.length > LONGEST) throw new XmlError('bad_value', -1, token.name);
  return { kind: 'token', token: bytes.toString('utf8') };
}

function bounded(text: string, element: string): string {
  if (text.length > LONGEST) throw new XmlError('bad_value', -1, element);
  return text;
}

/** The bytes of an element's base64 text, white space in it ignored. Throws `bad_value`. */
export function base64Of(element: XmlElement): Buffer {
  const text = element.text.replace(/\s+/g, '');
  if (text === '' || text.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) {
    throw new XmlError('bad_value', -1, element.name);
  }
  return Buffer.from(text, 'base64');
}
