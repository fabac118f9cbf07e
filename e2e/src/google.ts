import { AndroidManagementControl, FakeAndroidManagement, openAndroidLink, type SimulatedDevice } from '@tsukasa/fakes';
import type { Stage } from './harness.ts';

const PROJECT = 'tsukasa-e2e';
const TOPIC = `projects/${PROJECT}/topics/android`;
const SENDER = `push@${PROJECT}.iam.gserviceaccount.com`;

/** The stand-in of Google; it comes back from sign-ups to a server without TLS on this machine too. */
export class Google {
  readonly cloud: FakeAndroidManagement;
  readonly control: AndroidManagementControl;
  readonly env: Readonly<Record<string, string>>;

  private constructor(cloud: FakeAndroidManagement) {
    const { origin } = cloud;
    this.cloud = cloud;
    this.control = new AndroidManagementControl(origin);
    this.env = {
      TSUKASA_AMAPI_ORIGIN: origin,
      TSUKASA_GOOGLE_TOKEN_ORIGIN: origin,
      TSUKASA_GOOGLE_CERTS_ORIGIN: origin,
    };
  }

  static async start(): Promise<Google> {
    return new Google(await FakeAndroidManagement.start({ httpCallbacks: true }));
  }

  close(): Promise<void> {
    return this.cloud.close();
  }
}

/** Gives the installation a Google project whose notifications arrive, as the provider sets it up. Once for each stage. */
export async function giveProject({ provider, url }: Stage, { control }: Google): Promise<void> {
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
export async function bindEnterprise({ provider }: Stage, { control }: Google, contractorId: string) {
  const { signup } = await provider.call('startAndroidSignup', { params: { contractorId }, body: {} });
  if (signup === null) throw new Error('there is nowhere to sign up');
  const response = await fetch(await control.completeSignup(signup.url));
  const page = await response.text();
  if (!response.ok) throw new Error(`coming back was answered ${response.status}: ${page.slice(0, 300)}`);
  const { state } = await provider.call('getAndroidBinding', { params: { contractorId } });
  if (state !== 'bound') throw new Error(`the enterprise is ${state}`);
}

/** A device comes in with what an invitation's link shows. */
export async function enrollAndroid({ control }: Google, link: string, seed: string): Promise<SimulatedDevice> {
  return control.enroll({ seed, ...(await openAndroidLink(link)) });
}
