/**
 * The order of the lobby, by drag, by the keyboard, or by a number: any game is put at any place, and what that takes is written.
 * The list is read as far as somebody looks, or as far as the place that a game is put at.
 */
import { Alert, Group, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { InfiniteData } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api.ts';
import { useMay } from '../operator.tsx';
import { Loading, Nothing, Problem, Shown } from '../parts/states.tsx';
import { useWord } from '../router.tsx';
import type { Game, Games } from '../types.ts';
import { CategoryFilter } from './CategoryFilter.tsx';
import { placed, placementsOf, withGame } from './order.ts';
import type { Placement } from './order.ts';
import { OrderList } from './OrderList.tsx';
import { PlaceCell } from './PlaceCell.tsx';

interface Move {
  readonly rows: readonly Game[];
  readonly placements: readonly Placement[];
  readonly said: string;
}
type Pages = InfiniteData<Games, string | null>;

const orderKey = (category: string | null) => ['games', 'order', category];
const FOUND_MAX = 8;
const AT_ONCE = 6;
/** Games that share a number are told apart by writing each of those above a place: no more than this for one move. */
const PLACEMENTS_MAX = 1_000;

export function OrderPage() {
  const [category] = useWord('category');
  const [word, setWord] = useWord('find');
  return (
    <Stack gap="md">
      <Group gap="sm" align="end">
        <TextInput
          className="grow"
          label="Find a game to place"
          placeholder="A name or a part of one"
          value={word ?? ''}
          onChange={(event) => setWord(event.currentTarget.value)}
        />
        <CategoryFilter />
      </Group>
      <Text size="sm" c="dimmed">
        Drag a game, use its arrows, or press its place and write another; on a focused game, Alt and an arrow key move
        it too. The number on the right is what the lobby sorts by.
      </Text>
      <Ordered key={category ?? ''} category={category} word={word ?? ''} />
    </Stack>
  );
}

interface OrderedProps {
  readonly category: string | null;
  readonly word: string;
}

/** The list as far as it was read, and how a game of it or of what was found is put somewhere. */
function useOrder(category: string | null) {
  const may = useMay('PATCH /v1/games/:id');
  const queries = useQueryClient();
  const [focus, setFocus] = useState<{ readonly id: string; readonly at: number } | null>(null);
  const [refused, setRefused] = useState<string | null>(null);
  const pages = useInfiniteQuery({
    queryKey: orderKey(category),
    queryFn: async ({ pageParam }) => api.games({ q: null, category, cursor: pageParam, limit: '200' }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
  const change = useMutation({
    // From the farthest on: every step of the way is an order one can live with, but for the few that are written at once.
    mutationFn: async ({ placements }: Move) => {
      for (let at = 0; at < placements.length; at += AT_ONCE)
        await Promise.all(
          placements.slice(at, at + AT_ONCE).map(async ({ id, order }) => api.changeGame(id, { order })),
        );
    },
    // A list that was just changed may be answered for a moment as it was: what was written is what is shown.
    onSuccess: async (_done, { rows }) => {
      queries.setQueryData<Pages>(orderKey(category), (known) => known && asPages(known, rows));
      await queries.invalidateQueries({ queryKey: ['games'], refetchType: 'none' });
    },
    onError: async () => queries.invalidateQueries({ queryKey: ['games'] }),
  });
  const read = pages.data?.pages.flatMap(({ items }) => items) ?? [];
  const rows = change.isPending ? change.variables.rows : read;
  const put = (list: readonly Game[], game: Game, to: number, whole: boolean): void => {
    const { list: all, at } = withGame(list, game);
    const placements = placementsOf(all, at, to, whole);
    if (!may || placements === null || placements.length === 0 || change.isPending) return;
    const tooMany = placements.length > PLACEMENTS_MAX;
    setRefused(tooMany ? `${game.name} shares its number with ${placements.length.toLocaleString('en')} games` : null);
    if (tooMany) return;
    const said = `${game.name} is now at place ${(to + 1).toLocaleString('en')}`;
    change.mutate({ rows: placed(all, at, to, placements), placements, said });
    setFocus({ id: game.id, at: to });
  };
  /** Reads on until the place is known; the last of all for a place behind it. */
  const putAt = async (game: Game, place: number): Promise<void> => {
    let list = read;
    let goesOn = pages.hasNextPage;
    while (goesOn && list.length <= place) {
      const next = await pages.fetchNextPage({ throwOnError: true });
      list = next.data?.pages.flatMap(({ items }) => items) ?? list;
      goesOn = next.hasNextPage;
    }
    put(list, game, Math.min(place, withGame(list, game).list.length) - 1, !goesOn);
  };
  return { may, pages, rows, change, refused, focus, put, putAt };
}

export type Order = ReturnType<typeof useOrder>;

/** The rows in pages as they were cut, the last of which takes the rest. */
function asPages({ pages, pageParams }: Pages, rows: readonly Game[]): Pages {
  let from = 0;
  const cut = pages.map((page, index) => {
    const to = index === pages.length - 1 ? rows.length : from + page.items.length;
    const items = rows.slice(from, to);
    from = to;
    return { ...page, items };
  });
  return { pages: cut, pageParams };
}

function Ordered({ category, word }: OrderedProps) {
  const order = useOrder(category);
  const { pages, change, may, rows } = order;
  if (pages.isPending) return <Loading />;
  if (pages.error !== null && rows.length === 0)
    return <Problem error={pages.error} again={() => void pages.refetch()} />;
  if (rows.length === 0) return <Nothing title="No game is of this category" />;
  return (
    <>
      {change.error === null ? null : (
        <Alert color="red" role="alert" title="The order was not written whole">
          {change.error.message}
        </Alert>
      )}
      {order.refused === null ? null : (
        <Alert color="orange" role="alert" title="That place is too far down">
          {order.refused}, each of which would be written. Put it further up, or narrow the list by category.
        </Alert>
      )}
      {word === '' ? null : <Found word={word} category={category} order={order} />}
      <p className="dim" role="status">
        {change.isSuccess ? change.variables.said : may ? '' : 'Your role may look at the order and not change it.'}
      </p>
      <OrderList order={order} />
    </>
  );
}

/** Games by their name, wherever they stand, to be put at a place. */
function Found({ word, category, order }: OrderedProps & { readonly order: Order }) {
  const [q] = useDebouncedValue(word, 180);
  const found = useQuery({
    queryKey: ['games', 'found', q, category],
    queryFn: async () => api.games({ q, category, cursor: null, limit: String(FOUND_MAX) }),
  });
  return (
    <Shown asked={found}>
      {({ items }) =>
        items.length === 0 ? (
          <Nothing title="No game fits" />
        ) : (
          <ul className="order" aria-label="Games found">
            {items.map((game) => (
              <li key={game.id} className="order-row">
                <PlaceCell game={game} place={null} order={order} />
                <span className="order-name">
                  {game.name} <span className="dim">{game.provider.name}</span>
                </span>
                <span className="dim order-number">{game.order}</span>
              </li>
            ))}
          </ul>
        )
      }
    </Shown>
  );
}
