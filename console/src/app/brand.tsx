import { Group, Text } from '@mantine/core';

export function Brand({ size = 28 }: { size?: number }) {
  return (
    <Group gap={8} wrap="nowrap" component="span">
      <img src="/icon.svg" width={size} height={size} alt="" />
      <Text component="span" fw={700} fz="lg" style={{ letterSpacing: '0.01em' }}>
        Tsukasa
      </Text>
    </Group>
  );
}
