import { isUtf8 } from 'node:buffer';
import { SaxesParser, type SaxesTagNS } from 'saxes';

/** Why a document, or what was looked for in it, was refused. A closed set: callers branch on it. */
export const XML_ERROR_CODES = [
  'too_large',
  'too_deep',
  'too_many_elements',
  'too_many_attributes',
  'encoding',
  'doctype',
  'processing_instruction',
  'syntax',
  'missing_element',
  'duplicate_element',
  'bad_value',
  'unwritable',
] as const;
export type XmlErrorCode = (typeof XML_ERROR_CODES)[number];

/**
 * The only error of the XML reader and writer. `position` is in characters of the decoded text (in bytes for
 * `too_large`), -1 when it came from a tree; `element` is a name that we looked for. The message never quotes content.
 */
export class XmlError extends Error {
  readonly code: XmlErrorCode;
  readonly position: number;
  readonly element: string | undefined;

  constructor(code: XmlErrorCode, position = -1, element?: string) {
    super(`XML: ${code}${element === undefined ? '' : ` (${element})`}${position < 0 ? '' : ` at ${position}`}`);
    this.name = 'XmlError';
    this.code = code;
    this.position = position;
    this.element = element;
  }
}

/** One element: `name` is its local name, `ns` its namespace ('' for none), `text` its own character data in order. */
export type XmlElement = {
  readonly name: string;
  readonly ns: string;
  /** By local name, without namespace declarations. No prototype: a name such as `__proto__` is only a name. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** CDATA and references resolved; white space kept; without the children's. */
  readonly text: string;
};

export type XmlReadOptions = {
  readonly maxBytes: number;
  readonly maxDepth?: number;
  readonly maxElements?: number;
};

/** Limits that hold unless the caller sets others. Our choice: honest messages stay below a tenth of each. */
export const XML_LIMITS = { maxDepth: 64, maxElements: 100_000, maxAttributes: 64 } as const;

type Growing = { name: string; ns: string; attributes: Record<string, string>; children: Growing[]; text: string };

/**
 * Reads one XML 1.0 document in UTF-8, strictly and with namespaces. Throws only `XmlError`, whatever the bytes: no
 * document type, no processing instruction, no entity but the five predefined ones and character references.
 */
export function readXml(bytes: Uint8Array, options: XmlReadOptions): XmlElement {
  return new Reader(options).read(decode(bytes, options.maxBytes));
}

function decode(bytes: Uint8Array, maxBytes: number): string {
  if (bytes.length > maxBytes) throw new XmlError('too_large', bytes.length);
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (!isUtf8(buffer)) throw new XmlError('encoding', 0); // UTF-16 ends here: its byte order mark is not UTF-8
  const start = buffer[0] === 0xef && buffer[1] === 0xbb && buffer[2] === 0xbf ? 3 : 0;
  const text = buffer.toString('utf8', start);
  // NUL within the first two characters is UTF-16 without its mark.
  if (text.charCodeAt(0) === 0 || text.charCodeAt(1) === 0) throw new XmlError('encoding', 0);
  return text;
}

class Reader {
  readonly #parser = new SaxesParser({ xmlns: true, forceXMLVersion: true, defaultXMLVersion: '1.0' });
  readonly #maxDepth: number;
  readonly #open: Growing[] = [];
  #elementsLeft: number;
  #attributes = 0;
  #root: Growing | undefined;

  constructor(options: XmlReadOptions) {
    this.#maxDepth = options.maxDepth ?? XML_LIMITS.maxDepth;
    this.#elementsLeft = options.maxElements ?? XML_LIMITS.maxElements;
    this.#listen();
  }

  read(text: string): XmlElement {
    this.#parser.write(text).close();
    if (this.#root === undefined) throw this.#error('syntax');
    return this.#root;
  }

  #error(code: XmlErrorCode): XmlError {
    return new XmlError(code, this.#parser.position);
  }

  #listen(): void {
    const parser = this.#parser;
    const refuse = (code: XmlErrorCode) => (): never => {
      throw this.#error(code);
    };
    parser.on('error', refuse('syntax')); // saxes would go on after an error; its message may quote content
    parser.on('doctype', refuse('doctype'));
    parser.on('processinginstruction', refuse('processing_instruction'));
    parser.on('xmldecl', ({ encoding }) => {
      if (encoding !== undefined && !/^(?:utf-?8|us-ascii)$/i.test(encoding)) throw this.#error('encoding');
    });
    parser.on('opentagstart', () => this.#begin());
    parser.on('attribute', () => {
      if (++this.#attributes > XML_LIMITS.maxAttributes) throw this.#error('too_many_attributes');
    });
    parser.on('opentag', (tag) => this.#push(tag));
    parser.on('closetag', () => this.#open.pop());
    parser.on('text', (text) => this.#append(text));
    parser.on('cdata', (text) => this.#append(text));
  }

  #begin(): void {
    this.#attributes = 0;
    if (--this.#elementsLeft < 0) throw this.#error('too_many_elements');
    if (this.#open.length >= this.#maxDepth) throw this.#error('too_deep');
  }

  #push(tag: SaxesTagNS): void {
    const attributes = attributesOf(tag);
    const element: Growing = { name: tag.local, ns: tag.uri, attributes, children: [], text: '' };
    const parent = this.#open.at(-1);
    if (parent === undefined) this.#root = element;
    else parent.children.push(element);
    this.#open.push(element);
  }

  #append(text: string): void {
    const element = this.#open.at(-1);
    if (element !== undefined) element.text += text; // else white space around the root
  }
}

const XMLNS = 'http://www.w3.org/2000/xmlns/';

/** Windows writes some attributes with a prefix (`wsse:ValueType`). Of two with one local name the bare one counts. */
function attributesOf(tag: SaxesTagNS): Record<string, string> {
  const found: Record<string, string> = Object.create(null);
  for (const { local, prefix, uri, value } of Object.values(tag.attributes)) {
    if (uri === XMLNS) continue;
    if (prefix === '' || found[local] === undefined) found[local] = value;
  }
  return found;
}

/** The children with that local name, of any namespace: Windows' own samples disagree on namespaces. */
export function childrenOf(element: XmlElement, name: string): readonly XmlElement[] {
  return element.children.filter((child) => child.name === name);
}

/** The only child with that name, or `undefined`; throws `duplicate_element` when there are several. */
export function findChild(element: XmlElement, name: string): XmlElement | undefined {
  const found = childrenOf(element, name);
  if (found.length > 1) throw new XmlError('duplicate_element', -1, name);
  return found[0];
}

/** The only child with that name; throws `missing_element`, `duplicate_element`. */
export function getChild(element: XmlElement, name: string): XmlElement {
  const found = findChild(element, name);
  if (found === undefined) throw new XmlError('missing_element', -1, name);
  return found;
}

/** The text of the only child with that name without white space around it, or `undefined` when there is none. */
export function childText(element: XmlElement, name: string): string | undefined {
  return findChild(element, name)?.text.trim();
}
