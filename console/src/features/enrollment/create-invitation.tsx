import { NumberInput, Radio, Select, Stack, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { EnrollmentInvitation, UsageMode } from '@tsukasa/api';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { useCan } from '../../app/session.ts';
import { FormModal } from '../../shared/form-modal.tsx';
import { useDuration } from '../../shared/format.ts';
import { PersonSelect } from '../../shared/person-select.tsx';

const EXPIRIES = ['PT1H', 'P1D', 'P7D', 'P30D', 'P90D', 'P366D'];
type Props = {
  contractorId: string;
  onClose: () => void;
  onCreated: (invitation: EnrollmentInvitation) => void;
};

export function CreateInvitation({ contractorId, onClose, onCreated }: Props) {
  const { t } = useTranslation();
  const duration = useDuration();
  const directory = useCan(contractorId)('directory.read');
  const [usageMode, setUsageMode] = useState<UsageMode>('company-owned');
  const [personId, setPersonId] = useState<string | null>(null);
  const [label, setLabel] = useState('');
  const [maxUses, setMaxUses] = useState(1);
  const [expiresIn, setExpiresIn] = useState('P7D');
  const create = useMutation({
    mutationFn: () =>
      call('createInvitation', {
        params: { contractorId },
        body: {
          platform: 'apple',
          usageMode,
          label: label.trim(),
          maxUses,
          expiresIn,
          personId: personId ?? undefined,
        },
      }),
    onSuccess: onCreated,
  });
  return (
    <FormModal
      title={t('enrollment.create')}
      submit={t('common.create')}
      busy={create.isPending}
      error={create.error}
      onSubmit={() => create.mutate()}
      onClose={onClose}
    >
      <Radio.Group
        label={t('enrollment.usageMode')}
        value={usageMode}
        onChange={(value) => setUsageMode(value === 'personally-owned' ? 'personally-owned' : 'company-owned')}
      >
        <Stack gap="xs" mt="xs">
          <Radio
            value="company-owned"
            label={t('usageMode.company-owned')}
            description={t('enrollment.usageCompany')}
          />
          <Radio
            value="personally-owned"
            label={t('usageMode.personally-owned')}
            description={t('enrollment.usagePersonal')}
          />
        </Stack>
      </Radio.Group>
      <TextInput
        label={t('enrollment.label')}
        description={t('enrollment.labelHint')}
        maxLength={200}
        value={label}
        onChange={(event) => setLabel(event.currentTarget.value)}
      />
      {directory ? (
        <PersonSelect
          contractorId={contractorId}
          label={t('enrollment.person')}
          description={t('enrollment.personHint')}
          value={personId}
          onChange={setPersonId}
        />
      ) : null}
      <NumberInput
        label={t('enrollment.maxUses')}
        min={1}
        max={100000}
        allowDecimal={false}
        clampBehavior="strict"
        value={maxUses}
        onChange={(value) => setMaxUses(Math.max(1, Number(value) || 1))}
      />
      <Select
        label={t('enrollment.expiresIn')}
        data={EXPIRIES.map((value) => ({ value, label: duration(value) }))}
        value={expiresIn}
        allowDeselect={false}
        onChange={(value) => setExpiresIn(value ?? 'P7D')}
      />
    </FormModal>
  );
}
