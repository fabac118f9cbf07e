import { findChild, getChild, readXml, type XmlElement, XmlError } from './xml.ts';
import { type Markup, xml } from './xml-write.ts';

/** Namespaces of SOAP 1.2 and of what stands in its header. */
export const NS = {
  soap: 'http://www.w3.org/2003/05/soap-envelope',
  addressing: 'http://www.w3.org/2005/08/addressing',
  utility: 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd',
  security: 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd',
  trust: 'http://docs.oasis-open.org/ws-sx/ws-trust/200512',
  discovery: 'http://schemas.microsoft.com/windows/management/2012/01/enrollment',
  policy: 'http://schemas.microsoft.com/windows/pki/2009/01/enrollmentpolicy',
  enrollment: 'http://schemas.microsoft.com/windows/pki/2009/01/enrollment',
  instance: 'http://www.w3.org/2001/XMLSchema-instance',
} as const;

/** Actions of the answers; a fault carries the one of the operation that failed. */
export const ANSWER_ACTIONS = {
  discovery: `${NS.discovery}/IDiscoveryService/DiscoverResponse`,
  policy: `${NS.policy}/IPolicy/GetPoliciesResponse`,
  enrollment: `${NS.enrollment}/RSTRC/wstep`,
} as const;
export type SoapService = keyof typeof ANSWER_ACTIONS;

export const SOAP_CONTENT_TYPE = 'application/soap+xml; charset=utf-8';
/** Largest body of an enrollment message that is read, in bytes; honest ones have a few KiB. */
export const ENROLLMENT_BODY_LIMIT = 1024 * 1024;
/** Longest MessageID that is repeated, in characters; Windows sends `urn:uuid:` and a UUID. */
const LONGEST_MESSAGE_ID = 256;

/** One message of the enrollment protocols. */
export type SoapMessage = {
  readonly messageId: string | undefined;
  /** `wsse:Security` of the header. */
  readonly security: XmlElement | undefined;
  /** The only element in the body. */
  readonly body: XmlElement;
};

/** Reads a SOAP 1.2 envelope whose body holds one element. Throws `XmlError`. Action and To are not needed. */
export function parseSoap(bytes: Uint8Array): SoapMessage {
  const envelope = readXml(bytes, { maxBytes: ENROLLMENT_BODY_LIMIT, maxElements: 2_000 });
  if (envelope.name !== 'Envelope' || envelope.ns !== NS.soap) throw new XmlError('bad_value', -1, 'Envelope');
  const header = findChild(envelope, 'Header');
  const [body, another] = getChild(envelope, 'Body').children;
  if (body === undefined) throw new XmlError('missing_element', -1, 'Body');
  if (another !== undefined) throw new XmlError('duplicate_element', -1, 'Body');
  const messageId = header && findChild(header, 'MessageID')?.text.trim();
  if (messageId !== undefined && messageId.length > LONGEST_MESSAGE_ID)
    throw new XmlError('bad_value', -1, 'MessageID');
  return { messageId, security: header && findChild(header, 'Security'), body };
}

/** The MessageID of bytes that may be no message at all: what a fault about them relates to. */
export function messageIdOf(bytes: Uint8Array): string | undefined {
  try {
    return parseSoap(bytes).messageId;
  } catch (error) {
    if (error instanceof XmlError) return undefined;
    throw error;
  }
}

export type SoapAnswer = {
  readonly service: SoapService;
  readonly relatesTo: string | undefined;
  /** Header elements besides Action and RelatesTo. */
  readonly header?: Markup | undefined;
  readonly body: Markup;
};

/** An answer's envelope, UTF-8, without white space between its elements. */
export function writeSoap({ service, relatesTo, header, body }: SoapAnswer): Buffer {
  const related = relatesTo === undefined ? undefined : xml`<a:RelatesTo>${relatesTo}</a:RelatesTo>`;
  const envelope = xml`
    <s:Envelope xmlns:s="${NS.soap}" xmlns:a="${NS.addressing}">
      <s:Header><a:Action s:mustUnderstand="1">${ANSWER_ACTIONS[service]}</a:Action>${related}${header}</s:Header>
      <s:Body>${body}</s:Body>
    </s:Envelope>`;
  return Buffer.from(envelope.toString(), 'utf8');
}
