import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readPlist, readPlistDict } from './plist.ts';
import { type PlistDict, PlistError, type PlistErrorCode, type PlistValue, Real, stringAt } from './plist-value.ts';
import { writePlist } from './plist-write.ts';

const HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n';

function read(body: string): PlistValue {
  return readPlist(Buffer.from(`${HEAD}<plist version="1.0">${body}</plist>`));
}

function refused(bytes: Uint8Array | string, code: PlistErrorCode): void {
  const body = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
  assert.throws(
    () => readPlist(body),
    (error) => error instanceof PlistError && error.code === code,
  );
}

/** Only a `PlistError` may come out, whatever goes in. */
function survives(bytes: Uint8Array): void {
  try {
    readPlist(bytes);
  } catch (error) {
    assert.ok(error instanceof PlistError, String(error));
  }
}

const text = fc
  .string({ unit: 'grapheme', maxLength: 30 })
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what XML forbids cannot make a round trip
  .map((s) => s.toWellFormed().replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, '?'));
const instant = fc
  .integer({ min: -62_135_596_800, max: 253_402_300_799 })
  .map((seconds) => Temporal.Instant.fromEpochMilliseconds(seconds * 1000));
const integer = fc
  .oneof(
    fc.maxSafeInteger(),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }).map((n) => (Number.isSafeInteger(Number(n)) ? Number(n) : n)),
  )
  .map((n) => (n === 0 ? 0 : n));
const { value: plistValue } = fc.letrec<{ value: PlistValue; dict: PlistDict }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    text,
    integer,
    fc.boolean(),
    fc.double().map((n) => new Real(n)),
    instant,
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    fc.array(tie('value'), { maxLength: 5 }),
    tie('dict'),
  ),
  dict: fc
    .dictionary(fc.oneof(text, fc.constantFrom('__proto__', 'constructor', 'toString')), tie('value'), {
      maxKeys: 5,
      noNullPrototype: false,
    })
    .map((d) => Object.assign(Object.create(null), d)),
}));

test('what is written is read back the same, and writing it again gives the same bytes', () => {
  fc.assert(
    fc.property(plistValue, (value) => {
      const bytes = writePlist(value);
      const again = readPlist(bytes);
      assert.deepEqual(again, value);
      assert.deepEqual(writePlist(again), bytes);
    }),
    { numRuns: 500 },
  );
});

test('any bytes give a value or a PlistError', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), survives), { numRuns: 500 });
  const pieces = fc.constantFrom(
    '<dict>',
    '</dict>',
    '<key>',
    '</key>',
    '<array>',
    '</array>',
    '<string>',
    '</string>',
    '<data>',
    '</data>',
    '<true/>',
    '<integer>',
    '</integer>',
    '1',
    '&amp;',
    '&#',
    ';',
    '<!--',
    '-->',
    '<![CDATA[',
    ']]>',
    '<real>',
    '</real>',
    '<date>',
    '</plist>',
    ' ',
    'é',
    '\r',
    '\0',
    '<',
    '>',
    '&',
    '<dict/>',
    '<!DOCTYPE plist [',
    ']>',
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 30 }), (parts) =>
      survives(Buffer.from(`${HEAD}<plist version="1.0">${parts.join('')}`)),
    ),
    { numRuns: 1000 },
  );
});

test('a valid message with bytes changed gives a value or a PlistError', () => {
  const edit = fc.record({ at: fc.nat(), byte: fc.nat(255), cut: fc.nat(8) });
  fc.assert(
    fc.property(plistValue, fc.array(edit, { minLength: 1, maxLength: 4 }), (value, edits) => {
      let bytes = writePlist(value);
      for (const { at, byte, cut } of edits) {
        const place = at % bytes.length;
        bytes = Buffer.concat([bytes.subarray(0, place), Buffer.from([byte]), bytes.subarray(place + cut)]);
      }
      survives(bytes);
    }),
    { numRuns: 500 },
  );
});

const VALUES: readonly (readonly [string, PlistValue])[] = [
  ['<string>a &lt;b&gt; &amp; &quot;c&apos; &#65;&#x1F600;</string>', 'a <b> & "c\' A😀'],
  ['<string>x<![CDATA[<&>]]>y<!-- no -->z</string>', 'x<&>yz'],
  ['<string/>', ''],
  ['<string />', ''],
  ['<string\n>a</string >', 'a'],
  ['<!-- first --> <true/> <!-- last -->', true],
  ['<true></true>', true],
  ['<integer>-9223372036854775808</integer>', -(2n ** 63n)],
  ['<integer>0x10</integer>', 16],
  ['<integer> 7 </integer>', 7],
  ['<integer>-0</integer>', 0],
  ['<real>1</real>', new Real(1)],
  ['<real>-1.5e3</real>', new Real(-1500)],
  ['<date>2026-02-28T01:02:03Z</date>', Temporal.Instant.from('2026-02-28T01:02:03Z')],
  ['<date>0001-01-01T00:00:00Z</date>', Temporal.Instant.from('0001-01-01T00:00:00Z')],
  ['<data>\n\tAQ\n\tID\n\t</data>', Buffer.from([1, 2, 3])],
  ['<array><array/><dict/></array>', [[], Object.create(null)]],
];
for (const [xml, value] of VALUES) {
  test(`reads ${JSON.stringify(xml)}`, () => assert.deepEqual(read(xml), value));
}

const REFUSED: readonly (readonly [string, PlistErrorCode])[] = [
  ['<string>&nbsp;</string>', 'entity'],
  ['<string>&#xD800;</string>', 'illegal_character'],
  ['<string>&#0;</string>', 'illegal_character'],
  ['<string>&#x110000;</string>', 'illegal_character'],
  ['<string>a]]>b</string>', 'syntax'],
  ['<string>a', 'syntax'],
  ['<string>a</key>', 'syntax'],
  ['<string a="b">a</string>', 'syntax'],
  ['<dict><key>a</key></dict>', 'unknown_element'],
  ['<dict><string>a</string></dict>', 'syntax'],
  ['<dict><key>a</key><true/><key>a</key><true/></dict>', 'duplicate_key'],
  ['<integer>1.5</integer>', 'bad_integer'],
  ['<integer>18446744073709551616</integer>', 'bad_integer'],
  ['<integer></integer>', 'bad_integer'],
  ['<real>1,5</real>', 'bad_real'],
  ['<date>2026-02-30T00:00:00Z</date>', 'bad_date'],
  ['<date>2026-02-28T00:00:00+09:00</date>', 'bad_date'],
  ['<data>AQI</data>', 'bad_data'],
  ['<data>A=QI</data>', 'bad_data'],
  ['<data>AQ*I</data>', 'bad_data'],
  ['<set/>', 'unknown_element'],
  ['<?php ?>', 'syntax'],
  ['<!-- a -- b --><true/>', 'syntax'],
  ['<true/><true/>', 'syntax'],
  ['', 'unknown_element'],
];
for (const [xml, code] of REFUSED) {
  test(`refuses ${JSON.stringify(xml)} as ${code}`, () => refused(`${HEAD}<plist version="1.0">${xml}</plist>`, code));
}

test('entity definitions are refused before anything is expanded', () => {
  const bomb = '<!DOCTYPE plist [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>';
  refused(`${HEAD}${bomb}<plist version="1.0"><string>&b;</string></plist>`, 'doctype');
  refused(
    `${HEAD}<!DOCTYPE plist SYSTEM "file:///etc/passwd" [<!ENTITY x SYSTEM "file:///etc/passwd">]><plist/>`,
    'doctype',
  );
  refused(`${HEAD}<!DOCTYPE html><plist version="1.0"><true/></plist>`, 'doctype');
});

test('other encodings and the binary form are named as such', () => {
  refused(Buffer.from('bplist00\x01\x02', 'latin1'), 'binary_plist');
  refused(Buffer.from('\ufeff<plist version="1.0"><true/></plist>', 'utf16le'), 'encoding');
  refused(Buffer.from('<plist version="1.0"><true/></plist>', 'utf16le'), 'encoding');
  refused('<?xml version="1.0" encoding="Shift_JIS"?><plist version="1.0"><true/></plist>', 'encoding');
  refused(Buffer.from([0x3c, 0xc3, 0x28]), 'encoding');
  assert.equal(readPlist(Buffer.from('\ufeff<plist version="1.0"><true/></plist>')), true);
});

test('depth, node count and size are bounded', () => {
  const nested = (depth: number) =>
    Buffer.from(`<plist version="1.0">${'<array>'.repeat(depth)}${'</array>'.repeat(depth)}</plist>`);
  assert.doesNotThrow(() => readPlist(nested(64)));
  refused(nested(65), 'too_deep');
  refused(nested(200_000), 'too_deep');
  assert.throws(() => readPlist(nested(3000), { maxDepth: 1_000_000 }), { code: 'too_deep' });
  const wide = Buffer.from(`<plist version="1.0"><array>${'<true/>'.repeat(100)}</array></plist>`);
  assert.doesNotThrow(() => readPlist(wide, { maxNodes: 101 }));
  assert.throws(() => readPlist(wide, { maxNodes: 100 }), { code: 'too_many_nodes' });
  assert.throws(() => readPlist(wide, { maxBytes: wide.length - 1 }), { code: 'too_large' });
});

test('hostile repetition takes linear time', () => {
  const started = performance.now();
  for (const body of [
    ' '.repeat(4e6),
    '<!---->'.repeat(5e5),
    `<string>${'&amp;'.repeat(5e5)}</string>`,
    '<'.repeat(4e6),
    `<string>${'<![CDATA[]]>'.repeat(3e5)}</string>`,
    `<integer>${' '.repeat(4e6)}x</integer>`,
    `<data>${'='.repeat(4e6)}</data>`,
  ]) {
    survives(Buffer.from(`<plist version="1.0">${body}</plist>`));
    survives(Buffer.from(`<plist${body}`));
    survives(Buffer.from(`<!DOCTYPE plist ${body}`));
  }
  assert.ok(performance.now() - started < 10_000);
});

test('a key named __proto__ is only a key', () => {
  const dict = readPlistDict(
    Buffer.from('<plist version="1.0"><dict><key>__proto__</key><dict><key>admin</key><true/></dict></dict></plist>'),
  );
  assert.deepEqual(Object.keys(dict), ['__proto__']);
  assert.equal(dict.admin, undefined);
  assert.equal(Reflect.get({}, 'admin'), undefined);
});

test('a control character in a name is refused, or replaced when asked', () => {
  const body = Buffer.from('<plist version="1.0"><string>a\x01&#2;b</string></plist>');
  refused(body, 'illegal_character');
  assert.equal(readPlist(body, { illegalCharacters: 'replace' }), 'a\ufffd\ufffdb');
});

test('line ends are normalised, and a written carriage return survives', () => {
  assert.equal(read('<string>a\r\nb\rc&#13;d</string>'), 'a\nb\nc\rd');
  assert.equal(readPlist(writePlist('a\r\nb')), 'a\r\nb');
});

for (const value of ['\0', 'a\ud800', '\ufffe', 1.5, Number.NaN, 2 ** 53, 2n ** 64n]) {
  test(`the writer refuses ${String(value).toWellFormed()} (${typeof value})`, () =>
    assert.throws(() => writePlist({ key: value }), PlistError));
}

test('the writer refuses a Date instead of writing an empty dictionary', () => {
  const foreign: unknown = new Date(0);
  assert.throws(() => writePlist({ at: foreign as PlistDict }), { code: 'unwritable' });
});

test('the layout is Apple’s', () => {
  assert.equal(
    writePlist({ b: [1, new Real(0.5)], a: { c: Buffer.from('hi') }, z: {}, y: [], skipped: undefined }).toString(),
    `${HEAD}<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>a</key>
	<dict>
		<key>c</key>
		<data>
		aGk=
		</data>
	</dict>
	<key>b</key>
	<array>
		<integer>1</integer>
		<real>0.5</real>
	</array>
	<key>y</key>
	<array/>
	<key>z</key>
	<dict/>
</dict>
</plist>
`,
  );
});

test('an error names the key, never the value', () => {
  assert.throws(
    () => stringAt({ UnlockToken: Buffer.from('secret') }, 'UnlockToken'),
    (error) => error instanceof PlistError && error.key === 'UnlockToken' && !error.message.includes('secret'),
  );
});
