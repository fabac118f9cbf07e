import { createHash, randomBytes } from 'node:crypto';
import {
  type EnrollmentInvitation,
  type EnrollmentInvitationRequest,
  type EnrollmentMethod,
  type EnrollmentOption,
  type ManagementMode,
  type Platform,
  USAGE_MODES,
} from '@tsukasa/api';
import { sql } from 'kysely';
import type { Clock } from '../../base/clock.ts';
import { type Db, type Tx, tables } from '../../base/db.ts';
import { DomainError } from '../../base/errors.ts';
import type { RecordAudit, RequestContext } from '../../base/http/context.ts';
import { type ContractorId, newId, parseUuid } from '../../base/ids.ts';
import type { Secrets } from '../../base/secrets.ts';
import { findPerson, findPersons, type PersonFacts, type PersonId } from '../directory/index.ts';
import { momentCursor, pageOf } from './cursors.ts';
import { parseDuration } from './duration.ts';
import type { Entitlement, FoundInvitation, InvitationGate, InvitationId, InvitationProblem } from './model.ts';
import type { DeviceTables } from './tables.ts';

export type InvitationDeps = {
  readonly db: Db;
  readonly clock: Clock;
  readonly recordAudit: RecordAudit;
  readonly secrets: Secrets;
  /** Origin under which devices reach this server; no trailing slash. */
  readonly publicUrl: string;
  readonly gates: ReadonlyMap<Platform, InvitationGate>;
  readonly entitlement: Entitlement;
};

type Row = Omit<DeviceTables['enrollment_invitations'], 'contractor_id' | 'code_hash'>;

const COLUMNS = [
  'invitation_id',
  'platform',
  'usage_mode',
  'management_mode',
  'person_id',
  'label',
  'sealed_code',
  'max_uses',
  'uses',
  'created_by',
  'created_at',
  'expires_at',
  'revoked_at',
] as const satisfies readonly (keyof Row)[];

const CODE_BYTES = 32;
const CODE = /^[A-Za-z0-9_-]{43}$/;

/** The contractor's id in clear, so that the look-up can be bound to it, and 128 random bits. */
export function newCode(contractorId: ContractorId): string {
  const owner = Buffer.from(contractorId.replaceAll('-', ''), 'hex');
  return Buffer.concat([owner, randomBytes(CODE_BYTES - owner.byteLength)]).toString('base64url');
}

/** The contractor whose code this is, by its form alone; undefined when it is no code. Bind the transaction with it. */
export function contractorOfCode(code: string): ContractorId | undefined {
  if (!CODE.test(code)) return undefined;
  const bytes = Buffer.from(code, 'base64url');
  // 43 characters hold two bits more than 32 bytes: another spelling of the same bytes is no code of ours.
  if (bytes.toString('base64url') !== code) return undefined;
  const hex = bytes.toString('hex', 0, 16);
  const uuid = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  return parseUuid<'Contractor'>(uuid, 'contractorId');
}

const hashOf = (code: string) => createHash('sha256').update(code).digest();
const purposeOf = (invitationId: string) => ({ use: 'devices.invitation_code', row: invitationId });
const noInvitation = () => new DomainError('not_found', 'no such invitation', { reason: 'invitation.not_found' });

/** The invitation behind a code of this contractor, and why it lets nobody in any more, if so. */
export async function findInvitation(
  tx: Tx,
  contractorId: ContractorId,
  code: string,
  now: Temporal.Instant,
): Promise<FoundInvitation | undefined> {
  if (contractorOfCode(code) !== contractorId) return undefined;
  const row = await tables<DeviceTables>(tx)
    .selectFrom('enrollment_invitations')
    .select(COLUMNS)
    .where('contractor_id', '=', contractorId)
    .where('code_hash', '=', hashOf(code))
    .executeTakeFirst();
  return row === undefined ? undefined : found(tx, contractorId, row, now);
}

/** By id: for what a profile made from it brings back. Throws `not_found`. */
export async function describeInvitation(
  tx: Tx,
  contractorId: ContractorId,
  invitationId: InvitationId,
  now: Temporal.Instant,
): Promise<FoundInvitation> {
  return found(tx, contractorId, await selectInvitation(tx, contractorId, invitationId), now);
}

async function found(tx: Tx, contractorId: ContractorId, row: Row, now: Temporal.Instant): Promise<FoundInvitation> {
  const personId = (row.person_id ?? undefined) as PersonId | undefined;
  const person = personId === undefined ? undefined : await findPerson(tx, contractorId, personId);
  const state = stateOf(row, now);
  const invitation = {
    invitationId: row.invitation_id as InvitationId,
    platform: row.platform,
    usageMode: row.usage_mode,
    managementMode: row.management_mode,
    personId,
    personName: person?.name,
    label: row.label,
    maxUses: row.max_uses,
    uses: row.uses,
    expiresAt: row.expires_at,
  };
  return state === 'open' ? { invitation } : { invitation, problem: state };
}

function stateOf(row: Row, now: Temporal.Instant): 'open' | InvitationProblem {
  if (row.revoked_at !== null) return 'revoked';
  if (row.uses >= row.max_uses) return 'used_up';
  return Temporal.Instant.compare(row.expires_at, now) <= 0 ? 'expired' : 'open';
}

/** Counts one use, if there is one left: false, and nothing counted, when it is revoked, expired or used up by now. */
export async function countUse(
  tx: Tx,
  contractorId: ContractorId,
  invitationId: InvitationId,
  now: Temporal.Instant,
): Promise<boolean> {
  const result = await sql`update enrollment_invitations set uses = uses + 1
    where contractor_id = ${contractorId} and invitation_id = ${invitationId}
      and uses < max_uses and revoked_at is null and expires_at > ${now}`.execute(tx);
  return (result.numAffectedRows ?? 0n) > 0n;
}

/** Throws what the contracts (`entitlement.enroll`) or the platform's gate refuse, `invalid` for a person who is not there. */
export function createInvitation(
  deps: InvitationDeps,
  contractorId: ContractorId,
  request: EnrollmentInvitationRequest,
  context: RequestContext,
): Promise<EnrollmentInvitation> {
  const now = deps.clock.now();
  const limits = { pointer: '/expiresIn', min: 'PT5M', max: 'P366D' };
  const expiresAt = now.add(parseDuration(request.expiresIn ?? 'P7D', limits));
  const invitationId = newId<'Invitation'>(now.epochMilliseconds);
  const code = newCode(contractorId);
  return deps.db.asContractor(contractorId, async (tx) => {
    const person = await invitedPerson(tx, contractorId, request.personId);
    await deps.entitlement.require(tx, contractorId, 'enroll', now);
    const gate = gateOf(deps, request.platform);
    await gate.check(tx, contractorId, now);
    const sealed = await deps.secrets.sealFor(tx, contractorId, purposeOf(invitationId), Buffer.from(code));
    const row = {
      invitation_id: invitationId,
      platform: request.platform,
      usage_mode: request.usageMode,
      management_mode: modeOf(gate, request),
      person_id: person?.personId ?? null,
      label: request.label ?? '',
      sealed_code: sealed,
      max_uses: request.maxUses ?? 1,
      uses: 0,
      created_by: context.actor.name,
      created_at: now,
      expires_at: expiresAt,
      revoked_at: null,
    };
    await tables<DeviceTables>(tx)
      .insertInto('enrollment_invitations')
      .values({ ...row, contractor_id: contractorId, code_hash: hashOf(code) })
      .execute();
    const details = {
      platform: row.platform,
      usageMode: row.usage_mode,
      managementMode: row.management_mode,
      personId: row.person_id,
      maxUses: row.max_uses,
      expiresAt: expiresAt.toString(),
    };
    await record(deps, tx, contractorId, context, 'invitation.created', row, details);
    return present(row, now, linkOf(deps, code), person);
  });
}

function gateOf(deps: InvitationDeps, platform: Platform): InvitationGate {
  const gate = deps.gates.get(platform);
  if (gate === undefined) {
    throw new DomainError('precondition_failed', 'this server has no such platform', { reason: 'platform.missing' });
  }
  return gate;
}

/** The mode asked for, or the platform's first for whom the device belongs to. Throws `invalid`. */
function modeOf(gate: InvitationGate, request: EnrollmentInvitationRequest): ManagementMode {
  const modes = gate.modes[request.usageMode];
  const mode = request.managementMode ?? modes[0];
  if (mode !== undefined && modes.includes(mode)) return mode;
  const pointer = request.managementMode === undefined ? '/usageMode' : '/managementMode';
  const detail = modes.length === 0 ? 'this platform has no such devices' : `must be one of ${modes.join(', ')}`;
  throw new DomainError('invalid', 'the platform has no such mode', {
    reason: 'request.validation',
    errors: [{ pointer, detail }],
  });
}

/** Every platform, usage mode and management mode, and what is missing before devices can be invited. */
export async function listOptions(deps: InvitationDeps, contractorId: ContractorId): Promise<EnrollmentOption[]> {
  const now = deps.clock.now();
  return deps.db.asContractor(contractorId, async (tx) => {
    const options: EnrollmentOption[] = [];
    for (const [platform, gate] of deps.gates) {
      const missing = await missingOf(gate, tx, contractorId, now);
      for (const usageMode of USAGE_MODES) {
        const managementModes = [...gate.modes[usageMode]];
        if (managementModes.length === 0) continue;
        options.push({ platform, usageMode, managementModes, ready: missing === null, missing });
      }
    }
    return options;
  });
}

async function missingOf(gate: InvitationGate, tx: Tx, contractorId: ContractorId, now: Temporal.Instant) {
  try {
    await gate.check(tx, contractorId, now);
    return null;
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== 'precondition_failed') throw error;
    return { code: error.reason ?? error.code, params: { ...error.params } };
  }
}

/** The ways in which an open invitation is used. Throws `not_found`, `gone` when it lets nobody in any more. */
export async function listMethods(
  deps: InvitationDeps,
  contractorId: ContractorId,
  invitationId: InvitationId,
): Promise<EnrollmentMethod[]> {
  const now = deps.clock.now();
  const usable = await deps.db.asContractor(contractorId, async (tx) => {
    const row = await selectInvitation(tx, contractorId, invitationId);
    const { invitation, problem } = await found(tx, contractorId, row, now);
    if (problem !== undefined) {
      throw new DomainError('gone', 'the invitation lets nobody in', { reason: 'invitation.closed' });
    }
    const sealed = await deps.secrets.openFor(tx, contractorId, purposeOf(invitationId), row.sealed_code);
    const code = sealed.toString();
    return { ...invitation, code, url: linkOf(deps, code) };
  });
  return [...(await gateOf(deps, usable.platform).methods(contractorId, usable))];
}

async function invitedPerson(
  tx: Tx,
  contractorId: ContractorId,
  id: string | undefined,
): Promise<PersonFacts | undefined> {
  if (id === undefined) return undefined;
  return assignablePerson(tx, contractorId, parseUuid<'Person'>(id, 'personId'));
}

/** A person in service, locked against nothing: archiving does not take devices away. Throws `invalid`. */
export async function assignablePerson(tx: Tx, contractorId: ContractorId, personId: PersonId): Promise<PersonFacts> {
  const person = await findPerson(tx, contractorId, personId);
  if (person !== undefined && !person.archived) return person;
  throw new DomainError('invalid', 'no such person in service', {
    reason: 'person.not_assignable',
    errors: [{ pointer: '/personId', detail: 'names no person in service' }],
  });
}

/** Newest first. Links only for those who may hand them out. */
export async function listInvitations(
  deps: InvitationDeps,
  contractorId: ContractorId,
  query: { readonly cursor?: string; readonly limit?: number },
  context: RequestContext,
): Promise<{ items: EnrollmentInvitation[]; nextCursor: string | null }> {
  const limit = query.limit ?? 50;
  const after = momentCursor.decode(query.cursor);
  return deps.db.asContractor(contractorId, async (tx) => {
    let select = tables<DeviceTables>(tx)
      .selectFrom('enrollment_invitations')
      .select(COLUMNS)
      .where('contractor_id', '=', contractorId)
      .orderBy('created_at', 'desc')
      .orderBy('invitation_id', 'desc')
      .limit(limit + 1);
    if (after !== undefined) {
      select = select.where(sql<boolean>`(created_at, invitation_id) < (${after.at}::timestamptz, ${after.id}::uuid)`);
    }
    const rows = await select.execute();
    const { shown, nextCursor } = pageOf(rows, limit, (row) => ({ at: row.created_at, id: row.invitation_id }));
    return { items: await presentAll(deps, tx, contractorId, shown, context), nextCursor };
  });
}

/** Throws `not_found`. */
export function getInvitation(
  deps: InvitationDeps,
  contractorId: ContractorId,
  invitationId: InvitationId,
  context: RequestContext,
): Promise<EnrollmentInvitation> {
  return deps.db.asContractor(contractorId, async (tx) => {
    const row = await selectInvitation(tx, contractorId, invitationId);
    const [shown] = await presentAll(deps, tx, contractorId, [row], context);
    if (shown === undefined) throw noInvitation();
    return shown;
  });
}

/** Lets nobody in from now on; devices that enrolled with it stay. Doing it again changes nothing. Throws `not_found`. */
export function revokeInvitation(
  deps: InvitationDeps,
  contractorId: ContractorId,
  invitationId: InvitationId,
  context: RequestContext,
): Promise<void> {
  const now = deps.clock.now();
  return deps.db.asContractor(contractorId, async (tx) => {
    const row = await selectInvitation(tx, contractorId, invitationId);
    const updated = await tables<DeviceTables>(tx)
      .updateTable('enrollment_invitations')
      .set({ revoked_at: now })
      .where('contractor_id', '=', contractorId)
      .where('invitation_id', '=', invitationId)
      .where('revoked_at', 'is', null)
      .executeTakeFirst();
    if (updated.numUpdatedRows === 0n) return;
    await deps.gates.get(row.platform)?.revoked?.(tx, contractorId, invitationId, now);
    await record(deps, tx, contractorId, context, 'invitation.revoked', row, { uses: row.uses });
  });
}

async function selectInvitation(tx: Tx, contractorId: ContractorId, invitationId: InvitationId): Promise<Row> {
  const row = await tables<DeviceTables>(tx)
    .selectFrom('enrollment_invitations')
    .select(COLUMNS)
    .where('contractor_id', '=', contractorId)
    .where('invitation_id', '=', invitationId)
    .executeTakeFirst();
  if (row === undefined) throw noInvitation();
  return row;
}

function record(
  deps: InvitationDeps,
  tx: Tx,
  contractorId: ContractorId,
  { actor, requestId, sourceIp }: RequestContext,
  action: string,
  row: Pick<Row, 'invitation_id' | 'label'>,
  details: Readonly<Record<string, unknown>>,
): Promise<void> {
  const target = { kind: 'invitation', id: row.invitation_id, name: row.label };
  return deps.recordAudit(tx, contractorId, {
    at: deps.clock.now(),
    actor,
    action,
    target,
    details,
    requestId,
    sourceIp,
  });
}

const linkOf = (deps: InvitationDeps, code: string) => `${deps.publicUrl}/enroll/${code}`;

async function presentAll(
  deps: InvitationDeps,
  tx: Tx,
  contractorId: ContractorId,
  rows: readonly Row[],
  context: RequestContext,
): Promise<EnrollmentInvitation[]> {
  const now = deps.clock.now();
  const ids = rows.flatMap((row) => (row.person_id === null ? [] : [row.person_id as PersonId]));
  const persons = await findPersons(tx, contractorId, ids);
  const shown: EnrollmentInvitation[] = [];
  for (const row of rows) {
    let url: string | null = null;
    if (context.can('enrollment.write')) {
      const code = await deps.secrets.openFor(tx, contractorId, purposeOf(row.invitation_id), row.sealed_code);
      url = linkOf(deps, code.toString());
    }
    shown.push(present(row, now, url, persons.get(row.person_id as PersonId)));
  }
  return shown;
}

function present(
  row: Row,
  now: Temporal.Instant,
  url: string | null,
  person: PersonFacts | undefined,
): EnrollmentInvitation {
  return {
    invitationId: row.invitation_id,
    platform: row.platform,
    usageMode: row.usage_mode,
    managementMode: row.management_mode,
    label: row.label,
    person: person === undefined ? null : { personId: person.personId, name: person.name },
    url,
    maxUses: row.max_uses,
    uses: row.uses,
    state: stateOf(row, now),
    createdBy: row.created_by,
    createdAt: row.created_at.toString(),
    expiresAt: row.expires_at.toString(),
    revokedAt: row.revoked_at?.toString() ?? null,
  };
}
