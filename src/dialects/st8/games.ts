/**
 * The list of games, both ends: one page, asked for by a query that is signed. Studios and categories are named in the games and
 * explained beside them. An entry that cannot be understood is named and skipped (CAT-15).
 */
import { formatDecimal, isProblem } from '../../money/index.ts';
import {
  errandProblem,
  fieldMessage,
  fields,
  isJsonArray,
  isJsonObject,
  jsonNumber,
  readJson,
  writeJson,
} from '../../wire/index.ts';
import type { Errand, ErrandProblem, ErrandResponse, JsonObject, JsonValue, VerifyingKey } from '../../wire/index.ts';
import type { GamesPage, ListedGame, RawRequest, RawResponse } from '../dialect.ts';
import { categoryOf } from '../vocabulary.ts';
import { answer, API } from './launch.ts';
import type { St8Settings } from './settings.ts';
import { st8Sign, verifySt8 } from './signature.ts';

/** All games of an aggregator in one answer. */
const LIMITS = { maxDepth: 10, maxKeys: 4_000_000, maxItems: 4_000_000 };
const MAX_BYTES = 128 * 1_048_576;

export function gamesErrand(settings: St8Settings, nowMs: number): Errand<GamesPage> {
  const { url, site, private_key: key } = settings.launch;
  const query = `site=${encodeURIComponent(site)}`;
  return {
    kind: 'games',
    request: {
      method: 'GET',
      url: `${url}${API}/games?${query}`,
      headers: { accept: 'application/json', ...st8Sign(key, query) },
    },
    timeoutMs: 30_000,
    retries: 1,
    maxBodyBytes: MAX_BYTES,
    read: (response) => readPage(response, settings.catalogue?.image_url ?? null, nowMs),
  };
}

function readPage({ status, body }: ErrandResponse, pictures: string | null, nowMs: number): GamesPage | ErrandProblem {
  if (status < 200 || status > 299) {
    const reason = status >= 500 || status === 429 ? 'unavailable' : 'refused';
    return errandProblem(reason, `games: the aggregator answered ${status}`, status);
  }
  const json = readJson(body, LIMITS);
  if (isProblem(json) || !isJsonObject(json))
    return errandProblem('unreadable', 'games: the answer is not the list', status);
  const list = json.get('games');
  if (json.get('status') === 'error') return errandProblem('refused', 'games: the aggregator says error', status);
  if (!isJsonArray(list)) return errandProblem('unreadable', 'games: the answer has no games', status);
  const studios = studiosOf(json);
  const games: ListedGame[] = [];
  const malformed: string[] = [];
  for (const [index, entry] of list.entries()) {
    const game = readGame(entry, { studios, pictures, nowMs });
    if (typeof game === 'string') malformed.push(`entry ${index + 1}: ${game}`);
    else games.push(game);
  }
  return { games, malformed, page: 1, pages: 1, total: list.length, etag: null };
}

interface Studio {
  readonly code: string;
  readonly closedTo: readonly string[];
}

/** By name, which is how games refer to them; one that cannot be read is known by its name alone. */
function studiosOf(json: JsonObject): ReadonlyMap<string, Studio> {
  const list = json.get('developers');
  const studios = new Map<string, Studio>();
  if (!isJsonArray(list)) return studios;
  for (const entry of list) {
    const f = fields(entry);
    const [name, code, closedTo] = [f.id('name'), f.id('code'), closedFor(f)];
    if (f.problem === null) studios.set(name, { code, closedTo });
  }
  return studios;
}

const closedFor = (f: ReturnType<typeof fields>): readonly string[] =>
  ['restricted_territories', 'prohibited_territories'].flatMap((name) => f.optional(name, f.ids) ?? []);

interface Context {
  readonly studios: ReadonlyMap<string, Studio>;
  readonly pictures: string | null;
  readonly nowMs: number;
}

function readGame(entry: JsonValue, { studios, pictures, nowMs }: Context): ListedGame | string {
  if (!isJsonObject(entry)) return 'not an object';
  const f = fields(entry);
  const code = f.id('code');
  const developer = f.id('developer');
  const studio = studios.get(developer);
  const { category, tag } = categoryOf(f.optional('category', f.id) ?? 'other');
  const rtp = f.optional('rtp', f.amount);
  const endsAt = Date.parse(f.optional('deprecation_date', f.text) ?? '');
  const blocked = [...(studio?.closedTo ?? []), ...closedFor(f)];
  const game: ListedGame = {
    code,
    name: f.text('name'),
    provider: { code: studio?.code ?? developer, name: developer },
    category,
    tags: [...(f.optional('themes', f.ids) ?? []), ...(tag === null ? [] : [tag])],
    features: f.optional('features', f.ids) ?? [],
    rtp: rtp === null ? null : formatDecimal(rtp),
    // a number on a scale nobody told us
    volatility: null,
    lines: null,
    thumbnail: pictures === null ? null : pictures.replaceAll('{code}', encodeURIComponent(code)),
    demo: f.optional('fun_mode', f.boolean) ?? false,
    platforms: [],
    currencies: [],
    blockedCountries: [...new Set(blocked)],
    releasedAt: f.optional('release_date', f.text),
    enabled: (f.optional('enabled', f.boolean) ?? true) && !(endsAt <= nowMs),
  };
  return f.problem === null ? game : fieldMessage(f.problem);
}

/** The list as the aggregator serves it to whoever signed the query. */
export function serveGames(
  keys: readonly VerifyingKey[],
  request: RawRequest,
  games: readonly ListedGame[],
): RawResponse {
  if (verifySt8(keys, request).kind !== 'genuine') return answer(401, { status: 'error' });
  const studios = new Map(games.map(({ provider }) => [provider.name, provider.code] as const));
  const body = writeJson({
    status: 'ok',
    games: games.map(wireGame),
    developers: [...studios].map(([name, code]) => ({
      name,
      code,
      restricted_territories: [],
      prohibited_territories: [],
    })),
    categories: [...new Set(games.map(({ category }) => category))].map((name) => ({ name, type: name })),
  });
  return { status: 200, headers: { 'content-type': 'application/json' }, body };
}

function wireGame(game: ListedGame) {
  return {
    code: game.code,
    name: game.name,
    enabled: game.enabled,
    developer: game.provider.name,
    bonus_types: [],
    category: game.category,
    themes: game.tags,
    features: game.features,
    rtp: game.rtp === null ? null : jsonNumber(game.rtp),
    volatility: null,
    fun_mode: game.demo,
    release_date: game.releasedAt,
    deprecation_date: null,
    restricted_territories: [],
    prohibited_territories: game.blockedCountries,
  };
}
