import { Accordion, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { MANAGEMENT_STATES, SUPPORT_STATES, USAGE_MODES } from '@tsukasa/api';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { oneOf } from '../../app/search.ts';
import { ja } from '../../locales/ja.ts';
import { useWording } from '../../shared/codes.ts';
import { DataTable } from '../../shared/data-table.tsx';
import { formatBytes, formatPercent, useLanguage } from '../../shared/format.ts';
import { PagedList, usePages } from '../../shared/list.tsx';
import { Section } from '../../shared/page.tsx';
import { QueryStates } from '../../shared/query-states.tsx';
import { Time, TimeAgo } from '../../shared/time.tsx';
import type { DevicePart } from './observed.tsx';

type FieldKey = keyof typeof ja.fields;
const isField = (name: string): name is FieldKey => Object.hasOwn(ja.fields, name);

/** A value of the history as the device page shows it. */
function useValueText(): (field: string, value: unknown) => string {
  const { t } = useTranslation();
  const language = useLanguage();
  return (field, value) => {
    if (value === null || value === undefined) return '–';
    if (typeof value === 'boolean') return value ? t('common.yes') : t('common.no');
    if (typeof value === 'number' && field.endsWith('Bytes')) return formatBytes(value, language);
    if (typeof value === 'number' && field === 'batteryLevel') return formatPercent(value, language);
    const state = field === 'managementState' ? oneOf(value, MANAGEMENT_STATES) : undefined;
    if (state !== undefined) return t(`managementState.${state}`);
    const mode = field === 'usageMode' ? oneOf(value, USAGE_MODES) : undefined;
    if (mode !== undefined) return t(`usageMode.${mode}`);
    const support = field === 'support' ? oneOf(value, SUPPORT_STATES) : undefined;
    if (support !== undefined) return t(`support.${support}`);
    return typeof value === 'string' ? value : JSON.stringify(value);
  };
}

/** What changed when, and the last reports as the device sent them. */
export function History({ device, contractorId }: DevicePart) {
  const { t } = useTranslation();
  const params = { contractorId, deviceId: device.deviceId };
  const changes = usePages(['device-changes', contractorId, device.deviceId], (cursor, signal) =>
    call('listDeviceChanges', { params, query: { cursor, limit: 50 }, signal }),
  );
  const reports = useQuery({
    queryKey: ['device-reports', contractorId, device.deviceId],
    queryFn: () => call('listDeviceReports', { params }),
  });
  const show = useValueText();
  const word = useWording();
  return (
    <Stack>
      <Section title={t('device.history')} padding={0}>
        <PagedList pages={changes} empty={t('device.historyEmpty')}>
          {(rows) => (
            <DataTable
              label={t('device.history')}
              rows={rows}
              rowKey={(row) => row.changeId}
              columns={[
                { key: 'when', header: t('device.when'), cell: (row) => <Time at={row.at} /> },
                {
                  key: 'field',
                  header: t('device.field'),
                  cell: (row) => (isField(row.field) ? t(`fields.${row.field}`) : row.field),
                },
                { key: 'old', header: t('device.oldValue'), cell: (row) => show(row.field, row.oldValue) },
                { key: 'new', header: t('device.newValue'), cell: (row) => show(row.field, row.newValue) },
                { key: 'source', header: t('device.source'), cell: (row) => word('source', row.source) },
              ]}
            />
          )}
        </PagedList>
      </Section>
      <Section title={t('device.raw_reports')}>
        <QueryStates
          query={reports}
          empty={{ when: (page) => page.items.length === 0, text: t('device.reportsEmpty') }}
        >
          {({ items }) => (
            <Accordion variant="separated" chevronPosition="left">
              {items.map((report) => (
                <Accordion.Item key={report.section} value={report.section}>
                  <Accordion.Control>
                    {word('section', report.section)} · <TimeAgo at={report.reportedAt} />
                  </Accordion.Control>
                  <Accordion.Panel>
                    {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
                    <pre className="code" tabIndex={0}>
                      {JSON.stringify(report.body, null, 2)}
                    </pre>
                  </Accordion.Panel>
                </Accordion.Item>
              ))}
            </Accordion>
          )}
        </QueryStates>
      </Section>
    </Stack>
  );
}
