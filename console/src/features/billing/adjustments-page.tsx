import { Button, Group, NumberInput, Select, Text, Textarea, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { ADJUSTMENT_STATES, type Adjustment } from '@tsukasa/api';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { oneOf, present } from '../../app/search.ts';
import { useCan, useSession } from '../../app/session.ts';
import { ConfirmDanger } from '../../shared/confirm-danger.tsx';
import { DataTable } from '../../shared/data-table.tsx';
import { Month, MonthInput, todayInJapan } from '../../shared/day.tsx';
import { FormModal } from '../../shared/form-modal.tsx';
import { PagedList, usePages } from '../../shared/list.tsx';
import { Page, Section } from '../../shared/page.tsx';
import { Status, type Tone } from '../../shared/status.tsx';
import { TimeAgo } from '../../shared/time.tsx';
import { Yen } from '../../shared/yen.tsx';

const TONE: Readonly<Record<Adjustment['state'], Tone>> = {
  asked: 'active',
  approved: 'good',
  refused: 'bad',
  billed: 'quiet',
};
type Deciding = { readonly adjustment: Adjustment; readonly approve: boolean };

/** Amounts that were typed in by hand: each with a reason, and billed only when somebody else approved it. */
export function AdjustmentsPage() {
  const { t } = useTranslation();
  const { state } = useSearch({ from: '/inside/provider/adjustments' });
  const navigate = useNavigate({ from: '/provider/adjustments' });
  const can = useCan();
  const [asking, setAsking] = useState(false);
  const pages = usePages(['billing', 'adjustments', state], (cursor, signal) =>
    call('listAdjustments', { query: { state, cursor, limit: 50 }, signal }),
  );
  return (
    <Page
      title={t('billing.adjustments')}
      text={t('billing.adjustmentsText')}
      actions={
        can('provider.billing.write') ? (
          <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setAsking(true)}>
            {t('billing.askAdjustment')}
          </Button>
        ) : undefined
      }
    >
      <Select
        label={t('common.state')}
        clearable
        w={200}
        data={ADJUSTMENT_STATES.map((value) => ({ value, label: t(`billing.adjustmentState.${value}`) }))}
        value={state ?? null}
        onChange={(next) =>
          void navigate({ search: present({ state: oneOf(next, ADJUSTMENT_STATES) }), replace: true })
        }
      />
      <Section padding={0}>
        <PagedList pages={pages} empty={state === undefined ? t('billing.noAdjustments') : t('states.emptySearch')}>
          {(rows) => <Adjustments rows={rows} />}
        </PagedList>
      </Section>
      {asking ? <AskForm onClose={() => setAsking(false)} /> : null}
    </Page>
  );
}

function Adjustments({ rows }: { rows: readonly Adjustment[] }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const me = useSession().principal.id;
  const may = useCan()('provider.billing.approve');
  const [deciding, setDeciding] = useState<Deciding>();
  return (
    <>
      <DataTable
        label={t('billing.adjustments')}
        rows={rows}
        rowKey={(row) => row.adjustmentId}
        columns={[
          { key: 'contractor', header: t('contracts.contractor'), cell: (row) => row.contractorName },
          {
            key: 'what',
            header: t('billing.description'),
            cell: (row) => (
              <>
                {row.description}
                <span className="age">{row.reason}</span>
              </>
            ),
          },
          { key: 'month', header: t('contracts.month'), cell: (row) => <Month of={row.month} /> },
          {
            key: 'amount',
            header: t('contracts.amountWithoutTax'),
            align: 'end',
            cell: (row) => <Yen amount={row.amount} />,
          },
          {
            key: 'state',
            header: t('common.state'),
            cell: (row) => <Status tone={TONE[row.state]}>{t(`billing.adjustmentState.${row.state}`)}</Status>,
          },
          {
            key: 'asked',
            header: t('billing.askedBy'),
            cell: (row) => (
              <>
                {row.askedBy.name}
                <span className="age">
                  <TimeAgo at={row.askedAt} />
                </span>
              </>
            ),
          },
          { key: 'decided', header: t('billing.decidedBy'), cell: (row) => row.decidedBy?.name ?? '–' },
        ]}
        actions={(row) =>
          row.state !== 'asked' || !may ? null : row.askedBy.id === me ? (
            <Text size="xs" c="dimmed">
              {t('billing.otherPerson')}
            </Text>
          ) : (
            <Group gap={6} wrap="nowrap" justify="flex-end">
              {([true, false] as const).map((approve) => (
                <Button
                  key={String(approve)}
                  size="compact-sm"
                  variant="default"
                  aria-label={`${approve ? t('billing.approveAdjustment') : t('billing.refuseAdjustment')}: ${row.description}`}
                  onClick={() => setDeciding({ adjustment: row, approve })}
                >
                  {approve ? t('billing.approveAdjustment') : t('billing.refuseAdjustment')}
                </Button>
              ))}
            </Group>
          )
        }
      />
      <ConfirmDanger
        opened={deciding !== undefined}
        title={deciding?.approve === true ? t('billing.approveAdjustment') : t('billing.refuseAdjustment')}
        text={
          deciding === undefined ? (
            ''
          ) : (
            <>
              {deciding.adjustment.contractorName}: {deciding.adjustment.description}{' '}
              <Yen amount={deciding.adjustment.amount} />
            </>
          )
        }
        confirm={deciding?.approve === true ? t('billing.approveAdjustment') : t('billing.refuseAdjustment')}
        danger={deciding?.approve !== true}
        withReason={deciding?.approve !== true}
        onClose={() => setDeciding(undefined)}
        onConfirm={async (note) => {
          const { contractorId = '', adjustmentId = '' } = deciding?.adjustment ?? {};
          await call('decideAdjustment', {
            params: { contractorId, adjustmentId },
            body: { approve: deciding?.approve === true, note },
          });
          await client.invalidateQueries({ queryKey: ['billing'] });
        }}
      />
    </>
  );
}

function AskForm({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [contractorId, setContractor] = useState<string | null>(null);
  const [month, setMonth] = useState(todayInJapan().slice(0, 7));
  const [description, setDescription] = useState('');
  const [amount, setAmount] = useState<number | string>('');
  const [reason, setReason] = useState('');
  const save = useMutation({
    mutationFn: () =>
      call('askAdjustment', {
        body: {
          contractorId: contractorId ?? '',
          month,
          description: description.trim(),
          amount: Number(amount),
          reason: reason.trim(),
        },
      }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['billing'] });
      onClose();
    },
  });
  const ready =
    contractorId !== null &&
    month !== '' &&
    description.trim() !== '' &&
    reason.trim() !== '' &&
    typeof amount === 'number' &&
    amount !== 0;
  return (
    <FormModal
      title={t('billing.askAdjustment')}
      submit={t('billing.askAdjustment')}
      busy={save.isPending}
      ready={ready}
      error={save.error}
      onSubmit={() => save.mutate()}
      onClose={onClose}
    >
      <ContractorSelect value={contractorId} onChange={setContractor} />
      <MonthInput label={t('contracts.month')} required value={month} onChange={setMonth} />
      <TextInput
        label={t('billing.description')}
        description={t('billing.descriptionHint')}
        required
        maxLength={200}
        value={description}
        onChange={(event) => setDescription(event.currentTarget.value)}
      />
      <NumberInput
        label={t('contracts.amountWithoutTax')}
        description={t('billing.negativeHint')}
        required
        min={-1_000_000_000}
        max={1_000_000_000}
        allowDecimal={false}
        thousandSeparator=","
        prefix="¥"
        value={amount}
        onChange={setAmount}
      />
      <Textarea
        label={t('common.reason')}
        description={t('billing.adjustmentReason')}
        required
        maxLength={1000}
        autosize
        minRows={2}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
    </FormModal>
  );
}

/** Chooses a contractor; the server searches name and kana. */
function ContractorSelect({
  value,
  onChange,
}: {
  value: string | null;
  onChange: (contractorId: string | null) => void;
}) {
  const { t } = useTranslation();
  const [search, setSearch] = useState('');
  const [asked] = useDebouncedValue(search, 250);
  const found = useQuery({
    queryKey: ['contractors', 'select', asked],
    queryFn: ({ signal }) => call('listContractors', { query: { q: asked || undefined, limit: 30 }, signal }),
    placeholderData: keepPreviousData,
  });
  const options = (found.data?.items ?? []).map((one) => ({ value: one.contractorId, label: one.name }));
  return (
    <Select
      label={t('contracts.contractor')}
      required
      searchable
      // The dialog begins here: it shall not begin with an open list.
      openOnFocus={false}
      data={options}
      filter={({ options: all }) => all}
      value={value}
      onChange={onChange}
      onSearchChange={(text) => setSearch(options.some((one) => one.label === text) ? '' : text)}
    />
  );
}
