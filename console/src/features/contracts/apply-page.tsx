import { Button, Group, SimpleGrid, Stack, Text, Textarea } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import type { ApplicationContent, CatalogueContent } from '@tsukasa/api';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { BackLink } from '../../shared/back-link.tsx';
import { DayInput, todayInJapan } from '../../shared/day.tsx';
import { notify } from '../../shared/notify.ts';
import { Page, Section } from '../../shared/page.tsx';
import { ProblemAlert } from '../../shared/problem-alert.tsx';
import { QueryStates } from '../../shared/query-states.tsx';
import { contentOf, type DraftApplication, EMPTY } from './application-content.ts';
import { ApplicationFields } from './application-form.tsx';
import { Assessment } from './assessment.tsx';
import { DocumentField } from './document-field.tsx';
import { useCatalogue } from './names.ts';
import { useRefreshContracts } from './refresh.ts';

/** The contractor applies; the application arrives today. */
export function ApplyPage() {
  const { t } = useTranslation();
  const { contractorId } = useParams({ from: '/inside/c/$contractorId/contract/apply' });
  const { contractId } = useSearch({ from: '/inside/c/$contractorId/contract/apply' });
  const navigate = useNavigate();
  return (
    <Apply
      contractorId={contractorId}
      contractId={contractId}
      above={
        <BackLink text={t('contracts.title')}>
          {(props) => <Link {...props} to="/c/$contractorId/contract" params={{ contractorId }} />}
        </BackLink>
      }
      onDone={() => navigate({ to: '/c/$contractorId/contract', params: { contractorId } })}
      send={(content) => call('createApplication', { params: { contractorId }, body: content })}
    />
  );
}

/** The provider records an application that came on paper. */
export function ApplyOnBehalfPage() {
  const { t } = useTranslation();
  const { customerId: contractorId } = useParams({ from: '/inside/provider/customers/$customerId/apply' });
  const { contractId } = useSearch({ from: '/inside/provider/customers/$customerId/apply' });
  const navigate = useNavigate();
  const [arrivedOn, setArrived] = useState(todayInJapan());
  const [documentId, setDocument] = useState<string>();
  const [note, setNote] = useState('');
  return (
    <Apply
      contractorId={contractorId}
      contractId={contractId}
      title={t('contracts.apply.onBehalf')}
      above={
        <BackLink text={t('contracts.customer.title')}>
          {(props) => <Link {...props} to="/provider/customers/$customerId" params={{ customerId: contractorId }} />}
        </BackLink>
      }
      onDone={({ applicationId }) =>
        navigate({
          to: '/provider/applications/$customerId/$applicationId',
          params: { customerId: contractorId, applicationId },
        })
      }
      send={(content) =>
        call('createApplicationOnBehalf', {
          params: { contractorId },
          body: { content, arrivedOn, documentId, note: note.trim() },
        })
      }
    >
      <DayInput label={t('contracts.apply.arrivedOn')} required value={arrivedOn} onChange={setArrived} />
      <DocumentField contractorId={contractorId} value={documentId} onChange={setDocument} />
      <Textarea
        label={t('contracts.note')}
        maxLength={2000}
        autosize
        minRows={2}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
    </Apply>
  );
}

type Made = { readonly applicationId: string };
type Props = {
  readonly contractorId: string;
  readonly contractId: string | undefined;
  readonly title?: string;
  readonly above: ReactNode;
  readonly children?: ReactNode;
  readonly send: (content: ApplicationContent) => Promise<Made>;
  readonly onDone: (made: Made) => unknown;
};

function Apply({ title, above, ...props }: Props) {
  const { t } = useTranslation();
  const catalogue = useCatalogue();
  return (
    <Page title={title ?? t('contracts.apply.title')} text={t('contracts.apply.text')} above={above}>
      <QueryStates query={catalogue}>{({ content }) => <Form {...props} catalogue={content} />}</QueryStates>
    </Page>
  );
}

type FormProps = Omit<Props, 'title' | 'above'> & { catalogue: CatalogueContent };
/** What is chosen at the left, what would become of it at the right. */
function Form({ contractorId, contractId, catalogue, children, send, onDone }: FormProps) {
  const { t } = useTranslation();
  const refresh = useRefreshContracts();
  const [draft, setDraft] = useState<DraftApplication>({
    ...EMPTY,
    type: contractId === undefined ? 'service' : 'options',
  });
  const counted = new Set(catalogue.options.filter((one) => one.counted).map((one) => one.id));
  const content = contentOf(draft, contractId, counted);
  const [asked] = useDebouncedValue(content === undefined ? '' : JSON.stringify(content), 300);
  const current = content !== undefined && asked === JSON.stringify(content);
  const assessment = useQuery({
    queryKey: ['contracts', contractorId, 'assessment', asked],
    queryFn: () => {
      if (content === undefined) throw new Error('asked without content');
      return call('assessApplication', { params: { contractorId }, body: content });
    },
    enabled: current,
    retry: false,
    placeholderData: keepPreviousData,
  });
  const apply = useMutation({
    mutationFn: send,
    onSuccess: async (made) => {
      await refresh();
      notify(t('contracts.apply.sent'));
      onDone(made);
    },
  });
  const ready = current && assessment.data?.admissible === true && !assessment.isPlaceholderData;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (ready && content !== undefined && !apply.isPending) apply.mutate(content);
      }}
    >
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
        <Section title={t('contracts.apply.what')}>
          <Stack>
            <ApplicationFields catalogue={catalogue} draft={draft} onChange={setDraft} contractId={contractId} />
            {children}
          </Stack>
        </Section>
        <Section title={t('contracts.apply.outcome')}>
          {content === undefined ? (
            <Text size="sm" c="dimmed">
              {t('contracts.apply.incomplete')}
            </Text>
          ) : (
            <QueryStates query={assessment}>{(data) => <Assessment assessment={data} />}</QueryStates>
          )}
        </Section>
      </SimpleGrid>
      <Stack mt="md">
        <ProblemAlert error={apply.error} />
        <Group justify="flex-end">
          <Button type="submit" loading={apply.isPending} disabled={!ready}>
            {t('contracts.apply.submit')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
