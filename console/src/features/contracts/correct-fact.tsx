import { Box, SegmentedControl, Text, Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { Contract, ContractFact } from '@tsukasa/api';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { Day, DayInput } from '../../shared/day.tsx';
import { FormModal } from '../../shared/form-modal.tsx';
import { completeBody, type DraftBody, draftBody, FactFields } from './fact-editor.tsx';
import { FactSummary, useFactTitle } from './fact-summary.tsx';
import { useRefreshContracts } from './refresh.ts';

type Props = { contract: Contract; fact: ContractFact; onClose: () => void };

/** Corrects an entry by a new one: shows what stands there now, and asks how it is to be read instead. */
export function CorrectFact({ contract, fact, onClose }: Props) {
  const { t } = useTranslation();
  const title = useFactTitle();
  const refresh = useRefreshContracts();
  const [way, setWay] = useState<'replace' | 'take_out'>('replace');
  const [on, setOn] = useState(fact.on);
  const [body, setBody] = useState<DraftBody>(draftBody(fact.body));
  const [reason, setReason] = useState('');
  const complete = completeBody(fact.type, body);
  const by = way === 'take_out' ? null : complete === undefined ? undefined : { on, body: { ...complete } };
  const save = useMutation({
    mutationFn: () =>
      call('correctFact', {
        params: { contractorId: contract.contractorId, contractId: contract.contractId },
        body: { corrects: fact.seq, by: by ?? null, reason: reason.trim() },
      }),
    onSuccess: async () => {
      await refresh();
      onClose();
    },
  });
  return (
    <FormModal
      title={`${t('contracts.correct')}: ${t('contracts.entry', { seq: fact.seq })}`}
      submit={t('contracts.correct')}
      size="lg"
      busy={save.isPending}
      ready={reason.trim() !== '' && by !== undefined && on !== ''}
      error={save.error}
      onSubmit={() => save.mutate()}
      onClose={onClose}
    >
      <Box className="card" p="sm">
        <Text size="xs" c="dimmed">
          {t('contracts.correction.replaces')}
        </Text>
        <Text size="sm" fw={600}>
          {title(fact.type)} <Day on={fact.on} />
        </Text>
        <FactSummary type={fact.type} body={fact.body} />
      </Box>
      <SegmentedControl
        fullWidth
        aria-label={t('contracts.correct')}
        value={way}
        onChange={(next) => setWay(next === 'take_out' ? 'take_out' : 'replace')}
        data={[
          { value: 'replace', label: t('contracts.correction.replace') },
          { value: 'take_out', label: t('contracts.correction.takeOut') },
        ]}
      />
      {way === 'replace' ? (
        <>
          <DayInput label={t('contracts.day')} required value={on} onChange={setOn} />
          <FactFields type={fact.type} body={body} onChange={setBody} />
        </>
      ) : null}
      <Textarea
        label={t('common.reason')}
        description={t('contracts.correction.hint')}
        required
        maxLength={2000}
        autosize
        minRows={2}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
    </FormModal>
  );
}
