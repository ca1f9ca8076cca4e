/**
 * `Game/List`, both ends: all games of all studios in one answer. A live game is `live` whatever else it is; what it is stays as a
 * tag. An entry that cannot be understood is named and skipped (CAT-15).
 */
import { errandProblem, fieldMessage, fields, isJsonArray, isJsonObject } from '../../wire/index.ts';
import type { Errand, ErrandProblem, ErrandResponse, Fields, JsonValue, SigningKey } from '../../wire/index.ts';
import type { GamesPage, ListedGame, RawRequest, RawResponse } from '../dialect.ts';
import { categoryOf } from '../vocabulary.ts';
import { answered, API, asked, genuineBody, respond } from './api.ts';
import type { A8rSettings } from './settings.ts';

const LIMITS = { maxDepth: 10, maxKeys: 4_000_000, maxItems: 4_000_000 };
const MAX_BYTES = 128 * 1_048_576;

export function gamesErrand(settings: A8rSettings['launch'], key: SigningKey, nowMs: number): Errand<GamesPage> {
  return {
    kind: 'games',
    request: asked(settings.url, API.games, key, { casino_id: settings.casino_id }),
    timeoutMs: 30_000,
    retries: 1,
    maxBodyBytes: MAX_BYTES,
    read: (response) => readPage(response, nowMs),
  };
}

function readPage(response: ErrandResponse, nowMs: number): GamesPage | ErrandProblem {
  const json = answered('games', response, LIMITS);
  if ('kind' in json) return json;
  const providers = json.get('providers');
  if (!isJsonArray(providers))
    return errandProblem('unreadable', 'games: the answer has no providers', response.status);
  const games: ListedGame[] = [];
  const malformed: string[] = [];
  for (const [index, entry] of providers.entries()) {
    const studio = studioOf(entry);
    if (typeof studio === 'string') {
      malformed.push(`provider ${index + 1}: ${studio}`);
      continue;
    }
    for (const [at, each] of studio.games.entries()) {
      const game = readGame(each, studio, nowMs);
      if (typeof game === 'string') malformed.push(`provider ${index + 1}, game ${at + 1}: ${game}`);
      else games.push(game);
    }
  }
  return { games, malformed, page: 1, pages: 1, total: games.length + malformed.length, etag: null };
}

interface Studio {
  readonly name: string;
  /** of pictures; '' for none */
  readonly base: string;
  readonly games: readonly JsonValue[];
}

function studioOf(entry: JsonValue): Studio | string {
  if (!isJsonObject(entry)) return 'not an object';
  const f = fields(entry);
  const name = f.id('name');
  const assets = f.optional('image_assets', f.object);
  const base = assets?.optional('base_url', (member) => assets.text(member, 2_000)) ?? '';
  const games = entry.get('games');
  if (f.problem !== null) return fieldMessage(f.problem);
  return isJsonArray(games) ? { name, base, games } : 'games: missing';
}

function readGame(entry: JsonValue, studio: Studio, nowMs: number): ListedGame | string {
  if (!isJsonObject(entry)) return 'not an object';
  const f = fields(entry);
  const word = f.optional('category', f.id) ?? 'other';
  const { category, tag } = categoryOf(word);
  const isLive = f.optional('live', f.boolean) ?? false;
  const provider = f.optional('provider', f.id) ?? studio.name;
  const recalledAt = Date.parse(f.optional('recalled_at', f.text) ?? '');
  const game: ListedGame = {
    code: f.id('id'),
    name: f.text('title'),
    provider: { code: provider, name: f.optional('producer', f.text) ?? studio.name },
    category: isLive ? 'live' : category,
    tags: isLive ? [word] : tag === null ? [] : [tag],
    features: [],
    rtp: null,
    volatility: null,
    lines: null,
    thumbnail: pictureOf(f, studio.base),
    // Their list does not say which games may be tried without money; one that may not is refused at its launch.
    demo: !isLive,
    platforms: [],
    currencies: [],
    blockedCountries: [],
    releasedAt: f.optional('released_at', f.text),
    enabled: !(recalledAt <= nowMs),
  };
  return f.problem === null ? game : fieldMessage(f.problem);
}

const FORMS = ['horizontal', 'square', 'widescreen', 'vertical'] as const;

/** The first picture there is, as an address of its own. */
function pictureOf(f: Fields, base: string): string | null {
  const images = f.optional('images', f.object);
  if (images === null) return null;
  for (const form of FORMS) {
    const path = images.optional(form, (name) => images.text(name, 2_000));
    if (path === null || path === '') continue;
    if (URL.canParse(path)) return path;
    const url = `${base.replace(/\/$/, '')}/${path.replace(/^\//, '')}`;
    return URL.canParse(url) ? url : null;
  }
  return null;
}

/** The list as the aggregator serves it. */
export function serveGames(key: SigningKey, request: RawRequest, games: readonly ListedGame[]): RawResponse {
  const json = genuineBody(key, request);
  if ('status' in json) return json;
  // In the order of the list: a studio whose games are apart in it is named again.
  const providers: {
    readonly name: string;
    readonly image_assets: { readonly base_url: string };
    readonly games: Wire[];
  }[] = [];
  for (const game of games) {
    const last = providers.at(-1);
    if (last?.name === game.provider.code) last.games.push(wireGame(game));
    else providers.push({ name: game.provider.code, image_assets: { base_url: '' }, games: [wireGame(game)] });
  }
  return respond(200, { providers });
}

type Wire = ReturnType<typeof wireGame>;

function wireGame(game: ListedGame) {
  const [tag] = game.tags;
  const isLive = game.category === 'live';
  return {
    id: game.code,
    title: game.name,
    provider: game.provider.code,
    producer: game.provider.name,
    category: isLive || game.category === 'other' ? (tag ?? 'other') : game.category,
    live: isLive,
    images: game.thumbnail === null ? {} : { horizontal: game.thumbnail },
    released_at: game.releasedAt,
    recalled_at: game.enabled ? null : '1970-01-01T00:00:00Z',
  };
}
