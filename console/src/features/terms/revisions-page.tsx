import { Anchor, Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import type { TermsRevision } from '@tsukasa/api';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { useCan } from '../../app/session.ts';
import { DataTable } from '../../shared/data-table.tsx';
import { Day, DayInput, formatPlainDay, todayInJapan } from '../../shared/day.tsx';
import { FormModal } from '../../shared/form-modal.tsx';
import { useLanguage } from '../../shared/format.ts';
import { Page, Section } from '../../shared/page.tsx';
import { QueryStates } from '../../shared/query-states.tsx';
import { Status } from '../../shared/status.tsx';
import { Time } from '../../shared/time.tsx';

export function useRevisions() {
  return useQuery({ queryKey: ['terms', 'revisions'], queryFn: () => call('listRevisions') });
}

/** Every version of the terms from the first day on, and drafts that do not count yet. */
export function RevisionsPage() {
  const { t } = useTranslation();
  const revisions = useRevisions();
  const may = useCan()('provider.terms.write');
  const [drafting, setDrafting] = useState(false);
  return (
    <Page
      title={t('terms.revisions.title')}
      text={t('terms.revisions.text')}
      actions={
        may && revisions.data !== undefined ? (
          <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setDrafting(true)}>
            {t('terms.revisions.draft')}
          </Button>
        ) : undefined
      }
    >
      <Section padding={0}>
        <QueryStates query={revisions} empty={{ when: ({ items }) => items.length === 0, text: t('states.empty') }}>
          {({ items }) => <Revisions rows={[...items].sort((a, b) => (a.effectiveOn < b.effectiveOn ? 1 : -1))} />}
        </QueryStates>
      </Section>
      {drafting && revisions.data !== undefined ? (
        <DraftForm revisions={revisions.data.items} onClose={() => setDrafting(false)} />
      ) : null}
    </Page>
  );
}

function Revisions({ rows }: { rows: readonly TermsRevision[] }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const today = todayInJapan();
  const current = rows.find((row) => row.state === 'published' && row.effectiveOn <= today)?.effectiveOn;
  return (
    <DataTable
      label={t('terms.revisions.title')}
      rows={rows}
      rowKey={(row) => row.effectiveOn}
      columns={[
        {
          key: 'day',
          header: t('terms.revisions.effectiveOn'),
          cell: (row) => (
            <Anchor
              size="sm"
              fw={600}
              renderRoot={(props) => (
                <Link {...props} to="/provider/terms/$effectiveOn" params={{ effectiveOn: row.effectiveOn }} />
              )}
            >
              <Day on={row.effectiveOn} />
            </Anchor>
          ),
        },
        { key: 'title', header: t('terms.revisions.name'), cell: (row) => row.title[language] },
        {
          key: 'state',
          header: t('common.state'),
          cell: (row) => {
            const state =
              row.state === 'draft'
                ? 'draft'
                : row.effectiveOn === current
                  ? 'current'
                  : row.effectiveOn > today
                    ? 'coming'
                    : 'past';
            return (
              <Status tone={state === 'current' ? 'good' : state === 'past' ? 'quiet' : 'active'}>
                {t(`terms.revisions.state.${state}`)}
              </Status>
            );
          },
        },
        { key: 'transitions', header: t('terms.transitions'), cell: (row) => row.transitions.length || '–' },
        {
          key: 'changed',
          header: t('terms.revisions.changed'),
          cell: (row) =>
            row.changedAt === null ? (
              '–'
            ) : (
              <>
                <Time at={row.changedAt} day />
                <span className="age">{row.changedBy}</span>
              </>
            ),
        },
      ]}
    />
  );
}

/** Begins a draft for a later day with the rules that hold now. */
function DraftForm({ revisions, onClose }: { revisions: readonly TermsRevision[]; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [effectiveOn, setDay] = useState('');
  const latest = [...revisions]
    .filter((one) => one.state === 'published')
    .sort((a, b) => (a.effectiveOn < b.effectiveOn ? 1 : -1))[0];
  const save = useMutation({
    mutationFn: async () => {
      if (latest === undefined) throw new Error('there is no revision to begin with');
      const title = {
        ja: `${formatPlainDay(effectiveOn, 'ja')}実施`,
        en: `In effect from ${formatPlainDay(effectiveOn, 'en')}`,
      };
      await call('putRevisionDraft', {
        params: { effectiveOn },
        body: { title, rules: latest.rules, transitions: [] },
      });
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['terms'] });
      await navigate({ to: '/provider/terms/$effectiveOn', params: { effectiveOn } });
    },
  });
  const taken = revisions.some((one) => one.effectiveOn === effectiveOn);
  return (
    <FormModal
      title={t('terms.revisions.draft')}
      submit={t('common.create')}
      busy={save.isPending}
      ready={effectiveOn !== '' && !taken && latest !== undefined}
      error={save.error}
      onSubmit={() => save.mutate()}
      onClose={onClose}
    >
      <DayInput
        label={t('terms.revisions.effectiveOn')}
        description={taken ? t('terms.revisions.taken') : t('terms.revisions.draftHint')}
        required
        value={effectiveOn}
        onChange={setDay}
      />
    </FormModal>
  );
}
