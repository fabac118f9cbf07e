import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { before, describe, test } from 'node:test';
import type { DeviceEvent, DeviceSummary } from '@tsukasa/api';
import { readPlistDict } from '@tsukasa/apple-mdm';
import type { CertRep } from '@tsukasa/scep';
import { contractFor } from './contract.ts';
import {
  announce,
  fetchInstructions,
  HandDevice,
  httpScep,
  newKey,
  put,
  type Reply,
  requestCertificate,
  selfSigned,
  signatureOf,
  stream,
} from './hand-device.ts';
import { type Contractor, useStage } from './harness.ts';
import { until } from './wait.ts';

const MANY = { maxUses: 100 };
const OVER_16_MIB = Buffer.alloc(16 * 1024 * 1024 + 1, 0x20);

let contractor: Contractor;
let link: string;
let device: HandDevice;
let victim: HandDevice;
const stage = useStage(async (opened) => {
  contractor = await opened.contractor('青葉商事');
  link = await opened.invite(contractor.contractorId, MANY);
  device = await HandDevice.enrolled(link);
  victim = await HandDevice.enrolled(link);
});

async function events(contractorId = contractor.contractorId): Promise<readonly DeviceEvent[]> {
  const query = { limit: 200 };
  return (await stage().provider.call('listEvents', { params: { contractorId }, query })).items;
}

/** What is known of the fleet, without the times of contact that any message moves. */
async function fleet(): Promise<readonly Partial<DeviceSummary>[]> {
  const { contractorId } = contractor;
  const { items } = await stage().provider.call('listDevices', { params: { contractorId }, query: { limit: 200 } });
  return items.map(({ lastContactAt: _contact, lastObservedAt: _observed, ...rest }) => rest);
}

/** Does something wrong: the answer as given, an event of this kind that has not been there so often, the same fleet. */
async function refused<T>(kind: string, act: () => Promise<T>): Promise<T> {
  const count = async () =>
    (await events()).filter((event) => event.kind === kind).reduce((sum, event) => sum + event.count, 0);
  const [before, devices] = [await count(), await fleet()];
  const answer = await act();
  await until(`an event ${kind} is there`, 10_000, async () => (await count()) > before).catch(
    async (error: unknown) => {
      throw new Error(`${String(error)}; there are ${(await events()).map((event) => event.kind).join(', ')}`);
    },
  );
  assert.deepEqual(await fleet(), devices, 'nothing else may change');
  return answer;
}

function failInfoOf(answer: CertRep): string {
  assert.equal(answer.status, 'FAILURE');
  return answer.status === 'FAILURE' ? answer.failInfo : '';
}

/** Never 401: on these enrollments it tells the device to leave. */
function assertRefused({ status }: Reply, expected: readonly number[]): void {
  assert.ok(expected.includes(status), `answered ${status}, expected ${expected.join(' or ')}`);
}

describe('a property list that is none', () => {
  const bodies: readonly { readonly name: string; readonly body: Buffer }[] = [
    { name: 'empty', body: Buffer.alloc(0) },
    { name: 'noise', body: randomBytes(300) },
    { name: 'cut off', body: Buffer.from('<?xml version="1.0"?><plist version="1.0"><dict><key>UDID</key><str') },
    { name: 'another root', body: Buffer.from('<plist version="1.0"><array/></plist>') },
    {
      name: 'an entity',
      body: Buffer.from(
        '<!DOCTYPE p [<!ENTITY a "b">]><plist><dict><key>UDID</key><string>&a;</string></dict></plist>',
      ),
    },
    {
      name: 'a binary one that points to itself',
      body: Buffer.concat([Buffer.from('bplist00'), Buffer.alloc(64, 0xff)]),
    },
  ];
  for (const { name, body } of bodies) {
    test(`${name}: check-in and command channel answer 400`, async () => {
      assertRefused(await refused('channel.malformed', () => device.checkIn(body)), [400]);
      assertRefused(await refused('channel.malformed', () => device.connect(body)), [400]);
    });
  }

  test('nested without end, in linear time', async () => {
    const body = Buffer.from(`<plist>${'<array>'.repeat(200_000)}`);
    const started = performance.now();
    assertRefused(await refused('channel.malformed', () => device.checkIn(body)), [400]);
    assert.ok(performance.now() - started < 10_000);
  });

  test('larger than 16 MiB, announced or not: 413, and the server goes on for others', async () => {
    const { serverUrl, checkInUrl } = device.instructions;
    assertRefused(await refused('channel.too_large', () => announce(checkInUrl, OVER_16_MIB.length)), [413]);
    assertRefused(await refused('channel.too_large', () => stream(serverUrl, OVER_16_MIB)), [413]);
    assert.equal((await device.connect(device.idle())).status, 200);
  });
});

describe('a message without a good identity', () => {
  test('no signature at all', async () => {
    const body = Buffer.from('<plist><dict/></plist>');
    assertRefused(await refused('channel.no_identity', () => put(device.instructions.checkInUrl, body)), [400]);
  });

  test('a signature that is no CMS', async () => {
    const body = Buffer.from('<plist><dict/></plist>');
    const signature = randomBytes(400).toString('base64');
    const send = () => put(device.instructions.checkInUrl, body, signature);
    assertRefused(await refused('channel.bad_signature', send), [400]);
  });

  test('a signature over another body, as when a message is replayed under another', async () => {
    const signature = signatureOf(Buffer.from('another'), device.identity);
    const body = Buffer.from('<plist><dict/></plist>');
    const send = () => put(device.instructions.serverUrl, body, signature);
    assertRefused(await refused('channel.bad_signature', send), [400]);
  });

  test('a certificate of nobody', async () => {
    const stranger = selfSigned(newKey());
    const send = () => device.connect(device.idle(), stranger);
    assertRefused(await refused('channel.foreign_certificate', send), [400]);
  });

  test('a certificate of another contractor', async () => {
    const other = await stage().contractor('Other');
    const foreign = await HandDevice.enrolled(await stage().invite(other.contractorId));
    const send = () => device.connect(device.idle(), foreign.identity);
    assertRefused(await refused('channel.foreign_certificate', send), [400]);
    assert.equal((await foreign.connect(foreign.idle())).status, 200, 'where it belongs it is as good as before');
  });
});

describe('a certificate in the wrong hands', () => {
  test('one device with the certificate of another: a check-in', async () => {
    const send = () => device.checkIn(victim.tokenUpdate(), device.identity);
    assertRefused(await refused('channel.certificate_of_another_device', send), [400]);
  });

  test('a new device with a certificate that is bound already', async () => {
    const replayed = { ...device.authenticate(), UDID: 'FFFFFFFF-0000-4000-8000-000000000001', SerialNumber: 'X1' };
    const send = () => device.checkIn(replayed);
    assertRefused(await refused('channel.certificate_of_another_device', send), [400]);
  });

  test('a device that says it is hardware with another serial number', async () => {
    const impostor = await HandDevice.withCertificate(link);
    const message = { ...impostor.authenticate(), UDID: victim.udid };
    assertRefused(await refused('channel.hardware_differs', () => impostor.checkIn(message)), [400]);
    assert.equal((await victim.connect(victim.idle())).status, 200);
  });

  test('a certificate that was revoked, from the next contact on', async () => {
    const { contractorId } = contractor;
    const lost = await HandDevice.enrolled(link);
    const found = await until('it is listed', 10_000, async () => {
      const query = { q: lost.serialNumber };
      return (await stage().provider.call('listDevices', { params: { contractorId }, query })).items[0];
    });
    const { deviceId } = found;
    const { items } = await stage().provider.call('listIdentities', { params: { contractorId, deviceId } });
    const [identity] = items;
    assert.ok(identity);
    assert.equal((await lost.connect(lost.idle())).status, 200);
    const params = { contractorId, serial: identity.serial };
    await stage().provider.call('revokeIdentity', { params, body: { reason: 'lost in a train' } });
    assertRefused(await refused('channel.revoked_certificate', () => lost.connect(lost.idle())), [403]);
    assertRefused(await refused('channel.revoked_certificate', () => lost.checkIn(lost.authenticate())), [403]);
  });
});

describe('a device that nobody knows', () => {
  test('a good certificate that never said Authenticate: command channel and check-in', async () => {
    const early = await HandDevice.withCertificate(link);
    assertRefused(await refused('channel.unknown_device', () => early.connect(early.idle())), [400]);
    assertRefused(await refused('channel.unknown_device', () => early.checkIn(early.tokenUpdate())), [400]);
  });

  test('a known certificate with a UDID that nobody knows', async () => {
    const report = { ...device.idle(), UDID: 'FFFFFFFF-0000-4000-8000-000000000002' };
    assertRefused(await refused('channel.certificate_of_another_device', () => device.connect(report)), [400]);
  });

  test('one that has left is told so in the protocol’s own words', async () => {
    const gone = await HandDevice.enrolled(link);
    const bye = { MessageType: 'CheckOut', UDID: gone.udid, Topic: gone.instructions.topic };
    assert.equal((await gone.checkIn(bye)).status, 200);
    const reply = await refused('channel.gone', () => gone.connect(gone.idle()));
    assertRefused(reply, [403]);
    assert.ok(Object.keys(readPlistDict(reply.body)).length > 0);
  });

  test('a contractor that does not exist', async () => {
    const url = device.instructions.serverUrl.replace(contractor.contractorId, '018f0000-0000-7000-8000-000000000000');
    const body = Buffer.from('<plist><dict/></plist>');
    const { status } = await put(url, body, signatureOf(body, device.identity));
    assert.ok([400, 404].includes(status), String(status));
  });
});

describe('a result for another device', () => {
  test('the report names another UDID than its certificate', async () => {
    const report = { Status: 'Acknowledged', UDID: victim.udid, CommandUUID: 'FFFFFFFF-0000-4000-8000-000000000003' };
    const send = () => device.connect(report, device.identity);
    assertRefused(await refused('channel.certificate_of_another_device', send), [400]);
  });

  test('the result is for a command of another device: its action stays open', async () => {
    const { contractorId } = contractor;
    const query = { q: victim.serialNumber };
    const [found] = (await stage().provider.call('listDevices', { params: { contractorId }, query })).items;
    assert.ok(found);
    const params = { contractorId, deviceId: found.deviceId };
    const { actionId } = await stage().provider.call('askAction', { params, body: { type: 'lock' } });
    const commandUuid = await until('the victim gets its command', 10_000, async () => {
      const { body } = await victim.connect(victim.idle());
      if (body.length === 0) return undefined;
      const uuid = readPlistDict(body)['CommandUUID'];
      return typeof uuid === 'string' ? uuid : undefined;
    });
    const forged = { Status: 'Acknowledged', UDID: device.udid, CommandUUID: commandUuid };
    const reply = await refused('channel.unknown_result', () => device.connect(forged));
    assert.equal(reply.status, 200, 'the device has said what it had to say');
    const action = await stage().provider.call('getAction', { params: { contractorId, actionId } });
    assert.ok(['queued', 'sent'].includes(action.state), action.state);
  });
});

describe('a certificate request that is refused', () => {
  test('a wrong challenge', async () => {
    const { url } = (await fetchInstructions(link)).scep;
    const ask = () => requestCertificate({ url, challenge: 'a guess' });
    assert.equal(failInfoOf((await refused('scep.wrong_challenge', ask)).answer), 'badRequest');
  });

  test('no challenge', async () => {
    const { url } = (await fetchInstructions(link)).scep;
    assert.equal(
      failInfoOf((await refused('scep.challenge_missing', () => requestCertificate({ url }))).answer),
      'badRequest',
    );
  });

  test('a challenge that was used, by another key', async () => {
    const { url, challenge } = (await fetchInstructions(link)).scep;
    assert.equal((await requestCertificate({ url, challenge })).answer.status, 'SUCCESS');
    const ask = () => requestCertificate({ url, challenge });
    assert.equal(failInfoOf((await refused('scep.challenge_reused', ask)).answer), 'badRequest');
  });

  test('a challenge of another contractor', async () => {
    const { url } = (await fetchInstructions(link)).scep;
    const other = await stage().contractor('Third');
    const foreign = (await fetchInstructions(await stage().invite(other.contractorId))).scep;
    const ask = () => requestCertificate({ url, challenge: foreign.challenge });
    assert.equal(failInfoOf((await refused('scep.wrong_challenge', ask)).answer), 'badRequest');
    const { answer } = await requestCertificate({ url: foreign.url, challenge: foreign.challenge });
    assert.equal(answer.status, 'SUCCESS', 'where it belongs it is as good as before');
  });

  test('a key that is too weak', async () => {
    const { url, challenge } = (await fetchInstructions(link)).scep;
    const ask = () => requestCertificate({ url, challenge, privateKey: newKey(1024) });
    assert.equal(failInfoOf((await refused('scep.weak_key', ask)).answer), 'badAlg');
  });

  test('a CSR that is noise, and one that another key signed', async () => {
    const { url, challenge } = (await fetchInstructions(link)).scep;
    const noise = () => requestCertificate({ url, challenge, csr: () => randomBytes(500) });
    failInfoOf((await refused('scep.unreadable_request', noise)).answer);
    const tampered = (csr: Buffer) => {
      const copy = Buffer.from(csr);
      copy.writeUInt8(copy.readUInt8(copy.length - 1) ^ 1, copy.length - 1);
      return copy;
    };
    const forged = () => requestCertificate({ url, challenge, csr: tampered });
    failInfoOf((await refused('scep.unreadable_request', forged)).answer);
    const { answer } = await requestCertificate({ url, challenge });
    assert.equal(answer.status, 'SUCCESS', 'what was refused has not used up the challenge');
  });

  test('a message that is no CMS, and one larger than any', async () => {
    const { url } = (await fetchInstructions(link)).scep;
    assertRefused(await refused('scep.malformed', () => httpScep(url, 'PKIOperation', randomBytes(500))), [400]);
    const huge = Buffer.alloc(70_000, 0x30);
    assertRefused(await refused('scep.too_large', () => httpScep(url, 'PKIOperation', huge)), [413]);
  });
});

describe('an invitation that cannot be', () => {
  test('without a push certificate: refused with the reason, and none is made', async () => {
    const contractorId = await stage().bareContractor('Bare');
    await contractFor(stage().provider, contractorId);
    const body = { platform: 'apple' as const, usageMode: 'company-owned' as const };
    const { status, problem } = await stage().provider.refusal('createInvitation', { params: { contractorId }, body });
    assert.ok([409, 422].includes(status), String(status));
    assert.equal(problem.reason, 'push_certificate.missing');
    const { items } = await stage().provider.call('listInvitations', { params: { contractorId } });
    assert.equal(items.length, 0);
  });

  test('revoked: the link is gone, and a device half-way through cannot enroll', async () => {
    const { contractorId } = contractor;
    const body = { platform: 'apple' as const, usageMode: 'company-owned' as const };
    const { invitationId, url } = await stage().provider.call('createInvitation', { params: { contractorId }, body });
    assert.ok(url !== null);
    const halfway = await HandDevice.withCertificate(url);
    await stage().provider.call('revokeInvitation', { params: { contractorId, invitationId } });
    assert.equal((await fetch(url, { headers: { accept: '*/*' } })).status, 410);
    const send = () => halfway.checkIn(halfway.authenticate());
    assertRefused(await refused('channel.invitation_not_usable', send), [403]);
  });
});

describe('a push certificate that is none', () => {
  let contractorId: string;
  before(async () => {
    contractorId = await stage().bareContractor('Push');
  });

  test('is refused with the reason, and none is kept', async () => {
    const good = stage().apns.mint();
    const another = stage().apns.mint();
    const plain = selfSigned(newKey());
    const pem = `-----BEGIN CERTIFICATE-----\n${Buffer.from(plain.certificate).toString('base64')}\n-----END CERTIFICATE-----\n`;
    const bodies = [
      { certificate: 'no PEM', privateKey: good.privateKey ?? '' },
      { certificate: good.certificate, privateKey: 'no PEM' },
      { certificate: good.certificate, privateKey: another.privateKey ?? '' },
      { certificate: pem, privateKey: plain.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() },
    ];
    for (const [index, body] of bodies.entries()) {
      const { status, problem } = await stage().provider.refusal('putPushCertificate', {
        params: { contractorId },
        body,
      });
      assert.ok([400, 409, 422].includes(status), `${index}: ${status}`);
      assert.ok(problem.reason?.startsWith('push_certificate.'), `${index}: ${problem.reason}`);
      assert.doesNotMatch(JSON.stringify(problem), /PRIVATE KEY|MII/, 'a key must not come back');
    }
    const kept = await stage().provider.call('getPushCertificate', { params: { contractorId } });
    assert.equal(kept.state, 'missing');
  });

  test('another topic is refused with the number of devices, unless forced', async () => {
    const { contractorId: id } = contractor;
    const { certificate, privateKey = '' } = stage().apns.mint();
    const params = { contractorId: id };
    const { status, problem } = await stage().provider.refusal('putPushCertificate', {
      params,
      body: { certificate, privateKey },
    });
    assert.ok([409, 422].includes(status), String(status));
    assert.equal(problem.reason, 'push_certificate.topic_changed');
    assert.ok(Object.values(problem.params ?? {}).some((value) => typeof value === 'number' && value > 0));
    const kept = await stage().provider.call('getPushCertificate', { params });
    assert.equal(kept.topic, contractor.topic);
  });
});

test('after all of it the audit trails hold', async () => {
  const { contractorId } = contractor;
  assert.equal((await stage().provider.call('verifyAudit', { params: { contractorId } })).ok, true);
  assert.equal((await stage().provider.call('verifyProviderAudit')).ok, true);
});
