import { Alert, Anchor, Button, Text } from '@mantine/core';
import { IconCalendarCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Closing } from '@tsukasa/api';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { useCan } from '../../app/session.ts';
import { DataTable } from '../../shared/data-table.tsx';
import { Month } from '../../shared/day.tsx';
import { formatNumber, useLanguage } from '../../shared/format.ts';
import { Page, Section } from '../../shared/page.tsx';
import { QueryStates } from '../../shared/query-states.tsx';
import { Status, type Tone } from '../../shared/status.tsx';
import { Time } from '../../shared/time.tsx';
import { Yen } from '../../shared/yen.tsx';

export const CLOSING_TONE: Readonly<Record<Closing['state'], Tone>> = {
  open: 'quiet',
  draft: 'active',
  issuing: 'active',
  approved: 'good',
};

export function useClosings() {
  return useQuery({
    queryKey: ['billing', 'closings'],
    queryFn: () => call('listClosings'),
    // Until the documents of an approved month are written.
    refetchInterval: ({ state }) => (state.data?.items.some((one) => one.state === 'issuing') === true ? 3_000 : false),
  });
}

/** Months in their order: closed ones, a draft, and the one that comes next. */
export function ClosingsPage() {
  const { t } = useTranslation();
  const closings = useClosings();
  const may = useCan()('provider.billing.write');
  return (
    <Page title={t('billing.closings')} text={t('billing.closingsText')}>
      <QueryStates query={closings}>
        {({ items, next }) => (
          <>
            {next === null ? (
              <Alert color="teal">{t('billing.nothingToClose')}</Alert>
            ) : (
              <Section title={t('billing.nextToClose')}>
                <Text size="lg" fw={650} mb="sm">
                  <Month of={next} />
                </Text>
                {may ? (
                  <Button
                    leftSection={<IconCalendarCheck size={16} aria-hidden />}
                    renderRoot={(props) => <Link {...props} to="/provider/closings/$month" params={{ month: next }} />}
                  >
                    {t('billing.openClosing')}
                  </Button>
                ) : null}
              </Section>
            )}
            <Section title={t('billing.months')} padding={0}>
              <QueryStates query={closings} empty={{ when: () => items.length === 0, text: t('billing.noClosings') }}>
                {() => <Closings rows={[...items].sort((a, b) => (a.month < b.month ? 1 : -1))} />}
              </QueryStates>
            </Section>
          </>
        )}
      </QueryStates>
    </Page>
  );
}

function Closings({ rows }: { rows: readonly Closing[] }) {
  const { t } = useTranslation();
  const language = useLanguage();
  return (
    <DataTable
      label={t('billing.months')}
      rows={rows}
      rowKey={(row) => row.month}
      columns={[
        {
          key: 'month',
          header: t('contracts.month'),
          cell: (row) => (
            <Anchor
              size="sm"
              fw={600}
              renderRoot={(props) => <Link {...props} to="/provider/closings/$month" params={{ month: row.month }} />}
            >
              <Month of={row.month} />
            </Anchor>
          ),
        },
        {
          key: 'state',
          header: t('common.state'),
          cell: (row) => <Status tone={CLOSING_TONE[row.state]}>{t(`billing.closingState.${row.state}`)}</Status>,
        },
        {
          key: 'contractors',
          header: t('billing.contractors'),
          align: 'end',
          cell: (row) => formatNumber(row.contractors, language),
        },
        { key: 'net', header: t('billing.net'), align: 'end', cell: (row) => <Yen amount={row.net} /> },
        { key: 'total', header: t('billing.total'), align: 'end', cell: (row) => <Yen amount={row.total} /> },
        {
          key: 'approved',
          header: t('billing.approvedAt'),
          cell: (row) =>
            row.approvedAt === null ? (
              '–'
            ) : (
              <>
                <Time at={row.approvedAt} />
                <span className="age">{row.approvedBy?.name}</span>
              </>
            ),
        },
      ]}
    />
  );
}
