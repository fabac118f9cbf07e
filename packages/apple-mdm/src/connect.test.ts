import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { buildCommand, parseCommand, parseConnect } from './connect.ts';
import { scanConnect } from './connect-scan.ts';
import { causeOf } from './errors.ts';
import { type PlistDict, PlistError } from './plist-value.ts';
import { writePlist } from './plist-write.ts';

const UDID = '00008030-001A2B3C4D5E6F70';

/** The scanner may give up, but what it says is what the full parser says. */
function agrees(bytes: Uint8Array): boolean {
  const scanned = scanConnect(bytes);
  if (scanned === undefined) return false;
  const { ids, status, wireStatus, commandUuid } = parseConnect(bytes);
  assert.deepEqual(scanned, { ids, status, wireStatus, ...(commandUuid === undefined ? {} : { commandUuid }) });
  return true;
}

for (const message of [
  { UDID, Status: 'Idle' },
  { UDID, Status: 'Acknowledged', CommandUUID: 'c-1' },
  { UDID, Status: 'NotNow', CommandUUID: 'c-1', NotOnConsole: false },
  { EnrollmentID: 'E', Status: 'Idle' },
  { UDID, UserID: 'U', UserShortName: 'ann', UserLongName: 'Ann', Status: 'Idle', NotOnConsole: true },
  { UDID, Status: 'SomethingNew' },
]) {
  test(`the fast path takes ${JSON.stringify(message)}`, () => assert.ok(agrees(writePlist(message))));
}

for (const [title, message] of [
  ['an answer with content', { UDID, Status: 'Acknowledged', QueryResponses: { DeviceName: 'x' } }],
  ['a name beyond ASCII', { UDID, UserID: 'U', UserShortName: 'あ', Status: 'Idle' }],
  ['a name with an entity', { UDID, UserID: 'U', UserShortName: 'a&b', Status: 'Idle' }],
  ['a message without status', { UDID }],
  ['a message without ids', { Status: 'Idle' }],
] as const) {
  test(`the fast path leaves ${title} to the full parser`, () =>
    assert.equal(scanConnect(writePlist(message)), undefined));
}

test('the fast path never disagrees with the full parser', () => {
  const word = fc.oneof(
    fc.constantFrom('Idle', UDID, '', 'a b', '&amp;', 'é', '<', 'x'.repeat(130)),
    fc.string({ maxLength: 8 }),
  );
  const key = fc.constantFrom(
    'UDID',
    'EnrollmentID',
    'UserID',
    'UserShortName',
    'Status',
    'CommandUUID',
    'NotOnConsole',
    'RequestType',
    '__proto__',
  );
  const element = fc.oneof(
    word.map((text) => `<string>${text}</string>`),
    fc.constantFrom('<true/>', '<false/>', '<integer>1</integer>', '<string/>', '<dict/>', ''),
  );
  const space = fc.constantFrom('', '\n', '\n\t', ' ', '<!-- c -->', '\r\n');
  const entry = fc.tuple(key, space, element, space).map(([k, a, v, b]) => `<key>${k}</key>${a}${v}${b}`);
  const head = writePlist({})
    .toString()
    .replace(/<dict\/>[\s\S]*$/, '');
  const ids = `<key>UDID</key><string>${UDID}</string>`;
  let taken = 0;
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 4 }), fc.constantFrom('', '\n', 'x', '<!-- -->'), (entries, tail) => {
      const whole = Buffer.from(
        `${head}<dict>\n<key>Status</key><string>Idle</string>${ids}${entries.join('')}</dict>\n</plist>${tail}`,
      );
      if (agrees(whole)) taken++;
      agrees(Buffer.from(`${head}<dict>${entries.join('')}</dict></plist>${tail}`));
    }),
    { numRuns: 2000 },
  );
  assert.ok(taken > 50, `only ${taken} taken`);
});

test('a poll with bytes changed: the fast path still agrees', () => {
  const idle = writePlist({ UDID, Status: 'Idle', CommandUUID: 'c' });
  fc.assert(
    fc.property(fc.nat(idle.length - 1), fc.nat(255), fc.nat(3), (at, byte, cut) => {
      agrees(Buffer.concat([idle.subarray(0, at), Buffer.from([byte]), idle.subarray(at + cut)]));
    }),
    { numRuns: 2000 },
  );
});

test('an error report keeps its chain, its unknown parts and its cause', () => {
  const report = parseConnect(
    writePlist({
      UDID,
      Status: 'Error',
      CommandUUID: 'c',
      ErrorChain: [
        {
          ErrorCode: 12021,
          ErrorDomain: 'MCMDMErrorDomain',
          USEnglishDescription: 'Unknown command',
          LocalizedDescription: '不明',
        },
        'odd',
        { ErrorCode: 'odd' },
      ],
    }),
  );
  assert.equal(report.status, 'Error');
  assert.equal(report.errorChain.length, 2);
  assert.equal(report.errorChain[0]?.localizedDescription, '不明');
  assert.equal(causeOf(report.errorChain), 'unsupported_command');
  assert.equal(causeOf([]), 'other');
});

test('a status of a later system is kept as its word', () => {
  const { status, wireStatus } = parseConnect(writePlist({ UDID, Status: 'Later' }));
  assert.deepEqual([status, wireStatus], ['unknown', 'Later']);
});

test('a control character in an app name does not make a report unreadable', () => {
  const bytes = Buffer.from(
    writePlist({ UDID, Status: 'Acknowledged', Name: 'aXb' }).toString().replace('aXb', 'a\x07b'),
  );
  assert.equal(parseConnect(bytes).raw.Name, 'a\ufffdb');
});

test('a command reads back', () => {
  const command: PlistDict = { RequestType: 'DeviceLock', Message: 'a<b' };
  const read = parseCommand(buildCommand({ commandUuid: 'c', command }));
  assert.equal(read.commandUuid, 'c');
  assert.deepEqual({ ...read.command }, command);
  assert.throws(() => buildCommand({ commandUuid: '', command }), PlistError);
  assert.throws(() => buildCommand({ commandUuid: 'c', command: {} }), PlistError);
});
