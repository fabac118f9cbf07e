import { ActionIcon, Box, Button, Group, Select, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import type { TermsRevision } from '@tsukasa/api';
import { useTranslation } from 'react-i18next';
import { DayInput } from '../../shared/day.tsx';
import { Section } from '../../shared/page.tsx';
import { useCatalogue, useNames } from '../contracts/names.ts';

type Transition = TermsRevision['transitions'][number];
type Previous = Extract<Transition, { type: 'previous_terms' }>;
type Renamed = Extract<Transition, { type: 'renamed' }>;
type Props = { transitions: Transition[]; onChange: (transitions: Transition[]) => void };

/** What becomes of contracts that were made under earlier terms. */
export function TransitionsEditor({ transitions, onChange }: Props) {
  const { t } = useTranslation();
  const item = useCatalogue().data?.content.items[0]?.id ?? '';
  const put = (at: number, next: Transition) => onChange(transitions.map((one, i) => (i === at ? next : one)));
  return (
    <Section title={t('terms.transitions')}>
      <Stack gap="sm">
        {transitions.length === 0 ? (
          <Text size="sm" c="dimmed">
            {t('terms.noTransitions')}
          </Text>
        ) : null}
        {transitions.map((one, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: rules are told apart by their place only
          <Box key={i} component="fieldset" className="card" p="sm" m={0} miw={0}>
            <Box component="legend" px={4} fz="xs" c="dimmed">
              {t(`terms.transition.${one.type}`)}
            </Box>
            {one.type === 'renamed' ? (
              <RenamedFields value={one} onChange={(next) => put(i, next)} />
            ) : (
              <PreviousFields value={one} onChange={(next) => put(i, next)} />
            )}
            <Group justify="flex-end" mt="xs">
              <ActionIcon
                variant="default"
                size="lg"
                aria-label={`${t('common.remove')}: ${t(`terms.transition.${one.type}`)} ${i + 1}`}
                onClick={() => onChange(transitions.filter((_, at) => at !== i))}
              >
                <IconTrash size={16} aria-hidden />
              </ActionIcon>
            </Group>
          </Box>
        ))}
        <Group gap="sm">
          <Button
            size="xs"
            variant="default"
            leftSection={<IconPlus size={14} aria-hidden />}
            onClick={() => onChange([...transitions, { type: 'renamed', item, madeUntil: '', to: item, clause: '' }])}
          >
            {t('terms.transition.renamed')}
          </Button>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconPlus size={14} aria-hidden />}
            onClick={() =>
              onChange([
                ...transitions,
                { type: 'previous_terms', subject: { item }, madeUntil: '', until: '', clause: '' },
              ])
            }
          >
            {t('terms.transition.previous_terms')}
          </Button>
        </Group>
      </Stack>
    </Section>
  );
}

function useItems() {
  const names = useNames();
  const items = useCatalogue().data?.content.items ?? [];
  return [...new Set(items.map((one) => one.id))].map((id) => ({ value: id, label: names.item(id) }));
}

function RenamedFields({ value, onChange }: { value: Renamed; onChange: (next: Renamed) => void }) {
  const { t } = useTranslation();
  const items = useItems();
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
      <Select
        label={t('terms.field.item')}
        data={items}
        allowDeselect={false}
        value={value.item}
        onChange={(item) => onChange({ ...value, item: item ?? value.item })}
      />
      <Select
        label={t('terms.to')}
        data={items}
        allowDeselect={false}
        value={value.to}
        onChange={(to) => onChange({ ...value, to: to ?? value.to })}
      />
      <DayInput
        label={t('terms.madeUntil')}
        required
        value={value.madeUntil}
        onChange={(madeUntil) => onChange({ ...value, madeUntil })}
      />
      <ClauseField value={value.clause} onChange={(clause) => onChange({ ...value, clause })} />
    </SimpleGrid>
  );
}

function PreviousFields({ value, onChange }: { value: Previous; onChange: (next: Previous) => void }) {
  const { t } = useTranslation();
  const names = useNames();
  const items = useItems();
  const options = useCatalogue().data?.content.options ?? [];
  const chosen = 'item' in value.subject ? `item ${value.subject.item}` : `option ${value.subject.option}`;
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
      <Select
        label={t('contracts.subject')}
        allowDeselect={false}
        data={[
          ...items.map((one) => ({ value: `item ${one.value}`, label: one.label })),
          ...[...new Set(options.map((one) => one.id))].map((id) => ({
            value: `option ${id}`,
            label: names.subject(id),
          })),
        ]}
        value={chosen}
        onChange={(next) => {
          const [what = 'item', id = ''] = (next ?? chosen).split(/ (.*)/);
          onChange({ ...value, subject: what === 'option' ? { option: id } : { item: id } });
        }}
      />
      <ClauseField value={value.clause} onChange={(clause) => onChange({ ...value, clause })} />
      <DayInput
        label={t('terms.madeUntil')}
        required
        value={value.madeUntil}
        onChange={(madeUntil) => onChange({ ...value, madeUntil })}
      />
      <DayInput
        label={t('terms.previousUntil')}
        required
        value={value.until}
        onChange={(until) => onChange({ ...value, until })}
      />
    </SimpleGrid>
  );
}

function ClauseField({ value, onChange }: { value: string; onChange: (clause: string) => void }) {
  const { t } = useTranslation();
  return (
    <TextInput
      label={t('terms.clause')}
      placeholder="sup-2027-04-01-2"
      required
      maxLength={64}
      pattern="\S+"
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
