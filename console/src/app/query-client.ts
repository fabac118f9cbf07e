import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { ApiError, isStatus } from './problem.ts';
import { sessionQuery } from './session.ts';

/** Server state lives here. What the server refused is not asked again; what did not arrive is, a few times. */
export function createQueryClient(): QueryClient {
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError: (error) => askAgain(error) }),
    mutationCache: new MutationCache({ onError: (error) => askAgain(error) }),
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        retry: (count, error) => count < 2 && !(error instanceof ApiError && error.status >= 400 && error.status < 500),
      },
    },
  });
  // A session that ended elsewhere: asking for it again leads to the sign-in page.
  const askAgain = (error: unknown) => {
    if (isStatus(error, 401)) void client.invalidateQueries(sessionQuery);
  };
  return client;
}
