import type { Client } from './api-client.ts';

/**
 * A contract in force from today, made as the provider makes one: an application that came on paper, prices, acceptance, and
 * the agreement to the licences on the contractor's behalf. Answers its id.
 */
export async function contractFor(provider: Client, contractorId: string): Promise<string> {
  const params = { contractorId };
  const { on: arrivedOn } = await provider.call('getEntitlements', { params });
  const content = { type: 'service' as const, kind: 'device-and-app', options: [] };
  const applied = await provider.call('createApplicationOnBehalf', { params, body: { content, arrivedOn } });
  const application = { contractorId, applicationId: applied.applicationId };
  const lines = [
    { subject: 'service', fee: 'initial' as const, amount: 50_000, per: 'contract' as const },
    { subject: 'service', fee: 'monthly' as const, amount: 30_000, per: 'contract' as const },
  ];
  await provider.call('quoteApplication', { params: application, body: { lines } });
  await provider.call('acceptApplication', { params: application, body: { billingStartOn: arrivedOn } });
  const { items } = await provider.call('listLicences', { params });
  for (const { document, version, sha256 } of items) {
    await provider.call('agreeToLicence', { params: { contractorId, document }, body: { version, sha256 } });
  }
  return applied.contractId;
}
