import type { Db } from '../../base/db.ts';
import { errorCode } from '../../base/errors.ts';
import type { Contact } from './model.ts';

const UPSERT = {
  name: 'devices-contacts',
  text: `insert into device_contacts (contractor_id, device_id, last_contact_at)
    select * from unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) as t(contractor_id, device_id, at)
    order by 1, 2
    on conflict (contractor_id, device_id) do update set last_contact_at = excluded.last_contact_at
    where device_contacts.last_contact_at < excluded.last_contact_at`,
};

/**
 * When devices last spoke, in one statement on the device pool; a time never moves backwards. Rows are written in one order,
 * so that two batches never wait for each other. Throws what the database throws: the caller may repeat it.
 */
export async function recordContacts(db: Db, contacts: readonly Contact[]): Promise<void> {
  const latest = new Map<string, Contact>();
  for (const contact of contacts) {
    const key = `${contact.contractorId} ${contact.deviceId}`;
    const other = latest.get(key);
    if (other === undefined || Temporal.Instant.compare(other.at, contact.at) < 0) latest.set(key, contact);
  }
  const rows = [...latest.values()];
  if (rows.length === 0) return;
  await db.device.query({
    ...UPSERT,
    values: [
      rows.map((row) => row.contractorId),
      rows.map((row) => row.deviceId),
      rows.map((row) => row.at.toString()),
    ],
  });
}

/** True for a row that points at something which does not exist. */
export const isForeignKeyViolation = (error: unknown): boolean => errorCode(error) === '23503';
