import { Text } from '@mantine/core';
import type { ReactNode } from 'react';

export type Tone = 'good' | 'warning' | 'bad' | 'active' | 'quiet';

/** A state: a coloured dot and its word, so that colour alone never carries the meaning. */
export function Status({ tone, children }: { tone: Tone; children: ReactNode }) {
  return (
    <Text component="span" size="sm" className="status">
      <span style={{ background: `var(--tsukasa-${tone})` }} aria-hidden="true" />
      <span>{children}</span>
    </Text>
  );
}
