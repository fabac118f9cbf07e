import {
  ActionIcon,
  Alert,
  Box,
  Button,
  Group,
  NumberInput,
  Select,
  SimpleGrid,
  Stack,
  Textarea,
  TextInput,
} from '@mantine/core';
import { IconAlertTriangle, IconPlus, IconTrash } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { BillingSettings } from '@tsukasa/api';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { oneOf } from '../../app/search.ts';
import { useCan } from '../../app/session.ts';
import { DayInput, MonthInput } from '../../shared/day.tsx';
import { notify } from '../../shared/notify.ts';
import { Page, Section } from '../../shared/page.tsx';
import { ProblemAlert } from '../../shared/problem-alert.tsx';
import { QueryStates } from '../../shared/query-states.tsx';

const CATEGORIES = ['standard', 'reduced'] as const;
const MODES = ['down', 'half_up', 'up'] as const;

/** Who bills and how. Rates and rounding hold from a day on: what was issued keeps its own. */
export function BillingSettingsPage() {
  const { t } = useTranslation();
  const settings = useQuery({ queryKey: ['billing', 'settings'], queryFn: () => call('getBillingSettings') });
  return (
    <Page title={t('billing.settings')} text={t('billing.settingsText')}>
      <QueryStates query={settings}>{(data) => <Form key={JSON.stringify(data)} settings={data} />}</QueryStates>
    </Page>
  );
}

type Set = (next: Partial<BillingSettings>) => void;
type PartProps = {
  draft: BillingSettings;
  set: Set;
  /** Puts all of it anew, where something is taken out. */
  replace: (draft: BillingSettings) => void;
  disabled: boolean;
};

function Form({ settings }: { settings: BillingSettings }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const may = useCan()('provider.billing.write');
  const [draft, setDraft] = useState(settings);
  const save = useMutation({
    mutationFn: () => call('putBillingSettings', { body: draft }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['billing'] });
      notify(t('common.saved'));
    },
  });
  const part: PartProps = { draft, set: (next) => setDraft({ ...draft, ...next }), replace: setDraft, disabled: !may };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (may && !save.isPending) save.mutate();
      }}
    >
      <Stack gap="md">
        {settings.issuer.registrationNumber === '' ? (
          <Alert color="yellow" icon={<IconAlertTriangle aria-hidden />} title={t('billing.noRegistration')}>
            {t('billing.noRegistrationText')}
          </Alert>
        ) : null}
        <Issuer {...part} />
        <Numbering {...part} />
        <TaxRates {...part} />
        <Rounding {...part} />
        <ProblemAlert error={save.error} />
        {may ? (
          <Group justify="flex-end">
            <Button
              type="submit"
              loading={save.isPending}
              disabled={JSON.stringify(draft) === JSON.stringify(settings)}
            >
              {t('common.save')}
            </Button>
          </Group>
        ) : null}
      </Stack>
    </form>
  );
}

function Issuer({ draft, set, disabled }: PartProps) {
  const { t } = useTranslation();
  const { issuer } = draft;
  const field = (key: keyof BillingSettings['issuer'], max: number) => ({
    label: t(`billing.issuerField.${key}`),
    value: issuer[key],
    maxLength: max,
    disabled,
    onChange: (event: { currentTarget: { value: string } }) =>
      set({ issuer: { ...issuer, [key]: event.currentTarget.value } }),
  });
  return (
    <Section title={t('billing.issuer')}>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <TextInput {...field('name', 200)} />
        <TextInput
          {...field('registrationNumber', 14)}
          description={t('billing.registrationHint')}
          pattern="T[0-9]{13}"
          placeholder="T1234567890123"
        />
        <TextInput {...field('postalCode', 10)} />
        <TextInput {...field('address', 400)} />
        <TextInput {...field('phone', 40)} type="tel" />
        <TextInput {...field('email', 254)} type="email" />
        <Textarea {...field('bankAccount', 400)} autosize minRows={2} />
        <TextInput
          {...field('peppolId', 65)}
          description={t('contracts.customer.peppolHint')}
          pattern="[0-9]{4}:[A-Za-z0-9._~\-]{1,60}"
        />
      </SimpleGrid>
    </Section>
  );
}

function Numbering({ draft, set, replace, disabled }: PartProps) {
  const { t } = useTranslation();
  return (
    <Section title={t('billing.numbering')}>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <TextInput
          label={t('billing.numberPrefix')}
          description={t('billing.numberPrefixHint')}
          pattern="[A-Z0-9\-]{0,10}"
          maxLength={10}
          disabled={disabled}
          value={draft.numberPrefix}
          onChange={(event) => set({ numberPrefix: event.currentTarget.value })}
        />
        <MonthInput
          label={t('billing.firstMonth')}
          description={t('billing.firstMonthHint')}
          disabled={disabled}
          value={draft.firstMonth ?? ''}
          onChange={(month) => {
            const { firstMonth: _old, ...rest } = draft;
            replace(month === '' ? rest : { ...rest, firstMonth: month });
          }}
        />
        <NumberInput
          label={t('billing.dueMonths')}
          description={t('billing.dueMonthsHint')}
          min={0}
          max={6}
          allowDecimal={false}
          clampBehavior="strict"
          disabled={disabled}
          value={draft.dueMonths}
          onChange={(value) => set({ dueMonths: Number(value) || 0 })}
        />
      </SimpleGrid>
    </Section>
  );
}

function TaxRates({ draft, set, disabled }: PartProps) {
  const { t } = useTranslation();
  const rates = draft.taxRates;
  const put = (at: number, next: Partial<BillingSettings['taxRates'][number]>) =>
    set({ taxRates: rates.map((one, i) => (i === at ? { ...one, ...next } : one)) });
  return (
    <Section title={t('billing.taxRates')}>
      <Stack gap="sm">
        {rates.map((rate, i) => (
          <DatedRow
            // biome-ignore lint/suspicious/noArrayIndexKey: rates are told apart by their place only
            key={i}
            label={t('billing.taxRateNumber', { number: i + 1 })}
            from={rate.from}
            disabled={disabled}
            onFrom={(from) => put(i, { from })}
            onRemove={rates.length === 1 ? undefined : () => set({ taxRates: rates.filter((_, at) => at !== i) })}
          >
            <Select
              label={t('billing.category')}
              allowDeselect={false}
              w={150}
              disabled={disabled}
              data={CATEGORIES.map((value) => ({ value, label: t(`billing.taxCategory.${value}`) }))}
              value={rate.category}
              onChange={(category) => put(i, { category: oneOf(category, CATEGORIES) ?? 'standard' })}
            />
            <TextInput
              label={t('billing.rate')}
              required
              w={100}
              disabled={disabled}
              pattern="[0-9]{1,2}(\.[0-9]{1,2})?"
              value={rate.rate}
              onChange={(event) => put(i, { rate: event.currentTarget.value })}
            />
          </DatedRow>
        ))}
        {disabled ? null : (
          <AddButton
            text={t('billing.addRate')}
            onClick={() => set({ taxRates: [...rates, { from: '', category: 'standard', rate: '10' }] })}
          />
        )}
      </Stack>
    </Section>
  );
}

function Rounding({ draft, set, disabled }: PartProps) {
  const { t } = useTranslation();
  const { rounding } = draft;
  const put = (at: number, next: Partial<BillingSettings['rounding'][number]>) =>
    set({ rounding: rounding.map((one, i) => (i === at ? { ...one, ...next } : one)) });
  return (
    <Section title={t('billing.rounding')}>
      <Stack gap="sm">
        {rounding.map((one, i) => (
          <DatedRow
            // biome-ignore lint/suspicious/noArrayIndexKey: rules are told apart by their place only
            key={i}
            label={t('billing.roundingNumber', { number: i + 1 })}
            from={one.from}
            disabled={disabled}
            onFrom={(from) => put(i, { from })}
            onRemove={rounding.length === 1 ? undefined : () => set({ rounding: rounding.filter((_, at) => at !== i) })}
          >
            <Select
              label={t('billing.roundingMode')}
              allowDeselect={false}
              w={180}
              disabled={disabled}
              data={MODES.map((value) => ({ value, label: t(`billing.mode.${value}`) }))}
              value={one.mode}
              onChange={(mode) => put(i, { mode: oneOf(mode, MODES) ?? 'down' })}
            />
          </DatedRow>
        ))}
        {disabled ? null : (
          <AddButton
            text={t('billing.addRounding')}
            onClick={() => set({ rounding: [...rounding, { from: '', mode: 'down' }] })}
          />
        )}
      </Stack>
    </Section>
  );
}

type RowProps = {
  readonly label: string;
  readonly from: string;
  readonly disabled: boolean;
  readonly onFrom: (from: string) => void;
  readonly onRemove: (() => void) | undefined;
  readonly children: ReactNode;
};
/** A row that holds from a day on. */
function DatedRow({ label, from, disabled, onFrom, onRemove, children }: RowProps) {
  const { t } = useTranslation();
  return (
    <Box component="fieldset" m={0} p={0} bd={0} disabled={disabled} aria-label={label}>
      <Group align="end" gap="sm">
        <DayInput label={t('terms.from')} required value={from} onChange={onFrom} w={170} />
        {children}
        {onRemove === undefined || disabled ? null : (
          <ActionIcon variant="default" size={36} aria-label={`${t('common.remove')}: ${label}`} onClick={onRemove}>
            <IconTrash size={16} aria-hidden />
          </ActionIcon>
        )}
      </Group>
    </Box>
  );
}

function AddButton({ text, onClick }: { text: string; onClick: () => void }) {
  return (
    <Button
      size="xs"
      variant="default"
      style={{ alignSelf: 'flex-start' }}
      leftSection={<IconPlus size={14} aria-hidden />}
      onClick={onClick}
    >
      {text}
    </Button>
  );
}
