import { Alert, Button, Checkbox, Code, FileButton, Group, Modal, Stack, Text, Textarea } from '@mantine/core';
import { IconAlertTriangle, IconUpload } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, type Output } from '../../app/api.ts';
import { ApiError } from '../../app/problem.ts';
import { useCloseLabel } from '../../shared/confirm-danger.tsx';
import { notify } from '../../shared/notify.ts';
import { ProblemAlert } from '../../shared/problem-alert.tsx';

type Props = { push: Output<'getPushCertificate'>; contractorId: string };
const TOPIC_CHANGED = 'push_certificate.topic_changed';

/** Uploads a certificate. Another topic is accepted only after seeing how many devices it would cut off. */
export function UploadForm({ push, contractorId }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [certificate, setCertificate] = useState('');
  const [privateKey, setPrivateKey] = useState('');
  const [withKey, setWithKey] = useState(push.request === null);
  const upload = useMutation({
    mutationFn: (force: boolean) =>
      call('putPushCertificate', {
        params: { contractorId },
        body: {
          certificate,
          ...(withKey && privateKey.trim() !== '' ? { privateKey } : {}),
          ...(force ? { force: true } : {}),
        },
      }),
    onSuccess: async (saved) => {
      client.setQueryData(['push-certificate', contractorId], saved);
      setCertificate('');
      setPrivateKey('');
      notify(t('push.uploaded'));
      await client.invalidateQueries({ queryKey: ['dashboard', contractorId] });
    },
  });
  const changed = upload.error instanceof ApiError && upload.error.code === TOPIC_CHANGED ? upload.error : undefined;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        upload.mutate(false);
      }}
    >
      <Stack>
        <Text size="sm">{t('push.step3Text')}</Text>
        <PemField label={t('push.certificate')} value={certificate} onChange={setCertificate} required />
        <Checkbox
          label={t('push.withKey')}
          description={t('push.privateKeyHint')}
          checked={withKey}
          onChange={(event) => setWithKey(event.currentTarget.checked)}
        />
        {withKey ? <PemField label={t('push.privateKey')} value={privateKey} onChange={setPrivateKey} /> : null}
        <ProblemAlert error={changed === undefined ? upload.error : null} />
        <Group>
          <Button
            type="submit"
            leftSection={<IconUpload size={16} aria-hidden />}
            disabled={certificate.trim() === ''}
            loading={upload.isPending}
          >
            {t('push.upload')}
          </Button>
        </Group>
      </Stack>
      {changed === undefined ? null : (
        <TopicChanged
          problem={changed}
          push={push}
          busy={upload.isPending}
          onForce={() => upload.mutate(true)}
          onClose={() => upload.reset()}
        />
      )}
    </form>
  );
}

type TopicProps = {
  problem: ApiError;
  push: Props['push'];
  busy: boolean;
  onForce: () => void;
  onClose: () => void;
};
function TopicChanged({ problem, push, busy, onForce, onClose }: TopicProps) {
  const { t } = useTranslation();
  const [understood, setUnderstood] = useState(false);
  const params = problem.problem.params ?? {};
  const told = params['devices'] ?? params['enrolledDevices'] ?? params['count'];
  const count = typeof told === 'number' ? told : push.enrolledDevices;
  const topic = params['newTopic'] ?? params['topic'];
  return (
    <Modal opened onClose={onClose} title={t('push.topicChanged')} closeButtonProps={useCloseLabel()}>
      <Stack>
        <Alert role="alert" color="red" icon={<IconAlertTriangle aria-hidden />}>
          {t('push.topicChangedText', { count })}
        </Alert>
        <dl className="facts">
          <dt>{t('push.topicOld')}</dt>
          <dd>
            <Code>{push.topic ?? '–'}</Code>
          </dd>
          {typeof topic === 'string' ? (
            <>
              <dt>{t('push.topicNew')}</dt>
              <dd>
                <Code>{topic}</Code>
              </dd>
            </>
          ) : null}
        </dl>
        <Checkbox
          label={t('push.forceCheck')}
          checked={understood}
          onChange={(event) => setUnderstood(event.currentTarget.checked)}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button color="red.9" disabled={!understood} loading={busy} onClick={onForce}>
            {t('push.forceConfirm', { count })}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

type PemProps = { label: string; value: string; onChange: (pem: string) => void; required?: boolean };
function PemField({ label, value, onChange, required = false }: PemProps) {
  const { t } = useTranslation();
  return (
    <div>
      <Textarea
        label={label}
        required={required}
        autosize
        minRows={4}
        maxRows={10}
        maxLength={50_000}
        spellCheck={false}
        autoComplete="off"
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 12 } }}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      <FileButton
        accept=".pem,.crt,.cer,.key,text/plain,application/x-pem-file"
        onChange={(file) => {
          if (file !== null) void file.text().then(onChange);
        }}
      >
        {(props) => (
          <Button {...props} size="compact-sm" variant="subtle" mt={4} aria-label={`${t('push.chooseFile')}: ${label}`}>
            {t('push.chooseFile')}
          </Button>
        )}
      </FileButton>
    </div>
  );
}
