/** The `fx` section: its defaults, its pairs, and one clear line for whatever is wrong. */
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../src/config.ts';
import type { ConfigFile } from '../src/config.ts';
import { formatRate } from '../src/money/index.ts';

const CURRENCIES = { USD: { scale: 2 }, EUR: { scale: 2 }, JPY: { scale: 0 }, BTC: { scale: 8 }, ETH: { scale: 18 } };
const load = (fx: ConfigFile['fx'], environment: Record<string, string> = {}) =>
  loadConfig({}, environment, { currencies: CURRENCIES, ...(fx === undefined ? {} : { fx }) }).fx;
function problem(fx: unknown): string {
  try {
    load(fx as ConfigFile['fx']);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return 'none';
}

const json = (name: string, more: object = {}) => ({
  name,
  kind: 'json' as const,
  url: `https://${name}.example/{wallet}-{game}`,
  path: 'data.price',
  ...more,
});
const ecb = { name: 'ecb', kind: 'ecb' as const };
const DAY = 86_400_000;

describe('the fx section', () => {
  it('converts nothing unless it is told to [FX-23]', () => {
    const nothing = {
      pairs: [],
      sources: [],
      quoteMs: 60_000,
      retentionMs: 90 * 86_400_000,
      maxJumpBps: 1_000,
      maxDisagreementBps: 100,
      terms: {
        lockScope: 'round',
        sessionLockMaxMs: DAY,
        onQuoteExpiry: 'requote',
        rounding: 'half_even',
        maxRoundingErrorBps: 300,
      },
    };
    expect(load(undefined)).toEqual(nothing);
    expect(load({})).toEqual(nothing);
  });

  it('takes fixed rates digit by digit, with a spread for all or for one', () => {
    const { pairs } = load({
      rates: { 'BTC/USD': '64123.45', 'ETH/USD': '3456.789' },
      spread_bps: 50,
      pairs: { 'ETH/USD': { spread_bps: 25 } },
    });
    expect(pairs.map(({ pair, spreadBps, origin }) => [pair, spreadBps, origin.kind])).toEqual([
      [{ wallet: 'BTC', game: 'USD' }, 50, 'fixed'],
      [{ wallet: 'ETH', game: 'USD' }, 25, 'fixed'],
    ]);
    const [first] = pairs;
    expect(first?.origin.kind === 'fixed' && formatRate(first.origin.rate)).toBe('64123.45');
  });

  it('takes servers of prices, the daily file and crosses, each with limits that fit', () => {
    const { pairs, sources } = load(
      {
        sources: [
          json('one', { headers: { 'x-key': '${KEY}' }, time_path: 't[0]', symbols: { BTC: 'XBT' }, timeout_ms: 500 }),
          json('two', { check: { path: '["a b"].s', equals: '{wallet}{game}' }, every_seconds: 20 }),
          ecb,
        ],
        pairs: {
          'BTC/USD': { sources: ['one', 'two'], min: '1000', max: '1000000' },
          'EUR/USD': { sources: ['ecb'] },
          'BTC/EUR': { via: 'USD' },
        },
      },
      { KEY: 'hunter2' },
    );
    expect(pairs.map(({ warnAfterMs, refuseAfterMs }) => [warnAfterMs, refuseAfterMs])).toEqual([
      [60_000, 300_000],
      [DAY / 4, DAY],
      [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
    ]);
    expect(sources).toMatchObject([
      { headers: { 'x-key': 'hunter2' }, timePath: 't[0]', symbols: { BTC: 'XBT' }, timeoutMs: 500, everyMs: 0 },
      { check: { path: '["a b"].s', equals: '{wallet}{game}' }, timeoutMs: 3_000, everyMs: 20_000 },
      { kind: 'ecb', url: 'https://www.ecb.europa.eu/stats/eurofxref/eurofxref-daily.xml', everyMs: 3_600_000 },
    ]);
  });

  it.each([
    [{ rates: { 'BTC/USD': 64_123.45 } }, 'fx.rates.BTC/USD: write a rate as text'],
    [{ rates: { 'BTC/USD': '0' } }, 'fx.rates.BTC/USD: "0" is no rate'],
    [{ rates: { 'BTC/USD': '-1' } }, 'is no rate'],
    [{ rates: { 'BTC/USD': '64,123.45' } }, 'is no rate'],
    [{ rates: { 'BTC/USD': '1.0000000000000000000000001' } }, 'at most 24 digits'],
    [{ rates: { BTCUSD: '1' } }, 'fx.rates.BTCUSD: is no pair'],
    [{ rates: { 'BTC/BTC': '1' } }, 'is no pair'],
    [{ rates: { 'BTC/XYZ': '1' } }, 'fx.rates.BTC/XYZ: the currency XYZ is not in currencies'],
    [{ rates: { 'BTC/USD': '1' }, pairs: { 'BTC/USD': { via: 'EUR' } } }, 'may only say its spread_bps'],
    [{ pairs: { 'BTC/USD': {} } }, 'fx.pairs.BTC/USD: needs sources or via'],
    [{ pairs: { 'BTC/USD': { sources: ['one'] } } }, 'the source "one" is not in fx.sources'],
    [{ sources: [json('one')], pairs: { 'BTC/USD': { sources: ['one', 'one'] } } }, 'names a source twice'],
    [{ sources: [json('one')], pairs: { 'BTC/USD': { sources: ['one'], via: 'EUR' } } }, 'decide for one'],
    [{ sources: [json('one')] }, 'no pair uses "one"'],
    [{ sources: [json('one'), json('one')] }, 'the name "one" is used twice'],
    [{ sources: [ecb], pairs: { 'BTC/USD': { sources: ['ecb'] } } }, 'knows pairs with EUR only'],
    [{ sources: [ecb, json('one')], pairs: { 'EUR/USD': { sources: ['ecb', 'one'] } } }, 'mixes a daily file'],
    [{ pairs: { 'BTC/EUR': { via: 'BTC' } } }, 'via must be a third currency'],
    [{ pairs: { 'BTC/EUR': { via: 'USD' } } }, 'via USD needs a rate of BTC/USD or USD/BTC'],
    [
      {
        rates: { 'BTC/USD': '1', 'USD/JPY': '1' },
        pairs: {
          'BTC/JPY': { via: 'USD' },
          'ETH/JPY': { via: 'BTC' },
          'ETH/BTC': { via: 'USD' },
          'ETH/USD': { via: 'JPY' },
        },
      },
      'is a cross itself',
    ],
    [
      { rates: { 'BTC/USD': '1', 'EUR/USD': '1' }, pairs: { 'BTC/EUR': { via: 'USD', min: '1' } } },
      'fx.pairs.BTC/EUR.min',
    ],
    [
      { sources: [json('one')], pairs: { 'BTC/USD': { sources: ['one'], warn_after_seconds: 400 } } },
      'fx.pairs.BTC/USD.warn_after_seconds: 400 is more than refuse_after_seconds, which is 300',
    ],
    [
      { sources: [json('one', { every_seconds: 300 })], pairs: { 'BTC/USD': { sources: ['one'] } } },
      'refuse_after_seconds: 300 is not more than the 300 after which "one" is asked again',
    ],
    [
      { sources: [json('one')], pairs: { 'BTC/USD': { sources: ['one'], min: '2', max: '1' } } },
      'min: is more than max',
    ],
    [
      { sources: [json('one')], pairs: { 'BTC/USD': { sources: ['one'], max: 'x' } } },
      'fx.pairs.BTC/USD.max: is no rate',
    ],
    [{ sources: [json('one', { path: 'a..b' })] }, 'fx.sources[0].path: is no path'],
    [{ sources: [json('one', { path: '{base}' })] }, 'knows {wallet}'],
    [{ quote_seconds: 1 }, 'fx.quote_seconds'],
    [{ lock_scope: 'player' }, 'fx.lock_scope'],
    [{ spread: 50 }, 'spread'],
  ])('refuses %j', (fx, message) => {
    expect(problem(fx)).toContain(message);
  });

  it.each([
    'http://one.example/',
    'ftp://one.example/',
    'one.example',
    'https://user:hunter2@one.example/',
    'file:///etc/rates',
  ])('refuses the address %s: whoever can change a rate on its way can take money', (url) => {
    const message = problem({ sources: [json('one', { url })] });
    expect(message).toContain('fx.sources[0].url: must be an https:// address');
    expect(message).not.toContain('hunter2');
  });

  it('takes http:// on this machine', () => {
    const url = 'http://127.0.0.1:8080/{wallet}{game}';
    expect(load({ sources: [json('one', { url })], pairs: { 'BTC/USD': { sources: ['one'] } } }).sources[0]?.url).toBe(
      url,
    );
  });
});
