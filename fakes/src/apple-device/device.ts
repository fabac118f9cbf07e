import { setTimeout as sleep } from 'node:timers/promises';
import { type PlistDict, parseCommand, writePlist } from '@tsukasa/apple-mdm';
import { ScepError } from '@tsukasa/scep';
import { BEHAVIOURS } from './behaviour.ts';
import { type Blueprint, makeBlueprint } from './blueprint.ts';
import { mayDefer, perform } from './commands/index.ts';
import { saysUnrecognized } from './connection.ts';
import { synchronise } from './declarations.ts';
import {
  certificatesOf,
  type Enrollment,
  EnrollmentFailed,
  escrowBootstrapToken,
  introduce,
  newPushAddress,
  openConnection,
  systemNow,
  targetOf,
  updateToken,
} from './enrollment.ts';
import { fetchProfile } from './fetch-profile.ts';
import { ConnectionFailed, type HttpAnswer } from './http.ts';
import { ownKeys } from './keys.ts';
import type { DeviceChoice, DeviceEvent, DeviceOptions } from './options.ts';
import { checkEnrollmentProfile, type EnrollmentProfile, openProfile, replacementProblem } from './profile.ts';
import { Random } from './random.ts';
import { ScepFailed } from './scep.ts';
import {
  type Aftermath,
  type Answer,
  type CommandContext,
  type DeviceState,
  done,
  failed,
  freshState,
  MDM_ERROR,
} from './state.ts';

/** A command as it came. */
export type Command = { readonly commandUuid: string; readonly command: PlistDict };
/** One session, from the first report to the empty answer. */
export type Session = {
  readonly answered: readonly { readonly requestType: string; readonly status: Answer['status'] }[];
  /** The last report was NotNow: the device asks again by itself. */
  readonly endedWithNotNow: boolean;
};

/** The server answered a report with something else than 200; the device will try again later. */
export class ServerRefused extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`the server answered ${status}`);
    this.name = 'ServerRefused';
    this.status = status;
  }
}

/** A session of a real device ends some time; ours notices a server that repeats itself for ever. */
const MOST_COMMANDS = 1000;

/**
 * A simulated Apple device. It enrolls from an invitation's link alone and speaks the real protocol; what it is follows
 * from `kind` and `seed`. Nothing happens by itself except in `live()`.
 */
export class Device {
  readonly blueprint: Blueprint;
  readonly options: DeviceOptions;
  readonly random: Random;
  #state: DeviceState;
  #enrollment: Enrollment | undefined;
  #stopPush: (() => void) | undefined;
  #pushed = false;
  readonly #wakers = new Set<() => void>();
  /** A result whose connection broke: it goes first, next time (fact sheet 3.2.7). */
  #pending: Buffer | undefined;
  #sync: { readonly data: Buffer | undefined } | undefined;
  #comeback: Buffer | undefined;

  constructor(choice: DeviceChoice) {
    const { behaviour = 'steady', keys = ownKeys } = choice;
    this.blueprint = makeBlueprint(choice);
    this.random = new Random(`behaviour ${choice.kind} ${choice.seed}`);
    this.options = {
      ...choice,
      keys,
      behaviour: typeof behaviour === 'string' ? BEHAVIOURS[behaviour] : { ...BEHAVIOURS.steady, ...behaviour },
    };
    this.#state = freshState(this.blueprint, 'new');
  }

  get udid(): string {
    return this.blueprint.udid;
  }

  /** What is on the device now. */
  get state(): Readonly<DeviceState> {
    return this.#state;
  }

  /** Its tie to the server; `undefined` before and after. */
  get enrollment(): Enrollment | undefined {
    return this.#enrollment;
  }

  /** A push came and no session has begun since. */
  get pushed(): boolean {
    return this.#pushed;
  }

  /** It is in reach of the push service. */
  get isListening(): boolean {
    return this.#stopPush !== undefined;
  }

  /** The profile with which a wiped device returns to service, if it was given one. */
  get comeback(): Buffer | undefined {
    return this.#comeback;
  }

  /**
   * Opens the link, checks the profile, gets an identity and introduces itself. An enrolled device lets go of its old
   * enrollment without a word. Throws `ProfileRefused`, `ScepFailed`, `EnrollmentFailed` or `ConnectionFailed`.
   */
  async enroll(url: string): Promise<Enrollment> {
    return this.enrollFromProfile(await fetchProfile(url, this.options));
  }

  /** As `enroll`, from the bytes of a profile, signed or not. */
  async enrollFromProfile(body: Buffer): Promise<Enrollment> {
    const { bytes, signer } = openProfile(body);
    const profile = checkEnrollmentProfile(bytes, this.options);
    const state = freshState(this.blueprint, 'enrolled');
    if (this.#state.phase === 'enrolled' || this.#state.phase === 'unenrolled') keepPersonal(this.#state, state);
    const connection = await openConnection(this.options, this.blueprint, profile);
    const target = targetOf(this.blueprint, profile);
    const enrollment: Enrollment = { profile, connection, target, ...newPushAddress() };
    await this.#listen(enrollment);
    await introduce(enrollment, this.blueprint, state);
    state.profiles = [
      {
        identifier: profile.identifier,
        uuid: profile.profile.uuid,
        managed: true,
        content: profile.profile.raw,
        payloads: profile.profile.payloads,
        ...(signer === undefined ? {} : { signer }),
      },
    ];
    state.certificates = certificatesOf(enrollment);
    this.#state = state;
    this.#enrollment = enrollment;
    this.#pending = undefined;
    this.#sync = undefined;
    this.#comeback = undefined;
    await escrowBootstrapToken(enrollment, this.blueprint, state);
    this.emit({ type: 'enrolled' });
    return enrollment;
  }

  /** One `TokenUpdate` more, with a new token when asked for. */
  async updateToken({ newToken = false }: { readonly newToken?: boolean } = {}): Promise<void> {
    const old = this.#enrolled();
    const enrollment = newToken ? { ...old, ...newPushAddress() } : old;
    if (newToken) await this.#listen(enrollment);
    await updateToken(enrollment, this.blueprint, this.#state);
    this.#enrollment = enrollment;
  }

  /** One `Idle`, and the command it was answered with, which is not carried out: for tests that answer themselves. */
  async poll(): Promise<Command | undefined> {
    return this.#commandOf(await this.#report(this.#message('Idle')));
  }

  /** One report as the caller words it, and the next command. */
  async report(status: string, commandUuid?: string, body: PlistDict = {}): Promise<Command | undefined> {
    return this.#commandOf(await this.#report(this.#message(status, commandUuid, body)));
  }

  /** One check-in message of the caller's own. */
  checkIn(message: PlistDict): Promise<HttpAnswer> {
    return this.#enrolled().connection.checkIn({ UDID: this.udid, ...message });
  }

  /**
   * One session: reports what is left over or `Idle`, carries out what comes until nothing does. Throws
   * `ConnectionFailed` or `ServerRefused`; what was not taken is said again in the next session.
   */
  async connectOnce(): Promise<Session> {
    this.#boot();
    this.#pushed = false;
    const answered: { requestType: string; status: Answer['status'] }[] = [];
    let last: Answer['status'] | undefined;
    let next = await this.#first();
    while (next !== undefined && answered.length < MOST_COMMANDS) {
      const { commandUuid, command } = next;
      const answer = await this.#carryOut(command);
      const requestType = typeof command.RequestType === 'string' ? command.RequestType : '';
      last = answer.status;
      answered.push({ requestType, status: answer.status });
      next = await this.#deliver(answer, commandUuid, requestType);
    }
    if (next !== undefined) throw new Error('the server does not stop sending commands');
    await this.#synchronise();
    return { answered, endedWithNotNow: last === 'NotNow' };
  }

  /** Lives on its own until the signal, its wipe or the end of its enrollment. */
  async live(signal: AbortSignal): Promise<void> {
    const { live } = await import('./live.ts');
    await live(this, signal);
  }

  /** Resolves with the next push, or at once when one waits; also, without one, when the signal comes. */
  async nextPush(signal?: AbortSignal): Promise<void> {
    if (this.#pushed || signal?.aborted) return;
    await new Promise<void>((resolve) => {
      const wake = () => {
        this.#wakers.delete(wake);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      this.#wakers.add(wake);
      signal?.addEventListener('abort', wake);
    });
  }

  /** Out of reach of the push service, and back. */
  leave(): void {
    this.#stopPush?.();
    this.#stopPush = undefined;
  }

  async comeBack(): Promise<void> {
    if (this.#enrollment !== undefined && this.#stopPush === undefined) await this.#listen(this.#enrollment);
  }

  /** The person locks the screen (a Mac: falls into Power Nap), or uses the device again. */
  lock(): void {
    this.#state.locked = true;
  }

  unlock(): void {
    if (this.#state.lostMode === undefined) this.#state.locked = false;
  }

  /** Somebody switches it on again. */
  switchOn(): void {
    if (this.#state.reach !== 'pin') this.#state.reach = 'here';
  }

  /** Somebody types the PIN of a locked Mac; whether it was the right one. */
  enterPin(pin: string): boolean {
    if (this.#state.macPin !== pin) return false;
    this.#state.macPin = undefined;
    this.#state.reach = 'here';
    return true;
  }

  /** The person removes the profile in the settings. */
  async removeManagement(): Promise<void> {
    if (this.#enrolled().profile.removalDisallowed) throw new Error('the profile does not allow its removal');
    await this.#unenroll('command');
  }

  /** Lets go of sockets and pushes. */
  close(): void {
    this.leave();
    this.#enrollment?.connection.close();
  }

  emit(event: DeviceEvent): void {
    this.options.onEvent?.(event);
  }

  #enrolled(): Enrollment {
    if (this.#enrollment === undefined) throw new Error(`the device is ${this.#state.phase}, not enrolled`);
    return this.#enrollment;
  }

  #boot(): void {
    this.#enrolled();
    if (this.#state.reach === 'restarting') this.#state.reach = 'here';
    if (this.#state.reach !== 'here') throw new ConnectionFailed(`the device is ${this.#state.reach}`);
  }

  async #listen({ token, pushMagic, connection }: Enrollment): Promise<void> {
    const { push } = this.options;
    if (push === undefined) return;
    this.leave();
    this.#stopPush = await push.subscribe(token.toString('hex'), connection.instructions.topic, ({ magic }) => {
      if (magic !== pushMagic) return; // a push of an older enrollment; devices pass it over
      this.#pushed = true;
      this.emit({ type: 'pushed' });
      for (const wake of this.#wakers) wake();
    });
  }

  #message(status: string, commandUuid?: string, body: PlistDict = {}): Buffer {
    return writePlist({
      UDID: this.udid,
      Status: status,
      ...(commandUuid === undefined ? {} : { CommandUUID: commandUuid }),
      ...body,
    });
  }

  async #report(body: Buffer, dropAnswer = false): Promise<HttpAnswer> {
    const { connection } = this.#enrolled();
    const answer = await connection.report(body, { dropAnswer });
    if (answer.status === 200) return answer;
    await this.#refused(answer);
    throw new ServerRefused(answer.status);
  }

  /** 401 and 403 with Apple's code end the enrollment; every other status only makes the device try again later. */
  async #refused(answer: HttpAnswer): Promise<void> {
    this.emit({ type: 'refused', status: answer.status });
    const unrecognized = saysUnrecognized(answer) && this.#knowsUnrecognized();
    if (!unrecognized && answer.status !== 401) return;
    const { connection } = this.#enrolled();
    this.#forget('unenrolled');
    connection.close();
    this.emit({ type: 'unenrolled', why: unrecognized ? 'unrecognized' : 'status_401' });
  }

  #knowsUnrecognized(): boolean {
    const major = Number.parseInt(this.blueprint.osVersion, 10);
    return major >= (this.blueprint.platform === 'macOS' ? 14 : 17);
  }

  #commandOf(answer: HttpAnswer): Command | undefined {
    return answer.body.length === 0 ? undefined : parseCommand(answer.body);
  }

  async #first(): Promise<Command | undefined> {
    const pending = this.#pending;
    if (pending === undefined) return this.poll();
    const answer = await this.#report(pending);
    this.#pending = undefined;
    return this.#commandOf(answer);
  }

  async #carryOut(command: PlistDict): Promise<Answer> {
    const { behaviour } = this.options;
    const requestType = typeof command.RequestType === 'string' ? command.RequestType : '';
    await sleep(this.random.within(behaviour.think));
    const context = this.#context();
    if (this.#state.locked && this.#state.lostMode === undefined && mayDefer(context, requestType)) {
      this.emit({ type: 'deferred' });
      return { status: 'NotNow' };
    }
    const refuses = behaviour.refuseOnly?.includes(requestType) ?? true;
    if (refuses && this.random.chance(behaviour.refuse)) return failed(12_999, 'The device could not do this.');
    const answer = await perform(context, command);
    if (requestType === 'DeclarativeManagement' && answer.status === 'Acknowledged') {
      this.#sync = { data: Buffer.isBuffer(command.Data) ? command.Data : undefined };
    }
    return answer;
  }

  #context(): CommandContext {
    const { target, profile } = this.#enrolled();
    return {
      blueprint: this.blueprint,
      state: this.#state,
      target,
      enrollmentIdentifier: profile.identifier,
      random: this.random,
      now: Temporal.Instant.fromEpochMilliseconds((this.options.now ?? systemNow)()),
      renew: (bytes) => this.#renew(bytes),
    };
  }

  async #deliver(answer: Answer, commandUuid: string, requestType: string): Promise<Command | undefined> {
    const { behaviour } = this.options;
    const aftermath = 'aftermath' in answer ? answer.aftermath : undefined;
    const body = this.#message(answer.status, commandUuid, { ...bodyOf(answer), ...this.#echo(requestType) });
    this.#pending = body;
    try {
      const first = await this.#report(body, this.random.chance(behaviour.drop));
      const again = this.random.chance(behaviour.duplicate) ? await this.#report(body) : first;
      this.#pending = undefined;
      this.emit({ type: 'answered', requestType, status: answer.status });
      if (aftermath === undefined || aftermath.kind === 'sync_declarations') return this.#commandOf(again);
    } catch (error) {
      if (aftermath?.kind !== 'wipe') throw error; // a wiped device does not come back to say it again
    }
    await this.#suffer(aftermath);
    return undefined;
  }

  /** Some versions echo the request type, some do not. */
  #echo(requestType: string): PlistDict {
    return Number.parseInt(this.blueprint.osVersion, 10) % 2 === 0 ? { RequestType: requestType } : {};
  }

  async #suffer(aftermath: Aftermath): Promise<void> {
    switch (aftermath.kind) {
      case 'wipe':
        return this.#wipe(aftermath.returnTo);
      case 'unenroll':
        return this.#unenroll('command');
      case 'mac_lock':
        this.#state.reach = 'pin';
        return;
      case 'shut_down':
        this.#state.reach = 'off';
        return;
      case 'restart':
        this.#state.reach = 'restarting';
        return;
      case 'sync_declarations':
        return;
    }
  }

  async #wipe(returnTo: Buffer | undefined): Promise<void> {
    const { connection, token } = this.#enrolled();
    this.#forget('wiped');
    this.#comeback = returnTo;
    connection.close();
    await this.options.push?.unregister(token.toString('hex'));
    this.emit({ type: 'wiped' });
  }

  #forget(phase: 'wiped' | 'unenrolled'): void {
    this.leave();
    const old = this.#state;
    this.#state = freshState(this.blueprint, phase);
    if (phase === 'unenrolled') keepPersonal(old, this.#state);
    this.#enrollment = undefined;
    this.#pending = undefined;
    this.#sync = undefined;
    this.#pushed = false;
  }

  /** `CheckOut` is tried once and never again (fact sheet 2.2). */
  async #unenroll(why: 'command'): Promise<void> {
    const { connection, token } = this.#enrolled();
    const { checkOutAfter } = this.options.behaviour;
    this.#forget('unenrolled');
    await this.options.push?.unregister(token.toString('hex'));
    this.emit({ type: 'unenrolled', why });
    if (!connection.instructions.checkOutWhenRemoved) return connection.close();
    const farewell = async () => {
      const message = { MessageType: 'CheckOut', UDID: this.udid, Topic: connection.instructions.topic };
      await connection.checkIn(message).catch(() => undefined); // best effort, as on real devices
      connection.close();
    };
    if (checkOutAfter === 0) return farewell();
    setTimeout(() => void farewell(), checkOutAfter * 1000).unref();
  }

  async #renew(bytes: Buffer): Promise<Answer> {
    const old = this.#enrolled();
    const profile = checkEnrollmentProfile(bytes, this.options);
    const problem = replacementProblem(old.profile, profile);
    if (problem !== undefined) {
      return failed(MDM_ERROR.replacementMismatch, `The profile cannot replace the present one: ${problem}.`);
    }
    const renewed = await this.#reintroduce(old, profile);
    if ('status' in renewed) return renewed;
    this.#enrollment = renewed;
    old.connection.close();
    this.#state.certificates = certificatesOf(renewed);
    this.#state.profiles = this.#state.profiles.map((installed) =>
      installed.identifier === profile.identifier
        ? { ...installed, uuid: profile.profile.uuid, content: profile.profile.raw, payloads: profile.profile.payloads }
        : installed,
    );
    this.emit({ type: 'renewed' });
    return done;
  }

  /** What does not come to its end leaves the present enrollment as it is. */
  async #reintroduce(old: Enrollment, profile: EnrollmentProfile): Promise<Enrollment | Answer> {
    try {
      const connection = await openConnection(this.options, this.blueprint, profile);
      const renewed: Enrollment = { ...old, profile, connection, target: targetOf(this.blueprint, profile) };
      await introduce(renewed, this.blueprint, this.#state);
      return renewed;
    } catch (error) {
      if (error instanceof ScepFailed || error instanceof ScepError) {
        return failed(22013, error.message, 'MCSCEPErrorDomain');
      }
      if (error instanceof EnrollmentFailed) return failed(MDM_ERROR.cannotCheckIn, error.message);
      throw error;
    }
  }

  async #synchronise(): Promise<void> {
    const sync = this.#sync;
    const enrollment = this.#enrollment;
    if (sync === undefined || enrollment === undefined) return;
    const party = { blueprint: this.blueprint, state: this.#state, target: enrollment.target };
    await synchronise(
      party,
      async (endpoint, data) => {
        const message = { MessageType: 'DeclarativeManagement', UDID: this.udid, Endpoint: endpoint };
        const answer = await enrollment.connection.checkIn(data === undefined ? message : { ...message, Data: data });
        if (answer.status === 404) return undefined;
        if (answer.status !== 200) throw new ServerRefused(answer.status);
        return answer.body;
      },
      sync.data,
    );
    if (this.#sync === sync) this.#sync = undefined;
  }
}

/** What a person keeps when only the management goes or comes. */
function keepPersonal(from: DeviceState, to: DeviceState): void {
  to.name = from.name;
  to.hostName = from.hostName;
  to.passcode = from.passcode;
  to.locked = from.locked;
  to.apps = from.apps;
  to.bluetooth = from.bluetooth;
  to.timeZone = from.timeZone;
  to.profiles = from.profiles.filter(({ managed }) => !managed);
}

function bodyOf(answer: Answer): PlistDict {
  if (answer.status === 'NotNow') return {};
  if (answer.status === 'Acknowledged') return answer.body ?? {};
  return {
    ErrorChain: answer.errors.map(({ domain, code, description }) => ({
      ErrorDomain: domain,
      ErrorCode: code,
      LocalizedDescription: description,
      USEnglishDescription: description,
    })),
  };
}
