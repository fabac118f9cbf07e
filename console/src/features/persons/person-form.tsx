import { MultiSelect, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Person } from '@tsukasa/api';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { FormModal } from '../../shared/form-modal.tsx';

type Props = { contractorId: string; person: Person | undefined; onClose: () => void };
const FIELDS = ['name', 'kana', 'department', 'employeeNumber', 'email'] as const;
const LENGTHS = { name: 200, kana: 200, department: 200, employeeNumber: 64, email: 254 } as const;

/** Adds or changes a person, groups included. */
export function PersonForm({ contractorId, person, onClose }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [texts, setTexts] = useState({
    name: person?.name ?? '',
    kana: person?.kana ?? '',
    department: person?.department ?? '',
    employeeNumber: person?.employeeNumber ?? '',
    email: person?.email ?? '',
    note: person?.note ?? '',
  });
  const before = person?.groups.map((group) => group.groupId) ?? [];
  const [groupIds, setGroupIds] = useState<string[]>(before);
  const groups = useQuery({
    queryKey: ['groups', contractorId],
    queryFn: () => call('listGroups', { params: { contractorId } }),
  });
  const save = useMutation({
    mutationFn: async () => {
      const orNull = (text: string) => (text.trim() === '' ? null : text.trim());
      const body = {
        name: texts.name.trim(),
        kana: texts.kana.trim(),
        note: texts.note,
        email: orNull(texts.email),
        employeeNumber: orNull(texts.employeeNumber),
        department: orNull(texts.department),
      };
      const saved =
        person === undefined
          ? await call('createPerson', { params: { contractorId }, body })
          : await call('changePerson', { params: { contractorId, personId: person.personId }, body });
      const member = (groupId: string) => ({ params: { contractorId, groupId, personId: saved.personId } });
      for (const id of groupIds.filter((g) => !before.includes(g))) await call('addGroupMember', member(id));
      for (const id of before.filter((g) => !groupIds.includes(g))) await call('removeGroupMember', member(id));
    },
    onSuccess: async () => {
      await Promise.all([
        client.invalidateQueries({ queryKey: ['persons', contractorId] }),
        client.invalidateQueries({ queryKey: ['person', contractorId] }),
        client.invalidateQueries({ queryKey: ['groups', contractorId] }),
      ]);
      onClose();
    },
  });
  return (
    <FormModal
      title={person === undefined ? t('persons.add') : t('persons.edit')}
      submit={t('common.save')}
      busy={save.isPending}
      ready={texts.name.trim() !== ''}
      error={save.error}
      onSubmit={() => save.mutate()}
      onClose={onClose}
    >
      {FIELDS.map((field) => (
        <TextInput
          key={field}
          label={t(`persons.${field}`)}
          required={field === 'name'}
          type={field === 'email' ? 'email' : 'text'}
          maxLength={LENGTHS[field]}
          value={texts[field]}
          onChange={(event) => setTexts({ ...texts, [field]: event.currentTarget.value })}
        />
      ))}
      <MultiSelect
        label={t('persons.editGroups')}
        searchable
        clearable
        data={(groups.data?.items ?? []).map((group) => ({ value: group.groupId, label: group.name }))}
        value={groupIds}
        onChange={setGroupIds}
      />
      <Textarea
        label={t('persons.note')}
        maxLength={2000}
        autosize
        minRows={2}
        value={texts.note}
        onChange={(event) => setTexts({ ...texts, note: event.currentTarget.value })}
      />
    </FormModal>
  );
}
