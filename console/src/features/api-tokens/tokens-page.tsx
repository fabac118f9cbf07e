import { Button, NumberInput, Select, TextInput } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { type ApiToken, CONTRACTOR_ROLES, type ContractorRole, PROVIDER_ROLES, type ProviderRole } from '@tsukasa/api';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, type Output } from '../../app/api.ts';
import { oneOf } from '../../app/search.ts';
import { useCan } from '../../app/session.ts';
import { ConfirmDanger } from '../../shared/confirm-danger.tsx';
import { DataTable } from '../../shared/data-table.tsx';
import { FormModal } from '../../shared/form-modal.tsx';
import { useNow } from '../../shared/format.ts';
import { OnceModal } from '../../shared/once-modal.tsx';
import { Page, Section } from '../../shared/page.tsx';
import { QueryStates } from '../../shared/query-states.tsx';
import { Status } from '../../shared/status.tsx';
import { Time, TimeAgo } from '../../shared/time.tsx';

type NewToken = Output<'createApiToken'>;
type Fields<R> = { readonly name: string; readonly role: R; readonly expiresInDays: number };
/** The same page for a contractor's tokens and the provider's. */
type Source<R extends string> = {
  readonly key: readonly string[];
  readonly title: string;
  readonly may: boolean;
  readonly roles: readonly R[];
  readonly list: () => Promise<Output<'listApiTokens'>>;
  readonly create: (fields: Fields<R>) => Promise<NewToken>;
  readonly revoke: (tokenId: string) => Promise<unknown>;
};

export function TokensPage() {
  const { t } = useTranslation();
  const { contractorId } = useParams({ from: '/inside/c/$contractorId/api-tokens' });
  const can = useCan(contractorId);
  const source: Source<ContractorRole> = {
    key: ['tokens', contractorId],
    title: t('tokens.title'),
    may: can('tokens.manage'),
    roles: CONTRACTOR_ROLES,
    list: () => call('listApiTokens', { params: { contractorId } }),
    create: (body) => call('createApiToken', { params: { contractorId }, body }),
    revoke: (tokenId) => call('revokeApiToken', { params: { contractorId, tokenId } }),
  };
  return <Tokens source={source} />;
}

export function ProviderTokensPage() {
  const { t } = useTranslation();
  const source: Source<ProviderRole> = {
    key: ['tokens', 'provider'],
    title: t('provider.tokensTitle'),
    may: useCan()('provider.staff.manage'),
    roles: PROVIDER_ROLES,
    list: () => call('listProviderApiTokens'),
    create: (body) => call('createProviderApiToken', { body }),
    revoke: (tokenId) => call('revokeProviderApiToken', { params: { tokenId } }),
  };
  return <Tokens source={source} />;
}

function Tokens<R extends ContractorRole | ProviderRole>({ source }: { source: Source<R> }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [creating, setCreating] = useState(false);
  const [revoking, setRevoking] = useState<ApiToken>();
  const [made, setMade] = useState<NewToken>();
  const tokens = useQuery({ queryKey: source.key, queryFn: source.list });
  return (
    <Page
      title={source.title}
      text={t('tokens.text')}
      actions={
        source.may ? (
          <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setCreating(true)}>
            {t('tokens.create')}
          </Button>
        ) : undefined
      }
    >
      <Section padding={0}>
        <QueryStates query={tokens} empty={{ when: (page) => page.items.length === 0, text: t('tokens.empty') }}>
          {({ items }) => <TokenTable tokens={items} onRevoke={source.may ? setRevoking : undefined} />}
        </QueryStates>
      </Section>
      {creating ? (
        <CreateToken
          source={source}
          onClose={() => setCreating(false)}
          onCreated={(token) => {
            setCreating(false);
            setMade(token);
            void client.invalidateQueries({ queryKey: source.key });
          }}
        />
      ) : null}
      {made === undefined ? null : (
        <OnceModal
          title={t('tokens.newTitle')}
          text={t('tokens.newText')}
          label={made.apiToken.name}
          value={made.token}
          onClose={() => setMade(undefined)}
        />
      )}
      <ConfirmDanger
        opened={revoking !== undefined}
        title={t('tokens.revoke')}
        text={t('tokens.revokeText', { name: revoking?.name ?? '' })}
        confirm={t('tokens.revoke')}
        onClose={() => setRevoking(undefined)}
        onConfirm={async () => {
          await source.revoke(revoking?.tokenId ?? '');
          await client.invalidateQueries({ queryKey: source.key });
        }}
      />
    </Page>
  );
}

type TableProps = { tokens: readonly ApiToken[]; onRevoke: ((token: ApiToken) => void) | undefined };
function TokenTable({ tokens, onRevoke }: TableProps) {
  const { t } = useTranslation();
  const now = useNow();
  const stateOf = (token: ApiToken) =>
    token.revokedAt !== null ? 'revoked' : Date.parse(token.expiresAt) <= now ? 'expired' : 'active';
  return (
    <DataTable
      label={t('tokens.title')}
      rows={tokens}
      rowKey={(token) => token.tokenId}
      columns={[
        { key: 'name', header: t('common.name'), cell: (token) => token.name },
        {
          key: 'state',
          header: t('common.state'),
          cell: (token) => (
            <Status tone={stateOf(token) === 'active' ? 'good' : 'quiet'}>{t(`tokens.${stateOf(token)}`)}</Status>
          ),
        },
        { key: 'role', header: t('common.role'), cell: (token) => t(`roles.${token.role}`) },
        { key: 'used', header: t('tokens.lastUsed'), cell: (token) => <TimeAgo at={token.lastUsedAt} /> },
        { key: 'expires', header: t('common.expires'), cell: (token) => <Time at={token.expiresAt} day /> },
        { key: 'by', header: t('common.createdBy'), cell: (token) => token.createdBy },
      ]}
      {...(onRevoke === undefined
        ? {}
        : {
            actions: (token: ApiToken) =>
              stateOf(token) === 'active' ? (
                <Button
                  size="compact-sm"
                  variant="default"
                  aria-label={`${t('tokens.revoke')}: ${token.name}`}
                  onClick={() => onRevoke(token)}
                >
                  {t('tokens.revoke')}
                </Button>
              ) : null,
          })}
    />
  );
}

type CreateProps<R extends string> = { source: Source<R>; onClose: () => void; onCreated: (token: NewToken) => void };
function CreateToken<R extends ContractorRole | ProviderRole>({ source, onClose, onCreated }: CreateProps<R>) {
  const { t } = useTranslation();
  const [name, setName] = useState('');
  const [role, setRole] = useState<R | undefined>(source.roles.at(-1));
  const [days, setDays] = useState<number | ''>(90);
  const create = useMutation({
    mutationFn: async (wish: { role: R; expiresInDays: number }) => source.create({ name: name.trim(), ...wish }),
    onSuccess: onCreated,
  });
  return (
    <FormModal
      title={t('tokens.create')}
      submit={t('common.create')}
      busy={create.isPending}
      ready={name.trim() !== '' && role !== undefined && days !== ''}
      error={create.error}
      onSubmit={() => {
        if (role !== undefined && days !== '') create.mutate({ role, expiresInDays: days });
      }}
      onClose={onClose}
    >
      <TextInput
        label={t('common.name')}
        description={t('tokens.nameHint')}
        required
        maxLength={100}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Select
        label={t('common.role')}
        description={role === undefined ? undefined : t(`roleText.${role}`)}
        allowDeselect={false}
        data={source.roles.map((value) => ({ value, label: t(`roles.${value}`) }))}
        value={role ?? null}
        onChange={(value) => setRole(oneOf(value, source.roles) ?? role)}
      />
      <NumberInput
        label={t('tokens.expiresInDays')}
        min={1}
        max={366}
        allowDecimal={false}
        clampBehavior="strict"
        required
        value={days}
        onChange={(value) => setDays(typeof value === 'number' ? value : '')}
      />
    </FormModal>
  );
}
