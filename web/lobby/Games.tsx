import { Alert, Button, Skeleton, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useCallback, useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import { api } from './api.ts';
import type { Game } from './api.ts';
import { ANYTHING, Filters } from './Filters.tsx';
import { GameGrid } from './GameGrid.tsx';
import { Introduction } from './Introduction.tsx';
import { useGames } from './use-games.ts';

interface GamesProps {
  readonly currency: string;
  /** mode and id of the game that is being launched */
  readonly starting: string | null;
  readonly onPlay: (game: Game, mode: 'real' | 'demo') => Promise<void>;
  /** shown between the introduction and the games */
  readonly between: ReactNode;
}

const FIRST_CARDS = 12;

export function Games({ currency, starting, onPlay, between }: GamesProps) {
  const [wish, setWish] = useState(ANYTHING);
  const everything = useQuery({ queryKey: ['facets', 'everything'], queryFn: async () => api.facets({}) });
  const { games, facets, filter } = useGames(wish, currency);
  const { hasNextPage, isFetchingNextPage, fetchNextPage, isPlaceholderData } = games;
  const shown = useMemo(() => games.data?.pages.flatMap((page) => page.games) ?? [], [games.data]);
  const total = games.data?.pages[0]?.total ?? 0;
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage && !isPlaceholderData) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, isPlaceholderData, fetchNextPage]);
  return (
    <Stack gap="lg" component="section" aria-label="Lobby">
      <Introduction facets={everything.data} />
      {between}
      <Filters facets={facets.data} total={games.isSuccess ? total : null} wish={wish} onWish={setWish} />
      {games.isError && <Alert color="red">{games.error.message}</Alert>}
      {games.isSuccess && shown.length === 0 && <NothingFits onClear={() => setWish(ANYTHING)} />}
      {games.isPending ? (
        <div className="games" aria-busy>
          {Array.from({ length: FIRST_CARDS }, (_unused, index) => (
            <Skeleton key={index} height={262} />
          ))}
        </div>
      ) : (
        <GameGrid
          key={JSON.stringify(filter)}
          games={shown}
          total={total}
          isBusy={games.isFetching}
          starting={starting}
          onPlay={onPlay}
          onEnd={onEnd}
        />
      )}
    </Stack>
  );
}

function NothingFits({ onClear }: { readonly onClear: () => void }) {
  return (
    <Stack align="center" gap="xs" py="xl">
      <Text c="dimmed">No game fits. Try fewer letters or another provider.</Text>
      <Button variant="light" size="compact-md" onClick={onClear}>
        Show all games
      </Button>
    </Stack>
  );
}
