import { Anchor } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { InvoiceSummary } from '@tsukasa/api';
import { useTranslation } from 'react-i18next';
import { DataTable } from '../../shared/data-table.tsx';
import { Day, Month } from '../../shared/day.tsx';
import { Status, type Tone } from '../../shared/status.tsx';
import { Yen } from '../../shared/yen.tsx';

export const INVOICE_TONE: Readonly<Record<InvoiceSummary['state'], Tone>> = {
  open: 'active',
  overdue: 'bad',
  paid: 'good',
  credited: 'quiet',
  credit_note: 'quiet',
};

/** Invoices and credit notes, of all contractors or of one. */
export function InvoiceTable({ rows, side }: { rows: readonly InvoiceSummary[]; side: 'own' | 'provider' }) {
  const { t } = useTranslation();
  return (
    <DataTable
      label={t('billing.invoices')}
      rows={rows}
      rowKey={(row) => row.invoiceId}
      columns={[
        {
          key: 'number',
          header: t('billing.number'),
          cell: (row) => {
            const params = { contractorId: row.contractorId, invoiceId: row.invoiceId };
            return (
              <>
                <Anchor
                  size="sm"
                  fw={600}
                  renderRoot={(props) =>
                    side === 'own' ? (
                      <Link {...props} to="/c/$contractorId/invoices/$invoiceId" params={params} />
                    ) : (
                      <Link
                        {...props}
                        to="/provider/invoices/$customerId/$invoiceId"
                        params={{ customerId: row.contractorId, invoiceId: row.invoiceId }}
                      />
                    )
                  }
                >
                  {row.number}
                </Anchor>
                <span className="age">{t(`billing.kind.${row.kind}`)}</span>
              </>
            );
          },
        },
        ...(side === 'own'
          ? []
          : [
              {
                key: 'contractor',
                header: t('contracts.contractor'),
                cell: (row: InvoiceSummary) => row.contractorName,
              },
            ]),
        { key: 'month', header: t('contracts.month'), cell: (row) => <Month of={row.month} /> },
        {
          key: 'state',
          header: t('common.state'),
          cell: (row) => <Status tone={INVOICE_TONE[row.state]}>{t(`billing.invoiceState.${row.state}`)}</Status>,
        },
        { key: 'issued', header: t('billing.issuedOn'), cell: (row) => <Day on={row.issuedOn} /> },
        { key: 'due', header: t('billing.dueOn'), cell: (row) => <Day on={row.dueOn} /> },
        { key: 'total', header: t('billing.total'), align: 'end', cell: (row) => <Yen amount={row.total} /> },
        {
          key: 'open',
          header: t('billing.unpaid'),
          align: 'end',
          cell: (row) => (
            <Yen amount={row.kind === 'credit_note' ? null : Math.max(0, row.total - row.paid - row.credited)} />
          ),
        },
      ]}
    />
  );
}
