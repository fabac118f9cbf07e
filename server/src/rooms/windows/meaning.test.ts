import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDatabase } from '../../base/testing.ts';
import { LAPTOP, type MeaningPc, meaningBench, testWns } from './testing-meaning.ts';

const database = await testDatabase();
const bench = await meaningBench(database);
const contractorId = await bench.newContractor();
const targets = (pc: MeaningPc) => pc.given.flatMap(({ items }) => items.map(({ target }) => target));

test('a new PC is asked about itself, and what it says stands in every room', async () => {
  const pc = await bench.enroll(contractorId);
  await pc.drain();
  const facts = await bench.facts(pc);
  const { name, serialNumber, osVersion, osBuild, osEdition, productName, manufacturer, model } = facts;
  assert.deepEqual(
    { name, serialNumber, osVersion, osBuild, osEdition, productName, manufacturer, model },
    {
      name: 'TOKYO-01',
      serialNumber: '5CG1234XYZ',
      osVersion: '10.0.22631.3447',
      osBuild: '22631.3447',
      osEdition: 'Pro',
      productName: 'Windows 11 Pro',
      manufacturer: '株式会社 & Co',
      model: 'Book 5',
    },
  );
  const { encrypted, firewallEnabled, antivirusActive, secureBoot, tpmVersion, batteryLevel, ethernetMac } = facts;
  assert.deepEqual([encrypted, firewallEnabled, antivirusActive, secureBoot], [true, true, true, true]);
  assert.deepEqual([tpmVersion, batteryLevel, ethernetMac], ['2.0', 0.8, '00:15:5d:00:00:01']);
  const deviceId = await bench.deviceIdOf(pc);
  const apps = await database.query('select identifier, name, version from device_apps where device_id = $1', [
    deviceId,
  ]);
  assert.deepEqual(apps, [{ identifier: '{11111111-2222-3333-4444-555555555555}', name: 'Agent', version: '3.1' }]);
  const details = await database.db.asContractor(contractorId, (tx) =>
    bench.windows.channel.details(tx, contractorId, deviceId),
  );
  const bitLocker = details.find(({ group, code }) => group === 'bitlocker' && code === 'encryption_status');
  assert.deepEqual(bitLocker?.meaning, { code: 'windows.bitlocker.compliant' });
  assert.ok(details.every(({ at }) => at !== null));
  assert.equal(
    details.some(({ value }) => typeof value === 'object'),
    false,
  );
});

test('nothing of programs, certificates and adapters is asked of a person’s own PC', async () => {
  const pc = await bench.enroll(contractorId, { usageMode: 'personally-owned' });
  await pc.drain();
  for (const target of targets(pc))
    assert.doesNotMatch(target, /AppManagement|CertificateStore\/(?:ROOT|CA)|NetworkIdentifiers/);
  assert.equal((await bench.facts(pc)).osEdition, 'Pro');
});

test('a PC that refuses a whole Get for one node is asked for each by itself', async () => {
  const pc = await bench.enroll(contractorId);
  const whole = pc.say.bind(pc);
  pc.say = (command) =>
    command.verb === 'Get' && command.items.length > 1 && command.items[0]?.target.includes('DeviceStatus')
      ? { status: 404 }
      : whole(command);
  await pc.drain();
  assert.equal((await bench.facts(pc)).secureBoot, true);
});

test('once it is known a PC comes hourly, and the page says when; overdue is said too', async () => {
  const pc = await bench.enroll(contractorId);
  await pc.drain();
  const poll = pc.given.find(({ items }) => items[0]?.target.endsWith('/Poll/NumberOfFirstRetries'));
  assert.equal(poll?.verb, 'Replace');
  assert.equal(poll?.items.find(({ target }) => target.endsWith('IntervalForFirstSetOfRetries'))?.data, '60');
  const before = await bench.channel(pc);
  assert.deepEqual(
    [before.canWake, before.whyNot, before.nextContactBasis],
    [false, 'windows.no_push_identity', { code: 'windows.poll', params: { everyMinutes: 60 } }],
  );
  assert.equal(before.nextContactAt, bench.clock.now().add({ minutes: 60 }).toString());
  assert.ok(before.identityNotAfter !== null && before.nextObservationAt !== null);
  bench.clock.advance('PT63M');
  const after = await bench.channel(pc);
  assert.deepEqual([after.nextContactAt, after.nextContactBasis?.code], [null, 'windows.poll_overdue']);
});

test('a refresh is done when everything was asked that the answers led to', async () => {
  const pc = await bench.enroll(contractorId);
  await pc.drain();
  pc.nodes['./DevDetail/SwV'] = '10.0.26100.1742';
  const actionId = await bench.ask(pc, { type: 'refresh' });
  await pc.visit();
  assert.equal((await bench.action(pc, actionId)).state, 'sent');
  await pc.drain();
  const action = await bench.action(pc, actionId);
  assert.equal(action.state, 'done');
  assert.ok((action.result?.answered as string[]).includes('msi'));
  assert.equal((await bench.facts(pc)).osVersion, '10.0.26100.1742');
});

test('a wipe: accepted is done, and no more is claimed; a PC that comes all the same is shown', async () => {
  const pc = await bench.enroll(contractorId);
  await pc.drain();
  const actionId = await bench.ask(pc, { type: 'erase', params: { wipeMethod: 'doWipeProtected' }, reason: 'lost' });
  const [command] = await pc.visit();
  assert.deepEqual(
    [command?.verb, command?.items[0]?.target],
    ['Exec', './Device/Vendor/MSFT/RemoteWipe/doWipeProtected'],
  );
  const action = await bench.action(pc, actionId);
  assert.deepEqual([action.state, action.result], ['done', { note: 'windows.wipe_begins', method: 'doWipeProtected' }]);
  assert.equal((await bench.channel(pc)).nextContactBasis?.code, 'windows.wiped');
  bench.clock.advance('PT2H');
  await pc.visit();
  assert.ok((await bench.events(contractorId)).includes('windows.wipe_did_not_happen'));
  assert.equal((await bench.channel(pc)).nextContactBasis?.code, 'windows.poll');
});

test('a refused rename tells the device’s own words', async () => {
  const pc = await bench.enroll(contractorId);
  await pc.drain();
  pc.statuses['./DevDetail/Ext/Microsoft/DNSComputerName'] = 500;
  const actionId = await bench.ask(pc, { type: 'rename', params: { name: 'TOKYO-99' } });
  await pc.visit();
  const action = await bench.action(pc, actionId);
  assert.deepEqual(
    [action.state, action.failure?.code, action.failure?.params],
    ['failed', 'device_refused', { status: 500 }],
  );
});

test('a PC finds itself, or says that it cannot', async () => {
  const pc = await bench.enroll(contractorId);
  await pc.drain();
  const at = (node: string) => `./Vendor/MSFT/RemoteFind/Location/${node}`;
  const lost = await bench.ask(pc, { type: 'locate' });
  await pc.visit();
  const missing = await bench.action(pc, lost);
  assert.deepEqual([missing.state, missing.failure?.code], ['failed', 'windows.no_fix']);
  Object.assign(pc.nodes, { [at('Latitude')]: '35.6812', [at('Longitude')]: '139.7671', [at('Accuracy')]: '20' });
  const found = await bench.ask(pc, { type: 'locate' });
  await pc.visit();
  assert.equal((await bench.action(pc, found)).result?.latitude, 35.6812);
  const [row] = await database.query<{ latitude: number }>('select latitude from devices where device_id = $1', [
    await bench.deviceIdOf(pc),
  ]);
  assert.equal(row?.latitude, 35.6812);
});

test('an expert’s commands: every answer is shown, the worst decides', async () => {
  const pc = await bench.enroll(contractorId);
  await pc.drain();
  const syncml =
    '<Get><Item><Target><LocURI>./DevDetail/SwV</LocURI></Target></Item></Get><Get><Item><Target><LocURI>./Vendor/MSFT/Nothing</LocURI></Target></Item></Get>';
  const actionId = await bench.ask(pc, { type: 'raw', params: { syncml }, reason: 'look' });
  await pc.visit();
  const { state, failure, result } = await bench.action(pc, actionId);
  assert.deepEqual([state, failure?.code], ['failed', 'windows.node_missing']);
  const commands = result?.commands as { status: number; values?: { value: string }[] }[];
  assert.deepEqual(
    commands.map(({ status, values }) => [status, values?.[0]?.value]),
    [
      [200, '10.0.22631.3447'],
      [404, undefined],
    ],
  );
});

test('a PC that was told to leave and stays silent has left; one that comes back is managed again, visibly', async () => {
  const pc = await bench.enroll(contractorId);
  await pc.drain();
  const actionId = await bench.ask(pc, { type: 'remove_management', reason: 'leaving' });
  const reply = await pc.session.open();
  assert.match(reply.commands[0]?.items[0]?.target ?? '', /\/Unenroll$/);
  await bench.windows.settle();
  bench.clock.advance('PT23H');
  await bench.windows.settle();
  assert.equal((await bench.action(pc, actionId)).state, 'sent');
  bench.clock.advance('PT2H');
  await bench.windows.settle();
  const action = await bench.action(pc, actionId);
  assert.deepEqual([action.state, action.result?.note], ['done', 'windows.left_by_silence']);
  assert.equal((await bench.facts(pc)).managementState, 'unmanaged');
  await pc.visit();
  assert.equal((await bench.facts(pc)).managementState, 'managed');
  assert.ok((await bench.events(contractorId)).includes('windows.removal_did_not_happen'));
});

const CHANNEL = './Device/Vendor/MSFT/DMClient/Provider/Tsukasa/Push/ChannelURI';

test('with a channel a PC is woken by WNS and comes seldom; a channel that is gone is asked for anew', async () => {
  const wns = await testWns(database);
  const pushing = await meaningBench(database, { clock: bench.clock, wns });
  const id = await pushing.newContractor();
  const pc = await pushing.enroll(id, { nodes: { ...LAPTOP, [CHANNEL]: `${wns.origin}/channel/1` } });
  await pc.drain();
  const channel = await pushing.channel(pc);
  assert.deepEqual([channel.canWake, channel.nextContactBasis?.params?.everyMinutes], [true, 240]);
  const actionId = await pushing.ask(pc, { type: 'rename', params: { name: 'TOKYO-03' } });
  await pushing.windows.settle();
  const push = wns.pushes.at(-1);
  assert.deepEqual(
    [push?.path, push?.headers['x-wns-type'], push?.headers.authorization],
    ['/channel/1', 'wns/raw', `Bearer token-${wns.tokens}`],
  );
  const woken = (await pushing.action(pc, actionId)).steps.find(({ step }) => step === 'woken');
  assert.equal(woken?.at, pushing.clock.now().toString());
  await pc.drain();

  let refusals = 1;
  wns.answer = () => (refusals-- > 0 ? { status: 401 } : { status: 200 });
  const tokens = wns.tokens;
  await pushing.ask(pc, { type: 'rename', params: { name: 'TOKYO-04' } });
  await pushing.windows.settle();
  assert.equal(wns.tokens, tokens + 1);
  await pc.drain();

  wns.answer = () => ({ status: 410 });
  await pushing.ask(pc, { type: 'rename', params: { name: 'TOKYO-05' } });
  await pushing.windows.settle();
  assert.equal((await pushing.channel(pc)).whyNot, 'push_token_dead');
  assert.ok((await pushing.events(id)).includes('push.token_dead'));
  const dead = await database.db.asContractor(id, (tx) => pushing.windows.channel.deadTokens(tx, id));
  assert.deepEqual(dead, [await pushing.deviceIdOf(pc)]);
  const sent = wns.pushes.length;
  await pushing.windows.settle();
  assert.equal(wns.pushes.length, sent, 'a channel that is gone is left alone');
  pc.nodes[CHANNEL] = `${wns.origin}/channel/2`;
  pushing.clock.advance('PT16M');
  await pc.drain();
  assert.equal((await pushing.channel(pc)).canWake, true);
});

test('a channel that leads elsewhere is refused, and nothing is sent to it', async () => {
  const wns = await testWns(database);
  const pushing = await meaningBench(database, { clock: bench.clock, wns });
  const id = await pushing.newContractor();
  const pc = await pushing.enroll(id, { nodes: { ...LAPTOP, [CHANNEL]: 'http://169.254.169.254/latest' } });
  await pc.drain();
  assert.equal((await pushing.channel(pc)).whyNot, 'windows.no_channel');
  assert.ok((await pushing.events(id)).includes('windows.channel_refused'));
  await pushing.ask(pc, { type: 'rename', params: { name: 'TOKYO-03' } });
  await pushing.windows.settle();
  assert.equal(wns.pushes.length, 0);
});
