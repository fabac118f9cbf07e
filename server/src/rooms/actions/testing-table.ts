import type { ActionType, Platform } from '@tsukasa/api';
import { sql } from 'kysely';
import type { Tx } from '../../base/db.ts';
import type { ContractorId } from '../../base/ids.ts';
import type { Purpose, Secrets } from '../../base/secrets.ts';
import type { DeviceFacts, DeviceId } from '../devices/index.ts';
import type { ActionId, ActionParams, ActionSecrets, Assessment, Dialect, Fate, Progress } from './index.ts';

type CommandRow = {
  action_id: ActionId;
  queued_at: Temporal.Instant;
  woken_at: Temporal.Instant | null;
  taken_at: Temporal.Instant | null;
  deferred_at: Temporal.Instant | null;
  deferred_count: number;
  answered_at: Temporal.Instant | null;
};
type Query = <Row extends Record<string, unknown>>(text: string, values?: readonly unknown[]) => Promise<Row[]>;

export type TableOptions = {
  readonly platform?: Platform;
  /** False: like a platform whose cloud hands actions over and never says when the device fetched one. */
  readonly reportsFetch?: boolean;
  /** What a withdrawal meets once the device has the action. */
  readonly afterTaking?: Exclude<Fate, 'stopped'>;
};

const NOTHING = { warnings: [], options: [], requiredOptions: [] };
const plain = (code: string): Assessment => ({ ...NOTHING, effects: [{ code }] });
const refused = (code: string, params: Readonly<Record<string, unknown>> = {}): Assessment => ({
  ...NOTHING,
  effects: [],
  refusal: { code, params: { ...params } },
});

/** What the made-up platform's devices can do: a Mac takes a PIN, an iPhone loses itself only when supervised. */
function assess(device: DeviceFacts, type: ActionType, params: ActionParams): Assessment {
  const mac = device.osFamily === 'macOS';
  switch (type) {
    case 'lost_mode_on':
      return device.supervised === true
        ? { ...plain('lost'), options: ['message'] }
        : refused('action.not_supervised', { os: device.osFamily ?? '' });
    case 'lock':
      return {
        ...plain(mac ? 'mac_locks_with_pin' : 'screen_locks'),
        options: ['message', mac ? 'pin' : 'phoneNumber'],
        needsPin: mac,
      };
    case 'erase':
      return { ...plain('all_data_erased'), options: mac ? ['pin'] : ['preserveDataPlan'], needsPin: mac };
    case 'reset_passcode':
      return { ...plain('passcode_changes'), options: ['passcode'] };
    case 'rename':
      return { ...plain('name_changes'), options: ['name'], requiredOptions: ['name'] };
    case 'raw':
      return assessRaw(params);
    case 'relinquish_ownership':
      return refused('action.not_on_this_platform');
    default:
      return plain(type);
  }
}

/** `wrong` is no command, and one that begins with `Get` only reads. */
function assessRaw({ plist }: ActionParams): Assessment {
  const errors = plist === 'wrong' ? [{ pointer: '/params/plist', detail: 'is no command' }] : [];
  const reads = typeof plist === 'string' && plist.startsWith('Get');
  return {
    ...plain('raw_command'),
    options: ['plist'],
    requiredOptions: ['plist'],
    errors,
    summary: { requestType: reads ? 'Get' : 'DeviceLock' },
    ...(reads ? { secondPerson: false } : {}),
  };
}

const purposeOf = (actionId: string): Purpose => ({ use: 'test.command', row: actionId });

/**
 * A platform whose devices live in one table of the test's database: honest about transactions, contractors and secrets,
 * and moved by hand.
 */
export async function tableDialect(owner: Query, secrets: Secrets, options: TableOptions = {}) {
  const { platform = 'apple', reportsFetch = true, afterTaking = 'too_late' } = options;
  await owner(`create table if not exists test_commands (contractor_id uuid, action_id uuid primary key, device_id uuid,
    type text, sealed bytea, priority integer, queued_at timestamptz, woken_at timestamptz, taken_at timestamptz,
    deferred_at timestamptz, deferred_count integer not null default 0, answered_at timestamptz, outcome text)`);
  await owner('grant select, insert, update on test_commands to tsukasa_app, tsukasa_jobs');
  const dialect: Dialect = {
    platform,
    reportsFetch,
    assess,
    enqueue: async (tx, { contractorId, actionId, device, type, params, secrets: given, priority, now }) => {
      const whole = Buffer.from(JSON.stringify({ params, secrets: given }));
      const sealed = await secrets.sealFor(tx, contractorId, purposeOf(actionId), whole);
      await sql`insert into test_commands (contractor_id, action_id, device_id, type, sealed, priority, queued_at)
        values (${contractorId}, ${actionId}, ${device.deviceId}, ${type}, ${sealed}, ${priority}, ${now})`.execute(tx);
    },
    cancel: async (tx, contractorId, actionId, outcome) => {
      const { numAffectedRows = 0n } = await sql`update test_commands set outcome = ${outcome}
        where contractor_id = ${contractorId} and action_id = ${actionId} and outcome is null
          and (taken_at is null or deferred_at is not null)`.execute(tx);
      return numAffectedRows > 0n ? 'stopped' : afterTaking;
    },
    progress: async (tx, contractorId, ids) => {
      const { rows } = await sql<CommandRow>`select * from test_commands
        where contractor_id = ${contractorId} and action_id = any(${[...ids]}::uuid[])`.execute(tx);
      return new Map(rows.map((row) => [row.action_id, progressOf(row, reportsFetch)]));
    },
    rawCommands: () => [{ requestType: 'DeviceLock', possible: true, refusal: null, keys: [] }],
  };
  const move = (set: string) => (actionId: string, at: Temporal.Instant) =>
    owner(`update test_commands set ${set} where action_id = $1`, [actionId, at.toString()]);
  return {
    dialect,
    wake: move('woken_at = $2'),
    fetch: move('taken_at = $2, deferred_at = null'),
    sayNotNow: move('deferred_at = $2, deferred_count = deferred_count + 1'),
    /** What the device would be told. */
    opened: async (tx: Tx, contractorId: ContractorId, actionId: string) => {
      const [row] = await owner<{ sealed: Buffer }>('select sealed from test_commands where action_id = $1', [
        actionId,
      ]);
      if (row === undefined) throw new Error('the platform was not told of the action');
      const whole = await secrets.openFor(tx, contractorId, purposeOf(actionId), row.sealed);
      return JSON.parse(whole.toString()) as { params: ActionParams; secrets: ActionSecrets };
    },
    /** The device takes the next action that waits. */
    takeNext: async (deviceId: DeviceId, at: Temporal.Instant) => {
      const rows = await owner<{ action_id: string }>(
        `update test_commands set taken_at = $2, woken_at = coalesce(woken_at, $2) where action_id = (
           select action_id from test_commands where device_id = $1 and taken_at is null and outcome is null
           order by priority desc, queued_at, action_id limit 1) returning action_id`,
        [deviceId, at.toString()],
      );
      return rows.map((row) => row.action_id);
    },
    /** The device says how it ended. */
    sayEnd: (actionId: string, outcome: string, at: Temporal.Instant) =>
      owner('update test_commands set outcome = $2, answered_at = $3 where action_id = $1 and outcome is null', [
        actionId,
        outcome,
        at.toString(),
      ]),
  };
}
export type TablePlatform = Awaited<ReturnType<typeof tableDialect>>;

function progressOf(row: CommandRow, reportsFetch: boolean): Progress {
  return {
    queuedAt: row.queued_at,
    wokenAt: row.woken_at ?? undefined,
    wokenNote: reportsFetch ? undefined : { code: 'test.handed_over' },
    wakeProblem: row.woken_at === null ? { code: 'no_push_certificate' } : undefined,
    fetchedAt: reportsFetch ? (row.taken_at ?? undefined) : undefined,
    deferredAt: row.deferred_at ?? undefined,
    deferredCount: row.deferred_count,
    answeredAt: row.answered_at ?? undefined,
  };
}
