import { useQuery } from '@tanstack/react-query';
import { call } from '../../app/api.ts';

/** Which devices can be invited, and what is missing for the others. */
export function useEnrollmentOptions(contractorId: string) {
  return useQuery({
    queryKey: ['enrollment-options', contractorId],
    queryFn: () => call('listEnrollmentOptions', { params: { contractorId } }),
    staleTime: 10_000,
  });
}
