/** Quotes and locks: the worked examples of the exchange rules through a round's lock, and what must hold for every round. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addRationals,
  applySpread,
  compareRationals,
  cumulativeRefundUnits,
  decimalOf,
  display,
  formatRate,
  isProblem,
  isWithinTolerance,
  lockForLoose,
  lockForRound,
  parseDecimal,
  parsePair,
  parseRate,
  rateOf,
  rational,
  readLock,
  residueOf,
  roundingOf,
  SAFE_TERMS,
  stakeToWallet,
  toWallet,
  writeLock,
  ZERO_RATIONAL,
} from '../../src/money/index.ts';
import type {
  Decimal,
  Exchange,
  ExchangeTerms,
  Freshness,
  Quote,
  Rate,
  RateLock,
  RoundingRule,
} from '../../src/money/index.ts';

const NOW = Date.UTC(2026, 0, 5, 12);
/** Times ten neighbours each, where the rule is about one amount: 10^5 and more. */
const RUNS = { numRuns: 10_500 };
const neighboursOf = (n: bigint): readonly bigint[] => Array.from({ length: 10 }, (_unused, k) => n + BigInt(k));

function rate(text: string): Rate {
  const result = parseRate(text);
  if (isProblem(result)) throw new Error(`${text}: ${result.reason}`);
  return result;
}
function decimal(text: string): Decimal {
  const result = parseDecimal(text);
  if (isProblem(result)) throw new Error(`${text}: ${result.reason}`);
  return result;
}

function quote(text: string, more: Partial<Quote> = {}): Quote {
  const market = rate(text);
  const spreadBps = more.spreadBps ?? 0;
  return {
    id: `quote ${text}`,
    pair: { wallet: 'BTC', game: 'USD' },
    market,
    rate: applySpread(market, spreadBps),
    source: 'one',
    observedAtMs: NOW - 5_000,
    startsAtMs: NOW,
    expiresAtMs: NOW + 60_000,
    ...more,
    spreadBps,
  };
}

function quoted(
  current: Quote,
  more: { shown?: Quote; freshness?: Freshness; terms?: Partial<ExchangeTerms> } = {},
): Extract<Exchange, { kind: 'quoted' }> {
  return {
    kind: 'quoted',
    current,
    freshness: more.freshness ?? 'fresh',
    shown: more.shown === undefined ? null : { quote: more.shown, hasEnded: NOW >= more.shown.expiresAtMs },
    walletScale: 8,
    gameScale: 2,
    terms: { ...SAFE_TERMS, ...more.terms },
  };
}

function lockAt(text: string, more: Partial<RateLock> = {}): RateLock {
  const locked = lockForRound(quoted(quote(text)), NOW);
  if (locked.kind !== 'locked') throw new Error(locked.refusal);
  return { ...locked.lock, ...more };
}

const lock = lockAt('64123.45');
const stake = (amount: string, at = lock) => toWallet(decimal(amount), at, 'stake').units;
const payout = (amount: string, at = lock) => toWallet(decimal(amount), at, 'payout').units;

describe('worked examples, at the lock of a round', () => {
  it('1, 2, 3. bets and wins use the rate of the lock, whatever the market did since [FX-01] [FX-05] [FX-06]', () => {
    expect([stake('1.00'), payout('2.50'), stake('100.00')]).toEqual([1_559n, 3_899n, 155_949n]);
    // 2b, 2c: what a win at the market of its own time would pay
    expect(payout('2.50', lockAt('65000'))).toBe(3_846n);
    expect(payout('2.50', lockAt('61000'))).toBe(4_098n);
  });

  it('3b. a refund returns the stored units, never a second conversion [FX-02]', () => {
    const whole = decimal('100.00');
    expect(cumulativeRefundUnits(155_949n, whole, whole, 0n)).toBe(155_949n);
    expect([stake('100.00', lockAt('61000')), stake('100.00', lockAt('65000'))]).toEqual([163_934n, 153_846n]);
  });

  it('4, 4b, 4c. what is shown can be staked [FX-13]', () => {
    expect(display(12_345_678n, lock, 8, 2)).toBe(791_647n);
    expect(stake('7916.47')).toBe(12_345_671n);
    expect(display(12_345_601n, lock, 8, 2)).toBe(791_642n);
    expect(stake('7916.43')).toBeGreaterThan(12_345_601n);
  });

  it('5, 5b. small stakes, in satoshi and in a thousandth of it', () => {
    const small = ['0.01', '0.10', '0.20'];
    expect(small.map((amount) => stake(amount))).toEqual([16n, 156n, 312n]);
    expect(small.map((amount) => stake(amount, { ...lock, rounding: 'house_favour' }))).toEqual([16n, 156n, 312n]);
    expect(small.map((amount) => payout(amount, { ...lock, rounding: 'house_favour' }))).toEqual([15n, 155n, 311n]);
    expect(small.map((amount) => stake(amount, { ...lock, walletScale: 11 }))).toEqual([15_595n, 155_949n, 311_898n]);
  });

  it('6. parts of a refund sum to the debit; each rounded by itself they would not [FX-17]', () => {
    const whole = decimal('1.00');
    let returned = 0n;
    const parts = ['0.33', '0.66', '1.00'].map((soFar) => {
      const units = cumulativeRefundUnits(1_559n, decimal(soFar), whole, returned);
      returned += units;
      return units;
    });
    expect(parts).toEqual([514n, 515n, 530n]);
    expect(returned).toBe(1_559n);
    expect(stake('0.33') + stake('0.33') + stake('0.34')).toBe(1_560n);
  });

  it('7. the spread is in the one rate of both directions [FX-22]', () => {
    const spread = lockForRound(quoted(quote('64123.45', { spreadBps: 50 })), NOW);
    if (spread.kind !== 'locked') throw new Error(spread.refusal);
    expect(formatRate(spread.lock.rate)).toBe('63802.83275');
    expect([stake('1.00', spread.lock), payout('2.50', spread.lock)]).toEqual([1_567n, 3_918n]);
    expect(spread.lock).toMatchObject({ market: lock.rate, spreadBps: 50 });
  });

  it('8. a thousand small bets stay within half a unit each [FX-16]', () => {
    const booked = 1_000n * stake('0.10');
    expect(booked).toBe(156_000n);
    const all = { amount: decimal('100.00'), units: booked };
    expect(isWithinTolerance(all, 8, lock.rate, 'half_even', 1_000)).toBe(true);
    expect(isWithinTolerance(all, 8, lock.rate, 'half_even', 101)).toBe(false);
  });

  it('9, 9b, 10. eighteen digits and none are as exact as eight [FX-12]', () => {
    const eth = lockAt('3456.789', { walletScale: 18 });
    expect(stake('1.00', eth)).toBe(289_285_808_303_602n);
    expect(stake('100.00', eth)).toBe(28_928_580_830_360_198n);
    expect(BigInt(Math.round((100 / 3456.789) * 1e18))).not.toBe(28_928_580_830_360_198n);
    expect(stake('1.00', lockAt('0.0061', { walletScale: 0 }))).toBe(164n);
    // USDT and KWD: 6 and 3
    expect(stake('1.00', lockAt('0.9998', { walletScale: 6 }))).toBe(1_000_200n);
    expect(stake('1.00', lockAt('3.2541', { walletScale: 3 }))).toBe(307n);
  });

  it('a stake the wallet cannot express fairly is refused, a payout never [FX-14] [FX-15]', () => {
    expect(stakeToWallet(decimal('0.0001'), lock, 300)).toBeNull();
    expect(stakeToWallet(decimal('0.01'), lock, 300)?.units).toBe(16n);
    expect(stakeToWallet(decimal('0.01'), lock, 250)).toBeNull();
    expect(stakeToWallet(decimal('0'), lock, 0)?.units).toBe(0n);
    const win = toWallet(decimal('0.0001'), lock, 'payout');
    expect(win.units).toBe(0n);
    expect(win.residue).toEqual(residueOf({ amount: decimal('0.0001'), units: 0n }, 8, lock.rate));
    expect(compareRationals(win.residue, ZERO_RATIONAL)).toBe(1);
  });
});

describe('the lock of a new round', () => {
  const old = quote('64123.45', { startsAtMs: NOW - 60_000, expiresAtMs: NOW });
  const current = quote('65000');

  it('is the quote that was shown, as long as it lasts [FX-03]', () => {
    const shown = quote('64123.45', { expiresAtMs: NOW + 1 });
    expect(lockForRound(quoted(current, { shown }), NOW)).toMatchObject({
      kind: 'locked',
      lock: { quoteId: shown.id, rate: shown.rate, lockedAtMs: NOW, isStale: false },
    });
  });

  it('is the present quote when that has ended, or a refusal if the operator prefers [FX-04]', () => {
    expect(lockForRound(quoted(current, { shown: old }), NOW)).toMatchObject({ lock: { quoteId: current.id } });
    const strict = quoted(current, { shown: old, terms: { onQuoteExpiry: 'reject' } });
    expect(lockForRound(strict, NOW)).toEqual({ kind: 'refused', refusal: 'expired_quote' });
    // A session that was shown nothing yet has nothing that could end.
    expect(lockForRound({ ...strict, shown: null }, NOW)).toMatchObject({ kind: 'locked' });
  });

  it('is not the quote of another pair', () => {
    const shown = quote('0.9', { pair: { wallet: 'EUR', game: 'USD' } });
    expect(lockForRound(quoted(current, { shown }), NOW)).toMatchObject({ lock: { quoteId: current.id } });
  });

  it('is marked when the rate is stale, and refused when it has expired [FX-08] [FX-09]', () => {
    expect(lockForRound(quoted(current, { freshness: 'stale' }), NOW)).toMatchObject({ lock: { isStale: true } });
    const expired = quoted(current, { freshness: 'expired', shown: quote('64123.45') });
    expect(lockForRound(expired, NOW)).toEqual({ kind: 'refused', refusal: 'expired_rate' });
  });

  it('is never made up without a configured pair and a rate [FX-23]', () => {
    const pair = { wallet: 'BTC', game: 'USD' };
    for (const kind of ['unconfigured', 'unpriced'] as const) {
      expect(lockForRound({ kind, pair }, NOW)).toEqual({ kind: 'refused', refusal: kind });
      expect(lockForLoose({ kind, pair }, NOW)).toEqual({ kind: 'refused', refusal: kind });
    }
  });

  it('of money without a round is the last rate known, even an expired one, and says so [FX-18]', () => {
    const loose = lockForLoose(quoted(current, { freshness: 'expired', shown: old }), NOW);
    expect(loose).toMatchObject({ kind: 'locked', lock: { quoteId: current.id, isStale: true } });
  });
});

it('a lock is read back as it was stored, to the last digit', () => {
  const odd = lockAt('0.00000812345678901234567891', { spreadBps: 37, rounding: 'house_favour', isStale: true });
  for (const each of [lock, odd, { ...odd, rate: applySpread(odd.market, 37) }])
    expect(readLock(JSON.parse(JSON.stringify(writeLock(each))))).toEqual(each);
  expect(writeLock(lock)).toMatchObject({ pair: 'BTC/USD', rate: '64123.45', market: '64123.45' });
  for (const broken of [{ rate: '0' }, { rate: 'NaN' }, { market: '' }, { pair: 'BTC' }])
    expect(() => readLock({ ...writeLock(lock), ...broken })).toThrow(/^defect/);
});

it('a pair is two different codes', () => {
  expect(parsePair('BTC/USD')).toEqual({ wallet: 'BTC', game: 'USD' });
  for (const text of ['', 'BTC', 'BTC/', '/USD', 'BTC/USD/EUR', 'USD/USD']) expect(parsePair(text)).toBeNull();
});

const anyRate = fc
  .record({ num: fc.bigInt({ min: 1n, max: 10n ** 15n }), den: fc.bigInt({ min: 1n, max: 10n ** 10n }) })
  .map(({ num, den }) => rateOf(num, den));
const anyRule = fc.constantFrom<RoundingRule>('half_even', 'house_favour');
const anyScale = fc.constantFrom(0, 2, 3, 6, 8, 11, 18);
const anyLock = fc
  .record({ rate: anyRate, rounding: anyRule, walletScale: anyScale, gameScale: fc.constantFrom(0, 2, 3) })
  .map((more) => ({ ...lock, ...more }));
const cents = (units: bigint, at: RateLock) => decimalOf(units, at.gameScale);
const anyCents = fc.bigInt({ min: 0n, max: 10n ** 10n });

describe('for every rate, scale and rounding', () => {
  it('all that is displayed may be staked [FX-13]', () => {
    fc.assert(
      fc.property(anyLock, fc.bigInt({ min: 0n, max: 10n ** 24n }), (at, balance) => {
        for (const each of neighboursOf(balance)) {
          const shown = display(each, at, at.walletScale, at.gameScale);
          if (toWallet(cents(shown, at), at, 'stake').units > each) throw new Error(`${shown} shown of ${each}`);
        }
      }),
      RUNS,
    );
  });

  it('units and residue are what was said, within the tolerance of the rounding [FX-12]', () => {
    fc.assert(
      fc.property(anyLock, anyCents, fc.constantFrom('stake', 'payout'), (at, amount, leg) => {
        const mode = roundingOf(leg, at.rounding);
        for (const each of neighboursOf(amount)) {
          const said = cents(each, at);
          const { units, residue } = toWallet(said, at, leg);
          const left = residueOf({ amount: said, units }, at.walletScale, at.rate);
          if (left.num !== residue.num || left.den !== residue.den) throw new Error(`${each}: residue`);
          if (!isWithinTolerance({ amount: said, units }, at.walletScale, at.rate, mode)) throw new Error(`${each}`);
          if (isWithinTolerance({ amount: said, units: units + 2n }, at.walletScale, at.rate, mode))
            throw new Error(`${each}: two units more passed`);
        }
      }),
      RUNS,
    );
  });

  it('the house is favoured by less than a unit a transaction, and nobody is by half-even', () => {
    fc.assert(
      fc.property(anyLock, fc.array(anyCents, { minLength: 1, maxLength: 40 }), (at, amounts) => {
        let [residues, booked] = [ZERO_RATIONAL, 0n];
        for (const amount of amounts) {
          const { units, residue } = toWallet(cents(amount, at), at, 'payout');
          booked += units;
          residues = addRationals(residues, residue);
        }
        const total = amounts.reduce((sum, each) => sum + each, 0n);
        // units and residues together are the one conversion of the sum: nothing is lost between transactions
        expect(residueOf({ amount: cents(total, at), units: booked }, at.walletScale, at.rate)).toEqual(residues);
        const n = BigInt(amounts.length);
        if (at.rounding === 'house_favour') {
          expect(residues.num >= 0n).toBe(true);
          expect(compareRationals(residues, rational(n, 1n))).toBe(-1);
        } else {
          expect(compareRationals(residues, rational(n, 2n))).not.toBe(1);
          expect(compareRationals(residues, rational(-n, 2n))).not.toBe(-1);
        }
      }),
      { numRuns: 3_000 },
    );
  });

  it('a refund in parts returns the debit exactly, in whatever order the parts come [FX-17]', () => {
    const anyParts = fc.array(fc.bigInt({ min: 1n, max: 10n ** 6n }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(anyLock, anyParts, fc.infiniteStream(fc.nat()), (at, parts, order) => {
        const total = parts.reduce((sum, each) => sum + each, 0n);
        const debit = toWallet(cents(total, at), at, 'stake').units;
        const shuffled = parts
          .map((part) => ({ part, key: order.next().value ?? 0 }))
          .toSorted((a, b) => a.key - b.key)
          .map(({ part }) => part);
        for (const sequence of [parts, shuffled]) {
          let [soFar, returned] = [0n, 0n];
          for (const part of sequence) {
            soFar += part;
            const units = cumulativeRefundUnits(debit, cents(soFar, at), cents(total, at), returned);
            expect(units >= 0n).toBe(true);
            returned += units;
          }
          expect(returned).toBe(debit);
        }
      }),
      { numRuns: 3_000 },
    );
  });

  it('the order of bets and wins does not change what a round comes to', () => {
    const anyPlay = fc.array(
      fc.record({ leg: fc.constantFrom('stake' as const, 'payout' as const), amount: anyCents }),
      {
        maxLength: 20,
      },
    );
    fc.assert(
      fc.property(anyLock, anyPlay, (at, plays) => {
        const sum = (list: typeof plays) =>
          list.reduce((total, { leg, amount }) => {
            const { units } = toWallet(cents(amount, at), at, leg);
            return leg === 'stake' ? total - units : total + units;
          }, 0n);
        expect(sum(plays.toReversed())).toBe(sum(plays));
        const byLeg = plays.toSorted((a, b) => a.leg.localeCompare(b.leg));
        expect(sum(byLeg)).toBe(sum(plays));
      }),
      RUNS,
    );
  });
});
