import { TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { useCan } from '../../app/session.ts';
import { FormModal } from '../../shared/form-modal.tsx';
import { PersonSelect } from '../../shared/person-select.tsx';
import type { DevicePart } from './observed.tsx';

export function EditDevice({ device, contractorId, onClose }: DevicePart & { onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const directory = useCan(contractorId)('directory.read');
  const [label, setLabel] = useState(device.label);
  const [personId, setPersonId] = useState(device.person?.personId ?? null);
  const save = useMutation({
    mutationFn: () =>
      call('changeDevice', { params: { contractorId, deviceId: device.deviceId }, body: { label, personId } }),
    onSuccess: (changed) => {
      client.setQueryData(['device', contractorId, device.deviceId], changed);
      void client.invalidateQueries({ queryKey: ['devices', contractorId] });
      onClose();
    },
  });
  return (
    <FormModal
      title={t('device.edit')}
      submit={t('common.save')}
      busy={save.isPending}
      error={save.error}
      onSubmit={() => save.mutate()}
      onClose={onClose}
    >
      <TextInput
        label={t('fields.label')}
        maxLength={200}
        value={label}
        onChange={(event) => setLabel(event.currentTarget.value)}
      />
      {directory ? (
        <PersonSelect
          contractorId={contractorId}
          label={t('fields.person')}
          value={personId}
          name={personId === device.person?.personId ? device.person?.name : undefined}
          onChange={setPersonId}
        />
      ) : null}
    </FormModal>
  );
}
