/** Which words of sources are believed: one by one, against the last good rate, and against each other. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluate, median } from '../../src/fx/agree.ts';
import type { EarlierJump, Evidence, LastGood } from '../../src/fx/agree.ts';
import type { PairSettings } from '../../src/fx/index.ts';
import { judge, MAX_FIXING_AGE_MS, readRate } from '../../src/fx/tick.ts';
import type { Answer } from '../../src/fx/tick.ts';
import { compareRates, formatRate, inverseRate, isFurtherThan } from '../../src/money/index.ts';
import { pairSettings, rate, said } from './quotes.ts';

const NOW = Date.UTC(2026, 0, 5, 12);
const LIMITS = { maxJumpBps: 1_000, maxDisagreementBps: 100 };
const LAST: LastGood = { rate: rate('64123.45'), observedAtMs: NOW - 60_000 };

const from = (...values: readonly string[]): readonly Answer[] =>
  values.map((value, index) => said(['one', 'two', 'three', 'four', 'five'][index] ?? 'more', value, NOW));

function outcome(evidence: Partial<Evidence>, settings: PairSettings = pairSettings()) {
  const verdict = evaluate({ answers: [], last: LAST, jumps: [], nowMs: NOW, ...evidence }, settings, LIMITS);
  return {
    rate: verdict.kind === 'rate' ? formatRate(verdict.rate) : verdict.kind,
    rejected: verdict.rejected.map((each) => `${each.source} ${each.reason}`),
    verdict,
  };
}

describe('a single word', () => {
  it.each([
    ['0', 'not_positive'],
    ['0.00', 'not_positive'],
    ['-64123.45', 'not_positive'],
    ['NaN', 'unreadable'],
    ['Infinity', 'unreadable'],
    ['', 'unreadable'],
    ['64,123.45', 'unreadable'],
    ['0x10', 'unreadable'],
    ['1e400', 'unreadable'],
    ['9'.repeat(31), 'unreadable'],
    ['0.0000155949', 'inverted'],
    ['71000', 'jump'],
    ['57000', 'jump'],
    ['641.2345', 'jump'],
  ])('%s is no rate (%s): the last good one stays [FX-10]', (value, reason) => {
    const { rate: found, rejected, verdict } = outcome({ answers: from(value) });
    expect(found).toBe('keep');
    expect(rejected).toEqual([`one ${reason}`]);
    expect(verdict).toMatchObject({ last: LAST });
  });

  it('within ten per cent of the last is believed, exactly at the edge too', () => {
    expect(outcome({ answers: from('70535.795') }).rate).toBe('70535.795');
    expect(outcome({ answers: from('70535.796') }).rejected).toEqual(['one jump']);
    expect(outcome({ answers: from('57711.105') }).rate).toBe('57711.105');
  });

  it('is believed without a last one, as nothing speaks against it', () => {
    expect(outcome({ answers: from('1'), last: null }).rate).toBe('1');
  });

  it('too old, from the future, or outside the bounds of the operator is none [FX-09]', () => {
    const word = (observedAtMs: number) => [said('one', '64000', observedAtMs)];
    expect(outcome({ answers: word(NOW - 300_000) }).rate).toBe('64000');
    expect(outcome({ answers: word(NOW - 300_001) }).rejected).toEqual(['one too_old']);
    expect(outcome({ answers: word(NOW + 60_000) }).verdict).toMatchObject({ observedAtMs: NOW });
    expect(outcome({ answers: word(NOW + 60_001) }).rejected).toEqual(['one from_the_future']);
    const bounds = pairSettings('BTC/USD', { min: rate('64000'), max: rate('64500') });
    expect(outcome({ answers: from('64000') }, bounds).rate).toBe('64000');
    expect(outcome({ answers: from('63999.99') }, bounds).rejected).toEqual(['one out_of_bounds']);
    expect(outcome({ answers: from('64500.01') }, bounds).rejected).toEqual(['one out_of_bounds']);
  });

  it('of a daily file lives over a long weekend and not for ever', () => {
    const daily = pairSettings('EUR/USD', { refuseAfterMs: 86_400_000 });
    const fixing = (ageMs: number) => judge(said('one', '1.085', NOW, { fixedOnMs: NOW - ageMs }), daily, NOW);
    expect(fixing(MAX_FIXING_AGE_MS)).toMatchObject({ rate: rate('1.085') });
    expect(fixing(MAX_FIXING_AGE_MS + 1)).toMatchObject({ reason: 'too_old' });
  });

  it('is kept as text that can be stored, whatever it is', () => {
    const { rejected } = outcome({ answers: from('a\0b\n') }).verdict;
    expect(rejected).toMatchObject([{ value: 'a?b?', reason: 'unreadable' }]);
    expect(outcome({ answers: from('x'.repeat(5_000)) }).verdict.rejected[0]?.value).toHaveLength(100);
  });

  it('that failed is told as it failed', () => {
    const failed: Answer = { kind: 'failed', source: 'one', reason: 'unavailable', detail: 'no answer within 3000 ms' };
    expect(outcome({ answers: [failed] }).verdict.rejected).toEqual([
      { source: 'one', value: null, reason: 'unavailable', detail: 'no answer within 3000 ms' },
    ]);
  });

  it('a stablecoin that loses its peg is a pair as any other: no rate is 1 by decree [FX-24]', () => {
    const usdt = pairSettings('USDT/USD');
    const last = { rate: rate('1.0001'), observedAtMs: NOW - 60_000 };
    expect(outcome({ answers: from('0.9312', '0.9308'), last }, usdt).rate).toBe('0.931');
    expect(outcome({ answers: from('0.8800', '0.8801'), last }, usdt).rejected).toEqual(['one jump', 'two jump']);
  });
});

describe('exponents', () => {
  it.each([
    ['8.1e-06', '0.0000081'],
    ['6.412345E+4', '64123.45'],
    ['1e0', '1'],
    ['12e-1', '1.2'],
    ['0.5e1', '5'],
    ['100e-2', '1'],
  ])('%s is read exactly as %s', (text, plain) => {
    expect(readRate(text)).toEqual(rate(plain));
  });

  it('agree with arithmetic on whole numbers', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.integer({ min: -20, max: 20 }), (n, e) => {
        const read = readRate(`${n + 1}e${e}`);
        const expected =
          e < 0 ? { num: BigInt(n + 1), den: 10n ** BigInt(-e) } : { num: BigInt(n + 1) * 10n ** BigInt(e), den: 1n };
        if (read === null || read === 'not_positive') throw new Error('not read');
        expect(read.num * expected.den).toBe(expected.num * read.den);
      }),
    );
  });

  it('never throw, whatever a source writes', () => {
    fc.assert(fc.property(fc.string({ maxLength: 90 }), (text) => void readRate(text)));
  });
});

describe('several sources', () => {
  it('that agree within a per cent give their median [FX-11]', () => {
    expect(outcome({ answers: from('64000', '64100') }).rate).toBe('64050');
    expect(outcome({ answers: from('64000', '64300', '64100') }).rate).toBe('64100');
    expect(outcome({ answers: from('64000', '64640') }).rate).toBe('64320');
  });

  it('of two more than a per cent apart nobody knows which is right: the last good one stays [FX-11]', () => {
    const { rate: found, rejected } = outcome({ answers: from('64000', '64641') });
    expect(found).toBe('keep');
    expect(rejected).toEqual(['one disagreement', 'two disagreement']);
    expect(outcome({ answers: from('64000', '64641'), last: null }).rate).toBe('keep');
  });

  it('of three the one far from the median is left out [FX-11]', () => {
    const { rate: found, rejected } = outcome({ answers: from('64000', '64100', '66000') });
    expect(found).toBe('64050');
    expect(rejected).toEqual(['three disagreement']);
  });

  it('of four that are two against two nobody is believed', () => {
    expect(outcome({ answers: from('63000', '63010', '65000', '65010') }).rate).toBe('keep');
  });

  it('one that cannot be believed does not speak for the others', () => {
    const { rate: found, rejected } = outcome({ answers: from('NaN', '64100', '0.0000156') });
    expect(found).toBe('64100');
    expect(rejected).toEqual(['one unreadable', 'three inverted']);
  });

  it('are as old as the oldest that is used', () => {
    const answers = [said('one', '64000', NOW - 40_000), said('two', '64010', NOW)];
    expect(outcome({ answers }).verdict).toMatchObject({ observedAtMs: NOW - 40_000 });
  });

  it('never move the rate by more than a jump at once, whatever they say [FX-10]', () => {
    const word = fc.oneof(
      fc.constantFrom('0', '-1', 'NaN', '0.0000155949', '1e9', ''),
      fc.integer({ min: 50_000, max: 80_000 }).map(String),
      fc.integer({ min: 63_000, max: 65_000 }).map(String),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 5 }), (words) => {
        const { verdict } = outcome({ answers: from(...words) });
        if (verdict.kind === 'rate') expect(isFurtherThan(verdict.rate, LAST.rate, LIMITS.maxJumpBps)).toBe(false);
        // Every word is either used or turned down with a reason.
        const used = verdict.kind === 'rate' ? verdict.used.length : 0;
        expect(used + verdict.rejected.length).toBe(words.length);
      }),
      { numRuns: 5_000 },
    );
  });

  it('give the same rate in whatever order they answer, and one between the lowest and the highest', () => {
    const price = fc
      .integer({ min: 6_300_000, max: 6_500_000 })
      .map((n) => `${Math.floor(n / 100)}.${String(n % 100).padStart(2, '0')}`);
    fc.assert(
      fc.property(fc.array(price, { minLength: 1, maxLength: 5 }), (prices) => {
        const [there, back] = [
          outcome({ answers: from(...prices) }),
          outcome({ answers: from(...prices.toReversed()) }),
        ];
        expect(back.rate).toBe(there.rate);
        if (there.verdict.kind !== 'rate') return;
        const sorted = prices.map(rate).toSorted(compareRates);
        expect(compareRates(there.verdict.rate, sorted[0]!)).not.toBe(-1);
        expect(compareRates(there.verdict.rate, sorted.at(-1)!)).not.toBe(1);
      }),
      { numRuns: 2_000 },
    );
    expect(() => median([])).toThrow(RangeError);
  });
});

describe('a jump that stays', () => {
  const old: LastGood = { rate: rate('64123.45'), observedAtMs: NOW - 360_000 };
  /** the same word turned down every minute since */
  const turnedDown = (source: string, value: string, minutes = 6): readonly EarlierJump[] =>
    Array.from({ length: minutes }, (_unused, k) => ({ source, value, atMs: NOW - (k + 1) * 60_000 }));

  it('is the new level once the old rate has expired: a crash does not close a pair for ever', () => {
    const { rate: found, verdict } = outcome({ answers: from('50000'), last: old, jumps: turnedDown('one', '50100') });
    expect(found).toBe('50000');
    expect(verdict).toMatchObject({ isNewLevel: true, rejected: [] });
  });

  it('is not before that, nor when it came and went', () => {
    const young = { ...old, observedAtMs: NOW - 299_000 };
    expect(outcome({ answers: from('50000'), last: young, jumps: turnedDown('one', '50100') }).rate).toBe('keep');
    expect(outcome({ answers: from('50000'), last: old, jumps: turnedDown('one', '50100', 4) }).rate).toBe('keep');
    const moved = [...turnedDown('one', '50100', 3), ...turnedDown('one', '90000', 6).slice(3)];
    expect(outcome({ answers: from('50000'), last: old, jumps: moved }).rate).toBe('keep');
    expect(outcome({ answers: from('50000'), last: old, jumps: turnedDown('two', '50100') }).rate).toBe('keep');
  });

  it('is never taken from one source alone when it is out of all proportion, such as cents for dollars', () => {
    const cents = { answers: from('6412345'), last: old, jumps: turnedDown('one', '6412345') };
    expect(outcome(cents).rate).toBe('keep');
    expect(outcome(cents, pairSettings('BTC/USD', { min: rate('1000'), max: rate('10000000') })).rate).toBe('6412345');
    const both = {
      answers: from('20000', '20010'),
      last: old,
      jumps: [...turnedDown('one', '20000'), ...turnedDown('two', '20000')],
    };
    expect(outcome(both).rate).toBe('20005');
  });

  it('of an inverted feed is never taken', () => {
    const inverse = formatRate(inverseRate(rate('64000')));
    expect(inverse).toBe('0.000015625');
    const { rate: found, rejected } = outcome({
      answers: from(inverse, inverse),
      last: old,
      jumps: turnedDown('one', inverse),
    });
    expect([found, ...rejected]).toEqual(['keep', 'one inverted', 'two inverted']);
  });

  it('counts the words of an inverse file as what they mean', () => {
    const daily = pairSettings('USD/EUR', { origin: { kind: 'sources', names: ['ecb'] } });
    const last = { rate: inverseRate(rate('1.10')), observedAtMs: NOW - 360_000 };
    const answers = [said('ecb', '1.40', NOW, { isInverse: true })];
    expect(outcome({ answers, last, jumps: turnedDown('ecb', '1/1.40') }, daily).rate).toBe('5/7');
    expect(outcome({ answers, last, jumps: [] }, daily).verdict.rejected).toMatchObject([
      { value: '1/1.40', reason: 'jump' },
    ]);
  });
});
