import { Button, Group, Modal, Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useCloseLabel } from './confirm-danger.tsx';
import { useDialogFocus } from './dialog-focus.ts';
import { ProblemAlert } from './problem-alert.tsx';

type Props = {
  readonly title: string;
  readonly submit: string;
  readonly busy: boolean;
  readonly ready?: boolean;
  readonly error: Error | null;
  readonly size?: string;
  /** What it does hurts: the button says so. */
  readonly danger?: boolean;
  readonly onSubmit: () => void;
  readonly onClose: () => void;
  readonly children: ReactNode;
};

/** A form in a dialog; mounted only while it is open, so that it always begins fresh. */
export function FormModal(props: Props) {
  const { title, submit, busy, ready = true, error, size, danger = false, onSubmit, onClose, children } = props;
  const { t } = useTranslation();
  const form = useDialogFocus();
  return (
    <Modal opened onClose={onClose} title={title} size={size ?? 'md'} closeButtonProps={useCloseLabel()}>
      <form
        ref={form}
        onSubmit={(event) => {
          event.preventDefault();
          if (ready && !busy) onSubmit();
        }}
      >
        <Stack>
          {children}
          <ProblemAlert error={error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t('common.cancel')}
            </Button>
            <Button type="submit" color={danger ? 'red.9' : 'ai'} loading={busy} disabled={!ready}>
              {submit}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
