/** An edition by its GetProductInfo number, with the name that Windows shows. */
export type Edition = {
  readonly number: number;
  /** As Windows 10 calls it; Windows 11 keeps that name in the registry, from where `OSPlatform` is read. */
  readonly productName: string;
  /** Which nodes of the tree it has. */
  readonly family: 'home' | 'pro' | 'enterprise' | 'education';
};

export const EDITIONS = {
  home: { number: 0x65, productName: 'Windows 10 Home', family: 'home' },
  pro: { number: 0x30, productName: 'Windows 10 Pro', family: 'pro' },
  proWorkstation: { number: 0xa1, productName: 'Windows 10 Pro for Workstations', family: 'pro' },
  enterprise: { number: 0x04, productName: 'Windows 10 Enterprise', family: 'enterprise' },
  enterpriseLtsc: { number: 0x7d, productName: 'Windows 10 Enterprise LTSC 2021', family: 'enterprise' },
  education: { number: 0x79, productName: 'Windows 10 Education', family: 'education' },
} as const satisfies Readonly<Record<string, Edition>>;
export type EditionName = keyof typeof EDITIONS;
export const EDITION_NAMES = Object.keys(EDITIONS) as EditionName[];

/** A Windows build: number, and the update revisions that it was seen with. */
export type Release = { readonly build: number; readonly revisions: readonly [number, ...number[]] };

export const RELEASES: readonly [Release, ...Release[]] = [
  { build: 19044, revisions: [4529, 5487, 6332] },
  { build: 19045, revisions: [4651, 5487, 6332] },
  { build: 22621, revisions: [3447, 4317, 5909] },
  { build: 22631, revisions: [3447, 4751, 6060] },
  { build: 26100, revisions: [2454, 4349, 6899] },
  { build: 26200, revisions: [6899, 7171] },
];

/** Builds that are serviced together: the later ones are the first with a switch thrown, and share its revisions. */
const BRANCHES: readonly (readonly number[])[] = [
  [19041, 19042, 19043, 19044, 19045],
  [22621, 22631],
  [26100, 26200],
];

/**
 * Whether a build has a node: at least one of the builds that the DDF lists. One with a revision speaks of its own branch
 * only, but the highest also of all later builds (fact sheet 9.4).
 */
export function hasBuild(build: number, revision: number, listed: readonly string[]): boolean {
  const entries = listed.map((text) => text.split('.').map(Number) as [number, number?]);
  const highest = Math.max(...entries.map(([number]) => number));
  return entries.some(([number, least]) => {
    if (build < number) return false;
    if (branchOf(build) === branchOf(number)) return revision >= (least ?? 0);
    return least === undefined || number === highest;
  });
}

function branchOf(build: number): number {
  return BRANCHES.find((builds) => builds.includes(build))?.[0] ?? build;
}
