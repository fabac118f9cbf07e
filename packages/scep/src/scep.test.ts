import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { ContentCipher, DigestName } from '@tsukasa/cms';
import {
  buildCsr,
  buildEnvelopedData,
  buildName,
  buildSignedData,
  issueCertificate,
  octetString,
  parseCertificate,
  printableString,
  spkiOf,
} from '@tsukasa/cms';
import fc from 'fast-check';
import type { CertRepResult, RequestOptions } from './build.ts';
import { buildCertRep, buildRequest, issuerAndSubject, replyAlgorithms } from './build.ts';
import { parseCertRep } from './client.ts';
import type { FailInfo } from './constants.ts';
import { ATTRIBUTE, FAIL_INFOS, MESSAGE_TYPES } from './constants.ts';
import { failInfoOf, ScepError } from './errors.ts';
import type { Identity, PkiMessage } from './pki-message.ts';
import { decryptContent, decryptCsr, parsePkiMessage } from './pki-message.ts';

const file = (name: string): Buffer => readFileSync(new URL(`../testdata/${name}`, import.meta.url));
const ca: Identity = { certificate: file('ca.der'), privateKey: createPrivateKey(file('ca.key')) };
const subject = buildName([['CN', 'device']]);

function selfSigned(keys: { publicKey: Parameters<typeof spkiOf>[0]; privateKey: Identity['privateKey'] }): Identity {
  const certificate = issueCertificate({
    issuer: 'self',
    issuerKey: keys.privateKey,
    subject,
    spki: spkiOf(keys.publicKey),
    serial: Buffer.of(1),
    notBefore: 0,
    notAfter: Date.UTC(2040, 0, 1),
  });
  return { certificate: certificate.der, privateKey: keys.privateKey };
}

const client = selfSigned(generateKeyPairSync('rsa', { modulusLength: 2048 }));
const ecClient = selfSigned(generateKeyPairSync('ec', { namedCurve: 'P-256' }));
const stranger = selfSigned(generateKeyPairSync('rsa', { modulusLength: 2048 }));
const senderNonce = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex');
const csr = buildCsr({ subject, privateKey: client.privateKey, challengePassword: 'once' });
const request = (change: Partial<RequestOptions> = {}): Buffer =>
  buildRequest({
    messageType: 'PKCSReq',
    content: csr,
    signer: client,
    recipient: ca.certificate,
    transactionId: 'A1B2/+= ',
    senderNonce,
    ...change,
  });
const expected = { caCertificates: [ca.certificate], transactionId: 'A1B2/+= ', senderNonce, recipient: client };
const refuses = (failInfo: FailInfo) => (error: unknown) => error instanceof ScepError && error.failInfo === failInfo;

test('a PKCSReq of the Go client with single DES and SHA-1 is read, and answered with what it reads', () => {
  const message = parsePkiMessage(file('go-des-sha1.der'));
  assert.deepEqual([message.messageType, message.cipher, message.digest], ['PKCSReq', 'des-cbc', 'sha1']);
  assert.equal(decryptCsr(message, ca).challengePassword, 'go-challenge');
  const reply = parsePkiMessage(
    buildCertRep({ result: { status: 'SUCCESS', request: message, certificates: [ca.certificate] }, signer: ca }),
  );
  assert.deepEqual([reply.cipher, reply.digest], ['des-ede3-cbc', 'sha1']);
  assert.deepEqual([reply.transactionIdDer, reply.recipientNonce], [message.transactionIdDer, message.senderNonce]);
});

for (const messageType of ['PKCSReq', 'RenewalReq', 'UpdateReq'] as const) {
  for (const cipher of ['aes-128-cbc', 'aes-256-cbc', 'des-ede3-cbc'] as const) {
    for (const digest of ['sha1', 'sha256', 'sha512'] as const) {
      test(`${messageType} with ${cipher} and ${digest} goes there and back`, () => {
        const message = parsePkiMessage(request({ messageType, cipher, digest }));
        assert.equal(message.messageType, messageType);
        assert.equal(message.messageTypeCode, MESSAGE_TYPES[messageType]);
        assert.deepEqual([message.cipher, message.digest, message.transactionId], [cipher, digest, 'A1B2/+= ']);
        assert.deepEqual(
          [message.senderNonce, message.signerCertificate],
          [senderNonce, Buffer.from(client.certificate)],
        );
        const opened = decryptCsr(message, ca);
        assert.equal(opened.challengePassword, 'once');
        const certificates = [stranger.certificate, ca.certificate];
        const reply = buildCertRep({ result: { status: 'SUCCESS', request: message, certificates }, signer: ca });
        assert.deepEqual(parseCertRep(reply, expected), {
          status: 'SUCCESS',
          certificates: certificates.map((der) => Buffer.from(der)),
        });
      });
    }
  }
}

for (const failInfo of Object.keys(FAIL_INFOS) as FailInfo[]) {
  test(`failure ${failInfo} carries every attribute and no content`, () => {
    const message = parsePkiMessage(request());
    const reply = buildCertRep({
      result: { status: 'FAILURE', request: message, failInfo },
      signer: ca,
      senderNonce: Buffer.alloc(16, 7),
    });
    const read = parsePkiMessage(reply);
    assert.deepEqual(
      [read.messageType, read.pkiStatus, read.failInfo, read.content.length],
      ['CertRep', 'FAILURE', failInfo, 0],
    );
    assert.deepEqual([read.recipientNonce, read.senderNonce], [senderNonce, Buffer.alloc(16, 7)]);
    assert.deepEqual(parseCertRep(reply, expected), { status: 'FAILURE', failInfo });
  });
}

test('pending is answered, and polled for by issuer and subject', () => {
  const message = parsePkiMessage(request());
  assert.deepEqual(
    parseCertRep(buildCertRep({ result: { status: 'PENDING', request: message }, signer: ca }), expected),
    { status: 'PENDING' },
  );
  const content = issuerAndSubject(ca.certificate, subject);
  const poll = parsePkiMessage(request({ messageType: 'CertPoll', content }));
  assert.equal(poll.messageType, 'CertPoll');
  assert.deepEqual(decryptContent(poll, ca), content);
  assert.ok(content.includes(parseCertificate(ca.certificate).subject.der));
});

const RULE: readonly (readonly [ContentCipher | undefined, DigestName, string, string])[] = [
  ['aes-128-cbc', 'sha1', 'aes-128-cbc', 'sha256'],
  ['aes-256-cbc', 'sha256', 'aes-256-cbc', 'sha256'],
  ['des-cbc', 'sha256', 'aes-128-cbc', 'sha256'],
  ['des-ede3-cbc', 'sha512', 'aes-128-cbc', 'sha256'],
  ['des-cbc', 'sha1', 'des-ede3-cbc', 'sha1'],
  ['des-ede3-cbc', 'sha1', 'des-ede3-cbc', 'sha1'],
  [undefined, 'sha256', 'aes-128-cbc', 'sha256'],
];
for (const [cipher, digest, ...reply] of RULE) {
  test(`${cipher} and ${digest} are answered with ${reply.join(' and ')}`, () => {
    const { cipher: _, ...header } = parsePkiMessage(request());
    assert.deepEqual(Object.values(replyAlgorithms({ ...header, digest, ...(cipher && { cipher }) })), reply);
  });
}

test('a message type nobody lists is named unknown', () => {
  const attributes = [
    { oid: ATTRIBUTE.messageType, values: [printableString('99')] },
    { oid: ATTRIBUTE.transactionId, values: [printableString('t')] },
    { oid: ATTRIBUTE.senderNonce, values: [octetString(senderNonce)] },
  ];
  const sign = (from: number, to: number) =>
    buildSignedData({ ...client, content: Buffer.alloc(0), attributes: attributes.slice(from, to) });
  const message = parsePkiMessage(sign(0, 3));
  assert.deepEqual([message.messageType, message.messageTypeCode], ['unknown', '99']);
  assert.throws(() => parsePkiMessage(sign(0, 2)), refuses('badRequest'));
  assert.throws(() => parsePkiMessage(sign(1, 3)), refuses('badRequest'));
});

test('a broken signature is badMessageCheck and can still be answered', () => {
  const bytes = request();
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
  let refusal: unknown;
  try {
    parsePkiMessage(bytes);
  } catch (error) {
    refusal = error;
  }
  assert.ok(refusal instanceof ScepError && refusal.request !== undefined);
  assert.equal(refusal.failInfo, 'badMessageCheck');
  const result: CertRepResult = { status: 'FAILURE', request: refusal.request, failInfo: refusal.failInfo };
  assert.deepEqual(parseCertRep(buildCertRep({ result, signer: ca }), expected), {
    status: 'FAILURE',
    failInfo: 'badMessageCheck',
  });
});

test('an unknown content cipher is badAlg, an EC client cannot be answered with an envelope', () => {
  const message = parsePkiMessage(request({ signer: ecClient }));
  assert.throws(
    () => buildCertRep({ result: { status: 'SUCCESS', request: message, certificates: [ca.certificate] }, signer: ca }),
    refuses('badAlg'),
  );
});

test('what does not decrypt and what is no request look the same', () => {
  const seal = (content: Buffer, recipient = ca.certificate) =>
    buildEnvelopedData({ content, recipient, cipher: 'aes-128-cbc' });
  const message = parsePkiMessage(request());
  const other = buildCsr({ subject, privateKey: stranger.privateKey });
  const badSignature = Buffer.from(other);
  badSignature.writeUInt8(badSignature.readUInt8(badSignature.length - 1) ^ 1, badSignature.length - 1);
  const broken = Buffer.from(message.content);
  broken.writeUInt8(broken.readUInt8(broken.length - 20) ^ 1, broken.length - 20);
  const answers = [
    seal(Buffer.from('x')),
    seal(badSignature),
    seal(csr, client.certificate),
    broken,
    Buffer.alloc(0),
  ].map((content) => {
    try {
      decryptCsr({ ...message, content }, ca);
    } catch (error) {
      if (error instanceof ScepError)
        return `${error.failInfo} ${error.message} ${error.cause} ${error.request?.transactionId}`;
    }
    return 'accepted';
  });
  assert.deepEqual(
    new Set(answers),
    new Set(['badMessageCheck no certificate request in this envelope undefined A1B2/+= ']),
  );
});

test('a client takes no reply of a stranger, for another transaction or to another nonce', () => {
  const message = parsePkiMessage(request());
  const reply = (signer: Identity, change: Partial<PkiMessage> = {}) =>
    buildCertRep({ result: { status: 'PENDING', request: { ...message, ...change } }, signer });
  assert.throws(() => parseCertRep(reply(stranger), expected), refuses('badMessageCheck'));
  assert.throws(
    () => parseCertRep(reply(ca, { transactionIdDer: printableString('other') }), expected),
    refuses('badRequest'),
  );
  assert.throws(() => parseCertRep(reply(ca, { senderNonce: Buffer.alloc(16) }), expected), refuses('badRequest'));
  assert.throws(() => parseCertRep(request({ signer: ca }), expected), refuses('badRequest'));
});

test('no bytes end in anything but ScepError', () => {
  const message = request();
  const changed = fc.tuple(fc.nat(message.length - 1), fc.integer({ min: 1, max: 255 })).map(([at, mask]) => {
    const bytes = Buffer.from(message);
    bytes.writeUInt8(bytes.readUInt8(at) ^ mask, at);
    return bytes;
  });
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array(), changed), (bytes) => {
      try {
        decryptCsr(parsePkiMessage(bytes), ca);
      } catch (error) {
        assert.ok(error instanceof ScepError && failInfoOf(error) !== undefined, String(error));
      }
    }),
    { numRuns: 500 },
  );
});

test('a bug keeps its own error', () => assert.equal(failInfoOf(new TypeError('bug')), undefined));
