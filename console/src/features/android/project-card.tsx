import { Alert, Code, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { GoogleProject } from '@tsukasa/api';
import { useTranslation } from 'react-i18next';
import { CopyField } from '../../shared/copy-field.tsx';
import { Fact } from '../../shared/fact.tsx';
import { formatNumber, useLanguage } from '../../shared/format.ts';
import { Time, TimeAgo } from '../../shared/time.tsx';

/** What is known of a Google project, and whether its key works. */
export function ProjectFacts({ project }: { project: GoogleProject }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const { lastFailure } = project;
  const failing = lastFailure !== null && (project.lastSuccessAt === null || project.lastSuccessAt < lastFailure.at);
  return (
    <>
      <dl className="facts">
        <Fact label={t('android.projectId')}>
          <Code>{project.projectId}</Code>
        </Fact>
        <Fact label={t('android.clientEmail')}>{project.clientEmail}</Fact>
        <Fact label={t('android.keyId')}>
          <Code>{project.keyId}</Code>
        </Fact>
        <Fact label={t('android.requestsPerMinute')}>{formatNumber(project.requestsPerMinute, language)}</Fact>
        <Fact label={t('android.pubsubTopic')}>{project.pubsubTopic ?? '–'}</Fact>
        <Fact label={t('android.pushServiceAccount')}>{project.pushServiceAccount ?? '–'}</Fact>
        <Fact label={t('android.pushAudience')}>{project.pushAudience ?? '–'}</Fact>
        <Fact label={t('android.lastMessageAt')}>
          <TimeAgo at={project.lastMessageAt} />
        </Fact>
        <Fact label={t('android.lastSuccessAt')}>
          <TimeAgo at={project.lastSuccessAt} />
        </Fact>
        <Fact label={t('android.savedAt')}>
          <Time at={project.savedAt} />
          <span className="age">{project.savedBy}</span>
        </Fact>
      </dl>
      {lastFailure === null ? null : (
        <Alert
          mt="sm"
          variant="light"
          color={failing ? 'red' : 'gray'}
          icon={<IconAlertTriangle aria-hidden />}
          title={t('android.lastFailure')}
        >
          <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
            {lastFailure.status === null ? '' : `HTTP ${lastFailure.status}: `}
            {lastFailure.message}
          </Text>
          <Text size="xs" c="dimmed">
            <TimeAgo at={lastFailure.at} />
          </Text>
        </Alert>
      )}
      <CopyField label={t('android.pushEndpoint')} value={project.pushEndpoint} />
      <Text size="xs" c="dimmed" mt={4}>
        {t('android.pushEndpointHint')}
      </Text>
    </>
  );
}
