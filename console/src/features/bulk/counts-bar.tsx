import { Box, Group, Text } from '@mantine/core';
import type { ActionBatch } from '@tsukasa/api';
import { useTranslation } from 'react-i18next';
import { formatNumber, useLanguage } from '../../shared/format.ts';
import { Status } from '../../shared/status.tsx';
import { COUNT_TONE, COUNTS } from './state.ts';

type Props = { readonly batch: Pick<ActionBatch, 'counts' | 'total'>; readonly legend?: boolean };

/** How far a bulk action has come: one bar, and the numbers in words. */
export function CountsBar({ batch: { counts, total }, legend = true }: Props) {
  const { t } = useTranslation();
  const language = useLanguage();
  const shown = COUNTS.filter((count) => counts[count] > 0);
  const words = shown.map((count) => `${t(`bulk.counts.${count}`)} ${formatNumber(counts[count], language)}`);
  return (
    <Box>
      <Box className="counts-bar" role="img" aria-label={words.join(t('common.listJoint'))}>
        {shown.map((count) => (
          <span
            key={count}
            style={{ flexGrow: counts[count] / Math.max(1, total), background: `var(--tsukasa-${COUNT_TONE[count]})` }}
          />
        ))}
      </Box>
      {legend ? (
        <Group gap="4px 16px" mt={6}>
          {shown.map((count) => (
            <Status key={count} tone={COUNT_TONE[count]}>
              {t(`bulk.counts.${count}`)} {formatNumber(counts[count], language)}
            </Status>
          ))}
        </Group>
      ) : (
        <Text size="xs" c="dimmed" mt={2}>
          {words.join(t('common.listJoint'))}
        </Text>
      )}
    </Box>
  );
}
