import { Button, Group } from '@mantine/core';
import type { CatalogueContent } from '@tsukasa/api';
import { useTranslation } from 'react-i18next';
import { type Column, DataTable } from '../../shared/data-table.tsx';
import { Day, todayInJapan } from '../../shared/day.tsx';
import { useLanguage } from '../../shared/format.ts';
import { Status } from '../../shared/status.tsx';
import { useNames } from '../contracts/names.ts';
import { draftOf, type EntryDraft, FUNCTIONS, PROBES, SECTION_FIELDS, type Section } from './entry-draft.ts';

type Row = { readonly at: number; readonly draft: EntryDraft };
type Props = { section: Section; content: CatalogueContent; onEdit?: (at: number, endOnly: boolean) => void };

/** The entries of one section of the catalogue: what holds today, what held before and what will hold. */
export function EntryTable({ section, content, onEdit }: Props) {
  const { t } = useTranslation();
  const language = useLanguage();
  const cell = useCell();
  const today = todayInJapan();
  const rows: Row[] = content[section].map((entry, at) => ({ at, draft: draftOf(entry) }));
  const shown = SECTION_FIELDS[section].filter((field) => field !== 'description' && field !== 'text');
  const titleOf = ({ draft }: Row) =>
    section === 'supportedOs' ? `${draft.family} ${draft.atLeast}` : draft.name[language] || draft.id;
  const columns: Column<Row>[] = [
    ...shown.map((field) => ({
      key: field,
      header: t(`terms.field.${field}`),
      cell: ({ draft }: Row) => cell(draft, field),
    })),
    {
      key: 'holds',
      header: t('common.state'),
      cell: ({ draft: { from, until } }) => {
        const state = from > today ? 'future' : until !== '' && until < today ? 'past' : 'now';
        return (
          <Status tone={state === 'now' ? 'good' : state === 'future' ? 'active' : 'quiet'}>
            {t(`terms.holds.${state}`)}
          </Status>
        );
      },
    },
    { key: 'from', header: t('terms.from'), cell: ({ draft }) => <Day on={draft.from} /> },
    {
      key: 'until',
      header: t('terms.until'),
      cell: ({ draft }) => <Day on={draft.until === '' ? null : draft.until} />,
    },
  ];
  return (
    <DataTable
      label={t(`terms.section.${section}`)}
      rows={rows}
      rowKey={(row) => String(row.at)}
      columns={columns}
      {...(onEdit === undefined
        ? {}
        : {
            actions: (row: Row) => (
              <Group gap={6} wrap="nowrap" justify="flex-end">
                <Button
                  size="compact-sm"
                  variant="default"
                  aria-label={`${t('common.edit')}: ${titleOf(row)} ${row.draft.from}`}
                  onClick={() => onEdit(row.at, false)}
                >
                  {t('common.edit')}
                </Button>
                <Button
                  size="compact-sm"
                  variant="default"
                  aria-label={`${t('terms.catalogue.end')}: ${titleOf(row)} ${row.draft.from}`}
                  onClick={() => onEdit(row.at, true)}
                >
                  {t('terms.catalogue.end')}
                </Button>
              </Group>
            ),
          })}
    />
  );
}

/** A value of an entry in words. */
function useCell() {
  const { t } = useTranslation();
  const language = useLanguage();
  const names = useNames();
  const joint = t('common.listJoint');
  const listed = (list: readonly string[] | undefined, name: (id: string) => string) =>
    list === undefined ? t('common.all') : list.length === 0 ? t('common.none') : list.map(name).join(joint);
  return (draft: EntryDraft, field: keyof EntryDraft) => {
    switch (field) {
      case 'name':
        return draft.name[language];
      case 'item':
        return names.item(draft.item);
      case 'functions':
        return FUNCTIONS.filter((one) => draft.functions.includes(one))
          .map((one) => t(`contracts.function.${one}`))
          .join(joint);
      case 'counted':
        return draft.counted ? t('common.yes') : t('common.no');
      case 'kinds':
        return listed(draft.kinds, names.kind);
      case 'options':
        return listed(draft.options, names.subject);
      case 'probe': {
        const probe = PROBES.find((one) => one === draft.probe);
        return probe === undefined ? '–' : t(`terms.probe.${probe}`);
      }
      default: {
        const value = draft[field];
        return typeof value === 'string' && value !== '' ? value : '–';
      }
    }
  };
}
