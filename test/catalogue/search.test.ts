import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sandboxGames } from '../../src/sandbox/games.ts';
import {
  errorsAtBeginning,
  errorsForgiven,
  fold,
  foldName,
  NONE,
  searchBuilder,
  searchLiteral,
  searchNear,
} from '../../src/catalogue/search.ts';
import type { Ranks } from '../../src/catalogue/search.ts';

const indexOf = (names: readonly (string | readonly [string, string])[]) => {
  const builder = searchBuilder();
  for (const name of names) {
    const [own, studio] = typeof name === 'string' ? [name, ''] : name;
    builder.add(foldName(own, [studio]));
  }
  return builder.finish();
};
const found = (names: readonly (string | readonly [string, string])[], sought: string, near = false): string[] => {
  const index = indexOf(names);
  const ranks: Ranks = near ? searchNear(index, sought) : searchLiteral(index, sought);
  return names
    .map((name, place) => ({ name: typeof name === 'string' ? name : name[0], rank: ranks[place] ?? NONE }))
    .filter(({ rank }) => rank !== NONE)
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ name }) => name);
};

describe('text that is searched', () => {
  it.each([
    ['ÉTOILE  Book ', 'etoile book'],
    ['Ｆｕｌｌｗｉｄｔｈ', 'fullwidth'],
    ['Straße', 'strasse'],
    ['STRASSE', 'strasse'],
    ['Smörgåsbord Łódź', 'smorgasbord lodz'],
    ['ΟΔΥΣΣΕΥΣ', 'οδυσσευσ'],
    ['İstanbul', 'istanbul'],
    ["Odette's Fox", 'odettes fox'],
    ['ﬁne', 'fine'],
    ['ガチャ', 'ガチャ'],
    ['ｶﾞﾁｬ', 'ガチャ'],
    ['КАЗАЧОК', 'казачок'],
  ])('%j is %j', (text, folded) => expect(fold(text)).toBe(folded));

  it('is the same however often it is folded', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => fold(fold(text)) === fold(text)));
  });
});

describe('searching for what is contained [CAT-10]', () => {
  it('puts the name itself first, then its beginning, a word of it, a part of it, and the studio', () => {
    const names = [
      ['Moon', 'Golden Works'],
      ['Marigolden', 'x'],
      ['The Golden Fox', 'x'],
      ['Golden Fox', 'x'],
      ['Golden', 'x'],
      ['Silver', 'x'],
    ] as const;
    expect(found(names, 'golden')).toEqual(['Golden', 'Golden Fox', 'The Golden Fox', 'Marigolden', 'Moon']);
  });

  it('takes words in any order and begun, and names without their blanks', () => {
    const names = [['Golden Fox', 'Amber Works'], ['Golden Owl', 'Dusk Play'], 'Foxgloves'] as const;
    expect(found(names, 'fox golden')).toEqual(['Golden Fox']);
    expect(found(names, 'gol amb')).toEqual(['Golden Fox']);
    expect(found(names, 'goldenowl')).toEqual(['Golden Owl']);
    expect(found(names, 'fox gloves')).toEqual(['Foxgloves']);
  });

  it('takes signs for themselves', () => {
    const names = ['100% Aviator_X', 'Zebra \\ back', 'Plain'];
    expect(found(names, '100%')).toEqual(['100% Aviator_X']);
    expect(found(names, 'r_x')).toEqual(['100% Aviator_X']);
    expect(found(names, 'r%x')).toEqual([]);
    expect(found(names, '\\ b')).toEqual(['Zebra \\ back']);
  });

  it('works in scripts without blanks, capitals or Latin letters', () => {
    const names = ['黄金の龍', '金龙宝藏', 'เกมสล็อต', 'Золотой Лис', 'لعبة الذهب', '황금 여우'];
    expect(found(names, '龍')).toEqual(['黄金の龍']);
    expect(found(names, '宝藏')).toEqual(['金龙宝藏']);
    expect(found(names, 'สล็อต')).toEqual(['เกมสล็อต']);
    expect(found(names, 'золотой лис')).toEqual(['Золотой Лис']);
    expect(found(names, 'الذهب')).toEqual(['لعبة الذهب']);
    expect(found(names, '여우')).toEqual(['황금 여우']);
  });

  it('finds everything for blanks', () => expect(found(['a', 'b'], '  ')).toEqual(['a', 'b']));
});

describe('searching for what is nearly right', () => {
  const names = ['Golden Panda', 'Silver Panda', 'Golden Pond', 'Kingfisher Waltz', 'Fox', 'Золотой Лис', '黄金の龍虎'];

  it.each([
    ['pnada', ['Golden Panda', 'Silver Panda']],
    ['pamda', ['Golden Panda', 'Silver Panda']],
    ['goldn panda', ['Golden Panda']],
    ['golden pannda', ['Golden Panda']],
    ['kingfsiher', ['Kingfisher Waltz']],
    ['kngfishr', ['Kingfisher Waltz']],
    ['kimgf', ['Kingfisher Waltz']],
    ['залотой', ['Золотой Лис']],
    ['金の竜虎', ['黄金の龍虎']],
  ])('%j finds %j', (sought, expected) => expect(found(names, sought, true)).toEqual(expected));

  it.each(['fxo', 'zebra', 'p', '', '!!!', 'golden zebra'])('%j finds nothing', (sought) =>
    expect(found(names, sought, true)).toEqual([]),
  );

  it('counts a letter too many, too few, a wrong one and two that changed places as one error', () => {
    for (const [typed, errors] of [
      ['panda', 0],
      ['pan', 0],
      ['pnda', 1],
      ['pannda', 1],
      ['pznda', 1],
      ['pnada', 1],
      ['apnda', 1],
      ['pxxda', 2],
    ] as const)
      expect(errorsAtBeginning(typed, 'panda', 2)).toBe(errors);
    expect(errorsAtBeginning('zzzzz', 'panda', 2)).toBe(3);
  });

  it('agrees with the plain definition of that distance', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 7 });
    fc.assert(
      fc.property(word, word, (typed, known) => {
        const beginnings = Array.from({ length: known.length + 1 }, (_unused, end) => known.slice(0, end));
        const least = Math.min(...beginnings.map((each) => distance(typed, each)));
        expect(errorsAtBeginning(typed, known, 2)).toBe(Math.min(3, least));
      }),
    );
  });

  it('finds nine in ten names of a catalogue by a name with one error in it', () => {
    const { games } = sandboxGames(20_260_101, '');
    const index = indexOf(games.map((game) => game.name));
    let asked = 0;
    let first = 0;
    for (let at = 0; at < games.length; at += 41) {
      const typed = withError(games[at]?.name ?? '', at);
      const ranks = searchNear(index, typed);
      const literal = searchLiteral(index, typed);
      const best = Math.min(...ranks);
      asked += 1;
      if (Math.min(literal[at] ?? NONE, ranks[at] ?? NONE) !== NONE && (ranks[at] ?? NONE) <= best + 1) first += 1;
    }
    expect(first / asked).toBeGreaterThan(0.9);
  });
});

/** The name with one error in its longest word. */
function withError(name: string, seed: number): string {
  const word = name.split(' ').toSorted((a, b) => b.length - a.length)[0] ?? '';
  const at = 1 + (seed % Math.max(1, word.length - 2));
  const wrong = [
    word.slice(0, at) + word.slice(at + 1),
    `${word.slice(0, at)}q${word.slice(at)}`,
    `${word.slice(0, at)}q${word.slice(at + 1)}`,
    word.slice(0, at) + word.charAt(at + 1) + word.charAt(at) + word.slice(at + 2),
  ][seed % 4];
  return errorsForgiven(word) === 0 ? name : name.replace(word, wrong ?? word);
}

/** Optimal string alignment by its recursive definition. */
function distance(a: string, b: string): number {
  const memory = new Map<string, number>();
  const of = (i: number, j: number): number => {
    if (i === 0 || j === 0) return i + j;
    const key = `${i} ${j}`;
    const known = memory.get(key);
    if (known !== undefined) return known;
    let least = Math.min(of(i - 1, j) + 1, of(i, j - 1) + 1, of(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1));
    if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) least = Math.min(least, of(i - 2, j - 2) + 1);
    memory.set(key, least);
    return least;
  };
  return of(a.length, b.length);
}
