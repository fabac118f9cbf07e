import type { ActionType } from '@tsukasa/api';
import type { Tx } from '../../base/db.ts';
import { type ContractorId, PROVIDER_ID } from '../../base/ids.ts';
import { recordEvent } from '../devices/index.ts';
import { type Asker, putHold, type SubjectKind } from './decisions-store.ts';
import * as store from './safety-store.ts';

/** Destructive actions that somebody would let go now. */
export type Letting = Asker & {
  readonly subjectId: string;
  readonly kind: Exclude<SubjectKind, 'safety'>;
  readonly type: ActionType;
  readonly count: number;
};
/** Which limits somebody has lifted for this once. */
export type Lifted = { readonly contractor: boolean; readonly installation: boolean };
const NOTHING_LIFTED: Lifted = { contractor: false, installation: false };

export type Excess = {
  readonly scope: 'contractor' | 'installation';
  readonly limit: number;
  readonly inLastHour: number;
  readonly wanted: number;
};

/**
 * The breaker: counts what is let go, or holds all of it when a limit would be exceeded, which is an alarm. Decisions of one
 * contractor, and those that reach the installation's count, are made one after another until their transaction ends, so call
 * it last. Nothing is counted that is held. Returns whether it may go.
 */
export async function letGoOrHold(
  tx: Tx,
  contractorId: ContractorId,
  letting: Letting,
  now: Temporal.Instant,
  lifted: Lifted = NOTHING_LIFTED,
): Promise<boolean> {
  const { subjectId, kind, type, count, asked_by, asked_behind } = letting;
  await store.lockBreaker(tx, contractorId);
  await store.lockBreaker(tx, PROVIDER_ID);
  const excess = await excessOf(tx, contractorId, count, now, lifted);
  if (excess === undefined) {
    await store.countLetGo(tx, count, now);
    return true;
  }
  const { scope, limit, inLastHour, wanted } = excess;
  const numbers = { scope, hour_limit: limit, in_last_hour: inLastHour, wanted };
  await putHold(tx, contractorId, { subject_id: subjectId, kind, asked_by, asked_behind, held_at: now, ...numbers });
  await recordEvent(tx, contractorId, {
    kind: 'breaker.held',
    severity: 'alarm',
    dedupe: subjectId,
    details: { type, kind, id: subjectId, ...excess },
    now,
  });
  return false;
}

/** What `count` more would exceed; the installation's limit first, because only the provider lifts it. */
export async function excessOf(
  tx: Tx,
  contractorId: ContractorId,
  count: number,
  now: Temporal.Instant,
  lifted: Lifted = NOTHING_LIFTED,
): Promise<Excess | undefined> {
  const limits = [
    {
      scope: 'installation',
      lifted: lifted.installation,
      limit: await store.installationLimit(tx),
      inLastHour: await store.letGoByAll(tx, now),
    },
    {
      scope: 'contractor',
      lifted: lifted.contractor,
      limit: (await store.readSafety(tx, contractorId)).hourLimit,
      inLastHour: await store.letGoByContractor(tx, contractorId, now),
    },
  ] as const;
  for (const { scope, lifted: free, limit, inLastHour } of limits) {
    if (free || limit === null || inLastHour + count <= limit) continue;
    return { scope, limit, inLastHour, wanted: count };
  }
  return undefined;
}
