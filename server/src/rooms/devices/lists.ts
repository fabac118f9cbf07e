import { sql } from 'kysely';
import { type Tx, tables } from '../../base/db.ts';
import type { ContractorId } from '../../base/ids.ts';
import type { DeviceId, ListObservation, ObservedApp, ObservedCertificate, ObservedProfile } from './model.ts';
import { type FieldChange, storableText } from './observed.ts';
import { reportBody } from './raw-report.ts';
import * as store from './store.ts';
import type { DeviceTables } from './tables.ts';

/** The sections under which a device's lists are kept, raw. */
export const LIST_SECTIONS = { apps: 'apps', profiles: 'profiles', certificates: 'certificates' } as const;

/** More than this of one list is not kept, in items. Our choice; the raw report names them up to its own limit. */
const LONGEST_LIST = 5000;
const LONGEST_IDENTIFIER = 500;

/** How one kind of list is stored: its table, its columns beside the keys, and what the history tells of an item. */
type ListKind<Item> = {
  readonly section: string;
  readonly field: string;
  readonly table: 'device_apps' | 'device_profiles' | 'device_certificates';
  /** Column definitions for `jsonb_to_recordset`, in order; `key` columns first. */
  readonly columns: Readonly<Record<string, string>>;
  readonly keys: readonly string[];
  /** One item as its columns. */
  readonly row: (item: Item) => Row;
  /** What the history shows of an item; two rows that look alike here are no change for it. */
  readonly told: (row: Row) => Readonly<Record<string, unknown>>;
};
type Row = Readonly<Record<string, unknown>>;

const text = (value: string | undefined, longest?: number) =>
  value === undefined || value === '' ? null : storableText(value, longest);
const bytes = (value: number | undefined) => (value !== undefined && Number.isSafeInteger(value) ? value : null);
const details = (value: Readonly<Record<string, unknown>> | undefined): unknown => JSON.parse(reportBody(value ?? {}));

const APPS: ListKind<ObservedApp> = {
  section: LIST_SECTIONS.apps,
  field: 'app',
  table: 'device_apps',
  keys: ['identifier'],
  columns: {
    identifier: 'text',
    name: 'text',
    version: 'text',
    short_version: 'text',
    bundle_bytes: 'bigint',
    managed: 'boolean',
    details: 'jsonb',
  },
  row: (app) => ({
    // A Mac lists programs without an identifier: their name is all that tells them apart.
    identifier: text(app.identifier, LONGEST_IDENTIFIER) ?? text(app.name) ?? '',
    name: text(app.name),
    version: text(app.version),
    short_version: text(app.shortVersion),
    bundle_bytes: bytes(app.bundleBytes),
    managed: app.managed ?? null,
    details: details(app.details),
  }),
  told: (row) => ({ identifier: row.identifier, name: row.name, version: row.short_version ?? row.version }),
};

const PROFILES: ListKind<ObservedProfile> = {
  section: LIST_SECTIONS.profiles,
  field: 'profile',
  table: 'device_profiles',
  keys: ['identifier', 'uuid'],
  columns: {
    identifier: 'text',
    uuid: 'text',
    display_name: 'text',
    managed: 'boolean',
    payload_types: 'text[]',
    details: 'jsonb',
  },
  row: (profile) => ({
    identifier: text(profile.identifier, LONGEST_IDENTIFIER) ?? '',
    uuid: text(profile.uuid) ?? '',
    display_name: text(profile.displayName),
    managed: profile.managed ?? null,
    payload_types: (profile.payloadTypes ?? []).slice(0, 200).map((type) => storableText(type)),
    details: details(profile.details),
  }),
  told: (row) => ({ identifier: row.identifier, displayName: row.display_name }),
};

const CERTIFICATES: ListKind<ObservedCertificate> = {
  section: LIST_SECTIONS.certificates,
  field: 'certificate',
  table: 'device_certificates',
  keys: ['sha256'],
  columns: {
    sha256: 'bytea',
    common_name: 'text',
    identity: 'boolean',
    subject: 'text',
    issuer: 'text',
    not_before: 'timestamptz',
    not_after: 'timestamptz',
  },
  row: (certificate) => ({
    sha256: `\\x${Buffer.from(certificate.sha256).toString('hex')}`,
    common_name: text(certificate.commonName),
    identity: certificate.identity ?? null,
    subject: text(certificate.subject, 1000),
    issuer: text(certificate.issuer, 1000),
    not_before: certificate.notBefore?.toString() ?? null,
    not_after: certificate.notAfter?.toString() ?? null,
  }),
  told: (row) => ({ commonName: row.common_name, sha256: String(row.sha256).slice(2) }),
};

/**
 * The apps that are installed, all of them: what is not in the list is gone. The history tells what came, went and changed
 * its version, but not a device's first list. A list older than the stored one is ignored. Throws `not_found`.
 */
export async function observeApps(
  tx: Tx,
  contractorId: ContractorId,
  deviceId: DeviceId,
  list: ListObservation<ObservedApp>,
): Promise<void> {
  const count = await replaceList(tx, contractorId, deviceId, APPS, list);
  if (count !== undefined) await store.updateDevice(tx, contractorId, deviceId, { app_count: count });
}

/** The same for configuration profiles. */
export async function observeProfiles(
  tx: Tx,
  contractorId: ContractorId,
  deviceId: DeviceId,
  list: ListObservation<ObservedProfile>,
): Promise<void> {
  await replaceList(tx, contractorId, deviceId, PROFILES, list);
}

/** The same for certificates. */
export async function observeCertificates(
  tx: Tx,
  contractorId: ContractorId,
  deviceId: DeviceId,
  list: ListObservation<ObservedCertificate>,
): Promise<void> {
  await replaceList(tx, contractorId, deviceId, CERTIFICATES, list);
}

/** How many items the list has now; undefined when it was old. */
async function replaceList<Item>(
  tx: Tx,
  contractorId: ContractorId,
  deviceId: DeviceId,
  kind: ListKind<Item>,
  { at, source, items, body }: ListObservation<Item>,
): Promise<number | undefined> {
  await store.lockDevice(tx, contractorId, deviceId);
  const before = await store.selectReportedAt(tx, contractorId, deviceId, kind.section);
  const report = { section: kind.section, at, body: reportBody(body) };
  if (!(await store.upsertReport(tx, contractorId, deviceId, report))) return undefined;
  const said = keyed(kind, items.slice(0, LONGEST_LIST).map(kind.row));
  const kept = keyed(kind, await readRows(tx, contractorId, deviceId, kind));
  const gone = [...kept].filter(([key]) => !said.has(key));
  const different = [...said].filter(([key, row]) => stable(row) !== stable(kept.get(key)));
  await deleteRows(
    tx,
    contractorId,
    deviceId,
    kind,
    gone.map(([, row]) => row),
  );
  await writeRows(
    tx,
    contractorId,
    deviceId,
    kind,
    different.map(([, row]) => row),
    at,
  );
  if (before !== undefined) {
    const changes = [
      ...gone.map(([, row]) => ({ field: kind.field, oldValue: kind.told(row), newValue: null })),
      ...different.flatMap(([key, row]) => told(kind, kept.get(key), row)),
    ];
    await store.insertChanges(tx, contractorId, deviceId, changes, { source, at });
  }
  return said.size;
}

function told<Item>(kind: ListKind<Item>, old: Row | undefined, row: Row): FieldChange[] {
  const [oldValue, newValue] = [old === undefined ? null : kind.told(old), kind.told(row)];
  return stable(oldValue) === stable(newValue) ? [] : [{ field: kind.field, oldValue, newValue }];
}

/**
 * Rows by key. A Mac may list several copies of one program: the greatest row in text order is taken, so that the order
 * in which they are listed makes no history.
 */
function keyed<Item>(kind: ListKind<Item>, rows: readonly Row[]): Map<string, Row> {
  const found = new Map<string, Row>();
  for (const row of rows) {
    const key = JSON.stringify(kind.keys.map((name) => row[name]));
    const other = found.get(key);
    if (other === undefined || stable(row) > stable(other)) found.set(key, row);
  }
  return found;
}

/** JSON with sorted keys: jsonb does not keep their order. */
function stable(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

async function readRows<Item>(
  tx: Tx,
  contractorId: ContractorId,
  deviceId: DeviceId,
  kind: ListKind<Item>,
): Promise<Row[]> {
  // As text, in the very form in which `row` makes them.
  const columns = Object.entries(kind.columns).map(([name, type]) =>
    type === 'bytea'
      ? sql`'\\x' || encode(${sql.ref(name)}, 'hex') as ${sql.ref(name)}`
      : type === 'timestamptz'
        ? sql`${sql.ref(name)}`
        : sql.ref(name),
  );
  const { rows } = await sql<Row>`select ${sql.join(columns)} from ${sql.table(kind.table)}
    where contractor_id = ${contractorId} and device_id = ${deviceId}`.execute(tx);
  return rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [name, value instanceof Temporal.Instant ? value.toString() : value]),
    ),
  );
}

async function deleteRows<Item>(
  tx: Tx,
  contractorId: ContractorId,
  deviceId: DeviceId,
  kind: ListKind<Item>,
  rows: readonly Row[],
): Promise<void> {
  if (rows.length === 0) return;
  const keys = kind.keys.map((name) => sql.ref(name));
  const typed = kind.keys.map((name) => sql`${sql.ref(name)} ${sql.raw(kind.columns[name] ?? 'text')}`);
  await sql`delete from ${sql.table(kind.table)} where contractor_id = ${contractorId} and device_id = ${deviceId}
    and (${sql.join(keys)}) in (select ${sql.join(keys)}
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r(${sql.join(typed)}))`.execute(tx);
}

async function writeRows<Item>(
  tx: Tx,
  contractorId: ContractorId,
  deviceId: DeviceId,
  kind: ListKind<Item>,
  rows: readonly Row[],
  at: Temporal.Instant,
): Promise<void> {
  if (rows.length === 0) return;
  const names = Object.keys(kind.columns);
  const columns = names.map((name) => sql.ref(name));
  // The names and types are those of the tables above, not anybody's input.
  const typed = names.map((name) => sql`${sql.ref(name)} ${sql.raw(kind.columns[name] ?? 'text')}`);
  const others = [...names.filter((name) => !kind.keys.includes(name)), 'changed_at'];
  const taken = others.map((name) => sql`${sql.ref(name)} = ${sql.ref(`excluded.${name}`)}`);
  await sql`insert into ${sql.table(kind.table)} (contractor_id, device_id, ${sql.join(columns)}, changed_at)
    select ${contractorId}::uuid, ${deviceId}::uuid, ${sql.join(columns)}, ${at}::timestamptz
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r(${sql.join(typed)})
    on conflict (contractor_id, device_id, ${sql.join(kind.keys.map((name) => sql.ref(name)))})
    do update set ${sql.join(taken)}`.execute(tx);
}

export function selectApps(tx: Tx, contractorId: ContractorId, deviceId: DeviceId) {
  return tables<DeviceTables>(tx)
    .selectFrom('device_apps')
    .select(['identifier', 'name', 'version', 'short_version', 'bundle_bytes', 'managed'])
    .where('contractor_id', '=', contractorId)
    .where('device_id', '=', deviceId)
    .orderBy(sql`name collate ja`)
    .orderBy('identifier')
    .execute();
}

export function selectProfiles(tx: Tx, contractorId: ContractorId, deviceId: DeviceId) {
  return tables<DeviceTables>(tx)
    .selectFrom('device_profiles')
    .select(['identifier', 'uuid', 'display_name', 'managed', 'payload_types'])
    .where('contractor_id', '=', contractorId)
    .where('device_id', '=', deviceId)
    .orderBy(sql`display_name collate ja`)
    .orderBy('identifier')
    .execute();
}

export function selectCertificates(tx: Tx, contractorId: ContractorId, deviceId: DeviceId) {
  return tables<DeviceTables>(tx)
    .selectFrom('device_certificates')
    .select(['sha256', 'common_name', 'identity', 'subject', 'issuer', 'not_before', 'not_after'])
    .where('contractor_id', '=', contractorId)
    .where('device_id', '=', deviceId)
    .orderBy(sql`common_name collate ja`)
    .orderBy('sha256')
    .execute();
}
