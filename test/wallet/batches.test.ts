/**
 * A batch is loaded before anything of it is decided, so what one of its calls makes another may need, with everything around
 * it. Whatever is put into one batch must come to what it comes to call by call: the same answers, rows, rounds and postings.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide, playerId, SAFE_POLICY } from '../../src/wallet/index.ts';
import type { Outcome, Policy, WalletRequest } from '../../src/wallet/index.ts';
import { bet, call, deposit, undo, win } from '../support/act.ts';
import { countingIds, PARK_MS, stories, WALLETS } from '../support/histories.ts';
import type { Act } from '../support/histories.ts';
import { loadedBook } from '../support/loaded-book.ts';
import { memoryBook } from '../support/memory-book.ts';
import type { MemoryBook } from '../support/memory-book.ts';
import { lineOf, policyLine } from '../support/play.ts';
import { tell } from '../support/tell.ts';

const STEPS = 60;
/** `CROUPIER_BATCH_RUNS` raises it for long nights. */
const RUNS = Number(process.env['CROUPIER_BATCH_RUNS'] ?? 400);

interface Played {
  readonly outcomes: readonly Outcome[];
  readonly book: MemoryBook;
}

/** Plays a story call by call, each against the whole book. */
function playSingly(policy: Policy, acts: readonly Act[]): Played {
  const book = openBook();
  const nextId = countingIds(0);
  const outcomes: Outcome[] = [];
  for (const act of acts) {
    if (act.kind === 'call') {
      const { outcome, changes } = decide(book, { ...act.asked, sessionId: null, nowMs: act.nowMs, nextId }, policy);
      book.apply(changes);
      outcomes.push(outcome);
    } else arrange(book, act);
  }
  return { outcomes, book };
}

function openBook(): MemoryBook {
  const book = memoryBook();
  for (const { player, currency, scale } of WALLETS) book.openWallet(playerId(player), currency, scale);
  return book;
}

function arrange(book: MemoryBook, act: Exclude<Act, { kind: 'call' }>): void {
  if (act.kind === 'status') book.setStatus(playerId(act.player), act.status);
  else book.setLimits(playerId(act.player), act.currency, act.limits);
}

/** Plays a story in batches of the given sizes, over and over; a change by the operator ends a batch. */
function playInBatches(policy: Policy, acts: readonly Act[], sizes: readonly number[]): Played {
  const book = openBook();
  const nextId = countingIds(0);
  const outcomes: Outcome[] = [];
  let batch: WalletRequest[] = [];
  let batches = 0;
  const flush = () => {
    const set = loadedBook(
      book,
      batch.map((request) => ({ request, policy })),
    );
    for (const request of batch) {
      const { outcome, changes } = decide(set.book, request, policy);
      set.apply(changes);
      outcomes.push(outcome);
    }
    const dirty = set.dirty();
    book.apply({
      wallets: dirty.wallets.map(({ wallet }) => wallet),
      transactions: [...dirty.newTransactions, ...dirty.changedTransactions],
      rounds: [...dirty.newRounds, ...dirty.changedRounds],
      postings: dirty.postings,
    });
    batch = [];
    batches += 1;
  };
  for (const act of acts) {
    if (act.kind === 'call') {
      batch.push({ ...act.asked, sessionId: null, nowMs: act.nowMs, nextId });
      if (batch.length >= (sizes[batches % sizes.length] ?? 1)) flush();
      continue;
    }
    flush();
    arrange(book, act);
  }
  flush();
  return { outcomes, book };
}

const sorted = <T>(rows: readonly T[], key: (row: T) => string) =>
  rows.toSorted((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));

function stateOf({ outcomes, book }: Played) {
  return {
    outcomes,
    wallets: book.allWallets(),
    transactions: sorted(book.allTransactions(), (row) => row.id),
    rounds: sorted(book.allRounds(), (round) => [round.aggregator, round.idScope, round.player, round.round].join(' ')),
    postings: sorted(book.postings(), (one) => `${one.player} ${one.currency} ${String(one.seq).padStart(9, '0')}`),
  };
}

function compare(policy: Policy, acts: readonly Act[], sizes: readonly number[]): void {
  const single = stateOf(playSingly(policy, acts));
  const batched = stateOf(playInBatches(policy, acts, sizes));
  expect(batched).toEqual(single);
}

describe('a batch', () => {
  it(
    'comes to what its calls come to one by one, whatever happened before [RB-01, RB-07, RB-20]',
    { timeout: 300_000 },
    () => {
      fc.assert(
        fc.property(
          stories(STEPS),
          fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 6 }),
          (story, sizes) => {
            const { policy } = story;
            const acts = tell(story);
            try {
              compare(policy, acts, sizes);
            } catch (error) {
              const told = [policyLine(policy), `batches of ${sizes.join(', ')}`, ...acts.map(lineOf)].join('\n');
              throw new Error(`${error instanceof Error ? error.message : String(error)}\n${told}`, { cause: error });
            }
          },
        ),
        { numRuns: RUNS },
      );
    },
  );

  const ACCEPT: Partial<Policy> = { 'win.withoutBet': 'accept' };
  const BOTH: Partial<Policy> = { 'rollback.afterWin': 'reverseBoth' };
  const PARK: Partial<Policy> = { 'win.withoutBet': 'park', 'win.parkMs': PARK_MS };
  const CASES: readonly {
    readonly name: string;
    readonly policy: Partial<Policy>;
    readonly before: readonly Act[];
    readonly batch: readonly Act[];
  }[] = [
    {
      name: 'a bet and its rollback, in a round whose win came before any bet of it',
      policy: { ...BOTH, ...ACCEPT },
      before: [call(win('w1'))],
      batch: [call(bet('b1')), call(undo('x1', 'bet', 'b1'))],
    },
    {
      name: 'the rollback of a win of the round, with bets placed after it',
      policy: { 'rollback.win': 'debit' },
      before: [call(bet('b1')), call(win('w1')), call(bet('b2')), call(win('w2')), call(bet('b3'))],
      batch: [call(undo('x1', 'win', 'w1')), call(undo('x2', 'bet', 'b2')), call(undo('x3', 'bet', 'b3'))],
    },
    {
      name: 'the rollback of a round whose wins name only their bets',
      policy: BOTH,
      before: [call(bet('b1')), call(win('w1', { bet: 'b1', round: null })), call(bet('b2'))],
      batch: [call(undo('x1', 'round', 'r1'))],
    },
    {
      name: 'the rollback of a bet that a win waits for',
      policy: PARK,
      before: [call(win('w1', { bet: 'b1' }))],
      batch: [call(undo('x1', 'bet', 'b1'))],
    },
    {
      name: 'the rollback of a round that a win waits for',
      policy: PARK,
      before: [call(win('w1'))],
      batch: [call(undo('x1', 'round', 'r1'))],
    },
  ];
  for (const { name, policy, before, batch } of CASES) {
    it(`does so for ${name} [RB-01, RB-07, RB-15]`, () => {
      const first = [deposit('20'), ...before];
      compare({ ...SAFE_POLICY, ...policy }, [...first, ...batch], [first.length, batch.length]);
    });
  }
});
