import { Alert, Anchor, Button, Divider, PasswordInput, Stack, TextInput } from '@mantine/core';
import { IconFingerprint } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useRouter, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Bare } from '../../app/bare.tsx';
import { canPasskey, signInWithPasskey, signInWithPassword } from '../../app/better-auth.ts';
import { ApiError, isStatus } from '../../app/problem.ts';
import { sessionQuery } from '../../app/session.ts';
import { useProblemText } from '../../shared/codes.ts';
import { CodeStep } from './code-step.tsx';

/** Password, then the second step where one is asked for before a session exists; or a passkey, which is both. */
export function SignInPage() {
  const { t } = useTranslation();
  const { next } = useSearch({ from: '/sign-in' });
  const enter = useEnter(next);
  const [step, setStep] = useState<'password' | 'code'>('password');
  return (
    <Bare title={step === 'password' ? t('signIn.title') : t('signIn.secondFactor')}>
      {step === 'password' ? (
        <PasswordStep onEntered={enter} onSecondFactor={() => setStep('code')} />
      ) : (
        <Stack>
          <CodeStep onEntered={enter} />
          <Anchor component="button" type="button" size="sm" ta="start" onClick={() => setStep('password')}>
            {t('signIn.otherAccount')}
          </Anchor>
        </Stack>
      )}
    </Bare>
  );
}

/** Goes on after signing in: to where the person wanted, within this console only. */
export function useEnter(next: string | undefined): () => Promise<void> {
  const client = useQueryClient();
  const router = useRouter();
  return async () => {
    client.removeQueries({ predicate: (query) => query.queryKey[0] !== 'session' });
    await client.fetchQuery({ ...sessionQuery, staleTime: 0 });
    const local = next?.startsWith('/') === true && !next.startsWith('//') && !next.includes('\\');
    if (local && next !== undefined) router.history.push(next);
    else await router.navigate({ to: '/' });
  };
}

function PasswordStep({ onEntered, onSecondFactor }: { onEntered: () => Promise<void>; onSecondFactor: () => void }) {
  const { t } = useTranslation();
  const problemText = useProblemText();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState<'password' | 'passkey'>();
  const attempt = async (how: 'password' | 'passkey', act: () => Promise<unknown>) => {
    setBusy(how);
    setProblem(undefined);
    try {
      await act();
    } catch (error) {
      if (isStatus(error, 429)) setProblem(t('signIn.tooMany'));
      else if (error instanceof ApiError && (error.status === 0 || error.status >= 500)) {
        setProblem([problemText(error).title, problemText(error).detail].filter(Boolean).join(' '));
      } else setProblem(how === 'password' ? t('signIn.failed') : t('signIn.passkeyFailed'));
    } finally {
      setBusy(undefined);
    }
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void attempt('password', async () => {
          const answer = await signInWithPassword(email.trim(), password);
          if (answer === 'second_factor') onSecondFactor();
          else await onEntered();
        });
      }}
    >
      <Stack>
        <TextInput
          label={t('signIn.email')}
          type="email"
          autoComplete="username webauthn"
          required
          withAsterisk={false}
          autoFocus
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <PasswordInput
          label={t('signIn.password')}
          autoComplete="current-password"
          required
          withAsterisk={false}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        {problem === undefined ? null : (
          <Alert role="alert" color="red">
            {problem}
          </Alert>
        )}
        <Button type="submit" loading={busy === 'password'}>
          {t('signIn.submit')}
        </Button>
        {canPasskey() ? (
          <>
            <Divider label={t('signIn.or')} />
            <Button
              variant="default"
              leftSection={<IconFingerprint size={18} aria-hidden />}
              loading={busy === 'passkey'}
              onClick={() =>
                void attempt('passkey', async () => {
                  await signInWithPasskey();
                  await onEntered();
                })
              }
            >
              {t('signIn.passkey')}
            </Button>
          </>
        ) : null}
      </Stack>
    </form>
  );
}
