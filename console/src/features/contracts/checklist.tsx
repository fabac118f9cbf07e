import { Box, Checkbox, Group, Progress, Stack, Text, VisuallyHidden } from '@mantine/core';
import { IconCircleCheck, IconCircleDashed } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import type { ChecklistEntry, Contract } from '@tsukasa/api';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { useCan } from '../../app/session.ts';
import { Clause } from '../../shared/because.tsx';
import { useLanguage } from '../../shared/format.ts';
import { Section } from '../../shared/page.tsx';
import { ProblemAlert } from '../../shared/problem-alert.tsx';
import { TimeAgo } from '../../shared/time.tsx';
import { useRefreshContracts } from './refresh.ts';

type Props = {
  readonly contractorId: string;
  readonly entries: readonly ChecklistEntry[];
  readonly contracts: readonly Pick<Contract, 'contractId' | 'contractNumber'>[];
};

/** What the contractor has to prepare (Art. 6): some items complete themselves, others are ticked. */
export function Checklist({ contractorId, entries, contracts }: Props) {
  const { t } = useTranslation();
  const refresh = useRefreshContracts();
  const may = useCan(contractorId)('contracts.checklist');
  const tick = useMutation({
    mutationFn: ({ contractId, item, done }: ChecklistEntry) =>
      call('tickChecklist', { params: { contractorId, contractId, item }, body: { done: !done } }),
    onSuccess: refresh,
  });
  if (entries.length === 0) return null;
  const done = entries.filter((one) => one.done).length;
  const several = new Set(entries.map((one) => one.contractId)).size > 1;
  return (
    <Section title={t('contracts.checklist')} aside={<Clause clause="art-6-1" />}>
      <Group gap="sm" mb="sm">
        <Progress
          value={(100 * done) / entries.length}
          flex={1}
          aria-label={t('contracts.checklistProgress', { done, total: entries.length })}
        />
        <Text size="sm" className="tabular">
          {t('contracts.checklistProgress', { done, total: entries.length })}
        </Text>
      </Group>
      <Stack gap="xs" component="ul" m={0} p={0} style={{ listStyle: 'none' }}>
        {entries.map((entry) => (
          <Entry
            key={`${entry.contractId} ${entry.item}`}
            entry={entry}
            number={several ? contracts.find((one) => one.contractId === entry.contractId)?.contractNumber : undefined}
            onTick={may && !entry.automatic ? () => tick.mutate(entry) : undefined}
          />
        ))}
      </Stack>
      <ProblemAlert error={tick.error} />
    </Section>
  );
}

type EntryProps = { entry: ChecklistEntry; number: string | undefined; onTick: (() => void) | undefined };
function Entry({ entry, number, onTick }: EntryProps) {
  const { t } = useTranslation();
  const language = useLanguage();
  const label = `${entry.title[language]}${number === undefined ? '' : ` (${number})`}`;
  const Icon = entry.done ? IconCircleCheck : IconCircleDashed;
  return (
    <Box component="li">
      {onTick === undefined ? (
        <Group gap={10} wrap="nowrap" align="flex-start">
          <Icon
            size={20}
            aria-hidden
            style={{ flex: 'none', color: `var(--tsukasa-${entry.done ? 'good' : 'quiet'})` }}
          />
          <Text size="sm">
            {label} <VisuallyHidden>{entry.done ? t('contracts.done') : t('contracts.notDone')}</VisuallyHidden>
          </Text>
        </Group>
      ) : (
        <Checkbox label={label} checked={entry.done} onChange={onTick} />
      )}
      <Box ml={32}>
        {entry.automatic ? <span className="age">{t('contracts.automatic')}</span> : null}
        {entry.doneAt === null ? null : (
          <span className="age">
            {entry.doneBy ?? ''} <TimeAgo at={entry.doneAt} />
          </span>
        )}
      </Box>
    </Box>
  );
}
