import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACCESS_RIGHTS, ALL_ACCESS_RIGHTS, accessRightsFor, isValidAccessRights } from './access-rights.ts';
import { readPlistDict } from './plist.ts';
import { PlistError } from './plist-value.ts';
import { writePlist } from './plist-write.ts';
import { buildEnrollmentProfile, type EnrollmentProfileParams, enrollmentProfile } from './profile.ts';
import { parseEnrollmentProfile, parseProfile, payloadsOfType } from './profile-read.ts';

const PARAMS: EnrollmentProfileParams = {
  identifier: 'jp.example.mdm',
  uuid: '10000000-0000-4000-8000-000000000001',
  organization: '例示株式会社',
  displayName: 'Example MDM',
  consentText: { default: 'Managed by Example', ja: '例示株式会社が管理します' },
  rootCertificate: { uuid: '10000000-0000-4000-8000-000000000004', der: Buffer.from([0x30, 0]) },
  scep: {
    uuid: '10000000-0000-4000-8000-000000000002',
    url: 'https://mdm.example.jp/scep?x=1&y=2',
    challenge: 'one-time',
    subject: [[['O', 'Example']], [['CN', 'device']]],
    caFingerprint: Buffer.alloc(20, 7),
  },
  mdm: {
    uuid: '10000000-0000-4000-8000-000000000003',
    serverUrl: 'https://mdm.example.jp/mdm',
    checkInUrl: 'https://mdm.example.jp/checkin',
    topic: 'com.apple.mgmt.External.1234',
    accessRights: ALL_ACCESS_RIGHTS,
    signMessage: true,
    checkOutWhenRemoved: true,
    serverCapabilities: ['com.apple.mdm.per-user-connections', 'com.apple.mdm.bootstraptoken'],
  },
};

test('a device reads from the profile what was put in', () => {
  const read = parseEnrollmentProfile(buildEnrollmentProfile(PARAMS));
  assert.deepEqual(read, {
    serverUrl: PARAMS.mdm.serverUrl,
    checkInUrl: PARAMS.mdm.checkInUrl,
    topic: PARAMS.mdm.topic,
    accessRights: 8191,
    signMessage: true,
    checkOutWhenRemoved: true,
    serverCapabilities: PARAMS.mdm.serverCapabilities,
    scep: {
      url: PARAMS.scep.url,
      challenge: 'one-time',
      subject: PARAMS.scep.subject,
      keySize: 2048,
      keyUsage: 5,
      caFingerprint: Buffer.alloc(20, 7),
    },
    rootCertificates: [Buffer.from([0x30, 0])],
  });
});

test('the same parameters give the same bytes, and the identity is the SCEP payload', () => {
  assert.deepEqual(buildEnrollmentProfile(PARAMS), buildEnrollmentProfile(PARAMS));
  const profile = parseProfile(buildEnrollmentProfile(PARAMS));
  assert.equal(profile.identifier, 'jp.example.mdm');
  const [mdm] = payloadsOfType(profile, 'com.apple.mdm');
  const [scep] = payloadsOfType(profile, 'com.apple.security.scep');
  assert.equal(mdm?.IdentityCertificateUUID, scep?.PayloadUUID);
  assert.equal(readPlistDict(buildEnrollmentProfile(PARAMS)).PayloadType, 'Configuration');
});

const REFUSED: readonly (readonly [string, EnrollmentProfileParams])[] = [
  ['Topic', { ...PARAMS, mdm: { ...PARAMS.mdm, topic: 'com.example' } }],
  ['ServerURL', { ...PARAMS, mdm: { ...PARAMS.mdm, serverUrl: 'http://mdm.example.jp/mdm' } }],
  ['CheckInURL', { ...PARAMS, mdm: { ...PARAMS.mdm, checkInUrl: 'nowhere' } }],
  ['AccessRights', { ...PARAMS, mdm: { ...PARAMS.mdm, accessRights: 0 } }],
  ['AccessRights', { ...PARAMS, mdm: { ...PARAMS.mdm, accessRights: 2 } }],
  ['PayloadUUID', { ...PARAMS, uuid: 'x' }],
  ['PayloadIdentifier', { ...PARAMS, identifier: 'a b' }],
  ['Challenge', { ...PARAMS, scep: { ...PARAMS.scep, challenge: '' } }],
];
for (const [key, params] of REFUSED) {
  test(`refuses a bad ${key}`, () =>
    assert.throws(
      () => enrollmentProfile(params),
      (error) => error instanceof PlistError && error.key === key,
    ));
}

test('plain HTTP is for this machine, or for who asks', () => {
  const http = (host: string) => ({ ...PARAMS, mdm: { ...PARAMS.mdm, serverUrl: `http://${host}/mdm` } });
  assert.doesNotThrow(() => enrollmentProfile(http('localhost:8080')));
  assert.throws(() => enrollmentProfile(http('localhost.example.org')), PlistError);
  assert.doesNotThrow(() => enrollmentProfile({ ...http('mdm:8080'), allowHttp: true }));
});

test('a profile whose identity is not inside is refused', () => {
  const profile = { ...enrollmentProfile(PARAMS), PayloadContent: [] };
  assert.throws(() => parseEnrollmentProfile(writePlist(profile)), PlistError);
  assert.throws(() => parseProfile(writePlist({ ...profile, PayloadContent: ['x'] })), PlistError);
});

test('a personal device keeps erase, private apps, passcode and phone number to its owner', () => {
  const rights = accessRightsFor('personally-owned');
  const { erase, inspectApps, lockAndRemovePasscode, networkInformation, settings } = ACCESS_RIGHTS;
  assert.equal(rights & (erase | inspectApps | lockAndRemovePasscode | networkInformation | settings), 0);
  assert.ok(isValidAccessRights(rights));
  assert.equal(accessRightsFor('company-owned'), 8191);
});
