import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { causeOf } from './errors.ts';
import {
  classifyPushAnswer,
  PUSH_OUTCOMES,
  PUSH_REASONS,
  parsePushAnswer,
  pushBody,
  pushHeaders,
  pushPath,
  topicOf,
  UID_OID,
} from './push.ts';

for (const [status, reason, outcome] of [
  [200, undefined, 'accepted'],
  [400, 'BadDeviceToken', 'token_refused'],
  [400, 'DeviceTokenNotForTopic', 'token_refused'],
  [400, 'BadTopic', 'wrong_topic'],
  [400, 'TopicDisallowed', 'wrong_topic'],
  [400, 'PayloadEmpty', 'bug'],
  [400, 'IdleTimeout', 'retry'],
  [400, 'SomethingNew', 'bug'],
  [403, 'BadCertificate', 'tenant_fault'],
  [403, undefined, 'tenant_fault'],
  [404, 'BadPath', 'bug'],
  [410, 'Unregistered', 'token_gone'],
  [410, undefined, 'token_gone'],
  [413, 'PayloadTooLarge', 'bug'],
  [429, 'TooManyRequests', 'retry'],
  [500, undefined, 'retry'],
  [503, 'Shutdown', 'retry'],
  [400, '__proto__', 'bug'],
] as const) {
  test(`${status} ${reason ?? 'without reason'}: ${outcome}`, () =>
    assert.equal(classifyPushAnswer(status, reason), outcome));
}

test('every answer has an outcome', () => {
  assert.equal(PUSH_REASONS.length, 30);
  fc.assert(
    fc.property(
      fc.integer(),
      fc.option(fc.oneof(fc.string(), fc.constantFrom(...PUSH_REASONS)), { nil: undefined }),
      (status, reason) => {
        assert.ok(PUSH_OUTCOMES.includes(classifyPushAnswer(status, reason)));
      },
    ),
  );
});

test('a request says what the specification says, and no more', () => {
  assert.equal(pushPath(Buffer.from([0, 255])), '/3/device/00ff');
  assert.equal(pushBody('magic').toString(), '{"mdm":"magic"}');
  assert.deepEqual(pushHeaders({ topic: 't', expiresAt: Temporal.Instant.from('1970-01-01T00:01:00.9Z') }), {
    'apns-push-type': 'mdm',
    'apns-topic': 't',
    'apns-priority': '10',
    'apns-expiration': '60',
  });
});

test('a refusal is read, and anything else is nothing', () => {
  const gone = parsePushAnswer(Buffer.from('{"reason":"Unregistered","timestamp":1700000000000}'));
  assert.equal(gone.reason, 'Unregistered');
  assert.equal(gone.goneSince?.toString(), '2023-11-14T22:13:20Z');
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array(),
        fc.json().map((text) => Buffer.from(text)),
      ),
      (body) => {
        assert.equal(typeof parsePushAnswer(body), 'object');
      },
    ),
  );
  assert.deepEqual(parsePushAnswer(Buffer.from('{"timestamp":9007199254740991}')), {});
});

test('the topic is the one UID, with the prefix', () => {
  const uid = (value: string) => ({ oid: UID_OID, value });
  assert.equal(
    topicOf([{ oid: '2.5.4.3', value: 'APSP:1' }, uid('com.apple.mgmt.External.1')]),
    'com.apple.mgmt.External.1',
  );
  assert.equal(topicOf([{ oid: '2.5.4.3', value: 'com.apple.mgmt.External.1' }]), undefined);
  assert.equal(topicOf([uid('com.example.app')]), undefined);
  assert.equal(topicOf([uid('com.apple.mgmt.')]), undefined);
  assert.equal(topicOf([uid('com.apple.mgmt.a'), uid('com.apple.mgmt.b')]), undefined);
});

for (const [domain, code, cause] of [
  ['MCMDMErrorDomain', 12078, 'invalid_in_lost_mode'],
  ['MDMDeviceEnrollment', 101, 'not_awaiting_configuration'],
  ['ASDErrorDomain', 506, 'duplicate_install'],
  ['ASDServerErrorDomain', 9610, 'license_not_found'],
  ['MCInstallationErrorDomain', 4001, 'profile_refused'],
  ['MCProfileErrorDomain', 1000, 'profile_invalid'],
  ['MCMDMErrorDomain', 1, 'other'],
] as const) {
  test(`${domain} ${code}: ${cause}`, () => assert.equal(causeOf([{}, { domain, code }]), cause));
}
