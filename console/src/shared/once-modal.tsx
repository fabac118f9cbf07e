import { Alert, Button, Group, Modal, Stack, Text } from '@mantine/core';
import { IconEyeOff } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { CopyField } from './copy-field.tsx';

type Props = {
  readonly title: string;
  readonly text?: ReactNode;
  readonly label: string;
  readonly value: string;
  readonly children?: ReactNode;
  readonly onClose: () => void;
};

/** A value that is shown once: does not close by accident, says so, and is gone from memory when closed. */
export function OnceModal({ title, text, label, value, children, onClose }: Props) {
  const { t } = useTranslation();
  return (
    <Modal
      opened
      onClose={onClose}
      title={title}
      closeOnClickOutside={false}
      closeOnEscape={false}
      withCloseButton={false}
    >
      <Stack>
        {text === undefined ? null : <Text size="sm">{text}</Text>}
        <CopyField label={label} value={value} />
        {children}
        <Alert variant="light" color="yellow" icon={<IconEyeOff aria-hidden />}>
          {t('common.showOnce')}
        </Alert>
        <Group justify="flex-end">
          <Button onClick={onClose}>{t('common.understood')}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
