import { createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { StandInClock } from './clock.ts';
import { describeProblem, post } from './post.ts';
import type { Message } from './validate.ts';

/** Everything that can go wrong with notifications; what is absent goes right. */
export type DeliverySwitches = {
  /** Each first delivery waits so long, by the clock of the stand-in. */
  readonly delayMs?: number;
  /** Each message is delivered once more after it was acknowledged. */
  readonly duplicate?: boolean;
  /** Two messages change places: the first waits until the second was delivered once. */
  readonly reorder?: boolean;
  /** So many of the next messages never arrive. */
  readonly drop?: number;
  /** What the token in the push says falsely. */
  readonly token?: 'wrong_audience' | 'bad_signature' | 'wrong_email' | 'expired' | 'unknown_key' | 'missing';
};

export type Topic = { readonly name: string; publisher: boolean };

export type Subscription = {
  readonly name: string;
  readonly topic: string;
  readonly pushEndpoint: string;
  readonly audience: string;
  readonly serviceAccountEmail: string;
  /** How long a message is tried; 10 minutes to 31 days at Google, 7 days by default. */
  readonly retentionMs: number;
};

/** A message on its way to one subscription. */
export type Delivery = {
  readonly messageId: string;
  readonly subscription: string;
  readonly notificationType: string;
  readonly data: Message | undefined;
  readonly publishTime: string;
  attempts: number;
  /** The last answer, or why there was none. */
  lastAnswer: string | undefined;
  state: 'waiting' | 'acknowledged' | 'dropped' | 'expired';
};

const ACKNOWLEDGED = [102, 200, 201, 202, 204];
const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 60_000;
export const RETENTION_MS = 7 * 86_400_000;
const KEPT = 20_000;
const TOKEN_USE_SECONDS = 2700;
const ISSUER = 'https://accounts.google.com';

/** Topics, push subscriptions and deliveries; also who signs the tokens that come along. */
export class PubSub {
  readonly topics = new Map<string, Topic>();
  readonly subscriptions = new Map<string, Subscription>();
  switches: DeliverySwitches = {};
  readonly #clock: StandInClock;
  readonly #keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
  readonly #stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });
  readonly #tokens = new Map<string, { readonly issuedAt: number; readonly header: string }>();
  #deliveries: Delivery[] = [];
  #held: ((waitMs: number) => void) | undefined;
  #dropped = 0;
  #lastId = 0;

  constructor(clock: StandInClock) {
    this.#clock = clock;
  }

  /** Google's key set (JWKS), as at `https://www.googleapis.com/oauth2/v3/certs`. */
  keySet(): object {
    const jwk = this.#keys.publicKey.export({ format: 'jwk' });
    return { keys: [{ ...jwk, kid: 'stand-in-1', use: 'sig', alg: 'RS256' }] };
  }

  /** Whether the service that publishes may do so on the topic. */
  canPublish(topic: string): boolean {
    return this.topics.get(topic)?.publisher === true;
  }

  /** Publishes; a topic without a subscription forgets, as the real one does. */
  publish(topic: string, notificationType: string, data: Message | undefined): void {
    for (const subscription of this.subscriptions.values()) {
      if (subscription.topic !== topic) continue;
      this.#lastId += 1;
      const delivery: Delivery = {
        messageId: String(10_000_000_000 + this.#lastId),
        subscription: subscription.name,
        notificationType,
        data,
        publishTime: this.#clock.stamp(),
        attempts: 0,
        lastAnswer: undefined,
        state: 'waiting',
      };
      this.#deliveries.push(delivery);
      if (this.#deliveries.length > 2 * KEPT) this.#deliveries = this.#deliveries.slice(-KEPT);
      this.#start(subscription, delivery);
    }
  }

  /** Delivers a message again, or one of the caller's own, as an old or a foreign one. */
  replay(messageId: string): boolean {
    const delivery = this.#deliveries.find((one) => one.messageId === messageId);
    const subscription = this.subscriptions.get(delivery?.subscription ?? '');
    if (delivery === undefined || subscription === undefined) return false;
    this.#plan(subscription, delivery, 0);
    return true;
  }

  set(switches: DeliverySwitches): void {
    this.switches = switches;
    this.#dropped = 0;
    if (switches.reorder !== true) this.#release();
  }

  /** Every message so far, oldest first. */
  deliveries(): readonly Delivery[] {
    return this.#deliveries;
  }

  #start(subscription: Subscription, delivery: Delivery): void {
    const { drop = 0, delayMs = 0, reorder } = this.switches;
    if (this.#dropped < drop) {
      this.#dropped += 1;
      delivery.state = 'dropped';
      return;
    }
    if (reorder === true && this.#held === undefined) {
      this.#held = (wait) => this.#plan(subscription, delivery, wait);
      return;
    }
    const held = this.#held;
    this.#held = undefined;
    this.#clock.after(delayMs, async () => {
      await this.#attempt(subscription, delivery);
      held?.(0); // it has waited with the other
    });
  }

  #release(): void {
    const held = this.#held;
    this.#held = undefined;
    held?.(this.switches.delayMs ?? 0);
  }

  #plan(subscription: Subscription, delivery: Delivery, wait: number): void {
    this.#clock.after(wait, () => this.#attempt(subscription, delivery));
  }

  async #attempt(subscription: Subscription, delivery: Delivery): Promise<void> {
    if (!this.subscriptions.has(subscription.name)) return;
    delivery.attempts += 1;
    const authorization = this.#authorization(subscription);
    const status = await post(subscription.pushEndpoint, envelope(subscription, delivery), {
      ...(authorization === undefined ? {} : { authorization }),
    }).catch((error: unknown) => describeProblem(error));
    delivery.lastAnswer = String(status);
    if (typeof status === 'number' && ACKNOWLEDGED.includes(status)) {
      const first = delivery.state === 'waiting';
      delivery.state = 'acknowledged';
      if (first && this.switches.duplicate === true) this.#plan(subscription, delivery, 0);
      return;
    }
    if (delivery.state !== 'waiting') return; // a copy that was not wanted
    if (
      this.#clock.milliseconds - Temporal.Instant.from(delivery.publishTime).epochMilliseconds >
      subscription.retentionMs
    ) {
      delivery.state = 'expired';
      return;
    }
    const back = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(delivery.attempts - 1, 20));
    this.#plan(subscription, delivery, back);
  }

  /** Google uses one token for many pushes, until it is old. */
  #authorization(subscription: Subscription): string | undefined {
    const { token: lie } = this.switches;
    if (lie === 'missing') return undefined;
    const key = `${subscription.name} ${subscription.audience} ${subscription.serviceAccountEmail} ${lie ?? ''}`;
    const now = Math.floor(this.#clock.milliseconds / 1000);
    const kept = this.#tokens.get(key);
    if (kept !== undefined && now >= kept.issuedAt && now - kept.issuedAt < TOKEN_USE_SECONDS) return kept.header;
    const header = `Bearer ${this.#token(subscription, lie, now)}`;
    this.#tokens.set(key, { issuedAt: now, header });
    return header;
  }

  #token({ audience, serviceAccountEmail }: Subscription, lie: DeliverySwitches['token'], now: number): string {
    const shift = lie === 'expired' ? -7200 : 0;
    const claims = {
      iss: ISSUER,
      aud: lie === 'wrong_audience' ? 'https://another.example/push' : audience,
      azp: '113774264463038321964',
      sub: '113774264463038321964',
      email: lie === 'wrong_email' ? 'somebody@another.example' : serviceAccountEmail,
      email_verified: true,
      iat: now + shift,
      exp: now + shift + 3600,
    };
    const key = lie === 'bad_signature' || lie === 'unknown_key' ? this.#stranger.privateKey : this.#keys.privateKey;
    return signToken(claims, key, lie === 'unknown_key' ? 'stranger-1' : 'stand-in-1');
  }
}

function envelope(subscription: Subscription, delivery: Delivery): object {
  const { messageId, publishTime, data, notificationType } = delivery;
  return {
    message: {
      attributes: { notificationType },
      data: data === undefined ? '' : Buffer.from(JSON.stringify(data)).toString('base64'),
      messageId,
      message_id: messageId,
      publishTime,
      publish_time: publishTime,
    },
    subscription: subscription.name,
  };
}

/** A JWT in RS256. */
export function signToken(claims: object, key: KeyObject, kid: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const content = `${part({ alg: 'RS256', typ: 'JWT', kid })}.${part(claims)}`;
  return `${content}.${createSign('RSA-SHA256').update(content).sign(key).toString('base64url')}`;
}
