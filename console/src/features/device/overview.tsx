import { Anchor, Code, Progress, SimpleGrid, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useCan } from '../../app/session.ts';
import { useWording } from '../../shared/codes.ts';
import { Fact } from '../../shared/fact.tsx';
import { formatBytes, formatPercent, useLanguage } from '../../shared/format.ts';
import { Section } from '../../shared/page.tsx';
import { Status, type Tone } from '../../shared/status.tsx';
import { Time, TimeAgo, TimeUntil } from '../../shared/time.tsx';
import { MANAGEMENT_TONE, SUPPORT_TONE } from '../devices/cells.tsx';
import { type DeviceFacts, type DevicePart, Observed } from './observed.tsx';

type BooleanField = { [K in keyof DeviceFacts]: DeviceFacts[K] extends boolean | null ? K : never }[keyof DeviceFacts];

/** What is known of the device; under each value stands when the device said so. */
export function Overview({ device, contractorId }: DevicePart) {
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
      <Stack gap="md">
        <Identity device={device} contractorId={contractorId} />
        <Security device={device} />
        <Place device={device} />
      </Stack>
      <Stack gap="md">
        <Management device={device} contractorId={contractorId} />
        <Hardware device={device} />
        <Network device={device} />
      </Stack>
    </SimpleGrid>
  );
}

function Facts({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Section title={title}>
      <dl className="facts">{children}</dl>
    </Section>
  );
}

function Identity({ device, contractorId }: DevicePart) {
  const { t } = useTranslation();
  const directory = useCan(contractorId)('directory.read');
  return (
    <Facts title={t('device.identity')}>
      <Observed device={device} field="name" label={t('fields.name')} />
      <Fact label={t('fields.label')}>{device.label === '' ? '–' : device.label}</Fact>
      <Fact label={t('fields.person')}>
        {device.person === null ? (
          t('device.noPerson')
        ) : directory ? (
          <Anchor
            size="sm"
            renderRoot={(props) => (
              <Link
                {...props}
                to="/c/$contractorId/persons"
                params={{ contractorId }}
                search={{ q: device.person?.name ?? '' }}
              />
            )}
          >
            {device.person.name}
          </Anchor>
        ) : (
          device.person.name
        )}
        {device.person === null ? null : (
          <span className="age">{[device.person.kana, device.person.department].filter(Boolean).join(' · ')}</span>
        )}
      </Fact>
      <Observed device={device} field="serialNumber" label={t('fields.serialNumber')} />
      <Observed device={device} field="modelName" label={t('fields.modelName')} />
      <Observed device={device} field="model" label={t('fields.model')} />
      <Observed device={device} field="productName" label={t('fields.productName')} />
      <Observed device={device} field="osVersion" label={t('fields.osVersion')}>
        {device.osFamily} {device.osVersion} {device.osBuild === null ? '' : `(${device.osBuild})`}
      </Observed>
      <Fact label={t('fields.hardwareId')}>
        <Code>{device.hardwareId}</Code>
      </Fact>
    </Facts>
  );
}

function Security({ device }: { device: DeviceFacts }) {
  const { t } = useTranslation();
  const flag = (field: BooleanField, yes: string, no: string, tones: [Tone, Tone]) => (
    <Observed device={device} field={field} label={t(`fields.${field}`)}>
      <Status tone={device[field] === true ? tones[0] : tones[1]}>{device[field] === true ? yes : no}</Status>
    </Observed>
  );
  const mac = device.osFamily === 'macOS';
  return (
    <Facts title={t('device.security')}>
      {flag('supervised', t('device.supervised'), t('device.notSupervised'), ['good', 'quiet'])}
      {flag('passcodePresent', t('device.present'), t('device.absent'), ['good', 'warning'])}
      {mac ? null : flag('passcodeCompliant', t('common.yes'), t('common.no'), ['good', 'warning'])}
      {flag('encrypted', t('device.encrypted'), t('device.notEncrypted'), ['good', 'warning'])}
      {flag('activationLock', t('device.on'), t('device.off'), ['active', 'quiet'])}
      {mac ? null : flag('lostMode', t('device.on'), t('device.off'), ['bad', 'quiet'])}
      {mac ? flag('firewallEnabled', t('device.on'), t('device.off'), ['good', 'warning']) : null}
      {mac ? flag('userApproved', t('common.yes'), t('common.no'), ['good', 'warning']) : null}
    </Facts>
  );
}

function Hardware({ device }: { device: DeviceFacts }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const { availableBytes, capacityBytes, batteryLevel } = device;
  const used = availableBytes === null || !capacityBytes ? undefined : 1 - availableBytes / capacityBytes;
  return (
    <Facts title={t('device.hardware')}>
      <Observed device={device} field="availableBytes" label={t('fields.availableBytes')}>
        {availableBytes === null
          ? null
          : t('device.available', {
              available: formatBytes(availableBytes, language),
              capacity: capacityBytes === null ? '–' : formatBytes(capacityBytes, language),
            })}
        {used === undefined ? null : (
          <Progress value={used * 100} mt={4} size="sm" aria-label={t('fields.availableBytes')} />
        )}
      </Observed>
      <Observed device={device} field="batteryLevel" label={t('fields.batteryLevel')}>
        {batteryLevel === null ? null : formatPercent(batteryLevel, language)}
      </Observed>
      {device.osFamily === 'macOS' ? (
        <Observed device={device} field="appleSilicon" label={t('fields.appleSilicon')}>
          {device.appleSilicon === true ? t('common.yes') : t('common.no')}
        </Observed>
      ) : null}
      <Fact label={t('fields.appCount')}>{device.appCount ?? '–'}</Fact>
    </Facts>
  );
}

const NETWORK = ['phoneNumber', 'carrier', 'imei', 'meid', 'iccid', 'wifiMac', 'bluetoothMac', 'ethernetMac'] as const;
function Network({ device }: { device: DeviceFacts }) {
  const { t } = useTranslation();
  const known = NETWORK.filter((field) => device[field] !== null);
  return (
    <Facts title={t('device.network')}>
      {known.length === 0 ? <Fact label={t('device.network')}>{t('device.notObserved')}</Fact> : null}
      {known.map((field) => (
        <Observed key={field} device={device} field={field} label={t(`fields.${field}`)} />
      ))}
    </Facts>
  );
}

function Management({ device, contractorId }: DevicePart) {
  const { t } = useTranslation();
  const word = useWording();
  const { channel } = device;
  return (
    <Facts title={t('device.management')}>
      <Fact label={t('fields.managementState')}>
        <Status tone={MANAGEMENT_TONE[device.managementState]}>{t(`managementState.${device.managementState}`)}</Status>
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
            {channel.whyNot.includes('push_certificate') ? (
              <Anchor
                size="xs"
                renderRoot={(props) => (
                  <Link {...props} to="/c/$contractorId/push-certificate" params={{ contractorId }} />
                )}
              >
                {t('nav.pushCertificate')}
              </Anchor>
            ) : null}
          </span>
        )}
      </Fact>
      <Fact label={t('fields.lastContactAt')}>
        <TimeAgo at={device.lastContactAt} />
      </Fact>
      <Fact label={t('device.lastWakeAt')}>
        <TimeAgo at={channel.lastWakeAt} never="–" />
        {channel.lastWakeAnswer === null ? null : (
          <span className="age">
            {t('device.lastWakeAnswer')}: {channel.lastWakeAnswer}
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

function Place({ device }: { device: DeviceFacts }) {
  const { t } = useTranslation();
  if (device.location === null) return null;
  const { latitude, longitude, accuracyMeters, at } = device.location;
  return (
    <Section title={t('device.location')}>
      <Text size="sm" className="tabular">
        {latitude.toFixed(5)}, {longitude.toFixed(5)}
        {accuracyMeters === null ? '' : ` (${t('device.accuracy', { meters: Math.round(accuracyMeters) })})`}
      </Text>
      <Text size="xs" c="dimmed">
        <TimeAgo at={at} /> · <Time at={at} />
      </Text>
      <Anchor
        size="sm"
        href={`https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`}
        target="_blank"
        rel="noreferrer"
      >
        {t('device.openMap')}
      </Anchor>
    </Section>
  );
}
