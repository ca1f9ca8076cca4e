/** Listings made by hand: games with their offers, in lobby order, without a database. */
import { hitsOf, inLobbyOrder, listingOf as slicesOfListing, pageAfter } from '../../src/catalogue/listing.ts';
import type { GamesFilter, Hit, Listing } from '../../src/catalogue/listing.ts';
import type { Game } from '../../src/catalogue/rules.ts';
import { foldName } from '../../src/catalogue/search.ts';
import { atOnce } from '../../src/wire/index.ts';

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
