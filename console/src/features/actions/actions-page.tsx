import { Group, MultiSelect } from '@mantine/core';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { ACTION_STATES, ACTION_TYPES } from '@tsukasa/api';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { manyOf, present } from '../../app/search.ts';
import { PagedList, usePages } from '../../shared/list.tsx';
import { Page, Section } from '../../shared/page.tsx';
import { ActionCard } from './action-card.tsx';
import { isOpen, POLL_OPEN } from './state.ts';

/** The actions of the whole fleet, newest first. */
export function ActionsPage() {
  const { t } = useTranslation();
  const { contractorId } = useParams({ from: '/inside/c/$contractorId/actions' });
  const search = useSearch({ from: '/inside/c/$contractorId/actions' });
  const navigate = useNavigate({ from: '/c/$contractorId/actions' });
  const pages = usePages(
    ['actions', contractorId, search],
    (cursor, signal) =>
      call('listActions', { params: { contractorId }, query: { ...search, cursor, limit: 20 }, signal }),
    { refetchInterval: (rows) => (rows.some((action) => isOpen(action.state)) ? POLL_OPEN * 2 : 15_000) },
  );
  return (
    <Page title={t('actions.title')}>
      <Group align="end">
        <MultiSelect
          label={t('actions.filterState')}
          placeholder={search.state === undefined ? t('common.all') : ''}
          clearable
          w={{ base: '100%', sm: 320 }}
          data={ACTION_STATES.map((value) => ({ value, label: t(`actionState.${value}`) }))}
          value={[...(search.state ?? [])]}
          onChange={(value) =>
            void navigate({ search: present({ ...search, state: manyOf(value, ACTION_STATES) }), replace: true })
          }
        />
        <MultiSelect
          label={t('actions.filterType')}
          placeholder={search.type === undefined ? t('common.all') : ''}
          clearable
          w={{ base: '100%', sm: 320 }}
          data={ACTION_TYPES.map((value) => ({ value, label: t(`actionType.${value}`) }))}
          value={[...(search.type ?? [])]}
          onChange={(value) =>
            void navigate({ search: present({ ...search, type: manyOf(value, ACTION_TYPES) }), replace: true })
          }
        />
      </Group>
      <Section padding={0}>
        <PagedList pages={pages} empty={t('actions.fleetEmpty')}>
          {(rows) =>
            rows.map((action) => (
              <ActionCard key={action.actionId} action={action} contractorId={contractorId} withDevice />
            ))
          }
        </PagedList>
      </Section>
    </Page>
  );
}
