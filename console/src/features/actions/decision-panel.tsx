import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { IconHandStop, IconUserCheck } from '@tabler/icons-react';
import type { Approval, Hold } from '@tsukasa/api';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNoteText } from '../../shared/codes.ts';
import { ConfirmDanger } from '../../shared/confirm-danger.tsx';
import { notify } from '../../shared/notify.ts';
import { Time, TimeUntil } from '../../shared/time.tsx';

export type Decision = { readonly decision: 'approve' | 'reject'; readonly reason: string };
type Props = {
  readonly approval: Approval | null;
  readonly hold: Hold | null;
  /** What the buttons are about, for those who hear them out of their place. */
  readonly name: string;
  /** What is decided: an action on devices, or a change of the safety settings. */
  readonly about?: 'devices' | 'safety';
  readonly onDecide: (decision: Decision) => Promise<unknown>;
  readonly onRelease?: (reason: string) => Promise<unknown>;
};

/** What waits for a second person or a release: until when, who decided, and whether the reader may and why not. */
export function DecisionPanel({ approval, hold, name, about = 'devices', onDecide, onRelease }: Props) {
  return (
    <Stack gap="xs">
      {approval === null ? null : <Awaited approval={approval} name={name} about={about} onDecide={onDecide} />}
      {hold === null ? null : <Held hold={hold} name={name} {...(onRelease === undefined ? {} : { onRelease })} />}
    </Stack>
  );
}

type AwaitedProps = { approval: Approval; name: string; about: 'devices' | 'safety'; onDecide: Props['onDecide'] };
function Awaited({ approval, name, about, onDecide }: AwaitedProps) {
  const { t } = useTranslation();
  const noteText = useNoteText();
  const [deciding, setDeciding] = useState<Decision['decision']>('approve');
  const [open, setOpen] = useState(false);
  const ask = (decision: Decision['decision']) => {
    setDeciding(decision);
    setOpen(true);
  };
  if (approval.state !== 'awaited') return <Decided approval={approval} />;
  const approving = deciding === 'approve';
  return (
    <Alert variant="light" color="yellow" icon={<IconUserCheck aria-hidden />} title={t('decision.awaited')}>
      <Text size="sm">
        {t('decision.until')}: <Time at={approval.expiresAt} /> (<TimeUntil at={approval.expiresAt} />)
      </Text>
      {approval.mine ? (
        <Group gap="xs" mt="xs">
          <Button size="xs" aria-label={`${t('decision.approve')}: ${name}`} onClick={() => ask('approve')}>
            {t('decision.approve')}
          </Button>
          <Button
            size="xs"
            variant="default"
            aria-label={`${t('decision.reject')}: ${name}`}
            onClick={() => ask('reject')}
          >
            {t('decision.reject')}
          </Button>
        </Group>
      ) : approval.whyNot === null ? null : (
        <Text size="sm">{noteText(approval.whyNot)}</Text>
      )}
      <ConfirmDanger
        opened={open}
        title={t(approving ? 'decision.approveTitle' : 'decision.rejectTitle')}
        text={`${name}: ${t(!approving ? 'decision.rejectText' : about === 'safety' ? 'decision.approveSafetyText' : 'decision.approveText')}`}
        confirm={t(approving ? 'decision.approve' : 'decision.reject')}
        withReason
        danger={approving}
        onClose={() => setOpen(false)}
        onConfirm={async (reason) => {
          await onDecide({ decision: deciding, reason });
          notify(t('decision.decided'));
        }}
      />
    </Alert>
  );
}

function Decided({ approval }: { approval: Approval }) {
  const { t } = useTranslation();
  const by = approval.decidedBy?.name ?? '–';
  return (
    <Text size="sm">
      {approval.state === 'approved'
        ? t('decision.approved', { by })
        : approval.state === 'rejected'
          ? t('decision.rejected', { by })
          : t('decision.lapsed')}
      {approval.decidedAt === null ? null : (
        <>
          {' '}
          (<Time at={approval.decidedAt} />)
        </>
      )}
      {approval.reason === null ? null : (
        <>
          <br />
          {t('common.reason')}: {approval.reason}
        </>
      )}
    </Text>
  );
}

type HeldProps = { hold: Hold; name: string; onRelease?: (reason: string) => Promise<unknown> };
function Held({ hold, name, onRelease }: HeldProps) {
  const { t } = useTranslation();
  const noteText = useNoteText();
  const [open, setOpen] = useState(false);
  if (hold.releasedAt !== null) {
    return (
      <Text size="sm">
        {t('decision.released', { by: hold.releasedBy?.name ?? '–' })} (<Time at={hold.releasedAt} />)
      </Text>
    );
  }
  return (
    <Alert variant="light" color="yellow" icon={<IconHandStop aria-hidden />} title={t(`decision.held.${hold.scope}`)}>
      <Text size="sm">
        {t('decision.heldText', { limit: hold.limit, inLastHour: hold.inLastHour, wanted: hold.wanted })}
      </Text>
      {hold.mine && onRelease !== undefined ? (
        <Button size="xs" mt="xs" aria-label={`${t('decision.release')}: ${name}`} onClick={() => setOpen(true)}>
          {t('decision.release')}
        </Button>
      ) : hold.whyNot === null ? null : (
        <Text size="sm">{noteText(hold.whyNot)}</Text>
      )}
      {onRelease === undefined ? null : (
        <ConfirmDanger
          opened={open}
          title={t('decision.releaseTitle')}
          text={`${name}: ${t('decision.releaseText')}`}
          confirm={t('decision.release')}
          withReason
          onClose={() => setOpen(false)}
          onConfirm={async (reason) => {
            await onRelease(reason);
            notify(t('decision.releasedNow'));
          }}
        />
      )}
    </Alert>
  );
}
