import { Device, type KeySource } from '../apple-device/index.ts';
import type { FleetMember, FleetTally, Recruit } from '../fleet.ts';
import { bindEnterprise } from './android-enterprise.ts';
import { type AndroidFleetRecruit, inviteAndroids } from './android-fleet.ts';
import type { Caller } from './api.ts';
import { signContract } from './contract.ts';
import { invite } from './invitations.ts';
import { addMember, type Login } from './people.ts';
import type { StandIns } from './stand-ins.ts';
import type { CompanyStory, DeviceStory } from './story.ts';
import { invitePcs, type PcRecruit } from './windows-fleet.ts';

/** A contractor of the demonstration, with its people signed in and its devices still in their boxes. */
export type Company = {
  readonly story: CompanyStory;
  readonly contractorId: string;
  readonly logins: readonly Login[];
  /** Apple's. */
  readonly recruits: readonly (Recruit & { readonly story: DeviceStory })[];
  readonly pcs: readonly PcRecruit[];
  readonly androids: readonly AndroidFleetRecruit[];
};

export type CompanyTools = {
  readonly origin: string;
  readonly provider: Caller;
  readonly standIns: StandIns;
  readonly keys: KeySource;
  readonly tally: FleetTally;
};

/** Makes everything a contractor has before its first device: all of it through the API. */
export async function foundCompany(tools: CompanyTools, story: CompanyStory): Promise<Company> {
  const { provider, standIns } = tools;
  const created = await provider.post('/api/v1/provider/contractors', { name: story.name, nameKana: story.nameKana });
  const contractorId = created.text('contractorId');
  const base = `/api/v1/contractors/${contractorId}`;
  await provider.patch(`${base}/settings`, { observeEvery: 'PT15M', helpdeskPhone: story.phone });
  await signContract(provider, contractorId, story.contract);
  const { certificate, privateKey } = standIns.apns.mint();
  await provider.put(`${base}/apple/push-certificate`, { certificate, privateKey });
  await bindEnterprise(provider, standIns.google, { contractorId, key: story.key });
  const persons = await addPersons(provider, base, story);
  const recruits = await inviteApples(tools, base, story, persons);
  const pcs = await invitePcs({ ...tools, wns: standIns.wns }, provider, { base, ...story }, persons);
  const androids = await inviteAndroids(standIns.google, provider, { base, ...story }, persons);
  const logins: Login[] = [];
  for (const { account, ...member } of story.members) {
    const email = `${account}@${story.key}.example.jp`;
    logins.push(await addMember(tools.origin, provider, contractorId, { ...member, email }));
  }
  return { story, contractorId, logins, recruits, pcs, androids };
}

/** All devices of a company with their names, the platforms taking turns, as they would come in. */
export function everybody({ recruits, pcs, androids }: Company): readonly Recruit<Named>[] {
  const apples = recruits.map(({ story, device, url }) => named(story.name, device, url));
  const windows = pcs.map(({ story, device, url }) => named(story.name, device, url));
  const phones = androids.map(({ story, device, url }) => named(story.label, device, url));
  return apples.flatMap((apple, row) => [apple, windows[row], phones[row]]).filter((recruit) => recruit !== undefined);
}

export type Named = FleetMember & { readonly title: string };

function named(title: string, device: FleetMember, url: string): Recruit<Named> {
  return {
    url,
    device: {
      title,
      enroll: (link) => device.enroll(link),
      live: (signal) => device.live(signal),
      close: () => device.close(),
    },
  };
}

async function addPersons(provider: Caller, base: string, story: CompanyStory): Promise<readonly string[]> {
  const groups = await Promise.all(
    story.groups.map(async ({ name, departments }) => {
      const group = await provider.post(`${base}/groups`, { name });
      return { departments, groupId: group.text('groupId') };
    }),
  );
  return Promise.all(
    story.persons.map(async (person, index) => {
      const number = String(index + 1).padStart(4, '0');
      const body = { ...person, employeeNumber: `E${number}`, email: `e${number}@${story.key}.example.jp` };
      const personId = (await provider.post(`${base}/persons`, body)).text('personId');
      const own = groups.filter(({ departments }) => departments.includes(person.department));
      await Promise.all(own.map(({ groupId }) => provider.put(`${base}/groups/${groupId}/members/${personId}`)));
      return personId;
    }),
  );
}

function inviteApples(
  tools: CompanyTools,
  base: string,
  { key, devices }: CompanyStory,
  persons: readonly string[],
): Promise<Company['recruits']> {
  return Promise.all(
    devices.map(async (story, index) => {
      const { url } = await invite(tools.provider, base, {
        platform: 'apple',
        usageMode: story.owner === 'personal' ? 'personally-owned' : 'company-owned',
        label: story.label ?? '',
        personId: story.person === undefined ? undefined : persons[story.person],
      });
      return { story, url, device: makeDevice(tools, `${key} ${index}`, story) };
    }),
  );
}

function makeDevice({ standIns, keys, tally }: CompanyTools, seed: string, story: DeviceStory): Device {
  return new Device({
    seed,
    kind: story.kind,
    name: story.name,
    supervised: story.owner === 'supervised',
    as: story.owner === 'personal' ? 'safari' : 'device',
    push: standIns.apns,
    keys,
    onEvent: tally.note,
    ...(story.os === undefined ? {} : { osVersion: story.os }),
    ...(story.modelName === undefined ? {} : { modelName: story.modelName }),
    ...(story.behaviour === undefined ? {} : { behaviour: story.behaviour }),
  });
}
