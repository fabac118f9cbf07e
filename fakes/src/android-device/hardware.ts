/** Android's API levels and the versions they belong to. */
export const API_LEVELS = {
  28: '9',
  29: '10',
  30: '11',
  31: '12',
  33: '13',
  34: '14',
  35: '15',
  36: '16',
} as const;
export type ApiLevel = keyof typeof API_LEVELS;

export const ANDROID_KINDS = ['phone', 'tablet', 'handheld'] as const;
export type AndroidKind = (typeof ANDROID_KINDS)[number];

/** A model as it is sold in Japan. */
export type AndroidModel = {
  readonly product: string;
  readonly manufacturer: string;
  readonly brand: string;
  /** `Build.MODEL`. */
  readonly model: string;
  /** `Build.HARDWARE`. */
  readonly hardware: string;
  readonly kind: AndroidKind;
  /** First and last API level that it runs. */
  readonly apiLevels: readonly [ApiLevel, ApiLevel];
  readonly ramGigabytes: number;
  readonly storageGigabytes: readonly [number, ...number[]];
  readonly display: readonly [width: number, height: number, density: number, refreshRate: number];
  readonly cellular: boolean;
  readonly esim: boolean;
};

type Row = readonly [
  product: string,
  manufacturer: string,
  brand: string,
  model: string,
  hardware: string,
  kind: AndroidKind,
  apiLevels: readonly [ApiLevel, ApiLevel],
  ram: number,
  storage: readonly [number, ...number[]],
  display: readonly [number, number, number, number],
  radio: 'esim' | 'sim' | 'wifi',
];

const ROWS: readonly Row[] = [
  ['AQUOS sense8', 'SHARP', 'SHARP', 'SH-M26', 'qcom', 'phone', [33, 36], 6, [128], [1080, 2432, 400, 90], 'esim'],
  ['AQUOS wish3', 'SHARP', 'SHARP', 'SH-M25', 'mt6833', 'phone', [33, 35], 4, [64], [720, 1520, 320, 60], 'esim'],
  ['AQUOS sense4 basic', 'SHARP', 'SHARP', 'A003SH', 'qcom', 'phone', [29, 31], 3, [64], [1080, 2280, 400, 60], 'sim'],
  ['Xperia 10 VI', 'Sony', 'Sony', 'XQ-ES44', 'qcom', 'phone', [34, 36], 6, [128], [1080, 2520, 420, 60], 'esim'],
  ['Xperia 1 VI', 'Sony', 'Sony', 'XQ-EC44', 'qcom', 'phone', [34, 36], 12, [256], [1080, 2340, 420, 120], 'esim'],
  ['Xperia Ace III', 'Sony', 'docomo', 'SO-53C', 'qcom', 'phone', [31, 33], 4, [64], [720, 1496, 320, 60], 'esim'],
  ['Pixel 4a', 'Google', 'google', 'Pixel 4a', 'sunfish', 'phone', [29, 33], 6, [128], [1080, 2340, 440, 60], 'esim'],
  ['Pixel 7a', 'Google', 'google', 'Pixel 7a', 'lynx', 'phone', [33, 36], 8, [128], [1080, 2400, 420, 90], 'esim'],
  [
    'Pixel 9',
    'Google',
    'google',
    'Pixel 9',
    'tokay',
    'phone',
    [34, 36],
    12,
    [128, 256],
    [1080, 2424, 420, 120],
    'esim',
  ],
  [
    'Pixel Tablet',
    'Google',
    'google',
    'Pixel Tablet',
    'tangorpro',
    'tablet',
    [33, 36],
    8,
    [128, 256],
    [2560, 1600, 320, 60],
    'wifi',
  ],
  ['Galaxy A25 5G', 'samsung', 'docomo', 'SC-53F', 's5e8825', 'phone', [34, 36], 4, [64], [720, 1600, 300, 90], 'esim'],
  ['Galaxy S24', 'samsung', 'docomo', 'SC-51E', 'qcom', 'phone', [34, 36], 8, [256], [1080, 2340, 425, 120], 'esim'],
  [
    'Galaxy Tab Active5 5G',
    'samsung',
    'samsung',
    'SM-X306B',
    's5e8535',
    'tablet',
    [34, 36],
    6,
    [128],
    [1920, 1200, 280, 120],
    'esim',
  ],
  ['arrows We2', 'FCNT', 'docomo', 'F-52E', 'mt6855', 'phone', [34, 36], 4, [64], [720, 1560, 320, 60], 'esim'],
  ['arrows We', 'FCNT', 'docomo', 'F-51B', 'qcom', 'phone', [30, 33], 4, [64], [720, 1520, 320, 60], 'sim'],
  ['DuraForce EX', 'KYOCERA', 'KYOCERA', 'KY-51D', 'qcom', 'phone', [33, 34], 4, [64], [720, 1520, 320, 60], 'esim'],
  ['TORQUE 5G', 'KYOCERA', 'KDDI', 'KYG01', 'qcom', 'phone', [29, 31], 6, [128], [1080, 2160, 400, 60], 'sim'],
  [
    'LAVIE Tab T11',
    'NEC',
    'NEC',
    'LAVIE Tab T1195',
    'mt8781',
    'tablet',
    [31, 33],
    6,
    [128],
    [2000, 1200, 240, 60],
    'wifi',
  ],
  ['TC58', 'Zebra Technologies', 'Zebra', 'TC58', 'qcom', 'handheld', [30, 34], 4, [64], [1080, 2160, 420, 60], 'esim'],
  ['CT45', 'Honeywell', 'Honeywell', 'CT45', 'qcom', 'handheld', [30, 33], 4, [64], [720, 1280, 320, 60], 'wifi'],
  ['BHT-M80', 'DENSO WAVE', 'DENSO', 'BHT-M80', 'qcom', 'handheld', [28, 31], 3, [32], [720, 1440, 320, 60], 'wifi'],
];

/** Every model a simulated device can be. */
export const ANDROID_MODELS: readonly AndroidModel[] = ROWS.map(
  ([product, manufacturer, brand, model, hardware, kind, apiLevels, ram, storage, display, radio]) => ({
    product,
    manufacturer,
    brand,
    model,
    hardware,
    kind,
    apiLevels,
    ramGigabytes: ram,
    storageGigabytes: storage,
    display,
    cellular: radio !== 'wifi',
    esim: radio === 'esim',
  }),
);

/** The API levels that a model runs, oldest first. */
export function apiLevelsOf({ apiLevels: [first, last] }: AndroidModel): readonly ApiLevel[] {
  return Object.keys(API_LEVELS)
    .map((level) => Number(level) as ApiLevel)
    .filter((level) => level >= first && level <= last);
}

/** Security patch levels and build prefixes that belong to a version. */
export const RELEASES: Readonly<
  Record<ApiLevel, { readonly patch: string; readonly build: string; readonly kernel: string }>
> = {
  28: { patch: '2021-09-01', build: 'PQ3A', kernel: '4.9.186' },
  29: { patch: '2022-11-05', build: 'QQ3A', kernel: '4.14.117' },
  30: { patch: '2023-10-01', build: 'RQ3A', kernel: '4.19.110' },
  31: { patch: '2024-08-01', build: 'SP1A', kernel: '5.4.147' },
  33: { patch: '2025-12-01', build: 'TP1A', kernel: '5.10.149' },
  34: { patch: '2026-07-05', build: 'UP1A', kernel: '5.15.137' },
  35: { patch: '2026-09-05', build: 'AP3A', kernel: '6.1.84' },
  36: { patch: '2026-10-05', build: 'BP2A', kernel: '6.6.50' },
};
