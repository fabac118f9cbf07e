import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { type PlistDict, writePlist } from '@tsukasa/apple-mdm';
import fc from 'fast-check';
import { checkEnrollmentProfile, openProfile, ProfileRefused, replacementProblem } from './profile.ts';

type Draft = { profile: PlistDict; mdm: PlistDict; scep: PlistDict; content: PlistDict; extra: PlistDict[] };

const identity = randomUUID();

function draft(): Draft {
  const common = { PayloadVersion: 1, PayloadUUID: randomUUID() };
  return {
    profile: { ...common, PayloadType: 'Configuration', PayloadIdentifier: 'jp.example' },
    mdm: {
      ...common,
      PayloadUUID: randomUUID(),
      PayloadType: 'com.apple.mdm',
      PayloadIdentifier: 'jp.example.mdm',
      IdentityCertificateUUID: identity,
      Topic: 'com.apple.mgmt.External.x',
      ServerURL: 'https://mdm.example.jp/connect',
      CheckInURL: 'https://mdm.example.jp/checkin',
      AccessRights: 8191,
      SignMessage: true,
    },
    scep: {
      ...common,
      PayloadUUID: identity,
      PayloadType: 'com.apple.security.scep',
      PayloadIdentifier: 'jp.example.scep',
    },
    content: { URL: 'http://mdm.example.jp/scep', Challenge: 'c', Keysize: 2048, 'Key Type': 'RSA', 'Key Usage': 5 },
    extra: [],
  };
}

function written({ profile, mdm, scep, content, extra }: Draft): Buffer {
  return writePlist({ PayloadContent: [{ ...scep, PayloadContent: content }, mdm, ...extra], ...profile });
}

test('a right one is taken', () => {
  const { instructions, identifier } = checkEnrollmentProfile(written(draft()));
  assert.equal(identifier, 'jp.example');
  assert.equal(instructions.checkInUrl, 'https://mdm.example.jp/checkin');
});

describe('a device refuses', () => {
  const cases: Record<string, (d: Draft) => Partial<Draft>> = {
    'no MDM payload': ({ mdm }) => ({ mdm: { ...mdm, PayloadType: 'com.apple.wifi.managed' } }),
    'two MDM payloads': ({ mdm }) => ({ extra: [{ ...mdm, PayloadUUID: randomUUID() }] }),
    'a payload UUID twice': ({ mdm, scep }) => ({ mdm: { ...mdm, PayloadUUID: scep.PayloadUUID } }),
    'an identity that is not there': ({ mdm }) => ({ mdm: { ...mdm, IdentityCertificateUUID: randomUUID() } }),
    'an identity that is no UUID': ({ mdm }) => ({ mdm: { ...mdm, IdentityCertificateUUID: 'scep' } }),
    'an identity that is no SCEP payload': ({ scep }) => ({
      scep: { ...scep, PayloadType: 'com.apple.security.root' },
    }),
    'a foreign topic': ({ mdm }) => ({ mdm: { ...mdm, Topic: 'jp.example' } }),
    'a server without TLS': ({ mdm }) => ({ mdm: { ...mdm, ServerURL: 'http://mdm.example.jp/connect' } }),
    'a check-in without TLS': ({ mdm }) => ({ mdm: { ...mdm, CheckInURL: 'http://localhost.example.jp/' } }),
    'no rights': ({ mdm }) => ({ mdm: { ...mdm, AccessRights: 0 } }),
    'half a pair of rights': ({ mdm }) => ({ mdm: { ...mdm, AccessRights: 2 } }),
    'rights as text': ({ mdm }) => ({ mdm: { ...mdm, AccessRights: '8191' } }),
    'SignMessage as a number': ({ mdm }) => ({ mdm: { ...mdm, SignMessage: 1 } }),
    'another payload version': ({ mdm }) => ({ mdm: { ...mdm, PayloadVersion: 2 } }),
    'a payload without identifier': ({ mdm }) => ({ mdm: { ...mdm, PayloadIdentifier: '' } }),
    'a profile UUID that is none': ({ profile }) => ({ profile: { ...profile, PayloadUUID: '1' } }),
    'another profile type': ({ profile }) => ({ profile: { ...profile, PayloadType: 'Profile Service' } }),
    'SCEP without URL': () => ({ content: { Challenge: 'c' } }),
    'a key of 1234 bits': ({ content }) => ({ content: { ...content, Keysize: 1234 } }),
    'an EC key': ({ content }) => ({ content: { ...content, 'Key Type': 'ECSECPrimeRandom' } }),
    'a flat subject': ({ content }) => ({ content: { ...content, Subject: [['CN', 'x']] } }),
    'a SCEP name that is no text': ({ content }) => ({ content: { ...content, Name: 1 } }),
    'a key that is extractable as text': ({ content }) => ({ content: { ...content, KeyIsExtractable: 'no' } }),
    'retries as text': ({ content }) => ({ content: { ...content, Retries: '3' } }),
    'capabilities that are one text': ({ mdm }) => ({ mdm: { ...mdm, ServerCapabilities: 'com.apple.mdm.token' } }),
    'pins that are numbers': ({ mdm }) => ({ mdm: { ...mdm, ServerURLPinningCertificateUUIDs: [1] } }),
    'a consent that is one text': ({ profile }) => ({ profile: { ...profile, ConsentText: 'yes' } }),
    'a scope of its own': ({ profile }) => ({ profile: { ...profile, PayloadScope: 'Computer' } }),
    'removal as a number': ({ profile }) => ({ profile: { ...profile, PayloadRemovalDisallowed: 1 } }),
    'a name that is no text': ({ mdm }) => ({ mdm: { ...mdm, PayloadDisplayName: true } }),
    'a fingerprint of 5 bytes': ({ content }) => ({ content: { ...content, CAFingerprint: Buffer.alloc(5) } }),
  };
  for (const [name, change] of Object.entries(cases)) {
    test(name, () => {
      const right = draft();
      assert.throws(() => checkEnrollmentProfile(written({ ...right, ...change(right) })), ProfileRefused);
    });
  }

  test('a signature around nothing', () => {
    assert.throws(() => openProfile(Buffer.from([0x30, 0x80, 1, 2])), ProfileRefused);
  });
});

test('plain HTTP reaches this machine, and others only when allowed', () => {
  const right = draft();
  const at = (url: string) => written({ ...right, mdm: { ...right.mdm, ServerURL: url, CheckInURL: url } });
  for (const url of ['http://localhost:8420/x', 'http://127.0.0.1/x', 'http://[::1]:1/x']) {
    checkEnrollmentProfile(at(url));
  }
  assert.throws(() => checkEnrollmentProfile(at('http://10.0.0.1/x')), ProfileRefused);
  checkEnrollmentProfile(at('http://10.0.0.1/x'), { allowHttp: true });
});

test('what replaces an enrollment may not move it or add rights', () => {
  const right = draft();
  const old = checkEnrollmentProfile(written({ ...right, mdm: { ...right.mdm, AccessRights: 7 } }));
  const next = (mdm: PlistDict) => checkEnrollmentProfile(written({ ...right, mdm: { ...right.mdm, ...mdm } }));
  assert.equal(replacementProblem(old, next({ AccessRights: 3 })), undefined);
  assert.match(replacementProblem(old, next({ AccessRights: 15 })) ?? '', /AccessRights/);
  const query = { AccessRights: 7, ServerURL: 'https://mdm.example.jp/connect?a' };
  assert.match(replacementProblem(old, next(query)) ?? '', /serverUrl/);
});

test('any bytes are refused or read, never anything else', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      try {
        checkEnrollmentProfile(openProfile(Buffer.from(bytes)).bytes);
      } catch (error) {
        assert.ok(error instanceof ProfileRefused);
      }
    }),
  );
});
