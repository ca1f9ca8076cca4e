/**
 * The teeth of the kit: each broken operator is caught by the scenarios meant for it, whenever it is examined; the two correct ones
 * pass all of them, whenever they are examined.
 */
import { describe, expect, it } from 'vitest';
import { SCENARIOS } from '../../../src/certify/scenarios/index.ts';
import { verdictOf } from '../../../src/certify/verdict.ts';
import { CORRECT_OPERATOR, ZOO } from '../../../src/certify/zoo/index.ts';
import { caught, examine, examineeOf, gatewayOperator, notClean } from './kit.ts';
import type { Examinee } from './kit.ts';

const EXAMINATIONS = 10;
/** how many of them are held beside each other */
const AT_ONCE = 5;

const scenariosOf = (ids: readonly string[]) => SCENARIOS.filter(({ id }) => ids.includes(id));
const MEANT = scenariosOf(ZOO.flatMap(({ caughtBy }) => caughtBy));

/** Ten examinations, each of what `start` gives it, on one of so many seats. */
async function tenTimes(start: (seat: number) => Promise<Examinee>, ids: readonly string[]) {
  const scenarios = scenariosOf(ids);
  const results: {
    readonly verdict: string;
    readonly caught: readonly string[];
    readonly notClean: readonly string[];
  }[] = [];
  const seats = Array.from({ length: AT_ONCE }, async (_none, seat) => {
    for (let begun = seat; begun < EXAMINATIONS; begun += AT_ONCE) {
      const examinee = await start(seat);
      try {
        const played = await examine(examinee, scenarios);
        results.push({ verdict: verdictOf(played), caught: caught(played), notClean: notClean(played) });
      } finally {
        await examinee.close();
      }
    }
  });
  await Promise.all(seats);
  return results;
}

describe('the broken operators', () => {
  it('are meant to be caught by scenarios that there are', () => {
    const known = new Set(SCENARIOS.map(({ id }) => id));
    const unknown = ZOO.flatMap(({ name, caughtBy }) =>
      caughtBy.filter((id) => !known.has(id)).map((id) => [name, id]),
    );
    expect(unknown).toEqual([]);
  });

  it.concurrent.each(ZOO)(
    '$name is caught by $caughtBy in each of ten examinations',
    async ({ name, caughtBy }) => {
      const results = await tenTimes(async () => examineeOf(name), caughtBy);
      for (const { caught: by, notClean: why } of results)
        expect(by.toSorted(), why.join('\n')).toEqual(caughtBy.toSorted());
      expect([...new Set(results.map(({ verdict }) => verdict))]).toHaveLength(1);
    },
    120_000,
  );
});

describe('the correct operators', () => {
  it('in memory passes every scenario of the generic dialect', async () => {
    const examinee = await examineeOf(CORRECT_OPERATOR);
    try {
      const played = await examine(examinee, SCENARIOS);
      expect(notClean(played)).toEqual([]);
      expect(played.filter(({ outcome }) => outcome === 'clean').length).toBeGreaterThanOrEqual(200);
    } finally {
      await examinee.close();
    }
  }, 180_000);

  it('in memory keeps every exchanged round at its rate in each of ten examinations', async () => {
    const ids = SCENARIOS.filter(({ needs }) => needs.includes('exchanged player')).map(({ id }) => id);
    const results = await tenTimes(async () => examineeOf(CORRECT_OPERATOR), ids);
    expect(results.map((each) => each.notClean)).toEqual(Array.from({ length: EXAMINATIONS }, () => []));
    expect([...new Set(results.map(({ verdict }) => verdict))]).toEqual(['clean']);
  }, 120_000);

  it.each([
    ['in memory', async () => examineeOf(CORRECT_OPERATOR, 2 * AT_ONCE)],
    ['on the ledger', async () => gatewayOperator(2 * AT_ONCE)],
  ])(
    '%s passes all that catches a broken one in each of ten examinations',
    async (_where, start) => {
      const examinee = await start();
      try {
        const { cast } = examinee;
        // one operator for all ten, with two players for each seat
        const shareOf = async (seat: number): Promise<Examinee> => {
          const players = cast.players.slice(2 * seat, 2 * seat + 2);
          // there is one exchanged player and one rate, so those are examined by themselves
          return { ...examinee, cast: { ...cast, players, exchanged: null }, close: async () => undefined };
        };
        const results = await tenTimes(
          shareOf,
          MEANT.map(({ id }) => id),
        );
        expect(results.map((each) => each.notClean)).toEqual(Array.from({ length: EXAMINATIONS }, () => []));
        expect([...new Set(results.map(({ verdict }) => verdict))]).toEqual(['clean']);
      } finally {
        await examinee.close();
      }
    },
    300_000,
  );
});
