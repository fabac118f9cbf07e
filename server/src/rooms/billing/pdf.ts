import { fileURLToPath } from 'node:url';
import PDFDocument from 'pdfkit';
import type { Document } from './model.ts';
import { drawHeader, drawLines, drawTotals, MARGIN, PAGE, type Sheet } from './pdf-parts.ts';
import { printable } from './pdf-text.ts';

const FONTS = '@expo-google-fonts/noto-sans-jp';
const REGULAR = fileURLToPath(import.meta.resolve(`${FONTS}/400Regular/NotoSansJP_400Regular.ttf`));
const BOLD = fileURLToPath(import.meta.resolve(`${FONTS}/700Bold/NotoSansJP_700Bold.ttf`));

/**
 * The document as PDF, A4, with its fonts in it (only the glyphs used). The same document gives the same bytes: its dates
 * are those of the issue. A character that the font lacks is printed as 〓.
 */
export async function invoicePdf(document: Document): Promise<Buffer> {
  const issued = new Date(`${document.issuedOn}T00:00:00Z`); // the library's border
  const doc = new PDFDocument({
    size: 'A4',
    margin: 0,
    bufferPages: true,
    lang: 'ja',
    info: {
      Title: `${titleOf(document)} ${document.number}`,
      Author: printable(document.issuer.name),
      Creator: 'Tsukasa',
      Producer: 'Tsukasa',
      CreationDate: issued,
      ModDate: issued,
    },
  });
  const bytes = collect(doc);
  doc.registerFont('regular', REGULAR).registerFont('bold', BOLD);
  const sheet: Sheet = { doc, y: MARGIN };
  drawHeader(sheet, document, titleOf(document));
  drawLines(sheet, document);
  drawTotals(sheet, document);
  numberPages(sheet, document);
  doc.end();
  return bytes;
}

function titleOf({ kind }: Document): string {
  return kind === 'invoice' ? '請求書' : '適格返還請求書';
}

function collect(doc: PDFKit.PDFDocument): Promise<Buffer> {
  const chunks: Buffer[] = [];
  return new Promise((resolve, reject) => {
    doc.on('data', (chunk: Buffer) => chunks.push(chunk));
    doc.on('end', () => resolve(Buffer.concat(chunks)));
    doc.on('error', reject);
  });
}

function numberPages({ doc }: Sheet, { number }: Document): void {
  const { start, count } = doc.bufferedPageRange();
  for (let page = start; page < start + count; page += 1) {
    doc.switchToPage(page);
    const text = `${number}　${page + 1} / ${count} ページ`;
    doc.font('regular').fontSize(8).fillColor('#555555');
    doc.text(text, MARGIN, PAGE.height - 34, { width: PAGE.width - 2 * MARGIN, align: 'center', lineBreak: false });
  }
}
