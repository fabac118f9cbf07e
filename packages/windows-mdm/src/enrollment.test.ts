import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { enrollmentLink } from './deep-link.ts';
import { parseDiscover, writeDiscoverResponse } from './discovery.ts';
import { type FAULT_DETAILS, FAULT_SUBCODES, writeFault } from './faults.ts';
import { parseGetPolicies, writePolicyResponse } from './policy.ts';
import { type Provisioning, writeProvisioning, writeRenewedProvisioning } from './provisioning.ts';
import { writeCustomizations } from './provisioning-package.ts';
import { messageIdOf, NS } from './soap.ts';
import { parseEnrollmentRequest, writeEnrollmentResponse } from './wstep.ts';
import { childrenOf, childText, findChild, getChild, readXml, type XmlElement, XmlError } from './xml.ts';
import { type Markup, xml } from './xml-write.ts';

const ID = 'urn:uuid:00000000-0000-4000-8000-000000000001';
const SECEXT = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';
const TRUST = 'http://docs.oasis-open.org/ws-sx/ws-trust/200512';
const TOKENS = 'http://schemas.microsoft.com/5.0.0.0/ConfigurationManager/Enrollment';

function message(body: Markup, security?: Markup): Buffer {
  return Buffer.from(
    xml`<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://www.w3.org/2005/08/addressing"
      ><s:Header><a:MessageID>${ID}</a:MessageID>${security}</s:Header><s:Body>${body}</s:Body></s:Envelope>`.toString(),
  );
}

const discover = (children: readonly Markup[], ns: string = NS.discovery) =>
  message(xml`<Discover xmlns="${ns}"><request>${children}</request></Discover>`);

const read = (bytes: Buffer | string): XmlElement => readXml(Buffer.from(bytes), { maxBytes: 1024 * 1024 });
const at = (root: XmlElement, ...path: readonly string[]): XmlElement => path.reduce(getChild, root);

const KNOWN: readonly Markup[] = [
  xml`<EmailAddress>ana@example.jp</EmailAddress>`,
  xml`<RequestVersion>9.0</RequestVersion>`,
  xml`<DeviceType>CIMClient_Windows</DeviceType>`,
  xml`<ApplicationVersion>10.0.26100.1</ApplicationVersion>`,
  xml`<OSEdition>48</OSEdition>`,
  xml`<AuthPolicies><AuthPolicy>Federated</AuthPolicy><AuthPolicy>New</AuthPolicy><AuthPolicy>OnPremise</AuthPolicy></AuthPolicies>`,
];

test('a Discover is read whatever the order of its children and whatever else is among them', () => {
  const unknown = xml`<Something><AuthPolicy>Certificate</AuthPolicy></Something>`;
  fc.assert(
    fc.property(fc.shuffledSubarray([...KNOWN, unknown], { minLength: 7 }), (children) => {
      assert.deepEqual(parseDiscover(discover(children, `${NS.discovery}/`)), {
        messageId: ID,
        emailAddress: 'ana@example.jp',
        requestVersion: '9.0',
        deviceType: 'CIMClient_Windows',
        applicationVersion: '10.0.26100.1',
        osEdition: 48,
        authPolicies: ['Federated', 'OnPremise'],
      });
    }),
  );
});

test('an unknown version, edition or nothing at all is no reason to refuse a Discover', () => {
  const odd = parseDiscover(discover([xml`<RequestVersion>99.x</RequestVersion>`, xml`<OSEdition>Pro</OSEdition>`]));
  assert.deepEqual([odd.requestVersion, odd.osEdition, odd.emailAddress], ['99.x', undefined, '']);
  assert.deepEqual(odd.authPolicies, ['OnPremise']);
});

test('a message that is none is refused by an error that quotes nothing', () => {
  const refused: readonly Buffer[] = [
    Buffer.from('<a/>'),
    Buffer.from('secret'),
    message(xml`<Other/>`),
    message(xml`<Discover xmlns="${NS.discovery}"/>`),
    message(xml`<Discover/><Discover/>`),
    discover([xml`<EmailAddress>${'x'.repeat(513)}</EmailAddress>`]),
    discover([xml`<EmailAddress>a</EmailAddress>`, xml`<EmailAddress>secret</EmailAddress>`]),
  ];
  for (const bytes of refused) {
    assert.throws(
      () => parseDiscover(bytes),
      (error: unknown) => error instanceof XmlError && !error.message.includes('secret'),
    );
  }
});

test('the MessageID is found for a fault, or nothing', () => {
  assert.equal(messageIdOf(message(xml`<Other/>`)), ID);
  assert.equal(messageIdOf(Buffer.from('<a')), undefined);
});

test('the answer to a Discover relates to it and names a sign-in page only when there is one', () => {
  const urls = {
    policyServiceUrl: 'https://mdm.example.jp/p?a=1&b=2',
    enrollmentServiceUrl: 'https://mdm.example.jp/e',
  };
  const signIn = 'https://mdm.example.jp/enroll/windows/signin';
  const federated = read(
    writeDiscoverResponse({ authPolicy: 'Federated', authenticationServiceUrl: signIn, ...urls }, ID),
  );
  assert.equal(at(federated, 'Header', 'RelatesTo').text, ID);
  const result = at(federated, 'Body', 'DiscoverResponse', 'DiscoverResult');
  assert.equal(childText(result, 'AuthenticationServiceUrl'), signIn);
  assert.equal(childText(result, 'EnrollmentPolicyServiceUrl'), urls.policyServiceUrl);
  assert.equal(result.ns, NS.discovery);
  const plain = read(writeDiscoverResponse({ authPolicy: 'OnPremise', ...urls }, undefined));
  assert.equal(
    findChild(at(plain, 'Body', 'DiscoverResponse', 'DiscoverResult'), 'AuthenticationServiceUrl'),
    undefined,
  );
  assert.equal(findChild(at(plain, 'Header'), 'RelatesTo'), undefined);
});

const security = (content: Markup) => xml`<wsse:Security xmlns:wsse="${SECEXT}">${content}</wsse:Security>`;
const userName = (name: string, password: string) =>
  security(
    xml`<wsse:UsernameToken><wsse:Username>${name}</wsse:Username><wsse:Password>${password}</wsse:Password></wsse:UsernameToken>`,
  );
const userToken = (token: string, type = `${TOKENS}/DeviceEnrollmentUserToken`) =>
  security(
    xml`<wsse:BinarySecurityToken wsse:ValueType="${type}" EncodingType="x">${Buffer.from(token).toString('base64')}</wsse:BinarySecurityToken>`,
  );
const policies = xml`<GetPolicies xmlns="${NS.policy}"><client/></GetPolicies>`;
const credentialOf = (header?: Markup) => parseGetPolicies(message(policies, header)).credential;

test('who asks is read from every form of the security header', () => {
  assert.deepEqual(credentialOf(), { kind: 'none' });
  assert.deepEqual(credentialOf(security(xml``)), { kind: 'none' });
  assert.deepEqual(credentialOf(userName('EX\\ana', 'p & w')), {
    kind: 'password',
    userName: 'EX\\ana',
    password: 'p & w',
  });
  assert.deepEqual(credentialOf(userName('ana', '')), { kind: 'password', userName: 'ana', password: '' });
  assert.deepEqual(credentialOf(userToken('日本 token')), { kind: 'token', token: '日本 token' });
  assert.deepEqual(credentialOf(userToken('a.b.c', 'urn:ietf:params:oauth:token-type:jwt')), { kind: 'jwt' });
  const signature = xml`<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/>`;
  assert.deepEqual(credentialOf(security(signature)), { kind: 'certificate' });
});

test('a token of an unknown type or that is no base64 is refused', () => {
  assert.throws(() => credentialOf(userToken('x', 'urn:other')), { code: 'bad_value' });
  const broken = xml`<wsse:BinarySecurityToken ValueType="${`${TOKENS}/DeviceEnrollmentUserToken`}">!!!</wsse:BinarySecurityToken>`;
  assert.throws(() => credentialOf(security(broken)), { code: 'bad_value' });
});

test('the policy asks for SHA-256 and keys that are long enough, nil being declared', () => {
  const answer = read(
    writePolicyResponse({ minimalKeyLength: 2048, validitySeconds: 31_536_000, renewalSeconds: 5_184_000 }, ID),
  );
  const response = at(answer, 'Body', 'GetPoliciesResponse');
  const attributes = at(response, 'response', 'policies', 'policy', 'attributes');
  assert.equal(at(attributes, 'privateKeyAttributes', 'minimalKeyLength').text, '2048');
  assert.equal(childText(attributes, 'policySchema'), '3');
  const oid = at(response, 'oIDs', 'oID');
  assert.equal(childText(oid, 'value'), '2.16.840.1.101.3.4.2.1');
  assert.equal(childText(oid, 'oIDReferenceID'), childText(attributes, 'hashAlgorithmOIDReference'));
  assert.equal(at(attributes, 'keyArchivalAttributes').attributes['nil'], 'true');
});

function request(options: {
  readonly type?: string;
  readonly valueType?: string;
  readonly token?: string;
  readonly context?: readonly (readonly [string, string])[];
}): Buffer {
  const { type = 'Issue', valueType = `${NS.enrollment}#PKCS10`, token = 'MIIC', context = [] } = options;
  const items = context.map(
    ([name, value]) => xml`<ac:ContextItem Name="${name}"><ac:Value>${value}</ac:Value></ac:ContextItem>`,
  );
  return message(
    xml`<wst:RequestSecurityToken xmlns:wst="${TRUST}" xmlns:wsse="${SECEXT}" xmlns:ac="http://schemas.xmlsoap.org/ws/2006/12/authorization"><wst:TokenType>${TOKENS}/DeviceEnrollmentToken</wst:TokenType><wst:RequestType>${TRUST}/${type}</wst:RequestType><wsse:BinarySecurityToken ValueType="${valueType}">${token}</wsse:BinarySecurityToken><ac:AdditionalContext>${items}</ac:AdditionalContext></wst:RequestSecurityToken>`,
    userName('ana', 'pw'),
  );
}

test('a request for a certificate is read with what the device says of itself', () => {
  const parsed = parseEnrollmentRequest(
    request({
      token: 'MI\n  IC\r\nAA==',
      context: [
        ['DeviceID', 'C0FFEE'],
        ['MAC', '00-00-00-00-00-01'],
        ['MAC', '00-00-00-00-00-02'],
        ['EnrollmentType', 'Device'],
        ['OSVersion', '10.0.22631.3007'],
        ['OSEdition', '48'],
        ['UXInitiated', 'True'],
        ['Something', 'else'],
        ['DeviceName', ''],
      ],
    }),
  );
  assert.deepEqual(parsed.request, { type: 'issue', csr: Buffer.from('MIICAA==', 'base64') });
  const { context } = parsed;
  assert.deepEqual(
    [context.deviceId, context.enrollmentType, context.osVersion, context.osEdition, context.uxInitiated],
    ['C0FFEE', 'Device', '10.0.22631.3007', 48, true],
  );
  assert.equal(context.deviceName, undefined);
  assert.equal(context.hardwareId, undefined);
});

test('a renewal is told apart, whatever stands before #PKCS7; a mixture is refused', () => {
  const parsed = parseEnrollmentRequest(request({ type: 'Renew', valueType: 'http://x.example/wss#PKCS7' }));
  assert.equal(parsed.request.type, 'renew');
  assert.equal(parsed.context.enrollmentType, 'Full');
  assert.throws(() => parseEnrollmentRequest(request({ type: 'Renew' })), { code: 'bad_value' });
  assert.throws(() => parseEnrollmentRequest(request({ valueType: 'x#PKCS7' })), { code: 'bad_value' });
  const items = Array.from({ length: 257 }, (_, index) => [`n${index}`, 'v'] as const);
  assert.throws(() => parseEnrollmentRequest(request({ context: items })), { code: 'bad_value' });
});

for (const [name, parse] of [
  ['discovery', parseDiscover],
  ['policy', parseGetPolicies],
  ['enrollment', parseEnrollmentRequest],
] as const) {
  test(`whatever is cut out of or put into a message, the ${name} parser gives a result or an XmlError`, () => {
    const whole = request({ context: [['DeviceID', 'x']] }).toString();
    const edits = fc.tuple(
      fc.nat(whole.length),
      fc.nat(40),
      fc.oneof(fc.string({ maxLength: 10 }), fc.constant('<x/>')),
    );
    fc.assert(
      fc.property(edits, fc.constantFrom(whole, discover(KNOWN).toString()), ([from, length, put], text) => {
        try {
          parse(Buffer.from(text.slice(0, from) + put + text.slice(from + length)));
        } catch (error) {
          assert.ok(error instanceof XmlError);
        }
      }),
      { numRuns: 300 },
    );
  });
}

test('the answer carries the document, its time and what it relates to', () => {
  const now = Temporal.Instant.from('2026-01-02T03:04:05.678912Z');
  const answer = read(writeEnrollmentResponse({ document: '<wap-provisioningdoc/>', relatesTo: ID, now }));
  const header = at(answer, 'Header');
  assert.equal(childText(header, 'Action'), 'http://schemas.microsoft.com/windows/pki/2009/01/enrollment/RSTRC/wstep');
  const stamp = at(header, 'Security', 'Timestamp');
  assert.equal(childText(stamp, 'Created'), '2026-01-02T03:04:05.678Z');
  assert.equal(childText(stamp, 'Expires'), '2026-01-02T03:09:05.678Z');
  const response = at(answer, 'Body', 'RequestSecurityTokenResponseCollection', 'RequestSecurityTokenResponse');
  const token = at(response, 'RequestedSecurityToken', 'BinarySecurityToken');
  assert.equal(Buffer.from(token.text, 'base64').toString(), '<wap-provisioningdoc/>');
  assert.equal(token.attributes['ValueType'], `${TOKENS}/DeviceEnrollmentProvisionDoc`);
});

const PROVISIONING: Provisioning = {
  enrollmentType: 'Full',
  root: Buffer.from('root'),
  certificate: Buffer.from('certificate'),
  subject: 'CN=0b6c',
  providerId: 'Tsukasa',
  serverName: '株式会社 A & B',
  serverUrl: 'https://mdm.example.jp/ManagementServer/x/MDM.svc',
  serverSecret: { secret: 's1', nonce: Buffer.from('n1') },
  deviceSecret: { name: 'd', secret: 's2', nonce: Buffer.from('n2') },
  renewal: { periodDays: 60, retryDays: 4 },
  upn: `<ana> & "b'`,
  deviceName: 'PC',
  entDmId: 'id',
  poll: {
    first: { count: 8, minutes: 3 },
    second: { count: 5, minutes: 15 },
    remaining: { count: 0, minutes: 60 },
  },
};

/** A characteristic by its path of types. */
function characteristic(root: XmlElement, ...types: readonly string[]): XmlElement {
  return types.reduce((node, type) => {
    const found = childrenOf(node, 'characteristic').filter((child) => child.attributes['type'] === type);
    assert.equal(found.length, 1, type);
    return found[0] ?? node;
  }, root);
}
const parms = (node: XmlElement) =>
  Object.fromEntries(childrenOf(node, 'parm').map(({ attributes }) => [attributes['name'], attributes['value']]));
const sha1 = (bytes: Uint8Array) => hash('sha1', bytes, 'hex').toUpperCase();

test('a provisioning document holds certificates by thumbprint, the account, both credentials, polling and renewal', () => {
  const root = read(writeProvisioning(PROVISIONING));
  const store = characteristic(root, 'CertificateStore');
  const rootCertificate = characteristic(store, 'Root', 'System', sha1(Buffer.from('root')));
  assert.equal(parms(rootCertificate)['EncodedCertificate'], Buffer.from('root').toString('base64'));
  const mine = characteristic(store, 'My', 'User');
  assert.ok(parms(characteristic(mine, sha1(Buffer.from('certificate'))))['EncodedCertificate']);
  characteristic(mine, 'PrivateKeyContainer');
  assert.deepEqual(parms(characteristic(store, 'My', 'WSTEP', 'Renew')), {
    ROBOSupport: 'true',
    RenewPeriod: '60',
    RetryInterval: '4',
  });
  const application = characteristic(root, 'APPLICATION');
  const account = parms(application);
  assert.equal(account['NAME'], PROVISIONING.serverName);
  assert.equal(account['SSLCLIENTCERTSEARCHCRITERIA'], 'Subject=CN%3D0b6c&Stores=My%5CUser');
  const credentials = childrenOf(application, 'characteristic').map(parms);
  assert.deepEqual(credentials, [
    { AAUTHLEVEL: 'CLIENT', AAUTHTYPE: 'DIGEST', AAUTHSECRET: 's1', AAUTHDATA: 'bjE=' },
    { AAUTHLEVEL: 'APPSRV', AAUTHTYPE: 'DIGEST', AAUTHNAME: 'd', AAUTHSECRET: 's2', AAUTHDATA: 'bjI=' },
  ]);
  const provider = characteristic(root, 'DMClient', 'Provider', 'Tsukasa');
  assert.equal(parms(provider)['UPN'], PROVISIONING.upn);
  assert.equal(parms(characteristic(provider, 'Poll'))['IntervalForRemainingScheduledRetries'], '60');
});

test('a device enrollment keeps its certificate in the store of the machine', () => {
  const root = read(writeProvisioning({ ...PROVISIONING, enrollmentType: 'Device', pushPackage: 'Tsukasa_1' }));
  characteristic(root, 'CertificateStore', 'My', 'System', sha1(Buffer.from('certificate')));
  const criteria = parms(characteristic(root, 'APPLICATION'))['SSLCLIENTCERTSEARCHCRITERIA'];
  assert.match(criteria ?? '', /Stores=My%5CSystem$/);
  assert.deepEqual(parms(characteristic(root, 'DMClient', 'Provider', 'Tsukasa', 'Push')), { PFN: 'Tsukasa_1' });
});

test('no text, however strange, changes the shape of a provisioning document', () => {
  const shape = (node: XmlElement): unknown => [
    node.attributes['type'] ?? node.attributes['name'],
    node.children.map(shape),
  ];
  const usual = shape(read(writeProvisioning(PROVISIONING)));
  const strange = fc.string({ unit: fc.constantFrom('<', '>', '"', "'", '&', '司', ' ', '\n', ']', '-') });
  fc.assert(
    fc.property(strange, strange, (upn, serverName) => {
      const document = read(writeProvisioning({ ...PROVISIONING, upn, serverName }));
      assert.deepEqual(shape(document), usual);
      assert.equal(parms(characteristic(document, 'DMClient', 'Provider', 'Tsukasa'))['UPN'], upn);
    }),
  );
});

test('a renewed document names the account and nothing that would change it', () => {
  const root = read(writeRenewedProvisioning(PROVISIONING));
  assert.deepEqual(parms(characteristic(root, 'APPLICATION')), { APPID: 'w7', 'PROVIDER-ID': 'Tsukasa' });
  characteristic(root, 'CertificateStore', 'My', 'User', 'PrivateKeyContainer');
  assert.equal(childrenOf(root, 'characteristic').length, 2);
});

for (const subcode of FAULT_SUBCODES) {
  test(`the fault ${subcode} has its subcode in the namespace that Windows looks in, and a trace`, () => {
    const detail: (typeof FAULT_DETAILS)[number] = 'NotEligibleToRenew';
    const fault = { subcode, detail, reason: 'Because <it> must.', traceId: 'trace' };
    const root = read(writeFault('enrollment', fault, ID));
    const body = at(root, 'Body', 'Fault');
    const code = at(body, 'Code', 'Subcode', 'Value').text;
    const dispatcher = subcode === 'InternalServiceFault' || subcode === 'InvalidSecurity';
    assert.equal(code, `${dispatcher ? 'a' : 's'}:${subcode}`);
    assert.equal(at(body, 'Code', 'Value').text, dispatcher ? 's:Sender' : 's:Receiver');
    const error = at(body, 'Detail', 'DeviceEnrollmentServiceError');
    assert.deepEqual(
      error.children.map(({ name, text }) => [name, text]),
      [
        ['ErrorType', detail],
        ['Message', fault.reason],
        ['TraceId', 'trace'],
      ],
    );
    assert.equal(at(root, 'Header', 'RelatesTo').text, ID);
  });
}

test('a fault without a more exact type repeats its subcode: there is always a type beside the trace', () => {
  const fault = { subcode: 'Authentication', reason: 'No.', traceId: 'trace' } as const;
  const error = at(
    read(writeFault('policy', fault, undefined)),
    'Body',
    'Fault',
    'Detail',
    'DeviceEnrollmentServiceError',
  );
  assert.equal(childText(error, 'ErrorType'), 'Authentication');
});

test('a deep link opens the enrollment with everything filled in', () => {
  const discoveryUrl = 'https://mdm.example.jp/EnrollmentServer/abc/Discovery.svc';
  const link = new URL(enrollmentLink({ userName: 'a b&c@example.jp', discoveryUrl, ownership: 'personal' }));
  assert.equal(link.protocol, 'ms-device-enrollment:');
  assert.deepEqual(Object.fromEntries(link.searchParams), {
    mode: 'mdm',
    username: 'a b&c@example.jp',
    servername: discoveryUrl,
    ownership: '2',
  });
  assert.equal(enrollmentLink({ discoveryUrl: 'x' }), 'ms-device-enrollment:?mode=mdm&servername=x');
});

test('customizations of a provisioning package name the server and hold the secret', () => {
  const text = writeCustomizations({
    packageId: '00000000-0000-4000-8000-000000000001',
    packageName: 'A & B',
    upn: 'enroll@mdm.example.jp',
    discoveryUrl: 'https://mdm.example.jp/EnrollmentServer/Discovery.svc',
    secret: 'code',
  });
  const root = read(text);
  assert.equal(at(root, 'PackageConfig', 'ID').text, '{00000000-0000-4000-8000-000000000001}');
  const upn = at(root, 'Settings', 'Customizations', 'Common', 'Workplace', 'Enrollments', 'UPN');
  assert.deepEqual({ ...upn.attributes }, { UPN: 'enroll@mdm.example.jp', Name: 'enroll@mdm.example.jp' });
  assert.deepEqual(
    upn.children.map(({ name, text: value }) => [name, value]),
    [
      ['AuthPolicy', 'OnPremise'],
      ['DiscoveryServiceFullUrl', 'https://mdm.example.jp/EnrollmentServer/Discovery.svc'],
      ['Secret', 'code'],
    ],
  );
});
