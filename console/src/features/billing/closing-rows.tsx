import { Accordion, Alert, Anchor, Group, List, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { ClosingRow } from '@tsukasa/api';
import { useTranslation } from 'react-i18next';
import { Because, Why } from '../../shared/because.tsx';
import { useLanguage } from '../../shared/format.ts';
import { Status } from '../../shared/status.tsx';
import { formatYen, Yen } from '../../shared/yen.tsx';
import { ChargeTable } from '../contracts/charge-table.tsx';
import { useNames } from '../contracts/names.ts';

/** What the month issues for each contractor; opened, every line and every difference with its reason. */
export function ClosingRows({ rows }: { rows: readonly ClosingRow[] }) {
  return (
    <Accordion multiple variant="separated" order={2} className="closing-rows">
      {rows.map((row) => (
        <Accordion.Item key={row.contractorId} value={row.contractorId} className="card">
          <Accordion.Control>
            <Head row={row} />
          </Accordion.Control>
          <Accordion.Panel>
            <Detail row={row} />
          </Accordion.Panel>
        </Accordion.Item>
      ))}
    </Accordion>
  );
}

function Head({ row }: { row: ClosingRow }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const change = row.net - row.previousNet;
  return (
    <Group component="span" justify="space-between" gap="xs" pr="sm">
      <Text component="span" size="sm" fw={600} style={{ overflowWrap: 'anywhere' }}>
        {row.contractorName}
      </Text>
      <Group component="span" gap="md">
        {row.problems.length === 0 ? null : (
          <Status tone="bad">{t('billing.problems', { count: row.problems.length })}</Status>
        )}
        {change === 0 ? null : (
          <Text component="span" size="xs" c="dimmed" className="tabular">
            {t('billing.fromLastMonth')} {change > 0 ? '+' : ''}
            {formatYen(change, language)}
          </Text>
        )}
        <Text component="span" size="sm" fw={650}>
          <Yen amount={row.total} />
        </Text>
      </Group>
    </Group>
  );
}

function Detail({ row }: { row: ClosingRow }) {
  const { t } = useTranslation();
  const language = useLanguage();
  return (
    <Stack gap="md">
      <Anchor
        size="sm"
        renderRoot={(props) => (
          <Link {...props} to="/provider/customers/$customerId" params={{ customerId: row.contractorId }} />
        )}
      >
        {t('billing.toCustomer')}
      </Anchor>
      {row.problems.length === 0 ? null : (
        <Alert
          color="red"
          icon={<IconAlertTriangle aria-hidden />}
          title={t('billing.problems', { count: row.problems.length })}
        >
          <Because reasons={row.problems} />
        </Alert>
      )}
      <Differences row={row} />
      {row.lines.length === 0 ? null : <ChargeTable lines={row.lines} label={t('billing.lines')} />}
      {row.credits.map((credit) => (
        <div key={credit.invoiceId}>
          <Text size="sm" fw={600}>
            {t('billing.creditFor', { number: credit.number })}
          </Text>
          <Because reasons={credit.reason} />
          <ChargeTable lines={credit.lines} label={t('billing.creditFor', { number: credit.number })} />
        </div>
      ))}
      <Text size="sm" ta="end">
        {t('billing.net')} {formatYen(row.net, language)} · {t('billing.tax')} {formatYen(row.tax, language)} ·{' '}
        <b>
          {t('billing.total')} {formatYen(row.total, language)}
        </b>
      </Text>
    </Stack>
  );
}

/** Why this month is not like the last one. */
function Differences({ row }: { row: ClosingRow }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const names = useNames();
  return (
    <div>
      <Text size="sm" fw={600}>
        {t('billing.differences')}
      </Text>
      {row.differences.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('billing.noDifferences')}
        </Text>
      ) : (
        <List size="sm">
          {row.differences.map((one, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: differences have no identity and never move
            <List.Item key={i}>
              {names.subject(one.subject)}: {t(`billing.difference.${one.what}`)}{' '}
              <span className="tabular">
                {one.amount > 0 ? '+' : ''}
                {formatYen(one.amount, language)}
              </span>
              <Why reasons={one.because} label={t(`billing.difference.${one.what}`)} />
            </List.Item>
          ))}
        </List>
      )}
    </div>
  );
}
