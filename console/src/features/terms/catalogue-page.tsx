import { Button, Group, Tabs, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { Catalogue, CatalogueContent } from '@tsukasa/api';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { oneOf } from '../../app/search.ts';
import { useCan } from '../../app/session.ts';
import { DayInput } from '../../shared/day.tsx';
import { FormModal } from '../../shared/form-modal.tsx';
import { Page, Section as PageSection } from '../../shared/page.tsx';
import { Empty, QueryStates } from '../../shared/query-states.tsx';
import { Time } from '../../shared/time.tsx';
import { useCatalogue } from '../contracts/names.ts';
import { draftOf, type EntryDraft, isComplete, NEW_ENTRY, SECTIONS, type Section, withEntry } from './entry-draft.ts';
import { EntryFields } from './entry-fields.tsx';
import { EntryTable } from './entry-table.tsx';

type Editing = { readonly at: number | undefined; readonly draft: EntryDraft; readonly endOnly: boolean };

/** What the provider offers, each with the days on which it holds: nothing here is ever deleted, it ends. */
export function CataloguePage() {
  const { t } = useTranslation();
  const catalogue = useCatalogue();
  return (
    <Page
      title={t('terms.catalogue.title')}
      text={
        <>
          {t('terms.catalogue.text')}
          {catalogue.data === undefined ? null : (
            <>
              {' '}
              {t('terms.catalogue.version', { version: catalogue.data.version })} · {catalogue.data.changedBy}{' '}
              <Time at={catalogue.data.changedAt} />
            </>
          )}
        </>
      }
    >
      <QueryStates query={catalogue}>{(data) => <Content catalogue={data} />}</QueryStates>
    </Page>
  );
}

function Content({ catalogue }: { catalogue: Catalogue }) {
  const { t } = useTranslation();
  const { tab } = useSearch({ from: '/inside/provider/catalogue' });
  const navigate = useNavigate({ from: '/provider/catalogue' });
  const may = useCan()('provider.terms.write');
  const section: Section = tab ?? 'items';
  const [editing, setEditing] = useState<Editing>();
  return (
    <Tabs
      value={section}
      onChange={(next) => {
        const known = oneOf(next, SECTIONS);
        void navigate({ search: known === undefined || known === 'items' ? {} : { tab: known }, replace: true });
      }}
    >
      <Tabs.List>
        {SECTIONS.map((one) => (
          <Tabs.Tab key={one} value={one}>
            {t(`terms.section.${one}`)}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value={section} pt="md">
        <Group justify="space-between" mb="sm">
          <Text size="sm" c="dimmed" flex="1 1 16rem">
            {t(`terms.sectionText.${section}`)}
          </Text>
          {may ? (
            <Button
              leftSection={<IconPlus size={16} aria-hidden />}
              onClick={() => setEditing({ at: undefined, draft: NEW_ENTRY, endOnly: false })}
            >
              {t('terms.catalogue.add')}
            </Button>
          ) : null}
        </Group>
        <PageSection padding={0}>
          {catalogue.content[section].length === 0 ? (
            <Empty />
          ) : (
            <EntryTable
              section={section}
              content={catalogue.content}
              {...(may
                ? {
                    onEdit: (at: number, endOnly: boolean) => {
                      const entry = catalogue.content[section][at];
                      if (entry !== undefined) setEditing({ at, draft: draftOf(entry), endOnly });
                    },
                  }
                : {})}
            />
          )}
        </PageSection>
      </Tabs.Panel>
      {editing === undefined ? null : (
        <EntryForm catalogue={catalogue} section={section} editing={editing} onClose={() => setEditing(undefined)} />
      )}
    </Tabs>
  );
}

type FormProps = { catalogue: Catalogue; section: Section; editing: Editing; onClose: () => void };
function EntryForm({ catalogue, section, editing, onClose }: FormProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [draft, setDraft] = useState(editing.draft);
  const save = useMutation({
    mutationFn: (content: CatalogueContent) =>
      call('changeCatalogue', { body: { version: catalogue.version, content } }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['catalogue'] });
      await client.invalidateQueries({ queryKey: ['contracts'] });
      onClose();
    },
  });
  const name = t(`terms.section.${section}`);
  const title = editing.endOnly
    ? t('terms.catalogue.end')
    : editing.at === undefined
      ? t('terms.catalogue.add')
      : t('common.edit');
  return (
    <FormModal
      title={`${title}: ${name}`}
      submit={t('common.save')}
      size={editing.endOnly ? 'md' : 'xl'}
      busy={save.isPending}
      ready={isComplete(section, draft)}
      error={save.error}
      onSubmit={() => save.mutate(withEntry(catalogue.content, section, editing.at, draft))}
      onClose={onClose}
    >
      {editing.endOnly ? null : (
        <EntryFields section={section} content={catalogue.content} draft={draft} onChange={setDraft} />
      )}
      <Group grow align="start">
        {editing.endOnly ? null : (
          <DayInput
            label={t('terms.from')}
            required
            value={draft.from}
            onChange={(from) => setDraft({ ...draft, from })}
          />
        )}
        <DayInput
          label={t('terms.until')}
          description={t('terms.untilHint')}
          value={draft.until}
          onChange={(until) => setDraft({ ...draft, until })}
        />
      </Group>
    </FormModal>
  );
}
