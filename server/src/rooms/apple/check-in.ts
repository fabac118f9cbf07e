import {
  bootstrapTokenBody,
  type CheckinMessage,
  normaliseIds,
  PLIST_CONTENT_TYPE,
  parseCheckin,
} from '@tsukasa/apple-mdm';
import type { Clock } from '../../base/clock.ts';
import type { Db, Tx } from '../../base/db.ts';
import { retryDeadlock } from '../../base/deadlock.ts';
import type { ContractorId } from '../../base/ids.ts';
import type { Secrets } from '../../base/secrets.ts';
import type { Actions } from '../actions/index.ts';
import type { Certificates } from '../certificates/index.ts';
import { CONTACT_SECONDS, type DeviceSupport, type Entitlement, type Ledger, markUnmanaged } from '../devices/index.ts';
import { authenticate } from './authenticate.ts';
import { finishOpen } from './command-store.ts';
import { declarativeReply } from './declarative.ts';
import { endEnrollment, findSealedTokens, updateBootstrapToken } from './enrollment-store.ts';
import type { AppleMetrics } from './metrics.ts';
import type { EnrollmentRow, KnownCertificate } from './model.ts';
import type { Observer } from './observe.ts';
import type { ProfileMaker } from './profile-maker.ts';
import type { WakeUps } from './push/index.ts';
import { Refusal } from './refusal.ts';
import { EMPTY, type Reply } from './reply.ts';
import { requireEnrollment } from './speaker.ts';
import { tokenUpdate } from './token-update.ts';

export type CheckInDeps = {
  readonly db: Db;
  readonly clock: Clock;
  readonly secrets: Secrets;
  readonly ledger: Ledger;
  readonly metrics: AppleMetrics;
  readonly certificates: () => Certificates;
  readonly actions: () => Actions;
  readonly wakeUps: WakeUps;
  readonly observer: Observer;
  readonly profiles: ProfileMaker;
  readonly entitlement: Entitlement;
  readonly support: DeviceSupport;
};

export type Message<Type extends CheckinMessage['type']> = Extract<CheckinMessage, { readonly type: Type }>;

/** The check-in protocol (fact sheet 2): each message in one transaction, durable before the device is told so. */
export class CheckIn {
  readonly #deps: CheckInDeps;

  constructor(deps: CheckInDeps) {
    this.#deps = deps;
  }

  /** Rejects with `Refusal` or `PlistError`, and then has changed nothing. */
  async handle(known: KnownCertificate, body: Buffer): Promise<Reply> {
    const message = parseCheckin(body);
    this.#deps.metrics.checkins(message.type).inc();
    if (message.type === 'unknown') {
      throw new Refusal('channel.unknown_message', { detail: message.messageType.slice(0, 64), subject: known.hash });
    }
    refuseOtherChannels(message, known);
    const now = this.#deps.clock.now();
    const { contractorId } = known;
    if (message.type === 'Authenticate') {
      await this.#transaction(contractorId, (tx) => authenticate(this.#deps, tx, known, message, now));
      return EMPTY;
    }
    const { reply, enrollment } = await this.#transaction(contractorId, async (tx) => {
      const speaker = await requireEnrollment(tx, known, message, now);
      return { reply: await this.#inTransaction(tx, known, speaker, message, now), enrollment: speaker };
    });
    this.#noteContact(known, enrollment, now);
    return reply;
  }

  #transaction<R>(contractorId: ContractorId, fn: (tx: Tx) => Promise<R>): Promise<R> {
    return retryDeadlock(() => this.#deps.db.jobsFor(contractorId, fn));
  }

  async #inTransaction(
    tx: Tx,
    known: KnownCertificate,
    enrollment: EnrollmentRow,
    message: Exclude<CheckinMessage, { readonly type: 'Authenticate' | 'unknown' }>,
    now: Temporal.Instant,
  ): Promise<Reply> {
    switch (message.type) {
      case 'TokenUpdate':
        await tokenUpdate(this.#deps, tx, known, enrollment, message, now);
        return EMPTY;
      case 'CheckOut':
        await this.#checkOut(tx, enrollment, now);
        return EMPTY;
      case 'SetBootstrapToken':
        await this.#setBootstrapToken(tx, enrollment, message.bootstrapToken);
        return EMPTY;
      case 'GetBootstrapToken':
        return this.#getBootstrapToken(tx, enrollment);
      case 'DeclarativeManagement':
        return declarativeReply(tx, enrollment, message, { support: this.#deps.support, now });
      case 'GetToken':
        throw new Refusal('channel.unknown_token_service', {
          deviceId: enrollment.deviceId,
          detail: message.tokenServiceType.slice(0, 64),
        });
      case 'UserAuthenticate':
        // No directory stands behind this server: the user of this login session stays unmanaged (fact sheet 2.9).
        throw new Refusal('channel.user_refused', { deviceId: enrollment.deviceId });
    }
  }

  async #checkOut(tx: Tx, enrollment: EnrollmentRow, now: Temporal.Instant): Promise<void> {
    const { contractorId, enrollmentId, deviceId } = enrollment;
    await this.#deps.actions().supersedeAll(tx, contractorId, deviceId, 'unenrolled', now);
    await finishOpen(tx, contractorId, enrollmentId, 'superseded', now);
    await endEnrollment(tx, contractorId, enrollmentId, 'checked_out', now);
    await markUnmanaged(tx, contractorId, deviceId, 'checked_out', now);
  }

  async #setBootstrapToken(tx: Tx, { contractorId, enrollmentId }: EnrollmentRow, token: Buffer | undefined) {
    const { secrets } = this.#deps;
    const purpose = { use: 'apple.bootstrap_token', row: enrollmentId };
    const sealed = token && (await secrets.sealFor(tx, contractorId, purpose, token));
    await updateBootstrapToken(tx, contractorId, enrollmentId, sealed);
  }

  async #getBootstrapToken(tx: Tx, { contractorId, enrollmentId }: EnrollmentRow): Promise<Reply> {
    const { bootstrap } = await findSealedTokens(tx, contractorId, enrollmentId);
    if (bootstrap === undefined) return EMPTY;
    const purpose = { use: 'apple.bootstrap_token', row: enrollmentId };
    const token = await this.#deps.secrets.openFor(tx, contractorId, purpose, bootstrap);
    return { status: 200, contentType: PLIST_CONTENT_TYPE, body: bootstrapTokenBody(token) };
  }

  #noteContact(known: KnownCertificate, { contractorId, deviceId }: EnrollmentRow, now: Temporal.Instant): void {
    if (now.epochMilliseconds - known.contactAt < CONTACT_SECONDS * 1000) return;
    known.contactAt = now.epochMilliseconds;
    this.#deps.ledger.contact({ contractorId, deviceId, at: now });
  }
}

/** Account-driven enrollments, and user channels, which our profile does not ask for. */
function refuseOtherChannels(message: Exclude<CheckinMessage, { readonly type: 'unknown' }>, known: KnownCertificate) {
  const { userEnrollment, channel } = normaliseIds(message.ids);
  if (userEnrollment) throw new Refusal('channel.unsupported', { detail: 'EnrollmentID', subject: known.hash });
  if (channel === 'user' && message.type !== 'UserAuthenticate') {
    throw new Refusal('channel.unsupported', { detail: 'UserID', subject: known.hash });
  }
}
