import { Alert, NumberInput, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconInfoCircle } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import type { Contract, SubjectState } from '@tsukasa/api';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, type Output } from '../../app/api.ts';
import { Because } from '../../shared/because.tsx';
import { Month, MonthInput } from '../../shared/day.tsx';
import { FormModal } from '../../shared/form-modal.tsx';
import { QueryStates } from '../../shared/query-states.tsx';
import { Yen } from '../../shared/yen.tsx';
import { useNames } from './names.ts';
import { useRefreshContracts } from './refresh.ts';

const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;
const MOST = 1_000_000;

/** Asks for another number of devices; shows from which month it counts and what it costs. */
export function CountForm({
  contract,
  option,
  onClose,
}: {
  contract: Contract;
  option: SubjectState;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const names = useNames();
  const refresh = useRefreshContracts();
  const [count, setCount] = useState<number | string>(
    option.comingCounts.at(-1)?.deviceCount ?? option.deviceCount ?? 1,
  );
  const [from, setFrom] = useState('');
  const valid = typeof count === 'number' && Number.isInteger(count) && count >= 1 && count <= MOST;
  const params = { contractorId: contract.contractorId, contractId: contract.contractId };
  const body = { subject: option.subject, deviceCount: Number(count), from: MONTH.test(from) ? from : undefined };
  const [asked] = useDebouncedValue(JSON.stringify(body), 300);
  const preview = useQuery({
    queryKey: ['contracts', params.contractorId, 'count', params.contractId, asked],
    queryFn: () => call('previewCountChange', { params, body }),
    enabled: valid && asked === JSON.stringify(body),
    retry: false,
  });
  const change = useMutation({
    mutationFn: () => call('requestCountChange', { params, body }),
    onSuccess: async () => {
      await refresh();
      onClose();
    },
  });
  return (
    <FormModal
      title={`${t('contracts.count.title')}: ${names.subject(option.subject)}`}
      submit={t('contracts.count.submit')}
      busy={change.isPending}
      ready={valid && preview.data !== undefined}
      error={change.error}
      onSubmit={() => change.mutate()}
      onClose={onClose}
    >
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
        description={t('contracts.count.fromHint')}
        value={from}
        onChange={setFrom}
      />
      {valid ? <QueryStates query={preview}>{(data) => <Preview preview={data} />}</QueryStates> : null}
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
