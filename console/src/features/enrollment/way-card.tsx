import { Alert, Badge, Box, Button, Group, List, Stack, Text, Title } from '@mantine/core';
import { IconDownload, IconExternalLink, IconInfoCircle } from '@tabler/icons-react';
import type { EnrollmentMethod, Platform } from '@tsukasa/api';
import { useTranslation } from 'react-i18next';
import { CopyField } from '../../shared/copy-field.tsx';
import { Notes } from '../../shared/notes.tsx';
import { QrCode } from '../../shared/qr-code.tsx';
import { saveText } from '../../shared/save-text.ts';
import { Time } from '../../shared/time.tsx';
import type { Way } from './ways.ts';

/** One way to enroll: for whom it is, the steps in words, and what to hand over. */
export function WayCard({ way, platform }: { way: Way; platform: Platform }) {
  const { t } = useTranslation();
  const { name } = way;
  const title = name === 'deep_link' ? t(`invite.way.deep_link.${platform}`) : t(`invite.way.${name}`);
  const steps =
    name === 'link' || name === 'deep_link' ? t(`invite.steps.${name}.${platform}`) : t(`invite.steps.${name}`);
  const notes = way.methods.flatMap((method) => method.notes);
  const ends = way.methods.find((method) => method.expiresAt !== null)?.expiresAt ?? null;
  return (
    <Box component="section" className="card" p="md" aria-label={title}>
      <Group justify="space-between" mb="xs" gap="xs">
        <Title order={3} size="h6">
          {title}
        </Title>
        <Badge variant="light" color={way.for === 'person' ? 'ai' : 'gray'}>
          {t(`invite.for.${way.for}`)}
        </Badge>
      </Group>
      <Stack gap="sm">
        <List type="ordered" size="sm" spacing={4}>
          {steps.split('\n').map((step) => (
            <List.Item key={step}>{step}</List.Item>
          ))}
        </List>
        {way.methods.map((method) => (
          <Method key={method.kind} method={method} platform={platform} />
        ))}
        {notes.length === 0 ? null : (
          <Alert variant="light" color="yellow" icon={<IconInfoCircle aria-hidden />}>
            <Notes notes={notes} />
          </Alert>
        )}
        {ends === null ? null : (
          <Text size="xs" c="dimmed">
            {t('invite.expiresAt')}: <Time at={ends} />
          </Text>
        )}
      </Stack>
    </Box>
  );
}

function Method({ method: { kind, value }, platform }: { method: EnrollmentMethod; platform: Platform }) {
  const { t } = useTranslation();
  switch (kind) {
    case 'qr_code':
      return (
        <Group justify="center">
          <QrCode text={value} label={t('invite.qrLarge')} size={320} dense />
        </Group>
      );
    case 'link':
      return (
        <>
          <Group justify="center">
            <QrCode text={value} label={t('enrollment.qr')} size={220} />
          </Group>
          <CopyField label={t('invite.kind.link')} value={value} />
        </>
      );
    case 'deep_link':
      return (
        <>
          <Group>
            <Button component="a" href={value} leftSection={<IconExternalLink size={16} aria-hidden />}>
              {t(`invite.openDeepLink.${platform}`)}
            </Button>
          </Group>
          <CopyField label={t('invite.kind.deep_link')} value={value} />
        </>
      );
    case 'provisioning_package':
      return (
        <Group>
          <Button
            variant="default"
            leftSection={<IconDownload size={16} aria-hidden />}
            onClick={() => saveText(value, 'customizations.xml', 'application/xml')}
          >
            {t('invite.download')}
          </Button>
        </Group>
      );
    default:
      return <CopyField label={t(`invite.kind.${kind}`)} value={value} />;
  }
}
