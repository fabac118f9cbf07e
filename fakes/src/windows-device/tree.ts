import { FORMATS, type Format } from '@tsukasa/windows-mdm';
import { RULES } from './csp/index.ts';
import { type Names, NodeRefused, type Pc, type Rule } from './csp/rule.ts';
import { hasBuild } from './editions.ts';

/** A place in the tree: static names and at most one placeholder below. */
type Place = {
  readonly children: Map<string, Place>;
  placeholder?: { readonly name: string; readonly place: Place };
  rule?: Rule;
};

/** Where a LocURI leads. `segments` are decoded. */
type Found = { readonly place: Place; readonly names: Names; readonly segments: readonly string[] };

/** A value of the tree, or the names below a node. */
export type NodeValue = { readonly source: string; readonly format: Format; readonly data: string };

const ROOT: Place = build(RULES);

function build(rules: readonly Rule[]): Place {
  const root: Place = { children: new Map() };
  for (const rule of rules) {
    let place = root;
    for (const segment of rule.path.split('/').slice(1)) place = step(place, segment);
    if (place.rule !== undefined) throw new Error(`two rules for ${rule.path}`);
    place.rule = rule;
  }
  return root;
}

function step(place: Place, segment: string): Place {
  const [, name] = /^\{(.+)\}$/.exec(segment) ?? [];
  if (name !== undefined) {
    place.placeholder ??= { name, place: { children: new Map() } };
    return place.placeholder.place;
  }
  const child = place.children.get(segment) ?? { children: new Map() };
  place.children.set(segment, child);
  return child;
}

/** The segments of a LocURI, decoded and with `./Vendor` as the device's. Throws 400 for what is none. */
export function segmentsOf(locUri: string): readonly string[] {
  if (!locUri.startsWith('./') || locUri.length > 1024) throw new NodeRefused(400);
  const segments = locUri.slice(2).split('/');
  if (segments.some((segment) => segment === '' || segment === '.' || segment === '..')) throw new NodeRefused(400);
  if (segments.some((segment) => /[^\x21-\x7e]|[{}"<>\\^`|]/.test(segment))) throw new NodeRefused(400);
  const decoded = segments.map(decode);
  return decoded[0] === 'Vendor' ? ['Device', ...decoded] : decoded;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new NodeRefused(400);
  }
}

/** One PC's tree: DDF facts over its blueprint and state. Every refusal is a `NodeRefused` with a SyncML status. */
export class CspTree {
  readonly #pc: Pc;

  constructor(pc: Pc) {
    this.#pc = pc;
  }

  /** The value of a leaf, or the names below a node. */
  get(locUri: string): readonly NodeValue[] {
    const [uri = '', query] = locUri.split('?', 2);
    const found = this.#find(uri);
    this.#allow(found, 'G');
    if (query === 'list=StructData') return this.#subtree(found, uri);
    const value = this.#valueOf(found, uri);
    const { rule } = found.place;
    switch (query) {
      case undefined:
        return [value];
      case 'prop=Name':
        return [{ source: locUri, format: 'chr', data: found.segments.at(-1) ?? '' }];
      case 'prop=Format':
        return [{ source: locUri, format: 'chr', data: rule?.format ?? 'node' }];
      case 'prop=Type':
        return [{ source: locUri, format: 'chr', data: 'text/plain' }];
      default:
        throw new NodeRefused(406);
    }
  }

  add(locUri: string, format: Format | undefined, data: string): void {
    const found = this.#find(locUri);
    const rule = this.#allow(found, 'A');
    this.#checkParents(found);
    if (rule.upsert !== true && this.#exists(found)) throw new NodeRefused(418);
    if (rule.upsert === true && this.#stored(found) !== undefined) throw new NodeRefused(418);
    this.#store(found, rule, format, data);
  }

  replace(locUri: string, format: Format | undefined, data: string): void {
    const found = this.#find(locUri);
    const rule = this.#allow(found, 'R');
    this.#checkParents(found);
    if (rule.upsert !== true && rule.verbs.includes('A') && !this.#exists(found)) throw new NodeRefused(404);
    this.#store(found, rule, format, data);
  }

  delete(locUri: string): void {
    const found = this.#find(locUri);
    const rule = this.#allow(found, 'D');
    if (!this.#exists(found)) throw new NodeRefused(404);
    const path = pathOf(found.segments);
    for (const stored of this.#pc.state.values.keys()) {
      if (stored === path || stored.startsWith(`${path}/`)) this.#pc.state.values.delete(stored);
    }
    rule.removed?.(this.#pc, found.names);
  }

  /** The status: 200, or 202. */
  exec(locUri: string, format: Format | undefined, data: string): number {
    const found = this.#find(locUri);
    const rule = this.#allow(found, 'E');
    this.#checkParents(found);
    if (rule.format !== 'null' && data !== '') checkFormat(rule, format, data);
    if (rule.exec === undefined) throw new NodeRefused(405);
    return rule.exec(this.#pc, found.names, data) ?? 200;
  }

  #find(locUri: string): Found {
    const segments = segmentsOf(locUri);
    if (segments[0] === 'User' && this.#pc.state.login !== 'user') throw new NodeRefused(405);
    const names: Record<string, string> = {};
    let place = ROOT;
    for (const segment of segments) {
      const child = place.children.get(segment);
      if (child === undefined && place.placeholder !== undefined) names[place.placeholder.name] = segment;
      const next = child ?? place.placeholder?.place;
      if (next === undefined) throw new NodeRefused(404);
      place = next;
    }
    if (place.rule !== undefined && !this.#onThisBuild(place.rule)) throw new NodeRefused(404);
    return { place, names, segments };
  }

  #onThisBuild({ builds }: Rule): boolean {
    const { build, revision } = this.#pc.blueprint;
    return builds === undefined || hasBuild(build, revision, builds);
  }

  /** The rule, when edition and verb allow. A node without one of its own can only be read. */
  #allow({ place }: Found, verb: 'A' | 'D' | 'E' | 'G' | 'R'): Rule {
    const rule: Rule = place.rule ?? { path: '', format: 'node', verbs: 'G' };
    if (rule.notOn?.includes(this.#pc.blueprint.edition.family)) throw new NodeRefused(405);
    if (!rule.verbs.includes(verb)) throw new NodeRefused(405);
    return rule;
  }

  /** A dynamic parent that must be added first is 404 as long as it is not there. */
  #checkParents({ segments }: Found): void {
    for (let length = 1; length < segments.length; length++) {
      const parent = this.#findDecoded(segments.slice(0, length));
      if (parent?.place.rule?.explicit === true && !this.#exists(parent)) throw new NodeRefused(404);
    }
  }

  #findDecoded(segments: readonly string[]): Found | undefined {
    const names: Record<string, string> = {};
    let place = ROOT;
    for (const segment of segments) {
      const child = place.children.get(segment);
      if (child === undefined && place.placeholder !== undefined) names[place.placeholder.name] = segment;
      const next = child ?? place.placeholder?.place;
      if (next === undefined) return undefined;
      place = next;
    }
    return { place, names, segments };
  }

  #stored({ segments }: Found): string | undefined {
    return this.#pc.state.values.get(pathOf(segments))?.data;
  }

  #exists(found: Found): boolean {
    const { place, segments, names } = found;
    const { rule } = place;
    const parent = this.#findDecoded(segments.slice(0, -1));
    if (parent?.place.placeholder?.place === place) return this.#namesBelow(parent).includes(segments.at(-1) ?? '');
    if (rule === undefined || rule.format === 'node') return true;
    return (
      this.#stored(found) !== undefined || rule.initial !== undefined || rule.read?.(this.#pc, names) !== undefined
    );
  }

  /** Names of a placeholder that are there: of the PC's own accord, or set by the server. */
  #namesBelow({ place, names, segments }: Found): readonly string[] {
    const own = place.rule?.names?.(this.#pc, names) ?? [];
    const prefix = `${pathOf(segments)}/`;
    const added = [...this.#pc.state.values.keys()]
      .filter((path) => path.startsWith(prefix))
      .map((path) => unslash(path.slice(prefix.length).split('/', 1)[0] ?? ''))
      .filter((name) => !place.children.has(name));
    return [...new Set([...own, ...added])];
  }

  #store(found: Found, rule: Rule, format: Format | undefined, data: string): void {
    checkFormat(rule, format, data);
    if (rule.allowed !== undefined && !rule.allowed(data)) throw new NodeRefused(500, '0x80070057');
    rule.written?.(this.#pc, found.names, data);
    this.#pc.state.values.set(pathOf(found.segments), { format: rule.format, data });
  }

  #valueOf(found: Found, source: string): NodeValue {
    const { place, names } = found;
    const { rule } = place;
    if (rule === undefined || rule.format === 'node') {
      if (!this.#exists(found)) throw new NodeRefused(404);
      return { source, format: 'node', data: this.#childNames(found).map(encodeSegment).join('/') };
    }
    this.#checkParentsThere(found);
    if (rule.writeOnly === true) throw new NodeRefused(404);
    const value = rule.read?.(this.#pc, names) ?? this.#stored(found) ?? rule.initial;
    if (value === undefined) throw new NodeRefused(404);
    return { source, format: rule.format, data: String(value) };
  }

  /** A leaf below a name that is not there is not there either. */
  #checkParentsThere({ segments }: Found): void {
    for (let length = 2; length < segments.length; length++) {
      const parent = this.#findDecoded(segments.slice(0, length));
      if (parent !== undefined && !this.#exists(parent)) throw new NodeRefused(404);
    }
  }

  #childNames(found: Found): readonly string[] {
    const fixed = [...found.place.children].filter(([name]) => {
      const child = this.#findDecoded([...found.segments, name]);
      return child !== undefined && this.#isVisible(child);
    });
    const dynamic = found.place.placeholder === undefined ? [] : this.#namesBelow(found);
    return [...fixed.map(([name]) => name), ...dynamic];
  }

  #isVisible(found: Found): boolean {
    const { rule } = found.place;
    if (rule === undefined) return true;
    if (!this.#onThisBuild(rule) || rule.notOn?.includes(this.#pc.blueprint.edition.family)) return false;
    return rule.format === 'node' || !rule.verbs.includes('G') || (rule.writeOnly !== true && this.#exists(found));
  }

  /** The node and everything below it that can be read, parents first. */
  #subtree(found: Found, source: string): readonly NodeValue[] {
    const own = this.#valueOf(found, source);
    if (own.format !== 'node') return [own];
    const children = this.#childNames(found).flatMap((name) => {
      const child = this.#findDecoded([...found.segments, name]);
      if (child === undefined || child.place.rule?.verbs.includes('G') === false) return [];
      return this.#subtree(child, `${source}/${encodeSegment(name)}`);
    });
    return [own, ...children];
  }
}

/** The key under which a value is stored. A slash inside a name is kept apart. */
function pathOf(segments: readonly string[]): string {
  return `./${segments.map((segment) => segment.replaceAll('/', '\u0001')).join('/')}`;
}

function unslash(name: string): string {
  return name.replaceAll('\u0001', '/');
}

export function encodeSegment(name: string): string {
  return encodeURIComponent(name).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** 415 for another format than the node's, or a value that is none of it. */
function checkFormat(rule: Rule, format: Format | undefined, data: string): void {
  const given = format ?? 'chr';
  if (given !== rule.format) throw new NodeRefused(415);
  if (!isOfFormat(given, data)) throw new NodeRefused(415);
}

function isOfFormat(format: Format, data: string): boolean {
  switch (format) {
    case 'int':
      return /^-?\d{1,10}$/.test(data);
    case 'bool':
      return data === 'true' || data === 'false';
    case 'b64':
      return /^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(data);
    case 'null':
    case 'node':
      return data === '';
    default:
      return true;
  }
}

/** A format by the word of a server's Meta. */
export function findFormat(word: string): Format | undefined {
  return FORMATS.find((format) => format === word);
}

/** Every rule of the tree: for tests over the whole of it. */
export function treeRules(): readonly Rule[] {
  return RULES;
}
