import type { Document, Line, Party } from './model.ts';
import { digits, japaneseDate, printable, yen } from './pdf-text.ts';

/** Points; A4. */
export const PAGE = { width: 595.28, height: 841.89 };
export const MARGIN = 48;
const WIDTH = PAGE.width - 2 * MARGIN;
const BOTTOM = PAGE.height - 56;
const INK = '#111111';
const SOFT = '#555555';
const RULE = '#999999';
const SHADE = '#eef1f5';

/** The document being drawn, and how far down the page it has come. */
export type Sheet = { readonly doc: PDFKit.PDFDocument; y: number };

type Style = { readonly font?: 'regular' | 'bold'; readonly size?: number; readonly color?: string };
type Box = { readonly x: number; readonly width: number; readonly align?: 'left' | 'right' | 'center' };

/** Writes a text into a column at a height and answers how high it became. */
function put({ doc }: Sheet, text: string, y: number, { x, width, align = 'left' }: Box, style: Style = {}): number {
  const { font = 'regular', size = 9, color = INK } = style;
  doc.font(font).fontSize(size).fillColor(color);
  const options = { width, align, lineGap: 1 };
  const height = doc.heightOfString(text, options);
  doc.text(text, x, y, options);
  return height;
}

/** Writes texts one below the other, blank ones left out, and answers where the last ends. */
function stack(sheet: Sheet, y: number, box: Box, texts: readonly (readonly [string, Style?])[]): number {
  let at = y;
  for (const [text, style] of texts) if (text.trim() !== '') at += put(sheet, text, at, box, style) + 2;
  return at;
}

function rule({ doc }: Sheet, y: number, color = RULE, width = 0.5): void {
  doc
    .moveTo(MARGIN, y)
    .lineTo(MARGIN + WIDTH, y)
    .lineWidth(width)
    .strokeColor(color)
    .stroke();
}

function shade({ doc }: Sheet, y: number, height: number): void {
  doc.rect(MARGIN, y, WIDTH, height).fill(SHADE);
}

const LEFT: Box = { x: MARGIN, width: 262 };
const RIGHT: Box = { x: MARGIN + 292, width: WIDTH - 292 };

/** Title, recipient with 御中, number and dates, issuer with its registration number, and the sum in a box. */
export function drawHeader(sheet: Sheet, document: Document, title: string): void {
  const { recipient, issuer } = document;
  sheet.y += put(sheet, title, sheet.y, { x: MARGIN, width: WIDTH, align: 'center' }, { font: 'bold', size: 20 }) + 18;
  const top = sheet.y;
  const left = stack(sheet, top, LEFT, [
    ...postal(recipient),
    ['\u2009'],
    [`${printable(recipient.name)}　御中`, { font: 'bold', size: 13 }],
    [printable(recipient.department)],
  ]);
  const facts = [
    ['番号', document.number],
    ['発行日', japaneseDate(document.issuedOn)],
    ['対象月', `${japaneseDate(document.month)}分`],
  ] as const;
  const dates = stack(
    sheet,
    top,
    RIGHT,
    facts.map(([name, value]) => [`${name}　${value}`]),
  );
  const right = stack(sheet, dates + 10, RIGHT, [
    [printable(issuer.name), { font: 'bold', size: 11 }],
    [issuer.registrationNumber === '' ? '' : `登録番号　${issuer.registrationNumber}`],
    ...postal(issuer),
    [issuer.phone === '' ? '' : `TEL　${printable(issuer.phone)}`],
    [printable(issuer.email)],
  ]);
  sheet.y = Math.max(left, right) + 16;
  drawSum(sheet, document);
}

function postal({ postalCode, address }: Party): (readonly [string, Style?])[] {
  return [[postalCode === '' ? '' : `〒${printable(postalCode)}`], [printable(address)]];
}

function drawSum(sheet: Sheet, document: Document): void {
  const { kind, total, dueOn, credits } = document;
  const lead =
    kind === 'invoice' ? '下記のとおりご請求申し上げます。' : '下記のとおり、発行済みの請求書の金額を返還いたします。';
  sheet.y += put(sheet, lead, sheet.y, { x: MARGIN, width: WIDTH }) + 8;
  shade(sheet, sheet.y, 40);
  const name = kind === 'invoice' ? 'ご請求金額（税込）' : '返還金額（税込）';
  put(sheet, name, sheet.y + 13, { x: MARGIN + 12, width: 130 }, { font: 'bold', size: 10 });
  put(sheet, yen(total), sheet.y + 6, { x: MARGIN + 130, width: 150, align: 'right' }, { font: 'bold', size: 18 });
  const note =
    credits === null
      ? `お支払期限　${dueOn === null ? '' : japaneseDate(dueOn)}`
      : `対象の請求書　${credits.number}\n（${japaneseDate(credits.month)}分、${japaneseDate(credits.issuedOn)}発行）`;
  put(sheet, note, sheet.y + (credits === null ? 13 : 7), { x: MARGIN + 300, width: WIDTH - 312 }, { size: 10 });
  sheet.y += 40 + 16;
}

const COLUMNS = [
  { name: '内容', x: MARGIN + 6, width: 288, align: 'left' },
  { name: '単価', x: MARGIN + 298, width: 62, align: 'right' },
  { name: '数量', x: MARGIN + 362, width: 46, align: 'right' },
  { name: '税率', x: MARGIN + 410, width: 32, align: 'right' },
  { name: '金額（税抜）', x: MARGIN + 442, width: WIDTH - 448, align: 'right' },
] as const;

function tableHead(sheet: Sheet): void {
  shade(sheet, sheet.y, 20);
  for (const column of COLUMNS) put(sheet, column.name, sheet.y + 4, column, { font: 'bold', size: 8 });
  sheet.y += 20;
}

/** Makes room for `height` points: on another page if this one has not got them. */
function room(sheet: Sheet, height: number, again?: () => void): void {
  if (sheet.y + height <= BOTTOM) return;
  sheet.doc.addPage();
  sheet.y = MARGIN;
  again?.();
}

/** One row for each line; the head of the table is repeated on every page. */
export function drawLines(sheet: Sheet, { lines }: Document): void {
  tableHead(sheet);
  for (const line of lines) drawLine(sheet, line);
  sheet.y += 10;
}

function drawLine(sheet: Sheet, line: Line): void {
  const [what, ...rest] = COLUMNS;
  const text = printable(line.description.ja);
  const contract = line.contractNumber === null ? '' : `契約 ${line.contractNumber}`;
  sheet.doc.font('regular').fontSize(9);
  const height = sheet.doc.heightOfString(text, { width: what.width, lineGap: 1 }) + (contract === '' ? 0 : 12);
  room(sheet, height + 9, () => tableHead(sheet));
  const y = sheet.y + 4;
  const below = y + put(sheet, text, y, what);
  if (contract !== '') put(sheet, contract, below, what, { size: 7, color: SOFT });
  const reduced = line.taxCategory === 'reduced' ? '※' : '';
  const cells = [digits(line.unitAmount), digits(line.quantity), `${line.taxRate}%${reduced}`, digits(line.amount)];
  for (const [index, column] of rest.entries()) put(sheet, cells[index] ?? '', y, column);
  sheet.y += height + 9;
  rule(sheet, sheet.y, '#cccccc', 0.4);
}

/** Totals of each rate with their tax, the sum, and where to pay. */
export function drawTotals(sheet: Sheet, document: Document): void {
  const { net, tax, total, taxTotals, bankAccount, kind } = document;
  const rows: (readonly [string, string, Style?])[] = [
    ['小計（税抜）', yen(net)],
    ...taxTotals.flatMap(({ taxRate, taxCategory, taxable, tax: own }) => {
      const reduced = taxCategory === 'reduced' ? '（軽減税率）' : '';
      return [[`${taxRate}%対象${reduced}`, yen(taxable)] as const, [`消費税（${taxRate}%）`, yen(own)] as const];
    }),
    ['消費税 合計', yen(tax)],
    ['合計（税込）', yen(total), { font: 'bold', size: 11 }],
  ];
  room(sheet, rows.length * 17 + 10);
  for (const [name, value, style] of rows) {
    put(sheet, name, sheet.y, { x: MARGIN + 262, width: 120 }, style);
    put(sheet, value, sheet.y, { x: MARGIN + 382, width: WIDTH - 388, align: 'right' }, style);
    sheet.y += 17;
  }
  if (taxTotals.some(({ taxCategory }) => taxCategory === 'reduced'))
    sheet.y += put(sheet, '※ は軽減税率の対象です。', sheet.y, { x: MARGIN, width: WIDTH }, { size: 8, color: SOFT });
  if (kind === 'invoice' && bankAccount.trim() !== '') drawAccount(sheet, bankAccount);
}

function drawAccount(sheet: Sheet, bankAccount: string): void {
  const text = bankAccount
    .split(/\r\n?|\n/)
    .map(printable)
    .join('\n');
  sheet.doc.font('regular').fontSize(9);
  const height = sheet.doc.heightOfString(text, { width: WIDTH - 24, lineGap: 1 }) + 36;
  room(sheet, height + 10);
  sheet.y += 10;
  sheet.doc.rect(MARGIN, sheet.y, WIDTH, height).lineWidth(0.5).strokeColor(RULE).stroke();
  const box = { x: MARGIN + 12, width: WIDTH - 24 };
  put(sheet, 'お振込先', sheet.y + 8, box, { font: 'bold', size: 9 });
  put(sheet, text, sheet.y + 23, box);
  sheet.y += height;
}
