import { Alert, Anchor, Button, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { verifyBackupCode, verifyTotp } from '../../app/better-auth.ts';
import { isStatus } from '../../app/problem.ts';

/** The code of the authenticator app, or one of the backup codes. */
export function CodeStep({ onEntered }: { onEntered: () => Promise<void> }) {
  const { t } = useTranslation();
  const [kind, setKind] = useState<'totp' | 'backup'>('totp');
  const [code, setCode] = useState('');
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const verify = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      await (kind === 'totp' ? verifyTotp(code.trim()) : verifyBackupCode(code.trim()));
      await onEntered();
    } catch (error) {
      setProblem(isStatus(error, 429) ? t('signIn.tooMany') : t('signIn.wrongCode'));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void verify();
      }}
    >
      <Stack>
        <Text size="sm">{kind === 'totp' ? t('signIn.totpHint') : t('signIn.backupHint')}</Text>
        <TextInput
          key={kind}
          label={kind === 'totp' ? t('signIn.totp') : t('signIn.backup')}
          required
          withAsterisk={false}
          autoFocus
          {...(kind === 'totp' ? { inputMode: 'numeric', autoComplete: 'one-time-code', maxLength: 6 } : {})}
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
        />
        {problem === undefined ? null : (
          <Alert role="alert" color="red">
            {problem}
          </Alert>
        )}
        <Button type="submit" loading={busy}>
          {t('signIn.verify')}
        </Button>
        <Anchor
          component="button"
          type="button"
          size="sm"
          ta="start"
          onClick={() => {
            setKind(kind === 'totp' ? 'backup' : 'totp');
            setCode('');
            setProblem(undefined);
          }}
        >
          {kind === 'totp' ? t('signIn.useBackup') : t('signIn.useTotp')}
        </Anchor>
      </Stack>
    </form>
  );
}
