import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseCertificate } from './certificate.ts';
import { parseCsr } from './csr.ts';
import { DerReader, MAX_MESSAGE_BYTES, octetsOf, readWhole, smallIntegerOf, TAG, textOf, timeOf } from './der.ts';
import {
  encode,
  objectIdentifier,
  octetString,
  sequence,
  setOf,
  smallInteger,
  time,
  unsignedInteger,
  utf8String,
} from './der-writer.ts';
import { parseEnvelopedData } from './enveloped-data.ts';
import { CmsError } from './errors.ts';
import { OID, oidOf } from './oids.ts';
import { parseSignedData, verifyDetached } from './signed-data.ts';

const PARSERS: readonly ((bytes: Uint8Array) => unknown)[] = [
  parseCertificate,
  parseCsr,
  parseSignedData,
  parseEnvelopedData,
  (bytes) => verifyDetached(bytes, bytes),
];

function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    assert.ok(error instanceof CmsError, String(error));
    return error.code;
  }
  return 'accepted';
}

const whole = (hex: string, encoding: 'der' | 'ber') => {
  const bytes = Buffer.from(hex, 'hex');
  return readWhole(bytes, bytes[0] ?? 0, encoding);
};

for (const hex of [
  '',
  '04',
  '0401',
  '0480',
  '048100',
  '04820001ff',
  '1f0100',
  '0489000000000000000001ff',
  '040100ff',
  '04ffffffffff',
]) {
  test(`DER does not take ${hex === '' ? 'nothing' : hex}`, () =>
    assert.equal(
      refusal(() => whole(hex, 'der')),
      'malformed',
    ));
}

test('BER takes indefinite lengths and joins chunks, DER neither', () => {
  const hex = '24800402616224800401630000040264650000';
  assert.equal(octetsOf(whole(hex, 'ber')).toString(), 'abcde');
  assert.equal(
    refusal(() => octetsOf(whole(hex, 'der'))),
    'malformed',
  );
  assert.equal(octetsOf(whole('2406040161040162', 'ber')).toString(), 'ab');
  assert.equal(
    refusal(() => octetsOf(whole('2406040161040162', 'der'))),
    'malformed',
  );
  assert.equal(
    refusal(() => octetsOf(whole('2403020100', 'ber'))),
    'malformed',
  );
});

test('an indefinite element without its end is malformed', () => {
  assert.equal(
    refusal(() => whole('3080020101', 'ber')),
    'malformed',
  );
  assert.equal(
    refusal(() => whole('30800201010000ff', 'ber')),
    'malformed',
  );
});

test('what was written is read back', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 70_000, size: 'max' }),
      fc.integer({ min: 0, max: 0x7fffffff }),
      fc.string(),
      (octets, n, text) => {
        const reader = new DerReader(sequence(octetString(octets), smallInteger(n), utf8String(text)), false).enter(
          TAG.sequence,
        );
        assert.deepEqual(octetsOf(reader.next(TAG.octetString)), Buffer.from(octets));
        assert.equal(smallIntegerOf(reader.next(TAG.integer)), n);
        assert.equal(textOf(reader.next()), Buffer.from(text).toString());
        reader.end();
      },
    ),
  );
});

test('object identifiers survive both directions', () => {
  const arcs = fc.array(fc.bigInt({ min: 0n, max: 2n ** 128n }), { maxLength: 6 });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 39 }), arcs, (top, second, rest) => {
      const oid = [top, second, ...rest].join('.');
      assert.equal(oidOf(new DerReader(objectIdentifier(oid), false).next()), oid);
    }),
  );
  for (const oid of Object.values(OID)) assert.equal(oidOf(new DerReader(objectIdentifier(oid), false).next()), oid);
  for (const oid of ['', '1', '3.1', '1.40', '1.2.x', '1..2'])
    assert.equal(
      refusal(() => objectIdentifier(oid)),
      'malformed',
    );
  for (const hex of ['0600', '060180', '060281', '0603558001'])
    assert.equal(
      refusal(() => oidOf(whole(hex, 'der'))),
      'malformed',
    );
});

test('times survive both directions in whole seconds', () => {
  const span = { min: Date.UTC(1950, 0, 1) / 1000, max: Date.UTC(9999, 11, 31, 23, 59, 59) / 1000 };
  fc.assert(
    fc.property(fc.integer(span), (s) => assert.equal(timeOf(new DerReader(time(s * 1000), false).next()), s * 1000)),
  );
  assert.equal(time(Date.UTC(2049, 11, 31))[0], TAG.utcTime);
  assert.equal(time(Date.UTC(2050, 0, 1))[0], TAG.generalizedTime);
  for (const text of [
    '260230000000Z',
    '260101240000Z',
    '260101006000Z',
    '2601010000Z',
    '261301000000Z',
    '260101000000+0000',
  ]) {
    assert.equal(
      refusal(() => timeOf(new DerReader(encode(TAG.utcTime, Buffer.from(text)), false).next())),
      'malformed',
    );
  }
});

test('integers are minimal and never negative', () => {
  assert.equal(unsignedInteger(Buffer.of(0, 0, 1)).toString('hex'), '020101');
  assert.equal(unsignedInteger(Buffer.of(0xff)).toString('hex'), '020200ff');
  assert.equal(unsignedInteger(Buffer.of(0)).toString('hex'), '020100');
  assert.equal(
    refusal(() => smallIntegerOf(whole('0201ff', 'der'))),
    'malformed',
  );
});

test('a SET OF is sorted by its encodings', () => {
  assert.equal(
    setOf([smallInteger(300), smallInteger(2), octetString(Buffer.of(1))]).toString('hex'),
    '310a0201020202012c040101',
  );
});

for (const [name, hex] of Object.entries({
  UTF8String: '0c03c3a961',
  TeletexString: '1402e961',
  BMPString: '1e0400e90061',
  UniversalString: '1c08000000e900000061',
})) {
  test(`${name} is read`, () => assert.equal(textOf(whole(hex, 'der')), 'éa'));
}

test('broken wide strings are malformed', () => {
  assert.equal(
    refusal(() => textOf(whole('1e0100', 'der'))),
    'malformed',
  );
  assert.equal(
    refusal(() => textOf(whole('1c0400110000', 'der'))),
    'malformed',
  );
  assert.equal(textOf(whole('0500', 'der')), undefined);
});

test('no parser throws anything but CmsError on random bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
      for (const parse of PARSERS) refusal(() => parse(bytes));
      for (const tag of [0x30, 0x24, 0x06, 0x17, 0x1c])
        refusal(() => readWhole(Buffer.concat([Buffer.of(tag), bytes]), tag, 'ber'));
    }),
    { numRuns: 500 },
  );
});

test('deep nesting ends in an error, not in the stack', () => {
  for (const [unit, end] of [
    ['3080', '0000'],
    ['2480', '0000'],
    ['a080', ''],
    ['3084ffffffff', ''],
  ] as const) {
    const bytes = Buffer.from(unit.repeat(200_000) + end.repeat(200_000), 'hex');
    for (const parse of PARSERS)
      assert.notEqual(
        refusal(() => parse(bytes)),
        'accepted',
      );
  }
  const chunks = Buffer.from(`${'2480'.repeat(40)}${'0000'.repeat(40)}`, 'hex');
  assert.equal(
    refusal(() => octetsOf(readWhole(chunks, 0x24, 'ber'))),
    'too_large',
  );
});

test('many tiny elements are refused by count, in time linear in their number', () => {
  const tiny = Buffer.alloc(4 * 1024 * 1024, Buffer.of(0x04, 0x00));
  const started = process.hrtime.bigint();
  assert.equal(
    refusal(() => octetsOf(readWhole(encode(0x24, tiny), 0x24, 'ber'))),
    'too_large',
  );
  const open = Buffer.concat([Buffer.from('3080'.repeat(30), 'hex'), tiny, Buffer.alloc(60)]);
  let reader = new DerReader(open, true);
  for (let depth = 0; depth < 30; depth++) reader = reader.enter(TAG.sequence);
  assert.equal(
    refusal(() => reader.rest(64)),
    'too_large',
  );
  // 30 scans of 2 million elements; a quadratic scan would take hours. The bound leaves room for a busy machine.
  assert.ok(process.hrtime.bigint() - started < 60_000_000_000n);
});

test('a message over the limit is refused unread', () => {
  assert.equal(
    refusal(() => parseSignedData(Buffer.alloc(MAX_MESSAGE_BYTES + 1, 0x30))),
    'too_large',
  );
});
