/** Operators that are right as long as calls come one after another. */
import type { MoneyCall, Row, Wallet } from '../book.ts';
import type { Database, Draft } from '../database.ts';
import { CORRECT, locksOf } from '../habits.ts';
import type { Mistake } from './mistake.ts';

/** `if (await cache.get(key)) return …; await book(); await cache.set(key)`. */
const cacheFirst: Mistake = {
  name: 'cache-first',
  mistake: 'Whether an id was seen before is asked of a cache before the booking begins, and not again in it.',
  costs: 'Two retries that come together both miss the cache, and the stake is taken twice.',
  caughtBy: ['BET-26', 'WIN-02'],
  habits: {
    transact: async (database, call, decide) => {
      const cache = await database.read();
      const known = new Map(call.legs.map((leg) => [CORRECT.nameOf(leg), cache.row(CORRECT.nameOf(leg))]));
      return database.locked(locksOf(call), async () => {
        const draft = await database.read();
        const outcome = decide(remembering(draft, known));
        await database.commit(draft);
        return outcome;
      });
    },
  },
};

/** A draft that believes of these names what is known of them, until it has written them itself. */
function remembering(draft: Draft, known: Map<string, Row | null>): Draft {
  return {
    ...draft,
    row: (name) => (known.has(name) ? (known.get(name) ?? null) : draft.row(name)),
    putRow: (name, row) => {
      known.delete(name);
      draft.putRow(name, row);
    },
  };
}

/** SELECT, think, UPDATE, and no FOR UPDATE. */
const checkThenAct: Mistake = {
  name: 'check-then-act',
  mistake: 'The balance is read, changed and written back with nothing that keeps others out meanwhile.',
  costs: 'A hundred bets at once cost what one costs: each writes the balance that it read over what the others wrote.',
  caughtBy: ['BET-24', 'BET-26'],
  habits: {
    transact: async (database, _call, decide) => {
      const draft = await database.read();
      const outcome = decide(draft);
      await database.commit(draft);
      return outcome;
    },
  },
};

/** `UPDATE … SET balance = balance - $1`, after an `if` on a balance from before. */
const staleFundsCheck: Mistake = {
  name: 'stale-funds-check',
  mistake: 'Whether the balance covers the stake is checked before the lock is taken, the stake is taken after.',
  costs: 'Bets that come together all see the same money, and the wallet goes below zero.',
  caughtBy: ['BET-24'],
  habits: {
    transact: async (database, call, decide) => {
      const before = (await database.read()).wallet(call.player, call.currency)?.balance ?? 0n;
      const seen = (wallet: Wallet | null): Wallet | null =>
        wallet === null ? null : { ...wallet, available: before };
      return database.locked(locksOf(call), async () => {
        const draft = await database.read();
        const outcome = decide({ ...draft, wallet: (player, currency) => seen(draft.wallet(player, currency)) });
        await database.commit(draft);
        return outcome;
      });
    },
  },
};

/** `UPDATE … SET balance = balance - $1 RETURNING balance`, and then `if (balance < 0)`. */
const debitBeforeCheck: Mistake = {
  name: 'debit-before-check',
  mistake: 'The stake is taken in one transaction, checked in the next, and given back if it was not there.',
  costs:
    'Meanwhile the wallet is below zero for everybody to see, and a crash in between keeps money of a bet that was refused.',
  caughtBy: ['BET-03'],
  habits: {
    transact: async (database, call, decide) =>
      database.locked(locksOf(call), async () => {
        const stake = await putAside(database, call);
        const draft = await database.read();
        const giveBack = (): void => {
          if (stake > 0n) draft.move(call.player, call.currency, stake);
        };
        const reset = (): void => {
          draft.reset();
          giveBack();
        };
        giveBack();
        const outcome = decide({ ...draft, reset });
        await database.commit(draft);
        return outcome.kind === 'no' && outcome.balance !== null
          ? { ...outcome, balance: { ...outcome.balance, units: outcome.balance.units - stake } }
          : outcome;
      }),
  },
};

/** Takes the stake, whatever is there; what was taken, in units. */
async function putAside(database: Database, call: MoneyCall): Promise<bigint> {
  const draft = await database.read();
  const stake = call.legs.reduce((sum, { kind, facts }) => sum + (kind === 'bet' ? (facts.amount ?? 0n) : 0n), 0n);
  if (stake === 0n || draft.wallet(call.player, call.currency) === null) return 0n;
  draft.move(call.player, call.currency, -stake);
  await database.commit(draft);
  return stake;
}

export const RACE_MISTAKES: readonly Mistake[] = [cacheFirst, checkThenAct, staleFundsCheck, debitBeforeCheck];
