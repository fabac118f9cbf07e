import type { Tx } from '../../base/db.ts';
import { DomainError } from '../../base/errors.ts';
import type { Actor, RecordAudit } from '../../base/http/context.ts';
import type { ContractorId } from '../../base/ids.ts';
import { findBySerial, markRevoked } from './issued-store.ts';
import type { Issued, RevocationListener } from './model.ts';

export type RevocationRequest = {
  readonly serial: string;
  readonly reason: string;
  readonly actor: Actor;
  readonly now: Temporal.Instant;
  readonly requestId?: string | undefined;
  readonly sourceIp?: string | undefined;
};

type Deps = { readonly recordAudit: RecordAudit; readonly revocations: RevocationListener };

/** Revokes one certificate and tells the listener in the same transaction. Repeating it changes nothing. */
export async function revoke(
  deps: Deps,
  tx: Tx,
  contractorId: ContractorId,
  request: RevocationRequest,
): Promise<Issued> {
  const { serial, reason, now: at } = request;
  const changed = await markRevoked(tx, contractorId, serial, { at, reason });
  const issued = await findBySerial(tx, contractorId, serial);
  if (!issued) throw new DomainError('not_found', 'no such certificate', { reason: 'certificate.unknown' });
  if (!changed) return issued;
  await deps.revocations.revoked(tx, contractorId, { serial, sha256: issued.sha256, at });
  await deps.recordAudit(tx, contractorId, {
    at,
    actor: request.actor,
    action: 'certificate.revoked',
    target: { kind: 'certificate', id: serial, name: issued.subject },
    reason,
    requestId: request.requestId,
    sourceIp: request.sourceIp,
  });
  return issued;
}
