import assert from 'node:assert/strict';
import type { ActionRequest, ActionType } from '@tsukasa/api';
import type { ContractorId } from '../../base/ids.ts';
import { testDatabase } from '../../base/testing.ts';
import { type DialectStage, dialectSuite, type StageDevice } from '../actions/testing.ts';
import type { DeviceId } from '../devices/index.ts';
import { byPassword, provisionedBy } from './testing-enrollment.ts';
import { type MeaningBench, type MeaningPc, meaningBench } from './testing-meaning.ts';
import { newKey } from './testing-pc.ts';
import { type Reply, type SeenCommand, SessionPc } from './testing-session.ts';

const database = await testDatabase();

/** A PC of the bench, with the message in which it was given actions and has not answered yet. */
class WindowsDevice implements StageDevice {
  readonly contractorId: ContractorId;
  readonly deviceId: DeviceId;
  pc: MeaningPc;
  /** What was given last: the actions of its commands, and how they will be answered. */
  reply: Reply | undefined;
  readonly actionOf = new Map<string, string>();

  constructor(pc: MeaningPc, deviceId: DeviceId) {
    this.pc = pc;
    this.contractorId = pc.contractorId;
    this.deviceId = deviceId;
  }
}

const syncml = (text: string) =>
  `<Replace><Item><Target><LocURI>./Vendor/MSFT/Policy/Config/Example/Text</LocURI></Target><Meta><Format xmlns="syncml:metinf">chr</Format></Meta><Data>${text}</Data></Item></Replace>`;

class WindowsStage implements DialectStage<WindowsDevice> {
  readonly platform = 'windows';
  readonly simple = 'rename';
  readonly afterTaking = 'too_late';
  readonly query = database.query;
  readonly #devices: WindowsDevice[] = [];
  #bench: MeaningBench;

  constructor(bench: MeaningBench) {
    this.#bench = bench;
  }

  get clock() {
    return this.#bench.clock;
  }
  get deps() {
    return this.#bench.deps;
  }
  get actions() {
    return this.#bench.actions;
  }
  get dialect() {
    return this.#bench.windows.dialect;
  }

  request(type: ActionType): ActionRequest {
    const params: Partial<Record<ActionType, ActionRequest['params']>> = {
      rename: { name: 'TOKYO-02' },
      lost_mode_on: { message: 'lost' },
      clear_app_data: { packageNames: ['jp.example.app'] },
      raw: { syncml: syncml('x') },
    };
    return { type, params: params[type] ?? {}, reason: 'test' };
  }

  rawWith(text: string): ActionRequest {
    return { type: 'raw', params: { syncml: syncml(text) }, reason: 'test' };
  }

  newContractor(): Promise<ContractorId> {
    return this.#bench.newContractor();
  }

  async newDevice(contractorId: ContractorId): Promise<WindowsDevice> {
    const pc = await this.#bench.enroll(contractorId);
    await pc.drain();
    const device = new WindowsDevice(pc, await this.#bench.deviceIdOf(pc));
    this.#devices.push(device);
    return device;
  }

  /** One session; what the server asks for itself is answered, and it ends open where an action was given. */
  async take(device: WindowsDevice): Promise<readonly string[]> {
    const { session } = device.pc;
    let reply = await session.open();
    for (let message = 0; reply.commands.length > 0; message += 1) {
      assert.ok(message < 30, 'a session without end');
      const actions = await this.#actionsIn(device, reply.commands);
      if (actions.length > 0) {
        device.reply = reply;
        return actions;
      }
      reply = await session.answer(reply, (command) => device.pc.say(command));
      await this.#bench.windows.settle();
    }
    return [];
  }

  async #actionsIn(device: WindowsDevice, commands: readonly SeenCommand[]): Promise<readonly string[]> {
    const rows = await this.query<{ action_id: string; sent_token: string; sent_index: number }>(
      `select c.action_id, c.sent_token, c.sent_index from windows_commands c
       join windows_enrollments e using (contractor_id, enrollment_id)
       where c.contractor_id = $1 and e.device_id = $2 and e.state <> 'gone' and c.finished_at is null
         and c.action_id is not null and c.sent_msg = $3 order by c.seq`,
      [device.contractorId, device.deviceId, device.pc.session.msgId],
    );
    device.actionOf.clear();
    const inOrder = commands.filter(({ verb }) => verb !== 'Alert');
    for (const { action_id, sent_index } of rows) {
      const command = inOrder[sent_index - 1];
      if (command !== undefined) device.actionOf.set(command.cmdId, action_id);
    }
    return [...new Set(device.actionOf.values())];
  }

  async answer(device: WindowsDevice, actionId: string, how: 'done' | 'failed' | 'cancelled'): Promise<void> {
    const { reply, pc } = device;
    if (reply === undefined) {
      await pc.session.repeat();
    } else {
      assert.ok([...device.actionOf.values()].includes(actionId));
      device.reply = undefined;
      await pc.session.answer(reply, (command) =>
        device.actionOf.get(command.cmdId) === actionId && how === 'failed' ? { status: 500 } : pc.say(command),
      );
    }
    await this.#bench.windows.settle();
  }

  async leave({ pc }: WindowsDevice): Promise<void> {
    const alert =
      '<Alert><CmdID>9</CmdID><Data>1226</Data><Item><Meta><Type xmlns="syncml:metinf">com.microsoft:mdm.unenrollment.userrequest</Type><Format xmlns="syncml:metinf">int</Format></Meta><Data>1</Data></Item></Alert>';
    assert.equal((await pc.session.open({ more: alert })).http, 200);
    await this.#bench.windows.settle();
  }

  async enrollAgain(device: WindowsDevice): Promise<void> {
    const { pc } = device.pc.session;
    pc.key = newKey();
    const { code } = await this.#bench.invite(device.contractorId);
    pc.provisioned = provisionedBy(await pc.request(byPassword('ana@example.jp', code)));
    device.reply = undefined;
    device.pc = Object.assign(device.pc, { session: new SessionPc(this.#bench, device.contractorId, pc) });
    await device.pc.drain();
  }

  async restart(): Promise<void> {
    this.#bench = await meaningBench(database, { clock: this.clock });
    for (const device of this.#devices) {
      const { session, nodes } = device.pc;
      const { sessionId, msgId, nonce } = session;
      const again = new SessionPc(this.#bench, device.contractorId, session.pc);
      Object.assign(again, { sessionId, msgId, nonce });
      Object.assign(device.pc, { session: again, bench: this.#bench, nodes });
    }
  }
}

dialectSuite(new WindowsStage(await meaningBench(database)));
