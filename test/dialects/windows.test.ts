/** Windows of lists whose pages are not documented: nothing is left out, however long an answer may be. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextWindow, utcText, utcTime, windowOf } from '../../src/dialects/windows.ts';

const BEGIN_MS = Date.parse('2026-01-31T00:00:00Z');

/** Everything that was read of a span, from somebody who cuts every answer at `most`. */
function readAll(events: readonly number[], most: number, fromMs: number, toMs: number): Set<number> | 'too_full' {
  const read = new Set<number>();
  let cursor: string | null = null;
  for (let pages = 0; pages < 50_000; pages += 1) {
    const window = windowOf({ fromMs, toMs, cursor });
    const within = events.filter((at) => at >= window.fromMs && at < window.toMs);
    for (const at of within.slice(0, most)) read.add(at);
    const next = nextWindow({ toMs }, window, Math.min(within.length, most) >= most);
    if (next === 'too_full') return next;
    if (next === null) return read;
    cursor = next.cursor;
  }
  throw new Error('the windows have no end');
}

describe('a span that is asked for in windows', () => {
  it('leaves nothing out of it, or says that a second has too much', () => {
    const span = fc.tuple(fc.integer({ min: 0, max: 3_600_000 }), fc.integer({ min: 1, max: 3_600_000 }));
    const offsets = fc.array(fc.integer({ min: 0, max: 7_200_000 }), { maxLength: 400 });
    fc.assert(
      fc.property(span, offsets, fc.integer({ min: 2, max: 50 }), ([from, length], at, most) => {
        const [fromMs, toMs] = [BEGIN_MS + from, BEGIN_MS + from + length];
        const events = [...new Set(at.map((each) => BEGIN_MS + each))].toSorted((a, b) => a - b);
        const read = readAll(events, most, fromMs, toMs);
        const within = (second: number) => events.filter((each) => Math.floor(each / 1_000) === second).length;
        if (read === 'too_full') return events.some((each) => within(Math.floor(each / 1_000)) >= most);
        return events.every((each) => each < fromMs || each >= toMs || read.has(each));
      }),
      { numRuns: 300 },
    );
  });

  it('is one question where the answer is short', () => {
    const window = windowOf({ fromMs: BEGIN_MS + 1, toMs: BEGIN_MS + 60_001, cursor: null });
    expect(window).toEqual({ fromMs: BEGIN_MS, toMs: BEGIN_MS + 61_000 });
    expect(nextWindow({ toMs: BEGIN_MS + 60_001 }, window, false)).toBeNull();
  });

  it('takes no cursor but its own', () => {
    expect(() => windowOf({ fromMs: 0, toMs: 1, cursor: '2' })).toThrow(RangeError);
  });
});

describe('times of such lists', () => {
  it.each([
    ['2026-01-31 12:00:00', '2026-01-31T12:00:00.000Z'],
    ['2026-01-31T12:00:00.250', '2026-01-31T12:00:00.250Z'],
    ['2026-01-31T12:00:00+02:00', '2026-01-31T10:00:00.000Z'],
  ])('%s is %s', (text, iso) => expect(new Date(utcTime(text) ?? 0).toISOString()).toBe(iso));

  it.each(['', '2026-01-31', '31.01.2026 12:00:00', '2026-13-31 12:00:00', '1767225600'])('%j is none', (text) =>
    expect(utcTime(text)).toBeNull(),
  );

  it('are written by whole seconds', () => {
    expect(utcText(BEGIN_MS + 999, ' ')).toBe('2026-01-31 00:00:00');
    expect(utcText(BEGIN_MS, 'T')).toBe('2026-01-31T00:00:00');
  });
});
