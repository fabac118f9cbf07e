import { Box, Group, Text, UnstyledButton } from '@mantine/core';
import { IconArrowDown, IconArrowsSort, IconArrowUp } from '@tabler/icons-react';
import { Link, useElementScrollRestoration, useNavigate } from '@tanstack/react-router';
import { useVirtualizer, useWindowVirtualizer } from '@tanstack/react-virtual';
import { DEVICE_SORTS, type DeviceSummary } from '@tsukasa/api';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { PlatformIcon } from '../../shared/platforms.tsx';
import { Status } from '../../shared/status.tsx';
import { TimeAgo } from '../../shared/time.tsx';
import { useChoosing } from '../bulk/choosing.tsx';
import type { Selection } from '../bulk/selection.ts';
import { deviceName, MANAGEMENT_TONE, useCell } from './cells.tsx';
import type { ColumnKey, DeviceSearch } from './search.ts';

type ListProps = {
  readonly rows: readonly DeviceSummary[];
  readonly total: number;
  readonly contractorId: string;
  /** Asks for the next page; absent when there is none or it is on its way. */
  readonly more: (() => void) | undefined;
  readonly fetchingMore: boolean;
  /** Which rows are chosen; absent where nothing can be done with several. */
  readonly selection?: Selection;
  readonly onSelect?: (selection: Selection) => void;
};
type SortKey = (typeof DEVICE_SORTS)[number];
type TableProps = ListProps & {
  readonly columns: readonly ColumnKey[];
  readonly search: DeviceSearch;
  readonly onSort: (sort: SortKey, order: 'asc' | 'desc') => void;
};
const ROW = 44;
/** Three lines that never wrap: a fixed height, so that one comes back to the same place. */
const CARD = 90;

/** A real table in a scrolling box; only the rows in sight exist, the rest is two spacer rows. */
export function DeviceTable(props: TableProps) {
  const { rows, total, contractorId, more, fetchingMore, columns, search, onSort } = props;
  const { t } = useTranslation();
  const navigate = useNavigate();
  const cell = useCell();
  const choose = useChoosing(props);
  const span = columns.length + (choose === undefined ? 0 : 1);
  const box = useRef<HTMLDivElement>(null);
  const restored = useElementScrollRestoration({ id: 'devices' });
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW,
    overscan: 12,
    ...(restored === undefined ? {} : { initialOffset: restored.scrollY }),
  });
  const items = virtual.getVirtualItems();
  useMoreAtEnd(items.at(-1)?.index, rows.length, more);
  const before = items[0]?.start ?? 0;
  const after = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  return (
    <Box className="card" style={{ overflow: 'hidden' }}>
      <section
        ref={box}
        data-scroll-restoration-id="devices"
        aria-label={t('devices.table')}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        tabIndex={0}
        style={{ overflow: 'auto', maxHeight: 'max(320px, calc(100dvh - 290px))' }}
      >
        <table
          className="device-table"
          aria-rowcount={total + 1}
          aria-label={t('devices.table')}
          aria-busy={fetchingMore}
        >
          <thead>
            <tr aria-rowindex={1}>
              {choose === undefined ? null : (
                <th scope="col" className="choose">
                  {choose.header}
                </th>
              )}
              {columns.map((column) => (
                <HeaderCell key={column} column={column} search={search} onSort={onSort} />
              ))}
            </tr>
          </thead>
          <tbody>
            <Spacer height={before} span={span} />
            {items.map(({ index }) => {
              const device = rows[index];
              if (device === undefined) return null;
              const params = { contractorId, deviceId: device.deviceId };
              return (
                // With a keyboard one goes through the link in the first cell.
                <tr
                  key={device.deviceId}
                  className="row"
                  aria-rowindex={index + 2}
                  onClick={(event) => {
                    if (event.target instanceof Element && event.target.closest('a, .choose') !== null) return;
                    void navigate({ to: '/c/$contractorId/devices/$deviceId', params });
                  }}
                >
                  {choose === undefined ? null : <td className="choose">{choose.row(index)}</td>}
                  {columns.map((column) => (
                    <td key={column} className="tabular">
                      {column === 'name' ? (
                        <Link
                          to="/c/$contractorId/devices/$deviceId"
                          params={params}
                          preload={false}
                          title={deviceName(device, t('devices.unnamed'))}
                          style={{ color: 'var(--mantine-color-anchor)', fontWeight: 600 }}
                        >
                          {cell(device, column)}
                        </Link>
                      ) : (
                        cell(device, column)
                      )}
                    </td>
                  ))}
                </tr>
              );
            })}
            <Spacer height={after} span={span} />
          </tbody>
        </table>
      </section>
    </Box>
  );
}

function Spacer({ height, span }: { height: number; span: number }) {
  return height <= 0 ? null : (
    <tr>
      <td colSpan={span} style={{ height, padding: 0, border: 0 }} />
    </tr>
  );
}

function useMoreAtEnd(last: number | undefined, count: number, more: (() => void) | undefined): void {
  useEffect(() => {
    if (last !== undefined && last >= count - 20) more?.();
  }, [last, count, more]);
}

type HeaderProps = Pick<TableProps, 'search' | 'onSort'> & { column: ColumnKey };
function HeaderCell({ column, search, onSort }: HeaderProps) {
  const { t } = useTranslation();
  const name = t(`fields.${column}`);
  const sort = DEVICE_SORTS.find((s) => s === column);
  if (sort === undefined) {
    return (
      <th scope="col">
        <span>{name}</span>
      </th>
    );
  }
  const order = search.sort === sort ? (search.order ?? 'asc') : undefined;
  const Icon = order === undefined ? IconArrowsSort : order === 'asc' ? IconArrowUp : IconArrowDown;
  return (
    <th scope="col" aria-sort={order === undefined ? 'none' : order === 'asc' ? 'ascending' : 'descending'}>
      <UnstyledButton
        onClick={() => onSort(sort, order === 'asc' ? 'desc' : 'asc')}
        title={t('devices.sortedBy', { column: name })}
      >
        {name}
        <Icon size={14} opacity={order === undefined ? 0.45 : 1} aria-hidden />
      </UnstyledButton>
    </th>
  );
}

/** The same list where there is no room for a table: it scrolls with the page. */
export function DeviceCards(props: ListProps) {
  const { rows, contractorId, more } = props;
  const choose = useChoosing(props);
  const { t } = useTranslation();
  const cell = useCell();
  const list = useRef<HTMLUListElement>(null);
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => CARD,
    overscan: 8,
    scrollMargin: list.current?.offsetTop ?? 0,
  });
  const items = virtual.getVirtualItems();
  useMoreAtEnd(items.at(-1)?.index, rows.length, more);
  return (
    <Box
      component="ul"
      ref={list}
      className="card"
      aria-label={t('devices.table')}
      p={0}
      m={0}
      style={{ listStyle: 'none', position: 'relative', height: virtual.getTotalSize() }}
    >
      {items.map(({ index, start }) => {
        const device = rows[index];
        if (device === undefined) return null;
        return (
          <li
            key={device.deviceId}
            style={{
              position: 'absolute',
              insetInline: 0,
              top: 0,
              height: CARD,
              transform: `translateY(${start - virtual.options.scrollMargin}px)`,
              display: 'flex',
              borderBottom: '1px solid var(--tsukasa-line)',
            }}
          >
            {choose === undefined ? null : <span className="choose">{choose.row(index)}</span>}
            <Link
              to="/c/$contractorId/devices/$deviceId"
              params={{ contractorId, deviceId: device.deviceId }}
              preload={false}
              className="number-link"
              style={{
                flex: 1,
                minWidth: 0,
                padding: '12px 14px',
                borderRadius: 0,
              }}
            >
              <Group justify="space-between" wrap="nowrap" gap="xs">
                <Text fw={600} size="sm" truncate>
                  <PlatformIcon platform={device.platform} /> {deviceName(device, t('devices.unnamed'))}
                </Text>
                <Status tone={MANAGEMENT_TONE[device.managementState]}>
                  {t(`managementState.${device.managementState}`)}
                </Status>
              </Group>
              <Text size="sm" c="dimmed" truncate>
                {cell(device, 'modelName')} · {cell(device, 'osVersion')} · {cell(device, 'serialNumber')}
              </Text>
              <Group justify="space-between" wrap="nowrap" gap="xs">
                <Text size="sm" truncate>
                  {cell(device, 'person')}
                </Text>
                <Text size="xs" c="dimmed" style={{ whiteSpace: 'nowrap' }}>
                  <TimeAgo at={device.lastContactAt} />
                </Text>
              </Group>
            </Link>
          </li>
        );
      })}
    </Box>
  );
}
