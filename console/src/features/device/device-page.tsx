import { Alert, Anchor, Box, Button, Group, Tabs, Text } from '@mantine/core';
import { IconArrowLeft, IconInfoCircle, IconPencil } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { DEVICE_TABS, type DeviceTab } from '../../app/device-tabs.ts';
import { oneOf } from '../../app/search.ts';
import { useCan } from '../../app/session.ts';
import { Page } from '../../shared/page.tsx';
import { PLATFORM, PlatformName } from '../../shared/platforms.tsx';
import { QueryStates } from '../../shared/query-states.tsx';
import { Status } from '../../shared/status.tsx';
import { TimeAgo } from '../../shared/time.tsx';
import { ActionsPanel } from '../actions/actions-panel.tsx';
import { RawCommand } from '../actions/raw-command.tsx';
import { deviceName, MANAGEMENT_TONE } from '../devices/cells.tsx';
import { EditDevice } from './edit-device.tsx';
import { History } from './history.tsx';
import { Identities } from './identities.tsx';
import { Apps, Certificates, Profiles } from './inventory.tsx';
import type { DeviceFacts } from './observed.tsx';
import { Overview } from './overview.tsx';
import { RecoveryKeys } from './recovery-keys.tsx';
import { SupportNotice } from './support-notice.tsx';

/** One device: what it said of itself and when, what can be done with it, what was done. */
export function DevicePage() {
  const { t } = useTranslation();
  const { contractorId, deviceId } = useParams({ from: '/inside/c/$contractorId/devices/$deviceId' });
  const device = useQuery({
    queryKey: ['device', contractorId, deviceId],
    queryFn: () => call('getDevice', { params: { contractorId, deviceId } }),
    refetchInterval: 15_000,
  });
  const title = device.data === undefined ? t('nav.devices') : deviceName(device.data, t('devices.unnamed'));
  return (
    <Page
      title={title}
      above={
        <Anchor
          size="sm"
          display="inline-flex"
          style={{ alignItems: 'center', gap: 4 }}
          mb={4}
          renderRoot={(props) => <Link {...props} to="/c/$contractorId/devices" params={{ contractorId }} />}
        >
          <IconArrowLeft size={14} aria-hidden />
          {t('device.back')}
        </Anchor>
      }
      text={device.data === undefined ? undefined : <Headline device={device.data} />}
      actions={device.data === undefined ? undefined : <EditButton device={device.data} contractorId={contractorId} />}
    >
      <QueryStates query={device}>{(data) => <Content device={data} contractorId={contractorId} />}</QueryStates>
    </Page>
  );
}

function Headline({ device }: { device: DeviceFacts }) {
  const { t } = useTranslation();
  return (
    <Group gap="2px 16px" mt={2}>
      <Status tone={MANAGEMENT_TONE[device.managementState]}>{t(`managementState.${device.managementState}`)}</Status>
      <Text size="sm">
        {[device.modelName ?? device.model, device.osVersion === null ? null : `${device.osFamily} ${device.osVersion}`]
          .filter(Boolean)
          .join(' · ')}
      </Text>
      <PlatformName platform={device.platform} />
      <Text size="sm">
        {t(`usageMode.${device.usageMode}`)} · {t(`managementMode.${device.managementMode}`)}
      </Text>
      <Text size="sm">
        {t('fields.lastContactAt')}: <TimeAgo at={device.lastContactAt} />
      </Text>
    </Group>
  );
}

function EditButton({ device, contractorId }: { device: DeviceFacts; contractorId: string }) {
  const { t } = useTranslation();
  const [editing, setEditing] = useState(false);
  if (!useCan(contractorId)('devices.write')) return null;
  return (
    <>
      <Button variant="default" leftSection={<IconPencil size={16} aria-hidden />} onClick={() => setEditing(true)}>
        {t('device.edit')}
      </Button>
      {editing ? <EditDevice device={device} contractorId={contractorId} onClose={() => setEditing(false)} /> : null}
    </>
  );
}

/** On a phone the tabs scroll sideways: the chosen one is to be seen. */
function intoView(tab: HTMLElement | null): void {
  tab?.scrollIntoView({ block: 'nearest', inline: 'center' });
}

function Content({ device, contractorId }: { device: DeviceFacts; contractorId: string }) {
  const { t } = useTranslation();
  const { tab = 'overview' } = useSearch({ from: '/inside/c/$contractorId/devices/$deviceId' });
  const navigate = useNavigate({ from: '/c/$contractorId/devices/$deviceId' });
  const can = useCan(contractorId);
  const shown = DEVICE_TABS.filter((one) => {
    if (!PLATFORM[device.platform].tabs.has(one)) return false;
    if (one === 'actions') return can('actions.read');
    if (one === 'raw') return can('actions.raw');
    return true;
  });
  const current: DeviceTab = shown.includes(tab) ? tab : 'overview';
  const props = { device, contractorId };
  return (
    <Box>
      {device.managementState === 'managed' ? null : (
        <Alert variant="light" icon={<IconInfoCircle aria-hidden />} mb="md">
          {device.managementState === 'enrolling' ? t('device.enrollingText') : t('device.notManaged')}
        </Alert>
      )}
      <SupportNotice device={device} />
      <Tabs
        value={current}
        keepMounted={false}
        onChange={(value) => {
          const next = oneOf(value, DEVICE_TABS);
          void navigate({ search: next === undefined || next === 'overview' ? {} : { tab: next }, replace: true });
        }}
      >
        <div className="scroll">
          <Tabs.List style={{ flexWrap: 'nowrap', minWidth: 'max-content' }} aria-label={t('nav.devices')}>
            {shown.map((one) => (
              <Tabs.Tab key={one} value={one} ref={one === current ? intoView : undefined}>
                {t(`device.${one}`)}
              </Tabs.Tab>
            ))}
          </Tabs.List>
        </div>
        <Tabs.Panel value="overview" pt="md">
          <Overview {...props} />
        </Tabs.Panel>
        <Tabs.Panel value="actions" pt="md">
          <ActionsPanel {...props} />
        </Tabs.Panel>
        <Tabs.Panel value="apps" pt="md">
          <Apps {...props} />
        </Tabs.Panel>
        <Tabs.Panel value="profiles" pt="md">
          <Profiles {...props} />
        </Tabs.Panel>
        <Tabs.Panel value="certificates" pt="md">
          <Certificates {...props} />
        </Tabs.Panel>
        <Tabs.Panel value="history" pt="md">
          <History {...props} />
        </Tabs.Panel>
        <Tabs.Panel value="identities" pt="md">
          <Identities {...props} />
        </Tabs.Panel>
        <Tabs.Panel value="recoveryKeys" pt="md">
          <RecoveryKeys {...props} />
        </Tabs.Panel>
        <Tabs.Panel value="raw" pt="md">
          <RawCommand {...props} />
        </Tabs.Panel>
      </Tabs>
    </Box>
  );
}
