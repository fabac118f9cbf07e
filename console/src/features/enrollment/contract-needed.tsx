import { Alert, Button, Text } from '@mantine/core';
import { IconFileDescription } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Entitlements } from '@tsukasa/api';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { useCan } from '../../app/session.ts';
import { Because } from '../../shared/because.tsx';

/** What the contracts entitle to today. */
export function useEntitlements(contractorId: string) {
  return useQuery({
    queryKey: ['entitlements', contractorId],
    queryFn: () => call('getEntitlements', { params: { contractorId } }),
  });
}

/** Why no device can be enrolled by the contracts, and what to do about it. */
export function ContractNeeded({ contractorId, entitlements }: { contractorId: string; entitlements: Entitlements }) {
  const { t } = useTranslation();
  const can = useCan(contractorId);
  return (
    <Alert color="yellow" icon={<IconFileDescription aria-hidden />} title={t('contracts.needed.title')}>
      <Text size="sm" mb="xs">
        {t(`contracts.needed.${entitlements.state}`)}
      </Text>
      <Because reasons={entitlements.because} />
      {can('contracts.read') ? (
        <Button
          size="xs"
          mt="sm"
          renderRoot={(props) => <Link {...props} to="/c/$contractorId/contract" params={{ contractorId }} />}
        >
          {t('contracts.toContracts')}
        </Button>
      ) : (
        <Text size="sm" mt="sm">
          {t('enrollment.askAdministrator')}
        </Text>
      )}
    </Alert>
  );
}
