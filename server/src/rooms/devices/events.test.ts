import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newId } from '../../base/ids.ts';
import { refusal, requestBy } from '../directory/testing.ts';
import { type DeviceEventInput, recordChannelEvents, recordEvent } from './index.ts';
import { devicesGround } from './testing.ts';

const ground = await devicesGround();
const { db, clock, handlers } = ground;

async function office() {
  const contractorId = await ground.newContractor();
  const context = requestBy('helpdesk', contractorId);
  const params = { contractorId };
  const list = async (query: { open?: boolean; deviceId?: string; limit?: number; cursor?: string } = {}) =>
    handlers.listEvents({ params, query, body: undefined }, context);
  const event = (kind: string, dedupe = ''): DeviceEventInput => ({
    kind,
    severity: 'warning',
    dedupe,
    details: { text: 'a\u0000b' },
    now: clock.now(),
  });
  return { contractorId, context, params, list, event };
}

test('the same within an hour counts up, in a transaction and on the device pool alike', async () => {
  const { contractorId, list, event } = await office();
  clock.set('2026-04-01T10:00:00Z');
  await db.asContractor(contractorId, (tx) => recordEvent(tx, contractorId, event('channel.refused', 'a')));
  clock.advance('PT30M');
  const of = (dedupe: string) => ({ ...event('channel.refused', dedupe), contractorId });
  await recordChannelEvents(db, [of('a'), of('a'), of('\u0000'.repeat(300))]);
  clock.advance('PT30M');
  await recordChannelEvents(db, [of('a')]);
  const { items } = await list();
  assert.deepEqual(
    items.map(({ count, firstAt, lastAt }) => [count, firstAt, lastAt]),
    [
      [1, '2026-04-01T11:00:00Z', '2026-04-01T11:00:00Z'],
      [1, '2026-04-01T10:30:00Z', '2026-04-01T10:30:00Z'],
      [3, '2026-04-01T10:00:00Z', '2026-04-01T10:30:00Z'],
    ],
  );
  assert.deepEqual(items[0]?.details, { text: 'ab' });
});

test('an event of a contractor that does not exist takes no other with it', async () => {
  const { contractorId, list, event } = await office();
  const of = (id: typeof contractorId) => ({ ...event('channel.unknown_device'), contractorId: id });
  await recordChannelEvents(db, [of(newId()), of(contractorId)]);
  assert.equal((await list()).items.length, 1);
});

test('an event is acknowledged once, by name, and audited', async () => {
  const { contractorId, context, params, list, event } = await office();
  const deviceId = await ground.newDevice(contractorId);
  await db.asContractor(contractorId, (tx) => recordEvent(tx, contractorId, { ...event('push.token_dead'), deviceId }));
  const [open] = (await list({ open: true, deviceId })).items;
  const where = { ...params, eventId: open?.eventId ?? '' };
  for (const name of ['佐藤', '田中']) {
    const shown = await handlers.acknowledgeEvent(
      { params: where, query: undefined, body: undefined },
      requestBy('helpdesk', contractorId, { name }),
    );
    assert.equal(shown.acknowledgedBy, '佐藤');
  }
  assert.equal((await list({ open: true })).items.length, 0);
  assert.equal((await list({ open: false })).items.length, 1);
  assert.deepEqual(
    (await ground.audited(contractorId)).map((entry) => entry.action),
    ['event.acknowledged'],
  );
  await assert.rejects(
    handlers.acknowledgeEvent({ params: { ...params, eventId: newId() }, query: undefined, body: undefined }, context),
    refusal('not_found'),
  );
});

test('events are paged', async () => {
  const { contractorId, list, event } = await office();
  await recordChannelEvents(
    db,
    ['a', 'b', 'c'].map((dedupe) => ({ ...event('k', dedupe), contractorId })),
  );
  const first = await list({ limit: 2 });
  const second = await list({ limit: 2, cursor: first.nextCursor ?? '' });
  assert.equal(new Set([...first.items, ...second.items].map((item) => item.eventId)).size, 3);
});
