/**
 * What the offers of a list say, as numbers side by side instead of in each game: a question about 12,000 games then reads a few
 * small arrays from end to end and follows no pointer. Made once a list, in slices; memory grows with the offers and with the
 * different lists of words they carry, never with their product. Without I/O.
 */
import type { Slices } from '../wire/index.ts';
import { isAvailable } from './rules.ts';
import type { Game } from './rules.ts';

/** What a filter may choose and a facet counts, each with the words an offer has of it. */
export const KINDS = {
  providers: (game: Game) => game.provider.code,
  categories: (game: Game) => game.category,
  aggregators: (game: Game) => game.aggregator,
  tags: (game: Game) => game.tags,
  features: (game: Game) => game.features,
  volatilities: (game: Game) => game.volatility ?? [],
} as const satisfies Record<string, (game: Game) => string | readonly string[]>;
export type Kind = keyof typeof KINDS;
const KIND_NAMES: readonly Kind[] = ['providers', 'categories', 'aggregators', 'tags', 'features', 'volatilities'];

/** Lists of words, each different list once. */
export interface Column {
  /** of each offer: the number of its list */
  readonly listOf: Int32Array;
  /** the lists, as numbers of words, each word once */
  readonly lists: readonly (readonly number[])[];
  readonly words: readonly string[];
  readonly numbers: ReadonlyMap<string, number>;
}

export interface Columns {
  /** of each game, in lobby order: the place of its first offer; one more for the end */
  readonly first: Int32Array;
  /** by the place of an offer, as everything below */
  readonly available: Uint8Array;
  readonly demo: Uint8Array;
  readonly blockedCountries: Column;
  readonly currencies: Column;
  readonly kinds: Readonly<Record<Kind, Column>>;
  /** by the number of a word of the kind `providers` */
  readonly providerNames: readonly string[];
}

/** Games looked at in one slice: a fraction of a millisecond. */
const GAMES_AT_ONCE = 500;

export function* columnsOf(games: readonly { readonly offers: readonly Game[] }[]): Slices<Columns> {
  const first = new Int32Array(games.length + 1);
  for (const [index, { offers }] of games.entries()) first[index + 1] = (first[index] ?? 0) + offers.length;
  const size = first.at(-1) ?? 0;
  const available = new Uint8Array(size);
  const demo = new Uint8Array(size);
  const blockedCountries = createColumn(size);
  const currencies = createColumn(size);
  const kinds = {
    providers: createColumn(size),
    categories: createColumn(size),
    aggregators: createColumn(size),
    tags: createColumn(size),
    features: createColumn(size),
    volatilities: createColumn(size),
  };
  const columns = [
    { column: blockedCountries, of: (game: Game) => game.blockedCountries },
    { column: currencies, of: (game: Game) => game.currencies },
    ...KIND_NAMES.map((kind) => ({ column: kinds[kind], of: KINDS[kind] })),
  ];
  const providerNames: string[] = [];
  let place = 0;
  for (const [index, { offers }] of games.entries()) {
    for (const game of offers) {
      available[place] = Number(isAvailable(game));
      demo[place] = Number(game.demo);
      for (const { column, of } of columns) column.set(place, of(game));
      providerNames[kinds.providers.numberOf(game.provider.code)] = game.provider.name;
      place += 1;
    }
    if (index % GAMES_AT_ONCE === GAMES_AT_ONCE - 1) yield;
  }
  return {
    first,
    available,
    demo,
    blockedCountries: blockedCountries.finish(),
    currencies: currencies.finish(),
    kinds: {
      providers: kinds.providers.finish(),
      categories: kinds.categories.finish(),
      aggregators: kinds.aggregators.finish(),
      tags: kinds.tags.finish(),
      features: kinds.features.finish(),
      volatilities: kinds.volatilities.finish(),
    },
    providerNames,
  };
}

interface GrowingColumn {
  readonly set: (place: number, words: string | readonly string[]) => void;
  readonly numberOf: (word: string) => number;
  readonly finish: () => Column;
}

function createColumn(size: number): GrowingColumn {
  const listOf = new Int32Array(size);
  const lists: (readonly number[])[] = [];
  const words: string[] = [];
  const numbers = new Map<string, number>();
  // Games share their lists, so one is mostly known by itself; and by what is in it otherwise.
  const bySelf = new Map<string | readonly string[], number>();
  const byContent = new Map<string, number>();
  const numberOf = (word: string): number => {
    const known = numbers.get(word);
    if (known !== undefined) return known;
    numbers.set(word, words.length);
    words.push(word);
    return words.length - 1;
  };
  const listNumber = (list: string | readonly string[]): number => {
    const content = [...new Set(typeof list === 'string' ? [list] : list)].map(numberOf);
    const key = content.join(' ');
    const known = byContent.get(key);
    if (known !== undefined) return known;
    byContent.set(key, lists.length);
    lists.push(content);
    return lists.length - 1;
  };
  return {
    numberOf,
    finish: () => ({ listOf, lists, words, numbers }),
    set: (place, list) => {
      const known = bySelf.get(list) ?? listNumber(list);
      bySelf.set(list, known);
      listOf[place] = known;
    },
  };
}

/** By the number of a list: 1 where it has the word. */
export function listsWith({ lists, numbers }: Column, word: string): Uint8Array {
  const number = numbers.get(word);
  const having = new Uint8Array(lists.length);
  if (number !== undefined) for (const [at, list] of lists.entries()) having[at] = Number(list.includes(number));
  return having;
}
