/**
 * The sandbox's own lists of transactions: what it believes of every round that was played, and the stakes it asked back because
 * it heard no answer. In memory and bounded, so an operator who asks too late finds less, as with real aggregators.
 */
import type { AssertedTransaction, ListedTransaction, ListName } from '../dialects/dialect.ts';
import type { PlayedRound } from './settlement-sender.ts';

export interface TransactionBook {
  readonly note: (played: PlayedRound, atMs: number) => void;
  /** of a span (`fromMs` counts in, `toMs` does not), oldest first */
  readonly list: (
    list: ListName,
    span: { readonly fromMs: number; readonly toMs: number },
  ) => readonly ListedTransaction[];
}

const REMEMBERED = 50_000;

export function createTransactionBook(): TransactionBook {
  const lists: Record<ListName, ListedTransaction[]> = { transactions: [], timed_out: [] };
  const add = (list: ListName, listed: ListedTransaction): void => {
    lists[list].push(listed);
    // By a tenth at once: to shift every time would copy the list every time.
    if (lists[list].length > REMEMBERED) lists[list].splice(0, REMEMBERED / 10);
  };
  return {
    note: (played, atMs) => {
      const { bet, win, game, currency } = played;
      const about = { player: played.player, round: played.round, game, provider: null, currency };
      const listed = (transaction: AssertedTransaction) => ({ ...about, transaction, occurredAtMs: atMs, version: 0 });
      const common = { amount: bet.amount, bet: null, free: false };
      const asked = { kind: 'bet', id: bet.id, ...common, status: win === null ? 'rolled_back' : 'ok' } as const;
      add('transactions', listed(asked));
      if (win === null) add('timed_out', listed(asked));
      else add('transactions', listed({ ...common, kind: 'win', ...win, status: 'ok', bet: bet.id }));
    },
    list: (list, { fromMs, toMs }) =>
      lists[list].filter(({ occurredAtMs }) => occurredAtMs !== null && occurredAtMs >= fromMs && occurredAtMs < toMs),
  };
}
