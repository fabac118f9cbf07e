import { ActionIcon, Button, Group, Modal, PasswordInput, Stack, Text } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { deletePasskey, listPasskeys, newBackupCodes, type Passkey } from '../../app/better-auth.ts';
import { sessionQuery, useSession } from '../../app/session.ts';
import { ConfirmDanger, useCloseLabel } from '../../shared/confirm-danger.tsx';
import { DataTable } from '../../shared/data-table.tsx';
import { FormModal } from '../../shared/form-modal.tsx';
import { Page, Section } from '../../shared/page.tsx';
import { QueryStates } from '../../shared/query-states.tsx';
import { Status } from '../../shared/status.tsx';
import { Time } from '../../shared/time.tsx';
import { BackupCodes, FactorEnrolment } from '../sign-in/factor-enrolment.tsx';
import { ChangePassword } from './change-password.tsx';

/** One's own account: who I am here, and how my sign-in is protected. */
export function AccountPage() {
  const { t } = useTranslation();
  const session = useSession();
  return (
    <Page title={t('account.title')}>
      <Section title={t('account.profile')}>
        <dl className="facts">
          <dt>{t('common.name')}</dt>
          <dd>{session.principal.name}</dd>
          <dt>{t('common.email')}</dt>
          <dd>{session.principal.email}</dd>
          {session.providerRole === null ? null : (
            <>
              <dt>{t('app.provider')}</dt>
              <dd>{t(`roles.${session.providerRole}`)}</dd>
            </>
          )}
          {session.contractors.map((c) => (
            <div key={c.contractorId} style={{ display: 'contents' }}>
              <dt>{c.name}</dt>
              <dd>{c.role === null ? t('common.none') : t(`roles.${c.role}`)}</dd>
            </div>
          ))}
        </dl>
      </Section>
      <Security />
    </Page>
  );
}

function Security() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { enrolled } = useSession().secondFactor;
  const [open, setOpen] = useState<'password' | 'totp' | 'passkey' | 'backup'>();
  const hasTotp = enrolled.includes('totp');
  const done = async () => {
    setOpen(undefined);
    await Promise.all([client.invalidateQueries(sessionQuery), client.invalidateQueries({ queryKey: ['passkeys'] })]);
  };
  const close = useCloseLabel();
  return (
    <Section title={t('account.security')}>
      <Stack>
        <Group justify="space-between">
          <Text fw={600} size="sm">
            {t('signIn.password')}
          </Text>
          <Button variant="default" size="xs" onClick={() => setOpen('password')}>
            {t('account.changePassword')}
          </Button>
        </Group>
        <Group justify="space-between">
          <Group>
            <Text fw={600} size="sm">
              {t('account.totp')}
            </Text>
            <Status tone={hasTotp ? 'good' : 'quiet'}>{hasTotp ? t('account.totpOn') : t('account.totpOff')}</Status>
          </Group>
          {hasTotp ? (
            <Button variant="default" size="xs" onClick={() => setOpen('backup')}>
              {t('account.backup')}
            </Button>
          ) : (
            <Button variant="default" size="xs" onClick={() => setOpen('totp')}>
              {t('account.totpAdd')}
            </Button>
          )}
        </Group>
        <Group justify="space-between">
          <Text fw={600} size="sm">
            {t('account.passkeys')}
          </Text>
          <Button
            variant="default"
            size="xs"
            leftSection={<IconPlus size={14} aria-hidden />}
            onClick={() => setOpen('passkey')}
          >
            {t('account.addPasskey')}
          </Button>
        </Group>
        <Passkeys onChanged={done} />
      </Stack>
      {open === 'totp' || open === 'passkey' ? (
        <Modal
          opened
          onClose={() => setOpen(undefined)}
          title={open === 'totp' ? t('account.totpAdd') : t('account.addPasskey')}
          closeButtonProps={close}
        >
          <FactorEnrolment only={open} onDone={done} />
        </Modal>
      ) : null}
      {open === 'password' ? <ChangePassword onClose={() => setOpen(undefined)} /> : null}
      {open === 'backup' ? <NewBackupCodes onClose={() => setOpen(undefined)} /> : null}
    </Section>
  );
}

function NewBackupCodes({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [password, setPassword] = useState('');
  const [codes, setCodes] = useState<readonly string[]>();
  const [error, setError] = useState<Error | null>(null);
  const close = useCloseLabel();
  if (codes !== undefined) {
    return (
      <Modal opened onClose={onClose} title={t('account.backup')} closeButtonProps={close}>
        <BackupCodes codes={codes} onDone={async () => onClose()} />
      </Modal>
    );
  }
  return (
    <FormModal
      title={t('account.backup')}
      submit={t('common.next')}
      busy={false}
      error={error}
      onClose={onClose}
      onSubmit={() => {
        newBackupCodes(password).then((answer) => setCodes(answer.backupCodes), setError);
      }}
    >
      <Text size="sm">{t('account.backupText')}</Text>
      <PasswordInput
        label={t('signIn.password')}
        required
        autoComplete="current-password"
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
    </FormModal>
  );
}

function Passkeys({ onChanged }: { onChanged: () => Promise<void> }) {
  const { t } = useTranslation();
  const passkeys = useQuery({ queryKey: ['passkeys'], queryFn: listPasskeys });
  const [removing, setRemoving] = useState<Passkey>();
  const nameOf = (passkey: Passkey) => passkey.name || t('account.unnamed');
  return (
    <>
      <QueryStates query={passkeys} empty={{ when: (list) => list.length === 0, text: t('account.noPasskeys') }}>
        {(list) => (
          <DataTable
            label={t('account.passkeys')}
            rows={list}
            rowKey={(passkey) => passkey.id}
            columns={[
              { key: 'name', header: t('common.name'), cell: nameOf },
              {
                key: 'created',
                header: t('common.created'),
                cell: (passkey) => (passkey.createdAt ? <Time at={passkey.createdAt} /> : null),
              },
            ]}
            actions={(passkey) => (
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={`${t('account.removePasskey')}: ${nameOf(passkey)}`}
                onClick={() => setRemoving(passkey)}
              >
                <IconTrash size={16} aria-hidden />
              </ActionIcon>
            )}
          />
        )}
      </QueryStates>
      <ConfirmDanger
        opened={removing !== undefined}
        title={t('account.removePasskey')}
        text={t('account.removePasskeyText', { name: removing === undefined ? '' : nameOf(removing) })}
        confirm={t('account.removePasskey')}
        onClose={() => setRemoving(undefined)}
        onConfirm={async () => {
          if (removing !== undefined) await deletePasskey(removing.id);
          await onChanged();
        }}
      />
    </>
  );
}
