import { Box, Button, Loader, Stack, Text, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconChevronDown, IconQuestionMark, IconScale } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { Reason } from '@tsukasa/api';
import { type ReactNode, useId } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../app/api.ts';
import { useLanguage } from './format.ts';

/** The terms in their original wording; they are the same until somebody publishes others. */
export function useClauses() {
  return useQuery({ queryKey: ['clauses'], queryFn: () => call('listClauses'), staleTime: 10 * 60_000 });
}

/** Why something is so: every step in words, and behind each the clause in its original wording. */
export function Because({ reasons, onFact }: { reasons: readonly Reason[]; onFact?: (seq: number) => ReactNode }) {
  const { t } = useTranslation();
  if (reasons.length === 0) return null;
  return (
    <Stack component="ul" gap={6} m={0} p={0} className="because" aria-label={t('contracts.because')}>
      {reasons.map((reason, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the steps of an explanation have no identity and never move
        <Box component="li" key={i}>
          <Text component="span" size="sm" mr={6}>
            {reason.text}
          </Text>
          {reason.seq === null || onFact === undefined ? null : onFact(reason.seq)}
          {reason.clause === null ? null : <Clause clause={reason.clause} />}
        </Box>
      ))}
    </Stack>
  );
}

/** The same behind a button, where it would be too much to read at once. */
export function Why({ reasons, label }: { reasons: readonly Reason[]; label?: string }) {
  const { t } = useTranslation();
  const [opened, { toggle }] = useDisclosure(false);
  const id = useId();
  if (reasons.length === 0) return null;
  return (
    <Box mt={2}>
      <Button
        variant="subtle"
        size="compact-xs"
        px={4}
        leftSection={<IconQuestionMark size={12} aria-hidden />}
        aria-expanded={opened}
        aria-controls={id}
        onClick={toggle}
        {...(label === undefined ? {} : { 'aria-label': `${t('contracts.why')} ${label}` })}
      >
        {t('contracts.why')}
      </Button>
      <Box id={id} hidden={!opened} mt={4}>
        {opened ? <Because reasons={reasons} /> : null}
      </Box>
    </Box>
  );
}

/** A clause by its name, with one press in its own words: Japanese as it was agreed, under it our translation. */
export function Clause({ clause }: { clause: string }) {
  const language = useLanguage();
  const [opened, { toggle }] = useDisclosure(false);
  const id = useId();
  const known = useClauses().data?.items.find((one) => one.clause === clause);
  return (
    <>
      <UnstyledButton className="clause-link" aria-expanded={opened} aria-controls={id} onClick={toggle}>
        <IconScale size={13} aria-hidden />
        {known?.heading[language] ?? clause}
        <IconChevronDown size={13} aria-hidden style={opened ? { transform: 'rotate(180deg)' } : {}} />
      </UnstyledButton>
      <Box id={id} hidden={!opened}>
        {opened ? <Wording clause={clause} /> : null}
      </Box>
    </>
  );
}

function Wording({ clause }: { clause: string }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const clauses = useClauses();
  const known = clauses.data?.items.find((one) => one.clause === clause);
  if (clauses.data === undefined && clauses.error === null) return <Loader size="xs" type="dots" />;
  if (known === undefined) return <Text size="sm">{t('contracts.clauseUnknown', { clause })}</Text>;
  return (
    <Box component="blockquote" className="clause" m={0}>
      {language === 'ja' ? null : (
        <>
          <Text size="xs" c="dimmed">
            {t('contracts.translation')}
          </Text>
          <Text size="sm" mb="xs" style={{ whiteSpace: 'pre-line' }}>
            {known.text.en}
          </Text>
          <Text size="xs" c="dimmed">
            {t('contracts.original')}
          </Text>
        </>
      )}
      <Text size="sm" lang="ja" style={{ whiteSpace: 'pre-line' }}>
        {known.text.ja}
      </Text>
    </Box>
  );
}
