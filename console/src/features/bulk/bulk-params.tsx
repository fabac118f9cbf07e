import { Stack, Text } from '@mantine/core';
import { ACTION_PARAMS, type BatchPreview, type Platform } from '@tsukasa/api';
import { PLATFORM, PlatformName } from '../../shared/platforms.tsx';
import { ParamFields } from '../actions/param-fields.tsx';
import type { ActionValues } from '../actions/params.ts';

type Props = {
  readonly preview: BatchPreview;
  readonly required: readonly string[];
  readonly values: ActionValues;
  readonly onChange: (values: ActionValues) => void;
};

/** Parameters that the chosen devices have: those of several platforms first, then what only one of them understands. */
export function BulkParams({ preview, required, values, onChange }: Props) {
  const { type } = preview;
  const platforms = [...new Set(preview.groups.filter((one) => one.possible).map((one) => one.platform))];
  const known = Object.keys(ACTION_PARAMS[type].properties);
  const of = (platform: Platform) => PLATFORM[platform].params.filter((name) => known.includes(name));
  const counts = new Map<string, number>();
  for (const name of platforms.flatMap(of)) counts.set(name, (counts.get(name) ?? 0) + 1);
  const shared = [...counts].filter(([, count]) => count > 1).map(([name]) => name);
  const fields = { type, required, values, onChange };
  return (
    <Stack gap="sm">
      {shared.length === 0 ? null : <ParamFields {...fields} options={shared} />}
      {platforms.map((platform) => {
        const own = of(platform).filter((name) => !shared.includes(name));
        if (own.length === 0) return null;
        return (
          <Stack key={platform} gap="xs" component="fieldset" p={0} m={0} bd={0}>
            <Text component="legend" size="sm" fw={600} p={0}>
              <PlatformName platform={platform} />
            </Text>
            <ParamFields {...fields} options={own} />
          </Stack>
        );
      })}
    </Stack>
  );
}
