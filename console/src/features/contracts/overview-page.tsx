import { Button, Stack } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import type { ContractOverview } from '@tsukasa/api';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { useCan } from '../../app/session.ts';
import { Page, Section } from '../../shared/page.tsx';
import { Empty, QueryStates } from '../../shared/query-states.tsx';
import { ApplicationsTable } from './applications-table.tsx';
import { Checklist } from './checklist.tsx';
import { ContractCards } from './contract-cards.tsx';
import { EntitlementsCard } from './entitlements-card.tsx';
import { Licences } from './licences.tsx';
import { Notices } from './notices.tsx';

/** "Contract and billing": what we have, what it costs, what ends when, and what is to be done. */
export function OverviewPage() {
  const { t } = useTranslation();
  const { contractorId } = useParams({ from: '/inside/c/$contractorId/contract' });
  const can = useCan(contractorId);
  const overview = useContractOverview(contractorId);
  return (
    <Page
      title={t('contracts.title')}
      text={t('contracts.text')}
      actions={
        can('contracts.apply') ? (
          <Button
            leftSection={<IconPlus size={16} aria-hidden />}
            renderRoot={(props) => <Link {...props} to="/c/$contractorId/contract/apply" params={{ contractorId }} />}
          >
            {t('contracts.apply.title')}
          </Button>
        ) : undefined
      }
    >
      <QueryStates query={overview}>{(data) => <Content overview={data} contractorId={contractorId} />}</QueryStates>
    </Page>
  );
}

export function useContractOverview(contractorId: string, enabled = true) {
  return useQuery({
    queryKey: ['contracts', contractorId, 'overview'],
    queryFn: () => call('getContractOverview', { params: { contractorId } }),
    enabled,
  });
}

function Content({ overview, contractorId }: { overview: ContractOverview; contractorId: string }) {
  const { t } = useTranslation();
  return (
    <Stack gap="md">
      <Notices overview={overview} contractorId={contractorId} />
      <Licences contractorId={contractorId} licences={overview.licences} />
      {overview.contracts.length === 0 ? (
        <Section title={t('contracts.contracts')}>
          <Empty>{t('contracts.none')}</Empty>
        </Section>
      ) : (
        <ContractCards contracts={overview.contracts} />
      )}
      <EntitlementsCard entitlements={overview.entitlements} />
      <Checklist contractorId={contractorId} entries={overview.checklist} contracts={overview.contracts} />
      <Section title={t('contracts.applications')} padding={0}>
        {overview.applications.length === 0 ? (
          <Empty>{t('contracts.noApplications')}</Empty>
        ) : (
          <ApplicationsTable applications={overview.applications} contractorId={contractorId} />
        )}
      </Section>
    </Stack>
  );
}
