import type { DeviceSummary } from '@tsukasa/api';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { formatBytes, formatPercent, useLanguage } from '../../shared/format.ts';
import { PlatformName } from '../../shared/platforms.tsx';
import { Status, type Tone } from '../../shared/status.tsx';
import { TimeAgo } from '../../shared/time.tsx';
import type { ColumnKey } from './search.ts';

export const SUPPORT_TONE: Readonly<Record<NonNullable<DeviceSummary['support']>, Tone>> = {
  supported: 'good',
  os: 'warning',
  usage_mode: 'warning',
};
export const MANAGEMENT_TONE: Readonly<Record<DeviceSummary['managementState'], Tone>> = {
  enrolling: 'active',
  managed: 'good',
  unmanaged: 'quiet',
};

/** What stands in a cell. A value that the device never gave is a dash, never a "no". */
export function useCell(): (device: DeviceSummary, column: ColumnKey) => ReactNode {
  const { t } = useTranslation();
  const language = useLanguage();
  const two = (value: boolean | null, yes: ReactNode, no: ReactNode) => (value === null ? '–' : value ? yes : no);
  return (d, column) => {
    switch (column) {
      case 'name':
        return deviceName(d, t('devices.unnamed'));
      case 'person':
        return d.person?.name ?? '–';
      case 'modelName':
        return d.modelName ?? d.productName ?? d.model ?? '–';
      case 'osVersion':
        return d.osVersion === null ? '–' : <OsVersion device={d} />;
      case 'managementState':
        return <Status tone={MANAGEMENT_TONE[d.managementState]}>{t(`managementState.${d.managementState}`)}</Status>;
      case 'support':
        return d.support === null ? '–' : <Status tone={SUPPORT_TONE[d.support]}>{t(`support.${d.support}`)}</Status>;
      case 'platform':
        return <PlatformName platform={d.platform} />;
      case 'managementMode':
        return t(`managementMode.${d.managementMode}`);
      case 'policyCompliant':
        return two(d.policyCompliant, t('common.yes'), <Status tone="warning">{t('common.no')}</Status>);
      case 'usageMode':
        return t(`usageMode.${d.usageMode}`);
      case 'supervised':
        return two(d.supervised, t('common.yes'), t('common.no'));
      case 'passcodePresent':
        return two(d.passcodePresent, t('device.present'), <Status tone="warning">{t('device.absent')}</Status>);
      case 'encrypted':
        return two(d.encrypted, t('device.encrypted'), <Status tone="warning">{t('device.notEncrypted')}</Status>);
      case 'lostMode':
        return two(d.lostMode, <Status tone="bad">{t('device.on')}</Status>, t('device.off'));
      case 'batteryLevel':
        return d.batteryLevel === null ? '–' : formatPercent(d.batteryLevel, language);
      case 'availableBytes':
        return d.availableBytes === null ? '–' : formatBytes(d.availableBytes, language);
      case 'appCount':
        return d.appCount ?? '–';
      case 'openActions':
        return d.openActions === 0 ? '–' : <Status tone="active">{d.openActions}</Status>;
      case 'enrolledAt':
      case 'lastContactAt':
      case 'lastObservedAt':
        return <TimeAgo at={d[column]} never="–" />;
      case 'label':
        return d.label === '' ? '–' : d.label;
      default:
        return d[column] ?? '–';
    }
  };
}

/** The version, with a mark when the device is out of support: also for whoever does not show that column. */
function OsVersion({ device }: { device: DeviceSummary }) {
  const { t } = useTranslation();
  const text = `${device.osFamily ?? ''} ${device.osVersion}`;
  if (device.support === null || device.support === 'supported') return text;
  return <Status tone={SUPPORT_TONE[device.support]}>{t('devices.outOfSupport', { system: text })}</Status>;
}

export function deviceName(d: Pick<DeviceSummary, 'name' | 'label' | 'serialNumber'>, unnamed: string): string {
  return d.name ?? (d.label !== '' ? d.label : (d.serialNumber ?? unnamed));
}
