/** The games there are: found, switched on and off; what syncs did lately. */
import { Group, Stack, Switch, TextInput, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../api.ts';
import { useMay } from '../operator.tsx';
import { Panel } from '../parts/Panel.tsx';
import { number, Sheet } from '../parts/Sheet.tsx';
import { Nothing, Shown, State } from '../parts/states.tsx';
import { Time } from '../parts/Time.tsx';
import { useWord } from '../router.tsx';
import type { Game } from '../types.ts';

export function CataloguePage(_page: { readonly id: string }) {
  const [word, setWord] = useWord('q');
  const [q] = useDebouncedValue(word, 180);
  const pages = useInfiniteQuery({
    queryKey: ['games', q],
    queryFn: async ({ pageParam }) => api.games({ q, cursor: pageParam }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
  });
  const games = pages.data?.pages.flatMap(({ items }) => items) ?? [];
  const aggregator = games[0]?.aggregator ?? null;
  return (
    <Stack gap="lg">
      <Title order={1} size="h2">
        Catalogue
      </Title>
      <TextInput
        label="Search games"
        placeholder="Game or studio, however spelled"
        type="search"
        value={word ?? ''}
        onChange={(event) => setWord(event.currentTarget.value)}
      />
      <Shown asked={pages}>{() => <Games games={games} />}</Shown>
      {pages.hasNextPage ? (
        <button type="button" className="more" onClick={() => void pages.fetchNextPage()}>
          More games
        </button>
      ) : null}
      {aggregator === null ? null : <LatestSyncs aggregator={aggregator} />}
    </Stack>
  );
}

function Games({ games }: { readonly games: readonly Game[] }) {
  return (
    <Sheet
      title="Games"
      rows={games}
      keyOf={(row) => row.id}
      empty={<Nothing title="No game fits; fewer words find more" />}
      columns={[
        { name: 'game', render: (row) => row.name, text: (row) => row.name },
        { name: 'studio', render: (row) => row.provider.name, text: (row) => row.provider.name },
        { name: 'category', render: (row) => row.category, text: (row) => row.category },
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

function LatestSyncs({ aggregator }: { readonly aggregator: string }) {
  const syncs = useQuery({ queryKey: ['syncs', aggregator], queryFn: async () => api.syncs(aggregator) });
  return (
    <Panel title={`Latest syncs of ${aggregator}`}>
      <Shown asked={syncs}>
        {(rows) => (
          <Sheet
            title="Syncs"
            rows={rows}
            keyOf={(row) => row.id}
            empty={<Nothing title="There was none yet" />}
            columns={[
              { name: 'started', render: (row) => <Time at={row.started_at} />, text: (row) => row.started_at },
              { name: 'outcome', render: (row) => <State word={row.outcome} />, text: (row) => row.outcome },
              ...(['listed', 'added', 'changed', 'removed'] as const).map((name) => ({
                name,
                right: true,
                render: (row: (typeof rows)[number]) => row[name].toLocaleString('en'),
                text: (row: (typeof rows)[number]) => number(row[name]),
              })),
              { name: 'reason', render: (row) => row.reason ?? '', text: (row) => row.reason },
            ]}
          />
        )}
      </Shown>
    </Panel>
  );
}
