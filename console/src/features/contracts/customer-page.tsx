import { Anchor, Button, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { IconPencil, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import type { Contract, ContractSummary, CustomerProfile } from '@tsukasa/api';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { useContractorName } from '../../app/contractor-switcher.tsx';
import { useCan } from '../../app/session.ts';
import { BackLink } from '../../shared/back-link.tsx';
import { Page, Section } from '../../shared/page.tsx';
import { QueryStates } from '../../shared/query-states.tsx';
import { Contracts } from './book-page.tsx';
import { Inbox } from './inbox-page.tsx';
import { ProfileForm } from './profile-form.tsx';

/** A contractor as a customer: who it is, its contracts and its applications. */
export function CustomerPage() {
  const { t } = useTranslation();
  const { customerId: contractorId } = useParams({ from: '/inside/provider/customers/$customerId' });
  const name = useContractorName(contractorId);
  const can = useCan();
  const write = can('provider.contracts.write');
  return (
    <Page
      title={name ?? t('contracts.customer.title')}
      text={<Links contractorId={contractorId} />}
      above={<BackLink text={t('provider.title')}>{(props) => <Link {...props} to="/provider" />}</BackLink>}
      actions={
        write ? (
          <>
            <Button
              variant="default"
              renderRoot={(props) => (
                <Link
                  {...props}
                  to="/provider/customers/$customerId/record-contract"
                  params={{ customerId: contractorId }}
                />
              )}
            >
              {t('contracts.historical.title')}
            </Button>
            <Button
              leftSection={<IconPlus size={16} aria-hidden />}
              renderRoot={(props) => (
                <Link {...props} to="/provider/customers/$customerId/apply" params={{ customerId: contractorId }} />
              )}
            >
              {t('contracts.apply.onBehalf')}
            </Button>
          </>
        ) : undefined
      }
    >
      <CustomerContracts contractorId={contractorId} />
      <CustomerApplications contractorId={contractorId} />
      <Profile contractorId={contractorId} write={write} />
    </Page>
  );
}

function Links({ contractorId }: { contractorId: string }) {
  const { t } = useTranslation();
  const can = useCan(contractorId);
  return (
    <Group gap="md">
      <Anchor
        size="sm"
        renderRoot={(props) => <Link {...props} to="/c/$contractorId/contract" params={{ contractorId }} />}
      >
        {t('contracts.customer.asSeen')}
      </Anchor>
      {can('invoices.read') ? (
        <Anchor
          size="sm"
          renderRoot={(props) => <Link {...props} to="/c/$contractorId/invoices" params={{ contractorId }} />}
        >
          {t('billing.invoices')}
        </Anchor>
      ) : null}
    </Group>
  );
}

const summaryOf = (contract: Contract): ContractSummary => ({ ...contract, contractorNameKana: '' });

function CustomerContracts({ contractorId }: { contractorId: string }) {
  const { t } = useTranslation();
  const contracts = useQuery({
    queryKey: ['contracts', contractorId, 'list'],
    queryFn: () => call('listContracts', { params: { contractorId } }),
  });
  return (
    <Section title={t('contracts.contracts')} padding={0}>
      <QueryStates
        query={contracts}
        empty={{ when: ({ items }) => items.length === 0, text: t('contracts.customer.noContracts') }}
      >
        {({ items }) => <Contracts rows={items.map(summaryOf)} own />}
      </QueryStates>
    </Section>
  );
}

function CustomerApplications({ contractorId }: { contractorId: string }) {
  const { t } = useTranslation();
  const applications = useQuery({
    queryKey: ['contracts', contractorId, 'applications'],
    queryFn: () => call('listApplications', { params: { contractorId } }),
  });
  return (
    <Section title={t('contracts.applications')} padding={0}>
      <QueryStates
        query={applications}
        empty={{ when: ({ items }) => items.length === 0, text: t('contracts.noApplications') }}
      >
        {({ items }) => <Inbox rows={items} own />}
      </QueryStates>
    </Section>
  );
}

function Profile({ contractorId, write }: { contractorId: string; write: boolean }) {
  const { t } = useTranslation();
  const [editing, setEditing] = useState(false);
  const profile = useQuery({
    queryKey: ['contracts', contractorId, 'profile'],
    queryFn: () => call('getCustomerProfile', { params: { contractorId } }),
  });
  return (
    <Section
      title={t('contracts.customer.profile')}
      aside={
        write && profile.data !== undefined ? (
          <Button
            size="xs"
            variant="default"
            leftSection={<IconPencil size={14} aria-hidden />}
            onClick={() => setEditing(true)}
          >
            {t('contracts.customer.edit')}
          </Button>
        ) : undefined
      }
    >
      <QueryStates query={profile}>{(data) => <ProfileFacts profile={data} />}</QueryStates>
      {editing && profile.data !== undefined ? (
        <ProfileForm profile={profile.data} onClose={() => setEditing(false)} />
      ) : null}
    </Section>
  );
}

function addressText(address: CustomerProfile['address']): string {
  const { postalCode, prefecture, city, street, building } = address;
  return [postalCode === '' ? '' : `〒${postalCode}`, `${prefecture}${city}${street}`, building]
    .filter((part) => part !== '')
    .join(' ');
}

function ProfileFacts({ profile }: { profile: CustomerProfile }) {
  const { t } = useTranslation();
  const { billing } = profile;
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
      <dl className="facts">
        <Row label={t('contracts.customer.legalName')}>
          {profile.legalName}
          <span className="age">{profile.legalNameKana}</span>
        </Row>
        <Row label={t('contracts.customer.corporateNumber')}>{profile.corporateNumber}</Row>
        <Row label={t('contracts.customer.address')}>{addressText(profile.address)}</Row>
        <Row label={t('contracts.note')}>
          {profile.note === '' ? '' : <span style={{ whiteSpace: 'pre-line' }}>{profile.note}</span>}
        </Row>
      </dl>
      <Stack gap="md">
        <dl className="facts">
          <Row label={t('contracts.customer.addressee')}>
            {billing.addressee} {billing.department}
          </Row>
          <Row label={t('contracts.customer.billingAddress')}>
            {billing.address === null ? t('contracts.customer.sameAddress') : addressText(billing.address)}
          </Row>
          <Row label={t('contracts.customer.billingEmail')}>{billing.email}</Row>
          <Row label={t('contracts.customer.peppolId')}>{billing.peppolId}</Row>
        </dl>
        <div>
          <Text size="sm" fw={600}>
            {t('contracts.customer.contacts')}
          </Text>
          {profile.contacts.length === 0 ? <Text size="sm">–</Text> : null}
          {profile.contacts.map((contact, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: contacts are told apart by their place only
            <Text size="sm" key={i} component="div" mt={4}>
              {t(`contracts.customer.role.${contact.role}`)}: {contact.department} {contact.name}
              <span className="age">
                {[contact.kana, contact.email, contact.phone].filter((one) => one !== '').join(' · ')}
              </span>
            </Text>
          ))}
        </div>
      </Stack>
    </SimpleGrid>
  );
}

function Row({ label, children }: { label: string; children: ReactNode }) {
  return (
    <>
      <dt>{label}</dt>
      <dd>{children === '' ? '–' : children}</dd>
    </>
  );
}
