import { PasswordInput, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { changePassword } from '../../app/better-auth.ts';
import { ApiError } from '../../app/problem.ts';
import { sessionQuery, useSession } from '../../app/session.ts';
import { FormModal } from '../../shared/form-modal.tsx';
import { fitsPassword, NewPasswordInput } from '../../shared/new-password.tsx';
import { notify } from '../../shared/notify.ts';

/** One's own password. The server ends every other session, and goes on with this one. */
export function ChangePassword({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { email } = useSession().principal;
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [again, setAgain] = useState('');
  const currentField = useRef<HTMLInputElement>(null);
  const change = useMutation({
    mutationFn: () => changePassword(current, next),
    onSuccess: async () => {
      notify(t('account.passwordChanged'));
      onClose();
      await client.invalidateQueries(sessionQuery);
    },
    onError: (error) => {
      if (isWrongPassword(error)) currentField.current?.focus();
    },
  });
  const wrong = isWrongPassword(change.error);
  return (
    <FormModal
      title={t('account.changePassword')}
      submit={t('account.changePassword')}
      busy={change.isPending}
      ready={current !== '' && fitsPassword(next) && next === again}
      error={wrong ? null : change.error}
      onClose={onClose}
      onSubmit={() => change.mutate()}
    >
      <Text size="sm">{t('account.changePasswordText')}</Text>
      {/* For password managers, which keep the new password under this name. */}
      <input type="text" autoComplete="username" value={email ?? ''} readOnly hidden />
      <PasswordInput
        ref={currentField}
        label={t('setup.currentPassword')}
        error={wrong ? t('account.wrongPassword') : undefined}
        autoComplete="current-password"
        data-autofocus
        required
        withAsterisk={false}
        value={current}
        onChange={(event) => {
          setCurrent(event.currentTarget.value);
          if (wrong) change.reset();
        }}
      />
      <NewPasswordInput value={next} onChange={setNext} />
      <PasswordInput
        label={t('account.newPasswordAgain')}
        error={again === '' || next.startsWith(again) ? undefined : t('account.passwordsDiffer')}
        autoComplete="new-password"
        required
        withAsterisk={false}
        value={again}
        onChange={(event) => setAgain(event.currentTarget.value)}
      />
    </FormModal>
  );
}

const isWrongPassword = (error: Error | null): boolean =>
  error instanceof ApiError && error.problem.reason === 'INVALID_PASSWORD';
