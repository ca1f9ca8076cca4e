/**
 * The sandbox's catalogue as it is served, and what is wrong with it on purpose: pages that fail, entries nobody can read,
 * games that are renamed, twice there or gone. The same knobs give the same list. Nothing here touches callbacks or money.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { ListedGame, RawRequest, RawResponse } from '../dialects/dialect.ts';
import { sandboxGames, SANDBOX_GAMES } from './games.ts';
import type { SandboxCatalogue } from './games.ts';

/** More would be a test of this sandbox's memory. */
const MAX_GAMES = 50_000;
const count = z.number().int().min(0).max(MAX_GAMES);

/** Defaults are a catalogue that behaves. */
export const catalogueKnobsSchema = z.strictObject({
  /** how many games there are before anything else is done to the list; null: as many as at the start */
  games: count.min(1).nullable().default(null),
  /** `page` null: every page; `times` null: until the knobs are set again */
  fail: z
    .strictObject({
      page: z.number().int().min(1).max(10_000).nullable().default(null),
      status: z.number().int().min(400).max(599).default(500),
      times: z.number().int().min(1).max(1_000_000).nullable().default(null),
    })
    .nullable()
    .default(null),
  /** pause before each page */
  delayMs: z.number().int().min(0).max(60_000).default(0),
  /** so many entries, spread over the list, come without a code or a name */
  malformed: count.default(0),
  /** so many entries come again at the end, with another return */
  duplicates: count.default(0),
  /** the first so many games have a new code */
  renameCodes: count.default(0),
  /** the first so many games have a new name */
  renameGames: count.default(0),
  /** so many studios have a new name */
  renameProviders: count.default(0),
  /** so many games are also listed under their code in capitals, as games of their own */
  caseTwins: count.default(0),
  /** so many games are also listed by another studio under the same code */
  sameCodes: count.default(0),
  /** so many games are also listed with `-alpha` at their code and another return */
  variants: count.default(0),
  /** codes that are not listed */
  remove: z.array(z.string().min(1).max(255)).max(1_000).default([]),
  /** this part of the list, from its end, is not listed */
  shrinkPercent: z.number().int().min(0).max(100).default(0),
  /** a list without games, answered with 200 */
  empty: z.boolean().default(false),
  /** blocked for every game, besides what it blocks anyway */
  blockCountry: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .nullable()
    .default(null),
  /** the list loses a game between one page and the next */
  movingTotal: z.boolean().default(false),
  /** false: the list has no tag, so that nobody can know it unchanged */
  etag: z.boolean().default(true),
});
export type CatalogueKnobs = z.output<typeof catalogueKnobsSchema>;
export const GOOD_CATALOGUE: CatalogueKnobs = catalogueKnobsSchema.parse({});

export interface CatalogueState extends CatalogueKnobs {
  readonly games: number;
  /** entries of the list as it is served */
  readonly listed: number;
  readonly pagesServed: number;
  readonly pagesFailed: number;
}

export interface ServedCatalogue {
  /** one page, as the dialect's aggregator answers it, or the fault that was asked for */
  readonly serve: (request: RawRequest, answer: ServeGames) => Promise<RawResponse>;
  /** a game that can be launched: as it is listed now */
  readonly find: (code: string) => ListedGame | null;
  /** a game whose picture is drawn, also when it is not listed at the moment */
  readonly picture: (code: string) => { readonly game: ListedGame; readonly emblem: Emblem } | null;
  readonly set: (knobs: CatalogueKnobs) => void;
  readonly state: () => CatalogueState;
}

type Emblem = SandboxCatalogue['emblems'] extends ReadonlyMap<string, infer Name> ? Name : never;
type ServeGames = (request: RawRequest, games: readonly ListedGame[]) => RawResponse;

/** `thumbnails` is the base URL of the pictures. */
export function servedCatalogue(seed: number, thumbnails: string, initial: CatalogueKnobs): ServedCatalogue {
  const usual = initial.games ?? SANDBOX_GAMES;
  let knobs = initial;
  let base = indexed(sandboxGames(seed, thumbnails, usual));
  let listed = base.games;
  let byCode = base.byCode;
  let left = 0;
  const counts = { pagesServed: 0, pagesFailed: 0 };
  const set = (next: CatalogueKnobs): void => {
    const size = next.games ?? usual;
    if (size !== base.games.length) base = indexed(sandboxGames(seed, thumbnails, size));
    knobs = next;
    listed = listOf(base.games, next);
    byCode = new Map(listed.map((game) => [game.code, game]));
    left = next.fail?.times ?? Number.POSITIVE_INFINITY;
  };
  set(initial);

  return {
    set,
    state: () => ({ ...knobs, games: base.games.length, listed: listed.length, ...counts }),
    find: (code) => byCode.get(code) ?? null,
    picture: (code) => {
      const game = base.byCode.get(code);
      const emblem = base.emblems.get(code);
      return game === undefined || emblem === undefined ? null : { game, emblem };
    },
    serve: async (request, answer) => {
      const page = pageOf(request.rawQuery);
      const { fail, delayMs, etag, movingTotal } = knobs;
      if (delayMs > 0) await sleep(delayMs);
      if (fail !== null && left > 0 && (fail.page === null || fail.page === page)) {
        left -= 1;
        counts.pagesFailed += 1;
        return { status: fail.status, headers: { 'content-type': 'text/html' }, body: '<h1>failed on purpose</h1>' };
      }
      counts.pagesServed += 1;
      const games = movingTotal ? listed.slice(0, Math.max(1, listed.length - page + 1)) : listed;
      return etag ? answer(request, games) : untagged(answer(asFirstAsked(request), games));
    },
  };
}

interface Indexed extends SandboxCatalogue {
  readonly byCode: ReadonlyMap<string, ListedGame>;
}

function indexed(catalogue: SandboxCatalogue): Indexed {
  return { ...catalogue, byCode: new Map(catalogue.games.map((game) => [game.code, game])) };
}

function pageOf(rawQuery: string): number {
  const page = new URLSearchParams(rawQuery).get('page') ?? '1';
  return /^[1-9][0-9]{0,5}$/.test(page) ? Number(page) : 1;
}

function asFirstAsked(request: RawRequest): RawRequest {
  const { 'if-none-match': _tag, ...headers } = request.headers;
  return { ...request, headers };
}

function untagged(response: RawResponse): RawResponse {
  const { etag: _tag, ...headers } = response.headers;
  return { ...response, headers };
}

/** The list with everything that the knobs do to it. */
export function listOf(games: readonly ListedGame[], knobs: CatalogueKnobs): readonly ListedGame[] {
  if (knobs.empty) return [];
  const gone = new Set(knobs.remove);
  const kept = Math.round(games.length * (1 - knobs.shrinkPercent / 100));
  const studios = new Set([...new Set(games.map((game) => game.provider.code))].slice(0, knobs.renameProviders));
  const changed = games.slice(0, kept).flatMap((game, index) => {
    if (gone.has(game.code)) return [];
    return [
      {
        ...game,
        code: index < knobs.renameCodes ? `${game.code}-2` : game.code,
        name: index < knobs.renameGames ? `${game.name} Deluxe` : game.name,
        provider: studios.has(game.provider.code)
          ? { ...game.provider, name: `${game.provider.name} Gaming` }
          : game.provider,
        blockedCountries:
          knobs.blockCountry === null
            ? game.blockedCountries
            : [...new Set([...game.blockedCountries, knobs.blockCountry])],
      },
    ];
  });
  const again = (many: number, how: (game: ListedGame, index: number) => ListedGame) => changed.slice(0, many).map(how);
  const list = [
    ...changed,
    ...again(knobs.caseTwins, (game) => ({ ...game, code: game.code.toUpperCase(), name: `${game.name} (capitals)` })),
    ...again(knobs.sameCodes, (game) => ({ ...game, provider: { code: 'copycat', name: 'Copycat' } })),
    ...again(knobs.variants, (game) => ({ ...game, code: `${game.code}-alpha`, rtp: '94.00' })),
    ...again(knobs.duplicates, (game) => ({ ...game, rtp: '95.01' })),
  ];
  return spoilt(list, Math.min(knobs.malformed, list.length));
}

/** Every n-th entry without a code or, in turn, without a name. */
function spoilt(list: readonly ListedGame[], many: number): readonly ListedGame[] {
  if (many === 0) return list;
  const every = list.length / many;
  const chosen = new Map(Array.from({ length: many }, (_unused, turn) => [Math.floor(turn * every), turn % 2]));
  return list.map((game, index) => {
    const turn = chosen.get(index);
    if (turn === undefined) return game;
    return turn === 0 ? { ...game, code: '' } : { ...game, name: '' };
  });
}
