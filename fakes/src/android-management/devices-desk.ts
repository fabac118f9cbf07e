import { randomUUID } from 'node:crypto';
import {
  ANDROID_KINDS,
  AndroidDevice,
  type AndroidHabits,
  type EnrollmentPath,
  LOCK_STRENGTHS,
} from '../android-device/index.ts';
import type { DeviceChange, SimulatedDevice } from './control-types.ts';
import { flag, number, objectOf, optional, RequestProblem, text, word } from './fields.ts';
import { tokenOfLink, tokenOfQrCode } from './handlers/qr-code.ts';
import type { FakeAndroidManagement } from './server.ts';
import type { Message } from './validate.ts';

const POSTURES = ['SECURE', 'AT_RISK', 'POTENTIALLY_COMPROMISED'] as const;
const PATHS = ['company', 'personal'] as const;

/** The simulated devices of a stand-in: the control's part that holds them in the hand. */
export class DevicesDesk {
  readonly #standIn: FakeAndroidManagement;
  readonly #devices = new Map<string, AndroidDevice>();

  constructor(standIn: FakeAndroidManagement) {
    this.#standIn = standIn;
  }

  /** Throws `EnrollmentRefused`. */
  enroll(body: Message): SimulatedDevice {
    const { token, path } = shown(body);
    const habits = optional(body, 'habits', (value) => objectOf(value) as Partial<AndroidHabits>);
    const device = new AndroidDevice(
      {
        seed: optional(body, 'seed', text) ?? randomUUID(),
        ...given('kind', optional(body, 'kind', word(ANDROID_KINDS))),
        ...given('model', optional(body, 'model', text)),
        ...given('androidVersion', optional(body, 'androidVersion', text)),
        ...given('serialNumber', optional(body, 'serialNumber', text)),
        ...given('habits', habits),
      },
      this.#standIn.cloud,
      this.#standIn.clock,
    );
    const name = device.enroll(token, path);
    this.#devices.set(name, device);
    return view(device);
  }

  list(): readonly SimulatedDevice[] {
    return [...this.#devices.values()].map(view);
  }

  get(name: string): AndroidDevice {
    const device = this.#devices.get(name);
    if (device === undefined) throw new RequestProblem(404, `there is no simulated device ${name}`);
    return device;
  }

  act(name: string, action: string, body: Message): SimulatedDevice {
    const device = this.get(name);
    switch (action) {
      case 'change':
        device.change(changeOf(body));
        break;
      case 'sync':
        device.sync();
        break;
      case 'install':
        device.install(text(body['packageName'], 'packageName'));
        break;
      case 'uninstall':
        device.uninstall(text(body['packageName'], 'packageName'));
        break;
      case 'fail-install':
        device.phone.failingApps.set(text(body['packageName'], 'packageName'), text(body['reason'], 'reason'));
        break;
      case 'vanish':
        device.vanish();
        break;
      case 'leave-lost-mode':
        device.leaveLostMode();
        break;
      default:
        throw new RequestProblem(404, `a device has no action ${action}`);
    }
    return view(device);
  }

  close(): void {
    for (const device of this.#devices.values()) device.close();
  }
}

/** The token that was shown, and where. */
function shown(body: Message): { readonly token: string; readonly path: EnrollmentPath } {
  const path = optional(body, 'path', word(PATHS));
  const token = optional(body, 'token', text);
  const qrCode = optional(body, 'qrCode', text);
  const link = optional(body, 'link', text);
  if ([token, qrCode, link].filter((one) => one !== undefined).length !== 1)
    throw new RequestProblem(400, 'exactly one of token, qrCode and link is needed');
  const read = token ?? (qrCode === undefined ? tokenOfLink(link ?? '') : tokenOfQrCode(qrCode));
  if (read === undefined) throw new RequestProblem(400, 'an Android device could not read that');
  return { token: read, path: path ?? (link === undefined ? 'company' : 'personal') };
}

function given<K extends string, T>(name: K, value: T | undefined): { readonly [k in K]?: T } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [k in K]?: T });
}

const CHANGES: Readonly<Record<keyof DeviceChange, (value: unknown, name: string) => unknown>> = {
  online: flag,
  battery: number,
  charging: flag,
  adbEnabled: flag,
  developerSettings: flag,
  unknownSources: flag,
  verifyApps: flag,
  posture: word(POSTURES),
  updateAvailable: flag,
  lock: word(LOCK_STRENGTHS),
  resetToken: flag,
  keyAliases: (value) => (Array.isArray(value) ? value.map(String) : []),
  locationOn: flag,
  position: (value) => {
    const { latitude, longitude } = objectOf(value);
    return { latitude: number(latitude, 'latitude'), longitude: number(longitude, 'longitude') };
  },
};

function changeOf(body: Message): DeviceChange {
  const entries = Object.entries(body).map(([name, value]) => {
    const read = Object.hasOwn(CHANGES, name) ? CHANGES[name as keyof DeviceChange] : undefined;
    if (read === undefined) throw new RequestProblem(400, `a device has nothing called ${name} to change`);
    return [name, read(value, name)] as const;
  });
  return Object.fromEntries(entries);
}

/** How somebody who holds the device sees it. */
export function view(device: AndroidDevice): SimulatedDevice {
  const { phone, blueprint } = device;
  return {
    name: phone.deviceName,
    mode: phone.mode,
    state: phone.state,
    product: blueprint.model.product,
    model: blueprint.model.model,
    androidVersion: blueprint.androidVersion,
    apiLevel: blueprint.apiLevel,
    serialNumber: blueprint.serialNumber,
    online: phone.online,
    battery: phone.battery,
    lock: phone.lock,
    locked: phone.locked,
    lost: phone.lost !== undefined,
    disabled: phone.disabled,
    blocked: device.isBlocked,
    apps: [...phone.apps.keys()],
    appliedPolicyName: phone.applied?.name ?? null,
    appliedPolicyVersion: phone.applied?.version ?? null,
  };
}
