import {
  AndroidManagementControl,
  type FakeAndroidManagement,
  openAndroidLink,
  type SimulatedDevice,
} from '@tsukasa/fakes';
import type { Stage } from './harness.ts';

const PROJECT = 'tsukasa-e2e';
const TOPIC = `projects/${PROJECT}/topics/android`;
const SENDER = `push@${PROJECT}.iam.gserviceaccount.com`;

/** Where a server finds Google, when a stand-in stands for it. */
export function googleEnv({ origin }: FakeAndroidManagement): Readonly<Record<string, string>> {
  return {
    TSUKASA_AMAPI_ORIGIN: origin,
    TSUKASA_GOOGLE_TOKEN_ORIGIN: origin,
    TSUKASA_GOOGLE_CERTS_ORIGIN: origin,
  };
}

/** Gives the installation a Google project whose notifications arrive, as the provider sets it up. Once for each stage. */
export async function giveProject({ provider, url }: Stage, google: FakeAndroidManagement): Promise<void> {
  const control = new AndroidManagementControl(google.origin);
  const key = await control.createProject(PROJECT, { requestsPerMinute: 10_000, deviceQuota: 100 });
  await control.createTopic(TOPIC);
  const pushEndpoint = `${url}/android/pubsub/installation`;
  await control.subscribe({ topic: TOPIC, pushEndpoint, serviceAccountEmail: SENDER });
  await provider.call('putProviderGoogleProject', {
    body: {
      serviceAccountKey: JSON.stringify(key),
      pubsubTopic: TOPIC,
      pushServiceAccount: SENDER,
      requestsPerMinute: 10_000,
    },
  });
}

/** Binds a contractor's enterprise: begins here, goes through Google's pages, and comes back. */
export async function bindEnterprise({ provider }: Stage, google: FakeAndroidManagement, contractorId: string) {
  const { signup } = await provider.call('startAndroidSignup', { params: { contractorId }, body: {} });
  if (signup === null) throw new Error('there is nowhere to sign up');
  const back = await new AndroidManagementControl(google.origin).completeSignup(signup.url);
  const response = await fetch(back);
  const page = await response.text();
  if (!response.ok) throw new Error(`coming back was answered ${response.status}: ${page.slice(0, 300)}`);
  const { state } = await provider.call('getAndroidBinding', { params: { contractorId } });
  if (state !== 'bound') throw new Error(`the enterprise is ${state}`);
}

/** A device comes in with what an invitation's link shows. */
export async function enrollAndroid(
  google: FakeAndroidManagement,
  link: string,
  seed: string,
): Promise<SimulatedDevice> {
  return new AndroidManagementControl(google.origin).enroll({ seed, ...(await openAndroidLink(link)) });
}
