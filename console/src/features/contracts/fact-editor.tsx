import { ActionIcon, Button, Group, MultiSelect, NumberInput, Select, Stack, Text, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { licenceHash } from '@tsukasa/terms';
import { useTranslation } from 'react-i18next';
import { DayInput, MonthInput } from '../../shared/day.tsx';
import { useLanguage } from '../../shared/format.ts';
import { type Body, type Field, fieldsOf, linesOf, type Request, requestsOf, textsOf } from './fact-fields.ts';
import { fieldKey } from './fact-summary.tsx';
import { SERVICE, useCatalogue, useNames } from './names.ts';
import { completeLines, type DraftLine, draftLine, QuoteLines } from './quote-lines.tsx';

/** The values of an entry while it is being written; lines of a quote are drafts until they are complete. */
export type DraftBody = Readonly<Record<string, unknown>> & { readonly lines?: readonly DraftLine[] };

export function draftBody(body: Body): DraftBody {
  const { lines, ...rest } = body;
  return lines === undefined ? rest : { ...rest, lines: linesOf(lines).map((line) => draftLine(line)) };
}

/** The body as the API takes it; `undefined` while something that is needed is missing. */
export function completeBody(type: string, draft: DraftBody): Body | undefined {
  const body: Record<string, unknown> = { type };
  for (const { name, kind, optional } of fieldsOf(type)) {
    const value = kind === 'lines' ? completeLines(draft.lines ?? []) : draft[name];
    const empty = value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
    if (empty && optional !== true) return undefined;
    if (!empty) body[name] = value;
  }
  return body;
}

type Props = { type: string; body: DraftBody; onChange: (body: DraftBody) => void };
/** The fields of an entry of the history, by its type. */
export function FactFields({ type, body, onChange }: Props) {
  return (
    <Stack gap="sm">
      {fieldsOf(type).map((field) => (
        <FactField
          key={field.name}
          field={field}
          body={body}
          onChange={(value) => onChange({ ...body, [field.name]: value })}
          onBody={onChange}
        />
      ))}
    </Stack>
  );
}

type FieldProps = {
  readonly field: Field;
  readonly body: DraftBody;
  readonly onChange: (value: unknown) => void;
  /** For what fills several fields at once. */
  readonly onBody: (body: DraftBody) => void;
};
function FactField({ field, body, onChange, onBody }: FieldProps) {
  const { t } = useTranslation();
  const names = useNames();
  const content = useCatalogue().data?.content;
  const label = t(`contracts.factField.${fieldKey(field.name)}`);
  const required = field.optional !== true;
  const value = body[field.name];
  const text = typeof value === 'string' ? value : '';
  const choose = (ids: readonly string[], name: (id: string) => string) => (
    <Select
      label={label}
      required={required}
      clearable={!required}
      data={[...new Set([...ids, ...(text === '' ? [] : [text])])].map((id) => ({ value: id, label: name(id) }))}
      value={text === '' ? null : text}
      onChange={(next) => onChange(next ?? undefined)}
    />
  );
  const subjects = [SERVICE, ...(content?.options.map((one) => one.id) ?? [])];
  switch (field.kind) {
    case 'day':
      return <DayInput label={label} required={required} value={text} onChange={onChange} />;
    case 'month':
      return <MonthInput label={label} required={required} value={text} onChange={onChange} />;
    case 'count':
    case 'yen':
    case 'entry':
      return (
        <NumberInput
          label={label}
          required={required}
          min={1}
          max={field.kind === 'yen' ? 1_000_000_000 : 1_000_000}
          allowDecimal={false}
          thousandSeparator=","
          value={typeof value === 'number' ? value : ''}
          onChange={(next) => onChange(typeof next === 'number' ? next : undefined)}
        />
      );
    case 'item':
      return choose(content?.items.map((one) => one.id) ?? [], names.item);
    case 'kind':
      return choose(content?.kinds.map((one) => one.id) ?? [], names.kind);
    case 'subject':
      return choose(subjects, names.subject);
    case 'subjects':
      return (
        <MultiSelect
          label={label}
          required={required}
          data={[...new Set([...subjects, ...textsOf(value)])].map((id) => ({ value: id, label: names.subject(id) }))}
          value={[...textsOf(value)]}
          onChange={onChange}
        />
      );
    case 'licence':
      return <LicenceSelect label={label} body={body} onBody={onBody} />;
    case 'requests':
      return <Requests label={label} requests={requestsOf(value)} onChange={onChange} />;
    case 'lines':
      return <QuoteLines lines={body.lines ?? []} onChange={onChange} />;
    case 'text':
      return (
        <TextInput
          label={label}
          required={required}
          maxLength={2000}
          readOnly={field.name === 'sha256' || field.name === 'version'}
          value={text}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
    default:
      return field.kind satisfies never;
  }
}

/** Chooses a version of a licence document; which text that is goes with it. */
function LicenceSelect({ label, body, onBody }: { label: string; body: DraftBody; onBody: (body: DraftBody) => void }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const licences = useCatalogue().data?.content.licences ?? [];
  const nameOf = (one: { document: string; version: string }) => JSON.stringify([one.document, one.version]);
  const { document, version } = body;
  return (
    <Select
      label={label}
      required
      data={licences.map((one) => ({
        value: nameOf(one),
        label: `${one.title[language]} (${t('contracts.version', { version: one.version })})`,
      }))}
      value={document === undefined ? null : nameOf({ document: String(document), version: String(version) })}
      onChange={(chosen) => {
        const licence = licences.find((one) => nameOf(one) === chosen);
        if (licence === undefined) return;
        onBody({ ...body, document: licence.document, version: licence.version, sha256: licenceHash(licence) });
      }}
    />
  );
}

type RequestsProps = { label: string; requests: readonly Request[]; onChange: (requests: readonly Request[]) => void };
/** What was applied for: the service, options, and how many devices for each. */
function Requests({ label, requests, onChange }: RequestsProps) {
  const { t } = useTranslation();
  const names = useNames();
  const options = useCatalogue().data?.content.options ?? [];
  const subjects = [...new Set([SERVICE, ...options.map((one) => one.id), ...requests.map((one) => one.subject)])];
  const change = (at: number, next: Request) => onChange(requests.map((one, i) => (i === at ? next : one)));
  return (
    <Stack gap={6} component="fieldset" m={0} p={0} bd={0}>
      <Text component="legend" size="sm" fw={600}>
        {label}
      </Text>
      {requests.map((request, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows are told apart by their place only
        <Group key={i} gap="sm" align="end">
          <Select
            label={t('contracts.subject')}
            allowDeselect={false}
            data={subjects.map((id) => ({ value: id, label: names.subject(id) }))}
            value={request.subject}
            onChange={(subject) => change(i, { ...request, subject: subject ?? SERVICE })}
          />
          <NumberInput
            label={t('contracts.deviceCount')}
            min={1}
            max={1_000_000}
            w={130}
            allowDecimal={false}
            thousandSeparator=","
            value={request.deviceCount ?? ''}
            onChange={(count) =>
              change(i, { subject: request.subject, ...(typeof count === 'number' ? { deviceCount: count } : {}) })
            }
          />
          <ActionIcon
            variant="default"
            size={36}
            aria-label={`${t('common.remove')}: ${names.subject(request.subject)}`}
            onClick={() => onChange(requests.filter((_, at) => at !== i))}
          >
            <IconTrash size={16} aria-hidden />
          </ActionIcon>
        </Group>
      ))}
      <Button
        variant="default"
        size="xs"
        style={{ alignSelf: 'flex-start' }}
        leftSection={<IconPlus size={14} aria-hidden />}
        onClick={() => onChange([...requests, { subject: SERVICE }])}
      >
        {t('contracts.addSubject')}
      </Button>
    </Stack>
  );
}
