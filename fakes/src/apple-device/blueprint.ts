import type { TargetPlatform } from '@tsukasa/apple-mdm';
import { type App, installedApps } from './apps.ts';
import { type DeviceKind, HARDWARE, type Hardware, PLATFORM_OF, type System, systemsOf } from './hardware.ts';
import { Random } from './random.ts';

/** What a device is and stays; the same seed gives the same one. */
export type Blueprint = {
  readonly kind: DeviceKind;
  readonly platform: TargetPlatform;
  readonly hardware: Hardware;
  readonly osVersion: string;
  readonly buildVersion: string;
  readonly udid: string;
  readonly serialNumber: string;
  readonly name: string;
  readonly supervised: boolean;
  readonly capacityGigabytes: number;
  readonly freeGigabytes: number;
  readonly sim?: Sim;
  readonly macs: { readonly wifi: string; readonly bluetooth: string; readonly ethernet?: string };
  readonly passcode: boolean;
  readonly encrypted: boolean;
  readonly firewall: boolean;
  /** Whether the device's own check before Erase All Content and Settings passes. */
  readonly canEraseContents: boolean;
  readonly apps: readonly App[];
};

/** A SIM card and the phone's own numbers. */
export type Sim = {
  readonly imei: string;
  readonly meid: string;
  readonly iccid: string;
  readonly phoneNumber: string;
  readonly carrier: string;
};

/** What of a blueprint is chosen; the rest follows from the seed. */
export type BlueprintChoice = {
  readonly seed: string;
  readonly kind: DeviceKind;
  readonly supervised?: boolean;
  /** A version of our list, or the beginning of one: `17`. Default: any that the model runs. */
  readonly osVersion?: string;
  /** The family of the model, as `MacBook Air`; default: any of the kind. */
  readonly modelName?: string;
  readonly name?: string;
  readonly passcode?: boolean;
};

const ALPHABET = 'CDFGHJKLMNPQRTVWXY0123456789';
const CARRIERS = ['NTT DOCOMO', 'KDDI', 'SoftBank', 'Rakuten'] as const;

/** Makes a device. Throws for a system no model of the kind runs. */
export function makeBlueprint(choice: BlueprintChoice): Blueprint {
  const random = new Random(`${choice.kind} ${choice.seed}`);
  const { kind } = choice;
  const platform = PLATFORM_OF[kind];
  const { hardware, system } = pickSystem(choice, random);
  const capacityGigabytes = random.pick(hardware.capacities);
  const cellular = kind === 'iPhone' || (kind === 'iPad' && random.chance(0.4));
  const mac = platform === 'macOS';
  const passcode = random.chance(0.92); // drawn in any case, so that a choice changes nothing else
  return {
    kind,
    platform,
    hardware,
    osVersion: system[0],
    buildVersion: system[1],
    udid: kind === 'MacIntel' ? random.uuid() : `0000${random.digits(4)}-00${random.text(14, '0123456789ABCDEF')}`,
    serialNumber: random.text(10, ALPHABET),
    name: choice.name ?? `${hardware.modelName} ${random.digits(4)}`,
    supervised: choice.supervised ?? false,
    capacityGigabytes,
    freeGigabytes: Math.round(capacityGigabytes * random.within([0.03, 0.8])),
    ...(cellular ? { sim: makeSim(random) } : {}),
    macs: {
      wifi: macAddress(random),
      bluetooth: macAddress(random),
      ...(mac || kind === 'AppleTV' ? { ethernet: macAddress(random) } : {}),
    },
    passcode: choice.passcode ?? passcode,
    encrypted: mac ? random.chance(0.85) : true,
    firewall: random.chance(0.6),
    canEraseContents: kind === 'Mac' || random.chance(0.5),
    apps: installedApps(kind, random),
  };
}

function pickSystem(choice: BlueprintChoice, random: Random): { hardware: Hardware; system: System } {
  const wanted = choice.osVersion;
  const models = HARDWARE[choice.kind].filter(({ modelName }) => modelName === (choice.modelName ?? modelName));
  const pairs = models.flatMap((hardware) =>
    systemsOf(choice.kind)
      .filter((system) => runs(hardware, system))
      .filter(([version]) => wanted === undefined || version === wanted || version.startsWith(`${wanted}.`))
      .map((system) => ({ hardware, system })),
  );
  const [first, ...others] = pairs;
  if (first === undefined) throw new Error(`no ${choice.modelName ?? choice.kind} of ours runs version ${wanted}`);
  return random.pick([first, ...others]);
}

function runs(hardware: Hardware, [version]: System): boolean {
  const major = Number.parseInt(version, 10);
  return major >= Number(hardware.systems[0]) && major <= Number(hardware.systems[1]);
}

/** 090-0000 is not given to anybody. */
function makeSim(random: Random): Sim {
  return {
    imei: withCheckDigit(`35${random.digits(12)}`),
    meid: `35${random.digits(12)}`,
    iccid: withCheckDigit(`8981${random.digits(14)}`),
    phoneNumber: `+81900000${random.digits(4)}`,
    carrier: random.pick(CARRIERS),
  };
}

/** Luhn. */
function withCheckDigit(digits: string): string {
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 0 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}

function macAddress(random: Random): string {
  return `f0:18:98:${random
    .bytes(3)
    .toString('hex')
    .replace(/(..)(?=.)/g, '$1:')}`;
}
