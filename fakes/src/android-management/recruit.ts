import { ANDROID_FLEET, type AndroidFlaw, type AndroidMode, type AndroidRecruit } from '../android-device/index.ts';
import type { AndroidManagementControl } from './client.ts';
import type { DeviceChange, SimulatedDevice } from './control-types.ts';

/** What shows a device its token: a QR code for a company's, a link for a person's own. */
export type Shown = { readonly qrCode: string } | { readonly link: string };

/** What is wrong with a device, as far as it is something on it and not in its model or its user. */
const CHANGES: Partial<Record<AndroidFlaw, DeviceChange>> = {
  usb_debugging: { adbEnabled: true, developerSettings: true },
  rooted: { posture: 'POTENTIALLY_COMPROMISED' },
  away: { online: false },
  update_waits: { updateAvailable: true },
};

export type Enlisted = { readonly recruit: AndroidRecruit; readonly device: SimulatedDevice };

/**
 * Enrolls the devices of a fleet, each with what is shown to those of its mode; those of a mode for which nothing is shown stay
 * out. Throws when one is refused.
 */
export async function enlist(
  control: AndroidManagementControl,
  shown: Partial<Readonly<Record<AndroidMode, Shown>>>,
  fleet: readonly AndroidRecruit[] = ANDROID_FLEET,
): Promise<readonly Enlisted[]> {
  const enlisted: Enlisted[] = [];
  for (const recruit of fleet) {
    const { seed, mode, model, androidVersion, habits, flaw } = recruit;
    const token = shown[mode];
    if (token === undefined) continue;
    const device = await control.enroll({ seed, model, androidVersion, habits, ...token });
    if (flaw !== undefined) await applyFlaw(control, device.name, flaw);
    enlisted.push({ recruit, device });
  }
  return enlisted;
}

/** Puts on a device what is wrong with it; what is in its model or its user is there already. */
export async function applyFlaw(control: AndroidManagementControl, name: string, flaw: AndroidFlaw): Promise<void> {
  const change = CHANGES[flaw];
  if (change !== undefined) await control.change(name, change);
}
