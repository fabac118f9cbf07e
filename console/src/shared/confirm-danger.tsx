import { Button, Group, Modal, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useDialogFocus } from './dialog-focus.ts';
import { ProblemAlert } from './problem-alert.tsx';

type Props = {
  readonly opened: boolean;
  readonly title: string;
  readonly text: ReactNode;
  readonly confirm: string;
  /** A word that must be typed first. */
  readonly typed?: string;
  readonly withReason?: boolean;
  readonly danger?: boolean;
  readonly onConfirm: (reason: string) => Promise<unknown>;
  readonly onClose: () => void;
};

/** Asks before something that hurts: says what will happen, takes a reason where one is kept, shows why it failed. */
export function ConfirmDanger(props: Props) {
  return (
    <Modal opened={props.opened} onClose={props.onClose} title={props.title} closeButtonProps={useCloseLabel()}>
      {props.opened ? <Content {...props} /> : null}
    </Modal>
  );
}

export function useCloseLabel(): { 'aria-label': string } {
  const { t } = useTranslation();
  return { 'aria-label': t('common.close') };
}

function Content({ text, confirm, typed, withReason = false, danger = true, onConfirm, onClose }: Props) {
  const { t } = useTranslation();
  const form = useDialogFocus();
  const [reason, setReason] = useState('');
  const [word, setWord] = useState('');
  const [error, setError] = useState<Error>();
  const [busy, setBusy] = useState(false);
  const ready = (!withReason || reason.trim() !== '') && (typed === undefined || word === typed);
  const go = async () => {
    setBusy(true);
    try {
      await onConfirm(reason.trim());
      onClose();
    } catch (caught) {
      setError(caught instanceof Error ? caught : new Error(String(caught)));
      setBusy(false);
    }
  };
  return (
    <form
      ref={form}
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) void go();
      }}
    >
      <Stack>
        <Text size="sm" component="div">
          {text}
        </Text>
        {withReason ? (
          <Textarea
            label={t('common.reason')}
            description={t('common.reasonHint')}
            required
            maxLength={1000}
            autosize
            minRows={2}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
        ) : null}
        {typed === undefined ? null : (
          <TextInput
            label={t('common.typeToConfirm', { text: typed })}
            required
            autoComplete="off"
            value={word}
            onChange={(event) => setWord(event.currentTarget.value)}
          />
        )}
        {error === undefined ? null : <ProblemAlert error={error} />}
        <Group justify="flex-end">
          {/* With nothing to fill in, Enter shall not do what hurts. */}
          <Button
            variant="default"
            onClick={onClose}
            {...(withReason || typed !== undefined ? {} : { 'data-autofocus': true })}
          >
            {t('common.cancel')}
          </Button>
          <Button type="submit" color={danger ? 'red.9' : 'ai'} disabled={!ready} loading={busy}>
            {confirm}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
