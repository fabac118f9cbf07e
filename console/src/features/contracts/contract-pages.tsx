import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useCan } from '../../app/session.ts';
import { BackLink } from '../../shared/back-link.tsx';
import { ContractView } from './contract-view.tsx';

/** A contract as its contractor sees it. */
export function OwnContractPage() {
  const { t } = useTranslation();
  const { contractorId, contractId } = useParams({ from: '/inside/c/$contractorId/contract/$contractId' });
  const { on } = useSearch({ from: '/inside/c/$contractorId/contract/$contractId' });
  const navigate = useNavigate({ from: '/c/$contractorId/contract/$contractId' });
  return (
    <ContractView
      side="own"
      contractorId={contractorId}
      contractId={contractId}
      on={on}
      onDay={(day) => void navigate({ search: day === undefined ? {} : { on: day }, replace: true })}
      above={
        <BackLink text={t('contracts.title')}>
          {(props) => <Link {...props} to="/c/$contractorId/contract" params={{ contractorId }} />}
        </BackLink>
      }
      applyForOptions={(props) => (
        <Link {...props} to="/c/$contractorId/contract/apply" params={{ contractorId }} search={{ contractId }} />
      )}
    />
  );
}

/** The same as the provider's staff see it. */
export function ProviderContractPage() {
  const { t } = useTranslation();
  const { customerId: contractorId, contractId } = useParams({
    from: '/inside/provider/contracts/$customerId/$contractId',
  });
  const { on } = useSearch({ from: '/inside/provider/contracts/$customerId/$contractId' });
  const navigate = useNavigate({ from: '/provider/contracts/$customerId/$contractId' });
  const can = useCan();
  return (
    <ContractView
      side="provider"
      contractorId={contractorId}
      contractId={contractId}
      on={on}
      onDay={(day) => void navigate({ search: day === undefined ? {} : { on: day }, replace: true })}
      above={
        <BackLink text={t('contracts.customer.title')}>
          {(props) => <Link {...props} to="/provider/customers/$customerId" params={{ customerId: contractorId }} />}
        </BackLink>
      }
      applyForOptions={
        can('provider.contracts.write')
          ? (props) => (
              <Link
                {...props}
                to="/provider/customers/$customerId/apply"
                params={{ customerId: contractorId }}
                search={{ contractId }}
              />
            )
          : undefined
      }
    />
  );
}
