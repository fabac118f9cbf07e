import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Day, Month } from '../../shared/day.tsx';
import { formatNumber, useLanguage } from '../../shared/format.ts';
import { Yen } from '../../shared/yen.tsx';
import {
  type Body,
  correctionOf,
  FACT_TYPES,
  type Field,
  fieldsOf,
  linesOf,
  requestsOf,
  textsOf,
} from './fact-fields.ts';
import { useNames } from './names.ts';

/** Names the type of an entry. */
export function useFactTitle(): (type: string) => string {
  const { t } = useTranslation();
  return (type) => {
    const known = FACT_TYPES.find((one) => one === type);
    if (known !== undefined) return t(`contracts.fact.${known}`);
    return type === 'corrected' ? t('contracts.fact.corrected') : type;
  };
}

/** What an entry says, as a list of its values. */
type SummaryProps = {
  readonly type: string;
  readonly body: Body;
  /** The entry in which each application was made, so that answers name it and not its id. */
  readonly applications?: ReadonlyMap<string, number>;
};
export function FactSummary({ type, body, applications = NO_APPLICATIONS }: SummaryProps) {
  const { t } = useTranslation();
  const made = type === 'applied' || type === 'change_applied';
  const fields = fieldsOf(type).filter(
    ({ name }) => body[name] !== undefined && body[name] !== null && !(made && name === 'application'),
  );
  if (type === 'corrected') return <Correction body={body} />;
  if (fields.length === 0) return null;
  return (
    <dl className="facts fact">
      {fields.map((one) => (
        <FactRow key={one.name} label={t(`contracts.factField.${fieldKey(one.name)}`)}>
          <FactValue field={answered(one, body, applications)} value={applicationEntry(one, body, applications)} />
        </FactRow>
      ))}
    </dl>
  );
}
const NO_APPLICATIONS: ReadonlyMap<string, number> = new Map();

/** The entry of the application that a value names; otherwise the value as it is. */
function applicationEntry(field: Field, body: Body, applications: ReadonlyMap<string, number>): unknown {
  const value = body[field.name];
  return field.name === 'application' ? (applications.get(String(value)) ?? value) : value;
}
const answered = (field: Field, body: Body, applications: ReadonlyMap<string, number>): Field =>
  typeof applicationEntry(field, body, applications) === 'number' && field.name === 'application'
    ? { ...field, kind: 'entry' }
    : field;

const FIELD_NAMES = [
  'application',
  'item',
  'kind',
  'requests',
  'startOn',
  'lines',
  'from',
  'validUntil',
  'reason',
  'clause',
  'document',
  'version',
  'sha256',
  'subjects',
  'subject',
  'deviceCount',
  'asked',
  'designatedOn',
  'notice',
  'amount',
  'cause',
] as const;
/** The name of a field among those that have words. */
export function fieldKey(name: string): (typeof FIELD_NAMES)[number] {
  const known = FIELD_NAMES.find((one) => one === name);
  if (known === undefined) throw new Error(`the field ${name} has no words`);
  return known;
}

function FactRow({ label, children }: { label: string; children: ReactNode }) {
  return (
    <>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </>
  );
}

function FactValue({ field, value }: { field: Field; value: unknown }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const names = useNames();
  switch (field.kind) {
    case 'day':
      return <Day on={String(value)} />;
    case 'month':
      return <Month of={String(value)} />;
    case 'yen':
      return <Yen amount={Number(value)} />;
    case 'count':
      return t('contracts.devices', { count: Number(value) });
    case 'entry':
      return t('contracts.entry', { seq: Number(value) });
    case 'item':
      return names.item(String(value));
    case 'kind':
      return names.kind(String(value));
    case 'subject':
      return names.subject(String(value));
    case 'subjects':
      return textsOf(value).map(names.subject).join(t('common.listJoint'));
    case 'requests':
      return requestsOf(value).map((one) => (
        <span key={one.subject} style={{ display: 'block' }}>
          {names.subject(one.subject)}
          {one.deviceCount === undefined ? '' : ` ${t('contracts.devices', { count: one.deviceCount })}`}
        </span>
      ));
    case 'lines':
      return linesOf(value).map((one) => (
        <span key={`${one.subject} ${one.fee} ${one.os ?? ''}`} style={{ display: 'block' }}>
          {names.subject(one.subject)} {t(`contracts.fee.${one.fee}`)} {one.os ?? ''} <Yen amount={one.amount} />{' '}
          {t(`contracts.per.${one.per}`)}
          {one.deviceCount === undefined ? '' : ` × ${formatNumber(one.deviceCount, language)}`}
        </span>
      ));
    case 'licence':
    case 'text':
      return <span style={{ overflowWrap: 'anywhere' }}>{String(value)}</span>;
    default:
      return field.kind satisfies never;
  }
}

function Correction({ body }: { body: Body }) {
  const { t } = useTranslation();
  const title = useFactTitle();
  const by = correctionOf(body);
  const seq = Number(body['corrects'] ?? 0);
  return (
    <>
      <Text size="sm">
        {by === undefined ? t('contracts.correction.takenOut', { seq }) : t('contracts.correction.replaced', { seq })}
      </Text>
      <dl className="facts fact">
        <FactRow label={t('contracts.factField.reason')}>{String(body['reason'] ?? '')}</FactRow>
        {by === undefined ? null : (
          <FactRow label={title(by.type)}>
            <Day on={by.on} />
          </FactRow>
        )}
      </dl>
      {by === undefined ? null : <FactSummary type={by.type} body={by.body} />}
    </>
  );
}
