/**
 * The lobby's list, without I/O: every game with its offers as they were at one version of the catalogue, what of it fits a
 * filter, in which order, a page at a time, and how much there is of everything. A game is shown by the offer that whoever asks
 * would play. Questions are answered from the list's columns; the games themselves are only touched for the page that is shown.
 */
import type { Slices } from '../wire/index.ts';
import { columnsOf, listsWith } from './columns.ts';
import type { Column, Columns, Kind } from './columns.ts';
import type { Game } from './rules.ts';
import { NONE, searchBuilder, searchLiteral, searchNear } from './search.ts';
import type { FoldedName, SearchIndex } from './search.ts';

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
  /** of the game's name and its studios' */
  readonly folded: FoldedName;
}

export interface Listing {
  /** changes with everything that could change an answer; of this process */
  readonly version: string;
  /** in lobby order */
  readonly entries: readonly Entry[];
  /** over the same games in the same order, as is the search */
  readonly columns: Columns;
  readonly search: SearchIndex;
}

/** Games added to the search in one slice: a fraction of a millisecond. */
const GAMES_AT_ONCE = 500;

/** A list of entries that are in lobby order. */
export function* listingOf(version: string, entries: readonly Entry[]): Slices<Listing> {
  const columns = yield* columnsOf(entries);
  const builder = searchBuilder();
  for (const [index, { folded }] of entries.entries()) {
    builder.add(folded);
    if (index % GAMES_AT_ONCE === GAMES_AT_ONCE - 1) yield;
  }
  return { version, entries, columns, search: builder.finish() };
}

/** Lobby order. Texts are compared by their code units, on every machine alike. */
export function inLobbyOrder(a: Omit<GameKey, 'rank'>, b: Omit<GameKey, 'rank'>): number {
  return a.order - b.order || compareText(a.sortName, b.sortName) || compareText(a.id, b.id);
}

const compareText = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);

/** Everything that fits, in the order it is shown: by the place of the game in the list, and of the offer that shows it. */
export interface Hits {
  readonly listing: Listing;
  readonly games: Int32Array;
  readonly offers: Int32Array;
  readonly ranks: Uint8Array;
}

export interface Hit extends GameKey {
  readonly game: Game;
}

/** With fewer games that contain what was typed, those that nearly do are shown as well. */
const FEW = 12;

export function hitsOf(listing: Listing, filter: GamesFilter): Hits {
  const question = questionOf(listing.columns, filter);
  const candidates = candidatesOf(listing, filter, question);
  const size = candidates.games.length;
  const [games, offers, ranks] = [new Int32Array(size), new Int32Array(size), new Uint8Array(size)];
  let found = 0;
  for (let index = 0; index < size; index += 1) {
    const game = candidates.games[index] ?? 0;
    const offer = firstFitting(listing.columns, question, game);
    if (offer < 0) continue;
    games[found] = game;
    offers[found] = offer;
    ranks[found] = candidates.ranks[index] ?? 0;
    found += 1;
  }
  return { listing, games: games.slice(0, found), offers: offers.slice(0, found), ranks: ranks.slice(0, found) };
}

/** The part of the hits that comes after a key, whether or not the key's game is still among them. */
export function pageAfter(hits: Hits, after: GameKey | null, limit: number): readonly Hit[] {
  let low = 0;
  let high = after === null ? 0 : hits.games.length;
  while (after !== null && low < high) {
    const middle = (low + high) >>> 1;
    if (isUpTo(hits, middle, after)) low = middle + 1;
    else high = middle;
  }
  const page: Hit[] = [];
  for (let index = low; index < Math.min(hits.games.length, low + limit); index += 1) page.push(hitAt(hits, index));
  return page;
}

function hitAt({ listing, games, offers, ranks }: Hits, index: number): Hit {
  const at = games[index] ?? 0;
  const entry = listing.entries[at];
  const game = entry?.offers[(offers[index] ?? 0) - (listing.columns.first[at] ?? 0)];
  if (entry === undefined || game === undefined) throw new Error('a hit is not in its list');
  const { id, order, sortName } = entry;
  return { rank: ranks[index] ?? 0, order, sortName, id, game };
}

function isUpTo({ listing, games, ranks }: Hits, index: number, key: GameKey): boolean {
  const entry = listing.entries[games[index] ?? 0];
  const rank = (ranks[index] ?? 0) - key.rank;
  return entry !== undefined && (rank < 0 || (rank === 0 && inLobbyOrder(entry, key) <= 0));
}

interface Candidates {
  /** places in the list, in the order they are shown */
  readonly games: Int32Array;
  readonly ranks: Uint8Array;
}

/** What fits the typed text, best first; everything in lobby order when nothing was typed. */
function candidatesOf({ entries, columns, search }: Listing, { q }: GamesFilter, question: Question): Candidates {
  const size = entries.length;
  if (q === undefined) return { games: new Int32Array(size).map((_zero, game) => game), ranks: new Uint8Array(size) };
  const ranks = searchLiteral(search, q);
  let enough = 0;
  for (let game = 0; game < size && enough < FEW; game += 1)
    if (ranks[game] !== NONE && firstFitting(columns, question, game) >= 0) enough += 1;
  if (enough < FEW) {
    const near = searchNear(search, q);
    for (let game = 0; game < size; game += 1) if (ranks[game] === NONE) ranks[game] = near[game] ?? NONE;
  }
  return bestFirst(ranks);
}

/** Counts how many there are of each rank, and so knows where each belongs; equals keep the lobby's order. */
function bestFirst(rankOf: Uint8Array): Candidates {
  const next = new Int32Array(NONE + 2);
  for (const rank of rankOf) next[rank + 1] = (next[rank + 1] ?? 0) + 1;
  for (let rank = 1; rank <= NONE; rank += 1) next[rank] = (next[rank] ?? 0) + (next[rank - 1] ?? 0);
  const size = next[NONE] ?? 0;
  const [games, ranks] = [new Int32Array(size), new Uint8Array(size)];
  for (let game = 0; game < rankOf.length; game += 1) {
    const rank = rankOf[game] ?? NONE;
    if (rank === NONE) continue;
    const at = next[rank] ?? 0;
    games[at] = game;
    ranks[at] = rank;
    next[rank] = at + 1;
  }
  return { games, ranks };
}

/** A filter over the columns of one list. */
interface Question {
  /** by the place of an offer: 1 where whoever asks may play it, whatever is chosen */
  readonly playable: Uint8Array;
  readonly chosen: readonly Chosen[];
}

interface Chosen {
  readonly kind: Kind;
  readonly listOf: Int32Array;
  /** by the number of a list: 1 where it has what is chosen */
  readonly having: Uint8Array;
}

function questionOf(columns: Columns, filter: GamesFilter): Question {
  const wanted: readonly (readonly [Kind, string | undefined])[] = [
    ['providers', filter.provider],
    ['categories', filter.category],
    ['aggregators', filter.aggregator],
    ['tags', filter.tag],
    ['features', filter.feature],
    ['volatilities', filter.volatility],
  ];
  const chosen = wanted.flatMap(([kind, word]) => {
    const column = columns.kinds[kind];
    return word === undefined ? [] : [{ kind, listOf: column.listOf, having: listsWith(column, word) }];
  });
  return { playable: playableOf(columns, filter), chosen };
}

/** What nobody chooses in a list: who asks, from where, with what money. */
function playableOf(columns: Columns, { state, country, currency, demo }: GamesFilter): Uint8Array {
  const { available, blockedCountries, currencies } = columns;
  const playable = state === 'available' ? available.slice() : new Uint8Array(available.length).fill(1);
  if (country !== undefined) {
    const blocked = listsWith(blockedCountries, country);
    keep(playable, blockedCountries, (list) => blocked[list] === 0);
  }
  if (currency !== undefined) {
    const taking = listsWith(currencies, currency);
    keep(playable, currencies, (list) => taking[list] === 1 || currencies.lists[list]?.length === 0);
  }
  if (demo !== undefined)
    for (let offer = 0; offer < playable.length; offer += 1)
      if (columns.demo[offer] !== Number(demo)) playable[offer] = 0;
  return playable;
}

function keep(playable: Uint8Array, { listOf, lists }: Column, isKept: (list: number) => boolean): void {
  const kept = Uint8Array.from(lists, (_list, number) => Number(isKept(number)));
  for (let offer = 0; offer < playable.length; offer += 1) if (kept[listOf[offer] ?? 0] !== 1) playable[offer] = 0;
}

/** The place of the game's first offer that fits; -1 when none does. */
function firstFitting({ first }: Columns, { playable, chosen }: Question, game: number): number {
  const end = first[game + 1] ?? 0;
  for (let offer = first[game] ?? 0; offer < end; offer += 1)
    if (playable[offer] === 1 && chosen.every(({ listOf, having }) => having[listOf[offer] ?? 0] === 1)) return offer;
  return -1;
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
  const { columns } = listing;
  const { first } = columns;
  const question = questionOf(columns, filter);
  const { playable, chosen } = question;
  const tallies = {
    providers: createTally(columns.kinds.providers),
    categories: createTally(columns.kinds.categories),
    aggregators: createTally(columns.kinds.aggregators),
    tags: createTally(columns.kinds.tags),
    features: createTally(columns.kinds.features),
    volatilities: createTally(columns.kinds.volatilities),
  };
  const all = Object.values(tallies);
  let total = 0;
  for (const game of candidatesOf(listing, filter, question).games) {
    let isHit = false;
    const end = first[game + 1] ?? 0;
    for (let offer = first[game] ?? 0; offer < end; offer += 1) {
      if (playable[offer] !== 1) continue;
      let misses = 0;
      let missed: Kind | null = null;
      for (const { kind, listOf, having } of chosen)
        if (having[listOf[offer] ?? 0] !== 1) {
          misses += 1;
          missed = kind;
        }
      if (misses > 1) continue;
      isHit ||= missed === null;
      if (missed === null) for (const tally of all) tally.add(game, offer);
      else tallies[missed].add(game, offer);
    }
    if (isHit) total += 1;
  }
  const { providers, ...others } = tallies;
  return {
    total,
    providers: providers.most().map(({ word, ...each }) => ({ ...each, name: columns.providerNames[word] ?? '' })),
    categories: others.categories.most().map(plain),
    aggregators: others.aggregators.most().map(plain),
    tags: others.tags.most().map(plain),
    features: others.features.most().map(plain),
    volatilities: others.volatilities.most().map(plain),
  };
}

const plain = ({ code, count }: Counted): Counted => ({ code, count });

interface Tally {
  /** Counts the game for every word of the offer, once however many of its offers have it. */
  readonly add: (game: number, offer: number) => void;
  readonly most: () => readonly (Counted & { readonly word: number })[];
}

function createTally({ listOf, lists, words }: Column): Tally {
  const counts = new Int32Array(words.length);
  const lastGame = new Int32Array(words.length).fill(-1);
  return {
    add: (game, offer) => {
      for (const word of lists[listOf[offer] ?? 0] ?? []) {
        if (lastGame[word] === game) continue;
        lastGame[word] = game;
        counts[word] = (counts[word] ?? 0) + 1;
      }
    },
    most: () =>
      words
        .map((code, word) => ({ code, count: counts[word] ?? 0, word }))
        .filter(({ count }) => count > 0)
        .toSorted((a, b) => b.count - a.count || compareText(a.code, b.code))
        .slice(0, MAX_VALUES),
  };
}
