/** An element with text or with children; children without content are left out, as JP PINT wants no empty element. */
export type Element = {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly content: string | readonly Element[];
};

type Content = string | number | readonly (Element | undefined)[] | undefined;

/** Undefined where there is nothing to say: blank text, or children none of which has content. */
export function element(
  name: string,
  content: Content,
  attributes: Readonly<Record<string, string>> = {},
): Element | undefined {
  if (content === undefined) return undefined;
  if (typeof content === 'object') {
    const children = content.filter((child) => child !== undefined);
    return children.length === 0 ? undefined : { name, attributes, content: children };
  }
  const text = xmlText(String(content));
  return text === '' ? undefined : { name, attributes, content: text };
}

/** Well-formed Unicode without what XML 1.0 §2.2 forbids; blanks at the ends carry no meaning. */
function xmlText(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .trim();
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

function escaped(text: string): string {
  return text.replaceAll(/[&<>"\t\n\r]/g, (char) => ESCAPES[char] ?? char);
}

/** The document in UTF-8, one element on a line. */
export function xmlDocument(root: Element): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${written(root, '')}`;
}

function written({ name, attributes, content }: Element, indent: string): string {
  const head = Object.entries(attributes).reduce((text, [key, value]) => `${text} ${key}="${escaped(value)}"`, name);
  if (typeof content === 'string') return `${indent}<${head}>${escaped(content)}</${name}>\n`;
  const inner = content.map((child) => written(child, `${indent}  `)).join('');
  return `${indent}<${head}>\n${inner}${indent}</${name}>\n`;
}
