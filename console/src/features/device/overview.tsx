import { Anchor, Box, Code, Progress, SimpleGrid, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useCan } from '../../app/session.ts';
import { Fact } from '../../shared/fact.tsx';
import { formatBytes, formatPercent, useLanguage } from '../../shared/format.ts';
import { Section } from '../../shared/page.tsx';
import { hasField, isMac, type PlatformField } from '../../shared/platforms.tsx';
import { Time, TimeAgo } from '../../shared/time.tsx';
import { Details } from './details.tsx';
import { Management } from './management.tsx';
import { type DeviceFacts, type DevicePart, Observed } from './observed.tsx';
import { Security } from './security.tsx';

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
      <Box style={{ gridColumn: '1 / -1' }}>
        <Details device={device} />
      </Box>
    </SimpleGrid>
  );
}

/** A part of the overview: facts under a heading. */
export function Facts({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Section title={title}>
      <dl className="facts">{children}</dl>
    </Section>
  );
}

function Identity({ device, contractorId }: DevicePart) {
  const { t } = useTranslation();
  const directory = useCan(contractorId)('directory.read');
  const own = (field: PlatformField) =>
    hasField(device, field) ? <Observed device={device} field={field} label={t(`fields.${field}`)} /> : null;
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
      {own('manufacturer')}
      <Observed device={device} field="modelName" label={t('fields.modelName')} />
      {own('model')}
      {own('productName')}
      <Observed device={device} field="osVersion" label={t('fields.osVersion')}>
        {device.osFamily} {device.osVersion} {device.osBuild === null ? '' : `(${device.osBuild})`}
      </Observed>
      {own('osEdition')}
      {own('securityPatchLevel')}
      {own('apiLevel')}
      {own('domainName')}
      <Fact label={t('fields.hardwareId')}>
        <Code>{device.hardwareId}</Code>
      </Fact>
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
      {isMac(device) ? (
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
