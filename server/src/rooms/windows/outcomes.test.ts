import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CommandOutcome, ResultItem } from '@tsukasa/windows-mdm';
import type { FinishedCommand } from './model.ts';
import { outcomeOfAction, outcomeOfFinding, outcomeOfRaw, rawAnswer } from './outcomes.ts';

const AT = Temporal.Instant.from('2026-04-01T09:00:00Z');
const said = (status: number, results: readonly ResultItem[] = [], originalError?: string): CommandOutcome => ({
  status,
  originalError,
  items: [],
  results,
});
const finished = (
  note: Readonly<Record<string, unknown>>,
  outcome: CommandOutcome | undefined,
  end: FinishedCommand['end'] = 'answered',
): FinishedCommand =>
  ({ note, outcome, end, finishedAt: AT, command: { verb: 'Exec', items: [] } }) as unknown as FinishedCommand;

test('200 to an Exec is acceptance, and each action says what that means', () => {
  const resultOf = (note: Readonly<Record<string, unknown>>) => outcomeOfAction(finished(note, said(200)));
  assert.deepEqual(resultOf({ action: 'erase', method: 'doWipe' }), {
    state: 'done',
    result: { note: 'windows.wipe_begins', method: 'doWipe' },
  });
  assert.deepEqual(resultOf({ action: 'rename', name: 'PC-1' }), {
    state: 'done',
    result: { note: 'windows.renamed_after_restart', name: 'PC-1' },
  });
  assert.deepEqual(resultOf({ action: 'lock' }), { state: 'done' });
  assert.equal(resultOf({ action: 'rotate_recovery_key' }), undefined);
});

for (const { status, code } of [
  { status: 404, code: 'windows.node_missing' },
  { status: 405, code: 'windows.not_allowed' },
  { status: 400, code: 'format_error' },
  { status: 500, code: 'device_refused' },
]) {
  test(`${status} fails the action as ${code}, with the device's own number`, () => {
    const outcome = outcomeOfAction(finished({ action: 'restart' }, said(status, [], '0x86000011')));
    assert.deepEqual(outcome, {
      state: 'failed',
      failure: {
        code,
        params: { status, hresult: '0x86000011' },
        chain: [{ domain: 'SyncML', code: status, description: '0x86000011' }],
      },
    });
  });
}

test('a command that was given and never answered is unknown; one that was never given says nothing', () => {
  const of = (end: FinishedCommand['end']) => outcomeOfAction(finished({ action: 'erase' }, undefined, end));
  assert.deepEqual(of('unknown'), { state: 'failed', failure: { code: 'outcome_unknown' } });
  for (const end of ['expired', 'cancelled', 'superseded'] as const) assert.equal(of(end), undefined);
});

const place = (latitude: string): readonly ResultItem[] =>
  [
    ['Latitude', latitude],
    ['Longitude', '139.76'],
    ['Accuracy', '30'],
    ['Age', '5'],
  ].map(([node, data]) => ({
    source: `./Vendor/MSFT/RemoteFind/Location/${node}`,
    format: undefined,
    type: undefined,
    data: data ?? '',
  }));

test('a place is as old as the device says', () => {
  const found = outcomeOfFinding(finished({}, said(200, place('35.68'))));
  assert.equal(found?.place?.at.toString(), '2026-04-01T08:55:00Z');
  assert.deepEqual(found?.action, {
    state: 'done',
    result: { latitude: 35.68, longitude: 139.76, at: '2026-04-01T08:55:00Z', accuracyMeters: 30 },
  });
});

test('no fix is a failure of its own, and a refusal another', () => {
  const code = (outcome: CommandOutcome) => {
    const found = outcomeOfFinding(finished({}, outcome))?.action;
    return found?.state === 'failed' ? found.failure.code : undefined;
  };
  assert.equal(code(said(200, [])), 'windows.no_fix');
  assert.equal(code(said(404)), 'windows.no_fix');
  assert.equal(code(said(200, place(''))), 'windows.no_fix');
  assert.equal(code(said(405)), 'windows.not_allowed');
});

test('what an expert is shown: values, but none of nodes that are named like secrets', () => {
  const results = [
    { source: './DevDetail/SwV', format: 'chr' as const, type: undefined, data: '10.0.22631.1\u0000' },
    {
      source: './Device/Vendor/MSFT/DMClient/Provider/T/Push/ChannelURI',
      format: undefined,
      type: undefined,
      data: 'https://x',
    },
    { source: './x/PFXCertPassword', format: undefined, type: undefined, data: 'hush' },
  ];
  const answer = rawAnswer(finished({}, said(200, results)));
  assert.deepEqual(
    answer.values?.map(({ value }) => value),
    ['10.0.22631.1', '[hidden]', '[hidden]'],
  );
  const long = rawAnswer(
    finished(
      {},
      said(200, [{ ...results[0], source: './a', format: undefined, type: undefined, data: 'x'.repeat(10_000) }]),
    ),
  );
  assert.equal(long.values?.[0]?.value.length, 4097);
});

test('a raw action is done only when every command went well, and bounded', () => {
  const good = rawAnswer(finished({}, said(200)));
  const bad = rawAnswer(finished({}, said(500, [], '0x80070005')));
  assert.equal(outcomeOfRaw([good, good]).state, 'done');
  const failed = outcomeOfRaw([good, bad]);
  assert.deepEqual(failed.state === 'failed' && failed.failure, {
    code: 'device_refused',
    params: { status: 500, hresult: '0x80070005' },
  });
  const lost = outcomeOfRaw([good, rawAnswer(finished({}, undefined, 'unknown'))]);
  assert.equal(lost.state === 'failed' && lost.failure.code, 'outcome_unknown');
  const big = { source: './a', format: undefined, type: undefined, data: 'x'.repeat(4000) };
  const many = outcomeOfRaw(Array.from({ length: 50 }, () => rawAnswer(finished({}, said(200, [big])))));
  assert.ok(JSON.stringify(many).length < 64 * 1024);
});
