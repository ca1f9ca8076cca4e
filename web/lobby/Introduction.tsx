import { Text, Title } from '@mantine/core';
import type { Facets } from './api.ts';

export function Introduction({ facets }: { readonly facets: Facets | undefined }) {
  const games = facets?.total ?? 0;
  return (
    <div className="hero">
      <Title order={2}>
        {games === 0
          ? 'One wallet, every game'
          : `${games.toLocaleString('en')} games, ${facets?.providers.length ?? 0} studios, one wallet`}
      </Title>
      <Text>
        Every spin is a signed callback to the gateway, and every callback a row in the book. Play one, then look it up.
      </Text>
    </div>
  );
}
