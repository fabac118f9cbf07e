import { Box, Center, Group, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useTitle } from '../shared/page.tsx';
import { Brand } from './brand.tsx';
import { Preferences } from './preferences.tsx';

/** Pages outside the shell (sign-in, setup): one card in the middle. */
export function Bare({ title, wide = false, children }: { title: string; wide?: boolean; children: ReactNode }) {
  const { t } = useTranslation();
  useTitle(title);
  return (
    <Stack mih="100dvh" gap={0}>
      <Group component="header" justify="space-between" p="sm">
        <Brand />
        <Group gap={4}>
          <Preferences />
        </Group>
      </Group>
      <Center component="main" id="main" tabIndex={-1} flex={1} p="md" pb={80} style={{ outline: 'none' }}>
        <Box className="card" p={{ base: 'lg', sm: 'xl' }} w="100%" maw={wide ? 620 : 420}>
          <Title order={1} size="h3" mb="md">
            {title}
          </Title>
          {children}
        </Box>
      </Center>
      <Text component="footer" size="xs" c="dimmed" ta="center" p="md">
        {t('app.name')} – {t('app.tagline')}
      </Text>
    </Stack>
  );
}
