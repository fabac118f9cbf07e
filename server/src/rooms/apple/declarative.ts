import {
  baselineDeclarations,
  DDM_CONTENT_TYPE,
  DdmError,
  type Declaration,
  declarationDocument,
  declarationItemsDocument,
  declarationsToken,
  type JsonObject,
  type JsonValue,
  kindOf,
  parseEndpoint,
  parseStatusReport,
  type StatusReport,
  tokensDocument,
} from '@tsukasa/apple-mdm';
import { json, type Tx, tables } from '../../base/db.ts';
import type { ContractorId } from '../../base/ids.ts';
import { type DeviceFacts, getDevice, type Judging, type ObservedValues, observe } from '../devices/index.ts';
import type { Message } from './check-in.ts';
import type { EnrollmentId, EnrollmentRow } from './model.ts';
import { Refusal } from './refusal.ts';
import { EMPTY, type Reply } from './reply.ts';
import type { AppleTables } from './tables.ts';
import { targetOf } from './target.ts';

const PREFIX = 'tsukasa';
/** Status items kept per enrollment, in bytes of JSON. Our choice. */
const MOST_STATUS = 512 * 1024;

const at = (tx: Tx) => tables<AppleTables>(tx);

/** What this device should know: for now, what to tell us by itself. */
export function declarationsFor(device: DeviceFacts, accessRights: number): readonly Declaration[] {
  return baselineDeclarations(targetOf(device, accessRights), PREFIX);
}

/** The token of the set that the device fetched last. */
export async function findServedToken(
  tx: Tx,
  contractorId: ContractorId,
  enrollmentId: EnrollmentId,
): Promise<string | undefined> {
  const row = await at(tx)
    .selectFrom('apple_declarative')
    .select('declarations_token')
    .where('contractor_id', '=', contractorId)
    .where('enrollment_id', '=', enrollmentId)
    .executeTakeFirst();
  return row?.declarations_token ?? undefined;
}

/** Answers a `DeclarativeManagement` check-in (fact sheet 6.1). Throws `Refusal` for what is none of its endpoints. */
export async function declarativeReply(
  tx: Tx,
  enrollment: EnrollmentRow,
  message: Message<'DeclarativeManagement'>,
  judging: Judging,
): Promise<Reply> {
  const { now } = judging;
  const { contractorId, deviceId, accessRights } = enrollment;
  const endpoint = parseEndpoint(message.endpoint);
  if (endpoint.name === 'unknown') throw new Refusal('channel.malformed', { deviceId, detail: 'Endpoint' });
  if (endpoint.name === 'status') {
    await status(tx, enrollment, message.data ?? Buffer.alloc(0), judging);
    return EMPTY;
  }
  const device = await getDevice(tx, contractorId, deviceId);
  const declarations = declarationsFor(device, accessRights);
  switch (endpoint.name) {
    case 'tokens':
      return document(tokensDocument(declarations, now));
    case 'declaration-items':
      await noteSync(tx, enrollment, declarationsToken(declarations), now);
      return document(declarationItemsDocument(declarations));
    case 'declaration': {
      const found = declarations.find(
        ({ Type, Identifier }) => kindOf(Type) === endpoint.kind && Identifier === endpoint.identifier,
      );
      // Not (or no longer) assigned: an ordinary answer, which the device expects.
      return found === undefined ? { status: 404 } : document(declarationDocument(found));
    }
  }
}

function document(body: Buffer): Reply {
  return { status: 200, contentType: DDM_CONTENT_TYPE, body };
}

async function noteSync(
  tx: Tx,
  { contractorId, enrollmentId }: EnrollmentRow,
  token: string,
  now: Temporal.Instant,
): Promise<void> {
  await at(tx)
    .insertInto('apple_declarative')
    .values({
      contractor_id: contractorId,
      enrollment_id: enrollmentId,
      declarations_token: token,
      last_sync_at: now,
      last_status_at: null,
      status: json({}),
      errors: json([]),
    })
    .onConflict((conflict) =>
      conflict
        .columns(['contractor_id', 'enrollment_id'])
        .doUpdateSet({ declarations_token: token, last_sync_at: now }),
    )
    .execute();
}

/** A status report: only what changed, or everything (`FullReport`). The observed values follow it. */
async function status(tx: Tx, enrollment: EnrollmentRow, data: Buffer, judging: Judging): Promise<void> {
  const { now } = judging;
  const { contractorId, enrollmentId, deviceId } = enrollment;
  const report = parse(data, enrollment);
  const before = await at(tx)
    .selectFrom('apple_declarative')
    .select('status')
    .where('contractor_id', '=', contractorId)
    .where('enrollment_id', '=', enrollmentId)
    .forUpdate()
    .executeTakeFirst();
  const kept = report.fullReport ? {} : isObject(before?.status) ? before.status : {};
  const merged = { ...kept, ...Object.fromEntries(report.items) };
  const whole = JSON.stringify(merged).length <= MOST_STATUS ? merged : Object.fromEntries(report.items);
  const changed = {
    status: json(whole),
    errors: json(report.errors),
    last_status_at: now,
  };
  await at(tx)
    .insertInto('apple_declarative')
    .values({
      contractor_id: contractorId,
      enrollment_id: enrollmentId,
      declarations_token: null,
      last_sync_at: null,
      ...changed,
    })
    .onConflict((conflict) => conflict.columns(['contractor_id', 'enrollment_id']).doUpdateSet(changed))
    .execute();
  const said = { section: 'declarative_status', at: now, source: 'declarative', values: valuesOf(report), body: whole };
  await observe(tx, contractorId, deviceId, said, judging);
}

function parse(data: Buffer, { deviceId }: EnrollmentRow): StatusReport {
  try {
    return parseStatusReport(data);
  } catch (error) {
    if (!(error instanceof DdmError)) throw error;
    throw new Refusal('channel.malformed', { deviceId, detail: `status ${error.code}` });
  }
}

/** Typed columns that a status report can speak to; the rest is kept as reported. */
function valuesOf({ items }: StatusReport): ObservedValues {
  const text = (name: string) => {
    const value = items.get(name);
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const flag = (name: string) => {
    const value = items.get(name);
    return typeof value === 'boolean' ? value : undefined;
  };
  return {
    serialNumber: text('device.identifier.serial-number'),
    modelName: text('device.model.marketing-name'),
    productName: text('device.model.identifier'),
    osVersion: text('device.operating-system.version'),
    osBuild: text('device.operating-system.build-version'),
    passcodePresent: flag('passcode.is-present'),
    passcodeCompliant: flag('passcode.is-compliant'),
    encrypted: flag('diskmanagement.filevault.enabled'),
  };
}

function isObject(value: unknown): value is Record<string, JsonValue> & JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
