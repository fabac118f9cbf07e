import { type Tx, tables } from '../../base/db.ts';
import type { ContractorId } from '../../base/ids.ts';
import type { IdentityBinding, IdentityBindings, RevocationListener } from '../certificates/index.ts';
import type { DeviceId } from '../devices/index.ts';
import type { WindowsEnrollmentTables } from './enrollment-tables.ts';
import type { EnrollmentId } from './model.ts';

// What the room of certificates asks of this one, through ports that it declares.

const at = (tx: Tx) => tables<WindowsEnrollmentTables>(tx);

/** Which device uses which certificate. */
export const bindings: IdentityBindings = {
  ofDevice: async (tx, contractorId, deviceId) => {
    const rows = await bindingRows(tx, contractorId)
      .where('e.device_id', '=', deviceId)
      .orderBy('i.issued_at', 'desc')
      .execute();
    return rows.map(bindingOf);
  },
  ofSerial: async (tx, contractorId, serial) => {
    const row = await bindingRows(tx, contractorId).where('i.serial', '=', serial).executeTakeFirst();
    return row && bindingOf(row);
  },
};

function bindingRows(tx: Tx, contractorId: ContractorId) {
  return at(tx)
    .selectFrom('windows_identities as i')
    .innerJoin('windows_enrollments as e', (join) =>
      join.onRef('e.contractor_id', '=', 'i.contractor_id').onRef('e.enrollment_id', '=', 'i.enrollment_id'),
    )
    .select(['i.serial', 'e.enrollment_id', 'e.device_id', 'e.state'])
    .where('i.contractor_id', '=', contractorId);
}

function bindingOf(row: {
  readonly serial: string;
  readonly enrollment_id: string;
  readonly device_id: string;
  readonly state: string;
}): IdentityBinding {
  return {
    serial: row.serial,
    enrollmentId: row.enrollment_id as EnrollmentId,
    deviceId: row.device_id as DeviceId,
    live: row.state !== 'gone',
  };
}

/** The mark that every session reads: from its commit on the certificate opens nothing, on every copy. */
export const revocations: RevocationListener = {
  revoked: async (tx, contractorId, { serial, at: when }) => {
    await at(tx)
      .updateTable('windows_identities')
      .set({ revoked_at: when })
      .where('contractor_id', '=', contractorId)
      .where('serial', '=', serial)
      .where('revoked_at', 'is', null)
      .execute();
  },
};
