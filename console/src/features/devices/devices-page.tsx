import { ActionIcon, Button, Group, Menu, Stack, Text } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { IconColumns3, IconDownload, IconPlus, IconRefresh } from '@tabler/icons-react';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, urlOf } from '../../app/api.ts';
import { useCan } from '../../app/session.ts';
import { useLanguage } from '../../shared/format.ts';
import { Page } from '../../shared/page.tsx';
import { QueryStates } from '../../shared/query-states.tsx';
import { SearchInput } from '../../shared/search-input.tsx';
import { TimeAgo } from '../../shared/time.tsx';
import { BulkBar } from '../bulk/bulk-bar.tsx';
import { ChooseAll } from '../bulk/choose-all.tsx';
import { NONE, type Selection } from '../bulk/selection.ts';
import { ActiveFilters, FilterButton } from './filters.tsx';
import { DeviceCards, DeviceTable } from './rows.tsx';
import { COLUMNS, type ColumnKey, columnsOf, countFilters, type DeviceSearch, filtersOf } from './search.ts';

const PAGE = 100;
/** So many pages are read again by themselves; who has scrolled further asks for it, and sees how old the list is. */
const FOLLOWED = 2;

/** The fleet: search, filters, sorting and columns live in the URL; rows come by cursor while one scrolls. */
export function DevicesPage() {
  const { t } = useTranslation();
  const { contractorId } = useParams({ from: '/inside/c/$contractorId/devices' });
  const search = useSearch({ from: '/inside/c/$contractorId/devices' });
  const navigate = useNavigate({ from: '/c/$contractorId/devices' });
  const can = useCan(contractorId);
  const narrow = useMediaQuery('(max-width: 48em)', false, { getInitialValueInEffect: false });
  const filters = useMemo(() => filtersOf(search), [search]);
  const pages = useInfiniteQuery({
    queryKey: ['devices', contractorId, filters],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      call('listDevices', { params: { contractorId }, query: { ...filters, cursor: pageParam, limit: PAGE }, signal }),
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    placeholderData: keepPreviousData,
    // All pages read so far would be read again: a list that one comes back to stays as it was for a while.
    staleTime: 300_000,
    refetchOnWindowFocus: false,
    refetchInterval: ({ state }) => ((state.data?.pages.length ?? 0) <= FOLLOWED ? 30_000 : false),
  });
  const mayAct = can('actions.refresh');
  const [selection, setSelection] = useState<Selection>(NONE);
  const rows = useMemo(() => pages.data?.pages.flatMap((page) => page.items) ?? [], [pages.data]);
  const total = pages.data?.pages[0]?.total;
  // "All that match" means what the list shows: with another filter it would mean other devices.
  useEffect(() => setSelection((now) => (now.kind === 'all' && now.filter !== filters ? NONE : now)), [filters]);
  const change = (next: Partial<{ [K in keyof DeviceSearch]: DeviceSearch[K] | undefined }>) =>
    void navigate({ search: clean({ ...search, ...next }), replace: true });
  const columns = columnsOf(search);
  const filtered = countFilters(search) > 0 || search.q !== undefined;
  const list = {
    rows,
    total: total ?? rows.length,
    contractorId,
    more: pages.hasNextPage && !pages.isFetchingNextPage ? () => void pages.fetchNextPage() : undefined,
    fetchingMore: pages.isFetchingNextPage,
    ...(mayAct ? { selection, onSelect: setSelection } : {}),
  };
  return (
    <Page
      title={t('devices.title')}
      actions={
        <>
          {can('devices.export') ? <ExportLink contractorId={contractorId} search={search} columns={columns} /> : null}
          {can('enrollment.write') ? (
            <Button
              leftSection={<IconPlus size={16} aria-hidden />}
              renderRoot={(props) => <Link {...props} to="/c/$contractorId/enrollment" params={{ contractorId }} />}
            >
              {t('devices.invite')}
            </Button>
          ) : null}
        </>
      }
    >
      <Stack gap="sm">
        <Group gap="xs">
          <SearchInput
            label={t('devices.search')}
            value={search.q ?? ''}
            onChange={(q) => change({ q: q.trim() === '' ? undefined : q })}
          />
          <FilterButton contractorId={contractorId} search={search} onChange={change} sortable={narrow === true} />
          {narrow === true ? null : (
            <ColumnChooser columns={columns} onChange={(next) => change({ columns: next?.join(',') })} />
          )}
        </Group>
        <ActiveFilters search={search} onChange={change} />
        <ListState total={total} readAt={pages.dataUpdatedAt} onReload={() => void pages.refetch()} />
        {mayAct ? (
          <ChooseAll rows={rows} total={list.total} filters={filters} selection={selection} onChange={setSelection} />
        ) : null}
        <QueryStates
          query={pages}
          empty={{ when: () => rows.length === 0, text: filtered ? t('states.emptySearch') : t('devices.empty') }}
        >
          {() =>
            narrow === true ? (
              <DeviceCards {...list} />
            ) : (
              <DeviceTable
                {...list}
                columns={columns}
                search={search}
                onSort={(sort, order) => change({ sort, order })}
              />
            )
          }
        </QueryStates>
        {mayAct ? (
          <BulkBar contractorId={contractorId} selection={selection} total={list.total} onChange={setSelection} />
        ) : null}
      </Stack>
    </Page>
  );
}

type StateProps = { total: number | undefined; readAt: number; onReload: () => void };
/** How many there are, and how old that is. */
function ListState({ total, readAt, onReload }: StateProps) {
  const { t } = useTranslation();
  return (
    <Group gap="xs" mih={28}>
      <Text size="sm" c="dimmed" role="status" className="tabular">
        {total === undefined ? '' : t('common.total', { count: total })}
      </Text>
      {total === undefined ? null : (
        <>
          <Text size="sm" c="dimmed">
            {t('devices.readAt')}: <TimeAgo at={new Date(readAt).toISOString()} />
          </Text>
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={t('devices.reload')}
            title={t('devices.reload')}
            onClick={onReload}
          >
            <IconRefresh size={16} aria-hidden />
          </ActionIcon>
        </>
      )}
    </Group>
  );
}

function clean(search: { [K in keyof DeviceSearch]: DeviceSearch[K] | undefined }): DeviceSearch {
  return Object.fromEntries(
    Object.entries(search).filter(([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0)),
  ) as DeviceSearch;
}

type ExportProps = { contractorId: string; search: DeviceSearch; columns: readonly ColumnKey[] };
function ExportLink({ contractorId, search, columns }: ExportProps) {
  const { t } = useTranslation();
  const language = useLanguage();
  const href = urlOf('exportDevices', {
    params: { contractorId },
    query: { ...filtersOf(search), columns: columns.join(','), language },
  });
  return (
    <Button
      variant="default"
      component="a"
      href={href}
      download
      title={t('devices.exportHint')}
      leftSection={<IconDownload size={16} aria-hidden />}
    >
      {t('devices.export')}
    </Button>
  );
}

type ColumnProps = { columns: readonly ColumnKey[]; onChange: (columns: ColumnKey[] | undefined) => void };
function ColumnChooser({ columns, onChange }: ColumnProps) {
  const { t } = useTranslation();
  return (
    <Menu closeOnItemClick={false} position="bottom-end">
      <Menu.Target>
        <Button variant="default" leftSection={<IconColumns3 size={16} aria-hidden />}>
          {t('devices.columns')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown mah={420} style={{ overflowY: 'auto' }}>
        {COLUMNS.filter((column) => column !== 'name').map((column) => {
          const shown = columns.includes(column);
          return (
            <Menu.CheckboxItem
              key={column}
              checked={shown}
              onChange={() => onChange(COLUMNS.filter((c) => (c === column ? !shown : columns.includes(c))))}
            >
              {t(`fields.${column}`)}
            </Menu.CheckboxItem>
          );
        })}
        <Menu.Divider />
        <Menu.Item onClick={() => onChange(undefined)}>{t('devices.resetColumns')}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
