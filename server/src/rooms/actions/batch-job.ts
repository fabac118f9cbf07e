import type { Note } from '@tsukasa/api';
import { sql } from 'kysely';
import { Type } from 'typebox';
import type { Tx } from '../../base/db.ts';
import { DomainError } from '../../base/errors.ts';
import { type ContractorId, PROVIDER_ID } from '../../base/ids.ts';
import { addJob, defineJob, type JobContext, type Jobs } from '../../base/jobs.ts';
import type { Log } from '../../base/log.ts';
import { type DeviceFacts, type DeviceId, getDevices } from '../devices/index.ts';
import { type AskDeps, letGo, record, requireRoom } from './ask.ts';
import * as store from './batch-store.ts';
import { openParams } from './decide.ts';
import { recordFinished, withdraw } from './follow-up.ts';
import { judge } from './judge.ts';
import type { ActionId, ActionParams } from './model.ts';
import { askerShown } from './present-batch.ts';
import * as actions from './store.ts';

const askJob = defineJob('actions.ask_batches', Type.Object({}));
const withdrawJob = defineJob('actions.withdraw_batches', Type.Object({}));

/** Devices asked in one transaction. */
const CHUNK = 200;

/** Asks behind the caller's back, when its transaction commits. */
export function askSoon(tx: Tx, batchId: store.BatchId): Promise<void> {
  // A key of its own, so that two bulk actions may be asked by two workers.
  return addJob(tx, askJob, {}, { key: `${askJob.name} ${batchId}` });
}

export function withdrawSoon(tx: Tx): Promise<void> {
  return addJob(tx, withdrawJob, {}, { key: withdrawJob.name });
}

/** Both jobs also look each minute for what a stopped server left. */
export function registerBatchJobs(deps: AskDeps, jobs: Jobs): void {
  jobs.register(askJob, (_, context) => askWaiting(deps, context));
  jobs.cron('* * * * *', askJob);
  jobs.register(withdrawJob, (_, context) => withdrawCancelled(deps, context));
  jobs.cron('* * * * *', withdrawJob);
}

type Work = Pick<JobContext, 'log' | 'signal'>;

/**
 * Asks every device that waits, some hundred in a transaction, the most urgent bulk action first each time. Whatever is
 * interrupted is as if it had not begun; other copies take other devices.
 */
export async function askWaiting(deps: AskDeps, { log, signal }: Work): Promise<void> {
  const left: string[] = [];
  while (signal?.aborted !== true) {
    const next = await deps.db.jobs((tx) => store.nextAsking(tx, left));
    if (next === undefined) return;
    const { contractor_id: contractorId, batch_id: batchId } = next;
    try {
      const asked = await deps.db.jobsFor(contractorId, (tx) => askChunk(deps, tx, contractorId, batchId, log));
      if (asked > 0) continue;
      await deps.db.jobsFor(contractorId, (tx) => store.askedAll(tx, contractorId, batchId));
    } catch (error) {
      log.warn('actions.batch_failed', { contractorId, error });
    }
    left.push(batchId); // finished, in another copy's hands, or to be tried again in a minute
  }
}

/** Asks the next devices of a bulk action; how many they were. */
async function askChunk(
  deps: AskDeps,
  tx: Tx,
  contractorId: ContractorId,
  batchId: store.BatchId,
  log: Log,
): Promise<number> {
  // Shared among those who ask; a cancellation waits for them, and they for it.
  const batch = await store.selectBatch(tx, contractorId, batchId, 'for share');
  if (batch?.state !== 'running') return 0;
  const members = await store.takeWaiting(tx, contractorId, batchId, CHUNK);
  if (members.length === 0) return 0;
  const ids = members.map((member) => member.device_id);
  await actions.lockQueuesOf(tx, contractorId, ids);
  const chunk: Chunk = {
    batch,
    params: await openParams(deps, tx, contractorId, batchId, batch.sealed_params),
    devices: new Map((await getDevices(tx, contractorId, ids)).map((device) => [device.deviceId, device])),
    open: new Map((await actions.countOpenByDevice(tx, contractorId, ids)).map((row) => [row.device_id, row.count])),
    barred: await barred(deps, tx, contractorId, batch),
    now: deps.clock.now(),
    log,
  };
  const outcomes: store.MemberOutcome[] = [];
  for (const member of members) outcomes.push(await askMember(deps, tx, contractorId, chunk, member));
  await store.putOutcomes(tx, contractorId, batchId, outcomes);
  return members.length;
}

type Chunk = {
  readonly batch: store.BatchRow;
  readonly params: ActionParams;
  readonly devices: ReadonlyMap<DeviceId, DeviceFacts>;
  readonly open: ReadonlyMap<DeviceId, number>;
  readonly barred: Note | undefined;
  readonly now: Temporal.Instant;
  readonly log: Log;
};

/** Why the contracts do not include it by now. */
async function barred(
  deps: AskDeps,
  tx: Tx,
  contractorId: ContractorId,
  { type }: store.BatchRow,
): Promise<Note | undefined> {
  try {
    await deps.entitlement.require(tx, contractorId, type === 'refresh' ? 'observe' : 'control', deps.clock.now());
    return undefined;
  } catch (error) {
    if (error instanceof DomainError) return noteOf(error);
    throw error;
  }
}

const noteOf = ({ reason, code, params }: DomainError): Note => ({ code: reason ?? code, params: { ...params } });

/** One device, in a savepoint of its own: what goes wrong with it leaves the others alone. */
async function askMember(
  deps: AskDeps,
  tx: Tx,
  contractorId: ContractorId,
  chunk: Chunk,
  member: store.MemberRow,
): Promise<store.MemberOutcome> {
  const skipped = (refusal: Note) =>
    ({ deviceId: member.device_id, state: 'skipped', refusal, actionId: null }) as const;
  if (chunk.barred !== undefined) return skipped(chunk.barred);
  await sql`savepoint member`.execute(tx);
  try {
    const asked = await askDevice(deps, tx, contractorId, chunk, member);
    if (typeof asked !== 'string') return skipped(asked);
    await sql`release savepoint member`.execute(tx);
    return { deviceId: member.device_id, state: 'asked', refusal: null, actionId: asked };
  } catch (error) {
    await sql`rollback to savepoint member`.execute(tx); // throws when the connection is gone: then nothing happened
    if (error instanceof DomainError) return skipped(noteOf(error));
    chunk.log.warn('actions.batch_device_failed', { contractorId, error });
    return skipped({ code: 'bulk.failed' });
  }
}

/** The action's id, or why it is not asked. */
async function askDevice(
  deps: AskDeps,
  tx: Tx,
  contractorId: ContractorId,
  { batch, params, devices, open, now }: Chunk,
  member: store.MemberRow,
): Promise<ActionId | Note> {
  const { type, reason } = batch;
  const device = devices.get(member.device_id);
  if (device === undefined) return { code: 'device.not_found' };
  const judged = judge(deps, device, type, params);
  if (judged.refusal !== undefined) return judged.refusal;
  // What was approved and counted was something milder.
  if (judged.destructive && !member.destructive) return { code: 'bulk.assessment_changed' };
  const same = type === 'refresh' ? await actions.findOpen(tx, contractorId, device.deviceId, type) : undefined;
  if (same !== undefined) return same.action_id;
  requireRoom(open.get(device.deviceId) ?? 0);
  const asker = { actor: askerShown(batch) };
  const asked = { type, params: judged.params, reason, device, assessment: judged.assessment, asker, now };
  const about = { expiresIn: batch.expires_in, batchId: batch.batch_id };
  const { row, secrets } = await record(deps, tx, contractorId, { ...asked, ...about });
  const nobody = { asked_by: batch.asked_by, asked_behind: null };
  await letGo(deps, tx, contractorId, { row, device, params: judged.params, secrets }, nobody, now);
  return row.action_id;
}

/** Takes back what the devices of cancelled bulk actions have not fetched, each in a transaction of its own. */
export async function withdrawCancelled(deps: AskDeps, { log, signal }: Work): Promise<void> {
  for (const { contractor_id: contractorId, batch_id: batchId } of await deps.db.jobs(store.selectWithdrawing)) {
    for (let after: string = PROVIDER_ID; ; ) {
      if (signal?.aborted === true) return;
      const from = after;
      const ids = await deps.db.jobsFor(contractorId, (tx) =>
        store.openActionsOf(tx, contractorId, batchId, from, CHUNK),
      );
      for (const actionId of ids) {
        try {
          await deps.db.jobsFor(contractorId, (tx) => withdrawOne(deps, tx, contractorId, actionId));
        } catch (error) {
          log.warn('actions.withdrawal_failed', { contractorId, error });
        }
      }
      const last = ids.at(-1);
      if (last === undefined || ids.length < CHUNK) break;
      after = last;
    }
    await deps.db.jobsFor(contractorId, (tx) => store.updateBatch(tx, contractorId, batchId, { withdrawing: false }));
  }
}

async function withdrawOne(deps: AskDeps, tx: Tx, contractorId: ContractorId, actionId: ActionId): Promise<void> {
  const now = deps.clock.now();
  const row = await actions.selectAction(tx, contractorId, actionId, 'skip locked');
  if (row === undefined || row.finished_at !== null) return;
  const fate = await withdraw(deps, tx, contractorId, row, 'cancelled', now);
  if (fate === 'too_late') return;
  if (fate === 'requested') {
    await actions.markCancelRequested(tx, contractorId, actionId, now);
    return;
  }
  const ended = await actions.endAction(tx, contractorId, actionId, { state: 'cancelled' }, now);
  if (ended !== undefined) await recordFinished(deps, tx, contractorId, ended, 'system', now);
}
