import { ActionIcon, Menu, Text } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import type { Member } from '@tsukasa/api';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Output } from '../../app/api.ts';
import { useSession } from '../../app/session.ts';
import { ConfirmDanger } from '../../shared/confirm-danger.tsx';
import { DataTable } from '../../shared/data-table.tsx';
import { OnceModal } from '../../shared/once-modal.tsx';
import { Status } from '../../shared/status.tsx';
import { Time, TimeAgo } from '../../shared/time.tsx';

export type MemberLink = Output<'inviteMember'>;

type Props = {
  readonly label: string;
  readonly members: readonly Member[];
  /** Menu items for a person; `undefined` when the reader may change nothing. */
  readonly menu: ((member: Member) => ReactNode) | undefined;
};

/** People who sign in to the console: members of a contractor and the provider's staff alike. */
export function People({ label, members, menu }: Props) {
  const { t } = useTranslation();
  const me = useSession().principal.id;
  return (
    <DataTable
      label={label}
      rows={members}
      rowKey={(member) => member.userId}
      columns={[
        {
          key: 'name',
          header: t('common.name'),
          cell: (member) => (
            <>
              {member.name}
              {member.userId === me ? ` (${t('members.you')})` : ''}
              <span className="age">{member.email}</span>
            </>
          ),
        },
        { key: 'role', header: t('common.role'), cell: (member) => t(`roles.${member.role}`) },
        {
          key: 'factors',
          header: t('members.secondFactors'),
          cell: (member) =>
            member.secondFactors.length === 0 ? (
              <Status tone="warning">{t('members.noFactor')}</Status>
            ) : (
              member.secondFactors.map((factor) => t(`members.factor.${factor}`)).join(t('common.listJoint'))
            ),
        },
        { key: 'seen', header: t('members.lastSignIn'), cell: (member) => <TimeAgo at={member.lastSignInAt} /> },
        {
          key: 'state',
          header: t('common.state'),
          cell: (member) => (
            <Status tone={member.disabledAt === null ? 'good' : 'bad'}>
              {member.disabledAt === null ? t('members.active') : t('members.disabled')}
            </Status>
          ),
        },
      ]}
      {...(menu === undefined
        ? {}
        : {
            actions: (member: Member) =>
              member.userId === me ? null : (
                <Menu position="bottom-end">
                  <Menu.Target>
                    <ActionIcon variant="default" aria-label={`${t('common.moreActions')}: ${member.name}`}>
                      <IconDots size={16} aria-hidden />
                    </ActionIcon>
                  </Menu.Target>
                  <Menu.Dropdown>{menu(member)}</Menu.Dropdown>
                </Menu>
              ),
          })}
    />
  );
}

/** The one-time link of an invitation or a reset: handed over by hand, shown once. */
export function LinkModal({ link, onClose }: { link: MemberLink; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <OnceModal
      title={t('members.linkTitle')}
      text={t('members.linkText', { email: link.email })}
      label={t('members.linkTitle')}
      value={link.url}
      onClose={onClose}
    >
      <Text size="sm">
        {t('members.linkExpires')}: <Time at={link.expiresAt} />
      </Text>
    </OnceModal>
  );
}

/** What may be done to somebody after a question. */
export type MemberChange = { readonly what: 'disable' | 'enable' | 'reset'; readonly member: Member };

type ConfirmProps = {
  readonly doing: MemberChange | undefined;
  readonly onClose: () => void;
  readonly onConfirm: (doing: MemberChange) => Promise<void>;
};

/** Asks before somebody is disabled, enabled again or given a link to start over; opened by `doing`. */
export function ConfirmMemberChange({ doing, onClose, onConfirm }: ConfirmProps) {
  const { t } = useTranslation();
  const what = doing?.what ?? 'disable';
  const name = doing?.member.name ?? '';
  return (
    <ConfirmDanger
      opened={doing !== undefined}
      title={t(`members.${what}`)}
      text={t(`members.${what}Text`, { name })}
      confirm={t(`members.${what}`)}
      danger={what !== 'enable'}
      onClose={onClose}
      onConfirm={async () => {
        if (doing !== undefined) await onConfirm(doing);
      }}
    />
  );
}
