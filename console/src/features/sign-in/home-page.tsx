import { Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../app/session.ts';
import { Page } from '../../shared/page.tsx';
import { Empty } from '../../shared/query-states.tsx';

/** For people with several contractors (or none). */
export function HomePage() {
  const { t } = useTranslation();
  const { contractors } = useSession();
  return (
    <Page title={t('app.chooseContractor')}>
      {contractors.length === 0 ? <Empty>{t('app.noMembership')}</Empty> : null}
      <Stack gap="xs" maw={560}>
        {contractors.map((c) => (
          <Link
            key={c.contractorId}
            className="pick"
            style={{ textDecoration: 'none' }}
            to="/c/$contractorId"
            params={{ contractorId: c.contractorId }}
          >
            <Text fw={600}>{c.name}</Text>
            <Text size="sm" c="dimmed">
              {c.role === null ? null : t(`roles.${c.role}`)}
            </Text>
          </Link>
        ))}
      </Stack>
    </Page>
  );
}
