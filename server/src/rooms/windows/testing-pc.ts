import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { buildSignedData, encode, objectIdentifier, octetString, sequence, spkiOf } from '@tsukasa/cms';
import { childrenOf, findChild, getChild, type Markup, NS, readXml, type XmlElement, xml } from '@tsukasa/windows-mdm';

/** Keys are made once: making one takes longer than everything else. Each is certified for one PC only. */
export function newKey(bits = 2048): KeyObject {
  return generateKeyPairSync('rsa', { modulusLength: bits }).privateKey;
}

export type SoapAnswer = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly header: XmlElement;
  /** The only element in the body. */
  readonly body: XmlElement;
};

const TRUST = NS.trust;
const TOKENS = 'http://schemas.microsoft.com/5.0.0.0/ConfigurationManager/Enrollment';

/** A request as Windows makes it: `!` in a PrintableString, NUL at its end and in Microsoft's extension (fact sheet 3.3). */
export function quirkyCsr(key: KeyObject, change: (tbs: Buffer) => Buffer = (tbs) => tbs): Buffer {
  const cn = Buffer.from(`b1c43cd0-1624-5fbb-8e54-34cf17dfd3a1!${randomBytes(16).toString('hex')}\0`, 'latin1');
  const subject = sequence(encode(0x31, sequence(objectIdentifier('2.5.4.3'), encode(0x13, cn))));
  const extensions = sequence(
    sequence(objectIdentifier('2.5.29.37'), octetString(sequence(objectIdentifier('1.3.6.1.5.5.7.3.2')))),
    sequence(objectIdentifier('1.3.6.1.4.1.311.66.1.0'), octetString(Buffer.from(`${'c0ffee00'.repeat(4)}\0`))),
  );
  const asked = sequence(objectIdentifier('1.2.840.113549.1.9.14'), encode(0x31, extensions));
  const tbs = sequence(encode(0x02, Buffer.from([0])), subject, spkiOf(key), encode(0xa0, asked));
  const algorithm = sequence(objectIdentifier('1.2.840.113549.1.1.11'), encode(0x05));
  return sequence(change(tbs), algorithm, encode(0x03, Buffer.from([0]), sign('sha256', tbs, key)));
}

export function soap(body: Markup, security?: Markup, messageId = 'urn:uuid:1'): Buffer {
  const text = xml`<s:Envelope xmlns:s="${NS.soap}" xmlns:a="${NS.addressing}"><s:Header><a:MessageID>${messageId}</a:MessageID><a:To s:mustUnderstand="1">x</a:To>${security}</s:Header><s:Body>${body}</s:Body></s:Envelope>`;
  return Buffer.from(text.toString());
}

export const byPassword = (userName: string, password: string): Markup =>
  xml`<wsse:Security xmlns:wsse="${NS.security}"><wsse:UsernameToken><wsse:Username>${userName}</wsse:Username><wsse:Password>${password}</wsse:Password></wsse:UsernameToken></wsse:Security>`;

export const byToken = (token: string, type = `${TOKENS}/DeviceEnrollmentUserToken`): Markup =>
  xml`<wsse:Security xmlns:wsse="${NS.security}"><wsse:BinarySecurityToken ValueType="${type}" EncodingType="${`${NS.security}#base64binary`}">${Buffer.from(token).toString('base64')}</wsse:BinarySecurityToken></wsse:Security>`;

export const discoverBody = (policies: readonly string[], more: readonly Markup[] = []): Markup =>
  xml`<Discover xmlns="${NS.discovery}"><request><EmailAddress>ana@example.jp</EmailAddress><OSEdition>48</OSEdition><RequestVersion>9.0</RequestVersion>${more}<AuthPolicies>${policies.map((policy) => xml`<AuthPolicy>${policy}</AuthPolicy>`)}</AuthPolicies></request></Discover>`;

export const policiesBody: Markup = xml`<GetPolicies xmlns="${NS.policy}"><client/><requestFilter/></GetPolicies>`;

export function requestBody(options: {
  readonly type?: 'Issue' | 'Renew';
  readonly token: Buffer;
  readonly context?: Readonly<Record<string, string>>;
}): Markup {
  const { type = 'Issue', token, context = {} } = options;
  const items = Object.entries(context).map(
    ([name, value]) => xml`<ac:ContextItem Name="${name}"><ac:Value>${value}</ac:Value></ac:ContextItem>`,
  );
  const kind = type === 'Issue' ? 'PKCS10' : 'PKCS7';
  return xml`<wst:RequestSecurityToken xmlns:wst="${TRUST}" xmlns:wsse="${NS.security}" xmlns:ac="http://schemas.xmlsoap.org/ws/2006/12/authorization"><wst:TokenType>${TOKENS}/DeviceEnrollmentToken</wst:TokenType><wst:RequestType>${TRUST}/${type}</wst:RequestType><wsse:BinarySecurityToken ValueType="${`${NS.enrollment}#${kind}`}">${token.toString('base64')}</wsse:BinarySecurityToken><ac:AdditionalContext>${items}</ac:AdditionalContext></wst:RequestSecurityToken>`;
}

export async function post(
  url: string,
  body: Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): Promise<SoapAnswer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/soap+xml; charset=utf-8', ...headers },
    body: new Uint8Array(body),
    redirect: 'error',
  });
  const text = await response.text();
  assert.equal(response.headers.get('transfer-encoding'), null);
  assert.equal(response.headers.get('content-length'), String(Buffer.byteLength(text)));
  const envelope = readXml(Buffer.from(text), { maxBytes: 1024 * 1024 });
  const [content] = getChild(envelope, 'Body').children;
  assert.ok(content);
  return {
    status: response.status,
    headers: response.headers,
    text,
    header: getChild(envelope, 'Header'),
    body: content,
  };
}

export const at = (root: XmlElement, ...path: readonly string[]): XmlElement => path.reduce(getChild, root);

export type FaultSeen = { readonly subcode: string; readonly type: string | undefined; readonly traceId: string };

/** Reads a fault; anything else fails the test. */
export function faultIn(answer: SoapAnswer): FaultSeen {
  assert.equal(answer.body.name, 'Fault', answer.text);
  assert.equal(answer.status, 500);
  const error = at(answer.body, 'Detail', 'DeviceEnrollmentServiceError');
  return {
    subcode: at(answer.body, 'Code', 'Subcode', 'Value').text,
    type: findChild(error, 'ErrorType')?.text,
    traceId: getChild(error, 'TraceId').text,
  };
}

/** What a provisioning document gave a PC. */
export type Provisioned = {
  readonly document: XmlElement;
  readonly certificate: Buffer;
  readonly root: Buffer;
  readonly store: 'User' | 'System';
};

/** A characteristic by its path of types; undefined when there is none. */
export function characteristic(root: XmlElement, ...types: readonly string[]): XmlElement | undefined {
  return types.reduce<XmlElement | undefined>(
    (node, type) => node && childrenOf(node, 'characteristic').find(({ attributes }) => attributes['type'] === type),
    root,
  );
}

export function parms(node: XmlElement | undefined): Readonly<Record<string, string | undefined>> {
  assert.ok(node);
  return Object.fromEntries(
    childrenOf(node, 'parm').map(({ attributes }) => [attributes['name'], attributes['value']]),
  );
}

/** The document in an answer to a request for a certificate. */
export function provisionedBy(answer: SoapAnswer): Provisioned {
  assert.equal(answer.body.name, 'RequestSecurityTokenResponseCollection', answer.text);
  const token = at(answer.body, 'RequestSecurityTokenResponse', 'RequestedSecurityToken', 'BinarySecurityToken');
  const document = readXml(Buffer.from(token.text, 'base64'), { maxBytes: 1024 * 1024 });
  const store = characteristic(document, 'CertificateStore', 'My', 'User') === undefined ? 'System' : 'User';
  const encoded = (node: XmlElement | undefined) =>
    Buffer.from(parms(node?.children[0])['EncodedCertificate'] ?? '', 'base64');
  return {
    document,
    store,
    certificate: encoded(characteristic(document, 'CertificateStore', 'My', store)),
    root: encoded(characteristic(document, 'CertificateStore', 'Root', 'System')),
  };
}

/** A PC that enrolls and renews over real requests, as strict as needed to test refusals; `fakes` has a whole one. */
export class TestPc {
  readonly url: string;
  readonly devId = randomBytes(16).toString('hex').toUpperCase();
  context: Record<string, string>;
  key: KeyObject;
  provisioned: Provisioned | undefined;

  constructor(url: string, context: Readonly<Record<string, string>> = {}, key: KeyObject = newKey()) {
    this.url = url;
    this.key = key;
    this.context = {
      DeviceID: this.devId,
      HWDevID: randomBytes(32).toString('hex').toUpperCase(),
      EnrollmentType: 'Full',
      DeviceName: 'PC-001',
      DeviceType: 'CIMClient_Windows',
      OSEdition: '48',
      OSVersion: '10.0.26100.1742',
      ...context,
    };
  }

  request(security: Markup, csr: Buffer = quirkyCsr(this.key)): Promise<SoapAnswer> {
    const body = requestBody({ token: csr, context: this.context });
    return post(`${this.url}/EnrollmentServer/Enrollment.svc`, soap(body, security));
  }

  /** Enrolls with an invitation code as the password. */
  async enroll(code: string): Promise<Provisioned> {
    this.provisioned = provisionedBy(await this.request(byPassword('ana@example.jp', code)));
    return this.provisioned;
  }

  /** Asks for a certificate on `key`, signed by the present certificate. */
  renew(
    key: KeyObject,
    signer: { readonly certificate?: Buffer; readonly privateKey?: KeyObject } = {},
    headers: Readonly<Record<string, string>> = {},
  ): Promise<SoapAnswer> {
    const certificate = signer.certificate ?? this.provisioned?.certificate;
    assert.ok(certificate);
    const privateKey = signer.privateKey ?? this.key;
    const token = buildSignedData({ content: quirkyCsr(key), certificate, privateKey });
    const body = requestBody({ type: 'Renew', token, context: this.context });
    return post(`${this.url}/EnrollmentServer/Enrollment.svc`, soap(body, byPassword('ana@example.jp', '')), headers);
  }
}
