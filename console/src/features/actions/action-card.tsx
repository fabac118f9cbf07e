import { Anchor, Box, Button, Code, Group, Stack, Text } from '@mantine/core';
import { IconEye } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Action } from '@tsukasa/api';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { isStatus } from '../../app/problem.ts';
import { useCan } from '../../app/session.ts';
import { useWording } from '../../shared/codes.ts';
import { ConfirmDanger } from '../../shared/confirm-danger.tsx';
import { Notes } from '../../shared/notes.tsx';
import { notify } from '../../shared/notify.ts';
import { OnceModal } from '../../shared/once-modal.tsx';
import { Status } from '../../shared/status.tsx';
import { Time, TimeAgo } from '../../shared/time.tsx';
import { ActionSteps } from './action-steps.tsx';
import { DecisionPanel } from './decision-panel.tsx';
import { ACTION_ICONS } from './icons.ts';
import { ACTION_TONE, isOpen } from './state.ts';

type Props = { readonly action: Action; readonly contractorId: string; readonly withDevice?: boolean };

/** One action: who asked what and why, how far it has come, what came out of it. */
export function ActionCard({ action, contractorId, withDevice = false }: Props) {
  const { t } = useTranslation();
  const Icon = ACTION_ICONS[action.type];
  return (
    <Box
      component="article"
      p="md"
      style={{ borderTop: '1px solid var(--tsukasa-line)' }}
      aria-label={`${t(`actionType.${action.type}`)}: ${t(`actionState.${action.state}`)}`}
    >
      <Group justify="space-between" align="flex-start" mb="xs" gap="xs">
        <Group gap="xs">
          <Icon size={18} stroke={1.7} aria-hidden />
          <Text fw={600} size="sm">
            {t(`actionType.${action.type}`)}
          </Text>
          <Status tone={ACTION_TONE[action.state]}>{t(`actionState.${action.state}`)}</Status>
          {withDevice ? (
            <Anchor
              size="sm"
              renderRoot={(props) => (
                <Link
                  {...props}
                  to="/c/$contractorId/devices/$deviceId"
                  params={{ contractorId, deviceId: action.deviceId }}
                  search={{ tab: 'actions' }}
                />
              )}
            >
              {action.deviceName ?? t('devices.unnamed')}
            </Anchor>
          ) : null}
          {action.batchId === null ? null : <PartOfBatch batchId={action.batchId} contractorId={contractorId} />}
        </Group>
        <Text size="xs" c="dimmed">
          {t('actions.by', { name: action.askedBy.name })} · <TimeAgo at={action.askedAt} />
          {isOpen(action.state) ? (
            <>
              {' · '}
              {t('common.expires')}: <Time at={action.expiresAt} />
            </>
          ) : null}
        </Text>
      </Group>
      <Stack gap="xs">
        <ActionSteps action={action} />
        {action.reason === null ? null : (
          <Text size="sm">
            {t('common.reason')}: {action.reason}
          </Text>
        )}
        <Decide action={action} contractorId={contractorId} />
        {action.cancelRequestedAt === null || !isOpen(action.state) ? null : (
          <Text size="sm">
            {t('actions.cancelRequested')} (<TimeAgo at={action.cancelRequestedAt} />)
          </Text>
        )}
        <Outcome action={action} />
        <Group gap="xs">
          <Secrets action={action} contractorId={contractorId} />
          <Cancel action={action} contractorId={contractorId} />
        </Group>
      </Stack>
    </Box>
  );
}

function PartOfBatch({ batchId, contractorId }: { batchId: string; contractorId: string }) {
  const { t } = useTranslation();
  return (
    <Anchor
      size="sm"
      renderRoot={(props) => (
        <Link {...props} to="/c/$contractorId/bulk-actions/$batchId" params={{ contractorId, batchId }} />
      )}
    >
      {t('bulk.ofBatch')}
    </Anchor>
  );
}

/** A part of a bulk action is decided there, with all the others. */
function Decide({ action, contractorId }: Props) {
  const { t } = useTranslation();
  const refresh = useRefresh(action, contractorId);
  if ((action.approval === null && action.hold === null) || action.batchId !== null) return null;
  const params = { contractorId, actionId: action.actionId };
  const device = action.deviceName ?? t('devices.unnamed');
  return (
    <DecisionPanel
      approval={action.approval}
      hold={action.hold}
      name={`${t(`actionType.${action.type}`)} – ${device}`}
      onDecide={async (body) => {
        await call('decideAction', { params, body });
        await refresh();
      }}
      onRelease={async (reason) => {
        await call('releaseAction', { params, body: { reason } });
        await refresh();
      }}
    />
  );
}

function Outcome({ action }: { action: Action }) {
  const { t } = useTranslation();
  const word = useWording();
  const { failure, result } = action;
  const params = Object.entries(action.params);
  const named = failure?.params?.['cause'];
  const cause = typeof named === 'string' && named !== 'other' ? ` – ${word('failure', `cause.${named}`)}` : '';
  return (
    <>
      {failure === null ? null : (
        <Box>
          <Text size="sm" fw={600} style={{ color: 'var(--tsukasa-bad)' }}>
            {t('actions.failure')}: {word('failure', failure.code, failure.params)}
            {cause}
          </Text>
          {(failure.chain ?? []).map((link, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the chain never changes
            <Text key={i} size="xs" c="dimmed">
              {link.domain} {link.code}: {link.description}
            </Text>
          ))}
        </Box>
      )}
      {action.effects.length > 0 || params.length > 0 || (result !== null && Object.keys(result).length > 0) ? (
        <details>
          <summary style={{ cursor: 'pointer', fontSize: 'var(--mantine-font-size-sm)' }}>
            {t('common.details')}
          </summary>
          <Stack gap="xs" mt="xs">
            {action.effects.length === 0 ? null : (
              <Box>
                <Text size="xs" c="dimmed">
                  {t('actions.effectsWere')}
                </Text>
                <Notes notes={action.effects} />
              </Box>
            )}
            {params.length === 0 ? null : <Json label={t('actions.parameters')} value={action.params} />}
            {result === null || Object.keys(result).length === 0 ? null : (
              <Json label={t('actions.result')} value={result} />
            )}
          </Stack>
        </details>
      ) : null}
    </>
  );
}

function Json({ label, value }: { label: string; value: Readonly<Record<string, unknown>> }) {
  const word = useWording();
  return (
    <Box>
      <Text size="xs" c="dimmed">
        {label}
      </Text>
      {Object.entries(value).map(([key, one]) => (
        <Text key={key} size="sm">
          <Code>{key}</Code> {typeof one !== 'string' ? JSON.stringify(one) : key === 'note' ? word('note', one) : one}
        </Text>
      ))}
    </Box>
  );
}

function useRefresh(action: Action, contractorId: string) {
  const client = useQueryClient();
  return async () => {
    await Promise.all([
      client.invalidateQueries({ queryKey: ['device-actions', contractorId, action.deviceId] }),
      client.invalidateQueries({ queryKey: ['actions', contractorId] }),
      client.invalidateQueries({ queryKey: ['pending', contractorId] }),
    ]);
  };
}

function Cancel({ action, contractorId }: Props) {
  const { t } = useTranslation();
  const refresh = useRefresh(action, contractorId);
  const [asking, setAsking] = useState(false);
  const may = useCan(contractorId)('actions.cancel');
  if (!may || !action.cancellable) return null;
  return (
    <>
      <Button size="xs" variant="default" onClick={() => setAsking(true)}>
        {t('actions.cancelAction')}
      </Button>
      <ConfirmDanger
        opened={asking}
        title={t('actions.cancelAction')}
        text={t('actions.cancelText')}
        confirm={t('actions.cancelAction')}
        danger={false}
        onClose={() => setAsking(false)}
        onConfirm={async () => {
          try {
            await call('cancelAction', { params: { contractorId, actionId: action.actionId }, body: {} });
            notify(t('actions.cancelled'));
          } catch (error) {
            if (!isStatus(error, 409)) throw error;
            notify(t('actions.tooLate'), 'orange');
          }
          await refresh();
        }}
      />
    </>
  );
}

/** The PIN of a locked or erased Mac, the new passcode of a phone: readable once, after saying so. */
function Secrets({ action, contractorId }: Props) {
  const refresh = useRefresh(action, contractorId);
  const may = useCan(contractorId)('actions.secrets.read');
  const [asking, setAsking] = useState<SecretKind>();
  const [shown, setShown] = useState<{ kind: SecretKind; value: string }>();
  const words = useSecretWords();
  return (
    <>
      {action.secrets.map((secret) =>
        secret.readAt !== null ? (
          <Text key={secret.kind} size="xs" c="dimmed">
            {words(secret.kind).read(secret.readBy ?? '–')} (<TimeAgo at={secret.readAt} />)
          </Text>
        ) : may ? (
          <Button
            key={secret.kind}
            size="xs"
            variant="light"
            leftSection={<IconEye size={14} aria-hidden />}
            onClick={() => setAsking(secret.kind)}
          >
            {words(secret.kind).show}
          </Button>
        ) : (
          <Text key={secret.kind} size="xs" c="dimmed">
            {words(secret.kind).kept}
          </Text>
        ),
      )}
      <ConfirmDanger
        opened={asking !== undefined}
        title={words(asking).title}
        text={words(asking).text}
        confirm={words(asking).show}
        danger={false}
        onClose={() => setAsking(undefined)}
        onConfirm={async () => {
          if (asking === undefined) return;
          const secret = await call('readActionSecret', {
            params: { contractorId, actionId: action.actionId, kind: asking },
          });
          setShown({ kind: asking, value: secret.value });
          await refresh();
        }}
      />
      {shown === undefined ? null : (
        <OnceModal
          title={words(shown.kind).value}
          label={words(shown.kind).value}
          value={shown.value}
          onClose={() => setShown(undefined)}
        />
      )}
    </>
  );
}

type SecretKind = Action['secrets'][number]['kind'];
function useSecretWords() {
  const { t } = useTranslation();
  return (kind: SecretKind | undefined) =>
    kind === 'new_passcode'
      ? {
          show: t('actions.showPasscode'),
          title: t('actions.showPasscodeTitle'),
          text: t('actions.showPasscodeText'),
          read: (by: string) => t('actions.passcodeRead', { by }),
          value: t('actions.passcodeValue'),
          kept: t('actions.passcodeKept'),
        }
      : {
          show: t('actions.showPin'),
          title: t('actions.showPinTitle'),
          text: t('actions.showPinText'),
          read: (by: string) => t('actions.pinRead', { by }),
          value: t('actions.pinValue'),
          kept: t('actions.pinKept'),
        };
}
