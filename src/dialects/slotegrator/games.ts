/**
 * `GET /games`, both ends. How many pages there are stands in the `X-Pagination` headers; a page is read whole or not at all, and an
 * entry that cannot be understood is named and skipped (CAT-15). Desktop and mobile versions are games of their own here.
 */
import {
  errandProblem,
  fieldMessage,
  fields,
  isJsonArray,
  isJsonNumber,
  isJsonObject,
  jsonNumber,
  writeJson,
} from '../../wire/index.ts';
import type { Errand, ErrandProblem, ErrandResponse, JsonValue, Writable } from '../../wire/index.ts';
import type { GamesPage, ListedGame, RawResponse, Stamp } from '../dialect.ts';
import { categoryOf, volatilityOf } from '../vocabulary.ts';
import { objectOf, signedRequest } from './api.ts';
import type { Merchant } from './api.ts';

const LIMITS = { maxDepth: 8, maxKeys: 50_000, maxItems: 50_000 };

export interface GamesOptions {
  readonly url: string;
  readonly perPage: number;
  readonly demo: boolean;
}

export function gamesErrand(merchant: Merchant, options: GamesOptions, page: number, stamp: Stamp): Errand<GamesPage> {
  const parameters = [
    { name: 'expand', value: 'tags,parameters' },
    { name: 'page', value: String(page) },
    { name: 'per_page', value: String(options.perPage) },
  ];
  const at = { seconds: Math.floor(stamp.nowMs / 1_000), nonce: stamp.nonce };
  return {
    kind: 'games',
    request: signedRequest(merchant, { method: 'GET', url: `${options.url}/games`, parameters }, at),
    // a second try is still within the 30 seconds of the first one's timestamp
    timeoutMs: 8_000,
    retries: 2,
    read: (response) => readPage(response, options.demo),
  };
}

const COUNT = /^[0-9]{1,9}$/;

function readPage(response: ErrandResponse, demo: boolean): GamesPage | ErrandProblem {
  const json = objectOf('games', response, LIMITS);
  if ('kind' in json) return json;
  const items = json.get('items');
  const count = (name: string): number => {
    const text = response.headers[`x-pagination-${name}`] ?? '';
    return COUNT.test(text) ? Number.parseInt(text, 10) : -1;
  };
  const [page, pages, total] = [count('current-page'), count('page-count'), count('total-count')];
  if (!isJsonArray(items) || page < 1 || pages < 0 || total < 0)
    return errandProblem('unreadable', 'games: the answer lacks items or its X-Pagination headers', response.status);
  const games: ListedGame[] = [];
  const malformed: string[] = [];
  items.forEach((entry, index) => {
    const game = readGame(entry, demo);
    if (typeof game === 'string') malformed.push(`page ${page}, entry ${index + 1}: ${game}`);
    else games.push(game);
  });
  return { games, malformed, page, pages, total, etag: null };
}

/** One entry, or why it cannot be used (CAT-15). What only describes it is left out where it is not as documented. */
function readGame(entry: JsonValue, demo: boolean): ListedGame | string {
  if (!isJsonObject(entry)) return 'not an object';
  const f = fields(entry);
  const { category, tag } = categoryOf(f.text('type', 255));
  const tags = f.optional('tags', (name) => f.list(name, (each) => each.id('code'), 200)) ?? [];
  const provider = f.text('provider', 255);
  const described = describedBy(entry.get('parameters'));
  const has = (name: string): boolean => {
    const value = entry.get(name);
    return value === true || (isJsonNumber(value) && value.text === '1');
  };
  const game: ListedGame = {
    code: f.id('uuid'),
    name: f.text('name'),
    provider: { code: f.optional('provider_id', f.id) ?? provider, name: provider },
    category,
    tags: tag === null ? tags : [...tags, tag],
    features: Object.entries(FEATURES).flatMap(([name, feature]) => (has(name) ? [feature] : [])),
    ...described,
    thumbnail: f.optional('image', (name) => f.text(name, 2_000)),
    // live tables are never played for nothing; of everything else the list does not say
    demo: demo && category !== 'live',
    platforms: has('is_mobile') ? ['mobile'] : ['desktop'],
    currencies: [],
    blockedCountries: [],
    releasedAt: null,
    enabled: true,
  };
  return f.problem === null ? game : fieldMessage(f.problem);
}

/** `free_rounds`: campaigns of free rounds can be granted in it. */
const FEATURES = { has_freespins: 'free_rounds', has_lobby: 'lobby', has_tables: 'tables' } as const;

const DECIMAL = /^(?:0|[1-9][0-9]*)(?:\.[0-9]+)?$/;
const WHOLE = /^(?:0|[1-9][0-9]{0,5})$/;

/** Numbers keep their digits as they stand. */
function describedBy(parameters: JsonValue | undefined): Pick<ListedGame, 'rtp' | 'volatility' | 'lines'> {
  const of = isJsonObject(parameters) ? parameters : new Map<string, JsonValue>();
  const text = (name: string): string => {
    const value = of.get(name);
    return typeof value === 'string' ? value : isJsonNumber(value) ? value.text : '';
  };
  const [rtp, lines] = [text('rtp'), text('lines_count')];
  return {
    rtp: DECIMAL.test(rtp) ? rtp : null,
    volatility: volatilityOf(text('volatility')),
    lines: WHOLE.test(lines) ? Number.parseInt(lines, 10) : null,
  };
}

/** One page as Slotegrator serves it, to whoever signed for it. */
export function serveGames(asked: ReadonlyMap<string, string>, games: readonly ListedGame[]): RawResponse {
  const perPage = Math.min(100, positive(asked.get('per_page'), 20));
  const page = positive(asked.get('page'), 1);
  const pages = Math.ceil(games.length / perPage);
  const items = games.slice((page - 1) * perPage, page * perPage).map(wireGame);
  const meta = { totalCount: games.length, pageCount: pages, currentPage: page, perPage };
  return {
    status: 200,
    headers: {
      'content-type': 'application/json',
      'x-pagination-total-count': String(games.length),
      'x-pagination-page-count': String(pages),
      'x-pagination-current-page': String(page),
      'x-pagination-per-page': String(perPage),
    },
    body: writeJson({ items, _meta: meta }),
  };
}

const positive = (text: string | undefined, otherwise: number): number =>
  text !== undefined && /^[1-9][0-9]{0,5}$/.test(text) ? Number.parseInt(text, 10) : otherwise;

function wireGame(game: ListedGame): Writable {
  const { features } = game;
  const flag = (is: boolean): number => (is ? 1 : 0);
  return {
    uuid: game.code,
    name: game.name,
    image: game.thumbnail,
    type: game.category,
    provider: game.provider.name,
    provider_id: WHOLE.test(game.provider.code) ? jsonNumber(game.provider.code) : game.provider.code,
    technology: 'HTML5',
    ...Object.fromEntries(Object.entries(FEATURES).map(([name, feature]) => [name, flag(features.includes(feature))])),
    is_mobile: flag(!game.platforms.includes('desktop') && game.platforms.includes('mobile')),
    freespin_valid_until_full_day: 0,
    tags: game.tags.map((code) => ({ code, label: code })),
    parameters: {
      rtp: game.rtp !== null && DECIMAL.test(game.rtp) ? jsonNumber(game.rtp) : null,
      volatility: game.volatility,
      lines_count: game.lines,
    },
  };
}
