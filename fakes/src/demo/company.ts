import type { FakeApns } from '../apns/index.ts';
import { Device, type KeySource } from '../apple-device/index.ts';
import type { FleetTally, Recruit } from '../fleet.ts';
import type { Caller } from './api.ts';
import { signContract } from './contract.ts';
import { addMember, type Login } from './people.ts';
import type { CompanyStory, DeviceStory } from './story.ts';

/** A contractor of the demonstration, with its people signed in and its devices still in their boxes. */
export type Company = {
  readonly story: CompanyStory;
  readonly contractorId: string;
  readonly logins: readonly Login[];
  readonly recruits: readonly (Recruit & { readonly story: DeviceStory })[];
};

export type CompanyTools = {
  readonly origin: string;
  readonly provider: Caller;
  readonly apns: FakeApns;
  readonly keys: KeySource;
  readonly tally: FleetTally;
};

/** Makes everything a contractor has before its first device: all of it through the API. */
export async function foundCompany(tools: CompanyTools, story: CompanyStory): Promise<Company> {
  const { provider } = tools;
  const created = await provider.post('/api/v1/provider/contractors', { name: story.name, nameKana: story.nameKana });
  const contractorId = created.text('contractorId');
  const base = `/api/v1/contractors/${contractorId}`;
  await provider.patch(`${base}/settings`, { observeEvery: 'PT15M', helpdeskPhone: story.phone });
  await signContract(provider, contractorId, story.contract);
  const { certificate, privateKey } = tools.apns.mint();
  await provider.put(`${base}/apple/push-certificate`, { certificate, privateKey });
  const persons = await addPersons(provider, base, story);
  const recruits = await Promise.all(
    story.devices.map(async (device, index) => {
      const url = await invite(provider, base, device, persons);
      return { story: device, url, device: makeDevice(tools, `${story.key} ${index}`, device) };
    }),
  );
  const logins: Login[] = [];
  for (const { role, title, name } of story.members) {
    const email = `${role.replace('contractor_', '')}@${story.key}.example.jp`;
    logins.push(await addMember(tools.origin, provider, contractorId, { role, name, email, title }));
  }
  return { story, contractorId, logins, recruits };
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

async function invite(
  provider: Caller,
  base: string,
  { owner, person, label = '' }: DeviceStory,
  persons: readonly string[],
): Promise<string> {
  const personId = person === undefined ? undefined : persons[person];
  const invitation = await provider.post(`${base}/enrollment-invitations`, {
    platform: 'apple',
    usageMode: owner === 'personal' ? 'personally-owned' : 'company-owned',
    label,
    ...(personId === undefined ? {} : { personId }),
  });
  return invitation.text('url');
}

function makeDevice({ apns, keys, tally }: CompanyTools, seed: string, story: DeviceStory): Device {
  return new Device({
    seed,
    kind: story.kind,
    name: story.name,
    supervised: story.owner === 'supervised',
    as: story.owner === 'personal' ? 'safari' : 'device',
    push: apns,
    keys,
    onEvent: tally.note,
    ...(story.os === undefined ? {} : { osVersion: story.os }),
    ...(story.modelName === undefined ? {} : { modelName: story.modelName }),
    ...(story.behaviour === undefined ? {} : { behaviour: story.behaviour }),
  });
}
