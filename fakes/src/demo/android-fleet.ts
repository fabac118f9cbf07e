import { setTimeout as sleep } from 'node:timers/promises';
import { type AndroidManagementControl, applyFlaw, openAndroidLink, type Shown } from '../android-management/index.ts';
import type { FleetMember, Recruit } from '../fleet.ts';
import type { AndroidStory } from './android-story.ts';
import type { Caller } from './api.ts';
import { type Invited, invite, shown, type Ways } from './invitations.ts';

/** An Android device in its box, or in its owner's hand. */
export type AndroidFleetRecruit = Recruit<AndroidMember> & { readonly story: AndroidStory };

/** It lives in the stand-in of Google; here is only its name there, once it has one. */
export type AndroidMember = FleetMember & { readonly name: string | undefined };

const MODES: Readonly<Record<AndroidStory['mode'], Pick<Invited, 'usageMode' | 'managementMode'>>> = {
  fully_managed: { usageMode: 'company-owned', managementMode: 'fully-managed' },
  dedicated: { usageMode: 'company-owned', managementMode: 'dedicated' },
  work_profile_company: { usageMode: 'company-owned', managementMode: 'work-profile' },
  work_profile_personal: { usageMode: 'personally-owned', managementMode: 'work-profile' },
};

/** Invites each Android device of a company. `persons` are the ids of its people. */
export function inviteAndroids(
  google: AndroidManagementControl,
  by: Caller,
  { base, androids }: { readonly base: string; readonly androids: readonly AndroidStory[] },
  persons: readonly string[],
): Promise<readonly AndroidFleetRecruit[]> {
  return Promise.all(
    androids.map(async (story) => {
      const ways = await invite(by, base, {
        platform: 'android',
        ...MODES[story.mode],
        label: story.label,
        personId: story.person === undefined ? undefined : persons[story.person],
      });
      return { story, url: ways.url, device: memberOf(google, story, ways) };
    }),
  );
}

function memberOf(google: AndroidManagementControl, story: AndroidStory, ways: Ways): AndroidMember {
  let name: string | undefined;
  return {
    get name() {
      return name;
    },
    enroll: async () => {
      const { seed, model, androidVersion, habits } = story;
      const device = await google.enroll({ seed, model, androidVersion, habits, ...(await shownTo(story, ways)) });
      name = device.name;
    },
    live: async (signal) => {
      if (name === undefined || story.flaw === undefined) return;
      while ((await google.device(name)).state === 'PROVISIONING') await sleep(500, undefined, { signal });
      await applyFlaw(google, name, story.flaw);
    },
    close: () => undefined,
  };
}

/** A company's device scans the QR code at its first screen; a person opens the link on their own. */
async function shownTo({ mode }: AndroidStory, ways: Ways): Promise<Shown> {
  return mode === 'work_profile_personal' ? openAndroidLink(ways.url) : { qrCode: shown(ways, 'qr_code') };
}
