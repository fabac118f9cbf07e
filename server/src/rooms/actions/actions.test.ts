import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Action, ActionRequest } from '@tsukasa/api';
import { DomainError } from '../../base/errors.ts';
import { newId } from '../../base/ids.ts';
import { silentLog } from '../../base/log.ts';
import { markUnmanaged, type ObservedValues } from '../devices/index.ts';
import { refusal, requestBy } from '../directory/testing.ts';
import { MOST_OPEN } from './ask.ts';
import { expireDue } from './follow-up.ts';
import type { ActionId, ActionOutcome, SupersedeReason } from './index.ts';
import { actionsGround } from './testing.ts';

const ground = await actionsGround();
const { db, clock, actions, handlers } = ground;
const none = { query: undefined, body: undefined } as const;

async function fleet(values: ObservedValues = { osFamily: 'iOS', name: 'iPhone' }) {
  const contractorId = await ground.newContractor();
  const deviceId = await ground.newDevice(contractorId, values);
  const params = { contractorId, deviceId };
  const admin = requestBy('contractor_administrator', contractorId);
  /** Asks, and where a second person is needed lets one agree. */
  const ask = async (body: ActionRequest, context = admin) => {
    const asked = await handlers.askAction({ params, query: undefined, body }, context);
    if (asked.approval?.state !== 'awaited') return asked;
    const second = requestBy('contractor_administrator', contractorId, { id: 'second' });
    const about = { contractorId, actionId: asked.actionId };
    return handlers.decideAction({ params: about, query: undefined, body: { decision: 'approve' } }, second);
  };
  const get = (actionId: string) => handlers.getAction({ ...none, params: { contractorId, actionId } }, admin);
  const cancel = (actionId: string, reason?: string) =>
    handlers.cancelAction(
      { params: { contractorId, actionId }, query: undefined, body: reason === undefined ? {} : { reason } },
      admin,
    );
  const finish = (actionId: string, outcome: ActionOutcome) =>
    db.jobsFor(contractorId, (tx) => actions.finish(tx, contractorId, actionId as ActionId, outcome, clock.now()));
  const supersede = (why: SupersedeReason) =>
    db.jobsFor(contractorId, (tx) => actions.supersedeAll(tx, contractorId, deviceId, why, clock.now()));
  const trail = async () => (await ground.audited(contractorId)).map((entry) => entry.action);
  return { contractorId, deviceId, params, admin, ask, get, cancel, finish, supersede, trail };
}

const expire = () => expireDue(ground.deps, { log: silentLog, signal: undefined });

test('what the contracts do not include is refused, and nothing is recorded', async () => {
  const { ask, trail } = await fleet();
  ground.entitlement.missing.add('control');
  await assert.rejects(() => ask({ type: 'lock' }), refusal('precondition_failed', 'entitlement.control'));
  await ask({ type: 'refresh' });
  ground.entitlement.missing.add('observe');
  await assert.rejects(() => ask({ type: 'refresh' }), refusal('precondition_failed', 'entitlement.observe'));
  ground.entitlement.missing.clear();
  assert.deepEqual(await trail(), ['action.asked']);
});

test('when the contract has ended all that is open ends, on every device', async () => {
  const { contractorId, ask, get } = await fleet();
  const other = await ground.newDevice(contractorId, { osFamily: 'iOS' });
  const mine = await ask({ type: 'lock' });
  const { actionId } = await handlers.askAction(
    { params: { contractorId, deviceId: other }, query: undefined, body: { type: 'restart' } },
    requestBy('contractor_administrator', contractorId),
  );
  await db.jobsFor(contractorId, (tx) => actions.endAll(tx, contractorId, 'contract_ended', clock.now()));
  for (const id of [mine.actionId, actionId]) {
    const { state, failure } = await get(id);
    assert.deepEqual([state, failure], ['superseded', { code: 'contract_ended' }]);
  }
});

test('from asking to the answer, each step with its time', async () => {
  const { ask, get, finish, trail, deviceId } = await fleet();
  const asked = await ask({ type: 'lock', params: { message: '至急連絡' }, reason: '紛失' });
  assert.deepEqual([asked.state, asked.waitingFor, asked.cancellable], ['queued', 'woken', true]);
  assert.deepEqual(asked.effects, [{ code: 'screen_locks' }]);
  assert.deepEqual(asked.steps[2], { step: 'woken', at: null, detail: { code: 'no_push_certificate' } });
  clock.advance('PT1S');
  await ground.wake(asked.actionId, clock.now());
  assert.equal((await get(asked.actionId)).waitingFor, 'fetched');
  clock.advance('PT1S');
  await ground.fetch(asked.actionId, clock.now());
  const sent = await get(asked.actionId);
  assert.deepEqual([sent.state, sent.waitingFor, sent.cancellable], ['sent', 'answered', false]);
  await ground.sayNotNow(asked.actionId, clock.now());
  const deferred = await get(asked.actionId);
  assert.deepEqual([deferred.state, deferred.waitingFor, deferred.cancellable], ['deferred', 'fetched', true]);
  assert.equal(deferred.steps[3]?.detail?.code, 'device_said_not_now');
  await ground.fetch(asked.actionId, clock.now());
  clock.advance('PT1S');
  assert.equal(await finish(asked.actionId, { state: 'done', result: { text: 'ok\u0000' } }), true);
  assert.equal(await finish(asked.actionId, { state: 'failed', failure: { code: 'device_refused' } }), false);
  const done = await get(asked.actionId);
  assert.deepEqual([done.state, done.waitingFor, done.result], ['done', null, { text: 'ok' }]);
  assert.ok(done.steps.every(({ at }) => at !== null));
  assert.deepEqual(await trail(), ['action.asked', 'action.finished']);
  assert.equal(done.deviceId, deviceId);
});

test('a failure keeps what the device said', async () => {
  const { ask, get, finish } = await fleet();
  const { actionId } = await ask({ type: 'restart' });
  const chain = [{ domain: 'MCMDMErrorDomain', code: 12021, description: '不明' }];
  await finish(actionId, { state: 'failed', failure: { code: 'device_refused', chain } });
  assert.deepEqual((await get(actionId)).failure, { code: 'device_refused', chain });
});

test('each type asks for its own permission', async () => {
  const { ask, contractorId, trail } = await fleet();
  const helpdesk = requestBy('helpdesk', contractorId);
  await ask({ type: 'lock' }, helpdesk);
  await assert.rejects(ask({ type: 'erase', reason: 'x' }, helpdesk), refusal('forbidden'));
  await assert.rejects(ask({ type: 'raw', params: { plist: 'x' }, reason: 'x' }, helpdesk), refusal('forbidden'));
  await assert.rejects(ask({ type: 'refresh' }, requestBy('auditor', contractorId)), refusal('forbidden'));
  assert.deepEqual(await trail(), ['action.asked']);
});

test('what cannot be undone needs a reason and a fresh sign-in', async () => {
  const { ask, contractorId } = await fleet();
  const stale = requestBy('contractor_administrator', contractorId, { fresh: false });
  await assert.rejects(ask({ type: 'erase' }), refusal('invalid', 'action.reason_missing'));
  await assert.rejects(ask({ type: 'erase', reason: '  ' }), refusal('invalid', 'action.reason_missing'));
  await assert.rejects(ask({ type: 'erase', reason: '廃棄' }, stale), refusal('reauthentication_required'));
  await ask({ type: 'lock' }, stale);
  const erase = await ask({ type: 'erase', reason: '廃棄' });
  assert.equal(erase.reason, '廃棄');
});

test('what cannot work on this device is refused with the reason, and leaves nothing behind', async () => {
  const { ask, trail, contractorId, deviceId } = await fleet();
  await assert.rejects(ask({ type: 'lost_mode_on' }), refusal('precondition_failed', 'action.not_supervised'));
  await assert.rejects(ask({ type: 'lock', params: { pin: '123456' } }), refusal('invalid'));
  await assert.rejects(ask({ type: 'rename' }), refusal('invalid'));
  await assert.rejects(ask({ type: 'raw', params: { plist: 'wrong' }, reason: 'x' }), refusal('invalid'));
  await assert.rejects(ask({ type: 'refresh', expiresIn: 'PT1S' }), refusal('invalid', 'request.validation'));
  await db.asContractor(contractorId, (tx) => markUnmanaged(tx, contractorId, deviceId, 'removed', clock.now()));
  await assert.rejects(ask({ type: 'refresh' }), refusal('precondition_failed', 'action.device_not_managed'));
  assert.deepEqual(await trail(), []);
  const rows = await ground.query('select 1 from actions where contractor_id = $1', [contractorId]);
  assert.equal(rows.length, 0);
});

test('a preview refuses the parameters that asking refuses, in the same words', async () => {
  const { ask, params, contractorId, trail } = await fleet();
  const errorsOf = (promise: Promise<unknown>) =>
    promise.then(
      () => assert.fail('was not refused'),
      (error: unknown) => {
        assert.ok(error instanceof DomainError);
        return [error.code, error.errors];
      },
    );
  for (const body of [
    { type: 'raw', params: { plist: 'wrong' }, reason: 'x' },
    { type: 'lock', params: { pin: '123456' } },
    { type: 'rename' },
  ] as const) {
    const preview = handlers.previewAction(
      { params, query: undefined, body },
      requestBy('contractor_administrator', contractorId),
    );
    assert.deepEqual(await errorsOf(preview), await errorsOf(ask(body)));
  }
  assert.deepEqual(await trail(), []);
});

test('the assessment of everything says what is possible and permitted', async () => {
  const { params, contractorId } = await fleet();
  const { items } = await handlers.assessActions({ ...none, params }, requestBy('helpdesk', contractorId));
  const of = (type: string) => items.find((item) => item.type === type);
  assert.deepEqual([of('erase')?.permitted, of('erase')?.needsReason, of('erase')?.possible], [false, true, true]);
  assert.deepEqual(of('lost_mode_on')?.refusal, { code: 'action.not_supervised', params: { os: 'iOS' } });
  assert.deepEqual(of('lock')?.options, ['message', 'phoneNumber']);
  const preview = await handlers.previewAction(
    { params, query: undefined, body: { type: 'lock', params: { message: 'x' } } },
    requestBy('auditor', contractorId),
  );
  assert.deepEqual([preview.possible, preview.permitted], [true, false]);
});

test('a second refresh answers the first, also when both come at once', async () => {
  const { ask, finish, trail } = await fleet();
  const both = await Promise.all([ask({ type: 'refresh' }), ask({ type: 'refresh' }), ask({ type: 'refresh' })]);
  assert.equal(new Set(both.map((action) => action.actionId)).size, 1);
  assert.deepEqual(await trail(), ['action.asked']);
  await finish(both[0].actionId, { state: 'done' });
  assert.notEqual((await ask({ type: 'refresh' })).actionId, both[0].actionId);
});

test(`a device has at most ${MOST_OPEN} open actions`, async () => {
  const { ask, contractorId, deviceId } = await fleet();
  await ground.query(
    `insert into actions (contractor_id, action_id, device_id, type, state, asked_by_kind, asked_by, asked_by_name, asked_at, expires_at)
     select $1, gen_random_uuid(), $2, 'restart', 'queued', 'user', 'u', 'u', now(), now() + interval '1 day'
     from generate_series(1, $3)`,
    [contractorId, deviceId, MOST_OPEN],
  );
  await assert.rejects(ask({ type: 'lock' }), refusal('too_many', 'action.too_many_open'));
});

test('a Mac gets a PIN: sealed, in no record, handed to the channel, readable once', async () => {
  const { ask, contractorId, admin, get } = await fleet({ osFamily: 'macOS' });
  for (const given of [undefined, '424242']) {
    const params = given === undefined ? {} : { pin: given };
    const { actionId, secrets } = await ask({ type: 'lock', params });
    assert.deepEqual(secrets, [{ kind: 'lock_pin', readAt: null, readBy: null }]);
    const told = await db.asContractor(contractorId, (tx) => ground.opened(tx, contractorId, actionId));
    const pin = told.secrets.pin ?? '';
    assert.match(pin, /^\d{6}$/);
    if (given !== undefined) assert.equal(pin, given);
    const records = await ground.query<{ all: string }>(
      `select string_agg(t, ' ') as all from (select a::text t from actions a union all select e::text from audit_entries e
       union all select encode(sealed, 'escape') from action_secrets) r`,
    );
    assert.ok(!(records[0]?.all.includes(`"${pin}"`) || records[0]?.all.includes(`:${pin}`)));
    const read = () =>
      handlers.readActionSecret({ ...none, params: { contractorId, actionId, kind: 'lock_pin' } }, admin);
    const tries = await Promise.allSettled([read(), read(), read()]);
    const values = tries.flatMap((each) => (each.status === 'fulfilled' ? [each.value.value] : []));
    assert.deepEqual(values, [pin], 'once, however many ask at once');
    await assert.rejects(read(), refusal('gone', 'action_secret.already_read'));
    assert.equal((await get(actionId)).secrets[0]?.readBy, 'contractor_administrator');
    const none2 = { contractorId, actionId, kind: 'erase_pin' } as const;
    await assert.rejects(handlers.readActionSecret({ ...none, params: none2 }, admin), refusal('not_found'));
  }
  const reads = (await ground.audited(contractorId)).filter((entry) => entry.action === 'action.secret_read');
  assert.equal(reads.length, 2);
  const stale = requestBy('contractor_administrator', contractorId, { fresh: false });
  await assert.rejects(
    async () =>
      handlers.readActionSecret({ ...none, params: { contractorId, actionId: newId(), kind: 'lock_pin' } }, stale),
    refusal('reauthentication_required'),
  );
});

test('a raw command leaves its name behind, not its property list', async () => {
  const { ask, contractorId } = await fleet();
  const secret = '<dict><key>PIN</key><string>987654</string></dict>';
  const action = await ask({ type: 'raw', params: { plist: secret }, reason: '検証' });
  assert.deepEqual(action.params, { requestType: 'DeviceLock' });
  assert.ok(!JSON.stringify(await ground.audited(contractorId)).includes('987654'));
  const told = await db.asContractor(contractorId, (tx) => ground.opened(tx, contractorId, action.actionId));
  assert.equal(told.params.plist, secret);
});

test('cancelled by one of two who try at once', async () => {
  const { ask, cancel, trail } = await fleet();
  const { actionId } = await ask({ type: 'restart' });
  const tries = await Promise.allSettled([cancel(actionId, '誤り'), cancel(actionId)]);
  assert.deepEqual(tries.map((each) => each.status).sort(), ['fulfilled', 'rejected']);
  await assert.rejects(cancel(actionId), refusal('conflict', 'action.already_finished'));
  assert.deepEqual(await trail(), ['action.asked', 'action.cancelled']);
});

test('what the device has fetched cannot be cancelled; what it put off can', async () => {
  const { ask, cancel, get } = await fleet();
  const { actionId } = await ask({ type: 'restart' });
  await ground.fetch(actionId, clock.now());
  await assert.rejects(cancel(actionId), refusal('conflict', 'action.already_fetched'));
  assert.equal((await get(actionId)).state, 'sent');
  await ground.sayNotNow(actionId, clock.now());
  assert.equal((await cancel(actionId)).state, 'cancelled');
});

test('urgent actions go first', async () => {
  const { ask } = await fleet();
  const routine = await ask({ type: 'restart' });
  const urgent = await ask({ type: 'lock' });
  const rows = await ground.query<{ action_id: string; priority: number }>(
    'select action_id, priority from test_commands',
  );
  const of = (id: string) => rows.find((row) => row.action_id === id)?.priority ?? -1;
  assert.ok(of(urgent.actionId) > of(routine.actionId));
});

test('what nobody fetched in time expires; what was fetched still takes its answer', async () => {
  const { ask, get, finish, trail } = await fleet();
  const [silent, slow, later] = [
    await ask({ type: 'restart', expiresIn: 'PT1H' }),
    await ask({ type: 'lock', expiresIn: 'PT1H' }),
    await ask({ type: 'shut_down', expiresIn: 'PT2H' }),
  ];
  await ground.fetch(slow.actionId, clock.now());
  clock.advance('PT1H');
  await expire();
  await expire();
  assert.deepEqual([(await get(silent.actionId)).state, (await get(silent.actionId)).failure], ['expired', null]);
  assert.deepEqual((await get(slow.actionId)).failure, { code: 'no_answer' });
  assert.equal((await get(later.actionId)).state, 'queued');
  assert.equal(await finish(silent.actionId, { state: 'done' }), false);
  assert.equal(await finish(slow.actionId, { state: 'done' }), true);
  assert.equal(await finish(slow.actionId, { state: 'done' }), false);
  const shown = await get(slow.actionId);
  assert.deepEqual([shown.state, shown.failure], ['done', null]);
  assert.equal((await trail()).filter((action) => action === 'action.finished').length, 3);
});

test('an erase does not outlive a new enrollment', async () => {
  const { ask, get, supersede, deviceId, contractorId } = await fleet();
  const erase = await ask({ type: 'erase', reason: '紛失' });
  const restart = await ask({ type: 'restart' });
  await ground.fetch(restart.actionId, clock.now());
  await supersede('reenrolled');
  await supersede('reenrolled');
  for (const { actionId } of [erase, restart]) {
    assert.deepEqual(
      [(await get(actionId)).state, (await get(actionId)).failure],
      ['superseded', { code: 'reenrolled' }],
    );
  }
  const [command] = await ground.query<{ outcome: string }>('select outcome from test_commands where action_id = $1', [
    erase.actionId,
  ]);
  assert.equal(command?.outcome, 'superseded');
  const open = await db.asContractor(contractorId, (tx) => actions.openByDevice(tx, contractorId, [deviceId]));
  assert.equal(open.get(deviceId) ?? 0, 0);
});

test('a device that leaves after fetching the removal of management has done it', async () => {
  const { ask, get, supersede } = await fleet();
  const removal = await ask({ type: 'remove_management', reason: '返却' });
  const other = await ask({ type: 'restart' });
  await ground.fetch(removal.actionId, clock.now());
  await supersede('unenrolled');
  assert.equal((await get(removal.actionId)).state, 'done');
  assert.equal((await get(other.actionId)).state, 'superseded');
});

for (const type of ['erase', 'remove_management'] as const) {
  test(`a device that fetched ${type}, fell silent and enrolls anew has done it`, async () => {
    const { ask, get, supersede, trail } = await fleet();
    const { actionId } = await ask({ type, reason: '返却' });
    const other = await ask({ type: 'lock' });
    await ground.fetch(actionId, clock.now());
    await ground.fetch(other.actionId, clock.now());
    await supersede('reenrolled');
    const { state, result } = await get(actionId);
    assert.deepEqual([state, result], ['done', { enrolledAnew: true }]);
    assert.equal((await get(other.actionId)).state, 'superseded');
    assert.equal((await trail()).filter((action) => action === 'action.finished').length, 2);
  });
}

test('the list filters by what is shown, and pages to the end', async () => {
  const { ask, finish, contractorId, admin, params } = await fleet();
  const made: Action[] = [];
  for (let n = 0; n < 9; n++) {
    clock.advance('PT1S');
    made.push(await ask({ type: n % 2 === 0 ? 'restart' : 'lock' }));
  }
  for (const n of [1, 4, 7]) await ground.fetch(made[n]?.actionId ?? '', clock.now());
  await finish(made[4]?.actionId ?? '', { state: 'done' });
  const all = async (query: { state?: ('sent' | 'queued' | 'done')[]; type?: 'lock'[] }) => {
    const found: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await handlers.listActions(
        {
          params: { contractorId },
          query: { ...query, limit: 2, ...(cursor === undefined ? {} : { cursor }) },
          body: undefined,
        },
        admin,
      );
      found.push(...page.items.map((item) => item.actionId));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    return found.map((id) => made.findIndex((action) => action.actionId === id));
  };
  assert.deepEqual(await all({}), [8, 7, 6, 5, 4, 3, 2, 1, 0]);
  assert.deepEqual(await all({ state: ['sent'] }), [7, 1]);
  assert.deepEqual(await all({ state: ['sent', 'done'] }), [7, 4, 1]);
  assert.deepEqual(await all({ state: ['queued'], type: ['lock'] }), [5, 3]);
  const ofDevice = await handlers.listDeviceActions({ params, query: { limit: 200 }, body: undefined }, admin);
  assert.equal(ofDevice.items.length, 9);
  const counts = await db.asContractor(contractorId, (tx) =>
    actions.count(tx, contractorId, clock.now().subtract({ hours: 24 })),
  );
  assert.deepEqual(counts, { open: 8, failed: 0, done: 1 });
});

test('an action of another contractor, or of another device, is not there', async () => {
  const [one, two] = [await fleet(), await fleet()];
  const { actionId } = await one.ask({ type: 'restart' });
  const where = { contractorId: two.contractorId, actionId };
  await assert.rejects(handlers.getAction({ ...none, params: where }, two.admin), refusal('not_found'));
  await assert.rejects(
    handlers.cancelAction({ params: where, query: undefined, body: {} }, two.admin),
    refusal('not_found'),
  );
  const params = { contractorId: two.contractorId, deviceId: one.deviceId };
  await assert.rejects(
    handlers.askAction({ params, query: undefined, body: { type: 'refresh' } }, two.admin),
    refusal('not_found'),
  );
  const sibling = await ground.newDevice(one.contractorId);
  await assert.rejects(
    handlers.getDeviceAction(
      { ...none, params: { contractorId: one.contractorId, deviceId: sibling, actionId } },
      one.admin,
    ),
    refusal('not_found'),
  );
});
