import { Button, Group, Loader, Modal, Select, Stack, Text, Textarea } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { ACTION_PERMISSIONS, ACTION_TYPES, type ActionType } from '@tsukasa/api';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { isStatus } from '../../app/problem.ts';
import { useCan } from '../../app/session.ts';
import { useCloseLabel } from '../../shared/confirm-danger.tsx';
import { useDialogFocus } from '../../shared/dialog-focus.ts';
import { notify } from '../../shared/notify.ts';
import { ProblemAlert } from '../../shared/problem-alert.tsx';
import { type ActionValues, paramsOf, problemsOf } from '../actions/params.ts';
import { BulkParams } from './bulk-params.tsx';
import { BulkPreview } from './bulk-preview.tsx';
import { requestOf, type Selection } from './selection.ts';

/** What makes no sense for many devices at once: one name for all of them, one command of one platform. */
const SINGLE: ReadonlySet<ActionType> = new Set(['rename', 'raw']);
const REQUIRED: Readonly<Partial<Record<ActionType, readonly string[]>>> = { clear_app_data: ['packageNames'] };

type Props = {
  readonly contractorId: string;
  readonly selection: Selection;
  readonly first: ActionType | undefined;
  readonly onClose: () => void;
};

/** Says what will happen on which devices, and what cannot and why, before anything is asked. */
export function BulkDialog({ contractorId, selection, first, onClose }: Props) {
  const { t } = useTranslation();
  const can = useCan(contractorId);
  const form = useDialogFocus();
  const [type, setType] = useState<ActionType | undefined>(first);
  const [values, setValues] = useState<ActionValues>({});
  const [reason, setReason] = useState('');
  const preview = usePreview(contractorId, selection, type, values);
  const data = preview.data?.type === type ? preview.data : undefined;
  const ask = useAsk(contractorId, selection, () => void preview.refetch());
  const wrong = problemsOf(values, type === undefined ? [] : (REQUIRED[type] ?? []));
  const settled = data !== undefined && preview.current && !preview.isFetching && !preview.isError && wrong.size === 0;
  const ready = settled && data.permitted && data.possible > 0 && (!data.needsReason || reason.trim() !== '');
  const types = ACTION_TYPES.filter((one) => !SINGLE.has(one) && can(ACTION_PERMISSIONS[one]));
  return (
    <Modal opened onClose={onClose} size="xl" title={t('bulk.dialog')} closeButtonProps={useCloseLabel()}>
      <form
        ref={form}
        onSubmit={(event) => {
          event.preventDefault();
          if (!ready || type === undefined || ask.isPending) return;
          ask.mutate({ type, params: paramsOf(values), reason: reason.trim(), expectedPossible: data.possible });
        }}
      >
        <Stack>
          <Select
            label={t('bulk.action')}
            data={types.map((value) => ({ value, label: t(`actionType.${value}`) }))}
            allowDeselect={false}
            value={type ?? null}
            onChange={(value) => {
              setType(types.find((one) => one === value));
              setValues({});
              ask.reset();
            }}
          />
          {type === undefined ? <Text size="sm">{t('bulk.chooseAction')}</Text> : null}
          {preview.isFetching && data === undefined ? <Loader size="sm" type="dots" /> : null}
          {data === undefined ? null : <BulkPreview preview={data} />}
          {data === undefined || data.possible === 0 ? null : (
            <BulkParams preview={data} required={REQUIRED[data.type] ?? []} values={values} onChange={setValues} />
          )}
          {data === undefined || data.possible === 0 ? null : (
            <Textarea
              label={t('common.reason')}
              description={t('common.reasonHint')}
              required={data.needsReason}
              maxLength={1000}
              autosize
              minRows={data.needsReason ? 2 : 1}
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
            />
          )}
          {isStatus(ask.error, 409) ? <Text size="sm">{t('bulk.changed')}</Text> : null}
          <ProblemAlert error={ask.error ?? preview.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t('common.cancel')}
            </Button>
            <Button
              type="submit"
              disabled={!ready}
              loading={ask.isPending}
              color={data?.destructive === true ? 'red.9' : 'ai'}
            >
              {type === undefined || data === undefined
                ? t('bulk.act')
                : `${t(`actionType.${type}`)}: ${t('bulk.ask', { count: data.possible })}`}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function usePreview(contractorId: string, selection: Selection, type: ActionType | undefined, values: ActionValues) {
  const [settled] = useDebouncedValue(values, 400);
  const body = { type: type ?? 'refresh', params: paramsOf(settled), selection: requestOf(selection) };
  const preview = useQuery({
    queryKey: ['bulk-preview', contractorId, body],
    queryFn: ({ signal }) => call('previewBatch', { params: { contractorId }, body, signal }),
    enabled: type !== undefined,
    placeholderData: keepPreviousData,
    staleTime: 0,
    gcTime: 0,
    retry: false,
    refetchOnWindowFocus: false,
  });
  // Between a change and its preview the groups are those of other parameters.
  return { ...preview, current: settled === values };
}

type Asked = { type: ActionType; params: Record<string, unknown>; reason: string; expectedPossible: number };
function useAsk(contractorId: string, selection: Selection, onChanged: () => void) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: ({ reason, ...asked }: Asked) =>
      call('askBatch', {
        params: { contractorId },
        body: { ...asked, selection: requestOf(selection), ...(reason === '' ? {} : { reason }) },
      }),
    onError: (error) => {
      if (isStatus(error, 409)) onChanged();
    },
    onSuccess: async (batch) => {
      notify(t('bulk.asked'));
      client.setQueryData(['batch', contractorId, batch.batchId], batch);
      void client.invalidateQueries({ queryKey: ['batches', contractorId] });
      void client.invalidateQueries({ queryKey: ['pending', contractorId] });
      await navigate({
        to: '/c/$contractorId/bulk-actions/$batchId',
        params: { contractorId, batchId: batch.batchId },
      });
    },
  });
}
