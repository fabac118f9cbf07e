import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { spkiOf } from './certificate.ts';
import { buildCsr, parseCsr, verifyCsr } from './csr.ts';
import { bitString, encode, objectIdentifier, sequence, smallInteger, utf8String } from './der-writer.ts';
import { CmsError } from './errors.ts';
import { buildName, formatName } from './name.ts';
import { OID } from './oids.ts';

const file = (name: string): Buffer => readFileSync(new URL(`../testdata/${name}`, import.meta.url));
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });

for (const [name, kind] of [
  ['csr-rsa.der', 'TeletexString'],
  ['csr-ec.der', 'BMPString'],
]) {
  test(`a request of OpenSSL with its challenge as ${kind} is read`, () => {
    const csr = parseCsr(file(String(name)));
    assert.equal(csr.challengePassword, 's3cret-challenge');
    assert.equal(formatName(csr.subject), 'CN=device');
    assert.deepEqual(csr.requestedExtensions.subjectAltNames, [{ type: 'dNSName', value: 'device.example' }]);
    assert.equal(verifyCsr(csr), true);
    assert.equal(verifyCsr({ ...csr, spki: spkiOf(ec.publicKey) }), false);
  });
}

for (const { privateKey } of [ec, rsa]) {
  test(`what we build on ${privateKey.asymmetricKeyType} is read back`, () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (challengePassword) => {
        const csr = parseCsr(buildCsr({ subject: buildName([['CN', 'x']]), privateKey, challengePassword }));
        assert.equal(csr.challengePassword, challengePassword);
        assert.equal(verifyCsr(csr), true);
      }),
      { numRuns: 20 },
    );
  });
}

test('a request without attributes has neither challenge nor extensions', () => {
  const csr = parseCsr(buildCsr({ subject: buildName([]), privateKey: ec.privateKey }));
  assert.equal(csr.challengePassword, undefined);
  assert.deepEqual(csr.requestedExtensions, { all: [] });
});

test('a repeated challenge is malformed', () => {
  const challenge = (text: string) => sequence(objectIdentifier(OID.challengePassword), encode(0x31, utf8String(text)));
  const attributes = encode(0xa0, challenge('a'), challenge('b'));
  const tbs = sequence(smallInteger(0), buildName([]), spkiOf(ec.publicKey), attributes);
  const der = sequence(tbs, sequence(objectIdentifier(OID.ecdsaWithSha256)), bitString(Buffer.alloc(8)));
  assert.throws(
    () => parseCsr(der),
    (error) => error instanceof CmsError && error.code === 'malformed',
  );
});

test('a bit flipped anywhere never verifies', () => {
  const der = file('csr-ec.der');
  fc.assert(
    fc.property(fc.nat(der.length * 8 - 1), (bit) => {
      const changed = Buffer.from(der);
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      try {
        assert.equal(verifyCsr(parseCsr(changed)), false);
      } catch (error) {
        assert.ok(error instanceof CmsError, String(error));
      }
    }),
    { numRuns: 1000 },
  );
});

test('the request of a Windows client is read: ! and NUL in a PrintableString, an extension that ends in NUL', () => {
  const name = (bytes: string) =>
    sequence(encode(0x31, sequence(objectIdentifier('2.5.4.3'), encode(0x13, Buffer.from(bytes, 'latin1')))));
  const extension = (oid: string, value: Buffer) => sequence(objectIdentifier(oid), encode(0x04, value));
  const extensions = sequence(
    extension('2.5.29.37', sequence(objectIdentifier('1.3.6.1.5.5.7.3.2'))),
    extension('1.3.6.1.4.1.311.66.1.0', Buffer.from(`${'c0ffee00'.repeat(4)}\0`)),
  );
  const asked = sequence(objectIdentifier(OID.extensionRequest), encode(0x31, extensions));
  const subject = name(`b1c43cd0-1624-5fbb-8e54-34cf17dfd3a1!${'ab'.repeat(16)}\0`);
  const tbs = sequence(smallInteger(0), subject, spkiOf(rsa.publicKey), encode(0xa0, asked));
  const algorithm = sequence(objectIdentifier(OID.sha256WithRsa), Buffer.from([5, 0]));
  const der = sequence(tbs, algorithm, bitString(sign('sha256', tbs, rsa.privateKey)));
  const csr = parseCsr(der);
  assert.equal(verifyCsr(csr), true);
  assert.equal(verifyCsr({ ...csr, tbs: Buffer.concat([csr.tbs, Buffer.from([0])]) }), false);
  assert.deepEqual(csr.spki, spkiOf(rsa.publicKey));
});
