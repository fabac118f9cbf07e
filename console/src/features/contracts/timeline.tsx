import { Anchor, Badge, Button, Group, Text } from '@mantine/core';
import type { ContractFact } from '@tsukasa/api';
import { useTranslation } from 'react-i18next';
import { Day } from '../../shared/day.tsx';
import { Section } from '../../shared/page.tsx';
import { Time } from '../../shared/time.tsx';
import { DocumentLink } from './document-link.tsx';
import { FactSummary, useFactTitle } from './fact-summary.tsx';

type Props = {
  readonly contractorId: string;
  readonly facts: readonly ContractFact[];
  /** Entries recorded for a later day than this one are marked. */
  readonly on: string;
  readonly documents: boolean;
  readonly onCorrect: ((fact: ContractFact) => void) | undefined;
  readonly onWithdraw: ((fact: ContractFact) => void) | undefined;
};

/** The history of a contract, in the order of its recording: what every state follows from. Nothing ever leaves it. */
export function Timeline({ contractorId, facts, on, documents, onCorrect, onWithdraw }: Props) {
  const { t } = useTranslation();
  const title = useFactTitle();
  const withdrawn = new Set(
    facts.filter((one) => one.type === 'notice_withdrawn').map((one) => Number(one.body['notice'])),
  );
  const applications = new Map(
    facts
      .filter((one) => one.type === 'applied' || one.type === 'change_applied')
      .map((one) => [String(one.body['application']), one.seq]),
  );
  return (
    <Section title={t('contracts.history')}>
      <Text size="sm" c="dimmed" mb="sm">
        {t('contracts.historyText')}
      </Text>
      <ol className="timeline" aria-label={t('contracts.history')}>
        {facts.map((fact) => (
          <li key={fact.seq} id={`entry-${fact.seq}`} tabIndex={-1} data-later={fact.on > on ? 'true' : undefined}>
            <Group gap="xs" align="baseline">
              <Text size="xs" c="dimmed" className="tabular">
                {t('contracts.entry', { seq: fact.seq })}
              </Text>
              <Text size="sm" fw={600} td={fact.corrected ? 'line-through' : undefined}>
                {title(fact.type)}
              </Text>
              <Text size="sm">
                <Day on={fact.on} />
              </Text>
              {fact.corrected ? (
                <Badge color="gray" variant="outline">
                  {t('contracts.correctedBadge')}
                </Badge>
              ) : null}
              {fact.on > on ? (
                <Badge color="gray" variant="outline">
                  {t('contracts.later')}
                </Badge>
              ) : null}
            </Group>
            <FactSummary type={fact.type} body={fact.body} applications={applications} />
            {fact.note === '' ? null : (
              <Text size="sm" mt={4} style={{ whiteSpace: 'pre-line' }}>
                {fact.note}
              </Text>
            )}
            <Text size="xs" c="dimmed" mt={4}>
              {t('contracts.recordedBy', { name: fact.recordedBy.name })} · <Time at={fact.recordedAt} />
            </Text>
            <Group gap="xs" mt={4}>
              {documents && fact.documentId !== null ? (
                <DocumentLink
                  contractorId={contractorId}
                  documentId={fact.documentId}
                  of={t('contracts.entry', { seq: fact.seq })}
                />
              ) : null}
              {onCorrect === undefined || fact.corrected || fact.type === 'corrected' ? null : (
                <Button
                  size="compact-xs"
                  variant="default"
                  aria-label={`${t('contracts.correct')}: ${t('contracts.entry', { seq: fact.seq })}`}
                  onClick={() => onCorrect(fact)}
                >
                  {t('contracts.correct')}
                </Button>
              )}
              {onWithdraw === undefined ||
              fact.type !== 'notice_arrived' ||
              fact.corrected ||
              withdrawn.has(fact.seq) ? null : (
                <Button
                  size="compact-xs"
                  variant="default"
                  aria-label={`${t('contracts.withdrawNotice')}: ${t('contracts.entry', { seq: fact.seq })}`}
                  onClick={() => onWithdraw(fact)}
                >
                  {t('contracts.withdrawNotice')}
                </Button>
              )}
            </Group>
          </li>
        ))}
      </ol>
    </Section>
  );
}

/** Leads from a reason to the entry that caused it. */
export function EntryLink({ seq }: { seq: number }) {
  const { t } = useTranslation();
  return (
    <Anchor
      size="xs"
      mr={6}
      href={`#entry-${seq}`}
      onClick={(event) => {
        event.preventDefault();
        const entry = document.getElementById(`entry-${seq}`);
        entry?.scrollIntoView({ block: 'center' });
        entry?.focus({ preventScroll: true });
      }}
    >
      {t('contracts.entry', { seq })}
    </Anchor>
  );
}
