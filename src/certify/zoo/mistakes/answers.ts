/** Operators that book rightly and say something else. */
import type { Mistake } from './mistake.ts';

/** `catch { return { status: 'ok' } }`, so that the aggregator stops asking. */
const okForAnException: Mistake = {
  name: 'ok-for-an-exception',
  mistake: 'What it does not know is answered with 200 and "ok".',
  costs: 'The aggregator believes that a win was paid which is in no book, and never sends it again.',
  caughtBy: ['WIN-05'],
  habits: {
    whenUnsure: (balance) => ({
      status: 200,
      body: { status: 'ok', balance: '0.00', currency: 'USD', ...balance, duplicate: false },
    }),
  },
};

const LAG_MS = 10_000;

/** Reads go to the replica. */
const balanceFromReplica: Mistake = {
  name: 'balance-from-replica',
  mistake: 'Balance callbacks are answered from a copy of the book that is seconds behind.',
  costs: 'The game shows money that is staked already, and the player is refused what he sees.',
  caughtBy: ['BAL-07'],
  habits: {
    shownBalance: (database, { player, currency, balance }, nowMs) =>
      database.balanceAt(player, currency, nowMs - LAG_MS) ?? balance,
  },
};

export const ANSWER_MISTAKES: readonly Mistake[] = [okForAnException, balanceFromReplica];
