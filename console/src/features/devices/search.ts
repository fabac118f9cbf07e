import {
  ATTENTION_KINDS,
  DEVICE_SORTS,
  type DeviceSummary,
  MANAGEMENT_MODES,
  MANAGEMENT_STATES,
  OS_FAMILIES,
  PLATFORMS,
  SUPPORT_STATES,
  USAGE_MODES,
} from '@tsukasa/api';
import type { Query } from '../../app/api.ts';
import { flagOf, manyOf, oneOf, present, textOf } from '../../app/search.ts';

/** Columns that the list can show, in their order; each is a field of `DeviceSummary`. */
export const COLUMNS = [
  'name',
  'person',
  'platform',
  'modelName',
  'osVersion',
  'support',
  'lastContactAt',
  'managementState',
  'usageMode',
  'managementMode',
  'serialNumber',
  'phoneNumber',
  'label',
  'supervised',
  'passcodePresent',
  'policyCompliant',
  'encrypted',
  'lostMode',
  'batteryLevel',
  'availableBytes',
  'appCount',
  'openActions',
  'enrolledAt',
  'lastObservedAt',
  'osBuild',
] as const satisfies readonly (keyof DeviceSummary)[];
export type ColumnKey = (typeof COLUMNS)[number];
export const DEFAULT_COLUMNS: readonly ColumnKey[] = [
  'name',
  'person',
  'platform',
  'modelName',
  'osVersion',
  'lastContactAt',
  'managementState',
  'serialNumber',
  'openActions',
];

type Filters = Omit<Query<'listDevices'>, 'cursor' | 'limit'>;
/** The device list as its URL says: the API's own filters, and which columns. */
export type DeviceSearch = { [K in keyof Filters]?: Exclude<Filters[K], undefined> } & { columns?: string };

export function readDeviceSearch(search: Record<string, unknown>): DeviceSearch {
  return present({
    q: textOf(search['q']),
    state: manyOf(search['state'], MANAGEMENT_STATES),
    platform: manyOf(search['platform'], PLATFORMS),
    managementMode: manyOf(search['managementMode'], MANAGEMENT_MODES),
    osFamily: manyOf(search['osFamily'], OS_FAMILIES),
    osVersion: textOf(search['osVersion']),
    usageMode: manyOf(search['usageMode'], USAGE_MODES),
    support: manyOf(search['support'], SUPPORT_STATES),
    supervised: flagOf(search['supervised']),
    personId: textOf(search['personId']),
    groupId: textOf(search['groupId']),
    attention: manyOf(search['attention'], ATTENTION_KINDS),
    sort: oneOf(search['sort'], DEVICE_SORTS),
    order: oneOf(search['order'], ['asc', 'desc'] as const),
    columns: textOf(search['columns']),
  });
}

/** The chosen columns in their order; the URL holds them as one parameter, `columns=name,person`. */
export function columnsOf({ columns }: DeviceSearch): readonly ColumnKey[] {
  const chosen = columns?.split(',');
  return chosen === undefined ? DEFAULT_COLUMNS : COLUMNS.filter((c) => c === 'name' || chosen.includes(c));
}

/** Without paging and columns: what is asked from the server. */
export function filtersOf({ columns: _, ...filters }: DeviceSearch): Filters {
  return filters;
}

const NOT_FILTERS: ReadonlySet<string> = new Set(['q', 'sort', 'order', 'columns']);
export function countFilters(search: DeviceSearch): number {
  return Object.keys(search).filter((key) => !NOT_FILTERS.has(key)).length;
}
