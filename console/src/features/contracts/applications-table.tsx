import { Anchor, Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { Application } from '@tsukasa/api';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { useCan } from '../../app/session.ts';
import { Clause } from '../../shared/because.tsx';
import { ConfirmDanger } from '../../shared/confirm-danger.tsx';
import { DataTable } from '../../shared/data-table.tsx';
import { Day } from '../../shared/day.tsx';
import { Status, type Tone } from '../../shared/status.tsx';
import { PriceTable } from './assessment.tsx';
import { useNames } from './names.ts';
import { useRefreshContracts } from './refresh.ts';

export const APPLICATION_TONE: Readonly<Record<Application['state'], Tone>> = {
  applied: 'active',
  quoted: 'warning',
  accepted: 'good',
  refused: 'bad',
  withdrawn: 'quiet',
};

/** What an application asks for, in a few words. */
export function useContentText(): (content: Application['content']) => string {
  const { t } = useTranslation();
  const names = useNames();
  const part = ({ subject, deviceCount }: { subject: string; deviceCount?: number }) =>
    deviceCount === undefined
      ? names.subject(subject)
      : `${names.subject(subject)} ${t('contracts.devices', { count: deviceCount })}`;
  return (content) => {
    switch (content.type) {
      case 'service': {
        const count =
          content.deviceCount === undefined ? '' : ` ${t('contracts.devices', { count: content.deviceCount })}`;
        return [`${names.kind(content.kind)}${count}`, ...content.options.map(part)].join(' + ');
      }
      case 'options':
        return content.options.map(part).join(' + ');
      case 'change':
        return `${t('contracts.apply.change')}: ${names.item(content.item)} ${names.kind(content.kind)}`;
      default:
        return content satisfies never;
    }
  };
}

/** The contractor's own applications, and what became of them. */
export function ApplicationsTable({
  applications,
  contractorId,
}: {
  applications: readonly Application[];
  contractorId: string;
}) {
  const { t } = useTranslation();
  const text = useContentText();
  const refresh = useRefreshContracts();
  const may = useCan(contractorId)('contracts.apply');
  const [withdrawing, setWithdrawing] = useState<Application>();
  return (
    <>
      <DataTable
        label={t('contracts.applications')}
        rows={applications}
        rowKey={(row) => row.applicationId}
        columns={[
          {
            key: 'what',
            header: t('contracts.apply.what'),
            cell: (row) => <What application={row} text={text(row.content)} />,
          },
          {
            key: 'state',
            header: t('common.state'),
            cell: (row) => (
              <>
                <Status tone={APPLICATION_TONE[row.state]}>{t(`contracts.applicationState.${row.state}`)}</Status>
                {row.refusal === null ? null : (
                  <>
                    <span className="age">{row.refusal.reason}</span>
                    {row.refusal.clause === null ? null : <Clause clause={row.refusal.clause} />}
                  </>
                )}
              </>
            ),
          },
          { key: 'arrived', header: t('contracts.apply.arrivedOn'), cell: (row) => <Day on={row.arrivedOn} /> },
          {
            key: 'answer',
            header: t('contracts.days.acceptedOn'),
            cell: (row) => (
              <>
                <Day on={row.acceptedOn} />
                {row.state === 'quoted' && row.quoteValidUntil !== null ? (
                  <span className="age">
                    {t('contracts.quote.validUntil')}: <Day on={row.quoteValidUntil} />
                  </span>
                ) : null}
              </>
            ),
          },
        ]}
        actions={(row) =>
          may && (row.state === 'applied' || row.state === 'quoted') ? (
            <Button
              size="compact-sm"
              variant="default"
              aria-label={`${t('contracts.apply.withdraw')}: ${text(row.content)}`}
              onClick={() => setWithdrawing(row)}
            >
              {t('contracts.apply.withdraw')}
            </Button>
          ) : null
        }
      />
      <ConfirmDanger
        opened={withdrawing !== undefined}
        title={t('contracts.apply.withdraw')}
        text={withdrawing === undefined ? '' : text(withdrawing.content)}
        confirm={t('contracts.apply.withdraw')}
        onClose={() => setWithdrawing(undefined)}
        onConfirm={async () => {
          await call('withdrawApplication', {
            params: { contractorId, applicationId: withdrawing?.applicationId ?? '' },
            body: {},
          });
          await refresh();
        }}
      />
    </>
  );
}

function What({ application, text }: { application: Application; text: string }) {
  const params = { contractorId: application.contractorId, contractId: application.contractId };
  return (
    <>
      {text}
      <span className="age">
        <Anchor
          size="xs"
          renderRoot={(props) => <Link {...props} to="/c/$contractorId/contract/$contractId" params={params} />}
        >
          {application.contractNumber}
        </Anchor>
      </span>
      {application.state === 'quoted' ? <PriceTable price={application.price} /> : null}
    </>
  );
}
