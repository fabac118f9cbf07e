import { readFile } from 'node:fs/promises';
import type { AndroidBinding, GoogleProject } from '@tsukasa/api';
import { call } from './client.ts';
import type { Command, Context } from './commands.ts';
import { EXIT, type ExitCode, usage } from './exit.ts';
import { flag, needed, number, ofContractor, text } from './flags.ts';
import { table } from './output.ts';

/** What the platforms need beside their devices: Google's project and enterprise, BitLocker's recovery keys. */
export const PLATFORM_COMMANDS: Readonly<Record<string, Command>> = {
  'android show': async (c) => printBinding(c, await call(c.target, 'getAndroidBinding', { params: ofContractor(c) })),
  'android project': (c) => (c.flags['provider'] === true ? providerProject(c) : ownProject(c)),
  'android signup': async (c) => {
    const domains = c.flags['domain'];
    const body = {
      ...text(c, 'admin-email', 'adminEmail'),
      ...(Array.isArray(domains) ? { allowedDomains: domains } : {}),
    };
    const binding = await call(c.target, 'startAndroidSignup', { params: ofContractor(c), body });
    c.print(binding, () => binding.signup?.url ?? binding.state);
    return EXIT.ok;
  },
  'android release': async (c) => {
    const how = flag(c, 'how');
    if (how !== 'delete' && how !== 'forget') throw usage('--how takes delete (at Google too) or forget (only here)');
    const body = { how, reason: needed(flag(c, 'reason'), '--reason') } as const;
    return printBinding(c, await call(c.target, 'releaseAndroidEnterprise', { params: ofContractor(c), body }));
  },
  'android reconcile': async (c) =>
    printBinding(c, await call(c.target, 'reconcileAndroid', { params: ofContractor(c) })),
  'recovery-keys list': async (c, [device]) => {
    const params = { ...ofContractor(c), deviceId: needed(device, 'DEVICE') };
    const keys = await call(c.target, 'listRecoveryKeys', { params });
    c.print(keys, () =>
      table(keys.items, [
        ['ID', (r) => r.recoveryKeyId],
        ['VOLUME', (r) => r.volume],
        ['KEY ID', (r) => r.protectorId],
        ['STATE', (r) => r.state],
        ['ESCROWED', (r) => r.escrowedAt],
        ['LAST READ', (r) => r.lastReadAt],
        ['BY', (r) => r.lastReadBy],
      ]),
    );
    return EXIT.ok;
  },
  'recovery-keys read': async (c, [device, key]) => {
    const params = {
      ...ofContractor(c),
      deviceId: needed(device, 'DEVICE'),
      recoveryKeyId: needed(key, 'RECOVERY-KEY'),
    };
    const body = { reason: needed(flag(c, 'reason'), '--reason') };
    const read = await call(c.target, 'readRecoveryKey', { params, body });
    c.print(read, () => read.recoveryPassword);
    return EXIT.ok;
  },
};

/** The installation's: shown, saved with `--key FILE`, removed with `--remove`. */
async function providerProject(c: Context): Promise<ExitCode> {
  if (c.flags['remove'] === true) {
    await call(c.target, 'deleteProviderGoogleProject');
    return printProject(c, null);
  }
  const body = await projectRequest(c);
  const project =
    body === undefined
      ? (await call(c.target, 'getProviderGoogleProject')).project
      : await call(c.target, 'putProviderGoogleProject', { body });
  return printProject(c, project);
}

async function ownProject(c: Context): Promise<ExitCode> {
  const params = ofContractor(c);
  if (c.flags['remove'] === true) return printBinding(c, await call(c.target, 'deleteGoogleProject', { params }));
  const body = await projectRequest(c);
  return printBinding(
    c,
    body === undefined
      ? await call(c.target, 'getAndroidBinding', { params })
      : await call(c.target, 'putGoogleProject', { params, body }),
  );
}

async function projectRequest(c: Context) {
  const file = flag(c, 'key');
  if (file === undefined) return undefined;
  return {
    serviceAccountKey: await readFile(file, 'utf8'),
    ...text(c, 'topic', 'pubsubTopic'),
    ...text(c, 'push-account', 'pushServiceAccount'),
    ...text(c, 'push-audience', 'pushAudience'),
    ...number(c, 'requests-per-minute', 'requestsPerMinute'),
  };
}

function printProject(c: Context, project: GoogleProject | null): ExitCode {
  c.print({ project }, () => (project === null ? 'no project' : projectLines(project).join('\n')));
  return EXIT.ok;
}

function projectLines(project: GoogleProject): readonly string[] {
  const { lastFailure } = project;
  return [
    `project        ${project.projectId} (${project.clientEmail}, ${project.requestsPerMinute} requests per minute)`,
    `notifications  ${project.pubsubTopic ?? 'no topic'} -> ${project.pushEndpoint}`,
    `               as ${project.pushServiceAccount ?? 'nobody'} for ${project.pushAudience ?? project.pushEndpoint}`,
    `last success   ${project.lastSuccessAt ?? '-'}`,
    ...(lastFailure === null
      ? []
      : [`last failure   ${lastFailure.at} ${lastFailure.status ?? ''} ${lastFailure.message}`]),
  ];
}

function printBinding(c: Context, binding: AndroidBinding): ExitCode {
  c.print(binding, () => {
    const { enterprise, signup, gates, notifications, reconciliation, budget, project, projectOf } = binding;
    const found = reconciliation.found;
    return [
      `enterprise     ${binding.state}${enterprise === null ? '' : ` ${enterprise.name} (${enterprise.displayName ?? '-'})`}`,
      ...(signup === null ? [] : [`sign-up        ${signup.url}`]),
      `project of     ${projectOf ?? 'nobody'}`,
      ...(project === null ? [] : projectLines(project)),
      `last message   ${notifications.lastMessageAt ?? '-'} (${notifications.waiting} waiting, ${notifications.refusedLast24h} refused in a day)`,
      `compared       ${reconciliation.lastAt ?? '-'}, next ${reconciliation.nextAt ?? '-'}`,
      ...(found === null
        ? []
        : [`               listed ${found.listed}, unknown ${found.unknown}, gone ${found.gone}`]),
      ...(reconciliation.problem === null ? [] : [`               ! ${reconciliation.problem.code}`]),
      `requests       ${budget.usedLastMinute} of ${budget.perMinute} in the last minute, ${budget.waiting} waiting`,
      ...gates.map(({ note, state }) => `  ${state.padEnd(11)}  ${note.code}`),
    ].join('\n');
  });
  return EXIT.ok;
}
