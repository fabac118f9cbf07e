import { Alert, Button, Center, Loader, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconLock, IconPlugConnectedX } from '@tabler/icons-react';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../app/problem.ts';
import { Clause } from './because.tsx';
import { useProblemText } from './codes.ts';

type Shown<T> = {
  readonly query: Pick<UseQueryResult<T>, 'data' | 'error' | 'refetch' | 'isPending'>;
  readonly empty?: { readonly when: (value: T) => boolean; readonly text: ReactNode };
  readonly children: (value: T) => ReactNode;
};

/** What every list and page shows while it has nothing to show: loading, failed, forbidden, empty. */
export function QueryStates<T>({ query, empty, children }: Shown<T>) {
  if (query.data !== undefined) {
    if (empty?.when(query.data) === true) return <Empty>{empty.text}</Empty>;
    return <>{children(query.data)}</>;
  }
  if (query.error !== null) return <Failure error={query.error} retry={() => void query.refetch()} />;
  return <Loading />;
}

export function Loading() {
  const { t } = useTranslation();
  return (
    <Center p="xl" role="status">
      <Loader size="sm" type="dots" aria-hidden />
      <Text size="sm" c="dimmed" ml="sm">
        {t('common.loading')}
      </Text>
    </Center>
  );
}

export function Empty({ children }: { children?: ReactNode }) {
  const { t } = useTranslation();
  return (
    <Center p="xl">
      <Text c="dimmed" ta="center" maw={480} component="div">
        {children ?? t('states.empty')}
      </Text>
    </Center>
  );
}

/** A failure in the problem's own words, with a way to try again where that can help. */
export function Failure({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useTranslation();
  const text = useProblemText()(error);
  const status = error instanceof ApiError ? error.status : -1;
  const forbidden = status === 403;
  const Icon = forbidden ? IconLock : status === 0 ? IconPlugConnectedX : IconAlertTriangle;
  return (
    <Alert
      role="alert"
      color="gray"
      icon={<Icon aria-hidden />}
      title={forbidden ? t('states.forbidden') : status === 404 ? t('states.notFound') : text.title}
    >
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{forbidden ? t('states.forbiddenText') : text.detail}</Text>
        {text.clause === undefined ? null : <Clause clause={text.clause} />}
        {text.request === undefined ? null : (
          <Text size="xs" c="dimmed">
            {t('states.requestId', { id: text.request })}
          </Text>
        )}
        {retry === undefined || forbidden || status === 404 ? null : (
          <Button size="xs" variant="default" onClick={retry}>
            {t('common.retry')}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}
