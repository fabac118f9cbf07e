import {
  type accountRoutes,
  CONTRACTOR_ROLES,
  type ContractorRole,
  type Member,
  type ProviderRole,
} from '@tsukasa/api';
import type { Tx } from '../../base/db.ts';
import { DomainError } from '../../base/errors.ts';
import type { Handlers, RequestContext } from '../../base/http/context.ts';
import { type ContractorId, parseUuid } from '../../base/ids.ts';
import { principalOf } from './authorize.ts';
import type { AccountsDeps } from './deps.ts';
import { makeLink } from './links.ts';
import { parseEmail, providerRoleOf } from './model.ts';
import {
  findMember,
  findStaff,
  findUserByEmail,
  listMembers,
  listStaff,
  lockAdministrators,
  lockProviderAdministrators,
  membershipsOf,
  setStaffDisabled,
  updateMember,
} from './people-store.ts';
import { type Author, authorOf, type Chain, record } from './trail.ts';

type Routes = Pick<
  typeof accountRoutes,
  | 'listMembers'
  | 'inviteMember'
  | 'changeMember'
  | 'resetMember'
  | 'listStaff'
  | 'inviteStaff'
  | 'changeStaff'
  | 'resetStaff'
>;

const JOIN_HOURS = 7 * 24;
const RESET_HOURS = 24;

const contractorOf = (params: { readonly contractorId: string }): ContractorId =>
  parseUuid(params.contractorId, 'contractorId');
const page = (items: Member[]) => ({ items, nextCursor: null });

export function peopleHandlers(deps: AccountsDeps): Handlers<Routes> {
  const { db } = deps;
  return {
    listMembers: async ({ params }) => {
      const contractorId = contractorOf(params);
      return page(await db.asContractor(contractorId, (tx) => listMembers(tx, contractorId)));
    },
    inviteMember: ({ params, body }, context) => inviteMember(deps, contractorOf(params), body, context),
    changeMember: ({ params, body }, context) => changeMember(deps, contractorOf(params), params.userId, body, context),
    resetMember: ({ params }, context) => resetMember(deps, contractorOf(params), params.userId, context),
    listStaff: async () => page(await db.asProvider(listStaff)),
    inviteStaff: ({ body }, context) => inviteStaff(deps, body, context),
    changeStaff: ({ params, body }, context) => changeStaff(deps, params.userId, body.disabled, context),
    resetStaff: ({ params }, context) => resetStaff(deps, params.userId, context),
  };
}

function existing(member: Member | undefined): Member {
  if (!member) throw new DomainError('not_found', 'there is no such member', { reason: 'member.unknown' });
  return member;
}

const targetOf = ({ userId, name }: Member) => ({ kind: 'user', id: userId, name });

type Invitation<Role> = { readonly email: string; readonly role: Role };

/** The link is the invitation: no mail is sent, whoever invites hands it over. */
async function inviteMember(
  deps: AccountsDeps,
  contractorId: ContractorId,
  { role, ...given }: Invitation<ContractorRole>,
  context: RequestContext,
) {
  const email = parseEmail(given.email);
  return deps.db.asContractor(contractorId, async (tx) => {
    const user = await findUserByEmail(tx, email);
    const member = user && (await findMember(tx, contractorId, user.userId));
    if (member && member.disabledAt === null) throw alreadyMember();
    return invite(deps, tx, { contractorId, email, role }, 'member.invited', context);
  });
}

async function inviteStaff(deps: AccountsDeps, { role, ...given }: Invitation<ProviderRole>, context: RequestContext) {
  const email = parseEmail(given.email);
  return deps.db.asProvider(async (tx) => {
    const user = await findUserByEmail(tx, email);
    const member = user && (await findStaff(tx, user.userId));
    if (member && member.disabledAt === null) throw alreadyMember();
    return invite(deps, tx, { contractorId: undefined, email, role }, 'staff.invited', context);
  });
}

function alreadyMember(): DomainError {
  return new DomainError('conflict', 'the person is a member already', { reason: 'member.exists' });
}

type Place = { contractorId: ContractorId | undefined; email: string; role: ContractorRole | ProviderRole };

async function invite(deps: AccountsDeps, tx: Tx, place: Place, action: string, context: RequestContext) {
  const { email, role, contractorId } = place;
  const byProvider = context.can('provider.contractors.write');
  const by = { createdBy: context.actor.name, createdBehind: context.behind, byProvider };
  const { url, expiresAt } = await makeLink(deps, tx, { ...place, purpose: 'join', ...by, hours: JOIN_HOURS });
  await record(deps, tx, [contractorId ?? 'provider'], authorOf(context), {
    action,
    target: { kind: 'invited_user', id: email, name: email },
    details: { role, expiresAt: expiresAt.toString() },
  });
  return { url, email, expiresAt: expiresAt.toString() };
}

async function changeMember(
  deps: AccountsDeps,
  contractorId: ContractorId,
  userId: string,
  change: { readonly role?: ContractorRole; readonly disabled?: boolean },
  context: RequestContext,
): Promise<Member> {
  return deps.db.asContractor(contractorId, async (tx) => {
    // Locked before anything is read: see lockAdministrators.
    const administrators = await lockAdministrators(tx, contractorId);
    const before = existing(await findMember(tx, contractorId, userId));
    const wasDisabled = before.disabledAt !== null;
    const disabled = change.disabled ?? wasDisabled;
    const role = change.role ?? memberRole(before);
    const steps = memberRole(before) !== role || wasDisabled !== disabled;
    if (!steps) return before;
    if (administrators.includes(userId) && administrators.length === 1) {
      if (disabled || role !== 'contractor_administrator') throw lastAdministrator();
    }
    const disabledAt = disabled ? deps.clock.now() : null;
    await updateMember(tx, contractorId, userId, { role, disabled_at: disabledAt });
    const tell = (action: string, details: Readonly<Record<string, unknown>>) =>
      record(deps, tx, [contractorId], authorOf(context), { action, target: targetOf(before), details });
    if (role !== before.role) await tell('member.role_changed', { role: { from: before.role, to: role } });
    if (disabled !== wasDisabled) await tell(disabled ? 'member.disabled' : 'member.enabled', { role });
    return existing(await findMember(tx, contractorId, userId));
  });
}

function memberRole({ role }: Member): ContractorRole {
  const own = CONTRACTOR_ROLES.find((each) => each === role);
  if (own === undefined) throw new Error('a member of a contractor has a role of the provider');
  return own;
}

function lastAdministrator(): DomainError {
  return new DomainError('conflict', 'the last administrator must stay', { reason: 'member.last_administrator' });
}

/**
 * A reset hands the whole account to whoever holds the link. So an administrator of one contractor may reset only people
 * who act nowhere else; the provider's administrators may reset every member.
 */
async function resetMember(deps: AccountsDeps, contractorId: ContractorId, userId: string, context: RequestContext) {
  const byProvider = providerRoleOf(principalOf(context)) !== undefined;
  return deps.db.asContractor(contractorId, async (tx) => {
    const member = existing(await findMember(tx, contractorId, userId));
    const elsewhere = (await membershipsOf(tx, userId)).some((other) => other.contractorId !== contractorId);
    const staff = (await findStaff(tx, userId)) !== undefined;
    if (!byProvider && (elsewhere || staff)) {
      throw new DomainError('forbidden', 'the account is used elsewhere too', { reason: 'member.shared_account' });
    }
    const chains: Chain[] = byProvider ? [contractorId, 'provider'] : [contractorId];
    const reset = { member, contractorId, chains, action: 'member.reset_offered' };
    return offerReset(deps, tx, reset, makerOf(context));
  });
}

/** Staff of the provider who may belong to no contractor; the link is the provider's, and so is the trail. */
async function resetStaff(deps: AccountsDeps, userId: string, context: RequestContext) {
  return deps.db.asProvider(async (tx) => {
    const member = existing(await findStaff(tx, userId));
    const action = 'staff.reset_offered';
    const reset = { member, contractorId: undefined, chains: ['provider'], action } as const;
    return offerReset(deps, tx, reset, makerOf(context));
  });
}

type Reset = {
  readonly member: Member;
  readonly contractorId: ContractorId | undefined;
  readonly chains: readonly Chain[];
  readonly action: string;
  readonly details?: Readonly<Record<string, unknown>>;
};

/** Who makes a link, and the person behind. */
type Maker = Author & { readonly createdBehind: string | undefined };
const makerOf = (context: RequestContext): Maker => ({ ...authorOf(context), createdBehind: context.behind });

/** A link for 24 hours by which a person starts over; it stands in the trail. Those made before it are worth nothing. */
export async function offerReset(deps: AccountsDeps, tx: Tx, reset: Reset, author: Maker) {
  const { member, contractorId, chains, action, details = {} } = reset;
  const { email, role } = member;
  const { createdBehind, ...inTrail } = author;
  const by = { createdBy: author.actor.name, createdBehind };
  const place = { purpose: 'reset', email, contractorId, role } as const;
  const { url, expiresAt } = await makeLink(deps, tx, { ...place, ...by, hours: RESET_HOURS });
  await record(deps, tx, chains, inTrail, {
    action,
    target: targetOf(member),
    details: { ...details, expiresAt: expiresAt.toString() },
  });
  return { url, email, expiresAt: expiresAt.toString() };
}

async function changeStaff(
  deps: AccountsDeps,
  userId: string,
  disabled: boolean,
  context: RequestContext,
): Promise<Member> {
  return deps.db.asProvider(async (tx) => {
    const administrators = await lockProviderAdministrators(tx);
    const before = existing(await findStaff(tx, userId));
    if ((before.disabledAt !== null) === disabled) return before;
    if (disabled && administrators.length === 1 && administrators.includes(userId)) throw lastAdministrator();
    await setStaffDisabled(tx, userId, disabled ? deps.clock.now() : null);
    await record(deps, tx, ['provider'], authorOf(context), {
      action: disabled ? 'staff.disabled' : 'staff.enabled',
      target: targetOf(before),
      details: {},
    });
    return existing(await findStaff(tx, userId));
  });
}
