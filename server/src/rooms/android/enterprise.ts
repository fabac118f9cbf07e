import { DomainError } from '../../base/errors.ts';
import type { ContractorId } from '../../base/ids.ts';
import { recordEvent } from '../devices/index.ts';
import type { Parts } from './deps.ts';
import { type Bound, findBound, findEnterprise, projectOfRow, updateEnterprise } from './enterprise-store.ts';
import { GoogleError, type Lane } from './google/index.ts';
import { getEnterprise, listEnterprises, patchEnterprise, patchPolicy } from './google/requests.ts';
import { field, type Json, listOf, textOf } from './json.ts';
import { DEFAULT_POLICY, defaultPolicy, NOTIFICATION_TYPES, setupHash } from './policy.ts';
import { openProject, type Project } from './project-store.ts';

/** A bound enterprise with the project through which it is reached. */
export type Reach = { readonly enterprise: Bound; readonly project: Project };

/** Undefined when none is bound, or its project's key is gone. */
export function reach(parts: Parts, contractorId: ContractorId): Promise<Reach | undefined> {
  const { db, secrets } = parts;
  return db.jobsFor(contractorId, async (tx) => {
    const enterprise = await findBound(tx, contractorId);
    if (enterprise === undefined) return undefined;
    const project = await openProject(tx, secrets, projectOfRow(enterprise), contractorId);
    return project && { enterprise, project };
  });
}

/** The same; throws `precondition_failed` (`android.not_bound`). */
export async function requireReach(parts: Parts, contractorId: ContractorId): Promise<Reach> {
  const found = await reach(parts, contractorId);
  if (found === undefined) throw notBound();
  return found;
}

export const notBound = () =>
  new DomainError('precondition_failed', 'no Android enterprise is bound', { reason: 'android.not_bound' });

/** A week: a policy that nobody uses may be collected at Google, and somebody may have changed it there (fact sheet 3.1). */
const RENEW_SETUP_DAYS = 7;

/**
 * Keeps the policy and the notifications of an enterprise as they should be: sets them when they differ from what was last
 * set, a week later, and after a failure. What Google says against it is kept for the administrator.
 */
export async function keepSetup(parts: Parts, contractorId: ContractorId, lane: Lane): Promise<void> {
  const found = await reach(parts, contractorId);
  if (found === undefined) return;
  const { enterprise, project } = found;
  const { db, clock, google } = parts;
  const hash = setupHash(project.pubsubTopic);
  const now = clock.now();
  const fresh =
    enterprise.setup_problem === null &&
    enterprise.setup_hash === hash &&
    enterprise.setup_at !== null &&
    Temporal.Instant.compare(enterprise.setup_at.add({ hours: 24 * RENEW_SETUP_DAYS }), now) > 0;
  if (fresh) return;
  const name = enterprise.enterprise_name;
  const note = (set: { setup_hash?: string; setup_at?: Temporal.Instant; setup_problem: string | null }) =>
    db.jobsFor(contractorId, (tx) => updateEnterprise(tx, contractorId, set));
  try {
    await google.call(project, lane, patchPolicy(`${name}/policies/${DEFAULT_POLICY}`, defaultPolicy()));
    const notifications = { pubsubTopic: project.pubsubTopic ?? '', enabledNotificationTypes: [...NOTIFICATION_TYPES] };
    if (project.pubsubTopic !== undefined || enterprise.setup_hash !== null) {
      const mask = 'pubsubTopic,enabledNotificationTypes';
      await google.call(project, lane, patchEnterprise(name, mask, notifications));
    }
    await note({ setup_hash: hash, setup_at: now, setup_problem: null });
  } catch (error) {
    if (!(error instanceof GoogleError)) throw error;
    await note({ setup_problem: error.message });
  }
}

/** Asks Google what became of the enterprise; tells the administrator when it is lost, and when it is back. */
export async function probe(parts: Parts, contractorId: ContractorId): Promise<'bound' | 'lost' | 'unknown'> {
  const { db, secrets, google } = parts;
  const found = await db.jobsFor(contractorId, async (tx) => {
    const row = await findEnterprise(tx, contractorId);
    if (row?.enterprise_name === null || row === undefined) return undefined;
    const project = await openProject(tx, secrets, projectOfRow(row), contractorId);
    return project && { name: row.enterprise_name, project };
  });
  if (found === undefined) return 'unknown';
  const { name, project } = found;
  try {
    const answer = await google.call(project, 'background', getEnterprise(name));
    await noteState(parts, contractorId, 'bound', answer);
    return 'bound';
  } catch (error) {
    if (!(error instanceof GoogleError)) throw error;
    const lost = error.kind === 'gone' || (error.kind === 'denied' && !(await isListed(parts, project, name)));
    if (!lost) return 'unknown';
    await noteState(parts, contractorId, 'lost', undefined);
    return 'lost';
  }
}

/** Most pages of the project's enterprises that are looked through. */
const MOST_PAGES = 20;

/**
 * A refusal may also mean that the project lost its rights, or that the API is switched off: then this is refused too, and
 * nothing is known.
 */
async function isListed({ google }: Parts, project: Project, name: string): Promise<boolean> {
  try {
    const names = await enterprisesOf(google, project, 'background');
    return names.some((listed) => listed.name === name);
  } catch (error) {
    if (error instanceof GoogleError) return true;
    throw error;
  }
}

export type ListedEnterprise = { readonly name: string; readonly displayName: string | undefined };

/** The enterprises of a project. Throws `GoogleError`. */
export async function enterprisesOf(
  google: Parts['google'],
  project: Project,
  lane: Lane,
): Promise<readonly ListedEnterprise[]> {
  const found: ListedEnterprise[] = [];
  let pageToken: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer = await google.call(project, lane, listEnterprises(project.projectId, 100, pageToken));
    for (const entry of listOf(field(answer, 'enterprises'))) {
      const name = textOf(field(entry, 'name'));
      if (name !== undefined) found.push({ name, displayName: textOf(field(entry, 'enterpriseDisplayName')) });
    }
    pageToken = textOf(field(answer, 'nextPageToken'));
    if (pageToken === undefined) return found;
  }
  return found;
}

async function noteState(
  { db, clock }: Parts,
  contractorId: ContractorId,
  state: 'bound' | 'lost',
  answer: Json | undefined,
): Promise<void> {
  const now = clock.now();
  await db.jobsFor(contractorId, async (tx) => {
    const row = await findEnterprise(tx, contractorId, 'for update');
    if (row === undefined || row.state === 'signing_up') return;
    const facts =
      answer === undefined
        ? {}
        : {
            display_name: textOf(field(answer, 'enterpriseDisplayName')) ?? null,
            enterprise_type: textOf(field(answer, 'enterpriseType')) ?? null,
          };
    await updateEnterprise(tx, contractorId, {
      ...facts,
      state,
      lost_at: state === 'lost' ? (row.lost_at ?? now) : null,
    });
    if (row.state === state) return;
    await recordEvent(tx, contractorId, {
      kind: state === 'lost' ? 'android.enterprise_lost' : 'android.enterprise_found_again',
      severity: state === 'lost' ? 'alarm' : 'notice',
      dedupe: row.enterprise_name ?? '',
      details: { enterprise: row.enterprise_name },
      now,
    });
  });
}
