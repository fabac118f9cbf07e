import { isAscii, isUtf8 } from 'node:buffer';
import { decodeData, decodeDate, decodeInteger, decodeReal } from './plist-scalar.ts';
import { isDict, type PlistDict, PlistError, type PlistErrorCode, type PlistValue } from './plist-value.ts';

/** Limits of one reading. The defaults fit the largest honest report: 16 MiB, 64 levels, a million values. */
export type PlistReadOptions = {
  readonly maxBytes?: number;
  readonly maxDepth?: number;
  readonly maxNodes?: number;
  /**
   * What to do with characters XML forbids. `replace` turns them into U+FFFD: some devices report application names
   * that hold control characters, and one such name must not make a whole report unreadable. Default `refuse`.
   */
  readonly illegalCharacters?: 'refuse' | 'replace';
};

/** Default limits, see `PlistReadOptions`. Our choice: Apple publishes none (answers of megabytes are normal). */
export const PLIST_LIMITS = { maxBytes: 16 * 1024 * 1024, maxDepth: 64, maxNodes: 1_000_000 } as const;

// The reader recurses once per level; more than this could meet the end of the stack.
const DEEPEST = 512;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters XML 1.0 section 2.2 forbids
const ILLEGAL = /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/;
const ILLEGAL_ALL = new RegExp(ILLEGAL, 'g');
const LT = 60;
const GT = 62;
const SLASH = 47;

/**
 * Reads one XML property list. Throws only `PlistError`, whatever the bytes. UTF-8 only; no entity beyond the five
 * predefined ones and character references, no internal DTD subset, no attribute but the version of `plist`.
 */
export function readPlist(bytes: Uint8Array, options: PlistReadOptions = {}): PlistValue {
  const text = decode(bytes, options);
  return new Reader(text, options).document();
}

/** Reads a property list whose top value is a dictionary, as every MDM message is; else throws `not_a_dict`. */
export function readPlistDict(bytes: Uint8Array, options: PlistReadOptions = {}): PlistDict {
  const value = readPlist(bytes, options);
  if (!isDict(value)) throw new PlistError('not_a_dict');
  return value;
}

function decode(bytes: Uint8Array, options: PlistReadOptions): string {
  if (bytes.length > (options.maxBytes ?? PLIST_LIMITS.maxBytes)) throw new PlistError('too_large', bytes.length);
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (buffer.length >= 6 && buffer.toString('latin1', 0, 6) === 'bplist') throw new PlistError('binary_plist', 0);
  let text: string;
  if (isAscii(buffer)) text = buffer.toString('latin1');
  else if (isUtf8(buffer)) text = buffer.toString('utf8', startsWithBom(buffer) ? 3 : 0);
  else throw new PlistError('encoding', 0); // UTF-16 ends here too: its byte order mark is not UTF-8
  if (text.includes('\r')) text = text.replace(/\r\n?/g, '\n');
  if (!ILLEGAL.test(text)) return text;
  if (options.illegalCharacters === 'replace') return text.replace(ILLEGAL_ALL, '\ufffd');
  // NUL within the first two characters is UTF-16 without its mark.
  const utf16 = text.charCodeAt(0) === 0 || text.charCodeAt(1) === 0;
  throw new PlistError(utf16 ? 'encoding' : 'illegal_character', text.search(ILLEGAL));
}

function startsWithBom(buffer: Buffer): boolean {
  return buffer[0] === 0xef && buffer[1] === 0xbb && buffer[2] === 0xbf;
}

class Reader {
  readonly #text: string;
  readonly #maxDepth: number;
  readonly #replace: boolean;
  #nodesLeft: number;
  #at = 0;

  constructor(text: string, options: PlistReadOptions) {
    this.#text = text;
    this.#maxDepth = Math.min(options.maxDepth ?? PLIST_LIMITS.maxDepth, DEEPEST);
    this.#nodesLeft = options.maxNodes ?? PLIST_LIMITS.maxNodes;
    this.#replace = options.illegalCharacters === 'replace';
  }

  document(): PlistValue {
    this.#prolog();
    if (!this.#openRoot()) throw this.#error('syntax');
    const value = this.#value(this.#tag(), 0);
    this.#expectClose('plist');
    this.#space();
    if (this.#at !== this.#text.length) throw this.#error('syntax');
    return value;
  }

  #error(code: PlistErrorCode): PlistError {
    return new PlistError(code, this.#at);
  }

  #prolog(): void {
    if (this.#text.startsWith('<?xml', this.#at)) this.#xmlDeclaration();
    this.#space();
    if (!this.#text.startsWith('<!DOCTYPE', this.#at)) return;
    const doctype =
      /<!DOCTYPE\s+plist(?:\s+PUBLIC\s+(?:"[^"<>]*"|'[^'<>]*')|\s+SYSTEM)?(?:\s+(?:"[^"<>]*"|'[^'<>]*'))?\s*>/y;
    doctype.lastIndex = this.#at;
    if (!doctype.test(this.#text)) throw this.#error('doctype');
    this.#at = doctype.lastIndex;
    this.#space();
  }

  #xmlDeclaration(): void {
    const end = this.#text.indexOf('?>', this.#at);
    if (end < 0 || end - this.#at > 200) throw this.#error('syntax');
    const declaration = this.#text.slice(this.#at + 5, end);
    const parts =
      /^\s+version\s*=\s*(?:"1\.\d"|'1\.\d')(?:\s+encoding\s*=\s*(?:"([\w.-]+)"|'([\w.-]+)'))?(?:\s+standalone\s*=\s*(?:"(?:yes|no)"|'(?:yes|no)'))?\s*$/.exec(
        declaration,
      );
    if (parts === null) throw this.#error('syntax');
    const encoding = (parts[1] ?? parts[2] ?? 'utf-8').toLowerCase();
    if (encoding !== 'utf-8' && encoding !== 'us-ascii') throw this.#error('encoding');
    this.#at = end + 2;
  }

  #openRoot(): boolean {
    const root = /<plist(?:\s+version\s*=\s*(?:"[^"<&]*"|'[^'<&]*'))?\s*>/y;
    root.lastIndex = this.#at;
    if (!root.test(this.#text)) return false;
    this.#at = root.lastIndex;
    return true;
  }

  /** Skips white space and comments between elements. */
  #space(): void {
    const text = this.#text;
    for (;;) {
      let code = text.charCodeAt(this.#at);
      while (code === 10 || code === 9 || code === 32 || code === 13) code = text.charCodeAt(++this.#at);
      if (code !== LT || text.charCodeAt(this.#at + 1) !== 33 || !text.startsWith('<!--', this.#at)) return;
      this.#comment();
    }
  }

  #comment(): void {
    const end = this.#text.indexOf('--', this.#at + 4);
    if (end < 0 || this.#text.charCodeAt(end + 2) !== GT) throw this.#error('syntax');
    this.#at = end + 3;
  }

  /** Reads `<name>`, `<name/>` or `</name>` and gives what stands between the angle brackets, without white space. */
  #tag(): string {
    this.#space();
    if (this.#text.charCodeAt(this.#at) !== LT) throw this.#error('syntax');
    const end = this.#text.indexOf('>', this.#at);
    if (end < 0 || end - this.#at > 64) throw this.#error('syntax');
    let name = this.#text.slice(this.#at + 1, end);
    const last = name.charCodeAt(name.length - 1);
    if (last <= 32) name = name.trimEnd();
    else if (last === SLASH && name.charCodeAt(name.length - 2) <= 32) name = `${name.slice(0, -1).trimEnd()}/`;
    this.#at = end + 1;
    return name;
  }

  #expectClose(name: string): void {
    if (this.#tag() !== `/${name}`) throw this.#error('syntax');
  }

  #value(tag: string, depth: number): PlistValue {
    if (--this.#nodesLeft < 0) throw this.#error('too_many_nodes');
    switch (tag) {
      case 'string':
        return this.#textUntil('string');
      case 'string/':
        return '';
      case 'dict':
        return this.#dict(depth + 1);
      case 'dict/':
        return Object.create(null);
      case 'array':
        return this.#array(depth + 1);
      case 'array/':
        return [];
      case 'true/':
        return true;
      case 'false/':
        return false;
      default:
        return this.#scalar(tag);
    }
  }

  #scalar(tag: string): PlistValue {
    const start = this.#at;
    switch (tag) {
      case 'true':
        this.#expectClose('true');
        return true;
      case 'false':
        this.#expectClose('false');
        return false;
      case 'data':
        return decodeData(this.#textUntil('data')) ?? this.#refuse('bad_data', start);
      case 'data/':
        return Buffer.alloc(0);
      case 'integer':
        return decodeInteger(this.#textUntil('integer')) ?? this.#refuse('bad_integer', start);
      case 'real':
        return decodeReal(this.#textUntil('real')) ?? this.#refuse('bad_real', start);
      case 'date':
        return decodeDate(this.#textUntil('date')) ?? this.#refuse('bad_date', start);
      default:
        return this.#refuse(/^\/?[A-Za-z]+\/?$/.test(tag) ? 'unknown_element' : 'syntax', start);
    }
  }

  #refuse(code: PlistErrorCode, at: number): never {
    throw new PlistError(code, at);
  }

  #dict(depth: number): PlistDict {
    if (depth > this.#maxDepth) throw this.#error('too_deep');
    const dict: Record<string, PlistValue> = Object.create(null);
    for (;;) {
      const tag = this.#tag();
      if (tag === '/dict') return dict;
      if (tag !== 'key' && tag !== 'key/') throw this.#error('syntax');
      if (--this.#nodesLeft < 0) throw this.#error('too_many_nodes');
      const key = tag === 'key' ? this.#textUntil('key') : '';
      if (dict[key] !== undefined) throw this.#error('duplicate_key');
      dict[key] = this.#value(this.#tag(), depth);
    }
  }

  #array(depth: number): readonly PlistValue[] {
    if (depth > this.#maxDepth) throw this.#error('too_deep');
    const items: PlistValue[] = [];
    for (;;) {
      const tag = this.#tag();
      if (tag === '/array') return items;
      items.push(this.#value(tag, depth));
    }
  }

  /** Character data up to the closing tag of `name`. The common case, plain text, is one search and one slice. */
  #textUntil(name: string): string {
    const text = this.#text;
    const start = this.#at;
    const end = text.indexOf('<', start);
    if (end < 0) throw this.#error('syntax');
    if (text.charCodeAt(end + 1) !== SLASH) return this.#mixedText(name);
    const piece = text.slice(start, end);
    const plain = piece.includes('&') ? this.#unescape(piece, start) : this.#cdataEndFree(piece, start);
    this.#at = end;
    this.#expectClose(name);
    return plain;
  }

  /** `]]>` may not stand in character data (XML 1.0 section 2.4). */
  #cdataEndFree(piece: string, at: number): string {
    if (piece.includes(']]>')) throw new PlistError('syntax', at);
    return piece;
  }

  /** Character data broken by comments or CDATA sections. */
  #mixedText(name: string): string {
    const parts: string[] = [];
    for (;;) {
      const next = this.#text.indexOf('<', this.#at);
      if (next < 0) throw this.#error('syntax');
      parts.push(this.#unescape(this.#text.slice(this.#at, next), this.#at));
      this.#at = next;
      if (this.#text.startsWith('<!--', next)) this.#comment();
      else if (this.#text.startsWith('<![CDATA[', next)) parts.push(this.#cdata());
      else break;
    }
    this.#expectClose(name);
    return parts.join('');
  }

  #cdata(): string {
    const start = this.#at + 9;
    const end = this.#text.indexOf(']]>', start);
    if (end < 0) throw this.#error('syntax');
    this.#at = end + 3;
    return this.#text.slice(start, end);
  }

  #unescape(piece: string, at: number): string {
    this.#cdataEndFree(piece, at);
    let from = piece.indexOf('&');
    if (from < 0) return piece;
    const parts: string[] = [piece.slice(0, from)];
    while (from >= 0) {
      const semicolon = piece.indexOf(';', from);
      if (semicolon < 0 || semicolon - from > 12) throw new PlistError('entity', at + from);
      parts.push(this.#entity(piece.slice(from + 1, semicolon), at + from));
      const next = piece.indexOf('&', semicolon);
      parts.push(piece.slice(semicolon + 1, next < 0 ? undefined : next));
      from = next;
    }
    return parts.join('');
  }

  #entity(name: string, at: number): string {
    switch (name) {
      case 'lt':
        return '<';
      case 'gt':
        return '>';
      case 'amp':
        return '&';
      case 'quot':
        return '"';
      case 'apos':
        return "'";
      default:
        return this.#characterReference(name, at);
    }
  }

  #characterReference(name: string, at: number): string {
    const match = /^#(?:x([0-9a-fA-F]{1,8})|([0-9]{1,9}))$/.exec(name);
    if (match === null) throw new PlistError('entity', at);
    const point = match[1] === undefined ? Number(match[2]) : Number.parseInt(match[1], 16);
    const legal = point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);
    const character = legal ? String.fromCodePoint(point) : '\uffff';
    if (!ILLEGAL.test(character)) return character;
    if (this.#replace) return '\ufffd';
    throw new PlistError('illegal_character', at);
  }
}
