import type { ContractorId } from '../../base/ids.ts';
import type { ActionOutcome } from '../actions/index.ts';
import { recordContacts } from '../devices/index.ts';
import {
  type CommandRow,
  claimDue,
  commandPurpose,
  type DueScope,
  dueScopes,
  ENDS_WITH_DEVICE,
  finishCommand,
  knownOperations,
  markCancelDue,
  updateCommand,
} from './command-store.ts';
import { durationOfCommand } from './commands.ts';
import type { Parts } from './deps.ts';
import { updateDevice } from './device-store.ts';
import { deleteUnwanted } from './enrollment-tokens.ts';
import { updateEnterprise } from './enterprise-store.ts';
import { GoogleError, type Lane } from './google/index.ts';
import {
  type CommandBody,
  cancelOperation,
  deleteDevice,
  getDevice,
  getOperation,
  issueCommand,
  listOperations,
} from './google/requests.ts';
import { takeDevice } from './intake.ts';
import { field, instantOf, type Json, listOf, parseObject, textOf } from './json.ts';
import { isDeviceName } from './model.ts';
import { type OperationReport, readOperation } from './outcome.ts';
import { Periodic } from './periodic.ts';
import { INSTALLATION, openProject, type Project } from './project-store.ts';
import { readDevice } from './report.ts';

const POLL_MS = 1_000;
/** Requests of one project in one go, and at one time. */
const BATCH = 50;
const AT_ONCE = 8;
/** Others take over what was claimed so long ago. */
const LEASE_SECONDS = 240;
/** What a request may take: a token and an answer, and both again with a new token. */
const REQUEST_SECONDS = 120;
/** Most due requests that are counted to see what a project needs. */
const COUNTED = 5_000;
/** Nothing was heard of a command for so long: it is looked after; then four times as long, at most a day. */
const FIRST_CHECK_MINUTES = 15;
/** After its validity a command is looked after at once: Google ends it then. */
const GRACE_SECONDS = 120;
const MOST_OPERATION_PAGES = 5;
const CLOCKS_DIFFER_SECONDS = 120;

/** Sends what is queued, as the budget of each project allows, and looks after what Google was given. */
export class Dispatcher {
  readonly #parts: Parts;
  readonly #loop: Periodic;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#loop = new Periodic(
      POLL_MS,
      () => this.drain(),
      (error) => parts.log.warn('android.dispatch_failed', { error }),
    );
  }

  start(): void {
    this.#loop.start();
  }

  nudge(): void {
    this.#loop.nudge();
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }

  /** Sends all that is due and within the budget. */
  async drain(): Promise<void> {
    const { db, clock } = this.#parts;
    for (let sent = 1; sent > 0; ) {
      sent = await deleteUnwanted(this.#parts);
      const scopes = await db.jobs((tx) => dueScopes(tx, clock.now(), COUNTED));
      const counts = await Promise.all(scopes.map((due) => this.#ofScope(due)));
      sent += counts.reduce((sum, count) => sum + count, 0);
    }
  }

  async #ofScope({ scope, urgent, action, background }: DueScope): Promise<number> {
    const { google } = this.#parts;
    const project = await this.#open(scope);
    if (project === undefined) return 0;
    let sent = 0;
    const lanes = [
      { number: 0, lane: 'urgent', count: urgent },
      { number: 1, lane: 'action', count: action },
      { number: 2, lane: 'background', count: background },
    ] as const satisfies readonly { number: number; lane: Lane; count: number }[];
    for (const { number, lane, count } of lanes) {
      if (count === 0) continue;
      const { granted } = await google.take(project, Math.min(count, BATCH), lane);
      if (granted === 0) break; // what gives way to this lane waits all the more
      sent += await this.#sendSome(project, number, granted);
    }
    return sent;
  }

  #open(scope: string): Promise<Project | undefined> {
    const { db, secrets } = this.#parts;
    const contractorId = scope as ContractorId;
    if (scope === INSTALLATION) return db.jobs((tx) => openProject(tx, secrets, 'installation', contractorId));
    return db.jobsFor(contractorId, (tx) => openProject(tx, secrets, 'contractor', contractorId));
  }

  async #sendSome(project: Project, lane: number, limit: number): Promise<number> {
    const { db, clock } = this.#parts;
    const now = clock.now();
    const until = now.add({ seconds: LEASE_SECONDS });
    const claimed = await db.jobs((tx) => claimDue(tx, project.scope, { lanes: [lane], limit, now, until }));
    const waiting = [...claimed];
    const work = async () => {
      for (let command = waiting.shift(); command !== undefined; command = waiting.shift()) {
        // Those before it took long: another copy may have it before this one has an answer.
        if (Temporal.Instant.compare(clock.now().add({ seconds: REQUEST_SECONDS }), until) > 0) return;
        await this.#one(project, command);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return claimed.length;
  }

  async #one(project: Project, command: CommandRow): Promise<void> {
    try {
      if (!isDeviceName(command.device_name)) throw new GoogleError('refused', 'the device has no usable name');
      switch (command.step) {
        case 'send':
          await this.#send(project, command);
          break;
        case 'resolve':
          await this.#resolve(project, command);
          break;
        case 'cancel':
          await this.#cancel(project, command);
          break;
        case 'check':
          await this.#check(project, command);
          break;
      }
    } catch (error) {
      if (error instanceof GoogleError) await this.#failed(command, error);
      // Anything else: the lease ends, and it comes again.
      else this.#parts.log.warn('android.command_failed', { contractorId: command.contractor_id, error });
    }
  }

  async #send(project: Project, command: CommandRow): Promise<void> {
    switch (command.kind) {
      case 'issue':
        return this.#issue(project, command);
      case 'delete':
        return this.#delete(project, command);
      case 'get':
        return this.#get(project, command);
    }
  }

  async #issue(project: Project, command: CommandRow): Promise<void> {
    const { google, clock } = this.#parts;
    const body = await this.#body(command);
    if (body === undefined) throw new GoogleError('refused', 'the command cannot be read back');
    const duration = durationOfCommand(command.expires_at, clock.now());
    const answer = await google.send(project, issueCommand(command.device_name, { ...body, duration }));
    const operation = readOperation(answer);
    if (operation === undefined) throw new GoogleError('passing', 'the answer names no operation');
    await this.#handed(command, operation);
  }

  async #body(command: CommandRow): Promise<Omit<CommandBody, 'duration'> | undefined> {
    const { db, secrets } = this.#parts;
    const { contractor_id: contractorId, sealed_payload: sealed, command_id: id } = command;
    if (sealed === null) return undefined;
    const opened = await db.jobsFor(contractorId, (tx) =>
      secrets.openFor(tx, contractorId, commandPurpose(id), sealed),
    );
    const body = parseObject(opened);
    const type = textOf(field(body, 'type'));
    return body === undefined || type === undefined ? undefined : { ...body, type };
  }

  /** Google has it: kept with the operation's name, and finished when it says so already. */
  async #handed(command: CommandRow, operation: OperationReport): Promise<void> {
    const { db, clock } = this.#parts;
    const now = clock.now();
    await db.jobsFor(command.contractor_id, (tx) =>
      updateCommand(tx, command, {
        operation_name: operation.name,
        handed_at: now,
        sealed_payload: null,
        problem: null,
        attempts: 0,
        step: 'check',
        due_at: firstCheck(command.expires_at, now),
      }),
    );
    // Asked to take it back while it was on its way.
    await db.jobsFor(command.contractor_id, (tx) => markCancelDue(tx, command, now));
    if (operation.outcome !== undefined) await this.#finish(command, operation.outcome);
  }

  async #finish(command: CommandRow, outcome: ActionOutcome): Promise<void> {
    const { db } = this.#parts;
    await db.jobsFor(command.contractor_id, (tx) => finishWith(this.#parts, tx, command, outcome));
  }

  /** Google forgets the device at once; whether the device ever hears of it, only the device can tell. */
  async #delete(project: Project, command: CommandRow): Promise<void> {
    const { google, db, clock } = this.#parts;
    const { contractor_id: contractorId, device_name: name } = command;
    try {
      await google.send(project, deleteDevice(name));
    } catch (error) {
      if (!(error instanceof GoogleError)) throw error;
      if (error.kind !== 'gone' && !(error.kind === 'refused' && (await this.#isGone(project, name)))) throw error;
    }
    const now = clock.now();
    await db.jobsFor(contractorId, async (tx) => {
      await updateCommand(tx, command, { handed_at: now, step: null, due_at: null, problem: null });
      await updateDevice(tx, contractorId, name, { state: 'deleting' });
    });
  }

  /** The answer to deleting a device twice is not documented: what counts is whether it is there. */
  async #isGone(project: Project, name: string): Promise<boolean> {
    try {
      await this.#parts.google.call(project, 'action', getDevice(name));
      return false;
    } catch (error) {
      return error instanceof GoogleError && error.kind === 'gone';
    }
  }

  async #get(project: Project, command: CommandRow): Promise<void> {
    const { google, db, clock } = this.#parts;
    const { contractor_id: contractorId } = command;
    const body = await google.send(project, getDevice(command.device_name));
    const report = readDevice(body);
    if (report === undefined) throw new GoogleError('passing', 'the answer is no device');
    const now = clock.now();
    const contact = await db.jobsFor(contractorId, async (tx) => {
      const taken = { contractorId, report, body, publishedAt: now, source: 'refresh' } as const;
      const intake = await takeDevice(this.#parts, tx, taken);
      const result = { lastStatusReportTime: report.reportedAt?.toString() ?? null };
      await updateCommand(tx, command, { handed_at: now });
      await finishWith(this.#parts, tx, command, { state: 'done', result });
      return intake.contact;
    });
    if (contact !== undefined) await recordContacts(db, [{ contractorId, ...contact }]);
  }

  /** Nobody knows whether Google took it: before it is sent again, its operation is looked for. */
  async #resolve(project: Project, command: CommandRow): Promise<void> {
    const { db, clock } = this.#parts;
    const found = await this.#findOperation(project, command);
    if (found !== undefined) return this.#handed(command, found);
    const now = clock.now();
    const over = Temporal.Instant.compare(command.expires_at, now) <= 0;
    if (command.cancel_wanted || over) return this.#finish(command, { state: 'cancelled' });
    await db.jobsFor(command.contractor_id, (tx) =>
      updateCommand(tx, command, { step: 'send', due_at: now, sent_at: null }),
    );
  }

  async #findOperation(project: Project, command: CommandRow): Promise<OperationReport | undefined> {
    const { google, db } = this.#parts;
    const { device_name: name, contractor_id: contractorId } = command;
    const since = (command.sent_at ?? command.created_at).subtract({ seconds: CLOCKS_DIFFER_SECONDS });
    const known = await db.jobsFor(contractorId, (tx) => knownOperations(tx, contractorId, name));
    const candidates: { readonly operation: OperationReport; readonly at: Temporal.Instant }[] = [];
    let pageToken: string | undefined;
    for (let page = 0; page < MOST_OPERATION_PAGES; page += 1) {
      const request = listOperations(name, pageToken);
      const answer: Json =
        page === 0 ? await google.send(project, request) : await google.call(project, 'action', request);
      for (const entry of listOf(field(answer, 'operations'))) {
        const operation = readOperation(entry);
        const at = instantOf(operation?.createdAt);
        if (operation === undefined || at === undefined || known.has(operation.name)) continue;
        const fits = operation.type === command.command_type && Temporal.Instant.compare(at, since) >= 0;
        if (fits) candidates.push({ operation, at });
      }
      pageToken = textOf(field(answer, 'nextPageToken'));
      if (pageToken === undefined) break;
    }
    candidates.sort((a, b) => Temporal.Instant.compare(a.at, b.at));
    return candidates[0]?.operation;
  }

  async #cancel(project: Project, command: CommandRow): Promise<void> {
    const { google, db, clock } = this.#parts;
    if (command.operation_name === null) return this.#resolve(project, command);
    try {
      await google.send(project, cancelOperation(command.operation_name));
    } catch (error) {
      // Over already, or unknown: looking after it tells which.
      if (!(error instanceof GoogleError) || (error.kind !== 'refused' && error.kind !== 'gone')) throw error;
    }
    const dueAt = clock.now().add({ seconds: 5 });
    await db.jobsFor(command.contractor_id, (tx) => updateCommand(tx, command, { step: 'check', due_at: dueAt }));
  }

  async #check(project: Project, command: CommandRow): Promise<void> {
    const { google, db, clock } = this.#parts;
    if (command.operation_name === null) return this.#resolve(project, command);
    const operation = readOperation(await google.send(project, getOperation(command.operation_name)));
    if (operation === undefined) throw new GoogleError('passing', 'the answer is no operation');
    if (operation.outcome !== undefined) return this.#finish(command, operation.outcome);
    const dueAt = nextCheck(command, clock.now());
    await db.jobsFor(command.contractor_id, (tx) => updateCommand(tx, command, { due_at: dueAt }));
  }

  async #failed(command: CommandRow, error: GoogleError): Promise<void> {
    const { db, clock, log } = this.#parts;
    const { contractor_id: contractorId, kind, step } = command;
    const now = clock.now();
    const { message, status } = error;
    log.warn('android.request_failed', { contractorId, reason: `${step} ${error.kind}`, status, message });
    const again = (set: Parameters<typeof updateCommand>[2]) =>
      db.jobsFor(contractorId, (tx) => updateCommand(tx, command, set));
    const jitter = Math.random() * 30_000;
    switch (error.kind) {
      case 'quota': {
        // Surely not done: it may be sent as if it never had been.
        const dueAt = (error.retryAt ?? now.add({ seconds: 60 })).add({ milliseconds: Math.round(jitter) });
        return again({ step, sent_at: null, due_at: dueAt, problem: { code: 'android.quota', params: { message } } });
      }
      case 'passing': {
        const problem = { code: 'android.google_unreachable', params: { message } };
        // Deleting and reading may be repeated; of a command the operation is looked for first.
        const next = kind === 'issue' && step === 'send' ? 'resolve' : step;
        return again({ step: next, due_at: now.add(backOff(command.attempts)), problem });
      }
      case 'key':
      case 'denied': {
        await db.jobsFor(contractorId, (tx) => updateEnterprise(tx, contractorId, { reconcile_at: now }));
        const problem = { code: 'android.access_refused', params: { message } };
        return again({
          step,
          sent_at: null,
          due_at: now.add({ minutes: 10, milliseconds: Math.round(jitter) }),
          problem,
        });
      }
      case 'gone':
        await db.jobsFor(contractorId, (tx) => updateEnterprise(tx, contractorId, { reconcile_at: now }));
        // It may be gone because it was done: its last report or the comparison with Google's list tells.
        if (mayHaveEnded(command)) {
          const problem = { code: 'android.device_gone', params: { message } };
          return again({ due_at: nextCheck(command, now), problem });
        }
        return this.#finish(command, {
          state: 'failed',
          failure: { code: command.operation_name === null ? 'android.device_gone' : 'android.operation_gone' },
        });
      case 'refused':
        return this.#finish(command, {
          state: 'failed',
          failure: {
            code: 'android.refused',
            chain: [{ domain: 'androidmanagement.googleapis.com', code: status ?? 400, description: message }],
          },
        });
    }
  }
}

/** A command that ends the device's record, and that Google has or may have. */
const mayHaveEnded = ({ step, command_type: type }: CommandRow): boolean =>
  step !== 'send' && type !== null && ENDS_WITH_DEVICE.includes(type);

/** Records how a command ended, in its action and here. The action's row is locked before the command's. */
export async function finishWith(
  parts: Parts,
  tx: Parameters<typeof finishCommand>[0],
  command: Pick<CommandRow, 'contractor_id' | 'command_id' | 'action_id'>,
  outcome: ActionOutcome,
): Promise<void> {
  const now = parts.clock.now();
  if (command.action_id !== null)
    await parts.actions().finish(tx, command.contractor_id, command.action_id, outcome, now);
  await finishCommand(tx, command, outcome.state === 'cancelled' ? 'cancelled' : 'answered', now);
}

function firstCheck(expiresAt: Temporal.Instant, now: Temporal.Instant): Temporal.Instant {
  return earlier(now.add({ minutes: FIRST_CHECK_MINUTES }), expiresAt.add({ seconds: GRACE_SECONDS }));
}

function nextCheck({ attempts, expires_at: expiresAt }: CommandRow, now: Temporal.Instant): Temporal.Instant {
  const minutes = Math.min(FIRST_CHECK_MINUTES * 4 ** Math.min(attempts, 6), 24 * 60);
  const end = expiresAt.add({ seconds: GRACE_SECONDS });
  const next = now.add({ minutes });
  return Temporal.Instant.compare(end, now) > 0 ? earlier(next, end) : next;
}

const earlier = (a: Temporal.Instant, b: Temporal.Instant) => (Temporal.Instant.compare(a, b) < 0 ? a : b);

/** From five seconds to a quarter of an hour, with jitter. */
function backOff(attempts: number): Temporal.Duration {
  const seconds = Math.min(5 * 2 ** Math.min(attempts, 10), 900);
  return Temporal.Duration.from({ milliseconds: Math.round(seconds * 1000 * (0.5 + Math.random())) });
}
