import { Loader } from '@mantine/core';
import { useEffect } from 'react';
import type { Game } from './api.ts';
import { GameCard } from './GameCard.tsx';
import { useRows } from './use-rows.ts';

interface GameGridProps {
  readonly games: readonly Game[];
  /** of all pages together */
  readonly total: number;
  readonly isBusy: boolean;
  readonly starting: string | null;
  readonly onPlay: (game: Game, mode: 'real' | 'demo') => Promise<void>;
  /** called when the last loaded row is near; may be called again */
  readonly onEnd: () => void;
}

/** The loaded games, of which only those near the window are in the page. */
export function GameGrid({ games, total, isBusy, starting, onPlay, onEnd }: GameGridProps) {
  const { grid, rows } = useRows(games.length);
  const { columns, rowHeight, first, last } = rows;
  const all = Math.ceil(games.length / columns);
  const shown = games.slice(first * columns, last * columns);
  const isNearEnd = last >= all - 1;
  useEffect(() => {
    if (isNearEnd) onEnd();
  }, [isNearEnd, onEnd]);
  return (
    <>
      <div
        ref={grid}
        className="games"
        role="feed"
        aria-label="Games"
        aria-busy={isBusy}
        style={{ paddingTop: first * rowHeight, paddingBottom: Math.max(0, all - last) * rowHeight }}
      >
        {shown.map((game, index) => (
          <GameCard
            key={game.id}
            game={game}
            place={first * columns + index + 1}
            total={total}
            starting={starting}
            onPlay={onPlay}
          />
        ))}
      </div>
      <div className="more">{games.length < total && <Loader size="sm" aria-label="More games are coming" />}</div>
    </>
  );
}
