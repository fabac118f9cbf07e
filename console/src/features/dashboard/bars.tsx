import { Box, Text } from '@mantine/core';
import { formatNumber, useLanguage } from '../../shared/format.ts';

/** A few labelled counts with bars; the numbers are there as text, the bars only help the eye. */
export function Bars({ rows }: { rows: readonly { label: string; count: number }[] }) {
  const language = useLanguage();
  const most = Math.max(1, ...rows.map((row) => row.count));
  return (
    <Box
      component="dl"
      m={0}
      style={{ display: 'grid', gridTemplateColumns: 'minmax(7rem, auto) 1fr', gap: '8px 12px' }}
    >
      {rows.map((row) => (
        <div key={row.label} style={{ display: 'contents' }}>
          <Text component="dt" size="sm">
            {row.label}
          </Text>
          <Box component="dd" m={0} style={{ display: 'flex', alignItems: 'center', gap: 8 }}>
            <Box flex={1} aria-hidden="true">
              <Box
                h={10}
                bg="var(--tsukasa-active)"
                style={{ width: `${(row.count / most) * 100}%`, minWidth: row.count > 0 ? 3 : 0, borderRadius: 3 }}
              />
            </Box>
            <Text size="sm" className="tabular" miw="3.5rem" ta="end">
              {formatNumber(row.count, language)}
            </Text>
          </Box>
        </div>
      ))}
    </Box>
  );
}
