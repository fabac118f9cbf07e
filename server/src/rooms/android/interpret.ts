import type { Tx } from '../../base/db.ts';
import type { ContractorId } from '../../base/ids.ts';
import { observeLocation, recordEvent } from '../devices/index.ts';
import { findByOperation, hasUnresolved } from './command-store.ts';
import type { Parts } from './deps.ts';
import { lockByName } from './device-store.ts';
import { finishWith } from './dispatcher.ts';
import { findEnterprise, updateEnterprise } from './enterprise-store.ts';
import { type Contacted, takeDevice } from './intake.ts';
import { field, instantOf, isRecord, type Json, listOf, numberOf, parseObject, textOf } from './json.ts';
import type { MessageRow } from './message-store.ts';
import { deviceOfOperation, enterpriseOfName } from './model.ts';
import { readOperation } from './outcome.ts';
import { readDevice } from './report.ts';

/** Its time has not come: what it speaks of is still being written down. */
export class Later extends Error {
  constructor(what: string) {
    super(what);
    this.name = 'Later';
  }
}

/** A notification that could not be read; nothing was changed by it. */
const UNREADABLE = 'android.message_unreadable';

/** Does what one notification says, in the transaction; who spoke, if it was a device. Throws `Later`. */
export async function interpretMessage(parts: Parts, tx: Tx, message: MessageRow): Promise<Contacted | undefined> {
  const { contractorId, kind, data } = message;
  if (kind === 'TEST') return undefined;
  const body = parseObject(data);
  if (body === undefined || !(await isOwn(tx, contractorId, body))) return refuse(parts, tx, message, UNREADABLE);
  switch (kind) {
    case 'ENROLLMENT':
    case 'STATUS_REPORT':
      return device(parts, tx, message, body);
    case 'COMMAND':
      return command(parts, tx, message, body);
    case 'USAGE_LOGS':
      return usageLogs(parts, tx, message, body);
    case 'ENTERPRISE_UPGRADE':
      await updateEnterprise(tx, contractorId, { reconcile_at: parts.clock.now() });
      return undefined;
    default:
      return refuse(parts, tx, message, 'android.message_of_unknown_type');
  }
}

/** The enterprise may have been given up, and another bound, since the message was stored. */
async function isOwn(tx: Tx, contractorId: ContractorId, body: Json): Promise<boolean> {
  const row = await findEnterprise(tx, contractorId);
  const names = ['name', 'device', 'enterprise'].map((name) => enterpriseOfName(textOf(field(body, name), 500)));
  return row?.enterprise_name !== undefined && row.enterprise_name !== null && names.includes(row.enterprise_name);
}

async function refuse({ clock }: Parts, tx: Tx, message: MessageRow, kind: string): Promise<undefined> {
  const { contractorId, kind: notificationType, publishedAt } = message;
  await recordEvent(tx, contractorId, {
    kind,
    severity: 'warning',
    dedupe: notificationType,
    details: { notificationType, publishedAt: publishedAt.toString() },
    now: clock.now(),
  });
  return undefined;
}

async function device(parts: Parts, tx: Tx, message: MessageRow, body: Json): Promise<Contacted | undefined> {
  const report = readDevice(body);
  if (report === undefined) return refuse(parts, tx, message, UNREADABLE);
  const { contractorId, publishedAt, kind } = message;
  const source = kind === 'ENROLLMENT' ? 'enrollment' : 'status_report';
  const { fate, contact } = await takeDevice(parts, tx, { contractorId, report, body, publishedAt, source });
  if (fate === 'late' && !report.deleted) await tellLate(parts, tx, message, report.name);
  return fate === 'taken' || fate === 'old' ? contact : undefined;
}

/** It came too late to count: the device is gone. */
function tellLate(
  { clock }: Parts,
  tx: Tx,
  { contractorId, kind, publishedAt }: MessageRow,
  name: string,
): Promise<void> {
  return recordEvent(tx, contractorId, {
    kind: 'android.message_after_end',
    severity: 'notice',
    dedupe: name,
    details: { notificationType: kind, deviceName: name, publishedAt: publishedAt.toString() },
    now: clock.now(),
  });
}

/** An operation may be told of before its name is written down: then its command is still being sent. */
async function command(parts: Parts, tx: Tx, message: MessageRow, body: Json): Promise<undefined> {
  const operation = readOperation(body);
  if (operation === undefined) return refuse(parts, tx, message, UNREADABLE);
  if (operation.outcome === undefined) return undefined; // only its end matters
  const { contractorId } = message;
  const known = await findByOperation(tx, contractorId, operation.name);
  if (known !== undefined) {
    if (known.finished_at === null) await finishWith(parts, tx, known, operation.outcome);
    // After its time an action still takes the late answer.
    else if (known.action_id !== null && known.outcome !== 'answered') {
      await parts.actions().finish(tx, contractorId, known.action_id, operation.outcome, parts.clock.now());
    }
    return undefined;
  }
  const name = deviceOfOperation(operation.name);
  if (name !== undefined && (await hasUnresolved(tx, contractorId, name))) throw new Later('operation_not_known_yet');
  return refuse(parts, tx, message, 'android.operation_of_nobody');
}

/** Most events of one batch that are looked at. */
const MOST_EVENTS = 5_000;

/** Of usage logs only what lost mode sends is asked for (fact sheet 4.6). */
async function usageLogs(parts: Parts, tx: Tx, message: MessageRow, body: Json): Promise<Contacted | undefined> {
  const { contractorId } = message;
  const name = textOf(field(body, 'device'), 400);
  const known = name === undefined ? undefined : await lockByName(tx, contractorId, name);
  if (known === undefined || known.state === 'gone') return undefined;
  const now = parts.clock.now();
  let newest: Temporal.Instant | undefined;
  for (const event of listOf(field(body, 'usageLogEvents')).slice(0, MOST_EVENTS)) {
    const at = instantOf(field(event, 'eventTime'));
    const type = textOf(field(event, 'eventType'), 60);
    if (at === undefined || type === undefined) continue;
    if (type === 'LOST_MODE_LOCATION') {
      const place = placeOf(event);
      if (place !== undefined) await observeLocation(tx, contractorId, known.device_id, { ...place, at });
    }
    if (type in TOLD) {
      const details = detailsOf(event, type);
      const kind = `android.${type.toLowerCase()}`;
      const dedupe = `${known.device_id} ${at.toString()}`;
      await recordEvent(tx, contractorId, {
        kind,
        severity: 'notice',
        deviceId: known.device_id,
        dedupe,
        details,
        now,
      });
    }
    if (newest === undefined || Temporal.Instant.compare(at, newest) > 0) newest = at;
  }
  return newest && { deviceId: known.device_id, at: newest };
}

/** What a person at a lost device did, and failures that an administrator should know of; with the part that tells more. */
const TOLD: Readonly<Record<string, string>> = {
  LOST_MODE_OUTGOING_PHONE_CALL: 'lostModeOutgoingPhoneCallEvent',
  STOP_LOST_MODE_USER_ATTEMPT: 'stopLostModeUserAttemptEvent',
  WIPE_FAILURE: 'wipeFailureEvent',
};

function detailsOf(event: unknown, type: string): Json {
  const part = field(event, TOLD[type] ?? '');
  if (!isRecord(part)) return {};
  const told = ['status', 'phoneNumber'].map((name) => [name, textOf(field(part, name), 60)] as const);
  return Object.fromEntries(told.filter(([, value]) => value !== undefined));
}

/** A coordinate of zero is absent in proto3 JSON. */
function placeOf(event: unknown): { readonly latitude: number; readonly longitude: number } | undefined {
  const location = field(event, 'lostModeLocationEvent', 'location');
  if (!isRecord(location)) return undefined;
  const [latitude, longitude] = [numberOf(location.latitude) ?? 0, numberOf(location.longitude) ?? 0];
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 ? { latitude, longitude } : undefined;
}
