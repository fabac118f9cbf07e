import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { parseCertificate, verifyDetached } from '@tsukasa/cms';
import { sharedKeys } from '../apple-device/index.ts';
import { FakeWns } from '../wns/index.ts';
import { md5Credential } from './digest.ts';
import {
  ServerMistake,
  SessionRefused,
  WindowsDevice,
  type WindowsDeviceChoice,
  type WindowsDeviceEvent,
} from './index.ts';
import { type Answer, atomic, command, TinyWindowsServer } from './testing.ts';

const keys = sharedKeys(2);
const POLICY = './Device/Vendor/MSFT/Policy/Config';
const PROVIDER = './Device/Vendor/MSFT/DMClient/Provider/TinyMDM';
let server: TinyWindowsServer;
let events: WindowsDeviceEvent[];

beforeEach(async () => {
  server = await TinyWindowsServer.start();
  events = [];
});
afterEach(() => server.close());

async function enrolled(choice: Partial<WindowsDeviceChoice> = {}): Promise<WindowsDevice> {
  const device = new WindowsDevice({
    seed: 'one',
    edition: 'pro',
    build: 22631,
    revision: 6060,
    tpm: true,
    recoveryEnvironment: true,
    keys,
    onEvent: (event) => events.push(event),
    ...choice,
  });
  await device.enroll({ discoveryUrl: server.discoveryUrl, userName: 'ana@example.jp', password: server.code });
  return device;
}

/** Codes of the statuses to the server's commands, by what they answer. */
function codes(): string[] {
  return server
    .said('Status')
    .filter(({ fields }) => fields['Cmd'] !== 'SyncHdr')
    .map(({ fields }) => `${fields['Cmd']} ${fields['Data']}`);
}

function results(): Record<string, string> {
  return Object.fromEntries(
    server.said('Results').flatMap(({ items }) => items.map((item) => [item['Source'] ?? '', item['Data'] ?? ''])),
  );
}

describe('a session', () => {
  test('begins with the first package, and ends when the server has no commands', async () => {
    const device = await enrolled();
    const session = await device.connectOnce();
    assert.equal(session.messages, 1);
    const [message] = server.messages;
    assert.equal(message?.sessionId, '1');
    assert.deepEqual(
      message?.parts.map(({ name, cmdId }) => [name, cmdId]),
      [
        ['Alert', '2'],
        ['Alert', '3'],
        ['Replace', '4'],
      ],
    );
    assert.equal(message?.parts[0]?.fields['Data'], '1201');
    assert.equal(message?.parts[1]?.items[0]?.['Data'], 'user');
    assert.deepEqual(
      message?.parts[2]?.items.map((item) => item['Source']),
      ['./DevInfo/DevId', './DevInfo/Man', './DevInfo/Mod', './DevInfo/DmV', './DevInfo/Lang'],
    );
    assert.equal(message?.cred, undefined);
    assert.equal(message?.headers['user-agent'], 'MSFT OMA DM Client/1.2.0.1');
  });

  test('commands are answered in order, Results after their Status, until there are none', async () => {
    const device = await enrolled();
    server.queue = [
      [
        command('Get', './DevDetail/SwV'),
        command('Replace', `${POLICY}/Camera/AllowCamera`, { format: 'int', data: '0' }),
      ],
      [command('Get', `${POLICY}/Camera/AllowCamera`)],
    ];
    const session = await device.connectOnce();
    assert.equal(session.messages, 3);
    assert.deepEqual(codes(), ['Get 200', 'Replace 200', 'Get 200']);
    assert.deepEqual(
      server.messages[1]?.parts.map(({ name }) => name),
      ['Status', 'Status', 'Results', 'Status'],
    );
    assert.equal(results()['./DevDetail/SwV'], '10.0.22631.6060');
    assert.equal(results()[`${POLICY}/Camera/AllowCamera`], '0');
    const ids = server.messages.flatMap(({ msgId, parts }) => parts.map(({ cmdId }) => `${msgId} ${cmdId}`));
    assert.equal(new Set(ids).size, ids.length);
  });

  test('every Status names the message and the command it answers', async () => {
    const device = await enrolled();
    server.queue = [[command('Get', './DevInfo/Man')], [command('Get', './DevInfo/Mod')]];
    const { exchanges } = await device.connectOnce();
    const second = /<Get><CmdID>(\d+)/.exec(exchanges[1]?.received ?? '')?.[1];
    const [, answer] = server.messages[2]?.parts ?? [];
    assert.deepEqual([answer?.fields['MsgRef'], answer?.fields['CmdRef']], ['2', second]);
  });
});

const REFUSALS: readonly (readonly [what: string, code: string, xml: string])[] = [
  ['a node that is not there', 'Get 404', command('Get', './Device/Vendor/MSFT/Policy/Config/Camera/Nothing')],
  ['the name of a node in small letters', 'Get 404', command('Get', './devinfo/man')],
  ['a value that is not set', 'Get 404', command('Get', `${POLICY}/Camera/AllowCamera`)],
  ['a path that begins with a slash', 'Get 400', command('Get', '/DevInfo/Man')],
  ['a path with an empty segment', 'Get 400', command('Get', './DevInfo//Man')],
  [
    'braces that are not encoded',
    'Get 400',
    command('Get', './Device/Vendor/MSFT/EnterpriseDesktopAppManagement/MSI/{A}/Name'),
  ],
  ['writing what can only be read', 'Replace 405', command('Replace', './DevInfo/Man', { format: 'chr', data: 'x' })],
  ['executing a value', 'Exec 405', command('Exec', './DevInfo/Man')],
  [
    'text where a number belongs',
    'Replace 415',
    command('Replace', `${POLICY}/Camera/AllowCamera`, { format: 'chr', data: '0' }),
  ],
  ['a number without its format', 'Replace 415', command('Replace', `${POLICY}/Camera/AllowCamera`, { data: '0' })],
  [
    'a number for a text',
    'Replace 415',
    command('Replace', `${POLICY}/Update/TargetReleaseVersion`, { format: 'int', data: '1' }),
  ],
  [
    'a number out of range',
    'Replace 500',
    command('Replace', `${POLICY}/Camera/AllowCamera`, { format: 'int', data: '7' }),
  ],
  ['deleting what is not there', 'Delete 404', command('Delete', `${POLICY}/Camera/AllowCamera`)],
  ['a node of another provider', 'Get 404', command('Get', './Device/Vendor/MSFT/DMClient/Provider/Other/UPN')],
  [
    'a node of a later build',
    'Exec 404',
    command('Exec', './Device/Vendor/MSFT/RemoteWipe/doWipeLater', { format: 'chr', data: '' }),
  ],
  [
    'a verb that is none',
    'Copy 400',
    '<Copy><CmdID>{id}</CmdID><Item><Target><LocURI>./DevInfo/Man</LocURI></Target></Item></Copy>',
  ],
  ['the lock of a phone', 'Exec 405', command('Exec', './Device/Vendor/MSFT/RemoteLock/Lock')],
];

describe('the tree refuses', () => {
  for (const [what, code, xml] of REFUSALS) {
    test(what, async () => {
      const device = await enrolled();
      server.queue = [[xml]];
      await device.connectOnce();
      assert.deepEqual(codes(), [code]);
    });
  }

  test('Add of what is there with 418, and Delete takes it away', async () => {
    const device = await enrolled();
    const node = `${POLICY}/Camera/AllowCamera`;
    server.queue = [
      [
        command('Add', node, { format: 'int', data: '0' }),
        command('Add', node, { format: 'int', data: '1' }),
        command('Delete', node),
        command('Get', node),
      ],
    ];
    await device.connectOnce();
    assert.deepEqual(codes(), ['Add 200', 'Add 418', 'Delete 200', 'Get 404']);
  });

  test('nodes of another edition with 405', async () => {
    const device = await enrolled({ edition: 'home' });
    server.queue = [
      [
        command('Get', './Device/Vendor/MSFT/BitLocker/RequireDeviceEncryption'),
        command('Get', './Vendor/MSFT/RemoteFind/Timeout'),
        command('Get', './DevDetail/SwV'),
      ],
    ];
    await device.connectOnce();
    assert.deepEqual(codes(), ['Get 405', 'Get 405', 'Get 200']);
  });

  test('nodes that came with a later build with 404', async () => {
    const device = await enrolled({ build: 19045, revision: 6332 });
    server.queue = [
      [
        command('Exec', './Device/Vendor/MSFT/RemoteWipe/doWipeCloud', { format: 'chr', data: '' }),
        command('Get', './Vendor/MSFT/DeviceStatus/TPM/ManufacturerVersion'),
      ],
    ];
    await device.connectOnce();
    assert.deepEqual(codes(), ['Exec 404', 'Get 200']);
  });

  test('the user tree with 405 while the user is not there', async () => {
    const device = await enrolled();
    const node = './User/Vendor/MSFT/Policy/Config/Experience/AllowWindowsSpotlight';
    server.queue = [[command('Replace', node, { format: 'int', data: '0' })]];
    device.logIn('none');
    await device.connectOnce();
    assert.deepEqual(codes(), ['Replace 405']);
    assert.equal(server.messages[0]?.parts[1]?.items[0]?.['Data'], 'none');
    device.logIn('user');
    server.queue = [[command('Replace', node, { format: 'int', data: '0' })]];
    await device.connectOnce();
    assert.deepEqual(codes(), ['Replace 405', 'Replace 200']);
  });

  test('a command without CmdID with 400 and an empty reference', async () => {
    const device = await enrolled();
    server.queue = [['<Get><Item><Target><LocURI>./DevInfo/Man</LocURI></Target></Item></Get>']];
    await device.connectOnce();
    const status = server.said('Status').at(-1);
    assert.deepEqual([status?.fields['Cmd'], status?.fields['Data'], status?.fields['CmdRef']], ['Get', '400', '']);
  });

  test('one item of several with a Status of its own', async () => {
    const device = await enrolled();
    server.queue = [
      [
        '<Get><CmdID>{id}</CmdID><Item><Target><LocURI>./DevInfo/Man</LocURI></Target></Item><Item><Target><LocURI>./DevInfo/Nothing</LocURI></Target></Item></Get>',
      ],
    ];
    await device.connectOnce();
    const shown = server.said('Status').filter(({ fields }) => fields['Cmd'] === 'Get');
    assert.deepEqual(
      shown.map(({ fields }) => [fields['TargetRef'], fields['Data']]),
      [
        ['./DevInfo/Man', '200'],
        ['./DevInfo/Nothing', '404'],
      ],
    );
  });
});

describe('Atomic', () => {
  const camera = (data: string) => command('Replace', `${POLICY}/Camera/AllowCamera`, { format: 'int', data });
  const length = (data: string) =>
    command('Replace', `${POLICY}/DeviceLock/MinDevicePasswordLength`, { format: 'int', data });

  test('that succeeds has a Status for itself and for each command', async () => {
    const device = await enrolled();
    server.queue = [[atomic(camera('0'), length('8'))]];
    await device.connectOnce();
    assert.deepEqual(codes(), ['Atomic 200', 'Replace 200', 'Replace 200']);
  });

  test('that fails is taken back as a whole: 216 before, 215 after', async () => {
    const device = await enrolled();
    server.queue = [[atomic(camera('0'), length('99'), camera('1'))]];
    await device.connectOnce();
    assert.deepEqual(codes(), ['Atomic 507', 'Replace 216', 'Replace 500', 'Replace 215']);
    assert.throws(() => device.read(`${POLICY}/Camera/AllowCamera`));
  });

  test('with a Get or another Atomic inside does nothing', async () => {
    const device = await enrolled();
    server.queue = [[atomic(camera('0'), command('Get', './DevInfo/Man'))], [atomic(atomic(camera('0')))]];
    await device.connectOnce();
    assert.deepEqual(codes(), ['Atomic 507', 'Replace 216', 'Get 500', 'Atomic 507', 'Atomic 500']);
    assert.throws(() => device.read(`${POLICY}/Camera/AllowCamera`));
  });

  test('that fails restarts and wipes nothing', async () => {
    const device = await enrolled();
    server.queue = [[atomic(command('Exec', './Device/Vendor/MSFT/Reboot/RebootNow'), length('99'))]];
    await device.connectOnce();
    assert.deepEqual(codes(), ['Atomic 507', 'Exec 216', 'Replace 500']);
    assert.equal(device.state.restarts, 0);
  });
});

describe('authentication', () => {
  test('a challenge is answered with its nonce, by the first package under a new MsgID', async () => {
    const device = await enrolled();
    server.challenges = 1;
    server.accepted = '212';
    server.queue = [[command('Get', './DevInfo/Man')]];
    const session = await device.connectOnce();
    assert.equal(session.challenges, 1);
    assert.equal(server.messages[0]?.cred, undefined);
    assert.equal(server.messages[1]?.cred, md5Credential('device', server.secret, server.nonce));
    assert.deepEqual(
      server.messages.map(({ msgId }) => msgId),
      ['1', '2', '3'],
    );
    assert.equal(server.messages[1]?.parts[0]?.fields['Data'], '1201');
    assert.equal(server.messages[2]?.cred, undefined);
  });

  test('the next session begins with the nonce of the last', async () => {
    const device = await enrolled();
    server.challenges = 1;
    server.accepted = '212';
    await device.connectOnce();
    const { nonce } = server;
    await device.connectOnce();
    assert.equal(server.messages.at(-1)?.cred, md5Credential('device', server.secret, nonce));
  });

  test('an eager device uses the nonce that it was provisioned with', async () => {
    const device = await enrolled({ eager: true });
    const { nonce } = server;
    await device.connectOnce();
    assert.equal(server.messages[0]?.cred, md5Credential('device', server.secret, nonce));
  });

  test('the digest is that of the specification', () => {
    // By hand: MD5 of `Bruce2:OhBehave`, and of its base64 with a nonce (OMA DS 1.2, the example of auth-md5).
    assert.equal(md5Credential('Bruce2', 'OhBehave', Buffer.from('Nonce')), 'Zz6EivR3yeaaENcRN6lpAQ==');
  });

  test('a device gives up when its credentials are refused again and again', async () => {
    const device = await enrolled();
    server.challenges = 10;
    await assert.rejects(device.connectOnce(), (error) => error instanceof SessionRefused && error.status === 401);
  });

  test('messages are signed by the certificate when the server wants it, from the next session on', async () => {
    const device = await enrolled();
    server.queue = [[command('Replace', `${PROVIDER}/RequireMessageSigning`, { format: 'bool', data: 'true' })]];
    await device.connectOnce();
    assert.equal(server.messages.at(-1)?.headers['mdm-signature'], undefined);
    await device.connectOnce();
    const message = server.messages.at(-1);
    const signature = Buffer.from(String(message?.headers['mdm-signature']), 'base64');
    const { certificate } = verifyDetached(signature, Buffer.from(message?.xml ?? ''));
    assert.deepEqual(parseCertificate(certificate).der, server.issued[0]?.der);
  });

  test('a proxy passes the certificate on in a header, unless it is withheld', async () => {
    const device = await enrolled({ identityHeader: { name: 'Client-Cert', format: 'rfc9440' } });
    await device.connectOnce();
    assert.equal(server.messages[0]?.headers['client-cert'], `:${server.issued[0]?.der.toString('base64')}:`);
    await device.connectOnce({ showsCertificate: false });
    assert.equal(server.messages[1]?.headers['client-cert'], undefined);
  });
});

describe('values that do not fit into a message', () => {
  test('are cut into chunks that the server asks for', async () => {
    const device = await enrolled();
    server.queue = [[command('Get', './DevDetail/Ext/DeviceHardwareData'), command('Get', './DevInfo/Man')]];
    await device.connectOnce({ maxMessageBytes: 2500 });
    const chunks = server.said('Results').flatMap(({ fields, items }) =>
      items.map((item) => ({
        source: item['Source'],
        data: item['Data'] ?? '',
        size: item['Size'],
        more: fields['MoreData'],
        ref: fields['CmdRef'],
      })),
    );
    const hardware = chunks.filter(({ source }) => source === './DevDetail/Ext/DeviceHardwareData');
    assert.equal(hardware.length > 2, true);
    const whole = hardware.map(({ data }) => data).join('');
    assert.equal(whole, device.read('./DevDetail/Ext/DeviceHardwareData')[0]?.data);
    assert.equal(hardware[0]?.size, String(whole.length));
    assert.deepEqual(
      hardware.map(({ more }) => more),
      [...Array(hardware.length - 1).fill('yes'), ''],
    );
    assert.equal(new Set(hardware.map(({ ref }) => ref)).size, 1);
    assert.deepEqual(
      server.messages.filter(({ xml }) => Buffer.byteLength(xml) > 2500),
      [],
    );
    assert.equal(chunks.at(-1)?.source, './DevInfo/Man');
  });

  test('are a mistake of the server when it does not ask for more', async () => {
    const device = await enrolled();
    server.queue = [[command('Get', './DevDetail/Ext/DeviceHardwareData')]];
    server.tamper.set('session', (answer) =>
      resized({ ...answer, body: answer.body.replace('<Data>1222<', '<Data>1200<') }),
    );
    await assert.rejects(device.connectOnce({ maxMessageBytes: 2500 }), /1222/);
  });

  test('lists of apps come as one item per node', async () => {
    const device = await enrolled();
    server.queue = [
      [command('Get', './Device/Vendor/MSFT/EnterpriseModernAppManagement/AppManagement/AppStore?list=StructData')],
    ];
    await device.connectOnce();
    const names = Object.entries(results()).filter(([source]) => source.endsWith('/Version'));
    assert.equal(names.length, device.state.packages.filter(({ kind }) => kind === 'AppStore').length);
  });
});

describe('what goes wrong on the way', () => {
  test('an answer that is lost is asked for again with the same bytes', async () => {
    const device = await enrolled();
    server.queue = [[command('Replace', `${POLICY}/Camera/AllowCamera`, { format: 'int', data: '0' })]];
    await device.connectOnce({ mishaps: [{ message: 2, kind: 'lost' }] });
    const posts = server.requests.filter(({ step }) => step === 'session').map(({ body }) => body);
    assert.equal(posts.length, 3);
    assert.equal(posts[1], posts[2]);
  });

  test('a message that is repeated must be answered the same', async () => {
    const device = await enrolled();
    await device.connectOnce({ mishaps: [{ message: 1, kind: 'repeated' }] });
    let count = 0;
    server.tamper.set('session', (answer) => ({
      ...answer,
      body: answer.body.replace('<MsgID>1<', `<MsgID>${++count}<`),
    }));
    await assert.rejects(
      device.connectOnce({ mishaps: [{ message: 1, kind: 'repeated' }] }),
      /repeated message differently/,
    );
  });

  test('a session that is given up is over, and the next one has another number', async () => {
    const device = await enrolled();
    await assert.rejects(device.connectOnce({ mishaps: [{ message: 1, kind: 'abandoned' }] }));
    await device.connectOnce();
    assert.deepEqual(
      server.messages.map(({ sessionId }) => sessionId),
      ['1', '2'],
    );
  });

  test('a status of HTTP ends the session', async () => {
    const device = await enrolled();
    server.tamper.set('session', () => ({ status: 503, headers: { 'content-length': '0' }, body: '' }));
    await assert.rejects(device.connectOnce(), (error) => error instanceof SessionRefused && error.status === 503);
  });
});

const MISTAKES: readonly (readonly [string, (xml: string) => string, RegExp])[] = [
  ['another session', (xml) => xml.replace('<SessionID>1<', '<SessionID>2<'), /SessionID/],
  ['MsgID that does not count', (xml) => xml.replace('</SessionID><MsgID>1<', '</SessionID><MsgID>5<'), /MsgID/],
  ['another device', (xml) => xml.replace(/<Target><LocURI>[0-9A-F]+/, '<Target><LocURI>0'), /somebody else/],
  ['no Status of the header', (xml) => xml.replace(/<Status>.*?<\/Status>/, ''), /header/],
  ['a Status too few', (xml) => xml.replace(/<Status><CmdID>3<.*?<\/Status>/, ''), /one Status for each/],
  [
    'Statuses in another order',
    (xml) => xml.replace(/(<Status><CmdID>2<.*?<\/Status>)(<Status><CmdID>3<.*?<\/Status>)/, '$2$1'),
    /order/,
  ],
  ['a Status for what was not sent', (xml) => xml.replace('<CmdRef>3<', '<CmdRef>33<'), /not sent/],
  ['a CmdID twice', (xml) => xml.replace('<CmdID>3<', '<CmdID>2<'), /twice/],
  ['a CmdID of 0', (xml) => xml.replace('<CmdID>2<', '<CmdID>0<'), /CmdID/],
  [
    'something after Final',
    (xml) => xml.replace('<Final/>', '<Final/><Alert><CmdID>90</CmdID><Data>1222</Data></Alert>'),
    /after Final/,
  ],
  ['an empty body', (xml) => xml.replace(/<SyncBody>.*<\/SyncBody>/, '<SyncBody></SyncBody>'), /empty/],
  ['another version', (xml) => xml.replace('DM/1.2', 'DM/1.3'), /version/],
  ['another namespace', (xml) => xml.replace('SYNCML:SYNCML1.2', 'SYNCML:SYNCML1.1'), /SyncML 1.2/],
  [
    'Meta outside of its namespace',
    (xml) =>
      xml.replace(
        '<Final/>',
        '<Get><CmdID>80</CmdID><Item><Target><LocURI>./DevInfo/Man</LocURI></Target><Meta><Format>chr</Format></Meta></Item></Get><Final/>',
      ),
    /metinf/,
  ],
];

describe('a message that Windows does not take', () => {
  for (const [what, change, message] of MISTAKES) {
    test(`has ${what}`, async () => {
      const device = await enrolled();
      server.tamper.set('session', (answer) => {
        const body = change(answer.body);
        assert.notEqual(body, answer.body);
        return resized({ ...answer, body });
      });
      await assert.rejects(
        device.connectOnce(),
        (error) => error instanceof ServerMistake && message.test(error.message),
      );
    });
  }

  test('is chunked', async () => {
    const device = await enrolled();
    server.tamper.set('session', (answer) => ({
      ...answer,
      headers: { 'content-type': 'application/vnd.syncml.dm+xml' },
      chunked: true,
    }));
    await assert.rejects(device.connectOnce(), /chunked/);
  });

  test('has commands beside a challenge', async () => {
    const device = await enrolled();
    server.challenges = 1;
    server.tamper.set('session', (answer) =>
      resized({
        ...answer,
        body: answer.body.replace('<Final/>', `${command('Get', './DevInfo/Man').replace('{id}', '70')}<Final/>`),
      }),
    );
    await assert.rejects(device.connectOnce(), /does not know yet/);
  });

  test('is larger than MaxMsgSize', async () => {
    const device = await enrolled();
    server.queue = [
      [command('Replace', `${POLICY}/Update/TargetReleaseVersion`, { format: 'chr', data: 'x'.repeat(4000) })],
    ];
    await assert.rejects(device.connectOnce({ maxMessageBytes: 3000 }), /MaxMsgSize/);
  });
});

describe('what the server makes it do', () => {
  test('a restart follows the session, and brings the new name', async () => {
    const device = await enrolled();
    const node = './DevDetail/Ext/Microsoft/DNSComputerName';
    server.queue = [
      [command('Replace', node, { format: 'chr', data: '経理-001' }), command('Get', node)],
      [command('Exec', './Device/Vendor/MSFT/Reboot/RebootNow')],
    ];
    await device.connectOnce();
    assert.deepEqual(codes(), ['Replace 200', 'Get 200', 'Exec 200']);
    assert.equal(device.state.name, '経理-001');
    assert.equal(device.state.restarts, 1);
    assert.equal(
      events.some(({ type }) => type === 'restarted'),
      true,
    );
  });

  test('a name that is none is refused with its error', async () => {
    const device = await enrolled();
    server.queue = [[command('Replace', `${PROVIDER}/SyncApplicationVersion`, { format: 'chr', data: '3.0' })]];
    await device.connectOnce();
    server.queue = [
      [command('Replace', './DevDetail/Ext/Microsoft/DNSComputerName', { format: 'chr', data: 'far-too-long-a-name' })],
    ];
    await device.connectOnce();
    const status = server.said('Status').at(-1);
    assert.deepEqual([status?.fields['Data'], status?.fields['Error']], ['500', '0x8007007b']);
  });

  test('the SessionID is hexadecimal from the session after the version was raised', async () => {
    const device = await enrolled();
    for (let session = 0; session < 9; session++) await device.connectOnce();
    server.queue = [[command('Replace', `${PROVIDER}/SyncApplicationVersion`, { format: 'chr', data: '2.0' })]];
    await device.connectOnce();
    await device.connectOnce();
    assert.deepEqual([...new Set(server.messages.map(({ sessionId }) => sessionId))].slice(-2), ['10', 'B']);
  });

  test('a wipe says 200 and nothing more, and the PC can enroll again', async () => {
    const device = await enrolled();
    server.queue = [
      [command('Exec', './Device/Vendor/MSFT/RemoteWipe/doWipe', { format: 'chr', data: '' })],
      [command('Get', './DevInfo/Man')],
    ];
    const session = await device.connectOnce();
    assert.deepEqual(
      session.answered.map(({ code }) => code),
      [200],
    );
    assert.equal(server.messages.length, 2);
    assert.equal(device.state.phase, 'wiped');
    await assert.rejects(device.connectOnce(), /not enrolled/);
    await device.enroll({ discoveryUrl: server.discoveryUrl, userName: 'ana@example.jp', password: server.code });
    assert.equal(device.state.phase, 'enrolled');
  });

  test('a wipe fails without a recovery environment', async () => {
    const device = await enrolled({ recoveryEnvironment: false });
    server.queue = [[command('Exec', './Device/Vendor/MSFT/RemoteWipe/doWipeProtected', { format: 'chr', data: '' })]];
    await device.connectOnce();
    assert.deepEqual(codes(), ['Exec 500']);
    assert.equal(device.state.phase, 'enrolled');
  });

  test('the end of the management has no Status, but an alert in a session of its own', async () => {
    const device = await enrolled();
    server.queue = [[command('Exec', `${PROVIDER}/Unenroll`, { format: 'chr', data: 'TinyMDM' })]];
    await device.connectOnce();
    assert.deepEqual(codes(), []);
    assert.deepEqual(
      server.messages.map(({ sessionId }) => sessionId),
      ['1', '2'],
    );
    const alert = server
      .said('Alert')
      .find(({ items }) => items[0]?.['Type'] === 'com.microsoft:mdm.unenrollment.userrequest');
    assert.deepEqual(
      [alert?.fields['Data'], alert?.items[0]?.['Format'], alert?.items[0]?.['Data']],
      ['1226', 'int', '1'],
    );
    assert.equal(device.state.phase, 'unenrolled');
    assert.deepEqual(device.state.certificates, []);
  });

  test('the end of another management is refused', async () => {
    const device = await enrolled();
    server.queue = [[command('Exec', `${PROVIDER}/Unenroll`, { format: 'chr', data: 'Other' })]];
    await device.connectOnce();
    assert.deepEqual(codes(), ['Exec 500']);
    assert.equal(device.state.phase, 'enrolled');
  });

  test('a person may leave, unless the company forbids it', async () => {
    const device = await enrolled();
    server.queue = [
      [command('Replace', `${POLICY}/Experience/AllowManualMDMUnenrollment`, { format: 'int', data: '0' })],
    ];
    await device.connectOnce();
    await assert.rejects(device.disconnect(), /does not let/);
    server.queue = [[command('Delete', `${POLICY}/Experience/AllowManualMDMUnenrollment`)]];
    await device.connectOnce();
    await device.disconnect();
    assert.equal(device.state.phase, 'unenrolled');
    assert.equal(server.said('Alert').at(-1)?.items[0]?.['Type'], 'com.microsoft:mdm.unenrollment.userrequest');
  });

  test('it is found only while location services are on', async () => {
    const find = './Vendor/MSFT/RemoteFind/Location';
    const device = await enrolled();
    server.queue = [[command('Get', `${find}/Latitude`)]];
    await device.connectOnce();
    assert.deepEqual(codes(), ['Get 500']);
    const found = await enrolled({ seed: 'two', fix: { latitude: 35.681236, longitude: 139.767125, accuracy: 25 } });
    server.queue = [
      [command('Get', `${find}/Latitude`), command('Get', `${find}/Longitude`), command('Get', `${find}/Accuracy`)],
    ];
    await found.connectOnce();
    assert.deepEqual(
      [results()[`${find}/Latitude`], results()[`${find}/Longitude`], results()[`${find}/Accuracy`]],
      ['35.681236', '139.767125', '25'],
    );
  });

  test('recovery passwords are rotated by the CSP only when the PC is joined and must back them up', async () => {
    const rotate = command('Exec', './Device/Vendor/MSFT/BitLocker/RotateRecoveryPasswords', {
      format: 'chr',
      data: 'r1',
    });
    const configure = command('Replace', './Device/Vendor/MSFT/BitLocker/ConfigureRecoveryPasswordRotation', {
      format: 'int',
      data: '2',
    });
    const device = await enrolled({ encrypted: true });
    server.queue = [[configure, rotate]];
    await device.connectOnce();
    assert.deepEqual(codes(), ['Replace 200', 'Exec 500']);
    const joined = await enrolled({ seed: 'two', encrypted: true, entraJoined: true });
    const before = joined.state.volumes[0]?.recoveryPassword;
    server.queue = [[configure, rotate]];
    await joined.connectOnce();
    assert.deepEqual(codes().slice(-1), ['Exec 200']);
    assert.notEqual(joined.state.volumes[0]?.recoveryPassword, before);
  });

  test('an MSI goes through its stages from session to session, and tells when it is there', async () => {
    const device = await enrolled();
    const code = '{11111111-2222-3333-4444-555555555555}';
    const node = `./Device/Vendor/MSFT/EnterpriseDesktopAppManagement/MSI/${encodeURIComponent(code)}`;
    const job = `<MsiInstallJob id="${code}"><Product Version="3.1.0"><Download><ContentURLList><ContentURL>https://cdn.example.jp/agent.msi</ContentURL></ContentURLList></Download></Product></MsiInstallJob>`;
    server.queue = [
      [
        command('Add', `${node}/DownloadInstall`, { format: 'xml', data: job }),
        command('Exec', `${node}/DownloadInstall`, { format: 'xml', data: job }),
        command('Get', `${node}/Status`),
      ],
    ];
    await device.connectOnce();
    const stages = [results()[`${node}/Status`]];
    for (let session = 0; session < 4; session++) {
      server.queue = [[command('Get', `${node}/Status`)]];
      await device.connectOnce();
      stages.push(results()[`${node}/Status`]);
    }
    assert.deepEqual(stages, ['10', '20', '40', '50', '70']);
    const alert = server.said('Alert').at(-1);
    assert.equal(alert?.items[0]?.['Type'], 'Reversed-Domain-Name:com.microsoft.mdm.win32csp_install');
    assert.equal(alert?.items[0]?.['Source'], `${node}/DownloadInstall`);
    assert.equal(
      device.state.msi.some(({ productCode, managed }) => productCode === code && managed),
      true,
    );
  });

  test('the secret of the account can be set anew', async () => {
    const device = await enrolled({ eager: true });
    const uid = '0x0000800c';
    const accounts = device.read('./SyncML/DMAcc')[0]?.data ?? '';
    assert.equal(accounts.startsWith(uid), true);
    server.queue = [
      [command('Replace', `./SyncML/DMAcc/${accounts}/AppAuth/CLCRED/AAuthSecret`, { format: 'chr', data: 'fresh' })],
    ];
    await device.connectOnce();
    assert.deepEqual(codes(), ['Replace 200']);
    await device.connectOnce();
    assert.equal(server.messages.at(-1)?.cred, md5Credential('device', 'fresh', server.nonce));
  });
});

describe('the schedule', () => {
  test('runs through its three sets on its own clock', async () => {
    let now = Temporal.Now.instant().epochMilliseconds;
    const device = await enrolled({ now: () => now });
    const waits: number[] = [];
    for (let poll = 0; poll < 5; poll++) {
      const due = device.schedule.dueAt ?? 0;
      waits.push((due - now) / 60_000);
      now = due;
      assert.equal(await device.pollIfDue(), true);
      assert.equal(await device.pollIfDue(), false);
    }
    assert.deepEqual(waits, [1, 1, 10, 480, 480]);
  });

  test('begins anew when the server changes it', async () => {
    let now = Temporal.Now.instant().epochMilliseconds;
    const device = await enrolled({ now: () => now });
    now += 60_000;
    server.queue = [
      [
        command('Replace', `${PROVIDER}/Poll/NumberOfFirstRetries`, { format: 'int', data: '0' }),
        command('Replace', `${PROVIDER}/Poll/IntervalForFirstSetOfRetries`, { format: 'int', data: '60' }),
      ],
    ];
    await device.pollIfDue();
    assert.equal(device.schedule.dueAt, now + 60 * 60_000);
  });
});

describe('renewal', () => {
  test('happens in its window, for a new key, in the name of the present certificate', async () => {
    let now = Temporal.Now.instant().epochMilliseconds;
    const device = await enrolled({ now: () => now });
    assert.equal(await device.renewIfDue(), false);
    const before = device.identity;
    assert.equal(await device.renew(), true);
    assert.notDeepEqual(device.identity?.certificate.der, before?.certificate.der);
    const rst = server.requests.findLast(({ step }) => step === 'enrollment')?.body ?? '';
    assert.match(rst, /ws-trust\/200512\/Renew</);
    assert.match(rst, /enrollment#PKCS7"/);
    now += 320 * 86_400_000;
    assert.equal(now > (device.identity?.certificate.notAfter ?? 0) - 60 * 86_400_000, true);
    const rejected = device.renewIfDue();
    await assert.rejects(rejected, /Timestamp|not valid now/); // the tiny server lives in the present
    await device.connectOnce();
  });

  test('a fault is kept in the Renew nodes', async () => {
    const device = await enrolled();
    server.tamper.set('enrollment', (answer) => {
      void answer;
      return { ...NOT_ELIGIBLE };
    });
    assert.equal(await device.renew(), false);
    const base = './Device/Vendor/MSFT/CertificateStore/MY/WSTEP/Renew';
    assert.equal(device.read(`${base}/Status`)[0]?.data, '3');
    assert.equal(device.read(`${base}/ErrorCode`)[0]?.data, String(0x80180016 | 0));
    assert.deepEqual(device.identity?.certificate.der, server.issued[0]?.der);
    assert.equal(
      events.some((event) => event.type === 'renewal_failed' && event.hresult === '0x80180016'),
      true,
    );
  });
});

const NOT_ELIGIBLE: Answer = resized({
  status: 500,
  headers: { 'content-type': 'application/soap+xml; charset=utf-8' },
  body: '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><s:Fault><s:Code><s:Value>s:Receiver</s:Value><s:Subcode><s:Value>s:Authorization</s:Value></s:Subcode></s:Code><s:Reason><s:Text xml:lang="en-US">No.</s:Text></s:Reason><s:Detail><DeviceEnrollmentServiceError xmlns="http://schemas.microsoft.com/windows/pki/2009/01/enrollment"><ErrorType>NotEligibleToRenew</ErrorType><Message>No.</Message><TraceId>t</TraceId></DeviceEnrollmentServiceError></s:Detail></s:Fault></s:Body></s:Envelope>',
});

function resized(answer: Answer): Answer {
  return { ...answer, headers: { ...answer.headers, 'content-length': String(Buffer.byteLength(answer.body)) } };
}

describe('push', () => {
  test('a channel is opened where the server wants one, and a push begins a session of its own kind', async () => {
    const wns = await FakeWns.start();
    try {
      const app = wns.apps.register();
      server.extra = `<characteristic type="Push"><parm name="PFN" value="${app.pfn}" datatype="string"/></characteristic>`;
      const device = await enrolled({ push: wns });
      server.queue = [[command('Get', `${PROVIDER}/Push/ChannelURI`), command('Get', `${PROVIDER}/Push/Status`)]];
      await device.connectOnce();
      const uri = results()[`${PROVIDER}/Push/ChannelURI`] ?? '';
      assert.equal(new URL(uri).origin, wns.origin);
      assert.equal(results()[`${PROVIDER}/Push/Status`], '0');
      const { token } = wns.apps.issue(app, Temporal.Now.instant().epochMilliseconds);
      await fetch(uri, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/octet-stream',
          'x-wns-type': 'wns/raw',
        },
        body: 'wake',
      });
      await device.nextPush();
      await device.connectOnce();
      assert.equal(server.messages.at(-1)?.parts[0]?.fields['Data'], '1200');
      await device.connectOnce();
      assert.equal(server.messages.at(-1)?.parts[0]?.fields['Data'], '1201');
    } finally {
      await wns.close();
    }
  });

  test('an app that nobody registered has no channel', async () => {
    const wns = await FakeWns.start();
    try {
      const device = await enrolled({ push: wns });
      server.queue = [
        [
          command('Replace', `${PROVIDER}/Push/PFN`, { format: 'chr', data: 'Contoso.Nobody_8wekyb3d8bbwe' }),
          command('Get', `${PROVIDER}/Push/Status`),
        ],
      ];
      await device.connectOnce();
      assert.equal(results()[`${PROVIDER}/Push/Status`], '4');
      assert.equal(device.read(`${PROVIDER}/Push/Status`)[0]?.data, '1');
    } finally {
      await wns.close();
    }
  });

  test('a living PC comes by its schedule and when it is pushed', async () => {
    const wns = await FakeWns.start();
    const stop = new AbortController();
    try {
      const app = wns.apps.register();
      server.extra = `<characteristic type="Push"><parm name="PFN" value="${app.pfn}" datatype="string"/></characteristic>`;
      const device = await enrolled({ push: wns, pace: 600 });
      const sessions = new Promise<void>((resolve) => {
        const seen = setInterval(() => {
          if (server.messages.length < 2) return;
          clearInterval(seen);
          resolve();
        }, 10);
      });
      const life = device.live(stop.signal);
      await sessions;
      assert.equal(server.messages[0]?.parts[0]?.fields['Data'], '1201');
      stop.abort();
      await life;
    } finally {
      stop.abort();
      await wns.close();
    }
  });
});
