import { Anchor, Box, Button, Code, Group, SegmentedControl, Stack, Text } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import type { DeviceEvent } from '@tsukasa/api';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { present } from '../../app/search.ts';
import { useCan } from '../../app/session.ts';
import { useWording } from '../../shared/codes.ts';
import { PagedList, usePages } from '../../shared/list.tsx';
import { Page, Section } from '../../shared/page.tsx';
import { ProblemAlert } from '../../shared/problem-alert.tsx';
import { Status } from '../../shared/status.tsx';
import { TimeAgo } from '../../shared/time.tsx';

const TONE = { notice: 'quiet', warning: 'warning', alarm: 'bad' } as const;

/** What happened on the channel to the devices that somebody should look at. */
export function EventsPage() {
  const { t } = useTranslation();
  const { contractorId } = useParams({ from: '/inside/c/$contractorId/events' });
  const search = useSearch({ from: '/inside/c/$contractorId/events' });
  const navigate = useNavigate({ from: '/c/$contractorId/events' });
  const open = search.show === undefined ? true : undefined;
  const pages = usePages(
    ['events', contractorId, search],
    (cursor, signal) =>
      call('listEvents', {
        params: { contractorId },
        query: { open, deviceId: search.deviceId, cursor, limit: 50 },
        signal,
      }),
    { refetchInterval: 15_000 },
  );
  return (
    <Page title={t('events.title')} text={t('events.text')}>
      <Group>
        <SegmentedControl
          aria-label={t('common.state')}
          value={search.show ?? 'open'}
          onChange={(value) =>
            void navigate({
              search: present({ ...search, show: value === 'all' ? ('all' as const) : undefined }),
              replace: true,
            })
          }
          data={[
            { value: 'open', label: t('events.open') },
            { value: 'all', label: t('events.all') },
          ]}
        />
        {search.deviceId === undefined ? null : (
          <Button
            variant="subtle"
            onClick={() => void navigate({ search: present({ show: search.show }), replace: true })}
          >
            {t('common.clear')}
          </Button>
        )}
      </Group>
      <Section padding={0}>
        <PagedList pages={pages} empty={t(open === undefined ? 'events.emptyAll' : 'events.empty')}>
          {(rows) => rows.map((event) => <EventRow key={event.eventId} event={event} contractorId={contractorId} />)}
        </PagedList>
      </Section>
    </Page>
  );
}

function EventRow({ event, contractorId }: { event: DeviceEvent; contractorId: string }) {
  const { t } = useTranslation();
  const word = useWording();
  const client = useQueryClient();
  const may = useCan(contractorId)('events.acknowledge');
  const acknowledge = useMutation({
    mutationFn: () => call('acknowledgeEvent', { params: { contractorId, eventId: event.eventId } }),
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ['events', contractorId] }),
        client.invalidateQueries({ queryKey: ['dashboard', contractorId] }),
      ]),
  });
  const text = word('event', event.kind, event.details);
  const details = Object.entries(event.details);
  return (
    <Box component="article" p="md" style={{ borderTop: '1px solid var(--tsukasa-line)' }} aria-label={text}>
      <Group justify="space-between" align="flex-start" gap="xs">
        <Stack gap={4} flex="1 1 16rem">
          <Group gap="sm">
            <Status tone={TONE[event.severity]}>{t(`events.severity.${event.severity}`)}</Status>
            <Text fw={600} size="sm">
              {text}
            </Text>
          </Group>
          <Text size="xs" c="dimmed">
            {t('events.last')}: <TimeAgo at={event.lastAt} />
            {event.count > 1 ? (
              <>
                {' · '}
                {t('events.times', { count: event.count })} · {t('events.first')}: <TimeAgo at={event.firstAt} />
              </>
            ) : null}
          </Text>
          {details.length === 0 ? null : (
            <details>
              <summary style={{ cursor: 'pointer', fontSize: 'var(--mantine-font-size-xs)' }}>
                {t('common.details')}
              </summary>
              {details.map(([key, value]) => (
                <Text key={key} size="xs">
                  <Code>{key}</Code> {typeof value === 'string' ? value : JSON.stringify(value)}
                </Text>
              ))}
              <Text size="xs" c="dimmed">
                {event.kind}
              </Text>
            </details>
          )}
        </Stack>
        <Group gap="sm">
          {event.deviceId === null ? null : (
            <Anchor
              size="sm"
              renderRoot={(props) => (
                <Link
                  {...props}
                  to="/c/$contractorId/devices/$deviceId"
                  params={{ contractorId, deviceId: event.deviceId ?? '' }}
                />
              )}
            >
              {t('events.device')}
            </Anchor>
          )}
          {event.acknowledgedAt !== null ? (
            <Text size="xs" c="dimmed">
              {t('events.acknowledged', { by: event.acknowledgedBy ?? '–' })} · <TimeAgo at={event.acknowledgedAt} />
            </Text>
          ) : may ? (
            <Button
              size="xs"
              variant="default"
              leftSection={<IconCheck size={14} aria-hidden />}
              loading={acknowledge.isPending}
              onClick={() => acknowledge.mutate()}
            >
              {t('events.acknowledge')}
            </Button>
          ) : null}
        </Group>
      </Group>
      <ProblemAlert error={acknowledge.error} />
    </Box>
  );
}
