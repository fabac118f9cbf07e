import {
  type ConnectReport,
  causeOf,
  isDict,
  isJsonObject,
  type JsonValue,
  jsonSafe,
  type PlistDict,
  parseConnect,
  parseErrorChain,
  valueAt,
} from '@tsukasa/apple-mdm';
import type { Tx } from '../../base/db.ts';
import type { ActionOutcome, Failure, FailureLink } from '../actions/index.ts';
import {
  type Judging,
  observe,
  observeApps,
  observeCertificates,
  observeLocation,
  observeProfiles,
  recordEvent,
} from '../devices/index.ts';
import type { AnswerRow } from './answer-store.ts';
import {
  appReadings,
  certificateReadings,
  deviceReading,
  locationReading,
  profileReadings,
  securityReading,
} from './readings.ts';

/** What an answer says of its command, after what it says of the device has been written down. */
export type Interpretation = {
  /** Present when the command belongs to an action. */
  readonly outcome: ActionOutcome;
  /** The device should be asked about itself soon: the action changed what it says. */
  readonly askAgain: boolean;
};

/** Longest result shown with an action, in characters of JSON. */
const MOST_RESULT = 64 * 1024;

/** Reads one stored answer into the devices room. Throws `PlistError` when it is not what was asked. */
export async function interpret(tx: Tx, answer: AnswerRow, judging: Judging): Promise<Interpretation> {
  const report = parseConnect(answer.body);
  if (answer.status !== 'Acknowledged') return { outcome: await refused(tx, answer, report), askAgain: false };
  const result = await acknowledged(tx, answer, report, judging);
  const failure = answer.requestType === 'Settings' ? settingsFailure(report.raw) : undefined;
  if (failure !== undefined) return { outcome: { state: 'failed', failure }, askAgain: false };
  const askAgain = ['Settings', 'EnableLostMode', 'DisableLostMode', 'ClearPasscode'].includes(answer.requestType);
  return { outcome: { state: 'done', result }, askAgain: askAgain && answer.actionId !== undefined };
}

async function acknowledged(
  tx: Tx,
  answer: AnswerRow,
  { raw }: ConnectReport,
  judging: Judging,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const { contractorId, deviceId, requestType: source, receivedAt: at } = answer;
  const list = { at, source };
  switch (source) {
    case 'DeviceInformation':
      // A question of an expert holds some values only; it must not stand as the device's whole report.
      if (answer.purpose === 'raw') return shown(raw);
      await observe(
        tx,
        contractorId,
        deviceId,
        { section: 'device_information', ...list, ...deviceReading(raw) },
        judging,
      );
      return undefined;
    case 'SecurityInfo':
      await observe(
        tx,
        contractorId,
        deviceId,
        { section: 'security_info', ...list, ...securityReading(raw) },
        judging,
      );
      return undefined;
    case 'InstalledApplicationList':
      if (answer.purpose === 'raw') return shown(raw);
      await observeApps(tx, contractorId, deviceId, { ...list, items: appReadings(raw) });
      return undefined;
    case 'ProfileList':
      if (answer.purpose === 'raw') return shown(raw);
      await observeProfiles(tx, contractorId, deviceId, { ...list, items: profileReadings(raw) });
      return undefined;
    case 'CertificateList':
      if (answer.purpose === 'raw') return shown(raw);
      await observeCertificates(tx, contractorId, deviceId, { ...list, items: certificateReadings(raw) });
      return undefined;
    case 'DeviceLocation': {
      const location = locationReading(raw, at);
      await observeLocation(tx, contractorId, deviceId, location);
      return { ...location, at: location.at.toString() };
    }
    case 'EnableLostMode':
    case 'DisableLostMode':
      await noteLostMode(tx, answer, source === 'EnableLostMode', judging);
      return undefined;
    default:
      return answer.actionId === undefined ? undefined : shown(raw);
  }
}

/** The device itself said so, though not in a report. */
async function noteLostMode(tx: Tx, answer: AnswerRow, lostMode: boolean, judging: Judging): Promise<void> {
  const { contractorId, deviceId, requestType, receivedAt } = answer;
  const values = { lostMode };
  const said = { section: 'lost_mode', at: receivedAt, source: requestType, values };
  await observe(tx, contractorId, deviceId, said, judging);
}

async function refused(tx: Tx, answer: AnswerRow, report: ConnectReport): Promise<ActionOutcome> {
  const failure = failureOf(answer, report);
  const { contractorId, deviceId, receivedAt: now, purpose, requestType } = answer;
  // A refused DeclarativeManagement is no event: everything is observed by commands too, and it is asked again in time.
  if (purpose === 'renewal') {
    const kind = 'identity.renewal_refused';
    const details = { requestType, ...failure.params };
    await recordEvent(tx, contractorId, { kind, severity: 'warning', deviceId, dedupe: deviceId, details, now });
  }
  return { state: 'failed', failure };
}

function failureOf({ status }: AnswerRow, { errorChain }: ConnectReport): Failure {
  if (status === 'CommandFormatError') return { code: 'format_error', chain: links(errorChain) };
  return { code: 'device_refused', params: { cause: causeOf(errorChain) }, chain: links(errorChain) };
}

function links(chain: ConnectReport['errorChain']): readonly FailureLink[] {
  return chain.map(({ domain, code, localizedDescription, usEnglishDescription }) => ({
    domain: domain ?? '',
    code: code ?? 0,
    description: localizedDescription ?? usEnglishDescription ?? '',
  }));
}

/** Each item of `Settings` has its own answer within the acknowledgement. */
function settingsFailure(raw: PlistDict): Failure | undefined {
  const items = valueAt(raw, 'Settings');
  if (!Array.isArray(items)) return undefined;
  const failed = items.filter(isDict).find((item) => valueAt(item, 'Status') === 'Error');
  if (failed === undefined) return undefined;
  const chain = parseErrorChain(valueAt(failed, 'ErrorChain'));
  return { code: 'device_refused', params: { cause: causeOf(chain) }, chain: links(chain) };
}

const ENVELOPE = [
  'UDID',
  'EnrollmentID',
  'UserID',
  'UserShortName',
  'UserLongName',
  'Status',
  'CommandUUID',
  'RequestType',
];
const SECRET = /token|bypass|passw|passcode$|secret|recoverykey|\bpin\b|privatekey|unlock/i;

/** What readers of the action may see of an answer: no bytes, nothing that is named like a secret. */
function shown(raw: PlistDict): Readonly<Record<string, unknown>> | undefined {
  const entries = Object.entries(raw).filter(([key, value]) => value !== undefined && !ENVELOPE.includes(key));
  if (entries.length === 0) return undefined;
  const result = Object.fromEntries(
    entries.map(([key, value]) => [key, value === undefined ? null : redacted(key, jsonSafe(value))]),
  );
  return JSON.stringify(result).length <= MOST_RESULT ? result : { truncated: true, keys: Object.keys(result) };
}

function redacted(key: string, value: JsonValue): JsonValue {
  if (SECRET.test(key) && typeof value !== 'boolean') return '[hidden]';
  if (Array.isArray(value)) {
    const items: readonly JsonValue[] = value;
    return items.map((item) => redacted('', item));
  }
  if (!isJsonObject(value)) return value;
  if (typeof value.$data === 'string') return `[${Math.floor((value.$data.length * 3) / 4)} bytes]`;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, redacted(name, member)]));
}
