import { Checkbox, MultiSelect, Select, SimpleGrid, Stack, Textarea, TextInput } from '@mantine/core';
import type { CatalogueContent } from '@tsukasa/api';
import { useTranslation } from 'react-i18next';
import { useNames } from '../contracts/names.ts';
import { type EntryDraft, FUNCTIONS, PROBES, SECTION_FIELDS, type Section, type Words } from './entry-draft.ts';

type Props = {
  readonly section: Section;
  readonly content: CatalogueContent;
  readonly draft: EntryDraft;
  readonly onChange: (draft: EntryDraft) => void;
};

/** The fields of an entry of the catalogue. */
export function EntryFields(props: Props) {
  return (
    <Stack gap="sm">
      {SECTION_FIELDS[props.section].map((field) => (
        <EntryField key={field} field={field} {...props} />
      ))}
    </Stack>
  );
}

function EntryField({ field, content, draft, onChange }: Props & { field: keyof EntryDraft }) {
  const { t } = useTranslation();
  const names = useNames();
  const set = (next: Partial<EntryDraft>) => onChange({ ...draft, ...next });
  const ids = (list: readonly { readonly id: string }[]) => [...new Set(list.map((one) => one.id))];
  switch (field) {
    case 'name':
    case 'description':
    case 'text':
      return (
        <WordsField
          label={t(`terms.field.${field}`)}
          required={field !== 'description'}
          long={field === 'text'}
          value={draft[field]}
          onChange={(words) => set({ [field]: words })}
        />
      );
    case 'item':
      return (
        <Select
          label={t('terms.field.item')}
          required
          data={ids(content.items).map((id) => ({ value: id, label: names.item(id) }))}
          value={draft.item === '' ? null : draft.item}
          onChange={(item) => set({ item: item ?? '' })}
        />
      );
    case 'functions':
      return (
        <Checkbox.Group
          label={t('terms.field.functions')}
          value={[...draft.functions]}
          onChange={(functions) => set({ functions })}
        >
          <Stack gap={6} mt={6}>
            {FUNCTIONS.map((one) => (
              <Checkbox key={one} value={one} label={t(`contracts.function.${one}`)} />
            ))}
          </Stack>
        </Checkbox.Group>
      );
    case 'counted':
      return (
        <Checkbox
          label={t('terms.field.countedLong')}
          checked={draft.counted}
          onChange={(event) => set({ counted: event.currentTarget.checked })}
        />
      );
    case 'kinds':
    case 'options': {
      const known = ids(field === 'kinds' ? content.kinds : content.options);
      const name = field === 'kinds' ? names.kind : names.subject;
      return (
        <Stack gap={6}>
          <Checkbox
            label={t(field === 'kinds' ? 'terms.field.allKinds' : 'terms.field.allOptions')}
            checked={draft[field] === undefined}
            onChange={(event) => set({ [field]: event.currentTarget.checked ? undefined : [] })}
          />
          {draft[field] === undefined ? null : (
            <MultiSelect
              label={t(`terms.field.${field}`)}
              data={known.map((id) => ({ value: id, label: name(id) }))}
              value={[...draft[field]]}
              onChange={(list) => set({ [field]: list })}
            />
          )}
        </Stack>
      );
    }
    case 'paragraph':
      return (
        <Select
          label={t('terms.field.paragraph')}
          allowDeselect={false}
          data={(['1', '2', '3', '4'] as const).map((value) => ({ value, label: t(`terms.paragraph.${value}`) }))}
          value={draft.paragraph}
          onChange={(paragraph) => set({ paragraph: paragraph ?? '3' })}
        />
      );
    case 'probe':
      return (
        <Select
          label={t('terms.field.probe')}
          description={t('terms.field.probeHint')}
          clearable
          data={PROBES.map((value) => ({ value, label: t(`terms.probe.${value}`) }))}
          value={draft.probe === '' ? null : draft.probe}
          onChange={(probe) => set({ probe: probe ?? '' })}
        />
      );
    case 'from':
    case 'until':
      return null; // stand together below the others
    default:
      return (
        <TextInput
          label={t(`terms.field.${field}`)}
          required={field !== 'below'}
          maxLength={64}
          value={draft[field]}
          onChange={(event) => set({ [field]: event.currentTarget.value })}
        />
      );
  }
}

type WordsProps = { label: string; required: boolean; long?: boolean; value: Words; onChange: (words: Words) => void };
/** A text in both languages, side by side where there is room. */
export function WordsField({ label, required, long = false, value, onChange }: WordsProps) {
  const { t } = useTranslation();
  const common = { required, maxLength: 20_000 };
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
      {(['ja', 'en'] as const).map((language) => {
        const text = {
          ...common,
          label: `${label} (${t(`terms.language.${language}`)})`,
          lang: language,
          value: value[language],
          onChange: (event: { currentTarget: { value: string } }) =>
            onChange({ ...value, [language]: event.currentTarget.value }),
        };
        return long ? (
          <Textarea key={language} {...text} autosize minRows={6} maxRows={16} />
        ) : (
          <TextInput key={language} {...text} />
        );
      })}
    </SimpleGrid>
  );
}
