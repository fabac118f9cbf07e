import { readFile } from 'node:fs/promises';
import {
  isChannelUri,
  readToken,
  readWakeAnswer,
  TOKEN_PATH,
  tokenRequest,
  WAKE_BODY,
  type WakeAnswer,
  wakeHeaders,
} from '@tsukasa/windows-mdm';
import type { Clock } from '../../../base/clock.ts';
import type { Config } from '../../../base/config.ts';
import { errorCode } from '../../../base/errors.ts';

export type WnsSent =
  | ({ readonly kind: 'answered' } & WakeAnswer)
  /** Nothing was sent: the address is none of WNS's. */
  | { readonly kind: 'refused_address' }
  /** The token endpoint does not know us, or says nothing usable. */
  | { readonly kind: 'no_token'; readonly status: number | undefined }
  | { readonly kind: 'unreachable'; readonly reason: string };

export interface WnsClient {
  /** Asks WNS to wake the device behind a channel. Never rejects. */
  wake(channelUri: string): Promise<WnsSent>;
  isAllowed(channelUri: string): boolean;
}

const TIMEOUT_MS = 10_000;
/** WNS keeps a wake-up for a device that is off for so long; then the device comes by its schedule anyway. */
const TTL_SECONDS = 4 * 3600;
/** A token is replaced this long before its end. */
const TOKEN_MARGIN_SECONDS = 300;
const LARGEST_TOKEN_ANSWER = 64 * 1024;
const OFFICIAL = 'https://login.live.com';

type Token = { readonly value: string; readonly until: Temporal.Instant };
type TokenAnswer = Token | { readonly status: number | undefined } | { readonly reason: string };

/** Speaks with WNS in the name of one push package. One token serves all, and is asked for once at a time. */
export function createWnsClient({
  wns,
  clock,
}: {
  readonly wns: Config['wns'] & { readonly identity: NonNullable<Config['wns']['identity']> };
  readonly clock: Clock;
}): WnsClient {
  return new Client(wns, clock);
}

class Client implements WnsClient {
  readonly #wns: Parameters<typeof createWnsClient>[0]['wns'];
  readonly #clock: Clock;
  readonly #standIn: string | undefined;
  #token: Promise<TokenAnswer> | undefined;

  constructor(wns: Parameters<typeof createWnsClient>[0]['wns'], clock: Clock) {
    this.#wns = wns;
    this.#clock = clock;
    this.#standIn = wns.origin === OFFICIAL ? undefined : wns.origin;
  }

  isAllowed(channelUri: string): boolean {
    return isChannelUri(channelUri, this.#standIn);
  }

  async wake(channelUri: string): Promise<WnsSent> {
    if (!this.isAllowed(channelUri)) return { kind: 'refused_address' };
    const first = await this.#send(channelUri);
    if (first.kind !== 'answered' || first.outcome !== 'token') return first;
    this.#token = undefined; // once: a second refusal is an answer
    return this.#send(channelUri);
  }

  async #send(channelUri: string): Promise<WnsSent> {
    const token = await this.#currentToken();
    if ('reason' in token) return { kind: 'unreachable', reason: token.reason };
    if ('status' in token) return { kind: 'no_token', status: token.status };
    try {
      const response = await fetch(channelUri, {
        method: 'POST',
        headers: wakeHeaders(token.value, TTL_SECONDS),
        body: WAKE_BODY,
        redirect: 'manual',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      await response.body?.cancel();
      return { kind: 'answered', ...readWakeAnswer(response.status, (name) => response.headers.get(name)) };
    } catch (error) {
      return { kind: 'unreachable', reason: reasonOf(error) };
    }
  }

  async #currentToken(): Promise<TokenAnswer> {
    const asked = this.#token;
    const known = await asked;
    if (known !== undefined && 'value' in known && Temporal.Instant.compare(known.until, this.#clock.now()) > 0) {
      return known;
    }
    // Whoever comes first asks; the others wait for the same answer.
    if (this.#token === asked) this.#token = this.#askForToken();
    return this.#token ?? this.#askForToken();
  }

  async #askForToken(): Promise<TokenAnswer> {
    const { origin, identity } = this.#wns;
    try {
      const secret = (await readFile(identity.secretFile, 'utf8')).trim();
      const response = await fetch(`${origin}${TOKEN_PATH}`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: tokenRequest({ sid: identity.sid, secret }),
        redirect: 'manual',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const token = response.status === 200 ? readToken(await textOf(response)) : undefined;
      if (token === undefined) {
        await response.body?.cancel().catch(() => undefined); // read already
        return { status: response.status };
      }
      const seconds = Math.max(60, token.expiresIn - TOKEN_MARGIN_SECONDS);
      return { value: token.token, until: this.#clock.now().add({ seconds }) };
    } catch (error) {
      return { reason: reasonOf(error) };
    }
  }
}

/** At most the first bytes of an answer: a longer one is no token. */
async function textOf(response: Response): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.byteLength;
    if (length > LARGEST_TOKEN_ANSWER) return '';
    chunks.push(Buffer.from(chunk));
  }
  return Buffer.concat(chunks).toString('utf8');
}

function reasonOf(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return 'timeout';
  const cause = error instanceof Error ? (errorCode(error.cause) ?? errorCode(error)) : undefined;
  return cause ?? 'connection_failed';
}
