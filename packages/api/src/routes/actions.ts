import { Type } from 'typebox';
import { ACTION_SECRET_KINDS, ACTION_STATES, ACTION_TYPES, ActionRequest } from '../actions.ts';
import { defineRoutes } from '../route.ts';
import * as s from '../schemas/index.ts';

const base = '/api/v1/contractors/:contractorId' as const;
const device = `${base}/devices/:deviceId` as const;
const SecretParams = Type.Object({
  contractorId: s.Uuid,
  actionId: s.Uuid,
  kind: Type.Enum([...ACTION_SECRET_KINDS]),
});

/** `askAction` needs `actions.read` to be called at all; the permission of the action's type is checked with the body. */
export const actionRoutes = defineRoutes({
  assessActions: {
    method: 'GET',
    path: `${device}/available-actions`,
    summary: 'What each action will do on this device',
    access: 'actions.read',
    params: s.DeviceParams,
    status: 200,
    response: Type.Object({ items: Type.Array(s.ActionAssessment) }),
  },
  previewAction: {
    method: 'POST',
    path: `${device}/actions/preview`,
    summary: 'What this action with these parameters will do; asks nothing',
    access: 'actions.read',
    params: s.DeviceParams,
    body: ActionRequest,
    bodyLimit: 1_100_000,
    status: 200,
    response: s.ActionAssessment,
  },
  askAction: {
    method: 'POST',
    path: `${device}/actions`,
    summary: 'Ask for a remote action',
    access: 'actions.refresh',
    params: s.DeviceParams,
    body: ActionRequest,
    bodyLimit: 1_100_000,
    status: 201,
    response: s.Action,
  },
  listDeviceActions: {
    method: 'GET',
    path: `${device}/actions`,
    summary: 'Actions of a device',
    access: 'actions.read',
    params: s.DeviceParams,
    query: Type.Object(s.PageQuery, s.Closed),
    status: 200,
    response: s.Page(s.Action),
  },
  getDeviceAction: {
    method: 'GET',
    path: `${device}/actions/:actionId`,
    summary: 'One action with its steps',
    access: 'actions.read',
    params: s.DeviceActionParams,
    status: 200,
    response: s.Action,
  },
  listActions: {
    method: 'GET',
    path: `${base}/actions`,
    summary: 'Actions of the whole fleet',
    access: 'actions.read',
    params: s.ContractorParams,
    query: Type.Object(
      {
        state: Type.Optional(Type.Array(Type.Enum([...ACTION_STATES]))),
        type: Type.Optional(Type.Array(Type.Enum([...ACTION_TYPES]))),
        ...s.PageQuery,
      },
      s.Closed,
    ),
    status: 200,
    response: s.Page(s.Action),
  },
  getAction: {
    method: 'GET',
    path: `${base}/actions/:actionId`,
    summary: 'One action with its steps',
    access: 'actions.read',
    params: s.ActionParams,
    status: 200,
    response: s.Action,
  },
  cancelAction: {
    method: 'POST',
    path: `${base}/actions/:actionId/cancellation`,
    summary: 'Cancel an action that the device has not fetched',
    access: 'actions.cancel',
    params: s.ActionParams,
    body: s.ActionCancellation,
    status: 200,
    response: s.Action,
  },
  readActionSecret: {
    method: 'POST',
    path: `${base}/actions/:actionId/secrets/:kind`,
    summary: 'Read a PIN once',
    access: 'actions.secrets.read',
    fresh: true,
    params: SecretParams,
    status: 200,
    response: s.ActionSecret,
  },
  listRawCommands: {
    method: 'GET',
    path: `${device}/raw-commands`,
    summary: "The platform's own commands and whether this device takes them",
    access: 'actions.raw',
    params: s.DeviceParams,
    status: 200,
    response: Type.Object({ items: Type.Array(s.RawCommand) }),
  },
});
