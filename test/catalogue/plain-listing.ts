/** The lobby's list by looking at every game for every question: slow, short, and what the quick one must come to. */
import type { Entry, Facets, GamesFilter, Hit } from '../../src/catalogue/listing.ts';
import type { Game } from '../../src/catalogue/rules.ts';
import { NONE, searchBuilder, searchLiteral, searchNear } from '../../src/catalogue/search.ts';

const KINDS = [
  { kind: 'providers', name: 'provider', of: (game: Game) => [game.provider.code] },
  { kind: 'categories', name: 'category', of: (game: Game) => [game.category] },
  { kind: 'aggregators', name: 'aggregator', of: (game: Game) => [game.aggregator] },
  { kind: 'tags', name: 'tag', of: (game: Game) => game.tags },
  { kind: 'features', name: 'feature', of: (game: Game) => game.features },
  { kind: 'volatilities', name: 'volatility', of: (game: Game) => (game.volatility === null ? [] : [game.volatility]) },
] as const;

function mayBePlayed(game: Game, { state, country, currency, demo }: GamesFilter): boolean {
  const isAvailable = game.vendorEnabled && game.operatorEnabled && game.removedAtMs === null;
  const isTaken = currency === undefined || game.currencies.length === 0 || game.currencies.includes(currency);
  const isAllowed = country === undefined || !game.blockedCountries.includes(country);
  return (state === 'all' || isAvailable) && isTaken && isAllowed && (demo === undefined || game.demo === demo);
}

function fits(game: Game, filter: GamesFilter): boolean {
  return (
    mayBePlayed(game, filter) &&
    KINDS.every(({ name, of }) => {
      const wanted = filter[name];
      return wanted === undefined || of(game).includes(wanted);
    })
  );
}

/** Games that fit the typed text, those with the least rank first. */
function candidates(entries: readonly Entry[], filter: GamesFilter): { entry: Entry; rank: number }[] {
  const { q } = filter;
  if (q === undefined) return entries.map((entry) => ({ entry, rank: 0 }));
  const builder = searchBuilder();
  for (const { folded } of entries) builder.add(folded);
  const index = builder.finish();
  const of = (ranks: Uint8Array) =>
    entries
      .map((entry, place) => ({ entry, rank: ranks[place] ?? NONE }))
      .filter(({ rank }) => rank !== NONE)
      .toSorted((a, b) => a.rank - b.rank);
  const literal = of(searchLiteral(index, q));
  const fitting = literal.filter(({ entry }) => entry.offers.some((offer) => fits(offer, filter)));
  if (fitting.length >= 12) return literal;
  const near = of(searchNear(index, q)).filter(({ entry }) => !literal.some((other) => other.entry === entry));
  return [...literal, ...near];
}

export function plainHits(entries: readonly Entry[], filter: GamesFilter): readonly Hit[] {
  return candidates(entries, filter).flatMap(({ entry, rank }) => {
    const game = entry.offers.find((offer) => fits(offer, filter));
    const { id, order, sortName } = entry;
    return game === undefined ? [] : [{ rank, order, sortName, id, game }];
  });
}

export function plainFacets(entries: readonly Entry[], filter: GamesFilter): Facets {
  const found = candidates(entries, filter).map(({ entry }) => entry);
  const counts = KINDS.map(({ kind, name, of }) => {
    const { [name]: _left, ...others } = filter;
    const codes = new Set(entries.flatMap(({ offers }) => offers.flatMap((offer) => of(offer))));
    const counted = [...codes].map((code) => ({
      code,
      count: found.filter(({ offers }) => offers.some((offer) => fits(offer, others) && of(offer).includes(code)))
        .length,
    }));
    const most = counted
      .filter(({ count }) => count > 0)
      .toSorted((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1))
      .slice(0, 500);
    return [kind, most] as const;
  });
  const all = Object.fromEntries(counts) as unknown as Omit<Facets, 'total' | 'providers'> & {
    providers: readonly { code: string; count: number }[];
  };
  const names = new Map(
    entries.flatMap(({ offers }) => offers.map(({ provider }) => [provider.code, provider.name] as const)),
  );
  return {
    ...all,
    total: found.filter(({ offers }) => offers.some((offer) => fits(offer, filter))).length,
    providers: all.providers.map((each) => ({ ...each, name: names.get(each.code) ?? '' })),
  };
}
