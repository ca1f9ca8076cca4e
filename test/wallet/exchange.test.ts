/** A round keeps its rate: games in dollars played from a bitcoin wallet, call by call, by the numbers of the exchange rules. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addRationals,
  compareRationals,
  decimalOf,
  rational,
  residueOf,
  ZERO_RATIONAL,
} from '../../src/money/index.ts';
import type { Exchange } from '../../src/money/index.ts';
import { externalId, playerId, roundId } from '../../src/wallet/index.ts';
import type { Operation, Outcome, TransactionKind } from '../../src/wallet/index.ts';
import { adjust, bet, call, deposit, undo, win } from '../support/act.ts';
import type { CallWords } from '../support/act.ts';
import { quotedAt, quoteOf } from '../support/exchange.ts';
import { walletTable } from '../support/wallet-table.ts';

const RATE = '64123.45';
const PARTIAL = { 'rollback.amount': 'partial', 'win.withoutBet': 'park' } as const;

/** Ann with 0.5 BTC and no dollars that would be touched. */
function house(balance = '0.5') {
  const wallet = walletTable();
  wallet.ask(deposit(balance, { currency: 'BTC' }));
  const start = wallet.balance('BTC');
  const at = (rate: string | Exchange): Exchange => (typeof rate === 'string' ? quotedAt(rate) : rate);
  return {
    ...wallet,
    /** the call in dollars at that rate */
    play: (operation: Operation, rate: string | Exchange = RATE, words: CallWords = {}, policy = {}) =>
      wallet.ask(call(operation, { exchange: at(rate), ...words }), { ...PARTIAL, ...policy }),
    tell: (operation: Operation, rate: string | Exchange = RATE): Outcome =>
      wallet.answer(call(operation, { exchange: at(rate) }), PARTIAL),
    moved: () => wallet.balance('BTC') - start,
    row: (kind: TransactionKind, id: string) => {
      const { asked } = call(bet('x'));
      const row = wallet.book.transaction(asked, { kind, externalId: externalId(id) });
      if (row === null) throw new Error(`no ${kind} ${id}`);
      return row;
    },
    lockOf: (round: string) => wallet.book.round(call(bet('x')).asked, playerId('ann'), roundId(round))?.lock ?? null,
  };
}

describe('the rate a round is played by', () => {
  it('is that of its first bet for its win, wherever the market went [FX-01, FX-05]', () => {
    for (const later of ['65000', '61000']) {
      const at = house();
      expect(at.play(bet('b1', { amount: '1.00' }))).toBe('OK');
      expect(at.moved()).toBe(-1_559n);
      expect(at.play(win('w1', { amount: '2.50', bet: 'b1' }), later)).toBe('OK');
      expect(at.moved()).toBe(3_899n - 1_559n);
    }
  });

  it('is that of its first bet for its later bets, and the next round has its own [FX-06, FX-07]', () => {
    const at = house();
    at.play(bet('b1', { amount: '1.00' }));
    at.play(bet('b2', { amount: '1.00' }), '32061.725');
    expect(at.moved()).toBe(-2n * 1_559n);
    at.play(bet('b3', { amount: '1.00', round: 'r2' }), '32061.725');
    expect(at.row('bet', 'b3').units).toBe(3_119n);
  });

  it('is what the player was shown while that holds, and a new one or a refusal when it is over [FX-03, FX-04]', () => {
    const shown = (hasEnded: boolean) => ({ quote: quoteOf('50000'), hasEnded });
    const at = house();
    at.play(bet('b1', { amount: '1.00' }), quotedAt('100000', { shown: shown(false) }));
    expect(at.row('bet', 'b1').units).toBe(2_000n);
    at.play(bet('b2', { amount: '1.00', round: 'r2' }), quotedAt('100000', { shown: shown(true) }));
    expect(at.row('bet', 'b2').units).toBe(1_000n);
    const strict = quotedAt('100000', { shown: shown(true), terms: { onQuoteExpiry: 'reject' } });
    expect(at.play(bet('b3', { round: 'r3' }), strict)).toBe('limit_reached');
    expect(at.play(win('w2', { amount: '1.00', round: 'r2', bet: 'b2' }), strict)).toBe('OK');
  });

  it('is each bet’s own where the scope says so, and its wins’ that name it', () => {
    const terms = { lockScope: 'bet' } as const;
    const at = house();
    at.play(bet('b1', { amount: '1.00' }), quotedAt('100000', { terms }));
    at.play(bet('b2', { amount: '1.00' }), quotedAt('50000', { terms }));
    at.play(win('w2', { amount: '1.00', bet: 'b2' }), quotedAt('10000', { terms }));
    expect([at.row('bet', 'b1').units, at.row('bet', 'b2').units, at.row('win', 'w2').units]).toEqual([
      1_000n,
      2_000n,
      2_000n,
    ]);
  });

  it('serves for wins and refunds when the source is silent, and opens no new round [FX-09]', () => {
    const expired = quotedAt('65000', { freshness: 'expired' });
    const at = house();
    at.play(bet('b1', { amount: '1.00' }));
    at.play(bet('b2', { amount: '1.00', round: 'r2' }));
    for (const silent of [expired, { kind: 'unpriced', pair: { wallet: 'BTC', game: 'USD' } }] as const) {
      const refused = at.tell(bet(`b3-${silent.kind}`, { round: `r3-${silent.kind}` }), silent);
      expect(refused).toMatchObject({ kind: 'rejected', refusal: 'limit_reached' });
      expect(refused.kind === 'rejected' && refused.message).toContain('Temporarily unavailable');
    }
    expect(at.play(bet('b4', { amount: '1.00' }), expired)).toBe('OK');
    expect(at.play(win('w1', { amount: '2.50', bet: 'b1' }), expired)).toBe('OK');
    expect(at.play(undo('x2', 'bet', 'b2'), { kind: 'unpriced', pair: { wallet: 'BTC', game: 'USD' } })).toBe('OK');
    expect(at.row('win', 'w1').units).toBe(3_899n);
    const repeated = at.tell(bet('b3-quoted', { round: 'r3-quoted' }), '65000');
    expect(repeated.kind === 'rejected' && repeated.message).toContain('Temporarily unavailable');
  });

  it('used when it was old says so [FX-08]', () => {
    const at = house();
    expect(at.play(bet('b1', { amount: '1.00' }), quotedAt(RATE, { freshness: 'stale' }))).toBe('OK');
    expect(at.lockOf('r1')?.isStale).toBe(true);
    expect(at.row('bet', 'b1').fx?.lock.isStale).toBe(true);
  });

  it('has one spread for both legs [FX-22]', () => {
    const spread = {
      ...quotedAt('63802.83275'),
      current: { ...quoteOf('63802.83275', { spreadBps: 50 }), market: quoteOf(RATE).rate },
    };
    const at = house();
    at.play(bet('b1', { amount: '1.00' }), spread);
    at.play(win('w1', { amount: '2.50', bet: 'b1' }), spread);
    expect([at.row('bet', 'b1').units, at.row('win', 'w1').units]).toEqual([1_567n, 3_918n]);
  });
});

describe('refunds', () => {
  it('return the stored units, not what the amount is worth now [FX-02]', () => {
    const at = house();
    at.play(bet('b1', { amount: '100.00' }));
    expect(at.moved()).toBe(-155_949n);
    expect(at.play(undo('x1', 'bet', 'b1'), '61000')).toBe('OK');
    expect(at.moved()).toBe(0n);
  });

  it('in parts sum to the debit [FX-17]', () => {
    const at = house();
    at.play(bet('b1', { amount: '1.00' }));
    for (const [id, part] of [
      ['x1', '0.33'],
      ['x2', '0.33'],
      ['x3', '0.34'],
    ] as const)
      at.play(undo(id, 'bet', 'b1', part), '61000');
    expect(['x1', 'x2', 'x3'].map((id) => at.row('rollback', id).units)).toEqual([514n, 515n, 530n]);
    expect(at.moved()).toBe(0n);
  });

  it('of a call without a session find wallet and rate by the bet', () => {
    const at = house();
    at.play(bet('b1', { amount: '1.00' }));
    const plain = { exchange: null, session: { kind: 'none' } } as const;
    expect(at.ask(call(win('w1', { amount: '2.50', bet: 'b1' }), plain), PARTIAL)).toBe('OK');
    expect(at.row('win', 'w1').units).toBe(3_899n);
    at.play(bet('b2', { amount: '1.00', round: 'r2' }));
    expect(at.ask(call(undo('x2', 'bet', 'b2'), plain), PARTIAL)).toBe('OK');
    expect(at.moved()).toBe(3_899n - 1_559n);
  });
});

describe('money of no round', () => {
  it('takes its own lock when it is paid [FX-18]', () => {
    const at = house();
    expect(at.play(win('p1', { amount: '2.50', round: null, flavour: 'promo' }))).toBe('OK');
    expect(at.play(win('j1', { amount: '2.50', round: null, flavour: 'jackpot' }), '32061.725')).toBe('OK');
    expect([at.row('win', 'p1').units, at.row('win', 'j1').units]).toEqual([3_899n, 7_797n]);
  });

  it('is uncertain, and not refused, while nobody knows a rate', () => {
    const at = house();
    const unpriced = { kind: 'unpriced', pair: { wallet: 'BTC', game: 'USD' } } as const;
    const promo = win('p1', { amount: '2.50', round: null, flavour: 'promo' });
    expect(at.play(promo, unpriced)).toBe('UNPRICED');
    expect(at.book.allTransactions().filter((row) => row.kind === 'win')).toEqual([]);
    expect(at.play(promo)).toBe('OK');
  });

  it('that waits is converted when its bet has come, by the bet’s lock [FX-19]', () => {
    const at = house();
    expect(at.play(win('w1', { amount: '2.50', bet: 'b1' }), '10000')).toBe('PARKED');
    expect(at.play(bet('b1', { amount: '1.00' }))).toBe('OK');
    expect(at.row('win', 'w1')).toMatchObject({ state: 'applied', units: 3_899n });
  });

  it('corrected later goes by what it corrects', () => {
    const at = house();
    at.play(bet('b1', { amount: '1.00' }));
    expect(at.play({ ...adjust('a1', '1.00'), reference: externalId('b1') }, '10000')).toBe('OK');
    expect(at.moved()).toBe(0n);
  });
});

describe('repeats', () => {
  it('hear the stored amount and convert nothing again [FX-20]', () => {
    const at = house();
    const first = bet('b1', { amount: '1.00' });
    at.play(first);
    expect(at.play(first, '32061.725')).toBe('OK_DUP');
    expect(at.moved()).toBe(-1_559n);
  });
});

describe('what no wallet unit expresses', () => {
  it('is refused as a stake, unless the error is small enough [FX-14]', () => {
    const at = house();
    // a cent is 15.59 satoshi: 2.6 % off, within the three that are allowed; at a million a coin it is 1 satoshi, exactly
    expect(at.play(bet('b1', { amount: '0.01' }))).toBe('OK');
    expect(at.play(bet('b2', { amount: '0.01', round: 'r2' }), '1500000')).toBe('below_minimum');
    expect(at.play(bet('b3', { amount: '0.01', round: 'r3' }), '7000000000')).toBe('below_minimum');
    expect(at.play(bet('b4', { amount: '0.001', round: 'r4' }))).toBe('below_minimum');
    expect(at.moved()).toBe(-16n);
  });

  it('is paid as nothing when it is won, and what is left over is kept [FX-15]', () => {
    const at = house();
    at.play(bet('b1', { amount: '1000000.00' }), '7000000000');
    expect(at.play(win('w1', { amount: '0.01', bet: 'b1' }))).toBe('OK');
    const { units, fx } = at.row('win', 'w1');
    expect(units).toBe(0n);
    // 0.01 / 7·10⁹ × 10⁸ of a satoshi
    expect(fx?.residue).toEqual(rational(1n, 7_000n));
  });
});

describe('a game in another currency', () => {
  it('is never converted by itself: not without a pair, and not in a session that did not ask for it [FX-23]', () => {
    const at = house();
    expect(at.play(bet('b1'), { kind: 'unconfigured', pair: { wallet: 'BTC', game: 'USD' } })).toBe('wrong_currency');
    const bitcoin = { session: { kind: 'live', currency: 'BTC' }, exchange: null } as const;
    expect(at.ask(call(bet('b2', { round: 'r2' }), bitcoin))).toBe('wrong_currency');
    expect(at.moved()).toBe(0n);
  });

  it('is played in exact integers whatever the digits of either side [FX-12]', () => {
    for (const [rate, wallet, game, amount, units] of [
      ['3456.789', 18, 2, '1.00', 289_285_808_303_602n],
      ['3456.789', 18, 2, '100.00', 28_928_580_830_360_198n],
      ['64123.45', 11, 2, '0.01', 15_595n],
      ['0.0061', 0, 2, '1.00', 164n],
      ['0.307', 3, 0, '5', 16_287n],
      ['0.999', 6, 2, '12.34', 12_352_352n],
    ] as const) {
      const at = walletTable();
      at.ask(deposit('999999999999', { currency: 'BTC' }));
      const exchange = quotedAt(rate, { walletScale: wallet, gameScale: game });
      expect(at.ask(call(bet('b1', { amount }), { exchange }))).toBe('OK');
      expect(at.book.allTransactions().find((row) => row.kind === 'bet')?.units).toBe(units);
    }
  });

  it('treats a stablecoin as any pair: one that lost its peg is worth what it is worth [FX-24]', () => {
    const at = house('20');
    at.play(bet('b1', { amount: '10.00' }), quotedAt('0.87'));
    expect(at.row('bet', 'b1').units).toBe(1_149_425_287n);
  });

  it('is shown its balance rounded down, in its own currency', () => {
    const at = house('0.12345678');
    const outcome = at.tell(bet('b1', { amount: '0.00' }));
    expect(outcome).toMatchObject({ kind: 'applied', balance: { units: 791_647n, scale: 2, currency: 'USD' } });
  });
});

describe('for any rate', () => {
  const rates = fc.tuple(fc.bigInt({ min: 1n, max: 10n ** 12n }), fc.integer({ min: 0, max: 9 }));
  const rateText = ([unscaled, scale]: readonly [bigint, number]): string => {
    const digits = unscaled.toString().padStart(scale + 1, '0');
    return scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  };
  const cents = fc.bigInt({ min: 1n, max: 10n ** 6n });
  const textOf = (units: bigint): string => `${units / 100n}.${String(units % 100n).padStart(2, '0')}`;

  it('everything that is shown can be bet, and a refund brings it all back [FX-13]', () => {
    fc.assert(
      fc.property(rates, fc.bigInt({ min: 1n, max: 10n ** 12n }), (given, satoshi) => {
        const at = house(`${satoshi / 10n ** 8n}.${String(satoshi % 10n ** 8n).padStart(8, '0')}`);
        const exchange = quotedAt(rateText(given), { terms: { maxRoundingErrorBps: 9_999 } });
        const shown = at.tell(bet('b0', { amount: '0' }), exchange);
        if (shown.kind !== 'applied') throw new Error(shown.kind);
        const all = textOf(shown.balance.units);
        const answer = at.play(bet('b1', { amount: all, round: 'r1' }), exchange);
        // what is too small to stake at all is no question of what is there
        expect(['OK', 'below_minimum', 'limit_reached']).toContain(answer);
        expect(at.moved() >= -satoshi).toBe(true);
        at.play(undo('x1', 'bet', 'b1'), '1');
        expect(at.moved()).toBe(0n);
      }),
      { numRuns: 1_000 },
    );
  });

  it('units and residues sum to the exact amounts, in whatever order they come [FX-16]', () => {
    fc.assert(
      fc.property(
        rates,
        fc.array(cents, { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 0, max: 19 }),
        (given, stakes, turn) => {
          const exchange = quotedAt(rateText(given), { terms: { maxRoundingErrorBps: 9_999 } });
          const sumOf = (order: readonly bigint[]) => {
            const at = house('9'.repeat(28));
            order.forEach((stake, index) =>
              at.play(bet(`b${index}`, { amount: textOf(stake), round: `r${index}` }), exchange),
            );
            const rows = at.book.allTransactions().filter((row) => row.kind === 'bet' && row.state === 'applied');
            const exact = rows.reduce(
              (sum, { units, fx }) =>
                addRationals(sum, addRationals(rational(units, 1n), fx?.residue ?? ZERO_RATIONAL)),
              ZERO_RATIONAL,
            );
            const amount = rows.reduce((sum, row) => sum + centsOf(row.amount), 0n);
            const off = residueOf({ amount: decimalOf(amount, 2), units: -at.moved() }, 8, exchange.current.rate);
            const size = rational(off.num < 0n ? -off.num : off.num, off.den);
            expect(compareRationals(size, rational(BigInt(rows.length), 2n))).not.toBe(1);
            expect(residueOf({ amount: decimalOf(amount, 2), units: 0n }, 8, exchange.current.rate)).toEqual(exact);
            return [at.moved(), exact];
          };
          const turned = [...stakes.slice(turn % stakes.length), ...stakes.slice(0, turn % stakes.length)];
          expect(sumOf(turned)).toEqual(sumOf(stakes));
        },
      ),
      { numRuns: 300 },
    );
  });
});

function centsOf(amount: { readonly unscaled: bigint; readonly scale: number } | null): bigint {
  return amount === null ? 0n : amount.unscaled * 10n ** BigInt(2 - amount.scale);
}
