import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { parseCsr, verifyCsr } from '@tsukasa/cms';
import { sharedKeys } from '../apple-device/index.ts';
import { ServerMistake, WindowsDevice, type WindowsDeviceChoice, WindowsEnrollmentRefused } from './index.ts';
import { type Answer, fault, type Step, TinyWindowsServer } from './testing.ts';
import { readXml } from './xml.ts';

const keys = sharedKeys(2);
let server: TinyWindowsServer;

beforeEach(async () => {
  server = await TinyWindowsServer.start();
});
afterEach(() => server.close());

function makeDevice(choice: Partial<WindowsDeviceChoice> = {}): WindowsDevice {
  return new WindowsDevice({ seed: 'one', keys, ...choice });
}

function enroll(device: WindowsDevice): Promise<void> {
  return device.enroll({ discoveryUrl: server.discoveryUrl, userName: 'ana@example.jp', password: server.code });
}

describe('enrollment', () => {
  test('a password leads to a certificate, an account and a poll schedule', async () => {
    const device = makeDevice();
    await enroll(device);
    assert.equal(device.state.phase, 'enrolled');
    assert.equal(device.account?.providerId, 'TinyMDM');
    assert.deepEqual(device.identity?.certificate.der, server.issued[0]?.der);
    assert.deepEqual(
      server.requests.map(({ step }) => step),
      ['probe', 'discovery', 'policy', 'enrollment'],
    );
    assert.equal(device.schedule.dueAt !== undefined, true);
    const names = device.read('./Device/Vendor/MSFT/DMClient/Provider').map(({ data }) => data);
    assert.deepEqual(names, ['TinyMDM']);
  });

  test('what it sends is as unruly as what Windows sends', async () => {
    const orders = new Set<string>();
    for (const seed of ['a', 'b', 'c', 'd']) {
      const device = makeDevice({ seed });
      await enroll(device);
      const discovery = server.requests.findLast(({ step }) => step === 'discovery')?.body ?? '';
      orders.add(
        [...discovery.matchAll(/<(EmailAddress|RequestVersion|OSEdition|AuthPolicies)>/g)]
          .map(([, name]) => name)
          .join(),
      );
      assert.match(discovery, /<RequestVersion>[579]\.0</);
    }
    assert.equal(orders.size > 1, true);
    const rst = server.requests.findLast(({ step }) => step === 'enrollment')?.body ?? '';
    assert.match(rst, /wsse:ValueType="/);
    const csrText = /#PKCS10"[^>]*>([^<]+)</.exec(rst)?.[1] ?? '';
    assert.match(csrText, /\r?\n/);
    const csr = Buffer.from(csrText, 'base64');
    assert.equal(csr.includes(Buffer.from('!', 'latin1')), true);
    const parsed = parseCsr(csr);
    assert.equal(verifyCsr(parsed), true);
    assert.match(parsed.subject.attributes[0]?.[1] ?? '', /^[0-9a-f-]{36}![0-9A-F]{32}$/);
    const microsoft = parsed.requestedExtensions.all.find(({ oid }) => oid === '1.3.6.1.4.1.311.66.1.0');
    assert.match(microsoft?.value.toString('latin1') ?? '', /^[0-9A-F]{32}\0$/);
  });

  test('a forged request is signed by another key', async () => {
    const device = makeDevice({ forgedCsr: true });
    await enroll(device);
    const rst = server.requests.at(-1)?.body ?? '';
    const csr = Buffer.from(/#PKCS10"[^>]*>([^<]+)</.exec(rst)?.[1] ?? '', 'base64');
    assert.equal(verifyCsr(parseCsr(csr)), false);
  });

  test('a web sign-in is followed from the page to the token', async () => {
    server.federated = true;
    const device = makeDevice();
    await enroll(device);
    assert.equal(device.state.phase, 'enrolled');
    const rst = server.requests.at(-1)?.body ?? '';
    const token = /DeviceEnrollmentUserToken"[^>]*>([^<]+)</.exec(rst)?.[1] ?? '';
    assert.equal(Buffer.from(token, 'base64').toString(), `token&${server.code}`);
    const first = server.requests.find(({ step }) => step === 'signin')?.url ?? '';
    assert.match(first, /appru=ms-app%3A%2F%2F/);
    assert.match(first, /login_hint=ana%40example.jp/);
  });

  test('a wrong code is not let through by the sign-in page', async () => {
    server.federated = true;
    const device = makeDevice();
    const choice = { discoveryUrl: server.discoveryUrl, userName: 'ana@example.jp', password: 'wrong' };
    await assert.rejects(
      device.enroll(choice),
      (error) => error instanceof WindowsEnrollmentRefused && error.hresult === '0x80180002',
    );
  });

  test('the button of an invitation page leads to the enrollment', async () => {
    const device = makeDevice();
    const link = await device.enrollFromLink(`${server.origin}/enroll/${server.code}`);
    assert.equal(link.userName, 'ana@example.jp');
    assert.equal(link.ownership, '3');
    assert.equal(device.state.phase, 'enrolled');
  });

  test('an enrolled PC refuses a second management', async () => {
    const device = makeDevice();
    await enroll(device);
    await assert.rejects(
      enroll(device),
      (error) => error instanceof WindowsEnrollmentRefused && error.hresult === '0x8018000A',
    );
  });

  test('a device enrollment keeps its certificate in the system store', async () => {
    server.enrollmentType = 'Device';
    const device = makeDevice({ enrollmentType: 'Device' });
    await enroll(device);
    assert.equal(
      device.state.certificates.some(({ store }) => store === 'My/System'),
      true,
    );
  });

  test('the names of a subject must come in their order in the search criteria', async () => {
    server.subject = [
      ['CN', 'one'],
      ['O', 'Tiny'],
    ];
    await enroll(makeDevice());
    server.document = (xml) => xml.replace(encodeURIComponent('CN=one, O=Tiny'), encodeURIComponent('O=Tiny, CN=one'));
    await assert.rejects(enroll(makeDevice()), /search criteria/);
  });
});

const FAULTS = [
  ['s:MessageFormat', undefined, '0x80180001'],
  ['s:Authentication', undefined, '0x80180002'],
  ['s:Authorization', undefined, '0x80180003'],
  ['s:CertificateRequest', undefined, '0x80180004'],
  ['s:EnrollmentServer', undefined, '0x80180005'],
  ['s:Authorization', 'DeviceCapReached', '0x80180013'],
  ['s:EnrollmentServer', 'DeviceNotSupported', '0x80180014'],
  ['s:EnrollmentServer', 'InMaintenance', '0x80180017'],
] as const;

describe('refusals of the server', () => {
  for (const [subcode, errorType, hresult] of FAULTS) {
    test(`${subcode} ${errorType ?? ''} shows as ${hresult}`, async () => {
      server.tamper.set('enrollment', () => fault('x', subcode, errorType));
      await assert.rejects(enroll(makeDevice()), (error) => {
        assert.ok(error instanceof WindowsEnrollmentRefused);
        assert.equal(error.hresult, hresult);
        assert.equal(error.errorType, errorType);
        return true;
      });
    });
  }

  test('a bare HTTP status shows as 0x8019 and its number', async () => {
    server.tamper.set('policy', () => ({ status: 403, headers: { 'content-length': '0' }, body: '' }));
    await assert.rejects(
      enroll(makeDevice()),
      (error) => error instanceof WindowsEnrollmentRefused && error.hresult === '0x80190193',
    );
  });

  const bad: readonly (readonly [string, (answer: Answer) => Answer])[] = [
    ['with status 200', (answer) => ({ ...answer, status: 200 })],
    ['with detail in small letters', (answer) => replaced(answer, /s:Detail/g, 's:detail')],
    ['of an unknown subcode', (answer) => replaced(answer, 's:Authorization', 's:Nonsense')],
    ['whose prefix is not bound', (answer) => replaced(answer, 's:Authorization', 'q:Authorization')],
    ['of an unknown error type', (answer) => replaced(answer, 'DeviceCapReached', 'DeviceCap')],
  ];
  for (const [what, change] of bad) {
    test(`a fault ${what} is a mistake`, async () => {
      server.tamper.set('enrollment', () => change(fault('x', 's:Authorization', 'DeviceCapReached')));
      await assert.rejects(enroll(makeDevice()), ServerMistake);
    });
  }
});

describe('what Windows does not take', () => {
  const cases: readonly (readonly [Step, string, (answer: Answer) => Answer])[] = [
    [
      'discovery',
      'a chunked answer',
      (answer) => ({ ...answer, headers: { 'content-type': 'application/soap+xml; charset=utf-8' }, chunked: true }),
    ],
    ['discovery', 'another message id', (answer) => replaced(answer, /urn:uuid:[^<]+/, 'urn:uuid:0')],
    ['discovery', 'a policy that was not offered', (answer) => replaced(answer, 'OnPremise', 'Certificate')],
    [
      'discovery',
      'a sign-in page without web sign-in',
      (answer) =>
        replaced(
          answer,
          '<EnrollmentPolicy',
          '<AuthenticationServiceUrl>https://mdm.example.jp/</AuthenticationServiceUrl><EnrollmentPolicy',
        ),
    ],
    [
      'discovery',
      'an enrollment service without TLS elsewhere',
      (answer) => replaced(answer, /http:\/\/127\.0\.0\.1:\d+\/EnrollmentServer\/Enr/, 'http://mdm.example.jp/Enr'),
    ],
    [
      'discovery',
      'two hosts',
      (answer) => replaced(answer, /http:\/\/127\.0\.0\.1:\d+\/EnrollmentServer\/Enr/, 'https://mdm.example.jp/Enr'),
    ],
    ['discovery', 'a document type', (answer) => replaced(answer, '<s:Envelope', '<!DOCTYPE a><s:Envelope')],
    ['discovery', 'XML that is none', (answer) => replaced(answer, '</s:Body>', '')],
    [
      'discovery',
      'another content type',
      (answer) => ({ ...answer, headers: { ...answer.headers, 'content-type': 'text/xml; charset=utf-8' } }),
    ],
    [
      'policy',
      'nil of no namespace',
      (answer) => replaced(answer, ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"', ' xmlns:xsi="urn:other"'),
    ],
    [
      'policy',
      'elements in another order',
      (answer) =>
        replaced(
          answer,
          '<commonName>Tiny</commonName><policySchema>3</policySchema>',
          '<policySchema>3</policySchema><commonName>Tiny</commonName>',
        ),
    ],
    [
      'policy',
      'a digest that it does not list',
      (answer) => replaced(answer, '<oIDReferenceID>0', '<oIDReferenceID>1'),
    ],
    [
      'enrollment',
      'a timestamp of last year',
      (answer) => replaced(answer, /<u:(Created|Expires)>\d{4}/g, '<u:$1>2020'),
    ],
    [
      'enrollment',
      'a token of another type',
      (answer) => replaced(answer, 'DeviceEnrollmentProvisionDoc', 'DeviceEnrollmentDoc'),
    ],
    [
      'enrollment',
      'a redirect',
      (answer) => ({ status: 302, headers: { ...answer.headers, location: '/elsewhere' }, body: answer.body }),
    ],
  ];
  for (const [step, what, change] of cases) {
    test(`${step}: ${what}`, async () => {
      server.tamper.set(step, (answer) => resized(change(answer)));
      await assert.rejects(enroll(makeDevice()), (error) => error instanceof ServerMistake && error.where !== '');
    });
  }
});

const DOCUMENTS: readonly (readonly [string, (xml: string) => string, RegExp])[] = [
  [
    'thumbprints in small letters',
    (xml) => xml.replace(/type="([0-9A-F]{40})"/g, (_all, hex: string) => `type="${hex.toLowerCase()}"`),
    /thumbprint/,
  ],
  [
    'a certificate under a foreign thumbprint',
    (xml) => xml.replace(/type="[0-9A-F]{40}"/, `type="${'0'.repeat(40)}"`),
    /foreign thumbprint/,
  ],
  [
    'the system store for a user',
    (xml) => xml.replace('<characteristic type="User">', '<characteristic type="System">'),
    /My\/System/,
  ],
  [
    'no place for the private key',
    (xml) => xml.replace('<characteristic type="PrivateKeyContainer"/>', ''),
    /PrivateKeyContainer/,
  ],
  [
    'a provider of another name',
    (xml) => xml.replace('<characteristic type="TinyMDM">', '<characteristic type="Other">'),
    /PROVIDER-ID/,
  ],
  ['a provider id with a space', (xml) => xml.replaceAll('TinyMDM', 'Tiny MDM'), /PROVIDER-ID/],
  ['parameters in small letters', (xml) => xml.replace('name="ADDR"', 'name="Addr"'), /Addr/],
  ['INIT', (xml) => xml.replace('<parm name="APPID"', '<parm name="INIT"/><parm name="APPID"'), /INIT/],
  ['no credentials of the server', (xml) => xml.replace('value="CLIENT"', 'value="OTHER"'), /APPAUTH/],
  ['no credentials of the device', (xml) => xml.replace('value="APPSRV"', 'value="OTHER"'), /APPAUTH/],
  ['search criteria of another store', (xml) => xml.replace('My%5CUser', 'My%5CSystem'), /search criteria/],
  ['search criteria of another name', (xml) => xml.replace('CN%3Done', 'CN%3Dtwo'), /search criteria/],
  ['search criteria that are not encoded', (xml) => xml.replace('CN%3Done', 'CN=one'), /search criteria/],
  ['renewal without its type', (xml) => xml.replace(' datatype="boolean"/>', '/>'), /ROBOSupport/],
  [
    'poll numbers without their type',
    (xml) => xml.replace('value="480" datatype="integer"', 'value="480"'),
    /IntervalForRemaining/,
  ],
  ['no EntDMID', (xml) => xml.replace(/<parm name="EntDMID"[^>]*>/, ''), /EntDMID/],
  ['another version', (xml) => xml.replace('version="1.1"', 'version="1.0"'), /1\.1/],
  [
    'what cannot be provisioned',
    (xml) =>
      xml.replace(
        '<characteristic type="DMClient">',
        '<characteristic type="BitLocker"/><characteristic type="DMClient">',
      ),
    /BitLocker/,
  ],
  [
    'a server without TLS',
    (xml) => xml.replace(/http:\/\/127\.0\.0\.1:\d+\/MDM/, 'http://mdm.example.jp/MDM'),
    /https/,
  ],
  [
    'two roots',
    (xml) =>
      xml.replace(/(<characteristic type="Root">.*?<\/characteristic><\/characteristic><\/characteristic>)/s, '$1$1'),
    /more than one root/,
  ],
  [
    'a root that did not issue',
    (xml) => xml.replace(/<characteristic type="Root">.*?<\/characteristic><\/characteristic><\/characteristic>/s, ''),
    /descend/,
  ],
];

describe('the provisioning document', () => {
  for (const [what, change, message] of DOCUMENTS) {
    test(`is refused for ${what}`, async () => {
      server.document = (xml) => {
        const changed = change(xml);
        assert.notEqual(changed, xml);
        readXml(Buffer.from(changed), 'test');
        return changed;
      };
      await assert.rejects(
        enroll(makeDevice()),
        (error) => error instanceof ServerMistake && message.test(error.message),
      );
    });
  }
});

function replaced(answer: Answer, what: string | RegExp, by: string): Answer {
  const body = answer.body.replace(what, by);
  assert.notEqual(body, answer.body);
  return resized({ ...answer, body });
}

function resized(answer: Answer): Answer {
  if (answer.chunked === true) return answer;
  return { ...answer, headers: { ...answer.headers, 'content-length': String(Buffer.byteLength(answer.body)) } };
}
