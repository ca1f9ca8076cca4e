/** The games there are: found, switched on and off, sorted; what changed, and what syncs did lately. */
import { Group, Stack, Switch, Tabs, TextInput, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api.ts';
import { everyRow } from '../every.ts';
import { useMay } from '../operator.tsx';
import { number, Sheet } from '../parts/Sheet.tsx';
import { Nothing, Shown, State } from '../parts/states.tsx';
import { addressOf, go, useWord } from '../router.tsx';
import type { Game } from '../types.ts';
import { CategoryCell } from './CategoryCell.tsx';
import { CategoryFilter } from './CategoryFilter.tsx';
import { ChangesPage } from './ChangesPage.tsx';
import { OrderPage } from './OrderPage.tsx';
import { SyncsPage } from './SyncsPage.tsx';

const TABS = [
  ['games', 'Games'],
  ['order', 'Order'],
  ['changes', 'Changes'],
  ['syncs', 'Syncs'],
] as const;

export function CataloguePage({ id }: { readonly id: string }) {
  return (
    <Stack gap="lg">
      <Title order={1} size="h2">
        Catalogue
      </Title>
      <Tabs
        value={id === '' ? 'games' : id}
        onChange={(name) => go(addressOf(['catalogue', ...(name === null || name === 'games' ? [] : [name])]))}
        keepMounted={false}
      >
        <Tabs.List aria-label="About the catalogue">
          {TABS.map(([name, title]) => (
            <Tabs.Tab key={name} value={name}>
              {title}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="games" pt="md">
          <Found />
        </Tabs.Panel>
        <Tabs.Panel value="order" pt="md">
          <OrderPage />
        </Tabs.Panel>
        <Tabs.Panel value="changes" pt="md">
          <ChangesPage />
        </Tabs.Panel>
        <Tabs.Panel value="syncs" pt="md">
          <SyncsPage />
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}

function Found() {
  const [word, setWord] = useWord('q');
  const [category] = useWord('category');
  const [q] = useDebouncedValue(word, 180);
  const pages = useInfiniteQuery({
    queryKey: ['games', q, category],
    queryFn: async ({ pageParam }) => api.games({ q, category, cursor: pageParam }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
  });
  const games = pages.data?.pages.flatMap(({ items }) => items) ?? [];
  const every = async (): Promise<readonly Game[]> =>
    everyRow(async (cursor) => {
      const page = await api.games({ q, category, cursor });
      return { items: page.items, next: page.next_cursor };
    });
  return (
    <Stack gap="md">
      <Group gap="sm" align="end">
        <TextInput
          className="grow"
          label="Search games"
          placeholder="Game or studio, however spelled"
          type="search"
          value={word ?? ''}
          onChange={(event) => setWord(event.currentTarget.value)}
        />
        <CategoryFilter />
      </Group>
      <Shown asked={pages}>{() => <Games games={games} every={every} />}</Shown>
      {pages.hasNextPage ? (
        <button type="button" className="more" onClick={() => void pages.fetchNextPage()}>
          More games
        </button>
      ) : null}
    </Stack>
  );
}

interface GamesProps {
  readonly games: readonly Game[];
  readonly every: () => Promise<readonly Game[]>;
}

function Games({ games, every }: GamesProps) {
  return (
    <Sheet
      title="Games"
      rows={games}
      every={every}
      keyOf={(row) => row.id}
      empty={<Nothing title="No game fits; fewer words find more" />}
      columns={[
        { name: 'game', render: (row) => row.name, text: (row) => row.name },
        { name: 'studio', render: (row) => row.provider.name, text: (row) => row.provider.name },
        { name: 'category', render: (row) => <CategoryCell game={row} />, text: (row) => row.category },
        { name: 'aggregator', render: (row) => row.aggregator, text: (row) => row.aggregator },
        { name: 'code', render: (row) => row.code, text: (row) => row.code },
        { name: 'RTP', right: true, render: (row) => row.rtp ?? '', text: (row) => number(row.rtp) },
        {
          name: 'launches',
          render: (row) => <State word={row.available ? 'open' : 'closed'} />,
          text: (row) => (row.available ? 'open' : 'closed'),
        },
        { name: 'on', render: (row) => <OnOff game={row} />, text: (row) => String(row.enabled) },
      ]}
    />
  );
}

function OnOff({ game }: { readonly game: Game }) {
  const may = useMay('PATCH /v1/games/:id');
  const queries = useQueryClient();
  const [on, setOn] = useState(game.enabled);
  const change = useMutation({
    mutationFn: async (enabled: boolean) => api.changeGame(game.id, { enabled }),
    onMutate: setOn,
    onError: () => setOn(game.enabled),
    onSuccess: async () => queries.invalidateQueries({ queryKey: ['games'] }),
  });
  return (
    <Group gap={6}>
      <Switch
        size="sm"
        aria-label={`${game.name} may be launched`}
        checked={on}
        disabled={!may || change.isPending}
        onChange={(event) => change.mutate(event.currentTarget.checked)}
      />
      {change.error === null ? null : <span className="bad">{change.error.message}</span>}
    </Group>
  );
}
