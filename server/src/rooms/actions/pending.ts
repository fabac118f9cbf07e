import type { PendingDecision } from '@tsukasa/api';
import type { ContractorId } from '../../base/ids.ts';
import { briefDevices, momentCursor, pageOf } from '../devices/index.ts';
import type { AskDeps } from './ask.ts';
import { selectBatchesById } from './batch-store.ts';
import type { Viewer } from './decisions.ts';
import { selectPending } from './decisions-store.ts';
import { decisionsOn } from './present.ts';
import { selectChanges } from './safety-store.ts';
import { selectActionsById } from './store.ts';

type Page = { readonly cursor?: string | undefined; readonly limit?: number | undefined };
type About = Omit<PendingDecision, 'kind' | 'id' | 'approval' | 'hold'>;

/** What waits for a second person or a release, newest first. */
export function listPending(
  deps: AskDeps,
  contractorId: ContractorId,
  { cursor, limit = 50 }: Page,
  viewer: Viewer,
): Promise<{ items: PendingDecision[]; nextCursor: string | null }> {
  const after = momentCursor.decode(cursor);
  return deps.db.asContractor(contractorId, async (tx) => {
    const rows = await selectPending(tx, contractorId, deps.clock.now(), { after, limit: limit + 1 });
    const { shown, nextCursor } = pageOf(rows, limit, (row) => ({ at: row.at, id: row.subject_id }));
    const ids = shown.map((row) => row.subject_id);
    const actions = await selectActionsById(tx, contractorId, ids);
    const names = await briefDevices(
      tx,
      contractorId,
      actions.map((row) => row.device_id),
    );
    const about = new Map<string, About>();
    for (const row of actions) {
      const deviceName = names.get(row.device_id)?.displayName ?? null;
      about.set(row.action_id, { ...asked(row), type: row.type, deviceName, devices: 1 });
    }
    for (const row of await selectBatchesById(tx, contractorId, ids)) {
      about.set(row.batch_id, { ...asked(row), type: row.type, deviceName: null, devices: row.total });
    }
    for (const row of await selectChanges(tx, contractorId, ids)) {
      about.set(row.change_id, { ...asked(row), type: null, deviceName: null, devices: 0 });
    }
    const decisions = await decisionsOn(tx, contractorId, ids, viewer);
    const items = shown.flatMap(({ subject_id: id, kind }) => {
      const found = about.get(id);
      if (found === undefined) return [];
      const { approval = null, hold = null } = decisions.get(id) ?? {};
      return [{ kind, id, ...found, approval, hold }];
    });
    return { items, nextCursor };
  });
}

type Row = {
  readonly asked_by_kind: PendingDecision['askedBy']['kind'];
  readonly asked_by: string;
  readonly asked_by_name: string;
  readonly asked_at: Temporal.Instant;
  readonly reason: string | null;
};
const asked = (row: Row) => ({
  askedBy: { kind: row.asked_by_kind, id: row.asked_by, name: row.asked_by_name },
  askedAt: row.asked_at.toString(),
  reason: row.reason,
});
