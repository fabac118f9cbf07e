import { CmsError } from './errors.ts';

/** Largest message any parser here accepts, in bytes. Our choice: SCEP messages and Mdm-Signature are a few KiB. */
export const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;
/** Deepest nesting of indefinite lengths, and of constructed strings. OpenSSL, Windows and Bouncy Castle stay below 10. */
const MAX_DEPTH = 32;
/** Most chunks of one constructed octet string: 16 MiB in the 1000-byte chunks of Bouncy Castle are 17,000. */
const MAX_CHUNKS = 65_536;

/** Identifier octets of the universal types we meet. */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  utf8String: 0x0c,
  numericString: 0x12,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  visibleString: 0x1a,
  universalString: 0x1c,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

const CONSTRUCTED = 0x20;

/** One tag-length-value. `raw` is all of it, `content` its value octets; both are views of the input, not copies. */
export type Element = { readonly tag: number; readonly raw: Buffer; readonly content: Buffer; readonly ber: boolean };

export function malformed(what: string): CmsError {
  return new CmsError('malformed', what);
}

/** A view of the same memory as a Buffer, so that slices cost nothing. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * Reads elements one after the other without recursion, so a caller's schema bounds the depth. In `ber` mode it takes
 * indefinite and non-minimal lengths too (streaming CMS senders); otherwise DER lengths only. Throws CmsError only.
 */
export class DerReader {
  readonly #bytes: Buffer;
  readonly #ber: boolean;
  #at = 0;
  // Header of the element last scanned: fields, not an object, because this runs for every element of every request.
  #contentAt = 0;
  #length = 0;

  constructor(bytes: Buffer, ber: boolean) {
    this.#bytes = bytes;
    this.#ber = ber;
  }

  get atEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** Tag of the next element, or -1 at the end. */
  peek(): number {
    return this.#bytes[this.#at] ?? -1;
  }

  /** The next element; with `tag`, throws `malformed` when it has another one. */
  next(tag?: number): Element {
    const start = this.#at;
    const found = this.peek();
    if (tag !== undefined && found !== tag) throw malformed(`expected tag 0x${tag.toString(16)}`);
    this.#scanHeader(start);
    const contentAt = this.#contentAt;
    const indefinite = this.#length < 0;
    const contentEnd = indefinite ? this.#findEndOfContents(contentAt) : contentAt + this.#length;
    this.#at = indefinite ? contentEnd + 2 : contentEnd;
    return {
      tag: found,
      raw: this.#bytes.subarray(start, this.#at),
      content: this.#bytes.subarray(contentAt, contentEnd),
      ber: this.#ber,
    };
  }

  optional(tag: number): Element | undefined {
    return this.peek() === tag ? this.next(tag) : undefined;
  }

  /** A reader over the content of the next element, which must have this constructed tag. */
  enter(tag: number): DerReader {
    return inside(this.next(tag));
  }

  /** Every remaining element, at most `max` of them: more is `too_large`. */
  rest(max: number, tag?: number): Element[] {
    const elements: Element[] = [];
    while (!this.atEnd) {
      if (elements.length >= max) throw new CmsError('too_large', `more than ${max} elements`);
      elements.push(this.next(tag));
    }
    return elements;
  }

  end(): void {
    if (!this.atEnd) throw malformed('trailing bytes');
  }

  /** Sets #contentAt and #length (-1 when indefinite) for the element at `at`. */
  #scanHeader(at: number): void {
    const bytes = this.#bytes;
    const tag = bytes[at];
    const first = bytes[at + 1];
    if (tag === undefined || first === undefined) throw malformed('truncated element');
    if ((tag & 0x1f) === 0x1f) throw malformed('multi-byte tag');
    let contentAt = at + 2;
    let length = first;
    if (first === 0x80) {
      if (!this.#ber || (tag & CONSTRUCTED) === 0) throw malformed('indefinite length');
      length = -1;
    } else if (first > 0x80) {
      const count = first & 0x7f;
      if (count > 8) throw malformed('length of length');
      length = 0;
      for (let i = 0; i < count; i++) length = length * 256 + (bytes[contentAt + i] ?? 0);
      contentAt += count;
      if (!this.#ber && (length < 0x80 || length < 256 ** (count - 1))) throw malformed('length not minimal');
    }
    if (length > bytes.length - contentAt || contentAt > bytes.length) throw malformed('length beyond the end');
    this.#contentAt = contentAt;
    this.#length = length;
  }

  /** Offset of the end-of-contents octets that close the indefinite element whose content starts at `from`. */
  #findEndOfContents(from: number): number {
    const bytes = this.#bytes;
    let open = 1;
    let at = from;
    for (;;) {
      if (bytes[at] === 0 && bytes[at + 1] === 0) {
        open--;
        if (open === 0) return at;
        at += 2;
        continue;
      }
      this.#scanHeader(at);
      at = this.#contentAt;
      if (this.#length >= 0) at += this.#length;
      else if (++open > MAX_DEPTH) throw new CmsError('too_large', 'nested too deeply');
    }
  }
}

/** A reader over the only element of `bytes`. Throws `too_large` past MAX_MESSAGE_BYTES. */
export function readWhole(bytes: Uint8Array, tag: number, encoding: 'der' | 'ber'): Element {
  if (bytes.length > MAX_MESSAGE_BYTES) throw new CmsError('too_large', 'message too large');
  const reader = new DerReader(asBuffer(bytes), encoding === 'ber');
  const element = reader.next(tag);
  reader.end();
  return element;
}

/** A reader over the elements inside a constructed one. */
export function inside(element: Element): DerReader {
  if ((element.tag & CONSTRUCTED) === 0) throw malformed('primitive where a constructed element belongs');
  return new DerReader(element.content, element.ber);
}

/** Octets of an OCTET STRING, or of one under an implicit tag, joined when its BER sender split it in chunks. */
export function octetsOf(element: Element): Buffer {
  if ((element.tag & CONSTRUCTED) === 0) return element.content;
  if (!element.ber) throw malformed('constructed string');
  const chunks: Buffer[] = [];
  collectChunks(element, chunks, 0);
  return Buffer.concat(chunks);
}

function collectChunks(element: Element, chunks: Buffer[], depth: number): void {
  if (depth >= MAX_DEPTH) throw new CmsError('too_large', 'nested too deeply');
  const reader = inside(element);
  while (!reader.atEnd) {
    const chunk = reader.next();
    if (chunk.tag === TAG.octetString) {
      if (chunks.length >= MAX_CHUNKS) throw new CmsError('too_large', 'too many chunks');
      chunks.push(chunk.content);
    } else if (chunk.tag === (TAG.octetString | CONSTRUCTED)) collectChunks(chunk, chunks, depth + 1);
    else throw malformed('chunk is not an octet string');
  }
}

/** Bytes of a BIT STRING that must be whole octets, as keys and signatures are. */
export function bitStringOf(element: Element): Buffer {
  if (element.content[0] !== 0) throw malformed('bit string');
  return element.content.subarray(1);
}

export function booleanOf(element: Element): boolean {
  const value = element.content[0];
  if (element.content.length !== 1 || (value !== 0 && value !== 0xff)) throw malformed('boolean');
  return value === 0xff;
}

/** A non-negative INTEGER below 2^31. */
export function smallIntegerOf(element: Element): number {
  const { content } = element;
  if (content.length < 1 || content.length > 4 || content.readInt8(0) < 0) throw malformed('small integer');
  return content.readUIntBE(0, content.length);
}

/** Content octets of an INTEGER, as sent. */
export function integerOf(element: Element): Buffer {
  if (element.content.length === 0 || element.content.length > 4096) throw malformed('integer');
  return element.content;
}

/** Epoch milliseconds of a UTCTime or GeneralizedTime in the DER form of RFC 5280, 4.1.2.5. */
export function timeOf(element: Element): number {
  const text = element.content.toString('latin1');
  const utc = element.tag === TAG.utcTime;
  if (!utc && element.tag !== TAG.generalizedTime) throw malformed('time');
  if (!(utc ? /^\d{12}Z$/ : /^\d{14}Z$/).test(text)) throw malformed('time');
  const full = utc ? (Number(text.slice(0, 2)) < 50 ? '20' : '19') + text : text;
  const part = (at: number, size = 2): number => Number(full.slice(at, at + size));
  const iso = `${full.slice(0, 4)}-${full.slice(4, 6)}-${full.slice(6, 8)}T${full.slice(8, 10)}:${full.slice(10, 12)}:${full.slice(12, 14)}.000Z`;
  const at = Date.parse(iso);
  // Date.parse takes 24:00:00, and days past the end of the month roll over: both are no time of RFC 5280.
  if (Number.isNaN(at) || part(8) > 23 || new Date(at).toISOString().slice(0, 10) !== iso.slice(0, 10)) {
    throw malformed('time');
  }
  return at;
}

/** Text of any DirectoryString choice, or IA5, Numeric and VisibleString; undefined for another type. */
export function textOf(element: Element): string | undefined {
  const { content } = element;
  switch (element.tag) {
    case TAG.utf8String:
      return content.toString('utf8');
    case TAG.printableString:
    case TAG.numericString:
    case TAG.teletexString:
    case TAG.ia5String:
    case TAG.visibleString:
      return content.toString('latin1');
    case TAG.bmpString:
      if (content.length % 2 !== 0) throw malformed('BMPString');
      return Buffer.from(content).swap16().toString('utf16le');
    case TAG.universalString:
      return universalText(content);
    default:
      return undefined;
  }
}

function universalText(content: Buffer): string {
  if (content.length % 4 !== 0) throw malformed('UniversalString');
  const characters: string[] = [];
  for (let at = 0; at < content.length; at += 4) {
    const point = content.readUInt32BE(at);
    if (point > 0x10ffff) throw malformed('UniversalString');
    characters.push(String.fromCodePoint(point));
  }
  return characters.join('');
}
