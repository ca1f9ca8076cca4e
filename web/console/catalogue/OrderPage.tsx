/** The order of the lobby, by drag or by the keyboard: a game is put between two others, and what that takes is written. */
import { ActionIcon, Alert, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import type { DragEvent, KeyboardEvent } from 'react';
import { api } from '../api.ts';
import { useMay } from '../operator.tsx';
import { Nothing, Shown } from '../parts/states.tsx';
import { useWord } from '../router.tsx';
import type { Game, Games } from '../types.ts';
import { CategoryFilter } from './CategoryFilter.tsx';
import { placed, placementsOf } from './order.ts';
import type { Placement } from './order.ts';

interface Move {
  readonly rows: readonly Game[];
  readonly placements: readonly Placement[];
  readonly said: string;
}

const orderKey = (category: string | null) => ['games', 'order', category];

export function OrderPage() {
  const [category] = useWord('category');
  const games = useQuery({
    queryKey: orderKey(category),
    queryFn: async () => api.games({ q: null, category, cursor: null }),
  });
  return (
    <Stack gap="md">
      <Group>
        <CategoryFilter />
      </Group>
      <Text size="sm" c="dimmed">
        Drag a game, or use its arrows; on a focused game, Alt and an arrow key move it too. Only the first hundred are
        shown: narrow by category to reach others. A number on the right is what the lobby sorts by.
      </Text>
      <Shown asked={games}>
        {({ items, next_cursor: more }) =>
          items.length === 0 ? (
            <Nothing title="No game is of this category" />
          ) : (
            <Ordered key={category ?? ''} category={category} games={items} whole={more === null} />
          )
        }
      </Shown>
    </Stack>
  );
}

interface OrderedProps {
  readonly category: string | null;
  readonly games: readonly Game[];
  readonly whole: boolean;
}

function Ordered({ category, games, whole }: OrderedProps) {
  const may = useMay('PATCH /v1/games/:id');
  const queries = useQueryClient();
  const [dragged, setDragged] = useState<number | null>(null);
  const [over, setOver] = useState<number | null>(null);
  const list = useRef<HTMLOListElement>(null);
  const change = useMutation({
    mutationFn: async ({ placements }: Move) => {
      // oxlint-disable-next-line no-await-in-loop -- in this order every step of the way is an order one can live with
      for (const { id, order } of placements) await api.changeGame(id, { order });
    },
    // A list that was just changed may be answered for a moment as it was: what was written is what is shown.
    onSuccess: async (_done, { rows: written }) => {
      queries.setQueryData<Games>(orderKey(category), (known) => known && { ...known, items: written });
      await queries.invalidateQueries({ queryKey: ['games'], refetchType: 'none' });
    },
    onError: async () => queries.invalidateQueries({ queryKey: ['games'] }),
  });
  const rows = change.isPending ? change.variables.rows : games;
  const move = (from: number, to: number): void => {
    const placements = placementsOf(rows, from, to, whole);
    const game = rows[from];
    if (placements === null || placements.length === 0 || game === undefined || change.isPending) return;
    const said = `${game.name} is now at place ${to + 1} of ${rows.length}`;
    change.mutate({ rows: placed(rows, from, to, placements), placements, said });
    // The row moves, and what had the focus goes with it.
    requestAnimationFrame(() => list.current?.querySelectorAll('li')[to]?.focus());
  };
  const drop = (to: number) => (event: DragEvent) => {
    event.preventDefault();
    if (dragged !== null) move(dragged, to);
    setDragged(null);
    setOver(null);
  };
  const key = (index: number) => (event: KeyboardEvent) => {
    const by = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0;
    if (!event.altKey || by === 0 || !may) return;
    event.preventDefault();
    move(index, index + by);
  };
  return (
    <>
      {change.error === null ? null : (
        <Alert color="red" role="alert" title="The order was not written whole">
          {change.error.message}
        </Alert>
      )}
      <p className="dim" role="status">
        {change.isSuccess ? change.variables.said : may ? '' : 'Your role may look at the order and not change it.'}
      </p>
      <ol className="order" aria-label="Order of games" ref={list}>
        {rows.map((game, index) => (
          <li
            key={game.id}
            tabIndex={0}
            draggable={may}
            className={over === index && dragged !== index ? 'over' : undefined}
            onDragStart={(event) => {
              event.dataTransfer.effectAllowed = 'move';
              event.dataTransfer.setData('text/plain', game.id);
              setDragged(index);
            }}
            onDragEnd={() => {
              setDragged(null);
              setOver(null);
            }}
            onDragOver={(event) => {
              if (dragged === null) return;
              event.preventDefault();
              setOver(index);
            }}
            onDrop={drop(index)}
            onKeyDown={key(index)}
          >
            <span className="order-place">{index + 1}</span>
            <span className="order-name">
              {game.name} <span className="dim">{game.provider.name}</span>
            </span>
            <span className="dim order-number">{game.order}</span>
            {may ? <Arrows game={game} index={index} last={rows.length - 1} move={move} /> : null}
          </li>
        ))}
      </ol>
    </>
  );
}

interface ArrowsProps {
  readonly game: Game;
  readonly index: number;
  readonly last: number;
  readonly move: (from: number, to: number) => void;
}

function Arrows({ game, index, last, move }: ArrowsProps) {
  return (
    <span className="order-arrows">
      <ActionIcon
        variant="default"
        aria-label={`${game.name} up`}
        disabled={index === 0}
        onClick={() => move(index, index - 1)}
      >
        ↑
      </ActionIcon>
      <ActionIcon
        variant="default"
        aria-label={`${game.name} down`}
        disabled={index === last}
        onClick={() => move(index, index + 1)}
      >
        ↓
      </ActionIcon>
    </span>
  );
}
