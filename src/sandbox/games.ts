/**
 * The sandbox's catalogue: thousands of plausible games of invented studios, the same at every start. What it declares of a
 * slot (return, volatility, lines) is what the slot really plays.
 */
import type { ListedGame } from '../dialects/dialect.ts';
import type { EmblemName } from './emblems.ts';
import { inventName, STUDIO_FIRST, STUDIO_LAST } from './names.ts';
import { RETURNS, VOLATILITIES } from './paytables.ts';
import { below, pick, seededRandom } from './random.ts';
import type { Random } from './random.ts';
import { LINE_COUNTS } from './slot-maths.ts';

const FEATURES = ['free_spins', 'wild', 'scatter', 'multiplier', 'respin', 'bonus_buy', 'cascade', 'hold_and_win'];
const TAGS = ['new', 'popular', 'exclusive', 'classic', 'high_roller', 'seasonal'];
/** mostly slots, as everywhere */
const CATEGORIES = [
  'slots',
  'slots',
  'slots',
  'slots',
  'slots',
  'slots',
  'slots',
  'slots',
  'slots',
  'slots',
  'slots',
  'slots',
  'slots',
  'table',
  'roulette',
  'blackjack',
  'instant',
  'crash',
  'video_poker',
  'bingo',
];
const COUNTRIES = ['US', 'FR', 'NL', 'AU', 'GB', 'IT', 'ES'];

export const SANDBOX_GAMES = 3_210;
export const SANDBOX_PROVIDERS = STUDIO_FIRST.length * STUDIO_LAST.length;

export interface SandboxCatalogue {
  /** in a stable order */
  readonly games: readonly ListedGame[];
  /** the picture on each game's thumbnail, by game code */
  readonly emblems: ReadonlyMap<string, EmblemName>;
}

/** All games, as many as usual unless `size` says otherwise. `thumbnails` is the base URL of their pictures. */
export function sandboxGames(seed: number, thumbnails: string, size = SANDBOX_GAMES): SandboxCatalogue {
  const random = seededRandom(seed);
  const providers = STUDIO_FIRST.flatMap((first) =>
    STUDIO_LAST.map((last) => ({ code: `${first}-${last}`.toLowerCase(), name: `${first} ${last}` })),
  );
  const taken = new Set<string>();
  const emblems = new Map<string, EmblemName>();
  const games = Array.from({ length: size }, (_unused, index) => {
    const provider = providers[index % providers.length] ?? pick(random, providers);
    const category = pick(random, CATEGORIES);
    const { name, emblem } = inventName(random, category, taken);
    taken.add(name);
    const listed = game(random, provider, category, name, thumbnails);
    emblems.set(listed.code, emblem);
    return listed;
  });
  return { games, emblems };
}

function game(
  random: Random,
  provider: ListedGame['provider'],
  category: string,
  name: string,
  thumbnails: string,
): ListedGame {
  const code = `${provider.code}-${slug(name)}`;
  const year = 2015 + below(random, 12);
  const month = String(1 + below(random, 12)).padStart(2, '0');
  return {
    code,
    name,
    provider,
    category,
    tags: some(random, TAGS, 0.18),
    features: category === 'slots' ? some(random, FEATURES, 0.35) : category === 'roulette' ? ['lobby'] : [],
    rtp: pick(random, RETURNS),
    volatility: pick(random, VOLATILITIES),
    lines: pick(random, LINE_COUNTS),
    thumbnail: `${thumbnails}/thumbs/${code}.svg`,
    demo: random() < 0.96,
    platforms: random() < 0.97 ? ['desktop', 'mobile'] : ['desktop'],
    currencies: currenciesOf(random()),
    blockedCountries: random() < 0.2 ? some(random, COUNTRIES, 0.3) : [],
    releasedAt: `${year}-${month}-${String(1 + below(random, 28)).padStart(2, '0')}`,
    enabled: random() < 0.995,
  };
}

/** Some take two currencies only, and a few just US dollars: whoever holds bitcoin plays those by an exchange rate. */
function currenciesOf(draw: number): readonly string[] {
  if (draw < 0.03) return ['EUR', 'GBP'];
  return draw >= 0.95 ? ['USD'] : [];
}

function slug(name: string): string {
  return name
    .toLowerCase()
    .replaceAll("'", '')
    .replaceAll(/[^a-z0-9]+/g, '-');
}

function some(random: Random, from: readonly string[], chance: number): readonly string[] {
  return from.filter(() => random() < chance);
}
