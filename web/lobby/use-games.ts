/** The list of games as it is looked through: one request a page, the next one when the end of the list comes near. */
import { useDebouncedValue, useIntersection } from '@mantine/hooks';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { api } from './api.ts';
import type { Filter } from './api.ts';
import type { Wish } from './Filters.tsx';

export function useGames(wish: Wish, currency: string) {
  const [q] = useDebouncedValue(wish.q, 200);
  const filter: Filter = { q: q.trim(), provider: wish.provider ?? '', category: wish.category ?? '', currency };
  const games = useInfiniteQuery({
    queryKey: ['games', filter],
    queryFn: async ({ pageParam }) => api.games(filter, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: (previous) => previous,
    // Without the player's currency the answer would be another list.
    enabled: currency !== '',
  });
  const { ref: endOfList, entry } = useIntersection({ threshold: 0, rootMargin: '600px' });
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = games;
  const near = entry?.isIntersecting === true;
  useEffect(() => {
    if (near && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [near, hasNextPage, isFetchingNextPage, fetchNextPage]);
  return { games, endOfList };
}
