import { Alert, Anchor, Button, Stack, Text } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import type { Application } from '@tsukasa/api';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { ApiError } from '../../app/problem.ts';
import { useCan } from '../../app/session.ts';
import { BackLink } from '../../shared/back-link.tsx';
import { Because, Clause } from '../../shared/because.tsx';
import { Day } from '../../shared/day.tsx';
import { Page, Section } from '../../shared/page.tsx';
import { QueryStates } from '../../shared/query-states.tsx';
import { Status } from '../../shared/status.tsx';
import { Time } from '../../shared/time.tsx';
import { AcceptForm, QuoteForm, RefuseForm } from './answer-forms.tsx';
import { APPLICATION_TONE, useContentText } from './applications-table.tsx';
import { PriceTable } from './assessment.tsx';
import { DocumentLink } from './document-link.tsx';
import { useNames } from './names.ts';

type Doing = 'quote' | 'accept' | 'refuse';

/** One application: whether it is admissible, its prices, and the provider's answer to it. */
export function ApplicationPage() {
  const { t } = useTranslation();
  const params = useParams({ from: '/inside/provider/applications/$customerId/$applicationId' });
  const { customerId: contractorId, applicationId } = params;
  const text = useContentText();
  const may = useCan()('provider.contracts.write');
  const [doing, setDoing] = useState<Doing>();
  const application = useQuery({
    queryKey: ['contracts', contractorId, 'application', applicationId],
    queryFn: async () => {
      const { items } = await call('listApplications', { params: { contractorId } });
      const found = items.find((one) => one.applicationId === applicationId);
      if (found === undefined) throw new ApiError({ type: 'about:blank', title: t('states.notFound'), status: 404 });
      return found;
    },
  });
  const data = application.data;
  const open = data?.state === 'applied' || data?.state === 'quoted';
  return (
    <Page
      title={data === undefined ? t('contracts.application') : text(data.content)}
      text={data?.contractorName}
      above={
        <BackLink text={t('contracts.inbox.title')}>
          {(props) => <Link {...props} to="/provider/applications" />}
        </BackLink>
      }
      actions={
        open && may ? (
          <>
            <Button variant="default" onClick={() => setDoing('refuse')}>
              {t('contracts.answer.refuse')}
            </Button>
            <Button variant="default" onClick={() => setDoing('quote')}>
              {t('contracts.answer.quote')}
            </Button>
            <Button onClick={() => setDoing('accept')}>{t('contracts.answer.accept')}</Button>
          </>
        ) : undefined
      }
    >
      <QueryStates query={application}>
        {(one) => (
          <Stack gap="md">
            {open ? <Admissibility application={one} /> : null}
            <Facts application={one} />
            <Section title={t('contracts.price')}>
              <PriceTable price={one.price} />
              {one.price.length === 0 ? <Text size="sm">{t('contracts.noPrice')}</Text> : null}
              {one.quoteValidUntil === null ? null : (
                <Text size="sm" mt="xs">
                  {t('contracts.quote.validUntil')}: <Day on={one.quoteValidUntil} />
                </Text>
              )}
            </Section>
          </Stack>
        )}
      </QueryStates>
      {data === undefined || doing === undefined ? null : (
        <Answer application={data} doing={doing} onClose={() => setDoing(undefined)} />
      )}
    </Page>
  );
}

function Answer({ application, doing, onClose }: { application: Application; doing: Doing; onClose: () => void }) {
  if (doing === 'quote') return <QuoteForm application={application} onClose={onClose} />;
  if (doing === 'accept') return <AcceptForm application={application} onClose={onClose} />;
  return <RefuseForm application={application} onClose={onClose} />;
}

/** What the rules say about it today. The application itself stands in its own way under Art. 5, so only refusals show. */
function Admissibility({ application }: { application: Application }) {
  const { t } = useTranslation();
  const unpriced = application.price.filter((line) => line.amount === null).length;
  if (unpriced === 0) return null;
  return (
    <Alert color="yellow" icon={<IconInfoCircle aria-hidden />} title={t('contracts.answer.needsQuote')}>
      <Text size="sm">{t('contracts.answer.needsQuoteText', { count: unpriced })}</Text>
      <Because reasons={application.price.filter((line) => line.amount === null).flatMap((line) => line.because)} />
    </Alert>
  );
}

function Row({ label, children }: { label: string; children: ReactNode }) {
  return (
    <>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </>
  );
}

function Facts({ application }: { application: Application }) {
  const { t } = useTranslation();
  const names = useNames();
  const { content, contractorId, contractId, documentId } = application;
  const wanted = content.type === 'change' ? null : (content.startOn ?? null);
  return (
    <Section title={t('contracts.application')}>
      <dl className="facts">
        <Row label={t('common.state')}>
          <Status tone={APPLICATION_TONE[application.state]}>
            {t(`contracts.applicationState.${application.state}`)}
          </Status>
          {application.refusal === null ? null : (
            <>
              <span className="age">{application.refusal.reason}</span>
              {application.refusal.clause === null ? null : <Clause clause={application.refusal.clause} />}
            </>
          )}
        </Row>
        <Row label={t('contracts.contract')}>
          <Anchor
            size="sm"
            renderRoot={(props) => (
              <Link
                {...props}
                to="/provider/contracts/$customerId/$contractId"
                params={{ customerId: contractorId, contractId }}
              />
            )}
          >
            {application.contractNumber}
          </Anchor>
        </Row>
        {content.type === 'service' ? (
          <Row label={t('contracts.kindLabel')}>
            {names.kind(content.kind)}{' '}
            {content.deviceCount === undefined ? '' : t('contracts.devices', { count: content.deviceCount })}
          </Row>
        ) : null}
        <Row label={t('contracts.apply.arrivedOn')}>
          <Day on={application.arrivedOn} />
          <span className="age">{t(`contracts.channels.${application.channel}`)}</span>
        </Row>
        <Row label={t('contracts.apply.startOn')}>
          <Day on={application.startOn ?? wanted} />
        </Row>
        {application.acceptedOn === null ? null : (
          <Row label={t('contracts.days.acceptedOn')}>
            <Day on={application.acceptedOn} />
          </Row>
        )}
        {application.note === '' ? null : (
          <Row label={t('contracts.note')}>
            <span style={{ whiteSpace: 'pre-line' }}>{application.note}</span>
          </Row>
        )}
        {documentId === null ? null : (
          <Row label={t('contracts.scan')}>
            <DocumentLink contractorId={contractorId} documentId={documentId} of={application.contractNumber} />
          </Row>
        )}
        <Row label={t('contracts.recorded')}>
          {application.recordedBy.name} <Time at={application.recordedAt} />
        </Row>
      </dl>
    </Section>
  );
}
