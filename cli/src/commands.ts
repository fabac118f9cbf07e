import { ACTION_SECRET_KINDS, ACTION_TYPES } from '@tsukasa/api';
import { actionParams, actionType, describeAssessment, finishOrWait, paramsOf, printAction } from './action-words.ts';
import { BILLING_COMMANDS } from './billing.ts';
import { call, type Target } from './client.ts';
import { CONTRACT_COMMANDS } from './contracts.ts';
import { type CliError, EXIT, type ExitCode, usage } from './exit.ts';
import { flag, needed, ofContractor, paging, text } from './flags.ts';
import { INVITATION_COMMANDS } from './invitations.ts';
import { type Print, table } from './output.ts';
import { PLATFORM_COMMANDS } from './platforms.ts';
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
  ...INVITATION_COMMANDS,
  ...PLATFORM_COMMANDS,
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
  'actions types': async (c) => {
    const types = ACTION_TYPES.map((type) => ({ type, params: paramsOf(type) }));
    c.print({ items: types }, () =>
      table(types, [
        ['TYPE', (r) => r.type],
        ['--param', (r) => r.params.join(' ')],
      ]),
    );
    return EXIT.ok;
  },
  'actions available': async (c, [device]) => {
    const params = { ...ofContractor(c), deviceId: needed(device, 'DEVICE') };
    const assessed = await call(c.target, 'assessActions', { params });
    c.print(assessed, () => assessed.items.map(describeAssessment).join('\n'));
    return EXIT.ok;
  },
  'actions preview': async (c, [device, type]) => {
    const params = { ...ofContractor(c), deviceId: needed(device, 'DEVICE') };
    const wanted = actionType(type);
    const body = { type: wanted, ...(await actionParams(c, wanted)) };
    const assessment = await call(c.target, 'previewAction', { params, body });
    c.print(assessment, () => describeAssessment(assessment));
    return EXIT.ok;
  },
  'actions secret': async (c, [action, kind]) => {
    const found = ACTION_SECRET_KINDS.find((each) => each === kind);
    if (found === undefined) throw usage(`the secret is one of ${ACTION_SECRET_KINDS.join(', ')}`);
    const params = { ...ofContractor(c), actionId: needed(action, 'ACTION'), kind: found };
    const secret = await call(c.target, 'readActionSecret', { params });
    c.print(secret, () => secret.value);
    return EXIT.ok;
  },
  'actions ask': async (c, [device, type]) => {
    const params = { ...ofContractor(c), deviceId: needed(device, 'DEVICE') };
    const wanted = actionType(type);
    const body = {
      type: wanted,
      ...(await actionParams(c, wanted)),
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
