import type { PushTarget } from '@tsukasa/apple-mdm';
import type { PushIdentity } from '../../certificates/index.ts';

/** What became of one push. `unreachable`: no answer was had. `refused`: the TLS handshake refused our certificate. */
export type PushAnswer =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly reason?: string | undefined;
      readonly goneSince?: Temporal.Instant | undefined;
      readonly retryAfterSeconds?: number | undefined;
    }
  | { readonly kind: 'unreachable' | 'refused'; readonly reason: string };

/** A client of APNs over HTTP/2, one or two connections per push certificate. */
export interface ApnsClient {
  /** Never rejects. Answers within 10 s and the time to connect. */
  send(identity: PushIdentity, push: PushTarget & { readonly expiresAt: Temporal.Instant }): Promise<PushAnswer>;
  /** Lets the pushes in flight end, for at most `patience` milliseconds. */
  close(patience?: number): Promise<void>;
}

export type ApnsClientOptions = {
  /** `https://api.push.apple.com:443` */
  readonly origin: string;
  /** PEM file of an authority trusted besides the usual ones, for a stand-in. */
  readonly caFile?: string | undefined;
};

export function createApnsClient(options: ApnsClientOptions): ApnsClient {
  throw new Error(`being built ${options.origin}`);
}
