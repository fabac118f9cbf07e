import { EDITIONS } from './editions.ts';
import type { Format, Verb } from './model.ts';

/** One node of a CSP that we use, as the device description (DDF) has it. */
export type NodeFact = {
  /** LocURI; a segment in braces stands for any one segment. */
  readonly uri: string;
  readonly format: Format;
  readonly verbs: readonly Verb[];
  /**
   * Where it begins: `10586`, or `19041.1387` for what an update brought to that build alone. The entry with the highest
   * build holds for all later ones too (fact sheet 9.4, rule 5).
   */
  readonly builds: readonly string[];
  /** GetProductInfo numbers; absent: every edition. */
  readonly editions?: readonly number[];
  /** Its value is a secret, in commands and in answers. */
  readonly secret?: boolean;
};

/** A Windows as far as it is known: `build` is `22631`, `revision` `3447` of `10.0.22631.3447`. */
export type WindowsTarget = {
  readonly build?: number | undefined;
  readonly revision?: number | undefined;
  /** GetProductInfo number. */
  readonly edition?: number | undefined;
};

/** Every edition but the Home ones and HoloLens: what the catalogue's policies for companies are for. */
export const BUSINESS_EDITIONS: readonly number[] = EDITIONS.filter(
  ({ family }) => family !== 'home' && family !== 'holographic',
).map(({ code }) => code);

/** Every edition but the Home ones. */
export const NOT_HOME: readonly number[] = EDITIONS.filter(({ family }) => family !== 'home').map(({ code }) => code);

/** Of `10.0.22631.3447`; undefined parts for what is no version of Windows 10 or 11. */
export function parseWindowsVersion(version: string | undefined): Pick<WindowsTarget, 'build' | 'revision'> {
  const match = /^10\.0\.([0-9]{1,6})(?:\.([0-9]{1,6}))?$/.exec(version ?? '');
  if (match === null) return {};
  return { build: Number(match[1]), ...(match[2] === undefined ? {} : { revision: Number(match[2]) }) };
}

/** Whether a node is there by build and edition. What is not known of the device is no obstacle. */
export function isAvailable(node: NodeFact, target: WindowsTarget): boolean {
  return isBuildEnough(node.builds, target) && isEditionAllowed(node, target);
}

export function isEditionAllowed({ editions }: NodeFact, { edition }: WindowsTarget): boolean {
  return editions === undefined || edition === undefined || editions.includes(edition);
}

export function isBuildEnough(builds: readonly string[], { build, revision }: WindowsTarget): boolean {
  if (build === undefined) return true;
  const entries = builds.map(parseBuild);
  const last = Math.max(...entries.map((entry) => entry.build));
  return entries.some((entry) => {
    if (build === entry.build) return revision === undefined || revision >= entry.revision;
    // Only a whole release or the newest entry says something of later builds.
    return build > entry.build && (entry.build === last || entry.revision === 0);
  });
}

function parseBuild(text: string): { readonly build: number; readonly revision: number } {
  const [build = 0, revision = 0] = text.split('.').map(Number);
  return { build, revision };
}

/** Whether a LocURI (without its query) is one of the template's. */
export function matches(template: string, uri: string): boolean {
  const wanted = template.split('/');
  const given = uri.split('/');
  if (wanted.length !== given.length) return false;
  return wanted.every((segment, index) => (isPlaceholder(segment) ? given[index] !== '' : segment === given[index]));
}

function isPlaceholder(segment: string): boolean {
  return segment.startsWith('{') && segment.endsWith('}');
}
