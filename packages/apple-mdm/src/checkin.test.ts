import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bootstrapTokenBody, parseCheckin, unrecognizedDeviceBody } from './checkin.ts';
import { normaliseIds, SHARED_IPAD_USER_ID } from './ids.ts';
import { readPlistDict } from './plist.ts';
import { type PlistDict, PlistError } from './plist-value.ts';
import { writePlist } from './plist-write.ts';

const UDID = '00008030-001A2B3C4D5E6F70';
const TOPIC = 'com.apple.mgmt.External.7c9a';

const MESSAGES: readonly PlistDict[] = [
  { MessageType: 'Authenticate', UDID, Topic: TOPIC, DeviceName: 'iPad', SerialNumber: 'C02X' },
  {
    MessageType: 'TokenUpdate',
    UDID,
    Topic: TOPIC,
    Token: Buffer.alloc(32, 1),
    PushMagic: 'M',
    UnlockToken: Buffer.alloc(3000),
  },
  { MessageType: 'CheckOut', UDID, Topic: TOPIC },
  { MessageType: 'SetBootstrapToken', UDID, BootstrapToken: Buffer.from('b') },
  { MessageType: 'GetBootstrapToken', UDID, AwaitingConfiguration: true },
  { MessageType: 'UserAuthenticate', UDID, UserID: 'A1' },
  { MessageType: 'DeclarativeManagement', UDID, Endpoint: 'tokens' },
  { MessageType: 'GetToken', EnrollmentID: 'E1', TokenServiceType: 'com.apple.maid' },
];
for (const message of MESSAGES) {
  test(`${message.MessageType} is recognised`, () => {
    assert.equal(parseCheckin(writePlist(message)).type, message.MessageType);
  });
}

test('TokenUpdate keeps tokens as bytes, and an absent unlock token is absent', () => {
  const parsed = parseCheckin(
    writePlist({ MessageType: 'TokenUpdate', UDID, Topic: TOPIC, Token: Buffer.from([1, 2]), PushMagic: 'M' }),
  );
  assert.ok(parsed.type === 'TokenUpdate');
  assert.deepEqual(parsed.token, Buffer.from([1, 2]));
  assert.equal(parsed.unlockToken, undefined);
  assert.equal(parsed.awaitingConfiguration, false);
});

test('an empty bootstrap token means: forget it', () => {
  const parsed = parseCheckin(writePlist({ MessageType: 'SetBootstrapToken', UDID, BootstrapToken: Buffer.alloc(0) }));
  assert.ok(parsed.type === 'SetBootstrapToken');
  assert.equal(parsed.bootstrapToken, undefined);
});

test('an odd descriptive fact does not stop an enrolment', () => {
  const parsed = parseCheckin(
    writePlist({ MessageType: 'Authenticate', UDID, Topic: TOPIC, IMEI: 35, Model: 'MQ6K3' }),
  );
  assert.ok(parsed.type === 'Authenticate');
  assert.deepEqual(parsed.facts, { model: 'MQ6K3' });
  assert.equal(parsed.raw.IMEI, 35);
});

test('a message type of a later system is named, with its ids when it has any', () => {
  const parsed = parseCheckin(writePlist({ MessageType: 'ReturnToService', UDID }));
  assert.ok(parsed.type === 'unknown');
  assert.equal(parsed.messageType, 'ReturnToService');
  assert.equal(parsed.ids?.udid, UDID);
});

for (const [title, message] of [
  ['no ids', { MessageType: 'CheckOut', Topic: TOPIC }],
  ['an empty UDID', { MessageType: 'CheckOut', UDID: '' }],
  ['a UDID with a line break', { MessageType: 'CheckOut', UDID: 'a\nb' }],
  ['a UDID of 200 characters', { MessageType: 'CheckOut', UDID: 'a'.repeat(200) }],
  ['no message type', { UDID }],
  [
    'a push token of a kilobyte',
    { MessageType: 'TokenUpdate', UDID, Topic: TOPIC, Token: Buffer.alloc(1024), PushMagic: 'M' },
  ],
  ['a push token as text', { MessageType: 'TokenUpdate', UDID, Topic: TOPIC, Token: 'AAAA', PushMagic: 'M' }],
  ['a TokenUpdate without magic', { MessageType: 'TokenUpdate', UDID, Topic: TOPIC, Token: Buffer.alloc(32) }],
] as const) {
  test(`refuses ${title}`, () => assert.throws(() => parseCheckin(writePlist(message)), PlistError));
}

for (const { ids, expected } of [
  { ids: { udid: 'D' }, expected: { deviceId: 'D', channel: 'device', userEnrollment: false } },
  { ids: { enrollmentId: 'E' }, expected: { deviceId: 'E', channel: 'device', userEnrollment: true } },
  {
    ids: { udid: 'D', userId: 'U', userShortName: 'ann' },
    expected: { deviceId: 'D', userKey: 'U', channel: 'user', userEnrollment: false },
  },
  {
    ids: { udid: 'D', userId: SHARED_IPAD_USER_ID, userShortName: 'ann@example.org' },
    expected: { deviceId: 'D', userKey: 'ann@example.org', channel: 'user', userEnrollment: false },
  },
  {
    ids: { enrollmentId: 'E', enrollmentUserId: 'EU' },
    expected: { deviceId: 'E', userKey: 'EU', channel: 'user', userEnrollment: true },
  },
] as const) {
  test(`normalises ${JSON.stringify(ids)}`, () => assert.deepEqual(normaliseIds(ids), expected));
}

test('a Shared iPad user without a short name cannot be told apart and is refused', () => {
  assert.throws(() => normaliseIds({ udid: 'D', userId: SHARED_IPAD_USER_ID }), PlistError);
});

test('any keys of any types give a message or a PlistError', () => {
  const anything = fc.oneof(
    fc.string({ unit: fc.constantFrom('a', ' ', '-'), maxLength: 5 }),
    fc.integer(),
    fc.boolean(),
    fc.constant(Buffer.from('x')),
    fc.constant({}),
    fc.constant([]),
  );
  const keys = [
    'UDID',
    'EnrollmentID',
    'UserID',
    'UserShortName',
    'Topic',
    'Token',
    'PushMagic',
    'Endpoint',
    'Data',
    'UnlockToken',
    'AwaitingConfiguration',
    'TokenServiceType',
    'TokenParameters',
    'BootstrapToken',
    'DigestResponse',
  ];
  const types = MESSAGES.map(({ MessageType }) => String(MessageType));
  fc.assert(
    fc.property(
      fc.constantFrom(...types, 'Later'),
      fc.dictionary(fc.constantFrom(...keys), anything),
      (MessageType, rest) => {
        try {
          assert.ok(parseCheckin(writePlist({ ...rest, MessageType })).raw);
        } catch (error) {
          assert.ok(error instanceof PlistError, String(error));
        }
      },
    ),
    { numRuns: 500 },
  );
});

test('bodies read back', () => {
  assert.deepEqual({ ...readPlistDict(bootstrapTokenBody(Buffer.from('t'))) }, { BootstrapToken: Buffer.from('t') });
  const gone = readPlistDict(unrecognizedDeviceBody({ message: '管理が終了しました' }));
  assert.deepEqual({ ...gone }, { code: 'com.apple.unrecognized.device', message: '管理が終了しました' });
});
