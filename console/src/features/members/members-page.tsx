import { Button, Menu, Radio, Stack, TextInput } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { CONTRACTOR_ROLES, type ContractorRole, type Member } from '@tsukasa/api';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { useContractorName } from '../../app/contractor-switcher.tsx';
import { oneOf } from '../../app/search.ts';
import { useCan } from '../../app/session.ts';
import { FormModal } from '../../shared/form-modal.tsx';
import { Page, Section } from '../../shared/page.tsx';
import { QueryStates } from '../../shared/query-states.tsx';
import { ConfirmMemberChange, LinkModal, type MemberChange, type MemberLink, People } from './people.tsx';

/** Who manages this contractor, with which role. */
export function MembersPage() {
  const { t } = useTranslation();
  const { contractorId } = useParams({ from: '/inside/c/$contractorId/members' });
  const contractor = useContractorName(contractorId);
  const may = useCan(contractorId)('members.manage');
  const client = useQueryClient();
  const [inviting, setInviting] = useState(false);
  const [doing, setDoing] = useState<MemberChange>();
  const [changingRole, setChangingRole] = useState<Member>();
  const [link, setLink] = useState<MemberLink>();
  const members = useQuery({
    queryKey: ['members', contractorId],
    queryFn: () => call('listMembers', { params: { contractorId } }),
  });
  const refresh = () => client.invalidateQueries({ queryKey: ['members', contractorId] });
  return (
    <Page
      title={t('members.title')}
      text={t('members.text', { contractor })}
      actions={
        may ? (
          <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setInviting(true)}>
            {t('members.invite')}
          </Button>
        ) : undefined
      }
    >
      <Section padding={0}>
        <QueryStates query={members} empty={{ when: (page) => page.items.length === 0, text: t('members.empty') }}>
          {({ items }) => (
            <People
              label={t('members.title')}
              members={items}
              menu={
                may
                  ? (member) => (
                      <>
                        <Menu.Item onClick={() => setChangingRole(member)}>{t('members.changeRole')}</Menu.Item>
                        <Menu.Item onClick={() => setDoing({ what: 'reset', member })}>{t('members.reset')}</Menu.Item>
                        {member.disabledAt === null ? (
                          <Menu.Item onClick={() => setDoing({ what: 'disable', member })}>
                            {t('members.disable')}
                          </Menu.Item>
                        ) : (
                          <Menu.Item onClick={() => setDoing({ what: 'enable', member })}>
                            {t('members.enable')}
                          </Menu.Item>
                        )}
                      </>
                    )
                  : undefined
              }
            />
          )}
        </QueryStates>
      </Section>
      {inviting ? (
        <InviteMember
          contractorId={contractorId}
          onClose={() => setInviting(false)}
          onInvited={(made) => {
            setInviting(false);
            setLink(made);
            void refresh();
          }}
        />
      ) : null}
      {changingRole === undefined ? null : (
        <ChangeRole contractorId={contractorId} member={changingRole} onClose={() => setChangingRole(undefined)} />
      )}
      <ConfirmMemberChange
        doing={doing}
        onClose={() => setDoing(undefined)}
        onConfirm={async ({ what, member: { userId } }) => {
          const params = { contractorId, userId };
          if (what === 'reset') setLink(await call('resetMember', { params }));
          else await call('changeMember', { params, body: { disabled: what === 'disable' } });
          await refresh();
        }}
      />
      {link === undefined ? null : <LinkModal link={link} onClose={() => setLink(undefined)} />}
    </Page>
  );
}

function RoleChoice({ role, onChange }: { role: ContractorRole; onChange: (role: ContractorRole) => void }) {
  const { t } = useTranslation();
  return (
    <Radio.Group
      label={t('common.role')}
      value={role}
      onChange={(value) => onChange(oneOf(value, CONTRACTOR_ROLES) ?? role)}
    >
      <Stack gap="xs" mt="xs">
        {CONTRACTOR_ROLES.map((one) => (
          <Radio key={one} value={one} label={t(`roles.${one}`)} description={t(`roleText.${one}`)} />
        ))}
      </Stack>
    </Radio.Group>
  );
}

type InviteProps = { contractorId: string; onClose: () => void; onInvited: (link: MemberLink) => void };
function InviteMember({ contractorId, onClose, onInvited }: InviteProps) {
  const { t } = useTranslation();
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<ContractorRole>('helpdesk');
  const invite = useMutation({
    mutationFn: () => call('inviteMember', { params: { contractorId }, body: { email: email.trim(), role } }),
    onSuccess: onInvited,
  });
  return (
    <FormModal
      title={t('members.invite')}
      submit={t('members.invite')}
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
      <RoleChoice role={role} onChange={setRole} />
    </FormModal>
  );
}

function ChangeRole({ contractorId, member, onClose }: { contractorId: string; member: Member; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [role, setRole] = useState<ContractorRole>(oneOf(member.role, CONTRACTOR_ROLES) ?? 'auditor');
  const save = useMutation({
    mutationFn: () => call('changeMember', { params: { contractorId, userId: member.userId }, body: { role } }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['members', contractorId] });
      onClose();
    },
  });
  return (
    <FormModal
      title={`${t('members.changeRole')}: ${member.name}`}
      submit={t('common.save')}
      busy={save.isPending}
      error={save.error}
      onSubmit={() => save.mutate()}
      onClose={onClose}
    >
      <RoleChoice role={role} onChange={setRole} />
    </FormModal>
  );
}
