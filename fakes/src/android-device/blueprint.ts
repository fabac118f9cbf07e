import { Random } from '../apple-device/random.ts';
import {
  ANDROID_MODELS,
  type AndroidKind,
  type AndroidModel,
  API_LEVELS,
  type ApiLevel,
  apiLevelsOf,
} from './hardware.ts';

/** What a device is and stays; the same seed gives the same one. */
export type AndroidBlueprint = {
  readonly seed: string;
  readonly model: AndroidModel;
  readonly apiLevel: ApiLevel;
  readonly androidVersion: string;
  readonly serialNumber: string;
  readonly imei?: string;
  readonly meid?: string;
  readonly iccId?: string;
  readonly phoneNumber?: string;
  readonly carrier?: string;
  readonly eid?: string;
  readonly wifiMac: string;
  readonly storageGigabytes: number;
  readonly freeShare: number;
  /** Version code of Android Device Policy. */
  readonly policyAppVersion: number;
  readonly language: string;
};

/** What of a blueprint is chosen; the rest follows from the seed. */
export type AndroidBlueprintChoice = {
  readonly seed: string;
  readonly kind?: AndroidKind;
  /** `Pixel 7a` or `SH-M26`. */
  readonly model?: string;
  /** `9` to `16`. */
  readonly androidVersion?: string;
  readonly serialNumber?: string;
};

const CARRIERS = ['NTT DOCOMO', 'KDDI', 'SoftBank', 'Rakuten'] as const;
const HEX = '0123456789ABCDEF';

/** Makes a device. Throws for a version that no model of the choice runs. */
export function makeAndroidBlueprint(choice: AndroidBlueprintChoice): AndroidBlueprint {
  const random = new Random(`android ${choice.seed}`);
  const [model, apiLevel] = pickSystem(choice, random);
  const cellular = model.cellular;
  const storageGigabytes = random.pick(model.storageGigabytes);
  const serial = random.text(12, '0123456789ABCDEFGHJKLMNPRSTUVWXYZ');
  return {
    seed: choice.seed,
    model,
    apiLevel,
    androidVersion: API_LEVELS[apiLevel],
    serialNumber: choice.serialNumber ?? serial,
    ...(cellular
      ? {
          imei: withCheckDigit(`35${random.digits(12)}`),
          meid: `35${random.digits(12)}`,
          iccId: withCheckDigit(`8981${random.digits(14)}`),
          phoneNumber: `+81900000${random.digits(4)}`,
          carrier: random.pick(CARRIERS),
        }
      : {}),
    ...(model.esim ? { eid: `8904${random.digits(28)}` } : {}),
    wifiMac: `02:00:${random.text(8, HEX).replace(/(..)(?=.)/g, '$1:')}`.toLowerCase(),
    storageGigabytes,
    freeShare: random.within([0.05, 0.8]),
    policyAppVersion: 10_000_000 + random.integer(3_000, 9_000),
    language: random.chance(0.9) ? 'ja-JP' : 'en-US',
  };
}

function pickSystem(choice: AndroidBlueprintChoice, random: Random): readonly [AndroidModel, ApiLevel] {
  const { kind, model: wanted, androidVersion } = choice;
  const pairs = ANDROID_MODELS.filter((model) => kind === undefined || model.kind === kind)
    .filter((model) => wanted === undefined || model.product === wanted || model.model === wanted)
    .flatMap((model) => apiLevelsOf(model).map((level) => [model, level] as const))
    .filter(([, level]) => androidVersion === undefined || API_LEVELS[level] === androidVersion);
  const [first, ...others] = pairs;
  if (first === undefined) throw new Error(`no ${wanted ?? kind ?? 'model'} of ours runs Android ${androidVersion}`);
  return random.pick([first, ...others]);
}

/** Luhn. */
function withCheckDigit(digits: string): string {
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 0 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}
