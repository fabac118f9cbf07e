import assert from 'node:assert/strict';
import type { KeyObject } from 'node:crypto';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import type { IssueOptions } from './certificate.ts';
import {
  issueCertificate,
  isValidAt,
  parseCertificate,
  publicKeyFromCertificate,
  publicKeyOf,
  spkiOf,
  verifyIssuedBy,
} from './certificate.ts';
import { CmsError } from './errors.ts';
import { buildName, findNameValue, formatName } from './name.ts';
import { parsePemCertificates, parsePrivateKey, toPem } from './pem.ts';

const file = (name: string): string => readFileSync(new URL(`../testdata/${name}`, import.meta.url), 'latin1');
const only = (name: string) => {
  const [certificate] = parsePemCertificates(file(name));
  assert.ok(certificate);
  return certificate;
};
const code = (expected: string) => (error: unknown) => error instanceof CmsError && error.code === expected;

const from = Date.UTC(2026, 0, 1);
const to = Date.UTC(2060, 0, 1);
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const other = generateKeyPairSync('ec', { namedCurve: 'P-521' });
const caOptions = (key: { publicKey: KeyObject; privateKey: KeyObject }): IssueOptions => ({
  issuer: 'self',
  issuerKey: key.privateKey,
  subject: buildName([
    ['C', 'JP'],
    ['O', 'Contractor'],
    ['CN', 'Device CA'],
  ]),
  spki: spkiOf(key.publicKey),
  serial: Buffer.of(0x80, 1),
  notBefore: from,
  notAfter: to,
  ca: { pathLength: 0 },
});

test('a certificate of OpenSSL is read whole', () => {
  const certificate = only('rsa.pem');
  const native = new X509Certificate(file('rsa.pem'));
  assert.equal(
    formatName(certificate.subject),
    'C=JP, O=Example, OU=Test, CN=rsa signer, UID=com.apple.mgmt.External.test, serialNumber=C02TEST',
  );
  assert.equal(findNameValue(certificate.subject, 'UID'), 'com.apple.mgmt.External.test');
  assert.equal(certificate.serialHex, native.serialNumber.toLowerCase());
  assert.equal(certificate.sha256.toString('hex'), native.fingerprint256.replaceAll(':', '').toLowerCase());
  assert.equal(certificate.notBefore, native.validFromDate.getTime());
  assert.equal(certificate.notAfter, native.validToDate.getTime());
  assert.deepEqual(certificate.extensions.basicConstraints, { ca: true });
  assert.deepEqual(certificate.extensions.keyUsage, ['digitalSignature', 'keyEncipherment']);
  assert.deepEqual(certificate.extensions.extendedKeyUsage, ['clientAuth', '1.2.3.4']);
  assert.deepEqual(certificate.extensions.subjectKeyId, certificate.extensions.authorityKeyId);
  assert.deepEqual(certificate.extensions.subjectAltNames, [
    { type: 'dNSName', value: 'a.example' },
    { type: 'iPAddress', value: '10.0.0.1' },
    { type: 'iPAddress', value: '2001:db8:0:0:0:0:0:1' },
    { type: 'rfc822Name', value: 'a@b.example' },
    { type: 'uniformResourceIdentifier', value: 'urn:x' },
    { type: 'ntPrincipalName', value: 'u@d.example' },
  ]);
  assert.ok(publicKeyFromCertificate(certificate.der).equals(native.publicKey));
});

for (const name of ['rsa.pem', 'ec.pem', 'pss.pem']) {
  test(`${name} verifies under itself only`, () => {
    const certificate = only(name);
    assert.equal(verifyIssuedBy(certificate, certificate), true);
    assert.equal(verifyIssuedBy(certificate, { ...only('rsa.pem'), subject: certificate.issuer }), name === 'rsa.pem');
    assert.equal(verifyIssuedBy({ ...certificate, tbs: Buffer.from('other') }, certificate), false);
  });
}

for (const [name, key] of Object.entries({ RSA: rsa, 'P-256': ec, 'P-521': other })) {
  test(`what an authority on ${name} issues, node accepts`, () => {
    const ca = issueCertificate(caOptions(key));
    const leaf = issueCertificate({
      issuer: ca,
      issuerKey: key.privateKey,
      subject: buildName([
        ['UID', 'com.apple.mgmt.External.x'],
        ['CN', 'é'],
      ]),
      spki: spkiOf(rsa.publicKey),
      serial: Buffer.of(0, 0, 7),
      notBefore: from,
      notAfter: to,
      keyUsage: ['digitalSignature', 'decipherOnly'],
      extendedKeyUsage: ['clientAuth', 'serverAuth', 'emailProtection', '1.2.3'],
      subjectAltNames: [
        { type: 'dNSName', value: 'd.example' },
        { type: 'iPAddress', value: '2001:db8::1' },
      ],
    });
    const native = new X509Certificate(leaf.der);
    assert.ok(native.checkIssued(new X509Certificate(ca.der)) && native.verify(key.publicKey));
    assert.equal(native.subjectAltName, 'DNS:d.example, IP Address:2001:DB8:0:0:0:0:0:1');
    assert.equal(native.serialNumber, '07');
    assert.equal(verifyIssuedBy(leaf, ca), true);
    assert.equal(verifyIssuedBy(ca, leaf), false);
    assert.deepEqual(leaf.extensions.keyUsage, ['digitalSignature', 'decipherOnly']);
    assert.deepEqual(leaf.extensions.extendedKeyUsage, ['clientAuth', 'serverAuth', 'emailProtection', '1.2.3']);
    assert.deepEqual(leaf.extensions.authorityKeyId, ca.extensions.subjectKeyId);
    assert.deepEqual(ca.extensions.basicConstraints, { ca: true, pathLength: 0 });
    assert.deepEqual(ca.extensions.keyUsage, ['keyCertSign', 'cRLSign']);
    assert.deepEqual([leaf.notBefore, leaf.notAfter, ca.serialHex], [from, to, '8001']);
  });
}

test('validity includes both ends', () => {
  const validity = { notBefore: 10, notAfter: 20 };
  assert.deepEqual(
    [9, 10, 20, 21].map((at) => isValidAt(validity, at)),
    [false, true, true, false],
  );
});

test('contradictory options are refused', () => {
  const ca = issueCertificate(caOptions(ec));
  for (const change of [
    { issuerKey: rsa.privateKey },
    { issuerKey: ec.publicKey },
    { serial: Buffer.alloc(4) },
    { serial: Buffer.alloc(21, 1) },
    { serial: Buffer.alloc(0) },
    { notAfter: from - 1 },
    { issuer: ca, issuerKey: other.privateKey },
  ]) {
    assert.throws(() => issueCertificate({ ...caOptions(ec), ...change }), code('malformed'));
  }
  assert.throws(() => buildName([['C', 'Ü']]), code('malformed'));
});

test('keys we do not trust to be cheap and strong are unsupported', () => {
  const spkis = [
    spkiOf(generateKeyPairSync('rsa', { modulusLength: 512 }).publicKey),
    spkiOf(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey),
    spkiOf(generateKeyPairSync('ec', { namedCurve: 'P-256', paramEncoding: 'explicit' }).publicKey),
    spkiOf(generateKeyPairSync('ed25519').publicKey),
  ];
  for (const spki of spkis) assert.throws(() => publicKeyOf({ spki }), code('unsupported'));
});

test('a bit flipped anywhere is another certificate, a refusal, or a signature that fails', () => {
  const certificate = only('ec.pem');
  fc.assert(
    fc.property(fc.nat(certificate.der.length * 8 - 1), (bit) => {
      const der = Buffer.from(certificate.der);
      der.writeUInt8(der.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      try {
        assert.equal(verifyIssuedBy(parseCertificate(der), certificate), false);
      } catch (error) {
        assert.ok(error instanceof CmsError, String(error));
      }
    }),
    { numRuns: 1000 },
  );
});

test('names survive both directions', () => {
  const type = fc.constantFrom('CN', 'O', 'OU', 'UID', 'L', '2.5.4.12');
  fc.assert(
    fc.property(fc.array(fc.tuple(type, fc.string({ unit: 'grapheme' })), { maxLength: 8 }), (attributes) => {
      const certificate = issueCertificate({ ...caOptions(ec), subject: buildName(attributes) });
      assert.deepEqual(
        certificate.subject.attributes.map(([, value]) => value),
        attributes.map(([, value]) => value),
      );
    }),
    { numRuns: 30 },
  );
});

test('several certificates in one PEM keep their order', () => {
  const text = `noise\n${file('rsa.pem')}between${file('rsa.key')}${file('ec.pem').replaceAll('\n', '\r\n')}`;
  const subjects = parsePemCertificates(text).map(({ subject }) => findNameValue(subject, 'CN'));
  assert.deepEqual(subjects, ['rsa signer', 'ec signer']);
  assert.throws(() => parsePemCertificates(''), code('malformed'));
  assert.throws(() => parsePemCertificates('-----BEGIN CERTIFICATE-----\nAAAA'), code('malformed'));
  assert.throws(() => parsePemCertificates(toPem('CERTIFICATE', Buffer.from('x'))), code('malformed'));
  assert.equal(toPem('CERTIFICATE', only('rsa.pem').der), file('rsa.pem'));
});

test('private keys open, protected ones are refused by name', () => {
  assert.equal(parsePrivateKey(file('rsa.key')).asymmetricKeyType, 'rsa');
  assert.equal(parsePrivateKey(file('ec.key')).asymmetricKeyType, 'ec');
  for (const name of ['encrypted.key', 'encrypted-pkcs1.key']) {
    assert.throws(
      () => parsePrivateKey(file(name)),
      (error) => code('unsupported')(error) && /passphrase/.test(String(error)),
    );
  }
  const ed25519 = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' });
  assert.throws(() => parsePrivateKey(String(ed25519)), code('unsupported'));
  for (const text of ['', 'x', file('rsa.pem')]) assert.throws(() => parsePrivateKey(text), code('malformed'));
});
