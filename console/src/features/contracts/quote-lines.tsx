import { ActionIcon, Box, Button, Group, NumberInput, Select, Stack, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Line } from './fact-fields.ts';
import { SERVICE, useCatalogue, useNames } from './names.ts';

/** A line while it is being written: the amount may still be missing. */
export type DraftLine = {
  readonly id: string;
  readonly subject: string;
  readonly fee: 'initial' | 'monthly';
  readonly per: 'contract' | 'device';
  readonly amount: number | string;
  readonly os: string;
  readonly deviceCount: number | string;
};
export const draftLine = (line: Partial<DraftLine>): DraftLine => ({
  id: crypto.randomUUID(),
  subject: SERVICE,
  fee: 'monthly',
  per: 'contract',
  amount: '',
  os: '',
  deviceCount: '',
  ...line,
});

/** The lines as the API takes them; `undefined` while one of them is not complete. */
export function completeLines(lines: readonly DraftLine[]): Line[] | undefined {
  const complete = lines.flatMap(({ subject, fee, per, amount, os, deviceCount }) =>
    typeof amount === 'number' && Number.isSafeInteger(amount) && amount >= 0
      ? [
          {
            subject,
            fee,
            per,
            amount,
            ...(os.trim() === '' ? {} : { os: os.trim() }),
            ...(typeof deviceCount === 'number' ? { deviceCount } : {}),
          },
        ]
      : [],
  );
  return complete.length === lines.length && complete.length > 0 ? complete : undefined;
}

type Props = { lines: readonly DraftLine[]; onChange: (lines: readonly DraftLine[]) => void };
/** Writes the prices of a quote, one line for each subject, fee and, where it matters, OS. */
export function QuoteLines({ lines, onChange }: Props) {
  const { t } = useTranslation();
  const change = (id: string, next: Partial<DraftLine>) =>
    onChange(lines.map((line) => (line.id === id ? { ...line, ...next } : line)));
  return (
    <Stack gap="sm">
      {lines.map((line, i) => (
        <LineFields
          key={line.id}
          line={line}
          number={i + 1}
          onChange={(next) => change(line.id, next)}
          onRemove={() => onChange(lines.filter((one) => one.id !== line.id))}
        />
      ))}
      <Button
        variant="default"
        size="xs"
        leftSection={<IconPlus size={14} aria-hidden />}
        style={{ alignSelf: 'flex-start' }}
        onClick={() => onChange([...lines, draftLine({})])}
      >
        {t('contracts.quote.addLine')}
      </Button>
    </Stack>
  );
}

type LineProps = {
  line: DraftLine;
  number: number;
  onChange: (next: Partial<DraftLine>) => void;
  onRemove: () => void;
};
function LineFields({ line, number, onChange, onRemove }: LineProps) {
  const { t } = useTranslation();
  const names = useNames();
  const options = useCatalogue().data?.content.options ?? [];
  const subjects = [...new Set([SERVICE, ...options.map((one) => one.id), line.subject])];
  return (
    <Box component="fieldset" className="card" p="sm" m={0} miw={0}>
      <Box component="legend" px={4} fz="xs" c="dimmed">
        {t('contracts.quote.line', { number })}
      </Box>
      <Group gap="sm" align="end">
        <Select
          label={t('contracts.subject')}
          allowDeselect={false}
          w={200}
          data={subjects.map((id) => ({ value: id, label: names.subject(id) }))}
          value={line.subject}
          onChange={(subject) => onChange({ subject: subject ?? SERVICE })}
        />
        <Select
          label={t('contracts.feeLabel')}
          allowDeselect={false}
          w={130}
          data={(['initial', 'monthly'] as const).map((fee) => ({ value: fee, label: t(`contracts.fee.${fee}`) }))}
          value={line.fee}
          onChange={(fee) => onChange({ fee: fee === 'initial' ? 'initial' : 'monthly' })}
        />
        <NumberInput
          label={t('contracts.quote.amount')}
          required
          min={0}
          max={1_000_000_000}
          allowDecimal={false}
          allowNegative={false}
          thousandSeparator=","
          prefix="¥"
          w={150}
          value={line.amount}
          onChange={(amount) => onChange({ amount })}
        />
        <Select
          label={t('contracts.quote.per')}
          allowDeselect={false}
          w={130}
          data={(['contract', 'device'] as const).map((per) => ({ value: per, label: t(`contracts.per.${per}`) }))}
          value={line.per}
          onChange={(per) => onChange({ per: per === 'device' ? 'device' : 'contract' })}
        />
        <TextInput
          label={t('contracts.quote.os')}
          maxLength={40}
          w={120}
          value={line.os}
          onChange={(event) => onChange({ os: event.currentTarget.value })}
        />
        <NumberInput
          label={t('contracts.deviceCount')}
          min={1}
          max={1_000_000}
          allowDecimal={false}
          thousandSeparator=","
          w={120}
          value={line.deviceCount}
          onChange={(deviceCount) => onChange({ deviceCount })}
        />
        <ActionIcon
          variant="default"
          size={36}
          aria-label={`${t('common.remove')}: ${t('contracts.quote.line', { number })}`}
          onClick={onRemove}
        >
          <IconTrash size={16} aria-hidden />
        </ActionIcon>
      </Group>
    </Box>
  );
}
