import { Stack, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { DataTable } from '../../shared/data-table.tsx';
import { formatBytes, useLanguage } from '../../shared/format.ts';
import { Section } from '../../shared/page.tsx';
import { Empty, QueryStates } from '../../shared/query-states.tsx';
import { Status } from '../../shared/status.tsx';
import { Time, TimeAgo } from '../../shared/time.tsx';
import type { DevicePart } from './observed.tsx';

function Reported({ at, count, children }: { at: string | null; count: number; children: ReactNode }) {
  const { t } = useTranslation();
  if (at === null) return <Empty>{t('device.neverReported')}</Empty>;
  return (
    <Stack gap="xs">
      <Text size="sm" c="dimmed">
        {t('common.total', { count })} · <TimeAgo at={at} />
      </Text>
      {count === 0 ? <Empty /> : children}
    </Stack>
  );
}

export function Apps({ device, contractorId }: DevicePart) {
  const { t } = useTranslation();
  const language = useLanguage();
  const [filter, setFilter] = useState('');
  const apps = useQuery({
    queryKey: ['device-apps', contractorId, device.deviceId],
    queryFn: () => call('listDeviceApps', { params: { contractorId, deviceId: device.deviceId } }),
  });
  const wanted = filter.trim().toLowerCase();
  return (
    <Section>
      {device.usageMode === 'personally-owned' ? (
        <Text size="sm" mb="sm">
          {t('device.appsPersonal')}
        </Text>
      ) : null}
      <QueryStates query={apps}>
        {({ reportedAt, items }) => (
          <Reported at={reportedAt} count={items.length}>
            <TextInput
              type="search"
              aria-label={t('device.filterApps')}
              placeholder={t('device.filterApps')}
              maw={360}
              value={filter}
              onChange={(event) => setFilter(event.currentTarget.value)}
            />
            <DataTable
              label={t('device.apps')}
              rows={items.filter((app) => `${app.name ?? ''} ${app.identifier}`.toLowerCase().includes(wanted))}
              rowKey={(app) => app.identifier}
              columns={[
                { key: 'name', header: t('common.name'), cell: (app) => app.name ?? app.identifier },
                { key: 'identifier', header: t('device.identifier'), cell: (app) => app.identifier },
                {
                  key: 'version',
                  header: t('device.version'),
                  cell: (app) => app.shortVersion ?? app.version ?? '–',
                },
                {
                  key: 'managed',
                  header: t('common.state'),
                  cell: (app) =>
                    app.managed === null ? (
                      '–'
                    ) : (
                      <Status tone={app.managed ? 'good' : 'quiet'}>
                        {app.managed ? t('device.managedApp') : t('device.unmanagedApp')}
                      </Status>
                    ),
                },
                {
                  key: 'size',
                  header: t('device.size'),
                  align: 'end',
                  cell: (app) => (app.bundleBytes === null ? '–' : formatBytes(app.bundleBytes, language)),
                },
              ]}
            />
          </Reported>
        )}
      </QueryStates>
    </Section>
  );
}

export function Profiles({ device, contractorId }: DevicePart) {
  const { t } = useTranslation();
  const profiles = useQuery({
    queryKey: ['device-profiles', contractorId, device.deviceId],
    queryFn: () => call('listDeviceProfiles', { params: { contractorId, deviceId: device.deviceId } }),
  });
  return (
    <Section>
      <QueryStates query={profiles}>
        {({ reportedAt, items }) => (
          <Reported at={reportedAt} count={items.length}>
            <DataTable
              label={t('device.profiles')}
              rows={items}
              rowKey={(profile) => profile.uuid}
              columns={[
                { key: 'name', header: t('common.name'), cell: (p) => p.displayName ?? p.identifier },
                { key: 'identifier', header: t('device.identifier'), cell: (p) => p.identifier },
                {
                  key: 'managed',
                  header: t('common.state'),
                  cell: (p) =>
                    p.managed === null ? (
                      '–'
                    ) : (
                      <Status tone={p.managed ? 'good' : 'quiet'}>
                        {p.managed ? t('device.managedApp') : t('device.unmanagedApp')}
                      </Status>
                    ),
                },
                { key: 'payloads', header: t('device.payloads'), cell: (p) => p.payloadTypes.join(', ') },
              ]}
            />
          </Reported>
        )}
      </QueryStates>
    </Section>
  );
}

export function Certificates({ device, contractorId }: DevicePart) {
  const { t } = useTranslation();
  const certificates = useQuery({
    queryKey: ['device-certificates', contractorId, device.deviceId],
    queryFn: () => call('listDeviceCertificates', { params: { contractorId, deviceId: device.deviceId } }),
  });
  return (
    <Section>
      <QueryStates query={certificates}>
        {({ reportedAt, items }) => (
          <Reported at={reportedAt} count={items.length}>
            <DataTable
              label={t('device.certificates')}
              rows={items}
              rowKey={(certificate) => certificate.sha256}
              columns={[
                {
                  key: 'name',
                  header: t('common.name'),
                  cell: (c) => c.commonName ?? c.subject ?? c.sha256.slice(0, 16),
                },
                { key: 'issuer', header: t('device.issuer'), cell: (c) => c.issuer ?? '–' },
                {
                  key: 'until',
                  header: t('device.validUntil'),
                  cell: (c) => (c.notAfter === null ? '–' : <Time at={c.notAfter} day />),
                },
                {
                  key: 'identity',
                  header: t('device.identityCertificate'),
                  cell: (c) => (c.identity === null ? '–' : c.identity ? t('common.yes') : t('common.no')),
                },
              ]}
            />
          </Reported>
        )}
      </QueryStates>
    </Section>
  );
}
