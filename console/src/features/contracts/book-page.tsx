import { Anchor, Group, NumberInput, Select } from '@mantine/core';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type ContractSummary, PHASES } from '@tsukasa/api';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { oneOf, present } from '../../app/search.ts';
import { DataTable } from '../../shared/data-table.tsx';
import { Day } from '../../shared/day.tsx';
import { PagedList, usePages } from '../../shared/list.tsx';
import { Page, Section } from '../../shared/page.tsx';
import { SearchInput } from '../../shared/search-input.tsx';
import { Status } from '../../shared/status.tsx';
import { PHASE_TONE, useCatalogue, useNames } from './names.ts';
import type { BookSearch } from './search.ts';

/** The book of contracts: every contract of every contractor, and what ends soon. */
export function BookPage() {
  const { t } = useTranslation();
  const search = useSearch({ from: '/inside/provider/contracts' });
  const navigate = useNavigate({ from: '/provider/contracts' });
  const change = (next: { [K in keyof BookSearch]?: BookSearch[K] | undefined }) =>
    void navigate({ search: present({ ...search, ...next }), replace: true });
  const pages = usePages(['contracts', 'book', search], (cursor, signal) =>
    call('listContractBook', { query: { ...search, cursor, limit: 50 }, signal }),
  );
  const filtered = Object.keys(search).length > 0;
  return (
    <Page title={t('contracts.book.title')} text={t('contracts.book.text')}>
      <Group align="end" gap="sm">
        <SearchInput
          label={t('contracts.book.search')}
          value={search.q ?? ''}
          onChange={(q) => change({ q: q.trim() === '' ? undefined : q })}
        />
        <Filters search={search} onChange={change} />
      </Group>
      <Section padding={0}>
        <PagedList pages={pages} empty={filtered ? t('states.emptySearch') : t('contracts.book.empty')}>
          {(rows) => <Contracts rows={rows} />}
        </PagedList>
      </Section>
    </Page>
  );
}

type FilterProps = {
  search: BookSearch;
  onChange: (next: { [K in keyof BookSearch]?: BookSearch[K] | undefined }) => void;
};
function Filters({ search, onChange }: FilterProps) {
  const { t } = useTranslation();
  const names = useNames();
  const kinds = useCatalogue().data?.content.kinds ?? [];
  return (
    <>
      <Select
        label={t('common.state')}
        clearable
        w={170}
        data={PHASES.map((phase) => ({ value: phase, label: t(`contracts.phase.${phase}`) }))}
        value={search.phase ?? null}
        onChange={(phase) => onChange({ phase: oneOf(phase, PHASES) })}
      />
      <Select
        label={t('contracts.kindLabel')}
        clearable
        w={210}
        data={[...new Set(kinds.map((one) => one.id))].map((id) => ({ value: id, label: names.kind(id) }))}
        value={search.kind ?? null}
        onChange={(kind) => onChange({ kind: kind ?? undefined })}
      />
      <NumberInput
        label={t('contracts.book.endingWithin')}
        w={170}
        min={0}
        max={3660}
        allowDecimal={false}
        allowNegative={false}
        suffix={t('contracts.book.daysSuffix')}
        value={search.endingWithinDays ?? ''}
        onChange={(days) => onChange({ endingWithinDays: typeof days === 'number' ? days : undefined })}
      />
    </>
  );
}

/** Rows of the book; also those of one contractor on its page. */
export function Contracts({ rows, own = false }: { rows: readonly ContractSummary[]; own?: boolean }) {
  const { t } = useTranslation();
  const names = useNames();
  return (
    <DataTable
      label={t('contracts.book.title')}
      rows={rows}
      rowKey={(row) => row.contractId}
      columns={[
        {
          key: 'number',
          header: t('contracts.contract'),
          cell: (row) => (
            <>
              <Anchor
                size="sm"
                fw={600}
                renderRoot={(props) => (
                  <Link
                    {...props}
                    to="/provider/contracts/$customerId/$contractId"
                    params={{ customerId: row.contractorId, contractId: row.contractId }}
                  />
                )}
              >
                {row.contractNumber}
              </Anchor>
              <span className="age">{names.contract(row)}</span>
            </>
          ),
        },
        ...(own ? [] : [{ key: 'contractor', header: t('contracts.contractor'), cell: contractorCell }]),
        {
          key: 'phase',
          header: t('common.state'),
          cell: (row) => <Status tone={PHASE_TONE[row.phase]}>{t(`contracts.phase.${row.phase}`)}</Status>,
        },
        { key: 'start', header: t('contracts.days.startOn'), cell: (row) => <Day on={row.startOn} /> },
        { key: 'end', header: t('contracts.days.endsOn'), cell: (row) => <Day on={row.endsOn} /> },
        {
          key: 'options',
          header: t('contracts.options'),
          cell: (row) =>
            row.options.length === 0
              ? '–'
              : row.options.map((option, i) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: an option may have been ended and begun again
                  <span key={i} style={{ display: 'block' }}>
                    {names.subject(option.subject)}
                    {option.deviceCount === null ? '' : ` ${t('contracts.devices', { count: option.deviceCount })}`} (
                    {t(`contracts.phase.${option.phase}`)})
                  </span>
                )),
        },
      ]}
    />
  );
}

function contractorCell(row: ContractSummary) {
  return (
    <>
      <Anchor
        size="sm"
        renderRoot={(props) => (
          <Link {...props} to="/provider/customers/$customerId" params={{ customerId: row.contractorId }} />
        )}
      >
        {row.contractorName}
      </Anchor>
      <span className="age">{row.contractorNameKana}</span>
    </>
  );
}
