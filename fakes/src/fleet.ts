import { Device, type DeviceChoice, type DeviceEvent, type DeviceKind, type Random } from './apple-device/index.ts';
import type { WindowsDeviceEvent } from './windows-device/index.ts';

/** Counts what happens to many devices. */
export class FleetTally {
  readonly #counts = new Map<string, number>();
  readonly #answers = new Map<string, number>();
  readonly #problems = new Map<string, number>();

  /** For `onEvent` of each device. */
  readonly note = (event: DeviceEvent): void => {
    add(this.#counts, event.type);
    if (event.type === 'answered') add(this.#answers, `${event.requestType} ${event.status}`);
    if (event.type === 'refused') this.problem(`the server answered ${event.status}`);
  };

  /** The same for Windows PCs. */
  readonly noteWindows = (event: WindowsDeviceEvent): void => {
    add(this.#counts, event.type);
    if (event.type === 'answered') add(this.#answers, `${event.cmd} ${event.code}`);
    if (event.type === 'refused') this.problem(event.what);
    if (event.type === 'renewal_failed') this.problem(`renewal failed with ${event.hresult}`);
  };

  problem(what: string): void {
    add(this.#problems, what);
  }

  of(type: DeviceEvent['type'] | WindowsDeviceEvent['type']): number {
    return this.#counts.get(type) ?? 0;
  }

  /** One line on where the fleet is. */
  line(): string {
    const parts = (
      [
        'enrolled',
        'session',
        'pushed',
        'answered',
        'deferred',
        'refused',
        'unreachable',
        'unenrolled',
        'wiped',
      ] as const
    )
      .map((type) => [type, this.of(type)] as const)
      .filter(([type, count]) => count > 0 || type === 'enrolled');
    return parts.map(([type, count]) => `${type} ${count}`).join('  ');
  }

  /** Everything counted, in lines. */
  summary(): string {
    const section = (title: string, counts: ReadonlyMap<string, number>) =>
      counts.size === 0
        ? []
        : ['', title, ...[...counts].sort((a, b) => b[1] - a[1]).map(([name, count]) => `  ${count}  ${name}`)];
    return [this.line(), ...section('Answers', this.#answers), ...section('Problems', this.#problems), ''].join('\n');
  }
}

function add(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

/** What a fleet wants of a device, of whatever platform. */
export type FleetMember = {
  enroll(url: string): Promise<unknown>;
  live(signal: AbortSignal): Promise<void>;
  close(): void;
};

/** A device with the link that it will open. */
export type Recruit<Member extends FleetMember = Device> = { readonly device: Member; readonly url: string };

/**
 * Enrolls devices, some at a time, and has each live at once. Resolves when all have tried; `lives` ends with the signal.
 * One that fails is told to `onFailure` and stays out.
 */
export async function enrollFleet<Member extends FleetMember>(
  recruits: readonly Recruit<Member>[],
  options: {
    readonly signal: AbortSignal;
    readonly concurrency?: number;
    readonly live?: boolean;
    readonly onFailure: (device: Member, error: unknown) => void;
  },
): Promise<{ readonly enrolled: readonly Member[]; readonly lives: Promise<unknown> }> {
  const enrolled: Member[] = [];
  const lives: Promise<void>[] = [];
  const waiting = recruits.values();
  const worker = async () => {
    for (const { device, url } of waiting) {
      if (options.signal.aborted) return;
      try {
        await device.enroll(url);
        enrolled.push(device);
        if (options.live !== false) lives.push(livesOn(device, options));
      } catch (error) {
        options.onFailure(device, error);
      }
    }
  };
  await Promise.all(Array.from({ length: options.concurrency ?? 8 }, worker));
  return { enrolled, lives: Promise.all(lives) };
}

async function livesOn<Member extends FleetMember>(
  device: Member,
  { signal, onFailure }: { readonly signal: AbortSignal; readonly onFailure: (device: Member, error: unknown) => void },
): Promise<void> {
  try {
    await device.live(signal);
  } catch (error) {
    if (!signal.aborted) onFailure(device, error);
  } finally {
    if (signal.aborted) device.close();
  }
}

/** How often each kind occurs in a company. */
const SHARES: readonly (readonly [DeviceKind, number])[] = [
  ['iPhone', 0.55],
  ['iPad', 0.2],
  ['Mac', 0.18],
  ['MacIntel', 0.05],
  ['AppleTV', 0.02],
];

/** A kind as they occur in a company, drawn from the seed. */
export function drawKind(random: Random, among: readonly DeviceKind[]): DeviceKind {
  const shares = SHARES.filter(([kind]) => among.includes(kind));
  let drawn = random.next() * shares.reduce((sum, [, share]) => sum + share, 0);
  for (const [kind, share] of shares) {
    drawn -= share;
    if (drawn < 0) return kind;
  }
  return among[0] ?? 'iPhone';
}

/** Why an enrollment or a life failed, in one line. */
export function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error ? `${error.message} (${cause.message})` : error.message;
}

/** Many devices of one recipe, numbered. */
export function makeFleet(count: number, choose: (index: number) => DeviceChoice): readonly Device[] {
  return Array.from({ length: count }, (_, index) => new Device(choose(index)));
}
