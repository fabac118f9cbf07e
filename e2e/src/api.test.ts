import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import { before, describe, test } from 'node:test';
import { ACTION_STEPS, type Action, type Route, routes } from '@tsukasa/api';
import { readPlistDict } from '@tsukasa/apple-mdm';
import { follow } from './actions.ts';
import { Client } from './api-client.ts';
import { enroll } from './fleet.ts';
import { ADMINISTRATOR, type Contractor, useStage } from './harness.ts';
import { codeOf, setUpAuthenticator } from './people.ts';
import { tsukasa } from './program.ts';
import { until } from './wait.ts';

const UNKNOWN = '018f0000-0000-7000-8000-000000000000';

let contractor: Contractor;
let deviceId: string;
const stage = useStage(
  async (opened) => {
    contractor = await opened.contractor('青葉商事', 'あおばしょうじ');
  },
  { first: 'bootstrap' },
);

describe('the first administrator', () => {
  test('is made on a fresh data directory, and its token may do everything of the provider', async () => {
    const session = await stage().provider.call('getSession');
    assert.equal(session.principal.kind, 'token');
    assert.equal(session.providerRole, 'provider_administrator');
    assert.ok(session.permissions.includes('provider.contractors.write'));
  });

  test('is made once: a second time is refused in words', async () => {
    const args = ['bootstrap', '--email', 'other@example.jp', '--password', ADMINISTRATOR.password, '--json'];
    const { code, stdout, stderr } = await tsukasa(args, stage().server.env);
    assert.notEqual(code, 0);
    assert.equal(stdout, '');
    assert.match(stderr, /running|already|administrator/i);
    assert.doesNotMatch(stderr, /^\s+at .*:\d+:\d+/m, 'a stack trace explains nothing');
  });

  test('comes back by a link from the machine after losing everything, while the server runs', async () => {
    const { email } = ADMINISTRATOR;
    const { code, stdout, stderr } = await tsukasa(['recover', '--email', email, '--json'], stage().server.env);
    assert.equal(code, 0, stderr);
    const link = JSON.parse(stdout) as { readonly url: string; readonly email: string; readonly expiresAt: string };
    assert.equal(link.email, email);
    const stranger = new Client(stage().url);
    await stranger.call('acceptAccountLink', {
      body: { code: codeOf(link.url), password: 'an entirely new password' },
    });
    await setUpAuthenticator(stage().url, { ...ADMINISTRATOR, password: 'an entirely new password' });
    const query = { action: 'staff.recovery_offered' };
    const { items } = await stage().provider.call('listProviderAudit', { query });
    assert.deepEqual(
      items.map(({ actor, details }) => [actor.kind, details['operatingSystemUser']]),
      [['system', userInfo().username]],
    );
    assert.ok(!JSON.stringify(items).includes(codeOf(link.url)), 'the trail holds the code');
  });

  test('is not found under another address: refused in words', async () => {
    const { code, stdout, stderr } = await tsukasa(['recover', '--email', 'other@example.jp'], stage().server.env);
    assert.deepEqual([code, stdout], [5, '']);
    assert.match(stderr, /no provider administrator has the address other@example\.jp/);
    assert.doesNotMatch(stderr, /^\s+at .*:\d+:\d+/m, 'a stack trace explains nothing');
  });
});

describe('from nothing to an answered action, through the API alone', () => {
  let link: string;

  test('an invitation answers its link', async () => {
    const { contractorId } = contractor;
    const invitation = await stage().provider.call('createInvitation', {
      params: { contractorId },
      body: { platform: 'apple', usageMode: 'company-owned' },
    });
    assert.equal(invitation.state, 'open');
    assert.equal(invitation.uses, 0);
    assert.equal(invitation.maxUses, 1);
    link = invitation.url ?? '';
    assert.ok(link.startsWith(`${stage().url}/enroll/`), link);
  });

  test('a device that opens the link gets the profile, without credentials', async () => {
    const response = await fetch(link, { headers: { accept: '*/*' } });
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('content-type'), 'application/x-apple-aspen-config');
    const profile = readPlistDict(Buffer.from(await response.arrayBuffer()));
    assert.equal(profile['PayloadType'], 'Configuration');
    const content = profile['PayloadContent'];
    assert.ok(Array.isArray(content));
    const types = content.map((payload) => (typeof payload === 'object' ? Reflect.get(payload, 'PayloadType') : ''));
    assert.ok(types.includes('com.apple.mdm'), types.join());
    assert.ok(types.includes('com.apple.security.scep'), types.join());
  });

  test('a person who opens the link gets a page in their language', async () => {
    for (const { language, words } of [
      { language: 'ja', words: /青葉商事/ },
      { language: 'en', words: /company/i },
    ]) {
      const response = await fetch(link, { headers: { accept: 'text/html,*/*;q=0.8', 'accept-language': language } });
      assert.equal(response.status, 200);
      assert.match(response.headers.get('content-type') ?? '', /^text\/html/);
      const page = await response.text();
      assert.match(page, words);
      assert.match(page, new RegExp(`<html[^>]* lang="${language}"`));
    }
  });

  test('an unknown link is not found, for devices and for people', async () => {
    for (const accept of ['*/*', 'text/html']) {
      const response = await fetch(`${stage().url}/enroll/AAAAAAAAAAAAAAAAAAAAAA`, { headers: { accept } });
      assert.equal(response.status, 404, accept);
      assert.notEqual(response.headers.get('content-type'), 'application/x-apple-aspen-config');
    }
  });

  test('the device that enrolls from the link alone appears', async () => {
    const { contractorId } = contractor;
    const device = await enroll(stage(), link);
    const found = await until('the device is in the list', 20_000, async () => {
      const page = await stage().provider.call('listDevices', { params: { contractorId } });
      return page.items.find((item) => item.serialNumber === device.serialNumber && item.managementState === 'managed');
    });
    assert.equal(found.usageMode, 'company-owned');
    deviceId = found.deviceId;
  });

  test('a refresh is followed to its end, its steps in order', async () => {
    const { contractorId } = contractor;
    const asked = await stage().provider.call('askAction', {
      params: { contractorId, deviceId },
      body: { type: 'refresh' },
    });
    assert.ok(['queued', 'sent'].includes(asked.state), asked.state);
    const done = await follow(stage().provider, contractorId, asked.actionId);
    assert.equal(done.state, 'done', JSON.stringify(done.failure));
    assertStepsInOrder(done);
    assert.equal(done.waitingFor, null);
    assert.ok(done.finishedAt !== null);
    assert.equal(done.askedBy.kind, 'token');
  });

  test('what the device reported is on it', async () => {
    const { contractorId } = contractor;
    // Contacts are written in batches, a moment after they happened.
    const device = await until('its contact is written', 10_000, async () => {
      const now = await stage().provider.call('getDevice', { params: { contractorId, deviceId } });
      return now.lastContactAt === null ? undefined : now;
    });
    assert.equal(device.managementState, 'managed');
    assert.ok(device.osVersion !== null);
    assert.ok(device.channel.canWake, device.channel.whyNot ?? '');
    assert.ok(Object.keys(device.observedAt).length > 0);
  });

  test('the link of one device is used up', async () => {
    const response = await fetch(link, { headers: { accept: '*/*' } });
    assert.equal(response.status, 410);
    const { contractorId } = contractor;
    const page = await stage().provider.call('listInvitations', { params: { contractorId } });
    assert.equal(page.items[0]?.state, 'used_up');
  });

  test('all of it is in the audit trail, whose chain holds', async () => {
    const { contractorId } = contractor;
    const trail = await stage().provider.call('listAudit', { params: { contractorId } });
    const asked = trail.items.find((entry) => entry.action === 'action.asked');
    assert.ok(asked, trail.items.map((entry) => entry.action).join());
    const verified = await stage().provider.call('verifyAudit', { params: { contractorId } });
    assert.equal(verified.ok, true);
    assert.equal(verified.entries, trail.total ?? trail.items.length);
  });
});

function assertStepsInOrder({ steps }: Action): void {
  const names = steps.map(({ step }) => step);
  assert.deepEqual(
    names,
    ACTION_STEPS.filter((step) => names.includes(step)),
    'steps stand in the order of the contract',
  );
  assert.ok(names.includes('asked') && names.includes('answered'), names.join());
  const times = steps.map(({ step, at }) => {
    assert.ok(at !== null, `${step} has no time although the action is done`);
    return Temporal.Instant.from(at);
  });
  for (const [index, at] of times.entries()) {
    const before = times[index - 1];
    if (before) assert.ok(Temporal.Instant.compare(before, at) <= 0, `${names[index]} is before ${names[index - 1]}`);
  }
}

describe('one request, once', () => {
  test('the same key with the same request is answered with the first answer', async () => {
    const headers = { 'idempotency-key': randomUUID() };
    const body = { name: 'One' };
    const first = await stage().provider.send('createContractor', { body, headers });
    const second = await stage().provider.send('createContractor', { body, headers });
    assert.equal(first.response.status, 201);
    assert.equal(second.response.status, 201);
    assert.deepEqual(JSON.parse(second.text), JSON.parse(first.text));
    const { items } = await stage().provider.call('listContractors', { query: { q: 'One' } });
    assert.equal(items.length, 1);
  });

  test('the same key with another request is refused', async () => {
    const headers = { 'idempotency-key': randomUUID() };
    await stage().provider.call('createContractor', { body: { name: 'Two' }, headers });
    const refused = await stage().provider.refusal('createContractor', { body: { name: 'Three' }, headers });
    assert.ok([409, 422].includes(refused.status), String(refused.status));
  });
});

describe('what is wrong is said as a problem document', () => {
  test('a body that does not fit names each field', async () => {
    const params = { contractorId: contractor.contractorId };
    const wrong = { platform: 'apple', usageMode: 'borrowed', unheardOf: 1 } as unknown as {
      platform: 'apple';
      usageMode: 'company-owned';
    };
    const { status, problem } = await stage().provider.refusal('createInvitation', { params, body: wrong });
    assert.ok([400, 422].includes(status), String(status));
    assert.equal(problem.status, status);
    const pointers = problem.errors?.map((error) => error.pointer) ?? [];
    assert.ok(pointers.includes('/usageMode'), pointers.join());
    assert.ok(pointers.includes('/unheardOf'), pointers.join());
  });

  test('what is no JSON, and a parameter that nobody knows', async () => {
    const token = { authorization: bearer(), 'content-type': 'application/json' };
    const response = await fetch(`${stage().url}/api/v1/provider/contractors`, {
      method: 'POST',
      headers: token,
      body: '{',
    });
    assert.ok([400, 422].includes(response.status), String(response.status));
    assert.match(response.headers.get('content-type') ?? '', /^application\/problem\+json/);
    const query = { unheardOf: 'x' } as unknown as { q: string };
    const { status } = await stage().provider.refusal('listContractors', { query });
    assert.ok([400, 422].includes(status), String(status));
  });

  test('in the language that is asked for', async () => {
    const titles = new Set<string>();
    for (const language of ['ja', 'en']) {
      const headers = { 'accept-language': language };
      const params = { contractorId: UNKNOWN };
      titles.add((await stage().provider.refusal('getContractor', { params, headers })).problem.title);
    }
    assert.equal(titles.size, 2, [...titles].join());
  });

  test('an action that cannot work on this device, or that nobody knows', async () => {
    const params = { contractorId: contractor.contractorId, deviceId };
    const unknown = { type: 'explode' } as unknown as { type: 'refresh' };
    assert.ok([400, 422].includes((await stage().provider.refusal('askAction', { params, body: unknown })).status));
    const wrong = { type: 'lock' as const, params: { pin: 'abc' } };
    assert.ok([400, 422].includes((await stage().provider.refusal('askAction', { params, body: wrong })).status));
    const noReason = await stage().provider.refusal('askAction', { params, body: { type: 'erase' } });
    assert.ok([400, 422].includes(noReason.status), String(noReason.status));
  });

  test('no credentials, and wrong ones', async () => {
    for (const client of [new Client(stage().url), new Client(stage().url, { token: 'tsp_wrong' })]) {
      const { status } = await client.refusal('getSession');
      assert.equal(status, 401);
    }
  });
});

describe('another contractor', () => {
  let other: Contractor;
  let client: Client;

  before(async () => {
    other = await stage().contractor('Other');
    const { token } = await stage().provider.call('createApiToken', {
      params: { contractorId: other.contractorId },
      body: { name: 'test', role: 'contractor_administrator', expiresInDays: 1 },
    });
    client = new Client(stage().url, { token });
  });

  test('sees nothing of it: not found, in the same words as for a contractor that does not exist', async () => {
    const { contractorId } = contractor;
    const foreign = await client.refusal('getContractor', { params: { contractorId } });
    const unknown = await client.refusal('getContractor', { params: { contractorId: UNKNOWN } });
    assert.equal(foreign.status, 404);
    assert.deepEqual({ ...foreign.problem, instance: '' }, { ...unknown.problem, instance: '' });
    const calls = [
      client.refusal('listDevices', { params: { contractorId } }),
      client.refusal('getDevice', { params: { contractorId, deviceId } }),
      client.refusal('askAction', { params: { contractorId, deviceId }, body: { type: 'refresh' } }),
      client.refusal('listAudit', { params: { contractorId } }),
    ];
    for (const refused of await Promise.all(calls)) assert.equal(refused.status, 404, refused.message);
  });

  test('does not reach a foreign device through its own address', async () => {
    const params = { contractorId: other.contractorId, deviceId };
    assert.equal((await client.refusal('getDevice', { params })).status, 404);
    assert.equal((await client.refusal('askAction', { params, body: { type: 'refresh' } })).status, 404);
    assert.equal((await client.refusal('listContractors')).status, 403);
  });
});

describe('the OpenAPI document', () => {
  test('has every route of the contract', async () => {
    const response = await fetch(`${stage().url}/api/v1/openapi.json`);
    assert.equal(response.status, 200);
    const document = (await response.json()) as { openapi: string; paths: Record<string, Record<string, unknown>> };
    assert.match(document.openapi, /^3\.1/);
    const all: Readonly<Record<string, Route>> = routes;
    for (const [name, route] of Object.entries(all)) {
      const operation = document.paths[route.path.replaceAll(/:(\w+)/g, '{$1}')]?.[route.method.toLowerCase()];
      assert.equal(Reflect.get(Object(operation), 'operationId'), name);
    }
  });
});

function bearer(): string {
  return `Bearer ${stage().token}`;
}
