import { Button } from '@mantine/core';
import { IconPlus, IconQrcode } from '@tabler/icons-react';
import { useParams } from '@tanstack/react-router';
import type { EnrollmentInvitation, EnrollmentOption, Note, Platform } from '@tsukasa/api';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { useCan } from '../../app/session.ts';
import { DataTable } from '../../shared/data-table.tsx';
import { PagedList, usePages } from '../../shared/list.tsx';
import { Page, Section } from '../../shared/page.tsx';
import { PlatformName } from '../../shared/platforms.tsx';
import { Failure } from '../../shared/query-states.tsx';
import { Status } from '../../shared/status.tsx';
import { Time } from '../../shared/time.tsx';
import { ContractNeeded, useEntitlements } from './contract-needed.tsx';
import { CreateInvitation } from './create-invitation.tsx';
import { InvitationModal } from './invitation-modal.tsx';
import { useEnrollmentOptions } from './options.ts';
import { SetupNeeded } from './setup-needed.tsx';
import { INVITATION_TONE } from './tones.ts';

/** Invitations: how devices come in. */
export function EnrollmentPage() {
  const { t } = useTranslation();
  const { contractorId } = useParams({ from: '/inside/c/$contractorId/enrollment' });
  const can = useCan(contractorId);
  const [creating, setCreating] = useState(false);
  const [shown, setShown] = useState<string>();
  const options = useEnrollmentOptions(contractorId);
  const offered = options.data?.items ?? [];
  const missing = missingOf(offered);
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
            disabled={!offered.some((one) => one.ready) || !entitled}
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
      {options.error === null ? null : <Failure error={options.error} retry={() => void options.refetch()} />}
      {missing.map(({ platform, note }) => (
        <SetupNeeded key={platform} contractorId={contractorId} platform={platform} missing={note} />
      ))}
      <Section padding={0}>
        <PagedList pages={pages} empty={t('enrollment.empty')}>
          {(rows) => <Invitations rows={rows} onOpen={setShown} />}
        </PagedList>
      </Section>
      {creating ? (
        <CreateInvitation
          contractorId={contractorId}
          options={offered}
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

/** Each platform that is not ready, with what it lacks. */
function missingOf(options: readonly EnrollmentOption[]): readonly { platform: Platform; note: Note }[] {
  const notes = new Map<Platform, Note>();
  for (const { platform, missing } of options) if (missing !== null) notes.set(platform, missing);
  return [...notes].map(([platform, note]) => ({ platform, note }));
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
        {
          key: 'platform',
          header: t('fields.platform'),
          cell: (row) => <PlatformName platform={row.platform} />,
        },
        {
          key: 'usage',
          header: t('enrollment.usageMode'),
          cell: (row) => (
            <>
              {t(`usageMode.${row.usageMode}`)}
              <span className="age">{t(`managementMode.${row.managementMode}`)}</span>
            </>
          ),
        },
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
