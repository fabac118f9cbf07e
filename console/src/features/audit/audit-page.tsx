import { Alert, Anchor, Button, Code, Group, Select, Stack, Text } from '@mantine/core';
import { IconAlertOctagon, IconShieldCheck, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { ACTION_STATES, ACTION_TYPES, type AuditEntry } from '@tsukasa/api';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, type Output } from '../../app/api.ts';
import { isStatus } from '../../app/problem.ts';
import type { AuditSearch } from '../../app/router.tsx';
import { oneOf, present } from '../../app/search.ts';
import { codes } from '../../locales/codes.ts';
import { useWording } from '../../shared/codes.ts';
import { DataTable } from '../../shared/data-table.tsx';
import { PagedList, usePages } from '../../shared/list.tsx';
import { Page, Section } from '../../shared/page.tsx';
import { ProblemAlert } from '../../shared/problem-alert.tsx';
import { Time } from '../../shared/time.tsx';

/** The same page over a contractor's chain and the provider's own. */
type Chain = {
  readonly key: string;
  readonly title: string;
  readonly search: AuditSearch;
  readonly change: (search: AuditSearch) => void;
  readonly list: (cursor: string | undefined, signal: AbortSignal) => Promise<Output<'listAudit'>>;
  readonly verify: () => Promise<Output<'verifyAudit'>>;
};

export function AuditPage() {
  const { t } = useTranslation();
  const { contractorId } = useParams({ from: '/inside/c/$contractorId/audit' });
  const search = useSearch({ from: '/inside/c/$contractorId/audit' });
  const navigate = useNavigate({ from: '/c/$contractorId/audit' });
  return (
    <Trail
      key={contractorId}
      chain={{
        key: contractorId,
        title: t('audit.title'),
        search,
        change: (next) => void navigate({ search: next, replace: true }),
        list: (cursor, signal) =>
          call('listAudit', { params: { contractorId }, query: { ...search, cursor, limit: 50 }, signal }),
        verify: () => call('verifyAudit', { params: { contractorId } }),
      }}
    />
  );
}

export function ProviderAuditPage() {
  const { t } = useTranslation();
  const search = useSearch({ from: '/inside/provider/audit' });
  const navigate = useNavigate({ from: '/provider/audit' });
  return (
    <Trail
      chain={{
        key: 'provider',
        title: t('audit.providerTitle'),
        search,
        change: (next) => void navigate({ search: next, replace: true }),
        list: (cursor, signal) => call('listProviderAudit', { query: { ...search, cursor, limit: 50 }, signal }),
        verify: () => call('verifyProviderAudit'),
      }}
    />
  );
}

function Trail({ chain }: { chain: Chain }) {
  const { t } = useTranslation();
  const pages = usePages(['audit', chain.key, chain.search], chain.list);
  const verification = useQuery({ queryKey: ['audit-verification', chain.key], queryFn: chain.verify, enabled: false });
  const forbidden = isStatus(pages.error, 403);
  return (
    <Page
      title={chain.title}
      text={t('audit.text')}
      actions={
        forbidden ? undefined : (
          <Button
            variant="default"
            leftSection={<IconShieldCheck size={16} aria-hidden />}
            loading={verification.isFetching}
            onClick={() => void verification.refetch()}
          >
            {t('audit.verify')}
          </Button>
        )
      }
    >
      <ProblemAlert error={verification.error} />
      {verification.data === undefined ? null : <Verified result={verification.data} />}
      {forbidden ? null : <Filters search={chain.search} onChange={chain.change} />}
      <Section padding={0}>
        <PagedList pages={pages} empty={t('audit.empty')}>
          {(rows) => <Entries rows={rows} chain={chain} />}
        </PagedList>
      </Section>
    </Page>
  );
}

function Verified({ result }: { result: Output<'verifyAudit'> }) {
  const { t } = useTranslation();
  if (result.ok) {
    return (
      <Alert role="status" variant="light" color="teal" icon={<IconShieldCheck aria-hidden />}>
        <Text size="sm">{t('audit.verified', { count: result.entries })}</Text>
        {result.head === null ? null : (
          <Text size="xs" mt={4}>
            {t('audit.head')}: #{result.head.seq} <Code>{result.head.hash}</Code>
          </Text>
        )}
      </Alert>
    );
  }
  return (
    <Alert role="alert" color="red" icon={<IconAlertOctagon aria-hidden />}>
      {result.problem === null ? null : (
        <>
          <Text size="sm" fw={600}>
            {t('audit.broken', { seq: result.problem.seq })}
          </Text>
          <Text size="sm">{t(`audit.problem.${result.problem.kind}`)}</Text>
        </>
      )}
    </Alert>
  );
}

const TARGET_KINDS = [
  'device',
  'user',
  'invited_user',
  'person',
  'group',
  'invitation',
  'api_token',
  'push_certificate',
  'certificate',
  'contractor',
  'contract',
  'contract_checklist',
  'contract_document',
  'terms',
  'billing_settings',
  'closing',
  'invoice',
  'credit_note',
  'adjustment',
  'event',
  'action',
  'action_batch',
  'android_enterprise',
  'google_project',
  'installation',
] as const;

/** What is narrowed to one actor or one target is set by choosing a name in the list, and taken back here. */
function Filters({ search, onChange }: { search: AuditSearch; onChange: (search: AuditSearch) => void }) {
  const { t } = useTranslation();
  const word = useWording();
  const { action, targetKind, targetId, actorId } = search;
  const known = new Set([...codes.audit.keys(), ...(action === undefined ? [] : [action])]);
  const kinds: readonly string[] = TARGET_KINDS;
  return (
    <Group align="end" gap="sm">
      <Select
        label={t('audit.filterAction')}
        placeholder={t('common.all')}
        searchable
        clearable
        w={{ base: '100%', xs: 280 }}
        data={[...known].map((value) => ({ value, label: word('audit', value) }))}
        value={action ?? null}
        onChange={(value) => onChange(present({ ...search, action: value ?? undefined }))}
      />
      <Select
        label={t('audit.filterTarget')}
        placeholder={t('common.all')}
        clearable
        w={{ base: '100%', xs: 220 }}
        data={[
          ...TARGET_KINDS.map((value) => ({ value, label: t(`audit.targetKind.${value}`) })),
          ...(targetKind === undefined || kinds.includes(targetKind) ? [] : [targetKind]),
        ]}
        value={targetKind ?? null}
        onChange={(value) => onChange(present({ ...search, targetKind: value ?? undefined, targetId: undefined }))}
      />
      {actorId === undefined ? null : (
        <Button
          variant="light"
          rightSection={<IconX size={14} aria-hidden />}
          aria-label={t('devices.removeFilter', { name: t('audit.onlyThisActor') })}
          onClick={() => onChange(present({ ...search, actorId: undefined }))}
        >
          {t('audit.onlyThisActor')}
        </Button>
      )}
      {targetId === undefined ? null : (
        <Button
          variant="light"
          rightSection={<IconX size={14} aria-hidden />}
          aria-label={t('devices.removeFilter', { name: t('audit.onlyThisTarget') })}
          onClick={() => onChange(present({ ...search, targetId: undefined }))}
        >
          {t('audit.onlyThisTarget')}
        </Button>
      )}
      {Object.keys(search).length === 0 ? null : (
        <Button variant="subtle" onClick={() => onChange({})}>
          {t('common.clear')}
        </Button>
      )}
    </Group>
  );
}

function Entries({ rows, chain }: { rows: readonly AuditEntry[]; chain: Chain }) {
  const { t } = useTranslation();
  const targetName = useTargetName();
  const word = useWording();
  return (
    <DataTable
      label={chain.title}
      rows={rows}
      rowKey={(row) => String(row.seq)}
      columns={[
        { key: 'when', header: t('audit.when'), cell: (row) => <Time at={row.at} /> },
        {
          key: 'actor',
          header: t('audit.actor'),
          cell: (row) => (
            <>
              <Narrow
                hint={t('audit.onlyThisActor')}
                onClick={() => chain.change(present({ ...chain.search, actorId: row.actor.id }))}
              >
                {row.actor.name}
              </Narrow>
              <span className="age">{t(`audit.kind.${row.actor.kind}`)}</span>
            </>
          ),
        },
        {
          key: 'action',
          header: t('audit.action'),
          cell: (row) => (
            <>
              {word('audit', row.action)}
              <ActionOf entry={row} />
              <span className="age">{row.action}</span>
            </>
          ),
        },
        {
          key: 'target',
          header: t('audit.target'),
          cell: (row) => (
            <Narrow
              hint={t('audit.onlyThisTarget')}
              onClick={() =>
                chain.change(present({ ...chain.search, targetKind: row.target.kind, targetId: row.target.id }))
              }
            >
              {targetName(row.target)}
            </Narrow>
          ),
        },
        { key: 'reason', header: t('common.reason'), cell: (row) => row.reason ?? '–' },
        { key: 'details', header: t('audit.details'), cell: (row) => <Details entry={row} /> },
      ]}
    />
  );
}

/** Which remote action an entry is about, and how it ended. */
function ActionOf({ entry }: { entry: AuditEntry }) {
  const { t } = useTranslation();
  if (!/^(action|batch)\./.test(entry.action)) return null;
  const type = oneOf(entry.details['type'], ACTION_TYPES);
  const state = oneOf(entry.details['state'], ACTION_STATES);
  if (type === undefined) return null;
  return `: ${t(`actionType.${type}`)}${state === undefined ? '' : ` (${t(`actionState.${state}`)})`}`;
}

/** The name of a target; of one without a name its kind and the end of its id, which tells two apart. */
function useTargetName(): (target: AuditEntry['target']) => string {
  const { t } = useTranslation();
  return ({ kind, id, name }) => {
    if (name !== '' && name !== id) return name;
    const known = oneOf(kind, TARGET_KINDS);
    return known === undefined || !/^[0-9a-f-]{36}$/.test(id)
      ? id
      : `${t(`audit.targetKind.${known}`)} …${id.slice(-6)}`;
  };
}

function Narrow({ hint, onClick, children }: { hint: string; onClick: () => void; children: ReactNode }) {
  return (
    <Anchor component="button" type="button" size="sm" title={hint} onClick={onClick} ta="start" underline="hover">
      {children}
    </Anchor>
  );
}

function Details({ entry }: { entry: AuditEntry }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary style={{ cursor: 'pointer' }}>#{entry.seq}</summary>
      {open ? (
        <Stack gap={4} mt={4}>
          {Object.entries(entry.details).map(([key, value]) => (
            <Text key={key} size="xs">
              <Code>{key}</Code> {typeof value === 'string' ? value : JSON.stringify(value)}
            </Text>
          ))}
          <Text size="xs">
            {t('audit.ip')}: {entry.sourceIp ?? '–'}
          </Text>
          <Text size="xs">
            {t('audit.requestId')}: {entry.requestId ?? '–'}
          </Text>
          <Text size="xs" style={{ wordBreak: 'break-all' }}>
            {t('audit.hash')}: <Code>{entry.hash}</Code>
          </Text>
        </Stack>
      ) : null}
    </details>
  );
}
