/** Every page of the console, by where it stands; the accessibility tests and the screenshots go through all of them. */
export type Place = { readonly name: string; readonly path: string };

/** Before anybody has signed in; `setup` needs the fragment of a one-time link. */
export function outsidePages(setupCode: string): readonly Place[] {
  return [
    { name: 'sign-in', path: '/sign-in' },
    { name: 'setup', path: `/setup#code=${setupCode}` },
    { name: 'setup-used', path: '/setup#code=unknown' },
  ];
}

export const PROVIDER_PAGES: readonly Place[] = [
  { name: 'provider', path: '/provider' },
  { name: 'provider-staff', path: '/provider/staff' },
  { name: 'provider-api-tokens', path: '/provider/api-tokens' },
  { name: 'provider-android', path: '/provider/android' },
  { name: 'provider-safety', path: '/provider/safety' },
  { name: 'provider-audit', path: '/provider/audit' },
  { name: 'account', path: '/account' },
  { name: 'not-found', path: '/no/such/page' },
];

export const DEVICE_TABS = [
  'overview',
  'actions',
  'apps',
  'profiles',
  'certificates',
  'history',
  'identities',
  'raw',
] as const;

export function contractorPages(contractorId: string, deviceId: string): readonly Place[] {
  const base = `/c/${contractorId}`;
  return [
    { name: 'dashboard', path: base },
    { name: 'devices', path: `${base}/devices` },
    { name: 'devices-filtered', path: `${base}/devices?q=iPhone&state=managed&usageMode=company-owned` },
    { name: 'devices-empty', path: `${base}/devices?q=nothing-is-called-so` },
    ...DEVICE_TABS.map((tab) => ({ name: `device-${tab}`, path: `${base}/devices/${deviceId}?tab=${tab}` })),
    { name: 'actions', path: `${base}/actions` },
    { name: 'bulk-actions', path: `${base}/bulk-actions` },
    { name: 'pending', path: `${base}/pending` },
    { name: 'enrollment', path: `${base}/enrollment` },
    { name: 'persons', path: `${base}/persons` },
    { name: 'groups', path: `${base}/persons?tab=groups` },
    { name: 'events', path: `${base}/events?show=all` },
    { name: 'members', path: `${base}/members` },
    { name: 'api-tokens', path: `${base}/api-tokens` },
    { name: 'push-certificate', path: `${base}/push-certificate` },
    { name: 'android', path: `${base}/android` },
    { name: 'audit', path: `${base}/audit` },
    { name: 'settings', path: `${base}/settings` },
  ];
}

/** What the pages of contracts and billing are about; what there is none of has no pages. */
export type ContractPlaces = {
  readonly contractorId: string;
  readonly contractId: string;
  readonly application?: { readonly contractorId: string; readonly applicationId: string };
  readonly invoice?: { readonly contractorId: string; readonly invoiceId: string; readonly month: string };
  /** The day of a drafted revision of the terms. */
  readonly draft?: string;
  /** The next month to close. */
  readonly month?: string;
};
const CATALOGUE_TABS = ['items', 'kinds', 'options', 'supportedOs', 'usageModes', 'licences', 'checklist'] as const;

/** Contracts and billing, as the contractor sees them and as the provider's staff do. */
export function contractPages(places: ContractPlaces): readonly Place[] {
  const { contractorId, contractId, application, invoice, draft, month } = places;
  const base = `/c/${contractorId}`;
  const customer = `/provider/customers/${contractorId}`;
  const pages: (Place | undefined)[] = [
    { name: 'contract-overview', path: `${base}/contract` },
    { name: 'contract-apply', path: `${base}/contract/apply` },
    { name: 'contract-apply-options', path: `${base}/contract/apply?contractId=${contractId}` },
    { name: 'contract', path: `${base}/contract/${contractId}` },
    { name: 'invoices', path: `${base}/invoices` },
    { name: 'statement', path: `${base}/invoices?tab=statement` },
    { name: 'book', path: '/provider/contracts' },
    { name: 'book-empty', path: '/provider/contracts?q=nothing-is-called-so' },
    { name: 'provider-contract', path: `/provider/contracts/${contractorId}/${contractId}` },
    { name: 'provider-contract-then', path: `/provider/contracts/${contractorId}/${contractId}?on=2000-01-01` },
    { name: 'applications', path: '/provider/applications' },
    application && {
      name: 'application',
      path: `/provider/applications/${application.contractorId}/${application.applicationId}`,
    },
    { name: 'customer', path: customer },
    { name: 'customer-apply', path: `${customer}/apply` },
    { name: 'record-contract', path: `${customer}/record-contract` },
    ...CATALOGUE_TABS.map((tab) => ({ name: `catalogue-${tab}`, path: `/provider/catalogue?tab=${tab}` })),
    { name: 'terms', path: '/provider/terms' },
    { name: 'terms-published', path: '/provider/terms/2016-04-01' },
    draft === undefined ? undefined : { name: 'terms-draft', path: `/provider/terms/${draft}` },
    { name: 'closings', path: '/provider/closings' },
    month === undefined ? undefined : { name: 'closing-next', path: `/provider/closings/${month}` },
    invoice && { name: 'closing', path: `/provider/closings/${invoice.month}` },
    { name: 'provider-invoices', path: '/provider/invoices' },
    invoice && { name: 'invoice', path: `/c/${invoice.contractorId}/invoices/${invoice.invoiceId}` },
    invoice && { name: 'provider-invoice', path: `/provider/invoices/${invoice.contractorId}/${invoice.invoiceId}` },
    { name: 'adjustments', path: '/provider/adjustments' },
    { name: 'forecast', path: '/provider/forecast' },
    { name: 'billing-settings', path: '/provider/billing-settings' },
  ];
  return pages.filter((page) => page !== undefined);
}
