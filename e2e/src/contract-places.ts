import type { Stage } from './harness.ts';
import type { ContractPlaces } from './pages.ts';

/**
 * Fills the pages of contracts and billing of an installation: an option that ends, an application that waits, a drafted
 * revision, an invoice of long ago with a payment, and an adjustment that nobody has decided.
 */
export async function contractPlaces(stage: Stage, contractorId: string): Promise<ContractPlaces> {
  const { provider } = stage;
  const params = { contractorId };
  const { items } = await provider.call('listContracts', { params });
  const contractId = items[0]?.contractId ?? '';
  const { on: today } = await provider.call('getEntitlements', { params });
  const proxy = { type: 'options' as const, contractId, options: [{ subject: 'operation-proxy', deviceCount: 40 }] };
  const added = await provider.call('createApplication', { params, body: proxy });
  await provider.call('acceptApplication', {
    params: { contractorId, applicationId: added.applicationId },
    body: { billingStartOn: today },
  });
  const notice = { subject: 'operation-proxy', arrivedOn: today, note: '電話で確認済み' };
  await provider.call('recordNotice', { params: { contractorId, contractId }, body: notice });
  const other = await stage.bareContractor(
    '独立行政法人日本先端情報通信技術総合研究開発推進機構 第二事業本部 関西支部',
  );
  return {
    contractorId,
    contractId,
    application: await waitingApplication(stage, other),
    invoice: await oldInvoice(stage, other),
    draft: await draftedRevision(stage),
    month: (await provider.call('listClosings')).next ?? '',
  };
}

async function waitingApplication({ provider }: Stage, contractorId: string) {
  const options = [{ subject: 'secure-app-connect' }];
  const body = { type: 'service' as const, kind: 'app-only', options };
  const { applicationId } = await provider.call('createApplication', { params: { contractorId }, body });
  return { contractorId, applicationId };
}

/** Of a contract of 2015: closing begins with the month of its first charge. */
async function oldInvoice({ provider }: Stage, contractorId: string) {
  const params = { contractorId };
  const on = '2015-02-01';
  const subjects = ['service'];
  const lines = [
    { subject: 'service', fee: 'initial', amount: 30_000, per: 'contract' },
    { subject: 'service', fee: 'monthly', amount: 12_000, per: 'contract' },
  ];
  const requests = [{ subject: 'service' }];
  const facts = [
    { on, body: { type: 'applied', application: 'a1', item: 'デバイス管理', requests } },
    { on, body: { type: 'quoted', application: 'a1', lines } },
    { on, body: { type: 'accepted', application: 'a1', startOn: on } },
    { on, body: { type: 'activated', subjects } },
    { on, body: { type: 'billing_started', subjects } },
  ];
  await provider.call('recordHistoricalContract', { params, body: { facts } });
  const settings = await provider.call('getBillingSettings');
  const issuer = { ...settings.issuer, name: '司通信株式会社', registrationNumber: 'T1234567890123' };
  await provider.call('putBillingSettings', { body: { ...settings, issuer } });
  const month = (await provider.call('listClosings')).next ?? '';
  const { fingerprint } = await provider.call('draftClosing', { params: { month } });
  await provider.call('approveClosing', { params: { month }, body: { fingerprint: fingerprint ?? '' } });
  const invoice = (await provider.call('listInvoices', { params, query: {} })).items[0];
  if (invoice === undefined) throw new Error(`the closing of ${month} issued nothing`);
  const payment = { invoiceId: invoice.invoiceId, on: invoice.issuedOn, amount: 10_000, note: '一部入金' };
  await provider.call('recordPayment', { params, body: payment });
  const reason = '障害のお詫びとして';
  const adjustment = { contractorId, month: '2026-01', description: '障害時の減額', amount: -5_000, reason };
  await provider.call('askAdjustment', { body: adjustment });
  return { contractorId, invoiceId: invoice.invoiceId, month };
}

async function draftedRevision({ provider }: Stage): Promise<string> {
  const { items } = await provider.call('listRevisions');
  const { title, rules, transitions } = items.at(-1) ?? {};
  if (title === undefined || rules === undefined || transitions === undefined) throw new Error('there are no terms');
  const effectiveOn = '2099-04-01';
  await provider.call('putRevisionDraft', { params: { effectiveOn }, body: { title, rules, transitions } });
  return effectiveOn;
}
