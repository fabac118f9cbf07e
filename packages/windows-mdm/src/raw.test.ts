import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { commandProblem } from './command-check.ts';
import { isUserScoped, locUriProblem, nodeKey } from './loc-uri.ts';
import type { Command } from './model.ts';
import { RAW_LIMITS, readRawCommands } from './raw.ts';

const item = (target: string, rest = '') => `<Item><Target><LocURI>${target}</LocURI></Target>${rest}</Item>`;
const META = '<Meta><Format xmlns="syncml:metinf">int</Format><Type xmlns="syncml:metinf">text/plain</Type></Meta>';
const code = (text: string) => {
  const read = readRawCommands(text);
  return 'problem' in read ? read.problem.code : 'fine';
};

test('a fragment, a SyncBody and a whole message say the same', () => {
  const fragment = `<Replace><CmdID>9</CmdID>${item('./Vendor/MSFT/Policy/Config/Camera/AllowCamera', `${META}<Data>0</Data>`)}</Replace>
    <Get>${item('./DevDetail/SwV')}</Get>`;
  const body = `<SyncBody xmlns="SYNCML:SYNCML1.2">${fragment}<Final/></SyncBody>`;
  const whole = `<?xml version="1.0"?><SyncML xmlns="SYNCML:SYNCML1.2"><SyncHdr/>${body}</SyncML>`;
  const commands: readonly Command[] = [
    {
      verb: 'Replace',
      items: [
        { target: './Vendor/MSFT/Policy/Config/Camera/AllowCamera', format: 'int', type: 'text/plain', data: '0' },
      ],
    },
    { verb: 'Get', items: [{ target: './DevDetail/SwV' }] },
  ];
  for (const text of [fragment, body, whole]) assert.deepEqual(readRawCommands(text), { commands });
});

const CASES: readonly (readonly [string, string])[] = [
  ['fine', `<Exec>${item('./Vendor/MSFT/Defender/Scan', META)}</Exec>`],
  ['fine', `<Atomic><Add>${item('./Vendor/MSFT/A', '<Data>1</Data>')}</Add></Atomic>`],
  ['get_in_atomic', `<Atomic><Get>${item('./DevDetail/SwV')}</Get></Atomic>`],
  ['nested_atomic', `<Atomic><Atomic><Add>${item('./A', '<Data>1</Data>')}</Add></Atomic></Atomic>`],
  ['empty_atomic', '<Atomic><CmdID>1</CmdID></Atomic>'],
  ['unknown_command', `<Copy>${item('./A')}</Copy>`],
  ['unknown_command', '<Status><CmdID>1</CmdID></Status>'],
  ['no_commands', '   '],
  ['no_items', '<Get><CmdID>1</CmdID></Get>'],
  ['loc_uri', `<Get>${item('/DevDetail/SwV')}</Get>`],
  ['loc_uri', `<Get>${item('./DevDetail//SwV')}</Get>`],
  ['loc_uri', `<Get>${item('./Vendor/../SwV')}</Get>`],
  ['loc_uri', `<Get>${item('./Vendor/a%2')}</Get>`],
  ['loc_uri', `<Get>${item('./Vendor/a b')}</Get>`],
  ['needs_data', `<Replace>${item('./A')}</Replace>`],
  ['takes_no_data', `<Get>${item('./A', '<Data>1</Data>')}</Get>`],
  [
    'bad_format',
    `<Add>${item('./A', '<Meta><Format xmlns="syncml:metinf">string</Format></Meta><Data>1</Data>')}</Add>`,
  ],
  ['xml', `<Add>${item('./A', '<Data><b/></Data>')}</Add>`],
  ['xml', '<Get>'],
  ['xml', '<!DOCTYPE a><Get/>'],
  ['too_many_commands', `<Get>${item('./A')}</Get>`.repeat(RAW_LIMITS.commands + 1)],
  ['reserved', `<Exec>${item('./Device/Vendor/MSFT/RemoteWipe/doWipe')}</Exec>`],
  ['reserved', `<Exec>${item('./Vendor/MSFT/remotewipe/doWipe')}</Exec>`],
  ['reserved', `<Exec>${item('./Vendor/MSFT/Remote%57ipe/doWipe')}</Exec>`],
  ['reserved', `<Atomic><Exec>${item('./Vendor/MSFT/DMClient/Provider/Tsukasa/Unenroll')}</Exec></Atomic>`],
  ['reserved', `<Delete>${item('./Vendor/MSFT/DMClient')}</Delete>`],
  ['reserved', `<Delete>${item('./Vendor/MSFT')}</Delete>`],
  ['reserved', `<Replace>${item('./Vendor/MSFT/DMClient/Provider/Tsukasa/Push/PFN', '<Data>x</Data>')}</Replace>`],
  ['reserved', `<Exec>${item('./Vendor/MSFT/BitLocker/RotateRecoveryPasswords')}</Exec>`],
  ['reserved', `<Replace>${item('./SyncML/DMAcc/x/AppAuth/CLCRED/AAuthSecret', '<Data>x</Data>')}</Replace>`],
  ['fine', `<Get>${item('./Vendor/MSFT/DMClient/Provider/Tsukasa/Push/ChannelURI')}</Get>`],
  ['fine', `<Replace>${item('./Vendor/MSFT/DMClient/Provider/Tsukasa/HelpWebsite', '<Data>x</Data>')}</Replace>`],
];
for (const [expected, text] of CASES) {
  test(`raw: ${expected}: ${text.slice(0, 90)}`, () => assert.equal(code(text), expected));
}

test('a reserved node opens for the action that stands for it, and for no other', () => {
  const wipe = `<Exec>${item('./Vendor/MSFT/RemoteWipe/doWipeProtected')}</Exec>`;
  assert.ok('commands' in readRawCommands(wipe, ['wipe']));
  assert.ok('problem' in readRawCommands(wipe, ['unenroll']));
});

test('the place of an error is counted in what was written', () => {
  const text = '<Get><Item></Get>';
  const read = readRawCommands(text);
  assert.ok('problem' in read && read.problem.code === 'xml');
  assert.ok(read.problem.position > 0 && read.problem.position <= text.length, String(read.problem.position));
});

test('whatever is written: commands of a right form, or a problem', () => {
  const word = fc.constantFrom(
    '<Get>',
    '</Get>',
    '<Item>',
    '</Item>',
    '<Target>',
    '<LocURI>',
    './A',
    '</LocURI>',
    '</Target>',
    '<Data>',
    '&',
    '<!--',
    ']]>',
    '<Atomic>',
    '</Atomic>',
    '\u0000',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(word).map((words) => words.join('')),
      ),
      (text) => {
        const read = readRawCommands(text);
        if ('commands' in read) for (const command of read.commands) assert.equal(commandProblem(command), undefined);
        else assert.equal(typeof read.problem.code, 'string');
      },
    ),
    { numRuns: 500 },
  );
});

test('a LocURI that passes has one spelling for its node', () => {
  const segment = fc.string({ unit: fc.constantFrom('a', 'B', '%7B', '漢', '-', '%', ' ', '/', '.'), maxLength: 5 });
  fc.assert(
    fc.property(fc.array(segment, { minLength: 1, maxLength: 5 }), (segments) => {
      const uri = `./${segments.join('/')}`;
      if (locUriProblem(uri) !== undefined) return;
      assert.equal(nodeKey(uri), nodeKey(uri.toUpperCase().replace('./', './Device/')).replace(/^device\//, ''));
    }),
  );
});

test('the user’s tree is known from its first segment, also inside an Atomic', () => {
  const user: Command = { verb: 'Replace', items: [{ target: './User/Vendor/MSFT/Policy/A', data: '1' }] };
  assert.ok(isUserScoped(user));
  assert.ok(isUserScoped({ verb: 'Atomic', commands: [user] }));
  assert.ok(!isUserScoped({ verb: 'Get', items: [{ target: './Vendor/MSFT/User/x' }] }));
});
