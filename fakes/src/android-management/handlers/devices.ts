import { invalidField, notFound } from '../errors.ts';
import { merge } from '../masks.ts';
import type { Message } from '../validate.ts';
import { type DeviceRecord, entry, idsOf, page } from '../world.ts';
import { type Call, enterpriseOf, type Handler, queryText, text } from './call.ts';
import { policyNameIn } from './policies.ts';

const MODIFIABLE = ['policyName', 'state', 'disabledReason'];

/** The device of the path. Throws 404, also for one whose record was deleted. */
export function deviceOf(call: Call): DeviceRecord {
  const id = idsOf(call.name)[1];
  return entry(enterpriseOf(call).devices, id, `enterprises/${idsOf(call.name)[0]}/devices/${id}`);
}

/** A device as the service tells of it. */
export function deviceResource(device: DeviceRecord): Message {
  const { reported, identity, policyName, state, disabledReason, lastStatusReportTime, lastPolicySyncTime } = device;
  return {
    appliedState: 'PROVISIONING',
    ...reported,
    ...identity,
    policyName,
    state,
    ...(disabledReason === undefined ? {} : { disabledReason }),
    ...(lastStatusReportTime === undefined ? {} : { lastStatusReportTime }),
    ...(lastPolicySyncTime === undefined ? {} : { lastPolicySyncTime }),
  };
}

export const getDevice: Handler = (call) => deviceResource(deviceOf(call));

export const listDevices: Handler = (call) => {
  const { items, ...next } = page([...enterpriseOf(call).devices.values()], call.query, { usual: 10, most: 100 });
  return { devices: items.map(deviceResource), ...next };
};

export const patchDevice: Handler = (call) => {
  const device = deviceOf(call);
  const { policyName, state, disabledReason } = device;
  const current = { policyName, state, ...(disabledReason === undefined ? {} : { disabledReason }) };
  const mask = queryText(call, 'updateMask');
  const merged: Message = merge(call.discovery, 'Device', current, call.body, {
    mask,
    kept: [],
    modifiable: MODIFIABLE,
  });
  const wanted = merged['state'] ?? 'ACTIVE';
  if (wanted !== 'ACTIVE' && wanted !== 'DISABLED') throw invalidField('state', 'must be ACTIVE or DISABLED');
  // A patch without a mask that names no policy leaves the device where it is.
  const name = policyNameIn(enterpriseOf(call), text(merged, 'policyName') ?? policyName, 'policy_name');
  if (!enterpriseOf(call).policies.has(idsOf(name)[1])) throw invalidField('policy_name', `"${name}" does not exist.`);
  device.policyName = name;
  device.state = wanted;
  device.disabledReason = merged['disabledReason'] as Message | undefined;
  device.wake();
  return deviceResource(device);
};

/** The record goes at once; the device is told when it can be reached, if ever. */
export const deleteDevice: Handler = (call) => {
  const enterprise = enterpriseOf(call);
  const device = deviceOf(call);
  const reason = queryText(call, 'wipeReasonMessage') ?? '';
  if (reason.length > 200) throw invalidField('wipeReasonMessage', 'is longer than 200 characters');
  const flags = call.query['wipeDataFlags'];
  if (Array.isArray(flags) && new Set(flags).size < flags.length)
    throw invalidField('wipeDataFlags', 'has a flag twice');
  const id = idsOf(device.name)[1];
  if (!enterprise.devices.delete(id)) throw notFound(device.name);
  enterprise.tombstones.set(id, device);
  device.wake();
  return {};
};
