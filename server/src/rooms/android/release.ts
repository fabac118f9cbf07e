import { DomainError } from '../../base/errors.ts';
import type { RequestContext } from '../../base/http/context.ts';
import type { ContractorId } from '../../base/ids.ts';
import type { Parts } from './deps.ts';
import { countEnrolled, listLive, lockByName } from './device-store.ts';
import { reach } from './enterprise.ts';
import { deleteEnterpriseRow, findEnterprise } from './enterprise-store.ts';
import { explain, GoogleError } from './google/index.ts';
import { deleteEnterprise } from './google/requests.ts';
import { leave } from './intake.ts';
import { deleteTokens } from './token-store.ts';

export type Release = { readonly how: 'delete' | 'forget'; readonly reason: string };

const BATCH = 100;

/**
 * Gives up the enterprise: at Google too (`delete`), or only here (`forget`), when Google refuses or has lost it. A running
 * sign-up is ended. Devices become unmanaged here. Throws `precondition_failed` (`android.devices_left`: deleting would reset
 * them) and what Google refuses.
 */
export async function releaseEnterprise(
  parts: Parts,
  contractorId: ContractorId,
  { how, reason }: Release,
  context: RequestContext,
): Promise<void> {
  const { db, clock, google, recordAudit } = parts;
  const row = await db.asContractor(contractorId, (tx) => findEnterprise(tx, contractorId));
  if (row === undefined) throw new DomainError('not_found', 'no enterprise', { reason: 'android.not_bound' });
  if (how === 'delete' && row.enterprise_name !== null) {
    // Google deletes the devices with it, which resets them: that needs the second person and the breaker, as it does elsewhere.
    const devices = await db.asContractor(contractorId, (tx) => countEnrolled(tx, contractorId));
    if (devices > 0) {
      throw new DomainError('precondition_failed', 'devices are enrolled', {
        reason: 'android.devices_left',
        params: { devices },
      });
    }
    const found = await reach(parts, contractorId);
    if (found === undefined) {
      throw new DomainError('precondition_failed', 'the enterprise is lost', { reason: 'android.enterprise_lost' });
    }
    try {
      await google.call(found.project, 'urgent', deleteEnterprise(row.enterprise_name));
    } catch (error) {
      const gone = error instanceof GoogleError && error.kind === 'gone';
      if (!gone) throw explain(error, clock.now());
    }
  }
  await endDevices(parts, contractorId);
  await db.asContractor(contractorId, async (tx) => {
    await deleteTokens(tx, contractorId);
    await deleteEnterpriseRow(tx, contractorId);
    await recordAudit(tx, contractorId, {
      at: clock.now(),
      actor: context.actor,
      action: 'android.enterprise_released',
      target: { kind: 'android_enterprise', id: row.enterprise_name ?? contractorId, name: row.display_name ?? '' },
      reason,
      details: { how },
      requestId: context.requestId,
      sourceIp: context.sourceIp,
    });
  });
}

async function endDevices(parts: Parts, contractorId: ContractorId): Promise<void> {
  for (let some = BATCH; some === BATCH; ) {
    some = await parts.db.asContractor(contractorId, async (tx) => {
      const live = await listLive(tx, contractorId, '', BATCH);
      for (const { device_name: name } of live) {
        const known = await lockByName(tx, contractorId, name);
        if (known !== undefined && known.state !== 'gone') await leave(parts, tx, contractorId, known, 'released');
      }
      return live.length;
    });
  }
}
