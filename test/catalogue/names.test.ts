import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { gameKey, studioKey } from '../../src/catalogue/names.ts';

describe('the key of a studio', () => {
  it.each([
    ['Pragmatic Reels', 'PRAGMATIC  REELS'],
    ['Pragmatic Reels', 'Pragmatic Reels Ltd.'],
    ['Red Lion', 'Red Lion Gaming'],
    ['Red Lion', 'Red-Lion Games Ltd'],
    ["Play'n Stay", 'Playn Stay'],
    ['Fly Høy', 'fly høy'],
    ['Étoile', 'Etoile'],
    ['Ｗｉｄｅ Games', 'Wide'],
  ])('is one for %s and %s [CAT-02]', (one, other) => {
    expect(studioKey(one, 'a')).toBe(studioKey(other, 'b'));
  });

  it.each([
    ['Red Lion', 'Red Lion Live'],
    ['Play Studios', 'Play Entertainment'],
    ['Big Time Gaming', 'Big Games'],
    ['Games', 'Gaming'],
    ['X Games', 'X'],
    ['???', '!!!'],
  ])('keeps %s and %s apart', (one, other) => {
    expect(studioKey(one, 'a')).not.toBe(studioKey(other, 'b'));
  });

  it('is never empty, and of a name of signs no key that a name could have', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), fc.string({ minLength: 1 }), (name, code) => {
        expect(studioKey(name, code)).not.toBe('');
      }),
    );
    expect(studioKey('★', 'star')).toBe('=star');
  });
});

describe('the key of a game', () => {
  it.each([
    ['Book of Reels', 'BOOK OF REELS™'],
    ['Dice', 'Dice 96%'],
    ['Dice', 'Dice (RTP 96.5 %)'],
    ['Dice', 'Dice - 94,05% RTP'],
  ])('is one for %s and %s [CAT-16]', (one, other) => {
    expect(gameKey(other.replace('™', ''))).toBe(gameKey(one));
  });

  it.each([
    ['Dice', 'Dice 2'],
    ['Fruit 40', 'Fruit 20'],
    ['100% Fruit', 'Fruit'],
  ])('keeps %s and %s apart', (one, other) => {
    expect(gameKey(one)).not.toBe(gameKey(other));
  });

  it('is empty where there is nothing to compare, and such a name is compared with nothing', () => {
    expect(gameKey('★★★')).toBe('');
    expect(gameKey('96%')).toBe('96');
  });
});
