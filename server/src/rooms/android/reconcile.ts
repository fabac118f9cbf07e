import type { ContractorId } from '../../base/ids.ts';
import { type Contact, recordContacts } from '../devices/index.ts';
import type { Parts } from './deps.ts';
import { listLive, lockByName, statesOf } from './device-store.ts';
import { keepSetup, probe, type Reach, reach } from './enterprise.ts';
import { claimReconciliation, dueReconciliations, recordReconciled } from './enterprise-store.ts';
import { GoogleError } from './google/index.ts';
import { getDevice, listDevices } from './google/requests.ts';
import { leave, takeDevice } from './intake.ts';
import { field, instantOf, isRecord, type Json, listOf, textOf } from './json.ts';
import { isDeviceName } from './model.ts';
import { readDevice } from './report.ts';

/** Of each device on the list: enough to see what is new, gone, or newer than what we have. */
const FIELDS = 'devices(name,lastStatusReportTime,lastPolicySyncTime,enrollmentTime),nextPageToken';
/** A list that does not end. 100 devices each. */
const MOST_PAGES = 2_000;
const EVERY_HOURS = 24;
const AGAIN_MINUTES = 30;
const LEASE_MINUTES = 60;
/** Devices that enrolled while the list was read may be missing from it. */
const YOUNG_MINUTES = 60;
/** Comparisons at one time, in one copy of the server. */
const AT_ONCE = 4;
const PAGE = 500;
/** What is fetched anew in one comparison; the rest comes with the next. */
const MOST_FETCHED = 2_000;

export type Found = { listed: number; unknown: number; gone: number; stale: number };

/** Does the comparisons that are due, those first that have waited longest. */
export async function reconcileDue(parts: Parts, signal?: AbortSignal): Promise<void> {
  const { db, clock } = parts;
  const now = clock.now();
  for (const contractorId of await db.jobs((tx) => dueReconciliations(tx, now, AT_ONCE))) {
    const until = now.add({ minutes: LEASE_MINUTES });
    const mine = await db.jobsFor(contractorId, (tx) => claimReconciliation(tx, contractorId, now, until));
    if (mine) await reconcile(parts, contractorId, signal);
    if (signal?.aborted === true) return;
  }
}

/**
 * Asks what became of the enterprise, keeps its set-up, and compares Google's list of devices with ours: finds devices that
 * no notification told of, newer reports, and those that are gone. A list that cannot be read to its end changes nothing.
 */
export async function reconcile(parts: Parts, contractorId: ContractorId, signal?: AbortSignal): Promise<void> {
  const { db, clock } = parts;
  const end = (ended: { found?: Found; problem?: Json }, minutes: number) => {
    const now = clock.now();
    const nextAt = now.add({ minutes });
    return db.jobsFor(contractorId, (tx) => recordReconciled(tx, contractorId, { at: now, nextAt, ...ended }));
  };
  try {
    const state = await probe(parts, contractorId);
    if (state === 'lost') {
      await end({ problem: { code: 'android.enterprise_lost' } }, EVERY_HOURS * 60);
      return;
    }
    await keepSetup(parts, contractorId, 'background');
    const found = await reach(parts, contractorId);
    if (found === undefined) {
      await end({ problem: { code: 'android.not_bound' } }, EVERY_HOURS * 60);
      return;
    }
    await end({ found: await compare(parts, contractorId, found, signal) }, EVERY_HOURS * 60);
  } catch (error) {
    if (!(error instanceof GoogleError)) throw error;
    const problem = { code: 'android.reconciliation_aborted', params: { message: error.message } };
    const minutes = error.kind === 'quota' ? quotaMinutes(error, clock.now()) : AGAIN_MINUTES;
    await end({ problem }, minutes);
  }
}

function quotaMinutes({ retryAt }: GoogleError, now: Temporal.Instant): number {
  return retryAt === undefined ? AGAIN_MINUTES : Math.max(1, Math.ceil(now.until(retryAt).total('minutes')));
}

type Listed = ReadonlyMap<string, Temporal.Instant | undefined>;

async function compare(
  parts: Parts,
  contractorId: ContractorId,
  found: Reach,
  signal: AbortSignal | undefined,
): Promise<Found> {
  const began = parts.clock.now();
  const listed = await listAll(parts, found, signal);
  const counts: Found = { listed: listed.size, unknown: 0, gone: 0, stale: 0 };
  const names = await wanted(parts, contractorId, listed, counts);
  for (const name of names) await fetchOne(parts, contractorId, found, name, signal);
  counts.gone = await removeMissing(parts, contractorId, listed, began);
  return counts;
}

/** Every name on the list with the time at which its device last spoke. Throws `GoogleError` unless all of it was read. */
async function listAll(
  { google }: Parts,
  { enterprise, project }: Reach,
  signal: AbortSignal | undefined,
): Promise<Listed> {
  const all = new Map<string, Temporal.Instant | undefined>();
  let pageToken: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer = await google.callPatiently(
      project,
      listDevices(enterprise.enterprise_name, FIELDS, pageToken),
      signal,
    );
    const devices = field(answer, 'devices');
    if (devices !== undefined && !Array.isArray(devices)) throw new GoogleError('passing', 'the list is not one');
    for (const entry of listOf(devices)) {
      const name = textOf(field(entry, 'name'), 400);
      if (name === undefined || !isDeviceName(name))
        throw new GoogleError('passing', 'the list holds a nameless device');
      all.set(name, instantOf(field(entry, 'lastStatusReportTime')) ?? instantOf(field(entry, 'enrollmentTime')));
    }
    const next = field(answer, 'nextPageToken');
    if (next === undefined || next === '') return all;
    pageToken = textOf(next, 4000);
    if (pageToken === undefined) throw new GoogleError('passing', 'the list cannot be continued');
  }
  throw new GoogleError('passing', 'the list does not end');
}

/** Devices of which Google knows something that we do not. */
async function wanted(
  { db }: Parts,
  contractorId: ContractorId,
  listed: Listed,
  counts: Found,
): Promise<readonly string[]> {
  const names = [...listed.keys()];
  const found: string[] = [];
  for (let from = 0; from < names.length; from += PAGE) {
    const some = names.slice(from, from + PAGE);
    const states = await db.jobsFor(contractorId, (tx) => statesOf(tx, contractorId, some));
    for (const name of some) {
      const known = states.get(name);
      const at = listed.get(name);
      if (known === undefined || known.state === 'gone') {
        counts.unknown += 1;
        found.push(name);
      } else if (at !== undefined && Temporal.Instant.compare(known.reported_at, at) < 0) {
        counts.stale += 1;
        found.push(name);
      }
    }
  }
  return found.slice(0, MOST_FETCHED);
}

async function fetchOne(
  parts: Parts,
  contractorId: ContractorId,
  { project }: Reach,
  name: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { db, google, clock } = parts;
  let body: Json;
  try {
    body = await google.callPatiently(project, getDevice(name), signal);
  } catch (error) {
    if (error instanceof GoogleError && error.kind === 'gone') return; // gone since the list
    throw error;
  }
  const report = readDevice(body);
  if (report === undefined || !isRecord(body)) throw new GoogleError('passing', 'the answer is no device');
  const publishedAt = clock.now();
  const taken = { contractorId, report, body, publishedAt, source: 'reconciliation', listed: true } as const;
  const { contact } = await db.jobsFor(contractorId, (tx) => takeDevice(parts, tx, taken));
  const contacts: Contact[] = contact === undefined ? [] : [{ contractorId, ...contact }];
  await recordContacts(db, contacts);
}

/** Devices of ours that are not on the list any more: nobody told us, and nobody will (fact sheet 4.3). */
async function removeMissing(
  parts: Parts,
  contractorId: ContractorId,
  listed: Listed,
  began: Temporal.Instant,
): Promise<number> {
  const { db } = parts;
  let gone = 0;
  for (let after = ''; ; ) {
    const from = after;
    const some = await db.jobsFor(contractorId, (tx) => listLive(tx, contractorId, from, PAGE));
    for (const { device_name: name, state, enrolled_at: enrolledAt } of some) {
      if (listed.has(name) || state === 'deleting') continue; // a deletion is awaited by its action
      if (Temporal.Instant.compare(enrolledAt.add({ minutes: YOUNG_MINUTES }), began) > 0) continue;
      const left = await db.jobsFor(contractorId, async (tx) => {
        const known = await lockByName(tx, contractorId, name);
        if (known?.state !== 'enrolled') return false;
        await leave(parts, tx, contractorId, known, 'missing');
        return true;
      });
      if (left) gone += 1;
    }
    const last = some.at(-1);
    if (some.length < PAGE || last === undefined) return gone;
    after = last.device_name;
  }
}
