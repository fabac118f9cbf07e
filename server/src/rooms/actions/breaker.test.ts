import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CompiledQuery } from 'kysely';
import type { Tx } from '../../base/db.ts';
import { type ContractorId, newId, PROVIDER_ID } from '../../base/ids.ts';
import { silentLog } from '../../base/log.ts';
import { refusal, requestBy } from '../directory/testing.ts';
import { letGoOrHold } from './breaker.ts';
import { expireDue } from './follow-up.ts';
import { CONTRACTOR_DEFAULTS, INSTALLATION_LIMIT, writeSafety } from './safety-store.ts';
import { actionsGround } from './testing.ts';

const ground = await actionsGround();
const { db, clock, handlers } = ground;
const none = { query: undefined, body: undefined } as const;

/** A contractor where one person is enough, so that only the breaker stands in the way. */
async function scene(hourLimit: number | null = CONTRACTOR_DEFAULTS.hourLimit) {
  const contractorId = await ground.newContractor();
  await db.asContractor(contractorId, (tx) =>
    writeSafety(tx, contractorId, { secondPerson: false, hourLimit }, clock.now()),
  );
  const first = requestBy('contractor_administrator', contractorId, { id: 'first' });
  const second = requestBy('contractor_administrator', contractorId, { id: 'second' });
  const provider = requestBy('provider_administrator', contractorId, { id: 'provider' });
  const erase = async () => {
    const deviceId = await ground.newDevice(contractorId, { osFamily: 'iOS' });
    const body = { type: 'erase', reason: '廃棄' } as const;
    return handlers.askAction({ params: { contractorId, deviceId }, query: undefined, body }, first);
  };
  const release = (actionId: string, context = second) =>
    handlers.releaseAction(
      { params: { contractorId, actionId }, query: undefined, body: { reason: '確認済み' } },
      context,
    );
  const get = (actionId: string, context = first) =>
    handlers.getAction({ ...none, params: { contractorId, actionId } }, context);
  const events = () =>
    ground.query<{ kind: string; severity: string; details: Record<string, unknown> }>(
      'select kind, severity, details from device_events where contractor_id = $1',
      [contractorId],
    );
  return { contractorId, first, second, provider, erase, release, get, events };
}

/** Every test begins in an hour of its own: the installation's count is everybody's. */
const newHour = () => clock.advance('PT2H');

test('above the limit of an hour a destructive action is held with its numbers, and is an alarm', async () => {
  newHour();
  const { erase, get, events, release, first, second, contractorId } = await scene(2);
  assert.deepEqual([(await erase()).state, (await erase()).state], ['queued', 'queued']);
  const held = await erase();
  assert.equal(held.state, 'held');
  const { scope, limit, inLastHour, wanted } = held.hold ?? {};
  assert.deepEqual([scope, limit, inLastHour, wanted], ['contractor', 2, 2, 1]);
  assert.deepEqual(
    await ground.query('select 1 from test_commands where action_id = $1', [held.actionId]),
    [],
    'its device is not told',
  );
  const [event] = await events();
  assert.deepEqual([event?.kind, event?.severity, event?.details['limit']], ['breaker.held', 'alarm', 2]);
  await assert.rejects(release(held.actionId, first), refusal('forbidden', 'approval.own_request'));
  assert.equal((await get(held.actionId, second)).hold?.mine, true);
  clock.advance('PT30M');
  const released = await release(held.actionId);
  assert.deepEqual([released.state, released.hold?.releasedBy?.id], ['queued', 'second']);
  assert.equal(
    released.expiresAt,
    clock
      .now()
      .add({ hours: 7 * 24 })
      .toString(),
  );
  await assert.rejects(release(held.actionId), refusal('conflict', 'hold.not_held'));
  const entry = (await ground.audited(contractorId)).at(-1);
  assert.deepEqual([entry?.action, entry?.reason], ['action.released', '確認済み']);
  clock.advance('PT30M');
  assert.equal((await erase()).state, 'queued', 'an hour later what was let go first counts no more');
  assert.equal((await erase()).state, 'held', 'but what was released does');
});

test('what is held and released by nobody lapses; cancelled it is over', async () => {
  newHour();
  const { erase, get, contractorId, first } = await scene(1);
  await erase();
  const [forgotten, cancelled] = [await erase(), await erase()];
  await handlers.cancelAction(
    { params: { contractorId, actionId: cancelled.actionId }, query: undefined, body: {} },
    first,
  );
  clock.advance('PT24H');
  await expireDue(ground.deps, { log: silentLog, signal: undefined });
  const lapsed = await get(forgotten.actionId);
  assert.deepEqual([lapsed.state, lapsed.failure?.code, lapsed.hold?.mine], ['rejected', 'hold_lapsed', false]);
  assert.equal((await get(cancelled.actionId)).state, 'cancelled');
  const { items } = await handlers.listPending({ params: { contractorId }, query: {}, body: undefined }, first);
  assert.deepEqual(items, []);
});

test("the installation's limit counts all contractors, and only the provider lifts it", async () => {
  newHour();
  const [one, two] = [await scene(null), await scene(null)];
  await db.jobs((tx) => tx.executeQuery(filled(INSTALLATION_LIMIT - 1)));
  assert.equal((await one.erase()).state, 'queued');
  const held = await two.erase();
  assert.deepEqual([held.state, held.hold?.scope, held.hold?.limit], ['held', 'installation', INSTALLATION_LIMIT]);
  await assert.rejects(two.release(held.actionId), refusal('forbidden', 'approval.not_permitted'));
  assert.equal((await two.release(held.actionId, two.provider)).state, 'queued');
});

test("a contractor's hold that is released still meets the installation's limit", async () => {
  newHour();
  const { erase, release, provider } = await scene(1);
  await erase();
  const held = await erase();
  assert.equal(held.hold?.scope, 'contractor');
  await db.jobs((tx) => tx.executeQuery(filled(INSTALLATION_LIMIT)));
  const again = await release(held.actionId);
  assert.deepEqual([again.state, again.hold?.scope, again.hold?.releasedAt], ['held', 'installation', null]);
  await assert.rejects(release(held.actionId), refusal('forbidden', 'approval.not_permitted'));
  assert.equal((await release(held.actionId, provider)).state, 'queued');
});

test('what can be undone is not counted', async () => {
  newHour();
  const { contractorId, first } = await scene(1);
  const deviceId = await ground.newDevice(contractorId, { osFamily: 'iOS' });
  for (const type of ['lock', 'restart', 'clear_passcode'] as const) {
    const body = { type, reason: 'x' };
    const asked = await handlers.askAction({ params: { contractorId, deviceId }, query: undefined, body }, first);
    assert.equal(asked.state, 'queued', type);
  }
  const { inLastHour } = await handlers.getSafety({ ...none, params: { contractorId } }, first);
  assert.equal(inLastHour, 0);
});

function filled(count: number) {
  const minute = clock.now().round({ smallestUnit: 'minute', roundingMode: 'floor' });
  const text = `insert into breaker_minutes (minute, let_go) values ('${minute.toString()}', ${count})
    on conflict (minute) do update set let_go = excluded.let_go`;
  return CompiledQuery.raw(text);
}

type Step = { readonly wait: number; readonly at: number; readonly counts: readonly number[] };

test('in no hour more is let go than the limit, whoever asks at the same time on whichever copy', async () => {
  const counts = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 });
  const steps = fc.array(fc.record({ wait: fc.integer({ min: 0, max: 45 }), at: fc.nat(1), counts }), {
    minLength: 1,
    maxLength: 10,
  });
  await fc.assert(
    fc.asyncProperty(steps, async (given: readonly Step[]) => {
      clock.advance('PT26H'); // apart from the run before
      const places = [await newPlace(5), await newPlace(null)];
      await db.asContractor(places[0]?.id as ContractorId, (tx) => setInstallation(tx, 8));
      const gone: { at: Temporal.Instant; place: number; count: number }[] = [];
      for (const { wait, at, counts: wanted } of given) {
        clock.advance({ minutes: wait, seconds: wait % 7 });
        const now = clock.now();
        // Each in a transaction and on a connection of its own, as on two copies of the server.
        const tries = wanted.map(async (count, index) => {
          const place = (at + index) % 2;
          const id = places[place]?.id as ContractorId;
          const passed = await db.asContractor(id, (tx) => batchGo(tx, id, count, now));
          if (passed) gone.push({ at: now, place, count });
        });
        await Promise.all(tries);
      }
      for (const { at } of gone) {
        const until = at.add({ hours: 1 });
        const within = gone.filter(
          (each) => Temporal.Instant.compare(each.at, at) >= 0 && Temporal.Instant.compare(each.at, until) < 0,
        );
        const sum = (some: typeof gone) => some.reduce((total, each) => total + each.count, 0);
        assert.ok(sum(within.filter(({ place }) => place === 0)) <= 5, 'of the contractor');
        assert.ok(sum(within) <= 8, 'of the installation');
      }
    }),
    { numRuns: 15 },
  );
  const id = await ground.newContractor();
  await db.asContractor(id, (tx) => setInstallation(tx, INSTALLATION_LIMIT));
});

const setInstallation = (tx: Tx, hourLimit: number) =>
  writeSafety(tx, PROVIDER_ID, { secondPerson: true, hourLimit }, clock.now());

async function newPlace(hourLimit: number | null) {
  const id = await ground.newContractor();
  await db.asContractor(id, (tx) => writeSafety(tx, id, { secondPerson: false, hourLimit }, clock.now()));
  return { id };
}

/** A bulk action of `count` devices as the room writes it when it is let go. */
async function batchGo(tx: Tx, contractorId: ContractorId, count: number, now: Temporal.Instant): Promise<boolean> {
  const letting = {
    subjectId: newId(),
    kind: 'batch',
    type: 'erase',
    count,
    asked_by: 'x',
    asked_behind: null,
  } as const;
  const passed = await letGoOrHold(tx, contractorId, letting, now);
  if (!passed) return false;
  const values = `('${contractorId}', '${letting.subjectId}', 'erase', 'running', 'user', 'x', 'x', '${now}', 'P1D', ${count}, ${count}, '${now}')`;
  const text = `insert into action_batches (contractor_id, batch_id, type, state, asked_by_kind, asked_by, asked_by_name,
    asked_at, expires_in, total, destructive, let_go_at) values ${values}`;
  await tx.executeQuery(CompiledQuery.raw(text));
  return true;
}
