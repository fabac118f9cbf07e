import { Random } from '../apple-device/index.ts';
import { type InstalledMsi, type InstalledPackage, msiProducts, packages } from './apps.ts';
import { EDITIONS, type Edition, type EditionName, RELEASES } from './editions.ts';
import { PCS, type PcHardware } from './hardware.ts';

/** A drive with its BitLocker state as it comes. */
export type Volume = { readonly letter: string; readonly fixed: boolean; readonly encrypted: boolean };

/** What a PC is and stays; the same seed gives the same one. */
export type WindowsBlueprint = {
  readonly seed: string;
  readonly hardware: PcHardware;
  readonly serialNumber: string;
  /** Up to 15 characters, as NetBIOS wants. */
  readonly name: string;
  /** Who uses it: name as written, and the account without its domain. */
  readonly person: { readonly name: string; readonly account: string };
  readonly edition: Edition;
  readonly build: number;
  readonly revision: number;
  /** `10.0.build.revision`. */
  readonly osVersion: string;
  /** 32 hex digits: RST, DevInfo and SyncML Source. Not the same after a reset of Windows. */
  readonly deviceId: string;
  /** 64 hex digits, of the hardware. */
  readonly hardwareId: string;
  readonly language: string;
  readonly memoryGigabytes: number;
  readonly storageGigabytes: number;
  readonly freeGigabytes: number;
  readonly tpm?: Tpm;
  /** 0 not supported, 1 on, 2 off. */
  readonly secureBoot: 0 | 1 | 2;
  readonly volumes: readonly Volume[];
  readonly macs: { readonly wifi?: string; readonly ethernet?: string };
  readonly address: string;
  readonly imei?: string;
  readonly battery?: { readonly charge: number; readonly charging: boolean };
  /** It obeys `RemoteLock`, which PCs in the field do not. */
  readonly remoteLock?: true;
  /** The recovery environment is in order: without it there is no wipe and no device encryption. */
  readonly recoveryEnvironment: boolean;
  readonly msi: readonly InstalledMsi[];
  readonly packages: readonly InstalledPackage[];
};

export type Tpm = {
  readonly specification: string;
  readonly manufacturerId: string;
  readonly manufacturer: string;
  readonly version: string;
};

/** What of a blueprint is chosen; the rest follows from the seed. */
export type WindowsBlueprintChoice = {
  readonly seed: string;
  readonly edition?: EditionName;
  readonly build?: number;
  readonly revision?: number;
  readonly name?: string;
  readonly person?: WindowsBlueprint['person'];
  readonly tpm?: boolean;
  readonly encrypted?: boolean;
  readonly recoveryEnvironment?: boolean;
  readonly remoteLock?: boolean;
  /** Chosen by model, as `Latitude 5440`. */
  readonly model?: string;
};

const FAMILY: readonly [string, string][] = [
  ['佐藤', 'sato'],
  ['鈴木', 'suzuki'],
  ['高橋', 'takahashi'],
  ['田中', 'tanaka'],
  ['伊藤', 'ito'],
  ['渡辺', 'watanabe'],
  ['山本', 'yamamoto'],
  ['中村', 'nakamura'],
  ['小林', 'kobayashi'],
  ['加藤', 'kato'],
  ['吉田', 'yoshida'],
  ['山田', 'yamada'],
  ['佐々木', 'sasaki'],
  ['松本', 'matsumoto'],
  ['井上', 'inoue'],
  ['木村', 'kimura'],
];
const GIVEN: readonly [string, string][] = [
  ['翔太', 'shota'],
  ['美咲', 'misaki'],
  ['大輔', 'daisuke'],
  ['陽子', 'yoko'],
  ['健一', 'kenichi'],
  ['さくら', 'sakura'],
  ['拓也', 'takuya'],
  ['恵', 'megumi'],
  ['直樹', 'naoki'],
  ['由美', 'yumi'],
  ['蓮', 'ren'],
  ['葵', 'aoi'],
];
const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZ0123456789';

/** Makes a PC. Throws for a model or build that we do not have. */
export function makeWindowsBlueprint(choice: WindowsBlueprintChoice): WindowsBlueprint {
  const random = new Random(`windows ${choice.seed}`);
  const hardware = pickHardware(choice, random);
  const edition = EDITIONS[choice.edition ?? drawEdition(random)];
  const { build, revision } = pickRelease(choice, hardware, random);
  const storageGigabytes = random.pick(hardware.storage);
  const drawnPerson = drawPerson(random);
  const drawnName = drawName(random);
  const hasTpm = choice.tpm ?? hardware.tpm !== undefined;
  const encrypted = choice.encrypted ?? (hasTpm && edition.family !== 'home' && random.chance(0.75));
  return {
    seed: choice.seed,
    hardware,
    serialNumber: hardware.virtual
      ? `${random.digits(4)}-${random.digits(4)}-${random.digits(4)}`
      : serial(hardware, random),
    name: choice.name ?? drawnName,
    person: choice.person ?? drawnPerson,
    edition,
    build,
    revision,
    osVersion: `10.0.${build}.${revision}`,
    deviceId: random.bytes(16).toString('hex').toUpperCase(),
    hardwareId: random.bytes(32).toString('hex').toUpperCase(),
    language: random.chance(0.93) ? 'ja-JP' : 'en-US',
    memoryGigabytes: random.pick(hardware.memory),
    storageGigabytes,
    freeGigabytes: Math.max(4, Math.round(storageGigabytes * random.within([0.05, 0.75]))),
    ...(hasTpm ? { tpm: makeTpm(hardware.tpm ?? 'INTC', random) } : {}),
    secureBoot: hardware.windows11 ? (random.chance(0.95) ? 1 : 2) : random.pick([0, 2, 1]),
    volumes: drawVolumes(random, encrypted),
    macs: drawMacs(hardware, random),
    address: `192.168.${random.integer(0, 30)}.${random.integer(2, 254)}`,
    ...(hardware.cellular && random.chance(0.6) ? { imei: withCheckDigit(`35${random.digits(12)}`) } : {}),
    ...(hardware.portable ? { battery: { charge: random.integer(9, 100), charging: random.chance(0.6) } } : {}),
    ...(choice.remoteLock === true ? { remoteLock: true } : {}),
    recoveryEnvironment: choice.recoveryEnvironment ?? random.chance(0.96),
    msi: msiProducts(random),
    packages: packages(random, hardware.arm === true ? 'arm64' : 'x64', build),
  };
}

function pickHardware(choice: WindowsBlueprintChoice, random: Random): PcHardware {
  const eleven = choice.build === undefined ? undefined : choice.build >= 22000;
  const models = PCS.filter(
    ({ model, windows11 }) => model === (choice.model ?? model) && (eleven !== true || windows11),
  );
  const [first, ...others] = models;
  if (first === undefined)
    throw new Error(`no PC of ours is ${choice.model ?? 'able'} with build ${choice.build ?? 'any'}`);
  return random.pick([first, ...others]);
}

function pickRelease(
  choice: WindowsBlueprintChoice,
  { windows11, arm }: PcHardware,
  random: Random,
): { readonly build: number; readonly revision: number } {
  const [first, ...others] = RELEASES.filter(({ build }) => build === (choice.build ?? build))
    .filter(({ build }) => windows11 || build < 22000)
    .filter(({ build }) => arm !== true || choice.build !== undefined || build >= 26100);
  if (first === undefined) throw new Error(`no build ${choice.build} for this PC`);
  const { build, revisions } = random.pick([first, ...others]);
  const drawn = random.pick(revisions);
  return { build, revision: choice.revision ?? drawn };
}

function drawEdition(random: Random): EditionName {
  const at = random.next();
  if (at < 0.66) return 'pro';
  if (at < 0.86) return 'enterprise';
  if (at < 0.95) return 'home';
  return at < 0.98 ? 'education' : 'proWorkstation';
}

function drawPerson(random: Random): WindowsBlueprint['person'] {
  const [family, familyLatin] = FAMILY[random.integer(0, FAMILY.length - 1)] ?? ['佐藤', 'sato'];
  const [given, givenLatin] = GIVEN[random.integer(0, GIVEN.length - 1)] ?? ['葵', 'aoi'];
  return { name: `${family} ${given}`, account: `${givenLatin}.${familyLatin}` };
}

/** As Windows names it, or as companies do: place and number, with Japanese names here and there. */
function drawName(random: Random): string {
  const at = random.next();
  const place = random.pick(['TYO', 'OSA', 'NGY', 'FUK', 'SAP']);
  if (at < 0.35) return `DESKTOP-${random.text(7, ALPHABET)}`;
  if (at < 0.8) return `${place}-PC-${random.digits(4)}`;
  if (at < 0.92) return `LAPTOP-${random.text(8, ALPHABET)}`;
  return `${random.pick(['営業', '経理', '総務', '開発'])}-${random.digits(3)}`;
}

function serial({ serial: pattern }: PcHardware, random: Random): string {
  return [...pattern]
    .map((char) => (char === '#' ? random.digits(1) : char === 'A' ? random.text(1, ALPHABET) : char))
    .join('');
}

function makeTpm(maker: NonNullable<PcHardware['tpm']>, random: Random): Tpm {
  return {
    specification: random.pick(['2.0, 0, 1.59', '2.0, 0, 1.38', '2.0, 0, 1.16']),
    manufacturerId: String(Buffer.from(maker.padEnd(4, '\0'), 'latin1').readUInt32BE()),
    manufacturer: maker,
    version: `${random.integer(1, 7)}.${random.integer(0, 99)}.${random.integer(0, 20)}.0`,
  };
}

function drawVolumes(random: Random, encrypted: boolean): readonly Volume[] {
  const second = random.chance(0.15);
  const system = { letter: 'C:', fixed: true, encrypted };
  return second ? [system, { letter: 'D:', fixed: true, encrypted: encrypted && random.chance(0.7) }] : [system];
}

function drawMacs({ portable, ethernet, virtual }: PcHardware, random: Random): WindowsBlueprint['macs'] {
  const draw = () => `${random.pick(['3C52A1', '8C8CAA', 'A4BB6D', 'D4D252'])}${random.text(6, '0123456789ABCDEF')}`;
  if (virtual) return { ethernet: `00155D${random.text(6, '0123456789ABCDEF')}` };
  return { ...(portable ? { wifi: draw() } : {}), ...(ethernet ? { ethernet: draw() } : {}) };
}

/** Luhn. */
function withCheckDigit(digits: string): string {
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 0 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}
