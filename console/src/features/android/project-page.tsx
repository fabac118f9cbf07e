import { Button, Group, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { useCan } from '../../app/session.ts';
import { ConfirmDanger } from '../../shared/confirm-danger.tsx';
import { Page, Section } from '../../shared/page.tsx';
import { QueryStates } from '../../shared/query-states.tsx';
import { ProjectFacts } from './project-card.tsx';
import { ProjectForm } from './project-form.tsx';

const KEY = ['provider-google-project'];
/** The installation's Google project. */
export function ProviderProjectPage() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const may = useCan()('provider.platforms.manage');
  const [editing, setEditing] = useState(false);
  const [removing, setRemoving] = useState(false);
  const query = useQuery({
    queryKey: KEY,
    queryFn: () => call('getProviderGoogleProject'),
    refetchInterval: 30_000,
  });
  const project = query.data?.project ?? null;
  return (
    <Page title={t('android.projectTitle')} text={t('android.providerText')}>
      <Section>
        <QueryStates query={query}>
          {() =>
            project === null ? (
              <Text size="sm">{t('android.noProviderProject')}</Text>
            ) : (
              <ProjectFacts project={project} />
            )
          }
        </QueryStates>
        {may && query.data !== undefined ? (
          <Group mt="md">
            <Button onClick={() => setEditing(true)}>
              {project === null ? t('android.saveProject') : t('android.changeProject')}
            </Button>
            {project === null ? null : (
              <Button variant="default" onClick={() => setRemoving(true)}>
                {t('android.removeProject')}
              </Button>
            )}
          </Group>
        ) : null}
      </Section>
      {editing ? (
        <ProjectForm
          project={project}
          title={t('android.projectTitle')}
          onSave={async (body) => {
            client.setQueryData(KEY, { project: await call('putProviderGoogleProject', { body }) });
          }}
          onClose={() => setEditing(false)}
        />
      ) : null}
      <ConfirmDanger
        opened={removing}
        title={t('android.removeProject')}
        text={t('android.removeProjectText')}
        confirm={t('android.removeProject')}
        onClose={() => setRemoving(false)}
        onConfirm={async () => {
          await call('deleteProviderGoogleProject');
          await client.invalidateQueries({ queryKey: KEY });
        }}
      />
    </Page>
  );
}
