import type { DeviceQuery, DeviceSummary } from '@tsukasa/api';
import { sql } from 'kysely';
import { type Db, type Tx, tables } from '../../base/db.ts';
import { type ContractorId, parseUuid } from '../../base/ids.ts';
import { listMemberIds } from '../directory/index.ts';
import { type DeviceFilter, filterCondition, type Surroundings } from './filters.ts';
import type { DeviceId } from './model.ts';
import {
  afterCondition,
  type DeviceSort,
  type Order,
  orderBy,
  type Position,
  positionValue,
  sortCursor,
} from './sorting.ts';
import { type SurroundingDeps, surroundings } from './surroundings.ts';
import type { DevicesTable, DeviceTables } from './tables.ts';

export type ListDeps = SurroundingDeps & { readonly db: Db };

const LISTED = [
  'device_id',
  'platform',
  'usage_mode',
  'management_mode',
  'management_state',
  'name',
  'label',
  'serial_number',
  'model',
  'model_name',
  'product_name',
  'os_family',
  'os_version',
  'os_build',
  'phone_number',
  'person_id',
  'person_name',
  'person_kana',
  'person_department',
  'supervised',
  'passcode_present',
  'policy_compliant',
  'encrypted',
  'lost_mode',
  'battery_level',
  'capacity_bytes',
  'available_bytes',
  'app_count',
  'enrolled_at',
  'last_observed_at',
  'support',
] as const;

/** A row of the list. */
export type ListedRow = Pick<DevicesTable, (typeof LISTED)[number]> & {
  readonly last_contact_at: Temporal.Instant | null;
};

/** A query, resolved: what the statements need. */
export type DeviceSearch = {
  readonly contractorId: ContractorId;
  readonly filter: DeviceFilter;
  readonly around: Surroundings;
  readonly sort: DeviceSort;
  readonly order: Order;
};

/** Looks up what the query names: the group's members, the silent limit, dead push tokens. */
export async function resolveSearch(
  deps: Omit<SurroundingDeps, 'openActions'>,
  tx: Tx,
  contractorId: ContractorId,
  query: Omit<DeviceQuery, 'cursor' | 'limit'>,
): Promise<DeviceSearch> {
  const { sort = 'name', order = 'asc', groupId, ...filter } = query;
  const members =
    groupId === undefined ? undefined : await listMemberIds(tx, contractorId, parseUuid<'Group'>(groupId, 'groupId'));
  const around = await surroundings(deps, tx, contractorId, filter.attention ?? []);
  return { contractorId, filter: { ...filter, members }, around, sort, order };
}

/** One page of devices and how many match in all. Throws `invalid` for a cursor of another order. */
export async function listDevices(
  deps: ListDeps,
  contractorId: ContractorId,
  { cursor, limit = 50, ...query }: DeviceQuery,
): Promise<{ items: DeviceSummary[]; nextCursor: string | null; total: number }> {
  const cursors = sortCursor(query.sort ?? 'name', query.order ?? 'asc');
  const after = cursors.decode(cursor);
  return deps.db.asContractor(contractorId, async (tx) => {
    const search = await resolveSearch(deps, tx, contractorId, query);
    const rows = await selectDevices(tx, search, after, limit + 1);
    const total = await countDevices(tx, search);
    const shown = rows.slice(0, limit);
    const last = rows.length > limit ? shown.at(-1) : undefined;
    return {
      items: await summaries(deps, tx, contractorId, shown),
      nextCursor: last === undefined ? null : cursors.encode({ value: last.position, id: last.device_id }),
      total,
    };
  });
}

/** The next rows behind a position, in the order of the search. */
export async function selectDevices(
  tx: Tx,
  { contractorId, filter, around, sort, order }: DeviceSearch,
  after: Position | undefined,
  limit: number,
): Promise<(ListedRow & { position: string | null })[]> {
  let query = tables<DeviceTables>(tx)
    .selectFrom('devices as d')
    .leftJoin('device_contacts as c', (join) =>
      join.onRef('c.contractor_id', '=', 'd.contractor_id').onRef('c.device_id', '=', 'd.device_id'),
    )
    .select(LISTED.map((column) => `d.${column}` as const))
    .select('c.last_contact_at')
    .select(positionValue(sort).as('position'))
    .where(filterCondition(contractorId, filter, around))
    .orderBy(orderBy(sort, order))
    .limit(limit);
  if (after !== undefined) query = query.where(afterCondition(sort, order, after));
  return query.execute();
}

export async function countDevices(tx: Tx, { contractorId, filter, around }: DeviceSearch): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) as count
    from devices d left join device_contacts c on c.contractor_id = d.contractor_id and c.device_id = d.device_id
    where ${filterCondition(contractorId, filter, around)}`.execute(tx);
  return rows[0]?.count ?? 0;
}

/** Rows as the interface shows them, with the open actions of each. */
export async function summaries(
  deps: Pick<ListDeps, 'openActions'>,
  tx: Tx,
  contractorId: ContractorId,
  rows: readonly ListedRow[],
): Promise<DeviceSummary[]> {
  const ids = rows.map((row) => row.device_id as DeviceId);
  const open = ids.length === 0 ? new Map() : await deps.openActions.openByDevice(tx, contractorId, ids);
  return rows.map((row) => summary(row, open.get(row.device_id as DeviceId) ?? 0));
}

export function summary(row: ListedRow, openActions: number): DeviceSummary {
  return {
    deviceId: row.device_id,
    platform: row.platform,
    usageMode: row.usage_mode,
    managementMode: row.management_mode,
    managementState: row.management_state,
    name: row.name,
    label: row.label,
    serialNumber: row.serial_number,
    model: row.model,
    modelName: row.model_name,
    productName: row.product_name,
    osFamily: row.os_family,
    osVersion: row.os_version,
    osBuild: row.os_build,
    phoneNumber: row.phone_number,
    person:
      row.person_id === null
        ? null
        : {
            personId: row.person_id,
            name: row.person_name ?? '',
            kana: row.person_kana ?? '',
            department: row.person_department,
          },
    supervised: row.supervised,
    passcodePresent: row.passcode_present,
    policyCompliant: row.policy_compliant,
    encrypted: row.encrypted,
    lostMode: row.lost_mode,
    batteryLevel: row.battery_level,
    capacityBytes: row.capacity_bytes,
    availableBytes: row.available_bytes,
    appCount: row.app_count,
    openActions,
    enrolledAt: row.enrolled_at?.toString() ?? null,
    lastContactAt: row.last_contact_at?.toString() ?? null,
    lastObservedAt: row.last_observed_at?.toString() ?? null,
    support: row.support,
  };
}
