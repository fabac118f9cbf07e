import { Button, Checkbox, Drawer, Group, Pill, Select, Stack, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconAdjustmentsHorizontal } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import {
  ATTENTION_KINDS,
  DEVICE_SORTS,
  MANAGEMENT_MODES,
  MANAGEMENT_STATES,
  OS_FAMILIES,
  PLATFORMS,
  SUPPORT_STATES,
  USAGE_MODES,
} from '@tsukasa/api';
import { useTranslation } from 'react-i18next';
import { call } from '../../app/api.ts';
import { oneOf } from '../../app/search.ts';
import { useCan } from '../../app/session.ts';
import { useCloseLabel } from '../../shared/confirm-danger.tsx';
import { PersonSelect } from '../../shared/person-select.tsx';
import { countFilters, type DeviceSearch } from './search.ts';

type Change = (next: Partial<{ [K in keyof DeviceSearch]: DeviceSearch[K] | undefined }>) => void;
type Props = { contractorId: string; search: DeviceSearch; onChange: Change; sortable: boolean };

/** All filters of the list in a drawer; each change is at once in the URL. */
export function FilterButton(props: Props) {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure(false);
  const count = countFilters(props.search);
  return (
    <>
      <Button
        variant={count > 0 ? 'light' : 'default'}
        leftSection={<IconAdjustmentsHorizontal size={16} aria-hidden />}
        onClick={open}
      >
        {count > 0 ? t('devices.filtersCount', { count }) : t('devices.filters')}
      </Button>
      <Drawer
        opened={opened}
        onClose={close}
        title={t('devices.filters')}
        position="right"
        size="sm"
        closeButtonProps={useCloseLabel()}
      >
        {opened ? <FilterForm {...props} /> : null}
      </Drawer>
    </>
  );
}

function FilterForm({ contractorId, search, onChange, sortable }: Props) {
  const { t } = useTranslation();
  const directory = useCan(contractorId)('directory.read');
  return (
    <Stack>
      {sortable ? (
        <Group grow align="end">
          <Select
            label={t('devices.sort')}
            data={DEVICE_SORTS.map((value) => ({ value, label: t(`fields.${value}`) }))}
            value={search.sort ?? null}
            clearable
            onChange={(value) => onChange({ sort: oneOf(value, DEVICE_SORTS) })}
          />
          <Select
            label={t('devices.order')}
            data={[
              { value: 'asc', label: t('devices.ascending') },
              { value: 'desc', label: t('devices.descending') },
            ]}
            value={search.order ?? 'asc'}
            allowDeselect={false}
            onChange={(value) => onChange({ order: value === 'desc' ? 'desc' : undefined })}
          />
        </Group>
      ) : null}
      <Many
        label={t('devices.attention')}
        options={ATTENTION_KINDS}
        word={(kind) => t(`attention.${kind}`)}
        value={search.attention}
        onChange={(attention) => onChange({ attention })}
      />
      <Many
        label={t('devices.managementState')}
        options={MANAGEMENT_STATES}
        word={(state) => t(`managementState.${state}`)}
        value={search.state}
        onChange={(state) => onChange({ state })}
      />
      <Many
        label={t('fields.platform')}
        options={PLATFORMS}
        word={(platform) => t(`platform.${platform}`)}
        value={search.platform}
        onChange={(platform) => onChange({ platform })}
      />
      <Many
        label={t('devices.osFamily')}
        options={OS_FAMILIES}
        word={(family) => family}
        value={search.osFamily}
        onChange={(osFamily) => onChange({ osFamily })}
      />
      <OsVersion
        key={search.osVersion ?? ''}
        value={search.osVersion ?? ''}
        onChange={(osVersion) => onChange({ osVersion })}
      />
      <Many
        label={t('devices.usageMode')}
        options={USAGE_MODES}
        word={(mode) => t(`usageMode.${mode}`)}
        value={search.usageMode}
        onChange={(usageMode) => onChange({ usageMode })}
      />
      <Many
        label={t('fields.managementMode')}
        options={MANAGEMENT_MODES}
        word={(mode) => t(`managementMode.${mode}`)}
        value={search.managementMode}
        onChange={(managementMode) => onChange({ managementMode })}
      />
      <Many
        label={t('devices.support')}
        options={SUPPORT_STATES}
        word={(state) => t(`support.${state}`)}
        value={search.support}
        onChange={(support) => onChange({ support })}
      />
      <Select
        label={t('devices.supervised')}
        placeholder={t('common.all')}
        clearable
        data={[
          { value: 'true', label: t('devices.supervisedYes') },
          { value: 'false', label: t('devices.supervisedNo') },
        ]}
        value={search.supervised === undefined ? null : String(search.supervised)}
        onChange={(value) => onChange({ supervised: value === null ? undefined : value === 'true' })}
      />
      {directory ? (
        <>
          <PersonSelect
            contractorId={contractorId}
            label={t('devices.person')}
            value={search.personId ?? null}
            onChange={(personId) => onChange({ personId: personId ?? undefined })}
          />
          <GroupSelect
            contractorId={contractorId}
            value={search.groupId ?? null}
            onChange={(groupId) => onChange({ groupId: groupId ?? undefined })}
          />
        </>
      ) : null}
    </Stack>
  );
}

type ManyProps<T extends string> = {
  label: string;
  options: readonly T[];
  word: (option: T) => string;
  value: readonly T[] | undefined;
  onChange: (value: T[] | undefined) => void;
};
function Many<T extends string>({ label, options, word, value, onChange }: ManyProps<T>) {
  return (
    <Checkbox.Group
      label={label}
      value={[...(value ?? [])]}
      onChange={(next: string[]) => {
        const chosen = options.filter((option) => next.includes(option));
        onChange(chosen.length === 0 ? undefined : chosen);
      }}
    >
      <Stack gap={6} mt={6}>
        {options.map((option) => (
          <Checkbox key={option} value={option} label={word(option)} size="sm" />
        ))}
      </Stack>
    </Checkbox.Group>
  );
}

function OsVersion({ value, onChange }: { value: string; onChange: (value: string | undefined) => void }) {
  const { t } = useTranslation();
  return (
    <TextInput
      label={t('devices.osVersion')}
      description={t('devices.osVersionHint')}
      maxLength={40}
      defaultValue={value}
      onBlur={(event) => {
        if (event.currentTarget.value.trim() !== value) onChange(event.currentTarget.value.trim() || undefined);
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter') event.currentTarget.blur();
      }}
    />
  );
}

type GroupProps = { contractorId: string; value: string | null; onChange: (groupId: string | null) => void };
function GroupSelect({ contractorId, value, onChange }: GroupProps) {
  const { t } = useTranslation();
  const groups = useGroups(contractorId);
  return (
    <Select
      label={t('devices.group')}
      placeholder={t('common.all')}
      clearable
      searchable
      data={(groups.data?.items ?? []).map((group) => ({ value: group.groupId, label: group.name }))}
      value={value}
      onChange={onChange}
    />
  );
}
function useGroups(contractorId: string, enabled = true) {
  return useQuery({
    queryKey: ['groups', contractorId],
    queryFn: () => call('listGroups', { params: { contractorId } }),
    enabled,
  });
}

/** What narrows the list right now, each with its way out. */
export function ActiveFilters({ search, onChange }: { search: DeviceSearch; onChange: Change }) {
  const { t } = useTranslation();
  const { contractorId } = useParams({ from: '/inside/c/$contractorId/devices' });
  const pills: { name: string; remove: () => void }[] = [];
  const add = (name: string, remove: () => void) => pills.push({ name, remove });
  const group = useGroups(contractorId, search.groupId !== undefined);
  const person = useQuery({
    queryKey: ['person', contractorId, search.personId],
    queryFn: () => call('getPerson', { params: { contractorId, personId: search.personId ?? '' } }),
    enabled: search.personId !== undefined,
  });
  for (const kind of search.attention ?? []) {
    add(t(`attention.${kind}`), () => onChange({ attention: search.attention?.filter((k) => k !== kind) }));
  }
  for (const state of search.state ?? []) {
    add(t(`managementState.${state}`), () => onChange({ state: search.state?.filter((s) => s !== state) }));
  }
  for (const platform of search.platform ?? []) {
    add(t(`platform.${platform}`), () => onChange({ platform: search.platform?.filter((p) => p !== platform) }));
  }
  for (const mode of search.managementMode ?? []) {
    add(t(`managementMode.${mode}`), () =>
      onChange({ managementMode: search.managementMode?.filter((m) => m !== mode) }),
    );
  }
  for (const family of search.osFamily ?? []) {
    add(family, () => onChange({ osFamily: search.osFamily?.filter((f) => f !== family) }));
  }
  for (const mode of search.usageMode ?? []) {
    add(t(`usageMode.${mode}`), () => onChange({ usageMode: search.usageMode?.filter((m) => m !== mode) }));
  }
  for (const state of search.support ?? []) {
    add(t(`support.${state}`), () => onChange({ support: search.support?.filter((s) => s !== state) }));
  }
  const { osVersion, supervised } = search;
  if (osVersion !== undefined) add(`${t('fields.osVersion')} ${osVersion}`, () => onChange({ osVersion: undefined }));
  if (supervised !== undefined) {
    add(supervised ? t('devices.supervisedYes') : t('devices.supervisedNo'), () => onChange({ supervised: undefined }));
  }
  if (search.personId !== undefined) {
    add(person.data?.name ?? t('devices.person'), () => onChange({ personId: undefined }));
  }
  if (search.groupId !== undefined) {
    const name = group.data?.items.find((g) => g.groupId === search.groupId)?.name;
    add(name ?? t('devices.group'), () => onChange({ groupId: undefined }));
  }
  if (pills.length === 0) return null;
  return (
    <Group gap="xs">
      {pills.map(({ name, remove }) => (
        <Pill
          key={name}
          size="md"
          withRemoveButton
          onRemove={remove}
          removeButtonProps={{ 'aria-label': t('devices.removeFilter', { name }), tabIndex: 0, 'aria-hidden': false }}
        >
          {name}
        </Pill>
      ))}
      <Button
        variant="subtle"
        size="compact-sm"
        onClick={() =>
          onChange({
            attention: undefined,
            state: undefined,
            platform: undefined,
            managementMode: undefined,
            osFamily: undefined,
            osVersion: undefined,
            usageMode: undefined,
            support: undefined,
            supervised: undefined,
            personId: undefined,
            groupId: undefined,
          })
        }
      >
        {t('common.clear')}
      </Button>
    </Group>
  );
}
