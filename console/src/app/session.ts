import { queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import type { Permission, Session } from '@tsukasa/api';
import { call } from './api.ts';
import { isStatus } from './problem.ts';

/** Who is signed in; `null` when nobody is. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  staleTime: 60_000,
  queryFn: async (): Promise<Session | null> => {
    try {
      return await call('getSession');
    } catch (error) {
      if (isStatus(error, 401)) return null;
      throw error;
    }
  },
});

/** The session on pages that exist only for people who are signed in. */
export function useSession(): Session {
  const { data } = useSuspenseQuery(sessionQuery);
  if (data === null) throw new Error('no session on a page that needs one');
  return data;
}

/** The contractor that the page is about; a member of only one is always there, on pages of their own account too. */
export function useCurrentContractor(): string | undefined {
  const { contractorId } = useParams({ strict: false });
  const { providerRole, contractors } = useSession();
  const [only, ...others] = contractors;
  return contractorId ?? (providerRole === null && others.length === 0 ? only?.contractorId : undefined);
}

/** Asks whether the person holds a permission: in this contractor, or everywhere. */
export function useCan(contractorId?: string): (permission: Permission) => boolean {
  const session = useSession();
  const own = session.contractors.find((c) => c.contractorId === contractorId)?.permissions ?? [];
  return (permission) => session.permissions.includes(permission) || own.includes(permission);
}
