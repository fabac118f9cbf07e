import { createHash } from 'node:crypto';
import { setImmediate as breathe } from 'node:timers/promises';
import type { CustomerProfile } from '@tsukasa/api';
import type { Book } from '@tsukasa/terms';
import type { Tx } from '../../base/db.ts';
import type { ContractorId } from '../../base/ids.ts';
import { canonicalDetails } from '../audit/index.ts';
import { type ContractRecord, type Customer, profilesOf, selectContracts } from '../contracts/index.ts';
import { adjustmentCharge } from './adjustment-line.ts';
import { approvedUntil } from './adjustment-store.ts';
import { type KeptRow, rowsOf } from './closing-store.ts';
import type { Month } from './days.ts';
import type { BillingDeps } from './deps.ts';
import { differences, type Issued, NOTHING, netOf } from './differences.ts';
import { type InvoiceRecord, invoicesWithCredits, openBefore } from './invoice-store.ts';
import type { Basis, Credit, KeptReason, Line, Party, Row } from './model.ts';
import { creditTotals, sumYen, taxTotals } from './money.ts';
import { type OwedCharge, owedBy, type RateOf, standardRates } from './owed.ts';
import { type Billed, byPlace, reconcile, type ToCredit } from './reconcile.ts';
import { type BillingSettings, roundingOf } from './settings.ts';

/** What a closing is computed from besides the histories. */
export type Frame = {
  readonly month: Month;
  readonly book: Book;
  readonly bookVersion: number;
  readonly settings: BillingSettings;
  readonly rates: RateOf;
};

export async function frameOf(deps: BillingDeps, tx: Tx, month: Month, settings: BillingSettings): Promise<Frame> {
  const { book, version } = await deps.books.current(tx);
  return { month, book, bookVersion: version, settings, rates: standardRates(settings) };
}

/** Contractors that are computed together: large enough for few statements, small enough not to hold up others. */
const BATCH = 100;

/**
 * What closing a month would issue, for all contractors in the order of their ids: the same whenever it is asked as long as
 * the histories are the same, also for a month that was closed long ago (what was billed in it and later is left aside).
 */
export async function* draftAll(deps: BillingDeps, tx: Tx, frame: Frame): AsyncGenerator<readonly Row[]> {
  let after: ContractorId | undefined;
  for (;;) {
    const customers = await deps.listCustomers(tx, { after, limit: BATCH });
    if (customers.length > 0) yield await draftBatch(tx, frame, customers);
    if (customers.length < BATCH) return;
    after = customers.at(-1)?.contractorId;
    await breathe();
  }
}

type Gathered = {
  readonly contracts: readonly ContractRecord[];
  readonly adjustments: readonly OwedCharge[];
  readonly billed: readonly Billed[];
  readonly before: Row | undefined;
  readonly basis: Basis;
  /** Months before this one owe what they owed when the month before was closed. */
  readonly settled: boolean;
};

/** The rows of these contractors; none for one with nothing to bill, nothing to credit and no problem. */
export async function draftBatch(tx: Tx, frame: Frame, customers: readonly Customer[]): Promise<readonly Row[]> {
  const ids = customers.map(({ contractorId }) => contractorId);
  const contracts = await selectContracts(tx, ids);
  const adjustments = await approvedUntil(tx, frame.month, ids);
  const previous = await rowsOf(tx, frame.month.subtract({ months: 1 }), ids);
  const bases = new Map(ids.map((id) => [id, basisOf(frame, contracts.get(id) ?? [])]));
  const settled = new Set(ids.filter((id) => isSettled(bases.get(id), previous.get(id))));
  const billed = await openBefore(tx, frame.month, ids, settled);
  const found = customers.map((customer) => {
    const { contractorId } = customer;
    const own = contracts.get(contractorId) ?? [];
    const gathered: Gathered = {
      contracts: own,
      adjustments: (adjustments.get(contractorId) ?? []).map((each) => adjustmentCharge(each, frame.rates)),
      billed: billed.get(contractorId) ?? [],
      before: previous.get(contractorId)?.row,
      basis: bases.get(contractorId) ?? basisOf(frame, own),
      settled: settled.has(contractorId),
    };
    return { customer, gathered, ...reconcileOne(frame, gathered) };
  });
  const shown = found.filter(({ bill, credit, problems, gathered }) =>
    [bill, credit, problems, ...Object.values(issuedIn(gathered.before))].some((list) => list.length > 0),
  );
  const needed = shown.flatMap(({ credit }) => credit.map(({ billed: each }) => each.invoiceId));
  const invoices = await invoicesWithCredits(tx, frame.month, [...new Set(needed)]);
  const profiles = await profilesOf(
    tx,
    shown.map(({ customer }) => customer),
  );
  return shown.map((each) => {
    const profile = profiles.get(each.customer.contractorId);
    return rowOf(frame, { ...each, profile }, invoices);
  });
}

function basisOf({ bookVersion }: Frame, contracts: readonly ContractRecord[]): Basis {
  return { facts: contracts.reduce((sum, { history }) => sum + history.length, 0), book: bookVersion };
}

/** What an approved closing issued from the same basis left nothing open of the months until then. */
function isSettled(now: Basis | undefined, before: KeptRow | undefined): boolean {
  if (now === undefined || before === undefined || !before.approved) return false;
  const { basis } = before.row;
  return basis.facts === now.facts && basis.book === now.book;
}

function issuedIn(row: Row | undefined): Issued {
  return row === undefined ? NOTHING : { lines: row.lines, credits: row.credits };
}

type ReconciledOne = {
  readonly bill: readonly OwedCharge[];
  readonly credit: readonly ToCredit<OwedCharge>[];
  readonly problems: readonly KeptReason[];
};

function reconcileOne({ book, month, settings, rates }: Frame, gathered: Gathered): ReconciledOne {
  const first = settings.firstMonth === undefined ? undefined : Temporal.PlainYearMonth.from(settings.firstMonth);
  const from = gathered.settled ? month : first;
  const answers = gathered.contracts.map((contract) => owedBy(book, contract, rates, { from, to: month }));
  const owed = [...answers.flatMap((answer) => answer.owed), ...gathered.adjustments];
  return { ...reconcile(owed, gathered.billed), problems: answers.flatMap(({ problems }) => problems) };
}

type ToShow = ReconciledOne & {
  readonly customer: Customer;
  readonly gathered: Gathered;
  readonly profile: CustomerProfile | undefined;
};

function rowOf({ month, settings }: Frame, shown: ToShow, invoices: readonly InvoiceRecord[]): Row {
  const { customer, gathered, profile, bill, credit, problems } = shown;
  const lines = bill.map(({ line }) => line()).sort(byPlace);
  const rounding = roundingOf(settings, month);
  const totals = taxTotals(lines, rounding);
  const credits = creditsOf(credit, invoices);
  const issued = { lines, credits };
  const net = netOf(issued);
  const taxes = [totals, ...credits.map(({ taxTotals }) => taxTotals)].flat();
  const tax = sumYen(taxes.map((each) => each.tax));
  return {
    contractorId: customer.contractorId,
    contractorName: customer.name,
    basis: gathered.basis,
    recipient: recipientOf(customer, profile),
    rounding,
    lines,
    taxTotals: totals,
    credits,
    net,
    tax,
    total: sumYen([net, tax]),
    previousNet: netOf(issuedIn(gathered.before)),
    differences: differences(month.toString(), issued, issuedIn(gathered.before)),
    problems,
  };
}

/** One credit note for each invoice of which something is taken back, in the order in which they were issued. */
function creditsOf(credit: readonly ToCredit<OwedCharge>[], invoices: readonly InvoiceRecord[]): Credit[] {
  const byInvoice = Map.groupBy(credit, ({ billed }) => billed.invoiceId);
  return invoices.flatMap(({ invoiceId, content }) => {
    const taken = byInvoice.get(invoiceId);
    if (taken === undefined) return [];
    const earlier = invoices.filter((other) => other.content.credits?.invoiceId === invoiceId);
    const before = earlier.flatMap((note) => note.content.lines.map((line) => ({ ...line, amount: 0 - line.amount })));
    const ordered = taken.toSorted((a, b) => a.billed.place - b.billed.place);
    const lines = ordered.flatMap(({ billed }) => content.lines[billed.place] ?? []);
    const { number, month, issuedOn, rounding } = content;
    return [
      {
        invoiceId,
        number,
        month,
        issuedOn,
        lines,
        rounding,
        taxTotals: creditTotals(content.taxTotals, before, lines, rounding),
        reasons: ordered.flatMap(({ billed, now }) => reasonsOf(content.lines[billed.place], now)),
      },
    ];
  });
}

function reasonsOf(line: Line | undefined, now: OwedCharge | undefined): KeptReason[] {
  if (line === undefined) return [];
  const before = { chargedMonth: line.month, subject: line.subject, before: line.amount };
  return now === undefined
    ? [{ code: 'billing.charge_gone', clause: null, params: before, seq: null }]
    : [
        { code: 'billing.charge_changed', clause: null, params: { ...before, after: now.amount }, seq: null },
        ...now.line().because,
      ];
}

/** Whom the documents name, as the customer's profile says now. */
export function recipientOf(customer: Customer, profile: CustomerProfile | undefined): Party {
  const { billing, corporateNumber = '', contacts = [], legalName = customer.name } = profile ?? {};
  const address = billing?.address ?? profile?.address;
  const contact = contacts.find(({ role }) => role === 'billing') ?? contacts.find(({ role }) => role === 'main');
  const { prefecture = '', city = '', street = '', building = '' } = address ?? {};
  return {
    name: legalName,
    department: [billing?.department ?? '', billing?.addressee ?? ''].filter((text) => text !== '').join(' '),
    postalCode: address?.postalCode ?? '',
    address: [`${prefecture}${city}${street}`, building].filter((text) => text !== '').join(' '),
    registrationNumber: '',
    corporateNumber,
    phone: contact?.phone ?? '',
    email: billing?.email || (contact?.email ?? ''),
    peppolId: billing?.peppolId ?? '',
  };
}

/** Over the content of a row, whatever the order of its keys. */
export function rowFingerprint(row: Row): Buffer {
  return createHash('sha256')
    .update(JSON.stringify(canonicalDetails(row)))
    .digest();
}
