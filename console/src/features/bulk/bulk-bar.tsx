import { Button, Group, Text } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { ACTION_PERMISSIONS, type ActionType } from '@tsukasa/api';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useCan } from '../../app/session.ts';
import { ACTION_ICONS } from '../actions/icons.ts';
import { BulkDialog } from './bulk-dialog.tsx';
import { countChosen, NONE, type Selection } from './selection.ts';

/** What is asked most often of many devices stands at hand; everything else is behind "choose an action". */
const AT_HAND = ['refresh', 'lock', 'erase'] as const satisfies readonly ActionType[];

type Props = {
  readonly contractorId: string;
  readonly selection: Selection;
  readonly total: number;
  readonly onChange: (selection: Selection) => void;
};

/** Stands at the foot of the list while devices are chosen. */
export function BulkBar({ contractorId, selection, total, onChange }: Props) {
  const { t } = useTranslation();
  const can = useCan(contractorId);
  const [asking, setAsking] = useState<{ type: ActionType | undefined }>();
  const count = countChosen(selection, total);
  if (count === 0) return null;
  return (
    <>
      <Group className="card bulk-bar" role="region" aria-label={t('bulk.bar')} justify="space-between" gap="xs">
        <Group gap="xs">
          <Text size="sm" fw={600} role="status" className="tabular">
            {t(selection.kind === 'all' ? 'bulk.chosenAll' : 'bulk.chosen', { count })}
          </Text>
          <Button
            variant="subtle"
            size="compact-sm"
            leftSection={<IconX size={14} aria-hidden />}
            onClick={() => onChange(NONE)}
          >
            {t('bulk.clear')}
          </Button>
        </Group>
        <Group gap="xs">
          {AT_HAND.filter((type) => can(ACTION_PERMISSIONS[type])).map((type) => {
            const Icon = ACTION_ICONS[type];
            return (
              <Button
                key={type}
                size="xs"
                variant="default"
                visibleFrom="sm"
                leftSection={<Icon size={16} aria-hidden />}
                onClick={() => setAsking({ type })}
              >
                {t(`actionType.${type}`)}
              </Button>
            );
          })}
          <Button size="xs" onClick={() => setAsking({ type: undefined })}>
            {t('bulk.act')}
          </Button>
        </Group>
      </Group>
      {asking === undefined ? null : (
        <BulkDialog
          contractorId={contractorId}
          selection={selection}
          first={asking.type}
          onClose={() => setAsking(undefined)}
        />
      )}
    </>
  );
}
