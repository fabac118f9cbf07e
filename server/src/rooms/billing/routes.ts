import type { billingRoutes } from '@tsukasa/api';
import { Type } from 'typebox';
import { DomainError } from '../../base/errors.ts';
import type { Handlers, RequestContext } from '../../base/http/context.ts';
import { defineCursor } from '../../base/http/cursor.ts';
import { type ContractorId, parseUuid } from '../../base/ids.ts';
import { searchKey } from '../../base/search-key.ts';
import { listAdjustments } from './adjustment-store.ts';
import { askAdjustment, decideAdjustment, nameOf, presentAdjustment } from './adjustments.ts';
import { approveClosing } from './approve.ts';
import { type Balance, listBalances } from './balance-store.ts';
import { changeSettings } from './change-settings.ts';
import { draftClosing, previewClosing } from './closing.ts';
import { findClosing, listRows } from './closing-store.ts';
import { invoiceCsv } from './csv.ts';
import { dayOf } from './days.ts';
import type { BillingDeps } from './deps.ts';
import { forecast, whatIf } from './forecast.ts';
import { getDocument, getInvoice, presentBalance, statement } from './invoices.ts';
import { jpPint } from './jp-pint.ts';
import type { Row } from './model.ts';
import { closingsAndNext } from './order.ts';
import { recordPayment, reversePayment } from './payments.ts';
import { invoicePdf } from './pdf.ts';
import { presentClosing, presentOpen, presentRow } from './present-closing.ts';
import { currentSettings } from './settings-store.ts';

const DEFAULT_LIMIT = 50;
const byIssue = defineCursor(Type.Object({ issuedOn: Type.String({ format: 'date' }), number: Type.String() }));
const byName = defineCursor(Type.Object({ name: Type.String(), contractorId: Type.String({ format: 'uuid' }) }));
const byId = defineCursor(Type.Object({ contractorId: Type.String({ format: 'uuid' }) }));
const byTime = defineCursor(Type.Object({ at: Type.String(), id: Type.String({ format: 'uuid' }) }));

const contractorOf = (params: { readonly contractorId: string }) =>
  parseUuid<'Contractor'>(params.contractorId, 'contractorId');
const monthOf = (text: string) => Temporal.PlainYearMonth.from(text);
const wordsOf = (q: string | undefined) =>
  (q ?? '')
    .split(/\s+/)
    .map((word) => searchKey(word))
    .filter((word) => word !== '');

type Invoices =
  | 'listInvoices'
  | 'getInvoice'
  | 'getInvoicePdf'
  | 'getInvoiceCsv'
  | 'getInvoiceXml'
  | 'getStatement'
  | 'whatIf';
type Closings = 'listClosings' | 'previewClosing' | 'draftClosing' | 'getClosing' | 'approveClosing';
type Table = typeof billingRoutes;

export function billingHandlers(deps: BillingDeps): Handlers<Table> {
  return { ...invoiceHandlers(deps), ...closingHandlers(deps), ...providerHandlers(deps) };
}

function pageOf(rows: readonly Balance[], limit: number) {
  const items = rows.slice(0, limit).map(presentBalance);
  const last = items.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { items, nextCursor: more ? byIssue.encode({ issuedOn: last.issuedOn, number: last.number }) : null };
}

/** A contractor's own documents. */
function invoiceHandlers(deps: BillingDeps): Pick<Handlers<Table>, Invoices> {
  const today = () => dayOf(deps.clock.now());
  const place = (params: { readonly contractorId: string; readonly invoiceId: string }) =>
    [contractorOf(params), parseUuid<'Invoice'>(params.invoiceId, 'invoiceId')] as const;
  return {
    listInvoices: async ({ params, query }) => {
      const { limit = DEFAULT_LIMIT } = query;
      const contractorId = contractorOf(params);
      const filter = { contractorId, after: byIssue.decode(query.cursor), limit: limit + 1, today: today() };
      return pageOf(await deps.db.asContractor(contractorId, (tx) => listBalances(tx, filter)), limit);
    },
    getInvoice: ({ params }, context) => getInvoice(deps, ...place(params), context.language),
    getInvoicePdf: async ({ params }) => invoicePdf((await getDocument(deps, ...place(params))).content),
    getInvoiceCsv: async ({ params }, { language }) =>
      invoiceCsv((await getDocument(deps, ...place(params))).content, language),
    getInvoiceXml: async ({ params }) => jpPint((await getDocument(deps, ...place(params))).content),
    getStatement: async ({ params }, { language }) => {
      const contractorId = contractorOf(params);
      const name = await deps.db.asContractor(contractorId, (tx) => nameOf(deps, tx, contractorId));
      return statement(deps, contractorId, name, language);
    },
    whatIf: ({ params, body }, { language }) => whatIf(deps, contractorOf(params), body, language),
  };
}

function closingHandlers(deps: BillingDeps): Pick<Handlers<Table>, Closings> {
  const rowsPage = (rows: readonly Row[], { language }: RequestContext) => rows.map((row) => presentRow(row, language));
  return {
    listClosings: async () => {
      const { closings, next } = await closingsAndNext(deps);
      return { items: closings.map(presentClosing).reverse(), next: next?.toString() ?? null };
    },
    previewClosing: async ({ params, query }, context) => {
      const { limit = DEFAULT_LIMIT } = query;
      const after = byId.decode(query.cursor)?.contractorId;
      const month = monthOf(params.month);
      const { sums, rows, more } = await previewClosing(deps, month, { after, limit });
      const last = rows.at(-1);
      const nextCursor = more && last ? byId.encode({ contractorId: last.contractorId }) : null;
      return { closing: presentOpen(month, sums), rows: rowsPage(rows, context), nextCursor };
    },
    draftClosing: async ({ params }, context) =>
      presentClosing(await draftClosing(deps, monthOf(params.month), context)),
    getClosing: async ({ params, query }, context) => {
      const { limit = DEFAULT_LIMIT } = query;
      const month = monthOf(params.month);
      const { closing, found } = await deps.db.asProvider(async (tx) => ({
        closing: await findClosing(tx, month),
        found: await listRows(tx, month, {
          words: wordsOf(query.q),
          after: byName.decode(query.cursor),
          limit: limit + 1,
        }),
      }));
      if (closing === undefined)
        throw new DomainError('not_found', 'the month has no draft', {
          reason: 'billing.no_draft',
          params: { month: params.month },
        });
      const rows = found.slice(0, limit);
      const last = rows.at(-1);
      const more = found.length > limit && last !== undefined;
      const nextCursor = more ? byName.encode({ name: last.contractorName, contractorId: last.contractorId }) : null;
      return { closing: presentClosing(closing), rows: rowsPage(rows, context), nextCursor };
    },
    approveClosing: async ({ params, body }, context) => {
      const issuedOn = body.issuedOn === undefined ? undefined : Temporal.PlainDate.from(body.issuedOn);
      const approval = { fingerprint: body.fingerprint, issuedOn };
      return presentClosing(await approveClosing(deps, monthOf(params.month), approval, context));
    },
  };
}

/** What the provider's staff do over all contractors. */
function providerHandlers(deps: BillingDeps): Omit<Handlers<Table>, Invoices | Closings> {
  return {
    getBillingSettings: async () => (await deps.db.asProvider((tx) => currentSettings(tx))).settings,
    putBillingSettings: ({ body }, context) => changeSettings(deps, body, context),
    listAllInvoices: async ({ query }) => {
      const { limit = DEFAULT_LIMIT, state } = query;
      const month = query.month === undefined ? undefined : monthOf(query.month);
      const position = { after: byIssue.decode(query.cursor), limit: limit + 1, today: dayOf(deps.clock.now()) };
      const filter = { words: wordsOf(query.q), month, state, ...position };
      return pageOf(await deps.db.asProvider((tx) => listBalances(tx, filter)), limit);
    },
    recordPayment: ({ params, body }, context) => {
      const invoiceId = parseUuid<'Invoice'>(body.invoiceId, 'invoiceId');
      const request = { invoiceId, on: Temporal.PlainDate.from(body.on), amount: body.amount, note: body.note ?? '' };
      return recordPayment(deps, contractorOf(params), request, context);
    },
    reversePayment: ({ params, body }, context) =>
      reversePayment(deps, contractorOf(params), parseUuid(params.paymentId, 'paymentId'), body.reason, context),
    listAdjustments: async ({ query }) => {
      const { limit = DEFAULT_LIMIT, state } = query;
      const page = { state, after: byTime.decode(query.cursor), limit: limit + 1 };
      return deps.db.asProvider(async (tx) => {
        const found = await listAdjustments(tx, page);
        const items = [];
        for (const each of found.slice(0, limit))
          items.push(presentAdjustment(each, await nameOf(deps, tx, each.contractorId)));
        const last = items.at(-1);
        const more = found.length > limit && last !== undefined;
        return { items, nextCursor: more ? byTime.encode({ at: last.askedAt, id: last.adjustmentId }) : null };
      });
    },
    askAdjustment: ({ body }, context) => {
      const contractorId: ContractorId = parseUuid(body.contractorId, 'contractorId');
      return askAdjustment(deps, { ...body, contractorId, month: monthOf(body.month) }, context);
    },
    decideAdjustment: ({ params, body }, context) => {
      const place = {
        contractorId: contractorOf(params),
        adjustmentId: parseUuid<'Adjustment'>(params.adjustmentId, 'adjustmentId'),
      };
      return decideAdjustment(deps, place, { approve: body.approve, note: body.note ?? '' }, context);
    },
    getForecast: ({ query }) => forecast(deps, query.months ?? 6),
  };
}
