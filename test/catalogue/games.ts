/** Listings made by hand: games with their offers, in lobby order, without a database. */
import { hitsOf, inLobbyOrder, listingOf as slicesOfListing, pageAfter } from '../../src/catalogue/listing.ts';
import type { GamesFilter, Hit, Listing } from '../../src/catalogue/listing.ts';
import type { Game } from '../../src/catalogue/rules.ts';
import { foldName } from '../../src/catalogue/search.ts';
import { aggregatorName, gameCode } from '../../src/wallet/index.ts';
import { atOnce } from '../../src/wire/index.ts';

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

/** Each list is one game's offers, the preferred first. */
export function listingOf(games: readonly (readonly [Game, ...Game[]])[]): Listing {
  const entries = games
    .map((offers) => {
      const [{ id, order, name }] = offers;
      const folded = foldName(name, [...new Set(offers.map((each) => each.provider.name))]);
      return { id, order, sortName: name.toLowerCase(), offers, folded };
    })
    .toSorted(inLobbyOrder);
  return atOnce(slicesOfListing('1', entries));
}

/** Everything that fits, in the order it is shown. */
export function shownOf(listing: Listing, filter: GamesFilter): readonly Hit[] {
  return pageAfter(hitsOf(listing, filter), null, Number.POSITIVE_INFINITY);
}
