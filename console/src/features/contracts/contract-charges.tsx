import { Alert, Group, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { Because } from '../../shared/because.tsx';
import { addMonths, MonthInput } from '../../shared/day.tsx';
import { Section } from '../../shared/page.tsx';
import { QueryStates } from '../../shared/query-states.tsx';
import { Yen } from '../../shared/yen.tsx';
import { ContractChargeTable } from './charge-table.tsx';

const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;

/** What a contract costs in a range of months, with the reason of every line. `on` is the day that is looked at. */
export function ContractCharges({
  contractorId,
  contractId,
  on,
}: {
  contractorId: string;
  contractId: string;
  on: string;
}) {
  const { t } = useTranslation();
  const [from, setFrom] = useState(addMonths(on.slice(0, 7), -2));
  const [to, setTo] = useState(addMonths(on.slice(0, 7), 1));
  const charges = useQuery({
    queryKey: ['contracts', contractorId, 'charges', contractId, from, to],
    queryFn: () => call('listContractCharges', { params: { contractorId, contractId }, query: { from, to } }),
    enabled: MONTH.test(from) && MONTH.test(to) && from <= to,
    placeholderData: keepPreviousData,
  });
  return (
    <Section title={t('contracts.charges')} padding={0}>
      <Group gap="sm" px="md" pb="sm" align="end">
        <MonthInput label={t('contracts.from')} value={from} onChange={setFrom} />
        <MonthInput label={t('contracts.until')} value={to} onChange={setTo} />
      </Group>
      <QueryStates query={charges}>
        {(data) => (
          <>
            {data.problems.length === 0 ? null : (
              <Alert
                m="md"
                color="yellow"
                icon={<IconAlertTriangle aria-hidden />}
                title={t('contracts.chargeProblems')}
              >
                <Because reasons={data.problems} />
              </Alert>
            )}
            {data.items.length === 0 ? (
              <Text size="sm" c="dimmed" px="md" pb="md">
                {t('contracts.noCharges')}
              </Text>
            ) : (
              <>
                <ContractChargeTable charges={data.items} label={t('contracts.charges')} />
                <Group justify="flex-end" px="md" py="sm">
                  <Text size="sm" fw={650}>
                    {t('contracts.net')} <Yen amount={data.net} />
                  </Text>
                </Group>
              </>
            )}
          </>
        )}
      </QueryStates>
    </Section>
  );
}
