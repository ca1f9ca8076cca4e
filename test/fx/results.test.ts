import { expect, it } from 'vitest';
import { resultsOf } from '../../src/fx/results.ts';
import type { ConvertedAt } from '../../src/fx/results.ts';
import { formatDecimal } from '../../src/money/index.ts';
import { rate } from './quotes.ts';

const at = (more: Partial<ConvertedAt>): ConvertedAt => ({
  pair: 'BTC/USD',
  walletScale: 8,
  gameScale: 2,
  rate: '64123.45',
  market: '64123.45',
  units: 0n,
  amount: '0',
  counts: 'ggr',
  ...more,
});
const told = (lines: readonly ConvertedAt[], now: string | null) =>
  resultsOf(lines, () => (now === null ? null : rate(now))).map(({ pair, units, ggr, exchange, spread }) => ({
    pair,
    units,
    ggr: formatDecimal(ggr),
    exchange: exchange === null ? null : formatDecimal(exchange),
    spread: formatDecimal(spread),
  }));

it('a bet of 1.00 and a win of 2.50 stay -1.5, and the move to 65,000 is -0.020511 beside it [FX-25]', () => {
  const lines = [at({ units: 1_559n, amount: '1.00' }), at({ units: -3_899n, amount: '-2.50' })];
  expect(told(lines, '65000')).toEqual([
    { pair: 'BTC/USD', units: -2_340n, ggr: '-1.5', exchange: '-0.02051127', spread: '0' },
  ]);
});

it('the spread is told apart from the move, of stakes and payouts alike [FX-22]', () => {
  // 50 basis points: 1,567 satoshi for $1.00, of which 7.8 would have stayed with the player.
  const lines = [at({ rate: '63802.83275', units: 1_567n, amount: '1.00' })];
  expect(told(lines, '63802.83275')).toMatchObject([{ exchange: '0', spread: '0.00502407' }]);
});

it('lines of several rates and pairs are summed exactly, each pair by itself', () => {
  const lines = [
    at({ units: 100n, rate: '2' }),
    at({ units: 100n, rate: '4' }),
    at({ pair: 'ETH/USD', walletScale: 18, units: 1_000_000_000_000_000_000n, rate: '3000', amount: '3000.00' }),
  ];
  expect(told(lines, '3')).toMatchObject([{ exchange: '0' }, { pair: 'ETH/USD', exchange: '-2997' }]);
  expect(told(lines, null)).toMatchObject([{ exchange: null }, { exchange: null }]);
  expect(told([], '3')).toEqual([]);
});
