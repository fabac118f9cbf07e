import type { BatchSelection } from '@tsukasa/api';
import { sql } from 'kysely';
import type { Tx } from '../../base/db.ts';
import { DomainError } from '../../base/errors.ts';
import { type ContractorId, parseUuid } from '../../base/ids.ts';
import { type ListDeps, resolveSearch } from './device-list.ts';
import { filterCondition } from './filters.ts';
import type { DeviceFacts, DeviceId } from './model.ts';
import { deviceFacts } from './registry.ts';
import * as store from './store.ts';

export type SelectionDeps = Pick<ListDeps, 'clock' | 'contractorSettings' | 'channels'>;

/**
 * The devices that a selection means, whatever their state, by id: those of the device list under the same filter, or the
 * named ones. One statement reads them. Throws `not_found` when a named one is not there, `too_large` above `most`.
 */
export async function selectDevices(
  deps: SelectionDeps,
  tx: Tx,
  contractorId: ContractorId,
  selection: BatchSelection,
  most: number,
): Promise<readonly DeviceFacts[]> {
  if ('deviceIds' in selection) {
    const ids = selection.deviceIds.map((id) => parseUuid<'Device'>(id, 'deviceIds'));
    const devices = await getDevices(tx, contractorId, ids);
    if (devices.length < new Set(ids).size) throw store.noDevice();
    return devices;
  }
  const { filter, around } = await resolveSearch(deps, tx, contractorId, selection.filter);
  const matching = sql<boolean>`devices.device_id in (select d.device_id from devices d
    left join device_contacts c on c.contractor_id = d.contractor_id and c.device_id = d.device_id
    where ${filterCondition(contractorId, filter, around)})`;
  const rows = await store.selectWhere(tx, contractorId, matching, most + 1);
  if (rows.length > most) {
    throw new DomainError('too_large', 'the selection is too large', {
      reason: 'devices.selection_too_large',
      params: { most },
    });
  }
  return rows.map((row) => deviceFacts(contractorId, row));
}

/** Several devices at once, by id; those that do not exist are left out. */
export async function getDevices(
  tx: Tx,
  contractorId: ContractorId,
  deviceIds: readonly DeviceId[],
): Promise<readonly DeviceFacts[]> {
  const named = sql<boolean>`devices.device_id = any(${[...deviceIds]}::uuid[])`;
  const rows = await store.selectWhere(tx, contractorId, named, deviceIds.length);
  return rows.map((row) => deviceFacts(contractorId, row));
}
