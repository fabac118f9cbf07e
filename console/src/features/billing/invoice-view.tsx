import { Alert, Anchor, Box, Button, Code, Group, SimpleGrid, Stack, Table, Text } from '@mantine/core';
import { IconDownload, IconInfoCircle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import type { Invoice } from '@tsukasa/api';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call, urlOf } from '../../app/api.ts';
import { useCan } from '../../app/session.ts';
import { BackLink } from '../../shared/back-link.tsx';
import { Day, Month } from '../../shared/day.tsx';
import { Page, Section } from '../../shared/page.tsx';
import { QueryStates } from '../../shared/query-states.tsx';
import { Status } from '../../shared/status.tsx';
import { Yen } from '../../shared/yen.tsx';
import { ChargeTable } from '../contracts/charge-table.tsx';
import { INVOICE_TONE } from './invoice-table.tsx';
import { PaymentForm, Payments } from './payments.tsx';

export function OwnInvoicePage() {
  const { t } = useTranslation();
  const { contractorId, invoiceId } = useParams({ from: '/inside/c/$contractorId/invoices/$invoiceId' });
  return (
    <InvoiceView
      contractorId={contractorId}
      invoiceId={invoiceId}
      side="own"
      above={
        <BackLink text={t('billing.invoices')}>
          {(props) => <Link {...props} to="/c/$contractorId/invoices" params={{ contractorId }} />}
        </BackLink>
      }
    />
  );
}

export function ProviderInvoicePage() {
  const { t } = useTranslation();
  const { customerId: contractorId, invoiceId } = useParams({
    from: '/inside/provider/invoices/$customerId/$invoiceId',
  });
  return (
    <InvoiceView
      contractorId={contractorId}
      invoiceId={invoiceId}
      side="provider"
      above={<BackLink text={t('billing.invoices')}>{(props) => <Link {...props} to="/provider/invoices" />}</BackLink>}
    />
  );
}

type Side = 'own' | 'provider';
type Props = { contractorId: string; invoiceId: string; side: Side; above: ReactNode };

/** An invoice as it was issued: it never changes, only payments and credit notes come to it. */
function InvoiceView({ contractorId, invoiceId, side, above }: Props) {
  const { t } = useTranslation();
  const invoice = useQuery({
    queryKey: ['billing', 'invoice', contractorId, invoiceId],
    queryFn: () => call('getInvoice', { params: { contractorId, invoiceId } }),
  });
  const data = invoice.data;
  return (
    <Page
      title={data === undefined ? t('billing.invoice') : `${t(`billing.kind.${data.kind}`)} ${data.number}`}
      text={data?.contractorName}
      above={above}
      actions={<Downloads contractorId={contractorId} invoiceId={invoiceId} number={data?.number ?? ''} />}
    >
      <QueryStates query={invoice}>{(one) => <Content invoice={one} side={side} />}</QueryStates>
    </Page>
  );
}

const FORMS = [
  ['getInvoicePdf', 'PDF', 'pdf'],
  ['getInvoiceCsv', 'CSV', 'csv'],
  ['getInvoiceXml', 'JP PINT (XML)', 'xml'],
] as const;
function Downloads({ contractorId, invoiceId, number }: { contractorId: string; invoiceId: string; number: string }) {
  return FORMS.map(([route, label, ending]) => (
    <Button
      key={route}
      component="a"
      href={urlOf(route, { params: { contractorId, invoiceId } })}
      download={`${number}.${ending}`}
      variant={ending === 'pdf' ? 'filled' : 'default'}
      leftSection={<IconDownload size={16} aria-hidden />}
    >
      {label}
    </Button>
  ));
}

function Content({ invoice, side }: { invoice: Invoice; side: Side }) {
  const { t } = useTranslation();
  const may = useCan()('provider.billing.write') && side === 'provider';
  const [paying, setPaying] = useState(false);
  const open = Math.max(0, invoice.total - invoice.paid - invoice.credited);
  return (
    <Stack gap="md">
      {invoice.credits === null ? null : (
        <Alert color="blue" icon={<IconInfoCircle aria-hidden />}>
          <InvoiceLink contractorId={invoice.contractorId} to={invoice.credits} side={side} /> {invoice.reason}
        </Alert>
      )}
      <Section>
        <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
          <Head invoice={invoice} open={open} />
          <Box>
            <Party title={t('billing.issuer')} party={invoice.issuer} />
            <Party title={t('billing.recipient')} party={invoice.recipient} />
            {invoice.bankAccount === '' ? null : (
              <>
                <Text size="xs" c="dimmed" mt="sm">
                  {t('billing.bankAccount')}
                </Text>
                <Text size="sm" style={{ whiteSpace: 'pre-line' }}>
                  {invoice.bankAccount}
                </Text>
              </>
            )}
          </Box>
        </SimpleGrid>
      </Section>
      <Section title={t('billing.lines')} padding={0}>
        <ChargeTable lines={invoice.lines} label={t('billing.lines')} />
        <Totals invoice={invoice} />
      </Section>
      {invoice.kind === 'credit_note' ? null : (
        <Section
          title={t('billing.payments')}
          aside={
            may && open > 0 ? (
              <Button size="xs" onClick={() => setPaying(true)}>
                {t('billing.recordPayment')}
              </Button>
            ) : undefined
          }
        >
          <Payments invoice={invoice} may={may} />
        </Section>
      )}
      <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
        {t('billing.hash')} <Code>{invoice.hash}</Code>
      </Text>
      {paying ? <PaymentForm invoice={invoice} open={open} onClose={() => setPaying(false)} /> : null}
    </Stack>
  );
}

type LinkProps = { contractorId: string; to: { invoiceId: string; number: string }; side: Side };
function InvoiceLink({ contractorId, to, side }: LinkProps) {
  const { t } = useTranslation();
  const params = { contractorId, invoiceId: to.invoiceId };
  const text = t('billing.creditFor', { number: to.number });
  return (
    <Anchor
      size="sm"
      renderRoot={(props) =>
        side === 'own' ? (
          <Link {...props} to="/c/$contractorId/invoices/$invoiceId" params={params} />
        ) : (
          <Link
            {...props}
            to="/provider/invoices/$customerId/$invoiceId"
            params={{ customerId: contractorId, invoiceId: to.invoiceId }}
          />
        )
      }
    >
      {text}
    </Anchor>
  );
}

function Head({ invoice, open }: { invoice: Invoice; open: number }) {
  const { t } = useTranslation();
  return (
    <dl className="facts">
      <dt>{t('common.state')}</dt>
      <dd>
        <Status tone={INVOICE_TONE[invoice.state]}>{t(`billing.invoiceState.${invoice.state}`)}</Status>
      </dd>
      <dt>{t('contracts.month')}</dt>
      <dd>
        <Month of={invoice.month} />
      </dd>
      <dt>{t('billing.issuedOn')}</dt>
      <dd>
        <Day on={invoice.issuedOn} />
      </dd>
      {invoice.dueOn === null ? null : (
        <>
          <dt>{t('billing.dueOn')}</dt>
          <dd>
            <Day on={invoice.dueOn} />
          </dd>
        </>
      )}
      <dt>{t('billing.total')}</dt>
      <dd>
        <Text fw={650}>
          <Yen amount={invoice.total} />
        </Text>
      </dd>
      {invoice.kind === 'credit_note' ? null : (
        <>
          <dt>{t('billing.paid')}</dt>
          <dd>
            <Yen amount={invoice.paid} />
          </dd>
          <dt>{t('billing.credited')}</dt>
          <dd>
            <Yen amount={invoice.credited} />
          </dd>
          <dt>{t('billing.unpaid')}</dt>
          <dd>
            <Yen amount={open} />
          </dd>
        </>
      )}
    </dl>
  );
}

function Party({ title, party }: { title: string; party: Invoice['issuer'] }) {
  const { t } = useTranslation();
  return (
    <Box mb="sm">
      <Text size="xs" c="dimmed">
        {title}
      </Text>
      <Text size="sm" fw={600}>
        {party.name} {party.department}
      </Text>
      <Text size="sm">
        {party.postalCode === '' ? '' : `〒${party.postalCode} `}
        {party.address}
      </Text>
      {party.registrationNumber === '' ? null : (
        <Text size="sm">
          {t('billing.registrationNumber')}: {party.registrationNumber}
        </Text>
      )}
      <Text size="sm" c="dimmed">
        {[party.phone, party.email].filter((one) => one !== '').join(' · ')}
      </Text>
    </Box>
  );
}

/** One rounding for each rate, as a qualified invoice has it. */
function Totals({ invoice }: { invoice: Invoice }) {
  const { t } = useTranslation();
  return (
    <Group justify="flex-end" p="md">
      <div className="scroll">
        <Table w="auto" aria-label={t('billing.taxTotals')}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('contracts.taxRate')}</Table.Th>
              <Table.Th ta="end">{t('billing.taxable')}</Table.Th>
              <Table.Th ta="end">{t('billing.tax')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {invoice.taxTotals.map((one) => (
              <Table.Tr key={`${one.taxCategory} ${one.taxRate}`}>
                <Table.Td>
                  {one.taxCategory === 'reduced'
                    ? t('contracts.reducedRate', { rate: one.taxRate })
                    : `${one.taxRate}%`}
                </Table.Td>
                <Table.Td ta="end">
                  <Yen amount={one.taxable} />
                </Table.Td>
                <Table.Td ta="end">
                  <Yen amount={one.tax} />
                </Table.Td>
              </Table.Tr>
            ))}
            <Table.Tr>
              <Table.Th scope="row">{t('billing.total')}</Table.Th>
              <Table.Td />
              <Table.Td ta="end" fw={650}>
                <Yen amount={invoice.total} />
              </Table.Td>
            </Table.Tr>
          </Table.Tbody>
        </Table>
      </div>
    </Group>
  );
}
