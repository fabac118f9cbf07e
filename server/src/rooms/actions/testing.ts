import { actionRoutes, type Platform, safetyRoutes } from '@tsukasa/api';
import type { ContractorId } from '../../base/ids.ts';
import { type DeviceId, markManaged, type ObservedValues, registerDevice } from '../devices/index.ts';
import { testEntitlement, testSupport } from '../devices/testing.ts';
import { checkingAnswers, testGround } from '../directory/testing.ts';
import { createActions, type Dialect } from './index.ts';
import { type TableOptions, tableDialect } from './testing-table.ts';

export { type DialectStage, dialectSuite, type StageDevice } from './dialect-suite.ts';

/** The room over a real database and a made-up platform. */
export async function actionsGround(options: TableOptions = {}) {
  const ground = await testGround();
  const platform = await tableDialect(ground.query, ground.secrets, options);
  const name = platform.dialect.platform;
  const dialects: ReadonlyMap<Platform, Dialect> = new Map([[name, platform.dialect]]);
  const entitlement = testEntitlement();
  const deps = { ...ground, dialects, entitlement, channels: new Map() };
  const actions = createActions(deps);
  const handlers = checkingAnswers({ ...actionRoutes, ...safetyRoutes }, actions.handlers);
  /** A managed device. */
  const newDevice = async (contractorId: ContractorId, values: ObservedValues = {}): Promise<DeviceId> => {
    const hardwareId = Math.random().toString(36).slice(2);
    const now = ground.clock.now();
    const usageMode = 'company-owned';
    return ground.db.asContractor(contractorId, async (tx) => {
      const device = { contractorId, platform: name, hardwareId, usageMode, values, now } as const;
      const { deviceId } = await registerDevice(tx, device, testSupport());
      await markManaged(tx, contractorId, deviceId, now);
      return deviceId;
    });
  };
  return { ...ground, ...platform, deps, actions, handlers, newDevice, entitlement };
}
