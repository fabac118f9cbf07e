import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join, normalize, relative, sep } from 'node:path';

/**
 * Who may import whom. The rules are those of docs/architecture.md; each finding is one line, `file: what is wrong`.
 */

/** Rooms in the order of the house: an arrow goes only to a room further up. */
export const ROOMS = [
  'audit',
  'accounts',
  'contracts',
  'billing',
  'directory',
  'devices',
  'actions',
  'configuration',
  'apps',
  'compliance',
  'certificates',
  'apple',
  'windows',
  'android',
  'container',
  'desk',
  'reports',
] as const;

/** Of our own packages, which each part may import; its tests may also import `tests`. */
const PACKAGES: Readonly<Record<string, { readonly may: readonly string[]; readonly tests?: readonly string[] }>> = {
  'packages/api': { may: [] },
  'packages/terms': { may: [] },
  'packages/cms': { may: [] },
  'packages/scep': { may: ['cms'] },
  'packages/apple-mdm': { may: ['cms'] },
  'packages/windows-mdm': { may: ['cms'] },
  server: { may: ['api', 'terms', 'cms', 'scep', 'apple-mdm', 'windows-mdm'], tests: ['fakes'] },
  console: { may: ['api', 'terms'] },
  workspace: { may: ['api'] },
  cli: { may: ['api', 'terms'], tests: ['fakes'] },
  fakes: { may: ['api', 'cms', 'scep', 'apple-mdm', 'windows-mdm'] },
  bench: { may: ['api', 'terms', 'cms', 'scep', 'apple-mdm', 'windows-mdm', 'fakes'] },
  e2e: { may: ['api', 'terms', 'cms', 'scep', 'apple-mdm', 'windows-mdm', 'fakes'] },
};

/** Wire formats and terms are pure. */
const IMPURE =
  /^(node:(fs|net|http|https|http2|tls|dgram|dns|child_process|worker_threads|sqlite)\b|pg$|kysely$|fastify$)/;
const CLOCK = /\bDate\.now\(|\bnew Date\(\)|\bTemporal\.Now\b/;

/** Inside a room: a file imports only its own layer and those before it. */
const LAYERS = ['model.ts', 'store.ts', 'service.ts', 'routes.ts'];

export type SourceFile = { readonly path: string; readonly text: string };

/** All findings over the repository at `root`; none when the house is in order. */
export async function checkArchitecture(root: string): Promise<readonly string[]> {
  const files = await readSources(root);
  return files.flatMap((file) => checkFile(file));
}

async function readSources(root: string): Promise<readonly SourceFile[]> {
  const found: SourceFile[] = [];
  for (const part of Object.keys(PACKAGES)) {
    const entries = await readdir(join(root, part, 'src'), { recursive: true, withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      if (!entry.isFile() || !/\.(ts|tsx|mts)$/.test(entry.name)) continue;
      const path = join(entry.parentPath, entry.name);
      found.push({ path: relative(root, path).split(sep).join('/'), text: await readFile(path, 'utf8') });
    }
  }
  return found;
}

const IMPORT =
  /(?:^|[;\n])\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]|(?:^|[;\n])\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/g;

/** The findings of one file. */
export function checkFile({ path, text }: SourceFile): readonly string[] {
  const part = Object.keys(PACKAGES).find((candidate) => path.startsWith(`${candidate}/`));
  if (part === undefined) return [`${path}: belongs to no known part of the house`];
  const isTest = /\.test\.tsx?$|\/testdata\/|\/testing(-[a-z]+)*\.ts$|-suite\.ts$/.test(path);
  const imports = [...text.matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
  const findings = imports.flatMap((target) => [
    ...packageFindings(part, isTest, target),
    ...(target.startsWith('.') ? pathFindings(part, path, isTest, normalize(join(dirname(path), target))) : []),
    ...(part.startsWith('packages/') && part !== 'packages/api' && !isTest && IMPURE.test(target)
      ? [`imports ${target}: packages do no input or output`]
      : []),
  ]);
  if (part.startsWith('packages/') && !isTest && CLOCK.test(withoutComments(text)))
    findings.push('reads the clock: packages are told the time');
  if (part === 'server' && readsEnvironment(path, isTest, text))
    findings.push('reads the environment: only base/config.ts does');
  findings.push(...platformFindings(path, isTest, text));
  return findings.map((finding) => `${path}: ${finding}`);
}

function packageFindings(part: string, isTest: boolean, target: string): readonly string[] {
  const name = /^@tsukasa\/([^/]+)(\/.*)?$/.exec(target);
  if (!name) return [];
  const [, wanted = '', inside] = name;
  const { may, tests = [] } = PACKAGES[part] ?? { may: [] };
  const allowed = [...may, ...(isTest ? tests : [])];
  if (!allowed.includes(wanted) && part !== `packages/${wanted}` && part !== wanted)
    return [`imports ${target}: ${part} may not`];
  return inside === undefined ? [] : [`imports ${target}: other packages are entered by their door only`];
}

/** Relative imports: none may leave the part; in the server, rooms and base have rules of their own. */
function pathFindings(part: string, path: string, isTest: boolean, target: string): readonly string[] {
  if (!target.startsWith(`${part}/`)) return [`imports ${target}: that is another part; use its package`];
  if (part !== 'server') return [];
  const [from, to] = [placeOf(path), placeOf(target)];
  if (from.kind === 'base' && to.kind !== 'base') return [`imports ${target}: base knows nothing above it`];
  if (from.kind !== 'room') return to.kind === 'room' ? throughDoor(target, to.room) : [];
  // A test may build the whole house, to go through its doors.
  if (to.kind === 'top') return isTest ? [] : [`imports ${target}: rooms are given what they use`];
  if (to.kind !== 'room') return [];
  if (from.room === to.room) return layerFindings(path, target, isTest);
  // A test may prepare its stage with the tools by which another room tests itself.
  const stage = isTest && target === `server/src/rooms/${to.room}/testing.ts`;
  // A walk goes through the whole house, whichever room it starts from.
  const arrows = path.endsWith('.walk.test.ts') ? [] : arrowFindings(from.room, to.room);
  return [...(stage ? [] : throughDoor(target, to.room)), ...arrows];
}

type Place = { readonly kind: 'base' } | { readonly kind: 'top' } | { readonly kind: 'room'; readonly room: string };

function placeOf(path: string): Place {
  const room = /^server\/src\/rooms\/([^/]+)\//.exec(path)?.[1];
  if (room !== undefined) return { kind: 'room', room };
  return path.startsWith('server/src/base/') ? { kind: 'base' } : { kind: 'top' };
}

function throughDoor(target: string, room: string): readonly string[] {
  return target === `server/src/rooms/${room}/index.ts` ? [] : [`imports ${target}: a room is entered by its index.ts`];
}

function arrowFindings(from: string, to: string): readonly string[] {
  const order: readonly string[] = ROOMS;
  for (const room of [from, to])
    if (!order.includes(room)) return [`the room ${room} has no place in the house (scripts/architecture.ts)`];
  return order.indexOf(to) < order.indexOf(from) ? [] : [`the room ${from} imports ${to}, which is not above it`];
}

function layerFindings(path: string, target: string, isTest: boolean): readonly string[] {
  if (isTest) return [];
  const [from, to] = [LAYERS.indexOf(basename(path)), LAYERS.indexOf(basename(target))];
  return from >= 0 && to > from ? [`imports ${basename(target)}: ${basename(path)} is below it`] : [];
}

function readsEnvironment(path: string, isTest: boolean, text: string): boolean {
  const allowed = [
    'server/src/base/config.ts',
    'server/src/main.ts',
    'server/src/base/testing.ts',
    'server/src/beside.ts',
    'server/src/backup.ts',
  ];
  return !isTest && !allowed.includes(path) && /\bprocess\.env\b/.test(withoutComments(text));
}

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\/|(^|\s)\/\/.*$/gm, '$1');
}

/** The words by which one platform could be told from another. */
const PLATFORM_WORDS = [
  'apple',
  'windows',
  'android',
  'iOS',
  'iPadOS',
  'macOS',
  'tvOS',
  'visionOS',
  'watchOS',
  'Windows',
  'Android',
].join('|');
const COMPARED = new RegExp(
  [
    String.raw`(?:===?|!==?)\s*(['"\`])(?:${PLATFORM_WORDS})\1`,
    String.raw`(['"\`])(?:${PLATFORM_WORDS})\2(?:\s+as\s+\w+)?\s*(?:===?|!==?)`,
    String.raw`\bcase\s+(['"\`])(?:${PLATFORM_WORDS})\3\s*:`,
    // A constant that is imported or made for the purpose.
    String.raw`(?:===?|!==?)\s*PLATFORMS\b|\bPLATFORMS\[\d+\]\s*(?:===?|!==?)`,
  ].join('|'),
  'g',
);
/** Rooms that speak for a platform, the one table by which the console shows it, and parts that have no room. */
const SPEAKS_FOR_A_PLATFORM =
  /^server\/src\/rooms\/(apple|windows|android)\/|^console\/src\/shared\/platforms\.tsx?$|^(packages|fakes|bench|e2e)\//;
/** Nobody but a dialect's room knows which platform it has before it: the others ask the port. */
function platformFindings(path: string, isTest: boolean, text: string): readonly string[] {
  if (isTest || SPEAKS_FOR_A_PLATFORM.test(path)) return [];
  const code = withoutComments(text);
  return (
    [...code.matchAll(COMPARED)]
      // The machine that the server runs on.
      .filter((match) => !/\bprocess\.platform\s*$/.test(code.slice(Math.max(0, match.index - 40), match.index)))
      .map((match) => `compares with a platform (${match[0].trim()}): ask its dialect`)
  );
}
