import fc from 'fast-check';
import { dueDay } from '../days.ts';
import { type Document, type Line, negated, type Party } from '../model.ts';
import { creditTotals, ROUNDINGS, sumYen, taxTotals } from '../money.ts';

/** Documents as the model makes them, for the tests of what is written from them. */

export const ISSUER: Party = {
  name: '株式会社つかさサービス',
  department: '',
  postalCode: '102-0071',
  address: '東京都千代田区架空町9-9-9 つかさビルディング十二階',
  registrationNumber: 'T8010001095209',
  corporateNumber: '',
  phone: '03-1234-5678',
  email: 'billing@provider.example.jp',
  peppolId: '',
};
export const RECIPIENT: Party = {
  name: '髙﨑㈱ 〒①物流',
  department: '情報システム部',
  postalCode: '530-0001',
  address: '大阪府大阪市北区梅田1-1-1',
  registrationNumber: '',
  corporateNumber: '7000012050002',
  phone: '',
  email: 'keiri@customer.example.jp',
  peppolId: '',
};

export function line(over: Partial<Line> = {}): Line {
  const { quantity = 40, unitAmount = 150 } = over;
  return {
    charge: '0197/monthly:operation-proxy:2026-10',
    contractId: '01970000-0000-7000-8000-000000000001',
    contractNumber: 'TK-000123',
    key: 'monthly:operation-proxy:2026-10',
    month: '2026-10',
    subject: 'operation-proxy',
    fee: 'monthly',
    os: null,
    description: { ja: 'オペレーション代行 月額費用（2026年10月分）', en: 'Operation proxy, monthly fee (October 2026)' },
    dueOn: '2026-10-01',
    taxRate: '10',
    taxCategory: 'standard',
    because: [],
    ...over,
    quantity,
    unitAmount,
    amount: quantity * unitAmount,
  };
}

export function invoice(lines: readonly Line[], over: Partial<Document> = {}): Document {
  const rounding = over.rounding ?? 'down';
  const totals = taxTotals(lines, rounding);
  const [net, tax] = [sumYen(totals.map((t) => t.taxable)), sumYen(totals.map((t) => t.tax))];
  return {
    kind: 'invoice',
    number: 'INV-2026-000001',
    month: '2026-10',
    issuedOn: '2026-11-02',
    dueOn: dueDay(Temporal.PlainDate.from('2026-11-02'), 1).toString(),
    issuer: ISSUER,
    recipient: RECIPIENT,
    bankAccount: '1234:つかさ銀行:001:本店営業部:普通:1234567:カ）ツカササービス',
    lines,
    credits: null,
    reasons: [],
    ...over,
    rounding,
    taxTotals: totals,
    net,
    tax,
    total: net + tax,
  };
}

export function creditNote(of: Document, lines: readonly Line[]): Document {
  const totals = creditTotals(of.taxTotals, [], lines, of.rounding);
  const [net, tax] = [sumYen(totals.map((t) => t.taxable)), sumYen(totals.map((t) => t.tax))];
  const { number, month, issuedOn } = of;
  return {
    ...of,
    kind: 'credit_note',
    number: 'CN-2026-000001',
    dueOn: null,
    lines: lines.map(negated),
    taxTotals: totals,
    net,
    tax,
    total: net + tax,
    credits: { invoiceId: '01970000-0000-7000-8000-000000000002', number, month, issuedOn },
  };
}

const hostile = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
  fc.constantFrom('<script>&"\'', ']]>', '\u0000\u0008', '\ud800', '=1+1', '株式会社　髙﨑', ' ', '&amp;', '<!--', '\u2028'),
);
const name = hostile.map((text) => `社${text}`);
const rates = fc.constantFrom(
  { taxRate: '10', taxCategory: 'standard' as const },
  { taxRate: '8', taxCategory: 'standard' as const },
  { taxRate: '5', taxCategory: 'standard' as const },
  { taxRate: '8', taxCategory: 'reduced' as const },
);
export const anyLine: fc.Arbitrary<Line> = fc
  .record({
    quantity: fc.integer({ min: 1, max: 1_000_000 }),
    unitAmount: fc.integer({ min: 1, max: 100_000 }),
    month: fc.constantFrom('2011-05', '2014-03', '2014-04', '2019-09', '2019-10', '2023-10', '2026-09', '2026-10'),
    description: fc.record({ ja: name, en: name }),
    contractNumber: fc.option(fc.constantFrom('TK-000001', 'TK-000002')),
    rate: rates,
    negative: fc.boolean(),
  })
  .map(({ rate, negative, ...rest }) => line({ ...rest, ...rate, quantity: negative ? -rest.quantity : rest.quantity }));

const party = (base: Party) =>
  fc
    .record({ name, department: hostile, address: hostile, postalCode: fc.constantFrom('', '100-0001'), phone: hostile, email: hostile })
    .map((over): Party => ({ ...base, ...over }));

/** Every document that the model can produce: any lines, any names, credit notes of some or all lines of an invoice. */
export const anyDocument: fc.Arbitrary<Document> = fc
  .record({
    lines: fc.array(anyLine, { minLength: 1, maxLength: 12 }),
    rounding: fc.constantFrom(...ROUNDINGS),
    issuer: party(ISSUER),
    recipient: party(RECIPIENT),
    bankAccount: hostile,
    credited: fc.nat(12),
  })
  .map(({ lines, credited, ...over }) => {
    const made = invoice(lines, over);
    return credited === 0 || credited > lines.length ? made : creditNote(made, lines.slice(0, credited));
  });
