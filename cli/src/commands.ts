import { USAGE_MODES } from '@tsukasa/api';
import { actionParams, actionType, finishOrWait, printAction } from './action-words.ts';
import { BILLING_COMMANDS } from './billing.ts';
import { call, type Target } from './client.ts';
import { CONTRACT_COMMANDS } from './contracts.ts';
import { type CliError, EXIT, type ExitCode, usage } from './exit.ts';
import { flag, needed, number, ofContractor, paging, text } from './flags.ts';
import { type Print, table } from './output.ts';
import { SAFETY_COMMANDS } from './safety.ts';

/** What a command gets: flags already parsed, the installation, the printer. */
export type Context = {
  readonly target: Target;
  readonly contractor: string | undefined;
  readonly flags: Readonly<Record<string, string | boolean | string[] | undefined>>;
  readonly print: Print;
};
export type Command = (context: Context, args: readonly string[]) => Promise<ExitCode>;

/** Every command that goes through the API but `login` and `logout`, by its words. */
export const COMMANDS: Readonly<Record<string, Command>> = {
  ...CONTRACT_COMMANDS,
  ...BILLING_COMMANDS,
  ...SAFETY_COMMANDS,
  whoami: async (c) => {
    const session = await call(c.target, 'getSession');
    c.print(
      session,
      () =>
        `${session.principal.name} (${session.providerRole ?? session.contractors.map((each) => `${each.name}: ${each.role}`).join(', ')})`,
    );
    return EXIT.ok;
  },
  'contractors list': async (c) => {
    const page = await call(c.target, 'listContractors', { query: { ...paging(c), ...text(c, 'q', 'q') } });
    c.print(page, () =>
      table(page.items, [
        ['ID', (r) => r.contractorId],
        ['NAME', (r) => r.name],
        ['STATE', (r) => r.state],
      ]),
    );
    return EXIT.ok;
  },
  'contractors create': async (c, [name]) => {
    const contractor = await call(c.target, 'createContractor', {
      body: { name: needed(name ?? flag(c, 'name'), 'NAME'), ...text(c, 'kana', 'nameKana') },
    });
    c.print(contractor, () => `${contractor.contractorId}  ${contractor.name}`);
    return EXIT.ok;
  },
  'invitations list': async (c) => {
    const page = await call(c.target, 'listInvitations', { params: ofContractor(c), query: paging(c) });
    c.print(page, () =>
      table(page.items, [
        ['ID', (r) => r.invitationId],
        ['STATE', (r) => r.state],
        ['MODE', (r) => r.usageMode],
        ['USES', (r) => `${r.uses}/${r.maxUses}`],
        ['EXPIRES', (r) => r.expiresAt],
        ['URL', (r) => r.url],
      ]),
    );
    return EXIT.ok;
  },
  'invitations create': async (c) => {
    const mode = flag(c, 'mode') ?? 'company-owned';
    const usageMode = USAGE_MODES.find((each) => each === mode);
    if (usageMode === undefined) throw usage(`--mode takes ${USAGE_MODES.join(' or ')}`);
    const body = {
      platform: 'apple' as const,
      usageMode,
      ...text(c, 'person', 'personId'),
      ...text(c, 'label', 'label'),
      ...text(c, 'expires-in', 'expiresIn'),
      ...number(c, 'max-uses', 'maxUses'),
    };
    const invitation = await call(c.target, 'createInvitation', { params: ofContractor(c), body });
    c.print(invitation, () => invitation.url ?? invitation.invitationId);
    return EXIT.ok;
  },
  'invitations revoke': async (c, [id]) => {
    await call(c.target, 'revokeInvitation', {
      params: { ...ofContractor(c), invitationId: needed(id, 'INVITATION') },
    });
    c.print({ revoked: id }, () => '');
    return EXIT.ok;
  },
  'devices list': async (c) => {
    const page = await call(c.target, 'listDevices', {
      params: ofContractor(c),
      query: { ...paging(c), ...text(c, 'q', 'q') },
    });
    c.print(page, () =>
      table(page.items, [
        ['ID', (r) => r.deviceId],
        ['NAME', (r) => r.name],
        ['SERIAL', (r) => r.serialNumber],
        ['OS', (r) => `${r.osFamily ?? '-'} ${r.osVersion ?? ''}`],
        ['PERSON', (r) => r.person?.name],
        ['STATE', (r) => r.managementState],
        ['LAST CONTACT', (r) => r.lastContactAt],
      ]),
    );
    return EXIT.ok;
  },
  'devices show': async (c, [id]) => {
    const device = await call(c.target, 'getDevice', {
      params: { ...ofContractor(c), deviceId: needed(id, 'DEVICE') },
    });
    c.print(device, () =>
      table(
        Object.entries(device).filter(([, value]) => typeof value !== 'object'),
        [
          ['FIELD', ([key]) => key],
          ['VALUE', ([, value]) => String(value)],
        ],
      ),
    );
    return EXIT.ok;
  },
  'devices export': async (c) => {
    const csv = await call(c.target, 'exportDevices', {
      params: ofContractor(c),
      query: { ...text(c, 'q', 'q'), ...text(c, 'columns', 'columns') },
    });
    c.print({ csv }, () => csv.trimEnd());
    return EXIT.ok;
  },
  'actions ask': async (c, [device, type]) => {
    const params = { ...ofContractor(c), deviceId: needed(device, 'DEVICE') };
    const body = {
      type: actionType(type),
      ...(await actionParams(c)),
      ...text(c, 'reason', 'reason'),
      ...text(c, 'expires-in', 'expiresIn'),
    };
    const action = await call(c.target, 'askAction', { params, body });
    return finishOrWait(c, action);
  },
  'actions list': async (c, [device]) => {
    const page =
      device === undefined
        ? await call(c.target, 'listActions', { params: ofContractor(c), query: paging(c) })
        : await call(c.target, 'listDeviceActions', {
            params: { ...ofContractor(c), deviceId: device },
            query: paging(c),
          });
    c.print(page, () =>
      table(page.items, [
        ['ID', (r) => r.actionId],
        ['TYPE', (r) => r.type],
        ['STATE', (r) => r.state],
        ['DEVICE', (r) => r.deviceName ?? r.deviceId],
        ['ASKED', (r) => r.askedAt],
        ['WAITS FOR', (r) => r.waitingFor],
      ]),
    );
    return EXIT.ok;
  },
  'actions show': async (c, [id]) => {
    const action = await call(c.target, 'getAction', {
      params: { ...ofContractor(c), actionId: needed(id, 'ACTION') },
    });
    return finishOrWait(c, action);
  },
  'actions cancel': async (c, [id]) => {
    const action = await call(c.target, 'cancelAction', {
      params: { ...ofContractor(c), actionId: needed(id, 'ACTION') },
      body: text(c, 'reason', 'reason'),
    });
    return printAction(c, action);
  },
  'events list': async (c) => {
    const page = await call(c.target, 'listEvents', { params: ofContractor(c), query: paging(c) });
    c.print(page, () =>
      table(page.items, [
        ['LAST', (r) => r.lastAt],
        ['SEVERITY', (r) => r.severity],
        ['KIND', (r) => r.kind],
        ['COUNT', (r) => r.count],
        ['DEVICE', (r) => r.deviceId],
      ]),
    );
    return EXIT.ok;
  },
  'audit list': async (c) => {
    const page = c.flags['provider']
      ? await call(c.target, 'listProviderAudit', { query: paging(c) })
      : await call(c.target, 'listAudit', { params: ofContractor(c), query: paging(c) });
    c.print(page, () =>
      table(page.items, [
        ['SEQ', (r) => r.seq],
        ['AT', (r) => r.at],
        ['ACTOR', (r) => r.actor.name],
        ['ACTION', (r) => r.action],
        ['TARGET', (r) => r.target.name],
        ['REASON', (r) => r.reason],
      ]),
    );
    return EXIT.ok;
  },
  'audit verify': async (c) => {
    const verified = c.flags['provider']
      ? await call(c.target, 'verifyProviderAudit')
      : await call(c.target, 'verifyAudit', { params: ofContractor(c) });
    c.print(verified, () =>
      verified.ok
        ? `ok: ${verified.entries} entries, head ${verified.head?.seq ?? 0} ${verified.head?.hash ?? ''}`
        : `BROKEN at entry ${verified.problem?.seq}: ${verified.problem?.kind}`,
    );
    return verified.ok ? EXIT.ok : EXIT.broken;
  },
};

/** Thrown for words that name no command. */
export function unknownCommand(words: readonly string[]): CliError {
  return usage(`no such command: ${words.join(' ')}\nTry "tsukasa help".`);
}
