import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ACTION_PARAMS,
  ACTION_STEPS,
  ACTION_TYPES,
  type Action,
  type ActionRequest,
  type ActionStep,
  type ActionType,
  MANAGEMENT_MODES,
  OS_FAMILIES,
  type Platform,
  SECRET_PARAMS,
  USAGE_MODES,
} from '@tsukasa/api';
import fc from 'fast-check';
import type { MovableClock } from '../../base/clock.ts';
import type { Tx } from '../../base/db.ts';
import type { RequestContext } from '../../base/http/context.ts';
import type { ContractorId } from '../../base/ids.ts';
import { silentLog } from '../../base/log.ts';
import type { TestDatabase } from '../../base/testing.ts';
import { type DeviceFacts, type DeviceId, getDevice } from '../devices/index.ts';
import { refusal, requestBy } from '../directory/testing.ts';
import { expireDue } from './follow-up.ts';
import { type ActionId, type Actions, type ActionsDeps, createActions, type Dialect } from './index.ts';

export type StageDevice = { readonly contractorId: ContractorId; readonly deviceId: DeviceId };

/**
 * A platform as the suite plays on it: its real room and channel on a real database, with devices that speak its protocol (a
 * cloud between may be a stand-in). What comes late in real life (workers, push, notifications) has happened when a function
 * resolves. How to make one for a platform:
 *
 * - `deps`, `actions` and `dialect` are read again after `restart`, which builds everything that the process holds in memory
 *   anew over the same database.
 * - `newDevice` enrolls a device that has nothing waiting. With `takesSecrets` it is one that accepts the actions with secret
 *   parameters, where the platform has such.
 * - `request` gives, for every action type, a request with the parameters that such a device accepts; its `reason` is set.
 *   For types that the platform refuses anything that passes `ACTION_PARAMS` will do.
 * - `simple` is a type that both kinds of devices accept, that needs no second person, that one exchange answers and that
 *   never leaves the device.
 * - `take` lets the device come once, and gives the actions that reached it now: at most those that waited. A cloud's
 *   hand-over counts as part of it.
 * - `answer` lets the device (or the cloud) say how an action that was taken ended; the same call again repeats the answer on
 *   the wire, byte for byte where the protocol allows. `cancelled` is called only when `afterTaking` is `requested`.
 * - `leave` ends management from the device's side, `enrollAgain` enrolls the same hardware anew; the device may then be used
 *   with `take` again.
 */
export interface DialectStage<D extends StageDevice = StageDevice> {
  readonly platform: Platform;
  readonly clock: MovableClock;
  readonly query: TestDatabase['query'];
  readonly deps: ActionsDeps;
  readonly actions: Actions;
  readonly dialect: Dialect;
  readonly simple: ActionType;
  /** What a withdrawal meets once the device (or its cloud) has the action. */
  readonly afterTaking: 'too_late' | 'requested';
  request(type: ActionType): ActionRequest;
  /** The same with this text in the raw command, or undefined when the platform has no raw commands. */
  rawWith(text: string): ActionRequest | undefined;
  newContractor(): Promise<ContractorId>;
  newDevice(contractorId: ContractorId, options?: { readonly takesSecrets?: boolean }): Promise<D>;
  take(device: D): Promise<readonly string[]>;
  answer(device: D, actionId: string, how: 'done' | 'failed' | 'cancelled'): Promise<void>;
  leave(device: D): Promise<void>;
  enrollAgain(device: D): Promise<void>;
  restart(): Promise<void>;
}

const none = { query: undefined, body: undefined } as const;

/** The assertions that hold for every dialect. Call it at the top of a test file of the dialect's room. */
export function dialectSuite<D extends StageDevice>(stage: DialectStage<D>): void {
  const name = `dialect ${stage.platform}${stage.dialect.reportsFetch ? '' : ' (fetching unseen)'}`;
  const scenes: readonly (readonly [string, (play: Play<D>) => Promise<void>])[] = [
    ['an assessment is pure, never throws, and says what happens or why nothing can', assessmentHolds],
    ['what is refused cannot be asked, and leaves no row', refusalsLeaveNothing],
    ['what is asked in a transaction that rolls back was never there', rollbackLeavesNothing],
    ['steps come in order and never go back', (play) => stepsAdvance(play, 'done')],
    ['a failure is told as one, with a code', (play) => stepsAdvance(play, 'failed')],
    ['cancelled before the device took it, it is never delivered; the others are', cancelledInTime],
    ['once the device has it, a cancellation is answered as the dialect declares', cancelledLate],
    ['a result counts once, also when the device repeats it', resultCountsOnce],
    ['what nobody took in time is not delivered any more', expiresUntaken],
    ['an answer that comes after the time is over still counts', lateAnswer],
    ['what is open ends when the device enrolls again', (play) => supersedes(play, 'reenrolled')],
    ['what is open ends when the device leaves', (play) => supersedes(play, 'unenrolled')],
    ['another contractor sees and touches nothing', othersTouchNothing],
    ['secret parameters are in no row in clear', secretsStaySealed],
    ['a silent device leaves the action open, and nothing claimed of it', silenceIsTold],
    ['open actions go on after a restart', survivesRestart],
    ['every command of the expert list has a name, and says why when it is not possible', rawCommandsTold],
  ];
  for (const [title, scene] of scenes) {
    test(`${name}: ${title}`, async () => scene(new Play(stage, await stage.newContractor())));
  }
}

/** One contractor's afternoon on the stage. */
class Play<D extends StageDevice> {
  readonly stage: DialectStage<D>;
  readonly contractorId: ContractorId;
  readonly admin: RequestContext;

  constructor(stage: DialectStage<D>, contractorId: ContractorId) {
    this.stage = stage;
    this.contractorId = contractorId;
    this.admin = requestBy('contractor_administrator', contractorId);
  }

  get handlers(): Actions['handlers'] {
    return this.stage.actions.handlers;
  }

  newDevice(options?: { readonly takesSecrets?: boolean }): Promise<D> {
    return this.stage.newDevice(this.contractorId, options);
  }

  facts({ deviceId }: D): Promise<DeviceFacts> {
    return this.stage.deps.db.asContractor(this.contractorId, (tx) => getDevice(tx, this.contractorId, deviceId));
  }

  /** Asks, and where a second person is needed lets one agree. */
  async ask({ deviceId }: D, body: ActionRequest = this.stage.request(this.stage.simple)): Promise<Action> {
    const params = { contractorId: this.contractorId, deviceId };
    const asked = await this.handlers.askAction({ params, query: undefined, body }, this.admin);
    return asked.approval?.state === 'awaited' ? this.approve(asked) : asked;
  }

  approve({ actionId }: Action): Promise<Action> {
    const second = requestBy('contractor_administrator', this.contractorId, { id: 'second-person' });
    const params = { contractorId: this.contractorId, actionId };
    return this.handlers.decideAction({ params, query: undefined, body: { decision: 'approve' } }, second);
  }

  action(actionId: string): Promise<Action> {
    return this.handlers.getAction({ ...none, params: { contractorId: this.contractorId, actionId } }, this.admin);
  }

  cancel(actionId: string): Promise<Action> {
    const params = { contractorId: this.contractorId, actionId };
    return this.handlers.cancelAction({ params, query: undefined, body: {} }, this.admin);
  }

  async expire(): Promise<void> {
    await expireDue(this.stage.deps, { log: silentLog, signal: undefined });
  }

  /** Everything that the device is given until nothing is left, each answered at once. */
  async drain(device: D): Promise<readonly string[]> {
    const all: string[] = [];
    for (let round = 0; round < 50; round++) {
      const taken = await this.stage.take(device);
      if (taken.length === 0) return all;
      for (const actionId of taken) await this.stage.answer(device, actionId, 'done');
      all.push(...taken);
    }
    throw new Error('the device is given actions without end');
  }

  async audited(actionId: string): Promise<readonly string[]> {
    const rows = await this.stage.query<{ action: string }>(
      "select action from audit_entries where contractor_id = $1 and details ->> 'actionId' = $2 order by seq",
      [this.contractorId, actionId],
    );
    return rows.map((row) => row.action);
  }

  /** How many rows the contractor has in each table. */
  async rows(): Promise<Readonly<Record<string, number>>> {
    const tables = await this.stage.query<{ name: string }>(
      `select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid
       where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and a.attname = 'contractor_id'
       order by 1`,
    );
    const counts = tables.map(
      ({ name }) => `select '${name}' as name, count(*)::integer as count from ${name}
      where contractor_id = $1`,
    );
    const found = await this.stage.query<{ name: string; count: number }>(counts.join(' union all '), [
      this.contractorId,
    ]);
    return Object.fromEntries(found.map(({ name, count }) => [name, count]));
  }
}

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) frozen(inner);
  }
  return value;
}

/** Facts like those of a real device, with anything that a device may have said, or not. */
function factsLike(real: DeviceFacts): fc.Arbitrary<DeviceFacts> {
  const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 3 });
  const version = fc.constantFrom(
    '4.0',
    '9',
    '10.0.19045.3930',
    '10.0.26100.1',
    '11',
    '14',
    '17.4',
    '26.0',
    'nonsense',
  );
  const changes = fc.record(
    {
      osFamily: maybe(fc.constantFrom(...OS_FAMILIES)),
      osVersion: maybe(version),
      osEdition: maybe(fc.constantFrom('4', '48', '101', 'Professional', 'Home', '')),
      apiLevel: maybe(fc.integer({ min: -1, max: 99 })),
      usageMode: fc.constantFrom(...USAGE_MODES),
      managementMode: fc.constantFrom(...MANAGEMENT_MODES),
      supervised: maybe(fc.boolean()),
      userApproved: maybe(fc.boolean()),
      appleSilicon: maybe(fc.boolean()),
      lostMode: maybe(fc.boolean()),
      passcodePresent: maybe(fc.boolean()),
      encrypted: maybe(fc.boolean()),
      activationLock: maybe(fc.boolean()),
      name: maybe(fc.string()),
    },
    { requiredKeys: [] },
  );
  return changes.map((changed) => frozen({ ...real, ...changed }));
}

const PARAM_NAMES = [...new Set(Object.values(ACTION_PARAMS).flatMap(({ properties }) => Object.keys(properties)))];
const anyParams = fc
  .dictionary(
    fc.constantFrom(...PARAM_NAMES),
    fc.oneof(fc.string(), fc.boolean(), fc.integer(), fc.array(fc.string()), fc.constant('123456'), fc.constant(null)),
    { noNullPrototype: true },
  )
  .map(frozen);

async function assessmentHolds<D extends StageDevice>(play: Play<D>): Promise<void> {
  for (const takesSecrets of [false, true]) {
    const real = await play.facts(await play.newDevice({ takesSecrets }));
    const { dialect } = play.stage;
    const check = (facts: DeviceFacts, type: ActionType, params: object) => {
      const asked = frozen({ ...params });
      const first = dialect.assess(facts, type, asked);
      assert.deepEqual(dialect.assess(facts, type, asked), first, 'the same question has the same answer');
      const { refusal: why, effects, options, requiredOptions } = first;
      if (why === undefined) assert.ok(effects.length > 0, `${type} says nothing of what it does`);
      else assert.match(why.code, /^[a-z_]+\.[a-z0-9_]+$/, `${type} is refused without a code`);
      for (const required of requiredOptions) assert.ok(options.includes(required), `${type} needs ${required}`);
      const known = Object.keys(ACTION_PARAMS[type].properties);
      for (const option of options) assert.ok(known.includes(option), `${type} has no parameter ${option}`);
    };
    for (const type of ACTION_TYPES) check(real, type, play.stage.request(type).params ?? {});
    fc.assert(fc.property(factsLike(real), fc.constantFrom(...ACTION_TYPES), anyParams, check), { numRuns: 400 });
  }
}

async function refusalsLeaveNothing<D extends StageDevice>(play: Play<D>): Promise<void> {
  const device = await play.newDevice();
  const facts = await play.facts(device);
  const { dialect } = play.stage;
  const before = await play.rows();
  let refused = 0;
  for (const type of ACTION_TYPES) {
    const request = play.stage.request(type);
    const why = dialect.assess(facts, type, request.params ?? {}).refusal;
    if (why === undefined) continue;
    refused += 1;
    await assert.rejects(play.ask(device, request), refusal('precondition_failed', why.code), type);
  }
  assert.ok(refused > 0, 'a device that takes everything shows nothing');
  assert.deepEqual(await play.rows(), before);
  assert.deepEqual(await play.stage.take(device), []);
}

async function rollbackLeavesNothing<D extends StageDevice>(play: Play<D>): Promise<void> {
  const device = await play.newDevice();
  const { dialect, deps } = play.stage;
  let enqueued = false;
  const falling: Dialect = {
    platform: dialect.platform,
    reportsFetch: dialect.reportsFetch,
    assess: (facts, type, params) => dialect.assess(facts, type, params),
    enqueue: async (tx, request) => {
      await dialect.enqueue(tx, request);
      enqueued = true;
      throw new Error('the transaction falls');
    },
    cancel: (tx, contractorId, actionId, outcome, now) => dialect.cancel(tx, contractorId, actionId, outcome, now),
    progress: (tx, contractorId, ids) => dialect.progress(tx, contractorId, ids),
    rawCommands: (facts) => dialect.rawCommands(facts),
  };
  const fallen = createActions({ ...deps, dialects: new Map([[dialect.platform, falling]]) });
  const before = await play.rows();
  const params = { contractorId: play.contractorId, deviceId: device.deviceId };
  const body = play.stage.request(play.stage.simple);
  await assert.rejects(fallen.handlers.askAction({ params, query: undefined, body }, play.admin), /transaction falls/);
  assert.ok(enqueued);
  assert.deepEqual(await play.rows(), before);
  assert.deepEqual(await play.stage.take(device), []);
}

/** What was said once stays said: nothing vanishes or moves between two looks, and the order is that of the contract. */
function checkSteps(before: readonly ActionStep[], after: readonly ActionStep[]): void {
  const order = after.map(({ step }) => ACTION_STEPS.indexOf(step));
  assert.deepEqual(
    order,
    [...order].sort((a, b) => a - b),
  );
  for (const { step, at } of before) {
    const now = after.find((each) => each.step === step);
    if (at !== null) assert.equal(now?.at, at, `${step} was there`);
  }
  const times = after.flatMap(({ at }) => (at === null ? [] : [Temporal.Instant.from(at)]));
  for (const [index, time] of times.entries()) {
    const next = times[index + 1];
    if (next !== undefined) assert.ok(Temporal.Instant.compare(time, next) <= 0, 'a later step is not earlier');
  }
  const firstOpen = after.findIndex(({ at }) => at === null);
  // Waking is the one step that a device may make needless by coming on its own.
  const beyond = firstOpen === -1 ? [] : after.slice(firstOpen).filter(({ at }) => at !== null);
  if (after[firstOpen]?.step !== 'woken') assert.deepEqual(beyond, [], 'nothing happens before what it waits for');
}

async function stepsAdvance<D extends StageDevice>(play: Play<D>, how: 'done' | 'failed'): Promise<void> {
  const { stage } = play;
  const device = await play.newDevice();
  const asked = await play.ask(device);
  const has = (action: Action, step: string) => action.steps.some((each) => each.step === step && each.at !== null);
  assert.ok(['queued', 'sent'].includes(asked.state));
  assert.ok(has(asked, 'asked') && has(asked, 'queued') && !has(asked, 'answered'));
  assert.equal(
    asked.steps.some(({ step }) => step === 'fetched'),
    stage.dialect.reportsFetch,
    'a step that the channel never hears of is left out',
  );
  stage.clock.advance('PT1M');
  assert.deepEqual(await stage.take(device), [asked.actionId]);
  const taken = await play.action(asked.actionId);
  checkSteps(asked.steps, taken.steps);
  assert.equal(taken.state, 'sent');
  if (stage.dialect.reportsFetch) assert.ok(has(taken, 'fetched'));
  assert.equal(taken.waitingFor, 'answered');
  stage.clock.advance('PT1M');
  await stage.answer(device, asked.actionId, how);
  const ended = await play.action(asked.actionId);
  checkSteps(taken.steps, ended.steps);
  assert.deepEqual([ended.state, ended.waitingFor, ended.cancellable], [how, null, false]);
  assert.ok(has(ended, 'answered'));
  assert.equal(ended.failure === null, how === 'done');
  if (how === 'failed') assert.match(ended.failure?.code ?? '', /^[a-z][a-z0-9_.]+$/);
  assert.deepEqual(await stage.take(device), [], 'it is not delivered again');
}

async function cancelledInTime<D extends StageDevice>(play: Play<D>): Promise<void> {
  const device = await play.newDevice();
  const unwanted = await play.ask(device);
  const wanted = await play.ask(device);
  const cancelled = await play.cancel(unwanted.actionId);
  assert.deepEqual([cancelled.state, cancelled.cancellable, cancelled.waitingFor], ['cancelled', false, null]);
  await assert.rejects(play.cancel(unwanted.actionId), refusal('conflict', 'action.already_finished'));
  assert.deepEqual(await play.drain(device), [wanted.actionId]);
  assert.equal((await play.action(unwanted.actionId)).state, 'cancelled');
  assert.equal((await play.action(wanted.actionId)).state, 'done');
  assert.deepEqual(await play.audited(unwanted.actionId), ['action.asked', 'action.cancelled']);
}

async function cancelledLate<D extends StageDevice>(play: Play<D>): Promise<void> {
  const { stage } = play;
  for (const end of stage.afterTaking === 'requested' ? (['cancelled', 'done'] as const) : (['done'] as const)) {
    const device = await play.newDevice();
    const { actionId } = await play.ask(device);
    assert.deepEqual(await stage.take(device), [actionId]);
    if (stage.afterTaking === 'too_late') {
      await assert.rejects(play.cancel(actionId), refusal('conflict', 'action.already_fetched'));
      assert.equal((await play.action(actionId)).cancelRequestedAt, null);
    } else {
      const asked = await play.cancel(actionId);
      assert.equal(asked.cancelRequestedAt, stage.clock.now().toString());
      assert.equal(asked.finishedAt, null, 'nobody knows the end yet');
      assert.equal(asked.cancellable, false);
      await assert.rejects(play.cancel(actionId), refusal('conflict', 'action.cancel_requested'));
    }
    await stage.answer(device, actionId, end);
    assert.equal((await play.action(actionId)).state, end);
    assert.deepEqual(await stage.take(device), []);
  }
}

async function resultCountsOnce<D extends StageDevice>(play: Play<D>): Promise<void> {
  const { stage } = play;
  const device = await play.newDevice();
  const { actionId } = await play.ask(device);
  await stage.take(device);
  await stage.answer(device, actionId, 'done');
  const first = await play.action(actionId);
  stage.clock.advance('PT1M');
  await stage.answer(device, actionId, 'done');
  assert.deepEqual(await play.action(actionId), first);
  const again = await stage.deps.db.jobsFor(play.contractorId, (tx) =>
    stage.actions.finish(tx, play.contractorId, actionId as ActionId, { state: 'done' }, stage.clock.now()),
  );
  assert.equal(again, false);
  assert.deepEqual(await play.audited(actionId), ['action.asked', 'action.finished']);
}

async function expiresUntaken<D extends StageDevice>(play: Play<D>): Promise<void> {
  const device = await play.newDevice();
  const { actionId } = await play.ask(device, { ...play.stage.request(play.stage.simple), expiresIn: 'PT1H' });
  play.stage.clock.advance('PT61M');
  await play.expire();
  assert.equal((await play.action(actionId)).state, 'expired');
  assert.deepEqual(await play.stage.take(device), []);
  assert.equal((await play.action(actionId)).state, 'expired');
}

async function lateAnswer<D extends StageDevice>(play: Play<D>): Promise<void> {
  const { stage } = play;
  const device = await play.newDevice();
  const { actionId } = await play.ask(device, { ...stage.request(stage.simple), expiresIn: 'PT1H' });
  assert.deepEqual(await stage.take(device), [actionId]);
  stage.clock.advance('PT61M');
  await play.expire();
  const expired = await play.action(actionId);
  assert.deepEqual([expired.state, expired.failure?.code], ['expired', 'no_answer']);
  await stage.answer(device, actionId, 'done');
  const ended = await play.action(actionId);
  assert.deepEqual([ended.state, ended.failure], ['done', null]);
}

async function supersedes<D extends StageDevice>(play: Play<D>, why: 'reenrolled' | 'unenrolled'): Promise<void> {
  const { stage } = play;
  const device = await play.newDevice();
  const waiting = await play.ask(device);
  const other = await play.newDevice();
  const elsewhere = await play.ask(other);
  await (why === 'reenrolled' ? stage.enrollAgain(device) : stage.leave(device));
  const ended = await play.action(waiting.actionId);
  assert.deepEqual([ended.state, ended.failure?.code], ['superseded', why]);
  if (why === 'reenrolled') {
    const now = await play.ask(device);
    assert.deepEqual(await play.drain(device), [now.actionId], 'the new enrollment gets only what was asked of it');
  } else {
    await assert.rejects(play.ask(device), refusal('precondition_failed', 'action.device_not_managed'));
  }
  assert.ok(['queued', 'sent'].includes((await play.action(elsewhere.actionId)).state), 'other devices go on');
}

async function othersTouchNothing<D extends StageDevice>(play: Play<D>): Promise<void> {
  const { stage } = play;
  const device = await play.newDevice();
  const { actionId } = await play.ask(device);
  const other = await stage.newContractor();
  const inOther = <R>(fn: (tx: Tx) => Promise<R>) => stage.deps.db.asContractor(other, fn);
  const progress = await inOther((tx) => stage.dialect.progress(tx, other, [actionId as ActionId]));
  assert.equal(progress.size, 0);
  await inOther((tx) => stage.dialect.cancel(tx, other, actionId as ActionId, 'cancelled', stage.clock.now()));
  const finished = await stage.deps.db.jobsFor(other, (tx) =>
    stage.actions.finish(tx, other, actionId as ActionId, { state: 'done' }, stage.clock.now()),
  );
  assert.equal(finished, false);
  const stranger = requestBy('contractor_administrator', other);
  const params = { contractorId: other, actionId };
  await assert.rejects(play.handlers.getAction({ ...none, params }, stranger), refusal('not_found'));
  await assert.rejects(
    play.handlers.cancelAction({ params, query: undefined, body: {} }, stranger),
    refusal('not_found'),
  );
  assert.deepEqual(await stage.take(device), [actionId], 'it goes on as if nothing had been');
}

async function secretsStaySealed<D extends StageDevice>(play: Play<D>): Promise<void> {
  const { stage } = play;
  const device = await play.newDevice({ takesSecrets: true });
  const facts = await play.facts(device);
  const secrets: { readonly request: ActionRequest; readonly secret: string }[] = [];
  for (const [type, param] of Object.entries(SECRET_PARAMS) as [keyof typeof SECRET_PARAMS, string][]) {
    const request = stage.request(type);
    const secret = param === 'pin' ? '918273' : 'kQ7#mZ2!xV9$';
    const params = { ...request.params, [param]: secret };
    const assessment = stage.dialect.assess(facts, type, params);
    if (assessment.refusal !== undefined || !assessment.options.includes(param)) continue;
    secrets.push({ request: { ...request, params, reason: '564738' }, secret });
  }
  const raw = stage.rawWith('Zr4vQ-secret-of-raw');
  if (raw !== undefined) secrets.push({ request: { ...raw, reason: 'why.so(what)' }, secret: 'Zr4vQ-secret-of-raw' });
  for (const { request, secret } of secrets) {
    const { actionId } = await play.ask(device, request);
    assert.deepEqual(await findInClear(stage, secret), [], `${request.type}, asked`);
    // The same look finds what is written in clear, also between other signs.
    const known = await findInClear(stage, request.reason ?? '');
    assert.ok(known.includes('actions.reason'), 'a search that finds nothing proves nothing');
    const shown = JSON.stringify(await play.action(actionId));
    assert.ok(!shown.includes(secret));
    const after = await play.action(actionId);
    if (after.finishedAt === null && after.cancellable) await play.cancel(actionId);
    assert.deepEqual(await findInClear(stage, secret), [], `${request.type}, ended`);
  }
}

/** Tables and columns that hold the text, on its own among digits, in any form that is not sealed. */
async function findInClear(stage: Pick<DialectStage, 'query'>, text: string): Promise<readonly string[]> {
  const columns = await stage.query<{ name: string; column: string; type: string }>(
    `select c.oid::regclass::text as name, quote_ident(a.attname) as column, format_type(a.atttypid, null) as type
     from pg_class c join pg_attribute a on a.attrelid = c.oid join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped
       and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg_toast%'
       and format_type(a.atttypid, null) in ('text', 'character varying', 'json', 'jsonb', 'bytea', 'text[]')`,
  );
  assert.ok(columns.length > 50);
  const alone = `(^|[^0-9a-fA-F])${text.replaceAll(/[^0-9A-Za-z]/g, '\\$&')}($|[^0-9a-fA-F])`;
  const found: string[] = [];
  for (const [name, some] of Map.groupBy(columns, (column) => column.name)) {
    const tests = some.map(({ column, type }) =>
      type === 'bytea'
        ? `bool_or(position(convert_to($1, 'UTF8') in ${column}) > 0) as ${column}`
        : `bool_or(position($1 in ${column}::text) > 0 and (${column}::text ~ $2)) as ${column}`,
    );
    const values = some.some(({ type }) => type !== 'bytea') ? [text, alone] : [text];
    const [row] = await stage.query<Record<string, boolean | null>>(`select ${tests.join(', ')} from ${name}`, values);
    found.push(...Object.entries(row ?? {}).flatMap(([column, hit]) => (hit === true ? [`${name}.${column}`] : [])));
  }
  return found;
}

async function silenceIsTold<D extends StageDevice>(play: Play<D>): Promise<void> {
  const device = await play.newDevice();
  const { actionId } = await play.ask(device);
  play.stage.clock.advance('PT2H');
  await play.expire();
  const shown = await play.action(actionId);
  assert.equal(shown.finishedAt, null);
  assert.equal(shown.state, 'queued');
  for (const { step, at } of shown.steps) if (step === 'fetched' || step === 'answered') assert.equal(at, null, step);
  assert.ok(shown.waitingFor === 'woken' || shown.waitingFor === 'fetched' || shown.waitingFor === 'answered');
}

async function survivesRestart<D extends StageDevice>(play: Play<D>): Promise<void> {
  const { stage } = play;
  const [early, late] = [await play.newDevice(), await play.newDevice()];
  const taken = await play.ask(early);
  await stage.take(early);
  const waiting = await play.ask(late);
  await stage.restart();
  await stage.answer(early, taken.actionId, 'done');
  assert.equal((await play.action(taken.actionId)).state, 'done');
  assert.deepEqual(await play.drain(late), [waiting.actionId]);
  assert.equal((await play.action(waiting.actionId)).state, 'done');
}

async function rawCommandsTold<D extends StageDevice>(play: Play<D>): Promise<void> {
  const facts = await play.facts(await play.newDevice());
  const commands = play.stage.dialect.rawCommands(facts);
  const { refusal: why } = play.stage.dialect.assess(facts, 'raw', {});
  assert.equal(commands.length > 0, why === undefined, 'there is a list where there are raw commands');
  assert.equal(new Set(commands.map(({ requestType }) => requestType)).size, commands.length);
  for (const { possible, refusal: reason, requestType } of commands) {
    assert.notEqual(requestType, '');
    assert.equal(possible, reason === null, requestType);
  }
}
