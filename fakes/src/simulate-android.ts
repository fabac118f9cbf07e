import { readFileSync } from 'node:fs';
import { LIFELIKE } from './android-device/index.ts';
import { AndroidManagementControl, openAndroidLink } from './android-management/index.ts';
import { describeFailure } from './fleet.ts';

/** What of the command line concerns Android devices. */
export type AndroidSimulation = {
  readonly url: string;
  /** Origin of the stand-in of the Android Management API that the server uses. */
  readonly origin: string;
  readonly count: number;
  readonly seed: string;
  /** Android version, as 14. */
  readonly os: string | undefined;
  readonly ca: string | undefined;
};

/**
 * Simulated Android devices enroll from an invitation's link. They live in the stand-in, and stay there when this process ends.
 * Gives how many were taken in.
 */
export async function simulateAndroid(asked: AndroidSimulation): Promise<number> {
  const control = new AndroidManagementControl(asked.origin);
  const ca = asked.ca === undefined ? undefined : [readFileSync(asked.ca, 'utf8')];
  const problems = new Map<string, number>();
  let enrolled = 0;
  for (let index = 0; index < asked.count; index++) {
    try {
      // Each opens the link by itself, as devices do: a token may have been made anew in between.
      const shown = await openAndroidLink(asked.url, ca);
      const os = asked.os === undefined ? {} : { androidVersion: asked.os };
      const device = await control.enroll({ seed: `${asked.seed} ${index}`, habits: LIFELIKE, ...os, ...shown });
      enrolled += 1;
      process.stdout.write(`${device.product} (Android ${device.androidVersion}, ${device.mode}) is ${device.name}\n`);
    } catch (error) {
      const why = describeFailure(error);
      problems.set(why, (problems.get(why) ?? 0) + 1);
    }
  }
  process.stdout.write(`${enrolled} of ${asked.count} enrolled\n`);
  for (const [why, times] of problems) process.stdout.write(`  ${times}  ${why}\n`);
  return enrolled;
}
