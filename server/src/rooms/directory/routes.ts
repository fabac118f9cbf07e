import type { directoryRoutes } from '@tsukasa/api';
import type { Handlers } from '../../base/http/context.ts';
import type { Messages } from '../../base/http/messages.ts';
import { parseUuid } from '../../base/ids.ts';
import * as service from './service.ts';

type Params = { readonly contractorId: string };
const contractor = (params: Params) => parseUuid<'Contractor'>(params.contractorId, 'contractorId');
const person = (params: { readonly personId: string }) => parseUuid<'Person'>(params.personId, 'personId');
const group = (params: { readonly groupId: string }) => parseUuid<'Group'>(params.groupId, 'groupId');

/** Persons and groups over HTTP. */
export function personHandlers(deps: service.DirectoryDeps): Handlers<typeof directoryRoutes> {
  return {
    listPersons: ({ params, query }) => {
      const groupId = query.groupId === undefined ? undefined : parseUuid<'Group'>(query.groupId, 'groupId');
      return service.listPersons(deps, contractor(params), { ...query, groupId });
    },
    createPerson: ({ params, body }, context) => service.createPerson(deps, contractor(params), body, context),
    getPerson: ({ params }) => service.getPerson(deps, contractor(params), person(params)),
    changePerson: ({ params, body }, context) =>
      service.changePerson(deps, contractor(params), person(params), body, context),
    archivePerson: async ({ params }, context) => {
      await service.archivePerson(deps, contractor(params), person(params), context);
      return undefined;
    },
    listGroups: async ({ params }) => ({ items: await service.listGroups(deps, contractor(params)), nextCursor: null }),
    createGroup: ({ params, body }, context) => service.createGroup(deps, contractor(params), body.name, context),
    changeGroup: ({ params, body }, context) =>
      service.renameGroup(deps, contractor(params), group(params), body.name, context),
    deleteGroup: async ({ params }, context) => {
      await service.deleteGroup(deps, contractor(params), group(params), context);
      return undefined;
    },
    addGroupMember: async ({ params }, context) => {
      const membership = { groupId: group(params), personId: person(params) };
      await service.addMember(deps, contractor(params), membership, context);
      return undefined;
    },
    removeGroupMember: async ({ params }, context) => {
      const membership = { groupId: group(params), personId: person(params) };
      await service.removeMember(deps, contractor(params), membership, context);
      return undefined;
    },
  };
}

export const directoryMessages: Messages = {
  'person.not_found': { ja: '利用者が見つかりません。', en: 'There is no such person.' },
  'person.archived': {
    ja: 'この利用者はアーカイブ済みのため変更できません。',
    en: 'This person is archived and cannot be changed.',
  },
  'person.number_taken': {
    ja: 'この社員番号は別の利用者に使われています。',
    en: 'Another person has this employee number.',
  },
  'group.not_found': { ja: 'グループが見つかりません。', en: 'There is no such group.' },
  'group.name_taken': { ja: 'このグループ名は使われています。', en: 'Another group has this name.' },
};
