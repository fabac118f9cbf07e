import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { API_FAILURES } from './failures.ts';
import { ask, assertionOf, bind, Caller, exchange, makeStage, TOPIC } from './testing.ts';
import type { Message } from './validate.ts';

let stage: Awaited<ReturnType<typeof makeStage>>;
let enterprise: string;

before(async () => {
  stage = await makeStage();
  enterprise = stage.enterprise;
});
after(() => stage.close());
beforeEach(() => stage.control.clearFailures());

const status = async (method: string, path: string, body?: unknown) => {
  const answer = await stage.caller.call(method, path, body);
  const error = answer.body['error'] as Message | undefined;
  return error === undefined ? answer.status : [answer.status, error['status']];
};
const lastVerdict = async () => (await stage.control.requests()).at(-1)?.verdict;

describe('who may call', () => {
  for (const [name, claims, error] of [
    [
      'an assertion of more than an hour',
      { exp: Math.floor(Temporal.Now.instant().epochMilliseconds / 1000) + 7200 },
      'invalid_grant',
    ],
    ['an assertion of yesterday', { iat: 0, exp: 3600 }, 'invalid_grant'],
    ['another audience', { aud: 'https://token.example' }, 'invalid_grant'],
    ['an unknown account', { iss: 'nobody@project.example' }, 'invalid_grant'],
    ['another scope', { scope: 'https://www.googleapis.com/auth/drive' }, 'invalid_scope'],
  ] as const) {
    test(`${name} gets no token`, async () => {
      const answer = await exchange(stage.standIn.origin, assertionOf(stage.caller.key, claims));
      assert.equal(answer['error'], error);
    });
  }

  test('an assertion that another key signed gets no token', async () => {
    const other = await stage.control.createProject('another');
    const forged = { ...stage.caller.key, private_key: other.private_key };
    assert.equal((await exchange(stage.standIn.origin, assertionOf(forged, {})))['error'], 'invalid_grant');
  });

  test('Google’s own address is taken as audience, and an assertion in place of a token', async () => {
    const { origin } = stage.standIn;
    const answer = await exchange(
      origin,
      assertionOf(stage.caller.key, { aud: 'https://oauth2.googleapis.com/token' }),
    );
    assert.equal(answer['token_type'], 'Bearer');
    const direct = assertionOf(stage.caller.key, {
      aud: 'https://androidmanagement.googleapis.com/',
      scope: undefined,
    });
    assert.equal((await ask(`${origin}/v1/${enterprise}`, 'GET', { authorization: `Bearer ${direct}` })).status, 200);
  });

  test('no token, or one that was revoked, is 401', async () => {
    const { origin } = stage.standIn;
    assert.equal((await ask(`${origin}/v1/${enterprise}`, 'GET', {})).status, 401);
    const caller = new Caller(origin, stage.caller.key);
    assert.equal((await caller.call('GET', `/v1/${enterprise}`)).status, 200);
    await stage.control.revokeAccessTokens();
    assert.equal((await caller.call('GET', `/v1/${enterprise}`)).status, 401);
    stage.caller.forgetToken();
  });

  test('another project’s enterprise is 403, like one that never was', async () => {
    const stranger = new Caller(stage.standIn.origin, await stage.control.createProject('stranger'));
    for (const name of [enterprise, 'enterprises/LCnothing1'])
      assert.deepEqual((await stranger.call('GET', `/v1/${name}`)).body['error'], {
        code: 403,
        message: 'Caller is not authorized to manage enterprise.',
        status: 'PERMISSION_DENIED',
      });
  });
});

describe('binding', () => {
  const create = (fields: Readonly<Record<string, string>>) =>
    `/v1/enterprises?${new URLSearchParams({ projectId: 'tsukasa-test', ...fields })}`;
  const signup = (fields: Readonly<Record<string, string>> = {}) =>
    `/v1/signupUrls?${new URLSearchParams({ projectId: 'tsukasa-test', callbackUrl: 'https://tsukasa.example/cb?x=1', ...fields })}`;

  test('a callback without TLS is refused with Google’s reason', async () => {
    const { body } = await stage.caller.call('POST', signup({ callbackUrl: 'http://tsukasa.example/cb' }));
    const [detail] = (body['error'] as { details: Message[] }).details;
    assert.deepEqual(
      [detail?.['reason'], detail?.['domain']],
      ['INSECURE_CALLBACK_URL', 'androidenterprise.ApiErrors'],
    );
    await stage.control.clearRequests();
  });

  test('an enterprise token works once, with its own sign-up, within half an hour', async () => {
    const made = await stage.caller.get('POST', signup());
    const back = new URL(await stage.control.completeSignup(String(made['url'])));
    assert.equal(back.searchParams.get('x'), '1');
    const enterpriseToken = back.searchParams.get('enterpriseToken') ?? '';
    const other = await stage.caller.get('POST', signup());
    const right = { signupUrlName: String(made['name']), enterpriseToken };
    assert.deepEqual(await status('POST', create({ ...right, signupUrlName: String(other['name']) }), {}), [
      400,
      'INVALID_ARGUMENT',
    ]);
    assert.deepEqual(await status('POST', create({ ...right, projectId: 'another' }), {}), [403, 'PERMISSION_DENIED']);
    const bound = await stage.caller.get('POST', create(right), { enterpriseDisplayName: '顧客' });
    assert.match(String(bound['name']), /^enterprises\/LC[0-9a-z]{8}$/);
    assert.equal(bound['enterpriseType'], 'MANAGED_GOOGLE_DOMAIN');
    assert.deepEqual(await status('POST', create(right), {}), [400, 'FAILED_PRECONDITION']);
    await assert.rejects(stage.control.completeSignup(String(made['url'])), /has been completed/);
    await stage.control.advance('PT31M');
    await assert.rejects(stage.control.completeSignup(String(other['url'])), /has expired/);
    await stage.control.clearRequests();
  });

  test('only allowed domains may sign up; a person’s mail gives Play accounts', async () => {
    const made = await stage.caller.get(
      'POST',
      `${signup()}&allowedDomains=customer.example&allowedDomains=*.customer.example`,
    );
    await assert.rejects(
      stage.control.completeSignup(String(made['url']), { email: 'a@other.example' }),
      /not allowed/,
    );
    for (const email of ['a@customer.example', 'a@tokyo.customer.example', 'a@gmail.com'])
      assert.match(await stage.control.completeSignup(String(made['url']), { email }), /enterpriseToken=/);
    const query = `&adminEmail=a@other.example&allowedDomains=customer.example`;
    assert.deepEqual(await status('POST', `${signup()}${query}`), [400, 'INVALID_ARGUMENT']);
    await stage.control.clearRequests();
  });

  test('a topic to which the service may not publish is refused; a new one hears a test message', async () => {
    await stage.control.createTopic('projects/tsukasa-test/topics/closed', { publisher: false });
    const path = `/v1/${enterprise}?updateMask=pubsubTopic`;
    for (const pubsubTopic of ['projects/tsukasa-test/topics/closed', 'projects/tsukasa-test/topics/none'])
      assert.deepEqual(await status('PATCH', path, { pubsubTopic }), [400, 'FAILED_PRECONDITION']);
    await stage.control.settle();
    assert.equal(stage.inbox.of('test').length, 1);
  });

  test('sign-in pages keep their token when they are sent again, and die when they are left out', async () => {
    const detail = { signinUrl: 'https://tsukasa.example/enroll', tokenTag: 'a' };
    const path = `/v1/${enterprise}?updateMask=signinDetails`;
    const first = (await stage.caller.get('PATCH', path, { signinDetails: [detail] }))['signinDetails'] as Message[];
    assert.equal(first[0]?.['defaultStatus'], 'SIGNIN_DETAIL_IS_DEFAULT');
    const second = (await stage.caller.get('PATCH', path, { signinDetails: [{ ...detail, tokenTag: 'b' }, detail] }))[
      'signinDetails'
    ] as Message[];
    assert.equal(second[1]?.['signinEnrollmentToken'], first[0]?.['signinEnrollmentToken']);
    assert.deepEqual(await status('PATCH', path, { signinDetails: [detail, detail] }), [400, 'INVALID_ARGUMENT']);
    const scanned = await stage.control.signIn(String(second[0]?.['signinEnrollmentToken']));
    const info = await stage.caller.get('GET', `/v1/${scanned.name}`);
    assert.equal(info['enterprise'], enterprise);
    assert.equal(new URL(scanned.url).searchParams.get('provisioningInfo'), scanned.name.split('/')[1]);
    await stage.caller.get('PATCH', path, {});
    await assert.rejects(stage.control.signIn(String(second[0]?.['signinEnrollmentToken'])), /404/);
    await stage.control.clearRequests();
  });

  test('Play accounts can be made a domain, once, and everybody who listens hears of it', async () => {
    const made = await stage.caller.get('POST', signup());
    const back = new URL(await stage.control.completeSignup(String(made['url']), { type: 'accounts' }));
    const enterpriseToken = back.searchParams.get('enterpriseToken') ?? '';
    const body = { pubsubTopic: TOPIC };
    const { name } = await stage.caller.get(
      'POST',
      create({ signupUrlName: String(made['name']), enterpriseToken }),
      body,
    );
    const { url } = await stage.caller.get('POST', `/v1/${name}:generateEnterpriseUpgradeUrl`, {});
    assert.match(await (await fetch(String(url))).text(), /name="domain"/);
    await fetch(String(url), { method: 'POST', body: new URLSearchParams({ domain: 'customer.example' }) });
    await stage.control.settle();
    const upgraded = await stage.caller.get('GET', `/v1/${name}`);
    assert.deepEqual(
      [upgraded['enterpriseType'], upgraded['enterpriseDisplayName']],
      ['MANAGED_GOOGLE_DOMAIN', 'customer.example'],
    );
    const event = { enterprise: name, upgradeState: 'UPGRADE_STATE_SUCCEEDED' };
    assert.deepEqual(stage.inbox.of('ENTERPRISE_UPGRADE'), [event]);
    assert.deepEqual(await status('POST', `/v1/${name}:generateEnterpriseUpgradeUrl`, {}), [
      400,
      'FAILED_PRECONDITION',
    ]);
  });

  test('the page of signing up cannot be framed, and asks for a mail address', async () => {
    const made = await stage.caller.get('POST', signup());
    const page = await fetch(String(made['url']));
    assert.equal(page.headers.get('x-frame-options'), 'DENY');
    assert.match(await page.text(), /name="email"/);
    await assert.rejects(stage.control.completeSignup(String(made['url']), { email: '' }), /mail address/);
  });

  test('a deleted enterprise is 403, whoever deleted it, and is not listed', async () => {
    const one = await bind(stage.control, stage.caller, {});
    const two = await bind(stage.control, stage.caller, {});
    assert.equal(await status('DELETE', `/v1/${one}`), 200);
    await stage.control.revokeEnterprise(two);
    for (const name of [one, two])
      assert.deepEqual(await status('GET', `/v1/${name}/devices`), [403, 'PERMISSION_DENIED']);
    const { enterprises } = await stage.caller.get('GET', '/v1/enterprises?projectId=tsukasa-test');
    const names = (enterprises as Message[]).map(({ name }) => name);
    assert.deepEqual([names.includes(one), names.includes(two), names.includes(enterprise)], [false, false, true]);
  });
});

describe('what goes wrong', () => {
  test('a path that is none is HTML, and a violation', async () => {
    const answer = await stage.caller.call('GET', `/v1/${enterprise}/policies/`);
    assert.deepEqual([answer.status, 'text' in answer.body], [404, true]);
    assert.equal(await lastVerdict(), 'malformed');
  });

  test('half a JSON, a body where none belongs and an unknown parameter are refused', async () => {
    const token = await exchange(stage.standIn.origin, assertionOf(stage.caller.key, {}));
    const headers = { authorization: `Bearer ${token['access_token']}`, 'content-type': 'application/json' };
    const half = await fetch(`${stage.standIn.origin}/v1/${enterprise}/policies/x`, {
      method: 'PATCH',
      headers,
      body: '{"a":',
    });
    assert.equal(half.status, 400);
    assert.deepEqual(await status('POST', `/v1/${enterprise}/devices/a/operations/b:cancel`, { a: 1 }), [
      400,
      'INVALID_ARGUMENT',
    ]);
    assert.deepEqual(await status('GET', `/v1/${enterprise}?pageSize=1`), [400, 'INVALID_ARGUMENT']);
  });

  for (const [fail, wanted] of [
    ['429', [429, 'RESOURCE_EXHAUSTED']],
    ['503', [503, 'UNAVAILABLE']],
    ['500', [500, 'INTERNAL']],
    ['html_502', 502],
  ] as const) {
    test(`a scripted ${fail} meets its method as often as asked, after as many as asked`, async () => {
      await stage.control.fail({ fail, method: 'enterprises.get', after: 1, count: 1, retryAfter: 7 });
      assert.equal(await status('GET', `/v1/${enterprise}`), 200);
      assert.deepEqual(await status('GET', `/v1/${enterprise}`), wanted);
      assert.equal(await lastVerdict(), 'scripted');
      assert.equal(await status('GET', `/v1/${enterprise}`), 200);
    });
  }

  for (const fail of ['half_json', 'reset', 'lost_answer'] as const) {
    test(`a scripted ${fail} cannot be read`, async () => {
      await stage.control.fail({ fail, method: 'enterprises.get', count: 1 });
      await assert.rejects(stage.caller.call('GET', `/v1/${enterprise}`));
    });
  }

  test('a lost answer was carried out', async () => {
    await stage.control.fail({ fail: 'lost_answer', method: 'policies.patch', count: 1 });
    await assert.rejects(stage.caller.call('PATCH', `/v1/${enterprise}/policies/lost`, {}));
    assert.equal(await status('GET', `/v1/${enterprise}/policies/lost`), 200);
  });

  test('every failure there is can be asked for', async () => {
    for (const fail of API_FAILURES) await stage.control.fail({ fail, method: 'nothing' });
    await assert.rejects(stage.control.fail({ fail: '418' as '429' }), /400/);
  });

  test('a project that asks too often is 429 until the minute is over', async () => {
    const caller = new Caller(
      stage.standIn.origin,
      await stage.control.createProject('busy', { requestsPerMinute: 2 }),
    );
    const path = '/v1/enterprises?projectId=busy';
    assert.deepEqual([(await caller.call('GET', path)).status, (await caller.call('GET', path)).status], [200, 200]);
    const answer = await caller.call('GET', path);
    assert.deepEqual([answer.status, answer.headers.get('retry-after')], [429, '60']);
    await stage.control.advance('PT1M');
    assert.equal((await caller.call('GET', path)).status, 200);
  });

  test('a project without a quota of devices takes none in', async () => {
    await stage.control.limitProject('tsukasa-test', { deviceQuota: 0 });
    const token = await stage.caller.get('POST', `/v1/${enterprise}/enrollmentTokens`, {});
    await assert.rejects(stage.control.enroll({ token: String(token['value']) }), /no more devices/);
    await stage.control.limitProject('tsukasa-test', { deviceQuota: 500 });
  });
});
