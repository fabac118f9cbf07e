import { Alert, NumberInput, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconInfoCircle } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import type { Contract, SubjectState } from '@tsukasa/api';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, type Output } from '../../app/api.ts';
import { Because } from '../../shared/because.tsx';
import { DayInput, Month, MonthInput, todayInJapan } from '../../shared/day.tsx';
import { FormModal } from '../../shared/form-modal.tsx';
import { QueryStates } from '../../shared/query-states.tsx';
import { Yen } from '../../shared/yen.tsx';
import { DocumentField, NoteField } from './document-field.tsx';
import { useNames } from './names.ts';
import { useRefreshContracts } from './refresh.ts';

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;
const MOST = 1_000_000;

type Props = {
  readonly contract: Contract;
  readonly option: SubjectState;
  /** The provider records a form on paper, with the day on which it arrived; the contractor asks today. */
  readonly side: 'own' | 'provider';
  readonly onClose: () => void;
};

/** Asks for another number of devices; shows from which month it counts and what it costs. */
export function CountForm({ contract, option, side, onClose }: Props) {
  const { t } = useTranslation();
  const names = useNames();
  const refresh = useRefreshContracts();
  const [count, setCount] = useState<number | string>(
    option.comingCounts.at(-1)?.deviceCount ?? option.deviceCount ?? 1,
  );
  const [from, setFrom] = useState('');
  const [arrivedOn, setArrived] = useState(todayInJapan());
  const [documentId, setDocument] = useState<string>();
  const [note, setNote] = useState('');
  const onPaper = side === 'provider';
  const counted = typeof count === 'number' && Number.isInteger(count) && count >= 1 && count <= MOST;
  const valid = counted && (!onPaper || DAY.test(arrivedOn));
  const params = { contractorId: contract.contractorId, contractId: contract.contractId };
  const body = { subject: option.subject, deviceCount: Number(count), from: MONTH.test(from) ? from : undefined };
  const arrived = { ...body, arrivedOn };
  const wanted = JSON.stringify(onPaper ? arrived : body);
  const [asked] = useDebouncedValue(wanted, 300);
  const preview = useQuery({
    queryKey: ['contracts', params.contractorId, 'count', params.contractId, asked],
    queryFn: () =>
      onPaper
        ? call('previewCountChangeOnBehalf', { params, body: arrived })
        : call('previewCountChange', { params, body }),
    enabled: valid && asked === wanted,
    retry: false,
  });
  const change = useMutation({
    mutationFn: () =>
      onPaper
        ? call('recordCountChange', { params, body: { ...arrived, documentId, note: note.trim() } })
        : call('requestCountChange', { params, body }),
    onSuccess: async () => {
      await refresh();
      onClose();
    },
  });
  return (
    <FormModal
      title={`${t(onPaper ? 'contracts.count.record' : 'contracts.count.title')}: ${names.subject(option.subject)}`}
      submit={t(onPaper ? 'contracts.record' : 'contracts.count.submit')}
      size={onPaper ? 'lg' : 'md'}
      busy={change.isPending}
      ready={valid && preview.data !== undefined}
      error={change.error}
      onSubmit={() => change.mutate()}
      onClose={onClose}
    >
      {onPaper ? (
        <DayInput label={t('contracts.notice.arrived')} required value={arrivedOn} onChange={setArrived} />
      ) : null}
      <NumberInput
        label={t('contracts.deviceCount')}
        required
        min={1}
        max={MOST}
        allowDecimal={false}
        allowNegative={false}
        thousandSeparator=","
        value={count}
        onChange={setCount}
      />
      <MonthInput
        label={t('contracts.count.from')}
        description={t(onPaper ? 'contracts.count.fromPaperHint' : 'contracts.count.fromHint')}
        value={from}
        onChange={setFrom}
      />
      {valid ? <QueryStates query={preview}>{(data) => <Preview preview={data} />}</QueryStates> : null}
      {onPaper ? (
        <>
          <DocumentField contractorId={contract.contractorId} value={documentId} onChange={setDocument} />
          <NoteField value={note} onChange={setNote} />
        </>
      ) : null}
    </FormModal>
  );
}

function Preview({ preview }: { preview: Output<'previewCountChange'> }) {
  const { t } = useTranslation();
  return (
    <Alert color="blue" icon={<IconInfoCircle aria-hidden />} title={t('contracts.count.preview')}>
      <Text size="sm" fw={650}>
        <Month of={preview.from} />
        {t('contracts.fromThen')} {t('contracts.devices', { count: preview.deviceCount })}
      </Text>
      <Text size="sm" my={6}>
        {t('contracts.monthly')}: <Yen amount={preview.monthlyBefore} unknown={t('contracts.unknownAmount')} /> →{' '}
        <Yen amount={preview.monthlyAfter} unknown={t('contracts.unknownAmount')} />
      </Text>
      <Because reasons={preview.because} />
    </Alert>
  );
}
