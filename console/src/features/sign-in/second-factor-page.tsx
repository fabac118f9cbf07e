import { Alert, Anchor, Button, Stack, Text } from '@mantine/core';
import { IconFingerprint } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useRouter, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Bare } from '../../app/bare.tsx';
import { signInWithPasskey, signOut } from '../../app/better-auth.ts';
import { useSession } from '../../app/session.ts';
import { CodeStep } from './code-step.tsx';
import { FactorEnrolment } from './factor-enrolment.tsx';
import { useEnter } from './sign-in-page.tsx';

/** A session exists, but its second factor is not given: give it, or, the first time, set one up. */
export function SecondFactorPage() {
  const { t } = useTranslation();
  const { next } = useSearch({ from: '/second-factor' });
  const { enrolled } = useSession().secondFactor;
  const [first] = useState(enrolled.length === 0);
  const enter = useEnter(next);
  return (
    <Bare title={first ? t('enrol.title') : t('signIn.secondFactor')} wide={first}>
      <Stack>
        {first ? (
          <FactorEnrolment onDone={enter} />
        ) : (
          <>
            {enrolled.includes('passkey') ? <PasskeyStep onEntered={enter} /> : null}
            {enrolled.includes('totp') ? <CodeStep onEntered={enter} /> : null}
          </>
        )}
        <Leave />
      </Stack>
    </Bare>
  );
}

function PasskeyStep({ onEntered }: { onEntered: () => Promise<void> }) {
  const { t } = useTranslation();
  const [failed, setFailed] = useState(false);
  const [busy, setBusy] = useState(false);
  const prove = async () => {
    setBusy(true);
    try {
      await signInWithPasskey();
      await onEntered();
    } catch {
      setFailed(true);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <Text size="sm">{t('signIn.passkeyHint')}</Text>
      <Button leftSection={<IconFingerprint size={18} aria-hidden />} loading={busy} onClick={() => void prove()}>
        {t('signIn.passkey')}
      </Button>
      {failed ? (
        <Alert role="alert" color="red">
          {t('signIn.passkeyFailed')}
        </Alert>
      ) : null}
    </>
  );
}

function Leave() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const router = useRouter();
  const leave = async () => {
    await signOut().catch(() => undefined);
    client.clear();
    await router.navigate({ to: '/sign-in' });
  };
  return (
    <Anchor component="button" type="button" size="sm" ta="start" onClick={() => void leave()}>
      {t('signIn.otherAccount')}
    </Anchor>
  );
}
