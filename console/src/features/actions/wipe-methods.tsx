import { Radio, Stack } from '@mantine/core';
import { WINDOWS_WIPE_METHODS, type WindowsWipeMethod } from '@tsukasa/api';
import { useTranslation } from 'react-i18next';

type Props = {
  readonly value: WindowsWipeMethod | undefined;
  /** Which of them this PC has; absent: it is not known, and the server judges. */
  readonly available: readonly unknown[] | undefined;
  readonly onChange: (value: WindowsWipeMethod) => void;
};

/** The ways to wipe a PC, each with what it really does. */
export function WipeMethods({ value = 'doWipe', available, onChange }: Props) {
  const { t } = useTranslation();
  return (
    <Radio.Group
      label={t('actionParam.wipeMethod')}
      value={value}
      onChange={(next) => onChange(WINDOWS_WIPE_METHODS.find((one) => one === next) ?? 'doWipe')}
    >
      <Stack gap="xs" mt="xs">
        {WINDOWS_WIPE_METHODS.map((method) => (
          <Radio
            key={method}
            value={method}
            disabled={available?.includes(method) === false}
            label={`${t(`wipeMethod.${method}`)} (${method})`}
            description={t(`wipeMethodText.${method}`)}
          />
        ))}
      </Stack>
    </Radio.Group>
  );
}
