import { Alert, Badge, Box, Button, Group, Modal, Select, Stack, Text, Textarea, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconAlertTriangle, IconBan, IconUserCheck } from '@tabler/icons-react';
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import type { ActionAssessment } from '@tsukasa/api';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { useNoteText } from '../../shared/codes.ts';
import { useCloseLabel } from '../../shared/confirm-danger.tsx';
import { useDialogFocus } from '../../shared/dialog-focus.ts';
import { useDuration } from '../../shared/format.ts';
import { Notes } from '../../shared/notes.tsx';
import { notify } from '../../shared/notify.ts';
import { ProblemAlert } from '../../shared/problem-alert.tsx';
import type { DevicePart } from '../device/observed.tsx';
import { deviceName } from '../devices/cells.tsx';
import { ParamFields } from './param-fields.tsx';
import { type ActionValues, paramsOf, problemsOf } from './params.ts';

const EXPIRIES = ['PT10M', 'PT1H', 'P1D', 'P7D', 'P30D'];
type Props = DevicePart & {
  readonly assessment: ActionAssessment;
  readonly onClose: () => void;
  readonly onAsked: () => void;
};

/** Says what the action will really do on this device before it can be asked; the preview follows the form. */
export function AskAction({ assessment, device, contractorId, onClose, onAsked }: Props) {
  const { t } = useTranslation();
  const duration = useDuration();
  const form = useDialogFocus();
  const [values, setValues] = useState<ActionValues>({});
  const [reason, setReason] = useState('');
  const [expiresIn, setExpiresIn] = useState<string | null>(null);
  const preview = usePreview({ assessment, device, contractorId }, values);
  const shown = preview.data ?? assessment;
  // What is said must be what is asked: nothing is confirmed while the words are those of other parameters.
  const wrong = problemsOf(values, shown.requiredOptions);
  const ready =
    preview.current &&
    shown.possible &&
    !preview.isError &&
    wrong.size === 0 &&
    (!shown.needsReason || reason.trim() !== '');
  const ask = useMutation({
    mutationFn: () =>
      call('askAction', {
        params: { contractorId, deviceId: device.deviceId },
        body: {
          type: assessment.type,
          params: paramsOf(values),
          ...(reason.trim() === '' ? {} : { reason: reason.trim() }),
          ...(expiresIn === null ? {} : { expiresIn }),
        },
      }),
    onSuccess: () => {
      notify(t('actions.asked'));
      onAsked();
      onClose();
    },
  });
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      closeButtonProps={useCloseLabel()}
      title={`${t(`actionType.${assessment.type}`)} – ${deviceName(device, t('devices.unnamed'))}`}
    >
      <form
        ref={form}
        onSubmit={(event) => {
          event.preventDefault();
          if (ready && !ask.isPending) ask.mutate();
        }}
      >
        <Stack>
          <Consequences assessment={shown} />
          <ParamFields
            type={assessment.type}
            options={shown.options}
            required={shown.requiredOptions}
            values={values}
            device={{ contractorId, deviceId: device.deviceId }}
            wipeMethods={methodsIn(shown)}
            onChange={setValues}
          />
          <Textarea
            label={t('common.reason')}
            description={t('common.reasonHint')}
            required={shown.needsReason}
            maxLength={1000}
            autosize
            minRows={shown.needsReason ? 2 : 1}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <Select
            label={t('actions.expiresIn')}
            description={t('actions.expiresInHint')}
            placeholder={t('actions.expiresDefault', { duration: duration(shown.defaultExpiresIn) })}
            clearable
            data={EXPIRIES.map((value) => ({ value, label: duration(value) }))}
            value={expiresIn}
            onChange={setExpiresIn}
          />
          <ProblemAlert error={ask.error ?? preview.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t('common.cancel')}
            </Button>
            <Button type="submit" disabled={!ready} loading={ask.isPending} color={shown.destructive ? 'red.9' : 'ai'}>
              {t(`actionType.${assessment.type}`)}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

/** The ways of wiping that an assessment names as this device's own. */
function methodsIn({ effects }: ActionAssessment): readonly unknown[] | undefined {
  const methods = effects.map(({ params }) => params?.['methods']).find((value) => Array.isArray(value));
  return Array.isArray(methods) ? methods : undefined;
}

/** Asks the server what these parameters change; before any are given the assessment says it all. */
function usePreview(
  { assessment, device, contractorId }: Pick<Props, 'assessment' | 'device' | 'contractorId'>,
  values: ActionValues,
) {
  const [settled] = useDebouncedValue(values, 400);
  const params = paramsOf(settled);
  const complete = problemsOf(settled, assessment.requiredOptions).size === 0;
  const enabled = complete && Object.keys(params).length > 0;
  const { data, isError, isFetching, error } = useQuery({
    queryKey: ['preview', contractorId, device.deviceId, assessment.type, params],
    queryFn: () =>
      call('previewAction', {
        params: { contractorId, deviceId: device.deviceId },
        body: { type: assessment.type, params },
      }),
    enabled,
    placeholderData: keepPreviousData,
    retry: false,
  });
  return {
    data: enabled ? data : undefined,
    isError: enabled && isError,
    error,
    current: settled === values && !isFetching,
  };
}

export function Consequences({ assessment }: { assessment: ActionAssessment }) {
  const { t } = useTranslation();
  const noteText = useNoteText();
  return (
    <Stack gap="sm" aria-live="polite">
      {assessment.possible ? null : (
        <Alert color="red" icon={<IconBan aria-hidden />} title={t('actions.refused')}>
          {assessment.refusal === null ? null : noteText(assessment.refusal)}
        </Alert>
      )}
      {assessment.possible ? (
        <Box>
          <Group gap="xs" mb={4}>
            <Title order={3} size="h6">
              {t('actions.willDo')}
            </Title>
            {assessment.destructive ? <Badge color="red.9">{t('actions.destructive')}</Badge> : null}
            {assessment.urgent ? <Badge variant="light">{t('actions.urgent')}</Badge> : null}
          </Group>
          {assessment.effects.length === 0 ? (
            <Text size="sm">{t('actions.noEffects')}</Text>
          ) : (
            <Notes notes={assessment.effects} />
          )}
        </Box>
      ) : null}
      {assessment.possible && assessment.needsSecondPerson ? (
        <Alert variant="light" icon={<IconUserCheck aria-hidden />} title={t('bulk.secondPerson')}>
          {t('bulk.secondPersonText')}
        </Alert>
      ) : null}
      {assessment.warnings.length === 0 ? null : (
        <Alert variant="light" color="yellow" icon={<IconAlertTriangle aria-hidden />} title={t('actions.beware')}>
          <Notes notes={assessment.warnings} />
        </Alert>
      )}
    </Stack>
  );
}
