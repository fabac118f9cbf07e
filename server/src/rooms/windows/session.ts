import { createHmac, hash as digest, randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import {
  AUTH_MD5,
  type Command,
  type OwnStatus,
  type PlacedCommand,
  parseSyncMl,
  replyBytes,
  type SyncMessage,
  verifyDigest,
  writeSyncMl,
} from '@tsukasa/windows-mdm';
import type { Clock } from '../../base/clock.ts';
import type { ContractorId } from '../../base/ids.ts';
import type { Log } from '../../base/log.ts';
import { SealError } from '../../base/secrets.ts';
import { type Identifier, IdentityRefusal, type KnownCertificate } from '../certificates/index.ts';
import { CONTACT_SECONDS, type DeviceId, type Ledger } from '../devices/index.ts';
import type { Binding, ChannelStore, Contact, Proof, QueuedCommand, TurnReply, Verdict } from './channel-store.ts';
import type { CommandId } from './model.ts';
import { type Heard, hear, PROBE_INDEX } from './session-message.ts';
import type { SessionMetrics } from './session-metrics.ts';
import { SESSION_REFUSALS, SessionRefusal, type SessionRefusalKind } from './session-refusal.ts';

const NONCE_BYTES = 16;
const TOKEN_BYTES = 12;
/** More than any message has room for: nothing is sent. */
const NO_ROOM = 1 << 30;
/**
 * Lists are named first and then asked for. How often one session is kept open for that: a PC takes longer for a message than
 * we take to read the one before, so once for each level of a list is enough, and the others are for slow moments. Our choice.
 */
export const MOST_LINGERS = 8;

/** What is known of a device that might prove itself by a digest. */
export type DigestFacts = {
  readonly deviceId: DeviceId;
  /** MD5 of name and secret. */
  readonly hash: Buffer;
  readonly nonce: Buffer;
};

export type SessionDeps = {
  readonly clock: Clock;
  readonly log: Log;
  readonly store: ChannelStore;
  readonly identifier: Identifier<Binding>;
  readonly ledger: Ledger;
  readonly metrics: SessionMetrics;
  /** The live enrollment of a DevId. */
  readonly digestFacts: (contractorId: ContractorId, devId: string) => Promise<DigestFacts | undefined>;
  /** Opens a sealed command. */
  readonly open: (contractorId: ContractorId, commandId: CommandId, sealed: Buffer) => Promise<Buffer>;
  /** Key under which devices that do not exist get a nonce, so that they look like those that do. */
  readonly decoyKey: Buffer;
  /** Our URI as devices know it. */
  readonly serverUri: (contractorId: ContractorId) => string;
  /** There are answers to interpret. */
  readonly answered: () => void;
  /** Whether answers are interpreted so late that no session should wait for it. */
  readonly isBehind: () => boolean;
};

type Speaker = {
  readonly proof: Proof;
  readonly deviceId: DeviceId | undefined;
  /** A digest was given and was wrong. */
  readonly wrongDigest: boolean;
};

/** OMA DM sessions (MS-MDM; fact sheet 4): one batched statement for each message. */
export class Sessions {
  readonly #deps: SessionDeps;

  constructor(deps: SessionDeps) {
    this.#deps = deps;
  }

  /** Answers one message. Rejects with `XmlError` when it cannot be read, or what the database could not do. */
  async handle(request: IncomingMessage, contractorId: ContractorId, body: Buffer): Promise<Buffer> {
    const message = parseSyncMl(body);
    const heard = hear(message);
    try {
      requireVersion(message);
      const speaker = await this.#speaker(request, contractorId, message, body);
      return await this.#turn(contractorId, message, heard, body, speaker);
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal === undefined) throw error;
      this.refused(contractorId, refusal);
      return this.#refusal(contractorId, message, heard, refusal);
    }
  }

  /** Counts a refusal and shows it to the administrator. */
  refused(contractorId: ContractorId, { kind, detail, deviceId, subject }: SessionRefusal): void {
    const { clock, ledger, metrics } = this.#deps;
    metrics.refused(kind).inc();
    const { severity } = SESSION_REFUSALS[kind];
    if (severity === undefined) return;
    const details = detail === undefined ? {} : { detail };
    ledger.event({ contractorId, kind, severity, deviceId, dedupe: subject, details, now: clock.now() });
  }

  /** By certificate or signature, else by digest; the DeviceID alone is nobody (fact sheet 4.8). */
  async #speaker(
    request: IncomingMessage,
    contractorId: ContractorId,
    message: SyncMessage,
    body: Buffer,
  ): Promise<Speaker> {
    const presented = this.#deps.identifier.presented(request, body);
    if (presented === undefined) return this.#byDigest(contractorId, message);
    const found = this.#deps.identifier.known(presented, contractorId);
    const known = found instanceof Promise ? await found : found;
    const { deviceId } = this.#requireBinding(known, message.source);
    this.#noteContact(known, deviceId);
    const proof: Proof = { kind: 'certificate', hash: known.hash, signed: presented.how === 'signature' };
    return { proof, deviceId, wrongDigest: false };
  }

  #requireBinding({ binding, hash, notAfter }: KnownCertificate<Binding>, source: string): Binding {
    if (binding === undefined) throw new SessionRefusal('channel.unknown_device', { subject: hash });
    const { deviceId, devId } = binding;
    if (devId !== source) throw new SessionRefusal('channel.certificate_of_another_device', { deviceId });
    if (this.#deps.clock.now().epochMilliseconds > notAfter) {
      throw new SessionRefusal('channel.expired_certificate', { deviceId });
    }
    return binding;
  }

  async #byDigest(contractorId: ContractorId, { cred, source }: SyncMessage): Promise<Speaker> {
    const nobody: Speaker = { proof: { kind: 'none' }, deviceId: undefined, wrongDigest: cred !== undefined };
    if (cred === undefined || cred.type.toLowerCase() !== AUTH_MD5) return nobody;
    const facts = await this.#deps.digestFacts(contractorId, source);
    if (facts === undefined) return nobody;
    const { hash, nonce, deviceId } = facts;
    if (!verifyDigest(hash, nonce, cred.data)) return { ...nobody, deviceId };
    return { proof: { kind: 'digest', nonce }, deviceId, wrongDigest: false };
  }

  async #turn(
    contractorId: ContractorId,
    message: SyncMessage,
    heard: Heard,
    body: Buffer,
    speaker: Speaker,
  ): Promise<Buffer> {
    const contact = this.#contact(contractorId, message, heard, body, speaker.proof);
    const turn = await this.#deps.store.turn(contact);
    const kind = REFUSED[turn.verdict];
    if (kind !== undefined) throw this.#refusedBy(kind, contractorId, message, speaker, turn);
    this.#note(contractorId, heard, turn);
    return this.#reply(contractorId, message, heard, speaker.proof, turn);
  }

  #contact(contractorId: ContractorId, message: SyncMessage, heard: Heard, body: Buffer, proof: Proof): Contact {
    const { sessionId, msgId, source, maxMsgSize, final } = message;
    const statuses = [headerStatus(message, proof, Buffer.alloc(NONCE_BYTES)), ...heard.statuses];
    const reply = { sessionId, msgId, target: source, source: this.#deps.serverUri(contractorId), statuses };
    return {
      contractorId,
      proof,
      devId: source,
      sessionId,
      msgId,
      bodyHash: digest('sha256', body, 'hex'),
      heard,
      maxMsgSize,
      replyBytes: heard.stopping ? NO_ROOM : replyBytes(reply),
      final,
      patience: this.#deps.isBehind() ? 0 : MOST_LINGERS,
      nextNonce: randomBytes(NONCE_BYTES),
      newToken: randomBytes(TOKEN_BYTES).toString('hex'),
    };
  }

  #refusedBy(
    kind: SessionRefusalKind,
    contractorId: ContractorId,
    message: SyncMessage,
    { wrongDigest, deviceId = undefined }: Speaker,
    turn: TurnReply,
  ): SessionRefusal {
    if (turn.verdict !== 'no_proof') return new SessionRefusal(kind, { deviceId: turn.deviceId ?? deviceId });
    const nonce = turn.nonce ?? this.#decoy(contractorId, message.source);
    const wrong = wrongDigest || message.cred !== undefined;
    return new SessionRefusal(wrong ? 'channel.bad_credentials' : kind, { deviceId: turn.deviceId, nonce });
  }

  #decoy(contractorId: ContractorId, devId: string): Buffer {
    const mac = createHmac('sha256', this.#deps.decoyKey).update(`${contractorId}/${devId}`);
    return mac.digest().subarray(0, NONCE_BYTES);
  }

  #note(contractorId: ContractorId, heard: Heard, turn: TurnReply): void {
    const { metrics, answered, ledger, clock } = this.#deps;
    const { verdict, opened, deviceId, commands } = turn;
    if (verdict === 'repeat') {
      metrics.messages.repeated.inc();
      return;
    }
    metrics.messages[opened ? 'opened' : 'continued'].inc();
    metrics.sent(commands.length);
    if (heard.answers !== undefined || heard.report !== undefined) answered();
    if (deviceId === undefined) return;
    const now = clock.now();
    if (opened) ledger.contact({ contractorId, deviceId, at: now });
    if (turn.stray + heard.stray === 0) return;
    metrics.stray(turn.stray + heard.stray);
    const kind = 'channel.unknown_result';
    ledger.event({ contractorId, kind, severity: 'notice', deviceId, dedupe: deviceId, details: {}, now });
  }

  async #reply(
    contractorId: ContractorId,
    message: SyncMessage,
    heard: Heard,
    proof: Proof,
    { token = '', nonce, fresh, linger, commands }: TurnReply,
  ): Promise<Buffer> {
    const asked = await Promise.all(commands.map((command) => this.#placed(contractorId, command)));
    const probe = !fresh && message.final && !heard.leaving && !heard.stopping;
    const goesOn = !message.final && !heard.stopping && !heard.leaving;
    return writeSyncMl({
      sessionId: message.sessionId,
      msgId: message.msgId,
      target: message.source,
      source: this.#deps.serverUri(contractorId),
      statuses: [headerStatus(message, proof, nonce), ...heard.statuses],
      alert: heard.tooLarge ? 1223 : goesOn ? 1222 : undefined,
      token,
      commands: probe || linger ? [PROBE] : asked.flat(),
    });
  }

  /** None when its secret cannot be opened any more: then it is not sent, and the others are. */
  async #placed(contractorId: ContractorId, command: QueuedCommand): Promise<readonly PlacedCommand[]> {
    const { commandId, payload, sealed, asReplace, index } = command;
    try {
      const plain = sealed ? await this.#deps.open(contractorId, commandId, payload) : payload;
      const parsed: Command = JSON.parse(plain.toString('utf8')); // written by this room
      const replaced = asReplace && parsed.verb === 'Add' ? { ...parsed, verb: 'Replace' as const } : parsed;
      return [{ index, command: replaced }];
    } catch (error) {
      if (!(error instanceof SealError)) throw error;
      this.#deps.log.error('windows.command_cannot_be_opened', { contractorId, error });
      return [];
    }
  }

  #refusal(contractorId: ContractorId, message: SyncMessage, heard: Heard, { kind, nonce }: SessionRefusal): Buffer {
    const rule = SESSION_REFUSALS[kind];
    const status = 'sync' in rule ? rule.sync : 400;
    const nextNonce = nonce?.toString('base64');
    const statuses: OwnStatus[] = [{ cmdRef: '0', cmd: 'SyncHdr', status, nextNonce }];
    statuses.push(...heard.statuses.map((one) => ({ ...one, status })));
    return writeSyncMl({
      sessionId: message.sessionId,
      msgId: message.msgId,
      target: message.source,
      source: this.#deps.serverUri(contractorId),
      statuses,
      token: '0'.repeat(TOKEN_BYTES * 2),
      alert: kind === 'channel.flooded' ? 1223 : undefined,
      commands: [],
    });
  }

  #noteContact(known: KnownCertificate<Binding>, deviceId: DeviceId): void {
    const now = this.#deps.clock.now();
    if (now.epochMilliseconds - known.contactAt < CONTACT_SECONDS * 1000) return;
    known.contactAt = now.epochMilliseconds;
    this.#deps.ledger.contact({ contractorId: known.contractorId, deviceId, at: now });
  }
}

/** Reads what never changes anything; its answer means nothing but that the device is there. */
const PROBE: PlacedCommand = {
  index: PROBE_INDEX,
  command: { verb: 'Get', items: [{ target: './DevDetail/SwV' }] },
};

const REFUSED: Readonly<Partial<Record<Verdict, SessionRefusalKind>>> = {
  no_proof: 'channel.no_identity',
  out_of_order: 'channel.out_of_order',
  flooded: 'channel.flooded',
  unknown: 'channel.unknown_device',
  revoked: 'channel.revoked_certificate',
  superseded: 'channel.superseded_certificate',
  gone: 'channel.gone',
  other_device: 'channel.certificate_of_another_device',
};

/** 212 when credentials came, so that they need not come again in this session; after a digest with the next nonce. */
function headerStatus({ cred }: SyncMessage, proof: Proof, nonce: Buffer | undefined): OwnStatus {
  const status = cred === undefined ? 200 : 212;
  const next = cred !== undefined && proof.kind !== 'certificate' ? nonce?.toString('base64') : undefined;
  return { cmdRef: '0', cmd: 'SyncHdr', status, nextNonce: next };
}

function requireVersion({ verDtd, verProto }: SyncMessage): void {
  if (verDtd !== '1.2') throw new SessionRefusal('channel.unsupported_version');
  if (verProto !== 'DM/1.2') throw new SessionRefusal('channel.unsupported_protocol');
}

function refusalOf(error: unknown): SessionRefusal | undefined {
  if (error instanceof SessionRefusal) return error;
  if (!(error instanceof IdentityRefusal)) return undefined;
  const { problem, detail, subject } = error;
  return new SessionRefusal(`channel.${problem}`, { detail, subject });
}
