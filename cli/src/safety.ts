import type { ActionBatch, BatchPreview, BatchSelection, SafetySettings } from '@tsukasa/api';
import { actionParams, actionType, printAction } from './action-words.ts';
import { call, type Target } from './client.ts';
import type { Command, Context } from './commands.ts';
import { EXIT, type ExitCode, usage } from './exit.ts';
import { flag, needed, number, ofContractor, paging, text } from './flags.ts';
import { table } from './output.ts';
import { asPerson } from './person.ts';
import { decisionLines, holdWords, waitsFor } from './safety-words.ts';

/** Bulk actions, the second person and the breaker. Deciding needs a person: `--as EMAIL`, and the code of their app. */
export const SAFETY_COMMANDS: Readonly<Record<string, Command>> = {
  'actions approve': (c, [id]) => decideAction(c, id, 'approve'),
  'actions reject': (c, [id]) => decideAction(c, id, 'reject'),
  'actions release': (c, [id]) => {
    const params = { ...ofContractor(c), actionId: needed(id, 'ACTION') };
    const body = { reason: needed(flag(c, 'reason'), '--reason') };
    return asSomebody(c, async (target) => printAction(c, await call(target, 'releaseAction', { params, body })));
  },
  'batches preview': async (c, [type, ...devices]) => {
    const body = { ...(await request(c, type)), selection: selection(c, devices) };
    const preview = await call(c.target, 'previewBatch', { params: ofContractor(c), body });
    c.print(preview, () => describePreview(preview));
    return EXIT.ok;
  },
  'batches ask': async (c, [type, ...devices]) => {
    const body = {
      ...(await request(c, type)),
      selection: selection(c, devices),
      ...number(c, 'expect', 'expectedPossible'),
    };
    return printBatch(c, await call(c.target, 'askBatch', { params: ofContractor(c), body }));
  },
  'batches list': async (c) => {
    const page = await call(c.target, 'listBatches', { params: ofContractor(c), query: paging(c) });
    c.print(page, () =>
      table(page.items, [
        ['ID', (r) => r.batchId],
        ['TYPE', (r) => r.type],
        ['STATE', (r) => r.state],
        ['DEVICES', (r) => r.total],
        ['ASKED BY', (r) => r.askedBy.name],
        ['ASKED', (r) => r.askedAt],
        ['DONE', (r) => r.counts.done],
        ['OPEN', (r) => r.counts.open + r.counts.waiting],
      ]),
    );
    return EXIT.ok;
  },
  'batches show': async (c, [id]) => printBatch(c, await call(c.target, 'getBatch', { params: ofBatch(c, id) })),
  'batches devices': async (c, [id]) => {
    const page = await call(c.target, 'listBatchDevices', { params: ofBatch(c, id), query: paging(c) });
    c.print(page, () =>
      table(page.items, [
        ['DEVICE', (r) => r.deviceName ?? r.deviceId],
        ['PLATFORM', (r) => r.platform],
        ['STATE', (r) => r.state],
        ['ACTION', (r) => r.actionId],
        ['WHY', (r) => r.refusal?.code ?? r.failure?.code],
      ]),
    );
    return EXIT.ok;
  },
  'batches cancel': async (c, [id]) =>
    printBatch(c, await call(c.target, 'cancelBatch', { params: ofBatch(c, id), body: text(c, 'reason', 'reason') })),
  'batches approve': (c, [id]) => decideBatch(c, id, 'approve'),
  'batches reject': (c, [id]) => decideBatch(c, id, 'reject'),
  'batches release': (c, [id]) => {
    const [params, body] = [ofBatch(c, id), { reason: needed(flag(c, 'reason'), '--reason') }];
    return asSomebody(c, async (target) => printBatch(c, await call(target, 'releaseBatch', { params, body })));
  },
  pending: async (c) => {
    const page = await call(c.target, 'listPending', { params: ofContractor(c), query: paging(c) });
    c.print(page, () =>
      table(page.items, [
        ['KIND', (r) => r.kind],
        ['ID', (r) => r.id],
        ['TYPE', (r) => r.type],
        ['DEVICES', (r) => r.deviceName ?? r.devices],
        ['ASKED BY', (r) => r.askedBy.name],
        ['WAITS FOR', (r) => waitsFor(r)],
        ['REASON', (r) => r.reason],
      ]),
    );
    return EXIT.ok;
  },
  'safety show': async (c) => {
    const safety = c.flags['provider']
      ? await call(c.target, 'getProviderSafety')
      : await call(c.target, 'getSafety', { params: ofContractor(c) });
    return printSafety(c, safety);
  },
  'safety change': async (c) => {
    const limit = limitOf(c);
    const reason = needed(flag(c, 'reason'), '--reason');
    const safety = c.flags['provider']
      ? await call(c.target, 'changeProviderSafety', { body: { ...limit, reason } })
      : await call(c.target, 'changeSafety', {
          params: ofContractor(c),
          body: { ...limit, ...secondPersonOf(c), reason },
        });
    return printSafety(c, safety);
  },
  'safety approve': (c, [id]) => decideSafety(c, id, 'approve'),
  'safety reject': (c, [id]) => decideSafety(c, id, 'reject'),
};

type Word = 'approve' | 'reject';

function decideAction(c: Context, id: string | undefined, decision: Word): Promise<ExitCode> {
  const params = { ...ofContractor(c), actionId: needed(id, 'ACTION') };
  const body = { decision, ...text(c, 'reason', 'reason') };
  return asSomebody(c, async (target) => printAction(c, await call(target, 'decideAction', { params, body })));
}

function decideBatch(c: Context, id: string | undefined, decision: Word): Promise<ExitCode> {
  const [params, body] = [ofBatch(c, id), { decision, ...text(c, 'reason', 'reason') }];
  return asSomebody(c, async (target) => printBatch(c, await call(target, 'decideBatch', { params, body })));
}

function decideSafety(c: Context, id: string | undefined, decision: Word): Promise<ExitCode> {
  const changeId = needed(id, 'CHANGE');
  const body = { decision, ...text(c, 'reason', 'reason') };
  return asSomebody(c, async (target) =>
    printSafety(
      c,
      c.flags['provider']
        ? await call(target, 'decideProviderSafetyChange', { params: { changeId }, body })
        : await call(target, 'decideSafetyChange', { params: { ...ofContractor(c), changeId }, body }),
    ),
  );
}

/** Runs with the session of `--as`; without it with the token, which the server refuses in its own words. */
async function asSomebody(c: Context, run: (target: Target) => Promise<ExitCode>): Promise<ExitCode> {
  const email = flag(c, 'as');
  if (email === undefined) return run(c.target);
  const credentials = { email, password: process.env['TSUKASA_PASSWORD'], code: flag(c, 'code') };
  const person = await asPerson(c.target, credentials);
  try {
    return await run(person.target);
  } finally {
    await person.end();
  }
}

const ofBatch = (c: Context, id: string | undefined) => ({ ...ofContractor(c), batchId: needed(id, 'BATCH') });

async function request(c: Context, word: string | undefined) {
  const type = actionType(word);
  const common = { ...text(c, 'reason', 'reason'), ...text(c, 'expires-in', 'expiresIn') };
  return { type, ...(await actionParams(c, type)), ...common };
}

/** Devices by id, or with `--q` those that the words find; `--all` for the whole fleet. */
function selection(c: Context, deviceIds: readonly string[]): BatchSelection {
  if (deviceIds.length > 0) return { deviceIds: [...deviceIds] };
  const q = flag(c, 'q');
  if (q === undefined && c.flags['all'] !== true) throw usage('name devices, or choose them with --q WORDS or --all');
  return { filter: q === undefined ? {} : { q } };
}

function limitOf(c: Context): { destructivePerHour?: number | null } {
  if (flag(c, 'per-hour') === 'none') return { destructivePerHour: null };
  return number(c, 'per-hour', 'destructivePerHour');
}

function secondPersonOf(c: Context): { secondPerson?: boolean } {
  const word = flag(c, 'second-person');
  if (word === undefined) return {};
  if (word !== 'on' && word !== 'off') throw usage('--second-person takes on or off');
  return { secondPerson: word === 'on' };
}

function printBatch(c: Context, batch: ActionBatch): ExitCode {
  c.print(batch, () => {
    const { skipped, waiting, open, done, failed, ended } = batch.counts;
    const counts = `  devices ${batch.total}: done ${done}, failed ${failed}, open ${open}, waiting ${waiting}, skipped ${skipped}, ended ${ended}`;
    return [`${batch.batchId}  ${batch.type}: ${batch.state}`, counts, ...decisionLines(batch)].join('\n');
  });
  return EXIT.ok;
}

function printSafety(c: Context, safety: SafetySettings): ExitCode {
  c.print(safety, () => {
    const { secondPerson, destructivePerHour, inLastHour, pending } = safety;
    const second = secondPerson === null ? [] : [`second person: ${secondPerson ? 'on' : 'off'}`];
    const limit = `destructive actions per hour: ${destructivePerHour ?? 'no limit'} (${inLastHour} in the last hour)`;
    const wanted = pending?.destructivePerHour ?? 'no limit';
    const off = pending?.secondPerson === false ? ', second person off' : '';
    const waits = pending && `waits for a second person: ${pending.changeId} (${wanted} per hour${off})`;
    return [...second, limit, ...(waits === null ? [] : [waits])].join('\n');
  });
  return EXIT.ok;
}

function describePreview({ total, possible, groups, needsSecondPerson, hold }: BatchPreview): string {
  const lines = groups.map(({ count, platform, refusal, effects, warnings }) => {
    const words = refusal === null ? effects.map(({ code }) => code) : [`not possible: ${refusal.code}`];
    return `  ${count} ${platform}: ${[...words, ...warnings.map(({ code }) => `! ${code}`)].join(', ')}`;
  });
  const second = needsSecondPerson ? ['  a second person must approve'] : [];
  const held = hold === null ? [] : [`  the breaker would hold it: ${holdWords(hold)}`];
  return [`${possible} of ${total} devices`, ...lines, ...second, ...held].join('\n');
}
