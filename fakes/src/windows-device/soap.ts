import { randomUUID } from 'node:crypto';
import type { Random } from '../apple-device/index.ts';
import { type HttpAnswer, insistOnLength, post, type Reach } from './http.ts';
import type { WindowsIdentity } from './identity.ts';
import { insist } from './mistakes.ts';
import {
  attributesOf,
  childrenOf,
  type Element,
  escapeXml,
  findText,
  getChild,
  getPath,
  getText,
  namespaceOfQName,
  readXml,
} from './xml.ts';

export const NS = {
  soap: 'http://www.w3.org/2003/05/soap-envelope',
  addressing: 'http://www.w3.org/2005/08/addressing',
  utility: 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd',
  security: 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd',
  trust: 'http://docs.oasis-open.org/ws-sx/ws-trust/200512',
  authorization: 'http://schemas.xmlsoap.org/ws/2006/12/authorization',
  enrollment: 'http://schemas.microsoft.com/windows/management/2012/01/enrollment',
  policy: 'http://schemas.microsoft.com/windows/pki/2009/01/enrollmentpolicy',
  wstep: 'http://schemas.microsoft.com/windows/pki/2009/01/enrollment',
  instance: 'http://www.w3.org/2001/XMLSchema-instance',
} as const;

const ANONYMOUS = 'http://www.w3.org/2005/08/addressing/anonymous';
const FAULTS: Readonly<Record<string, string>> = {
  MessageFormat: '0x80180001',
  Authentication: '0x80180002',
  Authorization: '0x80180003',
  CertificateRequest: '0x80180004',
  EnrollmentServer: '0x80180005',
  InternalServiceFault: '0x80180006',
  InvalidSecurity: '0x80180007',
};
const ERROR_TYPES: Readonly<Record<string, string>> = {
  DeviceCapReached: '0x80180013',
  DeviceNotSupported: '0x80180014',
  NotSupported: '0x80180015',
  NotEligibleToRenew: '0x80180016',
  InMaintenance: '0x80180017',
  UserLicense: '0x80180018',
  InvalidEnrollmentData: '0x80180019',
};

/** The server refused a step in the way the protocol has for it, or with a bare HTTP status. */
export class WindowsEnrollmentRefused extends Error {
  readonly step: string;
  /** As Windows shows it: `0x80180003`. */
  readonly hresult: string;
  readonly subcode: string | undefined;
  readonly errorType: string | undefined;
  readonly traceId: string | undefined;
  readonly reason: string | undefined;

  constructor(step: string, hresult: string, fault: Partial<Fault> = {}) {
    super(`${step} failed with ${hresult}${fault.reason === undefined ? '' : `: ${fault.reason}`}`);
    this.name = 'WindowsEnrollmentRefused';
    this.step = step;
    this.hresult = hresult;
    this.subcode = fault.subcode;
    this.errorType = fault.errorType;
    this.traceId = fault.traceId;
    this.reason = fault.reason;
  }
}

type Fault = {
  readonly subcode: string;
  readonly reason: string;
  readonly errorType: string | undefined;
  readonly traceId: string | undefined;
};

export type SoapCall = {
  readonly step: string;
  readonly url: string;
  readonly action: string;
  readonly answer: string;
  /** XML of the body's content. */
  readonly body: string;
  /** XML of `wsse:Security`. */
  readonly security?: string;
  readonly identity?: WindowsIdentity;
};

/** One SOAP exchange. The answer's body element; a fault, or an HTTP error, is `WindowsEnrollmentRefused`. */
export async function callSoap(
  reach: Reach,
  call: SoapCall,
): Promise<{ readonly body: Element; readonly header: Element }> {
  const messageId = `urn:uuid:${randomUUID()}`;
  const answer = await post(reach, {
    url: call.url,
    body: Buffer.from(envelope(call, messageId)),
    contentType: 'application/soap+xml; charset=utf-8',
    userAgent: 'Windows Enrollment Client',
    ...(call.identity === undefined ? {} : { identity: call.identity }),
  });
  const { header, body } = readEnvelope(answer, call.step);
  insist(getText(header, NS.addressing, 'Action', call.step) === call.answer, call.step, 'answers another Action');
  insist(
    getText(header, NS.addressing, 'RelatesTo', call.step) === messageId,
    call.step,
    'does not relate to the MessageID',
  );
  const content = childrenOf(body);
  insist(content.length === 1 && content[0] !== undefined, call.step, 'has not exactly one element in its Body');
  return { header, body: content[0] };
}

function envelope({ action, url, security, body }: SoapCall, messageId: string): string {
  return [
    `<s:Envelope xmlns:s="${NS.soap}" xmlns:a="${NS.addressing}" xmlns:u="${NS.utility}" xmlns:wsse="${NS.security}"`,
    ` xmlns:wst="${NS.trust}" xmlns:ac="${NS.authorization}"><s:Header>`,
    `<a:Action s:mustUnderstand="1">${action}</a:Action><a:MessageID>${messageId}</a:MessageID>`,
    `<a:ReplyTo><a:Address>${ANONYMOUS}</a:Address></a:ReplyTo><a:To s:mustUnderstand="1">${escapeXml(url)}</a:To>`,
    security === undefined ? '' : `<wsse:Security s:mustUnderstand="1">${security}</wsse:Security>`,
    `</s:Header><s:Body>${body}</s:Body></s:Envelope>`,
  ].join('');
}

function readEnvelope(answer: HttpAnswer, step: string): { readonly header: Element; readonly body: Element } {
  insistOnLength(answer, step);
  const type = (answer.headers['content-type'] ?? '').toLowerCase().replaceAll(' ', '');
  const soap = type.startsWith('application/soap+xml');
  if (!soap && answer.status !== 200) throw new WindowsEnrollmentRefused(step, httpError(answer.status));
  insist(type === 'application/soap+xml;charset=utf-8', step, 'has another Content-Type than SOAP in UTF-8');
  const root = readXml(answer.body, step);
  insist(root.localName === 'Envelope' && root.namespaceURI === NS.soap, step, 'is no SOAP 1.2 envelope');
  const body = getChild(root, NS.soap, 'Body', step);
  const fault = childrenOf(body).find(
    ({ localName, namespaceURI }) => localName === 'Fault' && namespaceURI === NS.soap,
  );
  if (fault !== undefined) throw refusal(step, answer.status, fault);
  insist(answer.status === 200, step, `has status ${answer.status} without a Fault`);
  return { header: getChild(root, NS.soap, 'Header', step), body };
}

/** 0x8019 and the status in hexadecimal. */
function httpError(status: number): string {
  return `0x8019${status.toString(16).padStart(4, '0').toUpperCase()}`;
}

function refusal(step: string, status: number, fault: Element): WindowsEnrollmentRefused {
  insist(status === 500, step, `sends a Fault with status ${status}`);
  const code = getChild(fault, NS.soap, 'Code', step);
  const value = namespaceOfQName(code, getText(code, NS.soap, 'Value', step));
  insist(
    value.namespace === NS.soap && ['Receiver', 'Sender'].includes(value.name),
    step,
    'has a Fault of no known Code',
  );
  const inner = getChild(code, NS.soap, 'Subcode', step);
  const subcode = namespaceOfQName(inner, getText(inner, NS.soap, 'Value', step));
  insist(subcode.namespace !== '', step, 'has a Subcode whose prefix is not bound');
  const text = getChild(getChild(fault, NS.soap, 'Reason', step), NS.soap, 'Text', step);
  insist(attributesOf(text).has('lang'), step, 'has a Reason without language');
  const hresult = FAULTS[subcode.name];
  insist(hresult !== undefined, step, `has the unknown Subcode ${subcode.name}`);
  const detail = readDetail(fault, step, subcode.name);
  return new WindowsEnrollmentRefused(step, ERROR_TYPES[detail.errorType ?? ''] ?? hresult, {
    subcode: subcode.name,
    reason: text.textContent ?? '',
    ...detail,
  });
}

function readDetail(fault: Element, step: string, subcode: string): Pick<Fault, 'errorType' | 'traceId'> {
  const detail = childrenOf(fault).find(({ localName }) => localName?.toLowerCase() === 'detail');
  if (detail === undefined) return { errorType: undefined, traceId: undefined };
  insist(detail.localName === 'Detail' && detail.namespaceURI === NS.soap, step, 'writes Detail in another way');
  const error = getPath(detail, NS.wstep, ['DeviceEnrollmentServiceError'], step);
  const errorType = findText(error, NS.wstep, 'ErrorType', step);
  // Where there is no more exact type, Microsoft's own service repeats the subcode.
  const general = errorType === undefined || errorType === subcode;
  const known = general || errorType in ERROR_TYPES || errorType === 'CustomServerError';
  insist(known, step, `has the unknown ErrorType ${errorType}`);
  return { errorType, traceId: findText(error, NS.wstep, 'TraceId', step) };
}

/** In an order that the schema allows and nobody may rely on. */
export function shuffled(random: Random, parts: readonly string[]): string {
  const left = [...parts];
  const drawn: string[] = [];
  while (left.length > 0) drawn.push(...left.splice(random.integer(0, left.length - 1), 1));
  return drawn.join('');
}

/** Base64 in lines, as the requests of Windows carry it. */
export function wrapped(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString('base64')
    .replace(/.{64}(?=.)/g, '$&\r\n');
}
