import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { ActionRequest } from '@tsukasa/api';
import { type PlistDict, parseCommand, parseEnrollmentProfile, writePlist } from '@tsukasa/apple-mdm';
import { buildCsr, buildName, buildSignedData, issueCertificate, parseCertificate, spkiOf } from '@tsukasa/cms';
import { buildRequest, type Identity, parseCertRep } from '@tsukasa/scep';
import type { MovableClock } from '../../base/clock.ts';
import { type ContractorId, type Id, newId, parseUuid } from '../../base/ids.ts';
import type { AppleBench, DeviceFacts } from './testing.ts';

export const TOPIC = 'com.apple.mgmt.External.11111111-2222-3333-4444-555555555555';
/** The header in which the test's proxy hands over certificates. */
export const CERT_HEADER = 'client-cert';
/** One key for all devices of a test file: making one takes longer than everything else. */
export const KEY = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;

export type Answer = { readonly status: number; readonly body: Buffer; readonly contentType: string | null };
export type Transport = 'header' | 'signature' | 'both' | 'none';

/** A device that speaks the protocol over real requests: SCEP, check-in, connect. */
export class TestDevice {
  /** Another one after the server was started anew. */
  bench: AppleBench;
  readonly contractorId: ContractorId;
  readonly udid: string;
  readonly facts: DeviceFacts;
  identity: Identity = { certificate: Buffer.alloc(0), privateKey: KEY };
  transport: Transport = 'header';
  deviceId = '';
  checkInUrl = '';
  serverUrl = '';

  constructor(bench: AppleBench, contractorId: ContractorId, facts: DeviceFacts = {}, udid: string = newId()) {
    this.bench = bench;
    this.contractorId = contractorId;
    this.udid = udid;
    this.facts = { OSVersion: '17.4', ProductName: 'iPhone15,2', SerialNumber: udid.slice(-12), ...facts };
  }

  /** Fetches the profile behind a link and gets its certificate. */
  async install(link: string): Promise<void> {
    const response = await fetch(link);
    assert.equal(response.status, 200);
    await this.useProfile(Buffer.from(await response.arrayBuffer()));
  }

  async useProfile(profile: Buffer): Promise<void> {
    const { scep, serverUrl, checkInUrl } = parseEnrollmentProfile(profile);
    this.serverUrl = serverUrl;
    this.checkInUrl = checkInUrl;
    this.identity = await scepIdentity(scep.url, scep.challenge, this.bench.clock);
  }

  async enroll(): Promise<void> {
    assert.equal((await this.authenticate()).status, 200);
    assert.equal((await this.tokenUpdate()).status, 200);
    const text = 'select device_id from apple_enrollments where contractor_id = $1 and udid = $2 and state = $3';
    const rows = await this.bench.database.query<{ device_id: string }>(text, [
      this.contractorId,
      this.udid,
      'enrolled',
    ]);
    this.deviceId = rows[0]?.device_id ?? '';
    assert.notEqual(this.deviceId, '');
  }

  authenticate(more: PlistDict = {}): Promise<Answer> {
    return this.checkIn({ MessageType: 'Authenticate', Topic: TOPIC, ...this.facts, ...more });
  }

  tokenUpdate(more: PlistDict = {}): Promise<Answer> {
    const token = Buffer.from(this.udid.replaceAll('-', ''), 'hex');
    return this.checkIn({ MessageType: 'TokenUpdate', Topic: TOPIC, Token: token, PushMagic: 'magic', ...more });
  }

  checkIn(message: PlistDict): Promise<Answer> {
    const body = writePlist({ UDID: this.udid, ...message });
    return this.send(this.checkInUrl, body, 'application/x-apple-aspen-mdm-checkin');
  }

  connect(message: PlistDict): Promise<Answer> {
    return this.send(this.serverUrl, writePlist({ UDID: this.udid, ...message }), 'application/x-apple-aspen-mdm');
  }

  idle(): Promise<Answer> {
    return this.connect({ Status: 'Idle' });
  }

  /** The next command of a session that begins now. */
  async poll(): Promise<Fetched | undefined> {
    return fetched(await this.idle());
  }

  /** Answers a command; the next one of the session. */
  async answer(command: Fetched, status = 'Acknowledged', more: PlistDict = {}): Promise<Fetched | undefined> {
    return fetched(await this.connect({ Status: status, CommandUUID: command.uuid, ...more }));
  }

  /** Acknowledges everything that waits with the least that is an answer; the request types in order. */
  async drain(): Promise<readonly string[]> {
    const seen: string[] = [];
    for (
      let command = await this.poll();
      command !== undefined;
      command = await this.answer(command, 'Acknowledged', answerTo(command))
    ) {
      seen.push(command.requestType);
    }
    await this.bench.apple.settle();
    return seen;
  }

  async send(url: string, body: Buffer, contentType = 'application/x-apple-aspen-mdm'): Promise<Answer> {
    const headers: Record<string, string> = { 'content-type': contentType };
    const { certificate, privateKey } = this.identity;
    if (this.transport === 'header' || this.transport === 'both') {
      headers[CERT_HEADER] = `:${Buffer.from(certificate).toString('base64')}:`;
    }
    if (this.transport === 'signature' || this.transport === 'both') {
      const signature = buildSignedData({ content: body, detached: true, certificate, privateKey });
      headers['mdm-signature'] = signature.toString('base64');
    }
    return put(url, body, headers);
  }

  ask(request: ActionRequest): Promise<{ readonly actionId: string }> {
    return this.bench.ask(this.contractorId, this.deviceId, request);
  }

  async actionState(actionId: string): Promise<string> {
    return (await this.bench.action(this.contractorId, actionId)).state;
  }
}

export async function put(url: string, body: Buffer, headers: Readonly<Record<string, string>>): Promise<Answer> {
  const response = await fetch(url, { method: 'PUT', headers, body: new Uint8Array(body) });
  const contentType = response.headers.get('content-type');
  return { status: response.status, body: Buffer.from(await response.arrayBuffer()), contentType };
}

export type Fetched = { readonly uuid: string; readonly requestType: string; readonly command: PlistDict };

/** The command in an answer of the command channel; undefined for the empty one. */
export function fetched({ status, body }: Answer): Fetched | undefined {
  assert.equal(status, 200, body.toString());
  if (body.length === 0) return undefined;
  const { commandUuid, command } = parseCommand(body);
  return { uuid: commandUuid, requestType: String(command.RequestType), command };
}

/** The least that counts as an answer. */
export function answerTo({ requestType }: Fetched): PlistDict {
  switch (requestType) {
    case 'DeviceInformation':
      return {
        QueryResponses: { DeviceName: 'iPhone', OSVersion: '17.4', ProductName: 'iPhone15,2', IsSupervised: true },
      };
    case 'SecurityInfo':
      return { SecurityInfo: { PasscodePresent: true, HardwareEncryptionCaps: 3 } };
    case 'InstalledApplicationList':
      return { InstalledApplicationList: [] };
    case 'ProfileList':
      return { ProfileList: [] };
    case 'CertificateList':
      return { CertificateList: [] };
    default:
      return {};
  }
}

/** A certificate through SCEP, with the challenge of a profile. */
export async function scepIdentity(
  url: string,
  challenge: string,
  clock: MovableClock,
  key: KeyObject = KEY,
): Promise<Identity> {
  const now = clock.now().epochMilliseconds;
  const subject = buildName([['CN', 'device']]);
  const ca = Buffer.from(await (await fetch(`${url}?operation=GetCACert`)).arrayBuffer());
  const self = issueCertificate({
    issuer: 'self',
    issuerKey: key,
    subject,
    spki: spkiOf(key),
    serial: Buffer.from([1]),
    notBefore: now - 60_000,
    notAfter: now + 3_600_000,
  });
  const signer: Identity = { certificate: self.der, privateKey: key };
  const senderNonce = Buffer.alloc(16, 5);
  const transactionId = newId<'Transaction'>();
  const content = buildCsr({ subject, privateKey: key, challengePassword: challenge });
  const message = buildRequest({ messageType: 'PKCSReq', content, signer, recipient: ca, transactionId, senderNonce });
  const headers = { 'content-type': 'application/x-pki-message' };
  const response = await fetch(`${url}?operation=PKIOperation`, {
    method: 'POST',
    headers,
    body: new Uint8Array(message),
  });
  const reply = parseCertRep(Buffer.from(await response.arrayBuffer()), {
    caCertificates: [ca],
    transactionId,
    senderNonce,
    recipient: signer,
  });
  assert.equal(reply.status, 'SUCCESS');
  const [certificate] = reply.status === 'SUCCESS' ? reply.certificates : [];
  assert.ok(certificate);
  return { certificate, privateKey: key };
}

/** Serial number of a device's certificate, as the certificates room writes it. */
export function serialOf({ identity }: TestDevice): string {
  return parseCertificate(identity.certificate).serialHex;
}

export function deviceIdOf(device: TestDevice): Id<'Device'> {
  return parseUuid<'Device'>(device.deviceId, 'deviceId');
}
