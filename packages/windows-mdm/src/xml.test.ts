import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { childText, findChild, getChild, readXml, type XmlElement, XmlError, type XmlErrorCode } from './xml.ts';
import { escapeXml, Markup, xml } from './xml-write.ts';

const LIMITS = { maxBytes: 1024 * 1024 };
const read = (text: string): XmlElement => readXml(Buffer.from(text), LIMITS);

function refusal(text: string | Uint8Array, limits = LIMITS): XmlErrorCode | undefined {
  try {
    readXml(typeof text === 'string' ? Buffer.from(text) : text, limits);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof XmlError);
    return error.code;
  }
}

test('an element is read with its namespace, its attributes by local name and its text', () => {
  const root = read(
    '\ufeff<?xml version="1.0" encoding="utf-8"?><s:A xmlns:s="urn:a" xmlns="urn:b"><b s:Id="1" c="&lt;&#x41;">x<![CDATA[<y>]]>&#xF000;z</b></s:A>',
  );
  assert.deepEqual({ name: root.name, ns: root.ns }, { name: 'A', ns: 'urn:a' });
  const b = getChild(root, 'b');
  assert.equal(b.ns, 'urn:b');
  assert.deepEqual({ ...b.attributes }, { Id: '1', c: '<A' });
  assert.equal(b.text, 'x<y>\uf000z');
});

test('of two attributes with one local name the one without a prefix counts', () => {
  const first = read('<a xmlns:p="urn:p" p:t="1" t="2"/>').attributes;
  const second = read('<a xmlns:p="urn:p" t="2" p:t="1"/>').attributes;
  assert.deepEqual([first['t'], second['t']], ['2', '2']);
});

test('a name such as __proto__ is only a name', () => {
  const { attributes } = read('<a __proto__="x"/>');
  assert.deepEqual(Object.entries(attributes), [['__proto__', 'x']]);
  assert.equal(attributes['toString'], undefined);
});

const deep = (levels: number): string => `${'<a>'.repeat(levels)}${'</a>'.repeat(levels)}`;
const attributes = (count: number): string => Array.from({ length: count }, (_, index) => ` a${index}=""`).join('');

for (const { what, text, code } of [
  { what: 'a document type', text: '<!DOCTYPE a><a/>', code: 'doctype' },
  { what: 'an entity of its own', text: '<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>', code: 'doctype' },
  { what: 'an unknown entity', text: '<a>&e;</a>', code: 'syntax' },
  { what: 'an entity named like a property', text: '<a>&toString;</a>', code: 'syntax' },
  { what: 'a processing instruction', text: '<a><?php x?></a>', code: 'processing_instruction' },
  {
    what: 'a processing instruction before the root',
    text: '<?xml-stylesheet href="x"?><a/>',
    code: 'processing_instruction',
  },
  { what: 'another encoding', text: '<?xml version="1.0" encoding="UTF-16"?><a/>', code: 'encoding' },
  { what: 'a prefix that is not bound', text: '<s:a/>', code: 'syntax' },
  { what: 'an attribute twice', text: '<a x="1" x="2"/>', code: 'syntax' },
  { what: 'a control character', text: '<a>\u0001</a>', code: 'syntax' },
  { what: 'a reference to a control character', text: '<a>&#1;</a>', code: 'syntax' },
  { what: 'two roots', text: '<a/><a/>', code: 'syntax' },
  { what: 'no root', text: ' ', code: 'syntax' },
  { what: 'an element that is not closed', text: '<a><b></a>', code: 'syntax' },
  { what: 'a document that ends early', text: '<a>', code: 'syntax' },
  { what: '65 levels', text: deep(65), code: 'too_deep' },
  { what: '65 attributes', text: `<a${attributes(65)}/>`, code: 'too_many_attributes' },
  { what: '100,001 elements', text: `<a>${'<b/>'.repeat(100_000)}</a>`, code: 'too_many_elements' },
  { what: 'more bytes than allowed', text: `<a>${'x'.repeat(1024 * 1024)}</a>`, code: 'too_large' },
] as const) {
  test(`${what} is refused`, () => assert.equal(refusal(text), code));
}

test('64 levels and 64 attributes are read', () => {
  assert.equal(refusal(deep(64)), undefined);
  assert.equal(refusal(`<a${attributes(64)}/>`), undefined);
});

test('UTF-16 and broken UTF-8 are refused as an encoding', () => {
  assert.equal(refusal(Buffer.from('\ufeff<a/>', 'utf16le')), 'encoding');
  assert.equal(refusal(Buffer.from('<a/>', 'utf16le')), 'encoding');
  assert.equal(refusal(Uint8Array.of(0x3c, 0x61, 0xff, 0x3e)), 'encoding');
});

test('an error says where and never what', () => {
  assert.throws(
    () => read('<a><secret-name></a>'),
    (error: unknown) => error instanceof XmlError && error.position > 0 && !error.message.includes('secret'),
  );
});

test('children are found by name, once', () => {
  const root = read('<a><b> x </b><c/><c/></a>');
  assert.equal(childText(root, 'b'), 'x');
  assert.equal(findChild(root, 'd'), undefined);
  assert.throws(() => getChild(root, 'd'), { code: 'missing_element' });
  assert.throws(() => findChild(root, 'c'), { code: 'duplicate_element' });
});

test('whatever the bytes, reading gives a tree or an XmlError', () => {
  const pieces = fc.constantFrom(
    '<a',
    '>',
    '</a>',
    '<![CDATA[',
    ']]>',
    '&#',
    ';',
    '<!--',
    '-->',
    '="',
    '"',
    'xmlns:p',
    '<?',
  );
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.array(fc.oneof(pieces, fc.string({ maxLength: 4 })), { maxLength: 30 }).map((all) => Buffer.from(all.join(''))),
  );
  fc.assert(
    fc.property(bytes, (input) => {
      refusal(input);
    }),
    { numRuns: 500 },
  );
});

test('what is written is read again: text and attributes keep every character', () => {
  const writable = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((text) => {
    try {
      escapeXml(text);
      return true;
    } catch {
      return false;
    }
  });
  fc.assert(
    fc.property(writable, writable, (text, attribute) => {
      const root = read(xml`<a><b c="${attribute}">${text}</b></a>`.toString());
      assert.equal(getChild(root, 'b').text, text);
      assert.equal(getChild(root, 'b').attributes['c'], attribute);
    }),
  );
});

test('a template keeps markup, leaves out undefined and its own line ends, and refuses what XML cannot hold', () => {
  const items = ['1', '2'].map((value) => xml`<i>${value}</i>`);
  const text = xml`
    <a>
      ${items}${xml`<b/>`}${undefined}${7}<c>one two</c>
    </a>`.toString();
  assert.equal(text, '<a><i>1</i><i>2</i><b/>7<c>one two</c></a>');
  assert.equal(new Markup('<x/>').toString(), '<x/>');
  for (const bad of ['\u0000', '\u001f', '\ud800', '\uffff']) {
    assert.throws(() => escapeXml(bad), { code: 'unwritable' });
  }
});
