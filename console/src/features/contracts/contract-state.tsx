import { Box, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import type { Contract, SubjectState } from '@tsukasa/api';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Because, Why } from '../../shared/because.tsx';
import { Day, Month } from '../../shared/day.tsx';
import { Section } from '../../shared/page.tsx';
import { Status } from '../../shared/status.tsx';
import { Yen } from '../../shared/yen.tsx';
import { PHASE_TONE, useNames } from './names.ts';
import { EntryLink } from './timeline.tsx';

const fact = (seq: number) => <EntryLink seq={seq} />;

/** What a contract is on its day, and why. */
export function ContractState({ contract, actions }: { contract: Contract; actions?: ReactNode }) {
  const { t } = useTranslation();
  const names = useNames();
  return (
    <Section title={t('contracts.stateTitle')} aside={actions}>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        <dl className="facts">
          <dt>{t('contracts.kindLabel')}</dt>
          <dd>
            {names.kind(contract.kind)}
            <span className="age">{names.item(contract.item)}</span>
          </dd>
          <SubjectFacts state={contract} />
          <dt>{t('contracts.monthly')}</dt>
          <dd>
            <Yen amount={contract.monthlyAmount} unknown={t('contracts.unknownAmount')} />
            <span className="age">{t('contracts.withoutTax')}</span>
          </dd>
          <dt>{t('contracts.revision')}</dt>
          <dd>
            <Day on={contract.revision} />
          </dd>
        </dl>
        <Box>
          <Text size="sm" fw={600} mb={6}>
            {t('contracts.whyState')}
          </Text>
          <Because reasons={contract.because} onFact={fact} />
          {contract.endBecause.length === 0 ? null : (
            <>
              <Text size="sm" fw={600} mt="sm" mb={6}>
                {t('contracts.whyEnd')}
              </Text>
              <Because reasons={contract.endBecause} onFact={fact} />
            </>
          )}
        </Box>
      </SimpleGrid>
    </Section>
  );
}

/** State, days and counts of the service or of an option, as rows of a list of facts. */
export function SubjectFacts({ state }: { state: SubjectState }) {
  const { t } = useTranslation();
  const days = [
    ['appliedOn', state.appliedOn],
    ['acceptedOn', state.acceptedOn],
    ['startOn', state.startOn],
    ['activatedOn', state.activatedOn],
    ['billingStartOn', state.billingStartOn],
    ['endsOn', state.endsOn],
  ] as const;
  return (
    <>
      <dt>{t('common.state')}</dt>
      <dd>
        <Phase state={state} />
      </dd>
      {days.map(([key, day]) =>
        day === null ? null : (
          <Row key={key} label={t(`contracts.days.${key}`)}>
            <Day on={day} />
          </Row>
        ),
      )}
      {state.deviceCount === null && state.comingCounts.length === 0 ? null : (
        <Row label={t('contracts.deviceCount')}>
          {state.deviceCount === null ? '–' : t('contracts.devices', { count: state.deviceCount })}
          {state.comingCounts.map((one) => (
            <span key={one.from} className="age">
              <Month of={one.from} />
              {t('contracts.fromThen')} {t('contracts.devices', { count: one.deviceCount })}
            </span>
          ))}
        </Row>
      )}
    </>
  );
}

function Row({ label, children }: { label: string; children: ReactNode }) {
  return (
    <>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </>
  );
}

/** The phase in words, and what it waits for. */
export function Phase({ state }: { state: Pick<SubjectState, 'phase' | 'waitingFor' | 'endsOn'> }) {
  const { t } = useTranslation();
  return (
    <>
      <Status tone={PHASE_TONE[state.phase]}>{t(`contracts.phase.${state.phase}`)}</Status>
      {state.waitingFor.map((what) => (
        <span key={what} className="age">
          {t(`contracts.waitingFor.${what}`)}
        </span>
      ))}
    </>
  );
}

type OptionsProps = {
  readonly options: readonly SubjectState[];
  readonly actions: (option: SubjectState) => ReactNode;
};
export function Options({ options, actions }: OptionsProps) {
  const { t } = useTranslation();
  const names = useNames();
  return (
    <Section title={t('contracts.options')}>
      {options.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('contracts.noOptions')}
        </Text>
      ) : (
        <Stack gap="md">
          {options.map((option) => (
            <Box key={`${option.subject} ${option.applicationId}`} className="option">
              <Group justify="space-between" mb={4}>
                <Text fw={600} size="sm" component="h3" m={0}>
                  {names.subject(option.subject)}
                </Text>
                <Group gap="xs">{actions(option)}</Group>
              </Group>
              <dl className="facts">
                <SubjectFacts state={option} />
              </dl>
              <Why reasons={option.endBecause} label={names.subject(option.subject)} />
            </Box>
          ))}
        </Stack>
      )}
    </Section>
  );
}
