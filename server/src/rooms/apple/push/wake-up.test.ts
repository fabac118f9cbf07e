import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { Registry } from 'prom-client';
import { fixedClock } from '../../../base/clock.ts';
import { type ContractorId, newId } from '../../../base/ids.ts';
import { silentLog } from '../../../base/log.ts';
import { testDatabase } from '../../../base/testing.ts';
import type { PushIdentity } from '../../certificates/index.ts';
import type { EnrollmentId } from '../model.ts';
import { createApnsClient } from './apns-client.ts';
import { absentDelay, jittered, notNowDelay, pauseDelay, retryDelay } from './schedule.ts';
import { pushIdentity, type Received, testApns } from './testing.ts';
import { createWakeUps, type WakeUps } from './wake-up.ts';

const { db, query } = await testDatabase();
const apns = await testApns();
const clock = fixedClock();
const TOPIC = 'com.apple.mgmt.External.test';

/** What each contractor pushes with; absent: no push certificate. */
const identities = new Map<ContractorId, PushIdentity>();
function worker(): WakeUps {
  const client = createApnsClient(apns);
  const wakeUps = createWakeUps({
    db,
    clock,
    log: silentLog,
    client,
    registry: new Registry(),
    pushCertificateFor: async (_tx, contractorId) => identities.get(contractorId),
    random: () => 0,
    pollMs: 60_000, // what follows is done by nudges
  });
  after(async () => {
    await wakeUps.stop();
    await client.close(0);
  });
  wakeUps.start();
  return wakeUps;
}
const wakeUps = worker();

async function newContractor(hasCertificate = true): Promise<ContractorId> {
  const contractorId = newId<'Contractor'>();
  if (hasCertificate) identities.set(contractorId, pushIdentity(contractorId));
  await query("insert into contractors (contractor_id, name, created_at, updated_at) values ($1, 'C', now(), now())", [
    contractorId,
  ]);
  await query("insert into contract_heads values ($1, 0, '\\x00', 0, '{(,)}')", [contractorId]);
  return contractorId;
}

type Phone = { readonly contractorId: ContractorId; readonly enrollmentId: EnrollmentId; readonly token: string };

async function newPhone(contractorId: ContractorId, state = 'enrolled', hasToken = true): Promise<Phone> {
  const [deviceId, enrollmentId] = [newId<'Device'>(), newId<'Enrollment'>()];
  const token = randomBytes(32);
  await query(
    `insert into devices (contractor_id, device_id, platform, usage_mode, management_state, hardware_id, created_at, updated_at)
     values ($1, $2, 'apple', 'company-owned', 'managed', $3, now(), now())`,
    [contractorId, deviceId, deviceId],
  );
  await query(
    `insert into apple_enrollments (contractor_id, enrollment_id, device_id, udid, kind, state, access_rights, topic,
       push_token, push_magic, authenticated_at, token_updated_at)
     values ($1, $2, $3, $8, 'device', $4, 8191, $5, $6, 'magic', $7, $7)`,
    [contractorId, enrollmentId, deviceId, state, TOPIC, hasToken ? token : null, clock.now().toString(), deviceId],
  );
  return { contractorId, enrollmentId, token: token.toString('hex') };
}

/** Puts a command into the queue and asks for a wake-up, as the dialect does. */
function enqueue({ contractorId, enrollmentId }: Phone, times = 1): Promise<void> {
  return db.asContractor(contractorId, async (tx) => {
    for (let n = 0; n < times; n++) {
      await query(
        `insert into apple_commands (contractor_id, enrollment_id, command_id, request_type, created_at, expires_at)
         values ($1, $2, $3, 'DeviceInformation', $4, $5)`,
        [contractorId, enrollmentId, newId(), clock.now().toString(), clock.now().add({ hours: 2400 }).toString()],
      );
      await wakeUps.wantWake(tx, contractorId, enrollmentId, clock.now());
    }
  });
}

const finish = ({ enrollmentId }: Phone) =>
  query("update apple_commands set finished_at = now(), outcome = 'acknowledged' where enrollment_id = $1", [
    enrollmentId,
  ]);
const pushesTo = (phone: Phone): readonly Received[] => apns.received.filter(({ token }) => token === phone.token);

type Wake = {
  wake_at: Date | null;
  attempts: number;
  last_accepted_at: Date | null;
  last_status: number | null;
  last_reason: string | null;
  token_dead_at: Date | null;
};
async function wakeOf({ enrollmentId }: Phone): Promise<Wake> {
  const [row] = await query<Wake>('select * from apple_wakeups where enrollment_id = $1', [enrollmentId]);
  assert.ok(row);
  return row;
}

/** Minutes from now to the next wake-up, which is no lease any more. */
const nextIn = ({ wake_at }: Wake) => wake_at && (wake_at.getTime() - clock.now().epochMilliseconds) / 60_000;
const LEASE_MINUTES = 1;

async function until(what: string, condition: () => Promise<boolean> | boolean): Promise<void> {
  for (const end = performance.now() + 5000; performance.now() < end; ) {
    if (await condition()) return;
    await new Promise((done) => setTimeout(done, 3));
  }
  assert.fail(`never: ${what}`);
}

/** Waits for the n-th push and its settlement. */
async function pushed(phone: Phone, n: number): Promise<Wake> {
  await until(`push ${n}`, () => pushesTo(phone).length >= n);
  await until('settled', async () => (await wakeOf(phone)).attempts > 0);
  return wakeOf(phone);
}

async function later(minutes: number): Promise<void> {
  clock.advance({ milliseconds: Math.round(minutes * 60_000) });
  wakeUps.nudge();
}

const events = async (contractorId: ContractorId) => {
  const rows = await query<{ kind: string; severity: string; count: number }>(
    'select kind, severity, count from device_events where contractor_id = $1 order by first_at, kind',
    [contractorId],
  );
  return rows.map(({ kind, severity }) => `${kind} ${severity}`);
};

function answering(answer: typeof apns.answer): void {
  apns.answer = answer;
}
const accepting = () => answering(() => ({ status: 200 }));
const refusing = (status: number, reason: string, more: object = {}) =>
  answering(() => ({ status, body: { reason, ...more } }));

test('several wishes make one push, at once, and it is recorded', async () => {
  accepting();
  const phone = await newPhone(await newContractor());
  await enqueue(phone, 5);
  const wake = await pushed(phone, 1);
  assert.deepEqual([nextIn(wake), wake.attempts, wake.last_status, wake.last_reason], [1, 1, 200, null]);
  assert.equal(wake.last_accepted_at?.getTime(), clock.now().epochMilliseconds);
  const woken = await query('select 1 from apple_commands where enrollment_id = $1 and woken_at is not null', [
    phone.enrollmentId,
  ]);
  assert.equal(woken.length, 5);
  assert.equal(pushesTo(phone).length, 1);
  assert.equal(pushesTo(phone)[0]?.body, '{"mdm":"magic"}');
});

test('a device that stays away is woken ever more seldom, until nothing waits', async () => {
  accepting();
  const phone = await newPhone(await newContractor());
  await enqueue(phone);
  let pushes = 1;
  for (const minutes of [1, 5, 15, 60, 240, 720, 1440, 1440]) {
    const wake = await pushed(phone, pushes);
    assert.equal(nextIn(wake), minutes);
    await query('update apple_wakeups set attempts = attempts'); // no change: a row written meanwhile is settled too
    await later(minutes);
    pushes += 1;
    await until(`push ${pushes}`, () => pushesTo(phone).length === pushes);
    await until('settled', async () => (await wakeOf(phone)).attempts === pushes);
  }
  await finish(phone);
  await later(1440);
  await until('rest', async () => (await wakeOf(phone)).wake_at === null);
  assert.equal(pushesTo(phone).length, pushes);
});

test('a device that says NotNow is woken on a schedule of its own, and at once for something new', async () => {
  accepting();
  const phone = await newPhone(await newContractor());
  await enqueue(phone);
  await pushed(phone, 1);
  let pushes = 1;
  for (const [index, minutes] of [5, 15, 60, 180, 1440].entries()) {
    await query(
      'update apple_commands set sent_at = $2, not_now_at = $2, not_now_count = $3 where enrollment_id = $1',
      [phone.enrollmentId, clock.now().toString(), index + 1],
    );
    await query('update apple_wakeups set wake_at = $2 where enrollment_id = $1', [
      phone.enrollmentId,
      clock.now().toString(),
    ]);
    wakeUps.nudge();
    await until('deferred', async () => nextIn(await wakeOf(phone)) === minutes);
    assert.equal(pushesTo(phone).length, pushes);
    await later(minutes);
    pushes += 1;
    await pushed(phone, pushes);
    await until('settled', async () => nextIn(await wakeOf(phone)) !== LEASE_MINUTES);
  }
  await enqueue(phone);
  await pushed(phone, pushes + 1);
});

test('a gone token is not pushed to again until the device brings one', async () => {
  const contractorId = await newContractor();
  const phone = await newPhone(contractorId);
  refusing(410, 'Unregistered', { timestamp: clock.now().epochMilliseconds });
  await enqueue(phone);
  const wake = await pushed(phone, 1);
  assert.deepEqual([wake.wake_at, wake.last_status, wake.last_reason], [null, 410, 'Unregistered']);
  assert.equal(wake.token_dead_at?.getTime(), clock.now().epochMilliseconds);
  assert.deepEqual(await events(contractorId), ['push.token_dead warning']);
  await enqueue(phone);
  await until('rest', async () => (await wakeOf(phone)).last_reason === 'push_token_dead');
  assert.equal(pushesTo(phone).length, 1);
  accepting();
  await db.asContractor(contractorId, (tx) => wakeUps.tokenUpdated(tx, contractorId, phone.enrollmentId, clock.now()));
  await until('push 2', () => pushesTo(phone).length === 2);
  assert.equal((await wakeOf(phone)).token_dead_at, null);
});

test('a 410 about a time before the last TokenUpdate kills nothing', async () => {
  const phone = await newPhone(await newContractor());
  refusing(410, 'Unregistered', { timestamp: clock.now().epochMilliseconds - 1000 });
  await enqueue(phone);
  const wake = await pushed(phone, 1);
  assert.deepEqual([nextIn(wake), wake.token_dead_at], [0.5, null]);
});

test('a token that changed while the push was on its way stays alive', async () => {
  const phone = await newPhone(await newContractor());
  answering(() => ({ status: 410, body: { reason: 'Unregistered' } }));
  apns.delay = 60;
  await enqueue(phone);
  await until('pushed', () => pushesTo(phone).length === 1);
  await query('update apple_enrollments set push_token = $2 where enrollment_id = $1', [
    phone.enrollmentId,
    randomBytes(32),
  ]);
  const wake = await pushed(phone, 1);
  apns.delay = 0;
  assert.equal(wake.token_dead_at, null);
});

test('a refused certificate pauses its contractor with one alarm, and kills no token; another one resumes', async () => {
  const [contractorId, other] = [await newContractor(), await newContractor()];
  const phones = await Promise.all(Array.from({ length: 6 }, () => newPhone(contractorId)));
  const healthy = await newPhone(other);
  const tokens = new Set(phones.map(({ token }) => token));
  answering(({ token }) => (tokens.has(token) ? { status: 403, body: { reason: 'BadCertificate' } } : { status: 200 }));
  for (const phone of [...phones, healthy]) await enqueue(phone);
  assert.equal((await pushed(healthy, 1)).last_status, 200);
  await until('alarm', async () => (await events(contractorId)).length > 0);
  await until('settled', async () => {
    const wakes = await Promise.all(phones.map(wakeOf));
    return wakes.every(({ last_reason, attempts }) => attempts === 0 || last_reason === 'BadCertificate');
  });
  const [count] = await query<{ count: number }>('select count from device_events where contractor_id = $1', [
    contractorId,
  ]);
  assert.deepEqual([await events(contractorId), count?.count], [['push.certificate_refused alarm'], 1]);
  for (const phone of phones) assert.equal((await wakeOf(phone)).token_dead_at, null);
  const before = apns.received.length;
  await later(4);
  await new Promise((done) => setTimeout(done, 50));
  assert.equal(apns.received.slice(before).filter(({ token }) => tokens.has(token)).length, 0);
  accepting();
  const counts = phones.map((phone) => pushesTo(phone).length);
  await db.asContractor(contractorId, (tx) => wakeUps.pushCertificateReplaced(tx, contractorId, clock.now()));
  for (const [n, phone] of phones.entries()) {
    await until('resumed', () => pushesTo(phone).length > (counts[n] ?? 0));
  }
});

for (const { reason, status, of } of [
  { reason: 'BadDeviceToken', status: 400, of: 'push.token_refused warning' },
  { reason: 'DeviceTokenNotForTopic', status: 400, of: 'push.token_refused warning' },
  { reason: 'Unregistered', status: 410, of: 'push.token_dead warning' },
]) {
  test(`however many tokens are ${reason}, the contractor's other devices are woken at once`, async () => {
    const contractorId = await newContractor();
    const refused = await Promise.all(Array.from({ length: 8 }, () => newPhone(contractorId)));
    const healthy = await newPhone(contractorId);
    const tokens = new Set(refused.map(({ token }) => token));
    answering(({ token }) => (tokens.has(token) ? { status, body: { reason } } : { status: 200 }));
    for (const phone of refused) await enqueue(phone);
    for (const phone of refused) await pushed(phone, 1);
    await enqueue(healthy);
    assert.equal((await pushed(healthy, 1)).last_status, 200);
    assert.deepEqual(
      await events(contractorId),
      refused.map(() => of),
    );
    for (const phone of refused) assert.equal(pushesTo(phone).length, 1);
  });
}

for (const reason of ['BadTopic', 'TopicDisallowed']) {
  test(`${reason} is about the certificate: one is enough to pause its contractor`, async () => {
    const contractorId = await newContractor();
    const [first, second] = [await newPhone(contractorId), await newPhone(contractorId)];
    refusing(400, reason);
    await enqueue(first);
    assert.equal((await pushed(first, 1)).token_dead_at, null);
    await enqueue(second);
    await later(4);
    await new Promise((done) => setTimeout(done, 50));
    assert.deepEqual([pushesTo(second).length, await events(contractorId)], [0, ['push.wrong_certificate alarm']]);
  });
}

test('a contractor whose pushes are not answered leaves places for the others', async () => {
  const [stuck, other] = [await newContractor(), await newContractor()];
  const phones = await Promise.all(Array.from({ length: 1300 }, () => newPhone(stuck)));
  const healthy = await newPhone(other);
  const tokens = new Set(phones.map(({ token }) => token));
  answering(({ token }) => (tokens.has(token) ? 'hang' : { status: 200 }));
  await db.asContractor(stuck, async (tx) => {
    await query(
      `insert into apple_commands (contractor_id, enrollment_id, command_id, request_type, created_at, expires_at)
       select contractor_id, enrollment_id, gen_random_uuid(), 'DeviceInformation', $2, $2::timestamptz + interval '100 days'
       from apple_enrollments where contractor_id = $1`,
      [stuck, clock.now().toString()],
    );
    for (const { enrollmentId } of phones) await wakeUps.wantWake(tx, stuck, enrollmentId, clock.now());
  });
  wakeUps.nudge();
  const inFlight = async () => {
    const [row] = await query<{ count: number }>(
      'select count(*)::integer from apple_wakeups where contractor_id = $1 and wake_at > $2',
      [stuck, clock.now().toString()],
    );
    return row?.count ?? 0;
  };
  await until('as many as may be', async () => (await inFlight()) >= 1000);
  await enqueue(healthy);
  assert.equal((await pushed(healthy, 1)).last_status, 200);
  assert.ok((await inFlight()) < 1300);
  accepting();
});

for (const { status, reason, minutes, body } of [
  { status: 429, reason: 'TooManyRequests', minutes: 0.5 },
  { status: 500, reason: 'InternalServerError', minutes: 0.5 },
  { status: 503, reason: 'status_503', minutes: 0.5, body: undefined },
  { status: 413, reason: 'PayloadTooLarge', minutes: 120 },
  { status: 404, reason: 'BadPath', minutes: 120 },
] as const) {
  test(`${status} ${reason} is tried again after ${minutes} minutes`, async () => {
    const phone = await newPhone(await newContractor());
    answering(() => ({ status, body: reason.startsWith('status') ? body : { reason } }));
    await enqueue(phone);
    const wake = await pushed(phone, 1);
    assert.deepEqual([nextIn(wake), wake.last_status, wake.last_reason], [minutes, status, reason]);
  });
}

test('without a push certificate, or with an expired one, the wake-up waits and says why', async () => {
  accepting();
  const contractorId = await newContractor(false);
  const phone = await newPhone(contractorId);
  await enqueue(phone);
  await until('said', async () => (await wakeOf(phone)).last_reason === 'no_push_certificate');
  assert.equal(nextIn(await wakeOf(phone)), 5);
  identities.set(contractorId, pushIdentity(contractorId, { notAfter: clock.now().subtract({ hours: 1 }) }));
  await later(5);
  await until('said', async () => (await wakeOf(phone)).last_reason === 'push_certificate_expired');
  identities.set(contractorId, pushIdentity(contractorId));
  await db.asContractor(contractorId, (tx) => wakeUps.pushCertificateReplaced(tx, contractorId, clock.now()));
  await pushed(phone, 1);
});

test('what cannot be woken is not pushed to: gone, without a token, with nothing to do', async () => {
  accepting();
  const contractorId = await newContractor();
  const gone = await newPhone(contractorId, 'gone');
  const young = await newPhone(contractorId, 'authenticated', false);
  const idle = await newPhone(contractorId);
  for (const phone of [gone, young]) await enqueue(phone);
  await db.asContractor(contractorId, (tx) => wakeUps.wantWake(tx, contractorId, idle.enrollmentId, clock.now()));
  for (const [phone, reason] of [
    [gone, 'not_enrolled'],
    [young, 'no_push_token'],
    [idle, null],
  ] as const) {
    await until('rest', async () => (await wakeOf(phone)).wake_at === null);
    assert.equal((await wakeOf(phone)).last_reason, reason);
    assert.equal(pushesTo(phone).length, 0);
  }
});

test('a wish that comes while a push is on its way is not lost', async () => {
  accepting();
  apns.delay = 80;
  const phone = await newPhone(await newContractor());
  await enqueue(phone);
  await until('pushed', () => pushesTo(phone).length === 1);
  await enqueue(phone);
  await until('pushed again', () => pushesTo(phone).length === 2);
  apns.delay = 0;
});

test('two servers push each device once; what a dead one had taken is taken over', async () => {
  accepting();
  const second = worker();
  const contractorId = await newContractor();
  const phones = await Promise.all(Array.from({ length: 60 }, () => newPhone(contractorId)));
  await Promise.all(phones.map((phone) => enqueue(phone)));
  second.nudge();
  for (const phone of phones) await pushed(phone, 1);
  assert.deepEqual([...new Set(phones.map((phone) => pushesTo(phone).length))], [1]);
  await second.stop();
  const [phone] = phones;
  assert.ok(phone);
  await query('update apple_wakeups set wake_at = $2 where enrollment_id = $1', [
    phone.enrollmentId,
    clock.now().add({ seconds: 60 }).toString(), // the lease of a server that died
  ]);
  await later(1);
  await until('taken over', () => pushesTo(phone).length === 2);
});

test('a row that somebody writes is settled afterwards, without waiting in a transaction', async () => {
  accepting();
  const phone = await newPhone(await newContractor());
  apns.delay = 30;
  await enqueue(phone);
  await until('pushed', () => pushesTo(phone).length === 1);
  await db.asContractor(phone.contractorId, async (tx) => {
    await wakeUps.wantWake(tx, phone.contractorId, phone.enrollmentId, clock.now().add({ hours: 1 }));
    await new Promise((done) => setTimeout(done, 120));
  });
  apns.delay = 0;
  const wake = await pushed(phone, 1);
  assert.equal(wake.last_status, 200);
});

test('waits never get shorter, and jitter adds at most a tenth', () => {
  for (const delay of [absentDelay, notNowDelay, retryDelay, pauseDelay]) {
    fc.assert(fc.property(fc.nat(60), (n) => Temporal.Duration.compare(delay(n), delay(n + 1)) <= 0));
  }
  fc.assert(
    fc.property(fc.nat(60), fc.double({ min: 0, max: 1, noNaN: true }), (n, random) => {
      const [plain, late] = [retryDelay(n).total('seconds'), jittered(retryDelay(n), random).total('seconds')];
      assert.ok(late >= plain && late <= plain * 1.1 + 0.001);
    }),
  );
});
