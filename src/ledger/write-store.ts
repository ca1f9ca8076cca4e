/**
 * What a batch writes, as one flight that ends in COMMIT. A unique key that somebody else took in the meantime fails it
 * whole. Rows go out column by column; each statement names the shards it touches, as the loading ones do.
 */
import type { Answered, Sending, Statement } from '../platform/index.ts';
import { arrayOf, decimalText, instant, instantOrNull, unitsText } from './columns.ts';
import { shardFilter } from './load-store.ts';
import { shardOf } from './shard.ts';
import type { Dirty } from './working-set.ts';

/** One column of a statement's rows: its name, its type in the database, and where its value comes from. */
interface Column<Row> {
  readonly name: string;
  readonly type: string;
  readonly of: (row: Row) => string | number | bigint | boolean | null;
}

export interface WriteStore {
  /** Every write of the batch and COMMIT. */
  readonly write: (dirty: Dirty) => readonly Sending[];
}

/** @param distributed each batch is of one shard, and so is each statement */
export function createWriteStore(distributed: boolean): WriteStore {
  const statements = writeStatements(distributed);
  return {
    write: (dirty) => {
      const flight: Sending[] = [];
      const write = <Row>(statement: Statement, columns: readonly Column<Row>[], rows: readonly Row[]) => {
        if (rows.length > 0) flight.push({ statement, parameters: parametersOf(columns, rows) });
      };
      write(statements.updateWallets, WALLET_COLUMNS, dirty.wallets);
      write(statements.insertTransactions, NEW_TRANSACTION_COLUMNS, inKeyOrder(dirty.newTransactions));
      write(statements.updateTransactions, TRANSACTION_COLUMNS, dirty.changedTransactions);
      write(statements.insertRounds, NEW_ROUND_COLUMNS, dirty.newRounds);
      write(statements.updateRounds, CHANGED_ROUND_COLUMNS, dirty.changedRounds);
      write(statements.insertPostings, POSTING_COLUMNS, dirty.postings);
      flight.push({ statement: COMMIT, parameters: [] });
      return flight;
    },
  };
}

/**
 * New ids are taken in one order as well: two replicas with the same ids for different players hold different wallets, and
 * would else wait for each other crosswise at the index.
 */
function inKeyOrder(rows: Dirty['newTransactions']): Dirty['newTransactions'] {
  const keys = new Map(rows.map((row) => [row, `${row.externalId}\0${row.kind}\0${row.aggregator}\0${row.idScope}`]));
  return rows.toSorted((a, b) => ((keys.get(a) ?? '') < (keys.get(b) ?? '') ? -1 : 1));
}

/** COMMIT of a failed transaction answers ROLLBACK without an error, so what it answered is looked at. */
export function committed(answered: readonly Answered[]): boolean {
  return answered.at(-1)?.command === 'COMMIT';
}

const COMMIT: Statement = { name: 'COMMIT', text: 'COMMIT' };
export const rollbackFlight: readonly Sending[] = [
  { statement: { name: 'ROLLBACK', text: 'ROLLBACK' }, parameters: [] },
];

function parametersOf<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): Sending['parameters'] {
  return columns.map((column) => arrayOf(rows, column.of));
}

const names = <Row>(columns: readonly Column<Row>[]) => columns.map(({ name }) => name).join(', ');
/** The rows as a table `n`: $1 is the first column of each row, and so on. */
const rowsOf = <Row>(columns: readonly Column<Row>[]) =>
  `unnest(${columns.map(({ type }, index) => `$${index + 1}::${type}[]`).join(', ')}) AS n (${names(columns)})`;

const WALLET_COLUMNS: readonly Column<Dirty['wallets'][number]>[] = [
  { name: 'shard', type: 'smallint', of: ({ wallet }) => shardOf(wallet.player) },
  { name: 'player', type: 'text', of: ({ wallet }) => wallet.player },
  { name: 'currency', type: 'text', of: ({ wallet }) => wallet.currency },
  { name: 'balance', type: 'numeric', of: ({ wallet }) => wallet.balance },
  { name: 'seq', type: 'bigint', of: ({ wallet }) => wallet.seq },
  { name: 'loss_day', type: 'text', of: ({ wallet }) => wallet.lossDay },
  { name: 'loss_used', type: 'numeric', of: ({ wallet }) => wallet.lossUsed },
  { name: 'waiting', type: 'integer', of: ({ waiting }) => waiting },
];

const TRANSACTION_COLUMNS: readonly Column<Dirty['newTransactions'][number]>[] = [
  { name: 'shard', type: 'smallint', of: (row) => shardOf(row.player) },
  { name: 'player', type: 'text', of: (row) => row.player },
  { name: 'id', type: 'uuid', of: (row) => row.id },
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
  { name: 'balance_after', type: 'numeric', of: (row) => unitsText(row.balanceAfter) },
  { name: 'flags', type: 'text', of: (row) => row.flags.join(',') },
  { name: 'deadline_at', type: 'timestamptz', of: (row) => instantOrNull(row.deadlineMs) },
  { name: 'changed_at', type: 'timestamptz', of: (row) => instant(row.changedAtMs) },
];
/** Never changed once written: what the transaction is known by, and what it refers to. */
const TRANSACTION_NAME_COLUMNS: readonly Column<Dirty['newTransactions'][number]>[] = [
  { name: 'aggregator', type: 'text', of: (row) => row.aggregator },
  { name: 'id_scope', type: 'text', of: (row) => row.idScope },
  { name: 'kind', type: 'text', of: (row) => row.kind },
  { name: 'external_id', type: 'text', of: (row) => row.externalId },
  { name: 'reference', type: 'text', of: (row) => row.reference },
  { name: 'created_at', type: 'timestamptz', of: (row) => instant(row.createdAtMs) },
];
const NEW_TRANSACTION_COLUMNS = [...TRANSACTION_COLUMNS, ...TRANSACTION_NAME_COLUMNS];

const ROUND_KEY_COLUMNS: readonly Column<Dirty['newRounds'][number]>[] = [
  { name: 'shard', type: 'smallint', of: (round) => shardOf(round.player) },
  { name: 'player', type: 'text', of: (round) => round.player },
  { name: 'aggregator', type: 'text', of: (round) => round.aggregator },
  { name: 'id_scope', type: 'text', of: (round) => round.idScope },
  { name: 'round_id', type: 'text', of: (round) => round.round },
];
const ROUND_STATE_COLUMNS: readonly Column<Dirty['newRounds'][number]>[] = [
  { name: 'state', type: 'text', of: (round) => round.state },
  { name: 'bets_ever', type: 'integer', of: (round) => round.betsEver },
  { name: 'bets_standing', type: 'integer', of: (round) => round.betsStanding },
  { name: 'loose_wins', type: 'integer', of: (round) => round.looseWins },
  { name: 'staked', type: 'numeric', of: (round) => round.staked },
  { name: 'returned', type: 'numeric', of: (round) => round.returned },
  { name: 'paid', type: 'numeric', of: (round) => round.paid },
  { name: 'changed_at', type: 'timestamptz', of: (round) => instant(round.changedAtMs) },
  { name: 'closed_at', type: 'timestamptz', of: (round) => instantOrNull(round.closedAtMs) },
];
const NEW_ROUND_COLUMNS: readonly Column<Dirty['newRounds'][number]>[] = [
  ...ROUND_KEY_COLUMNS,
  ...ROUND_STATE_COLUMNS,
  { name: 'currency', type: 'text', of: (round) => round.currency },
  { name: 'game_code', type: 'text', of: (round) => round.gameCode },
  { name: 'session_id', type: 'text', of: (round) => round.sessionId },
  { name: 'opened_at', type: 'timestamptz', of: (round) => instant(round.openedAtMs) },
];
const CHANGED_ROUND_COLUMNS = [...ROUND_KEY_COLUMNS, ...ROUND_STATE_COLUMNS];

const POSTING_COLUMNS: readonly Column<Dirty['postings'][number]>[] = [
  { name: 'shard', type: 'smallint', of: (posting) => shardOf(posting.player) },
  { name: 'player', type: 'text', of: (posting) => posting.player },
  { name: 'currency', type: 'text', of: (posting) => posting.currency },
  { name: 'seq', type: 'bigint', of: (posting) => posting.seq },
  { name: 'debit', type: 'text', of: (posting) => posting.debit },
  { name: 'credit', type: 'text', of: (posting) => posting.credit },
  { name: 'units', type: 'numeric', of: (posting) => posting.units },
  { name: 'transaction_id', type: 'uuid', of: (posting) => posting.transaction },
  { name: 'balance_after', type: 'numeric', of: (posting) => posting.balanceAfter },
  { name: 'overdrawn', type: 'boolean', of: (posting) => posting.overdrawn },
  { name: 'created_at', type: 'timestamptz', of: (posting) => instant(posting.createdAtMs) },
];

/** Every statement of the writing flight. For the lint of a distributed book they are all here and nowhere else. */
export function writeStatements(distributed: boolean) {
  // The first column of every statement is the shard.
  const inShards = shardFilter(distributed);
  return {
    /** Relies on wallet_pkey. No indexed column changes, so the row is updated in its page. */
    updateWallets: {
      name: 'wallet.update',
      text: `
    /* wallet.update */
    UPDATE wallet w
    SET balance = n.balance, seq = n.seq, loss_day = n.loss_day, loss_used = n.loss_used, waiting = w.waiting + n.waiting
    FROM ${rowsOf(WALLET_COLUMNS)}
    WHERE w.shard = n.shard AND w.player = n.player AND w.currency = n.currency AND ${inShards('w')}`,
    },

    /** transaction_external_id is what makes an id apply once, whatever was looked up before. */
    insertTransactions: {
      name: 'transaction.insert',
      text: `
    /* transaction.insert */
    INSERT INTO transaction (${names(NEW_TRANSACTION_COLUMNS)})
    SELECT ${NEW_TRANSACTION_COLUMNS.map(({ name }) => (name === 'flags' ? "string_to_array(flags, ',')" : name)).join(', ')}
    FROM ${rowsOf(NEW_TRANSACTION_COLUMNS)}`,
    },

    /** Relies on transaction_pkey. Facts change only on a tombstone that a late bet fills in. */
    updateTransactions: {
      name: 'transaction.update',
      text: `
    /* transaction.update */
    UPDATE transaction t
    SET
      flavour = n.flavour, combined = n.combined, state = n.state, refusal = n.refusal, round_id = n.round_id,
      game_code = n.game_code, session_id = n.session_id, currency = n.currency, amount = n.amount, units = n.units,
      reversed_units = n.reversed_units, reversed_amount = n.reversed_amount, wins = n.wins, balance_after = n.balance_after,
      flags = string_to_array(n.flags, ','), deadline_at = n.deadline_at, changed_at = n.changed_at
    FROM ${rowsOf(TRANSACTION_COLUMNS)}
    WHERE t.shard = n.shard AND t.player = n.player AND t.id = n.id AND ${inShards('t')}`,
    },

    insertRounds: {
      name: 'round.insert',
      text: `
    /* round.insert */
    INSERT INTO round (${names(NEW_ROUND_COLUMNS)})
    SELECT ${names(NEW_ROUND_COLUMNS)}
    FROM ${rowsOf(NEW_ROUND_COLUMNS)}`,
    },

    /** Relies on round_pkey. No indexed column changes. */
    updateRounds: {
      name: 'round.update',
      text: `
    /* round.update */
    UPDATE round r
    SET ${ROUND_STATE_COLUMNS.map(({ name }) => `${name} = n.${name}`).join(', ')}
    FROM ${rowsOf(CHANGED_ROUND_COLUMNS)}
    WHERE r.shard = n.shard AND r.player = n.player AND r.aggregator = n.aggregator AND r.id_scope = n.id_scope
      AND r.round_id = n.round_id AND ${inShards('r')}`,
    },

    insertPostings: {
      name: 'posting.insert',
      text: `
    /* posting.insert */
    INSERT INTO posting (${names(POSTING_COLUMNS)})
    SELECT ${names(POSTING_COLUMNS)}
    FROM ${rowsOf(POSTING_COLUMNS)}`,
    },
  } as const satisfies Record<string, Statement>;
}
