import type { RecoveryKey, windowsRoutes } from '@tsukasa/api';
import type { Clock } from '../../base/clock.ts';
import type { Db } from '../../base/db.ts';
import { DomainError } from '../../base/errors.ts';
import type { Handlers, RecordAudit } from '../../base/http/context.ts';
import type { ContractorId } from '../../base/ids.ts';
import type { Secrets } from '../../base/secrets.ts';
import { type DeviceId, getDevice } from '../devices/index.ts';
import { listKeys, type RecoveryKeyRow, recoveryPurpose, takeKey } from './recovery-store.ts';

export type RecoveryDeps = {
  readonly db: Db;
  readonly clock: Clock;
  readonly secrets: Secrets;
  readonly recordAudit: RecordAudit;
};

/** Recovery keys in custody: who may see that they exist, and who reads one, with a reason that the trail keeps. */
export function recoveryHandlers({ db, clock, secrets, recordAudit }: RecoveryDeps): Handlers<typeof windowsRoutes> {
  return {
    listRecoveryKeys: ({ params }) => {
      const contractorId = params.contractorId as ContractorId;
      const deviceId = params.deviceId as DeviceId;
      return db.asContractor(contractorId, async (tx) => {
        await getDevice(tx, contractorId, deviceId);
        return { items: (await listKeys(tx, contractorId, deviceId)).map(shown) };
      });
    },
    readRecoveryKey: ({ params, body }, context) => {
      const { actor, requestId, sourceIp } = context;
      const contractorId = params.contractorId as ContractorId;
      const deviceId = params.deviceId as DeviceId;
      const { recoveryKeyId } = params;
      const now = clock.now();
      return db.asContractor(contractorId, async (tx) => {
        const device = await getDevice(tx, contractorId, deviceId);
        const key = await takeKey(tx, contractorId, { deviceId, recoveryKeyId, by: actor.name, now });
        if (key === undefined) {
          throw new DomainError('not_found', 'no such recovery key', { reason: 'recovery_key.not_found' });
        }
        const password = await secrets.openFor(tx, contractorId, recoveryPurpose(recoveryKeyId), key.sealed);
        await recordAudit(tx, contractorId, {
          at: now,
          actor,
          action: 'recovery_key.read',
          target: { kind: 'device', id: deviceId, name: device.displayName },
          reason: body.reason.trim(),
          details: { recoveryKeyId, protectorId: key.protectorId, volume: key.volume },
          requestId,
          sourceIp,
        });
        return { protectorId: key.protectorId, recoveryPassword: password.toString('utf8') };
      });
    },
  };
}

function shown(row: RecoveryKeyRow): RecoveryKey {
  return {
    recoveryKeyId: row.recovery_key_id,
    deviceId: row.device_id,
    volume: row.volume,
    protectorId: row.protector_id,
    state: row.superseded_at === null ? 'current' : 'superseded',
    escrowedAt: row.escrowed_at.toString(),
    supersededAt: row.superseded_at?.toString() ?? null,
    lastReadAt: row.last_read_at?.toString() ?? null,
    lastReadBy: row.last_read_by,
  };
}
