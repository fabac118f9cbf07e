import type { Caller } from './api.ts';

/** What a company of the demonstration has a contract for. */
export type ContractStory = {
  /** Number of devices that the desk operates; none where the company has no such option. */
  readonly deskDevices?: number;
  readonly monthly: number;
};

/**
 * Makes a company a contractor as the provider does it: an application on paper, prices, acceptance, and the licences agreed
 * to on its behalf. In force, and billed, from today.
 */
export async function signContract(provider: Caller, contractorId: string, story: ContractStory): Promise<void> {
  const own = `/api/v1/contractors/${contractorId}`;
  const today = (await provider.get(`${own}/entitlements`)).text('on');
  const { deskDevices, monthly } = story;
  const options = deskDevices === undefined ? [] : [{ subject: 'operation-proxy', deviceCount: deskDevices }];
  const applications = `/api/v1/provider/contractors/${contractorId}/applications`;
  const applied = await provider.post(applications, {
    content: { type: 'service', kind: 'device-and-app', options },
    arrivedOn: today,
  });
  const application = `${applications}/${applied.text('applicationId')}`;
  await provider.post(`${application}/quote`, {
    lines: [
      { subject: 'service', fee: 'initial', amount: 50_000, per: 'contract' },
      { subject: 'service', fee: 'monthly', amount: monthly, per: 'contract' },
    ],
  });
  await provider.post(`${application}/acceptance`, { billingStartOn: today });
  for (const licence of (await provider.get(`${own}/licences`)).list('items')) {
    const [document, version, sha256] = [licence.text('document'), licence.text('version'), licence.text('sha256')];
    await provider.post(`${own}/licences/${encodeURIComponent(document)}/agreement`, { version, sha256 });
  }
}
