import type { Contractor, ContractorSettings, contractorRoutes } from '@tsukasa/api';
import { Type } from 'typebox';
import type { Tx } from '../../base/db.ts';
import { DomainError } from '../../base/errors.ts';
import type { Handlers, RequestContext } from '../../base/http/context.ts';
import { defineCursor } from '../../base/http/cursor.ts';
import { type ContractorId, newId, parseUuid } from '../../base/ids.ts';
import {
  findContractor,
  insertContractor,
  listContractors,
  lockContractor,
  mergeSettings,
  readSettings,
  updateContractor,
} from './contractors-store.ts';
import type { AccountsDeps } from './deps.ts';
import { checkSettings } from './model.ts';
import { authorOf, type Fact, record } from './trail.ts';

type Routes = Omit<typeof contractorRoutes, 'getDashboard' | 'getProviderStatus'>;

const cursor = defineCursor(Type.Object({ name: Type.String(), contractorId: Type.String({ format: 'uuid' }) }));

export function contractorHandlers(deps: AccountsDeps): Handlers<Routes> {
  const { db } = deps;
  return {
    listContractors: async ({ query }) => {
      const { q, limit = 50 } = query;
      const after = cursor.decode(query.cursor);
      const { items, total } = await db.asProvider((tx) => listContractors(tx, { q, after, limit: limit + 1 }));
      const shown = items.slice(0, limit);
      const last = shown.at(-1);
      const more = items.length > limit && last !== undefined;
      const nextCursor = more ? cursor.encode({ name: last.name, contractorId: last.contractorId }) : null;
      return { items: shown, nextCursor, total };
    },
    createContractor: ({ body }, context) => create(deps, body, context),
    changeContractor: ({ params, body }, context) =>
      change(deps, parseUuid(params.contractorId, 'contractorId'), body, context),
    getContractor: ({ params }) => {
      const contractorId = parseUuid<'Contractor'>(params.contractorId, 'contractorId');
      return db.asContractor(contractorId, (tx) => detail(tx, contractorId));
    },
    changeContractorSettings: ({ params, body }, context) =>
      changeSettings(deps, parseUuid(params.contractorId, 'contractorId'), body, context),
  };
}

function target({ contractorId, name }: Pick<Contractor, 'contractorId' | 'name'>): Fact['target'] {
  return { kind: 'contractor', id: contractorId, name };
}

function existing(contractor: Contractor | undefined): Contractor {
  if (!contractor) {
    throw new DomainError('not_found', 'there is no such contractor', { reason: 'contractor.unknown' });
  }
  return contractor;
}

async function create(
  deps: AccountsDeps,
  request: { readonly name: string; readonly nameKana?: string },
  context: RequestContext,
): Promise<Contractor> {
  const now = deps.clock.now();
  const contractorId = newId<'Contractor'>();
  const { name, nameKana = '' } = request;
  return deps.db.asContractor(contractorId, async (tx) => {
    await insertContractor(tx, { contractorId, name, nameKana, now });
    const fact = { action: 'contractor.created', target: target({ contractorId, name }), details: { nameKana } };
    await record(deps, tx, [contractorId, 'provider'], authorOf(context), fact);
    return existing(await findContractor(tx, contractorId));
  });
}

type Change = { readonly name?: string; readonly nameKana?: string; readonly state?: 'active' | 'suspended' };

async function change(
  deps: AccountsDeps,
  contractorId: ContractorId,
  wanted: Change,
  context: RequestContext,
): Promise<Contractor> {
  return deps.db.asContractor(contractorId, async (tx) => {
    const before = existing(await lockContractor(tx, contractorId));
    const { name = before.name, nameKana = before.nameKana, state = before.state } = wanted;
    const after = { name, nameKana, state };
    const details = changes(before, after);
    if (Object.keys(details).length === 0) return before;
    await updateContractor(tx, contractorId, { ...after, now: deps.clock.now() });
    const action =
      state === before.state ? 'contractor.renamed' : `contractor.${state === 'suspended' ? 'suspended' : 'resumed'}`;
    const fact = { action, target: target({ contractorId, name }), details };
    await record(deps, tx, [contractorId, 'provider'], authorOf(context), fact);
    return existing(await findContractor(tx, contractorId));
  });
}

/** Each field that differs, as `{ from, to }`. */
function changes<T extends object>(before: T & object, after: Partial<T>): Readonly<Record<string, unknown>> {
  const old = new Map<string, unknown>(Object.entries(before));
  const differing = Object.entries(after).filter(([field, to]) => to !== undefined && old.get(field) !== to);
  return Object.fromEntries(differing.map(([field, to]) => [field, { from: old.get(field), to }]));
}

async function detail(tx: Tx, contractorId: ContractorId) {
  const contractor = existing(await findContractor(tx, contractorId));
  return { contractor, settings: await readSettings(tx, contractorId) };
}

async function changeSettings(
  deps: AccountsDeps,
  contractorId: ContractorId,
  wanted: Partial<ContractorSettings>,
  context: RequestContext,
) {
  checkSettings(wanted);
  return deps.db.asContractor(contractorId, async (tx) => {
    const contractor = existing(await lockContractor(tx, contractorId));
    const details = changes(await readSettings(tx, contractorId), wanted);
    if (Object.keys(details).length > 0) {
      await mergeSettings(tx, contractorId, wanted, deps.clock.now());
      const fact = { action: 'contractor.settings_changed', target: target(contractor), details };
      await record(deps, tx, [contractorId], authorOf(context), fact);
    }
    return detail(tx, contractorId);
  });
}
