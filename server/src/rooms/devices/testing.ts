import { deviceRoutes, type Platform } from '@tsukasa/api';
import { DomainError } from '../../base/errors.ts';
import type { ContractorId } from '../../base/ids.ts';
import { checkingAnswers, testGround } from '../directory/testing.ts';
import { type DeviceChannel, type DeviceId, deviceHandlers, type InvitationGate, registerDevice } from './index.ts';
import type { DeviceSupport, Entitlement, ObservedValues, SupportProblem } from './model.ts';

/** The contracts as the rooms of devices meet them: allowing everything but what a test puts into `missing`. */
export function testEntitlement(): Entitlement & { readonly missing: Set<string> } {
  const missing = new Set<string>();
  return {
    missing,
    require: async (_tx, _contractorId, what) => {
      if (missing.has(what)) {
        throw new DomainError('precondition_failed', 'no contract', { reason: `entitlement.${what}`, clause: 'art-2' });
      }
    },
  };
}

/** The catalogue as the rooms of devices meet it: supporting everything but the versions that a test puts in. */
export function testSupport(): DeviceSupport & { readonly unsupported: Map<string, SupportProblem> } {
  const unsupported = new Map<string, SupportProblem>();
  return {
    unsupported,
    check: async (_tx, { osVersion }) => {
      const problem = unsupported.get(osVersion ?? '');
      return problem === undefined ? [] : [problem];
    },
  };
}

/** The room over a real database; what lies below it (channel, gate, actions) is told what to say. */
export async function devicesGround() {
  const ground = await testGround();
  const dead = new Set<DeviceId>();
  const open = new Map<DeviceId, number>();
  const ready = { value: true };
  const entitlement = testEntitlement();
  const support = testSupport();
  const channel: DeviceChannel = {
    describe: async () => ({
      canWake: true,
      whyNot: null,
      lastWakeAt: null,
      lastWakeAnswer: null,
      nextWakeAt: null,
      nextObservationAt: null,
      nextContactAt: null,
      nextContactBasis: null,
      identityNotAfter: null,
      identitySerial: null,
    }),
    details: async () => [],
    deadTokens: async () => [...dead],
  };
  const gate: InvitationGate = {
    modes: { 'company-owned': ['device'], 'personally-owned': ['device'] },
    methods: async (_contractorId, { url }) => [{ kind: 'link', value: url, expiresAt: null, notes: [] }],
    check: async () => {
      if (ready.value) return;
      throw new DomainError('precondition_failed', 'no certificate', { reason: 'push_certificate.missing' });
    },
  };
  const channels: ReadonlyMap<Platform, DeviceChannel> = new Map([['apple', channel]]);
  const gates: ReadonlyMap<Platform, InvitationGate> = new Map([['apple', gate]]);
  const deps = {
    ...ground,
    publicUrl: 'https://mdm.example.jp',
    channels,
    gates,
    entitlement,
    support,
    contractorSettings: async () => ({ silentAfter: 'P3D' }),
    openActions: { openByDevice: async () => open },
  };
  const handlers = checkingAnswers(deviceRoutes, deviceHandlers(deps));
  /** A device that enrolled just now. */
  const newDevice = async (contractorId: ContractorId, values: ObservedValues = {}): Promise<DeviceId> => {
    const hardwareId = Math.random().toString(36).slice(2);
    const now = ground.clock.now();
    const registration = {
      contractorId,
      platform: 'apple',
      hardwareId,
      usageMode: 'company-owned',
      values,
      now,
    } as const;
    const { deviceId } = await ground.db.asContractor(contractorId, (tx) => registerDevice(tx, registration, support));
    return deviceId;
  };
  return { ...ground, deps, handlers, newDevice, dead, open, ready, entitlement, support };
}
