import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Action, AuditEntry } from '@tsukasa/api';
import { type Command, ConnectionFailed, type Device, ServerRefused } from '@tsukasa/fakes';
import { allActions, isOpen } from './actions.ts';
import type { Answer } from './api-client.ts';
import { makeDevice } from './fleet.ts';
import { type Contractor, type Stage, useStage } from './harness.ts';
import { until } from './wait.ts';

const DEVICES = 20;
const ACTIONS = 200;

/**
 * The server and its database die in the middle of 200 actions. Afterwards each action was answered once in the records,
 * none is lost, and the devices did each command at least once: a device that answers again does not count twice.
 */
let contractor: Contractor;
let devices: readonly Locked[];
let deviceIds: readonly string[];
/** Devices look for work only while this is so. */
let atWork = false;

/** A device that keeps every lock it was told to do, slowly, and says so until the server has taken it. */
class Locked {
  readonly #device: Device;
  readonly #messages: string[] = [];
  #untold: string | undefined;
  #pushed = false;

  constructor(stage: Stage) {
    this.#device = makeDevice(stage, {
      onEvent: ({ type }) => {
        if (type === 'pushed') this.#pushed = true;
      },
    });
  }

  /** The message of every lock that it did, also of one that it did twice. */
  get messages(): readonly string[] {
    return this.#messages;
  }

  /** Enrolls, and answers what the server asks at first. */
  async enroll(link: string): Promise<void> {
    await this.#device.enroll(link);
    await this.#device.nextPush();
    await this.#device.connectOnce();
  }

  /** Comes when it is pushed, and again when it could not say everything; never of itself. */
  async live(signal: AbortSignal): Promise<void> {
    for (; !signal.aborted; await sleep(50)) {
      if (!atWork || !this.#pushed) continue;
      try {
        this.#pushed = false;
        await this.#session();
      } catch (error) {
        if (!(error instanceof ConnectionFailed) && !(error instanceof ServerRefused)) throw error;
        this.#pushed = true; // the server is away; a device tries again
        await sleep(300);
      }
    }
    this.#device.close();
  }

  async #session(): Promise<void> {
    const device = this.#device;
    let next = await (this.#untold === undefined ? device.poll() : device.report('Acknowledged', this.#untold));
    this.#untold = undefined;
    while (next !== undefined) {
      await this.#carryOut(next);
      next = await device.report('Acknowledged', next.commandUuid);
      this.#untold = undefined;
    }
  }

  async #carryOut({ command, commandUuid }: Command): Promise<void> {
    assert.equal(command['RequestType'], 'DeviceLock');
    await sleep(100);
    this.#messages.push(String(command['Message']));
    this.#untold = commandUuid;
  }
}

const stage = useStage(async (opened) => {
  contractor = await opened.contractor('Crash');
  const { contractorId } = contractor;
  const link = await opened.invite(contractorId, { maxUses: DEVICES });
  devices = Array.from({ length: DEVICES }, () => new Locked(opened));
  await Promise.all(devices.map((device) => device.enroll(link)));
  deviceIds = await until(`${DEVICES} devices are observed`, 60_000, async () => {
    const { items } = await opened.provider.call('listDevices', { params: { contractorId }, query: { limit: 200 } });
    const observed = items.filter((item) => item.lastObservedAt !== null);
    return observed.length === DEVICES ? observed.map((item) => item.deviceId) : undefined;
  });
  const ending = new AbortController();
  const lives = devices.map((device) => device.live(ending.signal));
  opened.onLeave(async () => {
    ending.abort();
    await Promise.all(lives);
  });
});

/** Asks for all actions while no device looks for work, then lets them all loose. */
async function ask(round: string): Promise<readonly string[]> {
  atWork = false;
  const { contractorId } = contractor;
  const asked = await Promise.all(
    Array.from({ length: ACTIONS }, async (_, index) => {
      const deviceId = deviceIds[index % DEVICES] ?? '';
      const body = { type: 'lock' as const, params: { message: `${round} ${index}` } };
      return (await stage().provider.call('askAction', { params: { contractorId, deviceId }, body })).actionId;
    }),
  );
  atWork = true;
  return asked;
}

async function actionsOf(round: string): Promise<readonly Action[]> {
  const all = await allActions(stage().provider, contractor.contractorId);
  return all.filter(({ params }) => String(params['message'] ?? '').startsWith(`${round} `));
}

/** Waits until some actions are answered; most must not be. */
async function inTheMiddle(round: string): Promise<void> {
  const answered = await until('some actions are answered', 30_000, async () => {
    const count = (await actionsOf(round)).filter((action) => !isOpen(action)).length;
    return count >= ACTIONS / 20 ? count : undefined;
  });
  assert.ok(answered < ACTIONS * 0.8, `${answered} are answered already: this is not the middle`);
}

async function checkRecords(round: string, asked: readonly string[]): Promise<void> {
  const ended = await until('every action has ended', 60_000, async () => {
    const actions = await actionsOf(round).catch(() => []);
    return actions.length >= ACTIONS && actions.every((action) => !isOpen(action)) ? actions : undefined;
  }).catch(async (error: unknown) => {
    const open = (await actionsOf(round)).filter(isOpen);
    const states = open.map(({ state, waitingFor }) => `${state} for ${waitingFor}`);
    throw new Error(`${open.length} actions are open: ${[...new Set(states)].join(', ')}`, { cause: error });
  });
  assert.equal(new Set(asked).size, ACTIONS, 'every request made an action of its own');
  assert.deepEqual(ended.map((action) => action.actionId).sort(), [...asked].sort(), 'none lost, none twice');
  for (const action of ended) {
    assert.equal(action.state, 'done', `${action.actionId}: ${JSON.stringify(action.failure)}`);
    assert.equal(action.steps.filter(({ step, at }) => step === 'answered' && at !== null).length, 1);
  }
  const done = new Set(devices.flatMap((device) => device.messages));
  const undone = Array.from({ length: ACTIONS }, (_, index) => `${round} ${index}`).filter((text) => !done.has(text));
  assert.deepEqual(undone, [], 'done on a device at least once');
  await checkTrail(asked);
}

async function checkTrail(asked: readonly string[]): Promise<void> {
  const { contractorId } = contractor;
  for (const action of ['action.asked', 'action.finished']) {
    const about = (await audited(action)).filter(({ details }) => asked.includes(String(details['actionId'])));
    assert.equal(about.length, ACTIONS, `each action stands once as ${action}`);
  }
  const verified = await stage().provider.call('verifyAudit', { params: { contractorId } });
  assert.equal(verified.ok, true, JSON.stringify(verified.problem));
}

async function audited(action: string): Promise<readonly AuditEntry[]> {
  const { contractorId } = contractor;
  const found: AuditEntry[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const query = { action, limit: 200, ...(cursor === undefined ? {} : { cursor }) };
    const page: Answer<'listAudit'> = await stage().provider.call('listAudit', { params: { contractorId }, query });
    found.push(...page.items);
    cursor = page.nextCursor;
  }
  return found;
}

describe('in the middle of 200 running actions', () => {
  test('the server is killed, and started again', async () => {
    const asked = await ask('server');
    await inTheMiddle('server');
    await stage().server.crash();
    await stage().server.start();
    await checkRecords('server', asked);
  });

  test('PostgreSQL is killed: the server starts it again by itself', async () => {
    const asked = await ask('database');
    await inTheMiddle('database');
    const { postmaster } = stage().server;
    process.kill(postmaster, 'SIGKILL');
    await until('another PostgreSQL runs', 30_000, () => isRunningAnew(postmaster));
    await stage().server.untilReady();
    await checkRecords('database', asked);
  });

  test('both are killed at once', async () => {
    const asked = await ask('both');
    await inTheMiddle('both');
    process.kill(stage().server.postmaster, 'SIGKILL');
    await stage().server.crash();
    await stage().server.start();
    await checkRecords('both', asked);
  });
});

/** Its own file may be away or half written for a moment. */
function isRunningAnew(before: number): boolean {
  try {
    const { postmaster } = stage().server;
    return Number.isInteger(postmaster) && postmaster > 0 && postmaster !== before;
  } catch {
    return false;
  }
}
