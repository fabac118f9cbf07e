import type { DeviceExportQuery } from '@tsukasa/api';
import type { Static } from 'typebox';
import { DomainError } from '../../base/errors.ts';
import type { RecordAudit, RequestContext } from '../../base/http/context.ts';
import type { ContractorId } from '../../base/ids.ts';
import { csvHead, csvLine, parseColumns } from './csv.ts';
import { countDevices, type ListDeps, resolveSearch, selectDevices, summaries } from './device-list.ts';
import type { Position } from './sorting.ts';

/** Most rows of one export. Our choice: the text is about 20 MB then. */
export const MOST_EXPORTED = 100_000;
const BATCH = 2000;

/**
 * The list as CSV, read in batches of 2,000 rows so that neither the database nor the event loop is held for long. Who
 * took which devices' facts out is audited. Throws `too_large` above 100,000 rows, `invalid` for an unknown column.
 */
export async function exportDevices(
  deps: ListDeps & { readonly recordAudit: RecordAudit },
  contractorId: ContractorId,
  { columns, language, ...query }: Static<typeof DeviceExportQuery>,
  context: RequestContext,
): Promise<string> {
  const chosen = parseColumns(columns);
  const tongue = language ?? context.language;
  const search = await deps.db.asContractor(contractorId, async (tx) => {
    const resolved = await resolveSearch(deps, tx, contractorId, query);
    const count = await countDevices(tx, resolved);
    if (count > MOST_EXPORTED) {
      throw new DomainError('too_large', 'more devices than one export may have', {
        reason: 'devices.export_too_large',
        params: { count, most: MOST_EXPORTED },
      });
    }
    const { actor, requestId, sourceIp } = context;
    const target = { kind: 'contractor', id: contractorId, name: '' };
    const details = { count, columns: chosen, query };
    const entry = { at: deps.clock.now(), actor, action: 'devices.exported', target, details, requestId, sourceIp };
    await deps.recordAudit(tx, contractorId, entry);
    return resolved;
  });
  const parts = [csvHead(chosen, tongue)];
  for (let after: Position | undefined, written = 0; written < MOST_EXPORTED; written += BATCH) {
    const from = after;
    const devices = await deps.db.asContractor(contractorId, async (tx) => {
      const rows = await selectDevices(tx, search, from, BATCH);
      const last = rows.length === BATCH ? rows.at(-1) : undefined;
      after = last === undefined ? undefined : { value: last.position, id: last.device_id };
      return summaries(deps, tx, contractorId, rows);
    });
    parts.push(devices.map((device) => csvLine(chosen, tongue, device)).join(''));
    if (after === undefined) break;
  }
  return parts.join('');
}
