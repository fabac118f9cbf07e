import assert from 'node:assert/strict';
import type { ActionRequest, ActionType } from '@tsukasa/api';
import { writePlist } from '@tsukasa/apple-mdm';
import type { ContractorId } from '../../base/ids.ts';
import { testDatabase } from '../../base/testing.ts';
import { type DialectStage, dialectSuite, type StageDevice } from '../actions/testing.ts';
import { type AppleBench, answerTo, appleBench, deviceIdOf, type Fetched, TestDevice } from './testing.ts';

const database = await testDatabase();

/** A device of the bench, with the commands that it was given. */
class AppleDevice implements StageDevice {
  readonly contractorId: ContractorId;
  readonly given = new Map<string, Fetched>();
  protocol: TestDevice;

  constructor(contractorId: ContractorId, protocol: TestDevice) {
    this.contractorId = contractorId;
    this.protocol = protocol;
  }

  get deviceId() {
    return deviceIdOf(this.protocol);
  }
}

const plist = (text: string) => writePlist({ RequestType: 'DeviceLock', Message: text }).toString('utf8');

class AppleStage implements DialectStage<AppleDevice> {
  readonly platform = 'apple';
  readonly simple = 'lock';
  readonly afterTaking = 'too_late';
  readonly query = database.query;
  readonly #devices: AppleDevice[] = [];
  #bench: AppleBench;

  constructor(bench: AppleBench) {
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
    return this.#bench.apple.dialect;
  }

  request(type: ActionType): ActionRequest {
    const params: Partial<Record<ActionType, ActionRequest['params']>> = {
      rename: { name: 'renamed' },
      lost_mode_on: { message: 'lost' },
      clear_app_data: { packageNames: ['jp.example.app'] },
      raw: { plist: plist('x') },
    };
    return { type, params: params[type] ?? {}, reason: 'test' };
  }

  rawWith(text: string): ActionRequest {
    return { type: 'raw', params: { plist: plist(text) }, reason: 'test' };
  }

  newContractor(): Promise<ContractorId> {
    return this.#bench.newContractor();
  }

  async newDevice(contractorId: ContractorId, { takesSecrets = false } = {}): Promise<AppleDevice> {
    const mac = { ProductName: 'MacBookPro18,3', OSVersion: '14.4' };
    const device = new AppleDevice(contractorId, await this.#bench.enroll(contractorId, takesSecrets ? mac : {}));
    await device.protocol.drain();
    this.#devices.push(device);
    return device;
  }

  async take(device: AppleDevice): Promise<readonly string[]> {
    for (;;) {
      const command = await device.protocol.poll();
      if (command === undefined) return [];
      const [row] = await this.query<{ action_id: string | null }>(
        'select action_id from apple_commands where contractor_id = $1 and command_id = $2',
        [device.contractorId, command.uuid],
      );
      const actionId = row?.action_id ?? null;
      if (actionId !== null) {
        device.given.set(actionId, command);
        return [actionId];
      }
      await device.protocol.answer(command, 'Acknowledged', answerTo(command)); // the server's own
    }
  }

  async answer(device: AppleDevice, actionId: string, how: 'done' | 'failed' | 'cancelled'): Promise<void> {
    const command = device.given.get(actionId);
    assert.ok(command);
    const chain = [{ ErrorDomain: 'MCMDMErrorDomain', ErrorCode: 12021, USEnglishDescription: 'unknown' }];
    const [status, more] =
      how === 'done' ? (['Acknowledged', {}] as const) : (['Error', { ErrorChain: chain }] as const);
    await device.protocol.connect({ Status: status, CommandUUID: command.uuid, ...more });
    await this.#bench.apple.settle();
  }

  async leave({ protocol }: AppleDevice): Promise<void> {
    assert.equal((await protocol.checkIn({ MessageType: 'CheckOut', Topic: 'x' })).status, 200);
    await this.#bench.apple.settle();
  }

  async enrollAgain(device: AppleDevice): Promise<void> {
    const { facts, udid } = device.protocol;
    const again = new TestDevice(this.#bench, device.contractorId, facts, udid);
    await again.install(await this.#bench.invite(device.contractorId));
    await again.enroll();
    device.protocol = again;
    await this.#bench.apple.settle();
  }

  async restart(): Promise<void> {
    const old = this.#bench.url;
    this.#bench = await appleBench(database, { clock: this.clock });
    for (const { protocol } of this.#devices) {
      protocol.bench = this.#bench;
      protocol.serverUrl = protocol.serverUrl.replace(old, this.#bench.url);
      protocol.checkInUrl = protocol.checkInUrl.replace(old, this.#bench.url);
    }
  }
}

dialectSuite(new AppleStage(await appleBench(database)));
