/**
 * One vocabulary of categories and features for every aggregator: each dialect brings a table of its aggregator's words, and what no
 * table knows is never lost: the word goes along as a tag. Both directions, so that a mirror lists what the dialect would read.
 */

/** The house's categories. */
export const CATEGORIES = [
  'slots',
  'table',
  'roulette',
  'blackjack',
  'baccarat',
  'poker',
  'video_poker',
  'live',
  'crash',
  'instant',
  'bingo',
  'keno',
  'lottery',
  'virtual',
  'sports',
  'other',
] as const;
export type Category = (typeof CATEGORIES)[number];

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

/** An aggregator's words for categories. Of several words for one category the first is the one its mirror says. */
export type CategoryWords = ReadonlyMap<string, Category>;

/** The category a word means, and the word itself as a tag where the category alone would not bring it back. */
export function categoryOf(
  words: CategoryWords,
  word: string | null,
): { readonly category: Category; readonly tags: readonly string[] } {
  if (word === null || word === '') return { category: 'other', tags: [] };
  const category = words.get(word) ?? 'other';
  return { category, tags: wordFor(words, category, []) === word ? [] : [word] };
}

/** The aggregator's word for a category: the tag that means it, or the table's first. */
export function wordFor(words: CategoryWords, category: string, tags: readonly string[]): string | null {
  const told = tags.find((tag) => (words.get(tag) ?? 'other') === category);
  if (told !== undefined) return told;
  for (const [word, meaning] of words) if (meaning === category) return word;
  return null;
}
