/** What changed in the catalogue, by whom, and what was there before; the newest first. */
import { Group, Stack, TextInput } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { api } from '../api.ts';
import { everyRow } from '../every.ts';
import { Sheet } from '../parts/Sheet.tsx';
import { Nothing, Shown } from '../parts/states.tsx';
import { Time } from '../parts/Time.tsx';
import { useWord } from '../router.tsx';
import type { Change } from '../types-desk.ts';

export function ChangesPage() {
  const [game, setGame] = useWord('game');
  const pages = useInfiniteQuery({
    queryKey: ['games', 'changes', game],
    queryFn: async ({ pageParam }) => api.changes({ game, cursor: pageParam }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
  const rows = pages.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Stack gap="md">
      <Group>
        <TextInput
          className="grow"
          label="Only of one game"
          placeholder="Our id of the game"
          value={game ?? ''}
          onChange={(event) => setGame(event.currentTarget.value)}
        />
      </Group>
      <Shown asked={pages}>{() => <Changes rows={rows} game={game} />}</Shown>
      {pages.hasNextPage ? (
        <button type="button" className="more" onClick={() => void pages.fetchNextPage()}>
          Earlier
        </button>
      ) : null}
    </Stack>
  );
}

const wordOf = (value: unknown): string =>
  value === null || value === undefined ? 'nothing' : typeof value === 'string' ? value : JSON.stringify(value);

function Changes({ rows, game }: { readonly rows: readonly Change[]; readonly game: string | null }) {
  return (
    <Sheet
      title="Changes"
      rows={rows}
      every={async () =>
        everyRow(async (cursor) => {
          const page = await api.changes({ game, cursor });
          return { items: page.items, next: page.next_cursor };
        })
      }
      keyOf={(row) => row.id}
      empty={<Nothing title="Nothing changed yet" />}
      columns={[
        { name: 'at', render: (row) => <Time at={row.at} />, text: (row) => row.at },
        { name: 'what', render: (row) => row.what.replaceAll('_', ' '), text: (row) => row.what },
        { name: 'field', render: (row) => row.field ?? '', text: (row) => row.field },
        {
          name: 'was',
          render: (row) => <span className="cut dim">{wordOf(row.was)}</span>,
          text: (row) => wordOf(row.was),
        },
        {
          name: 'became',
          render: (row) => <span className="cut">{wordOf(row.became)}</span>,
          text: (row) => wordOf(row.became),
        },
        {
          name: 'by',
          render: (row) => `${row.by.source} ${row.by.source === 'sync' ? '' : row.by.id}`,
          text: (row) => `${row.by.source} ${row.by.id}`,
        },
        { name: 'aggregator', render: (row) => row.aggregator ?? '', text: (row) => row.aggregator },
        { name: 'studio', render: (row) => row.provider ?? '', text: (row) => row.provider },
        { name: 'game', render: (row) => <code>{row.game_id ?? ''}</code>, text: (row) => row.game_id },
      ]}
    />
  );
}
