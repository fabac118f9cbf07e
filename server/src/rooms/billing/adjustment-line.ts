import { lastDay, type Month } from './days.ts';
import type { AdjustmentId, Line } from './model.ts';
import type { OwedCharge, RateOf } from './owed.ts';

/** An adjustment that a second person approved. */
export type ApprovedAdjustment = {
  readonly adjustmentId: AdjustmentId;
  readonly month: Month;
  readonly description: string;
  readonly amount: number;
  readonly reason: string;
  readonly askedBy: string;
  readonly decidedBy: string;
};

/** As a charge, marked as what it is; taxed at the standard rate of its month's last day. */
export function adjustmentCharge(adjustment: ApprovedAdjustment, rates: RateOf): OwedCharge {
  const { adjustmentId, month, description, amount, reason, askedBy, decidedBy } = adjustment;
  const owed = {
    charge: `adjustment/${adjustmentId}`,
    quantity: amount < 0 ? -1 : 1,
    unitAmount: Math.abs(amount),
    amount,
    taxRate: rates(lastDay(month)),
    taxCategory: 'standard' as const,
  };
  const because = [{ code: 'billing.adjusted', clause: null, params: { reason, askedBy, decidedBy }, seq: null }];
  const line = (): Line => ({
    ...owed,
    contractId: null,
    contractNumber: null,
    key: owed.charge,
    month: month.toString(),
    subject: 'adjustment',
    fee: 'adjustment',
    os: null,
    description: { ja: `調整 ${description}`, en: `Adjustment: ${description}` },
    dueOn: lastDay(month).toString(),
    because,
  });
  return { ...owed, line };
}
