import type * as api from '@tsukasa/api';
import { effectiveFacts } from '@tsukasa/terms';
import type { ApplicationRecord } from './application-store.ts';
import type { ContractRecord } from './model.ts';
import type { Shown } from './present.ts';
import { pricesOf } from './prices.ts';

/** An application with what its contract's history says became of it. */
export function presentApplication(
  shown: Shown & { readonly contracts: readonly ContractRecord[]; readonly today: Temporal.PlainDate },
  record: ApplicationRecord,
): api.Application {
  const { applicationId } = record;
  const contract = shown.contracts.find(({ contractId }) => contractId === record.contractId);
  const facts = effectiveFacts(contract?.history ?? []);
  const accepted = facts.find((fact) => fact.type === 'accepted' && fact.application === applicationId);
  const refused = facts.find((fact) => fact.type === 'refused' && fact.application === applicationId);
  const quoted = facts.findLast((fact) => fact.type === 'quoted' && fact.application === applicationId);
  const day = accepted?.on ?? shown.today;
  return {
    applicationId,
    contractorId: record.contractorId,
    contractorName: shown.customer.name,
    contractId: record.contractId,
    contractNumber: contract?.contractNumber ?? '',
    state: record.state,
    content: record.content,
    channel: record.channel,
    arrivedOn: record.arrivedOn.toString(),
    documentId: record.documentId ?? null,
    note: record.note,
    price: pricesOf(shown.book, contract?.history ?? [], applicationId, day, shown.language),
    quoteValidUntil: quoted?.type === 'quoted' ? (quoted.validUntil?.toString() ?? null) : null,
    refusal: refused?.type === 'refused' ? { reason: refused.reason, clause: refused.clause ?? null } : null,
    acceptedOn: accepted?.on.toString() ?? null,
    startOn: accepted?.type === 'accepted' ? accepted.startOn.toString() : null,
    recordedAt: record.recordedAt.toString(),
    recordedBy: record.actor,
  };
}
