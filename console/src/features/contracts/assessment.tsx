import { Alert, Group, List, Stack, Text } from '@mantine/core';
import { IconCircleCheck, IconCircleX } from '@tabler/icons-react';
import type { ApplicationAssessment, PriceLine } from '@tsukasa/api';
import { useTranslation } from 'react-i18next';
import { Because, Why } from '../../shared/because.tsx';
import { DataTable } from '../../shared/data-table.tsx';
import { formatNumber, useLanguage } from '../../shared/format.ts';
import { Yen } from '../../shared/yen.tsx';
import { useNames } from './names.ts';

/** Whether an application would be admissible, what it would cost, and which licences it needs. */
export function Assessment({ assessment }: { assessment: ApplicationAssessment }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const ok = assessment.admissible;
  return (
    <Stack gap="md">
      <Alert
        color={ok ? 'teal' : 'red'}
        icon={ok ? <IconCircleCheck aria-hidden /> : <IconCircleX aria-hidden />}
        title={ok ? t('contracts.apply.admissible') : t('contracts.apply.notAdmissible')}
      >
        <Because reasons={assessment.because} />
      </Alert>
      {ok ? <PriceTable price={assessment.price} /> : null}
      {ok && assessment.licences.length > 0 ? (
        <div>
          <Text size="sm" fw={600}>
            {t('contracts.apply.licences')}
          </Text>
          <List size="sm">
            {assessment.licences.map((one) => (
              <List.Item key={one.document}>
                {one.title[language]} ({t('contracts.version', { version: one.version })})
              </List.Item>
            ))}
          </List>
        </div>
      ) : null}
    </Stack>
  );
}

/** Prices as far as they are known; where one is still to be quoted, it says so. */
export function PriceTable({ price }: { price: readonly PriceLine[] }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const names = useNames();
  const total = (fee: 'initial' | 'monthly') => {
    const lines = price.filter((line) => line.fee === fee);
    if (lines.some((line) => line.amount === null)) return null;
    return lines.reduce((sum, line) => sum + (line.amount ?? 0), 0);
  };
  if (price.length === 0) return null;
  return (
    <div>
      <DataTable
        label={t('contracts.price')}
        rows={price}
        rowKey={(line) => `${line.subject} ${line.fee} ${line.os ?? ''}`}
        columns={[
          {
            key: 'subject',
            header: t('contracts.subject'),
            cell: (line) => (
              <>
                {names.subject(line.subject)} {line.os ?? ''}
                <Why reasons={line.because} label={names.subject(line.subject)} />
              </>
            ),
          },
          { key: 'fee', header: t('contracts.feeLabel'), cell: (line) => t(`contracts.fee.${line.fee}`) },
          {
            key: 'unit',
            header: t('contracts.unitAmount'),
            align: 'end',
            cell: (line) => (
              <>
                <Yen amount={line.unitAmount} unknown={t('contracts.toBeQuoted')} />{' '}
                {line.unitAmount === null ? '' : t(`contracts.per.${line.per}`)}
              </>
            ),
          },
          {
            key: 'quantity',
            header: t('contracts.quantity'),
            align: 'end',
            cell: (line) => <span className="tabular">{formatNumber(line.quantity, language)}</span>,
          },
          {
            key: 'amount',
            header: t('contracts.amount'),
            align: 'end',
            cell: (line) => <Yen amount={line.amount} unknown={t('contracts.toBeQuoted')} />,
          },
        ]}
      />
      <Group gap="lg" mt="xs" px="xs" justify="flex-end">
        {(['initial', 'monthly'] as const).map((fee) => (
          <Text key={fee} size="sm" fw={650}>
            {t(`contracts.fee.${fee}`)}: <Yen amount={total(fee)} unknown={t('contracts.toBeQuoted')} />
          </Text>
        ))}
        <Text size="xs" c="dimmed">
          {t('contracts.withoutTax')}
        </Text>
      </Group>
    </div>
  );
}
