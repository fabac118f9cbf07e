import { Button, NumberInput, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Invoice } from '@tsukasa/api';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { ConfirmDanger } from '../../shared/confirm-danger.tsx';
import { DataTable } from '../../shared/data-table.tsx';
import { Day, DayInput, todayInJapan } from '../../shared/day.tsx';
import { FormModal } from '../../shared/form-modal.tsx';
import { useLanguage } from '../../shared/format.ts';
import { formatYen, Yen } from '../../shared/yen.tsx';

type Payment = Invoice['payments'][number];

/** What was paid on an invoice; one recorded by mistake is taken back by another entry. */
export function Payments({ invoice, may }: { invoice: Invoice; may: boolean }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const client = useQueryClient();
  const [reversing, setReversing] = useState<Payment>();
  const takenBack = new Set(invoice.payments.map(({ reverses }) => reverses));
  if (invoice.payments.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t('billing.noPayments')}
      </Text>
    );
  }
  return (
    <>
      <DataTable
        label={t('billing.payments')}
        rows={invoice.payments}
        rowKey={(row) => row.paymentId}
        columns={[
          { key: 'on', header: t('contracts.day'), cell: (row) => <Day on={row.on} /> },
          { key: 'amount', header: t('contracts.amount'), align: 'end', cell: (row) => <Yen amount={row.amount} /> },
          { key: 'note', header: t('contracts.note'), cell: (row) => row.note },
        ]}
        {...(may
          ? {
              actions: (row: Payment) =>
                row.reverses === null && !takenBack.has(row.paymentId) ? (
                  <Button
                    size="compact-sm"
                    variant="default"
                    aria-label={`${t('billing.reverse')}: ${formatYen(row.amount, language)} ${row.on}`}
                    onClick={() => setReversing(row)}
                  >
                    {t('billing.reverse')}
                  </Button>
                ) : null,
            }
          : {})}
      />
      <ConfirmDanger
        opened={reversing !== undefined}
        title={t('billing.reverse')}
        text={t('billing.reverseText')}
        confirm={t('billing.reverse')}
        withReason
        onClose={() => setReversing(undefined)}
        onConfirm={async (reason) => {
          await call('reversePayment', {
            params: { contractorId: invoice.contractorId, paymentId: reversing?.paymentId ?? '' },
            body: { reason },
          });
          await client.invalidateQueries({ queryKey: ['billing'] });
        }}
      />
    </>
  );
}

export function PaymentForm({ invoice, open, onClose }: { invoice: Invoice; open: number; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [on, setOn] = useState(todayInJapan());
  const [amount, setAmount] = useState<number | string>(open);
  const [note, setNote] = useState('');
  const save = useMutation({
    mutationFn: () =>
      call('recordPayment', {
        params: { contractorId: invoice.contractorId },
        body: { invoiceId: invoice.invoiceId, on, amount: Number(amount), note: note.trim() },
      }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['billing'] });
      onClose();
    },
  });
  return (
    <FormModal
      title={t('billing.recordPayment')}
      submit={t('contracts.record')}
      busy={save.isPending}
      ready={typeof amount === 'number' && amount >= 1 && on !== ''}
      error={save.error}
      onSubmit={() => save.mutate()}
      onClose={onClose}
    >
      <DayInput label={t('billing.paidOn')} required value={on} onChange={setOn} />
      <NumberInput
        label={t('contracts.amount')}
        required
        min={1}
        max={100_000_000_000}
        allowDecimal={false}
        allowNegative={false}
        thousandSeparator=","
        prefix="¥"
        value={amount}
        onChange={setAmount}
      />
      <TextInput
        label={t('contracts.note')}
        maxLength={500}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
    </FormModal>
  );
}
