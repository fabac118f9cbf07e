/**
 * Our own reading of the rules of JP PINT 1.1.2 (shared PINT rules `ibr-…`, those of Japan `aligned-…`), as far as an invoice
 * of ours can break them; independent of how the document is written. It parses the XML itself and knows no builder.
 */
export type Node = {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Node[];
  readonly text: string;
};

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const TOKEN = /<\?xml[^?]*\?>|<\/([\w:]+)\s*>|<([\w:]+)((?:\s+[\w:]+="[^"<]*")*)\s*(\/?)>|([^<]+)/y;

/** A strict parser of the XML that invoices are: elements, attributes, text; throws at anything else. */
export function parseXml(xml: string): Node {
  const stack: { name: string; attributes: Record<string, string>; children: Node[]; text: string }[] = [
    { name: '', attributes: {}, children: [], text: '' },
  ];
  const pattern = new RegExp(TOKEN);
  while (pattern.lastIndex < xml.length) {
    const at = pattern.lastIndex;
    const match = pattern.exec(xml);
    if (!match) throw new Error(`not XML at ${at}`);
    const [, closed, opened, attributes = '', empty, text] = match;
    const top = stack.at(-1);
    if (top === undefined) throw new Error('nothing is open');
    if (text !== undefined) top.text += decoded(text);
    else if (opened !== undefined) {
      const pairs = [...attributes.matchAll(/([\w:]+)="([^"]*)"/g)].map((pair) => [pair[1] ?? '', decoded(pair[2] ?? '')]);
      stack.push({ name: opened, attributes: Object.fromEntries(pairs), children: [], text: '' });
      if (empty === '/') close(stack, opened);
    } else if (closed !== undefined) close(stack, closed);
  }
  const [root] = stack;
  const [document, ...others] = root?.children ?? [];
  if (stack.length !== 1 || document === undefined || others.length > 0) throw new Error('not one element');
  return document;
}

function close(stack: { name: string; attributes: Record<string, string>; children: Node[]; text: string }[], name: string) {
  const done = stack.pop();
  const parent = stack.at(-1);
  if (done?.name !== name || parent === undefined) throw new Error(`${name} closes what is not open`);
  const text = done.children.length > 0 ? '' : done.text;
  if (done.children.length > 0 && done.text.trim() !== '') throw new Error(`text between the children of ${name}`);
  parent.children.push({ ...done, text });
}

function decoded(text: string): string {
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(text)) throw new Error('a character that XML forbids');
  return text.replaceAll(/&(?:#(\d+)|(\w+));|&/g, (_, code: string | undefined, name: string | undefined) => {
    const char = code !== undefined ? String.fromCodePoint(Number(code)) : ENTITIES[name ?? ''];
    if (char === undefined) throw new Error('an entity that XML does not know');
    return char;
  });
}

const local = (node: Node) => node.name.replace(/^\w+:/, '');

function all(node: Node, ...path: readonly string[]): readonly Node[] {
  const [first, ...rest] = path;
  if (first === undefined) return [node];
  return node.children.filter((child) => local(child) === first).flatMap((child) => all(child, ...rest));
}

/** The text of the first element at a path of local names. */
export function textAt(node: Node, ...path: readonly string[]): string | undefined {
  return all(node, ...path)[0]?.text;
}

function everything(node: Node): readonly Node[] {
  return [node, ...node.children.flatMap(everything)];
}

const number = (text: string | undefined) => Number(text ?? 'NaN');
const sum = (nodes: readonly Node[]) => nodes.reduce((total, node) => total + number(node.text), 0);
const isDay = (text: string) => {
  try {
    return Temporal.PlainDate.from(text, { overflow: 'reject' }).toString() === text;
  } catch {
    return false;
  }
};

const SCHEMES =
  '0002 0007 0009 0037 0060 0088 0096 0097 0106 0130 0135 0142 0151 0183 0184 0188 0190 0191 0192 0193 0195 0196 0198 0199 0200 0201 0202 0204 0208 0209 0210 0211 0212 0213 0215 0216 0218 0221 0230 0235'.split(
    ' ',
  );

type Rule = (invoice: Node) => boolean;

const RULES: Readonly<Record<string, Rule>> = {
  'aligned-ibrp-001-jp': (i) => (textAt(i, 'CustomizationID') ?? '').startsWith('urn:peppol:pint:billing-1@jp-1'),
  'aligned-ibrp-002-jp': (i) => textAt(i, 'ProfileID') === 'urn:peppol:bis:billing',
  'aligned-ibrp-cl-02-jp': (i) => textAt(i, 'InvoiceTypeCode') === '380',
  'ibr-002': (i) => (textAt(i, 'ID') ?? '').trim() !== '',
  'ibr-003': (i) => textAt(i, 'IssueDate') !== undefined,
  'ibr-005': (i) => textAt(i, 'DocumentCurrencyCode') === 'JPY',
  'ibr-006': (i) => (textAt(i, ...SELLER, 'PartyLegalEntity', 'RegistrationName') ?? '').trim() !== '',
  'ibr-007': (i) => (textAt(i, ...BUYER, 'PartyLegalEntity', 'RegistrationName') ?? '').trim() !== '',
  'ibr-009': (i) => textAt(i, ...SELLER, 'PostalAddress', 'Country', 'IdentificationCode') === 'JP',
  'ibr-011': (i) => textAt(i, ...BUYER, 'PostalAddress', 'Country', 'IdentificationCode') === 'JP',
  'ibr-016': (i) => all(i, 'InvoiceLine').length > 0,
  'ibr-062': (i) => all(i, ...SELLER, 'EndpointID').every((node) => node.attributes['schemeID'] !== undefined),
  'ibr-080': (i) => all(i, ...BUYER, 'EndpointID').length === 1,
  'ibr-081': (i) => all(i, ...SELLER, 'EndpointID').length === 1,
  'ibr-cl-25': (i) =>
    everything(i)
      .filter((node) => local(node) === 'EndpointID')
      .every((node) => SCHEMES.includes(node.attributes['schemeID'] ?? '')),
  'aligned-ibrp-052': (i) => everything(i).some((node) => local(node) === 'InvoicePeriod'),
  'ibr-097': (i) => all(i, 'InvoicePeriod').length <= 1,
  'ibr-073': (i) =>
    everything(i)
      .filter((node) => /Date$/.test(local(node)))
      .every((node) => isDay(node.text)),
  'ibr-079': (i) => everything(i).every((node) => node.children.length > 0 || node.text.trim() !== ''),
  'ibr-126': (i) =>
    everything(i)
      .flatMap((node) => node.attributes['currencyID'] ?? [])
      .every((currency) => currency === 'JPY'),
  'aligned-ibr-jp-04': (i) => textAt(i, ...SELLER, 'PartyTaxScheme', 'CompanyID') !== undefined,
  'aligned-ibr-jp-01': (i) => {
    const days = everything(i).filter((node) => ['StartDate', 'EndDate'].includes(local(node)));
    const qualified = days.some(({ text }) => text >= '2023-10-01');
    return !qualified || /^T[0-9]{13}$/.test(textAt(i, ...SELLER, 'PartyTaxScheme', 'CompanyID') ?? '');
  },
  'aligned-ibr-jp-03': (i) =>
    everything(i)
      .filter((node) => local(node) === 'TaxScheme')
      .every((node) => textAt(node, 'ID') === 'VAT'),
  'aligned-ibrp-cl-01-jp': (i) => taxCategories(i).every((node) => ['AA', 'E', 'S', 'G', 'O'].includes(textAt(node, 'ID') ?? '')),
  'aligned-ibrp-050-jp': (i) =>
    all(i, 'InvoiceLine').every((line) =>
      ['ID', 'Percent'].every((name) => textAt(line, 'Item', 'ClassifiedTaxCategory', name) !== undefined),
    ),
  'aligned-ibrp-053-jp': (i) => all(i, 'TaxTotal', 'TaxAmount').length <= 1,
  'aligned-ibr-jp-06': (i) =>
    everything(i)
      .filter((node) => local(node) === 'TaxAmount')
      .every((node) => /^-?\d+$/.test(node.text)),
  'aligned-ibrp-051-jp': (i) =>
    all(i, 'TaxTotal', 'TaxSubtotal').every((node) => {
      const exact = (number(textAt(node, 'TaxableAmount')) * number(textAt(node, 'TaxCategory', 'Percent'))) / 100;
      const tax = number(textAt(node, 'TaxAmount'));
      return tax >= Math.floor(exact) && tax <= Math.ceil(exact);
    }),
  'ibr-co-14': (i) => number(textAt(i, 'TaxTotal', 'TaxAmount')) === sum(all(i, 'TaxTotal', 'TaxSubtotal', 'TaxAmount')),
  'ibr-co-10': (i) => total(i, 'LineExtensionAmount') === sum(all(i, 'InvoiceLine', 'LineExtensionAmount')),
  'ibr-co-13': (i) => total(i, 'TaxExclusiveAmount') === total(i, 'LineExtensionAmount'),
  'ibr-co-15': (i) => total(i, 'TaxInclusiveAmount') === total(i, 'TaxExclusiveAmount') + number(textAt(i, 'TaxTotal', 'TaxAmount')),
  'ibr-co-16': (i) => total(i, 'PayableAmount') === total(i, 'TaxInclusiveAmount'),
  // A sum for every rate that a line has, over just those lines.
  'tax-breakdown': (i) => {
    const rate = (node: Node | undefined) => node && `${textAt(node, 'ID')} ${textAt(node, 'Percent')}`;
    const lines = Map.groupBy(all(i, 'InvoiceLine'), (line) => rate(all(line, 'Item', 'ClassifiedTaxCategory')[0]));
    const totals = all(i, 'TaxTotal', 'TaxSubtotal');
    return (
      totals.length === lines.size &&
      totals.every((node) => {
        const own = lines.get(rate(all(node, 'TaxCategory')[0])) ?? [];
        return number(textAt(node, 'TaxableAmount')) === sum(own.flatMap((line) => all(line, 'LineExtensionAmount')));
      })
    );
  },
  'ibr-021': (i) => {
    const ids = all(i, 'InvoiceLine', 'ID').map(({ text }) => text);
    return new Set(ids).size === all(i, 'InvoiceLine').length;
  },
  'ibr-023': (i) => all(i, 'InvoiceLine', 'InvoicedQuantity').every((node) => node.attributes['unitCode'] === 'C62'),
  'ibr-025': (i) => all(i, 'InvoiceLine').every((line) => (textAt(line, 'Item', 'Name') ?? '').trim() !== ''),
  'ibr-027': (i) => all(i, 'InvoiceLine').every((line) => number(textAt(line, 'Price', 'PriceAmount')) >= 0),
  'line-amount': (i) =>
    all(i, 'InvoiceLine').every(
      (line) =>
        number(textAt(line, 'LineExtensionAmount')) ===
        number(textAt(line, 'InvoicedQuantity')) * number(textAt(line, 'Price', 'PriceAmount')),
    ),
  'ibr-085': (i) =>
    all(i, 'InvoiceLine', 'InvoicePeriod', 'StartDate').every(({ text }) => text >= (textAt(i, 'InvoicePeriod', 'StartDate') ?? '')),
  'ibr-086': (i) =>
    all(i, 'InvoiceLine', 'InvoicePeriod', 'EndDate').every(({ text }) => text <= (textAt(i, 'InvoicePeriod', 'EndDate') ?? '')),
  'ibr-049': (i) => all(i, 'PaymentMeans').every((node) => textAt(node, 'PaymentMeansCode') !== undefined),
  'ibr-055': (i) => all(i, 'BillingReference').every((node) => textAt(node, 'InvoiceDocumentReference', 'ID') !== undefined),
  // UBL 2.1: children of the invoice in this order.
  'ubl-order': (i) => {
    const places = i.children.map((child) => ORDER.indexOf(local(child)));
    return places.every((place, index) => place >= 0 && place >= (places[index - 1] ?? 0));
  },
};

const SELLER = ['AccountingSupplierParty', 'Party'];
const BUYER = ['AccountingCustomerParty', 'Party'];
const ORDER = [
  'CustomizationID',
  'ProfileID',
  'ID',
  'IssueDate',
  'DueDate',
  'InvoiceTypeCode',
  'Note',
  'DocumentCurrencyCode',
  'InvoicePeriod',
  'BillingReference',
  'AccountingSupplierParty',
  'AccountingCustomerParty',
  'PaymentMeans',
  'PaymentTerms',
  'TaxTotal',
  'LegalMonetaryTotal',
  'InvoiceLine',
];
const total = (invoice: Node, name: string) => number(textAt(invoice, 'LegalMonetaryTotal', name));
const taxCategories = (invoice: Node) =>
  everything(invoice).filter((node) => ['TaxCategory', 'ClassifiedTaxCategory'].includes(local(node)));

/** The rules that a document breaks, by their names in the specification; none when it is right. */
export function checkJpPint(xml: string): string[] {
  let invoice: Node;
  try {
    invoice = parseXml(xml);
  } catch (error) {
    return [`well-formed ${error instanceof Error ? error.message : ''}`];
  }
  return Object.entries(RULES).flatMap(([name, rule]) => (rule(invoice) ? [] : [name]));
}
