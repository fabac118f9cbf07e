import { Button, Code, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, type Output } from '../../app/api.ts';
import { useCan } from '../../app/session.ts';
import { ConfirmDanger } from '../../shared/confirm-danger.tsx';
import { DataTable } from '../../shared/data-table.tsx';
import { Section } from '../../shared/page.tsx';
import { QueryStates } from '../../shared/query-states.tsx';
import { Status } from '../../shared/status.tsx';
import { Time } from '../../shared/time.tsx';
import type { DevicePart } from './observed.tsx';

type Identity = Output<'listIdentities'>['items'][number];
const TONE = { reserved: 'active', issued: 'good', revoked: 'bad' } as const;

/** The identity certificates issued to the device, and the way to refuse one. */
export function Identities({ device, contractorId }: DevicePart) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const can = useCan(contractorId);
  const [revoking, setRevoking] = useState<string>();
  const key = ['identities', contractorId, device.deviceId];
  const identities = useQuery({
    queryKey: key,
    queryFn: () => call('listIdentities', { params: { contractorId, deviceId: device.deviceId } }),
  });
  const day = (at: string | null) => (at === null ? '–' : <Time at={at} day />);
  return (
    <Section>
      <Text size="sm" mb="sm">
        {t('device.identitiesText')}
      </Text>
      <QueryStates query={identities} empty={{ when: (page) => page.items.length === 0, text: undefined }}>
        {({ items }) => (
          <DataTable
            label={t('device.identities')}
            rows={items}
            rowKey={(row) => row.serial}
            columns={[
              { key: 'serial', header: t('device.serial'), cell: (row) => <Code>{row.serial}</Code> },
              {
                key: 'state',
                header: t('common.state'),
                cell: (row) => <Status tone={TONE[row.state]}>{t(`device.identityState.${row.state}`)}</Status>,
              },
              { key: 'subject', header: t('device.subject'), cell: (row) => row.subject },
              { key: 'issued', header: t('device.issued'), cell: (row) => day(row.issuedAt) },
              { key: 'until', header: t('device.validUntil'), cell: (row) => day(row.notAfter) },
              {
                key: 'revoked',
                header: t('device.revoked'),
                cell: (row) => (
                  <>
                    {day(row.revokedAt)}
                    {row.revocationReason === null ? null : <span className="age">{row.revocationReason}</span>}
                  </>
                ),
              },
            ]}
            {...(can('certificates.revoke')
              ? {
                  actions: (row: Identity) =>
                    row.state === 'issued' ? (
                      <Button
                        size="compact-sm"
                        variant="default"
                        aria-label={`${t('device.revoke')}: ${row.serial}`}
                        onClick={() => setRevoking(row.serial)}
                      >
                        {t('device.revoke')}
                      </Button>
                    ) : null,
                }
              : {})}
          />
        )}
      </QueryStates>
      <ConfirmDanger
        opened={revoking !== undefined}
        title={t('device.revokeTitle')}
        text={t('device.revokeText')}
        confirm={t('device.revoke')}
        withReason
        onClose={() => setRevoking(undefined)}
        onConfirm={async (reason) => {
          await call('revokeIdentity', { params: { contractorId, serial: revoking ?? '' }, body: { reason } });
          await client.invalidateQueries({ queryKey: key });
        }}
      />
    </Section>
  );
}
