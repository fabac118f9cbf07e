import {
  ACTION_PERMISSIONS,
  ACTION_TYPES,
  type ActionAssessment,
  type ActionRequest,
  type ActionType,
  DESTRUCTIVE_ACTIONS,
  type Note,
  type Platform,
  URGENT_ACTIONS,
} from '@tsukasa/api';
import type { Db, Tx } from '../../base/db.ts';
import type { RequestContext } from '../../base/http/context.ts';
import type { ContractorId } from '../../base/ids.ts';
import { type DeviceFacts, type DeviceId, getDevice } from '../devices/index.ts';
import { askerOf, hasOthers } from './decisions.ts';
import type { ActionParams, Assessment, Dialect, RawCommand } from './model.ts';
import { checkParams, DEFAULT_EXPIRY, needsSecondPerson, requireFitting } from './rules.ts';
import { readSafety } from './safety-store.ts';

export type AssessDeps = { readonly db: Db; readonly dialects: ReadonlyMap<Platform, Dialect> };

const refused = (code: string, params: Readonly<Record<string, unknown>>): Assessment => ({
  refusal: { code, params },
  effects: [],
  warnings: [],
  options: [],
  requiredOptions: [],
});

/** What the dialect says; before that, that the device is managed at all. */
export function assess(
  { dialects }: Pick<AssessDeps, 'dialects'>,
  device: DeviceFacts,
  type: ActionType,
  params: ActionParams,
): Assessment {
  if (device.managementState !== 'managed') {
    return refused('action.device_not_managed', { state: device.managementState });
  }
  const dialect = dialects.get(device.platform);
  return dialect?.assess(device, type, params) ?? refused('platform.missing', { platform: device.platform });
}

/** Every action on one device. Throws `not_found`. */
export async function assessAll(
  deps: AssessDeps,
  contractorId: ContractorId,
  deviceId: DeviceId,
  context: RequestContext,
): Promise<ActionAssessment[]> {
  const { device, hands } = await look(deps, contractorId, deviceId, context);
  return ACTION_TYPES.map((type) => present(type, assess(deps, device, type, {}), hands, context));
}

/**
 * One action with its parameters; asks nothing. Parameters are judged as when asking: throws `not_found`, `invalid`. What
 * cannot work on the device whatever the parameters is the assessment's refusal.
 */
export async function preview(
  deps: AssessDeps,
  contractorId: ContractorId,
  deviceId: DeviceId,
  { type, params = {} }: ActionRequest,
  context: RequestContext,
): Promise<ActionAssessment> {
  checkParams(type, params);
  const { device, hands } = await look(deps, contractorId, deviceId, context);
  const assessment = assess(deps, device, type, params);
  if (assessment.refusal === undefined) requireFitting(params, assessment);
  return present(type, assessment, hands, context);
}

/** Whether a second person is needed in this contractor, and whether there is one beside the caller. */
export type Hands = { readonly secondPerson: boolean; readonly others: boolean };

export async function handsIn(tx: Tx, contractorId: ContractorId, context: RequestContext): Promise<Hands> {
  const { secondPerson } = await readSafety(tx, contractorId);
  return { secondPerson, others: !secondPerson || (await hasOthers(tx, contractorId, askerOf(context))) };
}

function look(deps: AssessDeps, contractorId: ContractorId, deviceId: DeviceId, context: RequestContext) {
  return deps.db.asContractor(contractorId, async (tx) => ({
    device: await getDevice(tx, contractorId, deviceId),
    hands: await handsIn(tx, contractorId, context),
  }));
}

/** The platform's own commands on one device. Throws `not_found`. */
export async function rawCommands(
  deps: AssessDeps,
  contractorId: ContractorId,
  deviceId: DeviceId,
): Promise<RawCommand[]> {
  const device = await deps.db.asContractor(contractorId, (tx) => getDevice(tx, contractorId, deviceId));
  return [...(deps.dialects.get(device.platform)?.rawCommands(device) ?? [])];
}

/** Said before asking where nobody in the contractor could approve: the provider must be asked. */
export const NOBODY_ELSE: Note = { code: 'approval.nobody_else' };

function present(type: ActionType, assessment: Assessment, hands: Hands, context: RequestContext): ActionAssessment {
  const destructive = DESTRUCTIVE_ACTIONS.includes(type);
  const second = hands.secondPerson && needsSecondPerson(type, assessment);
  return {
    type,
    possible: assessment.refusal === undefined,
    refusal: assessment.refusal ?? null,
    effects: [...assessment.effects],
    warnings: [...assessment.warnings, ...(second && !hands.others ? [NOBODY_ELSE] : [])],
    destructive,
    urgent: URGENT_ACTIONS.includes(type),
    needsReason: destructive,
    needsSecondPerson: second,
    permitted: context.can(ACTION_PERMISSIONS[type]),
    options: [...assessment.options],
    requiredOptions: [...assessment.requiredOptions],
    defaultExpiresIn: DEFAULT_EXPIRY[type],
  };
}
