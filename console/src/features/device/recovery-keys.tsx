import { Button, Code, Stack, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { RecoveryKey } from '@tsukasa/api';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { useCan } from '../../app/session.ts';
import { ConfirmDanger } from '../../shared/confirm-danger.tsx';
import { DataTable } from '../../shared/data-table.tsx';
import { OnceModal } from '../../shared/once-modal.tsx';
import { Section } from '../../shared/page.tsx';
import { QueryStates } from '../../shared/query-states.tsx';
import { Status } from '../../shared/status.tsx';
import { Time, TimeAgo } from '../../shared/time.tsx';
import type { DevicePart } from './observed.tsx';

/** Recovery keys in custody. A key is read with a reason and a proof of the reader, and is not kept on the page. */
export function RecoveryKeys({ device, contractorId }: DevicePart) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const may = useCan(contractorId)('recovery_keys.read');
  const params = { contractorId, deviceId: device.deviceId };
  const queryKey = ['recovery-keys', contractorId, device.deviceId];
  const keys = useQuery({ queryKey, queryFn: () => call('listRecoveryKeys', { params }) });
  const [asking, setAsking] = useState<RecoveryKey>();
  const [shown, setShown] = useState<{ readonly protectorId: string; readonly recoveryPassword: string }>();
  return (
    <Section title={t('recovery.title')}>
      <Text size="sm" mb="sm">
        {t('recovery.text')}
      </Text>
      <QueryStates query={keys} empty={{ when: ({ items }) => items.length === 0, text: t('recovery.empty') }}>
        {({ items }) => <Keys items={items} onRead={may ? setAsking : undefined} />}
      </QueryStates>
      <ConfirmDanger
        opened={asking !== undefined}
        title={t('recovery.read')}
        text={
          <Stack gap="xs">
            <span>{t('recovery.readText')}</span>
            <span>
              {t('recovery.volume')} {asking?.volume} · {t('recovery.protectorId')} <Code>{asking?.protectorId}</Code>
            </span>
          </Stack>
        }
        confirm={t('recovery.read')}
        withReason
        onClose={() => setAsking(undefined)}
        onConfirm={async (reason) => {
          if (asking === undefined) return;
          const { recoveryKeyId } = asking;
          setShown(await call('readRecoveryKey', { params: { ...params, recoveryKeyId }, body: { reason } }));
          await client.invalidateQueries({ queryKey });
        }}
      />
      {shown === undefined ? null : (
        <OnceModal
          title={t('recovery.title')}
          text={`${t('recovery.protectorId')}: ${shown.protectorId}`}
          label={t('recovery.value')}
          value={shown.recoveryPassword}
          onClose={() => setShown(undefined)}
        >
          <Text size="sm">{t('recovery.rotateAfter')}</Text>
        </OnceModal>
      )}
    </Section>
  );
}

type KeysProps = {
  readonly items: readonly RecoveryKey[];
  readonly onRead: ((key: RecoveryKey) => void) | undefined;
};
function Keys({ items, onRead }: KeysProps) {
  const { t } = useTranslation();
  return (
    <DataTable
      label={t('recovery.title')}
      rows={items}
      rowKey={(row) => row.recoveryKeyId}
      columns={[
        { key: 'volume', header: t('recovery.volume'), cell: (row) => row.volume },
        { key: 'id', header: t('recovery.protectorId'), cell: (row) => <Code>{row.protectorId}</Code> },
        {
          key: 'state',
          header: t('common.state'),
          cell: (row) => (
            <Status tone={row.state === 'current' ? 'good' : 'quiet'}>
              {t(`recovery.state.${row.state}`)}
              {row.supersededAt === null ? null : (
                <>
                  {' '}
                  (<TimeAgo at={row.supersededAt} />)
                </>
              )}
            </Status>
          ),
        },
        { key: 'at', header: t('recovery.escrowedAt'), cell: (row) => <Time at={row.escrowedAt} /> },
        {
          key: 'read',
          header: t('recovery.lastRead'),
          cell: (row) =>
            row.lastReadAt === null ? (
              t('recovery.neverRead')
            ) : (
              <>
                <Time at={row.lastReadAt} />
                <span className="age">{row.lastReadBy}</span>
              </>
            ),
        },
      ]}
      {...(onRead === undefined
        ? {}
        : {
            actions: (row: RecoveryKey) => (
              <Button
                size="compact-sm"
                variant="default"
                aria-label={`${t('recovery.read')}: ${row.volume} ${row.protectorId}`}
                onClick={() => onRead(row)}
              >
                {t('recovery.read')}
              </Button>
            ),
          })}
    />
  );
}
