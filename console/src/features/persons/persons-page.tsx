import { Anchor, Button, Checkbox, Group, Tabs } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { keepPreviousData, useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import type { Person } from '@tsukasa/api';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { present } from '../../app/search.ts';
import { useCan } from '../../app/session.ts';
import { ConfirmDanger } from '../../shared/confirm-danger.tsx';
import { DataTable } from '../../shared/data-table.tsx';
import { PagedList } from '../../shared/list.tsx';
import { Page, Section } from '../../shared/page.tsx';
import { SearchInput } from '../../shared/search-input.tsx';
import { Status } from '../../shared/status.tsx';
import { Groups } from './groups.tsx';
import { PersonForm } from './person-form.tsx';

/** The people who use devices, and their groups. */
export function PersonsPage() {
  const { t } = useTranslation();
  const { contractorId } = useParams({ from: '/inside/c/$contractorId/persons' });
  const { tab } = useSearch({ from: '/inside/c/$contractorId/persons' });
  const navigate = useNavigate({ from: '/c/$contractorId/persons' });
  return (
    <Page title={t('persons.title')}>
      <Tabs
        value={tab ?? 'persons'}
        keepMounted={false}
        onChange={(value) => void navigate({ search: value === 'groups' ? { tab: 'groups' } : {}, replace: true })}
      >
        <Tabs.List aria-label={t('persons.title')}>
          <Tabs.Tab value="persons">{t('persons.tabPersons')}</Tabs.Tab>
          <Tabs.Tab value="groups">{t('persons.tabGroups')}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="persons" pt="md">
          <Persons contractorId={contractorId} />
        </Tabs.Panel>
        <Tabs.Panel value="groups" pt="md">
          <Groups contractorId={contractorId} />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

function Persons({ contractorId }: { contractorId: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { tab: _, ...search } = useSearch({ from: '/inside/c/$contractorId/persons' });
  const navigate = useNavigate({ from: '/c/$contractorId/persons' });
  const can = useCan(contractorId);
  const [editing, setEditing] = useState<Person | 'new'>();
  const [archiving, setArchiving] = useState<Person>();
  const pages = useInfiniteQuery({
    queryKey: ['persons', contractorId, search],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      call('listPersons', { params: { contractorId }, query: { ...search, cursor: pageParam, limit: 100 }, signal }),
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <Group mb="md">
        <SearchInput
          label={t('persons.search')}
          value={search.q ?? ''}
          onChange={(q) => void navigate({ search: present({ ...search, q: q || undefined }), replace: true })}
        />
        <Checkbox
          label={t('persons.showArchived')}
          checked={search.archived ?? false}
          onChange={(event) =>
            void navigate({
              search: present({ ...search, archived: event.currentTarget.checked || undefined }),
              replace: true,
            })
          }
        />
        {can('directory.write') ? (
          <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setEditing('new')}>
            {t('persons.add')}
          </Button>
        ) : null}
      </Group>
      <Section padding={0}>
        <PagedList pages={pages} empty={search.q === undefined ? t('persons.empty') : t('states.emptySearch')}>
          {(rows) => (
            <DataTable
              label={t('persons.title')}
              rows={rows}
              rowKey={(row) => row.personId}
              columns={[
                {
                  key: 'name',
                  header: t('persons.name'),
                  cell: (row) => (
                    <>
                      {row.name}
                      <span className="age">{row.kana}</span>
                    </>
                  ),
                },
                { key: 'department', header: t('persons.department'), cell: (row) => row.department ?? '–' },
                { key: 'number', header: t('persons.employeeNumber'), cell: (row) => row.employeeNumber ?? '–' },
                { key: 'email', header: t('persons.email'), cell: (row) => row.email ?? '–' },
                {
                  key: 'groups',
                  header: t('persons.groups'),
                  cell: (row) => row.groups.map((group) => group.name).join(t('common.listJoint')) || '–',
                },
                {
                  key: 'devices',
                  header: t('persons.devices'),
                  cell: (row) => <DeviceCount person={row} contractorId={contractorId} />,
                },
                {
                  key: 'state',
                  header: t('common.state'),
                  cell: (row) =>
                    row.archivedAt === null ? '–' : <Status tone="quiet">{t('persons.archived')}</Status>,
                },
              ]}
              {...(can('directory.write')
                ? {
                    actions: (row: Person) =>
                      row.archivedAt !== null ? null : (
                        <Group gap={6} wrap="nowrap" justify="flex-end">
                          <Button
                            size="compact-sm"
                            variant="default"
                            aria-label={`${t('common.edit')}: ${row.name}`}
                            onClick={() => setEditing(row)}
                          >
                            {t('common.edit')}
                          </Button>
                          <Button
                            size="compact-sm"
                            variant="default"
                            aria-label={`${t('persons.archive')}: ${row.name}`}
                            onClick={() => setArchiving(row)}
                          >
                            {t('persons.archive')}
                          </Button>
                        </Group>
                      ),
                  }
                : {})}
            />
          )}
        </PagedList>
      </Section>
      {editing === undefined ? null : (
        <PersonForm
          contractorId={contractorId}
          person={editing === 'new' ? undefined : editing}
          onClose={() => setEditing(undefined)}
        />
      )}
      <ConfirmDanger
        opened={archiving !== undefined}
        title={t('persons.archive')}
        text={t('persons.archiveText', { name: archiving?.name ?? '' })}
        confirm={t('persons.archive')}
        danger={false}
        onClose={() => setArchiving(undefined)}
        onConfirm={async () => {
          await call('archivePerson', { params: { contractorId, personId: archiving?.personId ?? '' } });
          await client.invalidateQueries({ queryKey: ['persons', contractorId] });
        }}
      />
    </>
  );
}

function DeviceCount({ person, contractorId }: { person: Person; contractorId: string }) {
  const { t } = useTranslation();
  if (person.deviceCount === 0) return <>0</>;
  return (
    <Anchor
      size="sm"
      underline="always"
      renderRoot={(props) => (
        <Link
          {...props}
          to="/c/$contractorId/devices"
          params={{ contractorId }}
          search={{ personId: person.personId }}
          aria-label={`${person.name}: ${t('dashboard.devicesUnit', { count: person.deviceCount })}`}
        />
      )}
    >
      {person.deviceCount}
    </Anchor>
  );
}
