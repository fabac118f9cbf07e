import assert from 'node:assert/strict';
import type { ActionRequest, ActionType } from '@tsukasa/api';
import type { ContractorId } from '../../base/ids.ts';
import { testDatabase } from '../../base/testing.ts';
import { type DialectStage, dialectSuite } from '../actions/testing.ts';
import { type AndroidBench, androidBench, type BenchDevice, TOPIC } from './testing.ts';

const database = await testDatabase();
type Device = { -readonly [K in keyof BenchDevice]: BenchDevice[K] } & { readonly serialNumber: string };

/**
 * Devices of the stand-in do at once what they are given; what they say of it is kept back until the suite wants to hear
 * it, as if Pub/Sub were slow.
 */
class AndroidStage implements DialectStage<Device> {
  readonly platform = 'android';
  readonly simple = 'lock';
  readonly afterTaking = 'requested';
  readonly query = database.query;
  readonly #taken = new Set<string>();
  #bench: AndroidBench;

  constructor(bench: AndroidBench) {
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
    return this.#bench.android.dialect;
  }

  request(type: ActionType): ActionRequest {
    const params: Partial<Record<ActionType, ActionRequest['params']>> = {
      rename: { name: 'renamed' },
      lost_mode_on: { message: 'lost' },
      clear_app_data: { packageNames: ['jp.example.app'] },
      raw: { plist: '<plist/>' },
    };
    return { type, params: params[type] ?? {}, reason: 'test' };
  }

  rawWith(): undefined {
    return undefined;
  }

  newContractor(): Promise<ContractorId> {
    return this.#bench.newContractor();
  }

  async newDevice(contractorId: ContractorId): Promise<Device> {
    const device = await this.#bench.enroll(contractorId);
    const { serialNumber } = await this.#bench.control.device(device.name);
    return { ...device, serialNumber };
  }

  /** Google is given what waits, and its answers are lost on the way. */
  async take({ name }: Device): Promise<readonly string[]> {
    await this.#bench.control.setDelivery({ drop: 1_000 });
    await this.#bench.android.settle();
    await this.#bench.control.settle();
    await this.#bench.control.setDelivery({});
    const rows = await this.query<{ action_id: string }>(
      `select action_id from android_commands where device_name = $1 and handed_at is not null order by seq`,
      [name],
    );
    const fresh = rows.map((row) => row.action_id).filter((id) => !this.#taken.has(id));
    for (const id of fresh) this.#taken.add(id);
    return fresh;
  }

  /** The device's own answer is delivered after all, or another one in its place. */
  async answer(_device: Device, actionId: string, how: 'done' | 'failed' | 'cancelled'): Promise<void> {
    const [row] = await this.query<{ operation_name: string }>(
      'select operation_name from android_commands where action_id = $1',
      [actionId],
    );
    assert.ok(row);
    const { control } = this.#bench;
    const own = (await control.notifications()).find(
      ({ data, notificationType }) => notificationType === 'COMMAND' && data?.name === row.operation_name,
    );
    if (how === 'done') {
      assert.ok(own, 'the device has answered');
      assert.equal(await control.replay(own.messageId), true);
    } else {
      const error = how === 'cancelled' ? { code: 1, message: 'cancelled' } : { code: 13, message: 'internal' };
      const metadata = { '@type': 'type.googleapis.com/google.android.devicemanagement.v1.Command', type: 'LOCK' };
      await control.publish(TOPIC, 'COMMAND', { name: row.operation_name, metadata, done: true, error });
    }
    await control.settle();
    await this.#bench.android.settle();
  }

  async leave({ name, serialNumber }: Device): Promise<void> {
    // As the device says it at the end, whoever made it leave.
    await this.#bench.control.publish(TOPIC, 'STATUS_REPORT', {
      name,
      appliedState: 'DELETED',
      hardwareInfo: { serialNumber },
    });
    await this.#bench.settle('notifications');
  }

  async enrollAgain(device: Device): Promise<void> {
    const { contractorId, serialNumber } = device;
    await this.#bench.control.vanish(device.name);
    const again = await this.#bench.enroll(contractorId, {}, { serialNumber });
    assert.equal(again.deviceId, device.deviceId, 'the same hardware is the same device');
    device.name = again.name;
  }

  async restart(): Promise<void> {
    await this.#bench.android.stop();
    this.#bench = await androidBench(database, { over: this.#bench });
  }
}

dialectSuite(new AndroidStage(await androidBench(database)));
