/**
 * The rows of the book as the rules see them, and what a decision changes. `decide` reads a `Book`, returns `Changes`,
 * and never touches a row: the ledger's store loads the one and writes the other. Amounts are wallet minor units unless
 * a name says otherwise.
 */
import type { Decimal, RateLock, Rational } from '../money/index.ts';
import type { AggregatorName, ExternalId, PlayerId, RoundId, SessionId, TransactionId, GameCode } from './ids.ts';
import type { Alert, Outcome, Refusal } from './outcome.ts';

export type PlayerStatus = 'active' | 'blocked' | 'self_excluded' | 'closed';

/** One player's money in one currency. All wallets of a player are locked together, so a player is decided in order. */
export interface Wallet {
  readonly player: PlayerId;
  readonly currency: string;
  readonly scale: number;
  /** ≥ 0 unless a reversal overdrew it by policy; never by a bet (I2) */
  readonly balance: bigint;
  /** number of the last posting of this wallet */
  readonly seq: bigint;
  readonly status: PlayerStatus;
  /** largest single stake, units; null: none */
  readonly maxStake: bigint | null;
  /** most the player may lose in a UTC day, units; null: none (BET-21) */
  readonly dailyLossLimit: bigint | null;
  /** the UTC day `lossUsed` counts, `YYYY-MM-DD` */
  readonly lossDay: string;
  /** stakes minus refunds and payouts of `lossDay`, units; may be negative */
  readonly lossUsed: bigint;
}

export type TransactionKind = 'bet' | 'win' | 'rollback' | 'adjust' | 'deposit' | 'withdrawal';

export type TransactionState = 'applied' | 'rejected' | 'tombstone' | 'parked' | 'part_reversed' | 'reversed';

/**
 * By which rate an amount of the game became units of the wallet, and what rounding left over: `units` + residue is exact, on a
 * rollback for what it returned of its bets. Residues sum up to the account `dust` of the wallet's currency.
 */
export interface Exchanged {
  readonly lock: RateLock;
  /** in wallet units, with the sign of the transaction's `units` */
  readonly residue: Rational;
}

/** The idempotency record, the facts that make a repeat a duplicate or a conflict, and the stored outcome: one row. */
export interface Transaction {
  readonly id: TransactionId;
  readonly aggregator: AggregatorName;
  readonly idScope: string;
  readonly kind: TransactionKind;
  readonly externalId: ExternalId;
  readonly player: PlayerId;
  /** cash, free, tip; win, jackpot, promo, free_round; bet, win, any, rollback, round for a rollback's target; else '' */
  readonly flavour: string;
  readonly combined: boolean;
  readonly state: TransactionState;
  readonly refusal: Refusal | null;
  readonly round: RoundId | null;
  /** the transaction it names: a win its bet, a rollback its target */
  readonly reference: ExternalId | null;
  readonly gameCode: GameCode | null;
  readonly sessionId: SessionId | null;
  /** currency and amount as the aggregator said them; null on a tombstone that knows neither */
  readonly currency: string | null;
  readonly amount: Decimal | null;
  /** null: nothing was converted, `currency` is the wallet's. A win that waits has the lock it would have without its bet. */
  readonly fx: Exchanged | null;
  /** wallet units moved when applied, ≥ 0 (signed only for adjust) */
  readonly units: bigint;
  /** of `units`, how many were returned; of a correction with its sign */
  readonly reversedUnits: bigint;
  /** of `amount`, how much was returned, for the cumulative rule of partial refunds */
  readonly reversedAmount: Decimal;
  /** standing wins that name this bet */
  readonly wins: number;
  /** of a bet or a loose win: how many standing loose wins of its round came before it (`Round.looseWins`) */
  readonly looseBefore: number;
  readonly balanceAfter: bigint | null;
  /** late, review, overdrawn, receivable …, for people and reports */
  readonly flags: readonly string[];
  /** only while parked, epoch ms */
  readonly deadlineMs: number | null;
  readonly createdAtMs: number;
  readonly changedAtMs: number;
}

export type RoundState = 'open' | 'closed' | 'void' | 'reopened';

export interface Round {
  readonly aggregator: AggregatorName;
  readonly idScope: string;
  readonly player: PlayerId;
  readonly round: RoundId;
  /** currency of the wallet the round plays from */
  readonly currency: string;
  /** by which rate the round is played, from its first row on; null: in the wallet's own currency */
  readonly lock: RateLock | null;
  readonly gameCode: GameCode | null;
  readonly sessionId: SessionId | null;
  readonly state: RoundState;
  /** bets ever applied, and those not fully reversed */
  readonly betsEver: number;
  readonly betsStanding: number;
  /** standing wins of the game that name no bet: each settles every bet placed before it */
  readonly looseWins: number;
  /** it was rolled back before a bet of it was known: bets that come later meet that (RB-04, RB-15) */
  readonly undone: boolean;
  readonly staked: bigint;
  readonly returned: bigint;
  readonly paid: bigint;
  readonly openedAtMs: number;
  readonly changedAtMs: number;
  readonly closedAtMs: number | null;
}

/** One move between two accounts, so an unbalanced one cannot be written. Exactly one wallet sequence carries it. */
export interface Posting {
  readonly player: PlayerId;
  readonly currency: string;
  readonly seq: bigint;
  readonly debit: Account;
  readonly credit: Account;
  /** > 0 */
  readonly units: bigint;
  readonly transaction: TransactionId;
  /** the player's balance after this posting */
  readonly balanceAfter: bigint;
  /** true only where a reversal was allowed to take the wallet below zero; the database refuses it anywhere else */
  readonly overdrawn: boolean;
  readonly createdAtMs: number;
}

/** `player` is the wallet itself; all others are names, never rows, and their balances are derived. */
export type Account =
  | 'player'
  | 'cashier'
  | 'receivable'
  | 'adjustments'
  | `stakes:${string}`
  | `payouts:${string}`
  | `jackpots:${string}`
  | `promotions:${string}`
  | `tips:${string}`;

/** Names a transaction within one request's aggregator and id scope. */
export interface TransactionName {
  readonly kind: TransactionKind;
  readonly externalId: ExternalId;
}

/** What `decide` may read, already loaded. Scoped to one aggregator, id scope and player by the request. */
export interface Book {
  /** all wallets of the player; empty: the player is unknown */
  readonly wallets: (player: PlayerId) => readonly Wallet[];
  /** by external id, whoever's player it is: another player's row is a conflict (BET-28) */
  readonly transaction: (scope: TransactionScope, name: TransactionName) => Transaction | null;
  readonly round: (scope: TransactionScope, player: PlayerId, round: RoundId) => Round | null;
  /** every parked win of the player at this aggregator */
  readonly parked: (scope: TransactionScope, player: PlayerId) => readonly Transaction[];
  /** every transaction of the round; loaded only where `needs` says so */
  readonly roundTransactions: (scope: TransactionScope, player: PlayerId, round: RoundId) => readonly Transaction[];
  /** the player's wins that name this bet: all where `needs` says so, else those paid before it */
  readonly winsNaming: (scope: TransactionScope, player: PlayerId, bet: ExternalId) => readonly Transaction[];
}

export interface TransactionScope {
  readonly aggregator: AggregatorName;
  readonly idScope: string;
}

/** New versions of rows, and new postings in order. Applying them to the book gives the next state. */
export interface Changes {
  readonly wallets: readonly Wallet[];
  readonly transactions: readonly Transaction[];
  readonly rounds: readonly Round[];
  readonly postings: readonly Posting[];
}

export interface Decision {
  readonly outcome: Outcome;
  readonly changes: Changes;
  readonly alerts: readonly Alert[];
}
