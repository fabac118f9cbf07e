import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PlistDict } from '@tsukasa/apple-mdm';
import { testDatabase } from '../../base/testing.ts';
import { answerTo, appleBench, type TestDevice } from './testing.ts';

const bench = await appleBench(await testDatabase());

/** Answers everything that waits; declarative management as told. */
async function drain(device: TestDevice, status = 'Acknowledged', more: PlistDict = {}): Promise<readonly string[]> {
  const seen: string[] = [];
  let command = await device.poll();
  while (command !== undefined) {
    seen.push(command.requestType);
    const refuses = command.requestType === 'DeclarativeManagement';
    command = refuses
      ? await device.answer(command, status, more)
      : await device.answer(command, 'Acknowledged', answerTo(command));
  }
  await bench.apple.settle();
  return seen;
}

for (const { product, version, sent } of [
  { product: 'iPhone15,2', version: '12.5.7', sent: false },
  { product: 'iPhone15,2', version: '14.8.1', sent: false },
  { product: 'iPhone15,2', version: '15.0', sent: true },
  { product: 'iPad14,1', version: '26.0', sent: true },
  { product: 'Mac14,2', version: '12.7', sent: false },
  { product: 'Mac14,2', version: '13.0', sent: true },
]) {
  test(`${product} with ${version} is ${sent ? '' : 'not '}asked to manage itself by declarations`, async () => {
    const device = await bench.enroll(await bench.newContractor(), { ProductName: product, OSVersion: version });
    assert.equal((await device.drain()).includes('DeclarativeManagement'), sent);
  });
}

test('a device that did not say its version is asked for it first', async () => {
  const device = await bench.enroll(await bench.newContractor(), { OSVersion: '' });
  assert.deepEqual((await drain(device)).includes('DeclarativeManagement'), false);
  bench.clock.advance({ hours: 7 });
  await bench.apple.settle();
  assert.ok((await drain(device)).includes('DeclarativeManagement'));
});

test('a refusal worries nobody, and is not provoked again for a month', async () => {
  const contractorId = await bench.newContractor();
  const device = await bench.enroll(contractorId);
  assert.ok((await drain(device, 'Error', { ErrorChain: [] })).includes('DeclarativeManagement'));
  assert.deepEqual(await bench.events(contractorId), []);
  bench.clock.advance({ hours: 7 });
  await bench.apple.settle();
  const next = await drain(device);
  assert.ok(next.includes('DeviceInformation') && !next.includes('DeclarativeManagement'));
  bench.clock.advance({ hours: 24 * 31 });
  await bench.apple.settle();
  assert.ok((await drain(device)).includes('DeclarativeManagement'));
});
