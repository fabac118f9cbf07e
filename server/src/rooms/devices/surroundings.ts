import type { ContractorSettings, Platform } from '@tsukasa/api';
import type { Clock } from '../../base/clock.ts';
import type { Tx } from '../../base/db.ts';
import type { ContractorId } from '../../base/ids.ts';
import { durationOf } from './duration.ts';
import type { AttentionKind, Surroundings } from './filters.ts';
import type { DeviceChannel, OpenActions } from './model.ts';

export type SurroundingDeps = {
  readonly clock: Clock;
  readonly contractorSettings: (tx: Tx, contractorId: ContractorId) => Promise<Pick<ContractorSettings, 'silentAfter'>>;
  readonly channels: ReadonlyMap<Platform, DeviceChannel>;
  readonly openActions: OpenActions;
};

/** What the conditions about `kinds` need; what they do not need is not looked up. */
export async function surroundings(
  deps: Omit<SurroundingDeps, 'openActions'>,
  tx: Tx,
  contractorId: ContractorId,
  kinds: readonly AttentionKind[],
): Promise<Surroundings> {
  const now = deps.clock.now();
  const silentBefore = kinds.includes('silent')
    ? now.subtract(durationOf((await deps.contractorSettings(tx, contractorId)).silentAfter))
    : now;
  const deadTokens = [];
  if (kinds.includes('push_token_dead')) {
    for (const channel of deps.channels.values()) deadTokens.push(...(await channel.deadTokens(tx, contractorId)));
  }
  return { silentBefore, deadTokens };
}
