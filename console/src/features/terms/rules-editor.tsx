import {
  ActionIcon,
  Box,
  Button,
  Checkbox,
  Group,
  MultiSelect,
  NumberInput,
  Select,
  SimpleGrid,
  Stack,
  Text,
} from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import type { TermsRevision } from '@tsukasa/api';
import { useTranslation } from 'react-i18next';
import { Clause } from '../../shared/because.tsx';
import { Section } from '../../shared/page.tsx';
import { SERVICE, useCatalogue, useNames } from '../contracts/names.ts';

type Rules = TermsRevision['rules'];
type Fee = Rules['fees'][number];
type Price = Fee['initial'];
type Pair = Rules['linkedEndings'][number];
type Props = { rules: Rules; onChange: (rules: Rules) => void };

function useChoices() {
  const names = useNames();
  const content = useCatalogue().data?.content;
  const unique = (list: readonly { readonly id: string }[] | undefined) => [
    ...new Set((list ?? []).map((one) => one.id)),
  ];
  const kinds = unique(content?.kinds).map((id) => ({ value: id, label: names.kind(id) }));
  const options = unique(content?.options).map((id) => ({ value: id, label: names.subject(id) }));
  return { kinds, options, subjects: [{ value: SERVICE, label: names.subject(SERVICE) }, ...options] };
}

/** The rules of a draft: notice days, linked endings, what may change by month, and the fees of Schedule 1. */
export function RulesEditor({ rules, onChange }: Props) {
  const { t } = useTranslation();
  const { subjects } = useChoices();
  const set = (next: Partial<Rules>) => onChange({ ...rules, ...next });
  return (
    <>
      <Section title={t('terms.rules')}>
        <Stack>
          <Box>
            <NumberInput
              label={t('terms.rule.noticeDays')}
              description={t('terms.rule.noticeDaysHint')}
              required
              min={0}
              max={365}
              allowDecimal={false}
              allowNegative={false}
              maw={280}
              value={rules.noticeDays}
              onChange={(days) => set({ noticeDays: typeof days === 'number' ? days : 0 })}
            />
            <Clause clause="art-10-1" />
          </Box>
          <Box>
            <Checkbox
              label={t('terms.rule.oneContractPerKind')}
              checked={rules.oneContractPerKind}
              onChange={(event) => set({ oneContractPerKind: event.currentTarget.checked })}
            />
            <Clause clause="art-5" />
          </Box>
          <Pairs
            label={t('terms.rule.onlyTogether')}
            clause="art-8-4"
            pairs={rules.onlyTogether}
            onChange={(onlyTogether) => set({ onlyTogether })}
          />
          <Pairs
            label={t('terms.rule.linkedEndings')}
            clause="art-10-2"
            pairs={rules.linkedEndings}
            onChange={(linkedEndings) => set({ linkedEndings })}
          />
          <Box>
            <MultiSelect
              label={t('terms.rule.countChanges')}
              data={subjects}
              value={rules.countChanges}
              onChange={(countChanges) => set({ countChanges })}
            />
            <Clause clause="art-8-5" />
          </Box>
        </Stack>
      </Section>
      <Section title={t('terms.fees')} aside={<Clause clause="sch-1" />}>
        <Fees fees={rules.fees} onChange={(fees) => set({ fees })} />
      </Section>
    </>
  );
}

type PairsProps = { label: string; clause: string; pairs: Pair[]; onChange: (pairs: Pair[]) => void };
function Pairs({ label, clause, pairs, onChange }: PairsProps) {
  const { t } = useTranslation();
  const { kinds, options } = useChoices();
  const set = (at: number, next: Partial<Pair>) =>
    onChange(pairs.map((one, i) => (i === at ? { ...one, ...next } : one)));
  return (
    <Box component="fieldset" m={0} p={0} bd={0}>
      <Text component="legend" size="sm" fw={600}>
        {label}
      </Text>
      <Stack gap={6} mt={4}>
        {pairs.map((pair, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: pairs are told apart by their place only
          <Group key={i} align="end" gap="sm">
            <Select
              label={t('contracts.kindLabel')}
              data={kinds}
              allowDeselect={false}
              value={pair.kind}
              onChange={(kind) => set(i, { kind: kind ?? pair.kind })}
            />
            <Select
              label={t('terms.option')}
              data={options}
              allowDeselect={false}
              value={pair.option}
              onChange={(option) => set(i, { option: option ?? pair.option })}
            />
            <ActionIcon
              variant="default"
              size={36}
              aria-label={`${t('common.remove')}: ${label} ${i + 1}`}
              onClick={() => onChange(pairs.filter((_, at) => at !== i))}
            >
              <IconTrash size={16} aria-hidden />
            </ActionIcon>
          </Group>
        ))}
        <Group gap="sm">
          <Button
            variant="default"
            size="xs"
            leftSection={<IconPlus size={14} aria-hidden />}
            aria-label={`${t('terms.addPair')}: ${label}`}
            onClick={() => onChange([...pairs, { kind: kinds[0]?.value ?? '', option: options[0]?.value ?? '' }])}
          >
            {t('terms.addPair')}
          </Button>
          <Clause clause={clause} />
        </Group>
      </Stack>
    </Box>
  );
}

const QUOTED: Price = { type: 'quoted' };
function Fees({ fees, onChange }: { fees: Fee[]; onChange: (fees: Fee[]) => void }) {
  const { t } = useTranslation();
  const { kinds, subjects } = useChoices();
  const put = (at: number, fee: Fee) => onChange(fees.map((one, i) => (i === at ? fee : one)));
  return (
    <Stack gap="sm">
      {fees.map((fee, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: fees are told apart by their place only
        <Box key={i} component="fieldset" className="card" p="sm" m={0} miw={0}>
          <Box component="legend" px={4} fz="xs" c="dimmed">
            {t('terms.fee', { number: i + 1 })}
          </Box>
          <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
            <Select
              label={t('contracts.subject')}
              data={subjects}
              allowDeselect={false}
              value={fee.subject}
              onChange={(subject) => put(i, { ...fee, subject: subject ?? fee.subject })}
            />
            <Select
              label={t('contracts.kindLabel')}
              placeholder={t('common.all')}
              clearable
              data={kinds}
              value={fee.kind ?? null}
              onChange={(kind) => {
                const { kind: _old, ...rest } = fee;
                put(i, kind === null ? rest : { ...rest, kind });
              }}
            />
            {(['initial', 'monthly'] as const).map((which) => (
              <PriceField
                key={which}
                label={t(`contracts.fee.${which}`)}
                price={fee[which]}
                onChange={(price) => put(i, { ...fee, [which]: price })}
              />
            ))}
          </SimpleGrid>
          <Group justify="flex-end" mt="xs">
            <ActionIcon
              variant="default"
              size="lg"
              aria-label={`${t('common.remove')}: ${t('terms.fee', { number: i + 1 })}`}
              onClick={() => onChange(fees.filter((_, at) => at !== i))}
            >
              <IconTrash size={16} aria-hidden />
            </ActionIcon>
          </Group>
        </Box>
      ))}
      <Button
        variant="default"
        size="xs"
        style={{ alignSelf: 'flex-start' }}
        leftSection={<IconPlus size={14} aria-hidden />}
        onClick={() => onChange([...fees, { subject: SERVICE, initial: QUOTED, monthly: QUOTED }])}
      >
        {t('terms.addFee')}
      </Button>
    </Stack>
  );
}

function PriceField({ label, price, onChange }: { label: string; price: Price; onChange: (price: Price) => void }) {
  const { t } = useTranslation();
  const way = price.type === 'quoted' ? 'quoted' : price.per;
  return (
    <Group gap="sm" align="end" grow>
      <Select
        label={label}
        allowDeselect={false}
        data={[
          { value: 'quoted', label: t('terms.quoted') },
          { value: 'contract', label: t('contracts.per.contract') },
          { value: 'device', label: t('contracts.per.device') },
        ]}
        value={way}
        onChange={(next) =>
          onChange(
            next === 'contract' || next === 'device'
              ? { type: 'fixed', amount: price.type === 'fixed' ? price.amount : 0, per: next }
              : QUOTED,
          )
        }
      />
      {price.type === 'quoted' ? null : (
        <NumberInput
          label={`${label} (${t('contracts.amountWithoutTax')})`}
          required
          min={0}
          max={1_000_000_000}
          prefix="¥"
          allowDecimal={false}
          allowNegative={false}
          thousandSeparator=","
          value={price.amount}
          onChange={(amount) => onChange({ ...price, amount: typeof amount === 'number' ? amount : 0 })}
        />
      )}
    </Group>
  );
}
