import { Alert, Anchor, Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { CONTRACTOR_ROLES, PROVIDER_ROLES, type Role } from '@tsukasa/api';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, type Output } from '../../app/api.ts';
import { Bare } from '../../app/bare.tsx';
import { ApiError } from '../../app/problem.ts';
import { fitsPassword, NewPasswordInput } from '../../shared/new-password.tsx';
import { notify } from '../../shared/notify.ts';
import { ProblemAlert } from '../../shared/problem-alert.tsx';
import { Failure, Loading } from '../../shared/query-states.tsx';
import { Time } from '../../shared/time.tsx';

/** The page behind a one-time link: first administrator, joining member, reset. The code stays in the fragment, out of logs. */
export function SetupPage() {
  const { t } = useTranslation();
  const [code] = useState(() => new URLSearchParams(window.location.hash.slice(1)).get('code') ?? '');
  const link = useQuery({
    queryKey: ['account-link', code],
    queryFn: () => call('inspectAccountLink', { body: { code } }),
    enabled: code !== '',
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <Bare title={t('setup.title')}>
      {code === '' ? (
        <Alert color="red">{t('setup.missing')}</Alert>
      ) : link.data !== undefined ? (
        <AcceptForm code={code} link={link.data} />
      ) : link.error === null ? (
        <Loading />
      ) : link.error instanceof ApiError && link.error.status >= 400 && link.error.status < 500 ? (
        <Stack>
          <Alert role="alert" color="red">
            {t('setup.invalid')}
          </Alert>
          <Anchor size="sm" renderRoot={(props) => <Link {...props} to="/sign-in" />}>
            {t('signIn.title')}
          </Anchor>
        </Stack>
      ) : (
        <Failure error={link.error} retry={() => void link.refetch()} />
      )}
    </Bare>
  );
}

function AcceptForm({ code, link }: { code: string; link: Output<'inspectAccountLink'> }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [email, setEmail] = useState(link.email ?? '');
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const existing = link.accountExists && link.purpose !== 'reset';
  const asksName = !link.accountExists && link.purpose !== 'reset';
  const accept = useMutation({
    mutationFn: () =>
      call('acceptAccountLink', {
        body: {
          code,
          password,
          ...(link.email === null ? { email: email.trim() } : {}),
          ...(asksName ? { name: name.trim() } : {}),
        },
      }),
    onSuccess: async () => {
      notify(t('setup.accepted'));
      await navigate({ to: '/sign-in' });
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (fitsPassword(password)) accept.mutate();
      }}
    >
      <Stack>
        <Text size="sm">{usePurpose(link)}</Text>
        {existing ? <Text size="sm">{t('setup.exists')}</Text> : null}
        <TextInput
          label={t('common.email')}
          type="email"
          required
          withAsterisk={false}
          autoComplete="username"
          readOnly={link.email !== null}
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        {asksName ? (
          <TextInput
            label={t('setup.yourName')}
            required
            withAsterisk={false}
            autoComplete="name"
            maxLength={200}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
        ) : null}
        {existing ? (
          <PasswordInput
            label={t('setup.currentPassword')}
            autoComplete="current-password"
            required
            withAsterisk={false}
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
        ) : (
          <NewPasswordInput value={password} onChange={setPassword} />
        )}
        <ProblemAlert error={accept.error} />
        <Button type="submit" loading={accept.isPending}>
          {t('setup.submit')}
        </Button>
        <Text size="xs" c="dimmed">
          {t('setup.validUntil')}: <Time at={link.expiresAt} />
        </Text>
      </Stack>
    </form>
  );
}

const ROLES: readonly string[] = [...PROVIDER_ROLES, ...CONTRACTOR_ROLES];
const isRole = (role: string): role is Role => ROLES.includes(role);

function usePurpose(link: Output<'inspectAccountLink'>): string {
  const { t } = useTranslation();
  const role = link.role !== null && isRole(link.role) ? t(`roles.${link.role}`) : (link.role ?? '');
  if (link.purpose !== 'join') return t(`setup.${link.purpose}`);
  return link.contractorName === null
    ? t('setup.joinProvider', { role })
    : t('setup.join', { contractor: link.contractorName, role });
}
