import { readFile, writeFile } from 'node:fs/promises';
import type { BillingSettings, Closing, ClosingRow, InvoiceSummary } from '@tsukasa/api';
import { call, download } from './client.ts';
import type { Command, Context } from './commands.ts';
import { CliError, EXIT, type ExitCode, usage } from './exit.ts';
import { flag, needed, number, ofContractor, paging, text } from './flags.ts';
import { table } from './output.ts';

const STATES = ['open', 'overdue', 'paid', 'credited', 'credit_note'] as const;
const FORMATS = ['pdf', 'csv', 'json', 'xml'] as const;

/** `tsukasa billing …`: closings, documents and payments, through the API. */
export const BILLING_COMMANDS: Readonly<Record<string, Command>> = {
  'billing close': async (c) => {
    const params = { month: monthOf(c) };
    if (c.flags['dry-run'] === true) return preview(c, params.month);
    const fingerprint = flag(c, 'fingerprint');
    if (c.flags['approve'] !== true) {
      if (fingerprint !== undefined) throw usage('--fingerprint goes with --approve');
      return printClosing(c, await call(c.target, 'draftClosing', { params }));
    }
    // What is issued is the draft that somebody looked at; without a fingerprint, the one that is made now.
    const seen = fingerprint ?? (await call(c.target, 'draftClosing', { params })).fingerprint ?? '';
    const body = { fingerprint: seen, ...text(c, 'issued-on', 'issuedOn') };
    return printClosing(c, await call(c.target, 'approveClosing', { params, body }));
  },
  'billing closings': async (c) => {
    const list = await call(c.target, 'listClosings');
    c.print(list, () => `${table(list.items, CLOSING)}\nnext: ${list.next ?? '-'}`);
    return EXIT.ok;
  },
  'billing invoices': async (c) => {
    const page =
      c.contractor === undefined
        ? await call(c.target, 'listAllInvoices', {
            query: { ...paging(c), ...text(c, 'q', 'q'), ...text(c, 'month', 'month'), ...stateOf(c) },
          })
        : await call(c.target, 'listInvoices', { params: ofContractor(c), query: paging(c) });
    c.print(page, () =>
      table(page.items, [
        ['NUMBER', (r) => r.number],
        ['CONTRACTOR', (r) => r.contractorName],
        ['MONTH', (r) => r.month],
        ['ISSUED', (r) => r.issuedOn],
        ['DUE', (r) => r.dueOn],
        ['TOTAL', (r) => r.total],
        ['PAID', (r) => r.paid],
        ['STATE', (r) => r.state],
      ]),
    );
    return EXIT.ok;
  },
  'billing invoice': async (c, [wanted]) => {
    const found = await findInvoice(c, needed(wanted, 'NUMBER'));
    const { contractorId, invoiceId } = found;
    const format = FORMATS.find((each) => each === (flag(c, 'format') ?? 'json'));
    if (format === undefined) throw usage(`--format takes ${FORMATS.join(', ')}`);
    const output = flag(c, 'output');
    if (format === 'pdf' && output === undefined) throw usage('a PDF needs --output FILE');
    const bytes = await documentIn(c, format, { contractorId, invoiceId });
    if (output !== undefined) {
      await writeFile(output, bytes);
      c.print({ number: found.number, savedIn: output }, () => output);
    } else {
      const content = Buffer.from(bytes).toString('utf8');
      c.print(format === 'json' ? JSON.parse(content) : { number: found.number, content }, () => content.trimEnd());
    }
    return EXIT.ok;
  },
  'billing payment': async (c, [wanted]) => {
    const { contractorId, invoiceId } = await findInvoice(c, needed(wanted, 'NUMBER'));
    const { amount } = number(c, 'amount', 'amount');
    if (amount === undefined) throw usage('--amount is missing');
    const body = { invoiceId, amount, on: needed(flag(c, 'on'), '--on'), ...text(c, 'note', 'note') };
    const payment = await call(c.target, 'recordPayment', { params: { contractorId }, body });
    c.print(payment, () => `${payment.paymentId}  ${payment.number}  ${payment.amount}`);
    return EXIT.ok;
  },
  'billing reverse': async (c, [paymentId]) => {
    const params = { ...ofContractor(c), paymentId: needed(paymentId, 'PAYMENT') };
    const body = { reason: needed(flag(c, 'reason'), '--reason') };
    const payment = await call(c.target, 'reversePayment', { params, body });
    c.print(payment, () => `${payment.paymentId}  ${payment.number}  ${payment.amount}`);
    return EXIT.ok;
  },
  'billing statement': async (c) => {
    const statement = await call(c.target, 'getStatement', { params: ofContractor(c) });
    c.print(statement, () => {
      const entries = table(statement.entries, [
        ['ON', (r) => r.on],
        ['NUMBER', (r) => r.number],
        ['WHAT', (r) => r.description],
        ['AMOUNT', (r) => r.amount],
        ['BALANCE', (r) => r.balance],
      ]);
      return `${entries}\nbalance: ${statement.balance}  overdue: ${statement.overdue}`;
    });
    return EXIT.ok;
  },
  'billing forecast': async (c) => {
    const forecast = await call(c.target, 'getForecast', { query: number(c, 'months', 'months') });
    c.print(forecast, () =>
      table(forecast.months, [
        ['MONTH', (r) => r.month],
        ['NET', (r) => r.net],
        ['MONTHLY', (r) => r.monthly],
        ['INITIAL', (r) => r.initial],
        ['CONTRACTORS', (r) => r.contractors],
      ]),
    );
    return EXIT.ok;
  },
  'billing settings': async (c) => {
    const file = flag(c, 'set');
    const settings =
      file === undefined
        ? await call(c.target, 'getBillingSettings')
        : await call(c.target, 'putBillingSettings', { body: await settingsIn(file) });
    c.print(settings, () => JSON.stringify(settings, null, 2));
    return EXIT.ok;
  },
};

function monthOf(c: Context): string {
  const month = needed(flag(c, 'month'), '--month');
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(month)) throw usage(`--month takes a month like 2026-10, not ${month}`);
  return month;
}

function stateOf(c: Context): { state?: (typeof STATES)[number] } {
  const wanted = flag(c, 'state');
  if (wanted === undefined) return {};
  const state = STATES.find((each) => each === wanted);
  if (state === undefined) throw usage(`--state takes ${STATES.join(', ')}`);
  return { state };
}

/** The server checks what is in it. */
async function settingsIn(file: string): Promise<BillingSettings> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as BillingSettings;
  } catch (error) {
    throw usage(`${file} cannot be read as JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const CLOSING: readonly (readonly [string, (row: Closing) => string | number | null])[] = [
  ['MONTH', (r) => r.month],
  ['STATE', (r) => r.state],
  ['CONTRACTORS', (r) => r.contractors],
  ['NET', (r) => r.net],
  ['TAX', (r) => r.tax],
  ['TOTAL', (r) => r.total],
  ['MONTH BEFORE', (r) => r.previousNet],
  ['PROBLEMS', (r) => r.problems],
];

function printClosing(c: Context, closing: Closing): ExitCode {
  c.print(closing, () => {
    const draft = closing.state === 'draft' ? `\nfingerprint: ${closing.fingerprint ?? ''}` : '';
    return `${table([closing], [...CLOSING])}${draft}`;
  });
  return EXIT.ok;
}

async function preview(c: Context, month: string): Promise<ExitCode> {
  const rows: ClosingRow[] = [];
  let cursor: string | undefined;
  for (;;) {
    const query = { limit: 200, ...(cursor === undefined ? {} : { cursor }) };
    const page = await call(c.target, 'previewClosing', { params: { month }, query });
    rows.push(...page.rows);
    if (page.nextCursor !== null) {
      cursor = page.nextCursor;
      continue;
    }
    c.print({ closing: page.closing, rows }, () => {
      const shown = table(rows, [
        ['CONTRACTOR', (r) => r.contractorName],
        ['NET', (r) => r.net],
        ['TAX', (r) => r.tax],
        ['TOTAL', (r) => r.total],
        ['MONTH BEFORE', (r) => r.previousNet],
        [
          'DIFFERENCES',
          (r) => r.differences.map(({ what, subject, amount }) => `${what} ${subject} ${amount}`).join('; '),
        ],
        ['PROBLEMS', (r) => r.problems.map((problem) => problem.text).join('; ')],
      ]);
      return `${table([page.closing], [...CLOSING])}\n\n${shown}`;
    });
    return EXIT.ok;
  }
}

/** By its number, among the contractor's own documents if there is one, otherwise among all. */
async function findInvoice(c: Context, wanted: string): Promise<InvoiceSummary> {
  let cursor: string | undefined;
  do {
    const query = { limit: 200, ...(cursor === undefined ? {} : { cursor }) };
    const page =
      c.contractor === undefined
        ? await call(c.target, 'listAllInvoices', { query: { ...query, q: wanted } })
        : await call(c.target, 'listInvoices', { params: ofContractor(c), query });
    const found = page.items.find((each) => each.number === wanted);
    if (found !== undefined) return found;
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  throw new CliError(EXIT.notFound, `there is no document ${wanted}`);
}

async function documentIn(
  c: Context,
  format: (typeof FORMATS)[number],
  params: { readonly contractorId: string; readonly invoiceId: string },
): Promise<Uint8Array> {
  if (format === 'json')
    return Buffer.from(`${JSON.stringify(await call(c.target, 'getInvoice', { params }), null, 2)}\n`);
  const routes = { pdf: 'getInvoicePdf', csv: 'getInvoiceCsv', xml: 'getInvoiceXml' } as const;
  return download(c.target, routes[format], { params });
}
