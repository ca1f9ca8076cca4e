import { Alert, Button, Loader, Skeleton, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { api } from './api.ts';
import type { Game } from './api.ts';
import { ANYTHING, Filters } from './Filters.tsx';
import { GameCard } from './GameCard.tsx';
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
  const facets = useQuery({ queryKey: ['facets'], queryFn: api.facets });
  const { games, endOfList } = useGames(wish, currency);
  const shown = games.data?.pages.flatMap((page) => page.games) ?? [];
  return (
    <Stack gap="lg" component="section" aria-label="Games">
      <Introduction facets={facets.data} />
      {between}
      <Filters facets={facets.data} wish={wish} onWish={setWish} />
      {games.isError && <Alert color="red">{games.error.message}</Alert>}
      {games.isSuccess && shown.length === 0 && <NothingFits onClear={() => setWish(ANYTHING)} />}
      <div className="games" aria-busy={games.isFetching}>
        {games.isPending &&
          Array.from({ length: FIRST_CARDS }, (_unused, index) => <Skeleton key={index} height={262} />)}
        {shown.map((game) => (
          <GameCard key={game.id} game={game} starting={starting} onPlay={onPlay} />
        ))}
      </div>
      <div ref={endOfList} className="more">
        {games.isFetchingNextPage && <Loader size="sm" aria-label="More games are coming" />}
      </div>
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
