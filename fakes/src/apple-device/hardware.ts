import type { TargetPlatform } from '@tsukasa/apple-mdm';

export const DEVICE_KINDS = ['iPhone', 'iPad', 'Mac', 'MacIntel', 'AppleTV'] as const;
/** `Mac` has Apple silicon. */
export type DeviceKind = (typeof DEVICE_KINDS)[number];

/** A model that was sold: `productName` as `Mac15,3`, `modelName` as `MacBook Pro`, `marketingName` for people. */
export type Hardware = {
  readonly productName: string;
  readonly modelName: string;
  readonly marketingName: string;
  readonly model: string;
  readonly modelNumber: string;
  readonly capacities: readonly [number, ...number[]];
  /** First and last system of our list that it runs. */
  readonly systems: readonly [string, string];
  readonly cellular?: true;
};

export const PLATFORM_OF: Readonly<Record<DeviceKind, TargetPlatform>> = {
  iPhone: 'iOS',
  iPad: 'iPadOS',
  Mac: 'macOS',
  MacIntel: 'macOS',
  AppleTV: 'tvOS',
};

function hardware(
  productName: string,
  marketingName: string,
  modelNumbers: readonly [model: string, modelNumber: string],
  systems: readonly [string, string],
  capacities: readonly [number, ...number[]],
): Hardware {
  const modelName = /^(?:iPhone|iPad|MacBook Air|MacBook Pro|Mac mini|iMac|Apple TV)/.exec(marketingName)?.[0] ?? 'Mac';
  const [model, modelNumber] = modelNumbers;
  return { productName, modelName, marketingName, model, modelNumber, systems, capacities };
}

export const HARDWARE: Readonly<Record<DeviceKind, readonly [Hardware, ...Hardware[]]>> = {
  iPhone: [
    hardware('iPhone12,1', 'iPhone 11', ['MWLT2J', 'A2221'], ['15', '26'], [64, 128]),
    hardware('iPhone13,2', 'iPhone 12', ['MGHN3J', 'A2402'], ['15', '26'], [64, 128, 256]),
    hardware('iPhone14,5', 'iPhone 13', ['MLNC3J', 'A2631'], ['15', '26'], [128, 256]),
    hardware('iPhone14,6', 'iPhone SE', ['MMYC3J', 'A2782'], ['15', '26'], [64, 128]),
    hardware('iPhone14,7', 'iPhone 14', ['MPUD3J', 'A2881'], ['16', '26'], [128, 256]),
    hardware('iPhone15,4', 'iPhone 15', ['MTMH3J', 'A3089'], ['17', '26'], [128, 256]),
    hardware('iPhone16,1', 'iPhone 15 Pro', ['MTU93J', 'A3101'], ['17', '26'], [128, 256, 512]),
    hardware('iPhone17,3', 'iPhone 16', ['MYDR3J', 'A3286'], ['18', '26'], [128, 256]),
    hardware('iPhone18,3', 'iPhone 17', ['MG684J', 'A3519'], ['26', '26'], [256, 512]),
  ],
  iPad: [
    hardware('iPad12,1', 'iPad', ['MK2K3J', 'A2602'], ['15', '26'], [64, 256]),
    hardware('iPad13,16', 'iPad Air', ['MM9C3J', 'A2588'], ['15', '26'], [64, 256]),
    hardware('iPad13,18', 'iPad', ['MPQ13J', 'A2696'], ['16', '26'], [64, 256]),
    hardware('iPad14,3', 'iPad Pro', ['MNXD3J', 'A2759'], ['16', '26'], [128, 512]),
    hardware('iPad15,7', 'iPad', ['MD4A4J', 'A3354'], ['18', '26'], [128, 256]),
  ],
  Mac: [
    hardware('MacBookAir10,1', 'MacBook Air', ['MGN63J', 'A2337'], ['12', '26'], [256, 512]),
    hardware('Macmini9,1', 'Mac mini', ['MGNR3J', 'A2348'], ['12', '26'], [256, 512]),
    hardware('Mac14,2', 'MacBook Air', ['MLY33J', 'A2681'], ['13', '26'], [256, 512]),
    hardware('Mac15,3', 'MacBook Pro', ['MTL73J', 'A2918'], ['14', '26'], [512, 1024]),
    hardware('Mac16,10', 'Mac mini', ['MU9D3J', 'A3238'], ['15', '26'], [256, 512]),
    hardware('Mac16,12', 'MacBook Air', ['MW123J', 'A3240'], ['15', '26'], [256, 512]),
  ],
  MacIntel: [
    hardware('MacBookAir9,1', 'MacBook Air', ['MWTJ2J', 'A2179'], ['12', '14'], [256, 512]),
    hardware('MacBookPro16,2', 'MacBook Pro', ['MWP42J', 'A2251'], ['12', '26'], [512, 1024]),
    hardware('Macmini8,1', 'Mac mini', ['MXNF2J', 'A1993'], ['12', '15'], [256, 512]),
  ],
  AppleTV: [hardware('AppleTV14,1', 'Apple TV', ['MN873J', 'A2737'], ['16', '26'], [64, 128])],
};

/** A released system: version and build. */
export type System = readonly [version: string, build: string];

const IOS: readonly [System, ...System[]] = [
  ['15.8.3', '19H386'],
  ['16.7.10', '20H350'],
  ['17.6.1', '21G93'],
  ['17.7.1', '21H216'],
  ['18.1', '22B83'],
  ['18.5', '22F76'],
  ['18.6.2', '22G100'],
  ['26.0', '23A341'],
  ['26.1', '23B85'],
];
const MACOS: readonly [System, ...System[]] = [
  ['12.7.6', '21H1320'],
  ['13.7.1', '22H221'],
  ['14.7.1', '23H222'],
  ['15.1', '24B83'],
  ['15.5', '24F74'],
  ['26.0', '25A354'],
  ['26.1', '25B78'],
];
const TVOS: readonly [System, ...System[]] = [
  ['16.6', '20M73'],
  ['17.6.1', '21M80'],
  ['18.1', '22J580'],
  ['26.0', '23J353'],
];

/** The systems a kind of device was released with, oldest first. */
export function systemsOf(kind: DeviceKind): readonly [System, ...System[]] {
  if (kind === 'AppleTV') return TVOS;
  return kind === 'Mac' || kind === 'MacIntel' ? MACOS : IOS;
}
