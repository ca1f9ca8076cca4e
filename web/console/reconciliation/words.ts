/** A kind of disagreement in readable words. */
export const wordsOf = (kind: string): string => kind.replaceAll('_', ' ').toLowerCase();
