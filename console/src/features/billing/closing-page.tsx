import { Alert, Button, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconInfoCircle } from '@tabler/icons-react';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import type { Closing } from '@tsukasa/api';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { useCan } from '../../app/session.ts';
import { BackLink } from '../../shared/back-link.tsx';
import { ConfirmDanger } from '../../shared/confirm-danger.tsx';
import { formatMonth } from '../../shared/day.tsx';
import { formatNumber, useLanguage } from '../../shared/format.ts';
import { Page, Section } from '../../shared/page.tsx';
import { ProblemAlert } from '../../shared/problem-alert.tsx';
import { Empty, QueryStates } from '../../shared/query-states.tsx';
import { SearchInput } from '../../shared/search-input.tsx';
import { Status } from '../../shared/status.tsx';
import { TimeAgo } from '../../shared/time.tsx';
import { formatYen } from '../../shared/yen.tsx';
import { ClosingRows } from './closing-rows.tsx';
import { CLOSING_TONE, useClosings } from './closings-page.tsx';

/** One month: what closing it issues, how that differs from the month before, and the approval. */
export function ClosingPage() {
  const { t } = useTranslation();
  const language = useLanguage();
  const { month } = useParams({ from: '/inside/provider/closings/$month' });
  const closings = useClosings();
  const listed = closings.data?.items.find((one) => one.month === month);
  return (
    <Page
      title={t('billing.closingOf', { month: formatMonth(month, language) })}
      above={<BackLink text={t('billing.closings')}>{(props) => <Link {...props} to="/provider/closings" />}</BackLink>}
    >
      <QueryStates query={closings}>
        {() => <Content key={month} month={month} kept={listed !== undefined && listed.state !== 'open'} />}
      </QueryStates>
    </Page>
  );
}

/** Asks for what is kept (a draft or an approved closing), or for what closing now would issue. */
function useRows(month: string, kept: boolean, q: string | undefined) {
  return useInfiniteQuery({
    queryKey: ['billing', 'closing', month, kept, q],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      kept
        ? call('getClosing', { params: { month }, query: { q, cursor: pageParam, limit: 50 }, signal })
        : call('previewClosing', { params: { month }, query: { cursor: pageParam, limit: 50 }, signal }),
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    refetchInterval: ({ state }) => (state.data?.pages[0]?.closing.state === 'issuing' ? 3_000 : false),
  });
}

function Content({ month, kept }: { month: string; kept: boolean }) {
  const { t } = useTranslation();
  const { q } = useSearch({ from: '/inside/provider/closings/$month' });
  const navigate = useNavigate({ from: '/provider/closings/$month' });
  const pages = useRows(month, kept, q);
  return (
    <QueryStates query={pages}>
      {({ pages: loaded }) => {
        const closing = loaded[0]?.closing;
        const rows = loaded.flatMap((page) => page.rows);
        return (
          <Stack gap="md">
            {closing === undefined ? null : <Summary closing={closing} kept={kept} />}
            {kept ? (
              <SearchInput
                label={t('billing.searchContractor')}
                value={q ?? ''}
                onChange={(next) => void navigate({ search: next.trim() === '' ? {} : { q: next }, replace: true })}
              />
            ) : null}
            {rows.length === 0 ? (
              <Section>
                <Empty>{q === undefined ? t('billing.nothingThisMonth') : t('states.emptySearch')}</Empty>
              </Section>
            ) : (
              <ClosingRows rows={rows} />
            )}
            {pages.hasNextPage ? (
              <Group justify="center">
                <Button variant="default" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
                  {t('common.loadMore')}
                </Button>
              </Group>
            ) : null}
          </Stack>
        );
      }}
    </QueryStates>
  );
}

function Summary({ closing, kept }: { closing: Closing; kept: boolean }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const change = closing.net - closing.previousNet;
  const numbers = [
    [t('billing.contractors'), formatNumber(closing.contractors, language)],
    [t('billing.net'), formatYen(closing.net, language)],
    [t('billing.tax'), formatYen(closing.tax, language)],
    [t('billing.total'), formatYen(closing.total, language)],
    [t('billing.fromLastMonth'), `${change > 0 ? '+' : ''}${formatYen(change, language)}`],
  ] as const;
  return (
    <Section
      title={t('billing.summary')}
      aside={<Status tone={CLOSING_TONE[closing.state]}>{t(`billing.closingState.${closing.state}`)}</Status>}
    >
      <SimpleGrid component="dl" m={0} cols={{ base: 2, md: 5 }} spacing="sm">
        {numbers.map(([label, value]) => (
          <div key={label}>
            <Text component="dt" size="xs" c="dimmed">
              {label}
            </Text>
            <Text component="dd" m={0} fz={20} fw={650} className="tabular">
              {value}
            </Text>
          </div>
        ))}
      </SimpleGrid>
      {closing.draftedAt === null ? null : (
        <Text size="xs" c="dimmed" mt="xs">
          {t('billing.draftedBy', { name: closing.draftedBy?.name ?? '' })} <TimeAgo at={closing.draftedAt} />
          {closing.approvedAt === null ? null : (
            <>
              {' · '}
              {t('billing.approvedBy', { name: closing.approvedBy?.name ?? '' })} <TimeAgo at={closing.approvedAt} />
            </>
          )}
        </Text>
      )}
      {closing.problems === 0 ? null : (
        <Alert
          mt="sm"
          color="red"
          icon={<IconAlertTriangle aria-hidden />}
          title={t('billing.problems', { count: closing.problems })}
        >
          {t('billing.problemsText')}
        </Alert>
      )}
      {closing.state === 'approved' || closing.state === 'issuing' ? (
        <Group mt="sm">
          <Button
            variant="default"
            size="sm"
            renderRoot={(props) => <Link {...props} to="/provider/invoices" search={{ month: closing.month }} />}
          >
            {t('billing.toInvoices')}
          </Button>
        </Group>
      ) : (
        <Steps closing={closing} kept={kept} />
      )}
    </Section>
  );
}

/** Draft first, look at it, then approve: what is issued is what was looked at. */
function Steps({ closing, kept }: { closing: Closing; kept: boolean }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const client = useQueryClient();
  const can = useCan();
  const [approving, setApproving] = useState(false);
  const { month, fingerprint } = closing;
  const refresh = () => client.invalidateQueries({ queryKey: ['billing'] });
  const draft = useMutation({ mutationFn: () => call('draftClosing', { params: { month } }), onSuccess: refresh });
  return (
    <>
      {kept ? null : (
        <Alert mt="sm" color="blue" icon={<IconInfoCircle aria-hidden />}>
          {t('billing.previewNote')}
        </Alert>
      )}
      <ProblemAlert error={draft.error} />
      <Group mt="sm">
        {can('provider.billing.write') ? (
          <Button variant={kept ? 'default' : 'filled'} loading={draft.isPending} onClick={() => draft.mutate()}>
            {kept ? t('billing.draftAgain') : t('billing.draft')}
          </Button>
        ) : null}
        {kept && fingerprint !== null && can('provider.billing.approve') ? (
          <Button disabled={closing.problems > 0} onClick={() => setApproving(true)}>
            {t('billing.approve')}
          </Button>
        ) : null}
      </Group>
      <ConfirmDanger
        opened={approving}
        title={t('billing.approve')}
        text={t('billing.approveText', {
          month: formatMonth(month, language),
          contractors: formatNumber(closing.contractors, language),
          total: formatYen(closing.total, language),
        })}
        confirm={t('billing.approve')}
        danger={false}
        onClose={() => setApproving(false)}
        onConfirm={async () => {
          await call('approveClosing', { params: { month }, body: { fingerprint: fingerprint ?? '' } });
          await refresh();
        }}
      />
    </>
  );
}
