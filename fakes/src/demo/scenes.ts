import { playAndroid } from './android-scenes.ts';
import { playApple } from './apple-scenes.ts';
import { playBulk } from './bulk-scenes.ts';
import type { Company } from './company.ts';
import { Desk, type OnProblem } from './desk.ts';
import { playWindows } from './windows-scenes.ts';

export type { OnProblem } from './desk.ts';

/**
 * Asks for actions, so that each state can be seen: done, failed, waiting for a device that is away, put off by NotNow,
 * cancelled, waiting for a second person; in bulk too.
 */
export async function playScenes(company: Company, signal: AbortSignal, onProblem: OnProblem): Promise<void> {
  const desk = await Desk.open(company, signal, onProblem);
  if (desk === undefined) return;
  await Promise.all([playApple(desk), playWindows(desk), playAndroid(desk)]);
  await playBulk(desk);
}
