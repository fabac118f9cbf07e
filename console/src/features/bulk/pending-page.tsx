import { Anchor, Box, Group, Stack, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import type { PendingDecision } from '@tsukasa/api';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { PagedList } from '../../shared/list.tsx';
import { Page, Section } from '../../shared/page.tsx';
import { TimeAgo } from '../../shared/time.tsx';
import { type Decision, DecisionPanel } from '../actions/decision-panel.tsx';
import { ACTION_ICONS } from '../actions/icons.ts';
import { usePending } from './use-pending.ts';

/** Everything that waits for a second person or a release. */
export function PendingPage() {
  const { t } = useTranslation();
  const { contractorId } = useParams({ from: '/inside/c/$contractorId/pending' });
  const pages = usePending(contractorId, true);
  return (
    <Page title={t('decision.title')} text={t('decision.text')}>
      <Section padding={0}>
        <PagedList pages={pages} empty={t('decision.empty')}>
          {(rows) => rows.map((row) => <Pending key={`${row.kind} ${row.id}`} row={row} contractorId={contractorId} />)}
        </PagedList>
      </Section>
    </Page>
  );
}

type Part = { readonly row: PendingDecision; readonly contractorId: string };
function Pending({ row, contractorId }: Part) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const what = row.type === null ? t('decision.safety') : t(`actionType.${row.type}`);
  const where = row.kind === 'safety' ? '' : (row.deviceName ?? t('bulk.count', { count: row.devices }));
  const name = where === '' ? what : `${what} – ${where}`;
  const Icon = row.type === null ? undefined : ACTION_ICONS[row.type];
  const done = async (work: Promise<unknown>) => {
    await work;
    await Promise.all(
      ['pending', 'actions', 'device-actions', 'batches', 'batch', 'safety'].map((key) =>
        client.invalidateQueries({ queryKey: [key, contractorId] }),
      ),
    );
  };
  return (
    <Box component="article" p="md" aria-label={name} style={{ borderTop: '1px solid var(--tsukasa-line)' }}>
      <Group justify="space-between" align="flex-start" mb="xs" gap="xs">
        <Group gap="xs">
          {Icon === undefined ? null : <Icon size={18} stroke={1.7} aria-hidden />}
          <Text fw={600} size="sm">
            {name}
          </Text>
          <Anchor size="sm" renderRoot={(props) => toSubject({ row, contractorId }, props)}>
            {t('decision.open')}
          </Anchor>
        </Group>
        <Text size="xs" c="dimmed">
          {t('actions.by', { name: row.askedBy.name })} · <TimeAgo at={row.askedAt} />
        </Text>
      </Group>
      <Stack gap="xs">
        {row.reason === null ? null : (
          <Text size="sm">
            {t('common.reason')}: {row.reason}
          </Text>
        )}
        <DecisionPanel
          approval={row.approval}
          hold={row.hold}
          name={name}
          about={row.kind === 'safety' ? 'safety' : 'devices'}
          onDecide={(body) => done(decide({ row, contractorId }, body))}
          onRelease={(reason) => done(release({ row, contractorId }, reason))}
        />
      </Stack>
    </Box>
  );
}

function toSubject({ row, contractorId }: Part, props: object): ReactNode {
  if (row.kind === 'batch') {
    const params = { contractorId, batchId: row.id };
    return <Link {...props} to="/c/$contractorId/bulk-actions/$batchId" params={params} />;
  }
  if (row.kind === 'safety') return <Link {...props} to="/c/$contractorId/settings" params={{ contractorId }} />;
  const search = { state: ['awaiting_approval' as const, 'held' as const] };
  return <Link {...props} to="/c/$contractorId/actions" params={{ contractorId }} search={search} />;
}

function decide({ row, contractorId }: Part, body: Decision): Promise<unknown> {
  switch (row.kind) {
    case 'batch':
      return call('decideBatch', { params: { contractorId, batchId: row.id }, body });
    case 'action':
      return call('decideAction', { params: { contractorId, actionId: row.id }, body });
    case 'safety':
      return call('decideSafetyChange', { params: { contractorId, changeId: row.id }, body });
  }
}

async function release({ row, contractorId }: Part, reason: string): Promise<void> {
  const body = { reason };
  if (row.kind === 'batch') await call('releaseBatch', { params: { contractorId, batchId: row.id }, body });
  if (row.kind === 'action') await call('releaseAction', { params: { contractorId, actionId: row.id }, body });
}
