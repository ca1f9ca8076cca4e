/** Free rounds that leak: a stake taken, a stake counted, a win paid twice (FREE_ROUND_LEAK). */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PlayerId } from '../../src/wallet/index.ts';
import { bet, win } from '../support/act.ts';
import { HOUR_MS, said, stage, summary } from './stage.ts';
import type { Stage } from './stage.ts';

describe('a free round', () => {
  let at: Stage;
  let player: PlayerId;
  beforeEach(async () => {
    at = await stage();
    player = await at.table.player('USD', '10.00');
  });
  afterEach(async () => at[Symbol.asyncDispose]());

  const play = async (...operations: readonly Parameters<Stage['play']>[1][]) => {
    for (const operation of operations) expect(await at.play(player, operation)).toMatchObject({ kind: 'applied' });
  };
  const found = async () => {
    await at.settle();
    return at.found(player);
  };
  const free = said.bet('b-1', '2', { free: true });

  it('whose stake was debited is told, with what was taken', async () => {
    await play(bet('b-1', { amount: '2' }));
    await at.tell(summary({ player, totals: ['0', '0'], transactions: [free] }));
    expect(await found()).toEqual(['FREE_ROUND_LEAK b-1']);
    expect((await at.discrepancies(player))[0]).toMatchObject({ transactionKind: 'bet', favour: 'player' });
  });

  it('that the aggregator counts in its totals as if it had been paid for is told as that, and not as a missing bet', async () => {
    await play(
      bet('b-1', { amount: '2', flavour: 'free' }),
      win('w-1', { amount: '1', bet: 'b-1', flavour: 'free_round' }),
    );
    const won = said.win('w-1', '1', 'b-1', { free: true });
    await at.tell(summary({ player, totals: ['2', '1'], transactions: [free, won] }));
    expect(await found()).toEqual(['FREE_ROUND_LEAK']);
    expect((await at.discrepancies(player))[0]?.detail).toContain('stakes of free rounds');
    // Totals without it agree.
    await at.tell(summary({ player, version: 2, totals: ['0', '1'], transactions: [free, won] }));
    expect(await found()).toEqual([]);
  });

  it('that is counted where only totals are told is found by the book’s own stake', async () => {
    await play(bet('b-1', { amount: '2', flavour: 'free' }), bet('b-2', { amount: '3' }));
    await at.tell(summary({ player, totals: ['5', '0'] }));
    expect(await found()).toEqual(['FREE_ROUND_LEAK']);
    await at.tell(summary({ player, version: 2, totals: ['6', '0'] }));
    expect(await found()).toEqual(['BET_MISSING']);
  });

  it('whose win is in the book under two ids, of which the aggregator has one, was paid twice', async () => {
    await play(
      bet('b-1', { amount: '2', flavour: 'free' }),
      win('w-1', { amount: '4', bet: 'b-1', flavour: 'free_round' }),
      win('w-2', { amount: '4', bet: 'b-1', flavour: 'free_round' }),
      win('w-3', { amount: '5', bet: 'b-1', flavour: 'free_round' }),
    );
    const won = said.win('w-1', '4', 'b-1', { free: true });
    await at.tell(summary({ player, totals: ['0', '4'], transactions: [free, won] }));
    // Of another amount it is an ordinary win too many.
    expect(await found()).toEqual(['FREE_ROUND_LEAK w-2', 'WIN_EXTRA w-3']);
    at.clock.advance(49 * HOUR_MS);
    await at.judgeAll();
    expect(await at.table.balance(player)).toBe(2_300n);
  });

  it('whose win came as a win of the round and as one of free rounds is told by the book alone [FR-06]', async () => {
    await play(
      bet('b-1', { amount: '2', flavour: 'free' }),
      win('w-1', { amount: '4', bet: 'b-1' }),
      win('w-1-again', { amount: '4', bet: 'b-1', flavour: 'free_round' }),
    );
    await at.tell(summary({ player, final: false, totals: null }));
    expect(await found()).toEqual(['FREE_ROUND_LEAK w-1-again']);
  });

  it('that both sides have as it was is nobody’s business', async () => {
    await play(
      bet('b-1', { amount: '2', flavour: 'free' }),
      win('w-1', { amount: '4', bet: 'b-1', flavour: 'free_round' }),
    );
    const won = said.win('w-1', '4', 'b-1', { free: true });
    await at.tell(summary({ player, totals: ['0', '4'], transactions: [free, won] }));
    expect(await found()).toEqual([]);
    expect(await at.view(player)).toMatchObject({ state: 'balanced' });
  });
});
