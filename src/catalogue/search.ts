/**
 * Searching names with tolerance for typing errors, in memory and without I/O: what is contained comes first, what is nearly
 * right after it. An answer depends on the names and the sought text alone, so a game keeps its rank from page to page.
 */

/** Letters that Unicode does not take apart, and what people type for them. */
const PLAIN: Readonly<Record<string, string>> = {
  ß: 'ss',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  æ: 'ae',
  œ: 'oe',
  ı: 'i',
  ς: 'σ',
};

/** Text without what a search must not mind: case, width, accents, apostrophes, kinds of blanks. In any script. */
export function fold(text: string): string {
  return text
    .normalize('NFKD')
    .replaceAll(/[\u0300-\u036F]/g, '')
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[\u0300-\u036F'’`]/g, '')
    .replaceAll(/[ßøłđðþæœıς]/g, (letter) => PLAIN[letter] ?? letter)
    .replaceAll(/\s+/g, ' ')
    .trim();
}

const wordsOf = (folded: string): readonly string[] => folded.match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
const compactOf = (folded: string): string => folded.replaceAll(/[^\p{L}\p{M}\p{N}]+/gu, '');

/** Scripts that are written without blanks: a word may begin anywhere. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u;

/** Places of names in the order they were added. */
export interface SearchIndex {
  readonly size: number;
  readonly names: readonly string[];
  readonly others: readonly string[];
  readonly compacts: readonly string[];
  readonly words: readonly string[];
  readonly masks: Uint32Array;
  /** of each word: where it occurs */
  readonly places: readonly (readonly number[])[];
}

/** A name as the search compares it. Making it is most of the work of an index, so it is kept as long as the name is. */
export interface FoldedName {
  readonly name: string;
  readonly others: string;
  readonly compact: string;
  /** of name and others, each once */
  readonly words: readonly string[];
}

/** `others`: further texts that count less than the name, such as the studio's name */
export function foldName(text: string, more: readonly string[]): FoldedName {
  const name = fold(text);
  const others = more.map(fold).join('\n');
  const words = [...new Set([...wordsOf(name), ...wordsOf(others)])];
  return { name, others, compact: compactOf(name), words };
}

export interface SearchBuilder {
  readonly add: (name: FoldedName) => void;
  readonly finish: () => SearchIndex;
}

/** Adding is cheap and can be done in parts, with other work in between. */
export function searchBuilder(): SearchBuilder {
  const names: string[] = [];
  const others: string[] = [];
  const compacts: string[] = [];
  const byWord = new Map<string, number[]>();
  return {
    add: (folded) => {
      const place = names.length;
      names.push(folded.name);
      others.push(folded.others);
      compacts.push(folded.compact);
      for (const word of folded.words) {
        const places = byWord.get(word);
        if (places === undefined) byWord.set(word, [place]);
        else places.push(place);
      }
    },
    finish: () => {
      const words = [...byWord.keys()];
      const masks = Uint32Array.from(words, maskOf);
      return { size: names.length, names, others, compacts, words, masks, places: [...byWord.values()] };
    },
  };
}

/** A rank of each place, smaller is better; NONE: does not fit. */
export type Ranks = Uint8Array;
export const NONE = 255;

const RANK = { same: 0, begins: 1, wordBegins: 2, inside: 3, studio: 4, words: 5, near: 6 } as const;
const MAX_WORDS = 8;

/** What contains the sought text: as it is, in another order of words, or without blanks. */
export function searchLiteral(index: SearchIndex, sought: string): Ranks {
  const ranks = new Uint8Array(index.size).fill(NONE);
  const text = fold(sought);
  if (text === '') return ranks.fill(RANK.same);
  for (const [place, name] of index.names.entries()) {
    const at = name.indexOf(text);
    if (at >= 0) ranks[place] = name === text ? RANK.same : inName(name, text, at);
    else if (index.others[place]?.includes(text) === true) ranks[place] = RANK.studio;
  }
  const compact = compactOf(text);
  // Who types signs that mean anything elsewhere means them as they stand.
  if (compact === '' || /[%_*?\\]/.test(text)) return ranks;
  if (compact.length >= 4)
    for (const [place, each] of index.compacts.entries())
      if (ranks[place] === NONE && each.includes(compact)) ranks[place] = RANK.words;
  keepBetter(ranks, searchWords(index, text, 0));
  return ranks;
}

function inName(name: string, text: string, first: number): number {
  if (first === 0) return RANK.begins;
  for (let at = first; at >= 0; at = name.indexOf(text, at + 1))
    if (/[^\p{L}\p{M}\p{N}]/u.test(name.charAt(at - 1))) return RANK.wordBegins;
  return RANK.inside;
}

/** What is only nearly the sought text: each of its words is the beginning of one of the place's, but for an error or two. */
export function searchNear(index: SearchIndex, sought: string): Ranks {
  return searchWords(index, fold(sought), 2).map((rank) => (rank === RANK.words ? NONE : rank));
}

/** Errors that are forgiven in a word: in a short one nearly every other word would be within reach. */
export function errorsForgiven(word: string): number {
  return word.length < 4 ? 0 : word.length < 8 ? 1 : 2;
}

function searchWords(index: SearchIndex, text: string, mostErrors: number): Ranks {
  const words = wordsOf(text).slice(0, MAX_WORDS);
  const sum = new Uint8Array(index.size).fill(words.length === 0 ? NONE : 0);
  for (const word of words) {
    const best = new Uint8Array(index.size).fill(NONE);
    const limit = Math.min(mostErrors, errorsForgiven(word));
    for (const [at, errors] of wordsNear(index, word, limit))
      for (const place of index.places[at] ?? []) best[place] = Math.min(best[place] ?? NONE, errors);
    for (let place = 0; place < sum.length; place += 1) {
      const errors = best[place] ?? NONE;
      sum[place] = errors === NONE || sum[place] === NONE ? NONE : (sum[place] ?? 0) + errors;
    }
  }
  return sum.map((errors) => (errors === NONE ? NONE : errors === 0 ? RANK.words : RANK.near + errors));
}

/** The known words that the given one is the beginning of, with the errors in it, at most so many. */
function wordsNear(index: SearchIndex, word: string, limit: number): readonly (readonly [number, number])[] {
  const found: (readonly [number, number])[] = [];
  const mask = maskOf(word);
  const isUnspaced = UNSPACED.test(word);
  for (const [at, known] of index.words.entries()) {
    if (isUnspaced ? known.includes(word) : known.startsWith(word)) found.push([at, 0]);
    // A letter that the other lacks is an error at least.
    else if (limit > 0 && bits(mask & ~(index.masks[at] ?? 0)) <= limit) {
      const errors = errorsAtBeginning(word, known, limit, isUnspaced);
      if (errors <= limit) found.push([at, errors]);
    }
  }
  return found;
}

function keepBetter(ranks: Ranks, other: Ranks): void {
  for (let place = 0; place < ranks.length; place += 1)
    ranks[place] = Math.min(ranks[place] ?? NONE, other[place] ?? NONE);
}

/**
 * How many letters are wrong, missing, too many or changed places in `typed`, if it was meant to be the beginning of `known`
 * (or, with `anywhere`, a part of it). More than `limit` is only told as more.
 */
export function errorsAtBeginning(typed: string, known: string, limit: number, anywhere = false): number {
  const length = anywhere ? known.length : Math.min(known.length, typed.length + limit);
  let before: number[] = [];
  let last = Array.from({ length: length + 1 }, (_unused, column) => (anywhere ? 0 : column));
  for (let row = 1; row <= typed.length; row += 1) {
    const now = [row];
    let least = row;
    for (let column = 1; column <= length; column += 1) {
      const isSame = typed[row - 1] === known[column - 1];
      let errors = Math.min(
        (last[column - 1] ?? limit) + (isSame ? 0 : 1),
        (last[column] ?? limit) + 1,
        (now[column - 1] ?? limit) + 1,
      );
      const isSwapped =
        row > 1 && column > 1 && typed[row - 1] === known[column - 2] && typed[row - 2] === known[column - 1];
      if (isSwapped) errors = Math.min(errors, (before[column - 2] ?? limit) + 1);
      now.push(errors);
      least = Math.min(least, errors);
    }
    if (least > limit) return limit + 1;
    before = last;
    last = now;
  }
  return Math.min(...last);
}

/** Which of 32 groups of letters occur. */
function maskOf(word: string): number {
  let mask = 0;
  for (let at = 0; at < word.length; at += 1) mask |= 1 << (word.charCodeAt(at) & 31);
  return mask >>> 0;
}

function bits(mask: number): number {
  let left = mask;
  let count = 0;
  for (; left !== 0; left &= left - 1) count += 1;
  return count;
}
