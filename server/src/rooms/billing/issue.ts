import { Type } from 'typebox';
import type { Tx } from '../../base/db.ts';
import { type Actor, SYSTEM } from '../../base/http/context.ts';
import { newId } from '../../base/ids.ts';
import { defineJob } from '../../base/jobs.ts';
import { searchKey } from '../../base/search-key.ts';
import { canonicalDetails } from '../audit/index.ts';
import * as closings from './closing-store.ts';
import { type Day, dueDay, type Month } from './days.ts';
import type { BillingDeps } from './deps.ts';
import * as store from './invoice-store.ts';
import { type Document, documentHash, type InvoiceId, negated, type Party, type Row } from './model.ts';
import { sumYen } from './money.ts';
import type { BillingSettings } from './settings.ts';
import { settingsAt } from './settings-store.ts';

/** Goes on with an approved closing where a process ended. */
export const ISSUE = defineJob('billing.issue', Type.Object({ month: Type.String() }));

/** Contractors whose documents are written in one transaction: their audit chains are locked only that long. */
const BATCH = 100;

/**
 * Writes the documents of some rows of an approved closing, in one transaction: documents, what is billed and credited by
 * them, balances, the trail, and that the rows are issued. Answers how many rows; 0 when none is free. A process that dies
 * in the middle has written nothing of the batch.
 */
export async function issueBatch(deps: BillingDeps, month: Month, limit = BATCH): Promise<number> {
  return deps.db.jobs(async (tx) => {
    const rows = await closings.lockUnissued(tx, month, limit);
    if (rows.length === 0) return 0;
    const closing = await closings.findClosing(tx, month);
    if (closing?.state !== 'issuing' || closing.issuedOn === undefined) return 0;
    const { issuedOn, approvedBy = SYSTEM, settingsVersion = 0 } = closing;
    const settings = await settingsAt(tx, settingsVersion);
    await writeRows(deps, tx, { month, issuedOn, settings, by: approvedBy }, rows);
    const ids = rows.map(({ row }) => row.contractorId);
    await closings.markIssued(tx, month, ids, deps.clock.now());
    return rows.length;
  });
}

type Issuing = {
  readonly month: Month;
  readonly issuedOn: Day;
  readonly settings: BillingSettings;
  readonly by: Actor;
};
type Written = store.InvoiceRecord & store.Listed & { readonly row: Row };

async function writeRows(
  deps: BillingDeps,
  tx: Tx,
  issuing: Issuing,
  rows: readonly closings.RowToIssue[],
): Promise<void> {
  const now = deps.clock.now();
  const heads = await store.lockHeads(
    tx,
    rows.filter(({ numbers }) => numbers.length > 0).map(({ row }) => row.contractorId),
  );
  const written = rows.flatMap((each) =>
    chained(each.row, documentsOf(issuing, each), heads.get(each.row.contractorId)),
  );
  await store.insertInvoices(tx, written, now);
  await store.insertCredited(tx, issuing.month, written.flatMap(creditedBy));
  await store.insertBilled(tx, issuing.month, written.flatMap(billedBy));
  for (const { contractorId, invoiceId, content, hash, chainSeq } of written)
    await deps.recordAudit(tx, contractorId, {
      at: now,
      actor: issuing.by,
      action: content.kind === 'invoice' ? 'invoice.issued' : 'credit_note.issued',
      target: { kind: 'invoice', id: invoiceId, name: content.number },
      details: { chainSeq, hash: hash.toString('hex'), total: content.total, month: content.month },
    });
}

/** The invoice first, then credit notes, with the numbers given at the approval. */
function documentsOf(issuing: Issuing, { row, numbers }: closings.RowToIssue): Document[] {
  const { month, issuedOn, settings } = issuing;
  const { bankAccount, ...issuer } = settings.issuer;
  const common = {
    month: month.toString(),
    issuedOn: issuedOn.toString(),
    issuer: { ...issuer, department: '', corporateNumber: '' } satisfies Party,
    recipient: row.recipient,
    bankAccount,
  };
  const invoice: Omit<Document, 'number' | 'net' | 'tax' | 'total'> = {
    ...common,
    kind: 'invoice',
    dueOn: dueDay(issuedOn, settings.dueMonths).toString(),
    rounding: row.rounding,
    lines: row.lines,
    taxTotals: row.taxTotals,
    credits: null,
    reasons: [],
  };
  const notes = row.credits.map(({ lines, taxTotals, rounding, reasons, ...credits }) => ({
    ...common,
    kind: 'credit_note' as const,
    dueOn: null,
    rounding,
    lines: lines.map(negated),
    taxTotals,
    credits,
    reasons,
  }));
  const drafts = row.lines.length > 0 ? [invoice, ...notes] : notes;
  if (drafts.length !== numbers.length) throw new Error('a row of a closing has another number of documents');
  return drafts.map((draft, index) => {
    const net = sumYen(draft.taxTotals.map(({ taxable }) => taxable));
    const tax = sumYen(draft.taxTotals.map((total) => total.tax));
    return { ...draft, number: numbers[index] ?? '', net, tax, total: sumYen([net, tax]) };
  });
}

function chained(row: Row, documents: readonly Document[], head: store.Head | undefined): Written[] {
  if (documents.length === 0) return [];
  if (head === undefined) throw new Error('the head of a chain of invoices is missing');
  const { contractorId, contractorName } = row;
  let previous = head;
  return documents.map((content) => {
    const place = { contractorId, chainSeq: previous.chainSeq + 1, invoiceId: newId<'Invoice'>() };
    const hash = documentHash(place, content, previous.hash, canonicalDetails);
    const record = { ...place, content, previousHash: previous.hash, hash };
    previous = { chainSeq: place.chainSeq, hash };
    return {
      ...record,
      row,
      name: contractorName,
      searchKey: searchKey(contractorName, row.recipient.name, content.number),
    };
  });
}

function billedBy({ contractorId, invoiceId, content }: Written): store.NewBilled[] {
  if (content.kind !== 'invoice') return [];
  return content.lines.map(({ charge, quantity, unitAmount, taxRate, taxCategory }, place) => ({
    contractorId,
    invoiceId,
    charge,
    place,
    quantity,
    unitAmount,
    taxRate,
    taxCategory,
  }));
}

function creditedBy({ contractorId, invoiceId, content }: Written): store.NewCredited[] {
  const { credits, lines } = content;
  if (credits === null) return [];
  const creditNoteId: InvoiceId = invoiceId;
  return lines.map(({ charge }) => ({ contractorId, charge, creditNoteId, invoiceId: credits.invoiceId }));
}
