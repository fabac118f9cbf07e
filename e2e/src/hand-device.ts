import { generateKeyPairSync, type KeyObject, randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { type EnrollmentInstructions, type PlistDict, parseEnrollmentProfile, writePlist } from '@tsukasa/apple-mdm';
import { buildCsr, buildName, buildSignedData, issueCertificate, spkiOf } from '@tsukasa/cms';
import { buildRequest, type CertRep, type Identity, MEDIA_TYPES, parseCaCert, parseCertRep } from '@tsukasa/scep';

/** An answer of a device endpoint. */
export type Reply = { readonly status: number; readonly type: string; readonly body: Buffer };

const DAY_MS = 86_400_000;

/** The profile behind a link, fetched as a device does. */
export async function fetchInstructions(link: string): Promise<EnrollmentInstructions> {
  const response = await fetch(link, { headers: { accept: '*/*' } });
  if (response.status !== 200) throw new Error(`the link was answered ${response.status}`);
  return parseEnrollmentProfile(Buffer.from(await response.arrayBuffer()));
}

export function newKey(bits = 2048): KeyObject {
  return generateKeyPairSync('rsa', { modulusLength: bits }).privateKey;
}

/** A certificate that nobody but its holder vouches for. */
export function selfSigned(privateKey: KeyObject, name = 'Somebody'): Identity {
  const now = Temporal.Now.instant().epochMilliseconds;
  const certificate = issueCertificate({
    issuer: 'self',
    issuerKey: privateKey,
    subject: buildName([['CN', name]]),
    spki: spkiOf(privateKey),
    serial: Buffer.concat([Buffer.from([0x40]), randomBytes(8)]),
    notBefore: now - DAY_MS,
    notAfter: now + DAY_MS,
    keyUsage: ['digitalSignature', 'keyEncipherment'],
  });
  return { certificate: certificate.der, privateKey };
}

/** What a SCEP client sends, wrong on purpose where the options say so. */
export type ScepRequest = {
  readonly url: string;
  readonly challenge?: string;
  readonly privateKey?: KeyObject;
  /** Changes the request before it is enveloped and signed. */
  readonly csr?: (csr: Buffer) => Buffer;
};

/** Asks the CA behind `url` for a certificate, with one key; the reply is verified as a client does. */
export async function requestCertificate(
  request: ScepRequest,
): Promise<{ readonly answer: CertRep; readonly privateKey: KeyObject }> {
  const { privateKey = newKey(), challenge } = request;
  const { body } = await httpScep(request.url, 'GetCACert');
  const caCertificates = parseCaCert(MEDIA_TYPES.caCert, body);
  const [recipient] = caCertificates;
  if (recipient === undefined) throw new Error('the CA has no certificate');
  const signer = selfSigned(privateKey);
  const made = buildCsr({
    subject: buildName([['CN', 'Device']]),
    privateKey,
    ...(challenge === undefined ? {} : { challengePassword: challenge }),
  });
  const senderNonce = randomBytes(16);
  const transactionId = randomBytes(16).toString('hex');
  const content = request.csr?.(made) ?? made;
  const message = buildRequest({ messageType: 'PKCSReq', content, signer, recipient, transactionId, senderNonce });
  const reply = await httpScep(request.url, 'PKIOperation', message);
  if (reply.status !== 200) throw new Error(`PKIOperation was answered ${reply.status}`);
  const answer = parseCertRep(reply.body, { caCertificates, transactionId, senderNonce, recipient: signer });
  return { answer, privateKey };
}

/** One exchange with the SCEP endpoint; `message` is posted. */
export async function httpScep(url: string, operation: string, message?: Buffer): Promise<Reply> {
  const address = new URL(url);
  address.searchParams.set('operation', operation);
  const response = await fetch(address, {
    method: message === undefined ? 'GET' : 'POST',
    ...(message === undefined
      ? {}
      : { body: new Uint8Array(message), headers: { 'content-type': MEDIA_TYPES.pkiMessage } }),
    signal: AbortSignal.timeout(30_000),
  });
  return replyOf(response);
}

async function replyOf(response: Response): Promise<Reply> {
  const type = response.headers.get('content-type') ?? '';
  return { status: response.status, type, body: Buffer.from(await response.arrayBuffer()) };
}

/** A device whose every message is made by hand, so that any of them can be wrong. */
export class HandDevice {
  readonly udid = randomUUID().toUpperCase();
  readonly serialNumber = `H${randomBytes(4).toString('hex').toUpperCase()}`;
  readonly instructions: EnrollmentInstructions;
  readonly identity: Identity;

  private constructor(instructions: EnrollmentInstructions, identity: Identity) {
    this.instructions = instructions;
    this.identity = identity;
  }

  /** Has a certificate for the invitation, and has not yet said a word. */
  static async withCertificate(link: string): Promise<HandDevice> {
    const instructions = await fetchInstructions(link);
    const { url, challenge } = instructions.scep;
    const { answer, privateKey } = await requestCertificate({ url, challenge });
    if (answer.status !== 'SUCCESS') throw new Error(`no certificate: ${JSON.stringify(answer)}`);
    const [certificate] = answer.certificates;
    if (certificate === undefined) throw new Error('no certificate came');
    return new HandDevice(instructions, { certificate, privateKey });
  }

  /** Enrolled: it has said Authenticate and TokenUpdate. */
  static async enrolled(link: string): Promise<HandDevice> {
    const device = await HandDevice.withCertificate(link);
    for (const message of [device.authenticate(), device.tokenUpdate()]) {
      const { status, body } = await device.checkIn(message);
      if (status !== 200)
        throw new Error(`${String(message['MessageType'])} was answered ${status}: ${body.toString()}`);
    }
    return device;
  }

  authenticate(): PlistDict {
    return {
      MessageType: 'Authenticate',
      UDID: this.udid,
      Topic: this.instructions.topic,
      DeviceName: 'Hand-made',
      Model: 'MU9D3J',
      ModelName: 'iPhone',
      ProductName: 'iPhone15,4',
      OSVersion: '18.5',
      BuildVersion: '22F76',
      SerialNumber: this.serialNumber,
    };
  }

  tokenUpdate(): PlistDict {
    return {
      MessageType: 'TokenUpdate',
      UDID: this.udid,
      Topic: this.instructions.topic,
      Token: randomBytes(32),
      PushMagic: randomUUID().toUpperCase(),
      NotOnConsole: false,
    };
  }

  idle(): PlistDict {
    return { Status: 'Idle', UDID: this.udid };
  }

  checkIn(message: PlistDict | Buffer, as: Identity = this.identity): Promise<Reply> {
    return put(this.instructions.checkInUrl, bytesOf(message), signatureOf(bytesOf(message), as));
  }

  connect(report: PlistDict | Buffer, as: Identity = this.identity): Promise<Reply> {
    return put(this.instructions.serverUrl, bytesOf(report), signatureOf(bytesOf(report), as));
  }
}

function bytesOf(message: PlistDict | Buffer): Buffer {
  return Buffer.isBuffer(message) ? message : writePlist(message);
}

/** The `Mdm-Signature` of a body. */
export function signatureOf(body: Buffer, { certificate, privateKey }: Identity): string {
  return buildSignedData({ content: body, detached: true, certificate, privateKey }).toString('base64');
}

/** Announces a body of this length, sends a little of it, and waits for what is said to that. */
export async function announce(url: string, length: number): Promise<Reply> {
  const outgoing = request(url, { method: 'PUT', headers: { 'content-length': String(length) } });
  outgoing.on('error', () => undefined); // the connection ends before the body does
  outgoing.write(' ');
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  const body = await buffer(incoming);
  outgoing.destroy();
  return { status: incoming.statusCode ?? 0, type: incoming.headers['content-type'] ?? '', body };
}

/** Sends a body whose length nobody is told beforehand. */
export async function stream(url: string, body: Buffer): Promise<Reply> {
  const response = await fetch(url, {
    method: 'PUT',
    body: new Blob([new Uint8Array(body)]).stream(),
    duplex: 'half',
    signal: AbortSignal.timeout(30_000),
  });
  return replyOf(response);
}

/** Sends bytes to a device endpoint, with or without a signature. */
export async function put(url: string, body: Buffer, signature?: string): Promise<Reply> {
  const response = await fetch(url, {
    method: 'PUT',
    headers: {
      'content-type': 'application/x-apple-aspen-mdm-checkin',
      ...(signature === undefined ? {} : { 'mdm-signature': signature }),
    },
    body: new Uint8Array(body),
    signal: AbortSignal.timeout(30_000),
  });
  return replyOf(response);
}
