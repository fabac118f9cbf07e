import { Device, type DeviceChoice, type KeySource, sharedKeys } from '@tsukasa/fakes';
import type { Stage } from './harness.ts';

/** A simulated device that enrolled and goes on living until its stage closes. */
export type EnrolledDevice = {
  readonly device: Device;
  readonly serialNumber: string;
  readonly udid: string;
};

/** Making a key takes a while; the server tells devices apart by their certificates, not by their keys. */
const keys: KeySource = sharedKeys(4);
let made = 0;

/** Makes a device, which knows nothing but Apple's push service; an iPhone unless said otherwise. */
export function makeDevice(stage: Stage, choice: Partial<DeviceChoice> = {}): Device {
  made += 1;
  return new Device({ kind: 'iPhone', seed: `e2e ${made}`, push: stage.apns, keys, ...choice });
}

/** Enrolls a new device from a link alone, and lets it live. */
export async function enroll(stage: Stage, link: string, choice: Partial<DeviceChoice> = {}): Promise<EnrolledDevice> {
  const device = makeDevice(stage, choice);
  await device.enroll(link);
  const ending = new AbortController();
  const life = device.live(ending.signal);
  life.catch(() => undefined); // heard when the stage closes
  stage.onLeave(async () => {
    ending.abort();
    device.close();
    await life;
  });
  return { device, serialNumber: device.blueprint.serialNumber, udid: device.udid };
}
