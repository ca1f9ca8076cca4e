import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isNew, nextStretch, readSnapshot, sees, widthAfter } from '../../src/analytics/snapshot.ts';

describe('a snapshot', () => {
  it('sees what had ended, and nothing that was open or had not begun', () => {
    const snapshot = readSnapshot('10:20:12,15');
    expect([9n, 10n, 11n, 12n, 15n, 19n, 20n, 21n].map((xid) => sees(snapshot, xid))).toEqual([
      true,
      true,
      true,
      false,
      false,
      true,
      false,
      false,
    ]);
    expect(readSnapshot('10:10:')).toEqual({ xmin: 10n, xmax: 10n, open: [] });
    expect(() => readSnapshot('10:20')).toThrow(/no snapshot/);
  });

  it('of a chain of them meets each transaction exactly once, however long it was open', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 1, max: 30 })), { maxLength: 40 }),
        (lives) => {
          // each transaction takes the next number when it begins, and is open until it ends
          const all = lives
            .map(([begins, lasts]) => ({ begins, ends: begins + lasts }))
            .toSorted((a, b) => a.begins - b.begins)
            .map((life, index) => ({ ...life, xid: BigInt(index + 1) }));
          const at = (time: number) => {
            const begun = all.filter(({ begins }) => begins <= time);
            const open = begun.filter(({ ends }) => ends > time).map(({ xid }) => xid);
            const xmax = BigInt(begun.length + 1);
            return { xmin: open[0] ?? xmax, xmax, open };
          };
          const chain = Array.from({ length: 71 }, (_, time) => at(time));
          for (const { xid } of all) {
            const met = chain.filter((until, index) => index > 0 && isNew(xid, chain[index - 1] ?? until, until));
            expect(met.length + (sees(chain[0] ?? at(0), xid) ? 1 : 0)).toBe(1);
          }
        },
      ),
    );
  });

  it('to another is a way of stretches without a gap', () => {
    const since = readSnapshot('10:20:12');
    const until = readSnapshot('30:75:40');
    const stretches = [];
    for (let at: bigint | null = null; ;) {
      const stretch = nextStretch(since, until, at, 16n);
      if (stretch === null) break;
      stretches.push([stretch.from, stretch.to]);
      at = stretch.to;
    }
    expect(stretches).toEqual([
      [10n, 26n],
      [26n, 42n],
      [42n, 58n],
      [58n, 74n],
      [74n, 75n],
    ]);
  });

  it('is followed in wider stretches where little is, in narrower ones where much is, within limits', () => {
    const read = (width: bigint, rows: number, to = 5_000n + width) =>
      widthAfter({ stretch: { from: 5_000n, to: 5_000n + width }, to, rows }, width, 4_000);
    expect(read(256n, 0)).toBe(512n);
    expect(read(256n, 2_000)).toBe(256n);
    expect(read(256n, 4_000)).toBe(128n);
    expect(read(16n, 4_000)).toBe(16n);
    expect(read(1_000_000n, 0)).toBe(1_000_000n);
    // more was there than fitted: the rest was read for nothing
    expect(read(256n, 3_990, 5_022n)).toBe(22n);
    expect(read(256n, 3_990, 5_001n)).toBe(16n);
  });
});
