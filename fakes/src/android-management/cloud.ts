import { createHash } from 'node:crypto';
import {
  type AndroidMode,
  type CommandOutcome,
  type DeviceCloud,
  EnrollmentRefused,
  type FetchedCommand,
  type FetchedPolicy,
  type PlayOutcome,
  type Registered,
  type Registration,
} from '../android-device/port.ts';
import { deviceResource } from './handlers/devices.ts';
import { isLive } from './handlers/enrollment-tokens.ts';
import { publishOperation } from './handlers/operations.ts';
import { currentOf } from './handlers/policies.ts';
import type { Message } from './validate.ts';
import { type DeviceRecord, DIGITS, type Enterprise, HEX, idsOf, type TokenRecord, type World } from './world.ts';

/** What the service does for its devices. */
export class Cloud implements DeviceCloud {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  register(registration: Registration): Registered {
    const { enterprise, token } = this.#tokenOf(registration.token);
    const mode = modeOf(String(token.request['allowPersonalUsage'] ?? ''), registration.path);
    const project = this.#world.projects.get(enterprise.projectId);
    if (project === undefined || this.#world.devicesOf(project.projectId) >= project.deviceQuota)
      throw new EnrollmentRefused('the project may have no more devices');
    token.uses += 1;
    const name = `${enterprise.name}/devices/${this.#world.draw(16, HEX)}`;
    const enterpriseSpecificId = createHash('sha256')
      .update(`${enterprise.id} ${registration.serialNumber}`)
      .digest('hex')
      .slice(0, 16)
      .toUpperCase();
    const device = this.#record(enterprise, token, registration, { name, mode, enterpriseSpecificId });
    enterprise.devices.set(idsOf(name)[1], device);
    this.#world.notify(enterprise, 'ENROLLMENT', 'Device', deviceResource(device));
    return { deviceName: name, mode, enterpriseSpecificId };
  }

  #tokenOf(value: string): { readonly enterprise: Enterprise; readonly token: TokenRecord } {
    for (const enterprise of this.#world.enterprises.values()) {
      const token = [...enterprise.tokens.values()].find((one) => one.value === value);
      if (token !== undefined && !enterprise.deleted && isLive(token, this.#world.clock.milliseconds))
        return { enterprise, token };
    }
    throw new EnrollmentRefused('the enrollment token is not valid');
  }

  #record(
    enterprise: Enterprise,
    token: TokenRecord,
    { serialNumber, apiLevel, describe, wake }: Registration,
    { name, mode, enterpriseSpecificId }: { name: string; mode: AndroidMode; enterpriseSpecificId: string },
  ): DeviceRecord {
    const company = mode !== 'work_profile_personal';
    const earlier = [...enterprise.devices.values(), ...enterprise.tombstones.values()].filter(
      (device) => device.serialNumber === serialNumber,
    );
    const user = mode === 'dedicated' ? {} : { userName: `${enterprise.name}/users/${this.#world.draw(21, DIGITS)}` };
    const { policyName, additionalData } = token.request;
    const policy = String(policyName ?? 'default');
    return {
      name,
      serialNumber,
      identity: {
        name,
        managementMode: mode === 'fully_managed' || mode === 'dedicated' ? 'DEVICE_OWNER' : 'PROFILE_OWNER',
        ownership: company ? 'COMPANY_OWNED' : 'PERSONALLY_OWNED',
        enrollmentTime: this.#world.clock.stamp(),
        enrollmentTokenName: token.name,
        enrollmentTokenData: additionalData ?? '',
        previousDeviceNames: earlier.map((device) => device.name),
        ...user,
      },
      reported: { apiLevel, hardwareInfo: describe(enterpriseSpecificId) },
      policyName: policy.includes('/') ? policy : `${enterprise.name}/policies/${policy}`,
      state: 'ACTIVE',
      disabledReason: undefined,
      lastStatusReportTime: undefined,
      lastPolicySyncTime: undefined,
      operations: new Map(),
      wake,
    };
  }

  isManaged(deviceName: string): boolean {
    return this.#find(deviceName) !== undefined;
  }

  fetchPolicy(deviceName: string): FetchedPolicy | undefined {
    const found = this.#find(deviceName);
    if (found === undefined) return undefined;
    const { enterprise, device } = found;
    const policy = currentOf(enterprise.policies.get(idsOf(device.policyName)[1]));
    if (policy === undefined) return undefined;
    device.lastPolicySyncTime = this.#world.clock.stamp();
    return { name: device.policyName, version: String(policy['version']), policy, state: device.state };
  }

  fetchCommands(deviceName: string): readonly FetchedCommand[] {
    const operations = this.#find(deviceName)?.device.operations.values() ?? [];
    return [...operations]
      .filter(({ done, delivered }) => !done && !delivered)
      .map((operation) => {
        operation.delivered = true;
        return { operation: operation.name, command: operation.command };
      });
  }

  finish(deviceName: string, operation: string, outcome: CommandOutcome): void {
    const found = this.#find(deviceName);
    const record = found?.device.operations.get(idsOf(operation)[2]);
    if (found === undefined || record === undefined || record.done) return;
    record.done = true;
    record.result = {
      ...outcome.status,
      ...(outcome.errorCode === undefined ? {} : { errorCode: outcome.errorCode }),
    };
    publishOperation(this.#world, found.enterprise.projectId, record);
  }

  report(deviceName: string, report: Message): void {
    const found = this.#find(deviceName);
    if (found === undefined) return;
    found.device.reported = report;
    found.device.lastStatusReportTime = this.#world.clock.stamp();
    this.#world.notify(found.enterprise, 'STATUS_REPORT', 'Device', deviceResource(found.device));
  }

  leave(deviceName: string, report: Message): void {
    const [enterpriseId, deviceId] = idsOf(deviceName);
    const enterprise = this.#world.enterprises.get(enterpriseId);
    const device = enterprise?.devices.get(deviceId) ?? enterprise?.tombstones.get(deviceId);
    if (enterprise === undefined || enterprise.deleted || device === undefined) return;
    enterprise.devices.delete(deviceId);
    enterprise.tombstones.set(deviceId, device);
    device.reported = report;
    device.lastStatusReportTime = this.#world.clock.stamp();
    this.#world.notify(enterprise, 'STATUS_REPORT', 'Device', deviceResource(device));
  }

  log(deviceName: string, events: readonly Message[]): void {
    const found = this.#find(deviceName);
    if (found === undefined) return;
    const { enterprise, device } = found;
    this.#world.notify(enterprise, 'USAGE_LOGS', 'BatchUsageLogEvents', {
      device: deviceName,
      ...(device.identity['userName'] === undefined ? {} : { user: device.identity['userName'] }),
      retrievalTime: this.#world.clock.stamp(),
      usageLogEvents: events,
    });
  }

  playOutcome(_deviceName: string, packageName: string, apiLevel: number): PlayOutcome {
    const application = this.#world.catalogue.get(packageName);
    if (application === undefined) return { failure: 'NOT_FOUND' };
    if (application.failure !== undefined) return { failure: application.failure };
    if (apiLevel < application.minAndroidSdkVersion) return { failure: 'NOT_COMPATIBLE_WITH_DEVICE' };
    const { versionCode, versionName, title } = application;
    return { versionCode, versionName, title };
  }

  #find(deviceName: string): { readonly enterprise: Enterprise; readonly device: DeviceRecord } | undefined {
    const [enterpriseId, deviceId] = idsOf(deviceName);
    const enterprise = this.#world.enterprises.get(enterpriseId);
    const device = enterprise?.devices.get(deviceId);
    return enterprise === undefined || enterprise.deleted || device === undefined ? undefined : { enterprise, device };
  }
}

/** What comes of a token on a device. Throws `EnrollmentRefused` where the two do not go together. */
function modeOf(usage: string, path: Registration['path']): AndroidMode {
  if (path === 'personal') {
    if (usage.startsWith('PERSONAL_USAGE_DISALLOWED'))
      throw new EnrollmentRefused('the token does not allow a personally-owned device');
    return 'work_profile_personal';
  }
  if (usage === 'PERSONAL_USAGE_ALLOWED') return 'work_profile_company';
  return usage === 'PERSONAL_USAGE_DISALLOWED_USERLESS' ? 'dedicated' : 'fully_managed';
}
