import { setTimeout as sleep } from 'node:timers/promises';
import { ownKeys, Random } from '../apple-device/index.ts';
import type { WnsChannel } from '../wns/index.ts';
import { makeWindowsBlueprint, type WindowsBlueprint } from './blueprint.ts';
import type { Aftermath, GenericAlert, Pc } from './csp/rule.ts';
import { type Enroller, type EnrollmentChoice, enrollWindows, renewWindows } from './enrollment.ts';
import type { NodeFault } from './execute.ts';
import { ConnectionFailed, closeConnections } from './http.ts';
import type { WindowsIdentity } from './identity.ts';
import { advanceJobs } from './jobs.ts';
import { type InvitationLink, readInvitationPage } from './link.ts';
import { insist, ServerMistake } from './mistakes.ts';
import type { WindowsDeviceChoice, WindowsDeviceEvent, WindowsDeviceOptions } from './options.ts';
import type { Account } from './provisioning.ts';
import { RecoveryKeysRefused, runRecoveryScript, type ScriptRun } from './recovery-script.ts';
import { PollSchedule } from './schedule.ts';
import { holdSession, type Mishap, providerPath, SessionRefused, type WindowsSession } from './session.ts';
import { WindowsEnrollmentRefused } from './soap.ts';
import { freshWindowsState, type Login, type WindowsState } from './state.ts';
import { CspTree, type NodeValue } from './tree.ts';

/** Only an enrolled PC does that. */
export class NotEnrolled extends Error {}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** A channel lives for 30 days; Windows gets another about half-way. */
const CHANNEL_AGE_MS = 15 * DAY_MS;
/** Timers take no more. */
const LONGEST_SLEEP_MS = 2 ** 30;
const UNENROLLED: GenericAlert = {
  code: '1226',
  type: 'com.microsoft:mdm.unenrollment.userrequest',
  format: 'int',
  data: '1',
};

/** `ownership` of an enrollment link. */
const PERSONAL = '2';
/** A run of the scheduled task that failed is repeated sooner. */
const RETRY_MINUTES = 15;

type Tie = { readonly identity: WindowsIdentity; readonly account: Account };

/** How one session differs from the device's usual ones. */
export type SessionChoice = {
  readonly mishaps?: readonly Mishap[];
  readonly alerts?: readonly GenericAlert[];
} & Partial<
  Pick<WindowsDeviceOptions, 'showsCertificate' | 'signs' | 'eager' | 'wrongSecret' | 'maxMessageBytes' | 'think'>
>;

/**
 * A simulated Windows PC. It enrolls as Windows does, by password, web sign-in or link, and holds OMA DM sessions over an
 * in-memory tree that refuses what a real one refuses. Nothing happens by itself except in `live()`.
 */
export class WindowsDevice {
  readonly blueprint: WindowsBlueprint;
  readonly options: WindowsDeviceOptions;
  readonly random: Random;
  readonly schedule: PollSchedule;
  /** Statuses that nodes give in place of their own; tests add to it. */
  readonly faults: NodeFault[];
  #state: WindowsState;
  #tie: Tie | undefined;
  #subscription: WnsChannel | undefined;
  #pushed = false;
  #challenged = false;
  /** It was enrolled as a person's own: then no company put a scheduled task on it. */
  #isOwn = false;
  #scriptAt = 0;
  readonly #wakers = new Set<() => void>();

  constructor(choice: WindowsDeviceChoice) {
    this.blueprint = makeWindowsBlueprint(choice);
    this.random = new Random(`behaviour windows ${choice.seed}`);
    this.options = {
      keys: ownKeys,
      enrollmentType: 'Full',
      login: 'user',
      showsCertificate: true,
      signs: 'asked',
      eager: false,
      wrongSecret: false,
      maxMessageBytes: 524_288,
      forgedCsr: false,
      tellsUnenrollment: true,
      fix: undefined,
      entraJoined: false,
      recoveryScriptMinutes: 24 * 60,
      jobOutcome: () => 'ok',
      faults: [],
      think: async () => undefined,
      pace: 1,
      now: () => Temporal.Now.instant().epochMilliseconds,
      ...choice,
    };
    this.schedule = new PollSchedule(this.options.pace);
    this.faults = [...this.options.faults];
    this.#state = this.#fresh('new');
  }

  get deviceId(): string {
    return this.blueprint.deviceId;
  }

  /** What is on the PC now. */
  get state(): Readonly<WindowsState> {
    return this.#state;
  }

  /** Its tie to the server; `undefined` before and after. */
  get account(): Readonly<Account> | undefined {
    return this.#tie?.account;
  }

  get identity(): WindowsIdentity | undefined {
    return this.#tie?.identity;
  }

  /** A push came and no session has begun since. */
  get pushed(): boolean {
    return this.#pushed;
  }

  /** Enrolls as a person does in Settings. Throws `WindowsEnrollmentRefused`, `ServerMistake`, `ConnectionFailed`. */
  async enroll(choice: EnrollmentChoice): Promise<void> {
    if (this.#tie !== undefined) throw new WindowsEnrollmentRefused('enrollment', '0x8018000A');
    const enrolled = await enrollWindows(this.#enroller(), choice);
    this.#state = { ...this.#fresh('enrolled'), values: new Map(enrolled.provisioning.values) };
    this.#state.certificates = enrolled.provisioning.certificates;
    const pfn = this.#state.values.get(providerPath({ account: enrolled.account }, 'Push/PFN'));
    if (pfn !== undefined) this.#state.channel = { uri: '', status: 4, openedAt: this.options.now() };
    this.#tie = { identity: enrolled.identity, account: enrolled.account };
    this.#challenged = false;
    this.#isOwn = false;
    this.#scriptAt = 0;
    this.schedule.update(this.#state.values, this.#pollNode(), this.options.now());
    await this.#openChannel();
    this.emit({ type: 'enrolled' });
  }

  /** Opens an invitation's link in the browser and goes where its button leads. */
  async enrollFromLink(url: string, how: Partial<EnrollmentChoice> = {}): Promise<InvitationLink> {
    const link = await readInvitationPage(this.options, url);
    await this.enroll({
      discoveryUrl: link.discoveryUrl,
      userName: link.userName ?? `${this.blueprint.person.account}@corp.example.jp`,
      password: link.code,
      ...how,
    });
    this.#isOwn = link.ownership === PERSONAL;
    return link;
  }

  /** One session from the first package to its end, and what follows from it. */
  async connectOnce(choice: SessionChoice = {}): Promise<WindowsSession> {
    const tie = this.#enrolled();
    const pc = this.#pc(tie);
    const reason = this.#pushed ? '1200' : '1201';
    this.#pushed = false;
    const jobs = advanceJobs(this.#state, this.options.jobOutcome, this.options.now());
    const session = await holdSession(pc, {
      reach: this.options,
      identity: tie.identity,
      reason,
      faults: this.faults,
      mishaps: choice.mishaps ?? [],
      alerts: [...(choice.alerts ?? []), ...jobs],
      showsCertificate: choice.showsCertificate ?? this.options.showsCertificate,
      signs: choice.signs ?? this.options.signs,
      eager: choice.eager ?? (this.options.eager || this.#challenged),
      wrongSecret: choice.wrongSecret ?? this.options.wrongSecret,
      maxMessageBytes: choice.maxMessageBytes ?? this.options.maxMessageBytes,
      think: choice.think ?? this.options.think,
    });
    this.#challenged ||= session.challenges > 0;
    this.emit({ type: 'session' });
    for (const one of session.answered) this.emit({ type: 'answered', ...one });
    this.schedule.update(this.#state.values, this.#pollNode(), this.options.now());
    await this.#openChannel();
    for (const aftermath of pc.aftermath) await this.#follow(aftermath);
    return session;
  }

  /** Polls when the schedule says so. Whether it was time. */
  async pollIfDue(): Promise<boolean> {
    const { dueAt } = this.schedule;
    if (this.#tie === undefined || dueAt === undefined || this.options.now() < dueAt) return false;
    this.schedule.polled(this.options.now());
    await this.renewIfDue();
    await this.#openChannel();
    await this.connectOnce();
    return true;
  }

  /**
   * Connects at once when it is new, then polls by its schedule, comes when it is pushed and hands its recovery keys over;
   * until the signal ends or the management does.
   */
  async live(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && this.#tie !== undefined) {
      try {
        if (this.#pushed || this.#state.sessions === 0) await this.connectOnce();
        else await this.pollIfDue();
        await this.#runScriptIfDue();
      } catch (error) {
        const refused = error instanceof SessionRefused || error instanceof RecoveryKeysRefused;
        if (!refused && !(error instanceof ConnectionFailed)) throw error;
        this.emit(refused ? { type: 'refused', what: error.message } : { type: 'unreachable' });
      }
      if (this.#tie !== undefined) await this.#rest(signal);
    }
  }

  /** The scheduled task that hands BitLocker's recovery passwords over has its turn. Gives how many are in custody. */
  async handOverRecoveryKeys(how: Pick<ScriptRun, 'losesAnswer'> = {}): Promise<number> {
    const { identity, account } = this.#enrolled();
    const { options, deviceId, random } = this;
    const at = { reach: options, identity, account, deviceId, state: this.#state, random, now: options.now, ...how };
    const count = await runRecoveryScript(at);
    this.#scriptAt = options.now() + (options.recoveryScriptMinutes * MINUTE_MS) / options.pace;
    this.emit({ type: 'keys_handed_over', count });
    return count;
  }

  /** The network is gone: pushes do not arrive. */
  leave(): void {
    this.#subscription?.setConnected(false);
  }

  comeBack(): void {
    this.#subscription?.setConnected(true);
  }

  /** The person removes the work account. Refused while the company forbids it. */
  async disconnect(): Promise<void> {
    const forbidden = this.#state.values.get(
      './Device/Vendor/MSFT/Policy/Config/Experience/AllowManualMDMUnenrollment',
    );
    if (forbidden?.data === '0') throw new Error('the company does not let people remove the management');
    if (this.options.tellsUnenrollment) await this.#sayGoodbye();
    this.#leave('unenrolled');
    this.emit({ type: 'unenrolled', why: 'person' });
  }

  /** Renews when the window is open and the last attempt is long enough ago. */
  async renewIfDue(): Promise<boolean> {
    const tie = this.#enrolled();
    const days = (name: string, fallback: number) =>
      Number(this.#state.values.get(`./Device/Vendor/MSFT/CertificateStore/MY/WSTEP/Renew/${name}`)?.data ?? fallback) *
      DAY_MS;
    const { notAfter } = tie.identity.certificate;
    const now = this.options.now();
    const { attemptedAt } = this.#state.renewal;
    if (now < notAfter - days('RenewPeriod', 42) || now > notAfter) return false;
    if (attemptedAt !== undefined && now < attemptedAt + days('RetryInterval', 7)) return false;
    await this.renew();
    return true;
  }

  /** Asks for a new certificate now. A refusal is kept in the `Renew` nodes, as Windows does. Whether it was given one. */
  async renew(how: Parameters<typeof renewWindows>[2] = {}): Promise<boolean> {
    const tie = this.#enrolled();
    this.#state.renewal = { status: 1, errorCode: 0, attemptedAt: this.options.now() };
    const trusted = this.#state.certificates.filter(({ store }) => !store.startsWith('My/')).map(({ der }) => der);
    try {
      const { identity, provisioning } = await renewWindows(this.#enroller(), { ...tie, trusted }, how);
      insist(
        !identity.certificate.der.equals(tie.identity.certificate.der),
        'renewal',
        'gives the old certificate again',
      );
      const kept = this.#state.certificates.filter(
        (one) => !provisioning.certificates.some(({ store }) => store === one.store),
      );
      this.#state.certificates = [...kept, ...provisioning.certificates];
      for (const [path, value] of provisioning.values) this.#state.values.set(path, value);
      this.#state.renewal = { status: 2, errorCode: 0, attemptedAt: this.options.now() };
      closeConnections(tie.identity);
      const account = {
        ...provisioning.account,
        discoveryUrl: tie.account.discoveryUrl,
        enrollmentType: tie.account.enrollmentType,
      };
      this.#tie = { identity, account };
      this.emit({ type: 'renewed' });
      return true;
    } catch (error) {
      if (!(error instanceof WindowsEnrollmentRefused)) throw error;
      this.#state.renewal = { ...this.#state.renewal, status: 3, errorCode: Number(error.hresult) | 0 };
      this.emit({ type: 'renewal_failed', hresult: error.hresult });
      return false;
    }
  }

  /** Whose session Windows runs in from now on. */
  logIn(login: Login): void {
    this.#state.login = login;
  }

  /** What is at a node, read on the PC itself. Throws `NodeRefused`. */
  read(locUri: string): readonly NodeValue[] {
    return new CspTree(this.#pc(this.#enrolled())).get(locUri);
  }

  /** Windows is installed anew by hand: the PC knows nothing of the management, and nobody is told. */
  reinstall(): void {
    this.#leave('new');
  }

  /** Resolves at the next push, or when the signal ends; at once when one came since the last session. */
  async nextPush(signal?: AbortSignal): Promise<void> {
    if (this.#pushed || signal?.aborted === true) return;
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

  close(): void {
    this.#subscription?.close();
    this.#subscription = undefined;
    if (this.#tie !== undefined) closeConnections(this.#tie.identity);
  }

  emit(event: WindowsDeviceEvent): void {
    this.options.onEvent?.(event);
  }

  /** When the scheduled task runs next. The server knows the PC's certificate from its first session on. */
  get #scriptDueAt(): number | undefined {
    const isSetUp = this.options.recoveryScriptMinutes > 0 && !this.#isOwn && this.#tie !== undefined;
    return isSetUp && this.#state.sessions > 0 ? this.#scriptAt : undefined;
  }

  async #runScriptIfDue(): Promise<void> {
    const [now, due] = [this.options.now(), this.#scriptDueAt];
    if (due === undefined || now < due) return;
    const { recoveryScriptMinutes, pace } = this.options;
    this.#scriptAt = now + (Math.min(RETRY_MINUTES, recoveryScriptMinutes) * MINUTE_MS) / pace;
    await this.handOverRecoveryKeys();
  }

  /** Until the next poll, push or turn of the scheduled task; a schedule that is used up leaves pushes only. */
  async #rest(signal: AbortSignal): Promise<void> {
    const dueAt = Math.min(...[this.schedule.dueAt, this.#scriptDueAt].map((at) => at ?? Number.POSITIVE_INFINITY));
    const wait = dueAt - this.options.now();
    const enough = new AbortController();
    const ended = AbortSignal.any([signal, enough.signal]);
    const slept = sleep(Math.min(Math.max(wait, 10), LONGEST_SLEEP_MS), undefined, { signal: ended }).catch(
      () => undefined,
    ); // woken
    await Promise.race([slept, this.nextPush(ended)]);
    enough.abort();
  }

  #enroller(): Enroller {
    return { options: this.options, blueprint: this.blueprint, random: this.random, deviceName: this.#state.name };
  }

  #enrolled(): Tie {
    if (this.#tie === undefined) throw new NotEnrolled('the PC is not enrolled');
    return this.#tie;
  }

  #fresh(phase: WindowsState['phase']): WindowsState {
    const state = freshWindowsState(
      this.blueprint,
      new Random(`state ${this.blueprint.seed}`),
      phase,
      this.options.now(),
    );
    return { ...state, login: this.options.login, entraJoined: this.options.entraJoined };
  }

  #pc({ account }: Tie): Pc {
    return {
      blueprint: this.blueprint,
      state: this.#state,
      account,
      random: this.random,
      now: this.options.now(),
      fix: this.options.fix,
      aftermath: [],
      alerts: [],
    };
  }

  #pollNode(): string {
    return this.#tie === undefined ? '' : providerPath(this.#tie, 'Poll');
  }

  /** Asks for a channel where the server wants one, and for another when half of its time is over. */
  async #openChannel(): Promise<void> {
    const { channel } = this.#state;
    const now = this.options.now();
    if (this.#tie === undefined || channel === undefined || this.options.push === undefined) return;
    const old = channel.status === 0 && now > channel.openedAt + CHANNEL_AGE_MS;
    if (channel.status !== 4 && !old) return;
    const pfn = this.#state.values.get(providerPath(this.#tie, 'Push/PFN'))?.data ?? '';
    this.#subscription?.close();
    this.#subscription = await this.options.push.openChannel(pfn, () => this.#wake());
    const { uri } = this.#subscription ?? { uri: '' };
    this.#state.channel = { uri, status: uri === '' ? 1 : 0, openedAt: now };
  }

  #wake(): void {
    this.#pushed = true;
    this.emit({ type: 'pushed' });
    for (const wake of [...this.#wakers]) wake();
  }

  async #follow(aftermath: Aftermath): Promise<void> {
    switch (aftermath.kind) {
      case 'wipe':
        this.#leave('wiped');
        return this.emit({ type: 'wiped' });
      case 'unenroll':
        if (this.options.tellsUnenrollment) await this.#sayGoodbye();
        this.#leave('unenrolled');
        return this.emit({ type: 'unenrolled', why: 'server' });
      case 'restart':
        this.restart();
        return;
      case 'lock':
        return this.emit({ type: 'locked' });
      case 'renew':
        await this.renew();
    }
  }

  /** Windows starts anew; a name that was set holds from now on. */
  restart(): void {
    this.#state.restarts += 1;
    this.#state.name = this.#state.pendingName ?? this.#state.name;
    this.#state.pendingName = undefined;
    this.emit({ type: 'restarted' });
  }

  /** Once, and if it fails nobody tries again (fact sheet 4.6). */
  async #sayGoodbye(): Promise<void> {
    const tie = this.#enrolled();
    try {
      await holdSession(this.#pc(tie), {
        reach: this.options,
        identity: tie.identity,
        reason: '1201',
        faults: [],
        mishaps: [],
        alerts: [UNENROLLED],
        showsCertificate: this.options.showsCertificate,
        signs: this.options.signs,
        eager: this.options.eager || this.#challenged,
        maxMessageBytes: this.options.maxMessageBytes,
      });
    } catch (error) {
      if (error instanceof ServerMistake || !(error instanceof SessionRefused || error instanceof ConnectionFailed))
        throw error;
    }
  }

  #leave(phase: WindowsState['phase']): void {
    this.close();
    const kept =
      phase === 'unenrolled'
        ? { name: this.#state.name, volumes: this.#state.volumes, restarts: this.#state.restarts }
        : {};
    this.#tie = undefined;
    this.#pushed = false;
    this.schedule.stop();
    this.#state = { ...this.#fresh(phase), ...kept };
  }
}
