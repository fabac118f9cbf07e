import {
  ActionIcon,
  Box,
  Button,
  Code,
  Group,
  JsonInput,
  SegmentedControl,
  Select,
  Stack,
  Text,
  Textarea,
} from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { BackLink } from '../../shared/back-link.tsx';
import { DayInput } from '../../shared/day.tsx';
import { Page, Section } from '../../shared/page.tsx';
import { ProblemAlert } from '../../shared/problem-alert.tsx';
import { DocumentField } from './document-field.tsx';
import { completeBody, type DraftBody, FactFields } from './fact-editor.tsx';
import { type Body, FACT_TYPES, type FactType } from './fact-fields.ts';
import { useFactTitle } from './fact-summary.tsx';
import { useRefreshContracts } from './refresh.ts';

type Entry = { readonly id: string; readonly type: FactType; readonly on: string; readonly body: DraftBody };
type Recorded = { readonly on: string; readonly body: Record<string, unknown> };
const entry = (type: FactType, body: DraftBody = {}): Entry => ({ id: crypto.randomUUID(), type, on: '', body });
/** How contracts of the past began; all name the same application. No licence of today held then, and the start activated. */
const BEGINNING: readonly Entry[] = [
  entry('applied', { application: 'a1', requests: [{ subject: 'service' }] }),
  entry('quoted', { application: 'a1' }),
  entry('accepted', { application: 'a1' }),
  entry('billing_started', { subjects: ['service'] }),
];

/** Records a contract of the past with its whole history: entry by entry, or as JSON. */
export function RecordContractPage() {
  const { t } = useTranslation();
  const { customerId: contractorId } = useParams({ from: '/inside/provider/customers/$customerId/record-contract' });
  const navigate = useNavigate();
  const refresh = useRefreshContracts();
  const [way, setWay] = useState<'form' | 'json'>('form');
  const [entries, setEntries] = useState<readonly Entry[]>(BEGINNING);
  const [json, setJson] = useState('');
  const [documentId, setDocument] = useState<string>();
  const [note, setNote] = useState('');
  const facts = way === 'form' ? completeEntries(entries) : parseFacts(json);
  const save = useMutation({
    mutationFn: (recorded: readonly Recorded[]) =>
      call('recordHistoricalContract', {
        params: { contractorId },
        body: { facts: [...recorded], documentId, note: note.trim() },
      }),
    onSuccess: async ({ contract }) => {
      await refresh();
      await navigate({
        to: '/provider/contracts/$customerId/$contractId',
        params: { customerId: contractorId, contractId: contract.contractId },
      });
    },
  });
  return (
    <Page
      title={t('contracts.historical.title')}
      text={t('contracts.historical.text')}
      above={
        <BackLink text={t('contracts.customer.title')}>
          {(props) => <Link {...props} to="/provider/customers/$customerId" params={{ customerId: contractorId }} />}
        </BackLink>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (facts !== undefined && !save.isPending) save.mutate(facts);
        }}
      >
        <Stack>
          <SegmentedControl
            style={{ alignSelf: 'flex-start' }}
            aria-label={t('contracts.historical.way')}
            value={way}
            onChange={(next) => setWay(next === 'json' ? 'json' : 'form')}
            data={[
              { value: 'form', label: t('contracts.historical.form') },
              { value: 'json', label: 'JSON' },
            ]}
          />
          {way === 'form' ? (
            <Entries entries={entries} onChange={setEntries} />
          ) : (
            <Json value={json} onChange={setJson} />
          )}
          <Section>
            <Stack>
              <DocumentField contractorId={contractorId} value={documentId} onChange={setDocument} />
              <Textarea
                label={t('contracts.note')}
                maxLength={2000}
                autosize
                minRows={2}
                value={note}
                onChange={(event) => setNote(event.currentTarget.value)}
              />
            </Stack>
          </Section>
          <ProblemAlert error={save.error} />
          <Group justify="flex-end">
            <Button type="submit" loading={save.isPending} disabled={facts === undefined}>
              {t('contracts.record')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Page>
  );
}

function completeEntries(entries: readonly Entry[]): readonly Recorded[] | undefined {
  const complete: Recorded[] = [];
  for (const { type, on, body } of entries) {
    const done = completeBody(type, body);
    if (done === undefined || on === '') return undefined;
    complete.push({ on, body: { ...done } });
  }
  return complete.length === 0 ? undefined : complete;
}

function parseFacts(text: string): readonly Recorded[] | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    if (!Array.isArray(parsed) || parsed.length === 0) return undefined;
    const facts = parsed.filter(
      (one: unknown): one is { on: string; body: Body } =>
        typeof one === 'object' && one !== null && 'on' in one && typeof one.on === 'string' && 'body' in one,
    );
    return facts.length === parsed.length ? facts.map(({ on, body }) => ({ on, body: { ...body } })) : undefined;
  } catch {
    return undefined;
  }
}

function Json({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const { t } = useTranslation();
  return (
    <Section>
      <JsonInput
        label={t('contracts.historical.json')}
        description={t('contracts.historical.jsonHint')}
        formatOnBlur
        autosize
        minRows={12}
        maxRows={30}
        validationError={t('contracts.historical.notJson')}
        value={value}
        onChange={onChange}
      />
      <Code block mt="sm">
        {EXAMPLE}
      </Code>
    </Section>
  );
}
const EXAMPLE = `[
  { "on": "2015-02-01", "body": { "type": "applied", "application": "a1", "item": "…", "requests": [{ "subject": "service" }] } },
  { "on": "2015-02-01", "body": { "type": "accepted", "application": "a1", "startOn": "2015-02-01" } }
]`;

function Entries({ entries, onChange }: { entries: readonly Entry[]; onChange: (entries: readonly Entry[]) => void }) {
  const { t } = useTranslation();
  const set = (id: string, next: Partial<Entry>) =>
    onChange(entries.map((one) => (one.id === id ? { ...one, ...next } : one)));
  return (
    <Stack gap="md">
      {entries.map((one, i) => (
        <EntryFields
          key={one.id}
          entry={one}
          number={i + 1}
          onChange={(next) => set(one.id, next)}
          onRemove={() => onChange(entries.filter(({ id }) => id !== one.id))}
        />
      ))}
      <Text size="sm" c="dimmed">
        {t('contracts.historical.order')}
      </Text>
      <Button
        variant="default"
        style={{ alignSelf: 'flex-start' }}
        leftSection={<IconPlus size={16} aria-hidden />}
        onClick={() => onChange([...entries, entry('notice_arrived', { subject: 'service' })])}
      >
        {t('contracts.historical.add')}
      </Button>
    </Stack>
  );
}

type EntryProps = { entry: Entry; number: number; onChange: (next: Partial<Entry>) => void; onRemove: () => void };
function EntryFields({ entry: { type, on, body }, number, onChange, onRemove }: EntryProps) {
  const { t } = useTranslation();
  const title = useFactTitle();
  return (
    <Box component="fieldset" className="card" p="md" m={0} miw={0}>
      <Box component="legend" px={4} fz="sm" fw={600}>
        {t('contracts.entry', { seq: number })}
      </Box>
      <Group align="end" gap="sm" mb="sm">
        <Select
          label={t('contracts.historical.type')}
          allowDeselect={false}
          data={FACT_TYPES.map((value) => ({ value, label: title(value) }))}
          value={type}
          onChange={(next) => onChange({ type: FACT_TYPES.find((one) => one === next) ?? type, body: {} })}
        />
        <DayInput label={t('contracts.day')} required value={on} onChange={(next) => onChange({ on: next })} />
        <ActionIcon
          variant="default"
          size={36}
          aria-label={`${t('common.remove')}: ${t('contracts.entry', { seq: number })}`}
          onClick={onRemove}
        >
          <IconTrash size={16} aria-hidden />
        </ActionIcon>
      </Group>
      <FactFields type={type} body={body} onChange={(next) => onChange({ body: next })} />
    </Box>
  );
}
