/** When a node stands out from its siblings, when it does not, and when somebody is told. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addUp, sentenceOf, settle, settled, shareNotOpened, standOuts, tally } from '../../src/launch/standing-out.ts';
import type { Standings, StandOut, Tally } from '../../src/launch/standing-out.ts';
import { FATES } from '../../src/launch/store.ts';
import type { Fate, FateRow } from '../../src/launch/store.ts';
import { seededRandom } from '../../src/sandbox/random.ts';
import { aggregatorName } from '../../src/wallet/index.ts';

const ACME = aggregatorName('acme');
const OTHER = aggregatorName('other');
const rows = (node: string, counts: Partial<Record<Fate, number>>, aggregator = ACME): readonly FateRow[] =>
  FATES.flatMap((fate) =>
    counts[fate] === undefined ? [] : [{ node, aggregator, fate, reason: null, launches: counts[fate] }],
  );
const nodes = (...of: readonly (readonly FateRow[])[]): readonly Tally[] => tally(of.flat());
const found = (tallies: readonly Tally[]) => standOuts(tallies).map(({ node, reason }) => `${node}: ${reason}`);

describe('a tally', () => {
  it('counts by node and aggregator, with the reasons in the order of their weight', () => {
    const all = tally([
      { node: 'a', aggregator: ACME, fate: 'failed', reason: 'network', launches: 1 },
      { node: 'a', aggregator: ACME, fate: 'failed', reason: 'timeout', launches: 3 },
      ...rows('a', { opened: 5, waiting: 2 }),
      ...rows('a', { opened: 1 }, OTHER),
    ]);
    expect(all).toMatchObject([
      {
        aggregator: ACME,
        counts: { opened: 5, waiting: 2, unopened: 0, refused: 0, failed: 4 },
        reasons: [
          { reason: 'timeout', launches: 3 },
          { reason: 'network', launches: 1 },
        ],
      },
      { aggregator: OTHER, counts: { opened: 1, failed: 0 }, reasons: [] },
    ]);
  });

  it('has no share while nothing is known, and never counts what is waited for', () => {
    const [waiting, known] = nodes(rows('a', { waiting: 9 }), rows('b', { waiting: 9, opened: 3, unopened: 1 }));
    expect(waiting === undefined ? 1 : shareNotOpened(waiting.counts)).toBeNull();
    expect(known === undefined ? 1 : shareNotOpened(known.counts)).toBe(0.25);
  });

  it('adds up to as many launches as there were', () => {
    const count = fc.record({ opened: fc.nat(50), unopened: fc.nat(50), refused: fc.nat(50), failed: fc.nat(50) });
    fc.assert(
      fc.property(fc.array(count, { maxLength: 30 }), (all) => {
        const tallies = nodes(...all.map((each, at) => rows(`n-${at % 7}`, each)));
        const launches = all.reduce((sum, each) => sum + Object.values(each).reduce((a, b) => a + b, 0), 0);
        expect(settled(addUp(tallies.map((each) => each.counts)))).toBe(launches);
      }),
    );
  });
});

describe('a node', () => {
  const good = ['b', 'c', 'd'].map((node) => rows(node, { opened: 19, unopened: 1 }));

  it('stands out when its launches fail and those of the others do not, for what they come to most often', () => {
    expect(found(nodes(rows('a', { unopened: 6, refused: 2 }), ...good))).toEqual(['a: unopened']);
    expect(found(nodes(rows('a', { refused: 6, failed: 2 }), ...good))).toEqual(['a: refused']);
    expect(found(nodes(rows('a', { failed: 9, opened: 9 }), ...good))).toEqual(['a: failed']);
  });

  it('does not by few launches, by bad luck, or by being a little worse', () => {
    expect(found(nodes(rows('a', { unopened: 4 }), ...good))).toEqual([]);
    expect(found(nodes(rows('a', { opened: 6, unopened: 2 }), ...good))).toEqual([]);
    expect(found(nodes(rows('a', { opened: 7_600, unopened: 2_400 }), ...good))).toEqual([]);
  });

  it('does not without siblings to compare with, nor by another aggregator', () => {
    expect(found(nodes(rows('a', { unopened: 50 })))).toEqual([]);
    expect(found(nodes(rows('a', { unopened: 50 }), rows('b', { opened: 19 })))).toEqual([]);
    expect(found(nodes(rows('a', { unopened: 50 }, OTHER), ...good))).toEqual([]);
  });

  it('does not when all fail alike, whatever their number', () => {
    const share = fc.integer({ min: 0, max: 20 });
    fc.assert(
      fc.property(share, fc.integer({ min: 2, max: 30 }), (unopened, count) => {
        const alike = Array.from({ length: count }, (_unused, at) =>
          rows(`n-${at}`, { opened: 20 - unopened, unopened }),
        );
        expect(found(nodes(...alike))).toEqual([]);
      }),
    );
  });

  it('is hardly ever taken for one that stands out by chance alone', () => {
    const seed = 20_260_101;
    const random = seededRandom(seed);
    let alarms = 0;
    // Twenty nodes with forty launches each, of which a tenth is not opened for no reason of theirs; a day and a half of looks.
    for (let look = 0; look < 2_000; look += 1) {
      const all = Array.from({ length: 20 }, (_unused, at) => {
        const unopened = Array.from({ length: 40 }, () => random()).filter((each) => each < 0.1).length;
        return rows(`n-${at}`, { opened: 40 - unopened, unopened });
      });
      if (standOuts(nodes(...all)).length > 0) alarms += 1;
    }
    expect(alarms, `seed ${seed}`).toBeLessThan(6);
  });

  it('that is the worst comes first, and each is told in a sentence', () => {
    const tallies = nodes(rows('x', { unopened: 20 }), rows('a', { opened: 10, failed: 20 }), ...good, ...good);
    const [worst, other] = standOuts(tallies);
    expect([worst?.node, other?.node]).toEqual(['x', 'a']);
    expect(worst === undefined ? '' : sentenceOf({ ...worst, siblingsShare: 0.1234 }, null)).toBe(
      'node x: 100 % of its launches to acme were not opened (20 of 20, most of them never opened), elsewhere 12.3 %',
    );
    expect(other === undefined ? '' : sentenceOf(other, 'node a is 42.0 s fast')).toMatch(
      /most of them not answered\), elsewhere [\d.]+ %; node a is 42\.0 s fast$/,
    );
  });
});

describe('the alert', () => {
  const out: StandOut = {
    node: 'a',
    aggregator: ACME,
    reason: 'unopened',
    notOpened: 9,
    launches: 9,
    share: 1,
    siblingsShare: 0,
  };
  const after = (...looks: readonly (readonly StandOut[])[]) => {
    let standings: Standings = new Map();
    return looks.map((look) => {
      standings = settle(standings, look);
      return [...standings.values()].flatMap(({ raised }) => (raised === null ? [] : [raised.reason]));
    });
  };

  it('begins and ends with the second look that says the same', () => {
    expect(after([out], [out], [], [out], [], [])).toEqual([
      [],
      ['unopened'],
      ['unopened'],
      ['unopened'],
      ['unopened'],
      [],
    ]);
    expect(after([out], [], [out], [])).toEqual([[], [], [], []]);
  });

  it('takes the reason of the last look, and remembers nobody for ever', () => {
    expect(after([out], [out], [{ ...out, reason: 'refused' }]).at(-1)).toEqual(['refused']);
    let standings: Standings = new Map();
    for (const look of [[out], [out], [], []]) standings = settle(standings, look);
    expect(standings.size).toBe(0);
  });
});
