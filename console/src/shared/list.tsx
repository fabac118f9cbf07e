import { Box, Button, Group, Text } from '@mantine/core';
import { type InfiniteData, type UseInfiniteQueryResult, useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { QueryStates } from './query-states.tsx';

export type PageOf<T> = { readonly items: readonly T[]; readonly nextCursor: string | null; readonly total?: number };

/** Pages of a list by cursor; `load` gets the cursor to go on from. */
export function usePages<T>(
  key: readonly unknown[],
  load: (cursor: string | undefined, signal: AbortSignal) => Promise<PageOf<T>>,
  options: {
    readonly refetchInterval?: number | ((rows: readonly T[]) => number | false);
    readonly enabled?: boolean;
  } = {},
) {
  const { refetchInterval, enabled } = options;
  return useInfiniteQuery({
    queryKey: key,
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => load(pageParam, signal),
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    enabled: enabled ?? true,
    refetchInterval:
      typeof refetchInterval === 'function'
        ? (query) => refetchInterval(query.state.data?.pages.flatMap((page) => page.items) ?? [])
        : (refetchInterval ?? false),
  });
}
export type Pages<T> = UseInfiniteQueryResult<InfiniteData<PageOf<T>>>;
export const rowsOf = <T,>(pages: Pages<T>): readonly T[] => pages.data?.pages.flatMap((page) => page.items) ?? [];

type Props<T> = {
  readonly pages: Pages<T>;
  readonly empty: ReactNode;
  readonly children: (rows: readonly T[]) => ReactNode;
};

/** A paged list with all its states, and the button for more. */
export function PagedList<T>({ pages, empty, children }: Props<T>) {
  const { t } = useTranslation();
  const rows = rowsOf(pages);
  const total = pages.data?.pages[0]?.total;
  return (
    <QueryStates query={pages} empty={{ when: () => rows.length === 0, text: empty }}>
      {() => (
        <Box>
          {children(rows)}
          <Group justify="space-between" px="md" py={total === undefined && !pages.hasNextPage ? 0 : 'xs'}>
            <Text size="sm" c="dimmed" role="status">
              {total === undefined ? null : t('common.shown', { count: rows.length, total })}
            </Text>
            {pages.hasNextPage ? (
              <Button
                variant="default"
                size="xs"
                loading={pages.isFetchingNextPage}
                onClick={() => void pages.fetchNextPage()}
              >
                {t('common.loadMore')}
              </Button>
            ) : null}
          </Group>
        </Box>
      )}
    </QueryStates>
  );
}
