import { Anchor, Button, Group as Row, TextInput } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Group } from '@tsukasa/api';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { useCan } from '../../app/session.ts';
import { ConfirmDanger } from '../../shared/confirm-danger.tsx';
import { DataTable } from '../../shared/data-table.tsx';
import { FormModal } from '../../shared/form-modal.tsx';
import { Section } from '../../shared/page.tsx';
import { QueryStates } from '../../shared/query-states.tsx';
import { Time } from '../../shared/time.tsx';

export function Groups({ contractorId }: { contractorId: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const can = useCan(contractorId);
  const [editing, setEditing] = useState<Group | 'new'>();
  const [deleting, setDeleting] = useState<Group>();
  const groups = useQuery({
    queryKey: ['groups', contractorId],
    queryFn: () => call('listGroups', { params: { contractorId } }),
  });
  return (
    <>
      {can('directory.write') ? (
        <Row justify="flex-end" mb="md">
          <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setEditing('new')}>
            {t('persons.addGroup')}
          </Button>
        </Row>
      ) : null}
      <Section padding={0}>
        <QueryStates query={groups} empty={{ when: (page) => page.items.length === 0, text: t('persons.groupsEmpty') }}>
          {({ items }) => (
            <DataTable
              label={t('persons.tabGroups')}
              rows={items}
              rowKey={(group) => group.groupId}
              columns={[
                {
                  key: 'name',
                  header: t('persons.groupName'),
                  cell: (group) => (
                    <Anchor
                      size="sm"
                      renderRoot={(props) => (
                        <Link
                          {...props}
                          to="/c/$contractorId/persons"
                          params={{ contractorId }}
                          search={{ groupId: group.groupId }}
                        />
                      )}
                    >
                      {group.name}
                    </Anchor>
                  ),
                },
                { key: 'members', header: t('persons.members'), cell: (group) => group.memberCount },
                { key: 'created', header: t('common.created'), cell: (group) => <Time at={group.createdAt} day /> },
              ]}
              {...(can('directory.write')
                ? {
                    actions: (group: Group) => (
                      <Row gap={6} wrap="nowrap" justify="flex-end">
                        <Button
                          size="compact-sm"
                          variant="default"
                          aria-label={`${t('common.edit')}: ${group.name}`}
                          onClick={() => setEditing(group)}
                        >
                          {t('common.edit')}
                        </Button>
                        <Button
                          size="compact-sm"
                          variant="default"
                          aria-label={`${t('persons.deleteGroup')}: ${group.name}`}
                          onClick={() => setDeleting(group)}
                        >
                          {t('common.remove')}
                        </Button>
                      </Row>
                    ),
                  }
                : {})}
            />
          )}
        </QueryStates>
      </Section>
      {editing === undefined ? null : (
        <GroupForm
          contractorId={contractorId}
          group={editing === 'new' ? undefined : editing}
          onClose={() => setEditing(undefined)}
        />
      )}
      <ConfirmDanger
        opened={deleting !== undefined}
        title={t('persons.deleteGroup')}
        text={t('persons.deleteGroupText', { name: deleting?.name ?? '' })}
        confirm={t('persons.deleteGroup')}
        onClose={() => setDeleting(undefined)}
        onConfirm={async () => {
          await call('deleteGroup', { params: { contractorId, groupId: deleting?.groupId ?? '' } });
          await client.invalidateQueries({ queryKey: ['groups', contractorId] });
        }}
      />
    </>
  );
}

function GroupForm({
  contractorId,
  group,
  onClose,
}: {
  contractorId: string;
  group: Group | undefined;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [name, setName] = useState(group?.name ?? '');
  const save = useMutation({
    mutationFn: () =>
      group === undefined
        ? call('createGroup', { params: { contractorId }, body: { name: name.trim() } })
        : call('changeGroup', { params: { contractorId, groupId: group.groupId }, body: { name: name.trim() } }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['groups', contractorId] });
      onClose();
    },
  });
  return (
    <FormModal
      title={group === undefined ? t('persons.addGroup') : t('persons.renameGroup')}
      submit={t('common.save')}
      busy={save.isPending}
      ready={name.trim() !== ''}
      error={save.error}
      onSubmit={() => save.mutate()}
      onClose={onClose}
    >
      <TextInput
        label={t('persons.groupName')}
        required
        maxLength={200}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
    </FormModal>
  );
}
