import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { test } from 'node:test';
import { type Command, SYNCML_MAX_BYTES } from '@tsukasa/windows-mdm';
import { testDatabase } from '../../base/testing.ts';
import { CERT_HEADER } from './testing-enrollment.ts';
import { newKey, provisionedBy } from './testing-pc.ts';
import { type Reply, type SessionPc, sessionBench } from './testing-session.ts';

const bench = await sessionBench(await testDatabase());
const contractorId = await bench.newContractor();
const get: Command = { verb: 'Get', items: [{ target: './A' }] };
const header = (reply: Reply) => reply.statuses[0]?.status;

/** Nothing of the device's was touched by what just happened. */
async function nothingDone(pc: SessionPc, reply: Reply): Promise<void> {
  assert.deepEqual(reply.commands, []);
  assert.ok((await bench.states(pc)).every((state) => state === 'queued'));
}

async function waiting(): Promise<SessionPc> {
  const pc = await bench.enroll(contractorId);
  await bench.queue(pc, { command: get });
  return pc;
}

test('the DeviceID alone gets a question and nothing else; nothing of the message is kept', async () => {
  const pc = await waiting();
  pc.proof = 'none';
  const reply = await pc.open();
  assert.equal(reply.http, 200);
  assert.equal(header(reply), 407);
  assert.ok(reply.statuses.every(({ status }) => status === 407));
  await nothingDone(pc, reply);
  assert.deepEqual(
    await bench.database.query(
      'select 1 from windows_sessions s join windows_enrollments e using (contractor_id, enrollment_id) where e.dev_id = $1',
      [pc.pc.devId],
    ),
    [],
  );
  await bench.windows.settle();
  assert.deepEqual(bench.reported, []);
});

test('a device that does not exist is asked like one that does', async () => {
  const pc = await waiting();
  pc.proof = 'none';
  const unknown = { source: 'C0FFEE00C0FFEE00C0FFEE00C0FFEE00' };
  const replies = [await pc.open(), await pc.send('<Alert><CmdID>2</CmdID><Data>1201</Data></Alert>', unknown)];
  for (const reply of replies) {
    assert.equal(header(reply), 407);
    assert.equal(Buffer.from(reply.statuses[0]?.nonce ?? '', 'base64').length, 16);
  }
  const again = await pc.send('<Alert><CmdID>2</CmdID><Data>1201</Data></Alert>', unknown);
  assert.equal(again.statuses[0]?.nonce, replies[1]?.statuses[0]?.nonce);
});

test('a digest with the nonce of the provisioning document opens a session at once, 212 and the next nonce', async () => {
  const pc = await waiting();
  pc.proof = 'none';
  const first = await pc.open({ cred: pc.digest() });
  assert.equal(header(first), 212);
  assert.ok(first.statuses[0]?.nonce);
  assert.equal(first.commands.length, 1);
  assert.equal((await pc.repeat()).text, first.text, 'a lost answer comes again');
  const last = await pc.answer(first);
  assert.equal(header(last), 200);
  assert.deepEqual(await bench.states(pc), ['answered']);
  await bench.queue(pc, { command: get });
  assert.equal((await pc.open({ cred: pc.digest() })).commands.length, 1, 'the nonce of the session before');
});

test('without a digest the device is asked, sends package 1 again with the next MsgID, and is let in', async () => {
  const pc = await waiting();
  pc.proof = 'none';
  assert.equal(header(await pc.open()), 407);
  const reply = await pc.package1({ cred: pc.digest() });
  assert.equal(pc.msgId, 2);
  assert.equal(header(reply), 212);
  assert.equal(reply.commands.length, 1);
});

test('a digest counts once: replayed, and with a stale or a wrong nonce, it gets 401 and a way back', async () => {
  const pc = await waiting();
  pc.proof = 'none';
  const used = pc.digest();
  await pc.answer(await pc.open({ cred: used }));
  await bench.queue(pc, { command: get });
  const replay = await pc.open({ cred: used });
  assert.equal(header(replay), 401);
  assert.deepEqual(replay.commands, []);
  const retry = await pc.package1({ cred: pc.digest() });
  assert.equal(header(retry), 212);
  assert.equal(retry.commands.length, 1);
  assert.equal(header(await pc.open({ cred: 'AAAAAAAAAAAAAAAAAAAAAA==' })), 401);
  assert.ok((await settledEvents()).includes('channel.bad_credentials'));
});

test('in a session by digest the DeviceID and the SessionID go on nothing: our CmdIDs must be known', async () => {
  const pc = await waiting();
  pc.proof = 'none';
  const first = await pc.open({ cred: pc.digest() });
  await bench.queue(pc, { command: { verb: 'Get', items: [{ target: './Secret' }] } });
  const guess =
    '<Status><CmdID>1</CmdID><MsgRef>1</MsgRef><CmdRef>0</CmdRef><Cmd>SyncHdr</Cmd><Data>200</Data></Status>';
  const wrong = await pc.send(
    `${guess}<Status><CmdID>2</CmdID><MsgRef>1</MsgRef><CmdRef>5</CmdRef><Cmd>Get</Cmd><Data>200</Data></Status>`,
  );
  assert.equal(header(wrong), 407);
  assert.deepEqual(wrong.commands, []);
  pc.msgId = 1;
  assert.equal((await pc.answer(first)).commands[0]?.items[0]?.target, './Secret');
});

test('a signed message is a proof; since it could be a replay, it gets a question before it gets a command', async () => {
  const pc = await waiting();
  pc.proof = 'signature';
  const first = await pc.open();
  assert.equal(header(first), 200);
  assert.deepEqual(
    first.commands.map(({ items }) => items[0]?.target),
    ['./DevDetail/SwV'],
  );
  assert.deepEqual(await bench.states(pc), ['queued']);
  const captured = pc.last;
  const second = await pc.answer(first, () => ({ status: 200, results: { './DevDetail/SwV': '10.0' } }));
  assert.deepEqual(
    second.commands.map(({ items }) => items[0]?.target),
    ['./A'],
  );
  await pc.answer(second);
  await bench.queue(pc, { command: get });
  const replay = await pc.post(captured.body, captured.headers);
  assert.deepEqual(
    replay.commands.map(({ items }) => items[0]?.target),
    ['./DevDetail/SwV'],
  );
  assert.deepEqual(await bench.states(pc), ['answered', 'queued']);
});

test('a signature over another body, and by another key, proves nothing', async () => {
  const pc = await waiting();
  pc.proof = 'signature';
  await pc.open();
  const { body, headers } = pc.last;
  assert.equal(header(await pc.post(body.replace('ja-JP', 'en-US'), headers)), 401);
  const { key } = pc.pc;
  pc.pc.key = newKey();
  const reply = await pc.open();
  pc.pc.key = key;
  assert.equal(header(reply), 401);
  await nothingDone(pc, reply);
  assert.ok((await settledEvents()).includes('channel.bad_signature'));
});

test('a certificate speaks for its own device, in its own contractor only', async () => {
  const pc = await waiting();
  const other = await waiting();
  const foreign = await pc.send('<Alert><CmdID>2</CmdID><Data>1201</Data></Alert>', { source: other.pc.devId });
  assert.equal(header(foreign), 401);
  await nothingDone(other, foreign);
  const elsewhere = await bench.newContractor();
  const url = pc.url.replace(contractorId, elsewhere);
  const { body, headers } = pc.last;
  const response = await fetch(url, { method: 'POST', body, headers });
  assert.match(await response.text(), /<Cmd>SyncHdr<\/Cmd><Data>401</);
  assert.ok((await settledEvents()).includes('channel.certificate_of_another_device'));
});

test('certificate and signature must agree', async () => {
  const pc = await waiting();
  const other = await waiting();
  pc.proof = 'signature';
  const header2 = { [CERT_HEADER]: `:${other.pc.provisioned?.certificate.toString('base64')}:` };
  pc.sessionId += 1;
  await pc.open();
  assert.equal(header(await pc.post(pc.last.body, header2)), 401);
  assert.ok((await settledEvents()).includes('channel.identities_differ'));
});

test('a signature that cannot be verified takes nothing from the certificate of the connection', async () => {
  const pc = await waiting();
  await pc.open();
  const { body } = pc.last;
  pc.sessionId += 1;
  const reply = await pc.post(body.replace(/<SessionID>\w+</, `<SessionID>${pc.sessionId}<`), {
    'mdm-signature': 'AAAA',
  });
  assert.equal(header(reply), 200);
  assert.equal(reply.commands.length, 1);
});

test('revoked: refused from the next message on; expired: refused', async () => {
  const pc = await waiting();
  const first = await pc.open();
  const { enrollmentId } = await bench.enrollmentOf(pc);
  await bench.database.query('update windows_identities set revoked_at = $1 where enrollment_id = $2', [
    bench.clock.now(),
    enrollmentId,
  ]);
  const reply = await pc.answer(first);
  assert.equal(header(reply), 401);
  assert.deepEqual(await bench.states(pc), ['sent']);
  const old = await waiting();
  bench.clock.advance({ hours: 366 * 24 });
  assert.equal(header(await old.open()), 401);
  bench.clock.advance({ hours: -366 * 24 });
  const events = await settledEvents();
  assert.ok(events.includes('channel.revoked_certificate') && events.includes('channel.expired_certificate'));
});

test('a renewed certificate takes over when it is seen; the old one is refused a day later', async () => {
  const pc = await waiting();
  await pc.answer(await pc.open());
  bench.clock.advance({ hours: 320 * 24 });
  const before = pc.pc.provisioned;
  const key = newKey();
  const renewed = provisionedBy(await pc.pc.renew(key));
  assert.equal(header(await pc.open()), 200, 'the old one until the new one is seen');
  pc.pc.provisioned = renewed;
  assert.equal(header(await pc.open()), 200);
  pc.pc.provisioned = before;
  assert.equal(header(await pc.open()), 200, 'what was under way');
  bench.clock.advance({ hours: 25 });
  assert.equal(header(await pc.open()), 401);
  pc.pc.provisioned = renewed;
  assert.equal(header(await pc.open()), 200);
  bench.clock.advance({ hours: -(320 * 24 + 25) });
});

test('messages out of order, and of a session that is over, execute nothing', async () => {
  const pc = await waiting();
  const first = await pc.open();
  const words = pc.words(first);
  pc.msgId = 4;
  assert.equal(header(await pc.send(words)), 400);
  assert.deepEqual(await bench.states(pc), ['sent']);
  pc.msgId = 1;
  assert.deepEqual((await pc.send(words)).commands, []);
  await bench.queue(pc, { command: get });
  assert.equal(header(await pc.send(words)), 400, 'the session ended');
  assert.deepEqual(await bench.states(pc), ['answered', 'queued']);
});

test('statuses that refer to a wrong message, a wrong command or with a wrong verb count for nothing', async () => {
  const pc = await waiting();
  const first = await pc.open();
  const id = first.commands[0]?.cmdId ?? '';
  const status = (n: number, msgRef: string, ref: string, cmd: string) =>
    `<Status><CmdID>${n}</CmdID><MsgRef>${msgRef}</MsgRef><CmdRef>${ref}</CmdRef><Cmd>${cmd}</Cmd><Data>200</Data></Status>`;
  const wrong = [
    status(2, '9', id, 'Get'),
    status(3, '1', id.replace(/0001(....)$/, '0002$1'), 'Get'),
    status(4, 'x', id, 'Get'),
    status(5, '1', '77', 'Get'),
    status(6, '', '', 'Get'),
  ];
  await pc.send(wrong.join(''));
  assert.deepEqual(await bench.states(pc), ['sent']);
  const again = await pc.open();
  await pc.answer(again, () => ({ status: 200, verb: 'Exec' }));
  assert.deepEqual(await bench.states(pc), ['sent']);
  assert.ok((await settledEvents()).includes('channel.unknown_result'));
});

test('endless large objects: cut off at the limit, in the protocol’s words, with nothing kept', async () => {
  const pc = await waiting();
  const first = await pc.open();
  const chunk = (data: string) =>
    `<Results><CmdID>9</CmdID><MsgRef>1</MsgRef><CmdRef>${first.commands[0]?.cmdId}</CmdRef><Item><Source><LocURI>./A</LocURI></Source><Meta><Size xmlns="syncml:metinf">8000000</Size></Meta><Data>${data}</Data><MoreData/></Item></Results>`;
  const data = 'x'.repeat(3_000_000);
  assert.deepEqual((await pc.send(pc.words(first) + chunk(data), { final: false })).alerts, ['1222']);
  assert.deepEqual((await pc.send(chunk(data), { final: false })).alerts, ['1222']);
  const third = await pc.send(chunk(data), { final: false });
  assert.equal(header(third), 413);
  assert.deepEqual(third.alerts, ['1223']);
  assert.equal(header(await pc.send(chunk(data), { final: false })), 400);
  const text =
    'select 1 from windows_answers a join windows_enrollments e using (contractor_id, enrollment_id) where e.dev_id = $1 and a.command_id is not null';
  assert.deepEqual(await bench.database.query(text, [pc.pc.devId]), []);
  assert.ok((await settledEvents()).includes('channel.flooded'));
});

test('an object that says it is larger than we take is refused at its first chunk, and is not asked for again', async () => {
  const pc = await waiting();
  const first = await pc.open();
  const chunk = `<Results><CmdID>9</CmdID><MsgRef>1</MsgRef><CmdRef>${first.commands[0]?.cmdId}</CmdRef><Item><Source><LocURI>./A</LocURI></Source><Meta><Size xmlns="syncml:metinf">99000000</Size></Meta><Data>x</Data><MoreData/></Item></Results>`;
  const reply = await pc.send(pc.words(first) + chunk, { final: false });
  assert.deepEqual(
    reply.statuses.map(({ cmd, status }) => [cmd, status]),
    [
      ['SyncHdr', 200],
      ['Results', 413],
    ],
  );
  assert.deepEqual(reply.alerts, ['1223']);
  await bench.windows.settle();
  const { deviceId } = await bench.enrollmentOf(pc);
  assert.deepEqual(
    bench.finished.filter((one) => one.deviceId === deviceId).map(({ outcome }) => outcome?.status),
    [413],
  );
  assert.deepEqual((await pc.open()).commands, []);
});

const BAD: readonly (readonly [string, (body: string) => string])[] = [
  [
    'an entity bomb',
    (body) => body.replace('<SyncML', '<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;&b;">]><SyncML'),
  ],
  ['another namespace', (body) => body.replace('SYNCML:SYNCML1.2', 'SYNCML:SYNCML1.1')],
  ['half a message', (body) => body.slice(0, 300)],
  ['no XML', () => 'hello'],
  ['nothing', () => ''],
  ['a SOAP envelope', () => '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body/></s:Envelope>'],
];
for (const [what, change] of BAD) {
  test(`not SyncML: ${what}`, async () => {
    const pc = await waiting();
    await pc.open();
    const { body, headers } = pc.last;
    const response = await fetch(pc.url, { method: 'POST', body: change(body), headers });
    assert.equal(response.status, 400);
    const text = await response.text();
    assert.match(text, /^channel\.malformed: [a-z_]+/);
    assert.ok((await settledEvents()).includes('channel.malformed'));
  });
}

test('another version of the protocol, another encoding, another method', async () => {
  const pc = await waiting();
  await pc.open();
  const { body, headers } = pc.last;
  assert.equal(header(await pc.post(body.replace('>1.2<', '>1.1<'))), 505);
  assert.equal(header(await pc.post(body.replace('DM/1.2', 'DM/1.3'))), 513);
  const wbxml = { ...headers, 'content-type': 'application/vnd.syncml.dm+wbxml' };
  assert.equal((await fetch(pc.url, { method: 'POST', body, headers: wbxml })).status, 415);
  assert.equal(
    (await fetch(pc.url, { method: 'POST', body, headers: { ...headers, 'content-encoding': 'gzip' } })).status,
    415,
  );
  assert.equal((await fetch(pc.url)).status, 405);
  assert.equal(
    (await fetch(pc.url.replace(/[0-9a-f]{8}-/, 'x-'), { method: 'POST', body, headers })).status,
    418,
    'nobody’s path',
  );
});

test('a body beyond the limit is refused, announced or not, without being received whole', async () => {
  const pc = await waiting();
  const headers = { 'content-type': 'application/vnd.syncml.dm+xml' };
  const refused = (more: Record<string, string>) =>
    new Promise<number>((done, failed) => {
      const sent = httpRequest(pc.url, { method: 'POST', headers: { ...headers, ...more } }, (response) => {
        response.resume();
        done(response.statusCode ?? 0);
        sent.destroy();
      });
      sent.on('error', failed);
      const piece = Buffer.alloc(64 * 1024, 'x');
      let left = SYNCML_MAX_BYTES + 1024 * 1024;
      const push = () => {
        while (left > 0 && !sent.destroyed) {
          left -= piece.length;
          if (!sent.write(piece)) return void sent.once('drain', push);
        }
      };
      push();
    });
  assert.equal(await refused({ 'content-length': String(SYNCML_MAX_BYTES + 2 * 1024 * 1024) }), 413);
  assert.equal(await refused({}), 413);
  assert.ok((await settledEvents()).includes('channel.too_large'));
});

test('a device that does not accept our message, and one that aborts, get nothing more in this session', async () => {
  const pc = await waiting();
  await pc.open();
  const refused = await pc.send(
    '<Status><CmdID>1</CmdID><MsgRef>1</MsgRef><CmdRef>0</CmdRef><Cmd>SyncHdr</Cmd><Data>401</Data></Status>',
  );
  assert.deepEqual([header(refused), refused.commands], [200, []]);
  assert.deepEqual(await bench.states(pc), ['sent']);
  const next = await pc.open({ more: '<Alert><CmdID>8</CmdID><Data>1223</Data></Alert>' });
  assert.deepEqual([header(next), next.commands], [200, []]);
  assert.equal((await pc.open()).commands.length, 1);
});

test('commands of the device that a server does not serve are answered so', async () => {
  const pc = await waiting();
  const reply = await pc.open({
    more: '<Get><CmdID>8</CmdID><Item><Target><LocURI>./x</LocURI></Target></Item></Get><Search><CmdID>9</CmdID></Search>',
  });
  assert.deepEqual(
    reply.statuses.slice(-2).map(({ cmd, status }) => [cmd, status]),
    [
      ['Get', 406],
      ['Search', 406],
    ],
  );
});

test('a token of the signed-in person is not kept', async () => {
  const pc = await waiting();
  await pc.open({
    more: '<Alert><CmdID>8</CmdID><Data>1224</Data><Item><Meta><Type xmlns="syncml:metinf">com.microsoft/MDM/AADUserToken</Type></Meta><Data>eyJhbGciOi.secret</Data></Item></Alert>',
  });
  await bench.windows.settle();
  assert.ok(!JSON.stringify(bench.reported).includes('secret'));
});

test('two copies of the server meet the same device at once: one session, each command once', async () => {
  const pc = await waiting();
  await pc.open();
  const { body, headers } = pc.last;
  const answers = await Promise.all(Array.from({ length: 6 }, () => pc.post(body, headers)));
  assert.equal(new Set(answers.map(({ text }) => text)).size, 1);
  const [row] = await bench.database.query<{ attempts: number }>(
    'select attempts from windows_commands c join windows_enrollments e using (contractor_id, enrollment_id) where e.dev_id = $1',
    [pc.pc.devId],
  );
  assert.equal(row?.attempts, 1);
});

async function settledEvents(): Promise<readonly string[]> {
  await bench.windows.settle();
  return bench.events(contractorId);
}
