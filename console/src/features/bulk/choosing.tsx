import { Checkbox } from '@mantine/core';
import type { DeviceSummary } from '@tsukasa/api';
import { type ReactNode, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { deviceName } from '../devices/cells.tsx';
import { isChosen, type Selection, toggle, toggleShown } from './selection.ts';

type Props = {
  readonly rows: readonly DeviceSummary[];
  readonly selection?: Selection;
  readonly onSelect?: (selection: Selection) => void;
};

/** The boxes of a list: one for each row, with the shift key for everything from the one before, and one for all shown. */
export function useChoosing({
  rows,
  selection,
  onSelect,
}: Props): { readonly header: ReactNode; readonly row: (index: number) => ReactNode } | undefined {
  const { t } = useTranslation();
  const before = useRef<number>(undefined);
  const shift = useRef(false);
  if (selection === undefined || onSelect === undefined) return undefined;
  const ids = rows.map(({ deviceId }) => deviceId);
  const all = ids.length > 0 && ids.every((id) => isChosen(selection, id));
  const some = !all && ids.some((id) => isChosen(selection, id));
  return {
    header: (
      <Checkbox
        size="xs"
        aria-label={t('bulk.chooseShown')}
        checked={all}
        indeterminate={some}
        onChange={() => onSelect(toggleShown(selection, ids))}
      />
    ),
    row: (index) => {
      const device = rows[index];
      if (device === undefined) return null;
      return (
        <Checkbox
          size="xs"
          aria-label={t('bulk.choose', { name: deviceName(device, t('devices.unnamed')) })}
          checked={isChosen(selection, device.deviceId)}
          onClick={(event) => {
            shift.current = event.shiftKey;
          }}
          onChange={(event) => {
            const chosen = event.currentTarget.checked;
            const from = shift.current ? before.current : undefined;
            onSelect(toggle(selection, ids, index, { chosen, from }));
            before.current = index;
          }}
        />
      );
    },
  };
}
