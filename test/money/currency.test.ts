/** Configured currencies. */
import { describe, expect, it } from 'vitest';
import { currencies, isCurrencyCode } from '../../src/money/index.ts';

describe('currencies', () => {
  it('knows what is configured, by its exact code [BET-41]', () => {
    const known = currencies({
      USD: { scale: 2 },
      uBTC: { scale: 2 },
      BTC: { scale: 8 },
      JPY: { scale: 0 },
      ETH: { scale: 18 },
    });
    expect(known.get('uBTC')?.scale).toBe(2);
    expect(known.get('UBTC')).toBeUndefined();
    expect(known.get('usd')).toBeUndefined();
    expect(known.get('ETH')).toEqual({ code: 'ETH', scale: 18 });
  });

  it.each(['', 'A'.repeat(17), 'US D', 'USD\n', '€', '\u0000'])('refuses the code %j', (code) => {
    expect(isCurrencyCode(code)).toBe(false);
    expect(() => currencies({ [code]: { scale: 2 } })).toThrow(/currency code/);
  });

  it.each([-1, 19, 2.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses the scale %d and names the place', (scale) => {
    expect(() => currencies({ USD: { scale } })).toThrow(/^currencies\.USD\.scale/);
  });

  it('is not confused by names every object has', () => {
    expect(currencies({}).get('constructor')).toBeUndefined();
    expect(currencies(JSON.parse('{"__proto__":{"scale":2}}')).get('__proto__')?.scale).toBe(2);
  });
});
