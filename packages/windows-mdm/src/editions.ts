/** What an edition is sold for. `home` lacks most of what a company manages. */
export const EDITION_FAMILIES = [
  'home',
  'pro',
  'enterprise',
  'education',
  'iot_enterprise',
  'se',
  'holographic',
] as const;
export type EditionFamily = (typeof EDITION_FAMILIES)[number];

export type Edition = {
  /** As in `OSEdition` of a discovery request and `DeviceStatus/OS/Edition` (GetProductInfo). */
  readonly code: number;
  /** As Windows itself calls it, in every language. */
  readonly name: string;
  readonly family: EditionFamily;
};

/** Editions of Windows 10 and 11 clients by their GetProductInfo number (fact sheet 5). */
export const EDITIONS: readonly Edition[] = [
  { code: 0x04, name: 'Enterprise', family: 'enterprise' },
  { code: 0x1b, name: 'Enterprise N', family: 'enterprise' },
  { code: 0x30, name: 'Pro', family: 'pro' },
  { code: 0x31, name: 'Pro N', family: 'pro' },
  { code: 0x48, name: 'Enterprise Evaluation', family: 'enterprise' },
  { code: 0x54, name: 'Enterprise N Evaluation', family: 'enterprise' },
  { code: 0x62, name: 'Home N', family: 'home' },
  { code: 0x63, name: 'Home China', family: 'home' },
  { code: 0x64, name: 'Home Single Language', family: 'home' },
  { code: 0x65, name: 'Home', family: 'home' },
  { code: 0x79, name: 'Education', family: 'education' },
  { code: 0x7a, name: 'Education N', family: 'education' },
  { code: 0x7d, name: 'Enterprise LTSC', family: 'enterprise' },
  { code: 0x7e, name: 'Enterprise LTSC N', family: 'enterprise' },
  { code: 0x81, name: 'Enterprise LTSC Evaluation', family: 'enterprise' },
  { code: 0x82, name: 'Enterprise LTSC N Evaluation', family: 'enterprise' },
  { code: 0x87, name: 'Holographic', family: 'holographic' },
  { code: 0x88, name: 'Holographic for Business', family: 'holographic' },
  { code: 0x8a, name: 'Pro Single Language', family: 'pro' },
  { code: 0x8b, name: 'Pro China', family: 'pro' },
  { code: 0xa1, name: 'Pro for Workstations', family: 'pro' },
  { code: 0xa2, name: 'Pro N for Workstations', family: 'pro' },
  { code: 0xa4, name: 'Pro Education', family: 'education' },
  { code: 0xa5, name: 'Pro Education N', family: 'education' },
  { code: 0xab, name: 'Enterprise G', family: 'enterprise' },
  { code: 0xac, name: 'Enterprise G N', family: 'enterprise' },
  { code: 0xaf, name: 'Enterprise multi-session', family: 'enterprise' },
  { code: 0xbc, name: 'IoT Enterprise', family: 'iot_enterprise' },
  { code: 0xbf, name: 'IoT Enterprise LTSC', family: 'iot_enterprise' },
  { code: 0xca, name: 'SE N', family: 'se' },
  { code: 0xcb, name: 'SE', family: 'se' },
];

const BY_CODE: ReadonlyMap<number, Edition> = new Map(EDITIONS.map((edition) => [edition.code, edition]));
const BY_NAME: ReadonlyMap<string, Edition> = new Map(EDITIONS.map((edition) => [edition.name, edition]));

/** Undefined for an edition that is not in the list; new ones come with new Windows. */
export function findEdition(code: number): Edition | undefined {
  return BY_CODE.get(code);
}

/** The edition that `editionName` has named so; undefined for one that is not in the list. */
export function editionNamed(name: string): Edition | undefined {
  return BY_NAME.get(name);
}

/** Its name, or `Edition 205` for one that we do not know. */
export function editionName(code: number): string {
  return findEdition(code)?.name ?? `Edition ${code}`;
}

/** First build of Windows 11. */
const WINDOWS_11 = 22_000;

/** `Windows 11 Pro`, as far as build and edition are known. */
export function windowsName(build: number | undefined, edition?: string): string {
  const generation = build === undefined ? 'Windows' : build >= WINDOWS_11 ? 'Windows 11' : 'Windows 10';
  return edition === undefined ? generation : `${generation} ${edition}`;
}
