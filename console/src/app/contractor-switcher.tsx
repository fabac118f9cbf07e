import { Button, Combobox, Text, useCombobox } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconBuilding, IconSelector } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from './api.ts';
import { useCan, useCurrentContractor, useSession } from './session.ts';

/** Provider staff search all contractors; members choose among their own. Absent where there is nothing to choose. */
export function ContractorSwitcher() {
  const { t } = useTranslation();
  const session = useSession();
  const everywhere = useCan()('provider.read');
  const contractorId = useCurrentContractor();
  const navigate = useNavigate();
  const [search, setSearch] = useState('');
  const [asked] = useDebouncedValue(search, 250);
  const combobox = useCombobox({
    onDropdownClose: () => {
      combobox.resetSelectedOption();
      setSearch('');
    },
    onDropdownOpen: () => combobox.focusSearchInput(),
  });
  const found = useQuery({
    queryKey: ['contractors', 'switcher', asked],
    queryFn: ({ signal }) => call('listContractors', { query: { q: asked || undefined, limit: 30 }, signal }),
    enabled: everywhere && combobox.dropdownOpened,
  });
  const current = useContractorName(contractorId);
  const choices = everywhere
    ? (found.data?.items ?? [])
    : session.contractors.filter((c) => c.name.toLowerCase().includes(search.toLowerCase()));
  if (!everywhere && session.contractors.length < 2) {
    return (
      <Text size="sm" fw={600} truncate title={current}>
        {current}
      </Text>
    );
  }
  return (
    <Combobox
      store={combobox}
      width={320}
      position="bottom-start"
      onOptionSubmit={(value) => {
        combobox.closeDropdown();
        if (value === '') void navigate({ to: '/provider' });
        else void navigate({ to: '/c/$contractorId', params: { contractorId: value } });
      }}
    >
      <Combobox.Target targetType="button">
        <Button
          variant="default"
          size="sm"
          maw={{ base: 190, sm: 340 }}
          leftSection={<IconBuilding size={16} aria-hidden />}
          rightSection={<IconSelector size={14} aria-hidden />}
          onClick={() => combobox.toggleDropdown()}
          aria-label={`${t('app.switchContractor')}: ${current}`}
        >
          <Text component="span" size="sm" truncate>
            {current}
          </Text>
        </Button>
      </Combobox.Target>
      <Combobox.Dropdown>
        <Combobox.Search
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
          placeholder={t('app.searchContractor')}
          aria-label={t('app.searchContractor')}
        />
        <Combobox.Options mah={360} style={{ overflowY: 'auto' }} aria-label={t('app.chooseContractor')}>
          {everywhere && search === '' ? (
            <Combobox.Option value="" active={contractorId === undefined}>
              <Text size="sm" fw={600}>
                {t('app.provider')}
              </Text>
            </Combobox.Option>
          ) : null}
          {choices.map((choice) => (
            <Combobox.Option
              key={choice.contractorId}
              value={choice.contractorId}
              active={choice.contractorId === contractorId}
            >
              {choice.name}
            </Combobox.Option>
          ))}
          {choices.length === 0 && !found.isLoading ? <Combobox.Empty>{t('app.noContractor')}</Combobox.Empty> : null}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}

/** The name to show for a contractor: from the memberships, otherwise asked from the server. */
export function useContractorName(contractorId: string | undefined): string {
  const { t } = useTranslation();
  const session = useSession();
  const own = session.contractors.find((c) => c.contractorId === contractorId)?.name;
  const asked = useQuery({
    queryKey: ['contractor', contractorId],
    queryFn: () => call('getContractor', { params: { contractorId: contractorId ?? '' } }),
    enabled: contractorId !== undefined && own === undefined,
  });
  if (contractorId === undefined) return session.providerRole === null ? t('app.chooseContractor') : t('app.provider');
  return own ?? asked.data?.contractor.name ?? '…';
}
