import { Alert, Button, Group, Modal, PasswordInput, SegmentedControl, Stack, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useCloseLabel } from '../shared/confirm-danger.tsx';
import { useDialogFocus } from '../shared/dialog-focus.ts';
import { call, onReauthentication } from './api.ts';
import { canPasskey, signInWithPasskey } from './better-auth.ts';
import { oneOf } from './search.ts';
import { sessionQuery, useSession } from './session.ts';

/** Mounted once in the shell: opens when a request needs a fresh proof and answers whether it was given. */
export function Reauthentication() {
  const answer = useRef<(given: boolean) => void>(undefined);
  const [open, setOpen] = useState(false);
  useEffect(() => {
    onReauthentication(
      () =>
        new Promise<boolean>((resolve) => {
          answer.current?.(false);
          answer.current = resolve;
          setOpen(true);
        }),
    );
    return () => onReauthentication(async () => false);
  }, []);
  const finish = (given: boolean) => {
    setOpen(false);
    answer.current?.(given);
    answer.current = undefined;
  };
  return open ? <Proof onDone={finish} /> : null;
}

const WAYS = ['password', 'totp', 'passkey'] as const;
type Way = (typeof WAYS)[number];

function Proof({ onDone }: { onDone: (given: boolean) => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { enrolled } = useSession().secondFactor;
  const ways = WAYS.filter((one) => one === 'password' || (enrolled.includes(one) && (one === 'totp' || canPasskey())));
  const [way, setWay] = useState<Way>('password');
  const [value, setValue] = useState('');
  const [wrong, setWrong] = useState(false);
  const [busy, setBusy] = useState(false);
  const form = useDialogFocus();
  const prove = async () => {
    setBusy(true);
    setWrong(false);
    try {
      if (way === 'passkey') await signInWithPasskey();
      else await call('reauthenticate', { body: way === 'password' ? { password: value } : { totp: value } });
      await client.invalidateQueries(sessionQuery);
      onDone(true);
    } catch {
      setWrong(true);
      setBusy(false);
    }
  };
  return (
    <Modal
      opened
      onClose={() => onDone(false)}
      title={t('reauth.title')}
      zIndex={400}
      closeButtonProps={useCloseLabel()}
    >
      <form
        ref={form}
        onSubmit={(event) => {
          event.preventDefault();
          void prove();
        }}
      >
        <Stack>
          <Text size="sm">{t('reauth.text')}</Text>
          {ways.length > 1 ? (
            <SegmentedControl
              fullWidth
              aria-label={t('reauth.title')}
              value={way}
              onChange={(next) => {
                setWay(oneOf(next, WAYS) ?? 'password');
                setValue('');
                setWrong(false);
              }}
              data={ways.map((one) => ({ value: one, label: t(`reauth.with.${one}`) }))}
            />
          ) : null}
          <Evidence way={way} value={value} onChange={setValue} />
          {wrong ? (
            <Alert role="alert" color="red">
              {way === 'passkey' ? t('signIn.passkeyFailed') : t('reauth.wrong')}
            </Alert>
          ) : null}
          <Group justify="flex-end">
            <Button variant="default" onClick={() => onDone(false)}>
              {t('common.cancel')}
            </Button>
            <Button type="submit" loading={busy} disabled={way !== 'passkey' && value === ''}>
              {t('reauth.confirm')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

type EvidenceProps = { way: Way; value: string; onChange: (value: string) => void };
function Evidence({ way, value, onChange }: EvidenceProps) {
  const { t } = useTranslation();
  switch (way) {
    case 'passkey':
      return <Text size="sm">{t('signIn.passkeyHint')}</Text>;
    case 'password':
      return (
        <PasswordInput
          label={t('signIn.password')}
          autoComplete="current-password"
          data-autofocus
          required
          withAsterisk={false}
          value={value}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
    case 'totp':
      return (
        <TextInput
          label={t('signIn.totp')}
          inputMode="numeric"
          autoComplete="one-time-code"
          pattern="[0-9]{6}"
          maxLength={6}
          required
          withAsterisk={false}
          value={value}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
  }
}
