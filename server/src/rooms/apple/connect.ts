import { type ConnectSummary, PLIST_CONTENT_TYPE, parseConnect, scanConnect } from '@tsukasa/apple-mdm';
import type { Clock } from '../../base/clock.ts';
import type { ContractorId } from '../../base/ids.ts';
import { isUuid } from '../../base/ids.ts';
import { CONTACT_SECONDS, type Ledger } from '../devices/index.ts';
import { ANSWER_STATUSES, type AnswerStatus, type ChannelStore, type NextCommand } from './channel-store.ts';
import { EXPIRED_GRACE_DAYS } from './limits.ts';
import type { AppleMetrics } from './metrics.ts';
import type { Binding, CommandId, KnownCertificate } from './model.ts';
import { Refusal } from './refusal.ts';
import { EMPTY, type Reply } from './reply.ts';

const DAY_MS = 86_400_000;

export type ConnectDeps = {
  readonly clock: Clock;
  readonly store: ChannelStore;
  readonly ledger: Ledger;
  readonly metrics: AppleMetrics;
  /** Opens a sealed command. */
  readonly open: (contractorId: ContractorId, commandId: CommandId, sealed: Buffer) => Promise<Buffer>;
  /** There are answers to interpret. */
  readonly answered: () => void;
};

type Turn = { readonly instant: Temporal.Instant; readonly milliseconds: number };

/** The command channel: plain functions over one batched statement per contact. Fact sheet 3. */
export class Connect {
  readonly #deps: ConnectDeps;
  #thisTurn: Turn | undefined;

  constructor(deps: ConnectDeps) {
    this.#deps = deps;
  }

  /** Answers one report. Rejects with `Refusal`, `PlistError`, or what the database could not do. */
  async handle(known: KnownCertificate, body: Buffer): Promise<Reply> {
    const summary = scanConnect(body) ?? parseConnect(body);
    const binding = bindingOf(known, summary);
    const now = this.#turn();
    const renewalOnly = this.#isExpired(known, binding, now);
    this.#noteContact(known, binding, now);
    // We ask for no user channel; one that speaks all the same has nothing to do.
    if (summary.ids.userId !== undefined || summary.ids.enrollmentUserId !== undefined) return EMPTY;
    const contact = { contractorId: known.contractorId, hash: known.hash, renewalOnly };
    const status = ANSWER_STATUSES.find((one) => one === summary.status);
    const reply =
      status === undefined
        ? await this.#poll(contact, summary, binding, now)
        : await this.#answer(contact, summary, status, body, binding, now);
    if (reply === undefined) return EMPTY;
    return this.#deliver(known.contractorId, reply);
  }

  async #poll(
    contact: Parameters<ChannelStore['poll']>[0],
    summary: ConnectSummary,
    { deviceId }: Binding,
    now: Turn,
  ): Promise<NextCommand | undefined> {
    if (summary.status === 'unknown') {
      // A word of a later OS: kept as an event; the command, if any, stays open and is delivered again.
      this.#event(contact.contractorId, 'channel.unknown_status', 'warning', deviceId, now, {
        status: summary.wireStatus.slice(0, 64),
      });
      return undefined;
    }
    this.#deps.metrics.contacts.idle.inc();
    const { refused, next } = await this.#deps.store.poll(contact);
    if (refused !== undefined) refuse(refused, deviceId);
    return next;
  }

  async #answer(
    contact: Parameters<ChannelStore['poll']>[0],
    summary: ConnectSummary,
    status: AnswerStatus,
    body: Buffer,
    { deviceId }: Binding,
    now: Turn,
  ): Promise<NextCommand | undefined> {
    this.#deps.metrics.contacts[status].inc();
    const commandId = commandIdOf(summary);
    if (commandId === undefined) {
      this.#event(contact.contractorId, 'channel.unknown_result', 'warning', deviceId, now);
      return (await this.#deps.store.poll(contact)).next;
    }
    const { refused, next, counted } = await this.#deps.store.answer({ ...contact, commandId, status, body });
    if (refused !== undefined) refuse(refused, deviceId);
    this.#deps.metrics.answers[counted].inc();
    if (counted === 'counted') this.#deps.answered();
    if (counted === 'unknown') this.#event(contact.contractorId, 'channel.unknown_result', 'warning', deviceId, now);
    if (counted === 'late') this.#event(contact.contractorId, 'channel.late_result', 'notice', deviceId, now);
    return next;
  }

  async #deliver(contractorId: ContractorId, next: NextCommand): Promise<Reply> {
    const body = next.sealed ? await this.#deps.open(contractorId, next.commandId, next.payload) : next.payload;
    this.#deps.metrics.delivered.inc();
    return { status: 200, contentType: PLIST_CONTENT_TYPE, body };
  }

  /** One instant for all contacts that are read in one turn of the event loop. */
  #turn(): Turn {
    if (this.#thisTurn === undefined) {
      const instant = this.#deps.clock.now();
      this.#thisTurn = { instant, milliseconds: instant.epochMilliseconds };
      setImmediate(() => {
        this.#thisTurn = undefined;
      });
    }
    return this.#thisTurn;
  }

  #isExpired(known: KnownCertificate, { deviceId }: Binding, now: Turn): boolean {
    const late = now.milliseconds - known.notAfter;
    if (late <= 0) return false;
    if (late > EXPIRED_GRACE_DAYS * DAY_MS) throw new Refusal('channel.expired_certificate', { deviceId });
    this.#event(known.contractorId, 'channel.renewal_overdue', 'alarm', deviceId, now);
    return true;
  }

  #noteContact(known: KnownCertificate, { deviceId }: Binding, now: Turn): void {
    const { instant, milliseconds } = now;
    if (milliseconds - known.contactAt < CONTACT_SECONDS * 1000) return;
    known.contactAt = milliseconds;
    this.#deps.ledger.contact({ contractorId: known.contractorId, deviceId, at: instant });
  }

  #event(
    contractorId: ContractorId,
    kind: string,
    severity: 'notice' | 'warning' | 'alarm',
    deviceId: Binding['deviceId'],
    { instant: now }: Turn,
    details: Readonly<Record<string, unknown>> = {},
  ): void {
    this.#deps.ledger.event({ contractorId, kind, severity, deviceId, dedupe: deviceId, details, now });
  }
}

function bindingOf(known: KnownCertificate, { ids }: ConnectSummary): Binding {
  const { binding } = known;
  if (binding === undefined) throw new Refusal('channel.unknown_device', { subject: known.hash });
  if (ids.udid === binding.udid) return binding;
  const { deviceId } = binding;
  throw new Refusal('channel.certificate_of_another_device', { deviceId });
}

function commandIdOf({ commandUuid }: ConnectSummary): CommandId | undefined {
  const lower = commandUuid?.toLowerCase();
  return isUuid(lower) ? (lower as CommandId) : undefined;
}

function refuse(
  verdict: 'unknown' | 'revoked' | 'superseded' | 'gone' | 'authenticated',
  deviceId: Binding['deviceId'],
) {
  switch (verdict) {
    case 'authenticated': // its TokenUpdate has not come yet: nothing for it (fact sheet 2.3)
      return;
    case 'unknown':
      throw new Refusal('channel.unknown_device', { deviceId });
    case 'revoked':
      throw new Refusal('channel.revoked_certificate', { deviceId });
    case 'superseded':
      throw new Refusal('channel.superseded_certificate', { deviceId });
    case 'gone':
      throw new Refusal('channel.gone', { deviceId });
  }
}
