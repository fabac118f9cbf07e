import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { bind, makeStage, REPORTING } from './testing.ts';
import type { Message } from './validate.ts';

const DAY = 86_400;
let stage: Awaited<ReturnType<typeof makeStage>>;
let enterprise: string;

before(async () => {
  stage = await makeStage();
  enterprise = stage.enterprise;
});
after(() => stage.close());

const status = async (method: string, path: string, body?: unknown) => {
  const answer = await stage.caller.call(method, path, body);
  const error = answer.body['error'] as Message | undefined;
  return error === undefined ? answer.status : [answer.status, error['status']];
};
const lastVerdict = async () => (await stage.control.requests()).at(-1)?.verdict;

describe('enrollment tokens', () => {
  const path = () => `/v1/${enterprise}/enrollmentTokens`;

  test('live for an hour unless asked otherwise, and are shown only in part', async () => {
    const made = await stage.caller.get('POST', path(), {
      additionalData: 'x',
      oneTimeOnly: true,
      user: { accountIdentifier: 'u' },
    });
    assert.equal(made['duration'], '3600s');
    assert.equal('user' in made, false);
    const { name, value, qrCode, expirationTimestamp } = made;
    assert.deepEqual(await stage.caller.get('GET', `/v1/${name}`), { name, value, qrCode, expirationTimestamp });
    await stage.control.advance('PT59M');
    assert.equal(await status('GET', `/v1/${name}`), 200);
    await stage.control.advance('PT1M');
    assert.deepEqual(await status('GET', `/v1/${name}`), [404, 'NOT_FOUND']);
    await assert.rejects(stage.control.enroll({ token: String(value) }), /not valid/);
  });

  test('work once when they are for one device, and not at all after they were deleted', async () => {
    const once = await stage.caller.get('POST', path(), { oneTimeOnly: true });
    await stage.control.enroll({ token: String(once['value']) });
    await assert.rejects(stage.control.enroll({ token: String(once['value']) }), /not valid/);
    assert.deepEqual(await status('GET', `/v1/${once['name']}`), [404, 'NOT_FOUND']);
    const many = await stage.caller.get('POST', path(), {});
    const first = await stage.control.enroll({ token: String(many['value']) });
    assert.equal(await status('DELETE', `/v1/${many['name']}`), 200);
    await assert.rejects(stage.control.enroll({ token: String(many['value']) }), /not valid/);
    assert.equal(await status('GET', `/v1/${first.name}`), 200);
  });

  test('may live almost forever', async () => {
    const made = await stage.caller.get('POST', path(), { duration: `${10_000 * 365 * DAY}s` });
    assert.match(String(made['expirationTimestamp']), /^9\d{3}-/);
  });

  for (const [name, body] of [
    ['less than a minute', { duration: '59s' }],
    ['1025 characters of data', { additionalData: 'x'.repeat(1025) }],
    ['a policy of somebody else', { policyName: 'enterprises/LCother000/policies/default' }],
    ['a policy that is a path', { policyName: 'policies/default' }],
    [
      'an account without the requirement',
      { googleAuthenticationOptions: { requiredAccountEmail: 'a@customer.example' } },
    ],
  ] as const) {
    test(`${name} is refused`, async () => {
      assert.deepEqual(await status('POST', path(), body), [400, 'INVALID_ARGUMENT']);
      assert.equal(await lastVerdict(), 'malformed');
      await stage.control.clearRequests();
    });
  }
});

describe('policies', () => {
  const at = (id: string) => `/v1/${enterprise}/policies/${id}`;

  test('count their versions, change by mask and whole, and take applications by their verbs', async () => {
    const first = await stage.caller.get('PATCH', at('one'), {
      cameraDisabled: true,
      applications: [{ packageName: 'a.one', installType: 'AVAILABLE' }],
    });
    assert.equal(first['version'], '1');
    const second = await stage.caller.get('PATCH', `${at('one')}?updateMask=funDisabled`, {
      funDisabled: true,
      cameraDisabled: false,
    });
    assert.deepEqual([second['version'], second['cameraDisabled'], second['funDisabled']], ['2', true, true]);
    const changes = [
      { application: { packageName: 'a.one', minimumVersionCode: 3 }, updateMask: 'minimumVersionCode' },
      { application: { packageName: 'a.two', installType: 'BLOCKED' } },
    ];
    const third = (await stage.caller.get('POST', `${at('one')}:modifyPolicyApplications`, { changes }))[
      'policy'
    ] as Message;
    assert.deepEqual(
      [third['version'], third['applications']],
      [
        '3',
        [
          { packageName: 'a.one', installType: 'AVAILABLE', minimumVersionCode: 3 },
          { packageName: 'a.two', installType: 'BLOCKED' },
        ],
      ],
    );
    const fourth = (
      await stage.caller.get('POST', `${at('one')}:removePolicyApplications`, { packageNames: ['a.one', 'a.none'] })
    )['policy'] as Message;
    assert.deepEqual(fourth['applications'], [{ packageName: 'a.two', installType: 'BLOCKED' }]);
    const fifth = await stage.caller.get('PATCH', at('one'), {});
    assert.deepEqual(fifth, { name: `${enterprise}/policies/one`, version: '5' });
    assert.equal((await stage.control.policyVersions(`${enterprise}/policies/one`)).length, 5);
  });

  test('one that is wrong changes nothing, and all its faults are told in one message', async () => {
    await stage.caller.get('PATCH', at('two'), { cameraDisabled: true });
    const { body } = await stage.caller.call('PATCH', at('two'), { cameraDisabled: 1, noSuchField: 2 });
    const error = body['error'] as { message: string; details: { fieldViolations: Message[] }[] };
    assert.equal(error.message.split('\n').length, 2);
    assert.deepEqual(
      error.details[0]?.fieldViolations.map(({ field }) => field),
      ['cameraDisabled', 'noSuchField'],
    );
    assert.equal((await stage.caller.get('GET', at('two')))['version'], '1');
    await stage.control.clearRequests();
  });

  test('one that a device has is not deleted; one that is not there takes no applications', async () => {
    await stage.caller.get('PATCH', at('used'), REPORTING);
    const token = await stage.caller.get('POST', `/v1/${enterprise}/enrollmentTokens`, { policyName: 'used' });
    await stage.control.enroll({ token: String(token['value']) });
    assert.deepEqual(await status('DELETE', at('used')), [400, 'FAILED_PRECONDITION']);
    assert.equal(await status('DELETE', at('two')), 200);
    assert.deepEqual(await status('POST', `${at('two')}:removePolicyApplications`, { packageNames: ['a.b'] }), [
      404,
      'NOT_FOUND',
    ]);
  });
});

describe('devices and operations', () => {
  async function enroll(fields: Message = {}) {
    const token = await stage.caller.get('POST', `/v1/${enterprise}/enrollmentTokens`, fields);
    const device = await stage.control.enroll({ token: String(token['value']) });
    await stage.control.settle();
    return device;
  }

  test('are listed in pages of ten, of a hundred at most', async () => {
    const small = await bind(stage.control, stage.caller, {});
    await stage.caller.get('PATCH', `/v1/${small}/policies/default`, {});
    const token = await stage.caller.get('POST', `/v1/${small}/enrollmentTokens`, {});
    for (let i = 0; i < 101; i++) await stage.control.enroll({ token: String(token['value']), seed: `page ${i}` });
    const names: unknown[] = [];
    let next = '';
    do {
      const page = await stage.caller.get(
        'GET',
        `/v1/${small}/devices?fields=devices(name),nextPageToken&pageToken=${next}`,
      );
      assert.ok((page['devices'] as Message[]).length <= 10);
      assert.deepEqual(Object.keys((page['devices'] as Message[])[0] ?? {}), ['name']);
      names.push(...(page['devices'] as Message[]).map(({ name }) => name));
      next = String(page['nextPageToken'] ?? '');
    } while (next !== '');
    assert.equal(new Set(names).size, 101);
    assert.equal(
      ((await stage.caller.get('GET', `/v1/${small}/devices?pageSize=1000`))['devices'] as Message[]).length,
      100,
    );
  });

  test('change their policy and state only; an unknown policy is refused by its name', async () => {
    const { name } = await enroll();
    await stage.caller.get('PATCH', `/v1/${enterprise}/policies/strict`, REPORTING);
    const changed = await stage.caller.get('PATCH', `/v1/${name}?updateMask=policyName,userName`, {
      policyName: 'strict',
      userName: 'x',
    });
    assert.equal(changed['policyName'], `${enterprise}/policies/strict`);
    assert.notEqual(changed['userName'], 'x');
    const bad = await stage.caller.call('PATCH', `/v1/${name}?updateMask=policyName`, { policyName: 'nothing' });
    assert.match(JSON.stringify(bad.body), /policy_name/);
    assert.deepEqual(await status('PATCH', `/v1/${name}`, { state: 'LOST' }), [400, 'INVALID_ARGUMENT']);
    await stage.caller.get('PATCH', `/v1/${name}?updateMask=state,disabledReason`, {
      state: 'DISABLED',
      disabledReason: { defaultMessage: '停止中' },
    });
    await stage.control.settle();
    const disabled = await stage.caller.get('GET', `/v1/${name}`);
    assert.deepEqual([disabled['state'], disabled['appliedState']], ['DISABLED', 'DISABLED']);
    await stage.control.clearRequests();
  });

  test('a command waits for a device that is away, and is cancelled, expires or is carried out', async () => {
    const { name } = await enroll();
    await stage.control.change(name, { online: false });
    const issue = (body: Message) => stage.caller.get('POST', `/v1/${name}:issueCommand`, body);
    const [cancelled, expired, kept] = [
      await issue({ type: 'LOCK' }),
      await issue({ type: 'REBOOT' }),
      await issue({ type: 'LOCK', duration: '86400s' }),
    ];
    assert.equal((kept['metadata'] as Message)['duration'], '86400s');
    assert.equal((expired['metadata'] as Message)['duration'], '600s');
    await stage.caller.get('POST', `/v1/${cancelled['name']}:cancel`, {});
    await stage.control.advance('PT10M');
    const read = async (operation: Message) => stage.caller.get('GET', `/v1/${operation['name']}`);
    assert.equal(((await read(cancelled))['error'] as Message)['code'], 1);
    assert.equal(((await read(expired))['error'] as Message)['code'], 4);
    assert.equal((await read(kept))['done'], undefined);
    await stage.control.change(name, { online: true });
    await stage.control.settle();
    const done = await read(kept);
    assert.equal(done['done'], true);
    assert.match(String((done['response'] as Message)['@type']), /IssueCommandResponse$/);
    await stage.caller.get('POST', `/v1/${kept['name']}:cancel`);
    assert.deepEqual(await read(kept), done);
    const { operations } = await stage.caller.get('GET', `/v1/${name}/operations`);
    assert.deepEqual(
      (operations as Message[]).map((one) => one['name']),
      [kept, expired, cancelled].map((one) => one['name']),
    );
    assert.equal(
      stage.inbox.of('COMMAND').filter((told) => [kept, expired, cancelled].some((one) => one['name'] === told['name']))
        .length,
      3,
    );
  });

  test('a new password is not told back', async () => {
    const { name } = await enroll();
    const issued = await stage.caller.get('POST', `/v1/${name}:issueCommand`, {
      type: 'RESET_PASSWORD',
      newPassword: 'kagi-2026',
    });
    await stage.control.settle();
    assert.doesNotMatch(
      JSON.stringify([issued, await stage.caller.get('GET', `/v1/${issued['name']}`), stage.inbox.received]),
      /kagi-2026/,
    );
  });

  test('a deleted one is gone at once, for its commands too', async () => {
    const { name } = await enroll();
    await stage.control.change(name, { online: false });
    const { name: operation } = await stage.caller.get('POST', `/v1/${name}:issueCommand`, { type: 'LOCK' });
    assert.equal(await status('DELETE', `/v1/${name}?wipeDataFlags=WIPE_ESIMS`), 200);
    for (const path of [name, operation]) assert.deepEqual(await status('GET', `/v1/${path}`), [404, 'NOT_FOUND']);
    assert.deepEqual(await status('DELETE', `/v1/${name}`), [404, 'NOT_FOUND']);
  });
});

describe('Play', () => {
  test('an application is described; an unknown one is 404', async () => {
    const chrome = await stage.caller.get('GET', `/v1/${enterprise}/applications/com.android.chrome?languageCode=ja`);
    assert.ok((chrome['managedProperties'] as Message[]).some(({ type }) => type === 'BUNDLE_ARRAY'));
    assert.deepEqual(await status('GET', `/v1/${enterprise}/applications/jp.example.nothing`), [404, 'NOT_FOUND']);
  });

  test('a web app is a package, whose version rises', async () => {
    const path = `/v1/${enterprise}/webApps`;
    const made = await stage.caller.get('POST', path, {
      title: '社内ポータル',
      startUrl: 'https://portal.example',
      displayMode: 'STANDALONE',
    });
    const patched = await stage.caller.get('PATCH', `/v1/${made['name']}?updateMask=title`, { title: 'ポータル' });
    assert.deepEqual([patched['versionCode'], patched['startUrl']], ['2', 'https://portal.example']);
    const id = String(made['name']).split('/')[3];
    assert.equal((await stage.caller.get('GET', `/v1/${enterprise}/applications/${id}`))['title'], 'ポータル');
    assert.equal(((await stage.caller.get('GET', path))['webApps'] as Message[]).length, 1);
    assert.equal(await status('DELETE', `/v1/${made['name']}`), 200);
    assert.deepEqual(
      await status('POST', path, { title: 'x', startUrl: 'http://portal.example', displayMode: 'FULL_SCREEN' }),
      [400, 'INVALID_ARGUMENT'],
    );
  });

  test('a web token needs https, a migration token a week at most', async () => {
    const frame = { parentFrameUrl: 'https://tsukasa.example/apps', enabledFeatures: ['PLAY_SEARCH'] };
    assert.notEqual((await stage.caller.get('POST', `/v1/${enterprise}/webTokens`, frame))['value'], undefined);
    assert.deepEqual(
      await status('POST', `/v1/${enterprise}/webTokens`, { parentFrameUrl: 'http://tsukasa.example' }),
      [400, 'INVALID_ARGUMENT'],
    );
    const migration = { deviceId: 'd', userId: 'u', policy: 'default', managementMode: 'FULLY_MANAGED' };
    const path = `/v1/${enterprise}/migrationTokens`;
    const made = await stage.caller.get('POST', path, migration);
    assert.deepEqual(await stage.caller.get('GET', `/v1/${made['name']}`), made);
    assert.deepEqual(await status('POST', path, { ...migration, ttl: `${7 * DAY + 1}s` }), [400, 'INVALID_ARGUMENT']);
  });
});
