import {
  channelNodes,
  followingQuestions,
  hresult as hresultOf,
  type InstalledApp,
  isGood,
  numberAt,
  type PollSchedule,
  type ResultItem,
  readChannel,
  readMsi,
  readMsix,
  readSection,
  readStoredCertificates,
  type Section,
  setPollSchedule,
  textAt,
  valuesOf as valuesOfResults,
} from '@tsukasa/windows-mdm';
import { sql } from 'kysely';
import type { Tx } from '../../base/db.ts';
import { isUuid } from '../../base/ids.ts';
import type { ActionId, ActionOutcome, Actions } from '../actions/index.ts';
import {
  type DeviceSupport,
  getDevice,
  markManaged,
  observe,
  observeApps,
  observeCertificates,
  observeLocation,
  recordEvent,
  reportBody,
} from '../devices/index.ts';
import { commandsOfAction } from './action-store.ts';
import { isWakeable } from './channel.ts';
import type { EventCode } from './codes.ts';
import { countOpen } from './command-store.ts';
import { PROVIDER_ID } from './enrollment-model.ts';
import type { EnqueueCommands, FinishedCommand, Interpreter, SessionReport } from './model.ts';
import type { Observer } from './observe.ts';
import { outcomeOfAction, outcomeOfFinding, outcomeOfRaw, type RawAnswer, rawAnswer } from './outcomes.ts';
import { isSameSchedule, restingMinutes, settledPoll } from './poll-schedule.ts';
import { commandsOf, isListSection, type QuestionNote, questionNote } from './questions.ts';
import { appOf, certificatesOf, valuesOf } from './readings.ts';
import {
  findLive,
  findUpkeep,
  gather,
  type Key,
  listReadings,
  lockUpkeep,
  observeSoon,
  saveReading,
  scheduleOf,
  updateUpkeep,
} from './upkeep-store.ts';
import type { WakeUps } from './wake/index.ts';

export type MeaningDeps = {
  readonly actions: () => Actions;
  readonly support: DeviceSupport;
  readonly wakeUps: WakeUps;
  readonly observer: Observer;
  readonly enqueueCommands: EnqueueCommands;
};

/** Where a change of a value comes from, as the history shows it: the CSP. */
const SOURCES: Readonly<Record<Section, string>> = {
  device: 'DevDetail',
  status: 'DeviceStatus',
  bitlocker: 'BitLocker',
  defender: 'Defender',
  channel: 'DMClient',
  network: 'NetworkIdentifiers',
  msi: 'EnterpriseDesktopAppManagement',
  msix: 'EnterpriseModernAppManagement',
  certificates: 'CertificateStore',
};

/** A question about the channel is repeated after so long, and sooner when the channel is gone. */
const CHANNEL_HOURS = 24;
const LOST_CHANNEL_MINUTES = 15;
/** A PC that comes so long after it accepted a wipe was not wiped. */
const WIPE_MINUTES = 60;
/** How long a device may take to rotate before it is asked. */
const ROTATION_MINUTES = 10;
const UPKEEP_DAYS = 3;
/** A PC that has not gone on after so long has lost its session. */
const ABANDONED_SECONDS = 30;

type Said = Pick<ResultItem, 'source' | 'data'>;

/** Reads what devices answered into the other rooms: the half of the room that knows the nodes. */
export class Meaning implements Interpreter {
  readonly #deps: MeaningDeps;

  constructor(deps: MeaningDeps) {
    this.#deps = deps;
  }

  async finished(tx: Tx, finished: FinishedCommand, now: Temporal.Instant): Promise<void> {
    const question = questionNote(finished.note);
    if (question !== undefined) return this.#question(tx, finished, question, now);
    if (finished.purpose === 'upkeep') return this.#upkeep(tx, finished);
    if (finished.actionId === undefined) return;
    if (finished.purpose === 'raw') return this.#raw(tx, finished, now);
    if (finished.note.action === 'locate') return this.#found(tx, finished, now);
    await this.#acted(tx, finished, now);
  }

  async #question(tx: Tx, finished: FinishedCommand, note: QuestionNote, now: Temporal.Instant): Promise<void> {
    if (finished.end === 'answered' && finished.outcome !== undefined) await this.#read(tx, finished, note, now);
    if (finished.purpose === 'action') return this.#refreshed(tx, finished, now);
    if (finished.purpose === 'observation') await this.#observed(tx, finished, now);
  }

  async #read(tx: Tx, finished: FinishedCommand, note: QuestionNote, now: Temporal.Instant): Promise<void> {
    const { outcome, command, gone } = finished;
    if (outcome === undefined) return;
    const good = isGood(outcome.status);
    if (note.step === 'list') {
      const following = followingQuestions(note.section, outcome.results);
      if (following.length > 0 && !gone) {
        await this.#askMore(tx, finished, commandsOf(following, note.round, this.#as(finished, now)), now);
        // Its session is kept open for them; one that was cut off is not.
        const at = now.add({ seconds: ABANDONED_SECONDS });
        await this.#deps.wakeUps.wantWake(tx, finished.contractorId, finished.enrollmentId, at);
      }
      // Nothing in the list is an answer too; a list that was refused is none.
      else if (good && isListSection(note.section)) await this.#complete(tx, finished, note.section, [], now);
      return;
    }
    if (outcome.results.length === 0 && !good) {
      const several = command.verb !== 'Atomic' && command.items.length > 1;
      if (several && note.parts === 1 && !gone) return this.#askAlone(tx, finished, note, now);
      // A node that is not there is an answer of its section; a list with a hole is none.
      if (several || note.parts === 1 || isListSection(note.section)) return;
    }
    const said: readonly Said[] = outcome.results.map(({ source, data }) => ({ source, data }));
    const all = note.parts === 1 ? said : await this.#gathered(tx, finished, note, said);
    if (all !== undefined) await this.#complete(tx, finished, note.section, all, now);
  }

  /** A device that refuses a whole Get because of one of its nodes is asked for each by itself. */
  async #askAlone(tx: Tx, finished: FinishedCommand, note: QuestionNote, now: Temporal.Instant): Promise<void> {
    const { command } = finished;
    if (command.verb === 'Atomic') return;
    const questions = command.items.map((item) => ({
      section: note.section,
      step: 'read' as const,
      command: { verb: 'Get' as const, items: [item] },
    }));
    await this.#askMore(tx, finished, commandsOf(questions, note.round, this.#as(finished, now)), now);
  }

  #as({ purpose, actionId }: FinishedCommand, now: Temporal.Instant) {
    return { purpose, actionId, expiresAt: now.add({ hours: 24 * UPKEEP_DAYS }) };
  }

  async #askMore(tx: Tx, key: Key, commands: Parameters<EnqueueCommands>[2], now: Temporal.Instant): Promise<void> {
    await this.#deps.enqueueCommands(tx, key, commands, now);
  }

  async #gathered(
    tx: Tx,
    key: Key,
    { section, round, part, parts }: QuestionNote,
    said: readonly Said[],
  ): Promise<readonly Said[] | undefined> {
    const items = await gather(tx, key, { section, round, part, parts, items: reportBody(said) });
    return items?.filter(isSaid);
  }

  /** Everything of a section is here. */
  async #complete(
    tx: Tx,
    finished: FinishedCommand,
    section: Section,
    said: readonly Said[],
    now: Temporal.Instant,
  ): Promise<void> {
    const { contractorId, deviceId, finishedAt: at } = finished;
    const results: readonly ResultItem[] = said.map((each) => ({ ...each, format: undefined, type: undefined }));
    const source = SOURCES[section];
    const values = valuesOfResults(results);
    switch (section) {
      case 'msi':
        return this.#apps(tx, finished, 'msi', readMsi(values));
      case 'msix':
        return this.#apps(tx, finished, 'msix', readMsix(values));
      case 'certificates': {
        const items = certificatesOf(readStoredCertificates(values));
        return observeCertificates(tx, contractorId, deviceId, { at, source, items });
      }
      case 'channel':
        return this.#channel(tx, finished, readChannel(values, PROVIDER_ID), now);
      default: {
        const { reading, details } = readSection(section, results);
        const device = await getDevice(tx, contractorId, deviceId);
        const body = Object.fromEntries(said.map((each) => [each.source, each.data]));
        const observation = { section, at, source, values: valuesOf(reading, device), body };
        await observe(tx, contractorId, deviceId, observation, { support: this.#deps.support, now });
        await saveReading(tx, { contractorId, deviceId, section, at, body: reportBody(details) });
        if (section === 'bitlocker') await this.#rotated(tx, finished, values, now);
      }
    }
  }

  /** Programs of one kind; the device's list is those of all kinds that it has told of. */
  async #apps(
    tx: Tx,
    { contractorId, deviceId, finishedAt: at }: FinishedCommand,
    kind: 'msi' | 'msix',
    apps: readonly InstalledApp[],
  ): Promise<void> {
    await saveReading(tx, {
      contractorId,
      deviceId,
      section: `apps.${kind}`,
      at,
      body: JSON.stringify(apps.map(storable)),
    });
    const readings = await listReadings(tx, contractorId, deviceId);
    const items = readings
      .filter(({ section }) => section.startsWith('apps.'))
      .flatMap(({ body }) => (Array.isArray(body) ? body : []))
      .filter(isApp)
      .map(appOf);
    await observeApps(tx, contractorId, deviceId, { at, source: SOURCES[kind], items });
  }

  async #channel(
    tx: Tx,
    finished: FinishedCommand,
    { channelUri, details }: ReturnType<typeof readChannel>,
    now: Temporal.Instant,
  ): Promise<void> {
    const { contractorId, deviceId, finishedAt: at } = finished;
    await saveReading(tx, { contractorId, deviceId, section: 'channel', at, body: reportBody(details) });
    if (channelUri === undefined) return;
    const known = await lockUpkeep(tx, finished);
    if (channelUri === null || known.channel_uri === channelUri) {
      // The same channel again says nothing against WNS, which called it gone.
      if (channelUri === null) await updateUpkeep(tx, finished, { channel_uri: null, channel_at: null });
      return;
    }
    if (this.#deps.wakeUps.canPush && !this.#deps.wakeUps.isAllowed(channelUri)) {
      const kind: EventCode = 'windows.channel_refused';
      const details = { why: 'address' };
      await recordEvent(tx, contractorId, { kind, severity: 'warning', deviceId, dedupe: deviceId, details, now });
      return;
    }
    await updateUpkeep(tx, finished, { channel_uri: channelUri, channel_at: at, channel_dead_at: null });
    const { byPurpose } = await countOpen(tx, contractorId, finished.enrollmentId);
    if (byPurpose.action + byPurpose.raw > 0)
      await this.#deps.wakeUps.wantWake(tx, contractorId, finished.enrollmentId, now);
  }

  /** The end of a rotation by the CSP: its status node names the request, which is our action. */
  async #rotated(
    tx: Tx,
    { contractorId, enrollmentId }: FinishedCommand,
    values: ReturnType<typeof valuesOfResults>,
    now: Temporal.Instant,
  ): Promise<void> {
    const requestId = textAt(values, `${BITLOCKER}/RotateRecoveryPasswordsRequestID`);
    const status = numberAt(values, `${BITLOCKER}/RotateRecoveryPasswordsStatus`);
    if (typeof requestId !== 'string' || !isUuid(requestId) || status === undefined || status === 1 || status === 2)
      return;
    const { rows } = await sql`select 1 from windows_commands where contractor_id = ${contractorId}
      and enrollment_id = ${enrollmentId} and action_id = ${requestId}
      and note ->> 'action' = 'rotate_recovery_key'`.execute(tx);
    if (rows.length === 0) return; // not of this device's actions, whatever it says
    const outcome: ActionOutcome =
      status === 0
        ? { state: 'done' }
        : { state: 'failed', failure: { code: 'windows.rotation_failed', params: { hresult: hresultOf(status) } } };
    await this.#deps.actions().finish(tx, contractorId, requestId as ActionId, outcome, now);
  }

  /** A refresh is done when everything was asked that the answers led to. */
  async #refreshed(tx: Tx, finished: FinishedCommand, now: Temporal.Instant): Promise<void> {
    const { contractorId, actionId, commandId } = finished;
    if (actionId === undefined) return;
    const commands = await commandsOfAction(tx, contractorId, actionId, commandId);
    if (commands.some(({ end }) => end === 'pending')) return;
    const sections = (answered: boolean) => [
      ...new Set(
        commands.filter(({ end }) => (end === 'answered') === answered).map(({ note }) => String(note.section)),
      ),
    ];
    const answered = sections(true);
    if (answered.length === 0) return; // taken back, or nobody came: the action's own end says so
    const result = { answered, unanswered: sections(false).filter((section) => !answered.includes(section)) };
    await this.#deps.actions().finish(tx, contractorId, actionId, { state: 'done', result }, now);
  }

  async #observed(tx: Tx, finished: FinishedCommand, now: Temporal.Instant): Promise<void> {
    if (finished.gone) return;
    const { byPurpose } = await countOpen(tx, finished.contractorId, finished.enrollmentId);
    if (byPurpose.observation > 0) return;
    await lockUpkeep(tx, finished);
    await updateUpkeep(tx, finished, { observed_at: finished.finishedAt });
    await this.#settlePoll(tx, finished, now);
  }

  /** Once a device is known it comes less often; more often again, and visibly so, when it can be woken no more. */
  async #settlePoll(tx: Tx, finished: FinishedCommand, now: Temporal.Instant): Promise<void> {
    const row = await findUpkeep(tx, finished);
    const running = await scheduleOf(tx, finished);
    if (row === undefined || running === undefined) return;
    const wanted = settledPoll(isWakeable(row, this.#deps.wakeUps.canPush));
    if (isSameSchedule(running.schedule, wanted)) return;
    if (row.poll_asked !== null && isSameSchedule(row.poll_asked, wanted)) return;
    const { contractorId, deviceId } = finished;
    const [before, after] = [restingMinutes(running.schedule), restingMinutes(wanted)];
    if (row.poll !== null && after !== undefined && (before ?? Number.POSITIVE_INFINITY) > after) {
      const kind: EventCode = 'windows.poll_tightened';
      const details = { beforeMinutes: before ?? null, afterMinutes: after };
      await recordEvent(tx, contractorId, { kind, severity: 'notice', deviceId, dedupe: deviceId, details, now });
    }
    const command = setPollSchedule(wanted, PROVIDER_ID);
    const expiresAt = now.add({ hours: 24 * UPKEEP_DAYS });
    await this.#askMore(
      tx,
      finished,
      [{ command, purpose: 'upkeep', expiresAt, note: { upkeep: 'poll', poll: wanted } }],
      now,
    );
    await updateUpkeep(tx, finished, { poll_asked: wanted });
  }

  async #upkeep(tx: Tx, finished: FinishedCommand): Promise<void> {
    const { note, end, outcome, finishedAt } = finished;
    if (note.upkeep !== 'poll') return;
    await lockUpkeep(tx, finished);
    const done = end === 'answered' && outcome !== undefined && isGood(outcome.status);
    const poll = note.poll as PollSchedule; // as we queued it
    await updateUpkeep(tx, finished, { poll_asked: null, ...(done ? { poll, poll_since: finishedAt } : {}) });
  }

  async #raw(tx: Tx, finished: FinishedCommand, now: Temporal.Instant): Promise<void> {
    const { contractorId, actionId, commandId, note } = finished;
    if (actionId === undefined || ['cancelled', 'superseded', 'expired'].includes(finished.end)) return;
    const commands = await commandsOfAction(tx, contractorId, actionId, commandId);
    const section = `raw.${actionId}`;
    const part = typeof note.index === 'number' ? note.index : 0;
    const items = reportBody([rawAnswer(finished)]);
    const all = await gather(tx, finished, { section, round: actionId, part, parts: commands.length, items });
    if (all === undefined) return;
    await this.#deps.actions().finish(tx, contractorId, actionId, outcomeOfRaw(all as readonly RawAnswer[]), now);
  }

  async #found(tx: Tx, finished: FinishedCommand, now: Temporal.Instant): Promise<void> {
    const { contractorId, deviceId, actionId, note } = finished;
    if (note.step !== 1 || actionId === undefined) return; // how to look is only a wish
    const found = outcomeOfFinding(finished);
    if (found === undefined) return;
    if (found.place !== undefined) await observeLocation(tx, contractorId, deviceId, found.place);
    await this.#deps.actions().finish(tx, contractorId, actionId, found.action, now);
  }

  async #acted(tx: Tx, finished: FinishedCommand, now: Temporal.Instant): Promise<void> {
    const { contractorId, actionId, note, finishedAt, end } = finished;
    const outcome = outcomeOfAction(finished);
    if (note.action === 'rotate_recovery_key' && end === 'answered' && outcome === undefined) {
      await observeSoon(tx, finished, now.add({ minutes: ROTATION_MINUTES }));
    }
    if (outcome === undefined || actionId === undefined) return;
    if (note.action === 'erase' && outcome.state === 'done') {
      await lockUpkeep(tx, finished);
      await updateUpkeep(tx, finished, { wiped_at: finishedAt });
    }
    await this.#deps.actions().finish(tx, contractorId, actionId, outcome, now);
  }

  async reported(tx: Tx, report: SessionReport, now: Temporal.Instant): Promise<void> {
    if (!report.opened) return;
    const { contractorId, enrollmentId, deviceId, at, devInfo } = report;
    if ((await findLive(tx, contractorId, enrollmentId)) === undefined) return;
    const device = await getDevice(tx, contractorId, deviceId);
    await this.#stillHere(tx, report, device.managementState, now);
    const manufacturer = devInfo.Man?.trim() || undefined;
    const model = devInfo.Mod?.trim() || undefined;
    if ((manufacturer ?? device.manufacturer) !== device.manufacturer || (model ?? device.model) !== device.model) {
      const values = valuesOf({ manufacturer, model }, device);
      const said = { section: 'dev_info', at, source: 'DevInfo', values };
      await observe(tx, contractorId, deviceId, said, { support: this.#deps.support, now });
    }
    const known = await findUpkeep(tx, report);
    if (known === undefined || known.observe_at === null) await this.#deps.observer.begin(tx, report, deviceId, now);
    await this.#askForChannel(tx, report, now);
  }

  /** A PC that was wiped or has left would not come. */
  async #stillHere(tx: Tx, report: SessionReport, state: string, now: Temporal.Instant): Promise<void> {
    const { contractorId, deviceId, at } = report;
    const event = (kind: EventCode) =>
      recordEvent(tx, contractorId, { kind, severity: 'warning', deviceId, dedupe: deviceId, details: {}, now });
    if (state !== 'managed' && (await markManaged(tx, contractorId, deviceId, now)) && state === 'unmanaged') {
      await event('windows.removal_did_not_happen');
    }
    const wipedAt = (await findUpkeep(tx, report))?.wiped_at ?? null;
    if (wipedAt === null || Temporal.Instant.compare(at, wipedAt.add({ minutes: WIPE_MINUTES })) <= 0) return;
    await updateUpkeep(tx, report, { wiped_at: null });
    await event('windows.wipe_did_not_happen');
  }

  /** The channel changes about every two weeks, and whenever WNS says that it is gone. */
  async #askForChannel(tx: Tx, report: SessionReport, now: Temporal.Instant): Promise<void> {
    if (!this.#deps.wakeUps.canPush) return;
    const row = await lockUpkeep(tx, report);
    const wait = isWakeable(row, true) ? { hours: CHANNEL_HOURS } : { minutes: LOST_CHANNEL_MINUTES };
    const asked = row.channel_asked_at;
    if (asked !== null && Temporal.Instant.compare(asked.add(wait), now) > 0) return;
    if (row.observed_at === null) return; // the first questions ask for it
    const questions = channelQuestion();
    const ordered = { purpose: 'upkeep', expiresAt: now.add({ hours: 24 }) } as const;
    await this.#askMore(tx, report, commandsOf(questions, 'channel', ordered), now);
    await updateUpkeep(tx, report, { channel_asked_at: now });
  }

  async unenrolled(
    tx: Tx,
    of: Pick<SessionReport, 'contractorId' | 'enrollmentId' | 'deviceId' | 'at'>,
  ): Promise<void> {
    await updateUpkeep(tx, of, { wake_at: null, observe_at: null, channel_uri: null, channel_at: null });
  }
}

const BITLOCKER = './Device/Vendor/MSFT/BitLocker/Status';

function channelQuestion() {
  const items = channelNodes(PROVIDER_ID).map((target) => ({ target }));
  return [{ section: 'channel' as const, step: 'read' as const, command: { verb: 'Get' as const, items } }];
}

function isSaid(value: unknown): value is Said {
  if (typeof value !== 'object' || value === null || !('source' in value) || !('data' in value)) return false;
  return typeof value.source === 'string' && typeof value.data === 'string';
}

function isApp(value: unknown): value is InstalledApp {
  return typeof value === 'object' && value !== null && 'identifier' in value && typeof value.identifier === 'string';
}

/** No NUL and no half characters: what a jsonb column takes. */
function storable(app: InstalledApp): InstalledApp {
  return JSON.parse(reportBody(app)) as InstalledApp;
}
