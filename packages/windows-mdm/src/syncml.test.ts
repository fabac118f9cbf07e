import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseCmdId, writeCmdId } from './cmd-id.ts';
import type { Command, Item, SimpleCommand } from './model.ts';
import { FORMATS, VERBS } from './model.ts';
import { MAX_MSG_SIZE, roomForCommands } from './plan.ts';
import { parseSyncMl, SYNCML_MAX_BYTES } from './syncml.ts';
import { commandBytes, type OwnMessage, writeSyncMl } from './syncml-write.ts';
import { readXml, type XmlElement, XmlError } from './xml.ts';

const PACKAGE_1 = `<?xml version="1.0" encoding="utf-8"?>
<SyncML xmlns="SYNCML:SYNCML1.2" xmlns:msft="http://schemas.microsoft.com/MobileDevice/MDM"><SyncHdr><VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto>
<SessionID>1A</SessionID><MsgID>1</MsgID><Target><LocURI>https://mdm.example/ManagementServer/MDM.svc</LocURI></Target>
<Source><LocURI>C0FFEE00</LocURI></Source><Cred><Meta><Format xmlns="syncml:metinf">b64</Format><Type xmlns="syncml:metinf">syncml:auth-md5</Type></Meta><Data>q1Z=</Data></Cred>
<Meta><MaxMsgSize xmlns="syncml:metinf">524288</MaxMsgSize></Meta></SyncHdr><SyncBody>
<Alert><CmdID>2</CmdID><Data>1201</Data></Alert>
<Alert><CmdID>3</CmdID><Data>1224</Data><Item><Meta><Type xmlns="syncml:metinf">com.microsoft/MDM/LoginStatus</Type></Meta><Data>user</Data></Item></Alert>
<Replace><CmdID>4</CmdID><Item><Source><LocURI>./DevInfo/Man</LocURI></Source><Data><![CDATA[A & B]]></Data></Item></Replace>
<Status><CmdID>5</CmdID><MsgRef>1</MsgRef><CmdRef>7</CmdRef><Cmd>Exec</Cmd><TargetRef>./a</TargetRef><Data msft:originalerror="0x80070057">500</Data></Status>
<Results><CmdID>6</CmdID><MsgRef>1</MsgRef><CmdRef>8</CmdRef><Meta><Format xmlns="syncml:metinf">int</Format></Meta><Item><Source><LocURI>./n</LocURI></Source>
<Meta><Size xmlns="syncml:metinf">12</Size></Meta><Data>&#xF000;1</Data><MoreData/></Item></Results><Final/></SyncBody></SyncML>`;

const bytes = (text: string) => Buffer.from(text, 'utf8');
const changed = (from: string, to: string) => bytes(PACKAGE_1.replace(from, to));

test('package 1 is read as the device means it', () => {
  const message = parseSyncMl(bytes(PACKAGE_1));
  assert.equal(message.sessionId, '1A');
  assert.equal(message.msgId, 1);
  assert.equal(message.source, 'C0FFEE00');
  assert.equal(message.maxMsgSize, 524288);
  assert.deepEqual(message.cred, { type: 'syncml:auth-md5', data: 'q1Z=' });
  assert.equal(message.final, false);
  const [open, login, info, status, results] = message.body;
  assert.equal(open?.kind === 'Alert' && open.code, 1201);
  assert.equal(login?.kind === 'Alert' && login.items[0]?.meta.type, 'com.microsoft/MDM/LoginStatus');
  assert.equal(info?.kind === 'Command' && info.items[0]?.data, 'A & B');
  assert.equal(status?.kind === 'Status' && status.originalError, '0x80070057');
  assert.deepEqual(status?.kind === 'Status' && status.targets, ['./a']);
  assert.deepEqual(results?.kind === 'Results' && results.items, [
    { target: undefined, source: './n', meta: { format: 'int', size: 12 }, data: '\uf0001', more: true },
  ]);
});

test('a package is whole when it says so and no large object goes on', () => {
  assert.equal(parseSyncMl(changed('<MoreData/>', '')).final, true);
  assert.equal(parseSyncMl(bytes(PACKAGE_1.replace('<MoreData/>', '').replace('<Final/>', ''))).final, false);
});

test('a status that cannot say what it means is read, and refers to nothing', () => {
  const [, , , status] = parseSyncMl(changed('<CmdRef>7</CmdRef>', '<CmdRef></CmdRef>')).body;
  assert.equal(status?.kind === 'Status' && status.cmdRef, '');
  const [, , , silent] = parseSyncMl(changed('<MsgRef>1</MsgRef><CmdRef>7</CmdRef>', '')).body;
  assert.deepEqual(silent?.kind === 'Status' && [silent.msgRef, silent.cmdRef], ['', '']);
});

test('prefixes are the sender’s choice', () => {
  const text = PACKAGE_1.replaceAll('<', '<s:')
    .replaceAll('<s:/', '</s:')
    .replaceAll('<s:?', '<?')
    .replaceAll('<s:![', '<![')
    .replace('xmlns="SYNCML:SYNCML1.2"', 'xmlns:s="SYNCML:SYNCML1.2"');
  assert.deepEqual(parseSyncMl(bytes(text)), parseSyncMl(bytes(PACKAGE_1)));
});

const BAD: readonly (readonly [string, Buffer, string])[] = [
  ['another namespace', changed('SYNCML:SYNCML1.2"', 'SYNCML:SYNCML1.1"'), 'missing_element'],
  ['a document type', changed('<SyncML', '<!DOCTYPE x [<!ENTITY a "b">]><SyncML'), 'doctype'],
  ['an unknown entity', changed('C0FFEE00', '&bomb;'), 'syntax'],
  ['no SessionID', changed('<SessionID>1A</SessionID>', ''), 'missing_element'],
  ['two SessionIDs', changed('<SessionID>', '<SessionID>2</SessionID><SessionID>'), 'duplicate_element'],
  ['an endless SessionID', changed('1A', 'A'.repeat(65)), 'bad_value'],
  ['MsgID zero', changed('<MsgID>1<', '<MsgID>0<'), 'bad_value'],
  ['a MsgID that is no number', changed('<MsgID>1<', '<MsgID>-1<'), 'bad_value'],
  ['no Source', changed('<LocURI>C0FFEE00</LocURI>', ''), 'missing_element'],
  ['a command without CmdID', changed('<CmdID>2</CmdID>', ''), 'missing_element'],
  ['a CmdID twice', changed('<CmdID>3</CmdID>', '<CmdID>2</CmdID>'), 'bad_value'],
  ['CmdID 0, which is the header', changed('<CmdID>3</CmdID>', '<CmdID>0</CmdID>'), 'bad_value'],
  ['a status that is no number', changed('>500<', '>OK<'), 'bad_value'],
  ['a negative size', changed('>12<', '>-12<'), 'bad_value'],
  ['more bytes than we take', bytes(`${PACKAGE_1}${' '.repeat(SYNCML_MAX_BYTES)}`), 'too_large'],
  ['half a message', bytes(PACKAGE_1.slice(0, 700)), 'syntax'],
];
for (const [what, message, code] of BAD) {
  test(`refused: ${what}`, () => {
    assert.throws(
      () => parseSyncMl(message),
      (error) => error instanceof XmlError && error.code === code && !error.message.includes('C0FFEE'),
    );
  });
}

test('whatever the bytes: a message, or an XmlError and nothing else', () => {
  const source = bytes(PACKAGE_1);
  const broken = fc
    .array(fc.tuple(fc.nat(source.length - 1), fc.nat(255)), { minLength: 1, maxLength: 12 })
    .map((edits) => {
      const copy = Buffer.from(source);
      for (const [at, byte] of edits) copy[at] = byte;
      return copy;
    });
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 400 }), broken), (some) => {
      try {
        assert.ok(parseSyncMl(some).msgId >= 1);
      } catch (error) {
        assert.ok(error instanceof XmlError, String(error));
      }
    }),
    { numRuns: 500 },
  );
});

const text = fc.string({
  unit: fc.constantFrom('a', '<', '&', '"', "'", ']]>', '\n', '漢', '\u{1f600}', '\uf000'),
  maxLength: 20,
});
const item = fc.record(
  {
    target: fc.constantFrom('./DevInfo/Man', './Vendor/MSFT/A%7Bb%7D', './Device/Vendor/MSFT/X'),
    format: fc.constantFrom(...FORMATS),
    type: fc.constantFrom('text/plain', 'text/xml'),
    data: text,
  },
  { requiredKeys: ['target'] },
) as fc.Arbitrary<Item>;
const simple: fc.Arbitrary<SimpleCommand> = fc.record({
  verb: fc.constantFrom(...VERBS),
  items: fc.array(item, { minLength: 1, maxLength: 4 }),
});
const command: fc.Arbitrary<Command> = fc.oneof(
  simple,
  fc.record({ verb: fc.constant('Atomic' as const), commands: fc.array(simple, { minLength: 1, maxLength: 3 }) }),
);
const ownMessage: fc.Arbitrary<OwnMessage> = fc.record({
  sessionId: fc.constantFrom('1', '1A', 'FFFF'),
  msgId: fc.integer({ min: 1, max: 1000 }),
  target: text,
  source: fc.constant('https://mdm.example/x?y=1&z'),
  token: fc.constant('0123456789abcdef01234567'),
  alert: fc.constantFrom(undefined, 1222, 1223),
  statuses: fc.array(
    fc.record({
      cmdRef: fc.constantFrom('0', '2', 'x'),
      cmd: fc.constantFrom('SyncHdr', 'Alert'),
      status: fc.constantFrom(200, 212, 401),
      nextNonce: fc.constantFrom(undefined, 'Tm9uY2U='),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  commands: fc.array(command, { maxLength: 4 }).map((all) => all.map((one, at) => ({ index: at + 1, command: one }))),
});

const within = (element: XmlElement | undefined): readonly XmlElement[] =>
  (element?.children ?? []).flatMap((child) => [child, ...within(child)]);

test('what we write can be read: well-formed, every CmdID once, Final last, values as they were', () => {
  fc.assert(
    fc.property(ownMessage, (message) => {
      const body = readXml(writeSyncMl(message), { maxBytes: 1e6 }).children[1];
      assert.equal(body?.children.at(-1)?.name, 'Final');
      const elements = within(body);
      const ids = elements.filter(({ name }) => name === 'CmdID').map((id) => id.text);
      assert.equal(new Set(ids).size, ids.length);
      assert.deepEqual(
        body?.children.slice(0, message.statuses.length).map(({ name }) => name),
        message.statuses.map(() => 'Status'),
      );
      const written = elements
        .filter(({ name }) => name === 'Item')
        .map((one) => one.children.find(({ name }) => name === 'Data')?.text);
      const meant = message.commands
        .flatMap(({ command: one }) => (one.verb === 'Atomic' ? one.commands : [one]))
        .flatMap(({ items }) => items.map(({ data }) => data));
      assert.deepEqual(written, meant);
    }),
  );
});

test('the size of a command is known before it is written, to the byte, and a plan keeps to MaxMsgSize', () => {
  fc.assert(
    fc.property(ownMessage, fc.integer({ min: 500, max: 20_000 }), (message, max) => {
      const { alert: _, ...plain } = message;
      const sizes = message.commands.map((one) => commandBytes(one.command));
      const empty = writeSyncMl({ ...plain, commands: [] }).length;
      assert.equal(writeSyncMl(plain).length, empty + sizes.reduce((sum, size) => sum + size, 0));
      const room = roomForCommands(max, plain);
      if (room > 0)
        assert.ok(writeSyncMl({ ...message, commands: [] }).length + room <= Math.min(max, MAX_MSG_SIZE.most));
    }),
  );
});

test('a CmdID says again what was put into it, and nothing else is one', () => {
  const part = fc.integer({ min: 0, max: 0xffff });
  fc.assert(
    fc.property(fc.stringMatching(/^[0-9a-f]{24}$/), part, part, (token, index, child) => {
      const id = writeCmdId({ token, index, child });
      assert.equal(id.length, 36);
      assert.deepEqual(parseCmdId(id.toUpperCase()), { token, index, child });
    }),
  );
  for (const other of ['', '5', '0', 'c0ffee00-0000-4000-8000-00000000000', `${'0'.repeat(36)}`]) {
    assert.equal(parseCmdId(other), undefined);
  }
});
