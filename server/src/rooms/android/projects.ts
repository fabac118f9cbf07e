import type { GoogleProjectRequest } from '@tsukasa/api';
import type { Tx } from '../../base/db.ts';
import { DomainError } from '../../base/errors.ts';
import type { RequestContext } from '../../base/http/context.ts';
import { type ContractorId, PROVIDER_ID } from '../../base/ids.ts';
import type { Parts } from './deps.ts';
import { keepSetup } from './enterprise.ts';
import { countBoundToInstallation, findEnterprise, reconcileInstallation } from './enterprise-store.ts';
import { explain } from './google/index.ts';
import { parseServiceAccountKey, type ServiceAccountKey } from './google/key-file.ts';
import { listEnterprises } from './google/requests.ts';
import {
  deleteInstallationProject,
  deleteOwnProject,
  findInstallationProject,
  findOwnProject,
  INSTALLATION,
  keyPurpose,
  saveInstallationProject,
  saveOwnProject,
  USUAL_RATE,
} from './project-store.ts';
import type { ProjectColumns } from './tables.ts';

/**
 * Tries the key with a request that changes nothing, then saves it. Throws `invalid` for a file that is no key,
 * `precondition_failed` with Google's own words, `conflict` when an enterprise belongs to another project.
 */
export async function putOwnProject(
  parts: Parts,
  contractorId: ContractorId,
  request: GoogleProjectRequest,
  context: RequestContext,
): Promise<void> {
  const { db, secrets } = parts;
  const key = await triedKey(parts, request);
  await db.asContractor(contractorId, async (tx) => {
    const enterprise = await findEnterprise(tx, contractorId);
    const depends = enterprise?.project_scope === 'contractor' && enterprise.project_id !== key.projectId;
    if (depends) throw inUse(enterprise.project_id);
    const file = Buffer.from(request.serviceAccountKey);
    const sealed = await secrets.sealFor(tx, contractorId, keyPurpose(contractorId), file);
    await saveOwnProject(tx, contractorId, columnsOf(parts, key, sealed, request, context));
    await audit(parts, tx, contractorId, 'android.project_saved', key.projectId, context);
  });
  await keepSetup(parts, contractorId, 'action');
}

export async function putInstallationProject(
  parts: Parts,
  request: GoogleProjectRequest,
  context: RequestContext,
): Promise<void> {
  const { db, secrets } = parts;
  const key = await triedKey(parts, request);
  const bound = await db.jobs(countBoundToInstallation);
  await db.asProvider(async (tx) => {
    const before = await findInstallationProject(tx);
    if (bound > 0 && before !== undefined && before.project_id !== key.projectId) throw inUse(before.project_id);
    const sealed = secrets.seal(keyPurpose(INSTALLATION), Buffer.from(request.serviceAccountKey));
    await saveInstallationProject(tx, columnsOf(parts, key, sealed, request, context));
  });
  await db.jobs((tx) => reconcileInstallation(tx, parts.clock.now()));
  await auditProvider(parts, 'android.project_saved', key.projectId, context);
}

/** Throws `conflict` while an enterprise depends on it. Without one there is nothing to do. */
export async function removeOwnProject(
  parts: Parts,
  contractorId: ContractorId,
  context: RequestContext,
): Promise<void> {
  await parts.db.asContractor(contractorId, async (tx) => {
    const row = await findOwnProject(tx, contractorId);
    if (row === undefined) return;
    const enterprise = await findEnterprise(tx, contractorId);
    if (enterprise?.project_scope === 'contractor') throw inUse(row.project_id);
    await deleteOwnProject(tx, contractorId);
    await audit(parts, tx, contractorId, 'android.project_removed', row.project_id, context);
  });
}

export async function removeInstallationProject(parts: Parts, context: RequestContext): Promise<void> {
  const { db } = parts;
  const bound = await db.jobs(countBoundToInstallation);
  const removed = await db.asProvider(async (tx) => {
    const row = await findInstallationProject(tx);
    if (row === undefined) return undefined;
    if (bound > 0) throw inUse(row.project_id);
    await deleteInstallationProject(tx);
    return row.project_id;
  });
  if (removed !== undefined) await auditProvider(parts, 'android.project_removed', removed, context);
}

const inUse = (projectId: string) =>
  new DomainError('conflict', 'an enterprise depends on the project', {
    reason: 'android.project_in_use',
    params: { projectId },
  });

async function triedKey(parts: Parts, request: GoogleProjectRequest): Promise<ServiceAccountKey> {
  const key = parseServiceAccountKey(request.serviceAccountKey);
  checkTopic(request.pubsubTopic);
  try {
    await parts.google.probe(key, listEnterprises(key.projectId, 1));
  } catch (error) {
    throw explain(error, parts.clock.now());
  }
  return key;
}

function checkTopic(topic: string | null | undefined): void {
  if (topic === null || topic === undefined || /^projects\/[a-z0-9.:-]+\/topics\/[\w.~+%-]{3,255}$/i.test(topic))
    return;
  throw new DomainError('invalid', 'the topic is not one', {
    reason: 'request.validation',
    errors: [{ pointer: '/pubsubTopic', detail: 'must be projects/{project}/topics/{topic}' }],
  });
}

function columnsOf(
  { clock }: Parts,
  key: ServiceAccountKey,
  sealed: Buffer,
  request: GoogleProjectRequest,
  context: RequestContext,
): ProjectColumns {
  return {
    project_id: key.projectId,
    client_email: key.clientEmail,
    key_id: key.keyId,
    sealed_key: sealed,
    pubsub_topic: request.pubsubTopic ?? null,
    push_service_account: request.pushServiceAccount ?? null,
    push_audience: request.pushAudience ?? null,
    requests_per_minute: request.requestsPerMinute ?? USUAL_RATE,
    saved_at: clock.now(),
    saved_by: context.actor.name,
  };
}

function audit(
  { recordAudit, clock }: Parts,
  tx: Tx,
  contractorId: ContractorId,
  action: string,
  projectId: string,
  { actor, requestId, sourceIp }: RequestContext,
): Promise<void> {
  return recordAudit(tx, contractorId, {
    at: clock.now(),
    actor,
    action,
    target: { kind: 'google_project', id: projectId, name: projectId },
    requestId,
    sourceIp,
  });
}

function auditProvider(parts: Parts, action: string, projectId: string, context: RequestContext): Promise<void> {
  return parts.db.asContractor(PROVIDER_ID, (tx) => audit(parts, tx, PROVIDER_ID, action, projectId, context));
}
