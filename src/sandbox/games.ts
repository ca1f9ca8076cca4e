/** The sandbox's catalogue: thousands of plausible games of invented studios, the same at every start. */
import type { ListedGame } from '../dialects/dialect.ts';
import { below, pick, seededRandom } from './random.ts';
import type { Random } from './random.ts';

const STUDIO_FIRST = ['Amber', 'Brass', 'Cobalt', 'Dusk', 'Ember', 'Fable', 'Garnet', 'Harbour', 'Ivory', 'Juniper', 'Kestrel', 'Lantern', 'Marble', 'North', 'Opal', 'Pepper'];
const STUDIO_LAST = ['Reels', 'Works', 'Play', 'Forge'];
const ADJECTIVES = ['Golden', 'Wild', 'Lucky', 'Mystic', 'Frozen', 'Royal', 'Hidden', 'Electric', 'Silent', 'Crimson', 'Emerald', 'Ancient', 'Velvet', 'Stormy', 'Neon', 'Sugar', 'Midnight', 'Rising', 'Thunder', 'Secret'];
const NOUNS = ['Orchard', 'Lagoon', 'Temple', 'Comet', 'Carnival', 'Fortress', 'Fjord', 'Safari', 'Voyage', 'Garden', 'Harvest', 'Kingdom', 'Express', 'Dynasty', 'Mirage', 'Bakery', 'Reef', 'Canyon', 'Lantern', 'Falcon', 'Phoenix', 'Panda', 'Tiger', 'Otter'];
const SUFFIXES = ['', '', '', '', ' II', ' Deluxe', ' Gold', ' Ways', ' Respin', ' Max'];
const FEATURES = ['free_spins', 'wild', 'scatter', 'multiplier', 'respin', 'bonus_buy', 'cascade', 'hold_and_win'];
const TAGS = ['new', 'popular', 'exclusive', 'classic', 'high_roller', 'seasonal'];
/** mostly slots, as everywhere */
const CATEGORIES = ['slots', 'slots', 'slots', 'slots', 'slots', 'slots', 'slots', 'slots', 'table', 'roulette', 'blackjack', 'instant', 'crash', 'video_poker', 'bingo'];
const COUNTRIES = ['US', 'FR', 'NL', 'AU', 'GB', 'IT', 'ES'];

export const SANDBOX_GAMES = 3_210;
export const SANDBOX_PROVIDERS = STUDIO_FIRST.length * STUDIO_LAST.length;

/** All games, in a stable order. `thumbnails` is the base URL of their pictures. */
export function sandboxGames(seed: number, thumbnails: string): readonly ListedGame[] {
  const random = seededRandom(seed);
  const providers = STUDIO_FIRST.flatMap((first) => STUDIO_LAST.map((last) => ({ code: `${first}-${last}`.toLowerCase(), name: `${first} ${last}` })));
  const taken = new Set<string>();
  return Array.from({ length: SANDBOX_GAMES }, (_unused, index) => {
    const provider = providers[index % providers.length] ?? pick(random, providers);
    return game(random, provider, index, taken, thumbnails);
  });
}

function game(random: Random, provider: ListedGame['provider'], index: number, taken: Set<string>, thumbnails: string): ListedGame {
  const name = `${pick(random, ADJECTIVES)} ${pick(random, NOUNS)}${pick(random, SUFFIXES)}`;
  const base = `${provider.code}-${name.toLowerCase().replaceAll(' ', '-')}`;
  const code = taken.has(base) ? `${base}-${index}` : base;
  taken.add(code);
  const category = pick(random, CATEGORIES);
  const year = 2015 + below(random, 12);
  const month = String(1 + below(random, 12)).padStart(2, '0');
  return {
    code,
    name,
    provider,
    category,
    tags: some(random, TAGS, 0.18),
    features: category === 'slots' ? some(random, FEATURES, 0.35) : [],
    rtp: `${92 + below(random, 6)}.${String(below(random, 100)).padStart(2, '0')}`,
    volatility: pick(random, ['low', 'medium', 'high'] as const),
    lines: category === 'slots' ? 10 : null,
    thumbnail: `${thumbnails}/thumbs/${code}.svg`,
    demo: random() < 0.96,
    platforms: random() < 0.97 ? ['desktop', 'mobile'] : ['desktop'],
    currencies: random() < 0.03 ? ['EUR', 'GBP'] : [],
    blockedCountries: random() < 0.2 ? some(random, COUNTRIES, 0.3) : [],
    releasedAt: `${year}-${month}-${String(1 + below(random, 28)).padStart(2, '0')}`,
    enabled: random() < 0.995,
  };
}

function some(random: Random, from: readonly string[], chance: number): readonly string[] {
  return from.filter(() => random() < chance);
}
