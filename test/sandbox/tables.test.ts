import { describe, expect, it } from 'vitest';
import { currencies } from '../../src/money/index.ts';
import { manualClock } from '../../src/platform/index.ts';
import { sandboxGames } from '../../src/sandbox/games.ts';
import { createTables, demoBalance, IDLE_TABLE_MS, LEFT_TABLE_MS, stakesFor } from '../../src/sandbox/tables.ts';

const [game] = sandboxGames(1, 'http://sandbox.test').games;
if (game === undefined) throw new Error('no games');
const order = {
  session: 's',
  game: game.code,
  mode: 'demo',
  player: null,
  currency: 'USD',
  lang: null,
  returnUrl: null,
  nonce: 'n',
  issuedAt: 0,
  expiresAt: 600,
} as const;

describe('the tables of the sandbox', () => {
  const clock = manualClock(1_000_000);
  const tables = createTables(clock, currencies({ USD: { scale: 2 }, BTC: { scale: 8 }, JPY: { scale: 0 } }));

  it('gives each launch a token of its own, unlike its session', () => {
    const tokens = [tables.open(order, game).token, tables.open(order, game).token];
    expect(new Set(tokens).size).toBe(2);
    expect(tokens.every((token) => token.length >= 32)).toBe(true);
    expect(tables.find('nothing')).toBeNull();
  });

  it('starts a demo with a thousand usual stakes in any currency', () => {
    const inCurrency = (currency: string) => demoBalance(tables.open({ ...order, currency }, game));
    expect([inCurrency('USD'), inCurrency('JPY'), inCurrency('BTC')]).toEqual(['1000.00', '100000', '0.05000000']);
    expect(stakesFor(2)).toContain('1.00');
  });

  it('clears a table that was left, but not one that was only reloaded', () => {
    tables.sweep();
    const gone = tables.open(order, game);
    const back = tables.open(order, game);
    tables.leave(gone.token);
    tables.leave(back.token);
    clock.advance(1_000);
    tables.find(back.token);
    clock.advance(LEFT_TABLE_MS);
    expect(tables.sweep()).toContain(gone);
    expect(tables.find(gone.token)).toBeNull();
    expect(tables.find(back.token)).toBe(back);
  });

  it('clears an idle table, and never one with money in the air', () => {
    const idle = tables.open(order, game);
    const playing = tables.open(order, game);
    playing.phase = 'unfinished';
    clock.advance(IDLE_TABLE_MS + 1);
    const cleared = tables.sweep();
    expect(cleared).toContain(idle);
    expect(cleared).not.toContain(playing);
    playing.phase = 'ready';
    expect(tables.sweep()).toContain(playing);
  });
});
