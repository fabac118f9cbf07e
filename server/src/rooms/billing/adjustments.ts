import type { Adjustment } from '@tsukasa/api';
import { isUniqueViolation, type Tx } from '../../base/db.ts';
import { DomainError } from '../../base/errors.ts';
import { type ContractorId, newId } from '../../base/ids.ts';
import { type AdjustmentRecord, findAdjustment, insertAdjustment, insertDecision } from './adjustment-store.ts';
import type { Author } from './closing.ts';
import { compareMonths, dayOf, type Month } from './days.ts';
import type { BillingDeps } from './deps.ts';
import type { AdjustmentId } from './model.ts';

export type AdjustmentRequest = {
  readonly contractorId: ContractorId;
  readonly month: Month;
  readonly description: string;
  readonly amount: number;
  readonly reason: string;
};

/** Months ahead for which an adjustment can be asked. Our choice: further away it is a mistake in the year. */
const AHEAD = 12;

/** Asks for an adjustment; nothing is billed before a second person approved it. Throws `not_found`, `invalid`. */
export async function askAdjustment(
  deps: BillingDeps,
  request: AdjustmentRequest,
  author: Author,
): Promise<Adjustment> {
  const now = deps.clock.now();
  const { contractorId, month, amount } = request;
  if (amount === 0) throw wrong('billing.adjustment_zero', '/amount', 'must not be zero');
  if (compareMonths(month, dayOf(now).toPlainYearMonth().add({ months: AHEAD })) > 0)
    throw wrong('billing.adjustment_far', '/month', 'must be at most twelve months ahead');
  return deps.db.asContractor(contractorId, async (tx) => {
    const name = await nameOf(deps, tx, contractorId);
    const adjustmentId = newId<'Adjustment'>();
    await insertAdjustment(tx, { ...request, adjustmentId, askedAt: now, askedBy: author.actor });
    await recordIt(deps, tx, 'adjustment.asked', { ...request, adjustmentId }, author);
    return presentAdjustment(await existing(tx, contractorId, adjustmentId), name);
  });
}

function wrong(reason: string, pointer: string, detail: string): DomainError {
  return new DomainError('invalid', `an adjustment ${detail}`, { reason, errors: [{ pointer, detail }] });
}

export async function nameOf(deps: BillingDeps, tx: Tx, contractorId: ContractorId): Promise<string> {
  const customer = await deps.findCustomer(tx, contractorId);
  if (customer !== undefined) return customer.name;
  throw new DomainError('not_found', 'there is no such contractor', { reason: 'contractor.unknown' });
}

/** Approves or refuses what somebody else asked for. Throws `not_found`, `conflict` (decided already), `forbidden` (the same person). */
export async function decideAdjustment(
  deps: BillingDeps,
  place: { readonly contractorId: ContractorId; readonly adjustmentId: AdjustmentId },
  decision: { readonly approve: boolean; readonly note: string },
  author: Author,
): Promise<Adjustment> {
  const { contractorId, adjustmentId } = place;
  const decided = (cause?: unknown) =>
    new DomainError('conflict', 'the adjustment is decided', { reason: 'billing.adjustment_decided', cause });
  try {
    return await deps.db.asContractor(contractorId, async (tx) => {
      const name = await nameOf(deps, tx, contractorId);
      const asked = await existing(tx, contractorId, adjustmentId);
      if (asked.state !== 'asked') throw decided();
      if (asked.askedBy.id === author.actor.id && asked.askedBy.kind === author.actor.kind)
        throw new DomainError('forbidden', 'a second person decides', { reason: 'billing.adjustment_second_person' });
      const { approve: approved, note } = decision;
      await insertDecision(tx, { ...place, approved, note, by: author.actor, now: deps.clock.now() });
      await recordIt(deps, tx, approved ? 'adjustment.approved' : 'adjustment.refused', asked, author, note);
      return presentAdjustment(await existing(tx, contractorId, adjustmentId), name);
    });
  } catch (error) {
    if (isUniqueViolation(error, 'adjustment_decisions_pkey')) throw decided(error);
    throw error;
  }
}

async function existing(tx: Tx, contractorId: ContractorId, adjustmentId: AdjustmentId): Promise<AdjustmentRecord> {
  const found = await findAdjustment(tx, contractorId, adjustmentId);
  if (found !== undefined) return found;
  throw new DomainError('not_found', 'there is no such adjustment', { reason: 'billing.adjustment_unknown' });
}

async function recordIt(
  deps: BillingDeps,
  tx: Tx,
  action: string,
  about: AdjustmentRequest & { readonly adjustmentId: AdjustmentId },
  author: Author,
  note = '',
): Promise<void> {
  const { contractorId, adjustmentId, month, description, amount, reason } = about;
  await deps.recordAudit(tx, contractorId, {
    at: deps.clock.now(),
    ...author,
    action,
    target: { kind: 'adjustment', id: adjustmentId, name: description },
    reason,
    details: { month: month.toString(), amount, description, reason, ...(note !== '' && { note }) },
  });
}

export function presentAdjustment(adjustment: AdjustmentRecord, contractorName: string): Adjustment {
  const { contractorId, adjustmentId, month, description, amount, reason, state } = adjustment;
  const { askedBy, askedAt, decidedBy, decidedAt } = adjustment;
  return {
    adjustmentId,
    contractorId,
    contractorName,
    month: month.toString(),
    description,
    amount,
    reason,
    state,
    askedBy,
    askedAt: askedAt.toString(),
    decidedBy: decidedBy ?? null,
    decidedAt: decidedAt?.toString() ?? null,
  };
}
