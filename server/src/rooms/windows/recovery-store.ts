import { sql } from 'kysely';
import { type Tx, tables } from '../../base/db.ts';
import { type ContractorId, type Id, newId } from '../../base/ids.ts';
import type { Purpose, Secrets } from '../../base/secrets.ts';
import type { ActionId } from '../actions/index.ts';
import type { DeviceId } from '../devices/index.ts';
import type { EnrollmentId } from './model.ts';
import type { UpkeepTables } from './upkeep-tables.ts';

export type RecoveryKeyId = Id<'RecoveryKey'>;

const at = (tx: Tx) => tables<UpkeepTables>(tx);

/** What a recovery password is sealed for. */
export function recoveryPurpose(recoveryKeyId: string): Purpose {
  return { use: 'windows.recovery_password', row: recoveryKeyId };
}

export type RecoveryKeyRow = Omit<UpkeepTables['windows_recovery_keys'], 'sealed_password' | 'contractor_id'>;

const SHOWN = [
  'recovery_key_id',
  'device_id',
  'volume',
  'protector_id',
  'escrowed_at',
  'superseded_at',
  'last_read_at',
  'last_read_by',
] as const;

/** The newest first; those that were replaced too: a disk taken out earlier still opens with them. */
export function listKeys(tx: Tx, contractorId: ContractorId, deviceId: DeviceId): Promise<readonly RecoveryKeyRow[]> {
  return at(tx)
    .selectFrom('windows_recovery_keys')
    .select(SHOWN)
    .where('contractor_id', '=', contractorId)
    .where('device_id', '=', deviceId)
    .orderBy('superseded_at', (order) => order.desc().nullsFirst())
    .orderBy('escrowed_at', 'desc')
    .execute();
}

/** The sealed password of a key, with the reading noted on it; undefined when the device has no such key. */
export async function takeKey(
  tx: Tx,
  contractorId: ContractorId,
  key: {
    readonly deviceId: DeviceId;
    readonly recoveryKeyId: string;
    readonly by: string;
    readonly now: Temporal.Instant;
  },
): Promise<{ readonly protectorId: string; readonly volume: string; readonly sealed: Buffer } | undefined> {
  const row = await at(tx)
    .updateTable('windows_recovery_keys')
    .set({ last_read_at: key.now, last_read_by: key.by })
    .where('contractor_id', '=', contractorId)
    .where('device_id', '=', key.deviceId)
    .where('recovery_key_id', '=', key.recoveryKeyId)
    .returning(['protector_id', 'volume', 'sealed_password'])
    .executeTakeFirst();
  return row && { protectorId: row.protector_id, volume: row.volume, sealed: row.sealed_password };
}

export type Protector = { readonly volume: string; readonly protectorId: string; readonly recoveryPassword: string };

/** Takes keys into custody; one that is here already keeps its time. Those of the device that were not named are replaced. */
export async function storeKeys(
  tx: Tx,
  secrets: Secrets,
  { contractorId, deviceId }: { readonly contractorId: ContractorId; readonly deviceId: DeviceId },
  protectors: readonly Protector[],
  now: Temporal.Instant,
): Promise<void> {
  for (const { volume, protectorId, recoveryPassword } of protectors) {
    const known = await at(tx)
      .updateTable('windows_recovery_keys')
      .set({ superseded_at: null })
      .where('contractor_id', '=', contractorId)
      .where('device_id', '=', deviceId)
      .where('protector_id', '=', protectorId)
      .returning('recovery_key_id')
      .executeTakeFirst();
    if (known !== undefined) continue; // a protector's password never changes
    const id: RecoveryKeyId = newId(now.epochMilliseconds);
    const sealed = await secrets.sealFor(tx, contractorId, recoveryPurpose(id), Buffer.from(recoveryPassword, 'utf8'));
    await at(tx)
      .insertInto('windows_recovery_keys')
      .values({
        contractor_id: contractorId,
        recovery_key_id: id,
        device_id: deviceId,
        volume,
        protector_id: protectorId,
        sealed_password: sealed,
        escrowed_at: now,
      })
      .execute();
  }
  const named = protectors.map(({ protectorId }) => protectorId);
  await sql`update windows_recovery_keys set superseded_at = ${now}::timestamptz
    where contractor_id = ${contractorId} and device_id = ${deviceId} and superseded_at is null
      and protector_id <> all(${named}::text[])`.execute(tx);
}

/** Whether this upload is newer than the last one of the device; notes it when it is. */
export async function noteUpload(
  tx: Tx,
  { contractorId, deviceId }: { readonly contractorId: ContractorId; readonly deviceId: DeviceId },
  madeAt: Temporal.Instant,
  now: Temporal.Instant,
): Promise<boolean> {
  const { rows } = await sql`insert into windows_escrows (contractor_id, device_id, made_at, received_at)
    values (${contractorId}, ${deviceId}, ${madeAt}::timestamptz, ${now}::timestamptz)
    on conflict (contractor_id, device_id) do update set made_at = excluded.made_at, received_at = excluded.received_at
      where windows_escrows.made_at < excluded.made_at
    returning 1`.execute(tx);
  return rows.length > 0;
}

/** Asks for the rotation of all keys that are current; false when there are none, so that nobody would hear of it. */
export async function startRotation(
  tx: Tx,
  rotation: {
    readonly contractorId: ContractorId;
    readonly actionId: ActionId;
    readonly enrollmentId: EnrollmentId;
    readonly deviceId: DeviceId;
    readonly now: Temporal.Instant;
  },
): Promise<boolean> {
  const { contractorId, actionId, enrollmentId, deviceId, now } = rotation;
  const { rows } = await sql`insert into windows_rotations
      (contractor_id, action_id, enrollment_id, device_id, protectors, asked_at)
    select ${contractorId}, ${actionId}, ${enrollmentId}, ${deviceId}, array_agg(protector_id), ${now}::timestamptz
    from windows_recovery_keys
    where contractor_id = ${contractorId} and device_id = ${deviceId} and superseded_at is null
    having count(*) > 0
    returning 1`.execute(tx);
  return rows.length > 0;
}

export type Rotation = {
  readonly actionId: ActionId;
  readonly protectors: readonly string[];
  readonly askedAt: Temporal.Instant;
  readonly told: boolean;
};

/** Rotations of a device that are open, locked. One that was withdrawn after the device heard of it still ends. */
export async function lockRotations(
  tx: Tx,
  contractorId: ContractorId,
  deviceId: DeviceId,
): Promise<readonly Rotation[]> {
  const rows = await at(tx)
    .selectFrom('windows_rotations')
    .select(['action_id', 'protectors', 'asked_at', 'told_at'])
    .where('contractor_id', '=', contractorId)
    .where('device_id', '=', deviceId)
    .where('finished_at', 'is', null)
    .orderBy('asked_at')
    .forUpdate()
    .execute();
  return rows.map((row) => ({
    actionId: row.action_id as ActionId,
    protectors: row.protectors,
    askedAt: row.asked_at,
    told: row.told_at !== null,
  }));
}

export async function changeRotation(
  tx: Tx,
  contractorId: ContractorId,
  actionId: ActionId,
  change: Pick<Partial<UpkeepTables['windows_rotations']>, 'told_at' | 'finished_at'>,
): Promise<void> {
  await at(tx)
    .updateTable('windows_rotations')
    .set(change)
    .where('contractor_id', '=', contractorId)
    .where('action_id', '=', actionId)
    .execute();
}
