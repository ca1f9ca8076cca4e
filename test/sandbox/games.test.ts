import { describe, expect, it } from 'vitest';
import { SANDBOX_GAMES, SANDBOX_PROVIDERS, sandboxGames } from '../../src/sandbox/games.ts';
import { RETURNS } from '../../src/sandbox/paytables.ts';
import { LINE_COUNTS } from '../../src/sandbox/slot-maths.ts';
import { thumbnail } from '../../src/sandbox/thumbnails.ts';

const { games, emblems } = sandboxGames(20_260_101, 'http://sandbox.test');

describe('the sandbox’s catalogue', () => {
  it('has 3,210 games of 64 studios, each with a code and a name of its own', () => {
    expect(games).toHaveLength(SANDBOX_GAMES);
    expect(SANDBOX_GAMES).toBe(3_210);
    expect(new Set(games.map((game) => game.provider.code)).size).toBe(SANDBOX_PROVIDERS);
    expect(SANDBOX_PROVIDERS).toBe(64);
    expect(new Set(games.map((game) => game.code)).size).toBe(SANDBOX_GAMES);
    expect(new Set(games.map((game) => game.name)).size).toBe(SANDBOX_GAMES);
    expect(games.every((game) => /^[a-z0-9-]{3,100}$/.test(game.code))).toBe(true);
  });

  it('is the same at every start, and another one for another seed', () => {
    expect(sandboxGames(20_260_101, 'http://sandbox.test')).toEqual({ games, emblems });
    expect(sandboxGames(1, 'http://sandbox.test').games).not.toEqual(games);
  });

  it('declares only what its slot plays', () => {
    for (const game of games) {
      expect(RETURNS).toContain(game.rtp);
      expect(LINE_COUNTS).toContain(game.lines);
    }
  });

  it('has something of everything a lobby must cope with', () => {
    expect(games.some((game) => !game.demo)).toBe(true);
    expect(games.some((game) => !game.enabled)).toBe(true);
    expect(games.some((game) => game.currencies.length > 0)).toBe(true);
    expect(games.some((game) => game.blockedCountries.length > 0)).toBe(true);
    expect(new Set(games.map((game) => game.category)).size).toBe(8);
  });

  it('draws every thumbnail: one picture, the name on it, nothing that runs or loads', () => {
    for (const game of games) {
      const emblem = emblems.get(game.code);
      if (emblem === undefined) throw new Error(`${game.code} has no picture`);
      const svg = thumbnail(game, emblem);
      expect(svg.startsWith('<svg ') && svg.endsWith('</svg>')).toBe(true);
      expect(svg).not.toMatch(/<script|href|on\w+=|undefined|NaN| [ABDGL][ />]/);
      expect(svg.split('<g').length).toBe(svg.split('</g>').length);
    }
    const [game] = games;
    if (game === undefined) throw new Error('no games');
    expect(thumbnail({ ...game, name: 'A & <b> "c"' }, 'fox')).toContain('A &amp; &lt;b>');
    expect(thumbnail(game, 'fox')).toBe(thumbnail(game, 'fox'));
  });
});
