import assert from 'node:assert/strict';
import { createSign, generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { newId } from '../../base/ids.ts';
import { refusal } from '../directory/testing.ts';
import { commandOf } from './commands.ts';
import { whoActs } from './compliance.ts';
import { contractorOfState, newSignupState } from './enterprise-store.ts';
import { bucketSize, take, usedLastMinute, waitMs } from './google/budget.ts';
import { readRefusal } from './google/errors.ts';
import { parseServiceAccountKey } from './google/key-file.ts';
import { instantOf, numberOf, textOf } from './json.ts';
import { deviceOfOperation, enterpriseOfName, isDeviceName } from './model.ts';
import { readOperation } from './outcome.ts';
import { defaultPolicy } from './policy.ts';
import { readEnvelope } from './push/envelope.ts';
import { claimsProblem, isSignedBy, readKeySet, readToken } from './push/jwt.ts';
import { readDevice } from './report.ts';

const NOW = Temporal.Instant.from('2026-11-26T12:00:00Z');
const NAME = 'enterprises/LC1/devices/abc';

/** Names that a report really has, with anything in them, at any depth. */
const names = [
  'name',
  'appliedState',
  'hardwareInfo',
  'softwareInfo',
  'memoryInfo',
  'memoryEvents',
  'networkInfo',
  'telephonyInfos',
  'displays',
  'powerManagementEvents',
  'applicationReports',
  'nonComplianceDetails',
  'securityPosture',
  'deviceSettings',
  'systemProperties',
  'lastStatusReportTime',
  'createTime',
  'eventType',
  'packageName',
  'batteryLevel',
  'byteCount',
  'apiLevel',
];
const anything = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom('2026-11-26T00:00:00Z', '12', NAME, 'INSTALLED', 'BATTERY_LEVEL_COLLECTED'),
    fc.string(),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.constantFrom(...names), fc.string()), tie('value'), {
      maxKeys: 8,
      noNullPrototype: true,
    }),
  ),
})).value;

test('any report of a device is read, whatever its parts are', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...names), anything, { noNullPrototype: true }), (body) => {
      const report = readDevice({ ...body, name: NAME });
      assert.ok(report);
      assert.ok(report.details.length <= 600);
      const { batteryLevel, apiLevel } = report.values;
      if (batteryLevel !== undefined && batteryLevel !== null) assert.ok(batteryLevel >= 0 && batteryLevel <= 1);
      if (apiLevel !== undefined) assert.ok(Number.isInteger(apiLevel));
      for (const { value } of report.details) assert.notEqual(value, undefined);
      JSON.stringify(report);
    }),
  );
  fc.assert(fc.property(anything, (body) => void readDevice(body)));
});

test('any operation is read or refused, and one that is done has an outcome', () => {
  fc.assert(
    fc.property(anything, anything, (metadata, error) => {
      const operation = readOperation({ name: `${NAME}/operations/1`, done: true, metadata, error });
      assert.ok(operation?.outcome);
    }),
  );
  fc.assert(fc.property(anything, (body) => void readOperation(body)));
});

test('the result of a command is told by its own status, then its error code, then the error', () => {
  const of = (metadata: object, more: object = {}) =>
    readOperation({ name: `${NAME}/operations/1`, done: true, metadata, ...more })?.outcome;
  assert.deepEqual(of({ startLostModeStatus: { status: 'ALREADY_IN_LOST_MODE' } }), {
    state: 'failed',
    failure: { code: 'android.already_in_lost_mode' },
    result: { status: 'ALREADY_IN_LOST_MODE' },
  });
  assert.deepEqual(of({ errorCode: 'API_LEVEL' }, { error: { code: 13 } })?.state, 'failed');
  assert.deepEqual(of({}, { error: { code: 1 } }), { state: 'cancelled' });
  assert.deepEqual(of({}), { state: 'done' });
  assert.equal(readOperation({ name: `${NAME}/operations/1` })?.outcome, undefined);
});

test('any push body is an envelope or none', () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => assert.equal(readEnvelope(bytes), undefined)));
  fc.assert(
    fc.property(
      fc.string({ minLength: 1 }).filter((id) => textOf(id, 200) === id),
      fc.uint8Array(),
      (messageId, data) => {
        const message = {
          messageId,
          data: Buffer.from(data).toString('base64'),
          attributes: { notificationType: 'test' },
        };
        const read = readEnvelope(Buffer.from(JSON.stringify({ message })));
        assert.deepEqual([read?.messageId, read?.kind], [messageId, 'TEST']);
        assert.deepEqual(new Uint8Array(read?.data ?? []), new Uint8Array(data));
      },
    ),
  );
});

const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const jwks = { keys: [{ ...pair.publicKey.export({ format: 'jwk' }), kid: 'k1' }] };
const CLAIMS = {
  iss: 'https://accounts.google.com',
  aud: 'https://mdm.example.jp/x',
  email: 'push@example.jp',
  email_verified: true,
  iat: NOW.epochMilliseconds / 1000,
  exp: NOW.epochMilliseconds / 1000 + 3600,
};
const EXPECTED = { audience: CLAIMS.aud, sender: CLAIMS.email, now: NOW };

function tokenOf(claims: object, head: object = { alg: 'RS256', kid: 'k1' }): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const content = `${part(head)}.${part(claims)}`;
  return `Bearer ${content}.${createSign('RSA-SHA256').update(content).sign(pair.privateKey).toString('base64url')}`;
}

test('a token counts only signed, by Google, for us, from the sender, in its time', () => {
  const key = readKeySet(jwks).get('k1');
  assert.ok(key);
  const judge = (claims: object) => {
    const token = readToken(tokenOf(claims));
    if (typeof token === 'string') return token;
    assert.ok(isSignedBy(token, key));
    return claimsProblem(token, EXPECTED);
  };
  assert.equal(judge(CLAIMS), undefined);
  assert.equal(judge({ ...CLAIMS, iss: 'https://evil.example' }), 'wrong_issuer');
  assert.equal(judge({ ...CLAIMS, aud: `${CLAIMS.aud}/` }), 'wrong_audience');
  assert.equal(judge({ ...CLAIMS, email: 'other@example.jp' }), 'wrong_sender');
  assert.equal(judge({ ...CLAIMS, email_verified: false }), 'wrong_sender');
  assert.equal(judge({ ...CLAIMS, exp: CLAIMS.iat - 120 }), 'expired');
  assert.equal(judge({ ...CLAIMS, iat: CLAIMS.iat + 600 }), 'expired');
  assert.equal(readToken(tokenOf(CLAIMS, { alg: 'none', kid: 'k1' })), 'malformed');
  assert.equal(readToken(tokenOf(CLAIMS, { alg: 'HS256', kid: 'k1' })), 'malformed');
  assert.equal(readToken(undefined), 'missing');
  const other = readToken(tokenOf(CLAIMS).replace(/\.[^.]+$/, `.${Buffer.alloc(256).toString('base64url')}`));
  assert.ok(typeof other !== 'string' && !isSignedBy(other, key));
  fc.assert(fc.property(fc.string(), (header) => assert.equal(typeof readToken(`Bearer ${header}`), 'string')));
  fc.assert(fc.property(anything, (body) => void readKeySet(body)));
});

test('a refusal is classed by its status, whatever the body is', () => {
  const kind = (status: number | undefined, body: unknown = undefined) =>
    readRefusal({ status, body, retryAfter: undefined }, NOW, 0).kind;
  assert.deepEqual(
    [undefined, 500, 502, 408].map((status) => kind(status)),
    ['passing', 'passing', 'passing', 'passing'],
  );
  assert.deepEqual(
    [429, 404, 403, 401, 400].map((status) => kind(status)),
    ['quota', 'gone', 'denied', 'key', 'refused'],
  );
  assert.equal(kind(400, { error: 'invalid_grant' }), 'key');
  fc.assert(
    fc.property(anything, fc.double({ min: 0, max: 1, noNaN: true }), fc.string(), (body, jitter, retryAfter) => {
      const { retryAt, message } = readRefusal({ status: 429, body, retryAfter }, NOW, jitter);
      assert.ok(retryAt && NOW.until(retryAt).total('seconds') >= 60);
      assert.ok(message.length <= 1000);
    }),
  );
});

test('a budget never grants more within a minute than the project has, and urgent requests find some left', () => {
  const lanes = fc.constantFrom('urgent', 'action', 'background');
  const asks = fc.array(
    fc.record({ after: fc.integer({ min: 0, max: 5_000 }), wanted: fc.integer({ min: 1, max: 500 }), lane: lanes }),
  );
  fc.assert(
    fc.property(fc.integer({ min: 10, max: 2_000 }), asks, (perMinute, list) => {
      let state = { allowance: bucketSize(perMinute), filledAt: NOW };
      const grants: { readonly at: number; readonly granted: number }[] = [];
      let now = NOW;
      for (const { after, wanted, lane } of list) {
        now = now.add({ milliseconds: after });
        const taken = take(state, { wanted, lane: lane as 'urgent', perMinute, now });
        assert.ok(taken.granted >= 0 && taken.granted <= wanted && taken.after.allowance >= -1e-6);
        state = taken.after;
        grants.push({ at: now.epochMilliseconds, granted: taken.granted });
      }
      for (const { at } of grants) {
        const within = grants.filter((one) => one.at > at - 60_000 && one.at <= at);
        assert.ok(within.reduce((sum, one) => sum + one.granted, 0) <= perMinute + 1);
      }
    }),
  );
  const drained = take(
    { allowance: bucketSize(600), filledAt: NOW },
    { wanted: 1_000, lane: 'background', perMinute: 600, now: NOW },
  );
  assert.equal(drained.granted, 30);
  assert.ok(take(drained.after, { wanted: 10, lane: 'urgent', perMinute: 600, now: NOW }).granted === 10);
  const later = NOW.add({ milliseconds: waitMs(drained.after, 'background', 600) });
  assert.equal(take(drained.after, { wanted: 5, lane: 'background', perMinute: 600, now: later }).granted, 1);
  const counted = { minute_at: NOW, this_minute: 30, last_minute: 60 };
  assert.equal(usedLastMinute(counted, NOW.add({ seconds: 30 })), 60);
  assert.equal(usedLastMinute(counted, NOW.add({ minutes: 5 })), 0);
});

test('a key file is a key, or is refused without a word of it', () => {
  const good = {
    type: 'service_account',
    project_id: 'p-1',
    private_key_id: 'k1',
    client_email: 'a@p-1.iam.gserviceaccount.com',
    private_key: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
  assert.equal(parseServiceAccountKey(JSON.stringify(good)).projectId, 'p-1');
  const no = refusal('invalid', 'google.key_unusable');
  for (const name of Object.keys(good)) {
    assert.throws(() => parseServiceAccountKey(JSON.stringify({ ...good, [name]: '' })), no, name);
  }
  fc.assert(fc.property(fc.string(), (text) => assert.throws(() => parseServiceAccountKey(text), no)));
});

test('names of resources are taken only whole', () => {
  assert.equal(isDeviceName(NAME), true);
  for (const name of ['enterprises//devices/a', 'enterprises/a/devices/', `${NAME}/x`, 'devices/a', `${NAME}?x`])
    assert.equal(isDeviceName(name), false, name);
  assert.equal(enterpriseOfName('enterprises/LC1/devices/abc'), 'enterprises/LC1');
  assert.equal(enterpriseOfName('enterprises/'), undefined);
  assert.equal(deviceOfOperation(`${NAME}/operations/1`), NAME);
});

test('a sign-up state names its contractor and cannot be spelled otherwise', () => {
  const contractorId = newId<'Contractor'>();
  const state = newSignupState(contractorId);
  assert.equal(contractorOfState(state), contractorId);
  assert.notEqual(newSignupState(contractorId), state);
  fc.assert(fc.property(fc.string(), (text) => assert.equal(contractorOfState(text), undefined)));
});

test('values are exact or absent', () => {
  assert.deepEqual(
    [numberOf('12'), numberOf('9007199254740993'), numberOf('1e3'), numberOf(Number.NaN)],
    [12, undefined, undefined, undefined],
  );
  assert.equal(instantOf('2026-11-26T00:00:00.123456789Z')?.toString(), '2026-11-26T00:00:00.123456Z');
  fc.assert(fc.property(fc.string(), (text) => void instantOf(text)));
});

test('the first policy reports everything and destroys nothing', () => {
  const policy = defaultPolicy();
  assert.equal(policy.playStoreMode, 'BLACKLIST');
  assert.ok(Object.values(policy.statusReportingSettings ?? {}).every((value) => value === true));
  for (const rule of policy.policyEnforcementRules ?? []) {
    assert.ok((rule.blockAction?.blockAfterDays ?? 0) < (rule.wipeAction?.wipeAfterDays ?? 0));
    assert.ok((rule.blockAction?.blockAfterDays ?? 0) > 3_000);
  }
});

test('who must act is named for every reason, also for one that is new', () => {
  assert.deepEqual(
    [whoActs('USER_ACTION', undefined), whoActs('PENDING', undefined), whoActs('API_LEVEL', undefined)],
    ['user', 'wait', 'nobody'],
  );
  assert.equal(whoActs('APP_NOT_INSTALLED', 'INSUFFICIENT_STORAGE'), 'user');
  assert.equal(whoActs('SOMETHING_NEW', undefined), 'administrator');
});

test('a wipe says how, by whose device it is', () => {
  const facts = { organization: 'x', personal: true, passcode: undefined };
  const own = commandOf('erase', { wipeMessage: 'さようなら' }, facts);
  assert.deepEqual(own, {
    kind: 'issue',
    body: { type: 'WIPE', wipeParams: { wipeReason: { defaultMessage: 'さようなら' } } },
  });
  const company = commandOf('erase', { wipeEsims: true }, { ...facts, personal: false });
  assert.deepEqual(company, { kind: 'issue', body: { type: 'WIPE', wipeParams: { wipeDataFlags: ['WIPE_ESIMS'] } } });
});
