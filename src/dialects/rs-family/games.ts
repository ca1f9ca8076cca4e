/**
 * The family's list of games, both ends: one signed call, one array, no pages. An entry that cannot be understood is named and
 * skipped (CAT-15). Asked once and not again at once: the aggregator counts every call.
 */
import { isProblem } from '../../money/index.ts';
import {
  errandProblem,
  fieldMessage,
  fields,
  isJsonArray,
  isJsonNumber,
  isJsonObject,
  readJson,
} from '../../wire/index.ts';
import type { Errand, ErrandProblem, ErrandResponse, Fields, JsonValue, Writable } from '../../wire/index.ts';
import type { GamesPage, ListedGame, RawRequest, RawResponse } from '../dialect.ts';
import { featureOf } from '../vocabulary.ts';
import { believed, gameNamed, refuse, refusedBy, respond, signedRequest } from './calls.ts';
import { readCategory, wordFor } from './categories.ts';
import type { Family } from './family.ts';
import type { FamilySettings } from './settings.ts';

/** A list of tens of thousands of games in one answer. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;
const LIMITS = { maxDepth: 8, maxKeys: 4_000_000, maxItems: 4_000_000 };

type Settings = Pick<FamilySettings, 'catalogue' | 'launch'>;
type Member = Pick<Family, 'signatureHeader' | 'paths' | 'categories'>;

export function gamesErrand(family: Member, { catalogue, launch }: Settings): Errand<GamesPage | 'unchanged'> {
  return {
    kind: 'games',
    request: signedRequest(catalogue.url + family.paths.list, family.signatureHeader, launch.private_key, {
      operator_id: launch.operator_id,
      product_code: catalogue.product_code,
    }),
    timeoutMs: 60_000,
    retries: 0,
    maxBodyBytes: MAX_BODY_BYTES,
    read: (response) => readList(family, catalogue, response),
  };
}

function readList(
  family: Member,
  catalogue: FamilySettings['catalogue'],
  response: ErrandResponse,
): GamesPage | ErrandProblem {
  if (response.status !== 200) return refusedBy('games', response);
  const json = readJson(response.body, LIMITS);
  if (isProblem(json) || !isJsonArray(json))
    return errandProblem('unreadable', 'games: the answer is not a list of games', response.status);
  const games: ListedGame[] = [];
  const malformed: string[] = [];
  json.forEach((entry, index) => {
    const game = readGame(family, catalogue, entry);
    if (typeof game === 'string') malformed.push(`entry ${index + 1}: ${game}`);
    else games.push(game);
  });
  return { games, malformed, page: 1, pages: 1, total: json.length, etag: null };
}

/** One entry, or why it cannot be used. */
function readGame(family: Member, catalogue: FamilySettings['catalogue'], entry: JsonValue): ListedGame | string {
  if (!isJsonObject(entry)) return 'not an object';
  const f = fields(entry);
  const product = f.text('product');
  const { category, tags } = readCategory(family.categories, f.optional('category', f.text));
  const words = f.optional('features', f.ids) ?? [];
  const known = words.flatMap((word) => featureOf(word) ?? []);
  const freebets = f.optional('freebet_support', f.boolean) === true;
  const number = f.optional('game_id', f.id);
  const game: ListedGame = {
    ...(number === null || catalogue.games_by === 'game_id' ? {} : { vendorId: number }),
    code: f.id(catalogue.games_by),
    name: f.text('name'),
    provider: { code: product, name: product },
    category,
    tags: [...tags, ...words.filter((word) => featureOf(word) === null)],
    features: [...new Set([...known, ...(freebets ? (['free_rounds'] as const) : [])])],
    rtp: rtpOf(entry.get('rtp')),
    volatility: volatilityOf(entry.get('volatility')),
    lines: linesOf(entry.get('paylines')),
    thumbnail: f.optional('url_thumb', (name) => f.text(name, 2_000)),
    demo: catalogue.demo,
    platforms: platformsOf(f),
    currencies: [],
    blockedCountries: countriesOf(f),
    releasedAt: f.optional('release_date', f.text),
    enabled: f.optional('enabled', f.boolean) ?? true,
  };
  return f.problem === null ? game : fieldMessage(f.problem);
}

const PLATFORMS = { GPL_DESKTOP: 'desktop', GPL_MOBILE: 'mobile' } as const;
const PLATFORM_WORDS = ['GPL_DESKTOP', 'GPL_MOBILE'] as const;

/** A platform nobody has heard of is none of ours. */
function platformsOf(f: Fields): readonly string[] {
  const words = f.optional('platforms', f.ids) ?? [];
  return PLATFORM_WORDS.filter((word) => words.includes(word)).map((word) => PLATFORMS[word]);
}

/** Blocked by law or by contract: nobody from there is let in either way. */
function countriesOf(f: Fields): readonly string[] {
  const lists = ['blocked_countries', 'restricted_countries'].map((name) => f.optional(name, f.ids) ?? []);
  return [...new Set(lists.flat())];
}

/** What is only shown is no reason to leave a game out: a text or a number, as it is written. */
function textOf(value: JsonValue | undefined): string | null {
  if (typeof value === 'string') return value;
  return isJsonNumber(value) ? value.text : null;
}

function rtpOf(value: JsonValue | undefined): string | null {
  const text = textOf(value);
  return text !== null && /^[0-9]{1,3}(?:\.[0-9]{1,6})?$/.test(text) ? text : null;
}

function linesOf(value: JsonValue | undefined): number | null {
  const text = textOf(value);
  return text !== null && /^[0-9]{1,6}$/.test(text) ? Number.parseInt(text, 10) : null;
}

/** Numbers from 1 to 5; what they are called is nowhere said. */
const VOLATILITIES: Readonly<Record<string, 'low' | 'medium' | 'high'>> = {
  1: 'low',
  2: 'low',
  3: 'medium',
  4: 'high',
  5: 'high',
};
const VOLATILITY_NUMBERS = { low: 1, medium: 3, high: 5 } as const;

function volatilityOf(value: JsonValue | undefined): 'low' | 'medium' | 'high' | null {
  return VOLATILITIES[textOf(value) ?? ''] ?? null;
}

/** The list as the aggregator answers it: to its operator's signature, and for an operator it knows. */
export function serveGames(
  family: Member,
  settings: Settings,
  request: RawRequest,
  games: readonly ListedGame[],
): RawResponse {
  const { catalogue, launch } = settings;
  const asked = believed(request, family.signatureHeader, launch.private_key);
  if (asked.kind === 'refused') return asked.response;
  if (asked.fields.id('operator_id') !== String(launch.operator_id)) return refuse(404, 'Operator not found');
  return respond(
    200,
    games.map((game) => wireGame(family, catalogue.games_by, game)),
  );
}

function wireGame(family: Member, by: 'game_code' | 'game_id', game: ListedGame): Writable {
  const category = wordFor(family.categories, game.category, game.tags);
  const number = by === 'game_id' || game.vendorId === undefined ? null : game.vendorId;
  const features = [
    ...game.features.filter((feature) => feature !== 'free_rounds'),
    ...game.tags.filter((tag) => tag !== category),
  ];
  return {
    ...gameNamed(by, game.code),
    ...(number === null ? {} : gameNamed('game_id', number)),
    name: game.name,
    product: game.provider.name,
    category,
    platforms: PLATFORM_WORDS.filter((word) => game.platforms.includes(PLATFORMS[word])),
    url_thumb: game.thumbnail,
    url_background: null,
    enabled: game.enabled,
    freebet_support: game.features.includes('free_rounds'),
    blocked_countries: game.blockedCountries,
    release_date: game.releasedAt,
    volatility: game.volatility === null ? null : VOLATILITY_NUMBERS[game.volatility],
    rtp: game.rtp,
    paylines: game.lines,
    features,
  };
}
