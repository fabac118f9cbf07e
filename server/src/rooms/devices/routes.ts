import type { deviceRoutes } from '@tsukasa/api';
import type { Handlers } from '../../base/http/context.ts';
import type { Messages } from '../../base/http/messages.ts';
import { parseUuid } from '../../base/ids.ts';
import { listDevices } from './device-list.ts';
import * as page from './device-page.ts';
import { acknowledge, listEvents } from './events.ts';
import { exportDevices } from './export.ts';
import * as invitations from './invitations.ts';

/** Everything that the interface of this room uses. */
export type DeviceDeps = page.PageDeps & invitations.InvitationDeps;

const contractor = (params: { readonly contractorId: string }) =>
  parseUuid<'Contractor'>(params.contractorId, 'contractorId');
const device = (params: { readonly deviceId: string }) => parseUuid<'Device'>(params.deviceId, 'deviceId');
const invitation = (params: { readonly invitationId: string }) =>
  parseUuid<'Invitation'>(params.invitationId, 'invitationId');

/** Devices, invitations and events over HTTP. */
export function deviceHandlers(deps: DeviceDeps): Handlers<typeof deviceRoutes> {
  return {
    listDevices: ({ params, query }) => listDevices(deps, contractor(params), query),
    exportDevices: ({ params, query }, context) => exportDevices(deps, contractor(params), query, context),
    getDevice: ({ params }) => page.showDevice(deps, contractor(params), device(params)),
    changeDevice: ({ params, body }, context) =>
      page.changeDevice(deps, contractor(params), device(params), body, context),
    listDeviceApps: ({ params }) => page.listApps(deps, contractor(params), device(params)),
    listDeviceProfiles: ({ params }) => page.listProfiles(deps, contractor(params), device(params)),
    listDeviceCertificates: ({ params }) => page.listCertificates(deps, contractor(params), device(params)),
    listDeviceChanges: ({ params, query }) => page.listChanges(deps, contractor(params), device(params), query),
    listDeviceReports: ({ params }) => page.listReports(deps, contractor(params), device(params)),
    listInvitations: ({ params, query }, context) =>
      invitations.listInvitations(deps, contractor(params), query, context),
    createInvitation: ({ params, body }, context) =>
      invitations.createInvitation(deps, contractor(params), body, context),
    getInvitation: ({ params }, context) =>
      invitations.getInvitation(deps, contractor(params), invitation(params), context),
    revokeInvitation: async ({ params }, context) => {
      await invitations.revokeInvitation(deps, contractor(params), invitation(params), context);
      return undefined;
    },
    listEnrollmentOptions: async ({ params }) => ({ items: await invitations.listOptions(deps, contractor(params)) }),
    listEnrollmentMethods: async ({ params }) => ({
      items: await invitations.listMethods(deps, contractor(params), invitation(params)),
    }),
    listEvents: ({ params, query }) => {
      const deviceId = query.deviceId === undefined ? undefined : parseUuid<'Device'>(query.deviceId, 'deviceId');
      const contractorId = contractor(params);
      return deps.db.asContractor(contractorId, (tx) => listEvents(tx, contractorId, { ...query, deviceId }));
    },
    acknowledgeEvent: ({ params }, { actor, requestId, sourceIp }) => {
      const contractorId = contractor(params);
      const eventId = parseUuid<'Event'>(params.eventId, 'eventId');
      const at = deps.clock.now();
      return deps.db.asContractor(contractorId, async (tx) => {
        const { event, again } = await acknowledge(tx, contractorId, eventId, actor, at);
        if (again) return event;
        const target = { kind: 'event', id: eventId, name: event.kind };
        const entry = { at, actor, action: 'event.acknowledged', target, requestId, sourceIp };
        await deps.recordAudit(tx, contractorId, entry);
        return event;
      });
    },
  };
}

export const deviceMessages: Messages = {
  'device.not_found': { ja: 'デバイスが見つかりません。', en: 'There is no such device.' },
  'devices.selection_too_large': {
    ja: '一度に選べるデバイスは {most} 台までです。条件を絞り込んでください。',
    en: 'At most {most} devices can be chosen at once; narrow the filter.',
  },
  'devices.export_too_large': {
    ja: '{count} 台が該当します。一度に出力できるのは {most} 台までです。条件で絞り込んでください。',
    en: '{count} devices match; one export holds at most {most}. Please narrow the filters.',
  },
  'event.not_found': { ja: 'イベントが見つかりません。', en: 'There is no such event.' },
  'invitation.not_found': { ja: '招待が見つかりません。', en: 'There is no such invitation.' },
  'invitation.closed': {
    ja: 'この招待は使用済み、期限切れ、または取り消し済みです。',
    en: 'This invitation is used up, expired or revoked.',
  },
  'person.not_assignable': {
    ja: '指定された利用者は存在しないか、アーカイブ済みです。',
    en: 'The person named does not exist or is archived.',
  },
  'platform.missing': {
    ja: 'このサーバーではこのプラットフォームを利用できません。',
    en: 'This server does not have this platform.',
  },
};
