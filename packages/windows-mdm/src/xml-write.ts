import { XmlError } from './xml.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters XML 1.0 section 2.2 forbids
const FORBIDDEN = /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/;

/** Text that is XML already. Made by `xml`; who makes one otherwise answers for what is in it. */
export class Markup {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

/**
 * Escapes a value for character data and for attributes in double quotes. Line ends and tabs become references, so that
 * a reader's normalization keeps them. Throws `unwritable` for what XML 1.0 cannot hold (control characters, half pairs).
 */
export function escapeXml(value: string): string {
  if (FORBIDDEN.test(value) || !value.isWellFormed()) throw new XmlError('unwritable');
  return value.replace(/[&<>"'\t\n\r]/g, (character) => REFERENCES[character] ?? character);
}

const REFERENCES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

export type XmlValue = string | number | Markup | readonly Markup[] | undefined;

/**
 * A template of XML: what is filled in is escaped unless it is `Markup` itself; nothing is filled in for `undefined`.
 * White space between tags that begins with a line end is left out, so that templates can be laid out.
 */
export function xml(parts: TemplateStringsArray, ...values: readonly XmlValue[]): Markup {
  const [first = '', ...rest] = parts.map((part) => part.replace(/\s*\n\s*/g, ''));
  return new Markup(rest.reduce((text, part, index) => text + filled(values[index]) + part, first));
}

function filled(value: XmlValue): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return escapeXml(value);
  if (typeof value === 'number') return String(value);
  return value instanceof Markup ? value.toString() : value.join('');
}
