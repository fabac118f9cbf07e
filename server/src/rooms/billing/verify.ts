import type { ContractVerification } from '@tsukasa/api';
import { sql } from 'kysely';
import type { Tx } from '../../base/db.ts';
import type { ContractorId } from '../../base/ids.ts';
import { canonicalDetails, listDetails } from '../audit/index.ts';
import type { InvoiceCheck } from '../contracts/index.ts';
import { chainOf, findHead, type InvoiceRecord } from './invoice-store.ts';
import { documentHash, GENESIS } from './model.ts';
import type { BillingTables } from './tables.ts';
import { adjustmentProblems, columnProblems, differing, paymentProblems } from './verify-records.ts';

type Problem = ContractVerification['problems'][number];

/**
 * Finds what was changed in a contractor's documents outside the program: each against its hash and the one before it, the
 * head, the trail, and what was derived from them: billed and credited charges, balances; and payments and adjustments.
 */
export const verifyInvoices: InvoiceCheck = async (tx, contractorId) => {
  const chain = await chainOf(tx, contractorId);
  const problems = [
    ...chainProblems(chain),
    ...(await headProblems(tx, contractorId, chain)),
    ...(await trailProblems(tx, contractorId, chain)),
    ...(await chargeProblems(tx, contractorId, chain)),
    ...(await balanceProblems(tx, contractorId, chain)),
    ...(await columnProblems(tx, contractorId, chain)),
    ...(await paymentProblems(tx, contractorId)),
    ...(await adjustmentProblems(tx, contractorId)),
  ];
  return { invoices: chain.length, problems };
};

const problem = (kind: Problem['kind'], what: string, seq: number | null): Problem => ({ kind, what, seq });

function chainProblems(chain: readonly InvoiceRecord[]): Problem[] {
  const problems: Problem[] = [];
  let previous = { chainSeq: 0, hash: GENESIS };
  for (const record of chain) {
    const { chainSeq, content, hash, previousHash } = record;
    for (let seq = previous.chainSeq + 1; seq < chainSeq; seq += 1)
      problems.push(problem('invoice_missing', String(seq), seq));
    const whole = documentHash(record, content, previousHash, canonicalDetails).equals(hash);
    const follows = chainSeq !== previous.chainSeq + 1 || previousHash.equals(previous.hash);
    if (!whole || !follows) problems.push(problem('invoice_changed', content.number, chainSeq));
    previous = record;
  }
  return problems;
}

async function headProblems(tx: Tx, contractorId: ContractorId, chain: readonly InvoiceRecord[]): Promise<Problem[]> {
  const head = (await findHead(tx, contractorId)) ?? { chainSeq: 0, hash: GENESIS };
  const last = chain.at(-1) ?? { chainSeq: 0, hash: GENESIS };
  if (head.chainSeq > last.chainSeq) return [problem('invoice_missing', String(head.chainSeq), head.chainSeq)];
  if (head.chainSeq === last.chainSeq && head.hash.equals(last.hash)) return [];
  return [problem('head_changed', 'invoices', head.chainSeq)];
}

/** Every document stands in the audit trail with its hash: a chain that was written anew as a whole does not. */
async function trailProblems(tx: Tx, contractorId: ContractorId, chain: readonly InvoiceRecord[]): Promise<Problem[]> {
  const entries = await listDetails(tx, contractorId, 'invoice');
  const audited = new Map(
    entries
      .filter(({ action }) => action.endsWith('.issued'))
      .map(({ targetId, details }) => [targetId, details['hash']]),
  );
  const known = new Set<string>(chain.map(({ invoiceId }) => invoiceId));
  return [
    ...chain
      .filter(({ invoiceId, hash }) => audited.get(invoiceId) !== hash.toString('hex'))
      .map(({ content, chainSeq }) => problem('unaudited', content.number, chainSeq)),
    ...[...audited.keys()].filter((id) => !known.has(id)).map((id) => problem('invoice_missing', id, null)),
  ];
}

/** What is told to be billed and credited is what the documents say. */
async function chargeProblems(tx: Tx, contractorId: ContractorId, chain: readonly InvoiceRecord[]): Promise<Problem[]> {
  const billed = await sql<{ row: string }>`select invoice_id || ' ' || charge || ' ' || quantity || ' ' || unit_amount
    || ' ' || tax_rate || to_char(closed_month, ' YYYY-MM') as row from billed_charges where contractor_id = ${contractorId}`.execute(
    tx,
  );
  const credited = await sql<{
    row: string;
  }>`select credit_note_id || ' ' || charge || to_char(closed_month, ' YYYY-MM') as row from credited_charges
    where contractor_id = ${contractorId}`.execute(tx);
  const said = chain.flatMap(({ invoiceId, content }) =>
    content.lines.map((line) =>
      content.kind === 'invoice'
        ? `${invoiceId} ${line.charge} ${line.quantity} ${line.unitAmount} ${line.taxRate} ${content.month}`
        : `${invoiceId} ${line.charge} ${content.month}`,
    ),
  );
  const kept = [...billed.rows, ...credited.rows].map(({ row }) => row);
  return differing(said, kept).map((row) => problem('state_differs', `charge ${row}`, null));
}

async function balanceProblems(
  tx: Tx,
  contractorId: ContractorId,
  chain: readonly InvoiceRecord[],
): Promise<Problem[]> {
  type Kept = Pick<BillingTables['invoice_balances'], 'invoice_id' | 'total' | 'paid' | 'credited'> & {
    payments: number;
  };
  const { rows } =
    await sql<Kept>`select b.invoice_id, b.total, b.paid, b.credited, coalesce((select sum(amount) from payments p
      where p.contractor_id = b.contractor_id and p.invoice_id = b.invoice_id), 0)::bigint as payments
    from invoice_balances b where b.contractor_id = ${contractorId}`.execute(tx);
  const balances = new Map(rows.map((row) => [row.invoice_id, row]));
  return chain.flatMap(({ invoiceId, content, chainSeq }) => {
    const kept = balances.get(invoiceId);
    const notes = chain.filter((other) => other.content.credits?.invoiceId === invoiceId);
    const credited = 0 - notes.reduce((sum, note) => sum + note.content.total, 0);
    const same = kept?.total === content.total && kept.paid === kept.payments && kept.credited === credited;
    return same ? [] : [problem('state_differs', `balance of ${content.number}`, chainSeq)];
  });
}
