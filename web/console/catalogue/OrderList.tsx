/** The list of the order: rows that are dragged, moved by arrows and keys, and only those near the window in the page. */
import { ActionIcon } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState } from 'react';
import type { DragEvent, KeyboardEvent } from 'react';
import type { Game } from '../types.ts';
import type { Order } from './OrderPage.tsx';
import { PlaceCell } from './PlaceCell.tsx';

const ROW_PX = 46;
/** The next page is asked for so many rows before the end. */
const AHEAD = 40;

export function OrderList({ order }: { readonly order: Order }) {
  const { rows, pages, focus, change } = order;
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = pages;
  const frame = useRef<HTMLDivElement>(null);
  // oxlint-disable-next-line react/incompatible-library -- it is not memoised here, which is what the rule is about
  const shown = useVirtualizer({
    count: rows.length,
    getScrollElement: () => frame.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
  });
  const items = shown.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && !change.isPending && last >= rows.length - AHEAD) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, change.isPending, fetchNextPage, last, rows.length]);
  // The row moves, and what had the focus goes with it.
  useEffect(() => {
    if (focus === null) return;
    shown.scrollToIndex(focus.at, { align: 'auto' });
    const frameId = requestAnimationFrame(() =>
      frame.current?.querySelector<HTMLElement>(`[data-game="${CSS.escape(focus.id)}"]`)?.focus(),
    );
    return () => cancelAnimationFrame(frameId);
    // oxlint-disable-next-line react/exhaustive-deps -- once for each move, and not whenever the window scrolls
  }, [focus]);
  const rowProps = useMoving(order);
  return (
    <div ref={frame} className="long order" tabIndex={-1}>
      <ol aria-label="Order of games" className="long-body" style={{ height: shown.getTotalSize() }}>
        {items.map(({ index, start }) => {
          const game = rows[index];
          return game === undefined ? null : (
            <li
              key={game.id}
              data-game={game.id}
              tabIndex={0}
              aria-posinset={index + 1}
              aria-setsize={hasNextPage ? -1 : rows.length}
              {...rowProps(game, index)}
              style={{ transform: `translateY(${start}px)`, height: ROW_PX }}
            >
              <Row game={game} index={index} order={order} />
            </li>
          );
        })}
      </ol>
    </div>
  );
}

/** What makes a row movable: dragging it onto another, and the keys. */
function useMoving({ rows, put, may, pages }: Order) {
  const [dragged, setDragged] = useState<number | null>(null);
  const [over, setOver] = useState<number | null>(null);
  const move = (game: Game, to: number): void => {
    if (to >= 0 && to < rows.length) put(rows, game, to, !pages.hasNextPage);
  };
  const end = (): void => {
    setDragged(null);
    setOver(null);
  };
  return (game: Game, index: number) => ({
    draggable: may,
    className: over === index && dragged !== index ? 'order-row over' : 'order-row',
    onDragStart: (event: DragEvent) => {
      event.dataTransfer.effectAllowed = 'move';
      event.dataTransfer.setData('text/plain', game.id);
      setDragged(index);
    },
    onDragEnd: end,
    onDragOver: (event: DragEvent) => {
      if (dragged === null) return;
      event.preventDefault();
      setOver(index);
    },
    onDrop: (event: DragEvent) => {
      event.preventDefault();
      const moved = dragged === null ? undefined : rows[dragged];
      if (moved !== undefined) move(moved, index);
      end();
    },
    onKeyDown: (event: KeyboardEvent) => {
      const by = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0;
      if (!event.altKey || by === 0 || !may) return;
      event.preventDefault();
      move(game, index + by);
    },
  });
}

interface RowProps {
  readonly game: Game;
  readonly index: number;
  readonly order: Order;
}

function Row({ game, index, order }: RowProps) {
  const { rows, put, may, pages } = order;
  const arrow = (to: number, sign: string, word: string) => (
    <ActionIcon
      variant="default"
      aria-label={`${game.name} ${word}`}
      disabled={to < 0 || to >= rows.length}
      onClick={() => put(rows, game, to, !pages.hasNextPage)}
    >
      {sign}
    </ActionIcon>
  );
  return (
    <>
      <PlaceCell game={game} place={index + 1} order={order} />
      <span className="order-name cut">
        {game.name} <span className="dim">{game.provider.name}</span>
      </span>
      <span className="dim order-number">{game.order}</span>
      {may ? (
        <span className="order-arrows">
          {arrow(index - 1, '↑', 'up')}
          {arrow(index + 1, '↓', 'down')}
        </span>
      ) : null}
    </>
  );
}
