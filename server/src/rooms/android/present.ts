import type { AndroidBinding, GoogleProject } from '@tsukasa/api';
import type { Tx } from '../../base/db.ts';
import type { ContractorId } from '../../base/ids.ts';
import { countWaiting } from './command-store.ts';
import type { Parts } from './deps.ts';
import { type EnterpriseRow, findEnterprise } from './enterprise-store.ts';
import { usedLastMinute } from './google/budget.ts';
import type { Scope } from './google/index.ts';
import { field, isRecord, numberOf, textOf } from './json.ts';
import { countWaitingMessages } from './message-store.ts';
import {
  countRefusals,
  findInstallationProject,
  findOwnProject,
  findProject,
  findUsage,
  type ProjectOf,
  type ProjectRow,
  scopeOf,
  USUAL_RATE,
  type UsageRow,
} from './project-store.ts';
import { needsTls, openSignupUrl } from './signup.ts';

/** Where the push subscription of a project must deliver to. */
export const pushEndpointOf = (publicUrl: string, scope: Scope): string => `${publicUrl}/android/pubsub/${scope}`;

/** A project as administrators see it: never its key. */
export async function presentProject(
  { config, clock }: Parts,
  tx: Tx,
  row: ProjectRow,
  scope: Scope,
): Promise<GoogleProject> {
  const usage = await findUsage(tx, scope);
  const refused = await countRefusals(tx, scope, clock.now().subtract({ hours: 24 }));
  return {
    projectId: row.project_id,
    clientEmail: row.client_email,
    keyId: row.key_id,
    pubsubTopic: row.pubsub_topic,
    pushServiceAccount: row.push_service_account,
    pushAudience: row.push_audience,
    pushEndpoint: pushEndpointOf(config.publicUrl, scope),
    requestsPerMinute: row.requests_per_minute,
    savedAt: row.saved_at.toString(),
    savedBy: row.saved_by,
    lastSuccessAt: usage?.last_success_at?.toString() ?? null,
    lastFailure: failureOf(usage),
    lastMessageAt: usage?.last_message_at?.toString() ?? null,
    refusedLast24h: refused,
  };
}

function failureOf(usage: UsageRow | undefined): GoogleProject['lastFailure'] {
  if (usage === undefined || usage.last_failure_at === null) return null;
  return {
    at: usage.last_failure_at.toString(),
    status: usage.last_failure_status,
    message: usage.last_failure_message ?? '',
  };
}

/** All that an administrator should know of the contractor's Android enterprise; the wizard's address is for `manages` only. */
export async function presentBinding(
  parts: Parts,
  tx: Tx,
  contractorId: ContractorId,
  { manages }: { readonly manages: boolean },
): Promise<AndroidBinding> {
  const { clock } = parts;
  const now = clock.now();
  const enterprise = await findEnterprise(tx, contractorId);
  const project = await projectInUse(tx, contractorId, enterprise);
  const scope = project && scopeOf(project.of, contractorId);
  const usage = scope === undefined ? undefined : await findUsage(tx, scope);
  return {
    projectOf: project?.of ?? null,
    project: project === undefined || scope === undefined ? null : await presentProject(parts, tx, project.row, scope),
    state: enterprise?.state ?? 'not_bound',
    enterprise: enterpriseOf(enterprise),
    signup: manages ? await signupOf(parts, tx, contractorId, enterprise) : null,
    gates: gatesOf(parts, project?.row, enterprise, usage),
    notifications: {
      lastMessageAt: enterprise?.last_message_at?.toString() ?? null,
      refusedLast24h: scope === undefined ? 0 : await countRefusals(tx, scope, now.subtract({ hours: 24 })),
      waiting: await countWaitingMessages(tx, contractorId),
    },
    reconciliation: reconciliationOf(enterprise),
    budget: {
      perMinute: project?.row.requests_per_minute ?? USUAL_RATE,
      usedLastMinute: usage === undefined ? 0 : usedLastMinute(usage, now),
      waiting: await countWaiting(tx, contractorId),
    },
  };
}

type InUse = { readonly of: ProjectOf; readonly row: ProjectRow };

/** The project of a bound enterprise stays its own, whichever the contractor would use for a new one. */
async function projectInUse(
  tx: Tx,
  contractorId: ContractorId,
  enterprise: EnterpriseRow | undefined,
): Promise<InUse | undefined> {
  if (enterprise === undefined) return findProject(tx, contractorId);
  const of = enterprise.project_scope;
  const row = of === 'installation' ? await findInstallationProject(tx) : await findOwnProject(tx, contractorId);
  return row && { of, row };
}

function enterpriseOf(row: EnterpriseRow | undefined): AndroidBinding['enterprise'] {
  if (row === undefined || row.enterprise_name === null || row.bound_at === null) return null;
  return {
    name: row.enterprise_name,
    displayName: row.display_name,
    type: row.enterprise_type,
    boundAt: row.bound_at.toString(),
    boundBy: row.bound_by ?? '',
  };
}

async function signupOf(
  parts: Parts,
  tx: Tx,
  contractorId: ContractorId,
  row: EnterpriseRow | undefined,
): Promise<AndroidBinding['signup']> {
  if (row === undefined || row.state !== 'signing_up' || row.sealed_signup_url === null) return null;
  if (row.signup_started_at === null) return null;
  const url = await openSignupUrl(parts, tx, contractorId, row.sealed_signup_url);
  return { url, startedAt: row.signup_started_at.toString(), startedBy: row.signup_started_by ?? '' };
}

function reconciliationOf(row: EnterpriseRow | undefined): AndroidBinding['reconciliation'] {
  const found = row?.reconcile_found;
  const count = (name: string) => numberOf(field(found, name)) ?? 0;
  const code = textOf(field(row?.reconcile_problem, 'code'));
  const params = field(row?.reconcile_problem, 'params');
  return {
    lastAt: row?.reconciled_at?.toString() ?? null,
    nextAt: row?.reconcile_at?.toString() ?? null,
    found: isRecord(found)
      ? { listed: count('listed'), unknown: count('unknown'), gone: count('gone'), stale: count('stale') }
      : null,
    problem: code === undefined ? null : { code, ...(isRecord(params) ? { params: { ...params } } : {}) },
  };
}

type Gate = AndroidBinding['gates'][number];
const gate = (code: string, state: Gate['state'], params?: Readonly<Record<string, unknown>>): Gate => ({
  note: params === undefined ? { code } : { code, params: { ...params } },
  state,
});
const had = (value: unknown): Gate['state'] => (value === null || value === undefined ? 'missing' : 'ok');

/** What the real service demands and forbids (fact sheet 1.5, 1.1, 5.1), and what of it is missing here. */
function gatesOf(
  parts: Parts,
  project: ProjectRow | undefined,
  enterprise: EnterpriseRow | undefined,
  usage: UsageRow | undefined,
): Gate[] {
  const { publicUrl } = parts.config;
  const heard = usage?.last_message_at ?? enterprise?.last_message_at ?? null;
  const setup = enterprise?.setup_problem ?? null;
  return [
    gate('android.gate.permitted_use', 'information'),
    gate('android.gate.device_quota', 'information'),
    gate('android.gate.project', had(project)),
    gate(
      'android.gate.public_url_https',
      publicUrl.startsWith('https:') ? 'ok' : needsTls(parts) ? 'missing' : 'information',
      {
        publicUrl,
      },
    ),
    gate('android.gate.pubsub_topic', had(project?.pubsub_topic)),
    gate('android.gate.push_sender', had(project?.push_service_account)),
    gate('android.gate.notifications_arrive', heard === null ? 'unknown' : 'ok'),
    gate('android.gate.enterprise', enterprise?.state === 'bound' ? 'ok' : 'missing'),
    ...(setup === null ? [] : [gate('android.gate.setup', 'missing', { message: setup })]),
    gate('android.gate.request_quota', 'information', { perMinute: project?.requests_per_minute ?? USUAL_RATE }),
    gate('android.gate.reset_protection', 'information'),
  ];
}
