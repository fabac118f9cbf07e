import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { call } from '../app/api.ts';

type Props = {
  readonly contractorId: string;
  readonly label: string;
  readonly description?: ReactNode;
  readonly value: string | null;
  /** The name of `value` when it is known already. */
  readonly name?: string | undefined;
  readonly onChange: (personId: string | null) => void;
};

/** Chooses a person; the server searches name, kana, number and department. */
export function PersonSelect({ contractorId, label, description, value, name, onChange }: Props) {
  const [search, setSearch] = useState('');
  const [asked] = useDebouncedValue(search, 250);
  const chosen = useQuery({
    queryKey: ['person', contractorId, value],
    queryFn: () => call('getPerson', { params: { contractorId, personId: value ?? '' } }),
    enabled: value !== null && name === undefined,
  });
  const found = useQuery({
    queryKey: ['persons', contractorId, 'select', asked],
    queryFn: ({ signal }) =>
      call('listPersons', { params: { contractorId }, query: { q: asked || undefined, limit: 30 }, signal }),
    placeholderData: keepPreviousData,
  });
  const chosenName = name ?? chosen.data?.name;
  const options = (found.data?.items ?? []).map((person) => ({
    value: person.personId,
    label: person.department === null ? person.name : `${person.name}（${person.department}）`,
  }));
  if (value !== null && chosenName !== undefined && !options.some((o) => o.value === value)) {
    options.unshift({ value, label: chosenName });
  }
  return (
    <Select
      label={label}
      description={description}
      searchable
      clearable
      data={options}
      // The server has searched already (also by kana): nothing is filtered a second time here.
      filter={({ options: all }) => all}
      value={value}
      onChange={onChange}
      onSearchChange={(text) => setSearch(options.some((o) => o.label === text) ? '' : text)}
    />
  );
}
