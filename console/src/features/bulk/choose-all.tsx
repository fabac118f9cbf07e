import { Button, Group, Text } from '@mantine/core';
import type { DeviceSummary } from '@tsukasa/api';
import { useTranslation } from 'react-i18next';
import type { filtersOf } from '../devices/search.ts';
import { isChosen, type Selection } from './selection.ts';

type Props = {
  readonly rows: readonly DeviceSummary[];
  readonly total: number;
  readonly filters: ReturnType<typeof filtersOf>;
  readonly selection: Selection;
  readonly onChange: (selection: Selection) => void;
};

/** Once every row shown is chosen and there are more: offers all that match, however many have been read. */
export function ChooseAll({ rows, total, filters, selection, onChange }: Props) {
  const { t } = useTranslation();
  if (selection.kind === 'all') {
    return (
      <Text size="sm" role="status">
        {t('bulk.chosenAll', { count: total })}
      </Text>
    );
  }
  const all = rows.length > 0 && rows.every(({ deviceId }) => isChosen(selection, deviceId));
  if (!all || total <= rows.length) return null;
  return (
    <Group gap="xs">
      <Button size="compact-sm" variant="light" onClick={() => onChange({ kind: 'all', filter: filters })}>
        {t('bulk.chooseAll', { count: total })}
      </Button>
    </Group>
  );
}
