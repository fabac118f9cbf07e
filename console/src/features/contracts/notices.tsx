import { Alert, Anchor, Button, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconInfoCircle } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { ContractOverview } from '@tsukasa/api';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useCan } from '../../app/session.ts';
import { Day } from '../../shared/day.tsx';
import { useLanguage } from '../../shared/format.ts';
import { BulkDialog } from '../bulk/bulk-dialog.tsx';
import type { Selection } from '../bulk/selection.ts';
import { useDashboard } from '../dashboard/use-dashboard.ts';
import { SERVICE } from './names.ts';
import { useContractOverview } from './overview-page.tsx';

/** On the dashboard: the same as on the page of the contracts, with the way there. Nothing when all is well. */
export function ContractNotices({ contractorId }: { contractorId: string }) {
  const { t } = useTranslation();
  const may = useCan(contractorId)('contracts.read');
  const overview = useContractOverview(contractorId, may);
  if (overview.data === undefined) return null;
  return (
    <Notices overview={overview.data} contractorId={contractorId}>
      <Button
        size="xs"
        variant="default"
        mt="xs"
        renderRoot={(props) => <Link {...props} to="/c/$contractorId/contract" params={{ contractorId }} />}
      >
        {t('contracts.toContracts')}
      </Button>
    </Notices>
  );
}

type Props = { overview: ContractOverview; contractorId: string; children?: ReactNode };

/** What somebody should know or do: no contract yet, a licence that waits, what ends soon, what has ended. */
export function Notices({ overview, contractorId, children }: Props) {
  const { t } = useTranslation();
  const { entitlements, licences, endings, applications } = overview;
  const waiting = licences.filter((one) => one.agreedOn === null);
  const answer = applications.some((one) => one.state === 'applied' || one.state === 'quoted');
  return (
    <Stack gap="sm">
      {entitlements.state === 'none' ? (
        <Notice tone="info" title={t('contracts.notices.none')} text={t('contracts.notices.noneText')}>
          {children}
        </Notice>
      ) : null}
      {entitlements.state === 'waiting' && waiting.length === 0 ? (
        <Notice
          tone="info"
          title={t('contracts.notices.waiting')}
          text={answer ? t('contracts.notices.waitingAnswer') : t('contracts.notices.waitingStart')}
        >
          {children}
        </Notice>
      ) : null}
      {waiting.length === 0 ? null : (
        <Notice
          tone="warning"
          title={t('contracts.notices.licences', { count: waiting.length })}
          text={t('contracts.notices.licencesText')}
        >
          {children}
        </Notice>
      )}
      {entitlements.state === 'readable' || entitlements.state === 'closed' ? (
        <Notice tone="warning" title={t('contracts.notices.ended')} text={t('contracts.notices.endedText')}>
          {entitlements.readableUntil === null ? null : (
            <Text size="sm">
              {t('contracts.notices.readableUntil')}: <Day on={entitlements.readableUntil} />
            </Text>
          )}
          {children}
        </Notice>
      ) : null}
      {endings.length === 0 ? null : (
        <Notice
          tone="warning"
          title={t('contracts.notices.ending')}
          text={
            endings.some((one) => one.subject === SERVICE)
              ? t('contracts.notices.endingText')
              : t('contracts.notices.optionEndingText')
          }
        >
          <EndingList endings={endings} />
          {entitlements.devicesUntil === null ? null : (
            <StillManaged contractorId={contractorId} until={entitlements.devicesUntil} />
          )}
          {children}
        </Notice>
      )}
    </Stack>
  );
}

/** Every device that is managed, however many there are. */
const MANAGED: Selection = { kind: 'all', filter: { state: ['managed'] } };

/** Management outlives the contract on the devices: says until when its removal can be asked for, and on which devices. */
function StillManaged({ contractorId, until }: { contractorId: string; until: string }) {
  const { t } = useTranslation();
  const { data } = useDashboard(contractorId);
  const count = data?.devices.managed ?? 0;
  const may = useCan(contractorId)('actions.destroy');
  const [asking, setAsking] = useState(false);
  if (count === 0) return null;
  return (
    <Stack gap={4} mt="xs" align="flex-start">
      <Text size="sm">{t('contracts.notices.stillManaged', { count })}</Text>
      <Text size="sm">
        {t('contracts.notices.removableUntil')}: <Day on={until} />
      </Text>
      <Anchor
        size="sm"
        renderRoot={(props) => (
          <Link {...props} to="/c/$contractorId/devices" params={{ contractorId }} search={{ state: ['managed'] }} />
        )}
      >
        {t('contracts.notices.managedDevices')}
      </Anchor>
      {may ? (
        <Button size="xs" variant="default" onClick={() => setAsking(true)}>
          {t('contracts.notices.removeAll', { count })}
        </Button>
      ) : null}
      {asking ? (
        <BulkDialog
          contractorId={contractorId}
          selection={MANAGED}
          first="remove_management"
          onClose={() => setAsking(false)}
        />
      ) : null}
    </Stack>
  );
}

function EndingList({ endings }: { endings: ContractOverview['endings'] }) {
  const { t } = useTranslation();
  const language = useLanguage();
  return (
    <ul style={{ margin: '4px 0', paddingInlineStart: 20 }}>
      {endings.map((one) => (
        <li key={`${one.contractId} ${one.subject}`}>
          <Text component="span" size="sm">
            {one.name[language]} ({one.contractNumber}): <Day on={one.endsOn} />{' '}
            {t('dashboard.daysLeft', { count: one.daysLeft })}
          </Text>
        </li>
      ))}
    </ul>
  );
}

type NoticeProps = { tone: 'info' | 'warning'; title: string; text: string; children?: ReactNode };
function Notice({ tone, title, text, children }: NoticeProps) {
  return (
    <Alert
      color={tone === 'info' ? 'blue' : 'yellow'}
      icon={tone === 'info' ? <IconInfoCircle aria-hidden /> : <IconAlertTriangle aria-hidden />}
      title={title}
    >
      <Text size="sm">{text}</Text>
      {children}
    </Alert>
  );
}
