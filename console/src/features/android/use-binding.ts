import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { AndroidBinding } from '@tsukasa/api';
import { call } from '../../app/api.ts';

/** A contractor's Android enterprise; while somebody signs up at Google it is asked for often. */
export function useBinding(contractorId: string) {
  return useQuery({
    queryKey: ['android', contractorId],
    queryFn: () => call('getAndroidBinding', { params: { contractorId } }),
    refetchInterval: ({ state }) => (state.data?.state === 'signing_up' ? 3_000 : 15_000),
  });
}

/** Keeps an answer, and has asked again what depends on it. */
export function useKeepBinding(contractorId: string): (binding: AndroidBinding) => void {
  const client = useQueryClient();
  return (binding) => {
    client.setQueryData(['android', contractorId], binding);
    void client.invalidateQueries({ queryKey: ['enrollment-options', contractorId] });
  };
}
