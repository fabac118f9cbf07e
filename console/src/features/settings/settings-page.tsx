import { Button, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import type { ContractorSettings } from '@tsukasa/api';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { useCan } from '../../app/session.ts';
import { useDuration } from '../../shared/format.ts';
import { notify } from '../../shared/notify.ts';
import { Page, Section } from '../../shared/page.tsx';
import { ProblemAlert } from '../../shared/problem-alert.tsx';
import { QueryStates } from '../../shared/query-states.tsx';

const OBSERVE = ['PT15M', 'PT1H', 'PT4H', 'PT12H', 'P1D', 'P7D'];
const SILENT = ['PT1H', 'PT12H', 'P1D', 'P3D', 'P7D', 'P14D', 'P30D', 'P90D'];

export function SettingsPage() {
  const { t } = useTranslation();
  const { contractorId } = useParams({ from: '/inside/c/$contractorId/settings' });
  const contractor = useQuery({
    queryKey: ['contractor', contractorId],
    queryFn: () => call('getContractor', { params: { contractorId } }),
  });
  return (
    <Page title={t('settings.title')} text={contractor.data?.contractor.name}>
      <QueryStates query={contractor}>
        {({ settings }) => <Form key={contractorId} settings={settings} contractorId={contractorId} />}
      </QueryStates>
    </Page>
  );
}

function Form({ settings, contractorId }: { settings: ContractorSettings; contractorId: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const may = useCan(contractorId)('contractor.settings.write');
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
          {may ? null : <Text size="sm">{t('settings.readOnly')}</Text>}
          <Duration
            label={t('settings.observeEvery')}
            description={t('settings.observeEveryHint')}
            choices={OBSERVE}
            value={values.observeEvery}
            disabled={!may}
            onChange={(observeEvery) => setValues({ ...values, observeEvery })}
          />
          <Duration
            label={t('settings.silentAfter')}
            description={t('settings.silentAfterHint')}
            choices={SILENT}
            value={values.silentAfter}
            disabled={!may}
            onChange={(silentAfter) => setValues({ ...values, silentAfter })}
          />
          <Select
            label={t('settings.language')}
            description={t('settings.languageHint')}
            data={[
              { value: 'ja', label: '日本語' },
              { value: 'en', label: 'English' },
            ]}
            allowDeselect={false}
            disabled={!may}
            value={values.language}
            onChange={(value) => setValues({ ...values, language: value === 'en' ? 'en' : 'ja' })}
          />
          <TextInput
            label={t('settings.helpdeskPhone')}
            description={t('settings.helpdeskPhoneHint')}
            type="tel"
            maxLength={40}
            disabled={!may}
            value={values.helpdeskPhone}
            onChange={(event) => setValues({ ...values, helpdeskPhone: event.currentTarget.value })}
          />
          <ProblemAlert error={save.error} />
          {may ? (
            <Group>
              <Button type="submit" loading={save.isPending}>
                {t('common.save')}
              </Button>
            </Group>
          ) : null}
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
  disabled: boolean;
  onChange: (value: string) => void;
};
function Duration({ label, description, choices, value, disabled, onChange }: DurationProps) {
  const duration = useDuration();
  // A value set through the API need not be one of ours: it stays a choice.
  const all = choices.includes(value) ? choices : [value, ...choices];
  return (
    <Select
      label={label}
      description={description}
      allowDeselect={false}
      disabled={disabled}
      data={all.map((one) => ({ value: one, label: duration(one) }))}
      value={value}
      onChange={(next) => onChange(next ?? value)}
    />
  );
}
