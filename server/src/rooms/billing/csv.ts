import type { Language } from '../../base/http/messages.ts';
import type { Document } from './model.ts';

const HEAD: Readonly<Record<Language, readonly string[]>> = {
  ja: ['番号', '種類', '発行日', '対象月', '契約番号', '内容', '数量', '単価', '金額（税抜）', '税率（%）', '税区分'],
  en: [
    'Number',
    'Type',
    'Issued',
    'Month',
    'Contract',
    'Description',
    'Quantity',
    'Unit price',
    'Amount (excl. tax)',
    'Tax rate (%)',
    'Tax category',
  ],
};
const KINDS = {
  ja: { invoice: '請求書', credit_note: '返還請求書' },
  en: { invoice: 'Invoice', credit_note: 'Credit note' },
} as const;
const CATEGORIES = {
  ja: { standard: '標準税率', reduced: '軽減税率' },
  en: { standard: 'standard', reduced: 'reduced' },
} as const;
const TAX = { ja: '消費税', en: 'Consumption tax' } as const;

/** The lines of a document, and a row of tax for each rate, so that the amounts add up to the total (RFC 4180, UTF-8 with its mark). */
export function invoiceCsv(document: Document, language: Language): string {
  const head = [document.number, KINDS[language][document.kind], document.issuedOn];
  const lines = document.lines.map((line) => [
    ...head,
    line.month,
    line.contractNumber ?? '',
    line.description[language],
    line.quantity,
    line.unitAmount,
    line.amount,
    line.taxRate,
    CATEGORIES[language][line.taxCategory],
  ]);
  const taxes = document.taxTotals.map((total) => [
    ...head,
    document.month,
    '',
    `${TAX[language]} ${total.taxRate}%`,
    '',
    '',
    total.tax,
    total.taxRate,
    CATEGORIES[language][total.taxCategory],
  ]);
  return `\uFEFF${[HEAD[language], ...lines, ...taxes].map((row) => `${row.map(cell).join(',')}\r\n`).join('')}`;
}

/** A text that a spreadsheet would take for a formula gets an apostrophe in front, also behind blanks and in full width. */
function cell(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const text = /^[\s\uFEFF]*[=+\-@＝＋－＠\t\r]/u.test(value) ? `'${value}` : value;
  return /[",\r\n]|^\s|\s$/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
