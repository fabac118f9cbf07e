import { Anchor, Box } from '@mantine/core';
import { IconFileText } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { ProblemAlert } from '../../shared/problem-alert.tsx';
import { downloadDocument } from './documents.ts';

type Props = {
  readonly contractorId: string;
  readonly documentId: string;
  /** What the form belongs to: it names the link and the file. */
  readonly of: string;
};
/** Saves a scanned form; says why when that fails. */
export function DocumentLink({ contractorId, documentId, of }: Props) {
  const { t } = useTranslation();
  const save = useMutation({
    mutationFn: () => downloadDocument(contractorId, documentId, `${t('contracts.scan')} ${of}`),
  });
  return (
    <>
      <Anchor
        component="button"
        type="button"
        size="sm"
        aria-label={`${t('contracts.document')}: ${of}`}
        onClick={() => save.mutate()}
      >
        <Box component="span" style={{ display: 'inline-flex', gap: 4, alignItems: 'center' }}>
          <IconFileText size={14} aria-hidden />
          {t('contracts.document')}
        </Box>
      </Anchor>
      <ProblemAlert error={save.error} />
    </>
  );
}
