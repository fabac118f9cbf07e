import { Select, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { Forecast } from '@tsukasa/api';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { type Column, DataTable } from '../../shared/data-table.tsx';
import { formatMonth } from '../../shared/day.tsx';
import { formatNumber, useLanguage } from '../../shared/format.ts';
import { Page, Section } from '../../shared/page.tsx';
import { Loading, QueryStates } from '../../shared/query-states.tsx';
import { Yen } from '../../shared/yen.tsx';

const ForecastChart = lazy(() => import('./forecast-chart.tsx'));
const MONTHS = [3, 6, 12, 24] as const;
type Row = Forecast['rows'][number];

/** Revenue of the coming months, as the contracts stand today. */
export function ForecastPage() {
  const { t } = useTranslation();
  const { months = 6 } = useSearch({ from: '/inside/provider/forecast' });
  const navigate = useNavigate({ from: '/provider/forecast' });
  const forecast = useQuery({
    queryKey: ['billing', 'forecast', months],
    queryFn: () => call('getForecast', { query: { months } }),
    placeholderData: keepPreviousData,
  });
  return (
    <Page title={t('billing.forecast')} text={t('billing.forecastText')}>
      <Select
        label={t('billing.range')}
        w={200}
        allowDeselect={false}
        data={MONTHS.map((value) => ({ value: String(value), label: t('billing.monthsCount', { count: value }) }))}
        value={String(months)}
        onChange={(next) => void navigate({ search: next === '6' ? {} : { months: Number(next) }, replace: true })}
      />
      <QueryStates query={forecast}>
        {(data) => (
          <>
            <Section title={t('billing.forecastChart')}>
              <Suspense fallback={<Loading />}>
                <ForecastChart months={data.months} />
              </Suspense>
              <MonthTable months={data.months} />
            </Section>
            <Section title={t('billing.byContractor')} padding={0}>
              <QueryStates
                query={forecast}
                empty={{ when: ({ rows }) => rows.length === 0, text: t('billing.noForecast') }}
              >
                {() => <ContractorTable forecast={data} />}
              </QueryStates>
            </Section>
          </>
        )}
      </QueryStates>
    </Page>
  );
}

function MonthTable({ months }: { months: Forecast['months'] }) {
  const { t } = useTranslation();
  const language = useLanguage();
  return (
    <DataTable
      label={t('billing.forecastChart')}
      rows={months}
      rowKey={(row) => row.month}
      columns={[
        { key: 'month', header: t('contracts.month'), cell: (row) => formatMonth(row.month, language) },
        {
          key: 'monthly',
          header: t('contracts.fee.monthly'),
          align: 'end',
          cell: (row) => <Yen amount={row.monthly} />,
        },
        {
          key: 'initial',
          header: t('contracts.fee.initial'),
          align: 'end',
          cell: (row) => <Yen amount={row.initial} />,
        },
        { key: 'net', header: t('billing.net'), align: 'end', cell: (row) => <Yen amount={row.net} /> },
        {
          key: 'contractors',
          header: t('billing.contractors'),
          align: 'end',
          cell: (row) => formatNumber(row.contractors, language),
        },
      ]}
    />
  );
}

function ContractorTable({ forecast }: { forecast: Forecast }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const columns: Column<Row>[] = [
    {
      key: 'name',
      header: t('contracts.contractor'),
      cell: (row) => (
        <>
          {row.contractorName}
          {row.unknown === 0 ? null : (
            <Text component="span" className="age">
              {t('billing.unknownPrices', { count: row.unknown })}
            </Text>
          )}
        </>
      ),
    },
    ...forecast.months.map(
      (month, i): Column<Row> => ({
        key: month.month,
        header: formatMonth(month.month, language),
        align: 'end',
        cell: (row) => <Yen amount={row.amounts[i] ?? 0} />,
      }),
    ),
  ];
  return (
    <DataTable
      label={t('billing.byContractor')}
      rows={forecast.rows}
      rowKey={(row) => row.contractorId}
      columns={columns}
    />
  );
}
