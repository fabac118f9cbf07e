import { Checkbox, NumberInput, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { Contract, ContractFact } from '@tsukasa/api';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { ConfirmDanger } from '../../shared/confirm-danger.tsx';
import { addMonths, DayInput, MonthInput, todayInJapan } from '../../shared/day.tsx';
import { FormModal } from '../../shared/form-modal.tsx';
import { SERVICE, useNames } from './names.ts';
import { SubjectSelect } from './notice-form.tsx';
import { completeLines, type DraftLine, draftLine, QuoteLines } from './quote-lines.tsx';
import { useRefreshContracts } from './refresh.ts';

type Props = { contract: Contract; onClose: () => void };
const paramsOf = ({ contractorId, contractId }: Contract) => ({ contractorId, contractId });
const DAY = /^\d{4}-\d{2}-\d{2}$/;

function useSave(save: () => Promise<unknown>, onClose: () => void) {
  const refresh = useRefreshContracts();
  return useMutation({
    mutationFn: save,
    onSuccess: async () => {
      await refresh();
      onClose();
    },
  });
}

/** The service and options that were accepted without a billing start date. */
export function withoutBillingStart(contract: Contract): string[] {
  const open = [contract, ...contract.options].filter((one) => one.acceptedOn !== null && one.billingStartOn === null);
  return [...new Set(open.map((one) => one.subject))];
}

/** Sets the billing start date of the service and of options where the acceptance left it open (Art. 11). */
export function BillingStartForm({ contract, onClose }: Props) {
  const { t } = useTranslation();
  const names = useNames();
  const open = withoutBillingStart(contract);
  const [subjects, setSubjects] = useState<string[]>(open);
  const [on, setOn] = useState(todayInJapan());
  const save = useSave(() => call('startBilling', { params: paramsOf(contract), body: { subjects, on } }), onClose);
  return (
    <FormModal
      title={t('contracts.billingStart')}
      submit={t('common.save')}
      busy={save.isPending}
      ready={subjects.length > 0 && DAY.test(on)}
      error={save.error}
      onSubmit={() => save.mutate()}
      onClose={onClose}
    >
      <Checkbox.Group label={t('contracts.subject')} value={subjects} onChange={setSubjects}>
        <Stack gap="xs" mt="xs">
          {open.map((id) => (
            <Checkbox key={id} value={id} label={names.subject(id)} />
          ))}
        </Stack>
      </Checkbox.Group>
      <DayInput label={t('contracts.days.billingStartOn')} required value={on} onChange={setOn} />
    </FormModal>
  );
}

/** New prices of a running contract, from a month on. */
export function PricesForm({ contract, onClose }: Props) {
  const { t } = useTranslation();
  const [from, setFrom] = useState(addMonths(contract.on.slice(0, 7), 1));
  const [lines, setLines] = useState<readonly DraftLine[]>([draftLine({})]);
  const complete = completeLines(lines);
  const save = useSave(
    () => call('changePrices', { params: paramsOf(contract), body: { from, lines: complete ?? [] } }),
    onClose,
  );
  return (
    <FormModal
      title={t('contracts.prices')}
      submit={t('common.save')}
      size="xl"
      busy={save.isPending}
      ready={complete !== undefined && from !== ''}
      error={save.error}
      onSubmit={() => save.mutate()}
      onClose={onClose}
    >
      <Text size="sm">{t('contracts.pricesText')}</Text>
      <MonthInput label={t('contracts.from')} required value={from} onChange={setFrom} w={200} />
      <QuoteLines lines={lines} onChange={setLines} />
    </FormModal>
  );
}

/** A one-time fee with the fact that causes it (Art. 11). */
export function OneTimeFeeForm({ contract, onClose }: Props) {
  const { t } = useTranslation();
  const [subject, setSubject] = useState(SERVICE);
  const [amount, setAmount] = useState<number | string>('');
  const [on, setOn] = useState(todayInJapan());
  const [cause, setCause] = useState('');
  const save = useSave(
    () =>
      call('addOneTimeFee', {
        params: paramsOf(contract),
        body: { subject, amount: Number(amount), on, cause: cause.trim() },
      }),
    onClose,
  );
  return (
    <FormModal
      title={t('contracts.oneTimeFee')}
      submit={t('contracts.record')}
      busy={save.isPending}
      ready={typeof amount === 'number' && amount >= 1 && cause.trim() !== '' && DAY.test(on)}
      error={save.error}
      onSubmit={() => save.mutate()}
      onClose={onClose}
    >
      <SubjectSelect contract={contract} value={subject} onChange={setSubject} />
      <NumberInput
        label={t('contracts.amountWithoutTax')}
        required
        min={1}
        max={1_000_000_000}
        allowDecimal={false}
        allowNegative={false}
        thousandSeparator=","
        prefix="¥"
        value={amount}
        onChange={setAmount}
      />
      <DayInput label={t('contracts.feeDay')} required value={on} onChange={setOn} />
      <TextInput
        label={t('contracts.cause')}
        description={t('contracts.causeHint')}
        required
        maxLength={500}
        value={cause}
        onChange={(event) => setCause(event.currentTarget.value)}
      />
    </FormModal>
  );
}

/** Consents to taking back a notice before it takes effect. */
export function WithdrawNotice({ contract, fact, onClose }: Props & { fact: ContractFact }) {
  const { t } = useTranslation();
  const refresh = useRefreshContracts();
  return (
    <ConfirmDanger
      opened
      title={t('contracts.withdrawNotice')}
      text={t('contracts.withdrawNoticeText')}
      confirm={t('contracts.withdrawNotice')}
      danger={false}
      withReason
      onClose={onClose}
      onConfirm={async (reason) => {
        await call('withdrawNotice', { params: { ...paramsOf(contract), seq: fact.seq }, body: { reason } });
        await refresh();
      }}
    />
  );
}
