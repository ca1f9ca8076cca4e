import { describe, expect, it } from 'vitest';
import { BASES, DEFAULT_RECIPE, measuresOf } from '../../src/analytics/figures.ts';
import type { Figures } from '../../src/analytics/figures.ts';
import { NO_SUMS } from '../../src/analytics/plays.ts';
import { formatDecimal } from '../../src/money/index.ts';

/** Plays as [stake, payout] in minor units, summed up as a cell sums them. */
function figuresOf(plays: readonly (readonly [bigint, bigint])[], more: Partial<Figures> = {}): Figures {
  const sum = (of: (stake: bigint, payout: bigint) => bigint) =>
    plays.reduce((total, [stake, payout]) => total + of(stake, payout), 0n);
  return {
    aggregator: 'acme',
    scale: 2,
    sums: { ...NO_SUMS, stakes: sum((stake) => stake), payouts: sum((_stake, payout) => payout) },
    spread: {
      plays: BigInt(plays.length),
      stakes2: sum((stake) => stake * stake),
      crossed: sum((stake, payout) => stake * payout),
      payouts2: sum((_stake, payout) => payout * payout),
    },
    ...more,
  };
}

describe('the return', () => {
  it('has an interval as wide as the plays are scattered', () => {
    // Ten stakes of 1.00, one of which paid 9.60: R = 0.96, s² of the residuals = 9.2160 × 10/9 / 10 …
    const { rtp, rtpInterval, plays } = measuresOf(
      [figuresOf([[100n, 960n], ...Array.from({ length: 9 }, () => [100n, 0n] as const)])],
      DEFAULT_RECIPE,
    );
    const residuals = [9.6 - 0.96, ...Array.from({ length: 9 }, () => -0.96)];
    const se = Math.sqrt((residuals.reduce((all, each) => all + each * each, 0) * 10) / 9) / 10;
    expect([rtp, plays]).toEqual(['96.0000', 10n]);
    expect(rtpInterval).toEqual({ low: '0.00', high: ((0.96 + 1.959964 * se) * 100).toFixed(2) });
  });

  it('of plays that all return the same is certain; of one play nothing is said', () => {
    const same = Array.from({ length: 50 }, (_, n) => [BigInt(n + 1) * 100n, BigInt(n + 1) * 50n] as const);
    expect(measuresOf([figuresOf(same)], DEFAULT_RECIPE).rtpInterval).toEqual({ low: '50.00', high: '50.00' });
    expect(measuresOf([figuresOf([[100n, 50n]])], DEFAULT_RECIPE).rtpInterval).toBeNull();
    expect(measuresOf([figuresOf([])], DEFAULT_RECIPE)).toMatchObject({ rtp: null, hold: null, rtpInterval: null });
  });

  it('keeps its interval with amounts of thirty digits, where a float would have lost them', () => {
    const big = 10n ** 28n;
    const plays = Array.from({ length: 100 }, (_, n) => [big, n % 2 === 0 ? 2n * big - 1n : 1n] as const);
    expect(measuresOf([figuresOf(plays, { scale: 18 })], DEFAULT_RECIPE).rtpInterval).toEqual({
      low: '80.30',
      high: '119.70',
    });
  });

  it('covers the true return about as often as it says', () => {
    // A game that pays 4.75 with one in five: its true return is 95 %.
    let state = 20_260_101;
    const random = () => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      return state / 2_147_483_648;
    };
    let covered = 0;
    for (let trial = 0; trial < 400; trial += 1) {
      const plays = Array.from({ length: 400 }, () => [100n, random() < 0.2 ? 475n : 0n] as const);
      const interval = measuresOf([figuresOf(plays)], DEFAULT_RECIPE).rtpInterval;
      if (interval !== null && Number(interval.low) <= 95 && Number(interval.high) >= 95) covered += 1;
    }
    expect(covered / 400).toBeGreaterThan(0.92);
    expect(covered / 400).toBeLessThan(0.98);
  });
});

describe('NGR', () => {
  it('takes off what players were given unless a recipe says more', () => {
    const part = figuresOf([[1_000n, 400n]]);
    const { ngr, ngrComponents } = measuresOf(
      [{ ...part, sums: { ...part.sums, freeWins: 50n, promotions: 25n } }],
      DEFAULT_RECIPE,
    );
    expect([formatDecimal(ngr), ngrComponents.map(({ name }) => name)]).toEqual(['5.25', ['bonus_cost']]);
  });

  it('is never rounded: a third digit of a percentage gives more digits, not another cent', () => {
    const recipe = [{ name: 'fee', of: 'ggr', percent: '12.345', aggregator: null }] as const;
    const { ngr, ngrComponents } = measuresOf([figuresOf([[101n, 0n]])], recipe);
    expect(ngrComponents.map(({ amount }) => formatDecimal(amount))).toEqual(['0.12468450'.replace(/0$/, '')]);
    expect(formatDecimal(ngr)).toBe('0.8853155');
  });

  it('takes a component of one aggregator from its part only, also where it lost', () => {
    const recipe = [{ name: 'fee', of: 'ggr', percent: '10', aggregator: 'beta' }] as const;
    const parts = [figuresOf([[1_000n, 0n]]), figuresOf([[1_000n, 3_000n]], { aggregator: 'beta' })];
    expect(formatDecimal(measuresOf(parts, recipe).ngr)).toBe('-8');
  });

  it('may be a share of every basis', () => {
    const sums = {
      ...NO_SUMS,
      stakes: 10_000n,
      payouts: 6_000n,
      jackpots: 5n,
      freeStakes: 100n,
      freeWins: 40n,
      promotions: 2n,
      adjustments: -3n,
    };
    expect(Object.fromEntries(Object.entries(BASES).map(([name, of]) => [name, of(sums)]))).toEqual({
      turnover: 10_000n,
      payouts: 6_000n,
      ggr: 4_000n,
      bonus: 42n,
      free_round_wins: 40n,
      promotions: 2n,
      free_round_stakes: 100n,
      billing_turnover: 10_100n,
      jackpots: 5n,
      adjustments: -3n,
    });
  });
});
