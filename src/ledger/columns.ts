/**
 * Rows of the wallet tables to the types of the book and back: the one place that vouches for what the database returns.
 * The hot path reads and writes text only: `columnsOf` names and reads a row's columns, `arrayOf` writes a column of many rows.
 */
import { formatDecimal, formatRational, parseDecimal, parseRational, readLock, writeLock } from '../money/index.ts';
import type { Decimal, RateLock, StoredLock } from '../money/index.ts';
import type { Fields } from '../platform/index.ts';
import { aggregatorName, externalId, gameCode, playerId, roundId, sessionId, transactionId } from '../wallet/index.ts';
import type {
  Exchanged,
  PlayerStatus,
  Refusal,
  Round,
  RoundState,
  Transaction,
  TransactionKind,
  TransactionState,
  Wallet,
} from '../wallet/index.ts';

export interface WalletRow {
  player: string;
  currency: string;
  scale: number;
  balance: string;
  seq: string;
  status: PlayerStatus;
  max_stake: string | null;
  daily_loss_limit: string | null;
  loss_day: string;
  loss_used: string;
}

export const WALLET_COLUMNS = columnsOf<WalletRow & { waiting: number }>({
  player: text,
  currency: text,
  scale: integer,
  balance: text,
  seq: text,
  // A CHECK of the table keeps each of these words to its list.
  status: (field) => text(field) as PlayerStatus,
  max_stake: textOrNull,
  daily_loss_limit: textOrNull,
  loss_day: text,
  loss_used: text,
  waiting: integer,
});

export function readWallet(row: WalletRow): Wallet {
  return {
    player: playerId(row.player),
    currency: row.currency,
    scale: row.scale,
    balance: BigInt(row.balance),
    seq: BigInt(row.seq),
    status: row.status,
    maxStake: row.max_stake === null ? null : BigInt(row.max_stake),
    dailyLossLimit: row.daily_loss_limit === null ? null : BigInt(row.daily_loss_limit),
    lossDay: row.loss_day,
    lossUsed: BigInt(row.loss_used),
  };
}

export interface TransactionRow {
  id: string;
  aggregator: string;
  id_scope: string;
  kind: TransactionKind;
  external_id: string;
  player: string;
  flavour: string;
  combined: boolean;
  state: TransactionState;
  refusal: Refusal | null;
  round_id: string | null;
  reference: string | null;
  game_code: string | null;
  session_id: string | null;
  currency: string | null;
  amount: string | null;
  fx: string | null;
  units: string;
  reversed_units: string;
  reversed_amount: string;
  wins: number;
  loose_before: number;
  balance_after: string | null;
  flags: string[];
  deadline_at: Date | null;
  created_at: Date;
  changed_at: Date;
}

export const TRANSACTION_COLUMNS = columnsOf<TransactionRow>({
  id: text,
  aggregator: text,
  id_scope: text,
  kind: (field) => text(field) as TransactionKind,
  external_id: text,
  player: text,
  flavour: text,
  combined: (field) => field === 't',
  state: (field) => text(field) as TransactionState,
  refusal: (field) => field as Refusal | null,
  round_id: textOrNull,
  reference: textOrNull,
  game_code: textOrNull,
  session_id: textOrNull,
  currency: textOrNull,
  amount: textOrNull,
  fx: textOrNull,
  units: text,
  reversed_units: text,
  reversed_amount: text,
  wins: integer,
  loose_before: integer,
  balance_after: textOrNull,
  // Flags are our own words: no quoting, no commas.
  flags: (field) => (field === null || field === '{}' ? [] : field.slice(1, -1).split(',')),
  deadline_at: dateOrNull,
  created_at: date,
  changed_at: date,
});

export function readTransaction(row: TransactionRow): Transaction {
  return {
    id: transactionId(row.id),
    aggregator: aggregatorName(row.aggregator),
    idScope: row.id_scope,
    kind: row.kind,
    externalId: externalId(row.external_id),
    player: playerId(row.player),
    flavour: row.flavour,
    combined: row.combined,
    state: row.state,
    refusal: row.refusal,
    round: row.round_id === null ? null : roundId(row.round_id),
    reference: row.reference === null ? null : externalId(row.reference),
    gameCode: row.game_code === null ? null : gameCode(row.game_code),
    sessionId: row.session_id === null ? null : sessionId(row.session_id),
    currency: row.currency,
    amount: row.amount === null ? null : readDecimal(row.amount),
    fx: row.fx === null ? null : readExchanged(row.fx),
    units: BigInt(row.units),
    reversedUnits: BigInt(row.reversed_units),
    reversedAmount: readDecimal(row.reversed_amount),
    wins: row.wins,
    looseBefore: row.loose_before,
    balanceAfter: row.balance_after === null ? null : BigInt(row.balance_after),
    flags: row.flags,
    deadlineMs: row.deadline_at?.getTime() ?? null,
    createdAtMs: row.created_at.getTime(),
    changedAtMs: row.changed_at.getTime(),
  };
}

export interface RoundRow {
  player: string;
  aggregator: string;
  id_scope: string;
  round_id: string;
  currency: string;
  fx_lock: string | null;
  game_code: string | null;
  session_id: string | null;
  state: RoundState;
  bets_ever: number;
  bets_standing: number;
  loose_wins: number;
  undone: boolean;
  staked: string;
  returned: string;
  paid: string;
  opened_at: Date;
  changed_at: Date;
  closed_at: Date | null;
}

export const ROUND_COLUMNS = columnsOf<RoundRow>({
  player: text,
  aggregator: text,
  id_scope: text,
  round_id: text,
  currency: text,
  fx_lock: textOrNull,
  game_code: textOrNull,
  session_id: textOrNull,
  state: (field) => text(field) as RoundState,
  bets_ever: integer,
  bets_standing: integer,
  loose_wins: integer,
  undone: (field) => field === 't',
  staked: text,
  returned: text,
  paid: text,
  opened_at: date,
  changed_at: date,
  closed_at: dateOrNull,
});

export function readRound(row: RoundRow): Round {
  return {
    aggregator: aggregatorName(row.aggregator),
    idScope: row.id_scope,
    player: playerId(row.player),
    round: roundId(row.round_id),
    currency: row.currency,
    lock: row.fx_lock === null ? null : readLockText(row.fx_lock),
    gameCode: row.game_code === null ? null : gameCode(row.game_code),
    sessionId: row.session_id === null ? null : sessionId(row.session_id),
    state: row.state,
    betsEver: row.bets_ever,
    betsStanding: row.bets_standing,
    looseWins: row.loose_wins,
    undone: row.undone,
    staked: BigInt(row.staked),
    returned: BigInt(row.returned),
    paid: BigInt(row.paid),
    openedAtMs: row.opened_at.getTime(),
    changedAtMs: row.changed_at.getTime(),
    closedAtMs: row.closed_at?.getTime() ?? null,
  };
}

/** A lock in one column: only rows that were converted have one, and all others pay for one column only. */
export function lockText(lock: RateLock | null): string | null {
  return lock === null ? null : JSON.stringify(writeLock(lock));
}

/** The same with what rounding left over, as `num/den` or a whole number. */
export function exchangedText(fx: Exchanged | null): string | null {
  return fx === null ? null : JSON.stringify({ ...writeLock(fx.lock), residue: formatRational(fx.residue) });
}

function readExchanged(written: string): Exchanged {
  const { residue, ...lock }: StoredLock & { readonly residue: string } = JSON.parse(written);
  return { lock: readLock(lock), residue: parseRational(residue) };
}

function readLockText(written: string): RateLock {
  const lock: StoredLock = JSON.parse(written);
  return readLock(lock);
}

function readDecimal(text: string): Decimal {
  const decimal = parseDecimal(text);
  if ('kind' in decimal)
    throw new Error(`defect: the book holds "${text}" where an amount belongs (${decimal.reason})`);
  return decimal;
}

let lastInstant = { ms: 0, text: '1970-01-01T00:00:00.000Z' };

/** An instant as text PostgreSQL reads exactly. */
export function instant(ms: number): string {
  // Most rows of a batch share their millisecond.
  if (ms !== lastInstant.ms) lastInstant = { ms, text: new Date(ms).toISOString() };
  return lastInstant.text;
}

export function instantOrNull(ms: number | null): string | null {
  return ms === null ? null : instant(ms);
}

export function decimalText(decimal: Decimal | null): string | null {
  return decimal === null ? null : formatDecimal(decimal);
}

export function unitsText(units: bigint | null): string | null {
  return units === null ? null : units.toString();
}

/** The columns a statement returns, in its order, and how each is read. */
export interface Columns<Row> {
  /** for a SELECT list, qualified by the table's alias */
  readonly list: (alias: string) => string;
  readonly read: (fields: Fields) => Row;
}

type Readers<Row> = { readonly [Column in keyof Row]: (field: string | null) => Row[Column] };

function columnsOf<Row extends object>(readers: Readers<Row>): Columns<Row> {
  const entries: readonly [string, (field: string | null) => unknown][] = Object.entries(readers);
  return {
    list: (alias) => entries.map(([name]) => `${alias}.${name}`).join(', '),
    read: (fields) => {
      const row: Record<string, unknown> = {};
      for (let index = 0; index < entries.length; index += 1) {
        const entry = entries[index];
        if (entry !== undefined) row[entry[0]] = entry[1](fields[index] ?? null);
      }
      // The readers above name every column of the row.
      return row as Row;
    },
  };
}

function text(field: string | null): string {
  if (field === null) throw new Error('defect: the book holds nothing where a value belongs');
  return field;
}
function textOrNull(field: string | null): string | null {
  return field;
}
function integer(field: string | null): number {
  return Number(text(field));
}
/** The session's time zone is UTC and its style ISO: `2026-11-23 07:31:00.123+00`. */
function date(field: string | null): Date {
  const written = text(field);
  if (!written.endsWith('+00')) throw new Error(`defect: the database answers times as "${written}"`);
  return new Date(`${written.slice(0, 10)}T${written.slice(11, -3)}Z`);
}
function dateOrNull(field: string | null): Date | null {
  return field === null ? null : date(field);
}

/**
 * Rows for a FROM, from one array a column, beginning with parameter `$first`. Unnested in a SELECT list the arrays are walked
 * side by side; in a FROM each would be written out to a store of its own first, 24 kB for every array.
 */
export function rowsOf(columns: readonly { readonly name: string; readonly type: string }[], first = 1): string {
  return `(SELECT ${columns.map(({ name, type }, index) => `unnest($${first + index}::${type}[]) AS ${name}`).join(', ')})`;
}

/** A column of many rows as an array literal. */
export function arrayOf<Row>(
  rows: readonly Row[],
  pick: (row: Row) => string | number | bigint | boolean | null,
): string {
  let literal = '{';
  for (const row of rows) {
    if (literal.length > 1) literal += ',';
    const value = pick(row);
    if (value === null) literal += 'NULL';
    else if (typeof value === 'string') literal += quoted(value);
    else literal += String(value);
  }
  return `${literal}}`;
}

function quoted(value: string): string {
  return /["\\]/.test(value) ? `"${value.replaceAll(/["\\]/g, '\\$&')}"` : `"${value}"`;
}
