import { type Attr, DOMParser, type Element, Node, onWarningStopParsing } from '@xmldom/xmldom';
import { insist, ServerMistake } from './mistakes.ts';

export type { Element } from '@xmldom/xmldom';

const MAX_DEPTH = 100;

/** Reads what the server sent, strictly: UTF-8 without BOM, well-formed with namespaces, no DTD. */
export function readXml(bytes: Buffer, where: string): Element {
  const text = decode(bytes, where);
  insist(!text.startsWith('\ufeff'), where, 'begins with a byte order mark');
  insist(!/<!DOCTYPE/i.test(text), where, 'has a document type');
  try {
    const root = new DOMParser({ onError: onWarningStopParsing }).parseFromString(text, 'text/xml').documentElement;
    if (root !== null) return checked(root, where, 0);
  } catch (cause) {
    if (cause instanceof ServerMistake) throw cause;
    throw new ServerMistake(where, 'is no well-formed XML', { cause });
  }
  throw new ServerMistake(where, 'has no root element');
}

function decode(bytes: Buffer, where: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new ServerMistake(where, 'is not UTF-8', { cause });
  }
}

function checked(element: Element, where: string, depth: number): Element {
  insist(depth < MAX_DEPTH, where, 'is nested too deep');
  const children = childrenOf(element);
  const mixed = [...element.childNodes].some(
    ({ nodeType, nodeValue }) => isText(nodeType) && /\S/.test(nodeValue ?? ''),
  );
  insist(children.length === 0 || !mixed, where, `mixes text and elements in ${element.localName}`);
  for (const child of children) checked(child, where, depth + 1);
  return element;
}

function isText(nodeType: number): boolean {
  return nodeType === Node.TEXT_NODE || nodeType === Node.CDATA_SECTION_NODE;
}

/** Child elements in order. */
export function childrenOf(element: Element): readonly Element[] {
  return [...element.childNodes].filter((node): node is Element => node.nodeType === Node.ELEMENT_NODE);
}

/** The only child of that name, or `undefined`; a second one is a mistake. */
export function findChild(element: Element, namespace: string, name: string, where: string): Element | undefined {
  const found = childrenOf(element).filter((child) => isNamed(child, namespace, name));
  insist(found.length < 2, where, `has ${name} twice`);
  return found[0];
}

/** The only child of that name; none is a mistake. */
export function getChild(element: Element, namespace: string, name: string, where: string): Element {
  const found = findChild(element, namespace, name, where);
  insist(found !== undefined, where, `lacks ${name} in ${element.localName}`);
  return found;
}

/** The element at the end of a path of names in one namespace. */
export function getPath(element: Element, namespace: string, names: readonly string[], where: string): Element {
  return names.reduce((at, name) => getChild(at, namespace, name, where), element);
}

/** Text of an element without child elements. */
export function textOf(element: Element, where: string): string {
  insist(childrenOf(element).length === 0, where, `has elements where ${element.localName} holds text`);
  return element.textContent ?? '';
}

/** Text of the only child of that name, or `undefined` without one. */
export function findText(element: Element, namespace: string, name: string, where: string): string | undefined {
  const child = findChild(element, namespace, name, where);
  return child === undefined ? undefined : textOf(child, where);
}

export function getText(element: Element, namespace: string, name: string, where: string): string {
  return textOf(getChild(element, namespace, name, where), where);
}

export function isNamed(element: Element, namespace: string, name: string): boolean {
  return element.localName === name && (element.namespaceURI ?? '') === namespace;
}

/** Attributes that are not namespace declarations, by local name. */
export function attributesOf(element: Element): ReadonlyMap<string, string> {
  const attributes = [...element.attributes].filter(({ name }: Attr) => name !== 'xmlns' && !name.startsWith('xmlns:'));
  return new Map(attributes.map(({ name, localName, value }: Attr) => [localName ?? name, value]));
}

/** The namespace of a QName in text, as `s:Receiver`. */
export function namespaceOfQName(
  element: Element,
  qname: string,
): { readonly namespace: string; readonly name: string } {
  const [prefix = '', name] = qname.includes(':') ? qname.split(':', 2) : [undefined, qname];
  return { namespace: element.lookupNamespaceURI(prefix ?? '') ?? '', name: name ?? '' };
}

/** Text for element content and attribute values. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`).replace(/\r/g, '&#13;');
}

/** Base64 in XML may be wrapped; anything else that is not base64 is a mistake. */
export function fromBase64(text: string, where: string): Buffer {
  const compact = text.replace(/[ \t\r\n]/g, '');
  insist(/^[A-Za-z0-9+/]+={0,2}$/.test(compact) && compact.length % 4 === 0, where, 'is not base64');
  return Buffer.from(compact, 'base64');
}
