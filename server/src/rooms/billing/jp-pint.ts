import { DomainError } from '../../base/errors.ts';
import { firstDay, lastDay } from './days.ts';
import type { Document, Line, Party } from './model.ts';
import type { TaxCategory } from './money.ts';
import { type Element, element, xmlDocument } from './xml.ts';

/**
 * JP PINT 1.1 (Peppol, Japan) on UBL 2.1. Its document type is always 380: what is given back is an invoice with negative
 * quantities that names the one before (aligned-ibrp-cl-02-jp).
 */
const CUSTOMIZATION = 'urn:peppol:pint:billing-1@jp-1';
const PROFILE = 'urn:peppol:bis:billing';
const UBL = 'urn:oasis:names:specification:ubl:schema:xsd';
const CURRENCY = 'JPY';
/** UN/ECE Recommendation 20: one. */
const UNIT = 'C62';
/** UNCL 4461: credit transfer. */
const CREDIT_TRANSFER = '30';

/** UNCL 5305 in Japan: standard rate, reduced rate. */
const CATEGORY: Readonly<Record<TaxCategory, string>> = { standard: 'S', reduced: 'AA' };

/** Electronic address schemes: ISO 6523 numbers that Peppol takes in JP PINT 1.1. */
const SCHEMES = new Set(
  `0002 0007 0009 0037 0060 0088 0096 0097 0106 0130 0135 0142 0151 0154 0158 0177 0183 0184 0188 0190 0191 0192 0193 0195
  0196 0198 0199 0200 0201 0202 0204 0208 0209 0210 0211 0212 0213 0215 0216 0218 0221 0230 0235 0240 0244 9910 9913 9914
  9915 9918 9919 9920 9922 9923 9924 9925 9926 9927 9928 9929 9930 9931 9932 9933 9934 9935 9936 9937 9938 9939 9940 9941
  9942 9943 9944 9945 9946 9947 9948 9949 9950 9951 9952 9953 9957 9959`.split(/\s+/),
);
/** The corporate number (法人番号), and the registration number of an issuer of qualified invoices. */
const [CORPORATE_NUMBER, REGISTRATION_NUMBER] = ['0188', '0221'];

type Children = readonly (Element | undefined)[];
const cbc = (name: string, content: string | number | undefined, attributes?: Readonly<Record<string, string>>) =>
  element(`cbc:${name}`, content, attributes);
const cac = (name: string, children: Children) => element(`cac:${name}`, children);
const yen = (name: string, amount: number) => cbc(name, amount, { currencyID: CURRENCY });

/**
 * The document as JP PINT. Throws `precondition_failed` where the specification needs what the document does not say: an
 * electronic address of both sides (`billing.no_electronic_address`), in a scheme of Peppol's list.
 */
export function jpPint(document: Document): string {
  const { number, issuedOn, dueOn, issuer, recipient, credits } = document;
  const root = element(
    'Invoice',
    [
      cbc('CustomizationID', CUSTOMIZATION),
      cbc('ProfileID', PROFILE),
      cbc('ID', number),
      cbc('IssueDate', issuedOn),
      cbc('DueDate', dueOn ?? undefined),
      cbc('InvoiceTypeCode', '380'),
      cbc('DocumentCurrencyCode', CURRENCY),
      periodOf([document.month, ...document.lines.map(({ month }) => month)]),
      credits === null
        ? undefined
        : cac('BillingReference', [
            cac('InvoiceDocumentReference', [cbc('ID', credits.number), cbc('IssueDate', credits.issuedOn)]),
          ]),
      cac('AccountingSupplierParty', [partyOf(issuer, 'issuer')]),
      cac('AccountingCustomerParty', [partyOf(recipient, 'recipient')]),
      ...payment(document),
      taxTotal(document),
      cac('LegalMonetaryTotal', [
        yen('LineExtensionAmount', document.net),
        yen('TaxExclusiveAmount', document.net),
        yen('TaxInclusiveAmount', document.total),
        yen('PayableAmount', document.total),
      ]),
      ...document.lines.map(lineOf),
    ],
    {
      xmlns: `${UBL}:Invoice-2`,
      'xmlns:cac': `${UBL}:CommonAggregateComponents-2`,
      'xmlns:cbc': `${UBL}:CommonBasicComponents-2`,
    },
  );
  if (root === undefined) throw new Error('an invoice without content');
  return xmlDocument(root);
}

/** From the first to the last day of all these months. */
function periodOf(months: readonly string[]): Element | undefined {
  const sorted = [...months].sort();
  const [from, to] = [sorted.at(0), sorted.at(-1)].map((month) => month && Temporal.PlainYearMonth.from(month));
  if (!from || !to) return undefined;
  return cac('InvoicePeriod', [cbc('StartDate', firstDay(from).toString()), cbc('EndDate', lastDay(to).toString())]);
}

function partyOf(party: Party, who: 'issuer' | 'recipient'): Element | undefined {
  const [scheme = '', id] = addressOf(party, who).split(':', 2);
  const { name, department, postalCode, address, registrationNumber, corporateNumber, phone, email } = party;
  return cac('Party', [
    cbc('EndpointID', id, { schemeID: scheme }),
    cac('PostalAddress', [
      cbc('StreetName', oneLine(address)),
      cbc('PostalZone', postalCode),
      cac('Country', [cbc('IdentificationCode', 'JP')]),
    ]),
    registrationNumber === '' ? undefined : cac('PartyTaxScheme', [cbc('CompanyID', registrationNumber), taxScheme()]),
    cac('PartyLegalEntity', [
      cbc('RegistrationName', oneLine(name)),
      cbc('CompanyID', corporateNumber, { schemeID: CORPORATE_NUMBER }),
    ]),
    cac('Contact', [cbc('Name', oneLine(department)), cbc('Telephone', phone), cbc('ElectronicMail', email)]),
  ]);
}

/** As set, or the number that everybody in Japan can look up. */
function addressOf(party: Party, who: 'issuer' | 'recipient'): string {
  const { peppolId, registrationNumber, corporateNumber } = party;
  const fallback = corporateNumber === '' ? '' : `${CORPORATE_NUMBER}:${corporateNumber}`;
  const address = peppolId || (registrationNumber === '' ? fallback : `${REGISTRATION_NUMBER}:${registrationNumber}`);
  if (SCHEMES.has(address.slice(0, 4))) return address;
  throw new DomainError('precondition_failed', 'JP PINT needs an electronic address of both sides', {
    reason: 'billing.no_electronic_address',
    params: { who },
  });
}

function payment({ kind, bankAccount, dueOn, total }: Document): Children {
  if (kind === 'credit_note') return [];
  const account = oneLine(bankAccount);
  return [
    cac('PaymentMeans', [cbc('PaymentMeansCode', CREDIT_TRANSFER), cac('PayeeFinancialAccount', [cbc('ID', account)])]),
    cac('PaymentTerms', [cbc('Note', `お支払期限 ${dueOn ?? ''} ご請求金額 ${total}円`)]),
  ];
}

function taxTotal({ tax, taxTotals }: Document): Element | undefined {
  return cac('TaxTotal', [
    yen('TaxAmount', tax),
    ...taxTotals.map((total) =>
      cac('TaxSubtotal', [
        yen('TaxableAmount', total.taxable),
        yen('TaxAmount', total.tax),
        cac('TaxCategory', taxCategory(total)),
      ]),
    ),
  ]);
}

function taxCategory(taxed: { readonly taxCategory: TaxCategory; readonly taxRate: string }): Children {
  return [cbc('ID', CATEGORY[taxed.taxCategory]), cbc('Percent', taxed.taxRate), taxScheme()];
}

/** UNECE 5153: VAT, which stands for the consumption tax. */
function taxScheme(): Element | undefined {
  return cac('TaxScheme', [cbc('ID', 'VAT')]);
}

function lineOf(line: Line, index: number): Element | undefined {
  return cac('InvoiceLine', [
    cbc('ID', index + 1),
    cbc('InvoicedQuantity', line.quantity, { unitCode: UNIT }),
    yen('LineExtensionAmount', line.amount),
    periodOf([line.month]),
    cac('Item', [
      cbc('Name', oneLine(line.description.ja)),
      line.contractNumber === null ? undefined : cac('SellersItemIdentification', [cbc('ID', line.contractNumber)]),
      cac('ClassifiedTaxCategory', taxCategory(line)),
    ]),
    cac('Price', [yen('PriceAmount', line.unitAmount)]),
  ]);
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/gu, ' ');
}
