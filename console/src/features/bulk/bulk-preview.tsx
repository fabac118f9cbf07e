import { Alert, Badge, Box, Group, Stack, Text, Title } from '@mantine/core';
import { IconAlertTriangle, IconBan, IconHandStop, IconUserCheck } from '@tabler/icons-react';
import type { BatchPreview } from '@tsukasa/api';
import { useTranslation } from 'react-i18next';
import { useNoteText } from '../../shared/codes.ts';
import { Notes } from '../../shared/notes.tsx';
import { PlatformName } from '../../shared/platforms.tsx';

type BatchGroup = BatchPreview['groups'][number];

/** Device by device kind what a bulk action will do, where it cannot be done and why, and who else must agree. */
export function BulkPreview({ preview }: { preview: BatchPreview }) {
  const { t } = useTranslation();
  const { total, possible, impossible } = preview;
  const will = preview.groups.filter((group) => group.possible);
  const cannot = preview.groups.filter((group) => !group.possible);
  return (
    <Stack gap="sm" aria-live="polite">
      <Group gap="xs">
        <Text fw={600} size="sm">
          {possible === 0
            ? t('bulk.summaryNone', { total })
            : impossible === 0
              ? t('bulk.summaryAll', { total })
              : t('bulk.summary', { total, possible, impossible })}
        </Text>
        {preview.destructive ? <Badge color="red.9">{t('actions.destructive')}</Badge> : null}
      </Group>
      {preview.permitted ? null : (
        <Alert color="red" icon={<IconBan aria-hidden />}>
          {t('bulk.notPermitted')}
        </Alert>
      )}
      <Groups title={t('bulk.willHappen')} groups={will} />
      <Groups title={t('bulk.willNot')} groups={cannot} />
      {preview.needsSecondPerson && possible > 0 ? (
        <Alert variant="light" icon={<IconUserCheck aria-hidden />} title={t('bulk.secondPerson')}>
          {t('bulk.secondPersonText')}
        </Alert>
      ) : null}
      {preview.hold === null ? null : (
        <Alert variant="light" color="yellow" icon={<IconHandStop aria-hidden />} title={t('bulk.held')}>
          {t('bulk.heldText', {
            limit: preview.hold.limit,
            inLastHour: preview.hold.inLastHour,
            wanted: preview.hold.wanted,
          })}
        </Alert>
      )}
    </Stack>
  );
}

function Groups({ title, groups }: { title: string; groups: readonly BatchGroup[] }) {
  if (groups.length === 0) return null;
  return (
    <Box component="section" aria-label={title}>
      <Title order={3} size="h6" mb={4}>
        {title}
      </Title>
      <Stack gap="xs" component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
        {groups.map((group, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: groups have no identity and never move
          <GroupCard key={i} group={group} />
        ))}
      </Stack>
    </Box>
  );
}

function GroupCard({ group }: { group: BatchGroup }) {
  const { t } = useTranslation();
  const noteText = useNoteText();
  const names = group.devices.map(({ name }) => name ?? t('devices.unnamed'));
  const rest = group.count - group.devices.length;
  return (
    <Box component="li" className="card" p="sm">
      <Group gap="sm" mb={4}>
        <Text size="sm" component="span">
          <PlatformName platform={group.platform} />
        </Text>
        <Text size="sm" fw={600} className="tabular">
          {t('bulk.count', { count: group.count })}
        </Text>
      </Group>
      {group.refusal === null ? null : (
        <Text size="sm" style={{ color: 'var(--tsukasa-bad)' }}>
          {noteText(group.refusal)}
        </Text>
      )}
      {group.possible ? (
        group.effects.length === 0 ? (
          <Text size="sm">{t('actions.noEffects')}</Text>
        ) : (
          <Notes notes={group.effects} />
        )
      ) : null}
      {group.warnings.length === 0 ? null : (
        <Group gap="xs" wrap="nowrap" align="flex-start" mt={6}>
          <IconAlertTriangle
            size={16}
            style={{ flex: 'none', color: 'var(--tsukasa-warning)', marginTop: 3 }}
            role="img"
            aria-label={t('actions.beware')}
          />
          <Notes notes={group.warnings} />
        </Group>
      )}
      <Text size="xs" c="dimmed" mt={4}>
        {[...names, ...(rest > 0 ? [t('bulk.more', { count: rest })] : [])].join(t('common.listJoint'))}
      </Text>
    </Box>
  );
}
