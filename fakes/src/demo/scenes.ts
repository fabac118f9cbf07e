import { setTimeout as sleep } from 'node:timers/promises';
import { ApiRefused, type Caller } from './api.ts';
import type { Company } from './company.ts';
import type { Login } from './people.ts';
import type { DeviceStory } from './story.ts';

/** Told when an action could not be asked for: the demonstration goes on without it. */
export type OnProblem = (what: string) => void;

type Request = {
  readonly type: string;
  readonly params?: object;
  /** Waits until the one before is finished, as this one depends on it. */
  readonly afterwards?: true;
};

const PATIENCE_MS = 60_000;

/**
 * Asks for actions, so that each state can be seen: done, failed, waiting for a device that is away, put off by NotNow,
 * cancelled. The people of the company ask, as their audit trail should show.
 */
export async function playScenes(company: Company, signal: AbortSignal, onProblem: OnProblem): Promise<void> {
  const [administrator, helpdesk] = company.logins;
  if (administrator === undefined || helpdesk === undefined) return;
  const ids = await devicesByName(administrator.browser, company);
  const ask = async (by: Login, name: string, request: Request) => {
    const deviceId = ids.get(name);
    if (deviceId === undefined || signal.aborted) return undefined;
    const path = `/api/v1/contractors/${company.contractorId}/devices/${deviceId}/actions`;
    try {
      return (await by.browser.post(path, request)).text('actionId');
    } catch (error) {
      if (!(error instanceof ApiRefused)) throw error;
      onProblem(`${name}: ${error.message}`);
      return undefined;
    }
  };
  for (const { story, device } of company.recruits) {
    if (story.role === 'away') await whenAway(() => device.isListening, signal);
    if (story.role === 'deferring') device.lock();
    let before: string | undefined;
    for (const { afterwards, ...request } of requestsFor(story, company)) {
      if (afterwards && before !== undefined) await finished(helpdesk.browser, company, before, signal);
      before = await ask(helpdesk, story.name, request);
    }
    if (story.role !== 'away') continue;
    const regretted = await ask(helpdesk, story.name, { type: 'restart' });
    if (regretted !== undefined) {
      const path = `/api/v1/contractors/${company.contractorId}/actions/${regretted}/cancellation`;
      await helpdesk.browser.post(path, { reason: '端末を間違えた' });
    }
  }
}

function requestsFor({ role, name }: DeviceStory, { story }: Company): readonly Request[] {
  switch (role) {
    case 'locked':
      return [{ type: 'lock', params: { message: '情報システム部に連絡してください', phoneNumber: story.phone } }];
    case 'failing':
      return [{ type: 'restart' }];
    case 'away':
      return [{ type: 'lock', params: { message: '紛失の届け出あり' } }];
    case 'deferring':
    case 'renamed':
      return [{ type: 'rename', params: { name: `${name}（貸与）` } }];
    case 'lost':
      return [
        { type: 'lost_mode_on', params: { message: '拾得された方はご連絡ください', phoneNumber: story.phone } },
        { type: 'locate', afterwards: true },
        { type: 'play_sound' },
      ];
    case 'locked_mac':
      return [{ type: 'lock', params: { message: '情報システム部に連絡してください' } }];
    default:
      return [];
  }
}

async function finished(browser: Caller, { contractorId }: Company, actionId: string, signal: AbortSignal) {
  const until = performance.now() + PATIENCE_MS;
  while (performance.now() < until && !signal.aborted) {
    const action = await browser.get(`/api/v1/contractors/${contractorId}/actions/${actionId}`);
    if (action.optionalText('finishedAt') !== undefined) return;
    await sleep(1000);
  }
}

/** It is in reach for some ten seconds after it enrolled; only then does an action have to wait for it. */
async function whenAway(isListening: () => boolean, signal: AbortSignal): Promise<void> {
  for (let tries = 0; tries < 60 && isListening() && !signal.aborted; tries++) await sleep(500);
}

async function devicesByName(
  browser: Caller,
  { contractorId, recruits }: Company,
): Promise<ReadonlyMap<string, string>> {
  const list = await browser.get(`/api/v1/contractors/${contractorId}/devices?limit=200`);
  const bySerial = new Map(
    list.list('items').map((item) => [item.optionalText('serialNumber') ?? '', item.text('deviceId')]),
  );
  return new Map(
    recruits.flatMap(({ device, story }) => {
      const deviceId = bySerial.get(device.blueprint.serialNumber);
      return deviceId === undefined ? [] : [[story.name, deviceId] as const];
    }),
  );
}
