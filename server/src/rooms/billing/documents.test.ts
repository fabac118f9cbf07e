import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { invoiceCsv } from './csv.ts';
import { jpPint } from './jp-pint.ts';
import { anyDocument, creditNote, ISSUER, invoice, line, RECIPIENT } from './testdata/documents.ts';
import { checkJpPint, parseXml, textAt } from './testdata/jp-pint-rules.ts';

test('every document that the model can produce follows the rules of JP PINT', () => {
  fc.assert(
    fc.property(anyDocument, (document) => assert.deepEqual(checkJpPint(jpPint(document)), [])),
    { numRuns: 300 },
  );
});

test('the checker sees what is wrong', () => {
  const good = jpPint(invoice([line(), line({ taxRate: '8', taxCategory: 'reduced' })]));
  const wrong = (from: string | RegExp, to: string) =>
    checkJpPint(good.replace(from, to)).map((found) => found.split(' ')[0]);
  for (const [rule, from, to] of [
    ['aligned-ibrp-001-jp', 'billing-1@jp-1', 'billing-1@au-1'],
    ['aligned-ibrp-002-jp', 'urn:peppol:bis:billing', 'x'],
    ['aligned-ibrp-cl-02-jp', '>380<', '>381<'],
    ['aligned-ibr-jp-01', /T8010001095209<\/cbc:CompanyID>/, '8010001095209</cbc:CompanyID>'],
    ['aligned-ibrp-cl-01-jp', '<cbc:ID>AA<', '<cbc:ID>Z<'],
    ['aligned-ibr-jp-06', '>600</cbc:TaxAmount>', '>600.0</cbc:TaxAmount>'],
    ['aligned-ibrp-051-jp', '>600</cbc:TaxAmount>', '>602</cbc:TaxAmount>'],
    ['ibr-co-14', '>1080</cbc:TaxAmount>', '>1081</cbc:TaxAmount>'],
    ['ibr-co-10', /12000<\/cbc:LineExtensionAmount/, '12001</cbc:LineExtensionAmount'],
    ['ibr-co-15', '>13080</cbc:TaxInclusiveAmount>', '>13081</cbc:TaxInclusiveAmount>'],
    ['ibr-co-16', '>13080</cbc:PayableAmount>', '>13081</cbc:PayableAmount>'],
    ['ibr-027', /150<\/cbc:PriceAmount>/, '-150</cbc:PriceAmount>'],
    ['ibr-073', '2026-11-02<', '2026-11-31<'],
    ['ibr-079', '<cbc:ProfileID>', '<cbc:Note></cbc:Note><cbc:ProfileID>'],
    ['ibr-080', /<cbc:EndpointID schemeID="0188">.*\n/, ''],
    ['ibr-126', 'currencyID="JPY"', 'currencyID="USD"'],
    ['ibr-cl-25', 'schemeID="0188"', 'schemeID="0001"'],
    [
      'ibr-097',
      '<cac:AccountingSupplierParty>',
      '<cac:InvoicePeriod><cbc:StartDate>2026-10-01</cbc:StartDate></cac:InvoicePeriod><cac:AccountingSupplierParty>',
    ],
    ['well-formed', '</Invoice>', '</Invoices>'],
  ] as const)
    assert.ok(wrong(from, to).includes(rule), `${rule} in ${wrong(from, to).join(', ')}`);
});

test('hostile names stay text', () => {
  const name = `</cbc:RegistrationName><x a="1">&amp;<![CDATA[ ]]>'\u0000\ud800`;
  const xml = jpPint(invoice([line({ description: { ja: name, en: name } })], { recipient: { ...RECIPIENT, name } }));
  const buyer = ['AccountingCustomerParty', 'Party', 'PartyLegalEntity', 'RegistrationName'];
  assert.equal(textAt(parseXml(xml), ...buyer), name.replace('\u0000', '\ufffd').replace('\ud800', '\ufffd'));
});

test('without an electronic address of both sides there is no JP PINT', () => {
  const bare = { ...RECIPIENT, corporateNumber: '', peppolId: '' };
  assert.throws(() => jpPint(invoice([line()], { recipient: bare })), { reason: 'billing.no_electronic_address' });
  const own = { ...RECIPIENT, peppolId: '9999:x' };
  assert.throws(() => jpPint(invoice([line()], { recipient: own })), { reason: 'billing.no_electronic_address' });
  const issuer = { ...ISSUER, peppolId: '0188:8010001095209' };
  assert.match(jpPint(invoice([line()], { issuer })), /<cbc:EndpointID schemeID="0188">8010001095209</);
});

test('a credit note is a negative invoice that names the one before', () => {
  const original = invoice([line(), line({ taxRate: '8', taxCategory: 'reduced' })]);
  const xml = parseXml(jpPint(creditNote(original, original.lines)));
  assert.equal(textAt(xml, 'InvoiceTypeCode'), '380');
  assert.equal(textAt(xml, 'BillingReference', 'InvoiceDocumentReference', 'ID'), 'INV-2026-000001');
  assert.equal(textAt(xml, 'InvoiceLine', 'InvoicedQuantity'), '-40');
  assert.equal(textAt(xml, 'InvoiceLine', 'Price', 'PriceAmount'), '150');
  assert.equal(textAt(xml, 'LegalMonetaryTotal', 'PayableAmount'), '-13080');
});

test('CSV: a mark for spreadsheets, a row for each line, and tax so that the amounts add up', () => {
  const csv = invoiceCsv(invoice([line(), line({ quantity: 2 })]), 'ja');
  assert.ok(csv.startsWith('\uFEFF番号,'));
  const rows = csv
    .trimEnd()
    .split('\r\n')
    .map((row) => row.split(','));
  assert.equal(rows.length, 4);
  assert.deepEqual(
    rows.slice(1).map((row) => Number(row[8])),
    [6000, 300, 630],
  );
});

test('CSV: no text becomes a formula or a second cell', () => {
  for (const name of ['=1+1', '+1', '-1', '@x', ' =1', '\t=1', '＝1', '"a",b', 'a\nb', '=HYPERLINK("http://x","y")']) {
    const csv = invoiceCsv(invoice([line({ description: { ja: name, en: name } })]), 'ja');
    const cell = /TK-000123,("(?:[^"]|"")*"|[^,]*),40,150,/s.exec(csv)?.[1];
    assert.ok(cell !== undefined, csv);
    const content = cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell;
    assert.ok(!/^[\s]*[=+\-@＝＋－＠]/.test(content), content);
    assert.equal(content.replace(/^'/, ''), name);
  }
});
