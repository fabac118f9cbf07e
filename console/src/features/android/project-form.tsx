import { Button, FileButton, Group, NumberInput, Stack, Text, TextInput } from '@mantine/core';
import { IconUpload } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import type { GoogleProject, GoogleProjectRequest } from '@tsukasa/api';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FormModal } from '../../shared/form-modal.tsx';
import { notify } from '../../shared/notify.ts';
import { type KeyFile, readKeyFile } from './key-file.ts';

const USUAL_REQUESTS = 600;
const FEWEST_REQUESTS = 10;
type Props = {
  readonly project: GoogleProject | null;
  readonly title: string;
  readonly onSave: (request: GoogleProjectRequest) => Promise<unknown>;
  readonly onClose: () => void;
};

/** The key file and what belongs to it. The key is read from its file, sent once, and never shown. */
export function ProjectForm({ project, title, onSave, onClose }: Props) {
  const { t } = useTranslation();
  const [key, setKey] = useState<KeyFile>();
  const [wrong, setWrong] = useState(false);
  const [topic, setTopic] = useState(project?.pubsubTopic ?? '');
  const [account, setAccount] = useState(project?.pushServiceAccount ?? '');
  const [audience, setAudience] = useState(project?.pushAudience ?? '');
  const [requests, setRequests] = useState<number | ''>(project?.requestsPerMinute ?? USUAL_REQUESTS);
  const save = useMutation({
    mutationFn: ({ text, requestsPerMinute }: KeyFile & { requestsPerMinute: number }) =>
      onSave({
        serviceAccountKey: text,
        pubsubTopic: orNull(topic),
        pushServiceAccount: orNull(account),
        pushAudience: orNull(audience),
        requestsPerMinute,
      }),
    onSuccess: () => {
      notify(t('android.projectSaved'));
      onClose();
    },
  });
  const choose = async (file: File | null) => {
    if (file === null) return;
    const read = await readKeyFile(file);
    setKey(read);
    setWrong(read === undefined);
  };
  return (
    <FormModal
      title={title}
      submit={t('android.saveProject')}
      size="lg"
      busy={save.isPending}
      ready={key !== undefined && requests !== '' && requests >= FEWEST_REQUESTS}
      error={save.error}
      onSubmit={() => {
        if (key !== undefined && requests !== '') save.mutate({ ...key, requestsPerMinute: requests });
      }}
      onClose={onClose}
    >
      <Stack gap={4}>
        <Text size="sm" fw={500}>
          {t('android.key')}
        </Text>
        <Text size="xs" c="dimmed">
          {t('android.keyHint')}
        </Text>
        <Group gap="sm">
          <FileButton accept="application/json,.json" onChange={(file) => void choose(file)}>
            {(props) => (
              <Button {...props} variant="default" size="xs" leftSection={<IconUpload size={14} aria-hidden />}>
                {t('android.chooseKey')}
              </Button>
            )}
          </FileButton>
          <Text size="sm" role="status" style={wrong ? { color: 'var(--tsukasa-bad)' } : {}}>
            {wrong
              ? t('android.keyWrong')
              : key === undefined
                ? ''
                : t('android.keyChosen', { email: key.clientEmail, project: key.projectId })}
          </Text>
        </Group>
      </Stack>
      <TextInput
        label={t('android.pubsubTopic')}
        description={t('android.pubsubTopicHint')}
        maxLength={300}
        value={topic}
        onChange={(event) => setTopic(event.currentTarget.value)}
      />
      <TextInput
        label={t('android.pushServiceAccount')}
        maxLength={254}
        value={account}
        onChange={(event) => setAccount(event.currentTarget.value)}
      />
      <TextInput
        label={t('android.pushAudience')}
        description={t('android.pushAudienceHint')}
        maxLength={500}
        value={audience}
        onChange={(event) => setAudience(event.currentTarget.value)}
      />
      <NumberInput
        label={t('android.requestsPerMinute')}
        description={t('android.requestsPerMinuteHint')}
        min={FEWEST_REQUESTS}
        max={100_000}
        allowDecimal={false}
        value={requests}
        onChange={(value) => setRequests(typeof value === 'number' ? value : '')}
      />
    </FormModal>
  );
}

function orNull(text: string): string | null {
  return text.trim() === '' ? null : text.trim();
}
