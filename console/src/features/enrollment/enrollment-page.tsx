import { Alert, Button, Text } from '@mantine/core';
import { IconAlertTriangle, IconPlus, IconQrcode } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import type { EnrollmentInvitation } from '@tsukasa/api';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { useCan } from '../../app/session.ts';
import { DataTable } from '../../shared/data-table.tsx';
import { PagedList, usePages } from '../../shared/list.tsx';
import { Page, Section } from '../../shared/page.tsx';
import { Status } from '../../shared/status.tsx';
import { Time } from '../../shared/time.tsx';
import { ContractNeeded, useEntitlements } from './contract-needed.tsx';
import { CreateInvitation } from './create-invitation.tsx';
import { InvitationModal } from './invitation-modal.tsx';
import { INVITATION_TONE } from './tones.ts';

/** Invitations: how devices come in. */
export function EnrollmentPage() {
  const { t } = useTranslation();
  const { contractorId } = useParams({ from: '/inside/c/$contractorId/enrollment' });
  const can = useCan(contractorId);
  const [creating, setCreating] = useState(false);
  const [shown, setShown] = useState<string>();
  const blocked = usePushProblem(contractorId);
  const entitlements = useEntitlements(contractorId).data;
  const entitled = entitlements?.functions.includes('enroll') ?? true;
  const pages = usePages(
    ['invitations', contractorId],
    (cursor, signal) => call('listInvitations', { params: { contractorId }, query: { cursor, limit: 50 }, signal }),
    { refetchInterval: 10_000 },
  );
  const invitation = pages.data?.pages.flatMap((page) => page.items).find((one) => one.invitationId === shown);
  return (
    <Page
      title={t('enrollment.title')}
      text={t('enrollment.text')}
      actions={
        can('enrollment.write') ? (
          <Button
            leftSection={<IconPlus size={16} aria-hidden />}
            disabled={blocked !== undefined || !entitled}
            onClick={() => setCreating(true)}
          >
            {t('enrollment.create')}
          </Button>
        ) : undefined
      }
    >
      {entitled || entitlements === undefined ? null : (
        <ContractNeeded contractorId={contractorId} entitlements={entitlements} />
      )}
      {blocked === undefined ? null : <PushNeeded contractorId={contractorId} state={blocked} />}
      <Section padding={0}>
        <PagedList pages={pages} empty={t('enrollment.empty')}>
          {(rows) => <Invitations rows={rows} onOpen={setShown} />}
        </PagedList>
      </Section>
      {creating ? (
        <CreateInvitation
          contractorId={contractorId}
          onClose={() => setCreating(false)}
          onCreated={(created) => {
            setCreating(false);
            void pages.refetch().then(() => setShown(created.invitationId));
          }}
        />
      ) : null}
      {invitation === undefined ? null : (
        <InvitationModal invitation={invitation} contractorId={contractorId} onClose={() => setShown(undefined)} />
      )}
    </Page>
  );
}

/** Why nobody can be invited now; `undefined` when they can (or when it cannot be known here). */
function usePushProblem(contractorId: string): 'missing' | 'expired' | undefined {
  const push = useQuery({
    queryKey: ['push-certificate', contractorId],
    queryFn: () => call('getPushCertificate', { params: { contractorId } }),
    enabled: useCan(contractorId)('push_certificate.read'),
  });
  const state = push.data?.state;
  // A request without a certificate yet: `requested` never had one.
  if (state === 'missing' || (state === 'requested' && push.data?.topic === null)) return 'missing';
  return state === 'expired' ? 'expired' : undefined;
}

function PushNeeded({ contractorId, state }: { contractorId: string; state: 'missing' | 'expired' }) {
  const { t } = useTranslation();
  const may = useCan(contractorId)('push_certificate.manage');
  return (
    <Alert variant="light" color="yellow" icon={<IconAlertTriangle aria-hidden />} title={t('enrollment.pushMissing')}>
      <Text size="sm" mb="sm">
        {state === 'missing' ? t('enrollment.pushMissingText') : t('enrollment.pushExpiredText')}
      </Text>
      {may ? (
        <Button
          size="xs"
          renderRoot={(props) => <Link {...props} to="/c/$contractorId/push-certificate" params={{ contractorId }} />}
        >
          {t('enrollment.toPush')}
        </Button>
      ) : (
        <Text size="sm">{t('enrollment.askAdministrator')}</Text>
      )}
    </Alert>
  );
}

type RowsProps = { rows: readonly EnrollmentInvitation[]; onOpen: (invitationId: string) => void };
function Invitations({ rows, onOpen }: RowsProps) {
  const { t } = useTranslation();
  const nameOf = (row: EnrollmentInvitation) => (row.label === '' ? t('enrollment.noLabel') : row.label);
  return (
    <DataTable
      label={t('enrollment.title')}
      rows={rows}
      rowKey={(row) => row.invitationId}
      columns={[
        { key: 'label', header: t('enrollment.label'), cell: nameOf },
        {
          key: 'state',
          header: t('common.state'),
          cell: (row) => <Status tone={INVITATION_TONE[row.state]}>{t(`enrollment.state.${row.state}`)}</Status>,
        },
        { key: 'usage', header: t('enrollment.usageMode'), cell: (row) => t(`usageMode.${row.usageMode}`) },
        { key: 'person', header: t('enrollment.person'), cell: (row) => row.person?.name ?? '–' },
        {
          key: 'uses',
          header: t('enrollment.uses'),
          cell: (row) => t('enrollment.usesOf', { uses: row.uses, maxUses: row.maxUses }),
        },
        { key: 'expires', header: t('common.expires'), cell: (row) => <Time at={row.expiresAt} /> },
        { key: 'by', header: t('common.createdBy'), cell: (row) => row.createdBy },
      ]}
      actions={(row) => (
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconQrcode size={14} aria-hidden />}
          aria-label={`${t('enrollment.open')}: ${nameOf(row)}`}
          onClick={() => onOpen(row.invitationId)}
        >
          {t('enrollment.open')}
        </Button>
      )}
    />
  );
}
