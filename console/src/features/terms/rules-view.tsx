import { Group, List, Text } from '@mantine/core';
import type { TermsRevision } from '@tsukasa/api';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Clause } from '../../shared/because.tsx';
import { DataTable } from '../../shared/data-table.tsx';
import { Day } from '../../shared/day.tsx';
import { Section } from '../../shared/page.tsx';
import { Yen } from '../../shared/yen.tsx';
import { useNames } from '../contracts/names.ts';

type Rules = TermsRevision['rules'];
type Fee = Rules['fees'][number];
type Transition = TermsRevision['transitions'][number];

/** The numbers and switches of one version of the terms, each with its clause. */
export function RulesView({ rules, transitions }: { rules: Rules; transitions: readonly Transition[] }) {
  const { t } = useTranslation();
  const names = useNames();
  const pairs = (list: Rules['linkedEndings']) =>
    list.length === 0
      ? t('common.none')
      : list.map((one) => `${names.kind(one.kind)} – ${names.subject(one.option)}`).join(t('common.listJoint'));
  return (
    <>
      <Section title={t('terms.rules')}>
        <dl className="facts">
          <Rule label={t('terms.rule.noticeDays')} clause="art-10-1">
            {t('terms.days', { count: rules.noticeDays })}
          </Rule>
          <Rule label={t('terms.rule.oneContractPerKind')} clause="art-5">
            {rules.oneContractPerKind ? t('common.yes') : t('common.no')}
          </Rule>
          <Rule label={t('terms.rule.onlyTogether')} clause="art-8-4">
            {pairs(rules.onlyTogether)}
          </Rule>
          <Rule label={t('terms.rule.linkedEndings')} clause="art-10-2">
            {pairs(rules.linkedEndings)}
          </Rule>
          <Rule label={t('terms.rule.countChanges')} clause="art-8-5">
            {rules.countChanges.map(names.subject).join(t('common.listJoint')) || t('common.none')}
          </Rule>
        </dl>
      </Section>
      <Section title={t('terms.fees')} padding={0}>
        <FeeTable fees={rules.fees} />
      </Section>
      <Section title={t('terms.transitions')}>
        {transitions.length === 0 ? (
          <Text size="sm" c="dimmed">
            {t('terms.noTransitions')}
          </Text>
        ) : (
          <List size="sm" spacing="xs">
            {transitions.map((one, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rules are told apart by their place only
              <List.Item key={i}>
                <TransitionText transition={one} />
              </List.Item>
            ))}
          </List>
        )}
      </Section>
    </>
  );
}

function Rule({ label, clause, children }: { label: string; clause: string; children: ReactNode }) {
  return (
    <>
      <dt>{label}</dt>
      <dd>
        <Group gap="sm">{children}</Group>
        <Clause clause={clause} />
      </dd>
    </>
  );
}

export function PriceText({ price }: { price: Fee['initial'] }) {
  const { t } = useTranslation();
  return price.type === 'quoted' ? (
    t('terms.quoted')
  ) : (
    <>
      <Yen amount={price.amount} /> {t(`contracts.per.${price.per}`)}
    </>
  );
}

function FeeTable({ fees }: { fees: readonly Fee[] }) {
  const { t } = useTranslation();
  const names = useNames();
  return (
    <DataTable
      label={t('terms.fees')}
      rows={fees}
      rowKey={(fee) => `${fee.subject} ${fee.kind ?? ''}`}
      columns={[
        { key: 'subject', header: t('contracts.subject'), cell: (fee) => names.subject(fee.subject) },
        {
          key: 'kind',
          header: t('contracts.kindLabel'),
          cell: (fee) => (fee.kind === undefined ? t('common.all') : names.kind(fee.kind)),
        },
        { key: 'initial', header: t('contracts.fee.initial'), cell: (fee) => <PriceText price={fee.initial} /> },
        { key: 'monthly', header: t('contracts.fee.monthly'), cell: (fee) => <PriceText price={fee.monthly} /> },
      ]}
    />
  );
}

function TransitionText({ transition }: { transition: Transition }) {
  const { t } = useTranslation();
  const names = useNames();
  const subject =
    transition.type === 'renamed'
      ? names.item(transition.item)
      : 'item' in transition.subject
        ? names.item(transition.subject.item)
        : names.subject(transition.subject.option);
  return (
    <>
      {subject}: {t('terms.madeUntil')} <Day on={transition.madeUntil} /> →{' '}
      {transition.type === 'renamed' ? (
        t('terms.continuesAs', { item: names.item(transition.to) })
      ) : (
        <>
          {t('terms.previousUntil')} <Day on={transition.until} />
        </>
      )}{' '}
      <Clause clause={transition.clause} />
    </>
  );
}
