import { Anchor, Group, Select, SimpleGrid, Tabs, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import type { Statement } from '@tsukasa/api';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { oneOf, present } from '../../app/search.ts';
import { DataTable } from '../../shared/data-table.tsx';
import { Day, MonthInput } from '../../shared/day.tsx';
import { PagedList, usePages } from '../../shared/list.tsx';
import { Page, Section } from '../../shared/page.tsx';
import { Empty, QueryStates } from '../../shared/query-states.tsx';
import { SearchInput } from '../../shared/search-input.tsx';
import { Yen } from '../../shared/yen.tsx';
import { monthOf } from '../contracts/search.ts';
import { InvoiceTable } from './invoice-table.tsx';
import { INVOICE_STATES } from './search.ts';

/** The contractor's invoices, and the statement of what was paid. */
export function OwnInvoicesPage() {
  const { t } = useTranslation();
  const { contractorId } = useParams({ from: '/inside/c/$contractorId/invoices' });
  const { tab } = useSearch({ from: '/inside/c/$contractorId/invoices' });
  const navigate = useNavigate({ from: '/c/$contractorId/invoices' });
  return (
    <Page title={t('billing.invoices')} text={t('billing.ownText')}>
      <Tabs
        value={tab ?? 'invoices'}
        onChange={(next) => void navigate({ search: next === 'statement' ? { tab: 'statement' } : {}, replace: true })}
      >
        <Tabs.List mb="md">
          <Tabs.Tab value="invoices">{t('billing.invoices')}</Tabs.Tab>
          <Tabs.Tab value="statement">{t('billing.statement')}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value={tab ?? 'invoices'}>
          {tab === 'statement' ? (
            <StatementView contractorId={contractorId} />
          ) : (
            <OwnInvoices contractorId={contractorId} />
          )}
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

function OwnInvoices({ contractorId }: { contractorId: string }) {
  const { t } = useTranslation();
  const pages = usePages(['billing', 'own', contractorId], (cursor, signal) =>
    call('listInvoices', { params: { contractorId }, query: { cursor, limit: 50 }, signal }),
  );
  return (
    <Section padding={0}>
      <PagedList pages={pages} empty={t('billing.noInvoices')}>
        {(rows) => <InvoiceTable rows={rows} side="own" />}
      </PagedList>
    </Section>
  );
}

function StatementView({ contractorId }: { contractorId: string }) {
  const statement = useQuery({
    queryKey: ['billing', 'statement', contractorId],
    queryFn: () => call('getStatement', { params: { contractorId } }),
  });
  return <QueryStates query={statement}>{(data) => <StatementTable statement={data} />}</QueryStates>;
}

function StatementTable({ statement }: { statement: Statement }) {
  const { t } = useTranslation();
  return (
    <>
      <SimpleGrid component="dl" m={0} mb="md" cols={{ base: 2, md: 4 }} spacing="sm">
        {(['balance', 'overdue'] as const).map((key) => (
          <div key={key} className="card" style={{ padding: '12px 16px' }}>
            <Text component="dt" size="xs" c="dimmed">
              {t(`billing.${key}`)}
            </Text>
            <Text
              component="dd"
              m={0}
              fz={22}
              fw={650}
              style={key === 'overdue' && statement.overdue > 0 ? { color: 'var(--tsukasa-bad)' } : {}}
            >
              <Yen amount={statement[key]} />
            </Text>
          </div>
        ))}
      </SimpleGrid>
      <Section padding={0}>
        {statement.entries.length === 0 ? (
          <Empty>{t('billing.noEntries')}</Empty>
        ) : (
          <DataTable
            label={t('billing.statement')}
            rows={statement.entries.map((entry, at) => ({ ...entry, at }))}
            rowKey={(entry) => String(entry.at)}
            columns={[
              { key: 'on', header: t('contracts.day'), cell: (entry) => <Day on={entry.on} /> },
              { key: 'kind', header: t('billing.entryKind'), cell: (entry) => t(`billing.entry.${entry.kind}`) },
              { key: 'number', header: t('billing.number'), cell: (entry) => entry.number },
              { key: 'text', header: t('billing.description'), cell: (entry) => entry.description },
              {
                key: 'amount',
                header: t('contracts.amount'),
                align: 'end',
                cell: (entry) => <Yen amount={entry.amount} />,
              },
              {
                key: 'balance',
                header: t('billing.balance'),
                align: 'end',
                cell: (entry) => <Yen amount={entry.balance} />,
              },
            ]}
          />
        )}
      </Section>
    </>
  );
}

/** Invoices of all contractors; what is overdue is one filter away. */
export function ProviderInvoicesPage() {
  const { t } = useTranslation();
  const search = useSearch({ from: '/inside/provider/invoices' });
  const navigate = useNavigate({ from: '/provider/invoices' });
  const change = (next: { [K in keyof typeof search]?: (typeof search)[K] | undefined }) =>
    void navigate({ search: present({ ...search, ...next }), replace: true });
  const pages = usePages(['billing', 'invoices', search], (cursor, signal) =>
    call('listAllInvoices', { query: { ...search, cursor, limit: 50 }, signal }),
  );
  return (
    <Page
      title={t('billing.invoices')}
      text={
        <Anchor
          size="sm"
          renderRoot={(props) => <Link {...props} to="/provider/invoices" search={{ state: 'overdue' }} />}
        >
          {t('billing.showOverdue')}
        </Anchor>
      }
    >
      <Group align="end" gap="sm">
        <SearchInput
          label={t('billing.searchInvoice')}
          value={search.q ?? ''}
          onChange={(q) => change({ q: q.trim() === '' ? undefined : q })}
        />
        <MonthInput
          label={t('contracts.month')}
          value={search.month ?? ''}
          onChange={(month) => change({ month: monthOf(month) })}
        />
        <Select
          label={t('common.state')}
          clearable
          w={180}
          data={INVOICE_STATES.map((value) => ({ value, label: t(`billing.invoiceState.${value}`) }))}
          value={search.state ?? null}
          onChange={(state) => change({ state: oneOf(state, INVOICE_STATES) })}
        />
      </Group>
      <Section padding={0}>
        <PagedList
          pages={pages}
          empty={Object.keys(search).length === 0 ? t('billing.noInvoices') : t('states.emptySearch')}
        >
          {(rows) => <InvoiceTable rows={rows} side="provider" />}
        </PagedList>
      </Section>
    </Page>
  );
}
