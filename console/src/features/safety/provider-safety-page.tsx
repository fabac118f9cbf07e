import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { useCan } from '../../app/session.ts';
import { Page, Section } from '../../shared/page.tsx';
import { QueryStates } from '../../shared/query-states.tsx';
import { Safety } from './safety-form.tsx';

const KEY = ['provider-safety'];
/** The breaker of the whole installation. */
export function ProviderSafetyPage() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const may = useCan()('provider.safety.write');
  const safety = useQuery({ queryKey: KEY, queryFn: () => call('getProviderSafety'), refetchInterval: 15_000 });
  return (
    <Page title={t('safety.title')} text={t('safety.installationText')}>
      <Section>
        <QueryStates query={safety}>
          {(settings) => (
            <Safety
              settings={settings}
              may={may}
              onChange={async ({ secondPerson: _, ...body }) => {
                const saved = await call('changeProviderSafety', { body });
                client.setQueryData(KEY, saved);
                return saved;
              }}
              onDecide={async (changeId, body) => {
                client.setQueryData(KEY, await call('decideProviderSafetyChange', { params: { changeId }, body }));
              }}
            />
          )}
        </QueryStates>
      </Section>
    </Page>
  );
}
