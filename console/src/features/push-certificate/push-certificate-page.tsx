import { Alert, Anchor, Button, Code, Group, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconDownload, IconExternalLink } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, type Output } from '../../app/api.ts';
import { useCan } from '../../app/session.ts';
import { ConfirmDanger } from '../../shared/confirm-danger.tsx';
import { Page, Section } from '../../shared/page.tsx';
import { ProblemAlert } from '../../shared/problem-alert.tsx';
import { QueryStates } from '../../shared/query-states.tsx';
import { saveText } from '../../shared/save-text.ts';
import { Status } from '../../shared/status.tsx';
import { Time, TimeAgo } from '../../shared/time.tsx';
import { UploadForm } from './upload-form.tsx';

type PushCertificate = Output<'getPushCertificate'>;
const TONE = { missing: 'bad', requested: 'active', ok: 'good', expiring: 'warning', expired: 'bad' } as const;

/** The push certificate: its state, and the three steps to a new one. */
export function PushCertificatePage() {
  const { t } = useTranslation();
  const { contractorId } = useParams({ from: '/inside/c/$contractorId/push-certificate' });
  const may = useCan(contractorId)('push_certificate.manage');
  const push = useQuery({
    queryKey: ['push-certificate', contractorId],
    queryFn: () => call('getPushCertificate', { params: { contractorId } }),
  });
  return (
    <Page title={t('push.title')} text={t('push.text')}>
      <QueryStates query={push}>
        {(data) => (
          <Stack gap="md">
            <State push={data} />
            {may ? (
              <>
                <RequestStep push={data} contractorId={contractorId} />
                <Section title={t('push.step2')}>
                  <Text size="sm">{t('push.step2Text')}</Text>
                  <Text size="sm" mt="xs">
                    {t('push.appleId')}
                  </Text>
                  <Anchor
                    size="sm"
                    href="https://identity.apple.com/pushcert/"
                    target="_blank"
                    rel="noreferrer"
                    display="inline-flex"
                    mt="xs"
                    style={{ alignItems: 'center', gap: 4 }}
                  >
                    {t('push.portal')}
                    <IconExternalLink size={14} aria-hidden />
                  </Anchor>
                </Section>
                <Section title={t('push.step3')}>
                  <UploadForm push={data} contractorId={contractorId} />
                </Section>
              </>
            ) : null}
          </Stack>
        )}
      </QueryStates>
    </Page>
  );
}

function State({ push }: { push: PushCertificate }) {
  const { t } = useTranslation();
  const warning =
    push.state === 'expiring'
      ? t('push.expiringText')
      : push.state === 'expired'
        ? t('push.expiredText')
        : push.state === 'missing'
          ? t('push.missingText')
          : undefined;
  return (
    <Section>
      <dl className="facts">
        <dt>{t('common.state')}</dt>
        <dd>
          <Status tone={TONE[push.state]}>{t(`push.state.${push.state}`)}</Status>
          {push.daysLeft === null ? null : (
            <span className="age">{t('dashboard.daysLeft', { count: push.daysLeft })}</span>
          )}
        </dd>
        {push.notBefore === null || push.notAfter === null ? null : (
          <>
            <dt>{t('push.validity')}</dt>
            <dd>
              <Time at={push.notBefore} day /> – <Time at={push.notAfter} day />
            </dd>
          </>
        )}
        {push.topic === null ? null : (
          <>
            <dt>{t('push.topic')}</dt>
            <dd>
              <Code>{push.topic}</Code>
            </dd>
          </>
        )}
        {push.subject === null ? null : (
          <>
            <dt>{t('push.subject')}</dt>
            <dd>{push.subject}</dd>
          </>
        )}
        {push.serial === null ? null : (
          <>
            <dt>{t('push.serial')}</dt>
            <dd>
              <Code>{push.serial}</Code>
            </dd>
          </>
        )}
        <dt>{t('push.enrolledDevices')}</dt>
        <dd>{t('dashboard.devicesUnit', { count: push.enrolledDevices })}</dd>
      </dl>
      {warning === undefined ? null : (
        <Alert mt="sm" variant="light" color="yellow" icon={<IconAlertTriangle aria-hidden />}>
          {warning}
        </Alert>
      )}
    </Section>
  );
}

function RequestStep({ push, contractorId }: { push: PushCertificate; contractorId: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [again, setAgain] = useState(false);
  const request = useMutation({
    mutationFn: () => call('requestPushCertificate', { params: { contractorId } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['push-certificate', contractorId] }),
  });
  return (
    <Section title={t('push.step1')}>
      <Text size="sm" mb="sm">
        {t('push.step1Text')}
      </Text>
      <ProblemAlert error={request.error} />
      {push.request === null ? (
        <Button loading={request.isPending} onClick={() => request.mutate()}>
          {t('push.makeRequest')}
        </Button>
      ) : (
        <Stack gap="sm" align="flex-start">
          <Text size="sm">
            <TimeAgo at={push.request.createdAt} /> (<Time at={push.request.createdAt} />)
          </Text>
          <Group>
            <Button
              leftSection={<IconDownload size={16} aria-hidden />}
              onClick={() => saveText(push.request?.csr ?? '', 'tsukasa-push.csr', 'application/pkcs10')}
            >
              {t('push.downloadCsr')}
            </Button>
            <Button variant="default" loading={request.isPending} onClick={() => setAgain(true)}>
              {t('push.remakeRequest')}
            </Button>
          </Group>
        </Stack>
      )}
      <ConfirmDanger
        opened={again}
        title={t('push.remakeRequest')}
        text={t('push.remakeText')}
        confirm={t('push.remakeRequest')}
        danger={false}
        onClose={() => setAgain(false)}
        onConfirm={() => request.mutateAsync()}
      />
    </Section>
  );
}
