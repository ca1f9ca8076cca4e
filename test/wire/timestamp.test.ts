/** The window of signed timestamps. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkTimestamp } from '../../src/wire/index.ts';

const NOW_S = 1_767_225_600;
const check = (
  text: string | undefined,
  windowSeconds = 300,
  nowMs = NOW_S * 1_000,
  unit: 'seconds' | 'milliseconds' = 'seconds',
) => checkTimestamp({ text, nowMs, windowSeconds, unit });

describe('checkTimestamp', () => {
  it.each([30, 120, 300])(
    'opens the window of %i s on both sides and closes it one second later [SIG-30]',
    (window) => {
      expect(check(String(NOW_S - window + 1), window)).toEqual({ kind: 'in_window', skewMs: (window - 1) * 1_000 });
      expect(check(String(NOW_S - window), window).kind).toBe('in_window');
      expect(check(String(NOW_S - window - 1), window)).toEqual({ kind: 'expired', skewMs: (window + 1) * 1_000 });
      expect(check(String(NOW_S + window), window).kind).toBe('in_window');
      expect(check(String(NOW_S + window + 1), window)).toEqual({ kind: 'future', skewMs: -(window + 1) * 1_000 });
    },
  );

  it('compares whole seconds, so the milliseconds of our clock decide nothing [SIG-30]', () => {
    expect(check(String(NOW_S - 300), 300, NOW_S * 1_000 + 999)).toEqual({ kind: 'in_window', skewMs: 300_999 });
    expect(check(String(NOW_S + 300), 300, NOW_S * 1_000 + 999).kind).toBe('in_window');
  });

  it('names milliseconds where seconds are expected, and the reverse [SIG-31]', () => {
    expect(check(`${NOW_S}000`)).toEqual({ kind: 'distrust', reason: 'timestamp_unit' });
    expect(check(`${NOW_S - 86_400}123`)).toEqual({ kind: 'distrust', reason: 'timestamp_unit' });
    expect(check(String(NOW_S), 300, NOW_S * 1_000, 'milliseconds')).toEqual({
      kind: 'distrust',
      reason: 'timestamp_unit',
    });
    expect(check(`${NOW_S}250`, 300, NOW_S * 1_000, 'milliseconds')).toEqual({ kind: 'in_window', skewMs: -250 });
  });

  it('calls a really old or far time by its name, not by its unit', () => {
    expect(check('0').kind).toBe('expired');
    expect(check(String(NOW_S + 20 * 365 * 86_400)).kind).toBe('future');
    expect(check(String(NOW_S - 172_800))).toEqual({ kind: 'expired', skewMs: 172_800_000 });
  });

  it.each([
    '-1',
    '+1767225600',
    '1767225600.0',
    '1.7e9',
    ' 1767225600',
    '1767225600 ',
    '01767225600',
    '0x69',
    'now',
    '１７６７２２５６００',
    '9'.repeat(17),
    '9'.repeat(100_000),
  ])('refuses %j', (text) => {
    expect(check(text)).toEqual({ kind: 'distrust', reason: 'malformed' });
  });

  it('says when there is none', () => {
    expect(check(undefined)).toEqual({ kind: 'distrust', reason: 'missing' });
    expect(check('')).toEqual({ kind: 'distrust', reason: 'missing' });
  });

  it('accepts exactly the seconds of its window', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1_000, max: 1_000 }), fc.integer({ min: 0, max: 900 }), (offset, window) => {
        expect(check(String(NOW_S + offset), window).kind === 'in_window').toBe(Math.abs(offset) <= window);
      }),
    );
  });
});
