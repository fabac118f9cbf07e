import { TextInput } from '@mantine/core';
import { type InfiniteData, type QueryClient, useMutation, useQueryClient } from '@tanstack/react-query';
import type { DeviceSummary } from '@tsukasa/api';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { useCan } from '../../app/session.ts';
import { FormModal } from '../../shared/form-modal.tsx';
import type { PageOf } from '../../shared/list.tsx';
import { PersonSelect } from '../../shared/person-select.tsx';
import type { DevicePart } from './observed.tsx';

/** The lists read so far show the change without being read again page by page. */
function refreshRow(client: QueryClient, contractorId: string, changed: DeviceSummary): void {
  client.setQueriesData<InfiniteData<PageOf<DeviceSummary>>>({ queryKey: ['devices', contractorId] }, (lists) =>
    lists === undefined
      ? lists
      : {
          ...lists,
          pages: lists.pages.map((page) => ({
            ...page,
            items: page.items.map((item) => (item.deviceId === changed.deviceId ? { ...item, ...changed } : item)),
          })),
        },
  );
}

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
      refreshRow(client, contractorId, changed);
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
