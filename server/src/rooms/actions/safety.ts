import type { SafetyChange, SafetySettings } from '@tsukasa/api';
import type { Static } from 'typebox';
import type { Tx } from '../../base/db.ts';
import { DomainError } from '../../base/errors.ts';
import type { RequestContext } from '../../base/http/context.ts';
import { type ContractorId, newId, PROVIDER_ID } from '../../base/ids.ts';
import type { AskDeps } from './ask.ts';
import { type Decision, isOver } from './decide.ts';
import { askerOf, DECIDE_WITHIN, notAwaited, requireOther, toApprove, trimmed, type Viewer } from './decisions.ts';
import { closeDecisions, decideApproval, insertApproval, selectApprovals } from './decisions-store.ts';
import { decisionsOn } from './present.ts';
import * as store from './safety-store.ts';

/** Asked fields, in the words of the settings. */
type Wanted = Omit<Static<typeof SafetyChange>, 'reason'>;

/** The settings of a contractor, or with `PROVIDER_ID` those of the installation. */
export function getSafety(deps: AskDeps, contractorId: ContractorId, viewer: Viewer): Promise<SafetySettings> {
  return deps.db.asContractor(contractorId, (tx) => showSafety(deps, tx, contractorId, viewer));
}

/**
 * What tightens holds at once. What loosens waits for a second person, in place of what waited before; it alone is never
 * done by one. Throws `reauthentication_required`.
 */
export function changeSafety(
  deps: AskDeps,
  contractorId: ContractorId,
  { reason, ...wanted }: Static<typeof SafetyChange>,
  context: RequestContext,
): Promise<SafetySettings> {
  context.requireFresh();
  const now = deps.clock.now();
  return deps.db.asContractor(contractorId, async (tx) => {
    await store.lockSafety(tx, contractorId);
    const before = await store.readSafety(tx, contractorId);
    const { tightens, loosens } = split(before, wanted);
    const awaited = await store.awaitedChanges(tx, contractorId, now);
    await closeDecisions(tx, contractorId, awaited, now);
    for (const changeId of awaited) {
      const details = { reason, before, changeId };
      await audit(deps, tx, contractorId, 'safety.loosening_withdrawn', context, now, details);
    }
    if (Object.keys(tightens).length > 0) {
      await store.writeSafety(tx, contractorId, { ...before, ...tightens }, now);
      await audit(deps, tx, contractorId, 'safety.tightened', context, now, { reason, before, sets: tightens });
    }
    if (Object.keys(loosens).length > 0) {
      const changeId = newId<'SafetyChange'>(now.epochMilliseconds);
      const { kind, id, name } = context.actor;
      const asked = { asked_by_kind: kind, asked_by: id, asked_by_name: name, asked_at: now };
      await store.insertChange(tx, contractorId, { change_id: changeId, sets: loosens, reason, ...asked });
      const until = now.add(DECIDE_WITHIN);
      const approval = { subject_id: changeId, kind: 'safety', asked_at: now, expires_at: until } as const;
      await insertApproval(tx, contractorId, { ...askerOf(context), ...approval });
      const details = { reason, before, sets: loosens, changeId };
      await audit(deps, tx, contractorId, 'safety.loosening_asked', context, now, details);
    }
    return showSafety(deps, tx, contractorId, context);
  });
}

/** Throws `not_found`, `forbidden` (`approval.*`), `reauthentication_required`, `conflict` when it is not awaited any more. */
export function decideSafetyChange(
  deps: AskDeps,
  contractorId: ContractorId,
  changeId: string,
  { decision, reason }: Decision,
  context: RequestContext,
): Promise<SafetySettings> {
  const now = deps.clock.now();
  return deps.db.asContractor(contractorId, async (tx) => {
    await store.lockSafety(tx, contractorId);
    const [change] = await store.selectChanges(tx, contractorId, [changeId]);
    const approval = (await selectApprovals(tx, contractorId, [changeId])).get(changeId);
    if (change === undefined || approval === undefined) {
      throw new DomainError('not_found', 'no such change', { reason: 'safety_change.not_found' });
    }
    if (approval.state !== 'awaited' || isOver(approval.expires_at, now)) throw notAwaited(approval.state);
    await requireOther(deps, tx, approval, context, toApprove(contractorId));
    const state = decision === 'approve' ? 'approved' : 'rejected';
    await decideApproval(tx, contractorId, changeId, { state, by: context.actor, reason: trimmed(reason) }, now);
    const before = await store.readSafety(tx, contractorId);
    if (state === 'approved') await store.writeSafety(tx, contractorId, { ...before, ...change.sets }, now);
    const details = { reason: trimmed(reason), before, sets: change.sets, changeId, askedBy: change.asked_by_name };
    await audit(deps, tx, contractorId, `safety.loosening_${state}`, context, now, details);
    return showSafety(deps, tx, contractorId, context);
  });
}

/** Each field on its own: a limit that falls tightens, one that rises or goes away loosens. */
export function split(
  before: store.Safety,
  { secondPerson, destructivePerHour }: Wanted,
): { readonly tightens: store.SafetySets; readonly loosens: store.SafetySets } {
  const tightens: store.SafetySets[] = [];
  const loosens: store.SafetySets[] = [];
  if (secondPerson !== undefined && secondPerson !== before.secondPerson) {
    (secondPerson ? tightens : loosens).push({ secondPerson });
  }
  if (destructivePerHour !== undefined && destructivePerHour !== before.hourLimit) {
    const most = Number.POSITIVE_INFINITY;
    const lower = (destructivePerHour ?? most) < (before.hourLimit ?? most);
    (lower ? tightens : loosens).push({ hourLimit: destructivePerHour });
  }
  return { tightens: Object.assign({}, ...tightens), loosens: Object.assign({}, ...loosens) };
}

async function showSafety(deps: AskDeps, tx: Tx, contractorId: ContractorId, viewer: Viewer): Promise<SafetySettings> {
  const now = deps.clock.now();
  const installation = contractorId === PROVIDER_ID;
  const { secondPerson, hourLimit } = await store.readSafety(tx, contractorId);
  const [changeId] = await store.awaitedChanges(tx, contractorId, now);
  const inLastHour = installation
    ? await store.letGoByAll(tx, now)
    : await store.letGoByContractor(tx, contractorId, now);
  return {
    secondPerson: installation ? null : secondPerson,
    destructivePerHour: hourLimit,
    inLastHour,
    pending: changeId === undefined ? null : await showPending(tx, contractorId, changeId, viewer),
  };
}

async function showPending(
  tx: Tx,
  contractorId: ContractorId,
  changeId: string,
  viewer: Viewer,
): Promise<SafetySettings['pending']> {
  const [change] = await store.selectChanges(tx, contractorId, [changeId]);
  const approval = (await decisionsOn(tx, contractorId, [changeId], viewer)).get(changeId)?.approval;
  if (change === undefined || approval === undefined || approval === null) return null;
  const now = await store.readSafety(tx, contractorId);
  const { secondPerson, hourLimit } = { ...now, ...change.sets };
  return {
    changeId,
    secondPerson: contractorId === PROVIDER_ID ? null : secondPerson,
    destructivePerHour: hourLimit,
    askedBy: { kind: change.asked_by_kind, id: change.asked_by, name: change.asked_by_name },
    askedAt: change.asked_at.toString(),
    approval,
  };
}

function audit(
  deps: AskDeps,
  tx: Tx,
  contractorId: ContractorId,
  action: string,
  { actor, requestId, sourceIp }: RequestContext,
  at: Temporal.Instant,
  { reason, ...details }: { readonly reason: string | null; readonly [detail: string]: unknown },
): Promise<void> {
  const target = { kind: contractorId === PROVIDER_ID ? 'installation' : 'contractor', id: contractorId, name: '' };
  const entry = { at, actor, action, target, details, requestId, sourceIp };
  return deps.recordAudit(tx, contractorId, { ...entry, reason: reason ?? undefined });
}
