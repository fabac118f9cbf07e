import type { Access, Permission, Route } from '@tsukasa/api';
import { DomainError } from '../../base/errors.ts';
import type { RequestContext } from '../../base/http/context.ts';
import type { EntitlementDesk } from './entitlement.ts';
import type { LedgerDeps } from './ledger.ts';

/** What goes on after a contract: contracts and invoices themselves, who has access, what makes things safe, the trail. */
const GOES_ON: readonly Permission[] = [
  'contractor.read',
  'contractor.settings.write',
  'contracts.read',
  'contracts.apply',
  'contracts.checklist',
  'invoices.read',
  'members.read',
  'members.manage',
  'tokens.read',
  'tokens.manage',
  'certificates.revoke',
  'actions.cancel',
  'audit.read',
  // Their use cases ask for what the contract must include, and say so in its words; revoking an invitation stays possible.
  'enrollment.write',
  'actions.refresh',
  'actions.control',
  'actions.destroy',
  'actions.raw',
];

/** Whether a route is about data that a contract is needed for, and whether it only reads. */
function dataOf(access: Access): 'read' | 'write' | undefined {
  if (access === 'public' || access === 'signed_in' || access.startsWith('provider.')) return undefined;
  if (GOES_ON.includes(access)) return undefined;
  return /\.(read|export)$/.test(access) ? 'read' : 'write';
}

/**
 * Lets a request through, or not, by where the contractor's contracts stand: once the last one has ended its data can be read
 * until the retention time is over (`contract.ended` for everything else), and then not even that (`contract.closed`). A
 * contractor that never had one may prepare everything; what a contract must include is asked for by the use cases.
 */
export function admitAfterEnd(deps: LedgerDeps, desk: EntitlementDesk) {
  return async (route: Pick<Route, 'access'>, context: RequestContext): Promise<void> => {
    const { contractorId } = context;
    const kind = dataOf(route.access);
    if (contractorId === undefined || kind === undefined) return;
    const now = deps.clock.now();
    const { state } = await deps.db.asContractor(contractorId, (tx) => desk.today(tx, contractorId, now));
    if (state === 'closed')
      throw ended('contract.closed', 'the time for reading the data of an ended contract is over');
    if (state === 'readable' && kind === 'write') throw ended('contract.ended', 'the contract has ended');
  };
}

function ended(reason: string, message: string): DomainError {
  return new DomainError('precondition_failed', message, { reason, clause: 'art-10-1' });
}
