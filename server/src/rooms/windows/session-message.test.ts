import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSyncMl, type SyncMessage, writeCmdId, XmlError } from '@tsukasa/windows-mdm';
import fc from 'fast-check';
import { hear, PROBE_INDEX } from './session-message.ts';

const TOKEN = '0123456789abcdef01234567';
const id = (index: number, child = 0) => writeCmdId({ token: TOKEN, index, child });

function message(body: string, { msgId = 2, final = true } = {}): SyncMessage {
  return parseSyncMl(
    Buffer.from(
      `<SyncML xmlns="SYNCML:SYNCML1.2"><SyncHdr><VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto><SessionID>1</SessionID><MsgID>${msgId}</MsgID><Target><LocURI>s</LocURI></Target><Source><LocURI>d</LocURI></Source></SyncHdr><SyncBody>${body}${final ? '<Final/>' : ''}</SyncBody></SyncML>`,
    ),
  );
}

let number = 0;
function status(cmd: string, code: number, ref = id(1)): string {
  number += 1;
  return `<Status><CmdID>s${number}</CmdID><MsgRef>1</MsgRef><CmdRef>${ref}</CmdRef><Cmd>${cmd}</Cmd><Data>${code}</Data></Status>`;
}

type Answer = { t: string; m: number; k: number; v?: string; act: string; piece: { statuses: unknown[] } };
const answersOf = (read: SyncMessage): readonly Answer[] => JSON.parse(hear(read).answers ?? '[]');

const ACTS: readonly (readonly [string, string, boolean, string])[] = [
  ['a good status', status('Replace', 200), true, 'finish'],
  ['a bad status', status('Replace', 500), true, 'finish'],
  ['a malformed command', status('Exec', 400), true, 'quarantine'],
  ['an Add of what exists', status('Add', 418), true, 'replace'],
  ['an Add of which one node exists', status('Add', 200) + status('Add', 418), true, 'replace'],
  ['an Add that failed otherwise too', status('Add', 418) + status('Add', 500), true, 'finish'],
  ['a Replace of what exists', status('Replace', 418), true, 'finish'],
  ['not executed', status('Exec', 215), true, 'later'],
  ['a tree that is not there', status('Replace', 405), true, 'user_later'],
  ['a Get in a package that goes on', status('Get', 200), false, 'piece'],
  ['a Get in a whole package', status('Get', 200), true, 'finish'],
  ['an Exec in a package that goes on', status('Exec', 200), false, 'finish'],
  ['a rolled back child without its Atomic', status('Replace', 216, id(1, 2)), true, 'part'],
];
for (const [what, body, final, act] of ACTS) {
  test(`${what}: ${act}`, () =>
    assert.deepEqual(
      answersOf(message(body, { final })).map((one) => one.act),
      [act],
    ));
}

test('statuses of an Atomic and of its commands are one answer', () => {
  const [answer, ...more] = answersOf(
    message(status('Atomic', 507) + status('Replace', 216, id(1, 1)) + status('Replace', 500, id(1, 2))),
  );
  assert.deepEqual(more, []);
  assert.equal(answer?.v, 'Atomic');
  assert.equal(answer?.piece.statuses.length, 3);
});

test('the answer to the question that proves freshness is an echo and no answer', () => {
  const heard = hear(message(status('Get', 200, id(PROBE_INDEX))));
  assert.deepEqual([heard.echo, heard.answers, heard.stray], [TOKEN, undefined, 0]);
});

test('a header that was not accepted says nothing of the commands', () => {
  const heard = hear(message(status('SyncHdr', 401, '0') + status('Replace', 200)));
  assert.deepEqual([heard.answers, heard.echo, heard.stopping], [undefined, undefined, true]);
});

test('whatever can be read can be heard: JSON in UTF-8, one status at most for each element, in their order', () => {
  const word = fc.constantFrom(
    status('Get', 200),
    status('Add', 418, id(2)),
    status('SyncHdr', 200, '0'),
    status('Exec', 202, 'junk'),
    '<Alert><CmdID>a1</CmdID><Data>1226</Data><Item><Data>\u{1f600}</Data></Item></Alert>',
    '<Alert><CmdID>a2</CmdID><Data>1201</Data></Alert>',
    '<Alert><CmdID>a3</CmdID><Data>1223</Data></Alert>',
    `<Results><CmdID>r1</CmdID><CmdRef>${id(1)}</CmdRef><Item><Data>x</Data><MoreData/></Item></Results>`,
    '<Results><CmdID>r2</CmdID><MsgRef>0</MsgRef><CmdRef>9</CmdRef></Results>',
    '<Replace><CmdID>c1</CmdID><Item><Source><LocURI>./DevInfo/Man</LocURI></Source><Data>m</Data></Item></Replace>',
    '<Put><CmdID>c2</CmdID></Put>',
    '<Atomic><CmdID>c3</CmdID></Atomic>',
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 12 }), fc.boolean(), (words, final) => {
      let read: SyncMessage;
      try {
        read = message(words.join(''), { final });
      } catch (error) {
        return assert.ok(error instanceof XmlError);
      }
      const heard = hear(read);
      for (const text of [heard.answers, heard.report]) if (text !== undefined) JSON.parse(text);
      const refs = heard.statuses.map(({ cmdRef }) => cmdRef);
      const ids = read.body.map(({ cmdId }) => cmdId).filter((one) => refs.includes(one));
      assert.deepEqual(refs, ids);
      assert.ok(heard.statuses.every(({ cmd }) => cmd !== 'Status'));
    }),
  );
});
