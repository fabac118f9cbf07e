import {
  BASE64_BINARY,
  base64Of,
  type Credential,
  DEVICE_ENROLLMENT_TOKEN,
  PROVISION_DOC,
  parseSecurity,
} from './security.ts';
import { NS, parseSoap, writeSoap } from './soap.ts';
import { childrenOf, childText, findChild, getChild, type XmlElement, XmlError } from './xml.ts';
import { xml } from './xml-write.ts';

/** `Full`: enrolled by or for its user, the certificate in the user's store. `Device`: in the machine's. */
export const ENROLLMENT_TYPES = ['Full', 'Device'] as const;
export type EnrollmentType = (typeof ENROLLMENT_TYPES)[number];

/** What a device says of itself when it enrolls (AdditionalContext): hints, but for the device id. */
export type DeviceContext = {
  /** The client's stable id: DevInfo/DevId and the SyncML source later on. */
  readonly deviceId: string | undefined;
  /** A hash of the hardware that survives most resets; not sent by every client. */
  readonly hardwareId: string | undefined;
  readonly enrollmentType: EnrollmentType;
  readonly deviceName: string | undefined;
  readonly deviceType: string | undefined;
  readonly osEdition: number | undefined;
  /** Four numbers, `10.0.22631.3007`. */
  readonly osVersion: string | undefined;
  readonly requestVersion: string | undefined;
  readonly locale: string | undefined;
  readonly manufacturer: string | undefined;
  readonly model: string | undefined;
  readonly serialNumber: string | undefined;
  readonly imei: string | undefined;
  readonly uxInitiated: boolean;
};

export type EnrollmentRequest = {
  readonly messageId: string | undefined;
  readonly credential: Credential;
  /** `issue`: a PKCS#10. `renew`: a CMS SignedData by the present certificate around one. DER. */
  readonly request:
    | { readonly type: 'issue'; readonly csr: Buffer }
    | { readonly type: 'renew'; readonly signedCsr: Buffer };
  readonly context: DeviceContext;
};

const MOST_CONTEXT_ITEMS = 256;
const LONGEST_VALUE = 1024;

/** Reads a RequestSecurityToken (MS-WSTEP, 3.1.4.1). Throws `XmlError`. */
export function parseEnrollmentRequest(bytes: Uint8Array): EnrollmentRequest {
  const { messageId, security, body } = parseSoap(bytes);
  if (body.name !== 'RequestSecurityToken') throw new XmlError('bad_value', -1, 'RequestSecurityToken');
  if (childText(body, 'TokenType') !== DEVICE_ENROLLMENT_TOKEN) throw new XmlError('bad_value', -1, 'TokenType');
  return {
    messageId,
    credential: parseSecurity(security),
    request: requestOf(body),
    context: contextOf(findChild(body, 'AdditionalContext')),
  };
}

function requestOf(body: XmlElement): EnrollmentRequest['request'] {
  const token = getChild(body, 'BinarySecurityToken');
  const type = childText(body, 'RequestType') ?? '';
  const kind = token.attributes['ValueType'] ?? '';
  if (type.endsWith('/Issue') && kind.endsWith('#PKCS10')) return { type: 'issue', csr: base64Of(token) };
  if (type.endsWith('/Renew') && kind.endsWith('#PKCS7')) return { type: 'renew', signedCsr: base64Of(token) };
  throw new XmlError('bad_value', -1, 'RequestType');
}

function contextOf(context: XmlElement | undefined): DeviceContext {
  const values = contextValues(context);
  const first = (name: string) => values.get(name);
  const edition = first('OSEdition') ?? '';
  return {
    deviceId: first('DeviceID'),
    hardwareId: first('HWDevID'),
    enrollmentType: first('EnrollmentType') === 'Device' ? 'Device' : 'Full',
    deviceName: first('DeviceName'),
    deviceType: first('DeviceType'),
    osEdition: /^\d{1,9}$/.test(edition) ? Number(edition) : undefined,
    osVersion: first('OSVersion') ?? first('ApplicationVersion'),
    requestVersion: first('RequestVersion'),
    locale: first('Locale'),
    manufacturer: first('Manufacturer'),
    model: first('DeviceModel'),
    serialNumber: first('SerialNumber'),
    imei: first('IMEI'),
    uxInitiated: first('UXInitiated')?.toLowerCase() === 'true',
  };
}

/** The first value of each name that is not empty; names may repeat (one MAC per adapter) and the list is open. */
function contextValues(context: XmlElement | undefined): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  if (context === undefined) return values;
  const items = childrenOf(context, 'ContextItem');
  if (items.length > MOST_CONTEXT_ITEMS) throw new XmlError('bad_value', -1, 'AdditionalContext');
  for (const item of items) {
    const name = item.attributes['Name'];
    const value = childText(item, 'Value');
    if (name === undefined || value === undefined || value === '' || values.has(name)) continue;
    if (value.length > LONGEST_VALUE) throw new XmlError('bad_value', -1, 'ContextItem');
    values.set(name, value);
  }
  return values;
}

/** Minutes that the answer's timestamp says it is good for; nobody checks it, it is still told truly. */
const ANSWER_MINUTES = 5;

/** The answer to a RequestSecurityToken: a provisioning document, as `writeProvisioning` makes it. */
export function writeEnrollmentResponse(answer: {
  readonly document: string;
  readonly relatesTo: string | undefined;
  readonly now: Temporal.Instant;
}): Buffer {
  const { document, relatesTo, now } = answer;
  const at = (instant: Temporal.Instant) => instant.toString({ smallestUnit: 'millisecond' });
  const header = xml`
    <o:Security s:mustUnderstand="1" xmlns:o="${NS.security}">
      <u:Timestamp xmlns:u="${NS.utility}" u:Id="_0">
        <u:Created>${at(now)}</u:Created><u:Expires>${at(now.add({ minutes: ANSWER_MINUTES }))}</u:Expires>
      </u:Timestamp>
    </o:Security>`;
  const token = Buffer.from(document, 'utf8').toString('base64');
  const body = xml`
    <RequestSecurityTokenResponseCollection xmlns="${NS.trust}">
      <RequestSecurityTokenResponse>
        <TokenType>${DEVICE_ENROLLMENT_TOKEN}</TokenType>
        <DispositionMessage xmlns="${NS.enrollment}"/>
        <RequestedSecurityToken>
          <BinarySecurityToken xmlns="${NS.security}" ValueType="${PROVISION_DOC}" EncodingType="${BASE64_BINARY}">${token}</BinarySecurityToken>
        </RequestedSecurityToken>
        <RequestID xmlns="${NS.enrollment}">0</RequestID>
      </RequestSecurityTokenResponse>
    </RequestSecurityTokenResponseCollection>`;
  return writeSoap({ service: 'enrollment', relatesTo, header, body });
}
