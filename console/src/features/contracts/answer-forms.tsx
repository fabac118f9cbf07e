import { Select, Text, Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { Application } from '@tsukasa/api';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { Clause, useClauses } from '../../shared/because.tsx';
import { DayInput } from '../../shared/day.tsx';
import { FormModal } from '../../shared/form-modal.tsx';
import { useLanguage } from '../../shared/format.ts';
import { PriceTable } from './assessment.tsx';
import { completeLines, type DraftLine, draftLine, QuoteLines } from './quote-lines.tsx';
import { useRefreshContracts } from './refresh.ts';

type Props = { application: Application; onClose: () => void };

function useAnswer(send: () => Promise<unknown>, onClose: () => void) {
  const refresh = useRefreshContracts();
  return useMutation({
    mutationFn: send,
    onSuccess: async () => {
      await refresh();
      onClose();
    },
  });
}
const paramsOf = ({ contractorId, applicationId }: Application) => ({ contractorId, applicationId });
const given = (day: string) => (day === '' ? undefined : day);

/** Shows the contractor its prices: a line for everything that Schedule 1 leaves to a quote is there already. */
export function QuoteForm({ application, onClose }: Props) {
  const { t } = useTranslation();
  const open = application.price.filter((line) => line.amount === null);
  const quoted = application.price.filter((line) => line.because.some((reason) => reason.code.includes('quoted')));
  const [lines, setLines] = useState<readonly DraftLine[]>(() =>
    (open.length > 0 ? open : quoted).map((line) =>
      draftLine({
        subject: line.subject,
        fee: line.fee,
        per: line.per,
        os: line.os ?? '',
        amount: line.unitAmount ?? '',
      }),
    ),
  );
  const [validUntil, setValid] = useState('');
  const complete = completeLines(lines);
  const save = useAnswer(
    () =>
      call('quoteApplication', {
        params: paramsOf(application),
        body: { lines: complete ?? [], validUntil: given(validUntil) },
      }),
    onClose,
  );
  return (
    <FormModal
      title={t('contracts.answer.quote')}
      submit={t('contracts.answer.sendQuote')}
      size="xl"
      busy={save.isPending}
      ready={complete !== undefined}
      error={save.error}
      onSubmit={() => save.mutate()}
      onClose={onClose}
    >
      <Text size="sm">{t('contracts.answer.quoteText')}</Text>
      <QuoteLines lines={lines} onChange={setLines} />
      <DayInput label={t('contracts.quote.validUntil')} value={validUntil} onChange={setValid} w={240} />
    </FormModal>
  );
}

/** The provider's consent; days that are left open are today, and the start that was asked for. */
export function AcceptForm({ application, onClose }: Props) {
  const { t } = useTranslation();
  const { content } = application;
  const [acceptedOn, setAccepted] = useState('');
  const [startOn, setStart] = useState(content.type === 'change' ? '' : (content.startOn ?? ''));
  const [billingStartOn, setBilling] = useState('');
  const save = useAnswer(
    () =>
      call('acceptApplication', {
        params: paramsOf(application),
        body: { acceptedOn: given(acceptedOn), startOn: given(startOn), billingStartOn: given(billingStartOn) },
      }),
    onClose,
  );
  return (
    <FormModal
      title={t('contracts.answer.accept')}
      submit={t('contracts.answer.accept')}
      size="lg"
      busy={save.isPending}
      error={save.error}
      onSubmit={() => save.mutate()}
      onClose={onClose}
    >
      <PriceTable price={application.price} />
      <DayInput
        label={t('contracts.days.acceptedOn')}
        description={t('contracts.answer.todayHint')}
        value={acceptedOn}
        onChange={setAccepted}
      />
      {content.type === 'change' ? null : (
        <>
          <DayInput
            label={t('contracts.days.startOn')}
            description={t('contracts.answer.startHint')}
            value={startOn}
            onChange={setStart}
          />
          <DayInput
            label={t('contracts.days.billingStartOn')}
            description={t('contracts.answer.billingHint')}
            value={billingStartOn}
            onChange={setBilling}
          />
        </>
      )}
    </FormModal>
  );
}

/** Refuses with a reason, and the clause that it rests on where there is one. */
export function RefuseForm({ application, onClose }: Props) {
  const { t } = useTranslation();
  const language = useLanguage();
  const clauses = useClauses().data?.items ?? [];
  const [reason, setReason] = useState('');
  const [clause, setClause] = useState<string | null>(null);
  const save = useAnswer(
    () =>
      call('refuseApplication', {
        params: paramsOf(application),
        body: { reason: reason.trim(), clause: clause ?? undefined },
      }),
    onClose,
  );
  return (
    <FormModal
      title={t('contracts.answer.refuse')}
      submit={t('contracts.answer.refuse')}
      danger
      busy={save.isPending}
      ready={reason.trim() !== ''}
      error={save.error}
      onSubmit={() => save.mutate()}
      onClose={onClose}
    >
      <Textarea
        label={t('common.reason')}
        description={t('contracts.answer.reasonHint')}
        required
        maxLength={2000}
        autosize
        minRows={3}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <Select
        label={t('contracts.answer.clause')}
        searchable
        clearable
        data={clauses.map((one) => ({ value: one.clause, label: one.heading[language] }))}
        value={clause}
        onChange={setClause}
      />
      {clause === null ? null : (
        <div>
          <Clause key={clause} clause={clause} />
        </div>
      )}
    </FormModal>
  );
}
