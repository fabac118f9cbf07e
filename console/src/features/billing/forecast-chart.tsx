import { Box, useComputedColorScheme } from '@mantine/core';
import type { Forecast } from '@tsukasa/api';
import { BarChart } from 'echarts/charts';
import { GridComponent, LegendComponent, TooltipComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { formatMonth } from '../../shared/day.tsx';
import { useLanguage } from '../../shared/format.ts';
import { formatYen } from '../../shared/yen.tsx';

use([BarChart, GridComponent, LegendComponent, TooltipComponent, SVGRenderer]);
const COLORS = {
  light: { monthly: '#2f6cad', initial: '#1f8a8a', text: '#3d4650', line: '#dde3ea' },
  dark: { monthly: '#6fa8e8', initial: '#4fc0bd', text: '#c5ccd4', line: '#2c343e' },
} as const;

/** Monthly and initial fees of each month as stacked bars; the table below says the same. */
export default function ForecastChart({ months }: { months: Forecast['months'] }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const scheme = useComputedColorScheme('light');
  const box = useRef<HTMLDivElement>(null);
  const [monthly, initial] = [t('contracts.fee.monthly'), t('contracts.fee.initial')];
  useEffect(() => {
    if (box.current === null) return;
    const chart = init(box.current, null, { renderer: 'svg' });
    const colors = COLORS[scheme];
    const series = (name: string, key: 'monthly' | 'initial') => ({
      name,
      type: 'bar' as const,
      stack: 'net',
      barMaxWidth: 40,
      itemStyle: { color: colors[key] },
      data: months.map((month) => month[key]),
    });
    chart.setOption({
      animation: false,
      grid: { left: 4, right: 8, top: 36, bottom: 4, containLabel: true },
      legend: { top: 0, left: 0, textStyle: { color: colors.text } },
      tooltip: {
        trigger: 'axis',
        renderMode: 'richText',
        valueFormatter: (value: unknown) => formatYen(Number(value), language),
      },
      xAxis: {
        type: 'category',
        data: months.map((month) => formatMonth(month.month, language)),
        axisLabel: { color: colors.text },
        axisTick: { show: false },
        axisLine: { lineStyle: { color: colors.line } },
      },
      yAxis: {
        type: 'value',
        axisLabel: { color: colors.text, formatter: (value: number) => formatYen(value, language) },
        splitLine: { lineStyle: { color: colors.line } },
      },
      series: [series(monthly, 'monthly'), series(initial, 'initial')],
    });
    const resize = new ResizeObserver(() => chart.resize());
    resize.observe(box.current);
    return () => {
      resize.disconnect();
      chart.dispose();
    };
  }, [months, scheme, language, monthly, initial]);
  return <Box ref={box} h={280} aria-hidden="true" />;
}
