import { Box, Text, useComputedColorScheme, VisuallyHidden } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import type { Dashboard } from '@tsukasa/api';
import { OS_FAMILIES } from '@tsukasa/api';
import { BarChart } from 'echarts/charts';
import { GridComponent, TooltipComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { useEffect, useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { oneOf } from '../../app/search.ts';

use([BarChart, GridComponent, TooltipComponent, SVGRenderer]);
type ByOs = Dashboard['byOs'];
/** How many versions stand apart; the others are summed in a line below, and listed in the table. */
const MOST = 10;
const COLORS = {
  light: { iOS: '#2f6cad', iPadOS: '#1f8a8a', macOS: '#7a5bb5', other: '#6b7580', text: '#3d4650', line: '#dde3ea' },
  dark: { iOS: '#6fa8e8', iPadOS: '#4fc0bd', macOS: '#b095e8', other: '#8b95a1', text: '#c5ccd4', line: '#2c343e' },
} as const;

/** Devices by OS version as bars, each leading to its devices; the same as a table for assistive technology. */
export default function OsChart({ byOs, contractorId }: { byOs: ByOs; contractorId: string }) {
  const { t } = useTranslation();
  const scheme = useComputedColorScheme('light');
  const navigate = useNavigate();
  const box = useRef<HTMLDivElement>(null);
  const sorted = useMemo(() => [...byOs].sort((a, b) => b.count - a.count), [byOs]);
  const rows = useMemo(() => sorted.slice(0, MOST), [sorted]);
  const others = sorted.slice(MOST);
  const unknown = t('common.unknown');
  useEffect(() => {
    if (box.current === null) return;
    const chart = init(box.current, null, { renderer: 'svg' });
    const colors = COLORS[scheme];
    chart.setOption({
      animation: false,
      grid: { left: 4, right: 44, top: 4, bottom: 4, containLabel: true },
      tooltip: { trigger: 'item', renderMode: 'richText' },
      xAxis: { type: 'value', show: false },
      yAxis: {
        type: 'category',
        inverse: true,
        data: rows.map((row) => nameOf(row, unknown)),
        axisLabel: { color: colors.text, fontSize: 13 },
        axisTick: { show: false },
        axisLine: { lineStyle: { color: colors.line } },
      },
      series: [
        {
          type: 'bar',
          barMaxWidth: 16,
          label: { show: true, position: 'right', color: colors.text, fontSize: 13 },
          data: rows.map((row) => ({
            value: row.count,
            itemStyle: { color: colorOf(row.osFamily, colors), borderRadius: 3 },
          })),
        },
      ],
    });
    chart.on('click', ({ dataIndex }) => {
      const row = rows[dataIndex];
      const family = oneOf(row?.osFamily, OS_FAMILIES);
      if (row === undefined || family === undefined || row.osVersion === null) return;
      void navigate({
        to: '/c/$contractorId/devices',
        params: { contractorId },
        search: { osFamily: [family], osVersion: row.osVersion },
      });
    });
    const resize = new ResizeObserver(() => chart.resize());
    resize.observe(box.current);
    return () => {
      resize.disconnect();
      chart.dispose();
    };
  }, [rows, scheme, unknown, navigate, contractorId]);
  return (
    <>
      <Box ref={box} h={Math.max(60, rows.length * 28 + 8)} aria-hidden="true" />
      {others.length === 0 ? null : (
        <Text size="xs" c="dimmed" aria-hidden="true">
          {t('dashboard.osOthers', { versions: others.length, count: others.reduce((sum, row) => sum + row.count, 0) })}
        </Text>
      )}
      <VisuallyHidden>
        <table>
          <caption>{t('dashboard.osTable')}</caption>
          <tbody>
            {byOs.map((row) => (
              <tr key={nameOf(row, unknown)}>
                <th scope="row">{nameOf(row, unknown)}</th>
                <td>{row.count}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </VisuallyHidden>
    </>
  );
}

function nameOf(row: ByOs[number], unknown: string): string {
  return row.osFamily === null ? unknown : `${row.osFamily} ${row.osVersion ?? ''}`;
}
function colorOf(family: string | null, colors: (typeof COLORS)['light'] | (typeof COLORS)['dark']): string {
  const known: Readonly<Record<string, string>> = colors;
  return (family === null ? undefined : known[family]) ?? colors.other;
}
