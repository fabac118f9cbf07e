import type { ActionType, BatchPreview, Note } from '@tsukasa/api';
import type { DeviceFacts } from '../devices/index.ts';
import { type AssessDeps, assess } from './assess.ts';
import type { ActionParams, Assessment } from './model.ts';
import { misfits, needsSecondPerson } from './rules.ts';

/** What an action of a bulk action means on one of its devices. */
export type Judged = {
  readonly device: DeviceFacts;
  /** The parameters that this device takes. */
  readonly params: ActionParams;
  readonly assessment: Assessment;
  readonly refusal: Note | undefined;
  /** The assessment's, and which parameters are left out here. */
  readonly warnings: readonly Note[];
  readonly destructive: boolean;
};

/** Pure. Parameters that the device does not have are left out and said; one that it lacks or cannot read refuses it. */
export function judge(
  deps: Pick<AssessDeps, 'dialects'>,
  device: DeviceFacts,
  type: ActionType,
  params: ActionParams,
): Judged {
  const first = assess(deps, device, type, params);
  const left = Object.keys(params).filter((name) => first.refusal === undefined && !first.options.includes(name));
  const kept = Object.fromEntries(Object.entries(params).filter(([name]) => !left.includes(name)));
  const assessment = left.length === 0 ? first : assess(deps, device, type, kept);
  const [wrong] = assessment.refusal === undefined ? misfits(kept, assessment) : [];
  const misfit = wrong && { code: 'bulk.params_do_not_fit', params: { pointer: wrong.pointer, detail: wrong.detail } };
  return {
    device,
    params: kept,
    assessment,
    refusal: assessment.refusal ?? misfit,
    warnings: [...assessment.warnings, ...left.map((param) => ({ code: 'bulk.param_not_taken', params: { param } }))],
    destructive: needsSecondPerson(type, assessment),
  };
}

/** Devices judged in one go: then others get their turn. Our choice: a few milliseconds. */
const AT_ONCE = 200;

/** All devices of a selection, without keeping others from the process for long. */
export async function judgeAll(
  deps: Pick<AssessDeps, 'dialects'>,
  devices: readonly DeviceFacts[],
  type: ActionType,
  params: ActionParams,
): Promise<readonly Judged[]> {
  const judged: Judged[] = [];
  for (const [index, device] of devices.entries()) {
    if (index % AT_ONCE === AT_ONCE - 1) await new Promise((done) => setImmediate(done));
    judged.push(judge(deps, device, type, params));
  }
  return judged;
}

const SHOWN = 10;

/** Devices on which the action means the same: possible ones first, then by number. */
export function groupsOf(judged: readonly Judged[]): BatchPreview['groups'] {
  const alike = Map.groupBy(judged, ({ device, refusal, assessment, warnings }) =>
    JSON.stringify([device.platform, refusal ?? null, assessment.effects, warnings]),
  );
  const groups = [...alike.values()].flatMap((some) => {
    const [first] = some;
    if (first === undefined) return [];
    const named = some.map(({ device }) => ({ deviceId: device.deviceId, name: device.displayName }));
    return [
      {
        platform: first.device.platform,
        possible: first.refusal === undefined,
        refusal: first.refusal ?? null,
        effects: first.refusal === undefined ? [...first.assessment.effects] : [],
        warnings: first.refusal === undefined ? [...first.warnings] : [],
        count: some.length,
        devices: named.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)).slice(0, SHOWN),
      },
    ];
  });
  return groups.sort((a, b) => Number(b.possible) - Number(a.possible) || b.count - a.count);
}
