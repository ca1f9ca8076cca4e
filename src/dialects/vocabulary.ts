/**
 * One vocabulary of categories and volatilities for all dialects, so that a lobby filters games of every aggregator alike. What an
 * aggregator calls a game is looked up without regard to case, blanks and hyphens; a word nobody knows is `other`, and stays as a tag.
 */
import type { ListedGame } from './dialect.ts';

/** Their words, squeezed, by the house's category. */
const CATEGORIES: Readonly<Record<string, readonly string[]>> = {
  slots: ['slot', 'slots', 'videoslot', 'videoslots', 'classicslots', '3reelslots'],
  live: ['live', 'livecasino', 'livegame', 'livegames', 'livedealer', 'livedealers', 'gameshow'],
  roulette: ['roulette'],
  blackjack: ['blackjack'],
  baccarat: ['baccarat'],
  poker: ['poker', 'casinopoker', 'pokerroom'],
  video_poker: ['videopoker'],
  table: ['table', 'tables', 'tablegame', 'tablegames', 'card', 'cards', 'cardgame', 'cardgames'],
  crash: ['crash', 'crashgame', 'crashgames'],
  instant: ['instant', 'instantwin', 'instantgame', 'instantgames', 'mines', 'plinko', 'arcade', 'casual'],
  dice: ['dice', 'craps', 'sicbo'],
  scratch: ['scratch', 'scratchcard', 'scratchcards'],
  bingo: ['bingo'],
  keno: ['keno'],
  lottery: ['lottery', 'lotto', 'lotteries'],
  shooting: ['shooting', 'fishing', 'fish', 'fishhunting'],
  virtual: ['virtual', 'virtualsport', 'virtualsports', 'virtualgames', 'virtuals'],
  sport: ['sport', 'sports', 'sportsbook', 'betting', 'esports', 'cybersport'],
  other: ['other'],
};

const KNOWN = new Map(
  Object.entries(CATEGORIES).flatMap(([category, words]) => words.map((word) => [word, category] as const)),
);

/** The house's category, and the vendor's own word where none of ours says it. */
export function categoryOf(word: string): { readonly category: string; readonly tag: string | null } {
  const category = KNOWN.get(squeezed(word));
  return category === undefined ? { category: 'other', tag: word } : { category, tag: null };
}

const VOLATILITIES: Readonly<Record<string, ListedGame['volatility']>> = {
  low: 'low',
  verylow: 'low',
  medium: 'medium',
  mid: 'medium',
  lowmedium: 'medium',
  mediumlow: 'medium',
  high: 'high',
  veryhigh: 'high',
  mediumhigh: 'high',
  highmedium: 'high',
};

/** Null for a word that says nothing we know. */
export function volatilityOf(word: string): ListedGame['volatility'] {
  return VOLATILITIES[squeezed(word)] ?? null;
}

const squeezed = (word: string): string => word.toLowerCase().replaceAll(/[\s_-]+/g, '');

/** The house's features. */
export const FEATURES = [
  'free_spins',
  'free_rounds',
  'wild',
  'scatter',
  'multiplier',
  'respin',
  'bonus_buy',
  'cascade',
  'hold_and_win',
  'jackpot',
] as const;
export type Feature = (typeof FEATURES)[number];

/** Other spellings of features, as `plain` has them. */
const SYNONYMS: Readonly<Record<string, Feature>> = {
  freespins: 'free_spins',
  free_spin: 'free_spins',
  free_games: 'free_spins',
  freebets: 'free_rounds',
  freerounds: 'free_rounds',
  wilds: 'wild',
  scatters: 'scatter',
  multipliers: 'multiplier',
  respins: 'respin',
  re_spin: 'respin',
  re_spins: 'respin',
  buy_bonus: 'bonus_buy',
  buy_feature: 'bonus_buy',
  feature_buy: 'bonus_buy',
  cascading_reels: 'cascade',
  cascades: 'cascade',
  avalanche: 'cascade',
  tumble: 'cascade',
  hold_win: 'hold_and_win',
  hold_and_spin: 'hold_and_win',
  jackpots: 'jackpot',
};

/** Lower case, words joined by one underscore: `Hold & Win` → `hold_win`. */
const plain = (word: string): string =>
  word
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '_')
    .replaceAll(/^_|_$/g, '');

/** What a word for a feature means in the house; null: nothing the house has a word for. */
export function featureOf(word: string): Feature | null {
  const spelled = plain(word);
  return FEATURES.find((feature) => feature === spelled) ?? SYNONYMS[spelled] ?? null;
}
