import { Button, Menu, Radio, Stack, TextInput } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { PROVIDER_ROLES, type ProviderRole } from '@tsukasa/api';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { oneOf } from '../../app/search.ts';
import { FormModal } from '../../shared/form-modal.tsx';
import { Page, Section } from '../../shared/page.tsx';
import { QueryStates } from '../../shared/query-states.tsx';
import { ConfirmMemberChange, LinkModal, type MemberChange, type MemberLink, People } from './people.tsx';

/** The provider's own people. */
export function StaffPage() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [inviting, setInviting] = useState(false);
  const [doing, setDoing] = useState<MemberChange>();
  const [link, setLink] = useState<MemberLink>();
  const staff = useQuery({ queryKey: ['staff'], queryFn: () => call('listStaff') });
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
                <>
                  <Menu.Item onClick={() => setDoing({ what: 'reset', member })}>{t('members.reset')}</Menu.Item>
                  {member.disabledAt === null ? (
                    <Menu.Item onClick={() => setDoing({ what: 'disable', member })}>{t('members.disable')}</Menu.Item>
                  ) : (
                    <Menu.Item onClick={() => setDoing({ what: 'enable', member })}>{t('members.enable')}</Menu.Item>
                  )}
                </>
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
      <ConfirmMemberChange
        doing={doing}
        onClose={() => setDoing(undefined)}
        onConfirm={async ({ what, member: { userId } }) => {
          if (what === 'reset') setLink(await call('resetStaff', { params: { userId } }));
          else await call('changeStaff', { params: { userId }, body: { disabled: what === 'disable' } });
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
  const [role, setRole] = useState<ProviderRole>('provider_desk');
  const invite = useMutation({
    mutationFn: () => call('inviteStaff', { body: { email: email.trim(), role } }),
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
      <Radio.Group
        label={t('common.role')}
        value={role}
        onChange={(value) => setRole(oneOf(value, PROVIDER_ROLES) ?? role)}
      >
        <Stack gap="xs" mt="xs">
          {PROVIDER_ROLES.map((one) => (
            <Radio key={one} value={one} label={t(`roles.${one}`)} description={t(`roleText.${one}`)} />
          ))}
        </Stack>
      </Radio.Group>
    </FormModal>
  );
}
