import { type ActionType, actionRoutes, type Platform } from '@tsukasa/api';
import { sql } from 'kysely';
import type { Tx } from '../../base/db.ts';
import type { ContractorId } from '../../base/ids.ts';
import { type DeviceId, markManaged, type ObservedValues, registerDevice } from '../devices/index.ts';
import { testEntitlement, testSupport } from '../devices/testing.ts';
import { checkingAnswers, testGround } from '../directory/testing.ts';
import { type ActionId, createActions, type Dialect, type Progress } from './index.ts';

type CommandRow = {
  action_id: ActionId;
  params: Record<string, unknown>;
  pin: string | null;
  priority: number;
  queued_at: Temporal.Instant;
  woken_at: Temporal.Instant | null;
  fetched_at: Temporal.Instant | null;
  deferred_at: Temporal.Instant | null;
  deferred_count: number;
  outcome: string | null;
};

const NOTHING = { effects: [], warnings: [], options: [], requiredOptions: [] };

/** What the made-up platform's devices can do: a Mac takes a PIN, an iPhone loses itself only when supervised. */
function assess(
  device: { osFamily: string | undefined; supervised: boolean | undefined },
  type: ActionType,
  params: object,
) {
  if (type === 'lost_mode_on' && device.supervised !== true) {
    return { ...NOTHING, refusal: { code: 'action.not_supervised', params: { os: device.osFamily ?? '' } } };
  }
  if (type === 'lock') {
    const mac = device.osFamily === 'macOS';
    const options = ['message', ...(mac ? ['pin'] : ['phoneNumber'])];
    return { ...NOTHING, options, needsPin: mac, effects: [{ code: mac ? 'mac_locks_with_pin' : 'screen_locks' }] };
  }
  if (type === 'rename') return { ...NOTHING, options: ['name'], requiredOptions: ['name'] };
  if (type === 'raw') {
    const wrong = 'plist' in params && params.plist === 'wrong';
    const errors = wrong ? [{ pointer: '/params/plist', detail: 'is no command' }] : [];
    return { ...NOTHING, options: ['plist'], errors, summary: { requestType: 'DeviceLock' } };
  }
  return NOTHING;
}

/**
 * A platform whose devices live in one table of the test's database: honest about transactions, and moved by hand
 * (`wake`, `fetch`, `sayNotNow`).
 */
export async function tableDialect(owner: (text: string, values?: readonly unknown[]) => Promise<unknown>) {
  await owner(`create table test_commands (contractor_id uuid, action_id uuid primary key, params jsonb, pin text,
    priority integer, queued_at timestamptz, woken_at timestamptz, fetched_at timestamptz, deferred_at timestamptz,
    deferred_count integer not null default 0, outcome text)`);
  await owner('grant select, insert, update on test_commands to tsukasa_app, tsukasa_jobs');
  const commands = async (tx: Tx, ids: readonly ActionId[]) => {
    const { rows } =
      await sql<CommandRow>`select * from test_commands where action_id = any(${[...ids]}::uuid[])`.execute(tx);
    return rows;
  };
  const dialect: Dialect = {
    platform: 'apple',
    reportsFetch: true,
    assess,
    enqueue: async (tx, { contractorId, actionId, params, secrets, priority, now }) => {
      await sql`insert into test_commands (contractor_id, action_id, params, pin, priority, queued_at)
        values (${contractorId}, ${actionId}, ${JSON.stringify(params)}::jsonb, ${secrets.pin ?? null}, ${priority}, ${now})`.execute(
        tx,
      );
    },
    cancel: async (tx, _contractorId, actionId, outcome) => {
      const { numAffectedRows = 0n } = await sql`update test_commands set outcome = ${outcome}
        where action_id = ${actionId} and (fetched_at is null or deferred_at is not null) and outcome is null`.execute(
        tx,
      );
      return numAffectedRows > 0n ? 'stopped' : 'too_late';
    },
    progress: async (tx, _contractorId, ids) => {
      const rows = await commands(tx, ids);
      return new Map(
        rows.map((row): [ActionId, Progress] => [
          row.action_id,
          {
            queuedAt: row.queued_at,
            wokenAt: row.woken_at ?? undefined,
            wakeProblem: row.woken_at === null ? { code: 'no_push_certificate' } : undefined,
            fetchedAt: row.fetched_at ?? undefined,
            deferredAt: row.deferred_at ?? undefined,
            deferredCount: row.deferred_count,
          },
        ]),
      );
    },
    rawCommands: () => [{ requestType: 'DeviceLock', possible: true, refusal: null, keys: [] }],
  };
  const move = (set: string) => (actionId: string, at: Temporal.Instant) =>
    owner(`update test_commands set ${set} where action_id = $1`, [actionId, at.toString()]);
  return {
    dialect,
    wake: move('woken_at = $2'),
    fetch: move('fetched_at = $2, deferred_at = null'),
    sayNotNow: move('deferred_at = $2, deferred_count = deferred_count + 1'),
  };
}

/** The room over a real database and the platform above. */
export async function actionsGround() {
  const ground = await testGround();
  const platform = await tableDialect(ground.query);
  const dialects: ReadonlyMap<Platform, Dialect> = new Map([['apple', platform.dialect]]);
  const entitlement = testEntitlement();
  const deps = { ...ground, dialects, entitlement };
  const actions = createActions(deps);
  const handlers = checkingAnswers(actionRoutes, actions.handlers);
  /** A managed device. */
  const newDevice = async (contractorId: ContractorId, values: ObservedValues = {}): Promise<DeviceId> => {
    const hardwareId = Math.random().toString(36).slice(2);
    const now = ground.clock.now();
    const usageMode = 'company-owned';
    return ground.db.asContractor(contractorId, async (tx) => {
      const device = { contractorId, platform: 'apple', hardwareId, usageMode, values, now } as const;
      const { deviceId } = await registerDevice(tx, device, testSupport());
      await markManaged(tx, contractorId, deviceId, now);
      return deviceId;
    });
  };
  return { ...ground, ...platform, deps, actions, handlers, newDevice, entitlement };
}
