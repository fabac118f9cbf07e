import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AndroidManagementControl, FakeAndroidManagement, openAndroidLink, type SimulatedDevice } from '@tsukasa/fakes';
import type { Stage } from './harness.ts';

const PROJECT = 'tsukasa-e2e';
const TOPIC = `projects/${PROJECT}/topics/android`;
const SENDER = `push@${PROJECT}.iam.gserviceaccount.com`;

/**
 * The stand-in of Google as a server without TLS may use it: real installations have TLS in front, and Google comes back to
 * nothing else, so the address to come back to is told as if there were.
 */
export class Google {
  readonly cloud: FakeAndroidManagement;
  readonly control: AndroidManagementControl;
  readonly env: Readonly<Record<string, string>>;
  readonly #front: Server;

  private constructor(cloud: FakeAndroidManagement, front: Server, origin: string) {
    this.cloud = cloud;
    this.control = new AndroidManagementControl(cloud.origin);
    this.#front = front;
    this.env = {
      TSUKASA_AMAPI_ORIGIN: origin,
      TSUKASA_GOOGLE_TOKEN_ORIGIN: cloud.origin,
      TSUKASA_GOOGLE_CERTS_ORIGIN: cloud.origin,
    };
  }

  static async start(): Promise<Google> {
    const cloud = await FakeAndroidManagement.start();
    const front = createServer((incoming, outgoing) => {
      const path = (incoming.url ?? '/').replace('callbackUrl=http%3A', 'callbackUrl=https%3A');
      const { method, headers } = incoming;
      const onward = request(new URL(path, cloud.origin), { method, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      onward.on('error', () => outgoing.destroy());
      incoming.pipe(onward);
    });
    await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
    const { port } = front.address() as AddressInfo;
    return new Google(cloud, front, `http://127.0.0.1:${port}`);
  }

  async close(): Promise<void> {
    this.#front.closeAllConnections();
    this.#front.close();
    await this.cloud.close();
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
  const back = new URL(await control.completeSignup(signup.url));
  back.protocol = 'http:'; // what stands in front of the server has taken the TLS off
  const response = await fetch(back);
  const page = await response.text();
  if (!response.ok) throw new Error(`coming back was answered ${response.status}: ${page.slice(0, 300)}`);
  const { state } = await provider.call('getAndroidBinding', { params: { contractorId } });
  if (state !== 'bound') throw new Error(`the enterprise is ${state}`);
}

/** A device comes in with what an invitation's link shows. */
export async function enrollAndroid({ control }: Google, link: string, seed: string): Promise<SimulatedDevice> {
  return control.enroll({ seed, ...(await openAndroidLink(link)) });
}
