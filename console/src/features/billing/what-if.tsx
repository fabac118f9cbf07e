import { Button, Group, NumberInput, Select, Stack, Text } from '@mantine/core';
import { IconCalculator } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import type { Contract, WhatIf } from '@tsukasa/api';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { Because } from '../../shared/because.tsx';
import { DataTable } from '../../shared/data-table.tsx';
import { addMonths, Month, MonthInput } from '../../shared/day.tsx';
import { Section } from '../../shared/page.tsx';
import { ProblemAlert } from '../../shared/problem-alert.tsx';
import { Yen } from '../../shared/yen.tsx';
import { holdsOn, useCatalogue, useNames } from '../contracts/names.ts';

const MONTHS = 6;

/** "What if we had another number of devices, or another kind, from that month on?" Nothing is recorded. */
export function WhatIfSection({ contract }: { contract: Contract }) {
  const { t } = useTranslation();
  const names = useNames();
  const kinds = holdsOn(useCatalogue().data?.content.kinds ?? [], contract.on);
  const counted = contract.options.filter((one) => one.deviceCount !== null || one.comingCounts.length > 0);
  const [from, setFrom] = useState(addMonths(contract.on.slice(0, 7), 1));
  const [counts, setCounts] = useState<Readonly<Record<string, number | string>>>({});
  const [kind, setKind] = useState<string | null>(null);
  const changed = Object.entries(counts).flatMap(([subject, count]) =>
    typeof count === 'number' ? [{ subject, deviceCount: count }] : [],
  );
  const ask = useMutation({
    mutationFn: () =>
      call('whatIf', {
        params: { contractorId: contract.contractorId },
        body: {
          contractId: contract.contractId,
          from,
          months: MONTHS,
          kind: kind ?? undefined,
          counts: changed.length === 0 ? undefined : changed,
        },
      }),
  });
  const ready = /^\d{4}-(0[1-9]|1[0-2])$/.test(from) && (kind !== null || changed.length > 0);
  return (
    <Section title={t('billing.whatIf')}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (ready && !ask.isPending) ask.mutate();
        }}
      >
        <Stack gap="sm">
          <Text size="sm" c="dimmed">
            {t('billing.whatIfText')}
          </Text>
          <Group align="end" gap="sm">
            <MonthInput label={t('contracts.count.from')} required value={from} onChange={setFrom} />
            {counted.map((option) => (
              <NumberInput
                key={option.subject}
                label={`${t('contracts.deviceCount')} (${names.subject(option.subject)})`}
                placeholder={String(option.comingCounts.at(-1)?.deviceCount ?? option.deviceCount ?? '')}
                min={1}
                max={1_000_000}
                allowDecimal={false}
                allowNegative={false}
                thousandSeparator=","
                value={counts[option.subject] ?? ''}
                onChange={(count) => setCounts({ ...counts, [option.subject]: count })}
              />
            ))}
            <Select
              label={t('contracts.kindLabel')}
              placeholder={names.contract(contract)}
              clearable
              data={kinds
                .filter((one) => one.id !== contract.kind)
                .map((one) => ({ value: one.id, label: names.kind(one.id) }))}
              value={kind}
              onChange={setKind}
            />
            <Button
              type="submit"
              variant="default"
              leftSection={<IconCalculator size={16} aria-hidden />}
              loading={ask.isPending}
              disabled={!ready}
            >
              {t('billing.calculate')}
            </Button>
          </Group>
          <ProblemAlert error={ask.error} />
          {ask.data === undefined ? null : <Result answer={ask.data} />}
        </Stack>
      </form>
    </Section>
  );
}

function Result({ answer }: { answer: WhatIf }) {
  const { t } = useTranslation();
  return (
    <div role="status">
      <DataTable
        label={t('billing.whatIf')}
        rows={answer.months}
        rowKey={(row) => row.month}
        columns={[
          { key: 'month', header: t('contracts.month'), cell: (row) => <Month of={row.month} /> },
          { key: 'before', header: t('billing.asNow'), align: 'end', cell: (row) => <Yen amount={row.before} /> },
          { key: 'after', header: t('billing.asThen'), align: 'end', cell: (row) => <Yen amount={row.after} /> },
          {
            key: 'difference',
            header: t('billing.change'),
            align: 'end',
            cell: (row) => <Yen amount={row.after - row.before} />,
          },
        ]}
      />
      <Because reasons={answer.because} />
    </div>
  );
}
