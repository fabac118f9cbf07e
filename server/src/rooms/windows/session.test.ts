import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Command } from '@tsukasa/windows-mdm';
import { testDatabase } from '../../base/testing.ts';
import { sessionBench } from './testing-session.ts';

const bench = await sessionBench(await testDatabase());
const contractorId = await bench.newContractor();

const get = (...targets: readonly string[]): Command => ({ verb: 'Get', items: targets.map((target) => ({ target })) });
const replace = (target: string, data: string): Command => ({
  verb: 'Replace',
  items: [{ target, format: 'int', data }],
});
const ofDevice = (deviceId: string) => bench.finished.filter((one) => one.deviceId === deviceId);

test('a whole session: package 1, a Get and a Replace, their answers, and the end', async () => {
  const pc = await bench.enroll(contractorId);
  await bench.queue(
    pc,
    { command: get('./DevDetail/SwV', './DevDetail/OEM'), note: { why: 'test' } },
    { command: replace('./Vendor/MSFT/A', '1') },
  );
  const first = await pc.open();
  assert.equal(first.http, 200);
  assert.deepEqual(
    first.statuses.map(({ cmdRef, cmd, status }) => [cmdRef, cmd, status]),
    [
      ['0', 'SyncHdr', 200],
      ['2', 'Alert', 200],
      ['3', 'Alert', 200],
      ['4', 'Replace', 200],
    ],
  );
  assert.deepEqual(
    first.commands.map(({ verb }) => verb),
    ['Get', 'Replace'],
  );
  const last = await pc.answer(first, ({ verb }) =>
    verb === 'Get'
      ? { status: 200, results: { './DevDetail/SwV': '10.0.26100.1', './DevDetail/OEM': 'A &amp; B' } }
      : { status: 200 },
  );
  assert.deepEqual(last.commands, []);
  assert.deepEqual(
    last.statuses.map(({ cmdRef }) => cmdRef),
    ['0'],
    'no status of a status',
  );
  await bench.windows.settle();
  const { deviceId } = await bench.enrollmentOf(pc);
  const [read, set] = ofDevice(deviceId);
  assert.equal(read?.end, 'answered');
  assert.deepEqual(read?.note, { why: 'test' });
  assert.deepEqual(
    read?.outcome?.results.map(({ source, data }) => [source, data]),
    [
      ['./DevDetail/SwV', '10.0.26100.1'],
      ['./DevDetail/OEM', 'A & B'],
    ],
  );
  assert.equal(set?.outcome?.status, 200);
  const said = bench.reported.filter((one) => one.deviceId === deviceId);
  assert.deepEqual(
    said.map(({ first: begun, opened }) => [begun, opened]),
    [[true, true]],
  );
  assert.equal(said[0]?.devInfo['Man'], '株式会社 & Co');
  const [device] = await bench.database.query('select management_state from devices where device_id = $1', [deviceId]);
  assert.deepEqual(device, { management_state: 'managed' });
  assert.deepEqual(await bench.database.query('select 1 from windows_answers'), []);
});

test('the same message again gets the same bytes, and nothing happens twice', async () => {
  const pc = await bench.enroll(contractorId);
  await bench.queue(pc, { command: replace('./Vendor/MSFT/A', '1'), secret: true }, { command: get('./B') });
  const first = await pc.open();
  assert.equal((await pc.repeat()).text, first.text);
  await pc.answer(first);
  const again = await pc.repeat();
  assert.deepEqual(again.commands, []);
  await bench.windows.settle();
  const { deviceId } = await bench.enrollmentOf(pc);
  assert.equal(ofDevice(deviceId).length, 2);
  assert.equal((await pc.repeat()).text, again.text);
  await bench.windows.settle();
  assert.equal(ofDevice(deviceId).length, 2);
  assert.equal(bench.reported.filter((one) => one.deviceId === deviceId).length, 1);
});

test('a session that died: what may be done twice is sent again, what may not is not, and ends unknown', async () => {
  const pc = await bench.enroll(contractorId);
  const wipe: Command = { verb: 'Exec', items: [{ target: './Vendor/MSFT/RemoteWipe/doWipe' }] };
  await bench.queue(pc, { command: get('./A') }, { command: wipe, delivery: 'once' });
  const first = await pc.open();
  assert.deepEqual(
    first.commands.map(({ verb }) => verb),
    ['Get', 'Exec'],
  );
  const stale = pc.words(first);
  const second = await pc.open();
  assert.deepEqual(
    second.commands.map(({ verb }) => verb),
    ['Get'],
  );
  // What was meant for the session before counts for nothing in this one.
  const third = await pc.send(stale);
  assert.deepEqual(third.commands, []);
  assert.deepEqual(await bench.states(pc), ['sent', 'sent']);
  bench.clock.advance({ hours: 25 });
  await bench.windows.settle();
  const { deviceId } = await bench.enrollmentOf(pc);
  assert.deepEqual(
    ofDevice(deviceId).map(({ end, outcome }) => [end, outcome]),
    [
      ['unknown', undefined],
      ['unknown', undefined],
    ],
  );
  assert.ok((await bench.events(contractorId)).includes('channel.unknown_result'));
});

test('what may be done once only ends unknown when the device comes again an hour later, not before', async () => {
  const pc = await bench.enroll(contractorId);
  const wipe: Command = { verb: 'Exec', items: [{ target: './Vendor/MSFT/RemoteWipe/doWipe' }] };
  const expiresAt = bench.clock.now().add({ hours: 24 * 7 });
  await bench.queue(pc, { command: wipe, delivery: 'once', expiresAt }, { command: get('./A'), expiresAt });
  await pc.open();
  bench.clock.advance({ minutes: 59 });
  await pc.open();
  await bench.windows.settle();
  assert.deepEqual(await bench.states(pc), ['sent', 'sent']);
  bench.clock.advance({ minutes: 1 });
  await bench.windows.settle();
  assert.deepEqual(await bench.states(pc), ['sent', 'sent']);
  await pc.open();
  await bench.windows.settle();
  assert.deepEqual(await bench.states(pc), ['unknown', 'sent']);
});

test('a command that was never fetched expires as never sent', async () => {
  const pc = await bench.enroll(contractorId);
  await bench.queue(pc, { expiresAt: bench.clock.now().add({ minutes: 5 }) });
  bench.clock.advance({ minutes: 6 });
  await bench.windows.settle();
  const { deviceId } = await bench.enrollmentOf(pc);
  assert.deepEqual(
    ofDevice(deviceId).map(({ end, sentAt }) => [end, sentAt]),
    [['expired', undefined]],
  );
  assert.deepEqual((await pc.open()).commands, []);
});

test('what a device calls malformed is put aside and the queue goes on', async () => {
  const pc = await bench.enroll(contractorId);
  await bench.queue(pc, { command: replace('./Bad', '1') }, { command: get('./Good') });
  const first = await pc.open();
  await pc.answer(first, ({ verb }) => ({ status: verb === 'Replace' ? 400 : 200 }));
  assert.deepEqual(await bench.states(pc), ['quarantined', 'answered']);
  assert.deepEqual((await pc.open()).commands, []);
});

test('an Add whose node exists is sent again as Replace, in the same session', async () => {
  const pc = await bench.enroll(contractorId);
  await bench.queue(pc, { command: { verb: 'Add', items: [{ target: './A', data: 'x' }] } });
  const first = await pc.open();
  assert.equal(first.commands[0]?.verb, 'Add');
  const second = await pc.answer(first, () => ({ status: 418 }));
  assert.deepEqual(
    second.commands.map(({ verb, items }) => [verb, items[0]?.data]),
    [['Replace', 'x']],
  );
  assert.deepEqual((await pc.answer(second, () => ({ status: 418 }))).commands, [], 'not for ever');
  assert.deepEqual(await bench.states(pc), ['answered']);
});

test('Delete of what is not there, an Atomic that failed, and a refusal are answers with their statuses', async () => {
  const pc = await bench.enroll(contractorId);
  const atomic: Command = {
    verb: 'Atomic',
    commands: [
      { verb: 'Replace', items: [{ target: './A', data: '1' }] },
      { verb: 'Replace', items: [{ target: './B', data: '1' }] },
    ],
  };
  await bench.queue(pc, { command: { verb: 'Delete', items: [{ target: './C' }] } }, { command: atomic });
  const first = await pc.open();
  await pc.answer(first, ({ verb, items }) => {
    if (verb === 'Delete') return { status: 404 };
    if (verb === 'Atomic') return { status: 507 };
    return { status: items[0]?.target === './A' ? 216 : 500 };
  });
  await bench.windows.settle();
  const { deviceId } = await bench.enrollmentOf(pc);
  const [gone, failed] = ofDevice(deviceId);
  assert.equal(gone?.outcome?.status, 404);
  assert.equal(failed?.outcome?.status, 507);
  assert.deepEqual(
    failed?.outcome?.commands?.map(({ status }) => status),
    [216, 500],
  );
});

test('what belongs to the user waits for the user, and is sent exactly once', async () => {
  const pc = await bench.enroll(contractorId);
  await bench.queue(pc, { command: replace('./User/Vendor/MSFT/A', '1') }, { command: get('./B') });
  for (const login of ['none', 'others']) {
    const reply = await pc.open({ login });
    assert.ok(
      reply.commands.every(({ items }) => items[0]?.target === './B'),
      login,
    );
    await pc.answer(reply);
  }
  const reply = await pc.open({ login: 'user' });
  assert.deepEqual(
    reply.commands.map(({ items }) => items[0]?.target),
    ['./User/Vendor/MSFT/A'],
  );
  await pc.answer(reply);
  assert.deepEqual((await pc.open()).commands, []);
});

test('a user’s tree that is not there yet (405) is tried again in later sessions, not for ever', async () => {
  const pc = await bench.enroll(contractorId);
  await bench.queue(pc, { command: replace('./User/Vendor/MSFT/A', '1') });
  for (let session = 1; session <= 3; session++) {
    const reply = await pc.open();
    assert.equal(reply.commands.length, 1, `session ${session}`);
    await pc.answer(reply, () => ({ status: 405 }));
  }
  assert.deepEqual((await pc.open()).commands, []);
  assert.deepEqual(await bench.states(pc), ['answered']);
});

test('what the device did not get to (215) goes again in the next session, also what may be done once only', async () => {
  const pc = await bench.enroll(contractorId);
  await bench.queue(pc, { command: { verb: 'Exec', items: [{ target: './R' }] }, delivery: 'once' });
  assert.deepEqual((await pc.answer(await pc.open(), () => ({ status: 215 }))).commands, []);
  assert.equal((await pc.open()).commands.length, 1);
});

test('more than a message holds is spread over messages, urgent first', async () => {
  const pc = await bench.enroll(contractorId);
  pc.maxMsgSize = 16 * 1024;
  const big = { command: { verb: 'Replace', items: [{ target: './A', data: 'x'.repeat(6000) }] } as Command };
  await bench.queue(pc, big, big, big, { command: get('./Urgent'), priority: 10 });
  const first = await pc.open();
  assert.deepEqual(
    first.commands.map(({ verb }) => verb),
    ['Get', 'Replace', 'Replace'],
  );
  const second = await pc.answer(first);
  assert.deepEqual(
    second.commands.map(({ verb }) => verb),
    ['Replace'],
  );
  assert.deepEqual((await pc.answer(second)).commands, []);
});

test('a command that no message of the device can hold is put aside, the others go', async () => {
  const pc = await bench.enroll(contractorId);
  pc.maxMsgSize = 10_000;
  await bench.queue(
    pc,
    { command: { verb: 'Replace', items: [{ target: './A', data: 'x'.repeat(20_000) }] } },
    { command: get('./B') },
  );
  const first = await pc.open();
  assert.deepEqual(
    first.commands.map(({ verb }) => verb),
    ['Get'],
  );
  await pc.answer(first);
  await bench.windows.settle();
  assert.deepEqual(await bench.states(pc), ['quarantined', 'answered']);
});

/** OMA DM leaves `Final` out until the object is whole; a client may close every message with it all the same. */
for (const final of [false, true]) {
  test(`a large result in chunks over several messages is one value${final ? ', each of them final' : ''}`, () =>
    inChunks(final));
}

async function inChunks(final: boolean): Promise<void> {
  const pc = await bench.enroll(contractorId);
  await bench.queue(pc, { command: get('./Big') });
  const { commands } = await pc.open();
  const [command] = commands;
  const chunk = (data: string, more: boolean, size = '') =>
    `<Results><CmdID>9</CmdID><MsgRef>1</MsgRef><CmdRef>${command?.cmdId}</CmdRef><Item><Source><LocURI>./Big</LocURI></Source>${size}<Data>${data}</Data>${more ? '<MoreData/>' : ''}</Item></Results>`;
  const status = `<Status><CmdID>2</CmdID><MsgRef>1</MsgRef><CmdRef>${command?.cmdId}</CmdRef><Cmd>Get</Cmd><Data>200</Data></Status>`;
  const size = `<Meta><Size xmlns="syncml:metinf">${20_000}</Size></Meta>`;
  const one = await pc.send(status + chunk('a'.repeat(8000), true, size), { final });
  assert.deepEqual(one.alerts, ['1222']);
  assert.deepEqual(
    one.statuses.map(({ cmd, status: code }) => [cmd, code]),
    [
      ['SyncHdr', 200],
      ['Results', 213],
    ],
  );
  assert.deepEqual(one.commands, []);
  const two = await pc.send(chunk('b'.repeat(8000), true), { final });
  assert.equal((await pc.repeat()).text, two.text);
  const three = await pc.send(chunk('c'.repeat(4000), false));
  assert.deepEqual(three.alerts, []);
  await bench.windows.settle();
  const { deviceId } = await bench.enrollmentOf(pc);
  const [answer] = ofDevice(deviceId);
  assert.equal(answer?.outcome?.results[0]?.data, `${'a'.repeat(8000)}${'b'.repeat(8000)}${'c'.repeat(4000)}`);
}

test('chunks of a session that died are forgotten, and the value is asked for again', async () => {
  const pc = await bench.enroll(contractorId);
  await bench.queue(pc, { command: get('./Big') });
  const first = await pc.open();
  const size = '<Meta><Size xmlns="syncml:metinf">10</Size></Meta>';
  await pc.send(
    `${pc.words(first)}<Results><CmdID>9</CmdID><MsgRef>1</MsgRef><CmdRef>${first.commands[0]?.cmdId}</CmdRef><Item><Source><LocURI>./Big</LocURI></Source>${size}<Data>old</Data><MoreData/></Item></Results>`,
    { final: false },
  );
  await bench.windows.settle();
  const again = await pc.open();
  await pc.answer(again, () => ({ status: 200, results: { './Big': 'new' } }));
  await bench.windows.settle();
  const { deviceId } = await bench.enrollmentOf(pc);
  assert.deepEqual(
    ofDevice(deviceId).map(({ outcome }) => outcome?.results.map(({ data }) => data)),
    [['new']],
  );
});

test('the device leaves: the certificate is revoked, the device unmanaged, later sessions refused', async () => {
  const pc = await bench.enroll(contractorId);
  await pc.answer(await pc.open());
  await bench.queue(pc, {});
  const alert =
    '<Alert><CmdID>7</CmdID><Data>1226</Data><Item><Meta><Type xmlns="syncml:metinf">com.microsoft:mdm.unenrollment.userrequest</Type><Format xmlns="syncml:metinf">int</Format></Meta><Data>1</Data></Item></Alert>';
  const reply = await pc.open({ more: alert });
  assert.deepEqual(reply.commands, []);
  assert.equal(reply.statuses.at(-1)?.status, 200);
  assert.equal((await pc.repeat()).text, reply.text);
  assert.equal((await pc.open()).statuses[0]?.status, 403);
  await bench.windows.settle();
  const { enrollmentId, deviceId } = await bench.enrollmentOf(pc);
  assert.deepEqual(bench.unenrolled.filter((id) => id === enrollmentId).length, 1);
  const [device] = await bench.database.query('select management_state from devices where device_id = $1', [deviceId]);
  assert.deepEqual(device, { management_state: 'unmanaged' });
  assert.equal((await pc.open()).statuses[0]?.status, 401);
  assert.deepEqual(await bench.states(pc), ['superseded']);
});

test('an interpreter that fails is tried again and then given up, visibly; it keeps nobody else waiting', async () => {
  const pc = await bench.enroll(contractorId);
  await bench.queue(pc, {});
  const first = await pc.open();
  await bench.windows.settle();
  await pc.answer(first);
  bench.fail = () => new Error('cannot');
  for (let attempt = 0; attempt < 6; attempt++) {
    await bench.windows.settle();
    bench.clock.advance({ hours: 1 });
  }
  bench.fail = undefined;
  const { deviceId } = await bench.enrollmentOf(pc);
  assert.deepEqual(ofDevice(deviceId), []);
  const [kept] = await bench.database.query<{ problem: string }>(
    'select problem from windows_answers where problem is not null',
  );
  assert.equal(kept?.problem, 'failed');
  assert.ok((await bench.events(contractorId)).includes('answer.not_interpreted'));
});

test('without a contract in force nothing is sent, and answers are taken all the same', async () => {
  const pc = await bench.enroll(contractorId);
  await bench.queue(pc, { command: get('./A') }, {});
  const first = await pc.open();
  await bench.queue(pc, { command: get('./Later') });
  await bench.database.query("update contract_heads set service_days = '{}' where contractor_id = $1", [contractorId]);
  const second = await pc.answer(first);
  assert.deepEqual(second.commands, []);
  assert.deepEqual(await bench.states(pc), ['answered', 'answered', 'queued']);
  await bench.database.query("update contract_heads set service_days = '{(,)}' where contractor_id = $1", [
    contractorId,
  ]);
  assert.equal((await pc.open()).commands.length, 1);
});
