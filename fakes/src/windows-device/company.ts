import { Random } from '../apple-device/index.ts';
import { makeWindowsBlueprint, type WindowsBlueprint } from './blueprint.ts';
import { WindowsDevice } from './device.ts';
import type { WindowsDeviceChoice } from './options.ts';

/** How many PCs a company of the demonstration has. */
export const COMPANY_SIZE = 30;

/** Places where people work, for PCs whose location services are on. */
const PLACES: readonly [readonly [latitude: number, longitude: number], ...(readonly [number, number])[]] = [
  [35.681236, 139.767125],
  [34.702485, 135.495951],
  [35.170915, 136.881537],
  [33.590355, 130.401716],
  [43.068661, 141.350755],
];

/** The recipes of a company's PCs: the same seed gives the same company. None has a name or serial number twice. */
export function companyPcs(seed: string, count = COMPANY_SIZE): readonly WindowsDeviceChoice[] {
  const draws = new Random(`company ${seed}`);
  const names = new Set<string>();
  return Array.from({ length: count }, (_, index) => {
    const choice = { seed: `${seed} ${index}`, ...rarity(index) };
    const drawn = makeWindowsBlueprint(choice);
    const name = names.has(drawn.name) ? otherName(drawn, index) : drawn.name;
    names.add(name);
    const [latitude, longitude] = draws.pick(PLACES);
    const located = draws.chance(0.5);
    const fix = {
      latitude: latitude + draws.within([-0.01, 0.01]),
      longitude: longitude + draws.within([-0.01, 0.01]),
      accuracy: draws.integer(15, 180),
    };
    return { ...choice, name, ...(located ? { fix } : {}) };
  });
}

/** What every company of some size has at least one of, whatever the seed. */
function rarity(index: number): Pick<WindowsDeviceChoice, 'edition' | 'tpm' | 'encrypted' | 'build'> {
  if (index % 15 === 4) return { edition: 'home' };
  if (index % 15 === 7) return { edition: 'pro', tpm: false, encrypted: false };
  if (index % 15 === 9) return { edition: 'enterprise', build: 26200, encrypted: true };
  return {};
}

function otherName({ name }: WindowsBlueprint, index: number): string {
  return `${name.slice(0, 11)}-${String(index).padStart(3, '0')}`;
}

/** The PCs of a company, all with the same options. */
export function makeWindowsFleet(
  count: number,
  seed: string,
  options: Partial<Omit<WindowsDeviceChoice, 'seed' | 'name'>>,
): readonly WindowsDevice[] {
  return companyPcs(seed, count).map((choice) => new WindowsDevice({ ...choice, ...options }));
}
