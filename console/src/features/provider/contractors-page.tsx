import { Anchor, Button, Group, SimpleGrid, Text, TextInput } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { Contractor } from '@tsukasa/api';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, type Output } from '../../app/api.ts';
import { useCan } from '../../app/session.ts';
import { ConfirmDanger } from '../../shared/confirm-danger.tsx';
import { DataTable } from '../../shared/data-table.tsx';
import { FormModal } from '../../shared/form-modal.tsx';
import { formatNumber, useLanguage, useNow } from '../../shared/format.ts';
import { PagedList } from '../../shared/list.tsx';
import { Page, Section } from '../../shared/page.tsx';
import { SearchInput } from '../../shared/search-input.tsx';
import { Status } from '../../shared/status.tsx';
import { Time } from '../../shared/time.tsx';
import { ContractCell, useContractIndex } from '../contracts/contract-cell.tsx';

type Overview = Output<'getProviderStatus'>['contractors'][number];
const THIRTY_DAYS = 30 * 86_400_000;

/** The provider's start page: all contractors, and where something is wrong. */
export function ContractorsPage() {
  const { t } = useTranslation();
  const search = useSearch({ from: '/inside/provider' });
  const navigate = useNavigate({ from: '/provider' });
  const can = useCan();
  const [editing, setEditing] = useState<Contractor | 'new'>();
  const [switching, setSwitching] = useState<Contractor>();
  const status = useQuery({
    queryKey: ['provider-status'],
    queryFn: () => call('getProviderStatus'),
    refetchInterval: 30_000,
  });
  const index = useContractIndex(search.q, can('provider.contracts.read'));
  const pages = useInfiniteQuery({
    queryKey: ['contractors', 'list', search.q],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      call('listContractors', { query: { q: search.q, cursor: pageParam, limit: 100 }, signal }),
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    placeholderData: keepPreviousData,
  });
  return (
    <Page
      title={t('provider.title')}
      text={
        status.data === undefined ? undefined : (
          <>
            {t('provider.version', { version: status.data.version })} · {t('provider.runningSince')}:{' '}
            <Time at={status.data.startedAt} />
          </>
        )
      }
      actions={
        can('provider.contractors.write') ? (
          <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setEditing('new')}>
            {t('provider.create')}
          </Button>
        ) : undefined
      }
    >
      {status.data === undefined ? null : <Totals overview={status.data.contractors} />}
      <SearchInput
        label={t('provider.search')}
        value={search.q ?? ''}
        onChange={(q) => void navigate({ search: q.trim() === '' ? {} : { q }, replace: true })}
      />
      <Section padding={0}>
        <PagedList pages={pages} empty={search.q === undefined ? t('provider.empty') : t('states.emptySearch')}>
          {(rows) => (
            <Contractors
              rows={rows}
              overview={new Map(status.data?.contractors.map((one) => [one.contractorId, one]))}
              onEdit={can('provider.contractors.write') ? setEditing : undefined}
              onSwitch={setSwitching}
              contracts={
                can('provider.contracts.read')
                  ? (contractorId) => <ContractCell contractorId={contractorId} index={index} />
                  : undefined
              }
            />
          )}
        </PagedList>
      </Section>
      {editing === undefined ? null : (
        <ContractorForm contractor={editing === 'new' ? undefined : editing} onClose={() => setEditing(undefined)} />
      )}
      <Suspension contractor={switching} onClose={() => setSwitching(undefined)} />
    </Page>
  );
}

function Totals({ overview }: { overview: readonly Overview[] }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const sum = (field: 'managedDevices' | 'silentDevices' | 'openAlarms') =>
    overview.reduce((total, one) => total + one[field], 0);
  const numbers = [
    [t('provider.contractorsCount'), overview.length, undefined],
    [t('provider.totalDevices'), sum('managedDevices'), undefined],
    [t('provider.totalSilent'), sum('silentDevices'), 'warning'],
    [t('provider.totalAlarms'), sum('openAlarms'), 'bad'],
  ] as const;
  return (
    <SimpleGrid component="dl" m={0} cols={{ base: 2, md: 4 }} spacing="sm">
      {numbers.map(([label, value, tone]) => (
        <div
          key={label}
          className="card"
          style={{ padding: '12px 16px', display: 'flex', flexDirection: 'column-reverse' }}
        >
          <Text component="dt" size="xs" c="dimmed">
            {label}
          </Text>
          <Text
            component="dd"
            m={0}
            fz={24}
            fw={650}
            className="tabular"
            style={tone === undefined || value === 0 ? {} : { color: `var(--tsukasa-${tone})` }}
          >
            {formatNumber(value, language)}
          </Text>
        </div>
      ))}
    </SimpleGrid>
  );
}

type TableProps = {
  rows: readonly Contractor[];
  overview: ReadonlyMap<string, Overview>;
  onEdit: ((contractor: Contractor) => void) | undefined;
  onSwitch: (contractor: Contractor) => void;
  /** Shows the contracts of a contractor; `undefined` when the reader may not see them. */
  contracts: ((contractorId: string) => ReactNode) | undefined;
};
function Contractors({ rows, overview, onEdit, onSwitch, contracts }: TableProps) {
  const { t } = useTranslation();
  const language = useLanguage();
  const now = useNow();
  const count = (contractor: Contractor, field: 'managedDevices' | 'silentDevices' | 'openAlarms') => {
    const value = overview.get(contractor.contractorId)?.[field];
    return value === undefined ? '–' : formatNumber(value, language);
  };
  const toned = (contractor: Contractor, field: 'silentDevices' | 'openAlarms', tone: 'warning' | 'bad') =>
    (overview.get(contractor.contractorId)?.[field] ?? 0) > 0 ? (
      <Status tone={tone}>{count(contractor, field)}</Status>
    ) : (
      count(contractor, field)
    );
  const push = (contractor: Contractor) => {
    const one = overview.get(contractor.contractorId);
    if (one === undefined) return '–';
    if (one.pushCertificateNotAfter === null) return <Status tone="bad">{t('provider.pushMissing')}</Status>;
    const left = Date.parse(one.pushCertificateNotAfter) - now;
    return (
      <Status tone={left < 0 ? 'bad' : left < THIRTY_DAYS ? 'warning' : 'good'}>
        <Time at={one.pushCertificateNotAfter} day />
      </Status>
    );
  };
  return (
    <DataTable
      label={t('provider.title')}
      rows={rows}
      rowKey={(row) => row.contractorId}
      columns={[
        {
          key: 'name',
          header: t('provider.name'),
          cell: (row) => (
            <>
              <Anchor
                size="sm"
                fw={600}
                renderRoot={(props) => (
                  <Link {...props} to="/c/$contractorId" params={{ contractorId: row.contractorId }} />
                )}
              >
                {row.name}
              </Anchor>
              <span className="age">{row.nameKana}</span>
            </>
          ),
        },
        {
          key: 'state',
          header: t('common.state'),
          cell: (row) => (
            <Status tone={row.state === 'active' ? 'good' : 'quiet'}>{t(`provider.state.${row.state}`)}</Status>
          ),
        },
        ...(contracts === undefined
          ? []
          : [
              {
                key: 'contract',
                header: t('contracts.contract'),
                cell: (row: Contractor) => contracts(row.contractorId),
              },
            ]),
        { key: 'managed', header: t('provider.managed'), cell: (row) => count(row, 'managedDevices') },
        { key: 'silent', header: t('provider.silent'), cell: (row) => toned(row, 'silentDevices', 'warning') },
        { key: 'alarms', header: t('provider.alarms'), cell: (row) => toned(row, 'openAlarms', 'bad') },
        { key: 'push', header: t('provider.push'), cell: push },
      ]}
      {...(onEdit === undefined
        ? {}
        : {
            actions: (row: Contractor) => (
              <Group gap={6} wrap="nowrap" justify="flex-end">
                <Button
                  size="compact-sm"
                  variant="default"
                  aria-label={`${t('common.edit')}: ${row.name}`}
                  onClick={() => onEdit(row)}
                >
                  {t('common.edit')}
                </Button>
                <Button
                  size="compact-sm"
                  variant="default"
                  aria-label={`${row.state === 'active' ? t('provider.suspend') : t('provider.resume')}: ${row.name}`}
                  onClick={() => onSwitch(row)}
                >
                  {row.state === 'active' ? t('provider.suspend') : t('provider.resume')}
                </Button>
              </Group>
            ),
          })}
    />
  );
}

function useRefresh() {
  const client = useQueryClient();
  return () =>
    Promise.all([
      client.invalidateQueries({ queryKey: ['contractors'] }),
      client.invalidateQueries({ queryKey: ['provider-status'] }),
    ]);
}

function Suspension({ contractor, onClose }: { contractor: Contractor | undefined; onClose: () => void }) {
  const { t } = useTranslation();
  const refresh = useRefresh();
  const active = contractor?.state === 'active';
  return (
    <ConfirmDanger
      opened={contractor !== undefined}
      title={active ? t('provider.suspend') : t('provider.resume')}
      text={active ? t('provider.suspendText', { name: contractor?.name ?? '' }) : contractor?.name}
      confirm={active ? t('provider.suspend') : t('provider.resume')}
      danger={active}
      onClose={onClose}
      onConfirm={async () => {
        await call('changeContractor', {
          params: { contractorId: contractor?.contractorId ?? '' },
          body: { state: active ? 'suspended' : 'active' },
        });
        await refresh();
      }}
    />
  );
}

function ContractorForm({ contractor, onClose }: { contractor: Contractor | undefined; onClose: () => void }) {
  const { t } = useTranslation();
  const refresh = useRefresh();
  const [name, setName] = useState(contractor?.name ?? '');
  const [nameKana, setKana] = useState(contractor?.nameKana ?? '');
  const save = useMutation({
    mutationFn: () => {
      const body = { name: name.trim(), nameKana: nameKana.trim() };
      return contractor === undefined
        ? call('createContractor', { body })
        : call('changeContractor', { params: { contractorId: contractor.contractorId }, body });
    },
    onSuccess: async () => {
      await refresh();
      onClose();
    },
  });
  return (
    <FormModal
      title={contractor === undefined ? t('provider.create') : t('provider.edit')}
      submit={contractor === undefined ? t('common.create') : t('common.save')}
      busy={save.isPending}
      ready={name.trim() !== ''}
      error={save.error}
      onSubmit={() => save.mutate()}
      onClose={onClose}
    >
      <TextInput
        label={t('provider.name')}
        required
        maxLength={200}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <TextInput
        label={t('provider.kana')}
        maxLength={200}
        value={nameKana}
        onChange={(event) => setKana(event.currentTarget.value)}
      />
    </FormModal>
  );
}
