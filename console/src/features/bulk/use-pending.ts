import { call } from '../../app/api.ts';
import { usePages } from '../../shared/list.tsx';

/** What waits for a decision; the navigation counts it on every page. */
export function usePending(contractorId: string, enabled: boolean) {
  return usePages(
    ['pending', contractorId],
    (cursor, signal) => call('listPending', { params: { contractorId }, query: { cursor, limit: 50 }, signal }),
    { refetchInterval: 15_000, enabled },
  );
}
