import { ATTENTION_KINDS, type DeviceQuery } from '@tsukasa/api';
import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { ContractorId } from '../../base/ids.ts';
import { containsWords, type PersonId, searchWords } from '../directory/index.ts';
import type { DeviceId } from './model.ts';

export type AttentionKind = (typeof ATTENTION_KINDS)[number];
type Condition = RawBuilder<SqlBool>;

/** What the conditions need beside the rows themselves. */
export type Surroundings = {
  /** A device that was last heard of before this is silent. */
  readonly silentBefore: Temporal.Instant;
  readonly deadTokens: readonly DeviceId[];
};

/** Low on storage: less than a tenth is free, and less than 8 GB. Our choice: what an update of the system needs. */
const LOW_STORAGE_BYTES = 8_000_000_000;

/**
 * True for the devices that each kind of attention means: the list's filter and the dashboard's counts are this one
 * condition. Only managed devices ask for attention. Over `devices d left join device_contacts c`.
 */
export function attentionCondition(kind: AttentionKind, around: Surroundings): Condition {
  return sql<boolean>`(d.management_state = 'managed' and ${trouble(kind, around)})`;
}

function trouble(kind: AttentionKind, { silentBefore, deadTokens }: Surroundings): Condition {
  switch (kind) {
    case 'silent':
      return sql`coalesce(c.last_contact_at, d.enrolled_at) < ${silentBefore}::timestamptz`;
    case 'lost_mode':
      return sql`d.lost_mode`;
    case 'no_passcode':
      return sql`not d.passcode_present`;
    case 'not_encrypted':
      return sql`not d.encrypted`;
    case 'push_token_dead':
      return sql`d.device_id = any(${[...deadTokens]}::uuid[])`;
    case 'low_storage':
      return sql`d.available_bytes < least(d.capacity_bytes / 10, ${LOW_STORAGE_BYTES})`;
    case 'out_of_support':
      return sql`d.support in ('os', 'usage_mode')`;
    case 'not_compliant':
      return sql`not d.policy_compliant`;
    case 'antivirus_off':
      return sql`not d.antivirus_active`;
    case 'never_observed':
      return sql`d.last_observed_at is null`;
  }
}

export type DeviceFilter = Omit<DeviceQuery, 'cursor' | 'limit' | 'sort' | 'order' | 'groupId'> & {
  /** Members of the group asked for; absent when none was. */
  readonly members?: readonly PersonId[] | undefined;
};

/** All conditions of a query, as one. */
export function filterCondition(contractorId: ContractorId, filter: DeviceFilter, around: Surroundings): Condition {
  const all: Condition[] = [sql`d.contractor_id = ${contractorId}`];
  const words = searchWords(filter.q);
  if (words.length > 0) all.push(sql`${containsWords(sql<string>`d.search_key`, words)}`);
  else if ((filter.q ?? '').trim() !== '') all.push(sql`false`); // typed, but nothing that could be found
  oneOf(all, 'management_state', filter.state);
  oneOf(all, 'platform', filter.platform);
  oneOf(all, 'management_mode', filter.managementMode);
  oneOf(all, 'os_family', filter.osFamily);
  oneOf(all, 'usage_mode', filter.usageMode);
  oneOf(all, 'support', filter.support);
  if (filter.osVersion !== undefined) all.push(versionCondition(filter.osVersion));
  if (filter.supervised !== undefined) all.push(sql`d.supervised = ${filter.supervised}`);
  if (filter.personId !== undefined) all.push(sql`d.person_id = ${filter.personId}::uuid`);
  if (filter.members !== undefined) all.push(sql`d.person_id = any(${[...filter.members]}::uuid[])`);
  const kinds = ATTENTION_KINDS.filter((kind) => filter.attention?.includes(kind));
  if (kinds.length > 0) {
    const any = kinds.map((kind) => attentionCondition(kind, around));
    all.push(sql`(${sql.join(any, sql` or `)})`);
  }
  return sql`(${sql.join(all, sql` and `)})`;
}

function oneOf(all: Condition[], column: string, wanted: readonly string[] | undefined): void {
  if (wanted === undefined || wanted.length === 0) return;
  all.push(sql`${sql.ref(`d.${column}`)} = any(${[...wanted]}::text[])`);
}

/** `17.5` exactly, or with `17.*` every version that begins so. */
function versionCondition(version: string): Condition {
  if (!version.endsWith('.*')) return sql`d.os_version = ${version}`;
  const prefix = version.slice(0, -2);
  return sql`(d.os_version = ${prefix} or starts_with(d.os_version, ${`${prefix}.`}))`;
}
