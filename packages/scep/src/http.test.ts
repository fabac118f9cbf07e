import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { ScepError } from './errors.ts';
import { buildCaCaps, buildCaCert, CA_CAPS, decodeGetMessage, parseCaCaps, parseCaCert } from './http.ts';

const ca = readFileSync(new URL('../testdata/ca.der', import.meta.url));

test('capabilities are one per line and read back with any line end', () => {
  assert.equal(buildCaCaps(['AES', 'SHA-256']), 'AES\nSHA-256\n');
  assert.deepEqual(parseCaCaps(buildCaCaps()), CA_CAPS);
  assert.deepEqual(parseCaCaps('AES\r\n\r\n POSTPKIOperation \rX-New'), ['AES', 'POSTPKIOperation', 'X-New']);
});

test('one authority certificate goes as it is, several as certs-only', () => {
  const one = buildCaCert([ca]);
  assert.deepEqual([one.mediaType, one.body], ['application/x-x509-ca-cert', ca]);
  const two = buildCaCert([ca, ca]);
  assert.equal(two.mediaType, 'application/x-x509-ca-ra-cert');
  assert.deepEqual(parseCaCert(two.mediaType, two.body), [ca, ca]);
  assert.deepEqual(parseCaCert(one.mediaType, one.body), [ca]);
  assert.throws(() => parseCaCert(one.mediaType, Buffer.from('<html>')), ScepError);
  assert.throws(() => parseCaCert(two.mediaType, buildCaCert([]).body), ScepError);
});

test('a GET message is read in every form clients send', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 100 }), (octets) => {
      const bytes = Buffer.from(octets);
      const text = bytes.toString('base64');
      const forms = [
        text,
        encodeURIComponent(text),
        text.replaceAll('+', ' '),
        text.replaceAll('=', ''),
        bytes.toString('base64url'),
        text.replace(/.{20}/g, '$&\r\n'),
        encodeURIComponent(text.replace(/.{20}/g, '$&\n')),
      ];
      for (const form of forms) assert.deepEqual(decodeGetMessage(form), bytes, form);
    }),
  );
});

for (const message of ['', '%', '%zz', 'a*b', '====', 'AA==AA', '<a>']) {
  test(`GET message ${JSON.stringify(message)} is refused`, () => {
    assert.throws(
      () => decodeGetMessage(message),
      (error) => error instanceof ScepError && error.failInfo === 'badRequest',
    );
  });
}
