import { Anchor, Group, Select } from '@mantine/core';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { APPLICATION_STATES, type Application } from '@tsukasa/api';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { oneOf, present } from '../../app/search.ts';
import { DataTable } from '../../shared/data-table.tsx';
import { Day } from '../../shared/day.tsx';
import { PagedList, usePages } from '../../shared/list.tsx';
import { Page, Section } from '../../shared/page.tsx';
import { SearchInput } from '../../shared/search-input.tsx';
import { Status } from '../../shared/status.tsx';
import { APPLICATION_TONE, useContentText } from './applications-table.tsx';

/** Applications of all contractors, what waits for an answer among them. */
export function InboxPage() {
  const { t } = useTranslation();
  const { q, state } = useSearch({ from: '/inside/provider/applications' });
  const navigate = useNavigate({ from: '/provider/applications' });
  const pages = usePages(
    ['contracts', 'inbox', q, state],
    (cursor, signal) => call('listApplicationInbox', { query: { q, state, cursor, limit: 50 }, signal }),
    { refetchInterval: 30_000 },
  );
  return (
    <Page title={t('contracts.inbox.title')} text={t('contracts.inbox.text')}>
      <Group align="end" gap="sm">
        <SearchInput
          label={t('contracts.inbox.search')}
          value={q ?? ''}
          onChange={(next) =>
            void navigate({ search: present({ state, q: next.trim() === '' ? undefined : next }), replace: true })
          }
        />
        <Select
          label={t('common.state')}
          w={190}
          clearable
          data={APPLICATION_STATES.map((value) => ({ value, label: t(`contracts.applicationState.${value}`) }))}
          value={state ?? null}
          onChange={(next) =>
            void navigate({ search: present({ q, state: oneOf(next, APPLICATION_STATES) }), replace: true })
          }
        />
      </Group>
      <Section padding={0}>
        <PagedList
          pages={pages}
          empty={q === undefined && state === undefined ? t('contracts.inbox.empty') : t('states.emptySearch')}
        >
          {(rows) => <Inbox rows={rows} />}
        </PagedList>
      </Section>
    </Page>
  );
}

/** Applications as the provider sees them, each leading to its page. */
export function Inbox({ rows, own = false }: { rows: readonly Application[]; own?: boolean }) {
  const { t } = useTranslation();
  const text = useContentText();
  return (
    <DataTable
      label={t('contracts.inbox.title')}
      rows={rows}
      rowKey={(row) => row.applicationId}
      columns={[
        {
          key: 'what',
          header: t('contracts.apply.what'),
          cell: (row) => (
            <>
              <Anchor
                size="sm"
                fw={600}
                renderRoot={(props) => (
                  <Link
                    {...props}
                    to="/provider/applications/$customerId/$applicationId"
                    params={{ customerId: row.contractorId, applicationId: row.applicationId }}
                  />
                )}
              >
                {text(row.content)}
              </Anchor>
              <span className="age">{row.contractNumber}</span>
            </>
          ),
        },
        ...(own
          ? []
          : [{ key: 'contractor', header: t('contracts.contractor'), cell: (row: Application) => row.contractorName }]),
        {
          key: 'state',
          header: t('common.state'),
          cell: (row) => (
            <Status tone={APPLICATION_TONE[row.state]}>{t(`contracts.applicationState.${row.state}`)}</Status>
          ),
        },
        { key: 'arrived', header: t('contracts.apply.arrivedOn'), cell: (row) => <Day on={row.arrivedOn} /> },
        { key: 'start', header: t('contracts.apply.startOn'), cell: startCell },
        { key: 'channel', header: t('contracts.channel'), cell: (row) => t(`contracts.channels.${row.channel}`) },
      ]}
    />
  );
}

function startCell({ startOn, content }: Application) {
  return <Day on={startOn ?? (content.type === 'change' ? null : (content.startOn ?? null))} />;
}
