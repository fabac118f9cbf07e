import { ATTENTION_KINDS, type ManagementState, USAGE_MODES } from '@tsukasa/api';
import { sql } from 'kysely';
import type { Tx } from '../../base/db.ts';
import type { ContractorId } from '../../base/ids.ts';
import { type AttentionKind, attentionCondition } from './filters.ts';
import { type SurroundingDeps, surroundings } from './surroundings.ts';

export const CONTACT_AGES = ['PT1H', 'P1D', 'P7D', 'older', 'never'] as const;
export type ContactAge = (typeof CONTACT_AGES)[number];

/** A contractor's devices, counted. */
export type FleetCounts = {
  readonly devices: Readonly<Record<ManagementState, number>>;
  readonly attention: readonly { readonly kind: AttentionKind; readonly count: number }[];
  /** Managed devices; each counts in one age only. */
  readonly contacts: readonly { readonly within: ContactAge; readonly count: number }[];
  readonly byOs: readonly {
    readonly osFamily: string | null;
    readonly osVersion: string | null;
    readonly count: number;
  }[];
  readonly byUsageMode: readonly { readonly usageMode: string; readonly count: number }[];
  readonly openEvents: { readonly alarm: number; readonly warning: number };
};

/** In three statements, whatever the size of the fleet; attention is counted by the list's own conditions. */
export async function countFleet(
  deps: Omit<SurroundingDeps, 'openActions'>,
  tx: Tx,
  contractorId: ContractorId,
): Promise<FleetCounts> {
  const now = deps.clock.now();
  const around = await surroundings(deps, tx, contractorId, ATTENTION_KINDS);
  const since = (hours: number) => now.subtract({ hours });
  const attention = ATTENTION_KINDS.map(
    (kind) => sql`count(*) filter (where ${attentionCondition(kind, around)}) as ${sql.ref(kind)}`,
  );
  const at = sql`c.last_contact_at`;
  const { rows } = await sql<Record<string, number>>`select
      count(*) filter (where d.management_state = 'managed') as managed,
      count(*) filter (where d.management_state = 'enrolling') as enrolling,
      count(*) filter (where d.management_state = 'unmanaged') as unmanaged,
      count(*) filter (where d.management_state = 'managed' and ${at} >= ${since(1)}) as "PT1H",
      count(*) filter (where d.management_state = 'managed' and ${at} >= ${since(24)} and ${at} < ${since(1)}) as "P1D",
      count(*) filter (where d.management_state = 'managed' and ${at} >= ${since(168)} and ${at} < ${since(24)}) as "P7D",
      count(*) filter (where d.management_state = 'managed' and ${at} < ${since(168)}) as "older",
      count(*) filter (where d.management_state = 'managed' and ${at} is null) as "never",
      ${sql.join(attention)}
    from devices d left join device_contacts c on c.contractor_id = d.contractor_id and c.device_id = d.device_id
    where d.contractor_id = ${contractorId}`.execute(tx);
  const counts = rows[0] ?? {};
  const groups = await countGroups(tx, contractorId);
  return {
    devices: {
      managed: counts.managed ?? 0,
      enrolling: counts.enrolling ?? 0,
      unmanaged: counts.unmanaged ?? 0,
    },
    attention: ATTENTION_KINDS.map((kind) => ({ kind, count: counts[kind] ?? 0 })),
    contacts: CONTACT_AGES.map((within) => ({ within, count: counts[within] ?? 0 })),
    byOs: sumBy(groups, ({ osFamily, osVersion }) => ({ osFamily, osVersion })),
    byUsageMode: USAGE_MODES.map((usageMode) => ({
      usageMode,
      count: groups.filter((group) => group.usageMode === usageMode).reduce((sum, group) => sum + group.count, 0),
    })),
    openEvents: await countOpenEvents(tx, contractorId),
  };
}

type GroupCount = {
  readonly osFamily: string | null;
  readonly osVersion: string | null;
  readonly usageMode: string;
  readonly count: number;
};

async function countGroups(tx: Tx, contractorId: ContractorId): Promise<GroupCount[]> {
  const { rows } = await sql<GroupCount>`select os_family as "osFamily", os_version as "osVersion",
      usage_mode as "usageMode", count(*) as count
    from devices where contractor_id = ${contractorId} and management_state = 'managed'
    group by os_family, os_version, usage_mode`.execute(tx);
  return rows;
}

/** Most frequent first. */
function sumBy<Key>(groups: readonly GroupCount[], keyOf: (group: GroupCount) => Key): (Key & { count: number })[] {
  const sums = new Map<string, Key & { count: number }>();
  for (const group of groups) {
    const key = keyOf(group);
    const name = JSON.stringify(key);
    sums.set(name, { ...key, count: (sums.get(name)?.count ?? 0) + group.count });
  }
  return [...sums.values()].sort((a, b) => b.count - a.count);
}

async function countOpenEvents(tx: Tx, contractorId: ContractorId) {
  const { rows } = await sql<{ alarm: number; warning: number }>`select
      count(*) filter (where severity = 'alarm') as alarm, count(*) filter (where severity = 'warning') as warning
    from device_events where contractor_id = ${contractorId} and acknowledged_at is null`.execute(tx);
  return { alarm: rows[0]?.alarm ?? 0, warning: rows[0]?.warning ?? 0 };
}

/** What the provider sees of one contractor. */
export type FleetGlance = {
  readonly managedDevices: number;
  readonly silentDevices: number;
  readonly openAlarms: number;
};

/** For every contractor asked for, in two statements. `tx` is the jobs role's, bound to nobody. */
export async function glanceAtFleets(
  tx: Tx,
  contractors: readonly { readonly contractorId: ContractorId; readonly silentBefore: Temporal.Instant }[],
): Promise<ReadonlyMap<ContractorId, FleetGlance>> {
  if (contractors.length === 0) return new Map();
  const ids = contractors.map(({ contractorId }) => contractorId);
  const limits = contractors.map(({ silentBefore }) => silentBefore.toString());
  const { rows } = await sql<{ contractor_id: ContractorId; managed: number; silent: number }>`
    select d.contractor_id, count(*) as managed,
      count(*) filter (where coalesce(c.last_contact_at, d.enrolled_at) < k.silent_before) as silent
    from unnest(${ids}::uuid[], ${limits}::timestamptz[]) as k(contractor_id, silent_before)
    join devices d on d.contractor_id = k.contractor_id and d.management_state = 'managed'
    left join device_contacts c on c.contractor_id = d.contractor_id and c.device_id = d.device_id
    group by d.contractor_id`.execute(tx);
  const alarms = await sql<{ contractor_id: ContractorId; count: number }>`
    select contractor_id, count(*) as count from device_events
    where contractor_id = any(${ids}::uuid[]) and severity = 'alarm' and acknowledged_at is null
    group by contractor_id`.execute(tx);
  const open = new Map(alarms.rows.map((row) => [row.contractor_id, row.count]));
  const devices = new Map(rows.map((row) => [row.contractor_id, row]));
  return new Map(
    ids.map((id) => [
      id,
      {
        managedDevices: devices.get(id)?.managed ?? 0,
        silentDevices: devices.get(id)?.silent ?? 0,
        openAlarms: open.get(id) ?? 0,
      },
    ]),
  );
}
