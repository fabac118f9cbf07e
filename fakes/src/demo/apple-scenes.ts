import { setTimeout as sleep } from 'node:timers/promises';
import type { ActionWish, Desk } from './desk.ts';
import type { DeviceStory } from './story.ts';

type Wish = ActionWish & {
  /** Waits until the one before is finished, as this one depends on it. */
  readonly afterwards?: true;
};

/** What the helpdesk does with the Apple devices of a company. */
export async function playApple(desk: Desk): Promise<void> {
  const { company, helpdesk, signal } = desk;
  for (const { story, device } of company.recruits) {
    if (story.role === 'away') await whenAway(() => device.isListening, signal);
    if (story.role === 'deferring') device.lock();
    let before: string | undefined;
    for (const { afterwards, ...wish } of wishesFor(story, company.story.phone)) {
      if (afterwards) await desk.finished(before);
      before = await desk.ask(helpdesk, story.name, wish);
    }
    if (story.role !== 'away') continue;
    const regretted = await desk.ask(helpdesk, story.name, { type: 'restart' });
    await desk.cancel(helpdesk, story.name, regretted, '端末を間違えた');
  }
}

function wishesFor({ role, name }: DeviceStory, phoneNumber: string): readonly Wish[] {
  switch (role) {
    case 'locked':
      return [{ type: 'lock', params: { message: '情報システム部に連絡してください', phoneNumber } }];
    case 'failing':
      return [{ type: 'restart' }];
    case 'away':
      return [{ type: 'lock', params: { message: '紛失の届け出あり' } }];
    case 'deferring':
    case 'renamed':
      return [{ type: 'rename', params: { name: `${name}（貸与）` } }];
    case 'lost':
      return [
        { type: 'lost_mode_on', params: { message: '拾得された方はご連絡ください', phoneNumber } },
        { type: 'locate', afterwards: true },
        { type: 'play_sound' },
      ];
    case 'locked_mac':
      return [{ type: 'lock', params: { message: '情報システム部に連絡してください' } }];
    default:
      return [];
  }
}

/** It is in reach for some ten seconds after it enrolled; only then does an action have to wait for it. */
async function whenAway(isListening: () => boolean, signal: AbortSignal): Promise<void> {
  for (let tries = 0; tries < 60 && isListening() && !signal.aborted; tries++) await sleep(500);
}
