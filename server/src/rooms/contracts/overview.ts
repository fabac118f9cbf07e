import type * as api from '@tsukasa/api';
import { charges } from '@tsukasa/terms';
import type { RequestContext } from '../../base/http/context.ts';
import type { ContractorId } from '../../base/ids.ts';
import { applicationsIn } from './applications.ts';
import type { Place } from './changes.ts';
import { checklistIn } from './checklist.ts';
import { noContract } from './contract-store.ts';
import type { EntitlementDesk } from './entitlement.ts';
import type { LedgerDeps } from './ledger.ts';
import { licencesIn } from './licences.ts';
import { dayOf } from './model.ts';
import {
  nameOf,
  presentCharge,
  presentContract,
  presentDetail,
  presentEntitlements,
  presentReasons,
} from './present.ts';
import { stateIfApplied } from './projection.ts';
import { contractIn, parseDay, parseMonth, type Read, reading } from './reading.ts';
import { underTerms } from './refusals.ts';

/** Both sides see an end coming from so many days before it. */
export const ENDING_DAYS = [60, 30, 7] as const;

export type OverviewDeps = LedgerDeps & { readonly desk: EntitlementDesk };

/** What do I have, what does it cost, when does it end, what must I do? */
export function overview(
  deps: OverviewDeps,
  contractorId: ContractorId,
  context: RequestContext,
): Promise<api.ContractOverview> {
  return reading(deps, contractorId, context.language, async (read) => {
    const { tx, book, contracts, today, now, language } = read;
    const entitled = await deps.desk.today(tx, contractorId, now);
    const shown = contracts.filter(({ history }) => stateIfApplied(book, history, today) !== undefined);
    return {
      entitlements: presentEntitlements(entitled, today, language),
      contracts: shown.map((contract) => presentContract(read, contract, today)),
      applications: await applicationsIn(read, contractorId),
      licences: licencesIn(book, contracts, today),
      checklist: await checklistIn(deps, read),
      endings: endingsIn(read),
    };
  });
}

/** What ends within the first warning, or for which notice was given. */
export function endingsIn({ book, contracts, today }: Read): api.ContractOverview['endings'] {
  return contracts.flatMap(({ contractId, contractNumber, history }) => {
    const state = stateIfApplied(book, history, today);
    if (state === undefined) return [];
    return [state, ...state.options].flatMap(({ subject, inForce, endsOn }) => {
      if (!inForce || endsOn === undefined) return [];
      const daysLeft = today.until(endsOn).days;
      const name = nameOf(book, subject, state);
      return [{ contractId, contractNumber, subject, name, endsOn: endsOn.toString(), daysLeft }];
    });
  });
}

export function getEntitlements(
  deps: OverviewDeps,
  contractorId: ContractorId,
  on: string | undefined,
  context: RequestContext,
): Promise<api.Entitlements> {
  const now = deps.clock.now();
  const day = on === undefined ? undefined : parseDay(on, '?on');
  return deps.db.asContractor(contractorId, async (tx) => {
    const answer =
      day === undefined ? await deps.desk.today(tx, contractorId, now) : await deps.desk.on(tx, contractorId, day);
    return presentEntitlements(answer, day ?? dayOf(now), context.language);
  });
}

/** Contracts as they are on a day; those not applied for by then are not there. */
export function listContracts(
  deps: LedgerDeps,
  contractorId: ContractorId,
  on: string | undefined,
  context: RequestContext,
): Promise<api.Contract[]> {
  return reading(deps, contractorId, context.language, (read) => {
    const day = on === undefined ? read.today : parseDay(on, '?on');
    return read.contracts
      .filter(({ history }) => stateIfApplied(read.book, history, day) !== undefined)
      .map((contract) => presentContract(read, contract, day));
  });
}

/** Throws `not_found`, also for a day before the contract was applied for. */
export function getContract(
  deps: LedgerDeps,
  { contractorId, contractId }: Place,
  on: string | undefined,
  context: RequestContext,
): Promise<api.ContractDetail> {
  return reading(deps, contractorId, context.language, (read) => {
    const contract = contractIn(read.contracts, contractId);
    const day = on === undefined ? read.today : parseDay(on, '?on');
    if (stateIfApplied(read.book, contract.history, day) === undefined) throw noContract();
    return presentDetail(read, contract, day);
  });
}

/** Charges of a range of months as the history gives them. Throws `invalid` for a range that is none. */
export function listCharges(
  deps: LedgerDeps,
  { contractorId, contractId }: Place,
  query: { readonly from: string; readonly to: string },
  context: RequestContext,
): Promise<{ items: api.ContractCharge[]; net: number; problems: api.Reason[] }> {
  return reading(deps, contractorId, context.language, ({ book, contracts, today, language }) => {
    const { history } = contractIn(contracts, contractId);
    const range = { from: parseMonth(query.from, '?from'), to: parseMonth(query.to, '?to') };
    const answer = underTerms('invalid', () => charges(book, history, range));
    const identity = stateIfApplied(book, history, today) ?? { item: '' };
    return {
      items: answer.charges.map((charge) => presentCharge(book, identity, charge, language)),
      net: answer.charges.reduce((sum, { amount }) => sum + amount, 0),
      problems: presentReasons(answer.problems, language),
    };
  });
}
