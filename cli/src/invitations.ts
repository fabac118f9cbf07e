import { writeFile } from 'node:fs/promises';
import {
  type EnrollmentMethod,
  MANAGEMENT_MODES,
  type ManagementMode,
  PLATFORMS,
  type Platform,
  USAGE_MODES,
  type UsageMode,
} from '@tsukasa/api';
import { call } from './client.ts';
import type { Command, Context } from './commands.ts';
import { EXIT, usage } from './exit.ts';
import { flag, needed, number, ofContractor, paging, text } from './flags.ts';
import { table } from './output.ts';

/** How devices of every platform are let in. */
export const INVITATION_COMMANDS: Readonly<Record<string, Command>> = {
  'enrollment options': async (c) => {
    const options = await call(c.target, 'listEnrollmentOptions', { params: ofContractor(c) });
    c.print(options, () =>
      table(options.items, [
        ['PLATFORM', (r) => r.platform],
        ['USAGE MODE', (r) => r.usageMode],
        ['MODES', (r) => r.managementModes.join(', ')],
        ['READY', (r) => (r.ready ? 'yes' : `no: ${r.missing?.code ?? 'unknown'}`)],
      ]),
    );
    return EXIT.ok;
  },
  'invitations list': async (c) => {
    const page = await call(c.target, 'listInvitations', { params: ofContractor(c), query: paging(c) });
    c.print(page, () =>
      table(page.items, [
        ['ID', (r) => r.invitationId],
        ['STATE', (r) => r.state],
        ['PLATFORM', (r) => r.platform],
        ['USAGE MODE', (r) => r.usageMode],
        ['MODE', (r) => r.managementMode],
        ['LABEL', (r) => r.label],
        ['USES', (r) => `${r.uses}/${r.maxUses}`],
        ['EXPIRES', (r) => r.expiresAt],
        ['URL', (r) => r.url],
      ]),
    );
    return EXIT.ok;
  },
  'invitations create': async (c) => {
    const body = {
      ...wanted(c),
      ...text(c, 'person', 'personId'),
      ...text(c, 'label', 'label'),
      ...text(c, 'expires-in', 'expiresIn'),
      ...number(c, 'max-uses', 'maxUses'),
    };
    const invitation = await call(c.target, 'createInvitation', { params: ofContractor(c), body });
    c.print(invitation, () => invitation.url ?? invitation.invitationId);
    return EXIT.ok;
  },
  'invitations methods': async (c, [id]) => {
    const params = { ...ofContractor(c), invitationId: needed(id, 'INVITATION') };
    const methods = await call(c.target, 'listEnrollmentMethods', { params });
    const kind = flag(c, 'kind');
    if (kind === undefined) {
      c.print(methods, () => methods.items.map(describe).join('\n\n'));
      return EXIT.ok;
    }
    const found = methods.items.find((method) => method.kind === kind);
    if (found === undefined) throw usage(`--kind takes ${methods.items.map((method) => method.kind).join(', ')}`);
    const file = flag(c, 'output');
    if (file !== undefined) await writeFile(file, found.value, { mode: 0o600 });
    c.print(found, () => (file === undefined ? found.value : ''));
    return EXIT.ok;
  },
  'invitations revoke': async (c, [id]) => {
    await call(c.target, 'revokeInvitation', {
      params: { ...ofContractor(c), invitationId: needed(id, 'INVITATION') },
    });
    c.print({ revoked: id }, () => '');
    return EXIT.ok;
  },
};

function wanted(c: Context): {
  readonly platform: Platform;
  readonly usageMode: UsageMode;
  readonly managementMode?: ManagementMode;
} {
  const platform = oneOf(c, 'platform', PLATFORMS) ?? 'apple';
  const mode = flag(c, 'mode');
  // `--mode` once said whose device it is, and scripts may still say so.
  const asUsage = USAGE_MODES.find((each) => each === mode);
  const usageMode = oneOf(c, 'usage-mode', USAGE_MODES) ?? asUsage ?? 'company-owned';
  const managementMode = asUsage === undefined ? oneOf(c, 'mode', MANAGEMENT_MODES) : undefined;
  return { platform, usageMode, ...(managementMode === undefined ? {} : { managementMode }) };
}

function oneOf<T extends string>(c: Context, name: string, words: readonly T[]): T | undefined {
  const value = flag(c, name);
  const found = words.find((word) => word === value);
  if (value !== undefined && found === undefined) throw usage(`--${name} takes ${words.join(', ')}, not ${value}`);
  return found;
}

function describe({ kind, value, expiresAt, notes }: EnrollmentMethod): string {
  const lines = [
    ...(expiresAt === null ? [] : [`  until ${expiresAt}`]),
    ...notes.map(({ code }) => `  ! ${code}`),
    ...value.split('\n').map((line) => `  ${line}`),
  ];
  return [kind, ...lines].join('\n');
}
