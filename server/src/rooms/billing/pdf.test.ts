import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { invoicePdf } from './pdf.ts';
import { printable } from './pdf-text.ts';
import { anyDocument, creditNote, invoice, line, RECIPIENT } from './testdata/documents.ts';

/** The text of a PDF in the order in which it is drawn, read back through the fonts' own tables to Unicode. */
function textOf(pdf: Buffer): string {
  const objects = new Map<number, Buffer>();
  const text = pdf.toString('latin1');
  for (const match of text.matchAll(/(\d+) 0 obj\n([\s\S]*?)\nendobj/g))
    objects.set(Number(match[1]), Buffer.from(match[2] ?? '', 'latin1'));
  const streamOf = (object: Buffer | undefined): string => {
    const body = object?.toString('latin1') ?? '';
    const stream = /stream\n([\s\S]*)\nendstream/.exec(body)?.[1];
    if (stream === undefined) return '';
    const bytes = Buffer.from(stream, 'latin1');
    return (body.includes('/FlateDecode') ? inflateSync(bytes) : bytes).toString('latin1');
  };
  const fonts = new Map<string, ReadonlyMap<number, string>>();
  for (const [, body] of objects) {
    for (const [, name, id] of body.toString('latin1').matchAll(/\/(F\d+) (\d+) 0 R/g)) {
      const font = objects.get(Number(id))?.toString('latin1') ?? '';
      const unicode = /\/ToUnicode (\d+) 0 R/.exec(font)?.[1];
      if (name !== undefined && unicode !== undefined)
        fonts.set(name, unicodeOf(streamOf(objects.get(Number(unicode)))));
    }
  }
  const contents = [...objects.values()].map(streamOf).filter((stream) => stream.includes(' Tf'));
  return contents.map((stream) => drawn(stream, fonts)).join('\n');
}

function unicodeOf(cmap: string): ReadonlyMap<number, string> {
  const entries = new Map<number, string>();
  const decode = (hex: string) =>
    String.fromCharCode(...(hex.match(/.{4}/g) ?? []).map((unit) => Number.parseInt(unit, 16)));
  for (const [, from, , list] of cmap.matchAll(/<([0-9a-f]+)> <([0-9a-f]+)> \[([^\]]*)\]/gi)) {
    const codes = [...(list ?? '').matchAll(/<([0-9a-f ]*)>/gi)].map((match) => (match[1] ?? '').replaceAll(' ', ''));
    for (const [index, hex] of codes.entries()) entries.set(Number.parseInt(from ?? '0', 16) + index, decode(hex));
  }
  return entries;
}

function drawn(stream: string, fonts: ReadonlyMap<string, ReadonlyMap<number, string>>): string {
  let font: ReadonlyMap<number, string> = new Map();
  const words: string[] = [];
  for (const match of stream.matchAll(/\/(F\d+) [\d.]+ Tf|\[([^\]]*)\] TJ/g)) {
    if (match[1] !== undefined) font = fonts.get(match[1]) ?? new Map();
    const codes = [...(match[2] ?? '').matchAll(/<([0-9a-f]+)>/gi)].flatMap(
      (hex) => (hex[1] ?? '').match(/.{4}/g) ?? [],
    );
    words.push(codes.map((code) => font.get(Number.parseInt(code, 16)) ?? '').join(''));
  }
  return words.join('');
}

const squeezed = (text: string) => text.replaceAll(/[\s\u3000]/g, '');

test('an invoice says what a qualified invoice must say', async () => {
  const document = invoice([line(), line({ taxRate: '8', taxCategory: 'reduced', month: '2026-10' })]);
  const text = squeezed(textOf(await invoicePdf(document)));
  for (const said of [
    '請求書',
    'INV-2026-000001',
    '2026年11月2日',
    '2026年10月分',
    '髙﨑㈱〒①物流御中',
    '登録番号T8010001095209',
    '株式会社つかさサービス',
    '10%対象¥6,000',
    '消費税（10%）¥600',
    '8%対象（軽減税率）¥6,000',
    '消費税（8%）¥480',
    '合計（税込）¥13,080',
    'お支払期限2026年12月31日',
    'つかさ銀行',
    '契約TK-000123',
    '1/1ページ',
  ])
    assert.ok(text.includes(squeezed(said)), `${said} in ${text}`);
});

test('a credit note names the invoice that it takes back', async () => {
  const original = invoice([line(), line({ quantity: 2 })]);
  const text = squeezed(textOf(await invoicePdf(creditNote(original, original.lines.slice(0, 1)))));
  for (const said of ['適格返還請求書', '対象の請求書INV-2026-000001', '-¥6,600', '-6,000'])
    assert.ok(text.includes(said), said);
  assert.ok(!text.includes('お支払期限'));
});

test('many lines go over several pages, each with the head of the table and its number', async () => {
  const name = `株式会社${'とても長い名前の持株会社'.repeat(12)}`;
  const long = invoice(
    Array.from({ length: 120 }, () => line({ description: { ja: name, en: name } })),
    { recipient: { ...RECIPIENT, name } },
  );
  const text = squeezed(textOf(await invoicePdf(long)));
  const pages = Number(/1\/(\d+)ページ/.exec(text)?.[1]);
  assert.ok(pages > 5, String(pages));
  assert.ok(text.includes(`${pages}/${pages}ページ`));
  assert.ok(text.split('金額（税抜）').length - 1 >= pages - 1);
  assert.equal(text.split(squeezed(name)).length - 1, 121, 'nothing of a long name is lost');
});

test('both fonts are embedded, as far as they are used', async () => {
  const pdf = await invoicePdf(invoice([line()]));
  const text = pdf.toString('latin1');
  assert.equal([...text.matchAll(/\/FontFile2 /g)].length, 2);
  assert.ok(pdf.length < 200_000, String(pdf.length));
});

test('the same document gives the same bytes', async () => {
  const document = invoice([line()]);
  const [one, other] = [await invoicePdf(document), await invoicePdf(document)];
  assert.ok(one.equals(other));
});

test('every character is printed, or shown to be missing', () => {
  assert.equal(printable('髙﨑①㈱〒'), '髙﨑①㈱〒');
  assert.equal(printable('a😀한b'), 'a〓〓b');
  assert.equal(printable('一\n二\u0000\u200b三'), '一 二 三');
});

test('any document can be printed', async () => {
  await fc.assert(
    fc.asyncProperty(anyDocument, async (document) => {
      const pdf = await invoicePdf(document);
      assert.ok(pdf.subarray(0, 5).toString() === '%PDF-' && pdf.length > 10_000);
    }),
    { numRuns: 15 },
  );
});
