import { Anchor, Box, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { Contract } from '@tsukasa/api';
import { useTranslation } from 'react-i18next';
import { Why } from '../../shared/because.tsx';
import { Day } from '../../shared/day.tsx';
import { Section } from '../../shared/page.tsx';
import { Yen } from '../../shared/yen.tsx';
import { Phase } from './contract-state.tsx';
import { useNames } from './names.ts';

/** Each contract in short: what it is, its options, what it costs in a month, and when it ends. */
export function ContractCards({ contracts }: { contracts: readonly Contract[] }) {
  const { t } = useTranslation();
  return (
    <Section title={t('contracts.contracts')}>
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md">
        {contracts.map((contract) => (
          <ContractCard key={contract.contractId} contract={contract} />
        ))}
      </SimpleGrid>
    </Section>
  );
}

function ContractCard({ contract }: { contract: Contract }) {
  const { t } = useTranslation();
  const names = useNames();
  const params = { contractorId: contract.contractorId, contractId: contract.contractId };
  return (
    <Box className="card" p="md">
      <Group justify="space-between" align="flex-start" mb="xs">
        <Box>
          <Anchor
            fw={650}
            renderRoot={(props) => <Link {...props} to="/c/$contractorId/contract/$contractId" params={params} />}
          >
            {names.contract(contract)}
          </Anchor>
          <span className="age">
            {contract.contractNumber} · {names.item(contract.item)}
          </span>
        </Box>
        <div>
          <Phase state={contract} />
        </div>
      </Group>
      <dl className="facts">
        <dt>{t('contracts.monthly')}</dt>
        <dd>
          <Yen amount={contract.monthlyAmount} unknown={t('contracts.unknownAmount')} />
          <span className="age">{t('contracts.withoutTax')}</span>
        </dd>
        {contract.startOn === null ? null : (
          <>
            <dt>{t('contracts.days.startOn')}</dt>
            <dd>
              <Day on={contract.startOn} />
            </dd>
          </>
        )}
        <dt>{t('contracts.days.endsOn')}</dt>
        <dd>
          {contract.endsOn === null ? t('contracts.noEnd') : <Day on={contract.endsOn} />}
          <Why reasons={contract.endBecause} label={contract.contractNumber} />
        </dd>
        <dt>{t('contracts.options')}</dt>
        <dd>
          {contract.options.length === 0 ? t('common.none') : null}
          <Stack gap={4}>
            {contract.options.map((option) => (
              <div key={`${option.subject} ${option.applicationId}`}>
                <Text component="span" size="sm" mr={6}>
                  {names.subject(option.subject)}
                  {option.deviceCount === null ? '' : ` ${t('contracts.devices', { count: option.deviceCount })}`}
                </Text>
                <Phase state={option} />
                {option.endsOn === null ? null : (
                  <span className="age">
                    {t('contracts.days.endsOn')}: <Day on={option.endsOn} />
                  </span>
                )}
              </div>
            ))}
          </Stack>
        </dd>
      </dl>
    </Box>
  );
}
