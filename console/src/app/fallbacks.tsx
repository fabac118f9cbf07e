import { Button, Text } from '@mantine/core';
import { type ErrorComponentProps, Link, useRouter } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Page } from '../shared/page.tsx';
import { Failure } from '../shared/query-states.tsx';
import { Bare } from './bare.tsx';

export function NotFound() {
  const { t } = useTranslation();
  return (
    <Page title={t('app.notFound')} text={t('app.notFoundText')}>
      <div>
        <Button renderRoot={(props) => <Link {...props} to="/" />}>{t('app.toStart')}</Button>
      </div>
    </Page>
  );
}

/** The same outside the shell, where no page begins like this. */
export function NowhereFound() {
  const { t } = useTranslation();
  return (
    <Bare title={t('app.notFound')}>
      <Text size="sm" mb="md">
        {t('app.notFoundText')}
      </Text>
      <Button renderRoot={(props) => <Link {...props} to="/" />}>{t('app.toStart')}</Button>
    </Bare>
  );
}

export function Crashed({ error }: ErrorComponentProps) {
  const { t } = useTranslation();
  const router = useRouter();
  return (
    <Page title={t('states.crashed')}>
      <Failure error={error} retry={() => void router.invalidate()} />
    </Page>
  );
}
