import type {
  ApiFailure,
  DeliverySwitches,
  DeviceChange,
  EnrollChoice,
  NotificationView,
  ProjectLimits,
  SimulatedDevice,
  SubscriptionOrder,
} from './control-types.ts';
import type { JournalEntry } from './journal.ts';
import type { ServiceAccountKey } from './server.ts';
import type { Message } from './validate.ts';

/** A device was not taken in; the message is what its screen says. */
export class AndroidEnrollmentFailed extends Error {}

/** How the administrator answers Google's pages. */
export type SignupAnswers = { readonly email?: string; readonly type?: 'domain' | 'accounts' };

/** The control of a stand-in of the Android Management API, from this process or another. */
export class AndroidManagementControl {
  readonly #origin: string;

  /** `origin` is that of the stand-in itself. */
  constructor(origin: string) {
    this.#origin = origin.replace(/\/$/, '');
  }

  /** A Google Cloud project; gives the key file of its service account. */
  createProject(projectId: string, limits: ProjectLimits = {}): Promise<ServiceAccountKey> {
    return this.#ask<ServiceAccountKey>('POST', '/projects', { projectId, ...limits });
  }

  async limitProject(projectId: string, limits: ProjectLimits): Promise<void> {
    await this.#ask('PATCH', '/projects', { projectId, ...limits });
  }

  /** A topic; `publisher: false` is one to which the service has no right. */
  async createTopic(name: string, options: { readonly publisher?: boolean } = {}): Promise<void> {
    await this.#ask('POST', '/topics', { name, ...options });
  }

  subscribe(order: SubscriptionOrder): Promise<Required<SubscriptionOrder>> {
    return this.#ask<Required<SubscriptionOrder>>('POST', '/subscriptions', order);
  }

  async unsubscribe(name: string): Promise<void> {
    await this.#ask('DELETE', `/subscriptions?name=${encodeURIComponent(name)}`);
  }

  /**
   * Goes through the pages of signing up as an administrator. Gives the address to which the browser is sent back, with the
   * enterprise token; it is not opened. Throws with what the page says when it refuses.
   */
  async completeSignup(signupUrl: string, answers: SignupAnswers = {}): Promise<string> {
    const { email = 'admin@customer.example', type = 'domain' } = answers;
    const response = await fetch(signupUrl, {
      method: 'POST',
      body: new URLSearchParams({ email, type }),
      redirect: 'manual',
    });
    const location = response.headers.get('location');
    const page = await response.text();
    if (location === null) throw new Error(`the sign-up page refused: ${page.replace(/<[^>]+>/g, ' ').trim()}`);
    return location;
  }

  /** A simulated device enrolls. Throws `AndroidEnrollmentFailed`. */
  enroll(choice: EnrollChoice): Promise<SimulatedDevice> {
    return this.#ask<SimulatedDevice>('POST', '/devices', choice);
  }

  async devices(): Promise<readonly SimulatedDevice[]> {
    return (await this.#ask<{ devices: readonly SimulatedDevice[] }>('GET', '/devices')).devices;
  }

  device(name: string): Promise<SimulatedDevice> {
    return this.#ask<SimulatedDevice>('GET', `/device?${nameQuery(name)}`);
  }

  /** Something on the device changes; a device that comes back online catches up. */
  change(name: string, change: DeviceChange): Promise<SimulatedDevice> {
    return this.#act(name, 'change', change);
  }

  /** The device looks for policy and commands, and reports. */
  sync(name: string): Promise<SimulatedDevice> {
    return this.#act(name, 'sync');
  }

  install(name: string, packageName: string): Promise<SimulatedDevice> {
    return this.#act(name, 'install', { packageName });
  }

  uninstall(name: string, packageName: string): Promise<SimulatedDevice> {
    return this.#act(name, 'uninstall', { packageName });
  }

  /** Installing the package fails on this device from now on, with an `installationFailureReason`. */
  failInstall(name: string, packageName: string, reason: string): Promise<SimulatedDevice> {
    return this.#act(name, 'fail-install', { packageName, reason });
  }

  /** Its user deletes the work profile or resets the device: nothing is reported. */
  vanish(name: string): Promise<SimulatedDevice> {
    return this.#act(name, 'vanish');
  }

  leaveLostMode(name: string): Promise<SimulatedDevice> {
    return this.#act(name, 'leave-lost-mode');
  }

  /** A device scans a sign-in token; gives the page it opens. */
  signIn(token: string, choice: { readonly seed?: string; readonly path?: 'company' | 'personal' } = {}) {
    return this.#ask<{ readonly url: string; readonly name: string }>('POST', '/sign-in', { token, ...choice });
  }

  /** Puts an application on Google Play; with `failure` it cannot be installed anywhere. */
  async offerApplication(application: {
    readonly packageName: string;
    readonly title?: string;
    readonly versionCode?: number;
    readonly versionName?: string;
    readonly minAndroidSdkVersion?: number;
    readonly failure?: string;
  }): Promise<void> {
    await this.#ask('PUT', '/applications', application);
  }

  /** The customer deletes the organisation at Google: every call is answered 403 from now on. */
  async revokeEnterprise(name: string): Promise<void> {
    await this.#ask('POST', '/enterprises/revoke', { name });
  }

  /** Every access token is answered 401 from now on. */
  async revokeAccessTokens(): Promise<void> {
    await this.#ask('POST', '/access-tokens/revoke');
  }

  /** Every version of a policy that was accepted, oldest first. */
  async policyVersions(name: string): Promise<readonly Message[]> {
    return (await this.#ask<{ versions: readonly Message[] }>('GET', `/policy?${nameQuery(name)}`)).versions;
  }

  async fail(failure: ApiFailure): Promise<void> {
    await this.#ask('POST', '/failures', failure);
  }

  async clearFailures(): Promise<void> {
    await this.#ask('DELETE', '/failures');
  }

  /** How notifications go wrong from now on; `{}` puts everything right. */
  async setDelivery(switches: DeliverySwitches): Promise<void> {
    await this.#ask('PUT', '/notifications', switches);
  }

  /** Every notification so far, oldest first. */
  async notifications(): Promise<readonly NotificationView[]> {
    return (await this.#ask<{ notifications: readonly NotificationView[] }>('GET', '/notifications')).notifications;
  }

  /** Delivers an earlier notification once more. */
  async replay(messageId: string): Promise<boolean> {
    return (await this.#ask<{ replayed: boolean }>('POST', '/notifications/replay', { messageId })).replayed;
  }

  /** Publishes what the service itself never would, signed like everything else. */
  async publish(topic: string, notificationType: string, data?: Message): Promise<void> {
    await this.#ask('POST', '/notifications/publish', {
      topic,
      notificationType,
      ...(data === undefined ? {} : { data }),
    });
  }

  /** Moves the clock; resolves when everything planned until then is done. Gives the new time. */
  async advance(duration: Temporal.DurationLike | string): Promise<string> {
    const milliseconds = Temporal.Duration.from(duration).total('milliseconds');
    return (await this.#ask<{ now: string }>('POST', '/clock/advance', { milliseconds })).now;
  }

  /** Resolves when devices and notifications have done what they can do now. */
  async settle(): Promise<void> {
    await this.#ask('POST', '/clock/settle');
  }

  /** Every request with its verdict, oldest first. */
  async requests(): Promise<readonly JournalEntry[]> {
    return (await this.#ask<{ requests: readonly JournalEntry[] }>('GET', '/requests')).requests;
  }

  /** Requests that Google would refuse for what they are. */
  async violations(): Promise<readonly JournalEntry[]> {
    return (await this.#ask<{ requests: readonly JournalEntry[] }>('GET', '/violations')).requests;
  }

  async clearRequests(): Promise<void> {
    await this.#ask('DELETE', '/requests');
  }

  #act(name: string, action: string, body: object = {}): Promise<SimulatedDevice> {
    return this.#ask<SimulatedDevice>('POST', `/device/${action}?${nameQuery(name)}`, body);
  }

  async #ask<T>(method: string, path: string, body?: object): Promise<T> {
    const response = await fetch(`${this.#origin}/_sim${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(60_000),
    });
    const answer: unknown = await response.json();
    if (response.ok) return answer as T; // our own control port wrote it
    const words = JSON.stringify(answer);
    throw response.status === 409
      ? new AndroidEnrollmentFailed(words)
      : new Error(`the control answered ${response.status}: ${words}`);
  }
}

function nameQuery(name: string): string {
  return `name=${encodeURIComponent(name)}`;
}
