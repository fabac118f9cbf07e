import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import type { EnrollmentInvitation } from '@tsukasa/api';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { useCan } from '../../app/session.ts';
import { ConfirmDanger, useCloseLabel } from '../../shared/confirm-danger.tsx';
import { CopyField } from '../../shared/copy-field.tsx';
import { notify } from '../../shared/notify.ts';
import { QrCode } from '../../shared/qr-code.tsx';
import { Status } from '../../shared/status.tsx';
import { Time } from '../../shared/time.tsx';
import { INVITATION_TONE } from './tones.ts';

type Props = { invitation: EnrollmentInvitation; contractorId: string; onClose: () => void };

/** One invitation: its link and QR code to hand over, how far it is used, and its end. */
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
        {invitation.url === null ? (
          <Text size="sm">{t('enrollment.linkHidden')}</Text>
        ) : open ? (
          <>
            <Group justify="center">
              <QrCode text={invitation.url} label={t('enrollment.qr')} size={240} />
            </Group>
            <Text size="sm" ta="center">
              {t('enrollment.qrText')}
            </Text>
            <CopyField label={t('enrollment.link')} value={invitation.url} />
          </>
        ) : null}
        <dl className="facts">
          <dt>{t('enrollment.usageMode')}</dt>
          <dd>{t(`usageMode.${invitation.usageMode}`)}</dd>
          <dt>{t('enrollment.person')}</dt>
          <dd>{invitation.person?.name ?? '–'}</dd>
          <dt>{t('common.expires')}</dt>
          <dd>
            <Time at={invitation.expiresAt} />
          </dd>
          <dt>{t('common.created')}</dt>
          <dd>
            <Time at={invitation.createdAt} />
            <span className="age">{invitation.createdBy}</span>
          </dd>
        </dl>
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
        }}
      />
    </Modal>
  );
}
