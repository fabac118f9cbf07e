import { Alert, Button, Group, Modal, PasswordInput, SegmentedControl, Stack, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useCloseLabel } from '../shared/confirm-danger.tsx';
import { call, onReauthentication } from './api.ts';
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

function Proof({ onDone }: { onDone: (given: boolean) => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const hasTotp = useSession().secondFactor.enrolled.includes('totp');
  const [way, setWay] = useState<'password' | 'totp'>('password');
  const [value, setValue] = useState('');
  const [wrong, setWrong] = useState(false);
  const [busy, setBusy] = useState(false);
  const prove = async () => {
    setBusy(true);
    setWrong(false);
    try {
      await call('reauthenticate', { body: way === 'password' ? { password: value } : { totp: value } });
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
        onSubmit={(event) => {
          event.preventDefault();
          void prove();
        }}
      >
        <Stack>
          <Text size="sm">{t('reauth.text')}</Text>
          {hasTotp ? (
            <SegmentedControl
              fullWidth
              aria-label={t('reauth.title')}
              value={way}
              onChange={(next) => {
                setWay(next === 'totp' ? 'totp' : 'password');
                setValue('');
              }}
              data={[
                { value: 'password', label: t('reauth.withPassword') },
                { value: 'totp', label: t('reauth.withTotp') },
              ]}
            />
          ) : null}
          {way === 'password' ? (
            <PasswordInput
              label={t('signIn.password')}
              autoComplete="current-password"
              data-autofocus
              required
              withAsterisk={false}
              value={value}
              onChange={(event) => setValue(event.currentTarget.value)}
            />
          ) : (
            <TextInput
              label={t('signIn.totp')}
              inputMode="numeric"
              autoComplete="one-time-code"
              pattern="[0-9]{6}"
              maxLength={6}
              required
              withAsterisk={false}
              value={value}
              onChange={(event) => setValue(event.currentTarget.value)}
            />
          )}
          {wrong ? (
            <Alert role="alert" color="red">
              {t('reauth.wrong')}
            </Alert>
          ) : null}
          <Group justify="flex-end">
            <Button variant="default" onClick={() => onDone(false)}>
              {t('common.cancel')}
            </Button>
            <Button type="submit" loading={busy} disabled={value === ''}>
              {t('reauth.confirm')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
