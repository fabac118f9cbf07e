import {
  Alert,
  Box,
  Button,
  Code,
  Group,
  PasswordInput,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { IconDeviceMobileMessage, IconFingerprint } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { canPasskey, enableTotp, registerPasskey, verifyTotp } from '../../app/better-auth.ts';
import { CopyField } from '../../shared/copy-field.tsx';
import { QrCode } from '../../shared/qr-code.tsx';

type Stage =
  | { readonly at: 'choose' }
  | { readonly at: 'password' }
  | { readonly at: 'scan'; readonly uri: string; readonly backupCodes: readonly string[] }
  | { readonly at: 'backup'; readonly backupCodes: readonly string[] }
  | { readonly at: 'passkey' };

/** Sets up a second factor step by step; `only` skips the choice (from the account page). */
export function FactorEnrolment({ onDone, only }: { onDone: () => Promise<void>; only?: 'totp' | 'passkey' }) {
  const { t } = useTranslation();
  const [stage, setStage] = useState<Stage>({
    at: only === 'totp' ? 'password' : only === 'passkey' ? 'passkey' : 'choose',
  });
  switch (stage.at) {
    case 'choose':
      return (
        <Stack>
          <Text size="sm">{t('enrol.intro')}</Text>
          <SimpleGrid cols={{ base: 1, xs: canPasskey() ? 2 : 1 }}>
            <Choice
              icon={<IconDeviceMobileMessage aria-hidden />}
              title={t('enrol.totp')}
              text={t('enrol.totpText')}
              onChoose={() => setStage({ at: 'password' })}
            />
            {canPasskey() ? (
              <Choice
                icon={<IconFingerprint aria-hidden />}
                title={t('enrol.passkey')}
                text={t('enrol.passkeyText')}
                onChoose={() => setStage({ at: 'passkey' })}
              />
            ) : null}
          </SimpleGrid>
        </Stack>
      );
    case 'password':
      return (
        <PasswordStage onDone={({ totpURI, backupCodes }) => setStage({ at: 'scan', uri: totpURI, backupCodes })} />
      );
    case 'scan':
      return <ScanStage uri={stage.uri} onDone={() => setStage({ at: 'backup', backupCodes: stage.backupCodes })} />;
    case 'backup':
      return <BackupCodes codes={stage.backupCodes} onDone={onDone} />;
    case 'passkey':
      return <PasskeyStage onDone={onDone} />;
  }
}

type ChoiceProps = { icon: ReactNode; title: string; text: string; onChoose: () => void };
function Choice({ icon, title, text, onChoose }: ChoiceProps) {
  const { t } = useTranslation();
  return (
    <Stack className="card" p="md" gap="xs" justify="space-between">
      <Box>
        <Group gap="xs" mb={4}>
          {icon}
          <Title order={2} size="h5">
            {title}
          </Title>
        </Group>
        <Text size="sm" c="dimmed">
          {text}
        </Text>
      </Box>
      <Button variant="light" onClick={onChoose} aria-label={`${title}: ${t('enrol.choose')}`}>
        {t('enrol.choose')}
      </Button>
    </Stack>
  );
}

/** A form of one step: calls `act`, shows `wrong` when it fails. */
function StepForm(props: { act: () => Promise<void>; wrong: string; submit: string; children: ReactNode }) {
  const [failed, setFailed] = useState(false);
  const [busy, setBusy] = useState(false);
  const go = async () => {
    setBusy(true);
    setFailed(false);
    try {
      await props.act();
    } catch {
      setFailed(true);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void go();
      }}
    >
      <Stack>
        {props.children}
        {failed ? (
          <Alert role="alert" color="red">
            {props.wrong}
          </Alert>
        ) : null}
        <Button type="submit" loading={busy}>
          {props.submit}
        </Button>
      </Stack>
    </form>
  );
}

function PasswordStage({ onDone }: { onDone: (answer: Awaited<ReturnType<typeof enableTotp>>) => void }) {
  const { t } = useTranslation();
  const [password, setPassword] = useState('');
  return (
    <StepForm act={async () => onDone(await enableTotp(password))} wrong={t('reauth.wrong')} submit={t('common.next')}>
      <Text size="sm">{t('enrol.passwordAgain')}</Text>
      <PasswordInput
        label={t('signIn.password')}
        autoComplete="current-password"
        required
        withAsterisk={false}
        autoFocus
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
    </StepForm>
  );
}

function ScanStage({ uri, onDone }: { uri: string; onDone: () => void }) {
  const { t } = useTranslation();
  const [code, setCode] = useState('');
  const secret = new URL(uri).searchParams.get('secret') ?? '';
  return (
    <StepForm
      act={async () => {
        await verifyTotp(code.trim());
        onDone();
      }}
      wrong={t('signIn.wrongCode')}
      submit={t('signIn.verify')}
    >
      <Text size="sm">{t('enrol.scan')}</Text>
      <Group justify="center">
        <QrCode text={uri} label={t('enrol.qrAlt')} size={220} />
      </Group>
      <CopyField label={t('enrol.manual')} value={secret} />
      <TextInput
        label={t('enrol.enterCode')}
        inputMode="numeric"
        autoComplete="one-time-code"
        maxLength={6}
        required
        withAsterisk={false}
        value={code}
        onChange={(event) => setCode(event.currentTarget.value)}
      />
    </StepForm>
  );
}

export function BackupCodes({ codes, onDone }: { codes: readonly string[]; onDone: () => Promise<void> }) {
  const { t } = useTranslation();
  return (
    <Stack>
      <Title order={2} size="h5">
        {t('enrol.backupTitle')}
      </Title>
      <Text size="sm">{t('enrol.backupText')}</Text>
      <SimpleGrid cols={2} spacing="xs" component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
        {codes.map((code) => (
          <li key={code}>
            <Code fz="sm">{code}</Code>
          </li>
        ))}
      </SimpleGrid>
      <CopyField label={t('enrol.backupTitle')} value={codes.join(' ')} />
      <Button onClick={() => void onDone()}>{t('enrol.finish')}</Button>
    </Stack>
  );
}

function PasskeyStage({ onDone }: { onDone: () => Promise<void> }) {
  const { t } = useTranslation();
  const [name, setName] = useState<string>(t('enrol.passkeyDefault'));
  return (
    <StepForm
      act={async () => {
        await registerPasskey(name);
        await onDone();
      }}
      wrong={t('signIn.passkeyFailed')}
      submit={t('enrol.register')}
    >
      <Text size="sm">{t('enrol.passkeyText')}</Text>
      <TextInput
        label={t('enrol.passkeyName')}
        required
        withAsterisk={false}
        maxLength={100}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
    </StepForm>
  );
}
