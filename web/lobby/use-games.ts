/** The list of games as it is looked through: one request a page, the next one when the end of the list comes near. */
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { api } from './api.ts';
import type { Filter } from './api.ts';
import type { Wish } from './Filters.tsx';

export function useGames(wish: Wish, currency: string) {
  const [q] = useDebouncedValue(wish.q, 150);
  const filter: Filter = {
    q: q.trim(),
    provider: wish.provider ?? '',
    category: wish.category ?? '',
    tag: wish.tag ?? '',
    feature: wish.feature ?? '',
    volatility: wish.volatility ?? '',
    demo: wish.demo ? 'true' : '',
    currency,
  };
  // Without the player's currency the answers would be about another list.
  const enabled = currency !== '';
  const facets = useQuery({
    queryKey: ['facets', filter],
    queryFn: async () => api.facets(filter),
    placeholderData: keepPreviousData,
    enabled,
  });
  const games = useInfiniteQuery({
    queryKey: ['games', filter],
    queryFn: async ({ pageParam }) => api.games(filter, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
    enabled,
  });
  return { games, facets, filter };
}
