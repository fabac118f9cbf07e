import type { Approval, Hold, Note, Permission } from '@tsukasa/api';
import type { Clock } from '../../base/clock.ts';
import type { Tx } from '../../base/db.ts';
import { DomainError } from '../../base/errors.ts';
import type { RequestContext } from '../../base/http/context.ts';
import { type ContractorId, PROVIDER_ID } from '../../base/ids.ts';
import { mayShareHands, membersWith } from '../accounts/index.ts';
import type { ApprovalRow, Asker, HoldRow } from './decisions-store.ts';

/** How long something waits for a second person, or to be released. Our choice: a working day and the night after it. */
export const DECIDE_WITHIN = Temporal.Duration.from({ hours: 24 });

/** Who looks at something, or would decide about it. */
export type Viewer = Pick<RequestContext, 'actor' | 'behind' | 'can'>;

/** The caller as the one who asks. */
export const askerOf = ({ actor, behind }: Viewer): Asker => ({ asked_by: actor.id, asked_behind: behind ?? null });

/** Why somebody may not decide on a request; undefined when they may. */
export function whyNot(
  { asked_by, asked_behind }: Asker,
  viewer: Viewer,
  needed: readonly Permission[],
): Note | undefined {
  if (viewer.actor.kind !== 'user') return { code: 'approval.needs_person' };
  if (viewer.actor.id === asked_by || viewer.actor.id === asked_behind) return { code: 'approval.own_request' };
  return needed.every((permission) => viewer.can(permission)) ? undefined : { code: 'approval.not_permitted' };
}

/** What deciding needs: in a contractor, or about the installation. */
export const toApprove = (contractorId: ContractorId): readonly Permission[] =>
  contractorId === PROVIDER_ID ? ['provider.safety.write'] : ['actions.approve'];
/** What releasing needs: a limit of the installation is the provider's matter. */
export const toRelease = ({ scope }: Pick<HoldRow, 'scope'>): readonly Permission[] =>
  scope === 'installation' ? ['actions.approve', 'provider.safety.write'] : ['actions.approve'];

/**
 * Throws `forbidden` unless the caller is a person who may decide on the request: another one than who asked, or made the
 * token that asked, and none whom the same hands let in lately; `reauthentication_required` unless fresh.
 */
export async function requireOther(
  deps: { readonly clock: Clock; readonly newcomersWait?: Temporal.Duration | undefined },
  tx: Tx,
  asker: Asker,
  context: RequestContext,
  needed: readonly Permission[],
): Promise<void> {
  context.requireFresh();
  const why = whyNot(asker, context, needed);
  if (why !== undefined) throw new DomainError('forbidden', 'the caller may not decide this', { reason: why.code });
  const wait = deps.newcomersWait ?? NEWCOMERS_WAIT;
  const askers = [asker.asked_by, ...(asker.asked_behind === null ? [] : [asker.asked_behind])];
  if (await mayShareHands(tx, context.actor.id, askers, deps.clock.now().subtract(wait))) {
    throw new DomainError('forbidden', 'the caller and the one who asked were let in by the same hands', {
      reason: 'approval.let_in_by_asker',
    });
  }
}

/** How long accounts made or reset by each other, or by the same person, cannot decide for each other. Our choice. */
const NEWCOMERS_WAIT = Temporal.Duration.from({ hours: 24 });

/** Whether anybody in the contractor could decide on a request; otherwise the provider must. */
export async function hasOthers(
  tx: Tx,
  contractorId: ContractorId,
  { asked_by, asked_behind }: Asker,
): Promise<boolean> {
  const members = await membersWith(tx, contractorId, 'actions.approve');
  return members.some((member) => member !== asked_by && member !== asked_behind);
}

/** An approval as the interface shows it. `alone`: nobody else in the contractor could decide. */
export function showApproval(
  row: ApprovalRow,
  viewer: Viewer,
  needed: readonly Permission[],
  alone: boolean,
): Approval {
  const awaited = row.state === 'awaited';
  const why = awaited ? whyNot(row, viewer, needed) : undefined;
  const shown = why?.code === 'approval.own_request' && alone ? { code: 'approval.nobody_else' } : why;
  return {
    state: row.state,
    expiresAt: row.expires_at.toString(),
    decidedBy: actorOf(row.decided_by_kind, row.decided_by, row.decided_by_name),
    decidedAt: row.decided_at?.toString() ?? null,
    reason: row.reason,
    mine: awaited && why === undefined,
    whyNot: shown ?? null,
  };
}

export function showHold(row: HoldRow, viewer: Viewer): Hold {
  const open = row.released_at === null && row.ended_at === null;
  const why = open ? whyNot(row, viewer, toRelease(row)) : undefined;
  return {
    scope: row.scope,
    limit: row.hour_limit,
    inLastHour: row.in_last_hour,
    wanted: row.wanted,
    heldAt: row.held_at.toString(),
    releasedBy: actorOf(row.released_by_kind, row.released_by, row.released_by_name),
    releasedAt: row.released_at?.toString() ?? null,
    mine: open && why === undefined,
    whyNot: why ?? null,
  };
}

function actorOf(kind: ApprovalRow['decided_by_kind'], id: string | null, name: string | null): Approval['decidedBy'] {
  return kind === null || id === null ? null : { kind, id, name: name ?? '' };
}

/** Throws `conflict`: somebody else was faster, or its time is over. */
export const notAwaited = (state: string) =>
  new DomainError('conflict', 'nothing waits for a decision', { reason: 'approval.not_awaited', params: { state } });
export const notHeld = (state: string) =>
  new DomainError('conflict', 'nothing is held', { reason: 'hold.not_held', params: { state } });

/** A reason as given; null when it says nothing. */
export function trimmed(reason: string | undefined): string | null {
  const text = reason?.trim() ?? '';
  return text === '' || text.includes('\u0000') ? null : text;
}
