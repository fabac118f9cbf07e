import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Action } from '@tsukasa/api';
import { allActions, isOpen } from './actions.ts';
import { Refused } from './api-client.ts';
import { type EnrolledDevice, enrollMany } from './fleet.ts';
import { type Contractor, useStage } from './harness.ts';
import { until } from './wait.ts';

const DEVICES = 20;
const ACTIONS = 200;

/**
 * The server and its database die in the middle of 200 actions. Afterwards each action was answered once in the records,
 * none is lost, and the devices did each command at least once: a device that answers again does not count twice.
 */
const stage = useStage();
let contractor: Contractor;
let devices: readonly EnrolledDevice[];
let deviceIds: readonly string[];

before(async () => {
  contractor = await stage().contractor('Crash');
  const link = await stage().invite(contractor.contractorId, { maxUses: DEVICES });
  devices = await enrollMany(stage(), link, DEVICES);
  const { contractorId } = contractor;
  deviceIds = await until(`${DEVICES} devices are managed`, 60_000, async () => {
    const query = { state: ['managed' as const], limit: 200 };
    const { items } = await stage().provider.call('listDevices', { params: { contractorId }, query });
    return items.length === DEVICES ? items.map((item) => item.deviceId) : undefined;
  });
});

/** Asks for an action until the server has said that it took it; with one key, so that it is one action. */
async function ask(index: number, round: string): Promise<string> {
  const { contractorId } = contractor;
  const deviceId = deviceIds[index % DEVICES] ?? '';
  const headers = { 'idempotency-key': `${round}-${index}` };
  const body = { type: 'lock' as const, params: { message: `${round} ${index}` } };
  return until(`action ${index} is accepted`, 60_000, async () => {
    try {
      return (await stage().provider.call('askAction', { params: { contractorId, deviceId }, body, headers })).actionId;
    } catch (error) {
      if (error instanceof Refused && ![409, 503, 500].includes(error.status)) throw error;
      return undefined; // the server is away, or comes just now
    }
  });
}

async function actionsOf(round: string): Promise<readonly Action[]> {
  const all = await allActions(stage().provider, contractor.contractorId);
  return all.filter(({ params }) => String(params['message'] ?? '').startsWith(`${round} `));
}

async function someAreAnswered(round: string): Promise<void> {
  await until('some actions are answered', 30_000, async () => {
    const answered = (await actionsOf(round)).filter((action) => !isOpen(action)).length;
    return answered >= ACTIONS / 20;
  });
}

async function checkRecords(round: string, asked: readonly string[]): Promise<void> {
  const ended = await until('every action has ended', 90_000, async () => {
    const actions = await actionsOf(round).catch(() => []);
    return actions.length >= ACTIONS && actions.every((action) => !isOpen(action)) ? actions : undefined;
  });
  assert.equal(new Set(asked).size, ACTIONS, 'every request made an action of its own');
  assert.deepEqual(ended.map((action) => action.actionId).sort(), [...asked].sort(), 'none lost, none twice');
  for (const action of ended) {
    assert.equal(action.state, 'done', `${action.actionId}: ${JSON.stringify(action.failure)}`);
    assert.equal(action.steps.filter(({ step, at }) => step === 'answered' && at !== null).length, 1);
  }
  const done = devices.flatMap((device) => device.lockMessages());
  for (let index = 0; index < ACTIONS; index++) {
    assert.ok(done.includes(`${round} ${index}`), `no device did "${round} ${index}"`);
  }
  const { contractorId } = contractor;
  const { items } = await stage().provider.call('listAudit', {
    params: { contractorId },
    query: { action: 'action.asked', limit: 200 },
  });
  const audited = items.filter(
    (entry) => asked.includes(entry.target.id) || asked.includes(String(entry.details['actionId'])),
  );
  assert.equal(audited.length, ACTIONS, 'each was asked once in the audit trail');
  const verified = await stage().provider.call('verifyAudit', { params: { contractorId } });
  assert.equal(verified.ok, true, JSON.stringify(verified.problem));
}

describe('in the middle of 200 running actions', () => {
  test('the server is killed, and started again', async () => {
    const asking = Promise.all(Array.from({ length: ACTIONS }, (_, index) => ask(index, 'server')));
    await someAreAnswered('server');
    await stage().server.crash();
    await stage().server.start();
    await checkRecords('server', await asking);
  });

  test('PostgreSQL is killed: the server starts it again by itself', async () => {
    const asking = Promise.all(Array.from({ length: ACTIONS }, (_, index) => ask(index, 'database')));
    await someAreAnswered('database');
    const { postmaster } = stage().server;
    process.kill(postmaster, 'SIGKILL');
    await sleep(500);
    await stage().server.untilReady();
    assert.notEqual(stage().server.postmaster, postmaster);
    await checkRecords('database', await asking);
  });

  test('both are killed at once', async () => {
    const asking = Promise.all(Array.from({ length: ACTIONS }, (_, index) => ask(index, 'both')));
    await someAreAnswered('both');
    const { postmaster } = stage().server;
    process.kill(postmaster, 'SIGKILL');
    await stage().server.crash();
    await stage().server.start();
    await checkRecords('both', await asking);
  });
});
