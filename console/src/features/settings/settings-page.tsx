import { Button, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import type { ContractorSettings } from '@tsukasa/api';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { useCan } from '../../app/session.ts';
import { Fact } from '../../shared/fact.tsx';
import { useDuration } from '../../shared/format.ts';
import { notify } from '../../shared/notify.ts';
import { Page, Section } from '../../shared/page.tsx';
import { ProblemAlert } from '../../shared/problem-alert.tsx';
import { QueryStates } from '../../shared/query-states.tsx';
import { SafetySection } from '../safety/safety-section.tsx';

const OBSERVE = ['PT15M', 'PT1H', 'PT4H', 'PT12H', 'P1D', 'P7D'];
const SILENT = ['PT1H', 'PT12H', 'P1D', 'P3D', 'P7D', 'P14D', 'P30D', 'P90D'];

const LANGUAGES = [
  { value: 'ja', label: '日本語' },
  { value: 'en', label: 'English' },
];

export function SettingsPage() {
  const { t } = useTranslation();
  const { contractorId } = useParams({ from: '/inside/c/$contractorId/settings' });
  const may = useCan(contractorId)('contractor.settings.write');
  const contractor = useQuery({
    queryKey: ['contractor', contractorId],
    queryFn: () => call('getContractor', { params: { contractorId } }),
  });
  return (
    <Page title={t('settings.title')} text={contractor.data?.contractor.name}>
      <QueryStates query={contractor}>
        {({ settings }) =>
          may ? (
            <Form key={contractorId} settings={settings} contractorId={contractorId} />
          ) : (
            <Values settings={settings} />
          )
        }
      </QueryStates>
      <SafetySection contractorId={contractorId} />
    </Page>
  );
}

/** For those who may only read: plain values, not controls that look broken. */
function Values({ settings }: { settings: ContractorSettings }) {
  const { t } = useTranslation();
  const duration = useDuration();
  const language = LANGUAGES.find(({ value }) => value === settings.language)?.label;
  return (
    <Section>
      <Text size="sm" mb="sm">
        {t('settings.readOnly')}
      </Text>
      <dl className="facts">
        <Fact label={t('settings.observeEvery')}>{duration(settings.observeEvery)}</Fact>
        <Fact label={t('settings.silentAfter')}>{duration(settings.silentAfter)}</Fact>
        <Fact label={t('settings.language')}>{language ?? settings.language}</Fact>
        <Fact label={t('settings.helpdeskPhone')}>{settings.helpdeskPhone || '–'}</Fact>
      </dl>
    </Section>
  );
}

function Form({ settings, contractorId }: { settings: ContractorSettings; contractorId: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [values, setValues] = useState(settings);
  const save = useMutation({
    mutationFn: () => call('changeContractorSettings', { params: { contractorId }, body: values }),
    onSuccess: (saved) => {
      client.setQueryData(['contractor', contractorId], saved);
      notify(t('common.saved'));
    },
  });
  return (
    <Section>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Stack maw={560}>
          <Duration
            label={t('settings.observeEvery')}
            description={t('settings.observeEveryHint')}
            choices={OBSERVE}
            value={values.observeEvery}
            onChange={(observeEvery) => setValues({ ...values, observeEvery })}
          />
          <Duration
            label={t('settings.silentAfter')}
            description={t('settings.silentAfterHint')}
            choices={SILENT}
            value={values.silentAfter}
            onChange={(silentAfter) => setValues({ ...values, silentAfter })}
          />
          <Select
            label={t('settings.language')}
            description={t('settings.languageHint')}
            data={LANGUAGES}
            allowDeselect={false}
            value={values.language}
            onChange={(value) => setValues({ ...values, language: value === 'en' ? 'en' : 'ja' })}
          />
          <TextInput
            label={t('settings.helpdeskPhone')}
            description={t('settings.helpdeskPhoneHint')}
            type="tel"
            maxLength={40}
            value={values.helpdeskPhone}
            onChange={(event) => setValues({ ...values, helpdeskPhone: event.currentTarget.value })}
          />
          <ProblemAlert error={save.error} />
          <Group>
            <Button type="submit" loading={save.isPending}>
              {t('common.save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}

type DurationProps = {
  label: string;
  description: string;
  choices: readonly string[];
  value: string;
  onChange: (value: string) => void;
};
function Duration({ label, description, choices, value, onChange }: DurationProps) {
  const duration = useDuration();
  // A value set through the API need not be one of ours: it stays a choice.
  const all = choices.includes(value) ? choices : [value, ...choices];
  return (
    <Select
      label={label}
      description={description}
      allowDeselect={false}
      data={all.map((one) => ({ value: one, label: duration(one) }))}
      value={value}
      onChange={(next) => onChange(next ?? value)}
    />
  );
}
