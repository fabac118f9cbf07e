import type { StandInClock } from '../android-management/clock.ts';
import type { Message } from '../android-management/validate.ts';
import { Random } from '../apple-device/random.ts';
import { missingApps, removeApp, removeUnwanted, settleInstall, waitsForSetup } from './apps.ts';
import { type AndroidBlueprint, type AndroidBlueprintChoice, makeAndroidBlueprint } from './blueprint.ts';
import { type Aftermath, execute } from './commands.ts';
import { nonCompliance } from './compliance.ts';
import { deadlines, notice } from './enforcement.ts';
import { type AndroidHabits, DEFAULT_HABITS } from './habits.ts';
import { neededStrength } from './passwords.ts';
import { makePhone, modeLetter, type Phone } from './phone.ts';
import type { DeviceCloud, EnrollmentPath } from './port.ts';
import { hardwareInfo, statusReport } from './report.ts';

const MINUTE_MS = 60_000;
/** How long a device without any policy waits before its enrollment fails. */
const NO_POLICY_MS = 5 * MINUTE_MS;
const LOCATION_EVERY_MS = 15 * MINUTE_MS;

export type AndroidDeviceChoice = AndroidBlueprintChoice & { readonly habits?: Partial<AndroidHabits> };

/**
 * A simulated Android device with Android Device Policy on it. It acts when it is woken, when a time comes, and when
 * something on it is changed; what it tells its service is all anybody knows of it.
 */
export class AndroidDevice {
  readonly blueprint: AndroidBlueprint;
  readonly #cloud: DeviceCloud;
  readonly #clock: StandInClock;
  readonly #habits: AndroidHabits;
  readonly #random: Random;
  readonly #timers = new Map<string, () => void>();
  #phone: Phone | undefined;
  #broken: ReadonlyMap<string, number> = new Map();
  #eventId = 0;

  constructor(choice: AndroidDeviceChoice, cloud: DeviceCloud, clock: StandInClock) {
    this.blueprint = makeAndroidBlueprint(choice);
    this.#cloud = cloud;
    this.#clock = clock;
    this.#habits = { ...DEFAULT_HABITS, ...choice.habits };
    this.#random = new Random(`life ${choice.seed}`);
  }

  /** What the device is now. Throws before it is enrolled. */
  get phone(): Phone {
    if (this.#phone === undefined) throw new Error('the device is not enrolled');
    return this.#phone;
  }

  get isEnrolled(): boolean {
    return this.#phone !== undefined && this.#phone.state !== 'GONE';
  }

  /** Whether it is blocked for a setting that its user does not keep. */
  get isBlocked(): boolean {
    const { blockAt } = deadlines(this.#phone?.applied?.policy ?? {}, this.#broken);
    return blockAt !== undefined && blockAt <= this.#clock.milliseconds;
  }

  /** Shows the token to the service and sets itself up. Throws `EnrollmentRefused`. Gives the name it got. */
  enroll(token: string, path: EnrollmentPath): string {
    const personal = path === 'personal';
    const registered = this.#cloud.register({
      token,
      path,
      serialNumber: this.blueprint.serialNumber,
      apiLevel: this.blueprint.apiLevel,
      describe: (enterpriseSpecificId) => hardwareInfo(this.blueprint, personal, enterpriseSpecificId),
      wake: () => this.#later('sync', this.#latency(), () => this.#sync()),
    });
    const { lock, battery } = this.#habits;
    const position = {
      latitude: 35.68 + this.#random.within([-0.1, 0.1]),
      longitude: 139.76 + this.#random.within([-0.1, 0.1]),
    };
    this.#phone = makePhone(this.blueprint, registered, {
      lock,
      battery: battery ?? this.#random.integer(20, 100),
      position: { latitude: Number(position.latitude.toFixed(5)), longitude: Number(position.longitude.toFixed(5)) },
    });
    for (const [name, failure] of Object.entries(this.#habits.failingApps)) this.#phone.failingApps.set(name, failure);
    this.#power('BATTERY_LEVEL_COLLECTED');
    this.#later('sync', this.#latency(), () => this.#sync());
    this.#later('no policy', NO_POLICY_MS, () => this.#giveUpWithoutPolicy());
    this.#planRoutine();
    return registered.deviceName;
  }

  /** Looks for commands and policy, and reports. */
  sync(): void {
    this.#sync(true);
  }

  /** Changes something on the device, as its user or its surroundings do, and has it report when it is online. */
  change(changes: Partial<Omit<Phone, 'blueprint' | 'mode' | 'deviceName' | 'state' | 'apps'>>): void {
    const { phone } = this;
    const before = { online: phone.online, charging: phone.charging };
    Object.assign(phone, changes);
    if (phone.charging !== before.charging) this.#power(phone.charging ? 'POWER_CONNECTED' : 'POWER_DISCONNECTED');
    if (changes.battery !== undefined) this.#power(changes.battery <= 15 ? 'BATTERY_LOW' : 'BATTERY_LEVEL_COLLECTED');
    if (phone.state === 'GONE' || !phone.online) return;
    this.#later('sync', 0, () => this.#sync(true));
  }

  /** The user installs something from Play, or removes it. */
  install(packageName: string): void {
    const outcome = this.#cloud.playOutcome(this.phone.deviceName, packageName, this.blueprint.apiLevel);
    settleInstall(this.phone, packageName, outcome, this.#clock.stamp());
    this.#later('sync', 0, () => this.#sync(true));
  }

  uninstall(packageName: string): void {
    removeApp(this.phone, packageName, this.#clock.stamp());
    this.#later('sync', 0, () => this.#sync(true));
  }

  /** The user deletes the work profile or resets the device: the service hears nothing of it. */
  vanish(): void {
    this.#end();
  }

  /** The user gets out of lost mode with the device's own lock. */
  leaveLostMode(): void {
    const { phone } = this;
    if (phone.lost === undefined) return;
    phone.lost = undefined;
    phone.leftLostModeByUser = this.#clock.milliseconds;
    this.#log([
      { eventType: 'STOP_LOST_MODE_USER_ATTEMPT', stopLostModeUserAttemptEvent: { status: 'ATTEMPT_SUCCEEDED' } },
    ]);
    this.#later('sync', 0, () => this.#sync(true));
  }

  close(): void {
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
  }

  #sync(always = false): void {
    const { phone } = this;
    if (!phone.online || phone.state === 'GONE') return;
    if (!this.#cloud.isManaged(phone.deviceName)) {
      this.#leave();
      return;
    }
    const executed = this.#runCommands();
    if (this.phone.state === 'GONE') return;
    const changed = this.#applyPolicy();
    if (always || executed || changed) this.#report();
  }

  /** Whether there was one. */
  #runCommands(): boolean {
    const { phone } = this;
    const commands = this.#cloud.fetchCommands(phone.deviceName);
    for (const { operation, command } of commands) {
      const { after, ...outcome } = execute(phone, command, this.#clock.milliseconds);
      this.#cloud.finish(phone.deviceName, operation, outcome);
      if (after !== undefined) this.#aftermath(after);
      if (after === 'wipe' || after === 'relinquish') return true;
    }
    return commands.length > 0;
  }

  #aftermath(after: Aftermath): void {
    if (after === 'reboot') {
      this.#power('SHUTDOWN');
      this.#power('BOOT_COMPLETED');
    } else if (after === 'lost') {
      this.#tellLocation();
    } else {
      this.#leave();
    }
  }

  /** Whether anything of it is new. */
  #applyPolicy(): boolean {
    const { phone } = this;
    const fetched = this.#cloud.fetchPolicy(phone.deviceName);
    if (fetched === undefined) return false;
    this.#cancel('no policy');
    const isNew =
      phone.applied?.name !== fetched.name ||
      phone.applied.version !== fetched.version ||
      phone.disabled !== (fetched.state === 'DISABLED') ||
      phone.state === 'PROVISIONING';
    phone.applied = fetched;
    phone.disabled = fetched.state === 'DISABLED';
    removeUnwanted(phone, this.#clock.stamp());
    this.#startInstalls();
    if (!waitsForSetup(phone)) phone.state = 'ACTIVE';
    this.#askUser();
    return isNew;
  }

  #startInstalls(): void {
    const { phone } = this;
    for (const name of missingApps(phone)) {
      phone.installing.add(name);
      const wait = this.#random.within(this.#habits.installMs);
      this.#later(`install ${name}`, wait, () => {
        if (phone.state === 'GONE') return;
        const outcome = this.#cloud.playOutcome(phone.deviceName, name, this.blueprint.apiLevel);
        settleInstall(phone, name, outcome, this.#clock.stamp());
        if (!waitsForSetup(phone) && phone.applied !== undefined) phone.state = 'ACTIVE';
        this.#sync(true);
      });
    }
  }

  /** The screen asks for a better lock or for location; some users do it, after a while. */
  #askUser(): void {
    const { phone } = this;
    const { applied } = phone;
    const { obeysAfterMs } = this.#habits;
    if (applied === undefined || obeysAfterMs === undefined) return;
    if (!nonCompliance(phone, applied).some((detail) => detail['nonComplianceReason'] === 'USER_ACTION')) return;
    this.#later('user', obeysAfterMs, () => {
      const needed = neededStrength(applied.policy, modeLetter(phone.mode), this.blueprint.apiLevel);
      if (needed !== 'none') phone.lock = needed;
      phone.locationOn = applied.policy['locationMode'] !== 'LOCATION_DISABLED';
      this.#sync(true);
    });
  }

  #report(): void {
    const { phone } = this;
    this.#cloud.report(phone.deviceName, statusReport(phone, this.#clock.stamp()));
    this.#enforce();
  }

  /** Counts the days of what is not kept, and wipes when they are over, online or not. */
  #enforce(): void {
    const { phone } = this;
    const { applied } = phone;
    if (applied === undefined) return;
    const now = this.#clock.milliseconds;
    this.#broken = notice(this.#broken, nonCompliance(phone, applied), now);
    const { wipeAt } = deadlines(applied.policy, this.#broken);
    this.#cancel('enforcement');
    if (wipeAt !== undefined)
      this.#later('enforcement', Math.max(0, wipeAt - now), () => (phone.online ? this.#leave() : this.#end()));
  }

  #planRoutine(): void {
    this.#later('routine', this.#habits.reportEveryMs, () => {
      this.#planRoutine();
      this.#power('BATTERY_LEVEL_COLLECTED');
      this.#sync(true);
    });
  }

  #tellLocation(): void {
    const { phone } = this;
    if (phone.lost === undefined || phone.state === 'GONE') return;
    const lostModeLocationEvent = { location: phone.position, batteryLevel: phone.battery };
    if (phone.online) this.#log([{ eventType: 'LOST_MODE_LOCATION', lostModeLocationEvent }]);
    this.#later('location', LOCATION_EVERY_MS, () => this.#tellLocation());
  }

  #log(events: readonly Message[]): void {
    const stamped = events.map((event) => ({
      eventId: String(++this.#eventId),
      eventTime: this.#clock.stamp(),
      ...event,
    }));
    this.#cloud.log(this.phone.deviceName, stamped);
  }

  #giveUpWithoutPolicy(): void {
    if (this.phone.applied === undefined && this.phone.state === 'PROVISIONING') this.#leave();
  }

  #leave(): void {
    const { phone } = this;
    this.#end();
    this.#cloud.leave(phone.deviceName, statusReport(phone, this.#clock.stamp()));
  }

  #end(): void {
    this.phone.state = 'GONE';
    this.close();
  }

  #power(eventType: string): void {
    const { phone } = this;
    phone.powerEvents = [
      ...phone.powerEvents,
      { eventType, batteryLevel: phone.battery, createTime: this.#clock.stamp() },
    ].slice(-50);
  }

  #latency(): number {
    return this.#random.within(this.#habits.latencyMs);
  }

  /** One timer per name; a new one replaces what was planned. */
  #later(name: string, milliseconds: number, work: () => void): void {
    if (this.#phone?.state === 'GONE') return;
    this.#cancel(name);
    const cancel = this.#clock.after(milliseconds, () => {
      this.#timers.delete(name);
      work();
    });
    this.#timers.set(name, cancel);
  }

  #cancel(name: string): void {
    this.#timers.get(name)?.();
    this.#timers.delete(name);
  }
}
