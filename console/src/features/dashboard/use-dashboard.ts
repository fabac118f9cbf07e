import { useQuery } from '@tanstack/react-query';
import { call } from '../../app/api.ts';

/** The numbers of the dashboard, asked for again every 30 s. */
export function useDashboard(contractorId: string) {
  return useQuery({
    queryKey: ['dashboard', contractorId],
    queryFn: () => call('getDashboard', { params: { contractorId } }),
    refetchInterval: 30_000,
  });
}
