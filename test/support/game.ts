/** A game under one offer, as the catalogue hands it out. */
import type { Game } from '../../src/catalogue/index.ts';
import { aggregatorName, gameCode } from '../../src/wallet/index.ts';

export function gameOf(id: string, more: Partial<Game> = {}): Game {
  return {
    id,
    offer: `${id}-offer`,
    aggregator: aggregatorName('acme'),
    provider: { code: 'amber', name: 'Amber Works' },
    providerCode: 'amber',
    code: gameCode(id),
    name: `Game ${id}`,
    category: 'slots',
    tags: [],
    own: { enabled: true, name: null, category: null, tags: [], offerEnabled: true, rank: null, variant: null },
    features: [],
    rtp: '96.50',
    volatility: 'high',
    lines: 20,
    thumbnail: null,
    demo: true,
    platforms: [],
    currencies: [],
    blockedCountries: [],
    releasedAt: null,
    vendorEnabled: true,
    operatorEnabled: true,
    order: 1_000,
    firstSeenAtMs: 0,
    lastSeenAtMs: 0,
    changedAtMs: 0,
    missingAtMs: null,
    removedAtMs: null,
    ...more,
  };
}
