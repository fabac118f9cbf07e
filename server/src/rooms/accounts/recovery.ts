import type { MemberLink, ProviderRole } from '@tsukasa/api';
import type { Static } from 'typebox';
import { DomainError } from '../../base/errors.ts';
import { SYSTEM } from '../../base/http/context.ts';
import type { AccountsDeps } from './deps.ts';
import { parseEmail } from './model.ts';
import { offerReset } from './people.ts';
import { findStaff, findUserByEmail } from './people-store.ts';

/** `operatingSystemUser`: who asks, as the machine knows them; it stands in the trail. */
export type RecoveryRequest = { readonly email: string; readonly operatingSystemUser: string };
export type Recovery = Static<typeof MemberLink>;

const ROLE: ProviderRole = 'provider_administrator';

/**
 * A one-time link for 24 hours by which a provider administrator starts the account over, for whoever may work in the data
 * directory. Nothing of the account changes before the link is used. Throws `not_found` (`recovery.unknown`) for any other
 * address, `conflict` (`recovery.disabled`) for an administrator who was disabled, `invalid` for what is no address.
 */
export async function recover(deps: AccountsDeps, request: RecoveryRequest): Promise<Recovery> {
  const email = parseEmail(request.email);
  const { operatingSystemUser } = request;
  return deps.db.asProvider(async (tx) => {
    const user = await findUserByEmail(tx, email);
    const member = user && (await findStaff(tx, user.userId));
    if (member?.role !== ROLE) {
      throw new DomainError('not_found', `no provider administrator has the address ${email}`, {
        reason: 'recovery.unknown',
      });
    }
    if (member.disabledAt !== null) {
      throw new DomainError('conflict', 'this provider administrator is disabled; another one can enable the account', {
        reason: 'recovery.disabled',
      });
    }
    const reset = { member, contractorId: undefined, chains: ['provider'], action: 'staff.recovery_offered' } as const;
    return offerReset(
      deps,
      tx,
      { ...reset, details: { operatingSystemUser } },
      { actor: SYSTEM, createdBehind: undefined },
    );
  });
}
