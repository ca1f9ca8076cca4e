import { Text } from '@mantine/core';
import type { Player } from './api.ts';

/** A player's money as the book has it. */
export function Balance({ player }: { readonly player: Player | undefined }) {
  if (player === undefined) return null;
  return (
    <Text component="span" className="balance" fw={700} aria-live="polite" data-testid="balance">
      {player.balances.map(({ balance, currency }) => `${balance} ${currency}`).join(' · ')}
    </Text>
  );
}
