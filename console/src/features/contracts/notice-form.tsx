import { Alert, Checkbox, Select, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import type { Contract } from '@tsukasa/api';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, type Output } from '../../app/api.ts';
import { Because } from '../../shared/because.tsx';
import { Day, DayInput, Month, todayInJapan } from '../../shared/day.tsx';
import { FormModal } from '../../shared/form-modal.tsx';
import { QueryStates } from '../../shared/query-states.tsx';
import { DocumentField, NoteField } from './document-field.tsx';
import { SERVICE, useNames } from './names.ts';
import { useRefreshContracts } from './refresh.ts';

type Preview = Output<'previewNotice'>;
type Props = { contract: Contract; subject: string; onClose: () => void };
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** The contractor gives notice: first what it would end, when and why, then the notice itself. It arrives today. */
export function NoticeForm({ contract, subject: chosen, onClose }: Props) {
  const { t } = useTranslation();
  const refresh = useRefreshContracts();
  const [subject, setSubject] = useState(chosen);
  const [designatedOn, setDesignated] = useState('');
  const [understood, setUnderstood] = useState(false);
  const params = { contractorId: contract.contractorId, contractId: contract.contractId };
  const body = { subject, designatedOn: DAY.test(designatedOn) ? designatedOn : undefined };
  const preview = useQuery({
    queryKey: ['contracts', params.contractorId, 'notice', params.contractId, body],
    queryFn: () => call('previewNotice', { params, body }),
    retry: false,
  });
  const give = useMutation({
    mutationFn: () => call('giveNotice', { params, body }),
    onSuccess: async () => {
      await refresh();
      onClose();
    },
  });
  return (
    <FormModal
      title={t('contracts.notice.title')}
      submit={t('contracts.notice.give')}
      size="lg"
      danger
      busy={give.isPending}
      ready={understood && preview.data !== undefined && !preview.isFetching}
      error={give.error}
      onSubmit={() => give.mutate()}
      onClose={onClose}
    >
      <SubjectSelect contract={contract} value={subject} onChange={setSubject} />
      <DayInput
        label={t('contracts.notice.designated')}
        description={t('contracts.notice.designatedHint')}
        value={designatedOn}
        onChange={setDesignated}
      />
      <QueryStates query={preview}>{(data) => <Endings preview={data} />}</QueryStates>
      <Checkbox
        label={t('contracts.notice.understood')}
        checked={understood}
        onChange={(event) => setUnderstood(event.currentTarget.checked)}
      />
    </FormModal>
  );
}

/** Says what ends on which day, why, what ends with it, and until when it is charged. */
export function Endings({ preview }: { preview: Preview }) {
  const { t } = useTranslation();
  const names = useNames();
  return (
    <Alert color="yellow" icon={<IconAlertTriangle aria-hidden />} title={t('contracts.notice.preview')}>
      <Stack gap="sm">
        <Text size="sm">
          {t('contracts.notice.arrives')}: <Day on={preview.arrivedOn} />
        </Text>
        {preview.endings.map((ending, i) => (
          <div key={ending.subject}>
            <Text size="sm" fw={650} mb={4}>
              {i === 0 ? '' : `${t('contracts.notice.withIt')} `}
              {ending.name === undefined ? names.subject(ending.subject) : <Name name={ending.name} />}{' '}
              {t('contracts.notice.endsOn')} <Day on={ending.effectiveOn} />
            </Text>
            <Because reasons={ending.because} />
          </div>
        ))}
        {preview.lastChargedMonth === null ? null : (
          <Text size="sm">
            {t('contracts.notice.lastMonth')}: <Month of={preview.lastChargedMonth} />
          </Text>
        )}
      </Stack>
    </Alert>
  );
}

function Name({ name }: { name: { ja: string; en: string } }) {
  const { i18n } = useTranslation();
  return <>{i18n.language === 'en' ? name.en : name.ja}</>;
}

type SubjectProps = {
  contract: Contract;
  value: string;
  onChange: (subject: string) => void;
};
/** The service or one of its running options. */
export function SubjectSelect({ contract, value, onChange }: SubjectProps) {
  const { t } = useTranslation();
  const names = useNames();
  const running = contract.options.filter(
    (one) => one.phase === 'in_force' || one.phase === 'accepted' || one.phase === 'ending',
  );
  return (
    <Select
      label={t('contracts.subject')}
      allowDeselect={false}
      data={[SERVICE, ...new Set(running.map((one) => one.subject))].map((id) => ({
        value: id,
        label: names.subject(id),
      }))}
      value={value}
      onChange={(next) => onChange(next ?? SERVICE)}
    />
  );
}

/** The provider records a notice that came on paper, with the day on which it arrived. */
export function RecordNoticeForm({ contract, subject: chosen, onClose }: Props) {
  const { t } = useTranslation();
  const refresh = useRefreshContracts();
  const [subject, setSubject] = useState(chosen);
  const [arrivedOn, setArrived] = useState(todayInJapan());
  const [designatedOn, setDesignated] = useState('');
  const [documentId, setDocument] = useState<string>();
  const [note, setNote] = useState('');
  const params = { contractorId: contract.contractorId, contractId: contract.contractId };
  const body = { subject, arrivedOn, designatedOn: DAY.test(designatedOn) ? designatedOn : undefined };
  const preview = useQuery({
    queryKey: ['contracts', params.contractorId, 'notice on behalf', params.contractId, body],
    queryFn: () => call('previewNoticeOnBehalf', { params, body }),
    enabled: DAY.test(arrivedOn),
    retry: false,
  });
  const record = useMutation({
    mutationFn: () => call('recordNotice', { params, body: { ...body, documentId, note: note.trim() } }),
    onSuccess: async () => {
      await refresh();
      onClose();
    },
  });
  return (
    <FormModal
      title={t('contracts.notice.record')}
      submit={t('contracts.record')}
      size="lg"
      danger
      busy={record.isPending}
      ready={preview.data !== undefined && !preview.isFetching}
      error={record.error}
      onSubmit={() => record.mutate()}
      onClose={onClose}
    >
      <SubjectSelect contract={contract} value={subject} onChange={setSubject} />
      <DayInput label={t('contracts.notice.arrived')} required value={arrivedOn} onChange={setArrived} />
      <DayInput
        label={t('contracts.notice.designated')}
        description={t('contracts.notice.designatedHint')}
        value={designatedOn}
        onChange={setDesignated}
      />
      {DAY.test(arrivedOn) ? <QueryStates query={preview}>{(data) => <Endings preview={data} />}</QueryStates> : null}
      <DocumentField contractorId={contract.contractorId} value={documentId} onChange={setDocument} />
      <NoteField value={note} onChange={setNote} />
    </FormModal>
  );
}
