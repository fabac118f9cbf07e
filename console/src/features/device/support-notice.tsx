import { Alert, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { USAGE_MODES } from '@tsukasa/api';
import { useTranslation } from 'react-i18next';
import { oneOf } from '../../app/search.ts';
import { formatInstant, useLanguage } from '../../shared/format.ts';
import type { DeviceFacts } from './observed.tsx';

const WORDS = new Map([
  ['os.family', 'osFamily'],
  ['os.version', 'osVersion'],
  ['usage_mode.not_supported', 'usageMode'],
] as const);

/** What of the device the service does not support, and what it supports instead. */
export function SupportNotice({ device }: { device: DeviceFacts }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const { support, supportSince, supportProblems, osFamily, osVersion, usageMode } = device;
  if (support === null || support === 'supported' || device.managementState === 'unmanaged') return null;
  const system = [osFamily, osVersion].filter(Boolean).join(' ');
  const modeName = (id: string) => {
    const mode = oneOf(id, USAGE_MODES);
    return mode === undefined ? id : t(`usageMode.${mode}`);
  };
  const listed = (code: string, supported: string) => {
    if (supported === '') return t('supportNotice.none');
    return code === 'usage_mode.not_supported' ? supported.split(', ').map(modeName).join(', ') : supported;
  };
  return (
    <Alert
      variant="light"
      color="yellow"
      icon={<IconAlertTriangle aria-hidden />}
      title={t('supportNotice.title')}
      mb="md"
    >
      {supportProblems.map(({ code, supported }) => {
        const known = [...WORDS].find(([name]) => name === code)?.[1];
        const values = { system, mode: modeName(usageMode), supported: listed(code, supported) };
        return (
          <Text key={code} size="sm">
            {known === undefined ? `${code}: ${supported}` : t(`supportNotice.${known}`, values)}
          </Text>
        );
      })}
      {supportSince === null ? null : (
        <Text size="sm">{t('supportNotice.since', { time: formatInstant(supportSince, language) })}</Text>
      )}
    </Alert>
  );
}
