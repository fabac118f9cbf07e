import { Box, Checkbox, NumberInput, Radio, SegmentedControl, Stack, Text } from '@mantine/core';
import type { CatalogueContent } from '@tsukasa/api';
import { useTranslation } from 'react-i18next';
import { DayInput, todayInJapan } from '../../shared/day.tsx';
import { useLanguage } from '../../shared/format.ts';
import type { DraftApplication } from './application-content.ts';
import { holdsOn } from './names.ts';

type Props = {
  readonly catalogue: CatalogueContent;
  readonly draft: DraftApplication;
  readonly onChange: (draft: DraftApplication) => void;
  /** Set when the application is about a contract that exists. */
  readonly contractId: string | undefined;
};

/** Chooses what is applied for: a kind with its options, options of a running contract, or a change of its item. */
export function ApplicationFields({ catalogue, draft, onChange, contractId }: Props) {
  const { t } = useTranslation();
  const set = (next: Partial<DraftApplication>) => onChange({ ...draft, ...next });
  return (
    <Stack>
      {contractId === undefined ? null : (
        <SegmentedControl
          fullWidth
          aria-label={t('contracts.apply.what')}
          value={draft.type}
          onChange={(type) => set({ type: type === 'change' ? 'change' : 'options' })}
          data={[
            { value: 'options', label: t('contracts.apply.options') },
            { value: 'change', label: t('contracts.apply.change') },
          ]}
        />
      )}
      {draft.type === 'options' ? null : <Kinds catalogue={catalogue} draft={draft} set={set} />}
      {draft.type === 'change' ? (
        <Text size="sm" c="dimmed">
          {t('contracts.apply.changeText')}
        </Text>
      ) : (
        <>
          <OptionChoices catalogue={catalogue} draft={draft} set={set} />
          <DayInput
            label={t('contracts.apply.startOn')}
            description={t('contracts.apply.startHint')}
            value={draft.startOn}
            onChange={(startOn) => set({ startOn })}
          />
        </>
      )}
    </Stack>
  );
}

type PartProps = Pick<Props, 'catalogue' | 'draft'> & { set: (next: Partial<DraftApplication>) => void };

function Kinds({ catalogue, draft, set }: PartProps) {
  const { t } = useTranslation();
  const language = useLanguage();
  const kinds = holdsOn(catalogue.kinds, todayInJapan());
  return (
    <>
      <Radio.Group
        label={t('contracts.kindLabel')}
        required
        value={draft.kind}
        onChange={(kind) => set({ kind, item: kinds.find((one) => one.id === kind)?.item ?? null })}
      >
        <Stack gap="xs" mt="xs">
          {kinds.map((kind) => (
            <Radio
              key={kind.id}
              value={kind.id}
              label={kind.name[language]}
              description={kind.description?.[language]}
            />
          ))}
        </Stack>
      </Radio.Group>
      {draft.type === 'service' ? (
        <NumberInput
          label={t('contracts.apply.deviceCount')}
          description={t('contracts.apply.deviceCountHint')}
          min={1}
          max={1_000_000}
          allowDecimal={false}
          allowNegative={false}
          thousandSeparator=","
          value={draft.deviceCount}
          onChange={(deviceCount) => set({ deviceCount })}
        />
      ) : null}
    </>
  );
}

function OptionChoices({ catalogue, draft, set }: PartProps) {
  const { t } = useTranslation();
  const language = useLanguage();
  const choose = (id: string, chosen: boolean) => {
    const { [id]: _gone, ...rest } = draft.options;
    set({ options: chosen ? { ...rest, [id]: draft.deviceCount } : rest });
  };
  return (
    <Stack gap="xs" component="fieldset" m={0} p={0} bd={0}>
      <Text component="legend" size="sm" fw={600} mb={4}>
        {t('contracts.options')}
      </Text>
      {holdsOn(catalogue.options, todayInJapan()).map((option) => (
        <Box key={option.id}>
          <Checkbox
            label={option.name[language]}
            description={option.description?.[language]}
            checked={option.id in draft.options}
            onChange={(event) => choose(option.id, event.currentTarget.checked)}
          />
          {option.counted && option.id in draft.options ? (
            <NumberInput
              mt={6}
              ml={32}
              maw={260}
              label={`${t('contracts.deviceCount')} (${option.name[language]})`}
              description={t('contracts.apply.countedHint')}
              required
              min={1}
              max={1_000_000}
              allowDecimal={false}
              allowNegative={false}
              thousandSeparator=","
              value={draft.options[option.id] ?? ''}
              onChange={(count) => set({ options: { ...draft.options, [option.id]: count } })}
            />
          ) : null}
        </Box>
      ))}
    </Stack>
  );
}
