import { useQueryClient } from '@tanstack/react-query';

/** Everything that is derived from contracts is asked for again: one entry of a history may change all of it. */
export function useRefreshContracts(): () => Promise<void> {
  const client = useQueryClient();
  return async () => {
    await Promise.all(
      ['contracts', 'entitlements', 'billing', 'dashboard'].map((key) => client.invalidateQueries({ queryKey: [key] })),
    );
  };
}
