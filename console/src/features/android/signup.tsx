import { Button, Group, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { IconExternalLink } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { Section } from '../../shared/page.tsx';
import { ProblemAlert } from '../../shared/problem-alert.tsx';
import { TimeAgo } from '../../shared/time.tsx';
import type { BindingPart } from './binding-page.tsx';
import { useKeepBinding } from './use-binding.ts';

const MOST_DOMAINS = 20;

/** Begins to bind an enterprise, and leads to Google's own pages: they refuse to be framed, so they get a tab of their own. */
export function Signup({ binding, contractorId }: BindingPart) {
  const { t } = useTranslation();
  const [again, setAgain] = useState(false);
  if (binding.state === 'bound' || binding.projectOf === null) return null;
  const { signup } = binding;
  return (
    <Section title={t('android.signup')}>
      <Text size="sm" mb="sm">
        {t('android.signupText')}
      </Text>
      {signup === null || again ? (
        <SignupForm contractorId={contractorId} onStarted={() => setAgain(false)} />
      ) : (
        <Stack gap="xs" align="flex-start">
          <Text size="sm">
            {t('android.signupStarted', { name: signup.startedBy })} · <TimeAgo at={signup.startedAt} />
          </Text>
          <Group>
            <Button
              component="a"
              href={/^https?:\/\//.test(signup.url) ? signup.url : undefined}
              target="_blank"
              rel="noopener noreferrer"
              leftSection={<IconExternalLink size={16} aria-hidden />}
            >
              {t('android.openSignup')}
            </Button>
            <Button variant="default" onClick={() => setAgain(true)}>
              {t('android.signupAgain')}
            </Button>
          </Group>
          <Text size="xs" c="dimmed">
            {t('android.blocked')}
          </Text>
        </Stack>
      )}
    </Section>
  );
}

function SignupForm({ contractorId, onStarted }: { contractorId: string; onStarted: () => void }) {
  const { t } = useTranslation();
  const keep = useKeepBinding(contractorId);
  const [adminEmail, setAdminEmail] = useState('');
  const [domains, setDomains] = useState('');
  const start = useMutation({
    mutationFn: () => {
      const allowedDomains = domains.split(/\s+/).filter((domain) => domain !== '');
      return call('startAndroidSignup', {
        params: { contractorId },
        body: {
          ...(adminEmail.trim() === '' ? {} : { adminEmail: adminEmail.trim() }),
          ...(allowedDomains.length === 0 ? {} : { allowedDomains: allowedDomains.slice(0, MOST_DOMAINS) }),
        },
      });
    },
    onSuccess: (binding) => {
      keep(binding);
      onStarted();
      const url = binding.signup?.url;
      if (url !== undefined && /^https?:\/\//.test(url)) window.open(url, '_blank', 'noopener');
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!start.isPending) start.mutate();
      }}
    >
      <Stack maw={560}>
        <TextInput
          type="email"
          label={t('android.adminEmail')}
          description={t('android.adminEmailHint')}
          maxLength={254}
          value={adminEmail}
          onChange={(event) => setAdminEmail(event.currentTarget.value)}
        />
        <Textarea
          label={t('android.allowedDomains')}
          description={t('android.allowedDomainsHint')}
          autosize
          minRows={2}
          maxRows={6}
          value={domains}
          onChange={(event) => setDomains(event.currentTarget.value)}
        />
        <ProblemAlert error={start.error} />
        <Group>
          <Button type="submit" loading={start.isPending}>
            {t('android.signup')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
