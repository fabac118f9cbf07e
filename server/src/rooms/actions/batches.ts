import {
  ACTION_PERMISSIONS,
  type ActionBatch,
  type BatchPreview,
  type BatchRequest,
  DESTRUCTIVE_ACTIONS,
  type Hold,
} from '@tsukasa/api';
import type { Tx } from '../../base/db.ts';
import { DomainError } from '../../base/errors.ts';
import type { RequestContext } from '../../base/http/context.ts';
import { type ContractorId, newId } from '../../base/ids.ts';
import { contractorSettings } from '../accounts/index.ts';
import { selectDevices } from '../devices/index.ts';
import { type AskDeps, checkRequest, decideBy, paramsPurpose, priorityOf } from './ask.ts';
import { type Hands, handsIn, NOBODY_ELSE } from './assess.ts';
import { askSoon } from './batch-job.ts';
import { type BatchId, type BatchRow, insertBatch, insertMembers, updateBatch } from './batch-store.ts';
import { type Excess, excessOf, type Lifted, letGoOrHold } from './breaker.ts';
import { askerOf, toRelease, whyNot } from './decisions.ts';
import { type Asker, insertApproval } from './decisions-store.ts';
import { groupsOf, type Judged, judgeAll } from './judge.ts';
import { presentBatch, recordBatch } from './present-batch.ts';
import { checkParams, shownParams } from './rules.ts';

/** Devices of one bulk action. Our choice: what one request can look at without being felt elsewhere. */
export const MOST_DEVICES = 50_000;

/** What a bulk action will do on which devices; asks nothing. Throws `invalid`, `not_found`, `too_large`. */
export async function previewBatch(
  deps: AskDeps,
  contractorId: ContractorId,
  request: BatchRequest,
  context: RequestContext,
): Promise<BatchPreview> {
  const { type, params = {} } = request;
  checkParams(type, params);
  const judged = await judgeSelection(deps, contractorId, request);
  const possible = judged.filter(({ refusal }) => refusal === undefined);
  const wanted = possible.filter(({ destructive }) => destructive).length;
  const now = deps.clock.now();
  const { hands, excess } = await deps.db.asContractor(contractorId, async (tx) => ({
    hands: await handsIn(tx, contractorId, context),
    excess: wanted === 0 ? undefined : await excessOf(tx, contractorId, wanted, now),
  }));
  const destructive = DESTRUCTIVE_ACTIONS.includes(type);
  const needsSecondPerson = hands.secondPerson && wanted > 0;
  return {
    type,
    total: judged.length,
    possible: possible.length,
    impossible: judged.length - possible.length,
    groups: withNotes(groupsOf(judged), needsSecondPerson, hands),
    destructive,
    needsReason: destructive,
    needsSecondPerson,
    permitted: context.can(ACTION_PERMISSIONS[type]),
    hold: excess === undefined ? null : holdAhead(excess, context, now),
  };
}

/** Where nobody in the contractor could approve, that is said with everything that needs it. */
function withNotes(groups: BatchPreview['groups'], needed: boolean, { others }: Hands): BatchPreview['groups'] {
  if (!needed || others) return groups;
  return groups.map((group) => (group.possible ? { ...group, warnings: [...group.warnings, NOBODY_ELSE] } : group));
}

function holdAhead({ scope, limit, inLastHour, wanted }: Excess, context: RequestContext, now: Temporal.Instant): Hold {
  const why = whyNot(askerOf(context), context, toRelease({ scope }));
  const nobody = { releasedBy: null, releasedAt: null, mine: false, whyNot: why ?? null };
  return { scope, limit, inLastHour, wanted, heldAt: now.toString(), ...nobody };
}

/** Reads in a transaction of its own: judging many devices must not keep one open. */
async function judgeSelection(
  deps: AskDeps,
  contractorId: ContractorId,
  { type, params = {}, selection }: BatchRequest,
): Promise<readonly Judged[]> {
  const devices = await deps.db.asContractor(contractorId, (tx) =>
    selectDevices({ ...deps, contractorSettings }, tx, contractorId, selection, MOST_DEVICES),
  );
  return judgeAll(deps, devices, type, params);
}

/**
 * Asks for an action on many devices: the bulk action and all its devices are written in one transaction, and the devices are
 * asked one after another behind it. Throws `forbidden`, `reauthentication_required`, `invalid`, `not_found`, `too_large`,
 * `conflict` (`bulk.selection_changed`), and `precondition_failed` when it can work on none.
 */
export async function askBatch(
  deps: AskDeps,
  contractorId: ContractorId,
  request: BatchRequest,
  context: RequestContext,
): Promise<ActionBatch> {
  const { type, params = {}, expectedPossible } = request;
  const { reason, expiresIn } = checkRequest(request, context);
  const judged = await judgeSelection(deps, contractorId, request);
  const possible = judged.filter(({ refusal }) => refusal === undefined);
  const [first] = possible;
  if (expectedPossible !== undefined && expectedPossible !== possible.length) {
    throw new DomainError('conflict', 'the selection means other devices by now', {
      reason: 'bulk.selection_changed',
      params: { expected: expectedPossible, possible: possible.length },
    });
  }
  if (first === undefined) {
    throw new DomainError('precondition_failed', 'no device of the selection can', { reason: 'bulk.nothing_possible' });
  }
  const now = deps.clock.now();
  return deps.db.asContractor(contractorId, async (tx) => {
    await deps.entitlement.require(tx, contractorId, type === 'refresh' ? 'observe' : 'control', now);
    const hands = await handsIn(tx, contractorId, context);
    const batchId = newId<'ActionBatch'>(now.epochMilliseconds);
    const plain = Buffer.from(JSON.stringify(params));
    const destructive = possible.filter((each) => each.destructive).length;
    const row: BatchRow = {
      batch_id: batchId,
      type,
      params: shownParams(type, params, first.assessment),
      sealed_params: await deps.secrets.sealFor(tx, contractorId, paramsPurpose(batchId), plain),
      priority: priorityOf(type),
      state: 'awaiting_approval',
      reason,
      asked_by_kind: context.actor.kind,
      asked_by: context.actor.id,
      asked_by_name: context.actor.name,
      asked_at: now,
      expires_in: expiresIn,
      decide_by: null,
      total: judged.length,
      destructive,
      let_go_at: null,
      ended_at: null,
      cancelled_by: null,
      cancel_reason: null,
      asking: false,
      withdrawing: false,
    };
    await insertBatch(tx, contractorId, row);
    await insertMembers(tx, contractorId, batchId, judged.map(memberOf));
    await recordBatch(deps, tx, contractorId, 'batch.asked', row, context, now, { possible: possible.length });
    const shown =
      destructive > 0 && hands.secondPerson
        ? await awaitApproval(tx, contractorId, row, askerOf(context), now)
        : await letBatchGo(tx, contractorId, row, askerOf(context), now);
    return presentBatch(tx, contractorId, shown, context);
  });
}

const memberOf = ({ device, refusal, destructive }: Judged) => ({
  deviceId: device.deviceId,
  refusal: refusal ?? null,
  destructive,
});

async function awaitApproval(
  tx: Tx,
  contractorId: ContractorId,
  row: BatchRow,
  asker: Asker,
  now: Temporal.Instant,
): Promise<BatchRow> {
  const until = decideBy(now, row.expires_in);
  const approval = { subject_id: row.batch_id, kind: 'batch', asked_at: now, expires_at: until } as const;
  await insertApproval(tx, contractorId, { ...asker, ...approval });
  return updateBatch(tx, contractorId, row.batch_id, { state: 'awaiting_approval', decide_by: until });
}

/** Lets the job ask the devices, unless the breaker holds the whole. Call it last in a transaction. */
export async function letBatchGo(
  tx: Tx,
  contractorId: ContractorId,
  row: BatchRow,
  asker: Asker,
  now: Temporal.Instant,
  lifted?: Lifted,
): Promise<BatchRow> {
  const batchId: BatchId = row.batch_id;
  const letting = { ...asker, subjectId: batchId, kind: 'batch', type: row.type, count: row.destructive } as const;
  if (row.destructive > 0 && !(await letGoOrHold(tx, contractorId, letting, now, lifted))) {
    const held = { state: 'held', decide_by: decideBy(now, row.expires_in), destructive: row.destructive } as const;
    return updateBatch(tx, contractorId, batchId, held);
  }
  const gone = { state: 'running', decide_by: null, let_go_at: now, asking: true } as const;
  const shown = await updateBatch(tx, contractorId, batchId, { ...gone, destructive: row.destructive });
  await askSoon(tx, batchId);
  return shown;
}
