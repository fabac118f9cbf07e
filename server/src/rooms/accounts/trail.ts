import { sql } from 'kysely';
import type { Tx } from '../../base/db.ts';
import type { Actor, AuditEntryInput, RequestContext } from '../../base/http/context.ts';
import { type ContractorId, PROVIDER_ID } from '../../base/ids.ts';
import type { AccountsDeps } from './deps.ts';
import { membershipsOf } from './people-store.ts';

/** What happened, without who and when. */
export type Fact = Pick<AuditEntryInput, 'action' | 'target' | 'details'>;
/** Who did it, from where. */
export type Author = Pick<AuditEntryInput, 'actor' | 'requestId' | 'sourceIp'>;

export function authorOf(context: RequestContext, actor: Actor = context.actor): Author {
  return { actor, requestId: context.requestId, sourceIp: context.sourceIp };
}

/**
 * Runs `fn` bound to another contractor and binds the transaction back. Used for the trail alone: what is done to a
 * contractor from outside stands in its chain and in the provider's, and both in the one transaction that did it.
 */
async function boundTo(tx: Tx, contractorId: ContractorId, fn: () => Promise<void>): Promise<void> {
  const { rows } = await sql<{
    before: string;
  }>`select coalesce(current_setting('tsukasa.contractor_id', true), '') as before,
    set_config('tsukasa.contractor_id', ${contractorId}, true)`.execute(tx);
  await fn();
  await sql`select set_config('tsukasa.contractor_id', ${rows[0]?.before ?? ''}, true)`.execute(tx);
}

export type Chain = 'provider' | ContractorId;

/** Writes one fact into the chains named, the provider's always last: whoever locks two chains does so in one order. */
export async function record(
  deps: Pick<AccountsDeps, 'recordAudit' | 'clock'>,
  tx: Tx,
  chains: readonly Chain[],
  author: Author,
  fact: Fact,
): Promise<void> {
  const entry = { ...fact, ...author, at: deps.clock.now() };
  const ids = chains.map((chain) => (chain === 'provider' ? PROVIDER_ID : chain));
  // The provider's id is all zeros; descending order puts it last.
  for (const id of [...new Set(ids)].sort().reverse()) await boundTo(tx, id, () => deps.recordAudit(tx, id, entry));
}

/** Writes a fact about a person into every chain that person acts in; `asStaff` adds the provider's. */
export async function recordOfPerson(
  deps: Pick<AccountsDeps, 'recordAudit' | 'clock' | 'db'>,
  person: { readonly userId: string; readonly asStaff: boolean },
  author: Author,
  fact: Fact,
): Promise<void> {
  await deps.db.unbound(async (tx) => {
    const memberships = await membershipsOf(tx, person.userId);
    const own = memberships.filter(({ disabled }) => !disabled).map(({ contractorId }) => contractorId);
    await record(deps, tx, [...own, ...(person.asStaff ? (['provider'] as const) : [])], author, fact);
  });
}
