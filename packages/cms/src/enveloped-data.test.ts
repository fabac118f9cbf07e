import assert from 'node:assert/strict';
import { constants, createPrivateKey, publicEncrypt, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseCertificate, publicKeyOf } from './certificate.ts';
import { buildEnvelopedData, decryptEnvelopedData, parseEnvelopedData } from './enveloped-data.ts';
import type { CmsErrorCode } from './errors.ts';
import { CmsError } from './errors.ts';
import { parsePemCertificates } from './pem.ts';

const file = (name: string): Buffer => readFileSync(new URL(`../testdata/${name}`, import.meta.url));
const certificateOf = (name: string): Buffer => {
  const [certificate] = parsePemCertificates(file(name).toString());
  assert.ok(certificate);
  return certificate.der;
};
const certificate = certificateOf('rsa.pem');
const key = createPrivateKey(file('rsa.key'));
const code = (expected: CmsErrorCode) => (error: unknown) => error instanceof CmsError && error.code === expected;

for (const [name, cipher, length] of [
  ['aes128-stream', 'aes-128-cbc', 20_000],
  ['aes192-keyid', 'aes-192-cbc', 100],
  ['aes256', 'aes-256-cbc', 100],
  ['des3', 'des-ede3-cbc', 100],
  ['des-legacy', 'des-cbc', 100],
  ['oaep-sha256', 'aes-128-cbc', 100],
] as const) {
  test(`${name} of OpenSSL opens`, () => {
    assert.equal(parseEnvelopedData(file(`${name}.der`)).cipher, cipher);
    assert.equal(decryptEnvelopedData(file(`${name}.der`), certificate, key).toString(), 'x'.repeat(length));
  });
}

for (const cipher of ['aes-128-cbc', 'aes-192-cbc', 'aes-256-cbc', 'des-ede3-cbc'] as const) {
  test(`what we seal with ${cipher} opens`, () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (content) => {
        const der = buildEnvelopedData({ content, recipient: certificate, cipher });
        assert.deepEqual(decryptEnvelopedData(der, certificate, key), Buffer.from(content));
      }),
      { numRuns: 10 },
    );
  });
}

test('another certificate is the wrong recipient, authenticated envelopes and EC recipients are unsupported', () => {
  assert.throws(() => decryptEnvelopedData(file('aes256.der'), certificateOf('pss.pem'), key), code('wrong_recipient'));
  assert.throws(
    () => decryptEnvelopedData(file('aes256.der'), certificate, createPrivateKey(file('ec.key'))),
    code('unsupported'),
  );
  assert.throws(
    () => buildEnvelopedData({ content: Buffer.alloc(1), recipient: certificateOf('ec.pem'), cipher: 'aes-128-cbc' }),
    code('unsupported'),
  );
  assert.throws(() => parseEnvelopedData(file('aes-gcm.der')), CmsError);
});

test('bad RSA padding, a key of the wrong size and bad content padding fail alike', () => {
  const der = file('aes256.der');
  const { recipients } = parseEnvelopedData(der);
  const sealed = recipients[0]?.encryptedKey;
  assert.ok(sealed);
  const publicKey = publicKeyOf(parseCertificate(certificate));
  const seal = (content: Buffer) => publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_PADDING }, content);
  const replacements = [
    randomBytes(sealed.length).fill(0, 0, 1),
    Buffer.alloc(sealed.length, 0xff),
    Buffer.alloc(sealed.length),
    seal(randomBytes(16)),
    seal(Buffer.alloc(0)),
    seal(randomBytes(32)),
  ];
  for (const replacement of replacements) {
    const changed = Buffer.from(der);
    replacement.copy(changed, der.indexOf(sealed));
    // One wrong key in 256 leaves padding that looks right: nonsense then comes out, and that is the caller's to refuse.
    try {
      assert.notEqual(decryptEnvelopedData(changed, certificate, key).toString(), 'x'.repeat(100));
    } catch (error) {
      assert.ok(
        error instanceof CmsError &&
          error.code === 'decrypt_failed' &&
          error.message === 'content does not decrypt' &&
          error.cause === undefined,
      );
    }
  }
});

test('a changed octet never ends in a foreign error', () => {
  const messages = ['aes128-stream', 'aes192-keyid', 'des3', 'des-legacy', 'oaep-sha256'].map((name) =>
    file(`${name}.der`),
  );
  fc.assert(
    fc.property(fc.constantFrom(...messages), fc.nat(700), fc.integer({ min: 1, max: 255 }), (message, at, mask) => {
      const changed = Buffer.from(message);
      const index = at % changed.length;
      changed.writeUInt8(changed.readUInt8(index) ^ mask, index);
      try {
        decryptEnvelopedData(changed, certificate, key);
      } catch (error) {
        assert.ok(error instanceof CmsError, String(error));
      }
    }),
    { numRuns: 500 },
  );
});
