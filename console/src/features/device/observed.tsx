import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Output } from '../../app/api.ts';
import { TimeAgo } from '../../shared/time.tsx';

export type DeviceFacts = Output<'getDevice'>;
export type DevicePart = { readonly device: DeviceFacts; readonly contractorId: string };

/** One value that the device reported, with its age under it; a value never reported says so. */
export function Observed({
  device,
  field,
  label,
  children,
}: {
  device: DeviceFacts;
  field: keyof DeviceFacts;
  label?: string;
  children?: ReactNode;
}) {
  const { t } = useTranslation();
  const value = device[field];
  const at = device.observedAt[field];
  const absent = value === null || value === undefined || value === '';
  return (
    <>
      <dt>{label ?? field}</dt>
      <dd>
        {absent ? <span style={{ color: 'var(--mantine-color-dimmed)' }}>–</span> : (children ?? String(value))}
        <span className="age">{at === undefined ? absent ? t('device.notObserved') : null : <Seen at={at} />}</span>
      </dd>
    </>
  );
}

function Seen({ at }: { at: string }) {
  const { t } = useTranslation();
  const [before, after] = t('device.observed', { time: '\u0000' }).split('\u0000');
  return (
    <>
      {before}
      <TimeAgo at={at} />
      {after}
    </>
  );
}
