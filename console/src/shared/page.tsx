import { Box, Group, Stack, Text, Title } from '@mantine/core';
import { type ReactNode, useEffect } from 'react';

type PageProps = {
  readonly title: string;
  /** Stands under the title, in one or two sentences. */
  readonly text?: ReactNode;
  readonly actions?: ReactNode;
  readonly above?: ReactNode;
  readonly children: ReactNode;
};

/** Every page: title (also of the window), a sentence, what can be done, content. */
export function Page({ title, text, actions, above, children }: PageProps) {
  useTitle(title);
  return (
    <Stack gap="lg">
      <Box>
        {above}
        <Group justify="space-between" align="flex-start" gap="sm">
          <Box flex="1 1 16rem">
            <Title order={1} size="h2" style={{ overflowWrap: 'anywhere' }}>
              {title}
            </Title>
            {text === undefined ? null : (
              <Text c="dimmed" size="sm" mt={4} maw={760} component="div">
                {text}
              </Text>
            )}
          </Box>
          {actions === undefined ? null : <Group gap="xs">{actions}</Group>}
        </Group>
      </Box>
      {children}
    </Stack>
  );
}

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} – Tsukasa`;
  }, [title]);
}

type SectionProps = {
  readonly title?: ReactNode;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
  readonly padding?: string | number;
};
/** A bordered part of a page with its own heading. */
export function Section({ title, aside, children, padding = 'md' }: SectionProps) {
  return (
    <Box component="section" className="card" p={padding}>
      {title === undefined ? null : (
        <Group justify="space-between" mb={padding === 0 ? 0 : 'sm'} p={padding === 0 ? 'md' : 0}>
          <Title order={2} size="h5">
            {title}
          </Title>
          {aside}
        </Group>
      )}
      {children}
    </Box>
  );
}
