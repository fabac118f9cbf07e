import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import type { ActionBatch, BatchRequest } from '@tsukasa/api';
import fc from 'fast-check';
import pg from 'pg';
import type { ContractorId } from '../../base/ids.ts';
import { silentLog } from '../../base/log.ts';
import { markUnmanaged, type ObservedValues } from '../devices/index.ts';
import { refusal, requestBy } from '../directory/testing.ts';
import { lapseBatches } from './batch-follow-up.ts';
import { askWaiting, withdrawCancelled } from './batch-job.ts';
import { writeSafety } from './safety-store.ts';
import { actionsGround } from './testing.ts';

const ground = await actionsGround();
const { db, clock, handlers } = ground;
const none = { query: undefined, body: undefined } as const;
const work = { log: silentLog, signal: undefined };
const run = () => askWaiting(ground.deps, work);

const PHONE: ObservedValues = { osFamily: 'iOS', name: 'iPhone' };
const MAC: ObservedValues = { osFamily: 'macOS', name: 'Mac' };

async function scene(fleet: readonly ObservedValues[] = [PHONE, PHONE, MAC]) {
  clock.advance('PT2H');
  const contractorId = await ground.newContractor();
  const devices: string[] = [];
  for (const values of fleet) devices.push(await ground.newDevice(contractorId, values));
  const by = (id: string) => requestBy('contractor_administrator', contractorId, { id, name: id });
  const [first, second] = [by('first'), by('second')];
  const params = { contractorId };
  type Request = Omit<BatchRequest, 'selection'> & Partial<Pick<BatchRequest, 'selection'>>;
  const whole = (body: Request): BatchRequest => ({ selection: { deviceIds: devices }, ...body });
  const preview = (body: Request, context = first) =>
    handlers.previewBatch({ params, query: undefined, body: whole(body) }, context);
  const ask = (body: Request, context = first) =>
    handlers.askBatch({ params, query: undefined, body: whole(body) }, context);
  const at = (batchId: string) => ({ contractorId, batchId });
  const get = (batchId: string, context = first) => handlers.getBatch({ ...none, params: at(batchId) }, context);
  const cancel = (batchId: string) =>
    handlers.cancelBatch({ params: at(batchId), query: undefined, body: { reason: '誤り' } }, first);
  const decide = (batchId: string, decision: 'approve' | 'reject' = 'approve', context = second) =>
    handlers.decideBatch({ params: at(batchId), query: undefined, body: { decision } }, context);
  const release = (batchId: string, context = second) =>
    handlers.releaseBatch({ params: at(batchId), query: undefined, body: { reason: '確認済み' } }, context);
  const members = (batchId: string, state?: ('skipped' | 'waiting' | 'queued' | 'done' | 'cancelled' | 'rejected')[]) =>
    handlers.listBatchDevices(
      { params: at(batchId), query: state === undefined ? {} : { state }, body: undefined },
      first,
    );
  const told = () =>
    ground.query<{ action_id: string; device_id: string }>(
      'select action_id, device_id from test_commands where contractor_id = $1 order by queued_at, action_id',
      [contractorId],
    );
  return { contractorId, devices, first, second, preview, ask, get, cancel, decide, release, members, told, by };
}

function addsUp({ total, counts }: ActionBatch): void {
  const { skipped, waiting, open, done, failed, ended } = counts;
  assert.equal(skipped + waiting + open + done + failed + ended, total);
}

test('a preview groups by what would happen, and says which parameters are left out where', async () => {
  const { preview, told, contractorId } = await scene([PHONE, PHONE, MAC]);
  const shown = await preview({ type: 'lock', params: { message: '連絡を', phoneNumber: '03' } });
  assert.deepEqual([shown.total, shown.possible, shown.impossible], [3, 3, 0]);
  assert.deepEqual(
    shown.groups.map(({ count, effects, warnings, devices }) => [
      count,
      effects.map(({ code }) => code),
      warnings.map(({ code, params }) => [code, params?.['param']]),
      devices.map(({ name }) => name),
    ]),
    [
      [2, ['screen_locks'], [], ['iPhone', 'iPhone']],
      [1, ['mac_locks_with_pin'], [['bulk.param_not_taken', 'phoneNumber']], ['Mac']],
    ],
  );
  assert.deepEqual([shown.destructive, shown.needsSecondPerson, shown.hold], [false, false, null]);
  const lost = await preview({ type: 'lost_mode_on', params: { message: 'x' } });
  assert.deepEqual([lost.possible, lost.impossible, lost.groups[0]?.refusal?.code], [0, 3, 'action.not_supervised']);
  assert.deepEqual(await told(), []);
  assert.deepEqual(await ground.audited(contractorId), []);
});

test('each device gets one ordinary action, with what it takes', async () => {
  const { ask, get, told, members, contractorId, devices } = await scene();
  const batch = await ask({ type: 'lock', params: { message: 'm', phoneNumber: '03' }, expectedPossible: 3 });
  assert.deepEqual([batch.state, batch.counts.waiting, await told()], ['running', 3, []]);
  await run();
  const asked = await get(batch.batchId);
  assert.deepEqual([asked.state, asked.counts.open, asked.counts.waiting], ['running', 3, 0]);
  const commands = await told();
  assert.deepEqual(commands.map((row) => row.device_id).sort(), [...devices].sort());
  for (const { action_id, device_id } of commands) {
    const { params, secrets } = await db.asContractor(contractorId, (tx) => ground.opened(tx, contractorId, action_id));
    const mac = device_id === devices[2];
    assert.deepEqual(params, mac ? { message: 'm' } : { message: 'm', phoneNumber: '03' });
    assert.equal(secrets.pin !== undefined, mac, 'each Mac has a PIN of its own');
    await ground.sayEnd(action_id, 'done', clock.now());
    await db.jobsFor(contractorId, (tx) =>
      ground.actions.finish(tx, contractorId, action_id as never, { state: 'done' }, clock.now()),
    );
  }
  const ended = await get(batch.batchId);
  assert.deepEqual([ended.state, ended.counts.done, ended.cancellable], ['finished', 3, false]);
  assert.equal(ended.finishedAt, clock.now().toString());
  const { items } = await members(batch.batchId, ['done']);
  assert.equal(items.length, 3);
  const audited = (await ground.audited(contractorId)).map((entry) => entry.action);
  assert.deepEqual(audited.filter((action) => action === 'batch.asked').length, 1);
  assert.deepEqual(audited.filter((action) => action === 'action.asked').length, 3);
});

test('the selection of a filter is that of the device list, and one that changed is refused', async () => {
  const { preview, ask, contractorId, first } = await scene([PHONE, MAC, MAC]);
  const selection = { filter: { osFamily: ['macOS' as const] } };
  assert.equal((await preview({ type: 'restart', selection })).total, 2);
  await ground.newDevice(contractorId, MAC);
  await assert.rejects(
    ask({ type: 'restart', selection, expectedPossible: 2 }),
    refusal('conflict', 'bulk.selection_changed'),
  );
  const unknown = { deviceIds: ['00000000-0000-7000-8000-000000000000'] };
  await assert.rejects(preview({ type: 'restart', selection: unknown }), refusal('not_found'));
  await assert.rejects(ask({ type: 'lost_mode_on' }), refusal('precondition_failed', 'bulk.nothing_possible'));
  const helper = requestBy('helpdesk', contractorId, { id: 'helper' });
  await assert.rejects(ask({ type: 'erase', reason: 'x' }, helper), refusal('forbidden'));
  await assert.rejects(ask({ type: 'erase' }), refusal('invalid', 'action.reason_missing'));
  const page = await handlers.listBatches({ params: { contractorId }, query: {}, body: undefined }, first);
  assert.deepEqual(page.items, []);
});

test('what destroys is approved as a whole, by somebody else, and then asked without more words', async () => {
  const { ask, get, decide, told, members, first } = await scene();
  const batch = await ask({ type: 'erase', reason: '廃棄' });
  assert.deepEqual([batch.state, batch.approval?.state], ['awaiting_approval', 'awaited']);
  await run();
  assert.deepEqual(await told(), []);
  await assert.rejects(decide(batch.batchId, 'approve', first), refusal('forbidden', 'approval.own_request'));
  assert.equal((await decide(batch.batchId)).state, 'running');
  await run();
  assert.equal((await told()).length, 3);
  const { items } = await members(batch.batchId);
  assert.deepEqual(
    items.map(({ state, refusal: why }) => [state, why]),
    [1, 2, 3].map(() => ['queued', null]),
  );
  assert.equal((await get(batch.batchId)).approval?.decidedBy?.id, 'second');
});

test('rejected or lapsed, no device is told', async () => {
  const { ask, get, decide, told, members } = await scene();
  const rejected = await ask({ type: 'erase', reason: '廃棄' });
  const shown = await decide(rejected.batchId, 'reject');
  assert.deepEqual([shown.state, shown.counts.ended], ['rejected', 3]);
  addsUp(shown);
  const lapsing = await ask({ type: 'erase', reason: '廃棄' });
  clock.advance('PT24H');
  await assert.rejects(decide(lapsing.batchId), refusal('conflict', 'approval.not_awaited'));
  await lapseBatches(ground.deps, work);
  const lapsed = await get(lapsing.batchId);
  assert.deepEqual([lapsed.state, lapsed.approval?.state], ['rejected', 'lapsed']);
  assert.equal((await members(lapsing.batchId, ['rejected'])).items.length, 3);
  await run();
  assert.deepEqual(await told(), []);
});

test('the breaker holds the whole, counts the whole, and is lifted for the whole', async () => {
  const { ask, decide, release, get, told, preview, contractorId, first } = await scene();
  await db.asContractor(contractorId, (tx) =>
    writeSafety(tx, contractorId, { secondPerson: true, hourLimit: 2 }, clock.now()),
  );
  const ahead = await preview({ type: 'erase' });
  assert.deepEqual([ahead.hold?.limit, ahead.hold?.wanted, ahead.needsSecondPerson], [2, 3, true]);
  const batch = await ask({ type: 'erase', reason: '廃棄' });
  const held = await decide(batch.batchId);
  assert.deepEqual([held.state, held.hold?.wanted, held.hold?.inLastHour], ['held', 3, 0]);
  await run();
  assert.deepEqual(await told(), []);
  await assert.rejects(release(batch.batchId, first), refusal('forbidden', 'approval.own_request'));
  assert.equal((await release(batch.batchId)).state, 'running');
  const { inLastHour } = await handlers.getSafety({ ...none, params: { contractorId } }, first);
  assert.equal(inLastHour, 3, 'counted when it is let go, before any device is asked');
  await run();
  assert.equal((await told()).length, 3);
  assert.equal((await get(batch.batchId)).counts.open, 3);
});

test('devices that changed meanwhile are skipped with the reason; the others go on', async () => {
  const { ask, get, members, contractorId, devices, told } = await scene();
  const batch = await ask({ type: 'lock' });
  const [gone] = devices;
  await db.asContractor(contractorId, (tx) => markUnmanaged(tx, contractorId, gone as never, 'removed', clock.now()));
  await run();
  const shown = await get(batch.batchId);
  assert.deepEqual([shown.counts.skipped, shown.counts.open], [1, 2]);
  addsUp(shown);
  const { items } = await members(batch.batchId, ['skipped']);
  assert.deepEqual(
    items.map((item) => [item.deviceId, item.refusal?.code]),
    [[gone, 'action.device_not_managed']],
  );
  assert.equal((await told()).length, 2);
  const other = await ask({ type: 'lock', selection: { deviceIds: devices.slice(1) } });
  ground.entitlement.missing.add('control');
  await run();
  ground.entitlement.missing.clear();
  assert.equal((await members(other.batchId, ['skipped'])).items[0]?.refusal?.code, 'entitlement.control');
});

test('cancelled, it asks nobody more and takes back what no device has fetched', async () => {
  const { ask, get, cancel, told, devices, members } = await scene();
  const waiting = await ask({ type: 'restart' });
  const stopped = await cancel(waiting.batchId);
  assert.deepEqual([stopped.state, stopped.counts.ended, stopped.cancellable], ['cancelled', 3, false]);
  await run();
  assert.deepEqual(await told(), []);
  const asked = await ask({ type: 'restart' });
  await run();
  await ground.takeNext(devices[0] as never, clock.now());
  await cancel(asked.batchId);
  await withdrawCancelled(ground.deps, work);
  const shown = await get(asked.batchId);
  assert.deepEqual([shown.state, shown.counts.open, shown.counts.ended], ['cancelled', 1, 2]);
  assert.equal((await members(asked.batchId, ['cancelled'])).items.length, 2);
  await assert.rejects(cancel(asked.batchId), refusal('conflict', 'batch.already_finished'));
});

test('urgent ones overtake, a refresh that is open counts for both, and a full queue is told', async () => {
  const { ask, told, devices, members, contractorId, get } = await scene([PHONE]);
  const refresh = await ask({ type: 'refresh' });
  const lock = await ask({ type: 'lock' });
  await run();
  const rows = await ground.query<{ type: string }>(
    'select type from test_commands where contractor_id = $1 order by action_id',
    [contractorId],
  );
  assert.deepEqual(rows.map(({ type }) => type).sort(), ['lock', 'refresh']);
  const second = await ask({ type: 'refresh' });
  await run();
  const [one, two] = [(await members(refresh.batchId)).items[0], (await members(second.batchId)).items[0]];
  assert.equal(one?.actionId, two?.actionId);
  assert.equal((await told()).length, 2);
  assert.equal((await get(lock.batchId)).counts.open, 1);
  await ground.query(
    `insert into actions (contractor_id, action_id, device_id, type, state, asked_by_kind, asked_by, asked_by_name, asked_at, expires_at)
     select $1, gen_random_uuid(), $2, 'restart', 'queued', 'user', 'u', 'u', now(), now() + interval '1 day'
     from generate_series(1, 98)`,
    [contractorId, devices[0]],
  );
  const full = await ask({ type: 'restart' });
  await run();
  assert.equal((await members(full.batchId)).items[0]?.refusal?.code, 'action.too_many_open');
});

test('another contractor sees and touches nothing', async () => {
  const [one, two] = [await scene(), await scene()];
  const { batchId } = await one.ask({ type: 'erase', reason: 'x' });
  for (const attempt of [two.get, two.cancel, two.decide, two.release, two.members]) {
    await assert.rejects(attempt(batchId), refusal('not_found'));
  }
  await assert.rejects(
    two.ask({ type: 'lock', selection: { deviceIds: one.devices } }),
    refusal('not_found', 'device.not_found'),
  );
  assert.equal((await one.get(batchId)).state, 'awaiting_approval');
});

test('when the contract ends, nothing that waited is asked any more', async () => {
  const { ask, get, contractorId, told } = await scene();
  const [running, waiting] = [await ask({ type: 'lock' }), await ask({ type: 'erase', reason: 'x' })];
  await db.jobsFor(contractorId, (tx) => ground.actions.endAll(tx, contractorId, 'contract_ended', clock.now()));
  await run();
  assert.deepEqual(await told(), []);
  for (const { batchId } of [running, waiting]) assert.equal((await get(batchId)).state, 'cancelled');
});

test('a secret that all devices are given is in no row in clear, and gone when all were asked', async () => {
  const { ask, contractorId } = await scene([MAC, MAC]);
  const batch = await ask({ type: 'lock', params: { pin: '192837' } });
  assert.deepEqual(batch.params, {});
  const rows = () =>
    ground.query<{ text: string; sealed: Buffer | null }>(
      'select b::text as text, sealed_params as sealed from action_batches b where contractor_id = $1',
      [contractorId],
    );
  const [before] = await rows();
  assert.ok(before?.sealed !== null && !before?.text.includes('192837') && !before?.sealed.includes('192837'));
  await run();
  assert.equal((await rows())[0]?.sealed, null);
});

test('however the work is cut, crashes and is shared, each device is asked at most once and the counts add up', async () => {
  const cut = fc.record({
    devices: fc.integer({ min: 1, max: 12 }),
    batches: fc.integer({ min: 1, max: 3 }),
    copies: fc.integer({ min: 1, max: 3 }),
    crashes: fc.integer({ min: 0, max: 3 }),
    cancels: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(cut, async ({ devices, batches, copies, crashes, cancels }) => {
      const s = await scene(Array.from({ length: devices }, () => PHONE));
      const made: ActionBatch[] = [];
      for (let n = 0; n < batches; n++) made.push(await s.ask({ type: n % 2 === 0 ? 'restart' : 'lock' }));
      let falls = crashes;
      const falling = {
        ...ground.deps,
        recordAudit: async (...entry: Parameters<typeof ground.deps.recordAudit>) => {
          if (falls > 0) {
            falls -= 1;
            // As when the connection goes: nothing of the transaction remains.
            await entry[0].executeQuery(KILL).catch(() => undefined);
            throw new Error('the connection is gone');
          }
          return ground.deps.recordAudit(...entry);
        },
      };
      const rounds = async () => {
        const workers = Array.from({ length: copies }, () => askWaiting(falling, work));
        if (cancels) workers.push(s.cancel(made[0]?.batchId ?? '').then(() => undefined));
        await Promise.all(workers);
      };
      await rounds();
      await run();
      await run();
      await withdrawCancelled(ground.deps, work);
      const found = await ground.query<{ count: number }>(
        `select count(*)::integer as count from actions where contractor_id = $1
         group by batch_id, device_id having count(*) > 1`,
        [s.contractorId],
      );
      assert.deepEqual(found, []);
      for (const { batchId } of made) {
        const batch = await s.get(batchId);
        addsUp(batch);
        assert.equal(batch.counts.waiting, 0);
        assert.equal(batch.counts.skipped, 0);
      }
      const commands = await s.told();
      const actions = await ground.query('select 1 from actions where contractor_id = $1', [s.contractorId]);
      assert.equal(commands.length, actions.length, 'what is recorded was told, and nothing else');
    }),
    { numRuns: 12 },
  );
});
const { CompiledQuery } = await import('kysely');
const KILL = CompiledQuery.raw('select pg_terminate_backend(pg_backend_pid())');

test('10,000 devices cost the one who asks one request and a bounded number of statements', async () => {
  const { contractorId, first } = await scene([]);
  await manyDevices(contractorId, 10_000);
  const selection = { filter: {} };
  const params = { contractorId };
  const counted = async <R>(fn: () => Promise<R>): Promise<[R, number]> => {
    const query = mock.method(pg.Client.prototype, 'query');
    try {
      return [await fn(), query.mock.callCount()];
    } finally {
      query.mock.restore();
    }
  };
  const body = { type: 'lock', params: { message: 'x' }, selection } as const;
  const [shown, looked] = await counted(() => handlers.previewBatch({ params, query: undefined, body }, first));
  const [asked, written] = await counted(() =>
    handlers.askBatch({ params, query: undefined, body: { ...body, expectedPossible: shown.possible } }, first),
  );
  assert.deepEqual([shown.total, shown.possible, asked.counts.waiting], [10_000, 10_000, 10_000]);
  const small = await scene([PHONE]);
  const [, few] = await counted(() => small.ask({ type: 'lock', params: { message: 'x' } }));
  assert.ok(looked > 0 && looked <= 20, `a preview takes ${looked} statements`);
  assert.ok(written <= few + 2, `asking takes ${written} statements for 10,000 devices and ${few} for one`);
  await handlers.cancelBatch({ params: { ...params, batchId: asked.batchId }, query: undefined, body: {} }, first);
});

async function manyDevices(contractorId: ContractorId, count: number): Promise<void> {
  await ground.query(
    `insert into devices (contractor_id, device_id, platform, usage_mode, management_state, hardware_id, os_family, search_key,
       created_at, updated_at)
     select $1, gen_random_uuid(), 'apple', 'company-owned', 'managed', 'h' || n, 'iOS', '', now(), now()
     from generate_series(1, $2) n`,
    [contractorId, count],
  );
}
