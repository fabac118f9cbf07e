import type * as api from '@tsukasa/api';
import type { Language } from '../../base/http/messages.ts';
import type { ClosingRecord, Sums } from './closing-store.ts';
import type { Month } from './days.ts';
import { presentLine } from './invoices.ts';
import type { Row } from './model.ts';
import { presentReasons } from './words.ts';

export function presentClosing(closing: ClosingRecord): api.Closing {
  return {
    month: closing.month.toString(),
    state: closing.state,
    draftedAt: closing.draftedAt?.toString() ?? null,
    draftedBy: closing.draftedBy ?? null,
    approvedAt: closing.approvedAt?.toString() ?? null,
    approvedBy: closing.approvedBy ?? null,
    fingerprint: closing.fingerprint ?? null,
    ...closing.sums,
  };
}

const UNDECIDED = { draftedAt: null, draftedBy: null, approvedAt: null, approvedBy: null, fingerprint: null } as const;

/** A month of which nothing is kept, with what closing it would come to. */
export function presentOpen(month: Month, sums: Sums): api.Closing {
  return { month: month.toString(), state: 'open', ...UNDECIDED, ...sums };
}

export function presentRow(row: Row, language: Language): api.ClosingRow {
  const { contractorId, contractorName, lines, credits, net, tax, total, previousNet } = row;
  return {
    contractorId,
    contractorName,
    lines: lines.map((line) => presentLine(line, language)),
    credits: credits.map((credit) => ({
      invoiceId: credit.invoiceId,
      number: credit.number,
      lines: credit.lines.map((line) => presentLine(line, language)),
      reason: presentReasons(credit.reasons, language),
    })),
    net,
    tax,
    total,
    previousNet,
    differences: row.differences.map(({ subject, what, amount, because }) => ({
      subject,
      what,
      amount,
      because: presentReasons(because, language),
    })),
    problems: presentReasons(row.problems, language),
  };
}
