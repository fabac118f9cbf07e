import { readFileSync } from 'node:fs';
import { getCACertificates } from 'node:tls';
import { type PushTarget, pushBody, pushHeaders, pushPath } from '@tsukasa/apple-mdm';
import type { PushIdentity } from '../../certificates/index.ts';
import { ApnsPool } from './apns-pool.ts';

/** What became of one push. `unreachable`: no answer was had. `refused`: the connection was refused for our certificate. */
export type PushAnswer =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly reason?: string | undefined;
      /** With a 410: since when the token is gone. */
      readonly goneSince?: Temporal.Instant | undefined;
      readonly retryAfterSeconds?: number | undefined;
    }
  | { readonly kind: 'unreachable' | 'refused'; readonly reason: string };

/** A client of APNs over HTTP/2, at most two connections per push certificate. */
export interface ApnsClient {
  /** Never rejects. Ends within 10 s after a connection was had, and having one is given up after 10 s. */
  send(identity: PushIdentity, push: PushTarget & { readonly expiresAt: Temporal.Instant }): Promise<PushAnswer>;
  /** Connections that are open now. */
  connections(): number;
  /** Lets the pushes in flight end, for at most `patience` milliseconds (default 5000); later ones are `unreachable`. */
  close(patience?: number): Promise<void>;
}

export type ApnsClientOptions = {
  /** `https://api.push.apple.com:443` */
  readonly origin: string;
  /** PEM file of an authority trusted besides the usual ones, for a stand-in. Whoever holds it can read device tokens. */
  readonly caFile?: string | undefined;
};

/** Certificates with open connections; the one not used for longest is let go for a new one. */
const MAX_POOLS = 500;

export function createApnsClient(options: ApnsClientOptions): ApnsClient {
  const { origin, caFile } = options;
  const ca = caFile === undefined ? undefined : [...getCACertificates('default'), readFileSync(caFile, 'utf8')];
  // By contractor and topic: a replaced certificate finds the connections of its predecessor there and closes them.
  const pools = new Map<string, { readonly id: PushIdentity['id']; readonly pool: ApnsPool }>();
  let closed = false;

  const poolOf = (identity: PushIdentity): ApnsPool => {
    const name = `${identity.contractorId}/${identity.topic}`;
    const known = pools.get(name);
    pools.delete(name);
    if (known && known.id !== identity.id) void known.pool.close(REPLACED_PATIENCE_MS);
    const entry = known?.id === identity.id ? known : { id: identity.id, pool: new ApnsPool(identity, { origin, ca }) };
    pools.set(name, entry); // to the end: the first is the one not used for longest
    for (const [oldest, { pool }] of pools) {
      if (pools.size <= MAX_POOLS) break;
      pools.delete(oldest);
      void pool.close(REPLACED_PATIENCE_MS);
    }
    return entry.pool;
  };

  return {
    send: async (identity, push) => {
      if (closed) return { kind: 'unreachable', reason: 'stopping' };
      const request = {
        headers: { ':method': 'POST', ':path': pushPath(push.token), ...pushHeaders(push) },
        body: pushBody(push.pushMagic),
      };
      return poolOf(identity).send(request);
    },
    connections: () => [...pools.values()].reduce((sum, { pool }) => sum + pool.connections, 0),
    close: async (patience = 5000) => {
      closed = true;
      await Promise.all([...pools.values()].map(({ pool }) => pool.close(patience)));
      pools.clear();
    },
  };
}

const REPLACED_PATIENCE_MS = 15_000;
