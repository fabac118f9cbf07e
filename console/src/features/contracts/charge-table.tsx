import type { ChargeLine, ContractCharge } from '@tsukasa/api';
import { useTranslation } from 'react-i18next';
import { Why } from '../../shared/because.tsx';
import { DataTable } from '../../shared/data-table.tsx';
import { Month } from '../../shared/day.tsx';
import { formatNumber, useLanguage } from '../../shared/format.ts';
import { Yen } from '../../shared/yen.tsx';

/** Charges of a contract before tax, with the reason of each. */
export function ContractChargeTable({ charges, label }: { charges: readonly ContractCharge[]; label: string }) {
  const language = useLanguage();
  return (
    <Lines
      label={label}
      numbers={false}
      lines={charges.map((one) => ({
        ...one,
        contractId: null,
        contractNumber: null,
        description: one.os === null ? one.name : { ...one.name, [language]: `${one.name[language]} ${one.os}` },
        taxRate: '',
        taxCategory: 'standard',
      }))}
    />
  );
}

/** Lines of an invoice or of a closing: also the contract and the tax rate of each. */
export function ChargeTable({ lines, label }: { lines: readonly ChargeLine[]; label: string }) {
  return <Lines lines={lines} label={label} numbers />;
}

function Lines({ lines, label, numbers }: { lines: readonly ChargeLine[]; label: string; numbers: boolean }) {
  const { t } = useTranslation();
  const language = useLanguage();
  return (
    <DataTable
      label={label}
      rows={lines}
      rowKey={(line) => `${line.contractId ?? ''} ${line.key}`}
      columns={[
        {
          key: 'what',
          header: t('contracts.chargeWhat'),
          cell: (line) => (
            <>
              {line.description[language]}
              {numbers && line.contractNumber !== null ? <span className="age">{line.contractNumber}</span> : null}
              <Why reasons={line.because} label={line.description[language]} />
            </>
          ),
        },
        { key: 'month', header: t('contracts.month'), cell: (line) => <Month of={line.month} /> },
        { key: 'fee', header: t('contracts.feeLabel'), cell: (line) => t(`contracts.fee.${line.fee}`) },
        {
          key: 'quantity',
          header: t('contracts.quantity'),
          align: 'end',
          cell: (line) => <span className="tabular">{formatNumber(line.quantity, language)}</span>,
        },
        {
          key: 'unit',
          header: t('contracts.unitAmount'),
          align: 'end',
          cell: (line) => <Yen amount={line.unitAmount} />,
        },
        ...(numbers
          ? [
              {
                key: 'tax',
                header: t('contracts.taxRate'),
                align: 'end' as const,
                cell: (line: ChargeLine) =>
                  line.taxCategory === 'reduced'
                    ? t('contracts.reducedRate', { rate: line.taxRate })
                    : `${line.taxRate}%`,
              },
            ]
          : []),
        { key: 'amount', header: t('contracts.amount'), align: 'end', cell: (line) => <Yen amount={line.amount} /> },
      ]}
    />
  );
}
