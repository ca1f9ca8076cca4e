import { Badge, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api } from './api.ts';
import { colourOf, gameOf, isWin } from './round-words.ts';

/** Beside a game: the last rounds, as they arrive in the book. */
export function RoundsBeside({ player, mode }: { readonly player: string; readonly mode: 'real' | 'demo' }) {
  const rounds = useQuery({
    queryKey: ['rounds', player],
    queryFn: async () => api.rounds(player),
    enabled: mode === 'real',
  });
  return (
    <aside className="beside" aria-label="Rounds">
      <Text fw={800}>In the book</Text>
      {mode === 'demo' && (
        <Text size="sm" c="dimmed">
          A demo plays with pretend money. It sends no callbacks, so nothing is booked.
        </Text>
      )}
      {mode === 'real' && (rounds.data ?? []).length === 0 && (
        <Text size="sm" c="dimmed">
          Spin once, and the round appears here.
        </Text>
      )}
      <ol>
        {(mode === 'real' ? (rounds.data ?? []) : []).map((round) => (
          <li key={round.id} title={`${gameOf(round.game)}, ${round.round_id}`}>
            <time dateTime={round.opened_at}>{new Date(round.opened_at).toLocaleTimeString()}</time>
            <Badge size="xs" variant="light" color={colourOf(round.state)}>
              {round.state}
            </Badge>
            <span>−{round.staked}</span>
            <span className={isWin(round) ? 'gain' : 'none'}>+{round.paid}</span>
          </li>
        ))}
      </ol>
    </aside>
  );
}
