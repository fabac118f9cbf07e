import { PasswordInput } from '@mantine/core';
import { PASSWORD_LENGTH } from '@tsukasa/api';
import { useTranslation } from 'react-i18next';

const { least, most } = PASSWORD_LENGTH;

/** Whether the server takes a password of this length. */
export const fitsPassword = (value: string): boolean => value.length >= least && value.length <= most;

/** Asks for a new password and says its rule. Nothing is cut off: what is pasted too long is refused, not shortened. */
export function NewPasswordInput({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const { t } = useTranslation();
  const wrong = value === '' || fitsPassword(value) ? undefined : value.length < least ? 'tooShort' : 'tooLong';
  return (
    <PasswordInput
      label={t('setup.newPassword')}
      description={t('setup.passwordHint', { least, most })}
      error={wrong === undefined ? undefined : t(`setup.${wrong}`, { least, most })}
      autoComplete="new-password"
      required
      withAsterisk={false}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
