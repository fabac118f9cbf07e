import { Button, Menu, Text, TextInput } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Member } from '@tsukasa/api';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { ConfirmDanger } from '../../shared/confirm-danger.tsx';
import { FormModal } from '../../shared/form-modal.tsx';
import { Page, Section } from '../../shared/page.tsx';
import { QueryStates } from '../../shared/query-states.tsx';
import { LinkModal, type MemberLink, People } from './people.tsx';

/** The provider's own people. */
export function StaffPage() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [inviting, setInviting] = useState(false);
  const [changing, setChanging] = useState<Member>();
  const [link, setLink] = useState<MemberLink>();
  const staff = useQuery({ queryKey: ['staff'], queryFn: () => call('listStaff') });
  const disable = changing?.disabledAt === null;
  return (
    <Page
      title={t('members.staffTitle')}
      text={t('members.staffText')}
      actions={
        <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setInviting(true)}>
          {t('members.inviteStaff')}
        </Button>
      }
    >
      <Section padding={0}>
        <QueryStates query={staff} empty={{ when: (page) => page.items.length === 0, text: t('members.empty') }}>
          {({ items }) => (
            <People
              label={t('members.staffTitle')}
              members={items}
              menu={(member) => (
                <Menu.Item onClick={() => setChanging(member)}>
                  {member.disabledAt === null ? t('members.disable') : t('members.enable')}
                </Menu.Item>
              )}
            />
          )}
        </QueryStates>
      </Section>
      {inviting ? (
        <InviteStaff
          onClose={() => setInviting(false)}
          onInvited={(made) => {
            setInviting(false);
            setLink(made);
            void client.invalidateQueries({ queryKey: ['staff'] });
          }}
        />
      ) : null}
      <ConfirmDanger
        opened={changing !== undefined}
        title={disable ? t('members.disable') : t('members.enable')}
        text={disable ? t('members.disableText', { name: changing?.name ?? '' }) : changing?.name}
        confirm={disable ? t('members.disable') : t('members.enable')}
        danger={disable}
        onClose={() => setChanging(undefined)}
        onConfirm={async () => {
          await call('changeStaff', { params: { userId: changing?.userId ?? '' }, body: { disabled: disable } });
          await client.invalidateQueries({ queryKey: ['staff'] });
        }}
      />
      {link === undefined ? null : <LinkModal link={link} onClose={() => setLink(undefined)} />}
    </Page>
  );
}

function InviteStaff({ onClose, onInvited }: { onClose: () => void; onInvited: (link: MemberLink) => void }) {
  const { t } = useTranslation();
  const [email, setEmail] = useState('');
  const invite = useMutation({
    mutationFn: () => call('inviteStaff', { body: { email: email.trim(), role: 'provider_administrator' } }),
    onSuccess: onInvited,
  });
  return (
    <FormModal
      title={t('members.inviteStaff')}
      submit={t('members.inviteStaff')}
      busy={invite.isPending}
      ready={email.trim() !== ''}
      error={invite.error}
      onSubmit={() => invite.mutate()}
      onClose={onClose}
    >
      <TextInput
        label={t('common.email')}
        type="email"
        required
        value={email}
        onChange={(event) => setEmail(event.currentTarget.value)}
      />
      <Text size="sm" c="dimmed">
        {t('roles.provider_administrator')}: {t('roleText.provider_administrator')}
      </Text>
    </FormModal>
  );
}
