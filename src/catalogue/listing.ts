/**
 * The lobby's list, without I/O: every game with its offers as they were at one version of the catalogue, what of it fits a
 * filter, in which order, a page at a time, and how much there is of everything. A game is shown by the offer that whoever asks
 * would play.
 */
import { isAvailable } from './rules.ts';
import type { Game } from './rules.ts';
import { NONE, searchLiteral, searchNear } from './search.ts';
import type { SearchIndex } from './search.ts';

export interface GamesFilter {
  /** part of a name, as somebody typed it */
  readonly q?: string;
  /** our own key of the studio */
  readonly provider?: string;
  readonly category?: string;
  readonly aggregator?: string;
  readonly tag?: string;
  readonly feature?: string;
  readonly volatility?: string;
  readonly country?: string;
  readonly currency?: string;
  readonly demo?: boolean;
  /** `available`: what a player may launch; `all`: also what is switched off or gone */
  readonly state: 'available' | 'all';
}

/** Where a page of the list begins: after this game. */
export interface GameKey {
  /** how well it fits what was typed; 0 when nothing was */
  readonly rank: number;
  readonly order: number;
  readonly sortName: string;
  readonly id: string;
}

export interface Entry {
  readonly id: string;
  readonly order: number;
  readonly sortName: string;
  /** in order of preference, never empty */
  readonly offers: readonly Game[];
}

export interface Listing {
  /** changes with everything that could change an answer; of this process */
  readonly version: string;
  /** in lobby order */
  readonly entries: readonly Entry[];
  /** over the same places as the entries */
  readonly search: SearchIndex;
}

/** Lobby order. Texts are compared by their code units, on every machine alike. */
export function inLobbyOrder(a: Omit<GameKey, 'rank'>, b: Omit<GameKey, 'rank'>): number {
  return a.order - b.order || compareText(a.sortName, b.sortName) || compareText(a.id, b.id);
}

const compareText = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);
const inRankOrder = (a: GameKey, b: GameKey): number => a.rank - b.rank || inLobbyOrder(a, b);

export interface Hit extends GameKey {
  readonly game: Game;
}

/** With fewer games that contain what was typed, those that nearly do are shown as well. */
const FEW = 12;

/** Everything that fits, in the order it is shown. */
export function hitsOf(listing: Listing, filter: GamesFilter): readonly Hit[] {
  const hits: Hit[] = [];
  const question = questionOf(filter);
  for (const { entry, rank } of candidatesOf(listing, filter)) {
    const game = entry.offers.find((offer) => fits(offer, question));
    if (game !== undefined) hits.push({ rank, order: entry.order, sortName: entry.sortName, id: entry.id, game });
  }
  return hits;
}

/** The part of the hits that comes after a key, whether or not the key's game is still among them. */
export function pageAfter(hits: readonly Hit[], after: GameKey | null, limit: number): readonly Hit[] {
  if (after === null) return hits.slice(0, limit);
  let low = 0;
  let high = hits.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const hit = hits[middle];
    if (hit !== undefined && inRankOrder(hit, after) <= 0) low = middle + 1;
    else high = middle;
  }
  return hits.slice(low, low + limit);
}

interface Candidate {
  readonly entry: Entry;
  readonly rank: number;
}

/** What fits the typed text, best first; everything in lobby order when nothing was typed. */
function candidatesOf(listing: Listing, filter: GamesFilter): readonly Candidate[] {
  const { q } = filter;
  if (q === undefined) return listing.entries.map((entry) => ({ entry, rank: 0 }));
  const literal = ranked(listing, searchLiteral(listing.search, q));
  const question = questionOf(filter);
  const enough = literal.filter(({ entry }) => entry.offers.some((offer) => fits(offer, question))).length;
  if (enough >= FEW) return literal;
  const known = new Set(literal.map(({ entry }) => entry));
  return [...literal, ...ranked(listing, searchNear(listing.search, q)).filter(({ entry }) => !known.has(entry))];
}

function ranked(listing: Listing, ranks: Uint8Array): readonly Candidate[] {
  const found: Candidate[] = [];
  for (const [place, rank] of ranks.entries()) {
    const entry = rank === NONE ? undefined : listing.entries[place];
    if (entry !== undefined) found.push({ entry, rank });
  }
  // The sort keeps the order of equals, which is the lobby's.
  return found.toSorted((a, b) => a.rank - b.rank);
}

/** What a filter is about that is counted, each with the values an offer has of it. */
const DIMENSIONS = {
  providers: { of: (game: Game) => [game.provider.code], wanted: (filter: GamesFilter) => filter.provider },
  categories: { of: (game: Game) => [game.category], wanted: (filter: GamesFilter) => filter.category },
  aggregators: { of: (game: Game) => [game.aggregator], wanted: (filter: GamesFilter) => filter.aggregator },
  tags: { of: (game: Game) => game.tags, wanted: (filter: GamesFilter) => filter.tag },
  features: { of: (game: Game) => game.features, wanted: (filter: GamesFilter) => filter.feature },
  volatilities: {
    of: (game: Game) => (game.volatility === null ? [] : [game.volatility]),
    wanted: (filter: GamesFilter) => filter.volatility,
  },
} as const satisfies Record<
  string,
  { of: (game: Game) => readonly string[]; wanted: (filter: GamesFilter) => string | undefined }
>;
type Dimension = keyof typeof DIMENSIONS;
const dimensions: readonly Dimension[] = ['providers', 'categories', 'aggregators', 'tags', 'features', 'volatilities'];

/** A filter's question, with only what it says anything about. */
interface Question {
  readonly filter: GamesFilter;
  readonly chosen: readonly { readonly dimension: Dimension; readonly value: string }[];
}

function questionOf(filter: GamesFilter): Question {
  const chosen = dimensions.flatMap((dimension) => {
    const value = DIMENSIONS[dimension].wanted(filter);
    return value === undefined ? [] : [{ dimension, value }];
  });
  return { filter, chosen };
}

function fits(game: Game, { filter, chosen }: Question): boolean {
  return (
    mayBePlayed(game, filter) && chosen.every(({ dimension, value }) => DIMENSIONS[dimension].of(game).includes(value))
  );
}

/** What nobody chooses in a list: who asks, from where, with what money. */
function mayBePlayed(game: Game, { state, country, currency, demo }: GamesFilter): boolean {
  if (state === 'available' && !isAvailable(game)) return false;
  if (country !== undefined && game.blockedCountries.includes(country)) return false;
  if (currency !== undefined && game.currencies.length > 0 && !game.currencies.includes(currency)) return false;
  return demo === undefined || game.demo === demo;
}

export interface Counted {
  readonly code: string;
  readonly count: number;
}

export interface Facets {
  /** games that fit the whole filter */
  readonly total: number;
  readonly providers: readonly (Counted & { readonly name: string })[];
  readonly categories: readonly Counted[];
  readonly aggregators: readonly Counted[];
  readonly tags: readonly Counted[];
  readonly features: readonly Counted[];
  readonly volatilities: readonly Counted[];
}

const MAX_VALUES = 500;

/** How many games there would be with each value, were it chosen instead of what the filter says of its kind. Most first. */
export function facetsOf(listing: Listing, filter: GamesFilter): Facets {
  const { chosen } = questionOf(filter);
  const counts = new Map(dimensions.map((dimension) => [dimension, new Map<string, number>()]));
  const names = new Map<string, string>();
  let total = 0;
  for (const { entry } of candidatesOf(listing, filter)) {
    // Two offers of one game are one game.
    const seen = entry.offers.length > 1 ? new Set<string>() : null;
    let isHit = false;
    for (const game of entry.offers) {
      if (!mayBePlayed(game, filter)) continue;
      const missed = chosen.filter(({ dimension, value }) => !DIMENSIONS[dimension].of(game).includes(value));
      const [only, ...more] = missed;
      if (more.length > 0) continue;
      isHit ||= only === undefined;
      names.set(game.provider.code, game.provider.name);
      for (const dimension of only === undefined ? dimensions : [only.dimension])
        count(counts.get(dimension), dimension, DIMENSIONS[dimension].of(game), seen);
    }
    if (isHit) total += 1;
  }
  const listed = (dimension: Dimension): readonly Counted[] =>
    [...(counts.get(dimension) ?? [])]
      .map(([code, count]) => ({ code, count }))
      .toSorted((a, b) => b.count - a.count || compareText(a.code, b.code))
      .slice(0, MAX_VALUES);
  return {
    total,
    providers: listed('providers').map((each) => ({ ...each, name: names.get(each.code) ?? each.code })),
    categories: listed('categories'),
    aggregators: listed('aggregators'),
    tags: listed('tags'),
    features: listed('features'),
    volatilities: listed('volatilities'),
  };
}

function count(
  counts: Map<string, number> | undefined,
  dimension: Dimension,
  values: readonly string[],
  seen: Set<string> | null,
): void {
  for (const value of values) {
    if (seen?.has(`${dimension} ${value}`) === true) continue;
    seen?.add(`${dimension} ${value}`);
    counts?.set(value, (counts.get(value) ?? 0) + 1);
  }
}
