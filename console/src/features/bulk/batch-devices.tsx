import { Anchor, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ActionBatch, BatchDevice } from '@tsukasa/api';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { useNoteText, useWording } from '../../shared/codes.ts';
import { DataTable } from '../../shared/data-table.tsx';
import { PagedList, usePages } from '../../shared/list.tsx';
import { PlatformName } from '../../shared/platforms.tsx';
import { Status } from '../../shared/status.tsx';
import { DEVICE_TONE, isMoving, POLL_RUNNING } from './state.ts';

type Props = {
  readonly batch: ActionBatch;
  readonly contractorId: string;
  readonly state: BatchDevice['state'] | undefined;
  readonly word: (state: BatchDevice['state']) => string;
};

/** Device by device, live while the bulk action runs. */
export function BatchDevices({ batch, contractorId, state, word }: Props) {
  const { t } = useTranslation();
  const params = { contractorId, batchId: batch.batchId };
  const moving = isMoving(batch.state) || batch.counts.open > 0 || batch.counts.waiting > 0;
  const pages = usePages(
    ['batch-devices', contractorId, batch.batchId, state],
    (cursor, signal) =>
      call('listBatchDevices', {
        params,
        query: { state: state === undefined ? undefined : [state], cursor, limit: 100 },
        signal,
      }),
    { refetchInterval: (rows) => (moving ? (rows.length <= 200 ? POLL_RUNNING : POLL_RUNNING * 5) : false) },
  );
  return (
    <PagedList pages={pages} empty={state === undefined ? undefined : t('bulk.devicesEmpty')}>
      {(rows) => (
        <DataTable
          label={t('bulk.devices')}
          rows={rows}
          rowKey={(row) => row.deviceId}
          columns={[
            {
              key: 'device',
              header: t('fields.name'),
              cell: (row) => (
                <Anchor
                  size="sm"
                  renderRoot={(props) => (
                    <Link
                      {...props}
                      to="/c/$contractorId/devices/$deviceId"
                      params={{ contractorId, deviceId: row.deviceId }}
                      search={{ tab: 'actions' }}
                    />
                  )}
                >
                  {row.deviceName ?? t('devices.unnamed')}
                </Anchor>
              ),
            },
            {
              key: 'platform',
              header: t('fields.platform'),
              cell: (row) => <PlatformName platform={row.platform} />,
            },
            {
              key: 'state',
              header: t('common.state'),
              cell: (row) => <Status tone={DEVICE_TONE[row.state]}>{word(row.state)}</Status>,
            },
            { key: 'why', header: t('common.details'), cell: (row) => <Why row={row} /> },
          ]}
        />
      )}
    </PagedList>
  );
}

function Why({ row }: { row: BatchDevice }) {
  const { t } = useTranslation();
  const noteText = useNoteText();
  const word = useWording();
  if (row.refusal !== null) return noteText(row.refusal);
  if (row.failure !== null) return word('failure', row.failure.code);
  if (row.waitingFor === null) return '–';
  return (
    <Text component="span" size="sm" c="dimmed">
      {t('actions.waiting')}: {t(`actionStep.${row.waitingFor}`)}
    </Text>
  );
}
