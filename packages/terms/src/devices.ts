import { holdsOn } from './catalogue-entries.ts';
import type { Catalogue, Reason, SupportedOs } from './model.ts';
import { because } from './words.ts';

/** The supported OS lines that hold on a day (Art. 3). */
export function supportedOs(catalogue: Catalogue, day: Temporal.PlainDate): readonly SupportedOs[] {
  return catalogue.supportedOs.filter((line) => holdsOn(line, day));
}

export type CheckedDevice = {
  readonly family: string;
  /** As the device says it; absent while it has not said it. */
  readonly version?: string;
  readonly usageMode: string;
};
export type DeviceCheck = {
  readonly supported: boolean;
  /** What is out of support. */
  readonly fails: readonly ('os' | 'usage_mode')[];
  readonly because: readonly Reason[];
};

/**
 * Whether a device may be managed under the service: its OS and version match what the provider specifies (Art. 3) and its
 * usage mode is one of those specified (Art. 1). A device that has not told its version yet is judged by its family alone.
 */
export function checkDevice(catalogue: Catalogue, device: CheckedDevice, day: Temporal.PlainDate): DeviceCheck {
  const os = checkOs(catalogue, device, day);
  const mode = checkMode(catalogue, device.usageMode, day);
  const fails = ([] as ('os' | 'usage_mode')[]).concat(os.ok ? [] : 'os', mode.ok ? [] : 'usage_mode');
  return { supported: fails.length === 0, fails, because: [os.because, mode.because] };
}

type Check = { readonly ok: boolean; readonly because: Reason };

function checkOs(catalogue: Catalogue, { family, version }: CheckedDevice, day: Temporal.PlainDate): Check {
  const lines = supportedOs(catalogue, day);
  const own = lines.filter((line) => line.family === family);
  if (own.length === 0) {
    const families = [...new Set(lines.map((line) => line.family))].join(', ');
    return { ok: false, because: because('os.family', 'art-3', { family, supported: families }) };
  }
  const supported = own.map(wordsOf).join(', ');
  if (version === undefined)
    return { ok: true, because: because('os.version_unknown', 'art-3', { family, supported }) };
  const ok = own.some((line) => isWithin(version, line));
  return { ok, because: because(ok ? 'os.supported' : 'os.version', 'art-3', { family, version, supported }) };
}

function checkMode(catalogue: Catalogue, usageMode: string, day: Temporal.PlainDate): Check {
  const modes = catalogue.usageModes.filter((mode) => holdsOn(mode, day)).map((mode) => mode.id);
  const ok = modes.includes(usageMode);
  const params = { usageMode, supported: modes.join(', ') };
  return { ok, because: because(ok ? 'usage_mode.supported' : 'usage_mode.not_supported', 'art-1', params) };
}

/** `iOS 16+`, `Windows 10.0.19044 – < 10.0.22000`. */
function wordsOf({ family, atLeast, below }: SupportedOs): string {
  return below === undefined ? `${family} ${atLeast}+` : `${family} ${atLeast} – < ${below}`;
}

function isWithin(version: string, { atLeast, below }: SupportedOs): boolean {
  const parsed = parseVersion(version);
  const [low, high] = [parseVersion(atLeast), below === undefined ? undefined : parseVersion(below)];
  if (parsed === undefined || low === undefined) return false;
  return compareVersions(parsed, low) >= 0 && (high === undefined || compareVersions(parsed, high) < 0);
}

/** `17.4.1 (a)` → 17, 4, 1; absent when it does not begin with a number. */
export function parseVersion(text: string): readonly number[] | undefined {
  const numbers = /^\s*([0-9]{1,9}(?:\.[0-9]{1,9}){0,7})/.exec(text)?.[1];
  return numbers?.split('.').map(Number);
}

/** Missing parts are zero: 17 equals 17.0. */
export function compareVersions(a: readonly number[], b: readonly number[]): number {
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
