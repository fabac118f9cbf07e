import { Button, Checkbox, Group, NumberInput, Stack, Switch, Text, Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { SafetySettings } from '@tsukasa/api';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Fact } from '../../shared/fact.tsx';
import { formatNumber, useLanguage } from '../../shared/format.ts';
import { notify } from '../../shared/notify.ts';
import { ProblemAlert } from '../../shared/problem-alert.tsx';
import { TimeAgo } from '../../shared/time.tsx';
import { type Decision, DecisionPanel } from '../actions/decision-panel.tsx';

const USUAL = 20;
export type SafetyWish = {
  readonly secondPerson?: boolean;
  readonly destructivePerHour?: number | null;
  readonly reason: string;
};
type Props = {
  readonly settings: SafetySettings;
  readonly may: boolean;
  readonly onChange: (wish: SafetyWish) => Promise<SafetySettings>;
  readonly onDecide: (changeId: string, decision: Decision) => Promise<unknown>;
};

/** The settings as they hold, a loosening that waits for somebody else, and the form to change them. */
export function Safety({ settings, may, onChange, onDecide }: Props) {
  const { pending } = settings;
  return (
    <Stack>
      {pending === null ? null : <Pending pending={pending} onDecide={onDecide} />}
      {may ? (
        <Form key={`${settings.secondPerson} ${settings.destructivePerHour}`} settings={settings} onChange={onChange} />
      ) : (
        <Values settings={settings} />
      )}
    </Stack>
  );
}

type Pending = NonNullable<SafetySettings['pending']>;
function Pending({ pending, onDecide }: { pending: Pending; onDecide: Props['onDecide'] }) {
  const { t } = useTranslation();
  return (
    <Stack gap="xs">
      <Text size="sm" fw={600}>
        {t('safety.pending')}
      </Text>
      <Text size="sm">
        {t('safety.pendingBy', { name: pending.askedBy.name })} · <TimeAgo at={pending.askedAt} />
      </Text>
      <dl className="facts">
        <Facts secondPerson={pending.secondPerson} destructivePerHour={pending.destructivePerHour} />
      </dl>
      <DecisionPanel
        approval={pending.approval}
        hold={null}
        name={t('decision.safety')}
        about="safety"
        onDecide={(decision) => onDecide(pending.changeId, decision)}
      />
    </Stack>
  );
}

function Facts({ secondPerson, destructivePerHour }: Pick<SafetySettings, 'secondPerson' | 'destructivePerHour'>) {
  const { t } = useTranslation();
  return (
    <>
      {secondPerson === null ? null : (
        <Fact label={t('safety.secondPerson')}>{secondPerson ? t('safety.on') : t('safety.off')}</Fact>
      )}
      <Fact label={t('safety.perHour')}>
        {destructivePerHour === null
          ? t('safety.noLimitWord')
          : t('safety.perHourValue', { count: destructivePerHour })}
      </Fact>
    </>
  );
}

function Values({ settings }: { settings: SafetySettings }) {
  const { t } = useTranslation();
  const language = useLanguage();
  return (
    <dl className="facts">
      <Facts {...settings} />
      <Fact label={t('safety.inLastHour')}>{formatNumber(settings.inLastHour, language)}</Fact>
    </dl>
  );
}

function Form({ settings, onChange }: Pick<Props, 'settings' | 'onChange'>) {
  const { t } = useTranslation();
  const [secondPerson, setSecondPerson] = useState(settings.secondPerson ?? false);
  const [limited, setLimited] = useState(settings.destructivePerHour !== null);
  const [perHour, setPerHour] = useState<number | ''>(settings.destructivePerHour ?? USUAL);
  const [reason, setReason] = useState('');
  const limit = limited ? perHour : null;
  const wish = {
    ...(settings.secondPerson === null || secondPerson === settings.secondPerson ? {} : { secondPerson }),
    ...(limit === '' || limit === settings.destructivePerHour ? {} : { destructivePerHour: limit }),
  };
  const ready = Object.keys(wish).length > 0 && limit !== '' && reason.trim() !== '';
  const save = useMutation({
    mutationFn: () => onChange({ ...wish, reason: reason.trim() }),
    onSuccess: (saved) => {
      setReason('');
      notify(
        saved.pending === null ? t('safety.saved') : t('safety.waits'),
        saved.pending === null ? 'teal' : 'orange',
      );
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (ready && !save.isPending) save.mutate();
      }}
    >
      <Stack maw={560}>
        {settings.secondPerson === null ? null : (
          <Switch
            label={t('safety.secondPerson')}
            checked={secondPerson}
            onChange={(event) => setSecondPerson(event.currentTarget.checked)}
          />
        )}
        <NumberInput
          label={t('safety.perHour')}
          description={t('safety.perHourHint')}
          min={1}
          max={100_000}
          allowDecimal={false}
          clampBehavior="strict"
          disabled={!limited}
          value={perHour}
          onChange={(value) => setPerHour(typeof value === 'number' ? value : '')}
        />
        <Checkbox
          label={t('safety.noLimit')}
          checked={!limited}
          onChange={(event) => setLimited(!event.currentTarget.checked)}
        />
        <Text size="sm" c="dimmed">
          {t('safety.inLastHour')}: <InLastHour count={settings.inLastHour} />
        </Text>
        <Textarea
          label={t('common.reason')}
          description={t('common.reasonHint')}
          required
          maxLength={1000}
          autosize
          minRows={2}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <ProblemAlert error={save.error} />
        <Group>
          <Button type="submit" disabled={!ready} loading={save.isPending}>
            {t('safety.save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function InLastHour({ count }: { count: number }) {
  return <>{formatNumber(count, useLanguage())}</>;
}
