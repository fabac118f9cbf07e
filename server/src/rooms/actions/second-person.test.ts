import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ActionRequest } from '@tsukasa/api';
import fc from 'fast-check';
import { DomainError } from '../../base/errors.ts';
import { PROVIDER_ID } from '../../base/ids.ts';
import { silentLog } from '../../base/log.ts';
import { markUnmanaged } from '../devices/index.ts';
import { refusal, requestBy } from '../directory/testing.ts';
import { makePasscode } from './ask.ts';
import { expireDue } from './follow-up.ts';
import { split } from './safety.ts';
import { actionsGround } from './testing.ts';

const ground = await actionsGround();
const { db, clock, handlers } = ground;
const none = { query: undefined, body: undefined } as const;

async function scene() {
  const contractorId = await ground.newContractor();
  const deviceId = await ground.newDevice(contractorId, { osFamily: 'iOS', name: 'iPhone' });
  const by = (id: string, options: Parameters<typeof requestBy>[2] = {}) =>
    requestBy('contractor_administrator', contractorId, { id, name: id, ...options });
  const [first, second] = [by('first'), by('second')];
  const ask = (body: ActionRequest, context = first) =>
    handlers.askAction({ params: { contractorId, deviceId }, query: undefined, body }, context);
  const erase = (context = first) => ask({ type: 'erase', reason: '紛失' }, context);
  const decide = (actionId: string, decision: 'approve' | 'reject', context = second, reason?: string) =>
    handlers.decideAction(
      {
        params: { contractorId, actionId },
        query: undefined,
        body: reason === undefined ? { decision } : { decision, reason },
      },
      context,
    );
  const get = (actionId: string, context = first) =>
    handlers.getAction({ ...none, params: { contractorId, actionId } }, context);
  const cancel = (actionId: string, context = first) =>
    handlers.cancelAction({ params: { contractorId, actionId }, query: undefined, body: {} }, context);
  const told = () => ground.query('select 1 from test_commands where device_id = $1', [deviceId]);
  const trail = async () => (await ground.audited(contractorId)).map((entry) => entry.action);
  const pending = (context = second) =>
    handlers.listPending({ params: { contractorId }, query: {}, body: undefined }, context);
  return { contractorId, deviceId, by, first, second, ask, erase, decide, get, cancel, told, trail, pending };
}

/** Somebody with an account, in the contractor. */
async function member(contractorId: string, id: string): Promise<void> {
  await ground.query(
    `insert into auth."user" (id, name, email, "emailVerified", "createdAt", "updatedAt")
     values ($1, $1, $1 || '@example.jp', true, now(), now()) on conflict do nothing`,
    [id],
  );
  await ground.query(
    "insert into contractor_members (contractor_id, user_id, role, created_at) values ($1, $2, 'contractor_administrator', now())",
    [contractorId, id],
  );
}

test('what destroys waits for a second person, and no device is told before', async () => {
  const { erase, decide, told, trail, get, second, pending, contractorId } = await scene();
  const asked = await erase();
  assert.deepEqual(
    [asked.state, asked.waitingFor, asked.approval?.state],
    ['awaiting_approval', 'approved', 'awaited'],
  );
  assert.deepEqual(asked.steps.map(({ step }) => step).slice(0, 3), ['asked', 'approved', 'queued']);
  assert.equal(asked.steps.find(({ step }) => step === 'queued')?.at, null);
  assert.deepEqual([asked.approval?.mine, asked.approval?.whyNot?.code], [false, 'approval.nobody_else']);
  assert.equal((await get(asked.actionId, second)).approval?.mine, true);
  assert.deepEqual(await told(), []);
  const waiting = await pending();
  assert.deepEqual(
    waiting.items.map(({ kind, id, devices, deviceName }) => [kind, id, devices, deviceName]),
    [['action', asked.actionId, 1, 'iPhone']],
  );
  clock.advance('PT3H');
  const approved = await decide(asked.actionId, 'approve');
  assert.equal(approved.state, 'queued');
  assert.deepEqual(approved.approval?.decidedBy, { kind: 'user', id: 'second', name: 'second' });
  assert.equal(approved.steps.find(({ step }) => step === 'approved')?.at, clock.now().toString());
  assert.equal(
    approved.expiresAt,
    clock
      .now()
      .add({ hours: 7 * 24 })
      .toString(),
    'it counts from then',
  );
  assert.equal((await told()).length, 1);
  assert.deepEqual(await trail(), ['action.asked', 'action.approved']);
  const [entry] = (await ground.audited(contractorId)).slice(1);
  assert.equal(entry?.details['askedBy'], 'first', 'both names stand in the trail');
  assert.deepEqual((await pending()).items, []);
  await assert.rejects(decide(asked.actionId, 'approve'), refusal('conflict', 'approval.not_awaited'));
  assert.equal((await told()).length, 1);
});

test('nobody decides alone: not the asker, no token, not its maker, not without the right or a fresh sign-in', async () => {
  const { erase, decide, by, told, contractorId, first } = await scene();
  const mine = await erase();
  await assert.rejects(decide(mine.actionId, 'approve', first), refusal('forbidden', 'approval.own_request'));
  const program = by('token-1', { token: { madeBy: 'second' } });
  await assert.rejects(decide(mine.actionId, 'approve', program), refusal('forbidden', 'approval.needs_person'));
  const helper = requestBy('helpdesk', contractorId, { id: 'helper' });
  await assert.rejects(decide(mine.actionId, 'approve', helper), refusal('forbidden', 'approval.not_permitted'));
  const stale = by('second', { fresh: false });
  await assert.rejects(decide(mine.actionId, 'approve', stale), refusal('reauthentication_required'));
  const byToken = await erase(by('token-2', { token: { madeBy: 'second' } }));
  await assert.rejects(decide(byToken.actionId, 'approve'), refusal('forbidden', 'approval.own_request'));
  await assert.rejects(decide(byToken.actionId, 'reject'), refusal('forbidden', 'approval.own_request'));
  assert.deepEqual(await told(), []);
  const provider = requestBy('provider_administrator', contractorId, { id: 'provider' });
  assert.equal((await decide(byToken.actionId, 'approve', provider)).state, 'queued');
});

test('an account that the asker let in or reset cannot agree for a day', async () => {
  const { erase, decide, contractorId } = await scene();
  await member(contractorId, 'second');
  await ground.query(
    `insert into account_links (code_hash, purpose, email, role, created_by, created_behind, created_at, expires_at, used_at)
     values (sha256('x'), 'reset', 'second@example.jp', 'contractor_administrator', 'first', 'first', $1, $1, $1)`,
    [clock.now().toString()],
  );
  const { actionId } = await erase();
  await assert.rejects(decide(actionId, 'approve'), refusal('forbidden', 'approval.let_in_by_asker'));
  clock.advance('PT24H');
  const later = await erase();
  assert.equal((await decide(later.actionId, 'approve')).state, 'queued');
  await ground.query('delete from account_links');
});

test('accounts of which one let the other in, or a third one both, do not agree with each other for a day', async () => {
  const { by, erase, decide, contractorId } = await scene();
  const people = ['root', 'left', 'right', 'below', 'stranger'];
  for (const id of people) await member(contractorId, id);
  const letIn = (id: string, maker: string) =>
    ground.query(
      `insert into account_links (code_hash, purpose, email, role, created_by, created_behind, created_at, expires_at, used_at)
       values (sha256($1::text::bytea), 'join', $1 || '@example.jp', 'contractor_administrator', $2, $2, $3, $3, $3)`,
      [id, maker, clock.now().toString()],
    );
  await letIn('left', 'root');
  await letIn('right', 'root');
  await letIn('below', 'left');
  const judged = async (asker: string, approver: string) => {
    const { actionId } = await erase(by(asker));
    try {
      return (await decide(actionId, 'approve', by(approver))).state;
    } catch (error) {
      return error instanceof DomainError ? error.reason : String(error);
    }
  };
  const refused = 'approval.let_in_by_asker';
  assert.equal(await judged('root', 'left'), refused, 'who asks let the other in');
  assert.equal(await judged('left', 'root'), refused, 'who agrees let the other in');
  assert.equal(await judged('left', 'right'), refused, 'somebody else let both in');
  assert.equal(await judged('root', 'below'), refused, 'over one in between');
  assert.equal(await judged('below', 'right'), refused, 'both, and one of them over one in between');
  assert.equal(await judged('below', 'stranger'), 'queued');
  assert.equal(await judged('stranger', 'root'), 'queued');
  await letIn('root', 'below');
  assert.equal(await judged('root', 'stranger'), 'queued', 'people who let each other in are no endless search');
  clock.advance('PT24H');
  assert.equal(await judged('below', 'right'), 'queued');
  await ground.query('delete from account_links');
});

test('the first two whom the provider let into a contractor decide for each other at once', async () => {
  const { by, erase, decide, contractorId } = await scene();
  for (const id of ['one', 'two']) {
    await member(contractorId, id);
    await ground.query(
      `insert into account_links (code_hash, purpose, email, role, created_by, created_behind, by_provider, founding,
         created_at, expires_at, used_at)
       values (sha256($1::text::bytea), 'join', $1 || '@example.jp', 'contractor_administrator', 'provider', 'provider', true, true, $2, $2, $2)`,
      [id, clock.now().toString()],
    );
  }
  const { actionId } = await erase(by('one'));
  assert.equal((await decide(actionId, 'approve', by('two'))).state, 'queued');
  await ground.query('delete from account_links');
});

test('rejected, lapsed or withdrawn, it is never told, and no other word counts after that', async () => {
  const { erase, decide, get, cancel, told, contractorId } = await scene();
  const rejected = await erase();
  const shown = await decide(rejected.actionId, 'reject', undefined, '誤り');
  assert.deepEqual([shown.state, shown.approval?.state, shown.approval?.reason], ['rejected', 'rejected', '誤り']);
  const withdrawn = await erase();
  const cancelled = await cancel(withdrawn.actionId);
  assert.deepEqual([cancelled.state, cancelled.approval?.state], ['cancelled', 'lapsed']);
  const forgotten = await erase();
  clock.advance('PT24H');
  await assert.rejects(decide(forgotten.actionId, 'approve'), refusal('conflict', 'approval.not_awaited'));
  await expireDue(ground.deps, { log: silentLog, signal: undefined });
  const lapsed = await get(forgotten.actionId);
  assert.deepEqual(
    [lapsed.state, lapsed.approval?.state, lapsed.failure?.code],
    ['rejected', 'lapsed', 'approval_lapsed'],
  );
  for (const { actionId } of [rejected, withdrawn, forgotten]) {
    await assert.rejects(decide(actionId, 'approve'), refusal('conflict', 'approval.not_awaited'));
  }
  assert.deepEqual(await told(), []);
  const rows = await ground.query('select 1 from actions where contractor_id = $1 and sealed_params is not null', [
    contractorId,
  ]);
  assert.deepEqual(rows, [], 'what was kept for the device is gone');
});

test('the device and the contracts are looked at again when somebody agrees', async () => {
  const { erase, decide, get, contractorId, deviceId, told } = await scene();
  const { actionId } = await erase();
  ground.entitlement.missing.add('control');
  await assert.rejects(decide(actionId, 'approve'), refusal('precondition_failed', 'entitlement.control'));
  ground.entitlement.missing.clear();
  await db.asContractor(contractorId, (tx) => markUnmanaged(tx, contractorId, deviceId, 'removed', clock.now()));
  await assert.rejects(decide(actionId, 'approve'), refusal('precondition_failed', 'action.device_not_managed'));
  assert.equal((await get(actionId)).state, 'awaiting_approval');
  assert.deepEqual(await told(), []);
  assert.equal((await decide(actionId, 'reject')).state, 'rejected');
});

test('what waits ends when the device enrolls again', async () => {
  const { erase, get, contractorId, deviceId, pending } = await scene();
  const { actionId } = await erase();
  await db.jobsFor(contractorId, (tx) =>
    ground.actions.supersedeAll(tx, contractorId, deviceId, 'reenrolled', clock.now()),
  );
  const ended = await get(actionId);
  assert.deepEqual([ended.state, ended.approval?.state], ['superseded', 'lapsed']);
  assert.deepEqual((await pending()).items, []);
});

test('of two who agree at once one counts, and the device is told once', async () => {
  const { erase, decide, by, told } = await scene();
  const { actionId } = await erase();
  const tries = await Promise.allSettled([decide(actionId, 'approve'), decide(actionId, 'approve', by('third'))]);
  assert.deepEqual(tries.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  assert.equal((await told()).length, 1);
});

test('a raw command that only reads needs nobody; one that changes something keeps its text sealed while it waits', async () => {
  const { ask, decide, contractorId } = await scene();
  const reads = await ask({ type: 'raw', params: { plist: 'Get x' }, reason: '確認' });
  assert.deepEqual([reads.state, reads.approval], ['queued', null]);
  const writes = await ask({ type: 'raw', params: { plist: 'Do 7351-secret' }, reason: '確認' });
  assert.equal(writes.state, 'awaiting_approval');
  const [row] = await ground.query<{ text: string }>(
    "select a::text || encode(a.sealed_params, 'escape') as text from actions a where action_id = $1",
    [writes.actionId],
  );
  assert.ok(row !== undefined && !row.text.includes('7351'));
  await decide(writes.actionId, 'approve');
  const told = await db.asContractor(contractorId, (tx) => ground.opened(tx, contractorId, writes.actionId));
  assert.deepEqual(told.params, { plist: 'Do 7351-secret' });
});

test('the PIN of a Mac that is erased after an approval is the one that was sealed when it was asked', async () => {
  const { contractorId, by, decide } = await scene();
  const deviceId = await ground.newDevice(contractorId, { osFamily: 'macOS' });
  const body = { type: 'erase', reason: '紛失', params: { pin: '837465' } } as const;
  const asked = await handlers.askAction({ params: { contractorId, deviceId }, query: undefined, body }, by('first'));
  assert.deepEqual(asked.params, {});
  await decide(asked.actionId, 'approve');
  const told = await db.asContractor(contractorId, (tx) => ground.opened(tx, contractorId, asked.actionId));
  assert.deepEqual(told, { params: {}, secrets: { pin: '837465' } });
});

test('the answer says whether anybody else could agree', async () => {
  const { erase, contractorId, deviceId, first } = await scene();
  const assessed = async () => {
    const { items } = await handlers.assessActions({ ...none, params: { contractorId, deviceId } }, first);
    const found = items.find(({ type }) => type === 'erase');
    return [found?.needsSecondPerson, found?.warnings.map(({ code }) => code)];
  };
  await member(contractorId, 'first');
  assert.deepEqual(await assessed(), [true, ['approval.nobody_else']]);
  assert.equal((await erase()).approval?.whyNot?.code, 'approval.nobody_else');
  await member(contractorId, 'second');
  assert.deepEqual(await assessed(), [true, []]);
  assert.equal((await erase()).approval?.whyNot?.code, 'approval.own_request');
});

test('another contractor decides nothing', async () => {
  const [one, two] = [await scene(), await scene()];
  const { actionId } = await one.erase();
  await assert.rejects(two.decide(actionId, 'approve'), refusal('not_found', 'action.not_found'));
  assert.equal((await one.get(actionId)).state, 'awaiting_approval');
});

const safety = (
  contractorId: string,
  body: Parameters<typeof handlers.changeSafety>[0]['body'],
  by = requestBy('contractor_administrator', contractorId as never, { id: 'first' }),
) => handlers.changeSafety({ params: { contractorId }, query: undefined, body }, by);

test('tightening holds at once; loosening, or turning the second person off, is never done by one', async () => {
  const { contractorId, first, second, erase, ask } = await scene();
  const tight = await safety(contractorId, { destructivePerHour: 5, reason: '用心' });
  assert.deepEqual([tight.destructivePerHour, tight.pending], [5, null]);
  const asked = await safety(contractorId, { secondPerson: false, destructivePerHour: 50, reason: '一括更改' });
  assert.deepEqual([asked.secondPerson, asked.destructivePerHour], [true, 5], 'nothing is loosened yet');
  assert.deepEqual([asked.pending?.secondPerson, asked.pending?.destructivePerHour], [false, 50]);
  const changeId = asked.pending?.changeId ?? '';
  const decide = (by = second) =>
    handlers.decideSafetyChange(
      { params: { contractorId, changeId }, query: undefined, body: { decision: 'approve' } },
      by,
    );
  await assert.rejects(decide(first), refusal('forbidden', 'approval.own_request'));
  const token = requestBy('contractor_administrator', contractorId, { id: 'token', token: { madeBy: 'second' } });
  await assert.rejects(decide(token), refusal('forbidden', 'approval.needs_person'));
  assert.equal((await erase()).state, 'awaiting_approval');
  const loose = await decide();
  assert.deepEqual([loose.secondPerson, loose.destructivePerHour, loose.pending], [false, 50, null]);
  await assert.rejects(decide(), refusal('conflict', 'approval.not_awaited'));
  const free = await ask({ type: 'erase', reason: '紛失' });
  assert.deepEqual([free.state, free.approval], ['queued', null]);
  const again = await safety(contractorId, { secondPerson: true, reason: '戻す' });
  assert.equal(again.secondPerson, true);
  const entries = (await ground.audited(contractorId)).map((entry) => entry.action);
  assert.ok(entries.includes('safety.loosening_asked') && entries.includes('safety.loosening_approved'));
});

test('a change in place of another ends it, and one that nobody agrees to lapses', async () => {
  const { contractorId, second } = await scene();
  const one = await safety(contractorId, { destructivePerHour: null, reason: 'a' });
  const two = await safety(contractorId, { destructivePerHour: 40, reason: 'b' });
  const decide = (changeId: string | undefined) =>
    handlers.decideSafetyChange(
      { params: { contractorId, changeId: changeId ?? '' }, query: undefined, body: { decision: 'approve' } },
      second,
    );
  await assert.rejects(decide(one.pending?.changeId), refusal('conflict', 'approval.not_awaited'));
  clock.advance('PT24H');
  await assert.rejects(decide(two.pending?.changeId), refusal('conflict', 'approval.not_awaited'));
  const now = await handlers.getSafety({ ...none, params: { contractorId } }, second);
  assert.deepEqual([now.destructivePerHour, now.pending], [20, null]);
  const third = await safety(contractorId, { destructivePerHour: 40, reason: 'c' });
  const unchanged = await safety(contractorId, { reason: 'changes nothing' });
  assert.equal(unchanged.pending, null);
  const withdrawn = (await ground.audited(contractorId)).filter(
    ({ action }) => action === 'safety.loosening_withdrawn',
  );
  assert.deepEqual(
    withdrawn.map(({ details }) => details['changeId']),
    [one, third].map(({ pending }) => pending?.changeId),
    'whatever ends one stands in the trail',
  );
});

test("the installation's breaker is loosened by two of the provider's administrators", async () => {
  const by = (id: string) => requestBy('provider_administrator', PROVIDER_ID, { id });
  const change = (destructivePerHour: number | null, id: string) =>
    handlers.changeProviderSafety(
      { params: undefined, query: undefined, body: { destructivePerHour, reason: 'x' } },
      by(id),
    );
  const asked = await change(500, 'p1');
  assert.deepEqual([asked.destructivePerHour, asked.secondPerson], [100, null]);
  const params = { changeId: asked.pending?.changeId ?? '' };
  const decide = (id: string) =>
    handlers.decideProviderSafetyChange({ params, query: undefined, body: { decision: 'approve' } }, by(id));
  await assert.rejects(decide('p1'), refusal('forbidden', 'approval.own_request'));
  assert.equal((await decide('p2')).destructivePerHour, 500);
  assert.equal((await change(100, 'p1')).destructivePerHour, 100);
});

test('what a change tightens and what it loosens, field by field', () => {
  const limit = fc.option(fc.integer({ min: 1, max: 100_000 }));
  fc.assert(
    fc.property(fc.boolean(), limit, fc.boolean(), limit, (secondPerson, hourLimit, wanted, destructivePerHour) => {
      const before = { secondPerson, hourLimit };
      const { tightens, loosens } = split(before, { secondPerson: wanted, destructivePerHour });
      assert.deepEqual(
        { ...before, ...tightens, ...loosens },
        { secondPerson: wanted, hourLimit: destructivePerHour },
        'together they are all of it',
      );
      const tight = { ...before, ...tightens };
      assert.ok(tight.secondPerson || !secondPerson, 'tightening turns nothing off');
      assert.ok((tight.hourLimit ?? Infinity) <= (hourLimit ?? Infinity));
    }),
  );
});

test('a new passcode has eight digits, no three alike and no three in a row, and is readable once', async () => {
  for (let n = 0; n < 2000; n++) {
    const passcode = makePasscode();
    assert.match(passcode, /^\d{8}$/);
    assert.doesNotMatch(passcode, /(\d)\1\1/);
    const digits = [...passcode].map(Number);
    for (let at = 2; at < digits.length; at++) {
      const [a = 0, b = 0, c = 0] = digits.slice(at - 2, at + 1);
      assert.ok(!(b - a === c - b && Math.abs(b - a) === 1), passcode);
    }
  }
  const { ask, contractorId, first } = await scene();
  const asked = await ask({ type: 'reset_passcode', reason: '忘れた' });
  assert.deepEqual(asked.secrets, [{ kind: 'new_passcode', readAt: null, readBy: null }]);
  const told = await db.asContractor(contractorId, (tx) => ground.opened(tx, contractorId, asked.actionId));
  const read = () =>
    handlers.readActionSecret(
      { ...none, params: { contractorId, actionId: asked.actionId, kind: 'new_passcode' } },
      first,
    );
  assert.equal((await read()).value, told.secrets.passcode);
  await assert.rejects(read(), refusal('gone', 'action_secret.already_read'));
});
