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
