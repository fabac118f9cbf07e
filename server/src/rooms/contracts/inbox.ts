import type * as api from '@tsukasa/api';
import { Type } from 'typebox';
import type { RequestContext } from '../../base/http/context.ts';
import { defineCursor } from '../../base/http/cursor.ts';
import type { ContractorId } from '../../base/ids.ts';
import { searchKey } from '../../base/search-key.ts';
import { type ApplicationState, listInbox } from './application-store.ts';
import { listBook } from './contract-store.ts';
import { selectContracts } from './fact-store.ts';
import type { LedgerDeps } from './ledger.ts';
import { dayOf } from './model.ts';
import { presentApplication } from './present-application.ts';

const UUID = Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' });
const bookCursor = defineCursor(Type.Tuple([Type.String({ maxLength: 40 })]));
const inboxCursor = defineCursor(Type.Tuple([Type.String({ format: 'date-time' }), UUID]));

type Page = { readonly cursor?: string; readonly limit?: number };

function wordsOf(typed: string | undefined): readonly string[] {
  return [...new Set((typed ?? '').split(/\s+/u).map((word) => searchKey(word)))].filter((word) => word !== '');
}

/** The book of contracts, by number. */
export function listContractBook(
  deps: LedgerDeps,
  query: Page & {
    readonly q?: string;
    readonly phase?: api.ContractPhase;
    readonly kind?: string;
    readonly endingWithinDays?: number;
  },
): Promise<{ items: api.ContractSummary[]; nextCursor: string | null; total: number }> {
  const limit = query.limit ?? 50;
  const [after] = bookCursor.decode(query.cursor) ?? [];
  const today = dayOf(deps.clock.now());
  const { endingWithinDays: days } = query;
  const filter = {
    words: wordsOf(query.q),
    phase: query.phase,
    kind: query.kind,
    endsUntil: days === undefined ? undefined : today.add({ days }),
    today,
  };
  return deps.db.asProvider(async (tx) => {
    const { rows, total } = await listBook(tx, filter, { after, limit: limit + 1 });
    const shown = rows.slice(0, limit);
    const last = rows.length > limit ? shown.at(-1) : undefined;
    return {
      items: shown.map((row) => ({
        contractId: row.contract_id,
        contractNumber: row.contract_number,
        contractorId: row.contractor_id,
        contractorName: row.name,
        contractorNameKana: row.name_kana,
        item: row.item,
        kind: row.kind,
        phase: row.phase,
        startOn: row.start_on?.toString() ?? null,
        endsOn: row.ends_on?.toString() ?? null,
        options: row.options.map((option) => ({ ...option })),
      })),
      nextCursor: last === undefined ? null : bookCursor.encode([last.contract_number]),
      total,
    };
  });
}

/** Applications of all contractors, newest first. */
export function listApplicationInbox(
  deps: LedgerDeps,
  query: Page & { readonly q?: string; readonly state?: ApplicationState },
  context: RequestContext,
): Promise<{ items: api.Application[]; nextCursor: string | null; total: number }> {
  const limit = query.limit ?? 50;
  const position = inboxCursor.decode(query.cursor);
  const after = position && { at: position[0], id: position[1] };
  const today = dayOf(deps.clock.now());
  const filter = { state: query.state, words: wordsOf(query.q) };
  return deps.db.asProvider(async (tx) => {
    const { applications, total } = await listInbox(tx, filter, { after, limit: limit + 1 });
    const shown = applications.slice(0, limit);
    const last = applications.length > limit ? shown.at(-1) : undefined;
    const { book } = await deps.books.current(tx);
    const ids: readonly ContractorId[] = [...new Set(shown.map(({ contractorId }) => contractorId))];
    const contracts = await selectContracts(tx, ids);
    const items: api.Application[] = [];
    for (const record of shown) {
      const { contractorId } = record;
      const customer = (await deps.findCustomer(tx, contractorId)) ?? { contractorId, name: '', nameKana: '' };
      const own = { book, customer, contracts: contracts.get(contractorId) ?? [], today, language: context.language };
      items.push(presentApplication(own, record));
    }
    const nextCursor = last === undefined ? null : inboxCursor.encode([last.recordedAt.toString(), last.applicationId]);
    return { items, nextCursor, total };
  });
}
