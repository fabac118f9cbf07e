import assert from 'node:assert/strict';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { after, before, beforeEach, describe, test } from 'node:test';
import {
  accessRightsFor,
  baselineDeclarations,
  clearPasscode,
  declarationDocument,
  declarationItemsDocument,
  declarativeManagement,
  deviceInformation,
  deviceLocation,
  deviceLock,
  disableLostMode,
  enableLostMode,
  eraseDevice,
  installedApplicationList,
  installProfile,
  isDict,
  type PlistDict,
  parseEndpoint,
  parseStatusReport,
  playLostModeSound,
  removeProfile,
  restartDevice,
  securityInfo,
  setDeviceName,
  shutDownDevice,
  tokensDocument,
  unrecognizedDeviceBody,
} from '@tsukasa/apple-mdm';
import { buildName, buildSignedData, issueCertificate, spkiOf } from '@tsukasa/cms';
import { FakeApns } from '../apns/index.ts';
import {
  ConnectionFailed,
  Device,
  type DeviceChoice,
  EnrollmentFailed,
  ProfileRefused,
  ScepFailed,
  ServerRefused,
  sharedKeys,
} from './index.ts';
import { makeAuthority, TinyServer } from './testing.ts';

const keys = sharedKeys(2);
let server: TinyServer;
let apns: FakeApns;

before(async () => {
  apns = await FakeApns.start();
});
after(() => apns.close());
beforeEach(async () => {
  const next = await TinyServer.start();
  await server?.close();
  server = next;
});
after(() => server.close());

function make(choice: Partial<DeviceChoice> = {}): Device {
  const behaviour = { think: [0, 0], ...(typeof choice.behaviour === 'object' ? choice.behaviour : {}) } as const;
  return new Device({
    seed: 'one',
    kind: 'iPhone',
    osVersion: '17',
    supervised: true,
    passcode: true,
    keys,
    ...choice,
    behaviour,
  });
}

async function enrolled(choice: Partial<DeviceChoice> = {}): Promise<Device> {
  const device = make(choice);
  await device.enroll(server.url);
  return device;
}

/** Has the device carry out commands in one session; the reports about them. */
async function ask(device: Device, ...commands: PlistDict[]) {
  server.queue.push(...commands);
  const already = server.reports.length;
  await device.connectOnce();
  return server.reports.slice(already).filter(({ status }) => status !== 'Idle');
}

async function askOne(device: Device, command: PlistDict) {
  const [report] = await ask(device, command);
  assert.ok(report);
  return report;
}

function dict(value: unknown): PlistDict {
  assert.ok(typeof value === 'object' && value !== null && isDict(value as PlistDict));
  return value as PlistDict;
}

describe('enrolling', () => {
  test('from the link alone: profile, SCEP, Authenticate, TokenUpdate', async () => {
    const device = await enrolled();
    const [authenticate, tokenUpdate] = server.checkins;
    assert.equal(authenticate?.type, 'Authenticate');
    assert.equal(
      authenticate.type === 'Authenticate' && authenticate.facts.serialNumber,
      device.blueprint.serialNumber,
    );
    assert.ok(tokenUpdate?.type === 'TokenUpdate' && tokenUpdate.unlockToken);
    assert.equal(tokenUpdate.token.length, 32);
    assert.equal(server.issued[0]?.subject.attributes[0]?.[1], device.blueprint.serialNumber);
    assert.equal(device.state.phase, 'enrolled');
  });

  test('as a person in Safari, through the page', async () => {
    await enrolled({ as: 'safari' });
    assert.equal(server.checkins.length, 2);
  });

  test('after a redirect', async () => {
    await make().enroll(`${server.origin}/enroll/moved`);
    assert.equal(server.checkins.length, 2);
  });

  test('with a signed profile', async () => {
    const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const now = Temporal.Now.instant().epochMilliseconds;
    const subject = buildName([['CN', 'Signer']]);
    const signer = issueCertificate({
      issuer: 'self',
      issuerKey: key,
      subject,
      spki: spkiOf(key),
      serial: Buffer.from([1]),
      notBefore: now,
      notAfter: now + 1000,
    });
    server.profileBody = (content) => buildSignedData({ content, certificate: signer.der, privateKey: key });
    const device = await enrolled();
    assert.ok(device.state.profiles[0]?.signer?.equals(signer.der));
    server.profileBody = (content) => {
      const signed = buildSignedData({ content, certificate: signer.der, privateKey: key });
      signed.writeUInt8(signed.readUInt8(signed.indexOf('jp.example')) ^ 1, signed.indexOf('jp.example'));
      return signed;
    };
    await assert.rejects(make().enroll(server.url), ProfileRefused);
  });

  test('a Mac escrows its bootstrap token and no unlock token', async () => {
    const device = await enrolled({ kind: 'Mac', osVersion: '15' });
    assert.deepEqual(
      server.checkins.map(({ type }) => type),
      ['Authenticate', 'TokenUpdate', 'SetBootstrapToken'],
    );
    const [authenticate, tokenUpdate] = server.checkins;
    assert.ok(authenticate?.type === 'Authenticate' && authenticate.facts.modelName?.startsWith('Mac'));
    assert.ok(tokenUpdate?.type === 'TokenUpdate' && tokenUpdate.unlockToken === undefined);
    assert.equal(device.state.bootstrapToken?.length, 64);
  });

  test('a personally-owned device does not escrow its unlock token', async () => {
    server.changes = (p) => ({ ...p, mdm: { ...p.mdm, accessRights: accessRightsFor('personally-owned') } });
    await enrolled({ supervised: false });
    const [, tokenUpdate] = server.checkins;
    assert.ok(tokenUpdate?.type === 'TokenUpdate' && tokenUpdate.unlockToken === undefined);
  });

  test('unsigned when told so, whatever the profile asks', async () => {
    await assert.rejects(make({ unsigned: true }).enroll(server.url), ConnectionFailed); // this server wants signatures
    await make({ unsigned: false }).enroll(server.url);
  });
  test('ends when the server refuses Authenticate', async () => {
    server.refusals = [{ status: 400 }];
    const device = make();
    await assert.rejects(
      device.enroll(server.url),
      (error) => error instanceof EnrollmentFailed && error.status === 400,
    );
    assert.equal(device.state.phase, 'new');
  });
});

describe('SCEP', () => {
  test('modern clients use AES and SHA-256 by POST', async () => {
    await enrolled();
    assert.deepEqual([server.scepRequests[0]?.cipher, server.scepRequests[0]?.digest], ['aes-128-cbc', 'sha256']);
  });
  test('old ones triple DES and SHA-1', async () => {
    await enrolled({ scep: 'legacy' });
    assert.deepEqual([server.scepRequests[0]?.cipher, server.scepRequests[0]?.digest], ['des-ede3-cbc', 'sha1']);
  });
  test('by GET where the server does not offer POST', async () => {
    server.caps = ['AES', 'SHA-256'];
    await enrolled();
    assert.equal(server.issued.length, 1);
  });
  test('another CA than the fingerprint says is not trusted', async () => {
    server.changes = (p) => ({ ...p, scep: { ...p.scep, caFingerprint: randomBytes(20) } });
    await assert.rejects(make().enroll(server.url), ScepFailed);
    assert.equal(server.scepRequests.length, 0);
  });
  test('a certificate beside the one that the fingerprint vouches for is not trusted', async () => {
    server.besides = [makeAuthority().certificate.der];
    await assert.rejects(make().enroll(server.url), ScepFailed);
    assert.equal(server.scepRequests.length, 0);
  });
  test('an issuer that only the answer itself brings is a stranger', async () => {
    server.impostor = makeAuthority();
    await assert.rejects(make().enroll(server.url), /issued by a stranger/);
    assert.equal(server.checkins.length, 0);
  });
  test('a wrong challenge is refused with its failInfo', async () => {
    server.changes = (p) => ({ ...p, scep: { ...p.scep, challenge: 'guessed' } });
    await assert.rejects(
      make().enroll(server.url),
      (error) => error instanceof ScepFailed && error.failInfo === 'badRequest',
    );
  });
});

describe('asked what it is', () => {
  test('it answers what was asked and nothing else', async () => {
    const device = await enrolled();
    const report = await askOne(device, {
      RequestType: 'DeviceInformation',
      Queries: ['UDID', 'SerialNumber', 'Nonsense', 'EthernetMAC'],
    });
    assert.deepEqual(
      { ...dict(report.raw.QueryResponses) },
      { UDID: device.udid, SerialNumber: device.blueprint.serialNumber },
    );
  });

  test('rights that were not given are honoured', async () => {
    server.changes = (p) => ({ ...p, mdm: { ...p.mdm, accessRights: accessRightsFor('personally-owned') } });
    const device = await enrolled({ supervised: false });
    const [info, apps, erase, lock] = await ask(
      device,
      { RequestType: 'DeviceInformation', Queries: ['OSVersion', 'WiFiMAC', 'PhoneNumber'] },
      installedApplicationList(),
      eraseDevice(),
      deviceLock(),
    );
    assert.deepEqual(Object.keys(dict(info?.raw.QueryResponses)), ['OSVersion']);
    for (const report of [apps, erase, lock])
      assert.deepEqual([report?.status, report?.errorChain[0]?.code], ['Error', 12007]);
    assert.equal(device.state.phase, 'enrolled');
  });

  test('lists are long and partly Japanese, and can be narrowed', async () => {
    const device = await enrolled();
    const [all, managed] = await ask(
      device,
      installedApplicationList(),
      installedApplicationList({ managedOnly: true }),
    );
    const names = (report: typeof all) => {
      const list = report?.raw.InstalledApplicationList;
      assert.ok(Array.isArray(list));
      return list.map((item) => String(dict(item).Name));
    };
    assert.ok(names(all).length >= 30 && names(all).length <= 120);
    assert.ok(names(all).some((name) => /[぀-ヿ一-鿿]/.test(name)));
    assert.ok(names(managed).length < names(all).length && names(managed).length > 0);
  });

  test('a whole inventory leaves no error', async () => {
    for (const kind of ['iPhone', 'iPad', 'Mac', 'MacIntel', 'AppleTV'] as const) {
      const { osVersion: _, ...choice } = { kind, osVersion: undefined };
      const device = new Device({ seed: kind, supervised: true, keys, behaviour: { think: [0, 0] }, ...choice });
      await device.enroll(server.url);
      const target = device.enrollment?.target;
      assert.ok(target);
      const reports = await ask(
        device,
        deviceInformation(target),
        securityInfo(),
        installedApplicationList(),
        { RequestType: 'ProfileList' },
        { RequestType: 'CertificateList' },
      );
      assert.deepEqual(
        reports.map(({ status }) => status),
        Array(5).fill('Acknowledged'),
        kind,
      );
    }
  });

  test('the same seed is the same device', () => {
    assert.deepEqual(make().blueprint, make().blueprint);
    assert.notEqual(make().blueprint.serialNumber, make({ seed: 'two' }).blueprint.serialNumber);
  });
});

describe('a command that does not fit', () => {
  const cases: readonly {
    name: string;
    command: PlistDict;
    status: string;
    code: number;
    choice?: Partial<DeviceChoice>;
  }[] = [
    { name: 'unknown', command: { RequestType: 'MakeCoffee' }, status: 'Error', code: 12021 },
    {
      name: 'of another platform',
      command: { RequestType: 'SetRecoveryLock', NewPassword: 'x' },
      status: 'Error',
      code: 12021,
    },
    {
      name: 'for supervised devices',
      command: restartDevice(),
      status: 'Error',
      code: 12021,
      choice: { supervised: false },
    },
    {
      name: 'with a missing key',
      command: { RequestType: 'RemoveProfile' },
      status: 'CommandFormatError',
      code: 12008,
    },
    {
      name: 'with a key of another type',
      command: { RequestType: 'DeviceLock', Message: 1 },
      status: 'CommandFormatError',
      code: 12008,
    },
    {
      name: 'lost mode without a message',
      command: { RequestType: 'EnableLostMode' },
      status: 'CommandFormatError',
      code: 12008,
    },
    {
      name: 'a Mac’s lock without PIN',
      command: deviceLock(),
      status: 'CommandFormatError',
      code: 12008,
      choice: { kind: 'Mac', osVersion: '15' },
    },
    {
      name: 'a Mac’s lock with letters',
      command: deviceLock({ pin: 'abcdef' }),
      status: 'CommandFormatError',
      code: 12008,
      choice: { kind: 'Mac', osVersion: '15' },
    },
    {
      name: 'removal of a profile it does not have',
      command: removeProfile('jp.example.none'),
      status: 'Error',
      code: 12013,
    },
    { name: 'location outside Lost Mode', command: deviceLocation(), status: 'Error', code: 12067 },
    { name: 'a foreign unlock token', command: clearPasscode(Buffer.from('x')), status: 'Error', code: 5004 },
    { name: 'a profile that is none', command: installProfile(Buffer.from('<plist/>')), status: 'Error', code: 4001 },
  ];
  for (const { name, command, status, code, choice } of cases) {
    test(name, async () => {
      const report = await askOne(await enrolled(choice), command);
      assert.deepEqual([report.status, report.errorChain[0]?.code], [status, code]);
    });
  }

  test('one setting of several fails alone', async () => {
    const device = await enrolled({ supervised: false });
    const report = await askOne(device, {
      RequestType: 'Settings',
      Settings: [
        { Item: 'DeviceName', DeviceName: '新しい名前' },
        { Item: 'DataRoaming', Enabled: true },
      ],
    });
    assert.equal(report.status, 'Acknowledged');
    assert.ok(Array.isArray(report.raw.Settings));
    assert.deepEqual(
      report.raw.Settings.map((item) => dict(item).Status),
      ['Error', 'Acknowledged'],
    );
    assert.notEqual(device.state.name, '新しい名前');
    assert.equal(device.state.dataRoaming, true);
  });
});

describe('what commands do', () => {
  test('rename', async () => {
    const device = await enrolled();
    await ask(device, setDeviceName('営業部 1号機'));
    assert.equal(device.state.name, '営業部 1号機');
  });

  test('clear passcode, with the token of the newest TokenUpdate', async () => {
    const device = await enrolled();
    await device.updateToken();
    const tokens = server.checkins.flatMap((message) => (message.type === 'TokenUpdate' && message.unlockToken) || []);
    const [old, newest] = tokens;
    assert.ok(old && newest);
    assert.equal((await askOne(device, clearPasscode(old))).status, 'Error');
    assert.equal((await askOne(device, clearPasscode(newest))).status, 'Acknowledged');
    assert.equal(device.state.passcode, false);
  });

  test('lock with a message', async () => {
    const device = await enrolled();
    assert.equal((await askOne(device, deviceLock({ message: '拾得物です' }))).raw.MessageResult, 'Success');
    assert.equal(device.state.locked, true);
  });

  test('a locked Mac is out of reach until its PIN is typed', async () => {
    const device = await enrolled({ kind: 'Mac', osVersion: '15' });
    await ask(device, deviceLock({ pin: '123456' }));
    await assert.rejects(device.connectOnce(), ConnectionFailed);
    assert.equal(device.enterPin('000000'), false);
    assert.equal(device.enterPin('123456'), true);
    await device.connectOnce();
  });

  test('lost mode and back', async () => {
    const device = await enrolled();
    const [on, where, sound, install, off] = await ask(
      device,
      enableLostMode({ message: '連絡してください' }),
      deviceLocation(),
      playLostModeSound(),
      installProfile(server.profile()),
      disableLostMode(),
    );
    assert.equal(on?.status, 'Acknowledged');
    assert.ok(where?.raw.Latitude && where.raw.Timestamp);
    assert.equal(sound?.status, 'Acknowledged');
    assert.deepEqual([install?.status, install?.errorChain[0]?.code], ['Error', 12078]);
    assert.equal(off?.status, 'Acknowledged');
    assert.equal(device.state.lostMode, undefined);
  });

  test('erase: answers, then is gone', async () => {
    const device = await enrolled({ push: apns });
    const token = device.enrollment?.token.toString('hex') ?? '';
    const topic = device.enrollment?.connection.instructions.topic ?? '';
    assert.equal((await askOne(device, eraseDevice())).status, 'Acknowledged');
    assert.equal(device.state.phase, 'wiped');
    await assert.rejects(device.connectOnce(), /not enrolled/);
    assert.ok(typeof apns.tokens.look(token, topic) === 'object');
    await device.enroll(server.url);
    assert.equal(device.state.phase, 'enrolled');
  });

  test('erase with return to service brings it back', async () => {
    const device = await enrolled({ behaviour: { boot: [0, 0] } });
    server.queue.push(eraseDevice({ returnToService: { mdmProfile: server.profile() } }));
    await device.connectOnce();
    assert.ok(device.comeback);
    await device.enrollFromProfile(device.comeback);
    assert.equal(device.state.phase, 'enrolled');
  });

  for (const { behavior, status, wiped } of [
    { behavior: 'Default', status: 'Error', wiped: true },
    { behavior: 'DoNotObliterate', status: 'Error', wiped: false },
    { behavior: 'ObliterateWithWarning', status: 'Acknowledged', wiped: true },
    { behavior: 'Always', status: 'Acknowledged', wiped: true },
  ] as const) {
    test(`a Mac that cannot erase its contents: ${behavior}`, async () => {
      const seed = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].find(
        (one) => !new Device({ seed: one, kind: 'MacIntel', osVersion: '14' }).blueprint.canEraseContents,
      );
      const device = await enrolled({ kind: 'MacIntel', osVersion: '14', seed: seed ?? '' });
      const report = await askOne(device, eraseDevice({ pin: '123456', obliterationBehavior: behavior }));
      assert.deepEqual([report.status, device.state.phase === 'wiped'], [status, wiped]);
    });
  }

  test('switched off, it stays off until somebody switches it on', async () => {
    const device = await enrolled();
    await ask(device, shutDownDevice());
    await assert.rejects(device.connectOnce(), ConnectionFailed);
    device.switchOn();
    await device.connectOnce();
  });

  test('restarting, it leaves the command that came with the answer', async () => {
    const device = await enrolled();
    const reports = await ask(device, restartDevice(), securityInfo());
    assert.equal(reports.length, 1);
    assert.equal(device.state.restarts, 1);
  });

  test('removal of the management ends in CheckOut', async () => {
    const device = await enrolled();
    await ask(device, removeProfile('jp.example.tiny'));
    assert.equal(device.state.phase, 'unenrolled');
    assert.equal(server.checkins.at(-1)?.type, 'CheckOut');
  });

  test('a person may remove it too, unless the profile forbids', async () => {
    const device = await enrolled();
    await device.removeManagement();
    assert.equal(server.checkins.at(-1)?.type, 'CheckOut');
    server.changes = (p) => ({ ...p, removalDisallowed: true });
    await device.enroll(server.url);
    await assert.rejects(device.removeManagement());
  });
});

describe('renewal', () => {
  test('the MDM profile brings a new identity, and the answer comes under it', async () => {
    const device = await enrolled();
    const before = device.enrollment;
    const report = await askOne(device, installProfile(server.profile()));
    assert.equal(report.status, 'Acknowledged');
    assert.equal(server.issued.length, 2);
    assert.deepEqual(
      server.checkins.slice(-2).map(({ type }) => type),
      ['Authenticate', 'TokenUpdate'],
    );
    assert.deepEqual(device.enrollment?.token, before?.token);
    assert.notDeepEqual(
      device.enrollment?.connection.identity.certificate.der,
      before?.connection.identity.certificate.der,
    );
  });

  test('another server or more rights are refused', async () => {
    const device = await enrolled();
    for (const change of [{ serverUrl: 'http://127.0.0.1/x' }, { topic: 'com.apple.mgmt.other' }]) {
      server.changes = (p) => ({ ...p, mdm: { ...p.mdm, ...change } });
      assert.equal((await askOne(device, installProfile(server.profile()))).errorChain[0]?.code, 12012);
    }
    assert.equal(server.issued.length, 1);
  });
});

test('a renewal whose certificate is refused leaves everything as it was', async () => {
  const device = await enrolled();
  const before = device.enrollment;
  server.changes = (p) => ({ ...p, scep: { ...p.scep, challenge: 'used up' } });
  assert.equal((await askOne(device, installProfile(server.profile()))).errorChain[0]?.domain, 'MCSCEPErrorDomain');
  assert.equal(device.enrollment, before);
});

describe('NotNow', () => {
  test('a locked phone puts off what it may, and answers what it must', async () => {
    const device = await enrolled();
    device.lock();
    const reports = await ask(device, setDeviceName('x'), { RequestType: 'ProfileList' }, securityInfo());
    assert.deepEqual(
      reports.map(({ status }) => status),
      ['NotNow', 'Acknowledged', 'NotNow'],
    );
    device.unlock();
    assert.equal((await askOne(device, setDeviceName('x'))).status, 'Acknowledged');
  });

  test('a Mac in Power Nap puts off all but a few', async () => {
    const device = await enrolled({ kind: 'Mac', osVersion: '15' });
    device.lock();
    const target = device.enrollment?.target;
    assert.ok(target);
    const reports = await ask(device, deviceInformation(target), restartDevice());
    assert.deepEqual(
      reports.map(({ status }) => status),
      ['NotNow', 'Acknowledged'],
    );
  });

  test('a session that ends with it says so', async () => {
    const device = await enrolled();
    device.lock();
    server.queue.push(securityInfo());
    assert.equal((await device.connectOnce()).endedWithNotNow, true);
  });
});

describe('a connection that fails', () => {
  test('a result that was not taken is said again first, and only then comes the next command', async () => {
    const device = await enrolled();
    server.queue.push(securityInfo(), { RequestType: 'ProfileList' });
    server.refusals = [undefined, { status: 503 }];
    await assert.rejects(device.connectOnce(), ServerRefused);
    const { answered } = await device.connectOnce();
    assert.deepEqual(
      server.reports.map(({ status, raw }) => [status, 'SecurityInfo' in raw, 'ProfileList' in raw]),
      [
        ['Idle', false, false],
        ['Acknowledged', true, false],
        ['Acknowledged', false, true],
      ],
    );
    assert.equal(answered.length, 1);
  });

  test('a dropped answer makes a duplicate, as on real devices', async () => {
    const device = await enrolled({ behaviour: { drop: 1 } });
    server.queue.push(securityInfo());
    await assert.rejects(device.connectOnce(), ConnectionFailed);
    const [first] = server.reports.slice(-1);
    await device.connectOnce();
    assert.equal(server.reports.at(-1)?.commandUuid, first?.commandUuid);
  });

  for (const status of [400, 410, 500, 503]) {
    test(`${status}: tries again later, still enrolled`, async () => {
      const device = await enrolled();
      server.refusals = [{ status }];
      await assert.rejects(device.connectOnce(), (error) => error instanceof ServerRefused && error.status === status);
      assert.equal(device.state.phase, 'enrolled');
      await device.connectOnce();
    });
  }

  test('403 with Apple’s code ends the enrollment, without it does not', async () => {
    const device = await enrolled();
    server.refusals = [{ status: 403 }];
    await assert.rejects(device.connectOnce());
    assert.equal(device.state.phase, 'enrolled');
    server.refusals = [{ status: 403, body: unrecognizedDeviceBody() }];
    await assert.rejects(device.connectOnce());
    assert.equal(device.state.phase, 'unenrolled');
  });
});

test('declarative management: tokens, items, declarations, status', async () => {
  const device = await enrolled();
  const target = device.enrollment?.target;
  assert.ok(target);
  const declarations = baselineDeclarations(target, 'test');
  const tokens = tokensDocument(declarations, Temporal.Now.instant());
  server.ddm.set('tokens', tokens.toString());
  server.ddm.set('declaration-items', declarationItemsDocument(declarations).toString());
  for (const one of declarations) {
    const kind = one.Type.split('.')[2];
    server.ddm.set(`declaration/${kind}/${one.Identifier}`, declarationDocument(one).toString());
  }
  await ask(device, declarativeManagement());
  const asked = server.checkins.flatMap((message) => (message.type === 'DeclarativeManagement' ? [message] : []));
  assert.deepEqual(
    asked.map(({ endpoint }) => parseEndpoint(endpoint).name),
    ['tokens', 'declaration-items', 'declaration', 'declaration', 'status'],
  );
  const report = parseStatusReport(asked.at(-1)?.data ?? Buffer.alloc(0));
  assert.equal(report.items.get('device.identifier.serial-number'), device.blueprint.serialNumber);
  assert.equal(report.fullReport, true);
  const before = server.checkins.length;
  await ask(device, declarativeManagement(tokens));
  assert.equal(server.checkins.length, before);
});

test('alone it lives: a push wakes it, and it does what was asked', async () => {
  const device = await enrolled({ push: apns });
  const topic = device.enrollment?.connection.instructions.topic ?? '';
  const token = device.enrollment?.token.toString('hex') ?? '';
  const stop = new AbortController();
  const life = device.live(stop.signal);
  server.queue.push(setDeviceName('起きた'));
  const expiration = Temporal.Now.instant().epochMilliseconds / 1000 + 60;
  apns.tokens.deliver({ token, topic, magic: device.enrollment?.pushMagic ?? '', id: '1' }, expiration);
  while (device.state.name !== '起きた') await new Promise((resolve) => setTimeout(resolve, 10));
  stop.abort();
  await life;
  device.close();
});

test('alone and without a push service it polls, and is unlocked some time', async () => {
  const device = await enrolled({ behaviour: { poll: [0.02, 0.03], locked: 0.5, lockedFor: [0.02, 0.05] } });
  const stop = new AbortController();
  const life = device.live(stop.signal);
  server.queue.push(setDeviceName('やっと'));
  while (device.state.name !== 'やっと') {
    await new Promise((resolve) => setTimeout(resolve, 20));
    if (server.queue.length === 0 && device.state.name !== 'やっと') server.queue.push(setDeviceName('やっと'));
  }
  stop.abort();
  await life;
});
