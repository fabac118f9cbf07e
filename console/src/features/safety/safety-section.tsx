import { Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { useCan } from '../../app/session.ts';
import { Section } from '../../shared/page.tsx';
import { QueryStates } from '../../shared/query-states.tsx';
import { Safety } from './safety-form.tsx';

/** A contractor's second person and breaker, on the page of its settings. */
export function SafetySection({ contractorId }: { contractorId: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const may = useCan(contractorId)('contractor.settings.write');
  const key = ['safety', contractorId];
  const safety = useQuery({
    queryKey: key,
    queryFn: () => call('getSafety', { params: { contractorId } }),
    refetchInterval: 15_000,
  });
  return (
    <Section title={t('safety.title')}>
      <Text size="sm" mb="sm">
        {t('safety.text')}
      </Text>
      <QueryStates query={safety}>
        {(settings) => (
          <Safety
            settings={settings}
            may={may}
            onChange={async (body) => {
              const saved = await call('changeSafety', { params: { contractorId }, body });
              client.setQueryData(key, saved);
              void client.invalidateQueries({ queryKey: ['pending', contractorId] });
              return saved;
            }}
            onDecide={async (changeId, body) => {
              const saved = await call('decideSafetyChange', { params: { contractorId, changeId }, body });
              client.setQueryData(key, saved);
              void client.invalidateQueries({ queryKey: ['pending', contractorId] });
            }}
          />
        )}
      </QueryStates>
    </Section>
  );
}
