/**
 * Categories of the family's lists. A member's table says what its words mean where the house's vocabulary alone would not know, and
 * which word is the usual one. What the category alone would not bring back goes along as a tag, so that a mirror lists what was read.
 */
import { categoryOf } from '../vocabulary.ts';

/** A member's words → the house's category. Of several words for one category the first is the usual one. */
export type CategoryWords = ReadonlyMap<string, string>;

function meaningOf(words: CategoryWords, word: string): string {
  return words.get(word) ?? categoryOf(word).category;
}

/** The category that a word means, and the word itself as a tag where it is not the usual one. */
export function readCategory(
  words: CategoryWords,
  word: string | null,
): { readonly category: string; readonly tags: readonly string[] } {
  if (word === null || word === '') return { category: 'other', tags: [] };
  const category = meaningOf(words, word);
  return { category, tags: wordFor(words, category, []) === word ? [] : [word] };
}

/** The member's word for a category: the tag that means it, or the usual one; null when it has none. */
export function wordFor(words: CategoryWords, category: string, tags: readonly string[]): string | null {
  const told = tags.find((tag) => meaningOf(words, tag) === category);
  if (told !== undefined) return told;
  for (const [word, meaning] of words) if (meaning === category) return word;
  return null;
}
