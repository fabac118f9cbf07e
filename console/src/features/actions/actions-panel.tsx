import { Box, SimpleGrid, Stack, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { ActionAssessment, ActionType } from '@tsukasa/api';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { useNoteText } from '../../shared/codes.ts';
import { PagedList, rowsOf, usePages } from '../../shared/list.tsx';
import { Section } from '../../shared/page.tsx';
import { QueryStates } from '../../shared/query-states.tsx';
import { Status } from '../../shared/status.tsx';
import type { DevicePart } from '../device/observed.tsx';
import { ActionCard } from './action-card.tsx';
import { AskAction } from './ask-action.tsx';
import { ACTION_ICONS } from './icons.ts';
import { isOpen, POLL_OPEN } from './state.ts';

/** What can be done with this device, each with what it will really do here; then what was done, live. */
export function ActionsPanel({ device, contractorId }: DevicePart) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const params = { contractorId, deviceId: device.deviceId };
  const [asking, setAsking] = useState<ActionType>();
  const listKey = ['device-actions', contractorId, device.deviceId];
  const available = useQuery({
    queryKey: ['available-actions', contractorId, device.deviceId],
    queryFn: () => call('assessActions', { params }),
  });
  const actions = usePages(
    listKey,
    (cursor, signal) => call('listDeviceActions', { params, query: { cursor, limit: 20 }, signal }),
    { refetchInterval: (rows) => (rows.some((action) => isOpen(action.state)) ? POLL_OPEN : 10_000) },
  );
  const open = rowsOf(actions).filter((action) => isOpen(action.state)).length;
  const openBefore = useRef(open);
  // What the device answered may have changed it, and with it what can be done.
  useEffect(() => {
    if (open < openBefore.current) {
      void client.invalidateQueries({ queryKey: ['device', contractorId, device.deviceId] });
      void client.invalidateQueries({ queryKey: ['available-actions', contractorId, device.deviceId] });
    }
    openBefore.current = open;
  }, [open, client, contractorId, device.deviceId]);
  const permitted = (available.data?.items ?? []).filter((one) => one.permitted && one.type !== 'raw');
  const chosen = permitted.find((one) => one.type === asking);
  return (
    <Stack gap="md">
      <Section title={t('actions.available')}>
        <QueryStates
          query={available}
          empty={{
            when: () => permitted.every((one) => !one.possible),
            text: t(permitted.length === 0 ? 'actions.nonePermitted' : 'actions.noneAvailable'),
          }}
        >
          {() => (
            <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }} spacing="xs">
              {permitted
                .filter((one) => one.possible)
                .map((one) => (
                  <Choice key={one.type} assessment={one} onChoose={() => setAsking(one.type)} />
                ))}
            </SimpleGrid>
          )}
        </QueryStates>
        <Refused assessments={permitted.filter((one) => !one.possible)} />
      </Section>
      <Section title={t('actions.list')} padding={0}>
        <PagedList pages={actions} empty={t('actions.listEmpty')}>
          {(rows) =>
            rows.map((action) => <ActionCard key={action.actionId} action={action} contractorId={contractorId} />)
          }
        </PagedList>
      </Section>
      {chosen === undefined ? null : (
        <AskAction
          assessment={chosen}
          device={device}
          contractorId={contractorId}
          onClose={() => setAsking(undefined)}
          onAsked={() => void client.invalidateQueries({ queryKey: listKey })}
        />
      )}
    </Stack>
  );
}

function Choice({ assessment, onChoose }: { assessment: ActionAssessment; onChoose: () => void }) {
  const { t } = useTranslation();
  const Icon = ACTION_ICONS[assessment.type];
  return (
    <button type="button" className="pick" onClick={onChoose} style={{ display: 'flex', gap: 12, cursor: 'pointer' }}>
      <Icon
        size={22}
        stroke={1.6}
        aria-hidden
        style={{ flex: 'none', color: assessment.destructive ? 'var(--tsukasa-bad)' : 'var(--mantine-color-anchor)' }}
      />
      <span>
        <Text component="span" display="block" fw={600} size="sm">
          {t(`actionType.${assessment.type}`)}
        </Text>
        <Text component="span" display="block" size="xs" c="dimmed">
          {t(`actionText.${assessment.type}`)}
        </Text>
        {assessment.destructive ? <Status tone="bad">{t('actions.destructive')}</Status> : null}
        {assessment.needsSecondPerson ? (
          <Text component="span" display="block" size="xs" c="dimmed">
            {t('actions.secondPerson')}
          </Text>
        ) : null}
      </span>
    </button>
  );
}

/** What cannot be done here, one line for each reason. */
function Refused({ assessments }: { assessments: readonly ActionAssessment[] }) {
  const { t } = useTranslation();
  const noteText = useNoteText();
  if (assessments.length === 0) return null;
  const reasons = Map.groupBy(assessments, ({ refusal }) => (refusal === null ? '–' : noteText(refusal)));
  return (
    <Box mt="md">
      <Text size="sm" fw={600} mb={4}>
        {t('actions.unavailable')}
      </Text>
      <Box component="dl" className="facts">
        {[...reasons].map(([reason, those]) => (
          <div key={reason} style={{ display: 'contents' }}>
            <dt>{those.map(({ type }) => t(`actionType.${type}`)).join(t('common.listJoint'))}</dt>
            <dd>{reason}</dd>
          </div>
        ))}
      </Box>
    </Box>
  );
}
