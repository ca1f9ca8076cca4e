import { describe, expect, it } from 'vitest';
import { loadConfig } from '../src/config.ts';
import type { ConfigFile } from '../src/config.ts';

const read = (analytics: unknown) =>
  loadConfig({}, {}, { currencies: { USD: { scale: 2 } }, analytics: analytics as ConfigFile['analytics'] }).analytics;

describe('the analytics section', () => {
  it('has defaults that guess nothing of a contract', () => {
    expect(read(undefined)).toEqual({ timeZone: 'UTC', idleMinutes: 30, recipe: null });
  });

  it('takes a zone, an idle time and a recipe with exact percentages', () => {
    const ngr = [
      { name: 'fee', of: 'ggr', percent: '012.50', aggregator: 'acme' },
      { name: 'bonus_cost', of: 'bonus', percent: '100' },
    ];
    expect(read({ time_zone: 'Europe/Malta', idle_minutes: 60, ngr })).toEqual({
      timeZone: 'Europe/Malta',
      idleMinutes: 60,
      recipe: [
        { name: 'fee', of: 'ggr', percent: '12.50', aggregator: 'acme' },
        { name: 'bonus_cost', of: 'bonus', percent: '100', aggregator: null },
      ],
    });
  });

  it.each([
    [{ time_zone: 'Mars/Olympus' }, /analytics\.time_zone: is no time zone/],
    [{ idle_minutes: 0 }, /analytics\.idle_minutes/],
    [{ ngr: [{ name: 'fee', of: 'profit', percent: '12' }] }, /analytics\.ngr\[0\]\.of: is one of turnover/],
    [{ ngr: [{ name: 'fee', of: 'ggr', percent: 12 }] }, /analytics\.ngr\[0\]\.percent: is a percentage as text/],
    [{ ngr: [{ name: 'fee', of: 'ggr', percent: '1e3' }] }, /percent: is a percentage like/],
    [{ ngr: [1, 2].map(() => ({ name: 'fee', of: 'ggr', percent: '1' })) }, /names a component twice/],
    [{ zone: 'UTC' }, /zone/],
  ])('stops the start for %j', (analytics, message) => {
    expect(() => read(analytics)).toThrow(message);
  });

  it('stops the start beside a distributed book, from which nothing can be counted, and says why', () => {
    const file = { currencies: { USD: { scale: 2 } }, ledger: { distributed: true } };
    expect(() => loadConfig({}, {}, { ...file, analytics: { idle_minutes: 30 } })).toThrow(
      /analytics: no figures are built from a distributed book \(ledger\.distributed\)/,
    );
    expect(loadConfig({}, {}, file).ledger.distributed).toBe(true);
  });
});
