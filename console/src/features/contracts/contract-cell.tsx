import { Anchor } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ContractSummary } from '@tsukasa/api';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { Day } from '../../shared/day.tsx';
import { Status } from '../../shared/status.tsx';
import { PHASE_TONE, useNames } from './names.ts';

/** Contracts by contractor, as far as they were read; `complete` when that is all of them. */
export type ContractIndex = {
  readonly byContractor: ReadonlyMap<string, readonly ContractSummary[]>;
  readonly complete: boolean;
};
const PAGES = 5;

/** Reads the first thousand contracts that the search finds, for a column beside the contractors. */
export function useContractIndex(q: string | undefined, enabled: boolean): ContractIndex | undefined {
  return useQuery({
    queryKey: ['contracts', 'index', q],
    queryFn: async ({ signal }) => {
      const byContractor = new Map<string, ContractSummary[]>();
      let cursor: string | null | undefined;
      for (let page = 0; page < PAGES && cursor !== null; page++) {
        const { items, nextCursor } = await call('listContractBook', {
          query: { q, cursor: cursor ?? undefined, limit: 200 },
          signal,
        });
        for (const one of items)
          byContractor.set(one.contractorId, [...(byContractor.get(one.contractorId) ?? []), one]);
        cursor = nextCursor;
      }
      return { byContractor, complete: cursor === null };
    },
    enabled,
  }).data;
}

/** The contracts of a contractor in short, leading to its page as a customer. */
export function ContractCell({ contractorId, index }: { contractorId: string; index: ContractIndex | undefined }) {
  const { t } = useTranslation();
  const names = useNames();
  const contracts = index?.byContractor.get(contractorId) ?? [];
  return (
    <>
      {contracts.map((one) => (
        <span key={one.contractId} style={{ display: 'block' }}>
          <Status tone={PHASE_TONE[one.phase]}>{t(`contracts.phase.${one.phase}`)}</Status>
          <span className="age">
            {names.contract(one)}
            {one.endsOn === null ? null : (
              <>
                {' '}
                – <Day on={one.endsOn} />
              </>
            )}
          </span>
        </span>
      ))}
      {contracts.length === 0 && index?.complete === true ? (
        <Status tone="quiet">{t('contracts.entitlementState.none')}</Status>
      ) : null}
      <Anchor
        size="xs"
        display="block"
        renderRoot={(props) => (
          <Link {...props} to="/provider/customers/$customerId" params={{ customerId: contractorId }} />
        )}
      >
        {t('contracts.customer.open')}
      </Anchor>
    </>
  );
}
