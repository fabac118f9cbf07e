import assert from 'node:assert/strict';
import { createPrivateKey, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { issuerAndSerialNumber, parseCertificate, publicKeyOf } from './certificate.ts';
import { TAG } from './der.ts';
import {
  context,
  derNull,
  encode,
  objectIdentifier,
  octetString,
  sequence,
  setOf,
  smallInteger,
} from './der-writer.ts';
import type { CmsErrorCode } from './errors.ts';
import { CmsError } from './errors.ts';
import { OID } from './oids.ts';
import { parsePemCertificates } from './pem.ts';
import { DIGESTS, digestAlgorithm } from './signature.ts';
import { parseCertsOnly, parseSignedData, verifyAttached, verifyDetached, verifySigner } from './signed-data.ts';
import { buildCertsOnly, buildSignedData } from './signed-data-writer.ts';

const file = (name: string): Buffer => readFileSync(new URL(`../testdata/${name}`, import.meta.url));
const identity = (name: string) => {
  const [certificate] = parsePemCertificates(file(`${name}.pem`).toString());
  assert.ok(certificate);
  return { certificate: certificate.der, privateKey: createPrivateKey(file(`${name}.key`)) };
};
const rsa = identity('rsa');
const ec = identity('ec');
const content = file('content.txt');
const code = (expected: CmsErrorCode) => (error: unknown) => error instanceof CmsError && error.code === expected;

for (const [name, digest] of [
  ['rsa-sha256', 'sha256'],
  ['rsa-sha1', 'sha1'],
  ['rsa-pss', 'sha256'],
  ['rsa-keyid', 'sha256'],
  ['rsa-noattr', 'sha256'],
  ['rsa-stream', 'sha256'],
  ['ec-sha384', 'sha384'],
] as const) {
  test(`${name} of OpenSSL verifies over its content and no other`, () => {
    const verified = verifyDetached(file(`${name}.der`), content);
    assert.ok(verified.certificate.equals(name.startsWith('ec') ? ec.certificate : rsa.certificate));
    assert.equal(verified.digest, digest);
    assert.equal(verified.signingTime === undefined, name === 'rsa-noattr');
    for (const wrong of [Buffer.alloc(0), content.subarray(1), Buffer.concat([content, Buffer.of(0)])]) {
      assert.throws(() => verifyDetached(file(`${name}.der`), wrong), code('bad_signature'));
    }
  });
}

test('streamed BER carries its content', () => {
  assert.ok(verifyAttached(file('rsa-stream.der')).content.equals(content));
  assert.throws(() => verifyAttached(file('rsa-sha256.der')), code('malformed'));
});

test('two signers verify one by one, and are refused where one belongs', () => {
  const signedData = parseSignedData(file('two-signers.der'));
  const certificates = signedData.signers.map((signer) => verifySigner(signedData, signer, content).certificate);
  assert.deepEqual(new Set(certificates.map(String)), new Set([rsa, ec].map(({ certificate }) => String(certificate))));
  assert.throws(() => verifyDetached(file('two-signers.der'), content), code('malformed'));
});

for (const who of [rsa, ec]) {
  for (const digest of DIGESTS) {
    test(`${who.privateKey.asymmetricKeyType} with ${digest} is read back, attached and detached`, () => {
      const signingTime = Date.UTC(2026, 5, 1);
      const attributes = [{ oid: '1.2.3', values: [octetString(Buffer.of(1))] }];
      const attached = buildSignedData({
        ...who,
        content,
        digest,
        signingTime,
        attributes,
        extraCertificates: [ec.certificate],
      });
      const detached = buildSignedData({ ...who, content, digest, detached: true });
      const { signer, signedData, ...verified } = verifyAttached(attached);
      assert.deepEqual(verified, { certificate: Buffer.from(who.certificate), digest, signingTime, content });
      assert.deepEqual(signer.signedAttributes?.find(({ oid }) => oid === '1.2.3')?.values, attributes[0]?.values);
      assert.equal(signedData.certificates.length, 2);
      assert.equal(parseSignedData(detached).content, undefined);
      assert.deepEqual(verifyDetached(detached, content), { certificate: Buffer.from(who.certificate), digest });
    });
  }
}

test('the caller may bring the key; it is asked for the certificate the signer names', () => {
  const der = buildSignedData({ ...rsa, content, detached: true, extraCertificates: [ec.certificate] });
  const asked: Buffer[] = [];
  const publicKey = (certificate: Buffer) => {
    asked.push(certificate);
    return publicKeyOf(parseCertificate(certificate));
  };
  verifyDetached(der, content, { publicKey });
  assert.deepEqual(asked, [Buffer.from(rsa.certificate)]);
  const wrong = { publicKey: () => publicKeyOf(parseCertificate(ec.certificate)) };
  assert.throws(() => verifyDetached(der, content, wrong), code('bad_signature'));
});

/** A signature of our RSA key around hand-made parts. */
function forge(parts: {
  contentType?: string;
  attributes?: readonly Buffer[];
  signed: Buffer;
  certificates?: readonly Buffer[];
}): Buffer {
  const { contentType = OID.data, attributes, signed, certificates = [rsa.certificate] } = parts;
  const signer = sequence(
    smallInteger(1),
    issuerAndSerialNumber(parseCertificate(rsa.certificate)),
    digestAlgorithm('sha256'),
    ...(attributes === undefined ? [] : [encode(0xa0, ...attributes)]),
    sequence(objectIdentifier(OID.rsaEncryption), derNull()),
    octetString(sign('sha256', signed, rsa.privateKey)),
  );
  const signedData = sequence(
    smallInteger(1),
    setOf([digestAlgorithm('sha256')]),
    sequence(objectIdentifier(contentType)),
    context(0, ...certificates),
    encode(TAG.set, signer),
  );
  return sequence(objectIdentifier(OID.signedData), context(0, signedData));
}

const attribute = (oid: string, ...values: Buffer[]) => sequence(objectIdentifier(oid), encode(TAG.set, ...values));
const typeAttribute = attribute(OID.contentType, objectIdentifier(OID.data));
const digestAttribute = (of: Buffer) => attribute(OID.messageDigest, octetString(of));
const goodDigest = Buffer.from('7a3b', 'hex');

test('signed attributes of one message do not pass as the content of another', () => {
  const genuine = parseSignedData(file('rsa-sha256.der')).signers[0]?.signedBytes;
  assert.ok(genuine);
  assert.throws(() => verifyDetached(forge({ signed: genuine }), genuine), code('bad_signature'));
  const harmless = Buffer.from('1 is where a set begins');
  assert.ok(verifyDetached(forge({ signed: harmless }), harmless).certificate.equals(rsa.certificate));
});

for (const [name, attributes, expected] of [
  ['no messageDigest', [typeAttribute], 'malformed'],
  ['no contentType', [digestAttribute(goodDigest)], 'malformed'],
  ['two messageDigests', [typeAttribute, digestAttribute(goodDigest), digestAttribute(goodDigest)], 'malformed'],
  [
    'two values',
    [typeAttribute, attribute(OID.messageDigest, octetString(goodDigest), octetString(goodDigest))],
    'malformed',
  ],
  ['a short digest', [typeAttribute, digestAttribute(goodDigest)], 'bad_signature'],
  [
    'another content type',
    [attribute(OID.contentType, objectIdentifier(OID.signedData)), digestAttribute(goodDigest)],
    'bad_signature',
  ],
  ['no attributes', [], 'malformed'],
] as const) {
  test(`signed attributes with ${name} are refused`, () => {
    const der = forge({ attributes, signed: encode(TAG.set, ...attributes) });
    assert.throws(() => verifyDetached(der, content), code(expected));
  });
}

test('a content type other than data needs signed attributes', () => {
  assert.throws(
    () => verifyDetached(forge({ contentType: OID.envelopedData, signed: content }), content),
    code('malformed'),
  );
});

test('a signer whose certificate is not carried is refused, one beside rubbish is found', () => {
  const signed = content;
  assert.throws(() => verifyDetached(forge({ signed, certificates: [ec.certificate] }), content), code('malformed'));
  const beside = [sequence(smallInteger(1)), rsa.certificate];
  assert.ok(verifyDetached(forge({ signed, certificates: beside }), content).certificate.equals(rsa.certificate));
});

test('certificates alone keep their order', () => {
  const certificates = [rsa.certificate, ec.certificate];
  assert.deepEqual(
    parseCertsOnly(buildCertsOnly(certificates)),
    certificates.map((der) => Buffer.from(der)),
  );
  assert.deepEqual(parseCertsOnly(buildCertsOnly([...certificates].reverse())), [...certificates].reverse());
  assert.equal(parseCertsOnly(file('certs-only.der')).length, 2);
  assert.throws(() => verifyDetached(buildCertsOnly(certificates), content), code('malformed'));
});

test('a changed octet ends in a verified signer or in CmsError', () => {
  const messages = ['rsa-sha256', 'rsa-pss', 'rsa-stream', 'rsa-keyid', 'ec-sha384'].map((name) => file(`${name}.der`));
  fc.assert(
    fc.property(fc.constantFrom(...messages), fc.nat(), fc.integer({ min: 1, max: 255 }), (message, at, mask) => {
      const changed = Buffer.from(message);
      const index = at % changed.length;
      changed.writeUInt8(changed.readUInt8(index) ^ mask, index);
      try {
        // The signer's certificate is carried unsigned, so a change inside it may pass here: its issuer's check is next.
        verifyDetached(changed, content);
      } catch (error) {
        assert.ok(error instanceof CmsError, String(error));
      }
    }),
    { numRuns: 2000 },
  );
});

test('a truncated message is malformed', () => {
  const message = file('rsa-stream.der');
  fc.assert(
    fc.property(fc.nat(message.length - 1), (length) => {
      assert.throws(() => verifyDetached(message.subarray(0, length), content), code('malformed'));
    }),
  );
});
