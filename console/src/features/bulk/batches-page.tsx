import { Anchor } from '@mantine/core';
import { Link, useParams } from '@tanstack/react-router';
import type { ActionBatch } from '@tsukasa/api';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { DataTable } from '../../shared/data-table.tsx';
import { PagedList, usePages } from '../../shared/list.tsx';
import { Page, Section } from '../../shared/page.tsx';
import { Status } from '../../shared/status.tsx';
import { TimeAgo } from '../../shared/time.tsx';
import { CountsBar } from './counts-bar.tsx';
import { BATCH_TONE, isMoving, POLL_RUNNING } from './state.ts';

/** Bulk actions, newest first. */
export function BatchesPage() {
  const { t } = useTranslation();
  const { contractorId } = useParams({ from: '/inside/c/$contractorId/bulk-actions' });
  const pages = usePages(
    ['batches', contractorId],
    (cursor, signal) => call('listBatches', { params: { contractorId }, query: { cursor, limit: 50 }, signal }),
    { refetchInterval: (rows) => (rows.some(({ state }) => isMoving(state)) ? POLL_RUNNING * 2 : 15_000) },
  );
  return (
    <Page title={t('bulk.title')} text={t('bulk.text')}>
      <Section padding={0}>
        <PagedList pages={pages} empty={t('bulk.empty')}>
          {(rows) => <Batches rows={rows} contractorId={contractorId} />}
        </PagedList>
      </Section>
    </Page>
  );
}

function Batches({ rows, contractorId }: { rows: readonly ActionBatch[]; contractorId: string }) {
  const { t } = useTranslation();
  return (
    <DataTable
      label={t('bulk.title')}
      rows={rows}
      rowKey={(row) => row.batchId}
      columns={[
        {
          key: 'action',
          header: t('bulk.action'),
          cell: (row) => (
            <Anchor
              size="sm"
              fw={600}
              renderRoot={(props) => (
                <Link
                  {...props}
                  to="/c/$contractorId/bulk-actions/$batchId"
                  params={{ contractorId, batchId: row.batchId }}
                />
              )}
            >
              {t('bulk.detail', { action: t(`actionType.${row.type}`), count: row.total })}
            </Anchor>
          ),
        },
        {
          key: 'state',
          header: t('common.state'),
          cell: (row) => <Status tone={BATCH_TONE[row.state]}>{t(`bulk.state.${row.state}`)}</Status>,
        },
        { key: 'progress', header: t('bulk.progress'), cell: (row) => <CountsBar batch={row} legend={false} /> },
        { key: 'by', header: t('bulk.askedBy'), cell: (row) => row.askedBy.name },
        { key: 'at', header: t('bulk.askedAt'), cell: (row) => <TimeAgo at={row.askedAt} /> },
        { key: 'reason', header: t('common.reason'), cell: (row) => row.reason ?? '–' },
      ]}
    />
  );
}
