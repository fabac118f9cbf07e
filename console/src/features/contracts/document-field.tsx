import { Group, Input, Loader, Text, Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { oneOf } from '../../app/search.ts';
import { formatBytes, useLanguage } from '../../shared/format.ts';
import { ProblemAlert } from '../../shared/problem-alert.tsx';
import { base64Of, MAX_DOCUMENT_BYTES, MEDIA_TYPES } from './documents.ts';

type Props = { contractorId: string; value: string | undefined; onChange: (documentId: string | undefined) => void };

/** Attaches a scanned form: kept at once, and named by what is recorded next. */
export function DocumentField({ contractorId, value, onChange }: Props) {
  const { t } = useTranslation();
  const language = useLanguage();
  const id = useId();
  const [wrong, setWrong] = useState<string>();
  const keep = useMutation({
    mutationFn: async (file: File) => {
      const mediaType = oneOf(file.type, MEDIA_TYPES) ?? 'application/pdf';
      const body = { name: file.name, mediaType, content: await base64Of(file) };
      return call('addContractDocument', { params: { contractorId }, body });
    },
    onSuccess: (stored) => onChange(stored.documentId),
  });
  const choose = (file: File | undefined) => {
    onChange(undefined);
    keep.reset();
    setWrong(undefined);
    if (file === undefined) return;
    if (oneOf(file.type, MEDIA_TYPES) === undefined) setWrong(t('contracts.documentType'));
    else if (file.size > MAX_DOCUMENT_BYTES) setWrong(t('contracts.documentSize'));
    else keep.mutate(file);
  };
  return (
    <Input.Wrapper id={id} label={t('contracts.scan')} description={t('contracts.scanHint')} error={wrong}>
      <input
        id={id}
        type="file"
        accept={MEDIA_TYPES.join(',')}
        style={{ display: 'block', marginTop: 6, maxWidth: '100%' }}
        onChange={(event) => choose(event.currentTarget.files?.[0])}
      />
      {keep.isPending ? <Loader size="xs" mt={4} /> : null}
      {value !== undefined && keep.data !== undefined ? (
        <Group gap={6} mt={4}>
          <Text size="xs" c="dimmed">
            {t('contracts.kept')} {formatBytes(keep.data.size, language)}
          </Text>
        </Group>
      ) : null}
      <ProblemAlert error={keep.error} />
    </Input.Wrapper>
  );
}

/** What somebody should know later about what is recorded. */
export function NoteField({ value, onChange }: { value: string; onChange: (note: string) => void }) {
  const { t } = useTranslation();
  return (
    <Textarea
      label={t('contracts.note')}
      maxLength={2000}
      autosize
      minRows={2}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
