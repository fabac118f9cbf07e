import { Button, Group, Select, Stack, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { ACTION_STATES, type ActionBatch, BATCH_DEVICE_STATES, type BatchDevice } from '@tsukasa/api';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { oneOf, present } from '../../app/search.ts';
import { useCan } from '../../app/session.ts';
import { BackLink } from '../../shared/back-link.tsx';
import { ConfirmDanger } from '../../shared/confirm-danger.tsx';
import { Fact } from '../../shared/fact.tsx';
import { Page, Section } from '../../shared/page.tsx';
import { QueryStates } from '../../shared/query-states.tsx';
import { Status } from '../../shared/status.tsx';
import { Time } from '../../shared/time.tsx';
import { DecisionPanel } from '../actions/decision-panel.tsx';
import { BatchDevices } from './batch-devices.tsx';
import { CountsBar } from './counts-bar.tsx';
import { BATCH_TONE, isMoving, POLL_RUNNING } from './state.ts';

/** One bulk action: who asked what and why, what waits for whom, and how far each device has come. */
export function BatchPage() {
  const { t } = useTranslation();
  const { contractorId, batchId } = useParams({ from: '/inside/c/$contractorId/bulk-actions/$batchId' });
  const batch = useQuery({
    queryKey: ['batch', contractorId, batchId],
    queryFn: () => call('getBatch', { params: { contractorId, batchId } }),
    refetchInterval: ({ state }) => (state.data === undefined || isMoving(state.data.state) ? POLL_RUNNING : 30_000),
  });
  const title =
    batch.data === undefined
      ? t('bulk.title')
      : t('bulk.detail', { action: t(`actionType.${batch.data.type}`), count: batch.data.total });
  return (
    <Page
      title={title}
      above={
        <BackLink text={t('bulk.title')}>
          {(props) => <Link {...props} to="/c/$contractorId/bulk-actions" params={{ contractorId }} />}
        </BackLink>
      }
      actions={batch.data === undefined ? undefined : <Cancel batch={batch.data} contractorId={contractorId} />}
    >
      <QueryStates query={batch}>{(data) => <Content batch={data} contractorId={contractorId} />}</QueryStates>
    </Page>
  );
}

type Part = { readonly batch: ActionBatch; readonly contractorId: string };
function Content({ batch, contractorId }: Part) {
  const { t } = useTranslation();
  const refresh = useRefresh(batch, contractorId);
  const params = { contractorId, batchId: batch.batchId };
  return (
    <Stack gap="md">
      {batch.approval === null && batch.hold === null ? null : (
        <DecisionPanel
          approval={batch.approval}
          hold={batch.hold}
          name={t('bulk.detail', { action: t(`actionType.${batch.type}`), count: batch.total })}
          onDecide={async (body) => {
            await call('decideBatch', { params, body });
            await refresh();
          }}
          onRelease={async (reason) => {
            await call('releaseBatch', { params, body: { reason } });
            await refresh();
          }}
        />
      )}
      <Section
        title={t('bulk.progress')}
        aside={<Status tone={BATCH_TONE[batch.state]}>{t(`bulk.state.${batch.state}`)}</Status>}
      >
        <CountsBar batch={batch} />
        <dl className="facts" style={{ marginTop: 12 }}>
          <Fact label={t('bulk.total')}>{t('bulk.count', { count: batch.total })}</Fact>
          <Fact label={t('bulk.askedBy')}>{batch.askedBy.name}</Fact>
          <Fact label={t('bulk.askedAt')}>
            <Time at={batch.askedAt} />
          </Fact>
          <Fact label={t('common.reason')}>{batch.reason ?? '–'}</Fact>
          <Params params={batch.params} />
        </dl>
      </Section>
      <Devices batch={batch} contractorId={contractorId} />
    </Stack>
  );
}

function Params({ params }: { params: ActionBatch['params'] }) {
  const { t } = useTranslation();
  const entries = Object.entries(params);
  if (entries.length === 0) return null;
  return (
    <Fact label={t('actions.parameters')}>
      {entries.map(([key, value]) => (
        <Text key={key} size="sm">
          {key}: {typeof value === 'string' ? value : JSON.stringify(value)}
        </Text>
      ))}
    </Fact>
  );
}

function Devices({ batch, contractorId }: Part) {
  const { t } = useTranslation();
  const { state } = useSearch({ from: '/inside/c/$contractorId/bulk-actions/$batchId' });
  const navigate = useNavigate({ from: '/c/$contractorId/bulk-actions/$batchId' });
  const word = useDeviceState();
  return (
    <Section
      title={t('bulk.devices')}
      padding={0}
      aside={
        <Select
          aria-label={t('bulk.filter')}
          placeholder={t('common.all')}
          clearable
          w={220}
          data={BATCH_DEVICE_STATES.map((value) => ({ value, label: word(value) }))}
          value={state ?? null}
          onChange={(value) =>
            void navigate({ search: present({ state: oneOf(value, BATCH_DEVICE_STATES) }), replace: true })
          }
        />
      }
    >
      <BatchDevices batch={batch} contractorId={contractorId} state={state} word={word} />
    </Section>
  );
}

function useDeviceState(): (state: BatchDevice['state']) => string {
  const { t } = useTranslation();
  return (state) => {
    const known = oneOf(state, ACTION_STATES);
    if (known !== undefined) return t(`actionState.${known}`);
    return state === 'waiting' ? t('bulk.deviceState.waiting') : t('bulk.deviceState.skipped');
  };
}

function useRefresh(batch: ActionBatch, contractorId: string) {
  const client = useQueryClient();
  return () =>
    Promise.all([
      client.invalidateQueries({ queryKey: ['batch', contractorId, batch.batchId] }),
      client.invalidateQueries({ queryKey: ['batch-devices', contractorId, batch.batchId] }),
      client.invalidateQueries({ queryKey: ['batches', contractorId] }),
      client.invalidateQueries({ queryKey: ['pending', contractorId] }),
    ]);
}

function Cancel({ batch, contractorId }: Part) {
  const { t } = useTranslation();
  const refresh = useRefresh(batch, contractorId);
  const [asking, setAsking] = useState(false);
  if (!useCan(contractorId)('actions.cancel') || !batch.cancellable) return null;
  return (
    <Group>
      <Button variant="default" onClick={() => setAsking(true)}>
        {t('bulk.cancel')}
      </Button>
      <ConfirmDanger
        opened={asking}
        title={t('bulk.cancel')}
        text={t('bulk.cancelText')}
        confirm={t('bulk.cancel')}
        danger={false}
        onClose={() => setAsking(false)}
        onConfirm={async () => {
          await call('cancelBatch', { params: { contractorId, batchId: batch.batchId }, body: {} });
          await refresh();
        }}
      />
    </Group>
  );
}
