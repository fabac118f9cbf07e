import { Button, Group, Stack } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import type { TermsRevision, TermsRevisionContent } from '@tsukasa/api';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { ApiError } from '../../app/problem.ts';
import { useCan } from '../../app/session.ts';
import { BackLink } from '../../shared/back-link.tsx';
import { ConfirmDanger } from '../../shared/confirm-danger.tsx';
import { formatPlainDay } from '../../shared/day.tsx';
import { useLanguage } from '../../shared/format.ts';
import { notify } from '../../shared/notify.ts';
import { Page, Section } from '../../shared/page.tsx';
import { ProblemAlert } from '../../shared/problem-alert.tsx';
import { Failure, QueryStates } from '../../shared/query-states.tsx';
import { WordsField } from './entry-fields.tsx';
import { useRevisions } from './revisions-page.tsx';
import { RulesEditor } from './rules-editor.tsx';
import { RulesView } from './rules-view.tsx';
import { TransitionsEditor } from './transitions-editor.tsx';
import { TrialSection } from './trial.tsx';

/** One version of the terms: published ones to read, drafts to write, to try and to publish. */
export function RevisionPage() {
  const { t } = useTranslation();
  const language = useLanguage();
  const { effectiveOn } = useParams({ from: '/inside/provider/terms/$effectiveOn' });
  const revisions = useRevisions();
  const may = useCan()('provider.terms.write');
  const revision = revisions.data?.items.find((one) => one.effectiveOn === effectiveOn);
  const draft = revision?.state === 'draft';
  return (
    <Page
      title={t('terms.revision.title', { day: formatPlainDay(effectiveOn, language) })}
      text={revision?.title[language]}
      above={
        <BackLink text={t('terms.revisions.title')}>{(props) => <Link {...props} to="/provider/terms" />}</BackLink>
      }
      actions={draft && may ? <DraftActions effectiveOn={effectiveOn} /> : undefined}
    >
      <QueryStates query={revisions}>
        {() =>
          revision === undefined ? (
            <Failure error={new ApiError({ type: 'about:blank', title: t('states.notFound'), status: 404 })} />
          ) : draft && may ? (
            <DraftEditor key={effectiveOn} revision={revision} />
          ) : (
            <Stack gap="md">
              <RulesView rules={revision.rules} transitions={revision.transitions} />
              {draft ? <TrialSection effectiveOn={effectiveOn} /> : null}
            </Stack>
          )
        }
      </QueryStates>
    </Page>
  );
}

function DraftEditor({ revision }: { revision: TermsRevision }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { title, rules, transitions, effectiveOn } = revision;
  const [content, setContent] = useState<TermsRevisionContent>({ title, rules, transitions });
  const dirty = JSON.stringify(content) !== JSON.stringify({ title, rules, transitions });
  const save = useMutation({
    mutationFn: () => call('putRevisionDraft', { params: { effectiveOn }, body: content }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['terms'] });
      notify(t('common.saved'));
    },
  });
  return (
    <Stack gap="md">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!save.isPending) save.mutate();
        }}
      >
        <Stack gap="md">
          <Section title={t('terms.revisions.name')}>
            <WordsField
              label={t('terms.revisions.name')}
              required
              value={content.title}
              onChange={(next) => setContent({ ...content, title: next })}
            />
          </Section>
          <RulesEditor rules={content.rules} onChange={(next) => setContent({ ...content, rules: next })} />
          <TransitionsEditor
            transitions={content.transitions}
            onChange={(next) => setContent({ ...content, transitions: next })}
          />
          <ProblemAlert error={save.error} />
          <Group justify="flex-end">
            <Button type="submit" loading={save.isPending} disabled={!dirty}>
              {t('terms.revision.save')}
            </Button>
          </Group>
        </Stack>
      </form>
      <TrialSection effectiveOn={effectiveOn} unsaved={dirty} />
    </Stack>
  );
}

function DraftActions({ effectiveOn }: { effectiveOn: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [doing, setDoing] = useState<'publish' | 'delete'>();
  const refresh = () =>
    Promise.all(['terms', 'contracts', 'billing'].map((key) => client.invalidateQueries({ queryKey: [key] })));
  return (
    <>
      <Button variant="default" onClick={() => setDoing('delete')}>
        {t('terms.revision.delete')}
      </Button>
      <Button onClick={() => setDoing('publish')}>{t('terms.revision.publish')}</Button>
      <ConfirmDanger
        opened={doing === 'publish'}
        title={t('terms.revision.publish')}
        text={t('terms.revision.publishText')}
        confirm={t('terms.revision.publish')}
        typed={effectiveOn}
        onClose={() => setDoing(undefined)}
        onConfirm={async () => {
          await call('publishRevision', { params: { effectiveOn } });
          await refresh();
        }}
      />
      <ConfirmDanger
        opened={doing === 'delete'}
        title={t('terms.revision.delete')}
        text={t('terms.revision.deleteText')}
        confirm={t('terms.revision.delete')}
        onClose={() => setDoing(undefined)}
        onConfirm={async () => {
          await call('deleteRevisionDraft', { params: { effectiveOn } });
          await navigate({ to: '/provider/terms' });
          await refresh();
        }}
      />
    </>
  );
}
