import { Alert, Anchor, Button, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { IconFlask } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Trial, TrialRow } from '@tsukasa/api';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { Why } from '../../shared/because.tsx';
import { DataTable } from '../../shared/data-table.tsx';
import { Day, DayInput, formatPlainDay } from '../../shared/day.tsx';
import { formatNumber, useLanguage } from '../../shared/format.ts';
import { Section } from '../../shared/page.tsx';
import { ProblemAlert } from '../../shared/problem-alert.tsx';
import { Empty } from '../../shared/query-states.tsx';
import { formatYen, Yen } from '../../shared/yen.tsx';
import { useNames } from '../contracts/names.ts';

type Change = TrialRow['changes'][number];

/** Tries a draft on the whole book of contracts: what would change, for whom, and why. Nothing is recorded. */
export function TrialSection({ effectiveOn, unsaved = false }: { effectiveOn: string; unsaved?: boolean }) {
  const { t } = useTranslation();
  const [on, setOn] = useState('');
  const trial = useMutation({
    mutationFn: () =>
      call('tryRevision', { params: { effectiveOn }, query: { on: /^\d{4}-\d{2}-\d{2}$/.test(on) ? on : undefined } }),
  });
  return (
    <Section title={t('terms.trial.title')}>
      <Stack>
        <Text size="sm">{t('terms.trial.text')}</Text>
        {unsaved ? <Alert color="yellow">{t('terms.trial.unsaved')}</Alert> : null}
        <Group align="end" gap="sm">
          <DayInput label={t('terms.trial.on')} description={t('terms.trial.onHint')} value={on} onChange={setOn} />
          <Button
            leftSection={<IconFlask size={16} aria-hidden />}
            loading={trial.isPending}
            onClick={() => trial.mutate()}
          >
            {t('terms.trial.run')}
          </Button>
        </Group>
        <ProblemAlert error={trial.error} />
        {trial.data === undefined ? null : <Result trial={trial.data} />}
      </Stack>
    </Section>
  );
}

function Result({ trial }: { trial: Trial }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const numbers = [
    [t('terms.trial.contracts'), formatNumber(trial.contracts, language)],
    [t('terms.trial.changed'), formatNumber(trial.changed, language)],
    [t('terms.trial.monthlyBefore'), formatYen(trial.monthlyBefore, language)],
    [t('terms.trial.monthlyAfter'), formatYen(trial.monthlyAfter, language)],
  ] as const;
  return (
    <div role="status">
      <Text size="sm" mb="xs">
        <Day on={trial.on} />
      </Text>
      <SimpleGrid component="dl" m={0} mb="md" cols={{ base: 2, md: 4 }} spacing="sm">
        {numbers.map(([label, value]) => (
          <div key={label} className="card" style={{ padding: '8px 12px' }}>
            <Text component="dt" size="xs" c="dimmed">
              {label}
            </Text>
            <Text component="dd" m={0} fw={650} className="tabular">
              {value}
            </Text>
          </div>
        ))}
      </SimpleGrid>
      {trial.rows.length === 0 ? <Empty>{t('terms.trial.nothing')}</Empty> : <Rows rows={trial.rows} />}
    </div>
  );
}

/** How many contracts are shown at first, and with each press. */
const STEP = 100;
function Rows({ rows }: { rows: readonly TrialRow[] }) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(STEP);
  return (
    <>
      <RowTable rows={rows.slice(0, shown)} />
      <Group justify="space-between" mt="xs">
        <Text size="sm" c="dimmed">
          {t('common.shown', { count: Math.min(shown, rows.length), total: rows.length })}
        </Text>
        {shown < rows.length ? (
          <Button variant="default" size="xs" onClick={() => setShown(shown + STEP)}>
            {t('common.loadMore')}
          </Button>
        ) : null}
      </Group>
    </>
  );
}

function RowTable({ rows }: { rows: readonly TrialRow[] }) {
  const { t } = useTranslation();
  return (
    <DataTable
      label={t('terms.trial.title')}
      rows={rows}
      rowKey={(row) => row.contractId}
      columns={[
        {
          key: 'contract',
          header: t('contracts.contract'),
          cell: (row) => (
            <>
              <Anchor
                size="sm"
                renderRoot={(props) => (
                  <Link
                    {...props}
                    to="/provider/contracts/$customerId/$contractId"
                    params={{ customerId: row.contractorId, contractId: row.contractId }}
                  />
                )}
              >
                {row.contractNumber}
              </Anchor>
              <span className="age">{row.contractorName}</span>
            </>
          ),
        },
        {
          key: 'changes',
          header: t('terms.trial.changes'),
          cell: (row) =>
            row.changes.map((change) => <ChangeText key={`${change.what} ${change.subject}`} change={change} />),
        },
      ]}
    />
  );
}

function ChangeText({ change }: { change: Change }) {
  const { t } = useTranslation();
  const names = useNames();
  return (
    <div style={{ marginBottom: 6 }}>
      <Text size="sm">
        {t(`terms.trial.what.${change.what}`)} ({names.subject(change.subject)}):{' '}
        <Value change={change} value={change.before} /> → <Value change={change} value={change.after} />
      </Text>
      <Why reasons={change.because} label={t(`terms.trial.what.${change.what}`)} />
    </div>
  );
}

function Value({ change, value }: { change: Change; value: string | null }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const names = useNames();
  if (value === null) return <>–</>;
  switch (change.what) {
    case 'monthly_amount':
      return /^-?\d+$/.test(value) ? <Yen amount={Number(value)} /> : value;
    case 'item':
      return <>{names.item(value)}</>;
    case 'in_force':
      return <>{value === 'true' ? t('common.yes') : value === 'false' ? t('common.no') : value}</>;
    default:
      return <>{/^\d{4}-\d{2}-\d{2}$/.test(value) ? formatPlainDay(value, language) : value}</>;
  }
}
