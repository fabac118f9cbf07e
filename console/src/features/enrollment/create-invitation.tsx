import { Alert, NumberInput, Radio, Select, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type EnrollmentInvitation, type EnrollmentOption, PLATFORMS, type Platform } from '@tsukasa/api';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { useCan } from '../../app/session.ts';
import { FormModal } from '../../shared/form-modal.tsx';
import { useDuration } from '../../shared/format.ts';
import { PersonSelect } from '../../shared/person-select.tsx';
import { PlatformName } from '../../shared/platforms.tsx';
import { type Answers, type Course, courseOf } from './course.ts';
import { SetupNeeded } from './setup-needed.tsx';

const EXPIRIES = ['PT1H', 'P1D', 'P7D', 'P30D', 'P90D', 'P366D'];
type Props = {
  contractorId: string;
  options: readonly EnrollmentOption[];
  onClose: () => void;
  onCreated: (invitation: EnrollmentInvitation) => void;
};

/** Asks in plain words what device it is and whose; the answers lead to the modes of the contract. */
export function CreateInvitation({ contractorId, options, onClose, onCreated }: Props) {
  const { t } = useTranslation();
  const [answers, setAnswers] = useState<Answers>(() => firstAnswers(options));
  const [terms, setTerms] = useState<Terms>({ personId: null, label: '', maxUses: 1, expiresIn: 'P7D' });
  const course = courseOf(options, answers);
  const missing = options.find((one) => one.platform === answers.platform && !one.ready)?.missing;
  const create = useMutation({
    mutationFn: ({ platform, choice, maxUses }: Wish) =>
      call('createInvitation', {
        params: { contractorId },
        body: {
          platform,
          ...choice,
          label: terms.label.trim(),
          maxUses,
          expiresIn: terms.expiresIn,
          personId: choice.managementMode === 'dedicated' ? undefined : (terms.personId ?? undefined),
        },
      }),
    onSuccess: onCreated,
  });
  const { platform } = answers;
  const { choice } = course;
  return (
    <FormModal
      title={t('enrollment.create')}
      submit={t('common.create')}
      size="lg"
      busy={create.isPending}
      ready={platform !== undefined && choice !== undefined && missing === undefined && terms.maxUses !== ''}
      error={create.error}
      onSubmit={() => {
        const { maxUses } = terms;
        if (platform === undefined || choice === undefined || maxUses === '') return;
        create.mutate({ platform, choice, maxUses });
      }}
      onClose={onClose}
    >
      <WhichPlatform options={options} answers={answers} onChange={setAnswers} />
      {platform !== undefined && missing !== undefined && missing !== null ? (
        <SetupNeeded contractorId={contractorId} platform={platform} missing={missing} />
      ) : (
        <>
          <Questions course={course} answers={answers} onChange={setAnswers} />
          {choice === undefined ? null : (
            <>
              <Alert variant="light" title={`${t('invite.result')}: ${t(`managementMode.${choice.managementMode}`)}`}>
                {t(`managementModeText.${choice.managementMode}`)}
              </Alert>
              <TermFields
                contractorId={contractorId}
                withPerson={choice.managementMode !== 'dedicated'}
                terms={terms}
                onChange={setTerms}
              />
            </>
          )}
        </>
      )}
    </FormModal>
  );
}

type Choice = NonNullable<Course['choice']>;
type Wish = { readonly platform: Platform; readonly choice: Choice; readonly maxUses: number };
/** With one kind of device there is nothing to ask. */
function firstAnswers(options: readonly EnrollmentOption[]): Answers {
  const [only, ...others] = new Set(options.map(({ platform }) => platform));
  return only !== undefined && others.length === 0 ? { platform: only } : {};
}

type QuestionProps = { readonly answers: Answers; readonly onChange: (answers: Answers) => void };
function WhichPlatform({
  options,
  answers,
  onChange,
}: QuestionProps & { readonly options: readonly EnrollmentOption[] }) {
  const { t } = useTranslation();
  const offered = PLATFORMS.filter((platform) => options.some((one) => one.platform === platform));
  return (
    <Radio.Group
      label={t('invite.which')}
      required
      value={answers.platform ?? ''}
      onChange={(value) => {
        const platform = offered.find((one) => one === value);
        onChange(platform === undefined ? {} : { platform });
      }}
    >
      <Stack gap="xs" mt="xs">
        {offered.map((platform) => (
          <Radio
            key={platform}
            value={platform}
            label={<PlatformName platform={platform}>{t(`platformKind.${platform}`)}</PlatformName>}
            description={
              options.every((one) => one.platform !== platform || !one.ready) ? t('invite.notReady') : undefined
            }
          />
        ))}
      </Stack>
    </Radio.Group>
  );
}

function Questions({ course, answers, onChange }: QuestionProps & { readonly course: Course }) {
  const { t } = useTranslation();
  const { platform, usageMode } = answers;
  if (platform === undefined) return null;
  return (
    <>
      <Radio.Group
        label={t('invite.whose')}
        required
        value={usageMode ?? ''}
        onChange={(value) => {
          const next = course.usageModes.find((one) => one === value);
          onChange(next === undefined ? { platform } : { platform, usageMode: next });
        }}
      >
        <Stack gap="xs" mt="xs">
          {course.usageModes.map((one) => (
            <Radio key={one} value={one} label={t(`usageMode.${one}`)} description={t(`invite.whoseText.${one}`)} />
          ))}
        </Stack>
      </Radio.Group>
      {course.asksPersonal ? (
        <Radio.Group
          label={t('invite.private')}
          required
          value={answers.personal === undefined ? '' : String(answers.personal)}
          onChange={(value) =>
            onChange({ platform, ...(usageMode === undefined ? {} : { usageMode }), personal: value === 'true' })
          }
        >
          <Stack gap="xs" mt="xs">
            <Radio value="false" label={t('invite.privateNo')} />
            <Radio value="true" label={t('invite.privateYes')} />
          </Stack>
        </Radio.Group>
      ) : null}
      {course.asksPurpose ? (
        <Radio.Group
          label={t('invite.purpose')}
          required
          value={answers.purpose ?? ''}
          onChange={(value) => onChange({ ...answers, purpose: value === 'place' ? 'place' : 'person' })}
        >
          <Stack gap="xs" mt="xs">
            <Radio value="person" label={t('invite.purposePerson')} />
            <Radio value="place" label={t('invite.purposePlace')} />
          </Stack>
        </Radio.Group>
      ) : null}
    </>
  );
}

type Terms = {
  readonly personId: string | null;
  readonly label: string;
  readonly maxUses: number | '';
  readonly expiresIn: string;
};
type TermProps = {
  readonly contractorId: string;
  readonly withPerson: boolean;
  readonly terms: Terms;
  readonly onChange: (terms: Terms) => void;
};
function TermFields({ contractorId, withPerson, terms, onChange }: TermProps) {
  const { t } = useTranslation();
  const duration = useDuration();
  const directory = useCan(contractorId)('directory.read');
  return (
    <>
      <TextInput
        label={t('enrollment.label')}
        description={t('enrollment.labelHint')}
        maxLength={200}
        value={terms.label}
        onChange={(event) => onChange({ ...terms, label: event.currentTarget.value })}
      />
      {directory && withPerson ? (
        <PersonSelect
          contractorId={contractorId}
          label={t('enrollment.person')}
          description={t('enrollment.personHint')}
          value={terms.personId}
          onChange={(personId) => onChange({ ...terms, personId })}
        />
      ) : null}
      <NumberInput
        label={t('enrollment.maxUses')}
        min={1}
        max={100000}
        allowDecimal={false}
        clampBehavior="strict"
        required
        value={terms.maxUses}
        onChange={(value) => onChange({ ...terms, maxUses: typeof value === 'number' ? value : '' })}
      />
      <Select
        label={t('enrollment.expiresIn')}
        data={EXPIRIES.map((value) => ({ value, label: duration(value) }))}
        value={terms.expiresIn}
        allowDeselect={false}
        onChange={(value) => onChange({ ...terms, expiresIn: value ?? 'P7D' })}
      />
      <Text size="xs" c="dimmed">
        {t('invite.waysText')}
      </Text>
    </>
  );
}
