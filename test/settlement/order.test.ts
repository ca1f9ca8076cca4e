/** The order of facts, their repetition and restarts do not matter: over a real ledger, and over random sets of facts. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClaimFact, Facts, SummaryFact } from '../../src/settlement/facts.ts';
import { standAt, viewOf } from '../../src/settlement/view.ts';
import { GENERIC_POLICY } from '../../src/dialects/generic/policy.ts';
import { roundId } from '../../src/wallet/index.ts';
import type { Operation } from '../../src/wallet/index.ts';
import { amount } from '../support/ledger.ts';
import { bet, win } from '../support/act.ts';
import { said, stage, summary } from './stage.ts';

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, index) => permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]));
}

type Step = Operation | 'summary';
const STEPS: readonly Step[] = [
  bet('b', { amount: '3' }),
  win('w1', { bet: 'b', amount: '1.5' }),
  win('w2', { bet: 'b', amount: '0.25' }),
  { kind: 'close', round: roundId('r1') },
  'summary',
];
const settled = (player: string) =>
  summary({
    player,
    eventId: 'e-1',
    totals: ['3', '1.75'],
    transactions: [said.bet('b', '3'), said.win('w1', '1.5', 'b'), said.win('w2', '0.25', 'b')],
  });

describe('all 120 orders of bet, win, win, close and summary', () => {
  const orders = permutations(STEPS);
  const houses = orders.map((_unused, index) => `house-${index}`);

  it.each([1, 3])(
    'sent %i times each come to one view and one hash [SET-03, SET-04]',
    async (times) => {
      await using at = await stage({ aggregators: houses });
      const player = await at.table.player('USD', '1000.00');
      const tellStory = async (order: readonly Step[], index: number): Promise<void> => {
        const house = houses[index] ?? '';
        // Interleaved: the whole story, then again and again.
        for (const step of Array.from({ length: times }, () => order).flat()) {
          if (step === 'summary') await at.tell(settled(player), house);
          else await at.play(player, step, house);
          // Judged in between in some houses, so that views of half a story are overwritten, too.
          if (index % 12 === 0 && step === 'summary') await at.settle();
        }
      };
      await Promise.all(orders.map(tellStory));
      await at.settle();
      at.clock.advance(60_000);
      await at.settle();
      const views = await Promise.all(houses.map(async (house) => at.view(player, 'r1', house)));
      expect(new Set(views.map((view) => view?.state))).toEqual(new Set(['balanced']));
      expect(new Set(views.map((view) => view?.hash)).size).toBe(1);
      expect(await at.found(player)).toEqual([]);
      const deliveries = await at.sql`SELECT DISTINCT deliveries FROM settlement_event`;
      expect(deliveries).toEqual([{ deliveries: times }]);
    },
    120_000,
  );
});

const FACT_TIME = Date.parse('2026-01-02T00:00:00Z');
const patience = { policy: GENERIC_POLICY, leastGraceMs: 900_000, stuckAfterMs: 86_400_000 };

const ids = fc.constantFrom('a', 'b', 'c');
const amounts = fc.constantFrom('1', '2.5', '0.30000000000000004', '0');
const transaction = fc.record({
  kind: fc.constantFrom('bet', 'win', 'rollback'),
  id: ids,
  amount: amounts.map(amount),
  status: fc.constantFrom('ok', 'rolled_back', 'failed'),
  bet: fc.option(ids),
  free: fc.boolean(),
} as const);

const summaries: fc.Arbitrary<SummaryFact> = fc
  .record({
    key: fc.constantFrom('e1', 'e2', 'e3'),
    version: fc.option(fc.nat(2)),
    final: fc.boolean(),
    complete: fc.boolean(),
    atMs: fc.nat(2),
    totals: fc.option(fc.tuple(amounts, amounts)),
    transactions: fc.option(fc.array(transaction, { maxLength: 4 })),
    currency: fc.constantFrom('USD', 'USD', 'EUR', null),
  })
  .map(({ key, ...words }) => ({
    key,
    receivedAtMs: FACT_TIME + words.atMs,
    summary: summary({ ...words, eventId: key }),
  }));

const claims: fc.Arbitrary<ClaimFact> = fc.record({
  source: fc.constantFrom('transactions', 'report', 'timed_out'),
  version: fc.nat(1),
  transaction,
  currency: fc.constantFrom('USD', null),
  occurredAtMs: fc.option(fc.nat(2)),
  receivedAtMs: fc.nat(3).map((n) => FACT_TIME + n),
  origin: fc.constantFrom('one.csv', 'two.csv'),
} as const);

const booked = fc.uniqueArray(
  fc.record({
    kind: fc.constantFrom('bet', 'win', 'rollback', 'adjust'),
    id: ids,
    player: fc.constant('ann'),
    round: fc.constant('r1'),
    idScope: fc.constant(''),
    state: fc.constantFrom('applied', 'rejected', 'tombstone', 'parked', 'part_reversed', 'reversed'),
    refusal: fc.constantFrom(null, 'reversed'),
    flavour: fc.constantFrom('cash', 'free', 'win'),
    amount: amounts.map(amount),
    reversedAmount: amounts.map(amount),
    units: fc.bigInt(0n, 300n),
    reversedUnits: fc.bigInt(0n, 300n),
    currency: fc.constant('USD'),
    reference: fc.option(ids),
    game: fc.constant('g-1'),
    session: fc.constant(null),
    flags: fc.constantFrom([], ['without_bet']),
    createdAtMs: fc.nat(3).map((n) => FACT_TIME + n),
  } as const),
  { selector: (row) => `${row.kind} ${row.id}`, maxLength: 6 },
);

const factSets: fc.Arbitrary<Facts> = fc.record({
  key: fc.constant({ aggregator: 'acme', player: 'ann', round: 'r1' }),
  summaries: fc.array(summaries, { maxLength: 4 }),
  strays: fc.array(summaries, { maxLength: 1 }),
  claims: fc.array(claims, { maxLength: 5 }),
  booked,
  elsewhere: fc.constant([]),
  ledgerRound: fc.option(
    fc.record({
      state: fc.constantFrom('open', 'closed', 'void', 'reopened'),
      currency: fc.constant('USD'),
      scale: fc.constant(2),
      game: fc.constant('g-1'),
      lock: fc.constant(null),
      betsStanding: fc.nat(2),
      staked: fc.bigInt(0n, 300n),
      returned: fc.constant(0n),
      paid: fc.constant(0n),
      openedAtMs: fc.constant(FACT_TIME),
      changedAtMs: fc.constant(FACT_TIME),
    } as const),
  ),
  conflicts: fc.array(
    fc.record({ id: ids, player: fc.constantFrom('ann', 'ben'), sinceMs: fc.nat(3).map((n) => FACT_TIME + n) }),
    { maxLength: 3 },
  ),
  corrections: fc.constant([]),
  accepted: fc.constant(new Set<string>()),

  scaleOf: fc.constant(() => 2),
  demo: fc.constant(false),
});

/** The same set in another order, with repeats: what two inboxes on two days would hold. */
const reordered = (facts: Facts): fc.Arbitrary<Facts> =>
  fc
    .tuple(
      fc.shuffledSubarray([...facts.summaries], { minLength: facts.summaries.length }),
      fc.shuffledSubarray([...facts.claims], { minLength: facts.claims.length }),
      fc.shuffledSubarray([...facts.booked], { minLength: facts.booked.length }),
      fc.shuffledSubarray([...facts.conflicts], { minLength: facts.conflicts.length }),
      fc.subarray([...facts.summaries]),
      fc.subarray([...facts.claims]),
    )
    .map(([a, b, c, conflicts, again, twice]) => ({
      ...facts,
      summaries: [...a, ...again],
      claims: [...twice, ...b],
      booked: c,
      conflicts,
    }));

describe('the view of random facts', () => {
  it('is the same for every order and any repeats: same hash, same findings, same standing [SET-03, SET-04]', () => {
    fc.assert(
      fc.property(
        factSets.chain((facts) => fc.tuple(fc.constant(facts), reordered(facts))),
        fc.constantFrom(0, 10 * 60_000, 100 * 3_600_000),
        ([facts, others], later) => {
          const one = viewOf(facts, patience);
          const two = viewOf(others, patience);
          expect(two.hash).toBe(one.hash);
          const short = (view: typeof one) =>
            standAt(view, FACT_TIME + later).open.map((each) => [each.kind, each.version, each.contested]);
          expect(short(two)).toEqual(short(one));
          expect(standAt(two, FACT_TIME + later).state).toBe(standAt(one, FACT_TIME + later).state);
        },
      ),
      { numRuns: 3_000 },
    );
  });

  it('changes its hash when the book comes to something else', () => {
    const facts = fc
      .sample(factSets, { numRuns: 200, seed: 7 })
      .find((each) =>
        each.booked.some((row) => row.kind === 'bet' && row.state === 'applied' && row.flavour !== 'free'),
      );
    if (facts === undefined) throw new Error('no sample has a bet');
    const more = facts.booked.map((row) =>
      row.kind === 'bet' && row.state === 'applied' ? { ...row, amount: amount('77') } : row,
    );
    expect(viewOf({ ...facts, booked: more }, patience).hash).not.toBe(viewOf(facts, patience).hash);
  });
});
