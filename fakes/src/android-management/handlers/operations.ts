import { ApiError, invalid, notFound } from '../errors.ts';
import { checkCommand } from '../rules/command.ts';
import { durationMs, durationOf } from '../scalars.ts';
import type { Message } from '../validate.ts';
import { DIGITS, idsOf, type OperationRecord, page, type World } from '../world.ts';
import { type Call, type Handler, text } from './call.ts';
import { deviceOf } from './devices.ts';

const TYPE_URL = 'type.googleapis.com/google.android.devicemanagement.v1';
const USUAL_MS = 10 * 60_000;
/** Some ten thousand years would not fit a time. */
const LONGEST_MS = 7_900 * 365 * 86_400_000;

/** Params that stand for their command where the type is left out. */
const IMPLIED: Readonly<Record<string, string>> = {
  clearAppsDataParams: 'CLEAR_APP_DATA',
  startLostModeParams: 'START_LOST_MODE',
  stopLostModeParams: 'STOP_LOST_MODE',
  addEsimParams: 'ADD_ESIM',
  removeEsimParams: 'REMOVE_ESIM',
  requestDeviceInfoParams: 'REQUEST_DEVICE_INFO',
  wipeParams: 'WIPE',
};

export const issueCommand: Handler = (call) => {
  const { world } = call;
  const device = deviceOf(call);
  const type = text(call.body, 'type') ?? Object.entries(IMPLIED).find(([name]) => name in call.body)?.[1];
  const command: Message = { ...call.body, ...(type === undefined ? {} : { type }) };
  const violations = checkCommand(command, device.identity);
  if (violations.length > 0) throw invalid(violations);
  const asked = text(command, 'duration');
  const lifetime = Math.min(LONGEST_MS, asked === undefined ? USUAL_MS : durationMs(asked));
  const createdAt = world.clock.milliseconds;
  const id = `${createdAt}${world.draw(6, DIGITS)}`;
  const operation: OperationRecord = {
    name: `${device.name}/operations/${id}`,
    command: { ...command, duration: asked ?? durationOf(USUAL_MS), createTime: world.clock.stamp() },
    createdAt,
    expiresAt: createdAt + lifetime,
    delivered: false,
    done: false,
    result: {},
    error: undefined,
  };
  device.operations.set(id, operation);
  world.clock.after(lifetime, () => expire(world, call, operation));
  device.wake();
  return operationResource(operation, device.identity);
};

function expire(world: World, call: Call, operation: OperationRecord): void {
  const [enterpriseId, deviceId] = idsOf(operation.name);
  if (operation.done || world.enterprises.get(enterpriseId)?.devices.has(deviceId) !== true) return;
  end(world, call, operation, { code: 4, message: 'The command expired before the device executed it.' });
}

function end(world: World, call: Call, operation: OperationRecord, error: OperationRecord['error']): void {
  operation.done = true;
  operation.error = error;
  publishOperation(world, call.project.projectId, operation);
}

/** Tells the enterprise's topic how a command ended, where it asked for that. */
export function publishOperation(world: World, projectId: string, operation: OperationRecord): void {
  const [enterpriseId, deviceId] = idsOf(operation.name);
  const enterprise = world.enterprises.get(enterpriseId);
  if (enterprise === undefined || enterprise.deleted || enterprise.projectId !== projectId) return;
  const device = enterprise.devices.get(deviceId) ?? enterprise.tombstones.get(deviceId);
  world.notify(enterprise, 'COMMAND', 'Operation', operationResource(operation, device?.identity ?? {}));
}

/** The operation as the service tells of it; a new password is not told. */
export function operationResource(operation: OperationRecord, identity: Message): Message {
  const { newPassword: _, ...command } = operation.command;
  return {
    name: operation.name,
    metadata: {
      '@type': `${TYPE_URL}.Command`,
      ...command,
      ...operation.result,
      ...(identity['userName'] === undefined ? {} : { userName: identity['userName'] }),
    },
    done: operation.done,
    ...(operation.error === undefined ? {} : { error: operation.error }),
    ...(operation.done && operation.error === undefined
      ? { response: { '@type': `${TYPE_URL}.IssueCommandResponse` } }
      : {}),
  };
}

function operationOf(call: Call): OperationRecord {
  const found = deviceOf(call).operations.get(idsOf(call.name)[2]);
  if (found === undefined) throw notFound(call.name);
  return found;
}

export const getOperation: Handler = (call) => operationResource(operationOf(call), deviceOf(call).identity);

/** Newest first. */
export const listOperations: Handler = (call) => {
  // The grammar of a filter is not documented; to guess it would let a wrong one pass.
  if (text(call.query, 'filter') !== undefined) throw new ApiError('UNIMPLEMENTED', 'The stand-in knows no filter.');
  const device = deviceOf(call);
  const all = [...device.operations.values()].reverse();
  const { items, ...next } = page(all, call.query, { usual: 100, most: 1000 });
  return { operations: items.map((operation) => operationResource(operation, device.identity)), ...next };
};

/** Best effort: what has reached the device goes on, and that is answered like success. */
export const cancelOperation: Handler = (call) => {
  const operation = operationOf(call);
  if (!operation.done && !operation.delivered)
    end(call.world, call, operation, { code: 1, message: 'The command was cancelled.' });
  return {};
};
