import { Code, SimpleGrid, Stack, Title } from '@mantine/core';
import type { DeviceDetail } from '@tsukasa/api';
import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';
import { hasWording, useNoteText, useWording } from '../../shared/codes.ts';
import { Section } from '../../shared/page.tsx';
import { TimeAgo } from '../../shared/time.tsx';
import type { DeviceFacts } from './observed.tsx';

/** Facts in the platform's own terms, by group. A code that is not known here is shown as it came, in monospace. */
export function Details({ device }: { device: DeviceFacts }) {
  const { t } = useTranslation();
  const word = useWording();
  if (device.details.length === 0) return null;
  const groups = Map.groupBy(device.details, ({ group }) => group);
  return (
    <Section title={t('device.details')}>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        {[...groups].map(([group, details]) => (
          <Stack key={group} gap={4} component="section">
            <Title order={3} size="h6">
              {hasWording('detailGroup', group) ? word('detailGroup', group) : <Code>{group}</Code>}
            </Title>
            <dl className="facts">
              {details.map((detail) => (
                <Detail key={`${detail.code} ${detail.of ?? ''}`} detail={detail} />
              ))}
            </dl>
          </Stack>
        ))}
      </SimpleGrid>
    </Section>
  );
}

function Detail({ detail }: { detail: DeviceDetail }) {
  const word = useWording();
  const noteText = useNoteText();
  const { code, of, meaning, at } = detail;
  return (
    <Fragment>
      <dt title={code}>
        {hasWording('detail', code) ? word('detail', code) : <Code>{code}</Code>}
        {of === undefined ? null : <span className="age">{of}</span>}
      </dt>
      <dd>
        {meaning === undefined ? <Value value={detail.value} /> : noteText(meaning)}
        <span className="age">
          {meaning === undefined ? null : (
            <>
              <Code>{String(detail.value)}</Code>{' '}
            </>
          )}
          {at === null ? null : <TimeAgo at={at} />}
        </span>
      </dd>
    </Fragment>
  );
}

function Value({ value }: { value: DeviceDetail['value'] }) {
  const { t } = useTranslation();
  if (typeof value === 'boolean') return value ? t('common.yes') : t('common.no');
  if (Array.isArray(value)) {
    return value.length === 0 ? (
      '–'
    ) : (
      <ul style={{ margin: 0, paddingInlineStart: 18 }}>
        {value.map((one) => (
          <li key={one}>{one}</li>
        ))}
      </ul>
    );
  }
  return value === '' ? '–' : String(value);
}
