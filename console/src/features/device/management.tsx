import { Anchor } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useCan } from '../../app/session.ts';
import { useNoteText, useWording } from '../../shared/codes.ts';
import { Fact } from '../../shared/fact.tsx';
import { useNow } from '../../shared/format.ts';
import { PLATFORM } from '../../shared/platforms.tsx';
import { Status } from '../../shared/status.tsx';
import { Time, TimeAgo, TimeUntil } from '../../shared/time.tsx';
import { MANAGEMENT_TONE, SUPPORT_TONE } from '../devices/cells.tsx';
import type { DeviceFacts, DevicePart } from './observed.tsx';
import { Facts } from './overview.tsx';

/** Reasons that go away once the contractor has set something up. */
const SET_UP = /push_certificate|not_bound|no_project|binding/;

/** Whether the device is managed, and what is known of its channel: honestly, also when nobody knows when it comes next. */
export function Management({ device, contractorId }: DevicePart) {
  const { t } = useTranslation();
  const word = useWording();
  const can = useCan(contractorId);
  const { channel } = device;
  const { setup } = PLATFORM[device.platform];
  return (
    <Facts title={t('device.management')}>
      <Fact label={t('fields.managementState')}>
        <Status tone={MANAGEMENT_TONE[device.managementState]}>{t(`managementState.${device.managementState}`)}</Status>
      </Fact>
      <Fact label={t('fields.managementMode')}>
        {t(`usageMode.${device.usageMode}`)} · {t(`managementMode.${device.managementMode}`)}
        <span className="age">{t(`managementModeText.${device.managementMode}`)}</span>
      </Fact>
      <Fact label={t('fields.support')}>
        {device.support === null ? (
          '–'
        ) : (
          <Status tone={SUPPORT_TONE[device.support]}>{t(`support.${device.support}`)}</Status>
        )}
      </Fact>
      <Fact label={t('device.channel')}>
        <Status tone={channel.canWake ? 'good' : 'warning'}>
          {channel.canWake ? t('device.canWake') : t('device.cannotWake')}
        </Status>
        {channel.canWake || channel.whyNot === null ? null : (
          <span className="age">
            {word('wake', channel.whyNot)}{' '}
            {setup !== undefined && SET_UP.test(channel.whyNot) && can(setup.needs) ? (
              <Anchor size="xs" renderRoot={(props) => <Link {...props} to={setup.to} params={{ contractorId }} />}>
                {t(`invite.toSetup.${device.platform}`)}
              </Anchor>
            ) : null}
          </span>
        )}
      </Fact>
      <Fact label={t('fields.lastContactAt')}>
        <TimeAgo at={device.lastContactAt} />
      </Fact>
      <NextContact device={device} />
      <Fact label={t('device.lastWakeAt')}>
        <TimeAgo at={channel.lastWakeAt} never="–" />
        {channel.lastWakeAnswer === null ? null : (
          <span className="age">
            {t('device.lastWakeAnswer')}: {word('wakeAnswer', channel.lastWakeAnswer)}
          </span>
        )}
      </Fact>
      {channel.nextWakeAt === null ? null : (
        <Fact label={t('device.nextWakeAt')}>
          <TimeUntil at={channel.nextWakeAt} />
        </Fact>
      )}
      <Fact label={t('device.nextObservationAt')}>
        {channel.nextObservationAt === null ? '–' : <TimeUntil at={channel.nextObservationAt} />}
      </Fact>
      <Fact label={t('device.identityNotAfter')}>
        {channel.identityNotAfter === null ? '–' : <Time at={channel.identityNotAfter} day />}
      </Fact>
      <Fact label={t('fields.enrolledAt')}>{device.enrolledAt === null ? '–' : <Time at={device.enrolledAt} />}</Fact>
      <Fact label={t('fields.createdAt')}>
        <Time at={device.createdAt} />
      </Fact>
      {device.unmanagedAt === null ? null : (
        <Fact label={t('fields.unmanagedAt')}>
          <Time at={device.unmanagedAt} />
        </Fact>
      )}
    </Facts>
  );
}

/** When the device comes by itself at the latest, and why then; where the platform promises nothing, that it does not. */
function NextContact({ device: { channel } }: { device: DeviceFacts }) {
  const { t } = useTranslation();
  const noteText = useNoteText();
  const now = useNow();
  const { nextContactAt, nextContactBasis } = channel;
  if (nextContactAt === null && nextContactBasis === null) return null;
  const late = nextContactAt !== null && new Date(nextContactAt).getTime() < now;
  return (
    <Fact label={t('device.nextContactAt')}>
      {nextContactAt === null ? (
        t('device.noPromise')
      ) : late ? (
        <Status tone="warning">
          {t('device.nextContactOverdue')} (<TimeAgo at={nextContactAt} />)
        </Status>
      ) : (
        <TimeUntil at={nextContactAt} />
      )}
      {nextContactBasis === null ? null : <span className="age">{noteText(nextContactBasis)}</span>}
    </Fact>
  );
}
