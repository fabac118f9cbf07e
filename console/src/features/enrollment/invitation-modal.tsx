import { Button, Group, Modal, Stack, Text, Title } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { EnrollmentInvitation } from '@tsukasa/api';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { useCan } from '../../app/session.ts';
import { ConfirmDanger, useCloseLabel } from '../../shared/confirm-danger.tsx';
import { Fact } from '../../shared/fact.tsx';
import { notify } from '../../shared/notify.ts';
import { PlatformName } from '../../shared/platforms.tsx';
import { QueryStates } from '../../shared/query-states.tsx';
import { Status } from '../../shared/status.tsx';
import { Time } from '../../shared/time.tsx';
import { INVITATION_TONE } from './tones.ts';
import { WayCard } from './way-card.tsx';
import { waysOf } from './ways.ts';

type Props = { invitation: EnrollmentInvitation; contractorId: string; onClose: () => void };

/** One invitation: the ways in which it is used, to hand over; how far it is used, and its end. */
export function InvitationModal({ invitation, contractorId, onClose }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [revoking, setRevoking] = useState(false);
  const may = useCan(contractorId)('enrollment.write');
  const open = invitation.state === 'open';
  return (
    <Modal
      opened
      onClose={onClose}
      size="xl"
      title={invitation.label === '' ? t('enrollment.title') : invitation.label}
      closeButtonProps={useCloseLabel()}
    >
      <Stack>
        <Group justify="space-between">
          <Status tone={INVITATION_TONE[invitation.state]}>{t(`enrollment.state.${invitation.state}`)}</Status>
          <Text size="sm">
            {t('enrollment.uses')}: {t('enrollment.usesOf', { uses: invitation.uses, maxUses: invitation.maxUses })}
          </Text>
        </Group>
        <dl className="facts">
          <Fact label={t('fields.platform')}>
            <PlatformName platform={invitation.platform}>{t(`platformKind.${invitation.platform}`)}</PlatformName>
          </Fact>
          <Fact label={t('fields.managementMode')}>
            {t(`usageMode.${invitation.usageMode}`)} · {t(`managementMode.${invitation.managementMode}`)}
          </Fact>
          <Fact label={t('enrollment.person')}>{invitation.person?.name ?? '–'}</Fact>
          <Fact label={t('common.expires')}>
            <Time at={invitation.expiresAt} />
          </Fact>
          <Fact label={t('common.created')}>
            <Time at={invitation.createdAt} />
            <span className="age">{invitation.createdBy}</span>
          </Fact>
        </dl>
        {!may ? (
          <Text size="sm">{t('enrollment.linkHidden')}</Text>
        ) : open ? (
          <Ways invitation={invitation} contractorId={contractorId} />
        ) : (
          <Text size="sm">{t('invite.closed')}</Text>
        )}
        {may && open ? (
          <Group justify="flex-end">
            <Button variant="default" onClick={() => setRevoking(true)}>
              {t('enrollment.revoke')}
            </Button>
          </Group>
        ) : null}
      </Stack>
      <ConfirmDanger
        opened={revoking}
        title={t('enrollment.revoke')}
        text={t('enrollment.revokeText')}
        confirm={t('enrollment.revoke')}
        onClose={() => setRevoking(false)}
        onConfirm={async () => {
          await call('revokeInvitation', { params: { contractorId, invitationId: invitation.invitationId } });
          await client.invalidateQueries({ queryKey: ['invitations', contractorId] });
          notify(t('enrollment.revoked'));
          onClose();
        }}
      />
    </Modal>
  );
}

function Ways({ invitation, contractorId }: Omit<Props, 'onClose'>) {
  const { t } = useTranslation();
  const { invitationId, platform } = invitation;
  const methods = useQuery({
    queryKey: ['enrollment-methods', contractorId, invitationId],
    queryFn: () => call('listEnrollmentMethods', { params: { contractorId, invitationId } }),
    // They are secrets, and some of them end soon: nothing is kept once the dialog is closed.
    gcTime: 0,
    refetchOnWindowFocus: false,
  });
  return (
    <Stack gap="sm">
      <div>
        <Title order={2} size="h5">
          {t('invite.ways')}
        </Title>
        <Text size="sm" c="dimmed">
          {t('invite.waysText')}
        </Text>
      </div>
      <QueryStates query={methods}>
        {({ items }) => waysOf(items).map((way) => <WayCard key={way.name} way={way} platform={platform} />)}
      </QueryStates>
    </Stack>
  );
}
