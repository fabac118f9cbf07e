import { sql } from 'kysely';
import type { Tx } from '../../base/db.ts';
import type { ContractorId } from '../../base/ids.ts';
import { recordContacts } from '../devices/index.ts';
import type { Parts } from './deps.ts';
import { updateDevice } from './device-store.ts';
import { type Reach, reach } from './enterprise.ts';
import { GoogleError } from './google/index.ts';
import { getDevice } from './google/requests.ts';
import { LOOK_AFTER_MINUTES, takeDevice } from './intake.ts';
import { isRecord } from './json.ts';
import { readDevice } from './report.ts';

/** Devices that are looked after in one go, over all contractors. */
const BATCH = 100;

type Unheard = { readonly contractor_id: ContractorId; readonly device_name: string };

/**
 * Asks Google for the devices that have enrolled and of which no report has come: it may have been lost. Each is asked for
 * after five minutes, ten, twenty, and so on, at most once a day, until it has reported. Within the background's budget.
 */
export async function lookAfter(parts: Parts, signal?: AbortSignal): Promise<void> {
  const { db, clock } = parts;
  const due = await db.jobs((tx) => claimUnheard(tx, clock.now(), BATCH));
  for (const [contractorId, names] of byContractor(due)) {
    const found = await reach(parts, contractorId);
    if (found === undefined) continue; // nobody can be asked now
    for (let next = names.shift(); next !== undefined; next = names.shift()) {
      if (signal?.aborted === true) return;
      try {
        await lookAt(parts, contractorId, found, next);
      } catch (error) {
        if (!(error instanceof GoogleError)) throw error;
        if (error.kind === 'gone' || error.kind === 'refused') continue; // the daily comparison ends what is gone
        const again = error.retryAt ?? clock.now().add({ minutes: LOOK_AFTER_MINUTES });
        await putOff(parts, contractorId, [next, ...names.splice(0)], again);
      }
    }
  }
}

async function lookAt(parts: Parts, contractorId: ContractorId, { project }: Reach, name: string): Promise<void> {
  const { db, clock, google } = parts;
  const body = await google.call(project, 'background', getDevice(name));
  const report = readDevice(body);
  if (report === undefined || !isRecord(body)) throw new GoogleError('passing', 'the answer is no device');
  const taken = { contractorId, report, body, publishedAt: clock.now(), source: 'reconciliation' } as const;
  const { contact } = await db.jobsFor(contractorId, (tx) => takeDevice(parts, tx, taken));
  if (contact !== undefined) await recordContacts(db, [{ contractorId, ...contact }]);
}

function putOff(
  { db }: Parts,
  contractorId: ContractorId,
  names: readonly string[],
  again: Temporal.Instant,
): Promise<void> {
  return db.jobsFor(contractorId, async (tx) => {
    for (const name of names) await updateDevice(tx, contractorId, name, { look_at: again });
  });
}

function byContractor(due: readonly Unheard[]): ReadonlyMap<ContractorId, string[]> {
  const all = new Map<ContractorId, string[]>();
  for (const { contractor_id: contractorId, device_name: name } of due) {
    all.set(contractorId, [...(all.get(contractorId) ?? []), name]);
  }
  return all;
}

/** Takes what is due, in turns of one per contractor, and plans the next time: after as long again as has passed. */
async function claimUnheard(tx: Tx, now: Temporal.Instant, limit: number): Promise<readonly Unheard[]> {
  const { rows } = await sql<Unheard>`
    with queue as (
      select contractor_id, device_name, row_number() over (partition by contractor_id order by look_at) as turn
      from android_devices where look_at <= ${now} and state = 'enrolled'
    ), chosen as (
      select contractor_id, device_name from queue order by turn limit ${limit}
    ), locked as (
      select d.contractor_id, d.device_name from android_devices d join chosen using (contractor_id, device_name)
      where d.look_at <= ${now} for no key update of d skip locked
    )
    update android_devices d set look_at = ${now}::timestamptz + least(interval '1 day',
      greatest(${now}::timestamptz - d.enrolled_at, make_interval(mins => ${LOOK_AFTER_MINUTES})))
    from locked l where d.contractor_id = l.contractor_id and d.device_name = l.device_name
    returning d.contractor_id, d.device_name`.execute(tx);
  return rows;
}
