/**
 * The list of games, which this protocol hands out as a file: JSON, a list of games or an object with one under `games`. An
 * entry that cannot be understood is named and skipped (CAT-15). The sandbox serves the same file, since it has one.
 */
import type { Problem } from '../../money/index.ts';
import { isProblem } from '../../money/index.ts';
import { fieldMessage, fields, isJsonArray, isJsonObject, readJson, writeJson } from '../../wire/index.ts';
import type { JsonValue } from '../../wire/index.ts';
import type { GamesPage, ListedGame, RawResponse } from '../dialect.ts';
import { categoryOf, volatilityOf } from '../vocabulary.ts';

export const GAMES_FILE = '/games.json';

/** Tens of thousands of games with long texts. */
const LIMITS = { maxDepth: 8, maxKeys: 4_000_000, maxItems: 4_000_000 };

export function readGames(bytes: Uint8Array): GamesPage | Problem {
  const json = readJson(bytes, LIMITS);
  if (isProblem(json)) return { kind: 'problem', reason: `the file is no JSON: ${json.reason}` };
  const list = isJsonObject(json) ? json.get('games') : json;
  if (!isJsonArray(list))
    return { kind: 'problem', reason: 'the file is neither a list of games nor has one under games' };
  const games: ListedGame[] = [];
  const malformed: string[] = [];
  for (const [index, entry] of list.entries()) {
    const game = readGame(entry);
    if (typeof game === 'string') malformed.push(`entry ${index + 1}: ${game}`);
    else games.push(game);
  }
  return { games, malformed, page: 1, pages: 1, total: list.length, etag: null };
}

function readGame(entry: JsonValue): ListedGame | string {
  if (!isJsonObject(entry)) return 'not an object';
  const f = fields(entry);
  const code = f.id('identifier');
  const [studio = ''] = code.split(':', 1);
  const provider = f.optional('provider', f.id) ?? studio;
  const { category, tag } = categoryOf(f.optional('category', f.id) ?? 'other');
  const game: ListedGame = {
    code,
    name: f.text('title'),
    provider: { code: provider, name: f.optional('producer', f.text) ?? provider },
    category,
    tags: [...(f.optional('tags', f.ids) ?? []), ...(tag === null ? [] : [tag])],
    features: f.optional('features', f.ids) ?? [],
    rtp: f.optional('rtp', f.text),
    volatility: volatilityOf(f.optional('volatility', f.id) ?? ''),
    lines: f.optional('lines', f.integer),
    thumbnail: f.optional('thumbnail', (name) => f.text(name, 2_000)),
    demo: f.optional('demo', f.boolean) ?? false,
    platforms: f.optional('devices', f.ids) ?? [],
    currencies: f.optional('currencies', f.ids) ?? [],
    blockedCountries: f.optional('restrictions', f.ids) ?? [],
    releasedAt: f.optional('released_at', f.text),
    enabled: f.optional('enabled', f.boolean) ?? true,
  };
  return f.problem === null ? game : fieldMessage(f.problem);
}

/** The file as the aggregator hands it out. */
export function gamesFile(games: readonly ListedGame[]): RawResponse {
  const body = writeJson({
    games: games.map((game) => ({
      identifier: game.code,
      title: game.name,
      provider: game.provider.code,
      producer: game.provider.name,
      category: game.category,
      tags: game.tags,
      features: game.features,
      rtp: game.rtp,
      volatility: game.volatility,
      lines: game.lines,
      thumbnail: game.thumbnail,
      demo: game.demo,
      devices: game.platforms,
      currencies: game.currencies,
      restrictions: game.blockedCountries,
      released_at: game.releasedAt,
      enabled: game.enabled,
    })),
  });
  return { status: 200, headers: { 'content-type': 'application/json' }, body };
}
