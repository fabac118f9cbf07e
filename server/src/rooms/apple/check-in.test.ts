import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseEnrollmentProfile, readPlistDict } from '@tsukasa/apple-mdm';
import type { ContractorId } from '../../base/ids.ts';
import { testDatabase } from '../../base/testing.ts';
import { appleBench, fetched, TestDevice } from './testing.ts';

const database = await testDatabase();
const { query } = database;
const bench = await appleBench(database);

type Row = { readonly enrollment_id: string; readonly state: string; readonly gone_reason: string | null };
const enrollments = (contractorId: ContractorId) =>
  query<Row>(
    'select enrollment_id, state, gone_reason from apple_enrollments where contractor_id = $1 order by state desc',
    [contractorId],
  );
const managementState = async (device: TestDevice) =>
  (
    await query<{ state: string }>('select management_state as state from devices where device_id = $1', [
      device.deviceId,
    ])
  )[0]?.state;

test('an enrollment is usable from the first TokenUpdate on', async () => {
  const contractorId = await bench.newContractor();
  const device = new TestDevice(bench, contractorId);
  await device.install(await bench.invite(contractorId));
  assert.equal((await device.authenticate()).status, 200);
  assert.equal((await enrollments(contractorId))[0]?.state, 'authenticated');
  assert.equal(await device.poll(), undefined);
  assert.equal((await device.authenticate()).status, 200); // repeated: nothing new
  await device.tokenUpdate();
  await device.tokenUpdate();
  assert.deepEqual(
    (await enrollments(contractorId)).map(({ state }) => state),
    ['enrolled'],
  );
  const [{ count } = { count: 0 }] = await query<{ count: number }>(
    "select count(*)::integer as count from apple_commands where contractor_id = $1 and request_type = 'DeviceInformation'",
    [contractorId],
  );
  assert.equal(count, 1);
  assert.equal((await device.drain()).length, 6);
  assert.equal((await device.authenticate()).status, 200); // the same certificate while enrolled: nothing changes
  assert.equal((await enrollments(contractorId))[0]?.state, 'enrolled');
});

test('a device that enrolls anew keeps its history; what waited for the old enrollment ends', async () => {
  const contractorId = await bench.newContractor();
  const device = await bench.enroll(contractorId);
  await device.drain();
  await device.tokenUpdate({ UnlockToken: Buffer.from('unlock') });
  await device.checkIn({ MessageType: 'SetBootstrapToken', BootstrapToken: Buffer.from('bootstrap') });
  const erase = await device.ask({ type: 'erase', reason: 'lost' });
  const old = device.identity;
  await device.install(await bench.invite(contractorId));
  const { deviceId } = device;
  await device.enroll();
  assert.equal(device.deviceId, deviceId);
  assert.deepEqual(
    (await enrollments(contractorId)).map(({ state, gone_reason }) => [state, gone_reason]),
    [
      ['gone', 'reenrolled'],
      ['enrolled', null],
    ],
  );
  assert.equal(await device.actionState(erase.actionId), 'superseded');
  assert.ok(!(await device.drain()).includes('EraseDevice'));
  const tokens = await query(
    'select 1 from apple_enrollments where contractor_id = $1 and (sealed_unlock_token is not null or sealed_bootstrap_token is not null)',
    [contractorId],
  );
  assert.equal(tokens.length, 0);
  const fresh = device.identity;
  device.identity = old;
  const late = await device.idle();
  assert.equal(late.status, 403);
  assert.equal(readPlistDict(late.body).code, 'com.apple.unrecognized.device');
  assert.match((await device.authenticate()).body.toString(), /^channel.replayed_certificate/);
  device.identity = fresh;
  assert.equal((await device.idle()).status, 200);
});

test('a certificate cannot be carried to another device, nor a known UDID to other hardware', async () => {
  const contractorId = await bench.newContractor();
  const device = await bench.enroll(contractorId);
  const impostor = new TestDevice(bench, contractorId, { SerialNumber: 'OTHER' }, device.udid);
  await impostor.install(await bench.invite(contractorId));
  assert.match((await impostor.authenticate()).body.toString(), /^channel.hardware_differs/);
  assert.deepEqual(
    (await enrollments(contractorId)).map(({ state }) => state),
    ['enrolled'],
  );
  const carried = new TestDevice(bench, contractorId);
  Object.assign(carried, { checkInUrl: device.checkInUrl, serverUrl: device.serverUrl, identity: device.identity });
  assert.match((await carried.authenticate()).body.toString(), /^channel.certificate_of_another_device/);
});

test('an invitation for one device takes one; the same device may come again', async () => {
  const contractorId = await bench.newContractor();
  const link = await bench.invite(contractorId);
  const [first, second] = [new TestDevice(bench, contractorId), new TestDevice(bench, contractorId)];
  await first.install(link);
  await second.install(link);
  const spare = new TestDevice(bench, contractorId, first.facts, first.udid);
  await spare.install(link);
  await first.enroll();
  const refused = await second.authenticate();
  assert.equal(refused.status, 403);
  assert.match(refused.body.toString(), /^channel.invitation_not_usable: used_up/);
  await spare.enroll();
  assert.equal(spare.deviceId, first.deviceId);
  assert.deepEqual(await query('select uses from enrollment_invitations where contractor_id = $1', [contractorId]), [
    { uses: 1 },
  ]);
});

test('two devices that come at the same time with the last use of an invitation: one gets it', async () => {
  const contractorId = await bench.newContractor();
  const link = await bench.invite(contractorId);
  const devices = [0, 1, 2].map(() => new TestDevice(bench, contractorId));
  for (const device of devices) await device.install(link);
  const answers = await Promise.all(devices.map((device) => device.authenticate()));
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 403, 403]);
});

test('CheckOut ends management: late messages are told so, and waiting actions end', async () => {
  const contractorId = await bench.newContractor();
  const device = await bench.enroll(contractorId);
  await device.drain();
  const { actionId } = await device.ask({ type: 'lock' });
  const removal = await device.ask({ type: 'remove_management', reason: 'returned' });
  assert.equal((await device.checkIn({ MessageType: 'CheckOut', Topic: 'x' })).status, 200);
  assert.equal(await managementState(device), 'unmanaged');
  assert.equal(await device.actionState(actionId), 'superseded');
  assert.ok(['superseded', 'done'].includes(await device.actionState(removal.actionId)));
  for (const answer of [
    await device.idle(),
    await device.tokenUpdate(),
    await device.checkIn({ MessageType: 'CheckOut' }),
  ]) {
    assert.equal(answer.status, 403);
    assert.equal(readPlistDict(answer.body).code, 'com.apple.unrecognized.device');
  }
  assert.equal(await managementState(device), 'unmanaged');
  await assert.rejects(device.ask({ type: 'lock' }));
});

test('removing the management: the profile goes, then the device checks out, and the action is done', async () => {
  const contractorId = await bench.newContractor();
  const device = await bench.enroll(contractorId);
  await device.drain();
  const { actionId } = await device.ask({ type: 'remove_management', reason: 'returned' });
  const command = await device.poll();
  assert.equal(command?.command.Identifier, `tsukasa.mdm.${contractorId}`);
  await device.checkIn({ MessageType: 'CheckOut', Topic: 'x' }); // before its answer, or without one
  assert.equal(await device.actionState(actionId), 'done');
});

test('the unlock token stays when a later TokenUpdate has none, and clears the passcode', async () => {
  const contractorId = await bench.newContractor();
  const device = await bench.enroll(contractorId);
  await device.drain();
  await assert.rejects(device.ask({ type: 'clear_passcode', reason: 'forgotten' }), {
    reason: 'action.no_unlock_token',
  });
  const token = Buffer.alloc(3000, 7);
  await device.tokenUpdate({ UnlockToken: token });
  await device.tokenUpdate();
  const [{ sealed } = { sealed: token }] = await query<{ sealed: Buffer }>(
    'select sealed_unlock_token as sealed from apple_enrollments where contractor_id = $1',
    [contractorId],
  );
  assert.ok(!sealed.includes(token.subarray(0, 32)));
  await device.ask({ type: 'clear_passcode', reason: 'forgotten' });
  const command = await device.poll();
  assert.deepEqual(command?.command.UnlockToken, token);
});

test('a bootstrap token is escrowed, given back, and forgotten on request', async () => {
  const contractorId = await bench.newContractor();
  const device = await bench.enroll(contractorId);
  const get = () => device.checkIn({ MessageType: 'GetBootstrapToken', AwaitingConfiguration: false });
  const empty = await get();
  assert.deepEqual([empty.status, empty.body.length], [200, 0]);
  const token = Buffer.from('bootstrap token');
  assert.equal((await device.checkIn({ MessageType: 'SetBootstrapToken', BootstrapToken: token })).status, 200);
  assert.deepEqual(readPlistDict((await get()).body).BootstrapToken, token);
  await device.checkIn({ MessageType: 'SetBootstrapToken' });
  assert.equal((await get()).body.length, 0);
});

test('what is not for this server is refused in its own words', async () => {
  const contractorId = await bench.newContractor();
  const device = await bench.enroll(contractorId);
  const user = { UserID: '11111111-2222-3333-4444-555555555555', UserShortName: 'taro' };
  assert.equal((await device.checkIn({ MessageType: 'UserAuthenticate', ...user })).status, 410);
  const token = { MessageType: 'TokenUpdate', Topic: 'x', Token: Buffer.from('t'), PushMagic: 'm' };
  assert.match((await device.checkIn({ ...token, ...user })).body.toString(), /^channel.unsupported: UserID/);
  const service = { MessageType: 'GetToken', TokenServiceType: 'com.apple.maid' };
  assert.match((await device.checkIn(service)).body.toString(), /^channel.unknown_token_service/);
  assert.match((await device.checkIn({ MessageType: 'Sing' })).body.toString(), /^channel.unknown_message: Sing/);
  assert.equal(fetched(await device.connect({ Status: 'Idle', ...user })), undefined);
  const [row] = await query('select push_magic from apple_enrollments where contractor_id = $1', [contractorId]);
  assert.deepEqual(row, { push_magic: 'magic' });
});

test('a device tells what changed by itself', async () => {
  const contractorId = await bench.newContractor();
  const device = await bench.enroll(contractorId);
  const ddm = (endpoint: string, data?: unknown) =>
    device.checkIn({
      MessageType: 'DeclarativeManagement',
      Endpoint: endpoint,
      ...(data === undefined ? {} : { Data: Buffer.from(JSON.stringify(data)) }),
    });
  const read = async (endpoint: string) => {
    const answer = await ddm(endpoint);
    assert.deepEqual([answer.status, answer.contentType], [200, 'application/json']);
    return JSON.parse(answer.body.toString());
  };
  const tokens = await read('tokens');
  const items = await read('declaration-items');
  assert.equal(items.DeclarationsToken, tokens.SyncTokens.DeclarationsToken);
  const [subscription] = items.Declarations.Configurations;
  const declaration = await read(`declaration/configuration/${subscription.Identifier}`);
  assert.equal(declaration.ServerToken, subscription.ServerToken);
  assert.equal((await ddm('declaration/configuration/none')).status, 404);
  assert.equal((await ddm('nowhere')).status, 400);
  const report = {
    StatusItems: { device: { 'operating-system': { version: '18.0', 'build-version': '22A1' } } },
    Errors: [],
  };
  assert.equal((await ddm('status', report)).status, 200);
  const [row] = await query('select os_version, os_build from devices where device_id = $1', [device.deviceId]);
  assert.deepEqual(row, { os_version: '18.0', os_build: '22A1' });
  const [change] = await query("select source from device_changes where device_id = $1 and field = 'osVersion'", [
    device.deviceId,
  ]);
  assert.deepEqual(change, { source: 'declarative' });
  assert.match(
    (
      await device.checkIn({ MessageType: 'DeclarativeManagement', Endpoint: 'status', Data: Buffer.from('{') })
    ).body.toString(),
    /^channel.malformed: status syntax/,
  );
});

test('an identity is renewed in time, the queue stays, and the old certificate ends', async () => {
  const contractorId = await bench.newContractor();
  const device = await bench.enroll(contractorId);
  await device.drain();
  const old = device.identity;
  bench.clock.advance('P710D');
  const { actionId } = await device.ask({ type: 'lock' });
  await bench.apple.settle();
  await bench.apple.settle(); // a renewal that waits is not asked again
  const lock = await device.poll();
  assert.equal(lock?.requestType, 'DeviceLock');
  assert.ok(lock);
  const renewal = await device.answer(lock);
  assert.equal(renewal?.requestType, 'InstallProfile');
  assert.ok(renewal);
  const payload = renewal.command.Payload;
  assert.ok(Buffer.isBuffer(payload));
  const { serverUrl, checkInUrl } = device;
  await device.useProfile(payload);
  assert.deepEqual([device.serverUrl, device.checkInUrl], [serverUrl, checkInUrl]);
  const routine = await device.ask({ type: 'restart' });
  assert.equal((await device.authenticate()).status, 200);
  assert.equal((await device.tokenUpdate()).status, 200);
  assert.deepEqual(
    (await enrollments(contractorId)).map(({ state }) => state),
    ['enrolled'],
  );
  await device.answer(renewal);
  const seen = await device.drain();
  assert.ok(seen.includes('RestartDevice'));
  assert.equal(await device.actionState(actionId), 'done');
  assert.equal(await device.actionState(routine.actionId), 'done');
  const current = device.identity;
  device.identity = old;
  assert.equal((await device.idle()).status, 200); // late results of the session that brought the other
  bench.clock.advance('PT25H');
  assert.match((await device.idle()).body.toString(), /^channel.superseded_certificate/);
  device.identity = current;
  assert.equal((await device.idle()).status, 200);
});

test('a late TokenUpdate under the old certificate takes nothing from the new one', async () => {
  const device = await bench.enroll(await bench.newContractor());
  await device.drain();
  bench.clock.advance({ hours: 24 * 710 });
  await bench.apple.settle();
  let command = await device.poll();
  while (command !== undefined && command.requestType !== 'InstallProfile') command = await device.answer(command);
  assert.ok(command && Buffer.isBuffer(command.command.Payload));
  const old = device.identity;
  await device.useProfile(command.command.Payload);
  const renewed = device.identity;
  assert.equal((await device.authenticate()).status, 200);
  assert.equal((await device.tokenUpdate()).status, 200);
  device.identity = old;
  assert.equal((await device.tokenUpdate()).status, 200);
  bench.clock.advance({ hours: 25 });
  assert.equal((await device.idle()).status, 403);
  device.identity = renewed;
  assert.equal((await device.idle()).status, 200);
});

test('a renewed certificate is for its own enrollment only', async () => {
  const contractorId = await bench.newContractor();
  const [device, other] = [await bench.enroll(contractorId), await bench.enroll(contractorId)];
  await device.drain();
  bench.clock.advance('P710D');
  await bench.apple.settle();
  let command = await device.poll();
  while (command !== undefined && command.requestType !== 'InstallProfile')
    command = await device.answer(command, 'NotNow');
  const payload = command?.command.Payload;
  assert.ok(Buffer.isBuffer(payload));
  await other.useProfile(payload);
  assert.match((await other.authenticate()).body.toString(), /^channel.certificate_of_another_device/);
});

test('an expired certificate opens the door to its renewal and to nothing else', async () => {
  const contractorId = await bench.newContractor();
  const device = await bench.enroll(contractorId);
  await device.drain();
  await device.ask({ type: 'lock' });
  bench.clock.advance('P740D');
  await bench.apple.settle();
  const command = await device.poll();
  assert.equal(command?.requestType, 'InstallProfile');
  const payload = command?.command.Payload;
  assert.ok(Buffer.isBuffer(payload));
  assert.ok(parseEnrollmentProfile(payload).scep.challenge !== '');
  assert.ok((await bench.events(contractorId)).includes('channel.renewal_overdue'));
  bench.clock.advance('P90D');
  assert.match((await device.idle()).body.toString(), /^channel.expired_certificate/);
});
