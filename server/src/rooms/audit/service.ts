import type { AuditVerification } from '@tsukasa/api';
import type { Db, Tx } from '../../base/db.ts';
import type { AuditEntryInput } from '../../base/http/context.ts';
import type { ContractorId } from '../../base/ids.ts';
import { entryOf, GENESIS, hashOf } from './model.ts';
import { append, entriesAfter, findByHash, headAndLast, type Link, lockHead } from './store.ts';

/** See `RecordAudit`. Two chains in one transaction: the contractor's first, then the provider's, or writers may deadlock. */
export async function recordAudit(tx: Tx, contractorId: ContractorId, input: AuditEntryInput): Promise<void> {
  const head = await lockHead(tx, contractorId);
  const entry = entryOf(contractorId, head.seq + 1, input);
  await append(tx, { entry, previousHash: head.hash, hash: hashOf(entry, head.hash) });
}

type Problem = NonNullable<AuditVerification['problem']>;
type End = { readonly seq: number; readonly hash: Buffer };

const BATCH = 1000;

/**
 * Walks the whole chain from its beginning, a batch in memory at a time, while others may go on writing; stops at the
 * first break. `entries` counts what was found to be right. A chain that somebody rewrote to its end, head included,
 * cannot be told from an honest one by itself: compare `head` with one noted elsewhere.
 */
export async function verifyChain(db: Db, contractorId: ContractorId): Promise<AuditVerification> {
  return db.asContractor(contractorId, async (tx) => {
    let end: End = { seq: 0, hash: GENESIS };
    for (;;) {
      // From below zero, so that an entry slipped in before the first is seen too.
      const links = await entriesAfter(tx, contractorId, end.seq || Number.MIN_SAFE_INTEGER, BATCH);
      for (const link of links) {
        const problem = await breakAt(tx, end, link);
        if (problem) return verdict(end, problem);
        end = { seq: link.entry.seq, hash: link.hash };
      }
      if (links.length === BATCH) continue;
      const { head, last } = await headAndLast(tx, contractorId);
      if (last > end.seq) continue; // appended meanwhile
      return verdict(end, wrongHead(end, head));
    }
  });
}

function verdict(end: End, problem: Problem | undefined): AuditVerification {
  const head = end.seq === 0 ? null : { seq: end.seq, hash: end.hash.toString('hex') };
  return { ok: problem === undefined, entries: end.seq, head, problem: problem ?? null };
}

function wrongHead(end: End, head: End | undefined): Problem | undefined {
  if (!head) return end.seq === 0 ? undefined : { kind: 'head_mismatch', seq: end.seq };
  if (head.seq > end.seq) return { kind: 'missing', seq: end.seq + 1 };
  if (head.seq < end.seq || !head.hash.equals(end.hash)) return { kind: 'head_mismatch', seq: end.seq };
  return undefined;
}

async function breakAt(tx: Tx, end: End, { entry, previousHash, hash }: Link): Promise<Problem | undefined> {
  const { seq, contractorId } = entry;
  if (seq !== end.seq + 1) return { kind: 'missing', seq: end.seq + 1 };
  const whole = hashOf(entry, previousHash).equals(hash);
  if (previousHash.equals(end.hash)) return whole ? undefined : { kind: 'changed', seq };
  // It follows another entry than the one before it: one that stands elsewhere now, or one that is gone.
  const elsewhere =
    seq > 1 && previousHash.equals(GENESIS) ? 0 : await findByHash(tx, contractorId, previousHash, end.seq);
  if (elsewhere !== undefined) return { kind: 'reordered', seq };
  // Right in itself at this number, so it is the one before that was changed and given a new hash.
  if (whole && end.seq > 0) return { kind: 'changed', seq: end.seq };
  return { kind: 'missing', seq };
}
