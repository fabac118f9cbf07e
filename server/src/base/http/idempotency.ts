import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { Clock } from '../clock.ts';
import { type Db, json, type Tx, tables } from '../db.ts';
import { DomainError } from '../errors.ts';
import type { Secrets } from '../secrets.ts';

/** Runs a write once per principal and key. */
export interface Idempotency {
  run(
    request: FastifyRequest,
    principal: string | undefined,
    status: number,
    write: () => Promise<unknown>,
  ): Promise<{ readonly answer: unknown; readonly again: boolean }>;
}

/** What an `Idempotency-Key` looks like. */
export const KEY_PATTERN = '^[\\x21-\\x7e]{1,200}$';
const KEY = new RegExp(KEY_PATTERN);

/** How long an answer is replayed. */
export const KEPT_HOURS = 24;
/** A claim without an answer this old belongs to a process that died; the next attempt takes it over. */
const ABANDONED_SECONDS = 120;

type KeyTables = {
  idempotency_keys: {
    principal: string;
    key: string;
    request_hash: Buffer;
    status: number | null;
    body: unknown;
    created_at: Temporal.Instant;
  };
};

/**
 * `Idempotency-Key` on writes. The key is claimed before the write and the answer kept after it, sealed, since it may hold
 * what is shown once. Errors are not kept: nothing was done. A process that dies between the write and the keeping leaves
 * a claim for two minutes, after which the write can happen a second time; closing that gap would need the write's own
 * transaction, which the use case owns.
 */
export function createIdempotency(deps: {
  readonly db: Db;
  readonly clock: Clock;
  readonly secrets: Secrets;
}): Idempotency {
  return {
    run: async (request, principal, status, write) => {
      const key = keyOf(request);
      if (key === undefined || principal === undefined) return { answer: await write(), again: false };
      const claim = { principal, key, hash: requestHash(request) };
      const kept = await deps.db.unbound((tx) => claimKey(tx, claim, deps.clock.now()));
      if (kept) return { answer: openAnswer(deps.secrets, claim, kept.body), again: true };
      try {
        const answer = await write();
        await deps.db.unbound((tx) => keepAnswer(tx, claim, status, sealAnswer(deps.secrets, claim, answer)));
        return { answer, again: false };
      } catch (error) {
        await deps.db.unbound((tx) => dropClaim(tx, claim)).catch(() => undefined); // it ages
        throw error;
      }
    },
  };
}

/** Deletes what is past its time; for a timed job. Returns how many. */
export async function forgetIdempotencyKeys(tx: Tx, now: Temporal.Instant): Promise<number> {
  const result = await tables<KeyTables>(tx)
    .deleteFrom('idempotency_keys')
    .where('created_at', '<', now.subtract({ hours: KEPT_HOURS }))
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}

type Claim = { readonly principal: string; readonly key: string; readonly hash: Buffer };

function keyOf(request: FastifyRequest): string | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key === 'string' && KEY.test(key)) return key;
  throw new DomainError('invalid', 'the Idempotency-Key is malformed', { reason: 'idempotency.malformed' });
}

function requestHash(request: FastifyRequest): Buffer {
  const content = JSON.stringify([request.method, request.url, request.body ?? null]);
  return createHash('sha256').update(content).digest();
}

/** Undefined when the key is ours now; the kept answer when it was used. Throws `conflict` or `invalid` otherwise. */
async function claimKey(
  tx: Tx,
  { principal, key, hash }: Claim,
  now: Temporal.Instant,
): Promise<{ body: unknown } | undefined> {
  const db = tables<KeyTables>(tx);
  const fresh = { request_hash: hash, status: null, body: null, created_at: now };
  const inserted = await db
    .insertInto('idempotency_keys')
    .values({ principal, key, ...fresh })
    .onConflict((conflict) => conflict.columns(['principal', 'key']).doNothing())
    .executeTakeFirst();
  if (inserted.numInsertedOrUpdatedRows === 1n) return undefined;
  const row = await db
    .selectFrom('idempotency_keys')
    .select(['request_hash', 'status', 'body', 'created_at'])
    .where('principal', '=', principal)
    .where('key', '=', key)
    .forUpdate()
    .executeTakeFirst();
  if (!row) throw inProgress(); // its owner failed in this very moment
  const age = now.since(row.created_at).total('seconds');
  const abandoned = row.status === null && age > ABANDONED_SECONDS;
  if (age > KEPT_HOURS * 3600 || (abandoned && row.request_hash.equals(hash))) {
    await db
      .updateTable('idempotency_keys')
      .set(fresh)
      .where('principal', '=', principal)
      .where('key', '=', key)
      .execute();
    return undefined;
  }
  if (!row.request_hash.equals(hash)) {
    throw new DomainError('invalid', 'the Idempotency-Key was used for another request', {
      reason: 'idempotency.reused',
    });
  }
  if (row.status === null) throw inProgress();
  return { body: row.body };
}

function inProgress(): DomainError {
  return new DomainError('conflict', 'a request with this key is running', {
    reason: 'idempotency.in_progress',
    retryAfter: 1,
  });
}

async function keepAnswer(tx: Tx, { principal, key, hash }: Claim, status: number, body: unknown): Promise<void> {
  await tables<KeyTables>(tx)
    .updateTable('idempotency_keys')
    .set({ status, body: json(body) })
    .where('principal', '=', principal)
    .where('key', '=', key)
    .where('request_hash', '=', hash)
    .execute();
}

async function dropClaim(tx: Tx, { principal, key, hash }: Claim): Promise<void> {
  await tables<KeyTables>(tx)
    .deleteFrom('idempotency_keys')
    .where('principal', '=', principal)
    .where('key', '=', key)
    .where('request_hash', '=', hash)
    .where('status', 'is', null)
    .execute();
}

function purposeOf({ principal, key }: Claim) {
  return { use: 'idempotency.answer', row: JSON.stringify([principal, key]) };
}

function sealAnswer(secrets: Secrets, claim: Claim, answer: unknown): { readonly sealed: string } {
  const plain = Buffer.from(JSON.stringify(answer ?? null));
  return { sealed: secrets.seal(purposeOf(claim), plain).toString('base64') };
}

function openAnswer(secrets: Secrets, claim: Claim, body: unknown): unknown {
  const sealed = typeof body === 'object' && body !== null && 'sealed' in body ? String(body.sealed) : '';
  return JSON.parse(secrets.open(purposeOf(claim), Buffer.from(sealed, 'base64')).toString('utf8'));
}
