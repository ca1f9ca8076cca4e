/** What is written of each table of the book: its columns, their types, and where each value comes from. No SQL, no order. */
import { decimalText, exchangedText, instant, instantOrNull, lockText, unitsText } from './columns.ts';
import { shardOf } from './shard.ts';
import type { Dirty } from './working-set.ts';

/** One column of a statement's rows: its name, its type in the database, and where its value comes from. */
export interface Column<Row> {
  readonly name: string;
  readonly type: string;
  readonly of: (row: Row) => string | number | bigint | boolean | null;
}

/** What is written of a table: its primary key, what is written once, and what may change. */
export interface Writing<Row> {
  readonly table: string;
  readonly key: readonly Column<Row>[];
  readonly once: readonly Column<Row>[];
  readonly changing: readonly Column<Row>[];
  /** columns whose new value is not just the one sent */
  readonly set?: Readonly<Record<string, string>>;
}

/** Relies on wallet_pkey. No indexed column changes, so the row is updated in its page. */
export const WALLET: Writing<Dirty['wallets'][number]> = {
  table: 'wallet',
  key: [
    { name: 'shard', type: 'smallint', of: ({ wallet }) => shardOf(wallet.player) },
    { name: 'player', type: 'text', of: ({ wallet }) => wallet.player },
    { name: 'currency', type: 'text', of: ({ wallet }) => wallet.currency },
  ],
  // The row is there, because it is locked; an INSERT has to name what may not be null.
  once: [{ name: 'scale', type: 'smallint', of: ({ wallet }) => wallet.scale }],
  changing: [
    { name: 'balance', type: 'numeric', of: ({ wallet }) => wallet.balance },
    { name: 'seq', type: 'bigint', of: ({ wallet }) => wallet.seq },
    { name: 'loss_day', type: 'text', of: ({ wallet }) => wallet.lossDay },
    { name: 'loss_used', type: 'numeric', of: ({ wallet }) => wallet.lossUsed },
    { name: 'waiting', type: 'integer', of: ({ waiting }) => waiting },
  ],
  set: { waiting: 'wallet.waiting + EXCLUDED.waiting' },
};

/** Relies on transaction_pkey; transaction_external_id is what makes an id apply once, whatever was looked up before. */
export const TRANSACTION: Writing<Dirty['newTransactions'][number]> = {
  table: 'transaction',
  key: [
    { name: 'shard', type: 'smallint', of: (row) => shardOf(row.player) },
    { name: 'player', type: 'text', of: (row) => row.player },
    { name: 'id', type: 'uuid', of: (row) => row.id },
  ],
  // What it is known by, and what it refers to.
  once: [
    { name: 'aggregator', type: 'text', of: (row) => row.aggregator },
    { name: 'id_scope', type: 'text', of: (row) => row.idScope },
    { name: 'kind', type: 'text', of: (row) => row.kind },
    { name: 'external_id', type: 'text', of: (row) => row.externalId },
    { name: 'reference', type: 'text', of: (row) => row.reference },
    { name: 'created_at', type: 'timestamptz', of: (row) => instant(row.createdAtMs) },
  ],
  // The facts among these change only on a tombstone that a late bet fills in.
  changing: [
    { name: 'flavour', type: 'text', of: (row) => row.flavour },
    { name: 'combined', type: 'boolean', of: (row) => row.combined },
    { name: 'state', type: 'text', of: (row) => row.state },
    { name: 'refusal', type: 'text', of: (row) => row.refusal },
    { name: 'round_id', type: 'text', of: (row) => row.round },
    { name: 'game_code', type: 'text', of: (row) => row.gameCode },
    { name: 'session_id', type: 'text', of: (row) => row.sessionId },
    { name: 'currency', type: 'text', of: (row) => row.currency },
    { name: 'amount', type: 'numeric', of: (row) => decimalText(row.amount) },
    { name: 'units', type: 'numeric', of: (row) => row.units },
    { name: 'reversed_units', type: 'numeric', of: (row) => row.reversedUnits },
    { name: 'reversed_amount', type: 'numeric', of: (row) => decimalText(row.reversedAmount) },
    { name: 'wins', type: 'integer', of: (row) => row.wins },
    { name: 'loose_before', type: 'integer', of: (row) => row.looseBefore },
    { name: 'balance_after', type: 'numeric', of: (row) => unitsText(row.balanceAfter) },
    { name: 'flags', type: 'text', of: (row) => row.flags.join(',') },
    { name: 'deadline_at', type: 'timestamptz', of: (row) => instantOrNull(row.deadlineMs) },
    { name: 'changed_at', type: 'timestamptz', of: (row) => instant(row.changedAtMs) },
  ],
};

/** The same for a batch in which any row was converted: the others pay nothing for a column they do not use. */
export const TRANSACTION_EXCHANGED: typeof TRANSACTION = {
  ...TRANSACTION,
  changing: [...TRANSACTION.changing, { name: 'fx', type: 'text', of: (row) => exchangedText(row.fx) }],
};

/** Relies on round_pkey. No indexed column changes. */
export const ROUND: Writing<Dirty['newRounds'][number]> = {
  table: 'round',
  key: [
    { name: 'shard', type: 'smallint', of: (round) => shardOf(round.player) },
    { name: 'player', type: 'text', of: (round) => round.player },
    { name: 'aggregator', type: 'text', of: (round) => round.aggregator },
    { name: 'id_scope', type: 'text', of: (round) => round.idScope },
    { name: 'round_id', type: 'text', of: (round) => round.round },
  ],
  once: [
    { name: 'currency', type: 'text', of: (round) => round.currency },
    { name: 'game_code', type: 'text', of: (round) => round.gameCode },
    { name: 'session_id', type: 'text', of: (round) => round.sessionId },
    { name: 'opened_at', type: 'timestamptz', of: (round) => instant(round.openedAtMs) },
  ],
  changing: [
    { name: 'state', type: 'text', of: (round) => round.state },
    { name: 'bets_ever', type: 'integer', of: (round) => round.betsEver },
    { name: 'bets_standing', type: 'integer', of: (round) => round.betsStanding },
    { name: 'loose_wins', type: 'integer', of: (round) => round.looseWins },
    { name: 'undone', type: 'boolean', of: (round) => round.undone },
    { name: 'staked', type: 'numeric', of: (round) => round.staked },
    { name: 'returned', type: 'numeric', of: (round) => round.returned },
    { name: 'paid', type: 'numeric', of: (round) => round.paid },
    { name: 'changed_at', type: 'timestamptz', of: (round) => instant(round.changedAtMs) },
    { name: 'closed_at', type: 'timestamptz', of: (round) => instantOrNull(round.closedAtMs) },
  ],
};

/** The same for a batch in which any round has a lock. It is written with the round's first row and never again. */
export const ROUND_EXCHANGED: typeof ROUND = {
  ...ROUND,
  once: [...ROUND.once, { name: 'fx_lock', type: 'text', of: (round) => lockText(round.lock) }],
};

/** Only ever added: the same number again is a defect, and fails the batch. */
export const POSTING: Writing<Dirty['postings'][number]> = {
  table: 'posting',
  key: [
    { name: 'shard', type: 'smallint', of: (posting) => shardOf(posting.player) },
    { name: 'player', type: 'text', of: (posting) => posting.player },
    { name: 'currency', type: 'text', of: (posting) => posting.currency },
    { name: 'seq', type: 'bigint', of: (posting) => posting.seq },
  ],
  once: [
    { name: 'debit', type: 'text', of: (posting) => posting.debit },
    { name: 'credit', type: 'text', of: (posting) => posting.credit },
    { name: 'units', type: 'numeric', of: (posting) => posting.units },
    { name: 'transaction_id', type: 'uuid', of: (posting) => posting.transaction },
    { name: 'balance_after', type: 'numeric', of: (posting) => posting.balanceAfter },
    { name: 'overdrawn', type: 'boolean', of: (posting) => posting.overdrawn },
    { name: 'created_at', type: 'timestamptz', of: (posting) => instant(posting.createdAtMs) },
  ],
  changing: [],
};
