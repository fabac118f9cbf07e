import { Alert, Button, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconPlus } from '@tabler/icons-react';
import { Link, useParams } from '@tanstack/react-router';
import type { Dashboard } from '@tsukasa/api';
import { lazy, type ReactNode, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { useContractorName } from '../../app/contractor-switcher.tsx';
import { useCan } from '../../app/session.ts';
import { formatInstant, formatNumber, useLanguage } from '../../shared/format.ts';
import { Page, Section } from '../../shared/page.tsx';
import { PUSH_WAKES } from '../../shared/platforms.tsx';
import { Loading, QueryStates } from '../../shared/query-states.tsx';
import { Status, type Tone } from '../../shared/status.tsx';
import { Time } from '../../shared/time.tsx';
import { ContractNotices } from '../contracts/notices.tsx';
import { useEnrollmentOptions } from '../enrollment/options.ts';
import { Bars } from './bars.tsx';
import { useDashboard } from './use-dashboard.ts';

const OsChart = lazy(() => import('./os-chart.tsx'));
const SERIOUS: ReadonlySet<string> = new Set(['lost_mode', 'push_token_dead']);

/** Answers "is my fleet all right?": first in one sentence, then with what is behind it. */
export function DashboardPage() {
  const { t } = useTranslation();
  const { contractorId } = useParams({ from: '/inside/c/$contractorId/' });
  const name = useContractorName(contractorId);
  const dashboard = useDashboard(contractorId);
  return (
    <Page title={t('dashboard.title')} text={name}>
      <ContractNotices contractorId={contractorId} />
      <QueryStates query={dashboard}>{(data) => <Content data={data} contractorId={contractorId} />}</QueryStates>
    </Page>
  );
}

function Content({ data, contractorId }: { data: Dashboard; contractorId: string }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const total = data.devices.managed + data.devices.enrolling + data.devices.unmanaged;
  if (total === 0) return <Beginning contractorId={contractorId} />;
  return (
    <Stack gap="md">
      <Verdict data={data} />
      <div className="dashboard-top">
        <Section title={t('nav.devices')}>
          <Group gap={0} grow align="start">
            {(['managed', 'enrolling', 'unmanaged'] as const).map((state) => (
              <NumberLink key={state} value={data.devices[state]} label={t(`dashboard.${state}`)}>
                {(props) => (
                  <Link
                    {...props}
                    to="/c/$contractorId/devices"
                    params={{ contractorId }}
                    search={{ state: [state] }}
                  />
                )}
              </NumberLink>
            ))}
          </Group>
        </Section>
        <Section title={t('dashboard.actions')}>
          <Group gap={0} grow align="start">
            <NumberLink value={data.actions.open} label={t('dashboard.actionsOpen')}>
              {(props) => (
                <Link
                  {...props}
                  to="/c/$contractorId/actions"
                  params={{ contractorId }}
                  search={{ state: ['queued', 'sent', 'deferred'] }}
                />
              )}
            </NumberLink>
            <NumberLink value={data.actions.done24h} label={t('dashboard.actionsDone')}>
              {(props) => (
                <Link {...props} to="/c/$contractorId/actions" params={{ contractorId }} search={{ state: ['done'] }} />
              )}
            </NumberLink>
            <NumberLink
              value={data.actions.failed24h}
              label={t('dashboard.actionsFailed')}
              tone={data.actions.failed24h > 0 ? 'bad' : undefined}
            >
              {(props) => (
                <Link
                  {...props}
                  to="/c/$contractorId/actions"
                  params={{ contractorId }}
                  search={{ state: ['failed'] }}
                />
              )}
            </NumberLink>
          </Group>
        </Section>
        <Section title={t('dashboard.events')}>
          <Group gap={0} grow align="start">
            {(['alarm', 'warning'] as const).map((kind) => (
              <NumberLink
                key={kind}
                value={data.openEvents[kind]}
                label={kind === 'alarm' ? t('dashboard.alarms') : t('dashboard.warnings')}
                tone={data.openEvents[kind] > 0 ? (kind === 'alarm' ? 'bad' : 'warning') : undefined}
              >
                {(props) => <Link {...props} to="/c/$contractorId/events" params={{ contractorId }} />}
              </NumberLink>
            ))}
          </Group>
        </Section>
        {needsPush(data) ? <PushState data={data} contractorId={contractorId} /> : null}
      </div>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
        <Attention data={data} contractorId={contractorId} />
        <Section title={t('dashboard.os')}>
          <Suspense fallback={<Loading />}>
            <OsChart byOs={data.byOs} contractorId={contractorId} />
          </Suspense>
        </Section>
        <Section title={t('dashboard.contacts')}>
          <Bars rows={data.contacts.map((row) => ({ label: t(`contacts.${row.within}`), count: row.count }))} />
        </Section>
        <Section title={t('dashboard.usage')}>
          <Bars
            rows={data.byUsageMode.map((row) => ({
              label:
                row.usageMode === 'company-owned' || row.usageMode === 'personally-owned'
                  ? t(`usageMode.${row.usageMode}`)
                  : row.usageMode,
              count: row.count,
            }))}
          />
        </Section>
      </SimpleGrid>
      <Text size="xs" c="dimmed">
        {t('dashboard.asOf', { time: formatInstant(data.asOf, language) })}
      </Text>
    </Stack>
  );
}

/** Nobody without Apple devices misses a push certificate. */
function needsPush({ pushCertificate, byOs }: Dashboard): boolean {
  return pushCertificate.state !== 'missing' || byOs.some(({ osFamily }) => PUSH_WAKES.has(osFamily ?? ''));
}

function Verdict({ data }: { data: Dashboard }) {
  const { t } = useTranslation();
  const push = data.pushCertificate.state === 'ok' || !needsPush(data) ? 0 : 1;
  const kinds = data.attention.filter((a) => a.count > 0).length;
  const problems = kinds + push + (data.openEvents.alarm > 0 ? 1 : 0);
  return problems === 0 ? (
    <Alert variant="light" color="teal" icon={<IconCircleCheck aria-hidden />} title={t('dashboard.allRight')}>
      {t('dashboard.allRightText', { count: data.devices.managed })}
    </Alert>
  ) : (
    <Alert
      variant="light"
      color="yellow"
      icon={<IconAlertTriangle aria-hidden />}
      title={t('dashboard.needsAttention', { count: problems })}
    >
      {t('dashboard.needsAttentionText')}
    </Alert>
  );
}

type LinkProps = { className: string; children: ReactNode };
type NumberProps = {
  value: number;
  label: string;
  tone?: Tone | undefined;
  children: (props: LinkProps) => ReactNode;
};
/** A number that leads to what it counts. */
function NumberLink({ value, label, tone, children }: NumberProps) {
  const language = useLanguage();
  return children({
    className: 'number-link',
    children: (
      <span style={{ display: 'block', padding: '4px 6px' }}>
        <Text
          component="span"
          display="block"
          fz={26}
          fw={650}
          lh={1.2}
          className="tabular"
          style={tone === undefined ? {} : { color: `var(--tsukasa-${tone})` }}
        >
          {formatNumber(value, language)}
        </Text>
        <Text component="span" size="xs" c="dimmed" display="block">
          {label}
        </Text>
      </span>
    ),
  });
}

const PUSH_TONE = { ok: 'good', expiring: 'warning', expired: 'bad', missing: 'bad' } as const;
function PushState({ data, contractorId }: { data: Dashboard; contractorId: string }) {
  const { t } = useTranslation();
  const { state, notAfter, daysLeft } = data.pushCertificate;
  return (
    <Section title={t('dashboard.pushCertificate')}>
      <Link
        to="/c/$contractorId/push-certificate"
        params={{ contractorId }}
        className="number-link"
        style={{ padding: '4px 8px' }}
      >
        <Status tone={PUSH_TONE[state]}>{t(`push.state.${state}`)}</Status>
        <Text size="sm" mt={4}>
          {daysLeft === null ? null : t('dashboard.daysLeft', { count: daysLeft })}
        </Text>
        {notAfter === null ? null : (
          <Text size="xs" c="dimmed" component="span">
            <Time at={notAfter} day />
          </Text>
        )}
      </Link>
    </Section>
  );
}

function Attention({ data, contractorId }: { data: Dashboard; contractorId: string }) {
  const { t } = useTranslation();
  const language = useLanguage();
  return (
    <Section title={t('dashboard.attention')}>
      <Stack gap={0}>
        {data.attention.map(({ kind, count }) =>
          count === 0 ? (
            <Group key={kind} justify="space-between" px="xs" py={7}>
              <Status tone="good">{t(`attention.${kind}`)}</Status>
              <Text size="sm" c="dimmed">
                {t('dashboard.noAttention')}
              </Text>
            </Group>
          ) : (
            <Link
              key={kind}
              to="/c/$contractorId/devices"
              params={{ contractorId }}
              search={{ attention: [kind] }}
              className="number-link"
            >
              <Group justify="space-between" px="xs" py={7} wrap="nowrap">
                <Status tone={SERIOUS.has(kind) ? 'bad' : 'warning'}>{t(`attention.${kind}`)}</Status>
                <Text size="sm" fw={650} className="tabular" td="underline" style={{ whiteSpace: 'nowrap' }}>
                  {formatNumber(count, language)}
                </Text>
              </Group>
            </Link>
          ),
        )}
      </Stack>
    </Section>
  );
}

function Beginning({ contractorId }: { contractorId: string }) {
  const { t } = useTranslation();
  const may = useCan(contractorId)('enrollment.write');
  const options = useEnrollmentOptions(contractorId);
  const ready = options.data?.items.some((one) => one.ready) ?? true;
  return (
    <Section title={t('dashboard.noDevices')}>
      <Stack align="flex-start">
        <Text size="sm">{ready ? t('dashboard.noDevicesText') : t('dashboard.prepareFirst')}</Text>
        {may ? (
          <Button
            leftSection={<IconPlus size={16} aria-hidden />}
            renderRoot={(props) => <Link {...props} to="/c/$contractorId/enrollment" params={{ contractorId }} />}
          >
            {ready ? t('dashboard.inviteDevice') : t('dashboard.prepare')}
          </Button>
        ) : null}
      </Stack>
    </Section>
  );
}
