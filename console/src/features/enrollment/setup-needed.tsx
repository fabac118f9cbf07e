import { Alert, Button, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { Note, Platform } from '@tsukasa/api';
import { useTranslation } from 'react-i18next';
import { useCan } from '../../app/session.ts';
import { useNoteText } from '../../shared/codes.ts';
import { PLATFORM, PlatformName } from '../../shared/platforms.tsx';

type Props = { readonly contractorId: string; readonly platform: Platform; readonly missing: Note };

/** What a platform lacks before its devices can be invited, and the way to set it up. */
export function SetupNeeded({ contractorId, platform, missing }: Props) {
  const { t } = useTranslation();
  const noteText = useNoteText();
  const { setup } = PLATFORM[platform];
  const can = useCan(contractorId);
  return (
    <Alert
      variant="light"
      color="yellow"
      icon={<IconAlertTriangle aria-hidden />}
      title={
        <PlatformName platform={platform}>
          {t(`platformKind.${platform}`)}: {t('invite.whatIsMissing')}
        </PlatformName>
      }
    >
      <Text size="sm">{noteText(missing)}</Text>
      {setup === undefined ? null : can(setup.needs) ? (
        <Button size="xs" mt="sm" renderRoot={(props) => <Link {...props} to={setup.to} params={{ contractorId }} />}>
          {t(`invite.toSetup.${platform}`)}
        </Button>
      ) : (
        <Text size="sm" mt="sm">
          {t('enrollment.askAdministrator')}
        </Text>
      )}
    </Alert>
  );
}
