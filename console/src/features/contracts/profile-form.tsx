import {
  ActionIcon,
  Box,
  Button,
  Checkbox,
  Group,
  Select,
  SimpleGrid,
  Stack,
  Textarea,
  TextInput,
} from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { type CustomerProfile, isCorporateNumber } from '@tsukasa/api';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { oneOf } from '../../app/search.ts';
import { FormModal } from '../../shared/form-modal.tsx';
import { useRefreshContracts } from './refresh.ts';

type Fields = Omit<CustomerProfile, 'contractorId' | 'updatedAt'>;
type Address = CustomerProfile['address'];
type Contact = CustomerProfile['contacts'][number];
const ROLES = ['main', 'technical', 'billing', 'emergency', 'other'] as const;
const NO_ADDRESS: Address = { postalCode: '', prefecture: '', city: '', street: '', building: '' };
const NO_CONTACT: Contact = { name: '', kana: '', department: '', email: '', phone: '', role: 'main' };

/** The contractor as a customer. The corporate number is checked by its first digit while it is typed. */
export function ProfileForm({ profile, onClose }: { profile: CustomerProfile; onClose: () => void }) {
  const { t } = useTranslation();
  const refresh = useRefreshContracts();
  const { contractorId, updatedAt: _at, ...start } = profile;
  const [fields, setFields] = useState<Fields>(start);
  const set = (next: Partial<Fields>) => setFields({ ...fields, ...next });
  const numberOk = fields.corporateNumber === '' || isCorporateNumber(fields.corporateNumber);
  const save = useMutation({
    mutationFn: () => call('putCustomerProfile', { params: { contractorId }, body: fields }),
    onSuccess: async () => {
      await refresh();
      onClose();
    },
  });
  return (
    <FormModal
      title={t('contracts.customer.edit')}
      submit={t('common.save')}
      size="xl"
      busy={save.isPending}
      ready={numberOk && fields.legalName.trim() !== '' && fields.contacts.every((one) => one.name.trim() !== '')}
      error={save.error}
      onSubmit={() => save.mutate()}
      onClose={onClose}
    >
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <Line
          label={t('contracts.customer.legalName')}
          required
          value={fields.legalName}
          max={200}
          onChange={(legalName) => set({ legalName })}
        />
        <Line
          label={t('contracts.customer.legalNameKana')}
          value={fields.legalNameKana}
          max={200}
          onChange={(legalNameKana) => set({ legalNameKana })}
        />
      </SimpleGrid>
      <TextInput
        label={t('contracts.customer.corporateNumber')}
        description={t('contracts.customer.corporateNumberHint')}
        inputMode="numeric"
        maxLength={13}
        value={fields.corporateNumber}
        error={numberOk ? null : t('contracts.customer.corporateNumberWrong')}
        onChange={(event) => set({ corporateNumber: event.currentTarget.value.replace(/\D/g, '') })}
      />
      <AddressFields
        label={t('contracts.customer.address')}
        address={fields.address}
        onChange={(address) => set({ address })}
      />
      <Contacts contacts={fields.contacts} onChange={(contacts) => set({ contacts })} />
      <Billing billing={fields.billing} onChange={(billing) => set({ billing })} />
      <Textarea
        label={t('contracts.note')}
        autosize
        minRows={2}
        maxLength={4000}
        value={fields.note}
        onChange={(event) => set({ note: event.currentTarget.value })}
      />
    </FormModal>
  );
}

type LineProps = {
  label: string;
  value: string;
  max: number;
  onChange: (value: string) => void;
  required?: boolean;
  description?: string;
  pattern?: string;
  type?: 'text' | 'email' | 'tel';
};
function Line({ onChange, max, ...props }: LineProps) {
  return <TextInput {...props} maxLength={max} onChange={(event) => onChange(event.currentTarget.value)} />;
}

type AddressProps = { label: string; address: Address; onChange: (address: Address) => void };
function AddressFields({ label, address, onChange }: AddressProps) {
  const { t } = useTranslation();
  const set = (next: Partial<Address>) => onChange({ ...address, ...next });
  return (
    <Box component="fieldset" className="card" p="sm" m={0} miw={0}>
      <Box component="legend" px={4} fz="sm" fw={600}>
        {label}
      </Box>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <Line
          label={t('contracts.customer.postalCode')}
          value={address.postalCode}
          max={8}
          pattern="[0-9]{3}-?[0-9]{4}"
          onChange={(postalCode) => set({ postalCode })}
        />
        <Line
          label={t('contracts.customer.prefecture')}
          value={address.prefecture}
          max={20}
          onChange={(prefecture) => set({ prefecture })}
        />
        <Line label={t('contracts.customer.city')} value={address.city} max={100} onChange={(city) => set({ city })} />
        <Line
          label={t('contracts.customer.street')}
          value={address.street}
          max={200}
          onChange={(street) => set({ street })}
        />
        <Line
          label={t('contracts.customer.building')}
          value={address.building}
          max={200}
          onChange={(building) => set({ building })}
        />
      </SimpleGrid>
    </Box>
  );
}

function Contacts({ contacts, onChange }: { contacts: readonly Contact[]; onChange: (contacts: Contact[]) => void }) {
  const { t } = useTranslation();
  const set = (at: number, next: Partial<Contact>) =>
    onChange(contacts.map((one, i) => (i === at ? { ...one, ...next } : one)));
  return (
    <Stack gap="sm">
      {contacts.map((contact, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: contacts are told apart by their place only
        <Box component="fieldset" className="card" p="sm" m={0} miw={0} key={i}>
          <Box component="legend" px={4} fz="sm" fw={600}>
            {t('contracts.customer.contact', { number: i + 1 })}
          </Box>
          <SimpleGrid cols={{ base: 1, sm: 3 }}>
            <Select
              label={t('contracts.customer.roleLabel')}
              allowDeselect={false}
              data={ROLES.map((role) => ({ value: role, label: t(`contracts.customer.role.${role}`) }))}
              value={contact.role}
              onChange={(role) => set(i, { role: oneOf(role, ROLES) ?? 'other' })}
            />
            <Line
              label={t('common.name')}
              required
              value={contact.name}
              max={200}
              onChange={(name) => set(i, { name })}
            />
            <Line label={t('provider.kana')} value={contact.kana} max={200} onChange={(kana) => set(i, { kana })} />
            <Line
              label={t('persons.department')}
              value={contact.department}
              max={200}
              onChange={(department) => set(i, { department })}
            />
            <Line
              label={t('common.email')}
              type="email"
              value={contact.email}
              max={254}
              onChange={(email) => set(i, { email })}
            />
            <Line
              label={t('contracts.customer.phone')}
              type="tel"
              value={contact.phone}
              max={40}
              onChange={(phone) => set(i, { phone })}
            />
          </SimpleGrid>
          <Group justify="flex-end" mt="xs">
            <ActionIcon
              variant="default"
              size="lg"
              aria-label={`${t('common.remove')}: ${t('contracts.customer.contact', { number: i + 1 })}`}
              onClick={() => onChange(contacts.filter((_, at) => at !== i))}
            >
              <IconTrash size={16} aria-hidden />
            </ActionIcon>
          </Group>
        </Box>
      ))}
      {contacts.length >= 20 ? null : (
        <Button
          variant="default"
          size="xs"
          style={{ alignSelf: 'flex-start' }}
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => onChange([...contacts, NO_CONTACT])}
        >
          {t('contracts.customer.addContact')}
        </Button>
      )}
    </Stack>
  );
}

type BillingFields = CustomerProfile['billing'];
function Billing({ billing, onChange }: { billing: BillingFields; onChange: (billing: BillingFields) => void }) {
  const { t } = useTranslation();
  const set = (next: Partial<BillingFields>) => onChange({ ...billing, ...next });
  return (
    <Box component="fieldset" className="card" p="sm" m={0} miw={0}>
      <Box component="legend" px={4} fz="sm" fw={600}>
        {t('contracts.customer.billing')}
      </Box>
      <Stack gap="sm">
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <Line
            label={t('contracts.customer.addressee')}
            value={billing.addressee}
            max={200}
            onChange={(addressee) => set({ addressee })}
          />
          <Line
            label={t('persons.department')}
            value={billing.department}
            max={200}
            onChange={(department) => set({ department })}
          />
          <Line
            label={t('contracts.customer.billingEmail')}
            type="email"
            value={billing.email}
            max={254}
            onChange={(email) => set({ email })}
          />
          <Line
            label={t('contracts.customer.peppolId')}
            value={billing.peppolId}
            max={65}
            pattern="[0-9]{4}:[A-Za-z0-9._~\-]{1,60}"
            description={t('contracts.customer.peppolHint')}
            onChange={(peppolId) => set({ peppolId })}
          />
        </SimpleGrid>
        <Checkbox
          label={t('contracts.customer.otherAddress')}
          checked={billing.address !== null}
          onChange={(event) => set({ address: event.currentTarget.checked ? NO_ADDRESS : null })}
        />
        {billing.address === null ? null : (
          <AddressFields
            label={t('contracts.customer.billingAddress')}
            address={billing.address}
            onChange={(address) => set({ address })}
          />
        )}
      </Stack>
    </Box>
  );
}
