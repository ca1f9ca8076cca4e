/**
 * The generic catalogue API, both ends: how it is asked and read, and how the aggregator serves it. A page is read whole or not
 * at all; an entry that cannot be understood is named and skipped (CAT-15). The API key never stands in a URL or a message.
 */
import { createHash } from 'node:crypto';
import { isProblem } from '../../money/index.ts';
import {
  atOnce,
  errandProblem,
  fieldMessage,
  fields,
  isJsonArray,
  isJsonObject,
  parseQueryStrict,
  readJson,
} from '../../wire/index.ts';
import type { Errand, ErrandProblem, ErrandResponse, Fields, JsonValue, Slices } from '../../wire/index.ts';
import type { GamesPage, ListedGame, RawRequest, RawResponse } from '../dialect.ts';
import { positive, respond, sameKey } from './pages.ts';

const PER_PAGE = 500;
/** A page of 500 games with long texts, and room to spare. */
const LIMITS = { maxDepth: 8, maxKeys: 200_000, maxItems: 200_000 };

export function gamesErrand(
  settings: { readonly url: string; readonly api_key: string },
  page: number,
  etag: string | null,
): Errand<GamesPage | 'unchanged'> {
  const url = new URL(settings.url);
  url.searchParams.set('page', String(page));
  url.searchParams.set('per_page', String(PER_PAGE));
  return {
    kind: 'games',
    request: {
      method: 'GET',
      url: url.href,
      headers: {
        'x-api-key': settings.api_key,
        accept: 'application/json',
        ...(etag === null ? {} : { 'if-none-match': etag }),
      },
    },
    timeoutMs: 10_000,
    retries: 2,
    read: (response) => atOnce(readPage(response)),
    readInSlices: readPage,
  };
}

/** Entries read in one slice: less than a millisecond. */
const ENTRIES_AT_ONCE = 100;

function* readPage(response: ErrandResponse): Slices<GamesPage | 'unchanged' | ErrandProblem> {
  const { status } = response;
  if (status === 304) return 'unchanged';
  if (status === 401 || status === 403)
    return errandProblem('refused', 'games: the aggregator refuses the API key', status);
  if (status !== 200)
    return errandProblem(
      status >= 500 || status === 429 ? 'unavailable' : 'refused',
      `games: the aggregator answered ${status}`,
      status,
    );
  const json = readJson(response.body, LIMITS);
  if (isProblem(json) || !isJsonObject(json))
    return errandProblem('unreadable', 'games: the answer is not the catalogue', status);
  const f = fields(json);
  const [page, pages, total] = [f.integer('page'), f.integer('pages'), f.integer('total')];
  const list = json.get('games');
  if (f.problem !== null || !isJsonArray(list))
    return errandProblem('unreadable', 'games: the answer lacks page, pages, total or games', status);
  if (page < 1 || pages < 0 || total < 0)
    return errandProblem('unreadable', 'games: the answer counts below zero', status);
  const games: ListedGame[] = [];
  const malformed: string[] = [];
  for (const [index, entry] of list.entries()) {
    if (index % ENTRIES_AT_ONCE === 0) yield;
    const game = readGame(entry);
    if (typeof game === 'string') malformed.push(`page ${page}, entry ${index + 1}: ${game}`);
    else games.push(game);
  }
  return { games, malformed, page, pages, total, etag: response.headers['etag'] ?? null };
}

/** One entry, or why it cannot be used (CAT-15). */
function readGame(entry: JsonValue): ListedGame | string {
  if (!isJsonObject(entry)) return 'not an object';
  const f = fields(entry);
  const provider = f.object('provider');
  const stableId = f.optional('stable_id', f.id);
  const game: ListedGame = {
    ...(stableId === null ? {} : { vendorId: stableId }),
    code: f.id('code'),
    name: f.text('name'),
    provider: { code: provider.id('code'), name: provider.text('name') },
    category: f.text('category'),
    tags: f.optional('tags', f.ids) ?? [],
    features: f.optional('features', f.ids) ?? [],
    rtp: f.optional('rtp', f.text),
    volatility: f.optional('volatility', (name) => f.oneOf(name, ['low', 'medium', 'high'])),
    lines: f.optional('lines', f.integer),
    thumbnail: f.optional('thumbnail', (name) => f.text(name, 2_000)),
    demo: f.optional('demo', f.boolean) ?? false,
    platforms: f.optional('platforms', f.ids) ?? [],
    currencies: f.optional('currencies', f.ids) ?? [],
    blockedCountries: f.optional('blocked_countries', f.ids) ?? [],
    releasedAt: f.optional('released_at', f.text),
    enabled: f.optional('enabled', f.boolean) ?? true,
  };
  return problemOf(f) ?? game;
}

function problemOf(f: Fields): string | null {
  return f.problem === null ? null : fieldMessage(f.problem);
}

/** One page as the aggregator serves it: key checked in constant time, ETag over the whole list. */
export function serveGames(apiKey: string, request: RawRequest, games: readonly ListedGame[]): RawResponse {
  if (!sameKey(request.headers['x-api-key'] ?? '', apiKey)) return respond(401, { error: 'bad_api_key' });
  const query = parseQueryStrict(request.rawQuery, { plus: 'space' });
  const asked = isProblem(query)
    ? new Map<string, string>()
    : new Map(query.pairs.map((pair) => [pair.name, pair.value]));
  const perPage = Math.min(PER_PAGE, positive(asked.get('per_page'), PER_PAGE));
  const page = positive(asked.get('page'), 1);
  const etag = etagOf(games);
  if (request.headers['if-none-match'] === etag) return { status: 304, headers: { etag }, body: '' };
  const pages = Math.max(1, Math.ceil(games.length / perPage));
  const items = games.slice((page - 1) * perPage, page * perPage).map(wireGame);
  return respond(200, { games: items, page, pages, total: games.length }, { etag });
}

const etags = new WeakMap<readonly ListedGame[], string>();

function etagOf(games: readonly ListedGame[]): string {
  const known = etags.get(games);
  if (known !== undefined) return known;
  const hash = createHash('sha256');
  for (const game of games) hash.update(JSON.stringify(game));
  const etag = `"${hash.digest('hex').slice(0, 32)}"`;
  etags.set(games, etag);
  return etag;
}

function wireGame(game: ListedGame) {
  const { blockedCountries, releasedAt, vendorId, ...rest } = game;
  const stable = vendorId === undefined ? {} : { stable_id: vendorId };
  return { ...rest, ...stable, blocked_countries: blockedCountries, released_at: releasedAt };
}
