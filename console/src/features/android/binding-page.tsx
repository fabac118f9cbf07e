import { Button, Group, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import type { AndroidBinding } from '@tsukasa/api';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { useCan } from '../../app/session.ts';
import { useNoteText } from '../../shared/codes.ts';
import { ConfirmDanger } from '../../shared/confirm-danger.tsx';
import { Fact } from '../../shared/fact.tsx';
import { formatNumber, useLanguage } from '../../shared/format.ts';
import { notify } from '../../shared/notify.ts';
import { Page, Section } from '../../shared/page.tsx';
import { ProblemAlert } from '../../shared/problem-alert.tsx';
import { QueryStates } from '../../shared/query-states.tsx';
import { Status } from '../../shared/status.tsx';
import { Time, TimeAgo, TimeUntil } from '../../shared/time.tsx';
import { ProjectFacts } from './project-card.tsx';
import { ProjectForm } from './project-form.tsx';
import { Release } from './release.tsx';
import { Signup } from './signup.tsx';
import { useBinding, useKeepBinding } from './use-binding.ts';

export type BindingPart = { readonly binding: AndroidBinding; readonly contractorId: string; readonly may: boolean };
const TONE = { not_bound: 'quiet', signing_up: 'active', bound: 'good', lost: 'bad' } as const;
const GATE_TONE = { ok: 'good', missing: 'bad', unknown: 'warning', information: 'quiet' } as const;

/** A contractor's Android enterprise: its state, what Google demands, and how it is bound and given up. */
export function AndroidPage() {
  const { t } = useTranslation();
  const { contractorId } = useParams({ from: '/inside/c/$contractorId/android' });
  const may = useCan(contractorId)('platforms.manage');
  const query = useBinding(contractorId);
  return (
    <Page title={t('android.title')} text={t('android.text')}>
      <QueryStates query={query}>
        {(binding) => {
          const props = { binding, contractorId, may };
          return (
            <Stack gap="md">
              <State {...props} />
              {may ? <Signup {...props} /> : null}
              <Gates binding={binding} />
              <Project {...props} />
              {binding.state === 'bound' || binding.state === 'lost' ? <Traffic {...props} /> : null}
              {may && binding.enterprise !== null ? <Release {...props} /> : null}
            </Stack>
          );
        }}
      </QueryStates>
    </Page>
  );
}

function State({ binding }: BindingPart) {
  const { t } = useTranslation();
  const { enterprise, projectOf } = binding;
  return (
    <Section>
      <dl className="facts">
        <Fact label={t('common.state')}>
          <Status tone={TONE[binding.state]}>{t(`android.state.${binding.state}`)}</Status>
          <span className="age">
            {projectOf === null && binding.state === 'not_bound'
              ? t('android.noProjectText')
              : t(`android.stateText.${binding.state}`)}
          </span>
        </Fact>
        {enterprise === null ? null : (
          <>
            <Fact label={t('android.enterprise')}>{enterprise.displayName ?? '–'}</Fact>
            <Fact label={t('android.enterpriseName')}>{enterprise.name}</Fact>
            <Fact label={t('android.enterpriseType')}>{enterprise.type ?? '–'}</Fact>
            <Fact label={t('android.boundAt')}>
              <Time at={enterprise.boundAt} />
              <span className="age">{enterprise.boundBy}</span>
            </Fact>
          </>
        )}
      </dl>
    </Section>
  );
}

function Gates({ binding: { gates } }: Pick<BindingPart, 'binding'>) {
  const { t } = useTranslation();
  const noteText = useNoteText();
  if (gates.length === 0) return null;
  return (
    <Section title={t('android.gates')}>
      <Text size="sm" mb="sm">
        {t('android.gatesText')}
      </Text>
      <dl className="facts">
        {gates.map(({ note, state }) => (
          <Fact key={note.code} label={t(`android.gateState.${state}`)}>
            <Status tone={GATE_TONE[state]}>
              <span style={{ whiteSpace: 'normal' }}>{noteText(note)}</span>
            </Status>
          </Fact>
        ))}
      </dl>
    </Section>
  );
}

function Project({ binding, contractorId, may }: BindingPart) {
  const { t } = useTranslation();
  const keep = useKeepBinding(contractorId);
  const [editing, setEditing] = useState(false);
  const [removing, setRemoving] = useState(false);
  const own = binding.projectOf === 'contractor' ? binding.project : null;
  return (
    <Section title={t('android.projectTitle')}>
      <Text size="sm" mb="sm">
        {binding.projectOf === null ? t('android.noProject') : t(`android.projectOf.${binding.projectOf}`)}
      </Text>
      {own === null ? null : <ProjectFacts project={own} />}
      {may ? (
        <Group mt="sm">
          <Button variant={binding.projectOf === null ? 'filled' : 'default'} onClick={() => setEditing(true)}>
            {own === null ? t('android.ownProject') : t('android.changeProject')}
          </Button>
          {own === null ? null : (
            <Button variant="default" onClick={() => setRemoving(true)}>
              {t('android.removeProject')}
            </Button>
          )}
        </Group>
      ) : null}
      {editing ? (
        <ProjectForm
          project={own}
          title={t('android.projectTitle')}
          onSave={async (body) => keep(await call('putGoogleProject', { params: { contractorId }, body }))}
          onClose={() => setEditing(false)}
        />
      ) : null}
      <ConfirmDanger
        opened={removing}
        title={t('android.removeProject')}
        text={t('android.removeProjectText')}
        confirm={t('android.removeProject')}
        onClose={() => setRemoving(false)}
        onConfirm={async () => keep(await call('deleteGoogleProject', { params: { contractorId } }))}
      />
    </Section>
  );
}

function Traffic({ binding, contractorId, may }: BindingPart) {
  const { t } = useTranslation();
  const language = useLanguage();
  const noteText = useNoteText();
  const keep = useKeepBinding(contractorId);
  const { notifications, reconciliation, budget } = binding;
  const reconcile = useMutation({
    mutationFn: () => call('reconcileAndroid', { params: { contractorId } }),
    onSuccess: (next) => {
      keep(next);
      notify(t('android.reconcileAsked'));
    },
  });
  return (
    <Section title={t('android.notifications')}>
      <dl className="facts">
        <Fact label={t('android.lastMessageAt')}>
          <TimeAgo at={notifications.lastMessageAt} />
        </Fact>
        <Fact label={t('android.waiting')}>{formatNumber(notifications.waiting, language)}</Fact>
        <Fact label={t('android.refused24h')}>
          {notifications.refusedLast24h === 0 ? (
            formatNumber(0, language)
          ) : (
            <Status tone="warning">{formatNumber(notifications.refusedLast24h, language)}</Status>
          )}
        </Fact>
        <Fact label={t('android.reconciliation')}>
          {t('android.reconciliationText')}
          {reconciliation.found === null ? null : (
            <span className="age">{t('android.found', reconciliation.found)}</span>
          )}
          {reconciliation.problem === null ? null : (
            <Status tone="bad">
              <span style={{ whiteSpace: 'normal' }}>{noteText(reconciliation.problem)}</span>
            </Status>
          )}
        </Fact>
        <Fact label={t('android.lastReconciled')}>
          <TimeAgo at={reconciliation.lastAt} />
        </Fact>
        <Fact label={t('android.nextReconciled')}>
          {reconciliation.nextAt === null ? '–' : <TimeUntil at={reconciliation.nextAt} />}
        </Fact>
        <Fact label={t('android.budget')}>
          {t('android.budgetText', {
            used: budget.usedLastMinute,
            limit: budget.perMinute,
            waiting: budget.waiting,
          })}
        </Fact>
      </dl>
      <ProblemAlert error={reconcile.error} />
      {may ? (
        <Button mt="sm" variant="default" loading={reconcile.isPending} onClick={() => reconcile.mutate()}>
          {t('android.reconcile')}
        </Button>
      ) : null}
    </Section>
  );
}
