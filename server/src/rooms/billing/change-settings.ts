import type { BillingSettings } from '@tsukasa/api';
import { isUniqueViolation } from '../../base/db.ts';
import { DomainError } from '../../base/errors.ts';
import { PROVIDER_ID } from '../../base/ids.ts';
import type { Author } from './closing.ts';
import { listClosings } from './closing-store.ts';
import type { BillingDeps } from './deps.ts';
import { lastClosed } from './order.ts';
import { checkSettings } from './settings.ts';
import { currentSettings, insertSettings } from './settings-store.ts';

/** Keeps a new version beside the old ones. Throws `invalid`, `conflict` where closed months would change. */
export async function changeSettings(
  deps: BillingDeps,
  settings: BillingSettings,
  author: Author,
): Promise<BillingSettings> {
  const now = deps.clock.now();
  try {
    return await deps.db.asContractor(PROVIDER_ID, async (tx) => {
      const before = await currentSettings(tx);
      checkSettings(settings, before.settings, lastClosed(await listClosings(tx)));
      const version = before.version + 1;
      await insertSettings(tx, { version, settings }, author.actor, now);
      await deps.recordAudit(tx, PROVIDER_ID, {
        at: now,
        ...author,
        action: 'billing_settings.changed',
        target: { kind: 'billing_settings', id: String(version), name: String(version) },
        details: { from: before.settings, to: settings },
      });
      return settings;
    });
  } catch (error) {
    if (!isUniqueViolation(error, 'billing_settings_pkey')) throw error;
    throw new DomainError('conflict', 'somebody else changed the settings', { reason: 'billing.busy', cause: error });
  }
}
