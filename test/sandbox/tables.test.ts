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
  country: null,
  ip: null,
  platform: null,
  jurisdiction: null,
  region: null,
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
    const gone = tables.open({ ...order, session: 's-gone' }, game);
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
    const idle = tables.open({ ...order, session: 's-idle' }, game);
    const playing = tables.open({ ...order, session: 's-playing' }, game);
    playing.phase = 'unfinished';
    clock.advance(IDLE_TABLE_MS + 1);
    const cleared = tables.sweep();
    expect(cleared).toContain(idle);
    expect(cleared).not.toContain(playing);
    playing.phase = 'ready';
    expect(tables.sweep()).toContain(playing);
  });

  it('goes on with a round that is not finished when its session is launched again [LCH-23]', () => {
    const real = { ...order, mode: 'real', player: 'ann', session: 's-real' } as const;
    const table = tables.open(real, game);
    expect(tables.open({ ...real, nonce: 'n-2' }, game).token).not.toBe(table.token);
    table.phase = 'unfinished';
    tables.leave(table.token);
    const again = tables.open({ ...real, nonce: 'n-3', returnUrl: 'https://casino.test/' }, game);
    expect(again).toBe(table);
    expect(again).toMatchObject({ leaving: false, order: { nonce: 'n-3', returnUrl: 'https://casino.test/' } });
    for (const other of [{ player: 'bert' }, { session: 's-other' }, { mode: 'demo', player: null } as const])
      expect(tables.open({ ...real, ...other }, game)).not.toBe(table);
  });

  it('are cleared by how long nobody was there, not by the time of the sandbox, which people move [CLK-09]', () => {
    const hours = manualClock(0);
    const own = createTables(hours, currencies({ USD: { scale: 2 } }));
    const table = own.open(order, game);
    own.leave(table.token);
    hours.set(24 * 3_600_000);
    expect(own.sweep()).toEqual([]);
    hours.set(0);
    hours.advance(LEFT_TABLE_MS + 1);
    expect(own.sweep()).toEqual([table]);
  });

  it('finds the table that a launch has opened, as long as it is there [LCH-13]', () => {
    const table = tables.open({ ...order, nonce: 'n-again' }, game);
    expect(tables.again({ ...order, nonce: 'n-again' })).toBe(table);
    expect(tables.again({ ...order, nonce: 'n-never' })).toBeNull();
  });

  it('a session is over when the last of its tables is', () => {
    const both = ['n-4', 'n-5'].map((nonce) => tables.open({ ...order, session: 's-two', nonce }, game));
    const sessions = () => tables.sweep().map((table) => table.order.session);
    tables.leave(both[0]?.token ?? '');
    clock.advance(LEFT_TABLE_MS + 1);
    expect(sessions()).not.toContain('s-two');
    tables.leave(both[1]?.token ?? '');
    clock.advance(LEFT_TABLE_MS + 1);
    expect(sessions()).toContain('s-two');
  });
});
