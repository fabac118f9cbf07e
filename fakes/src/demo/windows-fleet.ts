import type { KeySource } from '../apple-device/index.ts';
import type { FleetMember, FleetTally, Recruit } from '../fleet.ts';
import { WindowsDevice } from '../windows-device/index.ts';
import type { FakeWns } from '../wns/index.ts';
import type { Caller } from './api.ts';
import { invite, shown, type Ways } from './invitations.ts';
import type { PcStory } from './windows-story.ts';

/** A PC on somebody's desk, which will come in by itself once it is told to. */
export type PcRecruit = Recruit<FleetMember> & { readonly story: PcStory; readonly pc: WindowsDevice };

export type PcTools = {
  readonly wns: FakeWns;
  readonly keys: KeySource;
  readonly tally: FleetTally;
};

/** Once a day is enough; but who asks for a rotation wants to see it. */
const SCRIPT_MINUTES = 1;

/** Invites each PC of a company. `persons` are the ids of its people. */
export function invitePcs(
  tools: PcTools,
  by: Caller,
  { base, key, pcs }: { readonly base: string; readonly key: string; readonly pcs: readonly PcStory[] },
  persons: readonly string[],
): Promise<readonly PcRecruit[]> {
  return Promise.all(
    pcs.map(async (story, index) => {
      const ways = await invite(by, base, {
        platform: 'windows',
        usageMode: story.owner === 'personal' ? 'personally-owned' : 'company-owned',
        label: story.label ?? '',
        personId: story.person === undefined ? undefined : persons[story.person],
      });
      const pc = makePc(tools, `${key} pc ${index}`, story);
      return { story, pc, url: ways.url, device: memberOf(pc, story, ways) };
    }),
  );
}

function makePc({ wns, keys, tally }: PcTools, seed: string, story: PcStory): WindowsDevice {
  const { name, edition, build, encrypted, fix, model } = story;
  return new WindowsDevice({
    seed,
    name,
    keys,
    push: wns,
    onEvent: tally.noteWindows,
    fix,
    recoveryScriptMinutes: story.escrows ? SCRIPT_MINUTES : 0,
    ...(edition === undefined ? {} : { edition }),
    ...(build === undefined ? {} : { build }),
    ...(model === undefined ? {} : { model }),
    ...(encrypted === undefined ? {} : { encrypted, ...(encrypted ? { tpm: true } : {}) }),
    ...(story.role === 'to_be_wiped' ? { recoveryEnvironment: true } : {}),
  });
}

function memberOf(pc: WindowsDevice, story: PcStory, ways: Ways): FleetMember {
  return {
    enroll: async () => {
      if (story.by === 'typing') {
        await pc.enroll({
          discoveryUrl: shown(ways, 'server_address'),
          userName: shown(ways, 'user_name'),
          password: shown(ways, 'password'),
        });
      } else {
        await pc.enrollFromLink(shown(ways, 'link'));
      }
    },
    live: async (signal) => {
      if (story.role !== 'away') return pc.live(signal);
      await pc.connectOnce();
      if (story.escrows) await pc.handOverRecoveryKeys();
      pc.leave(); // in a bag, switched off
    },
    close: () => pc.close(),
  };
}
